//! Imports: files of rows become trees of records, in batches that are each one commit, under one changeset that can
//! be undone as a whole.
//!
//! One cell's way: [`reading`] decodes it, whatever the file is, and tells it from its neighbours; [`mapping`] says where its column goes,
//! by a mapping file or by the names that address books give; `rows` makes the row a tree of records; `keys` finds the
//! record it is about; `batches` writes it through the engine; `report` tells what became of it.

mod alike;
mod batches;
mod books;
mod consents;
pub mod entity;
mod keys;
mod mapping;
mod missing;
mod nature;
mod outlook;
mod proposing;
pub mod report;
mod rows;
mod saved;
pub mod scheduled;
pub mod wizard;

#[cfg(test)]
mod tests;

pub use alike::Alike;
pub use batches::Outcome;
pub use entity::IMPORT_RUN;
pub use formats as reading;
pub use mapping::Choices;
pub use proposing::{Proposal, propose};
pub use report::Output;
pub use rows::{Fault, Warning};
pub use wizard::saved::by_name;

use batches::{Applying, Batch, Item, Told, is_of_a_row};
use engine::principal::Verb;
use engine::{Act, Dialect, Draft, Engine, Principal, Slice, Slicing, Statement, Through, Tx};
use entity::State;
use kernel::error::Conflict;
use kernel::{Error, Id, Language, Result, Say, Value};
use meta::fields::Chosen;
use meta::{Entity, Kind};
use reading::Survey;
use report::{Reports, Speak};
use rows::Maker;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::io::{Read, Seek};
use std::sync::{Arc, Mutex};
use web::Words;

/// What imports register.
pub fn slice() -> Slice {
    saved::register(Slice::new("imports"))
        .entity(entity::import_run())
        .entity(entity::fault::import_fault())
        .words(include_str!("words.toml"))
}

/// What is done with rows whose record exists already, and with those whose record does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Records are created; with keys, rows whose record exists are left out.
    #[default]
    Create,
    /// Records are brought up to date; rows without one are left out.
    Update,
    /// Both.
    Both,
}

impl Mode {
    /// Reads `create`, `update`, `both`.
    pub fn parse(text: &str) -> Option<Mode> {
        match text {
            "create" => Some(Mode::Create),
            "update" => Some(Mode::Update),
            "both" => Some(Mode::Both),
            _ => None,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Mode::Create => "create",
            Mode::Update => "update",
            Mode::Both => "both",
        }
    }
}

/// Cells that were put right, by line and place of the column.
pub type Corrections = std::collections::BTreeMap<u64, std::collections::BTreeMap<usize, String>>;

/// A run that was made ready, and under which changeset it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prepared {
    /// Its record.
    pub id: Id,
    /// Its changeset.
    pub changeset: Id,
}

/// How a file is imported.
pub struct Options {
    /// The entity, by its plural: `accounts`.
    pub entity: String,
    /// The file's name, for the run's record.
    pub file: String,
    /// How the file is read, where somebody knows better than what is found out.
    pub manner: reading::Manner,
    /// What is done with rows whose record exists.
    pub mode: Mode,
    /// By what a row finds its record, the first that finds one: `vat_number`, `emails.address`,
    /// `contact.emails.address`, `name+address.city`, `id`. A file with a column of ids has that key by itself.
    pub keys: Vec<String>,
    /// The text of a mapping file (see [`mapping`]); the names of the columns decide where there is none.
    pub mapping: Option<String>,
    /// Where each column goes, chosen one by one; a mapping file says more.
    pub choices: Option<Choices>,
    /// The run that was made ready for it, whose plan this is: it goes on there, and keeps what is to be said of rows.
    pub run: Option<Prepared>,
    /// Cells that were put right: by line and place of the column.
    pub corrections: Corrections,
    /// Values of new records, where the row gives none: path and text.
    pub defaults: Vec<(String, String)>,
    /// What becomes of rows that would be created and are alike to a record, or to a row before them.
    pub alike: Alike,
    /// Count what would happen, and write nothing.
    pub dry_run: bool,
    /// One row for each row of the file: what became of it. CSV, `;`, UTF-8 with a mark.
    pub report: Option<Output>,
    /// The refused rows as they were, with one column more that says why.
    pub errors: Option<Output>,
    /// The words that columns are known by, and that reports are written in.
    pub words: Arc<Words>,
    /// In which language reports are written.
    pub language: Language,
}

impl Options {
    /// An import of records of an entity (by its plural) from a file of this name: created, by the columns' names.
    pub fn new(entity: &str, file: &str, words: Arc<Words>) -> Options {
        Options {
            entity: entity.to_owned(),
            file: file.to_owned(),
            manner: reading::Manner::default(),
            mode: Mode::Create,
            keys: Vec::new(),
            mapping: None,
            choices: None,
            run: None,
            corrections: Corrections::new(),
            defaults: Vec::new(),
            alike: Alike::Create,
            dry_run: false,
            report: None,
            errors: None,
            words,
            language: Language::Italian,
        }
    }
}

/// How rows are read and find their records.
#[derive(Clone, Copy)]
struct How<'h> {
    words: &'h Words,
    mapping: Option<&'h str>,
    choices: Option<&'h Choices>,
    defaults: &'h [(String, String)],
    keys: &'h [String],
    mode: Mode,
    /// Numbers and days come as a workbook shows them.
    shown: bool,
}

impl Options {
    fn how(&self) -> How<'_> {
        How {
            words: &self.words,
            mapping: self.mapping.as_deref(),
            choices: self.choices.as_ref(),
            defaults: &self.defaults,
            keys: &self.keys,
            mode: self.mode,
            shown: false,
        }
    }
}

/// How far an import is, and what it did: of its first batch on, over interruptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Rows of the file.
    pub rows: u64,
    /// Rows looked at.
    pub done: u64,
    /// Records created from rows.
    pub created: u64,
    /// Records that got other values.
    pub updated: u64,
    /// Records that had all of it already.
    pub unchanged: u64,
    /// Rows left out by the mode.
    pub skipped: u64,
    /// Rows that can't become a record.
    pub errors: u64,
    /// Values that stay in the remarks, because their field refused them.
    pub warnings: u64,
    /// Consents written into the ledger.
    pub consents: u64,
    /// Consents left out, because the ledger knows something newer.
    pub consents_left: u64,
    /// Rows that are alike to a record, or to a row before them. Where all are created whatever they are alike to, a job counts them
    /// after the end, and only a rehearsal does here.
    pub alike: u64,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Rows that an interrupted run had looked at before.
    pub resumed: u64,
    /// Under which it stands in the history: what an undo takes.
    pub changeset: Option<String>,
    /// What the file is: the encoding that was found, `XLSX`, `vCard`.
    pub encoding: &'static str,
    /// The delimiter that was found.
    pub delimiter: String,
}

/// What the row of a run counts, in the order of [`Totals::counted`].
const COUNTED: [&str; 10] =
    ["done", "created", "updated", "unchanged", "skipped", "errors", "warnings", "consents", "consents_left", "alike"];

/// The columns of what a run counts, each written in some way, for a statement.
fn counted_as(one: impl Fn(&str) -> String) -> String {
    COUNTED.map(one).join(", ")
}

impl Totals {
    fn counts(&mut self) -> [&mut u64; 10] {
        let Totals { done, created, updated, unchanged, skipped, errors, warnings, consents, consents_left, alike, .. } = self;
        [done, created, updated, unchanged, skipped, errors, warnings, consents, consents_left, alike]
    }

    /// The counts that the row of a run keeps.
    fn counted(&self) -> [Value; 10] {
        self.clone().counts().map(|count| Value::Int(*count as i64))
    }

    /// What the row of a run says: its identity, its changeset, and what it counts.
    fn take_up(&mut self, changeset: &str, number: impl Fn(usize) -> i64) {
        for (place, count) in self.counts().into_iter().enumerate() {
            *count = number(place + 2).max(0) as u64;
        }
        self.resumed = self.done;
        self.changeset = Some(changeset.to_owned());
    }

    fn count(&mut self, told: &[Told]) {
        for row in told {
            self.done += 1;
            self.warnings += (row.warnings.len() as u64).saturating_sub(row.consents_left);
            self.consents += row.consents;
            self.consents_left += row.consents_left;
            self.alike += u64::from(row.alike.is_some());
            match row.outcome {
                Outcome::Created => self.created += 1,
                Outcome::Updated => self.updated += 1,
                Outcome::Unchanged => self.unchanged += 1,
                Outcome::Skipped => self.skipped += 1,
                Outcome::Error => self.errors += 1,
                Outcome::Earlier => {}
            }
        }
    }
}

/// Rows in a batch: what is done before anybody else's turn.
const BATCH: usize = 300;
/// Batches in one commit, while nobody else waits to write: the pages of the indexes, which rows touch all over, are then
/// written once for all of them.
const TOGETHER: usize = 10;
/// Batches made ready and not yet taken.
const AHEAD: usize = TOGETHER;

/// Imports a file, under the rights of `who`; `progress` hears the counts after every batch. What a former run of
/// the same file with the same options left undone is taken up where it stopped.
///
/// Errors: forbidden without the right to import; invalid for a file, mapping, key or default that is wrong (see
/// [`reading::survey`] and the mapping's errors); unavailable where reading, writing or the database fails: the whole
/// batches before are there, and the same call goes on.
pub async fn run<R>(engine: &Engine, who: &Principal, file: R, mut options: Options, mut progress: impl FnMut(&Totals)) -> Result<Totals>
where
    R: Read + Seek + Send + 'static,
{
    if !who.role.import {
        return Err(Error::Forbidden(Say::new("error-forbidden")));
    }
    let who = Principal { through: Through::Import, ..who.clone() };
    let model = who.model.clone();
    options.words.follow(&engine.model());
    let entity = model.plural(&options.entity).filter(|entity| entity.can.importable).cloned().ok_or(Error::NotFound)?;
    who.permit(if options.mode == Mode::Update { Verb::Change } else { Verb::Create }, &entity)?;
    let (file, survey) = surveyed(file, options.manner.clone()).await?;
    let how = How { shown: survey.kind == reading::Kind::Workbook, ..options.how() };
    let (maker, keys) = maker(engine, &who, &model, &entity, &survey.header.cells, how).await?;
    if maker.tells_consents() {
        who.permit(Verb::Create, &*who.entity("consent")?)?;
    }
    let (words, language) = (options.words.clone(), options.language);
    let speak: Speak = Arc::new(move |say| words.say(say, language));
    let mut reports = Reports::begin(options.report.take(), options.errors.take(), speak, &survey, web::sheets::guard(engine).await?)?;
    let mut totals = Totals {
        rows: survey.rows,
        dry_run: options.dry_run,
        encoding: survey.name(),
        delimiter: survey.delimiter.to_string(),
        ..Totals::default()
    };
    if options.alike == Alike::Update {
        who.permit(Verb::Change, &entity)?;
    }
    let coming = alike::coming(engine, &entity, &options).await?;
    let applying = Arc::new(Applying {
        engine: engine.clone(),
        who: who.clone(),
        maker: maker.clone(),
        keys,
        mode: options.mode,
        alike: options.alike,
        coming: coming.map(Mutex::new),
        rehearsed: options.dry_run.then(Mutex::default),
    });
    let corrections = std::mem::take(&mut options.corrections);
    let batches = ahead(file, survey.clone(), applying.clone(), corrections, reports.wants_rows())?;
    let batches = alike::looked_at(&applying, batches);
    if let (true, Some(run)) = (options.dry_run, options.run) {
        wizard::rehearse(engine, &who, run, applying, batches, &mut totals, &mut progress).await?;
        return Ok(totals);
    }
    if options.dry_run {
        for (batch, told) in rehearse(engine, &who, applying, batches).await? {
            totals.count(&told);
            reports.tell(&batch, &told)?;
        }
        reports.finish()?;
        progress(&totals);
        return Ok(totals);
    }
    let run = Run::open(engine, &who, &survey, &options, &mut totals).await?;
    run.all(&applying, batches, &mut totals, &mut reports, &mut progress).await?;
    reports.finish()?;
    if run.schedule.is_some() {
        missing::settle(engine, &who, &entity, run.id, run.changeset).await?;
    }
    engine.store().tidy().await?;
    // Last, so that who is interrupted before goes on with this run, and nothing comes in twice.
    run.end(totals.created > 0 && !entity.compared.is_empty()).await?;
    Ok(totals)
}

/// What makes the rows of a file with this header ready, and by what they find their records.
async fn maker(
    engine: &Engine,
    who: &Principal,
    model: &Arc<meta::Model>,
    entity: &Arc<Entity>,
    header: &[String],
    how: How<'_>,
) -> Result<(Arc<Maker>, Vec<keys::Key>)> {
    let mut mapping = mapping::mapping(model, entity, how.words, header, how.mapping, how.choices, how.defaults)?;
    if how.shown {
        mapping.as_shown();
    }
    let keys = keys_of(model, entity, &how, &mapping)?;
    let users = users(engine, &mapping).await?;
    let zone = engine.settings().zone.clone();
    let texts = consents::texts(engine, who, &mapping).await?;
    let answers = consents::Answers::of(&mapping, how.words, &zone, engine.now(), texts)?;
    let maker = Maker::new(model.clone(), entity.clone(), mapping, zone, users, answers)?;
    Ok((Arc::new(maker), keys))
}

/// The survey reads the whole file: on a thread that may wait.
async fn surveyed<R: Read + Seek + Send + 'static>(mut file: R, manner: reading::Manner) -> Result<(R, Survey)> {
    let surveying = tokio::task::spawn_blocking(move || reading::survey_as(&mut file, &manner).map(|survey| (file, survey)));
    surveying.await.map_err(Error::internal)?
}

fn keys_of(model: &meta::Model, entity: &Arc<Entity>, how: &How<'_>, mapping: &mapping::Mapping) -> Result<Vec<keys::Key>> {
    let keys = keys::keys(model, entity, how.keys)?;
    if keys.is_empty() && how.mode != Mode::Create {
        if mapping.columns.iter().any(|(_, target)| matches!(target, mapping::Target::Id)) {
            return Ok(vec![keys::Key::Id]);
        }
        return Err(Error::invalid("key", Say::new("error-import-key-missing")));
    }
    Ok(keys)
}

/// The users by name and by e-mail, where the file speaks of them; a name that two of them have is nobody's.
async fn users(engine: &Engine, mapping: &mapping::Mapping) -> Result<HashMap<String, Id>> {
    let is_user = |field: &meta::Field| field.kind == Kind::Link("user");
    let speaks = mapping.columns.iter().any(|(_, target)| matches!(target, mapping::Target::Field(_, field) if is_user(field)))
        || mapping.defaults.iter().any(|(_, field, _)| is_user(field));
    let mut users: HashMap<String, Option<Id>> = HashMap::new();
    if speaks {
        let sql = Statement::new("SELECT \"id\", \"email_f\", \"name_f\" FROM \"user\" WHERE \"removed_at\" IS NULL", Vec::new());
        let rows = engine.store().read(move |tx| Box::pin(async move { tx.rows(&sql).await })).await?;
        for row in rows.iter() {
            // By identity too, which the pages say.
            let id = row.link(0).map(|id| kernel::fold(&id.to_string())).unwrap_or_default();
            for name in [row.text(1), row.text(2), &id] {
                users.entry(name.to_owned()).and_modify(|id| *id = id.filter(|known| row.link(0) == Some(*known))).or_insert(row.link(0));
            }
        }
    }
    Ok(users.into_iter().filter_map(|(name, id)| Some((name, id?))).collect())
}

type Batches = tokio::sync::mpsc::Receiver<Result<Batch>>;

/// Reads and makes ready on a thread of its own, some batches ahead of the database.
fn ahead<R: Read + Seek + Send + 'static>(
    file: R,
    survey: Survey,
    applying: Arc<Applying>,
    corrections: Corrections,
    answers: Option<web::sheets::Guard>,
) -> Result<Batches> {
    let (sender, receiver) = tokio::sync::mpsc::channel(AHEAD);
    let mut rows = reading::rows(file, &survey)?;
    let read = move || {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let mut row = match rows.next_row() {
                Ok(Some(row)) if row.is_blank() => continue,
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => {
                    let _ = sender.blocking_send(Err(error));
                    return;
                }
            };
            correct(&mut row, &corrections);
            let (line, ready) = (row.line, applying.maker.make(&row));
            let raw = answers.map(|guard| report::answered(row, &survey, guard)).unwrap_or_default();
            batch.push(Item { line, raw, ready });
            if batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                // Nobody waits for it any more.
                if sender.blocking_send(applying.ready(full)).is_err() {
                    return;
                }
            }
        }
        if !batch.is_empty() {
            let _ = sender.blocking_send(applying.ready(batch));
        }
    };
    std::thread::Builder::new().name("import-read".to_owned()).spawn(read).map_err(Error::internal)?;
    Ok(receiver)
}

/// Puts the cells of a row right.
fn correct(row: &mut reading::Row, corrections: &Corrections) {
    for (place, text) in corrections.get(&row.line).into_iter().flatten() {
        if let Some(cell) = row.cells.get_mut(*place) {
            cell.clone_from(text);
        }
    }
}

type Rehearsed = Vec<(Vec<Item>, Vec<Told>)>;

/// Does all of it in one transaction that is never committed: the same counts, and nothing written.
async fn rehearse(engine: &Engine, who: &Principal, applying: Arc<Applying>, mut batches: Batches) -> Result<Rehearsed> {
    let outcome: Arc<Mutex<Option<Rehearsed>>> = Arc::default();
    let kept = outcome.clone();
    let waits = engine.store().dialect() == Dialect::Postgres;
    let rehearsed: Result<()> = engine
        .slice(who, "import", engine.id(), move |slicing: &mut Slicing<'_>| {
            Box::pin(async move {
                let mut told = Vec::new();
                // The writer of the embedded database is a thread of its own, which may wait for the next batch.
                while let Some(batch) = if waits { batches.recv().await } else { batches.blocking_recv() } {
                    let batch = batch?;
                    let done = applying.batch(slicing, &batch, true).await?;
                    // Only what is told is kept, not what was made ready.
                    let rows = batch.items.into_iter().map(|item| Item { ready: Err(Fault::row(Say::new(""))), ..item }).collect();
                    told.push((rows, done));
                }
                *kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(told);
                Err(Error::Busy(0))
            })
        })
        .await;
    let told = outcome.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
    match (told, rehearsed) {
        (Some(told), _) => Ok(told),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(Error::internal("a rehearsal was committed")),
    }
}

/// A run: its record, and the changeset of all it writes.
struct Run {
    engine: Engine,
    who: Principal,
    id: Id,
    changeset: Id,
    /// The scheduled import that it came of.
    schedule: Option<Id>,
    /// Whether what is to be said of rows is kept with it.
    keeps: bool,
}

impl Run {
    /// Takes up the run of the same file and options that was interrupted, or begins one.
    async fn open(engine: &Engine, who: &Principal, survey: &Survey, options: &Options, totals: &mut Totals) -> Result<Run> {
        if let Some(prepared) = options.run {
            return Run::prepared(engine, who, prepared, totals).await;
        }
        let digest = options_digest(options);
        let sql = format!(
            "SELECT \"id\", \"changeset\", {} FROM \"import_run\" WHERE \"removed_at\" IS NULL AND \"digest\" = ? AND \"options\" = ? \
             AND \"target\" = ? AND \"state\" = 'running' ORDER BY \"id\" DESC LIMIT 1",
            counted_as(|count| format!("\"{count}\""))
        );
        let values = [&survey.digest, &digest, &options.entity].map(|text| Value::from(text.as_str())).to_vec();
        let begun = Statement::new(sql, values);
        let rows = engine.store().read(move |tx| Box::pin(async move { tx.rows(&begun).await })).await?;
        if let Some(row) = rows.first()
            && let (Some(id), Ok(changeset)) = (row.link(0), row.text(1).parse())
        {
            totals.take_up(row.text(1), |column| row.int(column));
            return Ok(Run { engine: engine.clone(), who: who.clone(), id, changeset, schedule: None, keeps: false });
        }
        let (id, changeset) = (engine.id(), engine.id());
        let run = Run { engine: engine.clone(), who: who.clone(), id, changeset, schedule: None, keeps: false };
        totals.changeset = Some(run.changeset.to_string());
        let mut draft = Draft::new(IMPORT_RUN)
            .with(entity::FILE.id(), if options.file.is_empty() { "-" } else { options.file.as_str() })
            .with(entity::TARGET.id(), options.entity.as_str())
            .with(entity::DIGEST.id(), survey.digest.as_str())
            .with(entity::OPTIONS.id(), digest)
            .with(entity::CHANGESET.id(), run.changeset.to_string())
            .with(entity::ROWS.id(), survey.rows as i64)
            .with(entity::BEGUN_AT.id(), Value::Moment(engine.now()))
            .with(entity::OWNER.id(), who.user);
        draft.id = Some(run.id);
        engine
            .slice(who, "import", run.changeset, move |slicing: &mut Slicing<'_>| {
                Box::pin(async move { slicing.attempt_by_rule(vec![Act::Create(draft)]).await.map(|_| ()) })
            })
            .await?;
        Ok(run)
    }

    /// Takes up a run that was made ready, where it stands.
    async fn prepared(engine: &Engine, who: &Principal, prepared: Prepared, totals: &mut Totals) -> Result<Run> {
        let counts = counted_as(|count| format!("\"{count}\""));
        let sql =
            format!("SELECT \"id\", \"changeset\", {counts}, \"schedule\" FROM \"import_run\" WHERE \"id\" = ? AND \"state\" = 'running'");
        let stands = Statement::new(sql, vec![Value::Link(prepared.id)]);
        let rows = engine.store().read(move |tx| Box::pin(async move { tx.rows(&stands).await })).await?;
        let row = rows.first().ok_or(Error::NotFound)?;
        totals.take_up(row.text(1), |column| row.int(column));
        let schedule = row.link(COUNTED.len() + 2);
        Ok(Run { engine: engine.clone(), who: who.clone(), id: prepared.id, changeset: prepared.changeset, schedule, keeps: true })
    }

    /// Every batch that is not in yet, in order.
    async fn all(
        &self,
        applying: &Arc<Applying>,
        mut batches: Batches,
        totals: &mut Totals,
        reports: &mut Reports,
        progress: &mut impl FnMut(&Totals),
    ) -> Result<()> {
        let mut waiting: VecDeque<Flight> = VecDeque::new();
        let mut before = 0_u64;
        let mut together = TOGETHER;
        let mut broken = None;
        loop {
            while waiting.len() < TOGETHER && broken.is_none() {
                // What is ready goes along; only where nothing is, it is waited for.
                let next = if waiting.is_empty() { batches.recv().await } else { batches.try_recv().ok() };
                match next {
                    Some(Ok(batch)) => waiting.extend(self.unseen(batch, &mut before, totals.resumed, reports)?),
                    // Where the file breaks off, what stands before still comes in.
                    Some(Err(error)) => broken = Some(error),
                    None => break,
                }
            }
            if waiting.is_empty() {
                return broken.map_or(Ok(()), Err);
            }
            let flying: Vec<Flight> = waiting.iter().take(together).cloned().collect();
            match self.some(applying.clone(), flying).await {
                Ok(landed) => {
                    for told in landed {
                        let Some(flight) = waiting.pop_front() else { break };
                        totals.count(&told);
                        reports.tell(&flight.batch.items, &told)?;
                        progress(totals);
                    }
                    together = TOGETHER;
                }
                // One of the rows is refused: batch by batch, and the one it stands in once more with care.
                Err(error) if is_of_a_row(&error) && together > 1 && waiting.len() > 1 => together = 1,
                Err(error) if is_of_a_row(&error) && waiting.front().is_some_and(|flight| !flight.care) => {
                    if let Some(flight) = waiting.front_mut() {
                        flight.care = true;
                    }
                    together = 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What of a batch an interrupted run had not looked at; the rest is told again.
    fn unseen(&self, mut batch: Batch, before: &mut u64, resumed: u64, reports: &mut Reports) -> Result<Option<Flight>> {
        if *before < resumed {
            let earlier = (resumed - *before).min(batch.items.len() as u64);
            *before += earlier;
            let rest = batch.items.split_off(earlier as usize);
            let told: Vec<Told> = batch.items.iter().map(told_earlier).collect();
            reports.tell(&batch.items, &told)?;
            let looked = batch.looked.split_off((earlier as usize).min(batch.looked.len()));
            batch = Batch { looked, ..Batch::of(rest) };
        }
        let first = *before;
        *before += batch.items.len() as u64;
        Ok((!batch.items.is_empty()).then(|| Flight { first, batch: Arc::new(batch), care: false }))
    }

    /// Some batches, and the run's row moved on, in one commit: all of them, or as many as go before somebody waits.
    async fn some(&self, applying: Arc<Applying>, flights: Vec<Flight>) -> Result<Vec<Vec<Told>>> {
        let (run, keeps, schedule) = (self.id, self.keeps, self.schedule);
        self.engine
            .slice(&self.who, "import", self.changeset, move |slicing: &mut Slicing<'_>| {
                Box::pin(async move {
                    let mut landed = Vec::with_capacity(flights.len());
                    if let Some(schedule) = schedule {
                        slicing.of_source(schedule);
                    }
                    for flight in flights {
                        stands_at(slicing, run, flight.first).await?;
                        let told = applying.batch(slicing, &flight.batch, flight.care).await?;
                        if let Some(schedule) = schedule {
                            let brought = |told: &Told| matches!(told.outcome, Outcome::Created | Outcome::Updated | Outcome::Unchanged);
                            let records: Vec<Id> = told.iter().filter(|told| brought(told)).filter_map(|told| told.record).collect();
                            slicing.brought(schedule, run, &records).await?;
                        }
                        let mut counts = Totals::default();
                        counts.count(&told);
                        moved_on(slicing, run, flight.first, &counts).await?;
                        if keeps {
                            wizard::keep(slicing, run, &told).await?;
                        }
                        landed.push(told);
                        if slicing.tx().keeps_waiting() {
                            break;
                        }
                    }
                    Ok(landed)
                })
            })
            .await
    }

    /// It is done; where it `looks`, a job finds out which of the new records are alike to another, since nobody waits for that.
    async fn end(&self, looks: bool) -> Result<()> {
        let (run, user) = (self.id, self.who.user);
        self.engine
            .slice(&self.who, "import", self.changeset, move |slicing: &mut Slicing<'_>| {
                Box::pin(async move {
                    let sql = "UPDATE \"import_run\" SET \"state\" = ?, \"ended_at\" = ?, \"version\" = \"version\" + 1 WHERE \"id\" = ?";
                    let now = slicing.engine().now();
                    let values = vec![Value::from(State::Done.key()), Value::Moment(now), Value::Link(run)];
                    slicing.tx().execute(&Statement::new(sql, values)).await?;
                    if looks {
                        let engine = slicing.engine().clone();
                        engine.enqueue(slicing.tx(), wizard::ALIKE, run.to_string(), user).await?;
                    }
                    announce(slicing.tx(), run).await
                })
            })
            .await
    }
}

/// A batch on its way, and how many rows come before it.
#[derive(Clone)]
struct Flight {
    first: u64,
    batch: Arc<Batch>,
    care: bool,
}

fn moved() -> Error {
    Error::Conflict(Conflict::State(Say::new("error-import-moved")))
}

/// Refuses to go on where the batches before are not all there.
async fn stands_at(slicing: &mut Slicing<'_>, run: Id, first: u64) -> Result<()> {
    let sql = "SELECT \"done\" FROM \"import_run\" WHERE \"id\" = ? AND \"state\" = 'running'";
    let rows = slicing.tx().rows(&Statement::new(sql, vec![Value::Link(run)])).await?;
    if rows.first().is_some_and(|row| row.int(0) == first as i64) { Ok(()) } else { Err(moved()) }
}

/// Moves the run's row on; refuses if somebody else did.
async fn moved_on(slicing: &mut Slicing<'_>, run: Id, first: u64, counts: &Totals) -> Result<()> {
    let more = counted_as(|count| format!("\"{count}\" = \"{count}\" + ?"));
    let sql = format!("UPDATE \"import_run\" SET {more}, \"version\" = \"version\" + 1 WHERE \"id\" = ? AND \"done\" = ?");
    let values = counts.counted().into_iter().chain([Value::Link(run), Value::Int(first as i64)]).collect();
    if slicing.tx().execute(&Statement::new(sql, values)).await? == 0 {
        return Err(moved());
    }
    announce(slicing.tx(), run).await
}

/// Tells whoever looks at its progress.
async fn announce(tx: &mut Tx, run: Id) -> Result<()> {
    tx.announce(IMPORT_RUN).await?;
    tx.announce(&format!("{IMPORT_RUN}/{run}")).await
}

/// A row of a batch that is in already: only its faults are told once more.
fn told_earlier(item: &Item) -> Told {
    let (warnings, fault) = match &item.ready {
        Ok(ready) => (ready.warnings.clone(), None),
        Err(fault) => (Vec::new(), Some(fault.clone())),
    };
    let outcome = if fault.is_some() { Outcome::Error } else { Outcome::Earlier };
    Told { line: item.line, outcome, warnings, fault, ..Told::default() }
}

/// What decides, beside the file, what is written.
fn options_digest(options: &Options) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    add(options.mode.key());
    add(options.alike.key());
    add(options.mapping.as_deref().unwrap_or(""));
    for key in &options.keys {
        add(key);
    }
    if let Some(choices) = &options.choices {
        add(&format!("{choices:?}"));
    }
    add(options.manner.sheet.as_deref().unwrap_or(""));
    if (reading::Manner { sheet: None, ..options.manner.clone() }) != reading::Manner::default() {
        add(&format!("{:?}", options.manner));
    }
    add("=");
    for (path, value) in &options.defaults {
        add(path);
        add(value);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

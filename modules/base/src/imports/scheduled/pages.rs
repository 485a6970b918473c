//! The pages of scheduled imports: all of them with how the last one went, and the form of one.

use super::entity::{self, Every, Goes, IMPORT_SCHEDULE, Source};
use super::{ADDRESS, folder, jobs, keeping, place, rows};
use crate::imports::wizard::saved;
use askama::Template;
use engine::{Act, Asked, Draft, Engine, Slicing, Sorting};
use http::StatusCode;
use kernel::{Error, Id, Result, Say, Value};
use meta::fields::Chosen;
use meta::{FieldId, Kind, Record};
use std::collections::HashMap;
use web::dress as assets;
use web::pages::answer::{framed, markup, onward};
use web::pages::reader::Reader;
use web::{Answer, Fields, Named};

/// Letters of a text of the form.
const LETTERS: usize = 500;

/// One in the list.
struct Line {
    id: Id,
    name: String,
    text: String,
    last: String,
    /// The report of the last import.
    run: Option<Id>,
    reason: String,
    stands: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "imports/scheduled/schedules.html")]
struct SchedulesPage<'s> {
    reader: &'s Reader,
    title: String,
    lines: Vec<Line>,
    mappings: bool,
}

pub(super) async fn all(reader: Reader) -> Answer {
    let engine = reader.web.engine();
    let sort = vec![Sorting { field: "name", descending: false }];
    let fields = vec![
        "name", "mapping", "source", "folder", "pattern", "address", "every", "hour", "weekday", "state", "failures", "next_at", "last_at",
        "run", "reason", "owner",
    ];
    let listed = engine.list(&reader.who, Asked { fields, sort, limit: 200, ..Asked::new(engine.entity(IMPORT_SCHEDULE)?) }).await?;
    let mut lines = Vec::new();
    for record in &listed.records {
        lines.push(line(&reader, record, &listed.titles).await?);
    }
    let title = reader.speech.say("administration-import-schedules").to_owned();
    let mappings = !saved::all(engine, &reader.who, None).await?.is_empty();
    let page = SchedulesPage { title: title.clone(), lines, mappings, reader: &reader };
    framed(&reader, StatusCode::OK, &title, &markup(&page)?)
}

async fn line(reader: &Reader, record: &Record, titles: &HashMap<Id, String>) -> Result<Line> {
    let speech = &reader.speech;
    let link = |field: FieldId| record.value(field).link();
    let title = |field: FieldId| link(field).and_then(|id| titles.get(&id).cloned()).unwrap_or_default();
    let moment = |field: FieldId| match record.value(field) {
        value if value.is_empty() => String::new(),
        value => Kind::Moment.behaviour().show(value, &reader.reading),
    };
    let from = match Source::from_key(record.value(entity::SOURCE.id()).text()) {
        Some(Source::Address) => record.value(entity::ADDRESS.id()).text().to_owned(),
        _ => format!("{}/{}", record.get(&entity::FOLDER), record.get(&entity::PATTERN)).trim_start_matches('/').to_owned(),
    };
    let every = speech.choice("import_schedule", "every", record.value(entity::EVERY.id()).text());
    let active = record.value(entity::STATE.id()).text() == Goes::Active.key();
    let mut parts = vec![title(entity::MAPPING.id()), from, every, title(entity::OWNER.id())];
    let next = moment(entity::NEXT_AT.id());
    if active && !next.is_empty() {
        parts.push(speech.with("schedule-next", &[("at", &next)]));
    }
    parts.retain(|part| !part.is_empty());
    let run = link(entity::RUN.id());
    let counts = match run {
        Some(run) => counts(reader, run).await?,
        None => String::new(),
    };
    let last = match moment(entity::LAST_AT.id()) {
        at if at.is_empty() => speech.say("schedule-never").to_owned(),
        at if counts.is_empty() => speech.with("schedule-looked", &[("at", &at)]),
        at => format!("{} · {counts}", speech.with("schedule-looked", &[("at", &at)])),
    };
    let reason = record.value(entity::REASON.id()).text();
    let failures = record.get(&entity::FAILURES);
    Ok(Line {
        id: record.id,
        name: record.get(&entity::NAME).to_owned(),
        text: parts.join(" · "),
        last,
        run,
        reason: if reason.is_empty() { String::new() } else { speech.sentence(&engine::unpacked(reason)) },
        stands: speech.choice("import_schedule", "state", record.value(entity::STATE.id()).text()),
        tone: match (active, failures) {
            (false, 0) => "open",
            (false, _) => "bad",
            (true, 0) => "good",
            (true, _) => "warn",
        },
    })
}

/// What its last import came to.
async fn counts(reader: &Reader, run: Id) -> Result<String> {
    let engine = reader.web.engine();
    let Ok((run, _)) = engine.show(&reader.who, &*engine.entity(crate::imports::IMPORT_RUN)?, run).await else { return Ok(String::new()) };
    let mut said = Vec::new();
    for (field, words) in [("created", "import-count-created"), ("updated", "import-count-updated"), ("errors", "import-count-errors")] {
        let count = run.named(field).int();
        if count > 0 {
            said.push(reader.speech.with(words, &[("count", &count.to_string()), ("number", &reader.speech.number(count))]));
        }
    }
    if said.is_empty() {
        said.push(reader.speech.choice("import_run", "state", run.named("state").text()));
    }
    Ok(said.join(", "))
}

/// What stands in the form: by the names of its controls.
type Entered = HashMap<&'static str, String>;

const CONTROLS: [&str; 12] =
    ["name", "mapping", "source", "folder", "pattern", "address", "header", "every", "hour", "weekday", "keeps", "missing"];

#[derive(Template)]
#[template(path = "imports/scheduled/schedule.html")]
struct SchedulePage<'s> {
    reader: &'s Reader,
    title: String,
    address: String,
    entered: Entered,
    wrong: Vec<String>,
    mappings: Vec<(String, String)>,
    /// The folder that is allowed; empty where none is.
    allowed: String,
    sources: Vec<(&'static str, String)>,
    everies: Vec<(&'static str, String)>,
    weekdays: Vec<(String, String)>,
    hours: Vec<String>,
    /// Whether a header is kept secret.
    secret: bool,
    /// The tags that records may get where they are missing.
    tags: Vec<(String, String)>,
    /// That others take the same file into the same records.
    doubled: String,
    /// The fields of its own records that the mapping fills, where one is chosen.
    fills: String,
    /// The one that is there already, as it stands.
    line: Option<Line>,
    active: bool,
}

impl SchedulePage<'_> {
    fn is(&self, control: &str, value: &str) -> bool {
        self.entered.get(control).is_some_and(|entered| entered == value)
    }

    fn value(&self, control: &str) -> &str {
        self.entered.get(control).map_or("", String::as_str)
    }
}

async fn page(reader: &Reader, of: Option<&Record>, entered: Entered, wrong: Vec<String>, status: StatusCode) -> Answer {
    let (engine, speech) = (reader.web.engine(), &reader.speech);
    let saved = saved::all(engine, &reader.who, None).await?;
    let chosen = saved.iter().find(|saved| entered.get("mapping").is_some_and(|id| *id == saved.id.to_string()));
    let fills = chosen.and_then(|saved| {
        let entity = reader.model.plural(&saved.target)?;
        let label = |key: &&str| crate::exports::label(reader.web.words(), speech.language, entity, key);
        Some(saved.fills(entity).iter().map(label).collect::<Vec<_>>().join(", "))
    });
    let mappings = saved.into_iter().map(|saved| {
        let of = reader.model.plural(&saved.target).map_or_else(String::new, |entity| speech.area(entity.key));
        (saved.id.to_string(), format!("{} ({of})", saved.name))
    });
    let choice = |field: &'static str| move |key: &'static str| (key, speech.choice("import_schedule", field, key));
    let title = match of {
        Some(record) => record.get(&entity::NAME).to_owned(),
        None => speech.say("schedule-new").to_owned(),
    };
    let page = SchedulePage {
        address: of.map_or_else(|| format!("{ADDRESS}/new"), |record| format!("{ADDRESS}/{}", record.id)),
        mappings: mappings.collect(),
        fills: fills.unwrap_or_default(),
        tags: tags(reader),
        doubled: match of {
            Some(record) => doubled(reader, record).await?,
            None => String::new(),
        },
        allowed: engine.settings().import_folder.as_ref().map_or_else(String::new, |folder| folder.display().to_string()),
        sources: Source::CHOICES.iter().map(|source| source.key).map(choice("source")).collect(),
        everies: Every::CHOICES.iter().map(|every| every.key).map(choice("every")).collect(),
        weekdays: (1..=7).map(|day| (day.to_string(), speech.say(&format!("schedule-weekday-{day}")).to_owned())).collect(),
        hours: (0..24).map(|hour| hour.to_string()).collect(),
        secret: match of {
            Some(record) => !rows::secret(engine, record.id).await?.is_empty(),
            None => false,
        },
        line: match of {
            Some(record) => {
                let (_, titles) = engine.show(&reader.who, &*engine.entity(IMPORT_SCHEDULE)?, record.id).await?;
                Some(line(reader, record, &titles).await?)
            }
            None => None,
        },
        active: of.is_some_and(|record| record.value(entity::STATE.id()).text() == Goes::Active.key()),
        title: title.clone(),
        entered,
        wrong,
        reader,
    };
    framed(reader, status, &title, &markup(&page)?)
}

/// The tags that records may get: key and words.
fn tags(reader: &Reader) -> Vec<(String, String)> {
    let mut tags: Vec<_> = reader.model.terms.iter().filter(|((of, _), term)| of == crate::tags::TAGS && !term.retired).collect();
    tags.sort_by_key(|(_, term)| term.order(reader.speech.language));
    tags.into_iter().map(|((_, key), term)| (key.clone(), term.words(reader.speech.language).to_owned())).collect()
}

/// Which others take the same file into records of the same kind, in words; nothing where there is none. It may be meant: of two mappings
/// each may bring other columns.
async fn doubled(reader: &Reader, of: &Record) -> Result<String> {
    let engine = reader.web.engine();
    let target = async |record: &Record| match record.value(entity::MAPPING.id()).link() {
        Some(mapping) => saved::one(engine, &reader.who, mapping).await.map(|saved| saved.target).ok(),
        None => None,
    };
    let place = |record: &Record| match Source::from_key(record.value(entity::SOURCE.id()).text()) {
        Some(Source::Address) => record.value(entity::ADDRESS.id()).text().to_owned(),
        _ => format!("{}/{}", record.get(&entity::FOLDER).trim_matches('/'), record.get(&entity::PATTERN).to_lowercase()),
    };
    let fields = vec!["name", "mapping", "source", "folder", "pattern", "address"];
    let asked = Asked { fields, limit: 200, names: false, ..Asked::new(engine.entity(IMPORT_SCHEDULE)?) };
    let (own, mut names) = (target(of).await, Vec::new());
    for other in engine.list(&reader.who, asked).await?.records {
        if other.id != of.id && place(&other) == place(of) && target(&other).await == own {
            names.push(other.get(&entity::NAME).to_owned());
        }
    }
    match names.len() {
        0 => Ok(String::new()),
        count => Ok(reader.speech.with("schedule-doubled", &[("count", &count.to_string()), ("names", &names.join(", "))])),
    }
}

pub(super) async fn blank(reader: Reader, fields: Fields) -> Answer {
    let mut entered: Entered = [("source", "folder"), ("every", "day"), ("hour", "6"), ("weekday", "1"), ("pattern", "*.csv")]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
    if let Some(mapping) = fields.get("mapping") {
        entered.insert("mapping", mapping.to_owned());
    }
    page(&reader, None, entered, Vec::new(), StatusCode::OK).await
}

async fn found(reader: &Reader, named: &Named) -> Result<Record> {
    let engine = reader.web.engine();
    Ok(engine.show(&reader.who, &*engine.entity(IMPORT_SCHEDULE)?, named.id("schedule")?).await?.0)
}

pub(super) async fn show(named: Named, reader: Reader) -> Answer {
    let record = found(&reader, &named).await?;
    let text = |field: FieldId| match record.value(field) {
        Value::Link(id) => id.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Bool(true) => "1".to_owned(),
        value => value.text().to_owned(),
    };
    let fields = [
        entity::NAME.id(),
        entity::MAPPING.id(),
        entity::SOURCE.id(),
        entity::FOLDER.id(),
        entity::PATTERN.id(),
        entity::ADDRESS.id(),
        entity::HEADER.id(),
        entity::EVERY.id(),
        entity::HOUR.id(),
        entity::WEEKDAY.id(),
        entity::KEEPS.id(),
        entity::MISSING_TAG.id(),
    ];
    let entered = CONTROLS.into_iter().zip(fields.map(text)).collect();
    page(&reader, Some(&record), entered, Vec::new(), StatusCode::OK).await
}

/// What the form says: the values of a record, and what is wrong with them.
async fn read(reader: &Reader, form: &Fields) -> Result<(Vec<(FieldId, Value)>, Entered, Vec<Say>)> {
    let engine = reader.web.engine();
    let entered: Entered = CONTROLS
        .into_iter()
        .map(|name| (name, form.get(name).unwrap_or_default().trim().chars().take(LETTERS).collect::<String>()))
        .collect();
    let said = |name: &str| entered.get(name).map_or("", String::as_str);
    let mut wrong = Vec::new();
    if said("name").is_empty() {
        wrong.push(Say::new("error-schedule-name"));
    }
    let mapping = said("mapping").parse::<Id>().ok();
    let known = saved::all(engine, &reader.who, None).await?;
    let chosen = known.into_iter().find(|saved| Some(saved.id) == mapping);
    let tagged = chosen.as_ref().and_then(|saved| reader.model.plural(&saved.target)).is_some_and(|entity| entity.field("tags").is_some());
    let known_tag = tagged && tags(reader).iter().any(|(key, _)| key == said("missing"));
    if !said("missing").is_empty() && !known_tag {
        wrong.push(Say::new("error-schedule-missing"));
    }
    match chosen {
        None => wrong.push(Say::new("error-schedule-mapping")),
        Some(saved) if !saved.finds() => wrong.push(Say::new("error-schedule-keys")),
        Some(_) => {}
    }
    let source = Source::from_key(said("source")).unwrap_or(Source::Folder);
    match source {
        Source::Folder => match &engine.settings().import_folder {
            None => wrong.push(Say::new("error-schedule-no-folder")),
            Some(allowed) => {
                let (allowed, within) = (allowed.clone(), said("folder").to_owned());
                let looked = tokio::task::spawn_blocking(move || folder::within(&allowed, &within)).await.map_err(Error::internal)?;
                if let Err(Error::Invalid(problems)) = looked {
                    wrong.extend(problems.into_iter().map(|problem| problem.say));
                }
                if said("pattern").is_empty() || said("pattern").contains(['/', '\\']) {
                    wrong.push(Say::new("error-schedule-pattern"));
                }
            }
        },
        Source::Address => {
            if !jobs::leads(engine, said("address")) {
                wrong.push(Say::new("error-schedule-address"));
            }
            let token = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
            if !said("header").chars().all(token)
                || matches!(said("header").to_ascii_lowercase().as_str(), "host" | "connection" | "content-length")
            {
                wrong.push(Say::new("error-schedule-header"));
            }
            if form.get("secret").is_some_and(|secret| secret.chars().any(char::is_control)) {
                wrong.push(Say::new("error-schedule-header"));
            }
        }
    }
    let number = |name: &str, from: i64, to: i64| Value::Int(said(name).parse::<i64>().unwrap_or(from).clamp(from, to));
    let every = Every::from_key(said("every")).unwrap_or(Every::Day);
    let values = vec![
        (entity::NAME.id(), said("name").into()),
        (entity::MAPPING.id(), mapping.into()),
        (entity::SOURCE.id(), source.key().into()),
        (entity::FOLDER.id(), said("folder").into()),
        (entity::PATTERN.id(), said("pattern").into()),
        (entity::ADDRESS.id(), said("address").into()),
        (entity::HEADER.id(), said("header").into()),
        (entity::EVERY.id(), every.key().into()),
        (entity::HOUR.id(), number("hour", 0, 23)),
        (entity::WEEKDAY.id(), number("weekday", 1, 7)),
        (entity::KEEPS.id(), Value::Bool(!said("keeps").is_empty())),
        (entity::MISSING_TAG.id(), said("missing").into()),
        // Where it looks may be another place now: what was seen there says nothing of it.
        (entity::SEEN.id(), "".into()),
        (entity::STOOD.id(), "".into()),
    ];
    Ok((values, entered, wrong))
}

/// When it looks first.
fn first(engine: &Engine, values: &[(FieldId, Value)]) -> Result<Value> {
    let value = |field: FieldId| values.iter().find(|(known, _)| *known == field).map(|(_, value)| value);
    let every = value(entity::EVERY.id()).and_then(|value| Every::from_key(value.text())).unwrap_or(Every::Day);
    let number = |field: FieldId| value(field).map_or(0, Value::int);
    jobs::next(engine, &(every, number(entity::HOUR.id()), number(entity::WEEKDAY.id()))).map(Value::Moment)
}

/// Keeps what the form says of the header, sealed; an empty one leaves what is there, none where there is no header.
async fn keep_secret(engine: &Engine, id: Id, form: &Fields) -> Result<()> {
    let secret = form.get("secret").unwrap_or_default();
    if form.get("header").unwrap_or_default().trim().is_empty() {
        return rows::keep_secret(engine, id, String::new()).await;
    }
    if secret.is_empty() {
        return Ok(());
    }
    let sealed = engine.seal(&place(id), secret).await?;
    rows::keep_secret(engine, id, sealed).await
}

fn sentences(reader: &Reader, wrong: &[Say]) -> Vec<String> {
    wrong.iter().map(|say| reader.speech.sentence(say)).collect()
}

/// The program keeps schedules, in the name of whoever set them up.
async fn write(reader: &Reader, act: Act) -> Result<()> {
    let engine = reader.web.engine();
    let work =
        engine::in_slice(move |slicing: &mut Slicing<'_>| Box::pin(async move { slicing.attempt_by_rule(vec![act]).await.map(|_| ()) }));
    engine.slice(&reader.who, "import", engine.id(), work).await
}

/// What follows where one was saved: what it keeps is known, and its page says how it stands.
async fn saved_well(reader: &Reader, id: Id) -> Answer {
    let engine = reader.web.engine();
    let (record, _) = engine.show(&reader.who, &*engine.entity(IMPORT_SCHEDULE)?, id).await?;
    keeping::settle(engine, &record).await?;
    Ok(onward(reader, &format!("{ADDRESS}/{id}")))
}

pub(super) async fn create(reader: Reader, form: Fields) -> Answer {
    let (values, entered, wrong) = read(&reader, &form).await?;
    if !wrong.is_empty() {
        return page(&reader, None, entered, sentences(&reader, &wrong), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let engine = reader.web.engine();
    let id = engine.id();
    let mut draft =
        Draft::new(IMPORT_SCHEDULE).with(entity::OWNER.id(), reader.who.user).with(entity::NEXT_AT.id(), first(engine, &values)?);
    draft.id = Some(id);
    draft.values.extend(values);
    write(&reader, Act::Create(draft)).await?;
    keep_secret(engine, id, &form).await?;
    saved_well(&reader, id).await
}

pub(super) async fn change(named: Named, reader: Reader, form: Fields) -> Answer {
    let record = found(&reader, &named).await?;
    let (mut values, entered, wrong) = read(&reader, &form).await?;
    if !wrong.is_empty() {
        return page(&reader, Some(&record), entered, sentences(&reader, &wrong), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let engine = reader.web.engine();
    if record.value(entity::STATE.id()).text() == Goes::Active.key() {
        values.push((entity::NEXT_AT.id(), first(engine, &values)?));
    }
    // Whoever changes it answers for it from now on: it imports with his rights.
    values.push((entity::OWNER.id(), reader.who.user.into()));
    write(&reader, Act::Change { entity: IMPORT_SCHEDULE, id: record.id, version: None, values, lines: Vec::new() }).await?;
    keep_secret(engine, record.id, &form).await?;
    saved_well(&reader, record.id).await
}

pub(super) async fn run(named: Named, reader: Reader) -> Answer {
    let record = found(&reader, &named).await?;
    rows::now(reader.web.engine(), record.id, record.value(entity::OWNER.id()).link()).await?;
    Ok(onward(&reader, &format!("{ADDRESS}/{}", record.id)))
}

pub(super) async fn pause(named: Named, reader: Reader) -> Answer {
    let record = found(&reader, &named).await?;
    rows::put(reader.web.engine(), record.id, None).await?;
    Ok(onward(&reader, &format!("{ADDRESS}/{}", record.id)))
}

pub(super) async fn resume(named: Named, reader: Reader) -> Answer {
    let record = found(&reader, &named).await?;
    let engine = reader.web.engine();
    let every = Every::from_key(record.value(entity::EVERY.id()).text()).unwrap_or(Every::Day);
    let next = jobs::next(engine, &(every, record.get(&entity::HOUR), record.get(&entity::WEEKDAY)))?;
    rows::put(engine, record.id, Some(next)).await?;
    Ok(onward(&reader, &format!("{ADDRESS}/{}", record.id)))
}

pub(super) async fn remove(named: Named, reader: Reader) -> Answer {
    let record = found(&reader, &named).await?;
    rows::remove(reader.web.engine(), record.id).await?;
    Ok(onward(&reader, ADDRESS))
}

//! Columns of consents: an answer holds only with how it came, since when, and how it can be proved; whatever lacks one of them stays
//! in the remarks. Nothing that a file says stands against what was said after it.
//!
//! Paths: `consent.marketing.email` is an answer (purpose and channel); `consent.source`, `consent.date`, `consent.evidence`, `consent.text` and
//! `consent.basis` are said by columns, or by `[defaults]` for the whole file. In rows of accounts `contact.consent.…` is said of the person
//! that they name; what no column says of him alone is as for the row.

use super::batches::{Applying, Item, Outcome, Told, refusal};
use super::mapping::{Column, Mapping, Part, Target};
use super::rows::{Ready, Warning, day_first, is_no_date, note, piece};
use crate::consents::entity::{
    ABOUT, AT, BASIS, Basis, CARDS, CHANNEL, Channel, EVIDENCE, PURPOSE, PURPOSES, SOURCE, STATE, Source, State, TEXT,
};
use crate::consents::texts;
use engine::{Act, Asked, Draft, Engine, Principal, Slicing, Statement, Tx};
use kernel::{Error, Id, Language, Moment, Problem, Result, Say, Value, Zone};
use meta::fields::Chosen;
use meta::sql::Sql;
use meta::{Kind, Model, Reading};
use std::collections::HashMap;
use web::Words;

/// What a path of consents begins with.
pub(super) const PREFIX: &str = "consent";

/// What has to be said of answers, by a column or for the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Proof {
    Source,
    Date,
    Text,
    Evidence,
    Basis,
}

impl Proof {
    pub(super) const ALL: [Proof; 5] = [Proof::Source, Proof::Date, Proof::Text, Proof::Evidence, Proof::Basis];

    pub(super) fn path(self) -> &'static str {
        match self {
            Proof::Source => "consent.source",
            Proof::Date => "consent.date",
            Proof::Text => "consent.text",
            Proof::Evidence => "consent.evidence",
            Proof::Basis => "consent.basis",
        }
    }
}

/// What an answer is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Way {
    purpose: String,
    channel: &'static str,
}

/// An answer of a row, whole.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    way: Way,
    state: State,
    at: Moment,
    basis: Basis,
    source: Source,
    text: Option<Id>,
    evidence: String,
    /// The column and the value as they stand in the file.
    column: String,
    value: String,
}

impl Entry {
    /// Adds it to what was said of one record: of two answers to one thing a no counts.
    pub(super) fn join(self, entries: &mut Vec<Entry>) {
        match entries.iter_mut().find(|other| other.way == self.way) {
            Some(other) if other.state == State::Given => *other = self,
            Some(_) => {}
            None => entries.push(self),
        }
    }

    /// It stays in the remarks: the row names nobody whose it could be.
    pub(super) fn of_nobody(self) -> (Warning, String) {
        let note = if self.column.is_empty() { self.value.clone() } else { format!("{}: {}", self.column, self.value) };
        (Warning { column: self.column, value: self.value, say: Say::new("error-import-consent-nobody") }, note)
    }
}

/// Where a path of consents of a part of the row leads, without its beginning; nowhere for an entity whose consents nobody keeps, and for a
/// purpose that the company has not.
pub(super) fn target(model: &Model, entity: &str, part: Part, rest: &str) -> Option<Target> {
    if !CARDS.contains(&entity) {
        return None;
    }
    if let Some(proof) = Proof::ALL.into_iter().find(|proof| proof.path().strip_prefix("consent.") == Some(rest)) {
        return Some(Target::Proof(part, proof));
    }
    let (purpose, channel) = rest.rsplit_once('.')?;
    let channel = Channel::from_key(channel)?.key();
    let known = model.terms.contains_key(&(PURPOSES.to_owned(), purpose.to_owned()));
    known.then(|| Target::Consent(part, Way { purpose: purpose.to_owned(), channel }))
}

/// The answers of a row as they are read, and what its own columns say of them.
#[derive(Default)]
pub(super) struct Said<'r> {
    answers: Vec<(&'r Column, Part, &'r Way, String)>,
    proofs: Vec<(Part, Proof, &'r Column, String)>,
}

impl<'r> Said<'r> {
    /// Takes a cell where it is about consents; whether it is.
    pub(super) fn takes(&mut self, column: &'r Column, target: &'r Target, text: &str) -> bool {
        match target {
            Target::Consent(part, way) => self.answers.push((column, *part, way, text.to_owned())),
            Target::Proof(part, proof) => self.proofs.push((*part, *proof, column, text.to_owned())),
            _ => return false,
        }
        true
    }

    /// What the row says of a part: of itself first, then of all of it.
    fn proof(&self, part: Part, of: Proof) -> Option<(&'r Column, &str)> {
        let said = |whose: Part| self.proofs.iter().find(move |(part, proof, ..)| *part == whose && *proof == of);
        said(part).or_else(|| said(Part::Root)).map(|(.., column, text)| (*column, text.as_str()))
    }
}

/// How the answers of a file are read, and what is said of all of them.
pub(super) struct Answers {
    states: HashMap<String, State>,
    sources: HashMap<String, Source>,
    bases: HashMap<String, Basis>,
    zone: Zone,
    now: Moment,
    source: Option<Source>,
    date: Option<Since>,
    texts: Texts,
    text: String,
    evidence: String,
    basis: Basis,
}

/// The texts that people agreed to: by what a file may call them, folded, with the purpose of each.
pub(super) type Texts = HashMap<String, Vec<(Id, String)>>;

/// The texts there are, where the mapping speaks of them: by identity, by name and edition, by either alone.
pub(super) async fn texts(engine: &Engine, who: &Principal, mapping: &Mapping) -> Result<Texts> {
    let mut known = Texts::new();
    let column = mapping.columns.iter().any(|(_, target)| matches!(target, Target::Proof(_, Proof::Text)));
    if !column && !mapping.proofs.iter().any(|(proof, _)| *proof == Proof::Text) {
        return Ok(known);
    }
    for record in all_texts(engine, who).await? {
        let (name, edition) = (record.get(&texts::NAME), record.get(&texts::EDITION));
        let mut called = vec![record.id.to_string(), format!("{name} · {edition}"), format!("{name} {edition}")];
        called.extend([name.to_owned(), edition.to_owned()]);
        called.iter_mut().for_each(|name| *name = kernel::fold(name.trim()));
        called.sort_unstable();
        called.dedup();
        for name in called {
            known.entry(name).or_default().push((record.id, record.get(&texts::PURPOSE).to_owned()));
        }
    }
    Ok(known)
}

/// The texts that people agreed to, those of today first.
pub(super) async fn all_texts(engine: &Engine, who: &Principal) -> Result<Vec<meta::Record>> {
    let entity = engine.entity("consent_text")?;
    let fields = vec!["name", "edition", "label", "purpose", "language"];
    let sort = vec![engine::Sorting { field: "valid_from", descending: true }];
    let mut asked = Asked { fields, sort, limit: 200, names: false, ..Asked::new(entity) };
    let mut records = Vec::new();
    loop {
        let listed = engine.list(who, asked.clone()).await?;
        records.extend(listed.records);
        match listed.next {
            Some(next) => asked.after = Some(next),
            None => return Ok(records),
        }
    }
}

/// Since when an answer holds: a moment, or a day.
#[derive(Debug, Clone, Copy)]
enum Since {
    Moment(Moment),
    Day(kernel::Date),
}

const YES: [&str; 8] = ["si", "s", "yes", "y", "1", "x", "vero", "true"];
const NO: [&str; 5] = ["no", "n", "0", "falso", "false"];

impl Answers {
    /// How a mapping reads answers; none where it leads no column to one.
    ///
    /// Errors: under the path that is not said, or not well: `error-import-consent-source`, `-date`, `-text`, `-evidence`,
    /// `error-consent-future`, `error-consent-soft-spam`.
    pub(super) fn of(mapping: &Mapping, words: &Words, zone: &Zone, now: Moment, texts: Texts) -> Result<Option<Answers>> {
        let ways = mapping.columns.iter();
        let ways = ways.filter_map(|(_, target)| if let Target::Consent(part, way) = target { Some((*part, way)) } else { None });
        let ways: Vec<(Part, &Way)> = ways.collect();
        if ways.is_empty() {
            return Ok(None);
        }
        let mut states = chosen::<State>(words, "state");
        states.extend(YES.map(|word| (word.to_owned(), State::Given)));
        states.extend(NO.map(|word| (word.to_owned(), State::Refused)));
        let mut answers = Answers {
            states,
            sources: chosen(words, "source"),
            bases: chosen(words, "basis"),
            zone: zone.clone(),
            now,
            source: None,
            date: None,
            texts,
            text: String::new(),
            evidence: String::new(),
            basis: Basis::Consent,
        };
        let mut problems = Vec::new();
        let mut wrong = |proof: Proof, say: Say| problems.push(Problem { field: proof.path().to_owned(), say });
        // A column of one person says nothing of another.
        let said = |whose: Part, proof: Proof| {
            let says =
                |target: &Target| matches!(target, Target::Proof(part, of) if *of == proof && (*part == whose || *part == Part::Root));
            mapping.columns.iter().any(|(_, target)| says(target))
        };
        let column = |proof: Proof| ways.iter().all(|(part, _)| said(*part, proof));
        let whole =
            |proof: Proof| mapping.proofs.iter().rfind(|(of, text)| *of == proof && !text.trim().is_empty()).map(|(_, text)| text.trim());
        match whole(Proof::Source).map(|text| answers.sources.get(&kernel::fold(text)).copied()) {
            Some(Some(source)) => answers.source = Some(source),
            Some(None) => wrong(Proof::Source, Say::new("error-import-consent-source")),
            None if column(Proof::Source) => {}
            None => wrong(Proof::Source, Say::new("error-import-consent-source")),
        }
        match whole(Proof::Date).map(|text| answers.since(&Column::new("", super::mapping::To::Nothing), text)) {
            Some(Ok(date)) => answers.date = Some(date),
            Some(Err(say)) => wrong(Proof::Date, say),
            None if column(Proof::Date) => {}
            None => wrong(Proof::Date, Say::new("error-import-consent-date")),
        }
        match whole(Proof::Basis).map(|text| answers.bases.get(&kernel::fold(text)).copied()) {
            Some(Some(basis)) => answers.basis = basis,
            Some(None) => wrong(Proof::Basis, Say::new("error-import-consent-basis")),
            None => {}
        }
        if !column(Proof::Basis) && answers.basis == Basis::SoftSpam && ways.iter().any(|(_, way)| way.channel != Channel::Email.key()) {
            wrong(Proof::Basis, Say::new("error-consent-soft-spam"));
        }
        answers.text = whole(Proof::Text).unwrap_or_default().to_owned();
        answers.evidence = whole(Proof::Evidence).unwrap_or_default().to_owned();
        let fits = |way: &Way| !answers.text.is_empty() && matches!(answers.text_of(&answers.text, way), Ok(Some(_)));
        if !answers.text.is_empty() && !ways.iter().any(|(_, way)| fits(way)) {
            wrong(Proof::Text, Say::new("error-import-consent-text"));
        }
        let proved = |part: Part, way: &Way| said(part, Proof::Evidence) || said(part, Proof::Text) || fits(way);
        let bare = ways.iter().any(|(part, way)| !proved(*part, way));
        if answers.evidence.is_empty() && bare && !column(Proof::Basis) && answers.basis == Basis::Consent {
            wrong(Proof::Evidence, Say::new("error-import-consent-evidence"));
        }
        if problems.is_empty() { Ok(Some(answers)) } else { Err(Error::Invalid(problems)) }
    }

    /// Makes entries of the answers of a row; what is no answer, or is not whole, stays in the remarks.
    pub(super) fn read(&self, said: &Said<'_>, ready: &mut Ready) {
        for (column, part, way, text) in &said.answers {
            let source = said.proof(*part, Proof::Source).map(|(_, text)| self.sources.get(&kernel::fold(text)).copied());
            let since = said.proof(*part, Proof::Date).filter(|(_, text)| !is_no_date(text)).map(|(column, text)| self.since(column, text));
            let basis = said.proof(*part, Proof::Basis).map(|(_, text)| self.bases.get(&kernel::fold(text)).copied());
            let evidence = said.proof(*part, Proof::Evidence).map_or(self.evidence.as_str(), |(_, text)| text);
            let whole = || -> std::result::Result<Entry, Say> {
                let state = *self.states.get(&kernel::fold(text)).ok_or(Say::new("error-import-consent-answer"))?;
                let source = source.unwrap_or(self.source).ok_or(Say::new("error-import-consent-row-source"))?;
                let since = since.clone().or(self.date.map(Ok)).ok_or(Say::new("error-import-consent-row-date"))??;
                let basis = basis.unwrap_or(Some(self.basis)).ok_or(Say::new("error-import-consent-basis"))?;
                let named = said.proof(*part, Proof::Text).map_or(self.text.as_str(), |(_, text)| text);
                let signed = self.text_of(named, way)?;
                if state == State::Given && basis == Basis::Consent && evidence.is_empty() && signed.is_none() {
                    return Err(Say::new(if named.is_empty() { "error-consent-evidence" } else { "error-consent-text-purpose" }));
                }
                if basis == Basis::SoftSpam && way.channel != Channel::Email.key() {
                    return Err(Say::new("error-consent-soft-spam"));
                }
                let at = self.at(since, state);
                let evidence = evidence.to_owned();
                let (column, value) = (column.header.clone(), text.clone());
                Ok(Entry { way: (*way).clone(), state, at, basis, source, text: signed, evidence, column, value })
            };
            match whole() {
                Ok(entry) => entry.join(&mut piece(ready, *part).consents),
                Err(say) => {
                    ready.warnings.push(Warning { column: column.header.clone(), value: text.clone(), say });
                    ready.root.notes.push(note(column, text));
                }
            }
        }
    }

    /// The text of this name that a purpose has; none where nothing is named, or the text is another purpose's.
    fn text_of(&self, name: &str, way: &Way) -> std::result::Result<Option<Id>, Say> {
        if name.is_empty() {
            return Ok(None);
        }
        let known = self.texts.get(&kernel::fold(name.trim())).ok_or(Say::new("error-import-consent-text"))?;
        let mut fits = known.iter().filter(|(_, purpose)| *purpose == way.purpose).map(|(id, _)| *id);
        match (fits.next(), fits.next()) {
            (Some(_), Some(_)) => Err(Say::new("error-import-consent-texts")),
            (found, _) => Ok(found),
        }
    }

    /// Since when, as a cell says it; nothing holds from tomorrow.
    fn since(&self, column: &Column, text: &str) -> std::result::Result<Since, Say> {
        let reading = Reading { language: column.language(), zone: self.zone.clone() };
        let text = if column.month_first { day_first(text) } else { text.to_owned() };
        let since = match Kind::Date.parse(&text, &reading).map(|value| value.date()) {
            Ok(Some(day)) => Since::Day(day),
            _ => match Kind::Moment.parse(&text, &reading)?.moment() {
                Some(moment) => Since::Moment(moment),
                None => return Err(Say::new("error-date")),
            },
        };
        let begins = match since {
            Since::Moment(moment) => moment,
            Since::Day(day) => day.start(&self.zone),
        };
        if begins > self.now { Err(Say::new("error-consent-future")) } else { Ok(since) }
    }

    /// Of a day a yes holds from its beginning and a no from its end, so that of one day the no stands.
    fn at(&self, since: Since, state: State) -> Moment {
        match since {
            Since::Moment(moment) => moment,
            Since::Day(day) if state == State::Given => day.start(&self.zone),
            Since::Day(day) => day.plus_days(1).start(&self.zone).plus_millis(-1).min(self.now),
        }
    }
}

/// The choices of a field of consents by their keys and by their words, folded.
fn chosen<T: Chosen>(words: &Words, field: &str) -> HashMap<String, T> {
    let mut known = HashMap::new();
    for choice in T::CHOICES {
        let said = [Language::Italian, Language::English]
            .map(|language| words.with(&format!("choice-consent-{field}-{}", choice.key), language, &[]));
        for name in said.iter().map(String::as_str).chain([choice.key]) {
            known.extend(T::from_key(choice.key).map(|value| (kernel::fold(name), value)));
        }
    }
    known
}

impl Applying {
    /// Writes the consents of rows whose records are there: each that is news, and is not older than what the ledger says already.
    pub(super) async fn consents(&self, slicing: &mut Slicing<'_>, items: &[Item], told: &mut [Told], care: bool) -> Result<()> {
        let known: Vec<Id> = items
            .iter()
            .zip(told.iter())
            .filter(|(_, told)| told.outcome != Outcome::Created)
            .flat_map(|(item, told)| answered(item, told).into_iter().map(|(record, _)| record))
            .collect();
        let mut stands = standing(slicing.tx(), &known).await?;
        let mut all = Vec::new();
        for (item, told) in items.iter().zip(told) {
            let answers = answered(item, told);
            if answers.is_empty() {
                continue;
            }
            let mut acts = Vec::new();
            for (record, entry) in answers {
                match stands.get(&(record, entry.way.clone())) {
                    Some((state, _)) if (*state == State::Given) == (entry.state == State::Given) => continue,
                    Some((_, at)) if *at >= entry.at => {
                        let day = at.date(&self.maker.zone).to_string();
                        let say = Say::new("error-import-consent-later").with("day", day);
                        told.warnings.push(Warning { column: entry.column.clone(), value: entry.value.clone(), say });
                        told.consents_left += 1;
                        continue;
                    }
                    _ => {}
                }
                stands.insert((record, entry.way.clone()), (entry.state, entry.at));
                acts.push(Act::Create(entry.draft(record)));
            }
            told.consents += acts.len() as u64;
            if !care {
                all.extend(acts);
            } else if !acts.is_empty()
                && let Err(error) = slicing.attempt(acts).await
            {
                let fault = refusal(error)?;
                told.warnings.push(Warning { column: fault.column, value: fault.value, say: fault.say });
                told.consents_left += std::mem::take(&mut told.consents);
            }
        }
        if all.is_empty() { Ok(()) } else { slicing.apply(all).await.map(|_| ()) }
    }
}

/// The answers of a row whose records are there, each with whose it is.
fn answered<'i>(item: &'i Item, told: &Told) -> Vec<(Id, &'i Entry)> {
    match &item.ready {
        Ok(ready) if matches!(told.outcome, Outcome::Created | Outcome::Updated | Outcome::Unchanged) => {
            let root = told.record.map(|record| (record, &ready.root));
            let people = told.people.iter().copied().zip(&ready.contacts);
            root.into_iter().chain(people).flat_map(|(record, piece)| piece.consents.iter().map(move |entry| (record, entry))).collect()
        }
        _ => Vec::new(),
    }
}

impl Entry {
    fn draft(&self, about: Id) -> Draft {
        Draft::new("consent")
            .with(ABOUT.record.id(), about)
            .with(PURPOSE.id(), self.way.purpose.as_str())
            .with(CHANNEL.id(), self.way.channel)
            .with(STATE.id(), self.state.key())
            .with(AT.id(), Value::Moment(self.at))
            .with(BASIS.id(), self.basis.key())
            .with(SOURCE.id(), self.source.key())
            .with(TEXT.id(), self.text)
            .with(EVIDENCE.id(), self.evidence.as_str())
    }
}

/// What the ledger says now of some records, whoever may see it: a no holds for him too who does not.
async fn standing(tx: &mut Tx, records: &[Id]) -> Result<HashMap<(Id, Way), (State, Moment)>> {
    let mut stands = HashMap::new();
    if records.is_empty() {
        return Ok(stands);
    }
    let mut sql = Sql::new();
    sql.push("SELECT \"about\", \"purpose\", \"channel\", \"state\", \"at\" FROM \"consent\" WHERE \"removed_at\" IS NULL AND \"about\"");
    meta::query::among(records, &mut sql);
    sql.push(" ORDER BY \"at\", \"id\"");
    for row in tx.rows(&Statement::new(sql.text, sql.values)).await?.iter() {
        let (Some(about), Some(channel)) = (row.link(0), Channel::from_key(row.text(2))) else { continue };
        let way = Way { purpose: row.text(1).to_owned(), channel: channel.key() };
        if let (Some(state), Some(at)) = (State::from_key(row.text(3)), row.moment(4)) {
            stands.insert((about, way), (state, at));
        }
    }
    Ok(stands)
}

//! Columns of consents: an answer holds only with how it came, since when, and how it can be proved; whatever lacks one of them stays
//! in the remarks. Nothing that a file says stands against what was said after it.
//!
//! Paths: `consent.marketing.email` is an answer (purpose and channel); `consent.source`, `consent.date`, `consent.evidence` and
//! `consent.basis` are said by columns, or by `[defaults]` for the whole file.

use super::batches::{Applying, Item, Outcome, Told, refusal};
use super::mapping::{Column, Mapping, Target};
use super::rows::{Ready, Warning, day_first, is_no_date, note};
use crate::consents::entity::{
    ABOUT, AT, BASIS, Basis, CARDS, CHANNEL, Channel, EVIDENCE, PURPOSE, PURPOSES, SOURCE, STATE, Source, State,
};
use engine::{Act, Draft, Slicing, Statement, Tx};
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
    Evidence,
    Basis,
}

impl Proof {
    pub(super) const ALL: [Proof; 4] = [Proof::Source, Proof::Date, Proof::Evidence, Proof::Basis];

    pub(super) fn path(self) -> &'static str {
        match self {
            Proof::Source => "consent.source",
            Proof::Date => "consent.date",
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
    evidence: String,
    /// The column and the value as they stand in the file.
    column: String,
    value: String,
}

/// Where a path of consents leads, without its beginning; nowhere for an entity whose consents nobody keeps, and for a purpose that the
/// company has not.
pub(super) fn target(model: &Model, entity: &str, rest: &str) -> Option<Target> {
    if !CARDS.contains(&entity) {
        return None;
    }
    if let Some(proof) = Proof::ALL.into_iter().find(|proof| proof.path().strip_prefix("consent.") == Some(rest)) {
        return Some(Target::Proof(proof));
    }
    let (purpose, channel) = rest.rsplit_once('.')?;
    let channel = Channel::from_key(channel)?.key();
    let known = model.terms.contains_key(&(PURPOSES.to_owned(), purpose.to_owned()));
    known.then(|| Target::Consent(Way { purpose: purpose.to_owned(), channel }))
}

/// The answers of a row as they are read, and what its own columns say of them.
#[derive(Default)]
pub(super) struct Said<'r> {
    answers: Vec<(&'r Column, &'r Way, String)>,
    proofs: Vec<(Proof, &'r Column, String)>,
}

impl<'r> Said<'r> {
    /// Takes a cell where it is about consents; whether it is.
    pub(super) fn takes(&mut self, column: &'r Column, target: &'r Target, text: &str) -> bool {
        match target {
            Target::Consent(way) => self.answers.push((column, way, text.to_owned())),
            Target::Proof(proof) => self.proofs.push((*proof, column, text.to_owned())),
            _ => return false,
        }
        true
    }

    fn proof(&self, of: Proof) -> Option<(&'r Column, &str)> {
        self.proofs.iter().find(|(proof, ..)| *proof == of).map(|(_, column, text)| (*column, text.as_str()))
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
    evidence: String,
    basis: Basis,
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
    /// Errors: under the path that is not said, or not well: `error-import-consent-source`, `-date`, `-evidence`, `error-consent-future`,
    /// `error-consent-soft-spam`.
    pub(super) fn of(mapping: &Mapping, words: &Words, zone: &Zone, now: Moment) -> Result<Option<Answers>> {
        let ways: Vec<&Way> =
            mapping.columns.iter().filter_map(|(_, target)| if let Target::Consent(way) = target { Some(way) } else { None }).collect();
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
            evidence: String::new(),
            basis: Basis::Consent,
        };
        let mut problems = Vec::new();
        let mut wrong = |proof: Proof, say: Say| problems.push(Problem { field: proof.path().to_owned(), say });
        let column = |proof: Proof| mapping.columns.iter().any(|(_, target)| matches!(target, Target::Proof(of) if *of == proof));
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
        if !column(Proof::Basis) && answers.basis == Basis::SoftSpam && ways.iter().any(|way| way.channel != Channel::Email.key()) {
            wrong(Proof::Basis, Say::new("error-consent-soft-spam"));
        }
        answers.evidence = whole(Proof::Evidence).unwrap_or_default().to_owned();
        if answers.evidence.is_empty() && !column(Proof::Evidence) && !column(Proof::Basis) && answers.basis == Basis::Consent {
            wrong(Proof::Evidence, Say::new("error-import-consent-evidence"));
        }
        if problems.is_empty() { Ok(Some(answers)) } else { Err(Error::Invalid(problems)) }
    }

    /// Makes entries of the answers of a row; what is no answer, or is not whole, stays in the remarks.
    pub(super) fn read(&self, said: &Said<'_>, ready: &mut Ready) {
        let source = said.proof(Proof::Source).map(|(_, text)| self.sources.get(&kernel::fold(text)).copied());
        let since = said.proof(Proof::Date).filter(|(_, text)| !is_no_date(text)).map(|(column, text)| self.since(column, text));
        let basis = said.proof(Proof::Basis).map(|(_, text)| self.bases.get(&kernel::fold(text)).copied());
        let evidence = said.proof(Proof::Evidence).map_or(self.evidence.as_str(), |(_, text)| text);
        for (column, way, text) in &said.answers {
            let whole = || -> std::result::Result<Entry, Say> {
                let state = *self.states.get(&kernel::fold(text)).ok_or(Say::new("error-import-consent-answer"))?;
                let source = source.unwrap_or(self.source).ok_or(Say::new("error-import-consent-row-source"))?;
                let since = since.clone().or(self.date.map(Ok)).ok_or(Say::new("error-import-consent-row-date"))??;
                let basis = basis.unwrap_or(Some(self.basis)).ok_or(Say::new("error-import-consent-basis"))?;
                if state == State::Given && basis == Basis::Consent && evidence.is_empty() {
                    return Err(Say::new("error-consent-evidence"));
                }
                if basis == Basis::SoftSpam && way.channel != Channel::Email.key() {
                    return Err(Say::new("error-consent-soft-spam"));
                }
                let at = self.at(since, state);
                let evidence = evidence.to_owned();
                Ok(Entry { way: (*way).clone(), state, at, basis, source, evidence, column: column.header.clone(), value: text.clone() })
            };
            match whole() {
                // Of two columns for one thing a no counts.
                Ok(entry) => match ready.consents.iter_mut().find(|other| other.way == entry.way) {
                    Some(other) if other.state == State::Given => *other = entry,
                    Some(_) => {}
                    None => ready.consents.push(entry),
                },
                Err(say) => {
                    ready.warnings.push(Warning { column: column.header.clone(), value: text.clone(), say });
                    ready.root.notes.push(note(column, text));
                }
            }
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
        let answered = |item: &Item, told: &Told| match &item.ready {
            Ok(ready) if !ready.consents.is_empty() && matches!(told.outcome, Outcome::Created | Outcome::Updated | Outcome::Unchanged) => {
                told.record
            }
            _ => None,
        };
        let known: Vec<Id> = items
            .iter()
            .zip(told.iter())
            .filter(|(_, told)| told.outcome != Outcome::Created)
            .filter_map(|(item, told)| answered(item, told))
            .collect();
        let mut stands = standing(slicing.tx(), &known).await?;
        let mut all = Vec::new();
        for (item, told) in items.iter().zip(told) {
            let (Some(record), Ok(ready)) = (answered(item, told), &item.ready) else { continue };
            let mut acts = Vec::new();
            for entry in &ready.consents {
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

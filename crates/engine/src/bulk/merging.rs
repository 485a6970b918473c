//! Two terms of a vocabulary become one: whatever holds the one that goes holds the one that stays, also in the trash, and
//! what names it in a filter names the other. All of it is one changeset of the ordinary verbs; a job works it off, and one
//! that was killed goes on with whatever still holds the old term. At its end the old term is gone, or retired where
//! something could not be changed.

use super::entity::{self as bulk, BULK};
use super::job::{self, Counts};
use super::report::Reason;
use super::{Begun, Doing};
use crate::jobs::{Done, JobContext, Run};
use crate::naming::{Renamed, naming_another};
use crate::own_fields::OWN_FIELD;
use crate::principal::{Principal, Through};
use crate::vocabulary::{TERM, uses};
use crate::write::{Act, Draft, Slicing, Writing};
use crate::{Engine, history};
use kernel::{Error, Id, Result, Say, Value};
use meta::fields::{stored, term_key, terms};
use meta::filter::renaming::OtherTerm;
use meta::{Entity, Field, FieldId, Filter, Kind, Model};
use std::sync::Arc;
use store::{Statement, Work};

/// The job's name, and the reason of its changeset.
const KIND: &str = "merge-terms";
/// Records looked for at once.
const SOUGHT: i64 = 500;
/// A slice takes no further record after so many milliseconds.
const MILLIS: i64 = 12;

pub(super) struct MergeTerms;

impl Run for MergeTerms {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let bulk = context.payload.parse().map_err(|_| Error::internal("a merge without its record"))?;
            context.engine.merge_terms(&context.who, bulk).await?;
            Ok(Done::Finished)
        })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        Box::pin(async move {
            let bulk = payload.parse().map_err(|_| Error::internal("a merge without its record"))?;
            engine.end_bulk(bulk, bulk::State::Running).await
        })
    }
}

/// Which term becomes which.
#[derive(Debug, Clone)]
struct Merge {
    vocabulary: String,
    from: String,
    into: String,
}

impl Renamed for Merge {
    fn may_stand_in(&self, text: &str) -> bool {
        text.contains(&self.from)
    }

    fn filter(&self, filter: &Filter, model: &Model, entity: &Entity) -> Filter {
        filter.with_other_term(model, entity, &OtherTerm { vocabulary: &self.vocabulary, from: &self.from, into: &self.into })
    }
}

impl Engine {
    /// Begins to make two terms of a vocabulary one: `from` is retired at once, and a job puts `into` wherever it stands.
    ///
    /// Errors: forbidden for whoever administers nothing; not found for terms that are not there; invalid for terms of two
    /// vocabularies, and where entries of a ledger, which nobody changes, hold the one that would go.
    pub async fn begin_merging(&self, who: &Principal, from: Id, into: Id) -> Result<Begun> {
        who.administers()?;
        let entity = self.entity(TERM)?;
        let (from, _) = self.show(who, &entity, from).await?;
        let (into, _) = self.show(who, &entity, into).await?;
        let ((vocabulary, old), (other, new)) = (uses::named(&from), uses::named(&into));
        if vocabulary != other || old == new || from.removed_at().is_some() || into.removed_at().is_some() {
            return Err(Error::invalid("into", Say::new("error-term-merge")));
        }
        let held = self.term_holders(who, &vocabulary, &old).await?;
        let model = self.model();
        if held.iter().any(|(key, _)| model.entity(key).is_some_and(|entity| entity.can.appended)) {
            return Err(Error::invalid("into", Say::new("error-term-merge-ledger")));
        }
        let retired = entity.field("retired").ok_or_else(|| Error::internal("terms that can't be retired"))?.id;
        let writing = self.writing(who, KIND)?;
        let total = held.iter().map(|(_, count)| count).sum();
        let begun = Begun { id: self.id(), total, changeset: writing.changeset };
        let doing = Doing::Merge { vocabulary, from: old, into: new };
        let mut draft = Draft::new(BULK)
            .with(bulk::TARGET.id(), TERM)
            .with(bulk::ACTION.id(), doing.key())
            .with(bulk::DETAILS.id(), doing.details(self, &entity))
            .with(bulk::CHOSEN.id(), "these")
            .with(bulk::CHANGESET.id(), begun.changeset.to_string())
            .with(bulk::TOTAL.id(), begun.total)
            .with(bulk::OWNER.id(), who.user);
        draft.id = Some(begun.id);
        let (engine, owner, ruling) = (self.clone(), who.user, who.ruling(self));
        let change = Act::Change { entity: TERM, id: from.id, version: None, values: vec![(retired, true.into())], lines: Vec::new() };
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    history::open(tx, &writing).await?;
                    engine.apply(tx, &writing, vec![change]).await?;
                    let keeping = Writing { who: ruling, by_rule: true, ..writing };
                    engine.apply(tx, &keeping, vec![Act::Create(draft)]).await?;
                    engine.enqueue(tx, KIND, begun.id.to_string(), owner).await?;
                    Ok(begun)
                })
            })
            .await
    }

    /// Works a merge off from where it stands.
    ///
    /// Errors: forbidden where its asker administers nothing any more.
    pub async fn merge_terms(&self, who: &Principal, bulk: Id) -> Result<()> {
        who.administers()?;
        let sql = "SELECT \"action\", \"details\", \"changeset\", \"owner\" FROM \"bulk\" WHERE \"id\" = ?";
        let begun = Statement::new(sql, vec![bulk.into()]);
        let rows = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&begun).await })).await?;
        let row = rows.first().filter(|row| row.link(3) == who.user).ok_or(Error::NotFound)?;
        let doing = Doing::read(self, &*self.entity(TERM)?, row.text(0), row.text(1))?;
        let Doing::Merge { vocabulary, from, into } = doing else { return Err(Error::NotFound) };
        let merge = Merge { vocabulary, from, into };
        let changeset = row.text(2).parse().map_err(|_| Error::internal("a merge without a changeset"))?;
        for (entity, fields) in uses::places(&self.model(), &merge.vocabulary) {
            if !self.merge_in(who, bulk, changeset, &merge, &entity, &fields).await? {
                return Ok(());
            }
        }
        let ended = merge.clone();
        self.slice(who, KIND, changeset, move |slicing| Box::pin(async move { end(slicing, bulk, &ended).await })).await?;
        self.follow_descriptions(true).await
    }

    /// Does it in one entity's records; tells whether it may go on.
    async fn merge_in(
        &self,
        who: &Principal,
        bulk: Id,
        changeset: Id,
        merge: &Merge,
        entity: &Arc<Entity>,
        fields: &[Field],
    ) -> Result<bool> {
        let mut after = None;
        loop {
            let (sought, sought_in, key) = (entity.clone(), fields.to_vec(), merge.from.clone());
            // Looked for outside of the one that writes: in a large table there may be few of them.
            let ids = self
                .inside
                .store
                .read(move |tx| Box::pin(async move { uses::holders(tx, &sought, &sought_in, &key, after, SOUGHT).await }))
                .await?;
            after = ids.last().copied().or(after);
            if ids.is_empty() {
                return Ok(true);
            }
            let mut rest = ids.as_slice();
            while !rest.is_empty() {
                let (entity, fields, merge, ids) = (entity.clone(), fields.to_vec(), merge.clone(), rest.to_vec());
                let done = self
                    .slice(who, KIND, changeset, move |slicing| {
                        Box::pin(async move { one_slice(slicing, bulk, &merge, &entity, &fields, &ids).await })
                    })
                    .await?;
                let Some(done) = done else { return Ok(false) };
                rest = &rest[done..];
            }
        }
    }
}

/// Does the first of these records; tells how many, or nothing where somebody ended it.
async fn one_slice(
    slicing: &mut Slicing<'_>,
    bulk: Id,
    merge: &Merge,
    entity: &Entity,
    fields: &[Field],
    ids: &[Id],
) -> Result<Option<usize>> {
    let Some(standing) = job::standing(slicing.tx(), bulk).await?.filter(|standing| standing.running) else { return Ok(None) };
    let begun = slicing.engine().now();
    let engine = slicing.engine().clone();
    let told = refused(slicing, bulk).await?;
    let system = engine.system(Through::Job);
    let records = engine.read_records(slicing.tx(), &system, entity, ids, true, true).await?;
    let mut counts = Counts::default();
    let mut looked_at = 0;
    for id in ids {
        looked_at += 1;
        let Some(record) = records.iter().find(|record| record.id == *id).filter(|_| !told.contains(id)) else { continue };
        let values: Vec<(FieldId, Value)> = fields
            .iter()
            .map(|field| (field.id, merged(field, record.value(field.id), merge)))
            .filter(|(field, value)| record.value(*field) != value)
            .collect();
        if values.is_empty() {
            continue;
        }
        counts.done += 1;
        let act = Act::Change { entity: entity.key, id: *id, version: Some(record.version), values, lines: Vec::new() };
        match slicing.attempt_everywhere(vec![act]).await {
            Ok(_) => counts.changed += 1,
            Err(error) => counts.refused.push((*id, Reason::of(error)?)),
        }
        if slicing.tx().keeps_waiting() || slicing.engine().now().millis() - begun.millis() >= MILLIS {
            break;
        }
    }
    let now = slicing.engine().now();
    job::note(slicing.tx(), bulk, standing.done, &counts, now, false).await?;
    Ok(Some(looked_at))
}

/// The records that were refused already, by the run before an interruption.
async fn refused(slicing: &mut Slicing<'_>, bulk: Id) -> Result<Vec<Id>> {
    let sql = Statement::new("SELECT \"record\" FROM \"bulk_refusal\" WHERE \"bulk\" = ?", vec![bulk.into()]);
    Ok(slicing.tx().rows(&sql).await?.iter().filter_map(|row| row.link(0)).collect())
}

/// What a field holds afterwards: no term twice.
fn merged(field: &Field, value: &Value, merge: &Merge) -> Value {
    let one = |key| if key == merge.from { merge.into.as_str() } else { key };
    match field.kind {
        Kind::Vocabularies(_) => Value::Text(stored(terms(value.text()).map(one))),
        _ => one(value.text()).into(),
    }
}

/// The last slice: what names the term, and the term itself.
async fn end(slicing: &mut Slicing<'_>, bulk: Id, merge: &Merge) -> Result<()> {
    let Some(standing) = job::standing(slicing.tx(), bulk).await?.filter(|standing| standing.running) else { return Ok(()) };
    let model = slicing.engine().model();
    for act in naming(slicing, &model, merge).await? {
        if let Err(error) = slicing.attempt_by_rule(vec![act]).await {
            tracing::warn!(%error, "what names a merged term stays as it is");
        }
    }
    if uses::held_by(slicing.tx(), &model, &merge.vocabulary, &merge.from).await?.is_none() {
        let sql = "SELECT \"id\" FROM \"term\" WHERE \"vocabulary\" = ? AND \"key\" = ? AND \"removed_at\" IS NULL";
        let values = vec![merge.vocabulary.as_str().into(), merge.from.as_str().into()];
        let found = slicing.tx().rows(&Statement::new(sql, values)).await?.first().and_then(|row| row.link(0));
        if let Some(id) = found {
            slicing.attempt_by_rule(vec![Act::Remove { entity: TERM, id, version: None }]).await?;
        }
    }
    let now = slicing.engine().now();
    job::note(slicing.tx(), bulk, standing.done, &Counts::default(), now, true).await
}

/// The changes of views, segments, sharing rules and own fields that name the term.
async fn naming(slicing: &mut Slicing<'_>, model: &Model, merge: &Merge) -> Result<Vec<Act>> {
    let mut acts = naming_another(slicing.tx(), model, merge).await?;
    let Some(first) = model.entity(OWN_FIELD).and_then(|entity| entity.field("initial")) else { return Ok(acts) };
    let sql = "SELECT \"id\", \"initial\" FROM \"own_field\" WHERE \"removed_at\" IS NULL AND \"vocabulary\" = ? ORDER BY \"id\"";
    let rows = slicing.tx().rows(&Statement::new(sql, vec![merge.vocabulary.as_str().into()])).await?;
    for row in rows.iter() {
        let (Some(id), Some(other)) = (row.link(0), initial(row.text(1), merge)) else { continue };
        let value = (first.id, Value::from(other));
        match acts.iter_mut().find_map(|act| match act {
            Act::Change { id: changed, values, .. } if *changed == id => Some(values),
            _ => None,
        }) {
            Some(values) => values.push(value),
            None => acts.push(Act::Change { entity: OWN_FIELD, id, version: None, values: vec![value], lines: Vec::new() }),
        }
    }
    Ok(acts)
}

/// The first value of an own field, as it is typed, with the other term.
fn initial(typed: &str, merge: &Merge) -> Option<String> {
    let is_old = |word: &str| term_key(word).is_some_and(|key| key == merge.from);
    let words: Vec<&str> = typed.split([',', ';', '|', '\n']).map(str::trim).filter(|word| !word.is_empty()).collect();
    if !words.iter().any(|word| is_old(word)) {
        return None;
    }
    let mut other: Vec<&str> = Vec::with_capacity(words.len());
    for word in words.into_iter().map(|word| if is_old(word) { merge.into.as_str() } else { word }) {
        if !other.contains(&word) {
            other.push(word);
        }
    }
    Some(other.join(", "))
}

/// The entities in which what a merge refused may be found.
pub(super) fn where_refused(model: &Model, doing: Option<&Doing>) -> Vec<&'static str> {
    match doing {
        Some(Doing::Merge { vocabulary, .. }) => uses::places(model, vocabulary).into_iter().map(|(entity, _)| entity.key).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge() -> Merge {
        Merge { vocabulary: "tag".to_owned(), from: "vip".to_owned(), into: "premium".to_owned() }
    }

    #[test]
    fn a_first_value_names_the_term_that_stays_once() {
        assert_eq!(initial("VIP", &merge()).as_deref(), Some("premium"));
        assert_eq!(initial("vip, premium, fiera", &merge()).as_deref(), Some("premium, fiera"));
        assert_eq!(initial("vipera", &merge()), None);
        let record = |text: &str| merged(&meta::Field::new("tags", Kind::Vocabularies("tag")), &text.into(), &merge());
        assert_eq!(record("|premium|vip|"), Value::from("|premium|"));
        assert_eq!(record("|aa|vip|zz|"), Value::from("|aa|premium|zz|"));
    }
}

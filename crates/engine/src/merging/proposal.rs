//! What merging would come to: every record's value of each field, the choice that suggests itself, and why.

use super::groups::{Group, groups};
use super::plan::{MOST_GONE, Pick};
use super::{lines, mergeable, wrong};
use crate::Engine;
use crate::principal::{Principal, Verb};
use kernel::{Error, Id, Result, Say};
use meta::filter::{Filter, Path, Test};
use meta::{Entity, Kind, Model, Record};
use std::collections::HashMap;
use std::sync::Arc;
use store::Tx;

/// Why a choice suggests itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// All say the same.
    Same,
    /// Only one record says something.
    Only,
    /// That record says more of it than the others.
    Fullest,
    /// It is the furthest step.
    Furthest,
    /// All of them stand beside one another.
    United,
    /// Where two differ, the record that stays is right.
    Kept,
}

impl Why {
    /// Its word.
    pub fn key(self) -> &'static str {
        match self {
            Why::Same => "same",
            Why::Only => "only",
            Why::Fullest => "fullest",
            Why::Furthest => "furthest",
            Why::United => "united",
            Why::Kept => "kept",
        }
    }
}

/// What is proposed for one field, or for fields that belong together.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// The fields.
    pub group: Group,
    /// Whose value stands.
    pub pick: Pick,
    /// Why.
    pub why: Why,
    /// Whether whoever asks may choose otherwise.
    pub open: bool,
}

/// What merging would come to, as far as whoever asks may know it.
#[derive(Debug)]
pub struct Proposal {
    /// The entity, as he knows it.
    pub entity: Arc<Entity>,
    /// The records with all that he may see, the one that should stay first.
    pub records: Vec<Record>,
    /// The names of what their links lead to.
    pub titles: HashMap<Id, String>,
    /// Field by field.
    pub fields: Vec<Proposed>,
    /// The lines that would stand on the record that stays, by relation.
    pub lines: Vec<(&'static str, Vec<Record>)>,
    /// How much of what he sees would move to it, by entity and link; only what moves.
    pub moves: Vec<(&'static str, &'static str, i64)>,
    /// The same of each record by itself, in the order of the records.
    pub attached: Vec<i64>,
}

/// The choice that suggests itself for a group, of records of which the first stays.
pub(super) fn default_of(group: &Group, records: &[Record]) -> (Pick, Why) {
    let kept = &records[0];
    if records.iter().all(|record| group.same(kept, record)) {
        return (Pick::Of(kept.id), Why::Same);
    }
    let filled: Vec<&Record> = records.iter().filter(|record| group.filled(record) > 0).collect();
    if let Some(choices) = group.steps() {
        // The furthest; what is over, which has no colour, only where nothing else is said.
        let field = group.first().id;
        let rank = |record: &Record| {
            let place = choices.iter().position(|choice| choice.key == record.value(field).text());
            place.map(|place| (choices[place].colour != "none", place))
        };
        let furthest = filled.iter().rev().max_by_key(|record| rank(record)).map_or(kept.id, |record| record.id);
        let all_there = filled.iter().all(|record| rank(record) == rank(kept));
        return if all_there { (Pick::Of(kept.id), Why::Kept) } else { (Pick::Of(furthest), Why::Furthest) };
    }
    // Yes or no: what was never said can't be told from a no.
    if group.first().kind == Kind::YesNo {
        return (Pick::Of(kept.id), Why::Kept);
    }
    if let [only] = filled.as_slice() {
        return (Pick::Of(only.id), Why::Only);
    }
    if let Some(first) = filled.first()
        && group.filled(kept) == 0
        && filled.iter().all(|record| group.same(first, record))
    {
        return (Pick::Of(first.id), Why::Only);
    }
    if group.unites() {
        return (Pick::United, Why::United);
    }
    let most = filled.iter().map(|record| group.filled(record)).max().unwrap_or_default();
    if group.filled(kept) == most {
        return (Pick::Of(kept.id), Why::Kept);
    }
    let fullest = filled.iter().find(|record| group.filled(record) == most).map_or(kept.id, |record| record.id);
    (Pick::Of(fullest), Why::Fullest)
}

impl Engine {
    /// What merging these records would come to: which should stay, whose value should stand in each field and why, and what
    /// would move. Of what whoever asks may not see nothing is said; merging includes it by default.
    ///
    /// Errors: not found where he does not see one of them; invalid for fewer than two or too many; forbidden for entities whose
    /// records can't be merged.
    pub async fn merge_proposal(&self, who: &Principal, entity: &Entity, ids: &[Id]) -> Result<Proposal> {
        let mut ids = ids.to_vec();
        let mut known = std::collections::HashSet::new();
        ids.retain(|id| known.insert(*id));
        if ids.len() < 2 || ids.len() > MOST_GONE + 1 {
            return Err(wrong("ids", Say::new("error-merge-count").with("most", MOST_GONE + 1)));
        }
        if !mergeable(entity) {
            return Err(Error::Forbidden(Say::new("error-merge-entity")));
        }
        who.permit(Verb::See, entity)?;
        who.permit(Verb::Change, entity)?;
        who.permit(Verb::Remove, entity)?;
        let (engine, who, key) = (self.clone(), who.clone(), entity.key);
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let entity = who.entity(key)?;
                    let mut records = engine.read_records(tx, &who, &entity, &ids, false, true).await?;
                    if records.len() < ids.len() {
                        return Err(Error::NotFound);
                    }
                    records.iter_mut().for_each(Record::keep_secrets);
                    engine.say_beyond(tx, &who, &entity, records.iter_mut()).await?;
                    let links = attached(&who.model, &entity);
                    let mut moves: Vec<Vec<(&'static str, &'static str, i64)>> = Vec::new();
                    for record in &records {
                        moves.push(engine.count_attached(tx, &who, &links, record.id).await?);
                    }
                    let groups = groups(&entity);
                    let sum = |moves: &[(&'static str, &'static str, i64)]| moves.iter().map(|(.., count)| count).sum::<i64>();
                    let mut order: Vec<usize> = (0..records.len()).collect();
                    // What he may not remove can only stay; then the most complete, the one with the most attached, the oldest.
                    order.sort_by_key(|place| {
                        let record = &records[*place];
                        let lines: usize = entity.owned().map(|relation| record.lines(relation.key).len()).sum();
                        let full = groups.iter().filter(|group| group.filled(record) > 0).count() + lines;
                        let stays = who.may_with(Verb::Remove, &entity, record);
                        (stays, std::cmp::Reverse(full), std::cmp::Reverse(sum(&moves[*place])), record.id)
                    });
                    let records: Vec<Record> = order.iter().map(|place| records[*place].clone()).collect();
                    let moves: Vec<_> = order.iter().map(|place| moves[*place].clone()).collect();
                    let fields = groups
                        .into_iter()
                        .filter(|group| group.shown(&entity))
                        .map(|group| {
                            let (pick, why) = default_of(&group, &records);
                            Proposed { open: group.open(&entity), group, pick, why }
                        })
                        .collect();
                    let lines = lines::together(&engine, &entity, &records)?;
                    let titles = engine.titles(tx, &who, records.iter()).await?;
                    let mut total: Vec<(&'static str, &'static str, i64)> = Vec::new();
                    for (of, via, count) in moves.iter().skip(1).flatten() {
                        match total.iter_mut().find(|(known, by, _)| known == of && by == via) {
                            Some((.., sum)) => *sum += count,
                            None => total.push((of, via, *count)),
                        }
                    }
                    let attached = moves.iter().map(|moves| sum(moves)).collect();
                    Ok(Proposal { entity, records, titles, fields, lines, moves: total, attached })
                })
            })
            .await
    }

    /// How many records that he sees lead to one along each of these links.
    async fn count_attached(
        &self,
        tx: &mut Tx,
        who: &Principal,
        links: &[(Arc<Entity>, &'static str)],
        id: Id,
    ) -> Result<Vec<(&'static str, &'static str, i64)>> {
        let mut counts = Vec::new();
        for (other, link) in links {
            let Some(seen) = who.seen(other) else { continue };
            let leads = Filter::Test(Path::of(link), Test::Is(meta::filter::Operand::Value(kernel::Value::Link(id))));
            let sql = self.compiling(who, |compile| meta::query::count(other, &leads, &seen, false, None, compile))?;
            let count = crate::asking::one_number(tx, &store::Statement::new(sql.text, sql.values)).await?;
            if count > 0 {
                counts.push((other.key, *link, count));
            }
        }
        Ok(counts)
    }
}

/// The relations of an entity by which other records stand on its card: their entity, and the link.
fn attached(model: &Model, entity: &Entity) -> Vec<(Arc<Entity>, &'static str)> {
    let relations = entity.relations.iter().filter(|relation| !relation.owned);
    relations.filter_map(|relation| Some((model.child(relation)?.clone(), relation.via))).filter(|(child, _)| child.can.public).collect()
}

//! Of ledgers the strictest wins: whoever said no, on whichever of the records, has said no on the one that stays. The entries
//! move as they are, each with its day and how it came; only where a later yes of another record would stand for a no, the no is
//! said once more, now.

use super::system;
use crate::Engine;
use crate::write::Draft;
use kernel::{Id, Result, Value, Zone};
use meta::entity::Ledger;
use meta::query::among;
use meta::sql::Sql;
use meta::{Entity, Field, Kind, Record};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Statement, Tx};

impl Engine {
    /// The entries to be made, of records of which the first stays.
    pub(super) async fn stricter(&self, tx: &mut Tx, entity: &Entity, records: &[Record]) -> Result<Vec<Draft>> {
        let model = self.model();
        let mut drafts = Vec::new();
        for ledger in model.entities() {
            let Some(rules) = ledger.ledger.filter(|rules| !rules.stops.is_empty()) else { continue };
            let about = ledger.fields.iter().find(|field| matches!(field.kind, Kind::About(cards) if cards.contains(&entity.key)));
            let Some(about) = about else { continue };
            let standing = self.standing_on(tx, ledger, &rules, about, records).await?;
            for (_, entries) in standing {
                if let Some(mut draft) = said_again(ledger, &rules, about, (entity, records[0].id), &entries, &self.settings().zone) {
                    self.without_lost_links(tx, ledger, &mut draft).await?;
                    drafts.push(draft);
                }
            }
        }
        Ok(drafts)
    }

    /// What an entry led to beside, and is no longer there, a new one does not lead to.
    pub(crate) async fn without_lost_links(&self, tx: &mut Tx, ledger: &Entity, draft: &mut Draft) -> Result<()> {
        for (field, value) in &mut draft.values {
            let target = ledger.fields.iter().find(|known| known.id == *field).and_then(|field| match field.kind {
                Kind::Link(target) => Some(target),
                _ => None,
            });
            let (Some(target), Some(id)) = (target, value.link()) else { continue };
            let mut sql = Sql::new();
            sql.push("SELECT 1 FROM ").name(target).push(" WHERE \"id\" = ").bind(id).push(" AND \"removed_at\" IS NULL");
            if tx.rows(&Statement::new(sql.text, sql.values)).await?.is_empty() {
                *value = Value::Empty;
            }
        }
        Ok(())
    }

    /// What stands on each of these records, for each row and column of the ledger.
    async fn standing_on(
        &self,
        tx: &mut Tx,
        ledger: &Arc<Entity>,
        rules: &Ledger,
        about: &Field,
        records: &[Record],
    ) -> Result<BTreeMap<(String, String), Vec<Record>>> {
        let ids: Vec<Id> = records.iter().map(|record| record.id).collect();
        let mut sql = Sql::new();
        sql.push("SELECT \"id\" FROM ").name(ledger.key).push(" WHERE \"removed_at\" IS NULL AND ").name(&about.column());
        among(&ids, &mut sql);
        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
        let entries: Vec<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
        let mut standing: BTreeMap<(String, String), Vec<Record>> = BTreeMap::new();
        for entry in self.read_records(tx, &system(self), ledger, &entries, false, false).await? {
            let place = (entry.named(rules.rows).text().to_owned(), entry.named(rules.columns).text().to_owned());
            let there = standing.entry(place).or_default();
            match there.iter_mut().find(|other| other.value(about.id) == entry.value(about.id)) {
                Some(other) if later(ledger, other, &entry).is_lt() => *other = entry,
                Some(_) => {}
                None => there.push(entry),
            }
        }
        Ok(standing)
    }
}

/// When an entry happened, and which of two at one moment is the newer.
fn moment(ledger: &Entity, entry: &Record) -> (Value, Id) {
    let at = ledger.happens.as_ref().map_or("created_at", |happens| happens.at);
    (entry.named(at).clone(), entry.id)
}

/// The no that has to be said again: the strictest that stands, where what is newest is no such.
fn said_again(
    ledger: &Entity,
    rules: &Ledger,
    about: &Field,
    (entity, kept): (&Entity, Id),
    entries: &[Record],
    zone: &Zone,
) -> Option<Draft> {
    let stops = |entry: &Record| rules.stops.iter().position(|stop| *stop == entry.named(rules.state).text());
    let newest = entries.iter().max_by(|one, other| later(ledger, one, other))?;
    if entries.len() < 2 || stops(newest).is_some() {
        return None;
    }
    let strictest = entries.iter().filter(|entry| stops(entry).is_some()).max_by(|one, other| {
        let (a, b) = (stops(one), stops(other));
        a.cmp(&b).then_with(|| later(ledger, one, other))
    })?;
    let mut draft = repeated(ledger, rules, strictest, zone);
    let was = strictest.value(about.id).link();
    for (_, value) in &mut draft.values {
        if value.link().is_some() && value.link() == was {
            *value = Value::Link(kept);
        }
    }
    if let Some(kind) = ledger.fields.iter().find(|field| field.key.strip_suffix("_kind") == Some(about.key)) {
        draft.put(kind.id, entity.key.into());
    }
    Some(draft)
}

/// What an entry said, said once more, now: how it came stays as it was, with the day on which it was said.
pub(crate) fn repeated(ledger: &Entity, rules: &Ledger, entry: &Record, zone: &Zone) -> Draft {
    let mut draft = Draft::new(ledger.key);
    let at = ledger.happens.as_ref().map(|happens| happens.at);
    for field in ledger.fields.iter().filter(|field| !field.system && field.computed.is_none() && field.series.is_none()) {
        // Now: what is newest holds.
        if Some(field.key) != at {
            draft.put(field.id, entry.value(field.id).clone());
        }
    }
    if let (Some(field), Some(at)) = (rules.proof.and_then(|proof| ledger.field(proof)), at) {
        let day = entry.named(at).moment().map(|at| at.date(zone).to_string()).unwrap_or_default();
        let proof = entry.value(field.id).text();
        draft.put(field.id, Value::Text(if proof.is_empty() { day } else { format!("{proof} ({day})") }));
    }
    draft
}

pub(crate) fn later(ledger: &Entity, one: &Record, other: &Record) -> std::cmp::Ordering {
    let ((a, one), (b, other)) = (moment(ledger, one), moment(ledger, other));
    a.moment().cmp(&b.moment()).then(one.cmp(&other))
}

//! What would stand twice on the record that stays: a contact at both companies, a relation to the same third. One of the two
//! takes what the other says beyond it, and the other goes into the trash; what says something else moves like everything.

use super::lines::MAIN;
use super::system;
use crate::Engine;
use crate::write::{Act, Writing};
use kernel::{Id, Result, Value, fold};
use meta::query::among;
use meta::sql::Sql;
use meta::{Entity, Field, Kind, Record, Relation};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Statement, Tx};

/// More of them than this are not compared: they move, and nothing is lost.
const MOST_COMPARED: i64 = 20_000;

/// A record that binds two others, as it will stand.
struct Bond {
    record: Record,
    /// What it binds, and how: the same of those that say the same.
    key: String,
    /// Whether it comes from one that goes.
    comes: bool,
    /// What it takes from those that go.
    takes: Vec<(Field, Value)>,
}

impl Engine {
    /// Settles what would stand twice: gives the records that went into the trash for it.
    pub(super) async fn settle_doubles(
        &self,
        tx: &mut Tx,
        ruling: &Writing,
        entity: &Arc<Entity>,
        kept: Id,
        gone: &[Id],
    ) -> Result<Vec<(&'static str, Id)>> {
        let model = self.model();
        let mut settled = Vec::new();
        let mut known: Vec<&str> = Vec::new();
        for relation in entity.relations.iter().filter(|relation| !relation.owned) {
            let Some(child) = model.child(relation).cloned() else { continue };
            let binds = child.can.joining && (relation.far.is_some() || child.mutual.is_some());
            if !binds || child.mutual.is_some() && known.contains(&child.key) {
                continue;
            }
            known.push(child.key);
            let ends: Vec<&'static str> = match child.mutual {
                Some(mutual) => mutual.ends.to_vec(),
                None => vec![relation.via],
            };
            let mut ids = vec![kept];
            ids.extend(gone);
            let found = self.bonds(tx, &child, &ends, &ids).await?;
            if found.is_empty() {
                continue;
            }
            let words = self.words_of(tx, &child, &found).await?;
            let (acts, mut left) = compare(&child, relation, &ids, found, &words);
            self.apply_all(tx, ruling, acts).await?;
            settled.append(&mut left);
        }
        Ok(settled)
    }

    /// The living records that bind one of these, those of the one that stays first.
    async fn bonds(&self, tx: &mut Tx, child: &Entity, ends: &[&'static str], ids: &[Id]) -> Result<Vec<Record>> {
        let mut sql = Sql::new();
        for (place, end) in ends.iter().enumerate() {
            let column = child.field(end).map(Field::column).unwrap_or_default();
            sql.push(if place > 0 { " UNION " } else { "" }).push("SELECT \"id\" FROM ").name(child.key);
            sql.push(" WHERE \"removed_at\" IS NULL AND ").name(&column);
            among(ids, &mut sql);
        }
        sql.push(" ORDER BY 1 LIMIT ").number(MOST_COMPARED + 1);
        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
        let bound: Vec<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
        if bound.len() as i64 > MOST_COMPARED {
            return Ok(Vec::new());
        }
        let mut records = self.read_records(tx, &system(self), child, &bound, false, false).await?;
        let place = |record: &Record| {
            let of = ends.iter().filter_map(|end| record.named(end).link());
            of.filter_map(|id| ids.iter().position(|known| *known == id)).min().unwrap_or(usize::MAX)
        };
        records.sort_by_key(|record| (place(record), record.id));
        Ok(records)
    }

    /// The words of what says how records bind others, folded: from the first to the second, and back.
    async fn words_of(&self, tx: &mut Tx, child: &Entity, bonds: &[Record]) -> Result<HashMap<Id, [String; 2]>> {
        let Some(mutual) = child.mutual else { return Ok(HashMap::new()) };
        let Some(by) = child.field(mutual.by).and_then(|field| self.model().target(field).cloned()) else { return Ok(HashMap::new()) };
        let mut ids: Vec<Id> = bonds.iter().filter_map(|record| record.named(mutual.by).link()).collect();
        ids.sort_unstable();
        ids.dedup();
        let types = self.read_records(tx, &system(self), &by, &ids, true, false).await?;
        Ok(types.iter().map(|of| (of.id, mutual.words.map(|words| fold(of.named(words).text())))).collect())
    }
}

/// What is written for what stands twice, and which records go.
fn compare(
    child: &Entity,
    relation: &Relation,
    ids: &[Id],
    found: Vec<Record>,
    words: &HashMap<Id, [String; 2]>,
) -> (Vec<Act>, Vec<(&'static str, Id)>) {
    let kept = ids[0];
    let become_of = |id: Option<Id>| id.map(|id| if ids.contains(&id) { kept } else { id });
    let mut ends: Vec<&str> = child.mutual.map_or_else(Vec::new, |mutual| mutual.ends.to_vec());
    if ends.is_empty() {
        ends = [Some(relation.via), relation.far].into_iter().flatten().collect();
    }
    let by = child.mutual.map(|mutual| mutual.by);
    let key = |record: &Record| -> Option<String> {
        let bound: Vec<Option<Id>> = ends.iter().map(|end| become_of(record.named(end).link())).collect();
        if bound.len() == 2 && bound[0] == bound[1] && bound[0] == Some(kept) {
            // It would bind a record to itself.
            return None;
        }
        let said = by.and_then(|by| record.named(by).link()).map(|of| words.get(&of).cloned().unwrap_or_default());
        match said {
            Some([there, back]) if bound.first() > bound.get(1) => Some(format!("{:?}{:?}{back}|{there}", bound.get(1), bound.first())),
            Some([there, back]) => Some(format!("{:?}{:?}{there}|{back}", bound.first(), bound.get(1))),
            None => Some(format!("{bound:?}")),
        }
    };
    let says = |field: &&Field| {
        let end = ends.iter().any(|end| field.key == *end || field.key.strip_suffix("_kind") == Some(*end));
        !field.system && field.computed.is_none() && !end && Some(field.key) != by && field.kind != Kind::YesNo
    };
    let said: Vec<Field> = child.fields.iter().filter(says).copied().collect();
    // An empty day says something: from ever, until further notice.
    let day = |field: &Field| child.lasting.is_some_and(|(since, until)| [since, until].contains(&field.key));
    let mut standing: Vec<Bond> = Vec::new();
    let (mut acts, mut left) = (Vec::new(), Vec::new());
    for record in found {
        let own = ends.iter().any(|end| record.named(end).link() == Some(kept));
        let touched = ends.iter().any(|end| record.named(end).link().is_some_and(|id| id != kept && ids.contains(&id)));
        let Some(key) = key(&record) else {
            if touched {
                acts.push(Act::Remove { entity: child.key, id: record.id, version: None });
                left.push((child.key, record.id));
            }
            continue;
        };
        let fits = |bond: &&mut Bond| {
            let agrees = |field: &Field| {
                let taken = bond.takes.iter().find(|(known, _)| known.id == field.id).map(|(_, value)| value);
                let (has, says) = (taken.unwrap_or_else(|| bond.record.value(field.id)), record.value(field.id));
                has == says || !day(field) && (has.is_empty() || says.is_empty())
            };
            bond.key == key && said.iter().all(agrees)
        };
        match standing.iter_mut().find(fits).filter(|_| touched && !own) {
            Some(bond) => {
                for field in &said {
                    let lacks = bond.record.value(field.id).is_empty() && !bond.takes.iter().any(|(known, _)| known.id == field.id);
                    if lacks && !record.value(field.id).is_empty() {
                        bond.takes.push((*field, record.value(field.id).clone()));
                    }
                }
                acts.push(Act::Remove { entity: child.key, id: record.id, version: None });
                left.push((child.key, record.id));
            }
            None => standing.push(Bond { record, key, comes: touched && !own, takes: Vec::new() }),
        }
    }
    // One is the first to turn to, as before.
    if let Some(main) = child.field(MAIN).filter(|field| field.kind == Kind::YesNo && child.mutual.is_none()) {
        let mut first = false;
        for bond in &mut standing {
            let says = bond.record.value(main.id).bool();
            if first && says && bond.comes {
                bond.takes.push((*main, Value::Bool(false)));
            }
            first |= says;
        }
    }
    for bond in standing.into_iter().filter(|bond| !bond.takes.is_empty()) {
        let values = bond.takes.into_iter().map(|(field, value)| (field.id, value)).collect();
        acts.push(Act::Change { entity: child.key, id: bond.record.id, version: None, values, lines: Vec::new() });
    }
    (acts, left)
}

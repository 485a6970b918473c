//! Entries of a ledger are neither changed nor removed, also where what made them is undone: another entry answers them. What stood
//! before is said once more, with the day on which it was said; where nothing did, a yes is withdrawn, and a no stays.

use crate::Engine;
use crate::history::Action;
use crate::merging::strictest::{later, repeated};
use crate::principal::Through;
use crate::write::{Act, Writing};
use kernel::{Id, Result};
use meta::query::among;
use meta::sql::Sql;
use meta::{Entity, Kind, Record};
use std::collections::HashSet;
use store::{Statement, Tx};

/// What becomes of an entry whose changeset is undone.
pub(crate) enum TakenBack {
    /// This entry answers it.
    Answered(Box<Act>),
    /// It says nothing any more, or only of what goes as well.
    Idle,
    /// It stands, or what was said after it does.
    Left,
}

impl Engine {
    /// How an entry is taken back that a changeset made.
    pub(crate) async fn take_back(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        changeset: Id,
        entity: &Entity,
        entry: &Record,
    ) -> Result<TakenBack> {
        let about = entity.fields.iter().find(|field| matches!(field.kind, Kind::About(_)));
        let (Some(rules), Some(about)) = (entity.ledger, about) else { return Ok(TakenBack::Left) };
        let Some(card) = entry.value(about.id).link() else { return Ok(TakenBack::Left) };
        let mut sql = Sql::new();
        sql.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE ").name(&about.column()).push(" = ").bind(card);
        let ids: Vec<Id> = tx.rows(&Statement::new(sql.text, sql.values)).await?.iter().filter_map(|row| row.link(0)).collect();
        let mut entries = self.read_records(tx, &self.system(Through::Job), entity, &ids, false, false).await?;
        entries.retain(|other| [rules.rows, rules.columns].iter().all(|key| other.named(key) == entry.named(key)));
        entries.sort_by(|one, other| later(entity, one, other));
        let own = made_by(tx, changeset, &ids).await?;
        if entries.last().is_some_and(|newest| newest.id != entry.id) {
            let newest: Vec<Id> = entries.last().map(|newest| newest.id).into_iter().collect();
            let answered = own.contains(&newest[0]) || !made_by(tx, writing.changeset, &newest).await?.is_empty();
            return Ok(if answered { TakenBack::Idle } else { TakenBack::Left });
        }
        let zone = &self.settings().zone;
        let before = entries.iter().rfind(|other| !own.contains(&other.id));
        let mut draft = match (before, rules.stops.last()) {
            (Some(before), _) => repeated(entity, &rules, before, zone),
            (None, Some(withdrawn)) if !rules.stops.contains(&entry.named(rules.state).text()) => {
                let mut draft = repeated(entity, &rules, entry, zone);
                let put = [Some((rules.state, *withdrawn)), rules.correction];
                for (field, value) in put.into_iter().flatten().filter_map(|(key, value)| Some((entity.field(key)?, value))) {
                    draft.put(field.id, value.into());
                }
                draft
            }
            _ if !made_by(tx, changeset, &[card]).await?.is_empty() => return Ok(TakenBack::Idle),
            _ => return Ok(TakenBack::Left),
        };
        self.without_lost_links(tx, entity, &mut draft).await?;
        Ok(TakenBack::Answered(Box::new(Act::Create(draft))))
    }
}

/// Those of some records that a changeset created.
async fn made_by(tx: &mut Tx, changeset: Id, ids: &[Id]) -> Result<HashSet<Id>> {
    let mut sql = Sql::new();
    sql.push("SELECT \"record\" FROM \"history\" WHERE \"changeset\" = ").bind(changeset).push(" AND \"action\" = ");
    sql.bind(Action::Create.key()).push(" AND \"record\"");
    among(ids, &mut sql);
    Ok(tx.rows(&Statement::new(sql.text, sql.values)).await?.iter().filter_map(|row| row.link(0)).collect())
}

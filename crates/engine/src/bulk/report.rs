//! What became of a bulk action: its record, and each refusal with its reason.

use super::Doing;
use super::entity::{self as bulk, BULK, State};
use crate::principal::Principal;
use crate::{Asked, Engine, Sorting};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value};
use meta::Record;
use meta::fields::Chosen;
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::collections::HashMap;
use store::Statement;

/// Refusals told at once.
const TOLD: i64 = 500;

/// Why a record was left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The field it is about; empty for the record as a whole.
    pub field: String,
    /// The sentence.
    pub say: Say,
}

/// A record that was refused, or that an undoing left in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The record.
    pub record: Id,
    /// The key of its entity.
    pub entity: String,
    /// Its name; none where the asker may not see it.
    pub title: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// What became of a bulk action.
#[derive(Debug)]
pub struct Report {
    /// Its record.
    pub record: Record,
    /// How it stands.
    pub state: State,
    /// What is done with each record; none where what it is about is gone.
    pub doing: Option<Doing>,
    /// How many records its undoing has to look at.
    pub to_undo: i64,
    /// What was refused, or left by the undoing: the first of it.
    pub refusals: Vec<Refusal>,
    /// The name of whoever asked for it.
    pub owner: String,
}

impl Reason {
    /// Of what refused a record; a failure that is no refusal stays one.
    pub(super) fn of(error: Error) -> Result<Reason> {
        let whole = |say| Ok(Reason { field: String::new(), say });
        match error {
            Error::NotFound => whole(Say::new("error-bulk-gone")),
            Error::Forbidden(say) | Error::Conflict(Conflict::State(say)) => whole(say),
            Error::Conflict(Conflict::Stale { .. }) => whole(Say::new("error-bulk-stale")),
            Error::Conflict(Conflict::Taken { field }) => Ok(Reason { field, say: Say::new("error-taken") }),
            Error::Invalid(problems) => {
                let problem = problems.into_iter().next().ok_or_else(|| Error::internal("invalid without a problem"))?;
                Ok(Reason { field: problem.field, say: problem.say })
            }
            other => Err(other),
        }
    }

    /// A value that somebody changed since.
    pub(super) fn left(field: &str) -> Reason {
        Reason { field: field.to_owned(), say: Say::new("error-bulk-left") }
    }

    pub(super) fn packed(&self) -> String {
        let with: Vec<[&str; 2]> = self.say.with.iter().map(|(name, value)| [name.as_ref(), value.as_str()]).collect();
        json!({ "key": self.say.key, "with": with }).to_string()
    }

    fn unpacked(field: &str, packed: &str) -> Reason {
        let json: Json = serde_json::from_str(packed).unwrap_or_default();
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let with = json["with"].as_array().into_iter().flatten().map(|pair| (Cow::Owned(text(&pair[0])), text(&pair[1]))).collect();
        Reason { field: field.to_owned(), say: Say { key: Cow::Owned(text(&json["key"])), with } }
    }
}

impl Engine {
    /// What became of a bulk action of one's own; of anybody's for an administrator.
    pub async fn bulk_report(&self, who: &Principal, id: Id) -> Result<Report> {
        let (record, names) = self.show(who, &*self.entity(BULK)?, id).await?;
        let owner = record.value(bulk::OWNER.id()).link().and_then(|owner| names.get(&owner).cloned()).unwrap_or_default();
        let state = State::from_key(record.value(bulk::STATE.id()).text()).unwrap_or(State::Stopped);
        let target = record.get(&bulk::TARGET).to_owned();
        let doing = self
            .entity(&target)
            .and_then(|entity| Doing::read(self, &entity, record.get(&bulk::ACTION), record.value(bulk::DETAILS.id()).text()))
            .ok();
        let elsewhere = super::merging::where_refused(&self.model(), doing.as_ref());
        let changeset: Option<Id> = record.get(&bulk::CHANGESET).parse().ok();
        let (engine, who) = (self.clone(), who.clone());
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let sql = "SELECT \"record\", \"field\", \"reason\" FROM \"bulk_refusal\" WHERE \"bulk\" = ? ORDER BY \"record\", \"field\" LIMIT ?";
                    let rows = tx.rows(&Statement::new(sql, vec![id.into(), Value::Int(TOLD)])).await?;
                    let ids: Vec<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
                    let mut titles = HashMap::new();
                    engine.titles_of(tx, &who, &target, &ids, &mut titles).await?;
                    let mut found: HashMap<Id, &'static str> = HashMap::new();
                    for entity in elsewhere {
                        let mut there = HashMap::new();
                        engine.titles_of(tx, &who, entity, &ids, &mut there).await?;
                        found.extend(there.keys().map(|id| (*id, entity)));
                        titles.extend(there);
                    }
                    let refusals = rows.iter().filter_map(|row| {
                        let record = row.link(0)?;
                        let entity = found.get(&record).map_or_else(|| target.clone(), |entity| (*entity).to_owned());
                        let reason = Reason::unpacked(row.text(1), row.text(2));
                        Some(Refusal { record, entity, title: titles.get(&record).cloned(), reason })
                    });
                    let refusals = refusals.collect();
                    let sql = "SELECT count(*) FROM \"history\" WHERE \"changeset\" = ?";
                    let touched = Statement::new(sql, vec![changeset.into()]);
                    let to_undo = if changeset.is_some() { crate::asking::one_number(tx, &touched).await? } else { 0 };
                    // Whoever undid the undoing has it in force again.
                    let sql = "SELECT 1 FROM \"changeset\" WHERE \"id\" = ? AND \"undone_by\" IS NULL";
                    let in_force = state == State::Undone && !tx.rows(&Statement::new(sql, vec![changeset.into()])).await?.is_empty();
                    let state = if in_force { State::Done } else { state };
                    Ok(Report { record, state, doing, to_undo, refusals, owner })
                })
            })
            .await
    }

    /// The latest bulk actions of one's own; of anybody for an administrator.
    pub async fn bulks(&self, who: &Principal, limit: usize) -> Result<crate::Listed> {
        let entity = self.entity(BULK)?;
        let fields = vec!["target", "action", "state", "total", "done", "changed", "refused", "created_at", "owner"];
        let sort = vec![Sorting { field: "id", descending: true }];
        self.list(who, Asked { fields, sort, limit, ..Asked::new(entity) }).await
    }

    /// The bulk action that a changeset belongs to, where the asker sees it.
    pub async fn bulk_of(&self, who: &Principal, changeset: Id) -> Result<Option<Id>> {
        let filter = meta::Filter::is("changeset", changeset.to_string());
        let asked = Asked { fields: vec!["action"], limit: 1, names: false, ..Asked::new(self.entity(BULK)?).filtered(filter) };
        Ok(self.list(who, asked).await?.records.first().map(|record| record.id))
    }
}

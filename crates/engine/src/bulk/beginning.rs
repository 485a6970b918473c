//! Beginning: who may, which records, and the job that works them off, in one commit.

use super::doing::registered;
use super::entity::{self as bulk, BULK};
use super::{Doing, Options, job};
use crate::principal::Principal;
use crate::write::{Act, Draft, Once, Outcome, Writing, once};
use crate::{Engine, history};
use kernel::{Error, Id, IdSet, Result, Say, Value};
use meta::{Entity, Filter, query};
use std::sync::Arc;
use store::{Statement, Tx};

/// The identities of a portion stand in one row.
pub(super) const PORTION: usize = 1_000;
/// Most records of a selection.
const MOST: usize = 1_000_000;
/// Identities read at once.
const READ: usize = 50_000;

/// Which records.
#[derive(Debug, Clone)]
pub enum Selection {
    /// These.
    These(Vec<Id>),
    /// All that a filter selects at the moment it begins, as far as the asker may see them.
    All(Filter),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Bulk {
    /// Whose records.
    pub entity: Arc<Entity>,
    /// Which of them.
    pub selection: Selection,
    /// What is done with each.
    pub doing: Doing,
    /// The list they were chosen in, as its address says it: the way back.
    pub list: String,
    /// The number the asker has confirmed; a filter that selects more by then is refused.
    pub confirmed: Option<i64>,
    /// The sender's key: sent twice, it begins once.
    pub once: Option<Once>,
}

/// A bulk action that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Its record.
    pub id: Id,
    /// How many records were selected.
    pub total: i64,
    /// Under which all of it stands in the history.
    pub changeset: Id,
}

impl Engine {
    /// Begins a bulk action: freezes the selection and enqueues the job that works it off.
    ///
    /// Errors: forbidden without the right to bulk actions or to what is done; invalid for an empty or an immense selection,
    /// for fields that an input may not write, for values of an action's own fields that are wrong, and where more was selected than was confirmed (its field is `confirmed`).
    pub async fn begin_bulk(&self, who: &Principal, asked: Bulk) -> Result<Begun> {
        asked.doing.permit(self, who, &asked.entity)?;
        if let Doing::Registered { key, options } = &asked.doing {
            let options = Options { values: options.clone(), place: 0 };
            registered(self, who, &asked.entity, key)?.examine(self, who, &options).await?;
        }
        let writing = self.writing(who, "bulk")?;
        if let Doing::Change { values, terms } = &asked.doing {
            let fields = values.iter().map(|(field, _)| *field).chain(terms.iter().map(|terms| terms.field));
            crate::write::writable(&writing, &asked.entity, fields)?;
        }
        let chosen = if matches!(asked.selection, Selection::All(_)) { "all" } else { "these" };
        let mut ids = self.frozen(who, &asked).await?;
        if asked.doing == Doing::Number {
            // In the order in which they were created.
            ids.sort_unstable();
        }
        let begun = Begun { id: self.id(), total: ids.len() as i64, changeset: writing.changeset };
        if ids.is_empty() {
            return Err(Error::invalid("ids", Say::new("error-bulk-nothing")));
        }
        if asked.confirmed.is_some_and(|confirmed| begun.total > confirmed) {
            return Err(Error::invalid("confirmed", Say::new("error-bulk-more").with("count", begun.total)));
        }
        let mut draft = Draft::new(BULK)
            .with(bulk::TARGET.id(), asked.entity.key)
            .with(bulk::ACTION.id(), asked.doing.key())
            .with(bulk::DETAILS.id(), asked.doing.details(self, &asked.entity))
            .with(bulk::LIST.id(), asked.list)
            .with(bulk::CHOSEN.id(), chosen)
            .with(bulk::CHANGESET.id(), begun.changeset.to_string())
            .with(bulk::TOTAL.id(), begun.total)
            .with(bulk::OWNER.id(), who.user);
        draft.id = Some(begun.id);
        let (engine, owner, once) = (self.clone(), who.user, asked.once);
        // Nobody writes such a record himself: the program keeps it, in the name of whoever asked.
        let who = who.ruling(self);
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let author = owner.unwrap_or(Id::SYSTEM);
                    if let Some(once) = &once
                        && let Some(known) = once::claim(tx, author, once, writing.now).await?
                    {
                        let (id, total) = known.records[0];
                        return Ok(Begun { id, total, changeset: known.changeset });
                    }
                    history::open(tx, &writing).await?;
                    let keeping = Writing { who, by_rule: true, ..writing };
                    engine.apply(tx, &keeping, vec![Act::Create(draft)]).await?;
                    keep(tx, begun.id, &ids).await?;
                    if let Some(once) = &once {
                        // How many it is about stands where the version of a record stands.
                        let first = Outcome { changeset: begun.changeset, records: vec![(begun.id, begun.total)] };
                        once::keep(tx, author, once, &first).await?;
                    }
                    engine.enqueue(tx, job::KIND, begun.id.to_string(), owner).await?;
                    Ok(begun)
                })
            })
            .await
    }

    /// The identities of a selection as it is now, each once.
    async fn frozen(&self, who: &Principal, asked: &Bulk) -> Result<Vec<Id>> {
        let many = || Error::invalid("ids", Say::new("error-bulk-many").with("most", MOST));
        let filter = match &asked.selection {
            Selection::These(ids) if ids.len() > MOST => return Err(many()),
            Selection::These(ids) => {
                let mut known = IdSet::default();
                return Ok(ids.iter().copied().filter(|id| known.insert(*id)).collect());
            }
            Selection::All(filter) => filter.clone(),
        };
        let (engine, who, entity, trash) = (self.clone(), who.clone(), asked.entity.clone(), asked.doing.of_trash());
        let seen = who.seen(&entity).ok_or(Error::NotFound)?;
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let mut ids: Vec<Id> = Vec::new();
                    loop {
                        let after = ids.last().copied();
                        let sql =
                            engine.compiling(&who, |compile| query::selected(&entity, &filter, &seen, trash, after, READ, compile))?;
                        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
                        ids.extend(rows.iter().filter_map(|row| row.link(0)));
                        if ids.len() > MOST {
                            return Err(many());
                        }
                        if rows.len() < READ {
                            return Ok(ids);
                        }
                    }
                })
            })
            .await
    }
}

/// Keeps the identities until they are worked off.
async fn keep(tx: &mut Tx, bulk: Id, ids: &[Id]) -> Result<()> {
    for (place, portion) in ids.chunks(PORTION).enumerate() {
        let packed: Vec<u8> = portion.iter().flat_map(|id| id.number().to_be_bytes()).collect();
        let sql = "INSERT INTO \"bulk_portion\" (\"bulk\", \"place\", \"records\") VALUES (?, ?, ?)";
        tx.execute(&Statement::new(sql, vec![bulk.into(), Value::Int(place as i64), Value::Bytes(packed)])).await?;
    }
    Ok(())
}

/// The identities of a portion; none where there is no such portion.
pub(super) async fn portion(tx: &mut Tx, bulk: Id, place: i64) -> Result<Vec<Id>> {
    let sql = "SELECT \"records\" FROM \"bulk_portion\" WHERE \"bulk\" = ? AND \"place\" = ?";
    let rows = tx.rows(&Statement::new(sql, vec![bulk.into(), Value::Int(place)])).await?;
    let packed = rows.first().map(|row| row.bytes(0)).unwrap_or_default();
    Ok(packed.chunks_exact(8).filter_map(|id| Id::from_number(i64::from_be_bytes(id.try_into().ok()?))).collect())
}

//! Coming onto a list and off it: one by one on the card, or many at once from any view.

use super::entity::{LIST, LIST_MEMBER, MAILED, member};
use base::standing::kind_of;
use engine::principal::Verb;
use engine::{Act, BulkAction, Change, Draft, Engine, Options, Principal, Slicing, Statement, Tx, Work};
use kernel::{Error, Id, Result, Say};
use meta::Record;
use meta::filter::Filter;

/// What the actions ask for.
mod options {
    use meta::fields::{Link, link};
    use meta::{Entity, entity};

    entity! { "list_choice" {
        /// Which list.
        LIST: Link = link("list", "list").required(),
    }}

    pub(super) fn list_choice() -> Entity {
        Entity::new("list_choice", "list_choices", fields()).section("list", &["list"])
    }
}

/// Nobody stands on a list twice.
pub(super) fn once<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let (Some(list), Some(who)) = (change.after.get(&member::LIST), change.after.get(&member::WHO.record)) else { return Ok(()) };
        let kind = kind_of(tx, MAILED, who, change.after.get(&member::WHO.kind)).await?;
        change.put(member::WHO.kind.id(), kind);
        if change.removes() || place(tx, list, who).await?.is_none_or(|known| known == change.after.id) {
            return Ok(());
        }
        Err(Error::invalid("who", Say::new("error-list-twice")))
    })
}

/// The place of somebody on a list, if he has one.
async fn place(tx: &mut Tx, list: Id, who: Id) -> Result<Option<Id>> {
    let sql = "SELECT \"id\" FROM \"list_member\" WHERE \"list\" = ? AND \"who\" = ? AND \"removed_at\" IS NULL LIMIT 1";
    let rows = tx.rows(&Statement::new(sql, vec![list.into(), who.into()])).await?;
    Ok(rows.first().and_then(|row| row.link(0)))
}

/// Puts the records of a selection on a list.
pub(super) fn adding(entity: &'static str) -> BulkAction {
    BulkAction::new("list-add", entity, &[(Verb::Create, LIST_MEMBER)], add).asking(options::list_choice(), examine).of_ticked()
}

/// Takes the records of a selection off a list.
pub(super) fn taking_off(entity: &'static str) -> BulkAction {
    BulkAction::new("list-remove", entity, &[(Verb::Remove, LIST_MEMBER)], take_off).asking(options::list_choice(), examine).of_ticked()
}

/// The list is one that whoever asks sees.
fn examine<'e>(engine: &'e Engine, who: &'e Principal, asked: &'e Options) -> Work<'e, ()> {
    Box::pin(async move {
        let list = asked.value(options::LIST.id()).link().ok_or_else(|| Error::invalid("list", Say::new("error-required")))?;
        let known = engine::Asked { limit: 1, names: false, ..engine::Asked::new(engine.entity(LIST)?).filtered(Filter::id(list)) };
        match engine.list(who, known).await?.records.is_empty() {
            true => Err(Error::invalid("list", Say::new("error-link"))),
            false => Ok(()),
        }
    })
}

fn add<'s>(slicing: &'s mut Slicing<'_>, record: &'s Record, asked: &'s Options) -> Work<'s, Vec<Act>> {
    Box::pin(async move {
        let Some(list) = asked.value(options::LIST.id()).link() else { return Ok(Vec::new()) };
        if place(slicing.tx(), list, record.id).await?.is_some() {
            return Ok(Vec::new());
        }
        let draft = Draft::new(LIST_MEMBER).with(member::LIST.id(), list).with(member::WHO.record.id(), record.id);
        Ok(vec![Act::Create(draft)])
    })
}

fn take_off<'s>(slicing: &'s mut Slicing<'_>, record: &'s Record, asked: &'s Options) -> Work<'s, Vec<Act>> {
    Box::pin(async move {
        let Some(list) = asked.value(options::LIST.id()).link() else { return Ok(Vec::new()) };
        let place = place(slicing.tx(), list, record.id).await?;
        Ok(place.map(|id| Act::Remove { entity: LIST_MEMBER, id, version: None }).into_iter().collect())
    })
}

//! What may be bound to what: two that are there, of the kinds the type joins, never one to itself, and not twice alike at one
//! time, whichever side it is read from.

use super::entity::relation::{COUNTERPARTY, PARTY, SINCE, TYPE, UNTIL};
use super::entity::{ENDS, RELATION};
use crate::period::Period;
use engine::{Change, Dialect, Statement, Tx, Work};
use kernel::{Error, Id, Result, Say, Value, fold};
use meta::fields::About;

/// Keeps relations in order, and says of both ends which entity they are.
pub(super) fn in_order<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            return Ok(());
        }
        let (Some(party), Some(counterparty)) = (placed(tx, change, &PARTY).await?, placed(tx, change, &COUNTERPARTY).await?) else {
            // Without one of them it is refused for that.
            return Ok(());
        };
        if party == counterparty {
            return Err(Error::invalid("counterparty", Say::new("error-relation-itself")));
        }
        let period = Period { since: change.after.get(&SINCE), until: change.after.get(&UNTIL) };
        if !period.is_one() {
            return Err(Error::invalid("until", Say::new("error-until-before")));
        }
        let Some(of) = change.after.get(&TYPE) else { return Ok(()) };
        let Some(words) = words(tx, of).await? else { return Ok(()) };
        if change.changes(TYPE.id()) || change.changes(PARTY.record.id()) || change.changes(COUNTERPARTY.record.id()) {
            for (about, joins) in [(&PARTY, &words.first), (&COUNTERPARTY, &words.second)] {
                if joins != "any" && joins != change.after.get(&about.kind) {
                    return Err(Error::invalid(
                        "type",
                        Say::new(if joins == "account" { "error-relation-account" } else { "error-relation-contact" }),
                    ));
                }
            }
        }
        hold(tx, party, change.after.get(&PARTY.kind), counterparty, change.after.get(&COUNTERPARTY.kind)).await?;
        if is_there(tx, change.after.id, [party, counterparty], &words, &period).await? {
            return Err(Error::invalid("type", Say::new("error-relation-twice")));
        }
        Ok(())
    })
}

/// The record at an end, and which entity it is: as it was said, or found. Whether the writer may see it is checked with
/// every link.
async fn placed(tx: &mut Tx, change: &mut Change, about: &About) -> Result<Option<Id>> {
    let Some(id) = change.after.value(about.record.id()).link() else { return Ok(None) };
    if !change.changes(about.record.id()) {
        return Ok(Some(id));
    }
    for kind in ENDS {
        let known = Statement::new(format!("SELECT \"id\" FROM \"{kind}\" WHERE \"id\" = ?"), vec![Value::Link(id)]);
        if !tx.rows(&known).await?.is_empty() {
            change.put(about.kind.id(), *kind);
            return Ok(Some(id));
        }
    }
    Err(Error::invalid(about.record.field.key, Say::new("error-link")))
}

/// What a type says.
struct Words {
    label: String,
    inverse: String,
    first: String,
    second: String,
}

async fn words(tx: &mut Tx, of: Id) -> Result<Option<Words>> {
    let sql = "SELECT \"label\", \"inverse\", \"first\", \"second\" FROM \"relation_type\" WHERE \"id\" = ?";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(of)])).await?;
    Ok(rows.first().map(|row| Words {
        label: fold(row.text(0)),
        inverse: fold(row.text(1)),
        first: row.text(2).to_owned(),
        second: row.text(3).to_owned(),
    }))
}

/// Both ends are held, in one order, so that two who bind them at once do it one after the other.
async fn hold(tx: &mut Tx, one: Id, one_kind: &str, other: Id, other_kind: &str) -> Result<()> {
    if tx.dialect() != Dialect::Postgres {
        return Ok(());
    }
    let mut ends = [(one, one_kind), (other, other_kind)];
    ends.sort_unstable();
    for (id, kind) in ends {
        let Some(kind) = ENDS.iter().find(|known| **known == kind) else { continue };
        tx.rows(&Statement::new(format!("SELECT 1 FROM \"{kind}\" WHERE \"id\" = ? FOR UPDATE"), vec![Value::Link(id)])).await?;
    }
    Ok(())
}

/// Whether the same is said of the two at that time already, read from either side.
async fn is_there(tx: &mut Tx, own: Id, ends: [Id; 2], words: &Words, period: &Period) -> Result<bool> {
    let sql = format!(
        "SELECT r.\"party\", t.\"label_f\", t.\"inverse_f\", r.\"since\", r.\"until\" FROM \"{RELATION}\" AS r \
         JOIN \"relation_type\" AS t ON t.\"id\" = r.\"type\" WHERE r.\"removed_at\" IS NULL AND r.\"id\" <> ? \
         AND (r.\"party\" = ? AND r.\"counterparty\" = ? OR r.\"party\" = ? AND r.\"counterparty\" = ?)"
    );
    let [one, other] = ends.map(Value::Link);
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(own), one.clone(), other.clone(), other, one])).await?;
    Ok(rows.iter().any(|row| {
        let same_way = row.link(0) == Some(ends[0]);
        let (label, inverse) = if same_way { (row.text(1), row.text(2)) } else { (row.text(2), row.text(1)) };
        let when = Period { since: row.date(3), until: row.date(4) };
        label == words.label && inverse == words.inverse && when.meets(period)
    }))
}

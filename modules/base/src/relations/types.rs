//! A type of relation is there both ways, so that whoever makes a relation picks the words that read from where he stands:
//! «controlla» and «è controllata da» are two rows, each the other's inverse, and change together.

use super::entity::RELATION_TYPE;
use super::entity::relation_type::{FIRST, INVERSE, LABEL, RETIRED, SECOND};
use engine::{Act, Change, Draft, Statement, Tx, Work};
use kernel::{Error, Id, Result, Say, Value, fold};
use meta::Record;

/// Keeps the two rows of a type together; words that read alike from either side are one row.
pub(super) fn both_ways<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let own = change.after.id;
        let (label, inverse) = words(&change.after);
        if change.removes() || change.restores() {
            return together(tx, change, &label, &inverse).await;
        }
        if row(tx, &label, &inverse, own, false).await?.is_some() {
            return Err(Error::invalid("label", Say::new("error-taken")));
        }
        let before = change.before.as_ref().map(words);
        let other = match &before {
            Some((label, inverse)) => row(tx, inverse, label, own, false).await?,
            None => None,
        };
        let other = match other {
            Some(other) => Some(other),
            None => row(tx, &inverse, &label, own, false).await?,
        };
        let mirrored = [
            (LABEL.id(), change.after.value(INVERSE.id()).clone()),
            (INVERSE.id(), change.after.value(LABEL.id()).clone()),
            (FIRST.id(), change.after.value(SECOND.id()).clone()),
            (SECOND.id(), change.after.value(FIRST.id()).clone()),
            (RETIRED.id(), change.after.value(RETIRED.id()).clone()),
        ];
        match other {
            // What reads alike both ways needs no other row.
            Some(other) if label == inverse => change.more.push(Act::Remove { entity: RELATION_TYPE, id: other, version: None }),
            Some(other) if differs(tx, other, &mirrored).await? => {
                let values = mirrored.to_vec();
                change.more.push(Act::Change { entity: RELATION_TYPE, id: other, version: None, values, lines: Vec::new() });
            }
            None if label != inverse => {
                let draft = mirrored.into_iter().fold(Draft::new(RELATION_TYPE), |draft, (field, value)| draft.with(field, value));
                change.more.push(Act::Create(draft));
            }
            _ => {}
        }
        Ok(())
    })
}

/// Whoever goes takes the other along, unless they are in use; whoever comes back brings it.
async fn together(tx: &mut Tx, change: &mut Change, label: &str, inverse: &str) -> Result<()> {
    let own = change.after.id;
    let living = row(tx, inverse, label, own, false).await?;
    if change.removes() {
        let sql = "SELECT 1 FROM \"relation\" WHERE \"type\" = ? AND \"removed_at\" IS NULL LIMIT 1";
        if !tx.rows(&Statement::new(sql, vec![Value::Link(own)])).await?.is_empty() {
            return Err(Error::Forbidden(Say::new("error-relation-type-used")));
        }
        change.more.extend(living.map(|other| Act::Remove { entity: RELATION_TYPE, id: other, version: None }));
        return Ok(());
    }
    if row(tx, label, inverse, own, false).await?.is_some() {
        return Err(Error::invalid("label", Say::new("error-taken")));
    }
    if living.is_none() {
        let other = row(tx, inverse, label, own, true).await?;
        change.more.extend(other.map(|other| Act::Restore { entity: RELATION_TYPE, id: other }));
    }
    Ok(())
}

/// Both words, folded.
fn words(record: &Record) -> (String, String) {
    (fold(record.get(&LABEL)), fold(record.get(&INVERSE)))
}

/// The row with these words but this one.
async fn row(tx: &mut Tx, label: &str, inverse: &str, own: Id, removed: bool) -> Result<Option<Id>> {
    let living = if removed { "IS NOT NULL" } else { "IS NULL" };
    let sql = format!(
        "SELECT \"id\" FROM \"relation_type\" WHERE \"label_f\" = ? AND \"inverse_f\" = ? AND \"id\" <> ? AND \"removed_at\" {living} \
         ORDER BY \"removed_at\" DESC, \"id\" LIMIT 1"
    );
    let rows = tx.rows(&Statement::new(sql, vec![label.into(), inverse.into(), Value::Link(own)])).await?;
    Ok(rows.first().and_then(|row| row.link(0)))
}

/// Whether a row says something else than it should.
async fn differs(tx: &mut Tx, id: Id, wanted: &[(meta::FieldId, Value)]) -> Result<bool> {
    let sql = "SELECT \"label\", \"inverse\", \"first\", \"second\", \"retired\" FROM \"relation_type\" WHERE \"id\" = ?";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(id)])).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let texts = (0..4).any(|place| row.text(place) != wanted[place].1.text());
    Ok(texts || row.bool(4) != wanted[4].1.bool())
}

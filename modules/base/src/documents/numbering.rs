//! Versions count from 1 for each document: a file that comes anew is the next one, and the document says which it is now.

use super::entity::{FILE, NUMBER, version};
use engine::{Change, Statement, Tx, Work};
use kernel::{Id, Result, Value};

/// A document with another file is at its next version, unless it was said which one it takes up again.
pub(super) fn of_the_document<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let another = change.changes(FILE.digest.id()) || change.changes(FILE.name.id());
        if another && !change.changes(NUMBER.id()) {
            let next = next(tx, change.after.id).await?;
            change.put(NUMBER.id(), Value::Int(next));
        }
        Ok(())
    })
}

/// A new version is the next of its document.
pub(super) fn of_the_version<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let Some(document) = change.after.get(&version::DOCUMENT).filter(|_| change.creates()) else { return Ok(()) };
        let next = next(tx, document).await?;
        change.put(version::NUMBER.id(), Value::Int(next));
        Ok(())
    })
}

/// Numbers are given once, also those of versions that are in the trash.
async fn next(tx: &mut Tx, document: Id) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(\"number\"), 0) + 1 FROM \"document_version\" WHERE \"document\" = ?";
    Ok(tx.rows(&Statement::new(sql, vec![Value::Link(document)])).await?.first().map_or(1, |row| row.int(0)))
}

//! The chain: what binds the rows of the audit to each other, and finds where one was touched.

use super::letting_go::anchor;
use super::{Entry, Kept};
use crate::{Dialect, Engine};
use kernel::{Id, Moment, Result, Value};
use sha2::{Digest, Sha256};
use store::{Statement, Tx};

/// Rows that are read at once.
const SOME: i64 = 2_000;
const HOUR_MILLIS: i64 = 3_600_000;

/// The columns of what was kept, in the order of [`row_of`].
pub(super) const COLUMNS: &str =
    "\"id\", \"at\", \"user\", \"event\", \"through\", \"entity\", \"record\", \"detail\", \"address\", \"once\"";

/// The hour that a moment lies in.
pub(super) fn hour_of(at: Moment) -> i64 {
    at.millis().div_euclid(HOUR_MILLIS)
}

/// What an entry is kept once for; empty where it is kept every time.
pub(super) fn once_of(entry: &Entry, at: Moment) -> String {
    if !entry.hourly {
        return String::new();
    }
    let named = |id: Option<Id>| id.map(|id| id.to_string()).unwrap_or_default();
    format!("{} {} {} {} {}", hour_of(at), named(entry.user), entry.event, entry.entity, named(entry.record))
}

/// What was kept, as it stands in its row.
pub(super) fn row_of(kept: &Kept) -> Vec<Value> {
    let Entry { user, event, through, entity, record, detail, address, .. } = &kept.entry;
    let once = once_of(&kept.entry, kept.at);
    let text = |text: &String| Value::Text(text.replace('\0', " "));
    vec![
        Value::Link(kept.id),
        Value::Moment(kept.at),
        (*user).into(),
        text(event),
        text(through),
        text(entity),
        (*record).into(),
        text(detail),
        text(address),
        Value::Text(once),
    ]
}

/// What a row says, read back.
pub(super) fn kept(row: &store::Row<'_>) -> Option<Kept> {
    let text = |place| row.text(place).to_owned();
    let entry = Entry {
        user: row.link(2),
        event: text(3),
        through: text(4),
        entity: text(5),
        record: row.link(6),
        detail: text(7),
        address: text(8),
        hourly: !row.text(9).is_empty(),
    };
    Some(Kept { id: row.link(0)?, at: row.moment(1)?, entry })
}

/// The digest of what was kept: of every value, each with its length.
pub(super) fn digest_of(kept: &Kept) -> String {
    let mut hash = Sha256::new();
    for value in row_of(kept) {
        let text = match value {
            Value::Link(id) => id.number().to_string(),
            Value::Moment(moment) => moment.millis().to_string(),
            other => other.text().to_owned(),
        };
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hexadecimal(hash)
}

/// The digest of a batch, from that of the one before and those of its rows in their order.
struct Link(Sha256);

impl Link {
    fn new(number: i64, previous: &str) -> Link {
        let mut hash = Sha256::new();
        hash.update(number.to_be_bytes());
        hash.update(previous);
        Link(hash)
    }

    fn row(&mut self, digest: &str) {
        self.0.update(digest);
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Nobody else adds to the chain, or takes from it, until the end of the transaction.
pub(super) async fn hold_the_chain(tx: &mut Tx) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute(&Statement::new("LOCK TABLE \"audit_chain\" IN EXCLUSIVE MODE", Vec::new())).await?;
    }
    Ok(())
}

/// A link of the chain: what was noted of a batch when it was closed.
pub(super) struct Batch {
    pub(super) number: i64,
    pub(super) at: Moment,
    pub(super) rows: i64,
    previous: String,
    pub(super) digest: String,
}

impl Batch {
    /// The batches behind one, in their order, at most so many.
    pub(super) async fn some(tx: &mut Tx, behind: i64, most: i64) -> Result<Vec<Batch>> {
        let sql = "SELECT \"number\", \"at\", \"rows\", \"previous\", \"digest\" FROM \"audit_chain\" WHERE \"number\" > ? ORDER BY \"number\" LIMIT ?";
        let rows = tx.rows(&Statement::new(sql, vec![Value::Int(behind), Value::Int(most)])).await?;
        let batch = |row: store::Row<'_>| Batch {
            number: row.int(0),
            at: row.moment(1).unwrap_or_default(),
            rows: row.int(2),
            previous: row.text(3).to_owned(),
            digest: row.text(4).to_owned(),
        };
        Ok(rows.iter().map(batch).collect())
    }

    /// Whether it follows the one before, and its rows are those that were closed, as they were. Gives the moment of the latest of them.
    pub(super) async fn examine(&self, tx: &mut Tx, behind: i64, previous: &str, findings: &mut Vec<String>) -> Result<Moment> {
        let number = self.number;
        if number != behind + 1 || self.previous != previous {
            findings.push(format!("THE AUDIT WAS TOUCHED: its chain is broken before batch {number}"));
        }
        let mut link = Link::new(number, &self.previous);
        let (mut rows, mut after, mut latest) = (0, 0, Moment::default());
        loop {
            let sql =
                format!("SELECT {COLUMNS}, \"digest\" FROM \"audit\" WHERE \"batch\" = ? AND \"id\" > ? ORDER BY \"id\" LIMIT {SOME}");
            let found = tx.rows(&Statement::new(sql, vec![Value::Int(number), Value::Int(after)])).await?;
            for row in found.iter() {
                rows += 1;
                after = row.int(0);
                latest = latest.max(row.moment(1).unwrap_or_default());
                link.row(row.text(10));
                if of_row(&row).as_deref() != Some(row.text(10)) {
                    findings.push(format!("THE AUDIT WAS TOUCHED: the row {after} of batch {number} was changed"));
                }
            }
            if (found.iter().count() as i64) < SOME {
                break;
            }
        }
        if rows != self.rows || hexadecimal(link.0) != self.digest {
            findings.push(format!("THE AUDIT WAS TOUCHED: batch {number} has {rows} rows instead of {}, or others", self.rows));
        }
        Ok(latest)
    }
}

impl Engine {
    /// Closes a batch over the rows that are in none yet; nothing where there are none, or another node does it.
    pub async fn close_audit(&self) -> Result<()> {
        let now = self.now();
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    // One node after the other.
                    hold_the_chain(tx).await?;
                    let last = "SELECT \"number\", \"digest\" FROM \"audit_chain\" ORDER BY \"number\" DESC LIMIT 1";
                    let last = tx.rows(&Statement::new(last, Vec::new())).await?;
                    let (number, previous) = last.first().map_or((1, String::new()), |row| (row.int(0) + 1, row.text(1).to_owned()));
                    let take = Statement::new("UPDATE \"audit\" SET \"batch\" = ? WHERE \"batch\" = 0", vec![Value::Int(number)]);
                    if tx.execute(&take).await? == 0 {
                        return Ok(());
                    }
                    let digests = "SELECT \"digest\" FROM \"audit\" WHERE \"batch\" = ? ORDER BY \"id\"";
                    let digests = tx.rows(&Statement::new(digests, vec![Value::Int(number)])).await?;
                    let mut link = Link::new(number, &previous);
                    digests.iter().for_each(|row| link.row(row.text(0)));
                    let sql = "INSERT INTO \"audit_chain\" (\"number\", \"at\", \"rows\", \"previous\", \"digest\") VALUES (?, ?, ?, ?, ?)";
                    let values = vec![
                        Value::Int(number),
                        Value::Moment(now),
                        Value::Int(digests.iter().count() as i64),
                        Value::Text(previous),
                        Value::Text(hexadecimal(link.0)),
                    ];
                    tx.execute(&Statement::new(sql, values)).await.map(|_| ())
                })
            })
            .await
    }

    /// The last digest of the chain and its number: whoever keeps them elsewhere can tell a chain that was made anew.
    pub async fn audit_head(&self) -> Result<Option<(i64, String)>> {
        let sql = "SELECT \"number\", \"digest\" FROM \"audit_chain\" ORDER BY \"number\" DESC LIMIT 1";
        let read = self.store().read(move |tx| {
            Box::pin(
                async move { Ok(tx.rows(&Statement::new(sql, Vec::new())).await?.first().map(|row| (row.int(0), row.text(1).to_owned()))) },
            )
        });
        read.await
    }

    /// Where the audit was touched: rows that say something else than when they were written, batches that lack a row or have
    /// one too many, a chain with a gap, or that begins somewhere else than where the audit itself says that it was let go.
    pub(crate) async fn examine_audit(&self, tx: &mut Tx, findings: &mut Vec<String>) -> Result<()> {
        let anchor = anchor(tx).await?;
        if let Some(anchor) = &anchor
            && !anchor.is_told(tx).await?
        {
            findings.push(format!("THE AUDIT WAS TOUCHED: up to batch {} it is gone, and it says nothing of that", anchor.number));
        }
        let (first, mut previous) = anchor.map_or((0, String::new()), |anchor| (anchor.number, anchor.digest));
        let mut last = first;
        loop {
            let batches = Batch::some(tx, last, SOME).await?;
            for batch in &batches {
                batch.examine(tx, last, &previous, findings).await?;
                (last, previous) = (batch.number, batch.digest.clone());
            }
            if (batches.len() as i64) < SOME {
                break;
            }
        }
        let lost = "SELECT count(*) FROM \"audit\" WHERE \"batch\" > ? OR \"batch\" <= ? AND \"batch\" <> 0";
        let lost = crate::asking::one_number(tx, &Statement::new(lost, vec![Value::Int(last), Value::Int(first)])).await?;
        if lost > 0 {
            findings.push(format!("THE AUDIT WAS TOUCHED: {lost} rows belong to batches that are gone"));
        }
        Ok(())
    }
}

/// The digest of a row by what it says now.
fn of_row(row: &store::Row<'_>) -> Option<String> {
    let kept = kept(row)?;
    // The mark of what is kept once an hour is made from the rest: one that says something else was changed too.
    let made = row_of(&kept);
    (made.last().map(Value::text) == Some(row.text(9))).then(|| digest_of(&kept))
}

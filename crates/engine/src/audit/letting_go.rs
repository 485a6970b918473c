//! Letting go of what is older than the company wants to keep: whole batches from the oldest on, whose place an anchor takes. The chain of
//! what remains begins at the anchor, and that it was let go is itself an entry of the audit.

use super::chain::{Batch, hold_the_chain};
use super::{Entry, JOB};
use crate::area::Slice;
use crate::jobs::{Done, JobContext, Run};
use crate::principal::Principal;
use crate::{Engine, asking};
use kernel::{Error, Moment, Result, Say, Value};
use store::{Statement, Tx, Work};

/// The job.
const KIND: &str = "let-audit-go";
/// The row of the installation's table: how many months are kept; for ever where there is none.
const ROW: &str = "audit-months";
/// The event.
const EVENT: &str = "audit-let-go";
/// The fewest and the most months that may be kept, where it is not for ever. What administrators of systems did has to be kept for six months at least
/// (Garante per la protezione dei dati personali, provvedimento of 27 November 2008).
pub const KEPT_MONTHS: (i64, i64) = (6, 240);
/// Rows of one commit, unless a batch alone has more.
const TOGETHER: i64 = 2_000;
/// Batches that are looked at for one commit.
const BATCHES: i64 = 500;

/// What letting go registers.
pub(crate) fn slice() -> Slice {
    Slice::new("audit").job(LetGo).every("41 3 * * *", KIND)
}

/// How far the audit was let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The last batch that is gone.
    pub number: i64,
    /// When it went.
    pub at: Moment,
    /// How many rows went, all in all.
    pub rows: i64,
    /// When that batch was closed: what remains is younger.
    pub until: Moment,
    /// The digest of that batch, which the first one that remains has to follow.
    pub digest: String,
}

/// From when on there is an audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extent {
    /// The moment of the oldest row.
    pub since: Option<Moment>,
    /// What is gone; none where everything is there.
    pub anchor: Option<Anchor>,
}

impl Anchor {
    /// What the entry says that tells of it.
    fn said(&self) -> String {
        format!("{} {} {}", self.rows, self.number, self.digest)
    }
}

struct LetGo;

impl Run for LetGo {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let engine = &context.engine;
            let Some(months) = engine.audit_months().await? else { return Ok(Done::Finished) };
            let zone = &engine.settings().zone;
            // A node whose own clock is wrong lets nothing go before its time.
            let before = engine.shared_now().await?.date(zone).plus_months(-months).start(zone);
            while engine.let_audit_go(before).await? {}
            Ok(Done::Finished)
        })
    }
}

impl Engine {
    /// How many months of the audit are kept; none where it is kept for ever.
    pub async fn audit_months(&self) -> Result<Option<i64>> {
        Ok(self.installation(ROW).await?.and_then(|text| text.parse().ok()))
    }

    /// Says how many months are kept from the next night on. `Forbidden` for whoever is no administrator, `Invalid` beyond [`KEPT_MONTHS`].
    pub async fn keep_audit(&self, who: &Principal, months: Option<i64>) -> Result<()> {
        who.administers()?;
        let (least, most) = KEPT_MONTHS;
        if months.is_some_and(|months| !(least..=most).contains(&months)) {
            return Err(Error::invalid("months", Say::new("error-between").with("least", least).with("most", most)));
        }
        self.put_installation(ROW, months.map(|months| months.to_string()).unwrap_or_default()).await
    }

    /// From when on there is an audit, and what is gone of it.
    pub async fn audit_extent(&self) -> Result<Extent> {
        let read = self.store().read_snapshot(move |tx| {
            Box::pin(async move {
                let first = Statement::new("SELECT \"at\" FROM \"audit\" ORDER BY \"id\" LIMIT 1", Vec::new());
                let since = tx.rows(&first).await?.first().and_then(|row| row.moment(0));
                Ok(Extent { since, anchor: anchor(tx).await? })
            })
        });
        read.await
    }

    /// Lets go of some batches that were closed before a moment, in one commit with their anchor and the entry that tells of it; whether
    /// there were any. The newest batch stays, whatever its age. `Internal` where one of them was touched: what shows that does not go.
    async fn let_audit_go(&self, before: Moment) -> Result<bool> {
        let engine = self.clone();
        self.store()
            .write_slice(move |tx| {
                Box::pin(async move {
                    hold_the_chain(tx).await?;
                    let last = anchor(tx).await?;
                    let (mut number, mut rows, mut digest) =
                        last.map_or((0, 0, String::new()), |last| (last.number, last.rows, last.digest));
                    let from = number;
                    let newest = asking::one_number(tx, &Statement::new("SELECT max(\"number\") FROM \"audit_chain\"", Vec::new())).await?;
                    let (mut until, mut gone, mut findings) = (before, 0, Vec::new());
                    for batch in Batch::some(tx, number, BATCHES).await? {
                        if batch.at >= before || batch.number >= newest || gone > 0 && gone + batch.rows > TOGETHER {
                            break;
                        }
                        // Nor does a batch go that a node closed whose clock was wrong, with rows of the others.
                        if batch.examine(tx, number, &digest, &mut findings).await? >= before {
                            break;
                        }
                        gone += batch.rows;
                        (number, until, digest) = (batch.number, batch.at, batch.digest);
                    }
                    if let Some(finding) = findings.into_iter().next() {
                        return Err(Error::Internal(finding));
                    }
                    if number == from {
                        return Ok(false);
                    }
                    rows += gone;
                    let anchor = Anchor { number, at: engine.now(), rows, until, digest };
                    anchor.drop(tx, from).await?;
                    let entry = Entry { through: JOB.to_owned(), detail: anchor.said(), ..Entry::new(EVENT) };
                    engine.write_entry(tx, entry, anchor.at).await?;
                    Ok(true)
                })
            })
            .await
    }
}

impl Anchor {
    /// Takes the place of what lies behind an older one, up to its own number.
    async fn drop(&self, tx: &mut Tx, from: i64) -> Result<()> {
        let sql = "INSERT INTO \"audit_anchor\" (\"number\", \"at\", \"rows\", \"until\", \"digest\") VALUES (?, ?, ?, ?, ?)";
        let values = vec![
            Value::Int(self.number),
            Value::Moment(self.at),
            Value::Int(self.rows),
            Value::Moment(self.until),
            Value::Text(self.digest.clone()),
        ];
        tx.execute(&Statement::new(sql, values)).await?;
        for (table, number) in [("audit", "batch"), ("audit_chain", "number")] {
            let sql = format!("DELETE FROM \"{table}\" WHERE \"{number}\" > ? AND \"{number}\" <= ?");
            tx.execute(&Statement::new(sql, vec![Value::Int(from), Value::Int(self.number)])).await?;
        }
        Ok(())
    }

    /// Whether the audit tells of it, as it does of everything that was let go by the program.
    pub(super) async fn is_told(&self, tx: &mut Tx) -> Result<bool> {
        let told = "SELECT 1 FROM \"audit\" WHERE \"event\" = ? AND \"detail\" = ? LIMIT 1";
        Ok(!tx.rows(&Statement::new(told, vec![EVENT.into(), self.said().into()])).await?.is_empty())
    }
}

/// The anchor that counts; none where nothing was let go.
pub(super) async fn anchor(tx: &mut Tx) -> Result<Option<Anchor>> {
    let sql = "SELECT \"number\", \"at\", \"rows\", \"until\", \"digest\" FROM \"audit_anchor\" ORDER BY \"number\" DESC LIMIT 1";
    let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
    Ok(rows.first().map(|row| Anchor {
        number: row.int(0),
        at: row.moment(1).unwrap_or_default(),
        rows: row.int(2),
        until: row.moment(3).unwrap_or_default(),
        digest: row.text(4).to_owned(),
    }))
}

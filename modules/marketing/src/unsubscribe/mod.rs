//! Unsubscribing: a link in every mailing leads to a page that asks for nothing but a click, and mail programs do the same by themselves
//! (RFC 8058). A look at the page changes nothing.

mod page;

use crate::deliveries::entity::DELIVERY;
use crate::suppression::entity::Reason;
use crate::suppression::suppress;
use engine::{Engine, Statement, Tx, in_tx};
use kernel::{Error, Id, Result};
use web::Seal;

pub use page::routes;

/// What the seal vouches for.
const PURPOSE: &str = "unsubscribe";

/// What unsubscribing registers.
pub fn slice() -> engine::Slice {
    engine::Slice::new("unsubscribe").words(include_str!("words.toml"))
}

/// The address by which whoever a delivery is for unsubscribes: it names nobody, and only this installation can make it.
pub(crate) fn address(seal: &Seal, base: &str, delivery: Id) -> String {
    format!("{base}/u/{}", seal.seal(PURPOSE, &delivery.number().to_be_bytes()))
}

/// The delivery of such an address; none unless this installation made it. No database is asked.
fn delivery(seal: &Seal, token: &str) -> Option<Id> {
    let bytes: [u8; 8] = seal.open(PURPOSE, token)?.try_into().ok()?;
    Id::from_number(i64::from_be_bytes(bytes))
}

/// Whom an address belongs to, and how it stands with him.
pub(crate) struct Reader {
    delivery: Id,
    pub(crate) address: String,
    /// The topic of the mailing, as long as there is one.
    pub(crate) topic: Option<(Id, String)>,
    /// Whether the topic is left already.
    pub(crate) left_topic: bool,
    /// Whether everything is.
    pub(crate) left_all: bool,
}

/// Whoever a delivery went to. Not found where it is gone.
async fn reader(engine: &Engine, delivery: Id) -> Result<Reader> {
    let read = in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let sql = format!(
                "SELECT d.\"address\", d.\"address_f\", l.\"id\", l.\"name\", l.\"description\" FROM \"{DELIVERY}\" d \
                 LEFT JOIN \"mailing\" m ON m.\"id\" = d.\"mailing\" LEFT JOIN \"list\" l ON l.\"id\" = m.\"topic\" AND l.\"topic\" = ? AND l.\"removed_at\" IS NULL WHERE d.\"id\" = ?"
            );
            let rows = tx.rows(&Statement::new(sql, vec![kernel::Value::Bool(true), delivery.into()])).await?;
            let row = rows.first().ok_or(Error::NotFound)?;
            let topic = row.link(2).map(|id| (id, row.text(3).to_owned()));
            let sql = "SELECT \"topic\" FROM \"suppression\" WHERE \"address_f\" = ? AND \"removed_at\" IS NULL";
            let known = tx.rows(&Statement::new(sql, vec![row.text(1).into()])).await?;
            Ok(Reader {
                delivery,
                address: row.text(0).to_owned(),
                left_topic: topic.as_ref().is_some_and(|(id, _)| known.iter().any(|row| row.link(0) == Some(*id))),
                left_all: known.iter().any(|row| row.link(0).is_none()),
                topic,
            })
        })
    });
    engine.store().read(read).await
}

/// Leaves a topic, or everything. Done twice it is as done once.
async fn leave(engine: &Engine, reader: &Reader, topic: Option<Id>) -> Result<()> {
    if reader.left_all || topic.is_some() && reader.left_topic {
        return Ok(());
    }
    suppress(engine, &reader.address, topic, Reason::Unsubscribed, format!("{DELIVERY} {}", reader.delivery)).await
}

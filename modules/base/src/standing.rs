//! Where what is said, or kept, of a card stands: on the card it was put on, and on the card of the account which that belongs to.

use engine::{Change, Statement, Tx};
use kernel::{Error, Id, Result, Say, Value};
use meta::fields::{About, Kind, Link};

/// The cards on which something may be put.
pub const CARDS: &[&str] = &["account", "contact", "site", "subject", "directory_entry"];

/// Says of a record which card it is about, and which account that belongs to: of a contact the one he works at now,
/// the first of them where he is the first to turn to.
pub(crate) async fn place(tx: &mut Tx, change: &mut Change, about: &About, account: &Link) -> Result<()> {
    if !change.changes(about.record.id()) {
        return Ok(());
    }
    // Without one it is refused for that.
    let Some(card) = change.after.value(about.record.id()).link() else { return Ok(()) };
    let Kind::About(cards) = about.record.field.kind else { return Ok(()) };
    let kind = kind_of(tx, cards, card, change.after.get(&about.kind)).await?;
    let belongs = account_of(tx, kind, card).await?;
    change.put(about.kind.id(), kind);
    change.put(account.id(), belongs);
    Ok(())
}

const SITE: &str = "SELECT \"account\" FROM \"site\" WHERE \"id\" = ?";
const CONTACT: &str = "SELECT \"account\" FROM \"contact\" WHERE \"id\" = ?";

/// The entity of a card: as it was said, or found. Whether the writer may see it is checked with every link.
pub async fn kind_of(tx: &mut Tx, cards: &[&'static str], card: Id, said: &str) -> Result<&'static str> {
    for kind in cards {
        let known = Statement::new(format!("SELECT \"id\" FROM \"{kind}\" WHERE \"id\" = ?"), vec![Value::Link(card)]);
        if (said.is_empty() || said == *kind) && !tx.rows(&known).await?.is_empty() {
            return Ok(kind);
        }
    }
    Err(Error::invalid("about", Say::new("error-link")))
}

/// The account that a card belongs to, where it belongs to one.
async fn account_of(tx: &mut Tx, kind: &str, card: Id) -> Result<Option<Id>> {
    match kind {
        "account" => Ok(Some(card)),
        "contact" => link(tx, CONTACT, card).await,
        "site" => link(tx, SITE, card).await,
        // Whoever sells for us, and a name nobody has called yet, belong to no account.
        _ => Ok(None),
    }
}

async fn link(tx: &mut Tx, sql: &str, card: Id) -> Result<Option<Id>> {
    Ok(tx.rows(&Statement::new(sql, vec![Value::Link(card)])).await?.first().and_then(|row| row.link(0)))
}

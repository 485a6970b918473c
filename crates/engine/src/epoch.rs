//! Counters of changes of what nodes keep in memory: whoever finds another number in the database is behind, and reads again.

use kernel::Result;
use store::{Statement, Tx};

/// The row that counts changes of what people may: the question of who asks reads it along.
pub(crate) const RIGHTS: &str = "rights";
/// The row that counts changes of own fields, words and vocabularies.
pub(crate) const DESCRIPTIONS: &str = "descriptions";

/// The number of the latest change; 0 where there was none.
pub(crate) async fn read(tx: &mut Tx, key: &'static str) -> Result<i64> {
    let sql = Statement::new("SELECT \"number\" FROM \"epoch\" WHERE \"key\" = ?", vec![key.into()]);
    crate::asking::one_number(tx, &sql).await
}

/// Counts one more change, in the commit that makes it.
pub(crate) async fn count(tx: &mut Tx, key: &'static str) -> Result<()> {
    let sql = "INSERT INTO \"epoch\" (\"key\", \"number\") VALUES (?, 1) ON CONFLICT (\"key\") DO UPDATE SET \"number\" = \"epoch\".\"number\" + 1";
    tx.execute(&Statement::new(sql, vec![key.into()])).await.map(|_| ())
}

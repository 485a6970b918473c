//! What is said of the installation as a whole: one text for each name.

use crate::{Engine, epoch};
use kernel::Result;
use store::Statement;

impl Engine {
    /// What stands under a name; none where nothing was said.
    pub async fn installation(&self, key: &'static str) -> Result<Option<String>> {
        let sql = Statement::new("SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?", vec![key.into()]);
        self.inside.store.read(move |tx| Box::pin(async move { Ok(tx.rows(&sql).await?.first().map(|row| row.text(0).to_owned())) })).await
    }

    /// Says something under a name, in place of what was said before.
    pub(crate) async fn put_installation(&self, key: &'static str, text: String) -> Result<()> {
        let put = Self::putting(key, text);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&put).await.map(|_| ()) })).await
    }

    /// Says some of what the descriptions follow from: every node that writes, or is asked, after this commit knows it before.
    pub(crate) async fn put_described(&self, rows: Vec<Statement>, topic: &'static str) -> Result<()> {
        let put = self.inside.store.write(move |tx| {
            Box::pin(async move {
                for row in &rows {
                    tx.execute(row).await?;
                }
                epoch::count(tx, epoch::DESCRIPTIONS).await?;
                tx.announce(topic).await
            })
        });
        put.await?;
        self.load_descriptions().await
    }

    /// The statement that says it.
    pub(crate) fn putting(key: &'static str, text: String) -> Statement {
        let sql = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, ?) ON CONFLICT (\"key\") DO UPDATE SET \"value\" = excluded.\"value\"";
        Statement::new(sql, vec![key.into(), text.into()])
    }
}

//! The company's own name, on every page: kept with the installation, remembered by the node.

use crate::Web;
use engine::{Engine, Statement};
use kernel::Result;
use std::sync::Arc;

/// Where it stands in the installation's table.
const KEY: &str = "company";

/// The company's name; the product's own where nobody has said it yet.
pub(crate) async fn read(engine: &Engine) -> Result<Arc<str>> {
    let sql = Statement::new("SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?", vec![KEY.into()]);
    let found =
        engine.store().read(move |tx| Box::pin(async move { Ok(tx.rows(&sql).await?.first().map(|row| row.text(0).to_owned())) })).await?;
    Ok(found.filter(|name| !name.is_empty()).map_or_else(|| Arc::from("Scheda"), Arc::from))
}

/// Names the company.
pub(crate) async fn name(web: &Web, name: &str) -> Result<()> {
    let sql = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, ?) ON CONFLICT (\"key\") DO UPDATE SET \"value\" = excluded.\"value\"";
    let statement = Statement::new(sql, vec![KEY.into(), name.into()]);
    web.engine().store().write(move |tx| Box::pin(async move { tx.execute(&statement).await.map(|_| ()) })).await?;
    web.remember_company(Arc::from(name));
    Ok(())
}

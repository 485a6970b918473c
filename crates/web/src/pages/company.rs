//! The company's own name, on every page: kept with the installation, remembered by the node.

use crate::Web;
use engine::Engine;
use kernel::Result;
use std::sync::Arc;

/// The company's name; the product's own where nobody has said it yet.
pub(crate) async fn read(engine: &Engine) -> Result<Arc<str>> {
    engine.company().await.map(Arc::from)
}

/// Names the company.
pub(crate) async fn name(web: &Web, name: &str) -> Result<()> {
    web.engine().name_company(name).await?;
    web.remember_company(Arc::from(name));
    Ok(())
}

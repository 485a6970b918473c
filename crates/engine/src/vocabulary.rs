//! The company's words: vocabularies kept beside the model, read again when one of their terms changes.

use crate::Engine;
use kernel::Result;
use meta::model::Term;
use std::collections::HashMap;
use std::sync::Arc;
use store::Statement;

impl Engine {
    /// Reads the terms of all vocabularies.
    pub async fn load_terms(&self) -> Result<()> {
        if self.model().entity("term").is_none() {
            return Ok(());
        }
        let sql = Statement::new(
            "SELECT \"vocabulary\", \"key\", \"italian\", \"english\", \"retired\" FROM \"term\" WHERE \"removed_at\" IS NULL",
            Vec::new(),
        );
        let terms: HashMap<(String, String), Term> = self
            .inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.rows(&sql).await?;
                    Ok(rows
                        .iter()
                        .map(|row| {
                            let term = Term { italian: row.text(2).to_owned(), english: row.text(3).to_owned(), retired: row.bool(4) };
                            ((row.text(0).to_owned(), row.text(1).to_owned()), term)
                        })
                        .collect())
                })
            })
            .await?;
        let mut model = meta::Model::clone(&self.model());
        model.terms = Arc::new(terms);
        self.inside.model.store(Arc::new(model));
        Ok(())
    }
}

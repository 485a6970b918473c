//! The demonstration tells the same story for the same seed, and can be taken back whole.

use super::{Measure, fill};
use crate::notes::entity as note;
use engine::{Asked, Engine, Through};
use std::collections::HashMap;

/// What is written on the accounts, and by whom.
async fn noted(engine: &Engine) -> Vec<(String, String)> {
    let who = engine.system(Through::CommandLine);
    let fields = vec!["text", "created_by"];
    let asked = Asked {
        fields,
        limit: 200,
        sort: vec![engine::Sorting { field: "id", descending: false }],
        ..Asked::new(engine.entity("note").expect("notes"))
    };
    let listed = engine.list(&who, asked).await.expect("a list");
    let names: &HashMap<_, _> = &listed.titles;
    let author = |record: &meta::Record| record.named("created_by").link().and_then(|id| names.get(&id).cloned()).unwrap_or_default();
    listed.records.iter().map(|record| (record.get(&note::TEXT).to_owned(), author(record))).collect()
}

#[tokio::test]
async fn agents_wrote_notes_on_their_customers() {
    let mut told = Vec::new();
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let made = fill(&engine, &who, Measure { accounts: 40, contacts: 80, seed: 7 }, |_| {}).await.expect("a company");
        let notes = noted(&engine).await;
        assert!(notes.len() > 30, "{} notes", notes.len());
        assert!(notes.iter().all(|(_, author)| !author.is_empty()), "each has an author");
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
        told.push(notes);
        engine.undo(&who, made.changeset).await.expect("taken back");
        assert_eq!(noted(&engine).await, Vec::new());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "the same story on both databases");
}

//! What commits announce, on this node and on the others; and words that are read again.

use crate::shop::{self, Shop, customer, shops, term};
use engine::{Act, Draft};
use kernel::Error;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;

/// What is heard until it has been quiet for a while.
async fn heard(topics: &mut Receiver<String>) -> Vec<String> {
    let mut heard = Vec::new();
    while let Ok(Ok(topic)) = tokio::time::timeout(Duration::from_millis(150), topics.recv()).await {
        heard.push(topic);
    }
    heard.sort();
    heard
}

async fn other_node(shop: &Shop) -> engine::Engine {
    engine::testing::engine(shop.engine.store().clone(), vec![shop::area(&shop.jobs)]).await.0
}

#[tokio::test]
async fn a_commit_is_heard_on_every_node_and_nothing_else_is() {
    for shop in shops().await {
        let other = other_node(&shop).await;
        let (mut here, mut there) = (shop.engine.listen(), other.listen());
        let id = shop.create(&shop.anna, customer("a")).await;
        let mut told = vec!["customer".to_owned(), format!("customer/{id}"), "step".to_owned()];
        let here_now = heard(&mut here).await;
        let step = here_now.iter().find(|topic| topic.starts_with("step/")).cloned().expect("the rule's record");
        told.push(step);
        assert_eq!(here_now, told, "{shop:?}");
        assert_eq!(heard(&mut there).await, told, "{shop:?}: there as here");
        // What is refused, what is undone by its own error, what changes nothing: silence.
        let acts = vec![Act::Create(customer("b")), Act::Create(customer("Vietata"))];
        assert!(matches!(shop.engine.write(&shop.anna, "test", acts).await, Err(Error::Invalid(_))));
        shop.change(&shop.anna, id, vec![(shop::NAME.id(), "a".into())]).await.expect("nothing changed");
        assert_eq!(heard(&mut here).await, Vec::<String>::new());
        assert_eq!(heard(&mut there).await, Vec::<String>::new());
        // Before its commit nothing is heard.
        let (engine, mut early) = (shop.engine.clone(), shop.engine.listen());
        let slow = shop.engine.store().write(move |tx| {
            Box::pin(async move {
                tx.announce("early").await?;
                let _ = engine.today();
                std::thread::sleep(Duration::from_millis(60));
                assert!(early.try_recv().is_err(), "heard before the commit");
                Ok(())
            })
        });
        slow.await.expect("committed");
        assert_eq!(heard(&mut here).await, ["early"]);
    }
}

#[tokio::test]
async fn words_are_read_again_when_a_term_changes() {
    for shop in shops().await {
        let other = other_node(&shop).await;
        let known = |engine: &engine::Engine| {
            let model = engine.model();
            model.terms.get(&("sector".to_owned(), "meccanica".to_owned())).map(|term| (term.italian.clone(), term.retired))
        };
        let (mut here, mut there) = (shop.engine.listen(), other.listen());
        let draft = Draft::new("term")
            .with(term::ITALIAN.id(), "Meccanica")
            .with(term::VOCABULARY.id(), "sector")
            .with(term::KEY.id(), "meccanica");
        let id = shop.create(&shop.admin, draft).await;
        assert!(!heard(&mut here).await.is_empty() && !heard(&mut there).await.is_empty());
        for engine in [&shop.engine, &other] {
            assert_eq!(known(engine), Some(("Meccanica".to_owned(), false)), "{shop:?}");
        }
        let retire = vec![(term::RETIRED.id(), true.into())];
        shop.engine.change(&shop.admin, &shop.entity("term"), id, None, retire, Vec::new()).await.expect("retired");
        heard(&mut here).await;
        heard(&mut there).await;
        for engine in [&shop.engine, &other] {
            assert_eq!(known(engine), Some(("Meccanica".to_owned(), true)));
        }
    }
}

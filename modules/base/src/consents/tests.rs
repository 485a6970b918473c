//! The ledger of consents: what an entry must say, that it stays, and what holds now.

use super::entity::{ABOUT, AT, BASIS, CHANNEL, EVIDENCE, PURPOSE, SOURCE, STATE, TEXT};
use super::texts;
use engine::testing::StandingClock;
use engine::{Act, Draft, Engine, Principal, Through};
use kernel::{Error, Id, Value};
use meta::filter::parse::parse;
use std::sync::Arc;

struct Registry {
    engine: Engine,
    clock: Arc<StandingClock>,
    who: Principal,
    account: Id,
    contact: Id,
    text: Id,
}

async fn registries() -> Vec<Registry> {
    let mut all = Vec::new();
    for (engine, clock) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let put = async |draft: Draft| engine.create(&who, draft).await.expect("a record").id();
        let account = put(Draft::new("account").with(crate::accounts::NAME.id(), "Officine Rossi")).await;
        let contact = put(Draft::new("contact").with(crate::contacts::entity::NAME.family.id(), "Bini")).await;
        let text = Draft::new("consent_text")
            .with(texts::NAME.id(), "Informativa marketing")
            .with(texts::EDITION.id(), "2026/1")
            .with(texts::PURPOSE.id(), "marketing")
            .with(texts::TEXT.id(), "Acconsento a ricevere offerte.");
        let text = put(text).await;
        all.push(Registry { engine, clock, who, account, contact, text });
    }
    all
}

impl Registry {
    fn entry(&self, about: Id, channel: &str, state: &str) -> Draft {
        Draft::new("consent")
            .with(ABOUT.record.id(), about)
            .with(PURPOSE.id(), "marketing")
            .with(CHANNEL.id(), channel)
            .with(STATE.id(), state)
            .with(SOURCE.id(), "paper")
            .with(EVIDENCE.id(), "Modulo 12")
    }

    async fn put(&self, draft: Draft) -> Id {
        self.clock.pass(60_000);
        self.engine.create(&self.who, draft).await.expect("an entry").id()
    }

    async fn refused(&self, draft: Draft) -> Vec<String> {
        match self.engine.create(&self.who, draft).await {
            Err(Error::Invalid(problems)) => problems.into_iter().map(|problem| problem.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// The contacts that a filter selects.
    async fn selected(&self, filter: &str) -> Vec<Id> {
        let contact = self.engine.entity("contact").expect("contacts");
        let filter = parse(filter, &self.engine.model(), &contact).expect("a filter");
        let asked = engine::Asked::new(contact).filtered(filter);
        self.engine.list(&self.who, asked).await.expect("a list").records.iter().map(|record| record.id).collect()
    }
}

const GIVEN: &str = "last(consents.state where purpose is \"marketing\" and channel is \"email\") is \"given\"";

#[tokio::test]
async fn an_entry_says_whose_since_when_and_how_we_know() {
    for house in registries().await {
        let entry = || house.entry(house.contact, "email", "given");
        assert_eq!(house.refused(entry().with(EVIDENCE.id(), " ")).await, ["evidence"]);
        assert_eq!(house.refused(entry().with(SOURCE.id(), "")).await, ["source"]);
        assert_eq!(house.refused(entry().with(AT.id(), Value::Empty)).await, ["at"]);
        let tomorrow = Value::Moment(house.engine.now().plus_millis(86_400_000));
        assert_eq!(house.refused(entry().with(AT.id(), tomorrow)).await, ["at"]);
        assert_eq!(house.refused(house.entry(house.contact, "sms", "given").with(BASIS.id(), "soft-spam")).await, ["basis"]);
        assert_eq!(house.refused(entry().with(PURPOSE.id(), "profilazione").with(TEXT.id(), house.text)).await, ["text"]);
        assert_eq!(house.refused(house.entry(house.text, "email", "given")).await, ["about"]);
        // The text alone proves it; soft spam needs neither, by e-mail; and a withdrawal needs no more than who, when and how.
        house.put(entry().with(EVIDENCE.id(), "").with(TEXT.id(), house.text)).await;
        house.put(entry().with(EVIDENCE.id(), "").with(BASIS.id(), "soft-spam")).await;
        for state in ["withdrawn", "refused"] {
            house.put(house.entry(house.contact, "email", state).with(EVIDENCE.id(), "")).await;
        }
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

/// Append-only for everybody: by a verb, by the command line, by a rule, by an undoing, with what it is about gone.
#[tokio::test]
async fn an_entry_stays_as_it_was_made() {
    for house in registries().await {
        let entity = house.engine.entity("consent").expect("consents");
        house.clock.pass(60_000);
        let made = house.engine.create(&house.who, house.entry(house.account, "email", "given")).await.expect("an entry");
        let before = house.engine.show(&house.who, &entity, made.id()).await.expect("the entry").0;
        for through in [Through::CommandLine, Through::Api, Through::Import, Through::Job, Through::Pages] {
            let who = house.engine.system(through);
            let values = vec![(STATE.id(), Value::from("withdrawn"))];
            let changed = house.engine.change(&who, &entity, made.id(), None, values, Vec::new()).await;
            assert!(matches!(changed, Err(Error::Forbidden(_))), "{changed:?}");
            let removed = house.engine.remove(&who, &entity, made.id(), None).await;
            assert!(matches!(removed, Err(Error::Forbidden(_))), "{removed:?}");
            let restored = house.engine.restore(&who, &entity, made.id()).await;
            assert!(matches!(restored, Err(Error::Forbidden(_))), "{restored:?}");
        }
        // Together with others, nothing of them happens.
        let account = house.engine.entity("account").expect("accounts");
        let acts = vec![
            Act::Remove { entity: "account", id: house.account, version: None },
            Act::Remove { entity: "consent", id: made.id(), version: None },
        ];
        assert!(matches!(house.engine.write(&house.who, "bulk", acts).await, Err(Error::Forbidden(_))));
        assert!(house.engine.show(&house.who, &account, house.account).await.is_ok());
        // An undoing answers it by another, and leaves a no.
        let refused = house.engine.create(&house.who, house.entry(house.account, "sms", "refused")).await.expect("an entry");
        let undone = house.engine.undo(&house.who, refused.changeset).await.expect("undone as far as it goes");
        assert_eq!((undone.records, undone.left), (0, vec![(refused.id(), String::new())]));
        let undone = house.engine.undo(&house.who, made.changeset).await.expect("undone as far as it goes");
        assert_eq!((undone.records, undone.left), (1, vec![]));
        // Whoever it is about may go: the proof stays, and so it does when the trash is emptied.
        house.engine.remove(&house.who, &account, house.account, None).await.expect("removed");
        house.engine.schedule_due().await.expect("due");
        house.clock.pass(40 * 86_400_000);
        house.engine.schedule_due().await.expect("due");
        while house.engine.work_once().await.expect("worked") {}
        let after = house.engine.show(&house.who, &entity, made.id()).await.expect("the entry").0;
        assert_eq!((after.version, after.values), (before.version, before.values));
    }
}

#[tokio::test]
async fn the_newest_by_its_date_holds() {
    for house in registries().await {
        assert_eq!(house.selected(GIVEN).await, []);
        let later = house.engine.now().plus_millis(86_400_000);
        house.clock.pass(5 * 86_400_000);
        house.put(house.entry(house.contact, "email", "given")).await;
        house.put(house.entry(house.contact, "sms", "refused")).await;
        assert_eq!(house.selected(GIVEN).await, [house.contact]);
        // A form that was signed before arrives late: what was said since holds.
        house.put(house.entry(house.contact, "email", "withdrawn").with(AT.id(), Value::Moment(later))).await;
        assert_eq!(house.selected(GIVEN).await, [house.contact]);
        house.put(house.entry(house.contact, "email", "withdrawn")).await;
        assert_eq!(house.selected(GIVEN).await, []);
        house.put(house.entry(house.contact, "email", "given")).await;
        assert_eq!(house.selected(GIVEN).await, [house.contact]);
        // Of another purpose it says nothing.
        let other = GIVEN.replace("\"marketing\"", "\"profilazione\"");
        assert_eq!(house.selected(&other).await, []);
    }
}

#[tokio::test]
async fn a_text_that_somebody_agreed_to_never_changes() {
    for house in registries().await {
        let entity = house.engine.entity("consent_text").expect("texts");
        let values = || vec![(texts::TEXT.id(), Value::from("Altro testo."))];
        house.engine.change(&house.who, &entity, house.text, None, values(), Vec::new()).await.expect("nobody agreed to it yet");
        house.put(house.entry(house.contact, "email", "given").with(TEXT.id(), house.text)).await;
        let changed = house.engine.change(&house.who, &entity, house.text, None, vec![(texts::TEXT.id(), "X".into())], Vec::new()).await;
        assert!(matches!(changed, Err(Error::Invalid(problems)) if problems[0].field == "text"));
        let removed = house.engine.remove(&house.who, &entity, house.text, None).await;
        assert!(matches!(removed, Err(Error::Invalid(_))), "{removed:?}");
        let (text, _) = house.engine.show(&house.who, &entity, house.text).await.expect("the text");
        assert_eq!((text.get(&texts::TEXT), text.get(&texts::LABEL)), ("Altro testo.", "Informativa marketing · 2026/1"));
    }
}

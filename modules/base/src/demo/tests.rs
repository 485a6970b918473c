//! The demonstration tells the same story for the same seed, and can be taken back whole.

use super::{Measure, fill};
use crate::notes::entity as note;
use engine::{Asked, Engine, Stretch, Through};
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

#[tokio::test]
async fn stories_stand_on_the_cards_worth_opening() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let made_of = fill(&engine, &who, Measure { accounts: 100, contacts: 200, seed: 7 }, |_| {}).await.expect("a company");
        assert_eq!((made_of.accounts, made_of.contacts), (100, 200));
        let accounts = engine.entity("account").expect("accounts");
        let lenzi = Asked::new(accounts.clone()).filtered(crate::accounts::NAME.is("Officina Meccanica Lenzi S.r.l."));
        let lenzi = engine.list(&who, lenzi).await.expect("a list").records[0].id;
        let (card, _) = engine.show(&who, &accounts, lenzi).await.expect("the card");
        let day = engine.today().plus_days(-330);
        assert_eq!((card.named("stage").text(), card.get(&crate::accounts::entity::STAGE_SINCE)), ("customer", Some(day)));
        let stretch = Stretch { kinds: vec!["note"], limit: 50, ..Stretch::default() };
        let told = engine.timeline(&who, &accounts, lenzi, stretch).await.expect("a timeline");
        assert_eq!(told.happenings.len(), 8, "what was noted of the people stands on the company too");
        let steps = engine.entity("account_step").expect("steps");
        let reached = Asked::new(steps).filtered(crate::accounts::steps::ACCOUNT.is(lenzi));
        let reached = engine.list(&who, reached).await.expect("its steps").records;
        let stages: Vec<&str> = reached.iter().map(|step| step.named("stage").text()).collect();
        assert_eq!(stages, ["customer", "prospect", "lead", "suspect"]);

        // Its card was made when its story begins: nothing that is told stands below that, and it was not today.
        let whole = Stretch { kinds: vec!["note", "document", "consent"], changes: true, limit: 50, ..Stretch::default() };
        let whole = engine.timeline(&who, &accounts, lenzi, whole).await.expect("a timeline");
        let Some(engine::Happening::Change(made)) = whole.happenings.last() else { panic!("it begins with the card") };
        assert_eq!((made.action.key(), made.at), ("create", card.named("created_at").moment().expect("a moment")));
        assert_eq!(made.at, super::days_ago(&engine, 412, 6));
        assert_eq!(whole.happenings.iter().filter(|one| matches!(one, engine::Happening::Change(_))).count(), 1);

        // Who looks after it, for all that there is; whom it is bound to; its papers, two versions of one; a consent taken back.
        let here = async |entity: &'static str, link: &'static str| {
            let described = engine.entity(entity).expect("an entity");
            let fields = described.fields.iter().map(|field| field.key).collect();
            let asked = Asked { limit: 200, fields, ..Asked::new(described) };
            engine.list(&who, asked.filtered(meta::Filter::is(link, kernel::Value::Link(lenzi)))).await.expect("a list").records
        };
        let shares: Vec<i64> = here("account_subject", "account").await.iter().map(|one| one.named("share").int()).collect();
        assert_eq!((shares.len(), shares.iter().sum::<i64>()), (4, 10_250), "agents, their manager, who pointed it out");
        assert_eq!((here("relation", "party").await.len(), here("relation", "counterparty").await.len()), (1, 1));
        let papers = here("document", "about").await;
        assert_eq!(papers.iter().map(|paper| paper.named("number").int()).collect::<Vec<_>>(), [2, 1]);
        assert!(papers.iter().all(|paper| paper.named("created_by").link() == card.named("owner").link()));
        let withdrawn = here("consent", "about").await.iter().filter(|one| one.named("state").text() == "withdrawn").count();
        assert_eq!(withdrawn, 1);

        // Nobody's home is far from where he works, and cards were made over three years.
        let asked = Asked { limit: 200, fields: vec!["created_at"], ..Asked::new(accounts.clone()) };
        let all = engine.list(&who, asked).await.expect("accounts").records;
        let days: std::collections::BTreeSet<i64> =
            all.iter().filter_map(|one| Some(one.named("created_at").moment()?.millis() / super::DAY)).collect();
        assert!(days.len() > 70, "{} days", days.len());
        let oldest = super::days_ago(&engine, 1_096, 0).millis() / super::DAY;
        assert!(days.first().is_some_and(|first| *first >= oldest), "{days:?}");
        let places = Asked { limit: 200, ..Asked::new(engine.entity("account_contact").expect("places")) };
        for place in engine.list(&who, places).await.expect("places").records {
            let town = async |entity: &str| {
                let described = engine.entity(entity).expect("an entity");
                let id = place.named(entity).link().expect("a link");
                let (record, _) = engine.show(&who, &described, id).await.expect("a record");
                record.named("address.city").text().to_owned()
            };
            let (works, lives) = (town("account").await, town("contact").await);
            assert!(works == lives || super::NEARBY.contains(&(works.as_str(), lives.as_str())), "{works} {lives}");
        }

        // And all of it goes, its files and what was told of it too.
        let ada = engine::Draft::new("user")
            .with(engine::identity::users::NAME.id(), "Ada Neri")
            .with(engine::identity::users::EMAIL.id(), "ada@example.it")
            .with(engine::identity::users::ROLES.id(), "|administrator|");
        let ada = engine.create(&who, ada).await.expect("a user").id();
        super::notes::greet(&engine, &who, made_of.changeset, ada).await.expect("a note");
        let ada = engine.principal_of(ada, Through::Pages).await.expect("a user").expect("an active one");
        let (told, _) = engine.notifications(&ada, None, 10).await.expect("told");
        assert_eq!((told.len(), told[0].author.as_str()), (1, "Giulia Conti"));
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
        let erased = super::take_out(&engine).await.expect("taken out");
        assert_eq!((erased.left, engine.unread(&ada).await.expect("a number")), (0, 0));
        for entity in
            ["account", "contact", "note", "consent", "document", "document_version", "relation", "view", "segment", "account_step"]
        {
            let described = engine.entity(entity).expect("an entity");
            for trash in [false, true] {
                let number = engine.count(&who, &described, &meta::Filter::everything(), trash, None).await.expect("a count").number;
                assert_eq!(number, 0, "{entity}");
            }
        }
        assert_eq!(engine.sweep_files(std::time::Duration::ZERO).await.expect("swept"), 8);
        assert!(engine.files().expect("files").older_than(std::time::Duration::ZERO).expect("a folder").is_empty());
    }
}

#[tokio::test]
async fn the_demonstration_goes_as_if_it_had_never_been() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let count = async |entity: &str, trash: bool| {
            let entity = engine.entity(entity).expect("an entity");
            engine.count(&who, &entity, &meta::Filter::everything(), trash, None).await.expect("a count").number
        };
        let before = (count("term", false).await, count("user", false).await, count("team", false).await);
        fill(&engine, &who, Measure { accounts: 30, contacts: 60, seed: 7 }, |_| {}).await.expect("a company");
        assert!(engine.made_for("demo", 1_000).await.expect("a count") > 90);

        // Ada writes on a card of the demonstration, and makes a customer of her own, whom one of its agents looks after.
        let users = engine.entity("user").expect("users");
        let agent = engine.list(&who, Asked::new(users.clone())).await.expect("users").records[0].id;
        let accounts = engine.entity("account").expect("accounts");
        let invented = engine.list(&who, Asked::new(accounts.clone())).await.expect("accounts").records[0].id;
        let note_on = |about| engine::Draft::new("note").with(note::TEXT.id(), "mia").with(note::ABOUT.record.id(), about);
        engine.create(&who, note_on(invented)).await.expect("a note");
        let own = engine::Draft::new("account")
            .with(crate::accounts::NAME.id(), "Cliente vero S.r.l.")
            .with(crate::accounts::entity::OWNER.id(), agent)
            .with(crate::accounts::entity::SECTOR.id(), "turismo");
        let own = engine.create(&who, own).await.expect("an account").id();
        engine.create(&who, note_on(own)).await.expect("a note");

        super::remove(&engine, &who).await.expect("asked for");
        while engine.work_once().await.expect("work") {}
        for (entity, left) in [
            ("account", 1),
            ("contact", 0),
            ("site", 0),
            ("note", 1),
            ("account_contact", 0),
            ("subject", 0),
            ("account_subject", 0),
            ("relation", 0),
            ("directory_entry", 0),
        ] {
            assert_eq!((count(entity, false).await, count(entity, true).await), (left, 0), "{entity}");
        }
        // The agent is kept for her customer's sake, and can't come in; so are his team, what that is part of, and the one sector in use.
        let after = (count("term", false).await, count("user", false).await, count("team", false).await);
        assert_eq!(after, (before.0 + 1, before.1 + 1, before.2 + 2));
        let (agent, _) = engine.show(&who, &users, agent).await.expect("the agent");
        assert!(!agent.get(&engine::identity::users::ACTIVE));
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
        let again = super::take_out(&engine).await.expect("nothing left to do");
        assert_eq!((again.records, again.left), (0, 4));

        // And it can be had again.
        fill(&engine, &who, Measure { accounts: 30, contacts: 60, seed: 7 }, |_| {}).await.expect("a company");
        assert_eq!(count("account", false).await, 31);
    }
}

#[tokio::test]
async fn an_invented_consent_goes_and_one_that_somebody_gave_stays() {
    use crate::consents::entity::{ABOUT, CHANNEL, EVIDENCE, PURPOSE, SOURCE, STATE};
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let made = fill(&engine, &who, Measure { accounts: 3, contacts: 0, seed: 7 }, |_| {}).await.expect("a company");
        let accounts = engine.entity("account").expect("accounts");
        let listed = engine.list(&who, Asked::new(accounts.clone())).await.expect("accounts");
        let ids: Vec<kernel::Id> = listed.records.iter().map(|record| record.id).collect();
        let consent = |about: kernel::Id| {
            engine::Draft::new("consent")
                .with(ABOUT.record.id(), about)
                .with(PURPOSE.id(), "marketing")
                .with(CHANNEL.id(), "email")
                .with(STATE.id(), "given")
                .with(SOURCE.id(), "paper")
                .with(EVIDENCE.id(), "Modulo 12")
        };
        engine.write_slice(&who, super::DEMO, made.changeset, vec![engine::Act::Create(consent(ids[0]))]).await.expect("an invented one");
        engine.create(&who, consent(ids[1])).await.expect("a real one");
        super::take_out(&engine).await.expect("taken out");
        let about = |record: &meta::Record| record.value(ABOUT.record.id()).link();
        let consents = engine.list(&who, Asked::new(engine.entity("consent").expect("consents"))).await.expect("consents");
        assert_eq!(consents.records.iter().map(about).collect::<Vec<_>>(), [Some(ids[1])]);
        // Whom it is about is in the trash as long as it stands.
        let kept = engine.list(&who, Asked { trash: true, ..Asked::new(accounts.clone()) }).await.expect("the trash");
        assert_eq!(kept.records.iter().map(|record| record.id).collect::<Vec<_>>(), [ids[1]]);
        assert_eq!(engine.count(&who, &accounts, &meta::Filter::everything(), false, None).await.expect("a count").number, 0);
    }
}

//! Terms in an order, in use, retired, and two of them made one: with all that names them, and back again.

use super::*;
use crate::accounts::entity as account;
use engine::bulk::entity::{self as row, State as Stands};
use engine::own_fields::{ENTITY, INITIAL, KIND, LABEL, OWN_FIELD, VISIBLE_WHEN, VOCABULARY as OF};
use engine::{Act, Asked, Draft, Engine, Principal, Through};
use kernel::Id;
use meta::Record;
use meta::fields::Chosen;

async fn ada(engine: &Engine) -> Principal {
    person(engine, "ada", "administrator").await
}

async fn person(engine: &Engine, name: &str, role: &str) -> Principal {
    use engine::identity::users;
    let draft = Draft::new("user")
        .with(users::NAME.id(), name)
        .with(users::EMAIL.id(), format!("{name}@example.it"))
        .with(users::ROLES.id(), format!("|{role}|"));
    let id = engine.create(&engine.system(Through::CommandLine), draft).await.expect("a user").id();
    engine.principal_of(id, Through::Pages).await.expect("an answer").expect("a person")
}

async fn term_of(engine: &Engine, who: &Principal, vocabulary: &str, words: &str) -> Id {
    let draft = Draft::new("term").with(ITALIAN.id(), words).with(VOCABULARY.id(), vocabulary);
    let id = engine.create(who, draft).await.expect("a term").id();
    engine.load_terms().await.expect("known");
    id
}

async fn account(engine: &Engine, who: &Principal, name: &str, sector: &str, tags: &str) -> Id {
    let draft = Draft::new("account")
        .with(account::NAME.id(), name)
        .with(account::STAGE.id(), account::Stage::Customer.key())
        .with(account::SECTOR.id(), sector)
        .with(account::TAGS.id(), tags);
    engine.create(who, draft).await.expect("an account").id()
}

async fn read(engine: &Engine, who: &Principal, id: Id) -> Record {
    engine.show(who, &engine.entity("account").expect("accounts"), id).await.expect("the account").0
}

async fn order(engine: &Engine, who: &Principal) -> Vec<String> {
    engine.terms_in_order(who, "sector").await.expect("terms").iter().map(|term| term.get(&ITALIAN).to_owned()).collect()
}

#[tokio::test]
async fn terms_stand_in_the_order_they_are_given_and_new_ones_at_the_end() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let ada = ada(&engine).await;
        let mut ids = Vec::new();
        for words in ["Tessile", "Alimentare", "Meccanica"] {
            ids.push(term_of(&engine, &ada, "sector", words).await);
        }
        assert_eq!(order(&engine, &ada).await, ["Alimentare", "Meccanica", "Tessile"], "by their words, as long as nobody says otherwise");
        engine.order_terms(&ada, "sector", &[ids[2], ids[0], ids[1]]).await.expect("ordered").expect("something changed");
        assert_eq!(order(&engine, &ada).await, ["Meccanica", "Tessile", "Alimentare"]);
        assert!(engine.order_terms(&ada, "sector", &[ids[2], ids[0], ids[1]]).await.expect("ordered").is_none(), "as they are");
        term_of(&engine, &ada, "sector", "Agricoltura").await;
        assert_eq!(order(&engine, &ada).await, ["Meccanica", "Tessile", "Alimentare", "Agricoltura"]);
        let known = engine.model().terms.get(&("sector".to_owned(), "agricoltura".to_owned())).map(|term| term.position);
        assert_eq!(known, Some(4), "the model knows it too");
        engine.order_terms(&ada, "sector", &[]).await.expect("ordered");
        assert_eq!(order(&engine, &ada).await, ["Agricoltura", "Alimentare", "Meccanica", "Tessile"]);
        // Nobody else orders, counts, or merges.
        let anna = person(&engine, "anna", "agent").await;
        assert!(engine.order_terms(&anna, "sector", &ids).await.is_err());
        assert!(engine.term_uses(&anna, "sector").await.is_err());
        assert!(engine.begin_merging(&anna, ids[0], ids[1]).await.is_err());
    }
}

#[tokio::test]
async fn a_term_in_use_is_counted_and_stays() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let ada = ada(&engine).await;
        let textile = term_of(&engine, &ada, "sector", "Tessile").await;
        let spare = term_of(&engine, &ada, "sector", "Di riserva").await;
        let tag = term_of(&engine, &ada, "tag", "Fiera").await;
        account(&engine, &ada, "Lanificio Rossi", "tessile", "|fiera|vip|").await;
        let gone = account(&engine, &ada, "Lanificio Bianchi", "tessile", "|fiera|").await;
        engine.remove(&ada, &engine.entity("account").expect("accounts"), gone, None).await.expect("removed");

        let uses = engine.term_uses(&ada, "sector").await.expect("counts");
        let of = |entity: &str| uses.iter().find(|uses| uses.entity == entity).expect("a field").counts.get("tessile").copied();
        assert_eq!((of("account"), of("directory_entry")), (Some(1), None), "what is in the trash does not count");
        let tags = engine.term_uses(&ada, "tag").await.expect("counts");
        let tags = tags.iter().find(|uses| uses.entity == "account").expect("a field");
        assert!(tags.several && tags.counts["fiera"] == 1 && tags.counts["vip"] == 1);
        assert_eq!(engine.term_holders(&ada, "tag", "fiera").await.expect("counts"), [("account", 2)]);

        let terms = engine.entity("term").expect("terms");
        for used in [textile, tag] {
            let refused = engine.remove(&ada, &terms, used, None).await.expect_err("in use");
            assert!(matches!(refused, Error::Invalid(ref problems) if problems[0].say.key == "error-term-used"), "{refused:?}");
        }
        engine.remove(&ada, &terms, spare, None).await.expect("nobody uses it");
        // Out of the trash it comes back, unless another has its words by then.
        term_of(&engine, &ada, "sector", "Di riserva").await;
        assert!(matches!(engine.restore(&ada, &terms, spare).await, Err(Error::Invalid(_))));
    }
}

/// What names the term, beside the records.
async fn naming(engine: &Engine, who: &Principal) -> [Id; 4] {
    let text = |entity: &str, key: &str| engine.entity(entity).expect("an entity").field(key).expect("a field").id;
    let filter = "tags includes \"vip\" and not sector is \"vip\"";
    let question = form_urlencoded::Serializer::new(String::new()).append_pair("filter", filter).append_pair("sort", "name").finish();
    let view = Draft::new("view")
        .with(text("view", "name"), "I migliori")
        .with(text("view", "list"), "account")
        .with(text("view", "question"), question);
    let segment = Draft::new("segment")
        .with(text("segment", "name"), "I migliori")
        .with(text("segment", "list"), "account")
        .with(text("segment", "filter"), filter);
    let rule = Draft::new("sharing_rule")
        .with(text("sharing_rule", "name"), "I migliori")
        .with(text("sharing_rule", "entity"), "account")
        .with(text("sharing_rule", "filter"), filter)
        .with(text("sharing_rule", "role"), "agent");
    let field = Draft::new(OWN_FIELD)
        .with(LABEL.id(), "Seguito da")
        .with(ENTITY.id(), "account")
        .with(KIND.id(), "terms")
        .with(OF.id(), "tag")
        .with(INITIAL.id(), "vip, premium")
        .with(VISIBLE_WHEN.id(), "tags includes \"vip\"");
    let mut made = Vec::new();
    for draft in [view, segment, rule, field] {
        made.push(engine.write(who, "create", vec![Act::Create(draft)]).await.expect("written").id());
    }
    made.try_into().expect("four")
}

async fn texts(engine: &Engine, who: &Principal, [view, segment, rule, field]: [Id; 4]) -> [String; 5] {
    let mut texts = Vec::new();
    for (entity, id, key) in [
        ("view", view, "question"),
        ("segment", segment, "filter"),
        ("sharing_rule", rule, "filter"),
        (OWN_FIELD, field, "visible_when"),
        (OWN_FIELD, field, "initial"),
    ] {
        let (record, _) = engine.show(who, &engine.entity(entity).expect("an entity"), id).await.expect("the record");
        texts.push(record.named(key).text().to_owned());
    }
    texts.try_into().expect("five")
}

#[tokio::test]
async fn two_terms_become_one_wherever_they_stand_and_two_again() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let ada = ada(&engine).await;
        let old = term_of(&engine, &ada, "tag", "VIP").await;
        let new = term_of(&engine, &ada, "tag", "Premium").await;
        let other = term_of(&engine, &ada, "sector", "VIP").await;
        let accounts = engine.entity("account").expect("accounts");
        let one = account(&engine, &ada, "Rossi", "vip", "|fiera|vip|").await;
        let both = account(&engine, &ada, "Bianchi", "", "|premium|vip|").await;
        let never = account(&engine, &ada, "Verdi", "", "|vipera|").await;
        let gone = account(&engine, &ada, "Neri", "", "|vip|").await;
        engine.remove(&ada, &accounts, gone, None).await.expect("removed");
        let named = naming(&engine, &ada).await;
        let before = texts(&engine, &ada, named).await;
        let ada = engine.principal_of(ada.user.expect("a person"), Through::Pages).await.expect("an answer").expect("ada");

        for (from, into) in [(old, old), (old, other)] {
            assert!(matches!(engine.begin_merging(&ada, from, into).await, Err(Error::Invalid(_))));
        }
        let begun = engine.begin_merging(&ada, old, new).await.expect("begun");
        assert_eq!(begun.total, 3);
        engine.merge_terms(&ada, begun.id).await.expect("merged");
        // A job that runs twice does it once.
        engine.merge_terms(&ada, begun.id).await.expect("nothing left");
        let report = engine.bulk_report(&ada, begun.id).await.expect("a report");
        assert_eq!((report.state, report.record.get(&row::CHANGED), report.record.get(&row::REFUSED)), (Stands::Done, 3, 0));
        assert!(report.refusals.is_empty());

        let tags = async |id| read(&engine, &ada, id).await.get(&account::TAGS).to_owned();
        assert_eq!(tags(one).await, "|fiera|premium|");
        assert_eq!(tags(both).await, "|premium|", "once");
        assert_eq!(tags(never).await, "|vipera|");
        assert_eq!(read(&engine, &ada, one).await.get(&account::SECTOR), "vip", "another vocabulary's");
        let in_trash = engine.restore(&ada, &accounts, gone).await.expect("restored");
        assert_eq!(tags(in_trash.id()).await, "|premium|", "also in the trash");
        engine.remove(&ada, &accounts, gone, None).await.expect("back there");
        let after = texts(&engine, &ada, named).await;
        let filter = "tags includes \"premium\" and sector is not vip";
        let asked: Vec<(String, String)> = form_urlencoded::parse(after[0].as_bytes()).into_owned().collect();
        assert_eq!(asked, [("filter".to_owned(), filter.to_owned()), ("sort".to_owned(), "name".to_owned())]);
        assert_eq!(after[1..], [filter, filter, "tags includes \"premium\"", "premium"].map(str::to_owned));
        let terms = engine.entity("term").expect("terms");
        assert!(matches!(engine.show(&ada, &terms, old).await, Err(Error::NotFound)), "nothing holds it: it is in the trash");
        engine.show_removed(&ada, &terms, old).await.expect("the term");

        // One changeset, which is taken back whole; what is in the trash too.
        let undone = engine.undo(&ada, begun.changeset).await.expect("undone");
        assert_eq!(undone.left, []);
        engine.load_descriptions().await.expect("known");
        assert_eq!(tags(one).await, "|fiera|vip|");
        assert_eq!(tags(both).await, "|premium|vip|");
        assert_eq!(texts(&engine, &ada, named).await, before);
        let (term, _) = engine.show(&ada, &terms, old).await.expect("the term");
        assert!(term.removed_at().is_none() && !term.get(&RETIRED));
        let past = Asked { trash: true, ..Asked::new(accounts.clone()) };
        let trash = engine.list(&ada, past).await.expect("the trash").records;
        assert_eq!(trash.len(), 1);
        let report = engine.bulk_report(&ada, begun.id).await.expect("a report");
        assert_eq!(report.state, Stands::Undone);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_that_was_killed_goes_on_where_it_stood() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let ada = ada(&engine).await;
        let old = term_of(&engine, &ada, "sector", "Lana").await;
        let new = term_of(&engine, &ada, "sector", "Tessile").await;
        let drafts = (0..400).map(|place| {
            let draft = Draft::new("account").with(account::NAME.id(), format!("Lanificio {place}"));
            Act::Create(draft.with(account::STAGE.id(), "customer").with(account::SECTOR.id(), "lana"))
        });
        engine.write(&ada, "create", drafts.collect()).await.expect("accounts");
        let begun = engine.begin_merging(&ada, old, new).await.expect("begun");
        let done = async || engine.bulk_report(&ada, begun.id).await.expect("a report").record.get(&row::DONE);
        let run = tokio::spawn({
            let (engine, ada) = (engine.clone(), ada.clone());
            async move { engine.merge_terms(&ada, begun.id).await }
        });
        while done().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        run.abort();
        let _ = run.await;
        engine.merge_terms(&ada, begun.id).await.expect("merged");
        let report = engine.bulk_report(&ada, begun.id).await.expect("a report");
        assert_eq!((report.state, report.record.get(&row::DONE), report.record.get(&row::CHANGED)), (Stands::Done, 400, 400));
        assert!(engine.term_holders(&ada, "sector", "lana").await.expect("counts").is_empty());
        assert_eq!(engine.term_holders(&ada, "sector", "tessile").await.expect("counts"), [("account", 400)]);
    }
}

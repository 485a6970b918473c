//! Two records that are one: what moves, what is said afterwards, and that taking it back leaves no trace.

mod graphs;

use crate::accounts::{self, entity as account};
use crate::addresses::entity::{emails, phones};
use crate::consents::entity as consent;
use crate::contacts::entity::{self as contact, ACCOUNT_CONTACT, place};
use engine::merging::{Pick, Plan, Why};
use engine::testing::StandingClock;
use engine::{Act, Draft, Engine, Principal, Statement, Through};
use kernel::error::Conflict;
use kernel::{Error, Id, Value};
use meta::Record;
use std::sync::Arc;

pub(super) struct House {
    pub(super) engine: Engine,
    pub(super) clock: Arc<StandingClock>,
    pub(super) who: Principal,
}

pub(super) async fn houses() -> Vec<House> {
    let mut all = Vec::new();
    for (engine, clock) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        all.push(House { engine, clock, who });
    }
    all
}

impl House {
    pub(super) async fn put(&self, draft: Draft) -> Id {
        self.clock.pass(60_000);
        self.engine.create(&self.who, draft).await.expect("a record").id()
    }

    async fn account(&self, name: &str) -> Id {
        self.put(Draft::new("account").with(accounts::NAME.id(), name)).await
    }

    async fn contact(&self, name: &str) -> Id {
        self.put(Draft::new("contact").with(contact::NAME.family.id(), name)).await
    }

    async fn at(&self, account: Id, contact: Id, role: &str) -> Id {
        let draft = Draft::new(ACCOUNT_CONTACT).with(place::ACCOUNT.id(), account).with(place::CONTACT.id(), contact);
        self.put(draft.with(place::ROLE.id(), role)).await
    }

    async fn note(&self, about: Id, text: &str) -> Id {
        self.put(Draft::new("note").with(crate::notes::entity::ABOUT.record.id(), about).with(crate::notes::entity::TEXT.id(), text)).await
    }

    pub(super) async fn merge(&self, entity: &str, plan: Plan) -> kernel::Result<engine::merging::Merged> {
        self.clock.pass(60_000);
        self.engine.merge(&self.who, &self.engine.entity(entity).expect("an entity"), plan).await
    }

    async fn show(&self, entity: &str, id: Id) -> Record {
        let entity = self.engine.entity(entity).expect("an entity");
        self.engine.show_removed(&self.who, &entity, id).await.expect("a record").0
    }

    async fn texts(&self, sql: &'static str, about: Id) -> Vec<String> {
        let sql = Statement::new(sql, vec![Value::Link(about)]);
        let read = self.engine.store().read(move |tx| Box::pin(async move { tx.rows(&sql).await }));
        read.await.expect("rows").iter().map(|row| row.text(0).to_owned()).collect()
    }

    async fn whole(&self) {
        assert_eq!(self.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

fn line(child: &'static str, field: meta::FieldId, value: &str) -> Draft {
    Draft::new(child).with(field, value)
}

const NOTES: &str = "SELECT \"text\" FROM \"note\" WHERE \"about\" = ? AND \"removed_at\" IS NULL ORDER BY \"id\"";

#[tokio::test]
async fn two_companies_become_one_and_are_two_again() {
    for house in houses().await {
        let draft = Draft::new("account")
            .with(accounts::NAME.id(), "Officine Rossi S.r.l.")
            .with(account::STAGE.id(), "lead")
            .with(account::ADDRESS.city.id(), "Pisa")
            .with(account::TAGS.id(), "|fiera|")
            .with(account::REMARKS.id(), "Chiude il mercoledì.");
        let mut draft = draft;
        draft.lines = vec![
            ("phones", vec![line("phone", phones::NUMBER.id(), "+39050024776")]),
            ("emails", vec![line("email", emails::ADDRESS.id(), "info@rossi.example")]),
        ];
        let kept = house.put(draft).await;
        let mut draft = Draft::new("account")
            .with(accounts::NAME.id(), "Off. Rossi")
            .with(account::STAGE.id(), "customer")
            .with(account::ADDRESS.city.id(), "Pisa")
            .with(account::ADDRESS.street.id(), "via Roma 12")
            .with(account::VAT_NUMBER.id(), "IT00905811006")
            .with(account::TAGS.id(), "|premium|")
            .with(account::REMARKS.id(), "Paga a 60 giorni.");
        draft.lines = vec![(
            "phones",
            vec![
                line("phone", phones::NUMBER.id(), "+39050024776"),
                line("phone", phones::NUMBER.id(), "+393203693703").with(phones::MAIN.id(), true),
            ],
        )];
        let gone = house.put(draft).await;
        let (bini, conti) = (house.contact("Bini").await, house.contact("Conti").await);
        house.at(kept, bini, "").await;
        let double = house.at(gone, bini, "acquisti").await;
        let moves = house.at(gone, conti, "titolare").await;
        house.note(gone, "Vuole un preventivo.").await;
        house.note(kept, "Ha chiamato.").await;

        let entity = house.engine.entity("account").expect("accounts");
        let proposal = house.engine.merge_proposal(&house.who, &entity, &[kept, gone]).await.expect("a proposal");
        let why = |key: &str| proposal.fields.iter().find(|field| field.group.key == key).map(|field| (field.pick.clone(), field.why));
        assert_eq!(proposal.records[0].id, gone, "it says more");
        assert_eq!(why("stage"), Some((Pick::Of(gone), Why::Furthest)));
        assert_eq!(why("address"), Some((Pick::Of(gone), Why::Kept)));
        assert_eq!(why("tags"), Some((Pick::United, Why::United)));

        let before = house.show("account", kept).await;
        let merged = house.merge("account", Plan::new(kept, [gone])).await.expect("merged");
        let after = house.show("account", kept).await;
        assert_eq!(after.get(&accounts::NAME), "Officine Rossi S.r.l.");
        assert_eq!(after.get(&account::STAGE), Some(account::Stage::Customer));
        assert_eq!(after.get(&account::STAGE_SINCE), house.show("account", gone).await.get(&account::STAGE_SINCE));
        assert_eq!(after.get(&account::ADDRESS.street), "via Roma 12", "the fuller address, whole");
        assert_eq!(after.get(&account::VAT_NUMBER), "00905811006");
        assert_eq!(after.value(account::TAGS.id()), &Value::from("|fiera|premium|"));
        assert_eq!(after.get(&account::REMARKS), "Chiude il mercoledì.\n\nPaga a 60 giorni.");
        let numbers: Vec<(&str, bool)> =
            after.lines("phones").iter().map(|line| (line.get(&phones::NUMBER), line.get(&phones::MAIN))).collect();
        assert_eq!(numbers, [("+39050024776", true), ("+393203693703", false)]);
        assert_eq!(after.named("phone").text(), "+39050024776");
        assert_eq!(house.texts(NOTES, kept).await, ["Vuole un preventivo.", "Ha chiamato."]);
        assert!(house.show("account", gone).await.removed_at().is_some());
        // Bini stands there once, with the role that only the other said; Conti moved.
        assert!(house.show(ACCOUNT_CONTACT, double).await.removed_at().is_some());
        assert_eq!(house.show(ACCOUNT_CONTACT, moves).await.get(&place::ACCOUNT), Some(kept));
        assert_eq!(house.show(ACCOUNT_CONTACT, moves).await.version, 1, "no change of the place itself");
        assert_eq!(house.show("contact", conti).await.get(&contact::ACCOUNT), Some(kept));
        let became = house.engine.became(&house.who, &entity, gone).await.expect("an answer").expect("it became another");
        assert_eq!((became.into, became.name.as_str()), (kept, "Off. Rossi"));
        assert_eq!(became.merge, merged.changeset);
        house.whole().await;
        // It does not come back by itself, and whoever writes to it reaches the other.
        assert!(matches!(house.engine.restore(&house.who, &entity, gone).await, Err(Error::Conflict(Conflict::State(_)))));
        house.note(gone, "Scritta con il vecchio indirizzo.").await;
        assert_eq!(house.texts(NOTES, kept).await.len(), 3);

        let back = house.engine.undo(&house.who, merged.changeset).await.expect("undone");
        assert_eq!(back.left, []);
        let again = house.show("account", kept).await;
        assert_eq!(again.get(&account::STAGE), Some(account::Stage::Lead));
        assert_eq!(again.lines("phones").len(), 1);
        assert_eq!(again.lines("phones")[0].id, before.lines("phones")[0].id);
        assert_eq!(house.texts(NOTES, gone).await, ["Vuole un preventivo."]);
        assert_eq!(house.texts(NOTES, kept).await, ["Ha chiamato.", "Scritta con il vecchio indirizzo."], "what came since stays");
        assert!(house.show(ACCOUNT_CONTACT, double).await.removed_at().is_none());
        assert_eq!(house.show("contact", conti).await.get(&contact::ACCOUNT), Some(gone));
        assert!(house.engine.became(&house.who, &entity, gone).await.expect("an answer").is_none());
        assert!(matches!(house.engine.unmerge(&house.who, merged.changeset).await, Err(Error::Conflict(_))));
        house.whole().await;
    }
}

async fn said(house: &House, about: Id, state: &str) -> Id {
    let draft = Draft::new("consent")
        .with(consent::ABOUT.record.id(), about)
        .with(consent::PURPOSE.id(), "marketing")
        .with(consent::CHANNEL.id(), "email")
        .with(consent::STATE.id(), state)
        .with(consent::SOURCE.id(), "paper")
        .with(consent::EVIDENCE.id(), format!("Modulo {state}"));
    house.put(draft).await
}

const STANDS: &str = "SELECT \"state\" FROM \"consent\" WHERE \"about\" = ? ORDER BY \"at\", \"id\"";
const PROOF: &str = "SELECT \"evidence\" FROM \"consent\" WHERE \"about\" = ? ORDER BY \"at\", \"id\"";

#[tokio::test]
async fn whoever_said_no_on_one_of_them_has_said_no() {
    for house in houses().await {
        for (one, other, stands) in [
            (vec!["refused"], vec!["given"], "refused"),
            (vec!["given"], vec!["refused"], "refused"),
            (vec!["given"], vec!["withdrawn", "given"], "given"),
            (vec!["given", "withdrawn"], vec!["given"], "withdrawn"),
            (vec!["given"], vec!["given"], "given"),
            (vec!["refused"], vec![], "refused"),
        ] {
            let (kept, gone) = (house.contact("Bini").await, house.contact("Bini").await);
            for state in &one {
                said(&house, gone, state).await;
            }
            for state in &other {
                said(&house, kept, state).await;
            }
            let merged = house.merge("contact", Plan::new(kept, [gone])).await.expect("merged");
            let all = house.texts(STANDS, kept).await;
            assert_eq!(all.last().map(String::as_str), Some(stands), "{one:?} and {other:?}: {all:?}");
            assert!(all.len() >= one.len() + other.len(), "nothing that was said is lost");
            if one.last() == Some(&"refused") && other.last() == Some(&"given") {
                let proof = house.texts(PROOF, kept).await;
                assert!(proof.last().is_some_and(|proof| proof.starts_with("Modulo refused (2026-")), "{proof:?}");
            }
            house.engine.unmerge(&house.who, merged.changeset).await.expect("taken back");
            assert_eq!(house.texts(STANDS, kept).await, other);
            assert_eq!(house.texts(STANDS, gone).await, one);
        }
        house.whole().await;
    }
}

#[tokio::test]
async fn what_somebody_changed_since_is_left_and_told() {
    for house in houses().await {
        let (kept, gone) = (house.account("Alfa").await, house.account("Alfa Italia").await);
        let mut values = vec![(account::SECTOR.id(), Value::from("")), (account::EMPLOYEES.id(), Value::Int(12))];
        let accounts = house.engine.entity("account").expect("accounts");
        values.push((account::TRADE_NAME.id(), "La Alfa".into()));
        let lines = vec![("phones", vec![line("phone", phones::NUMBER.id(), "+39050024776")])];
        house.engine.change(&house.who, &accounts, gone, None, values, lines).await.expect("a change");
        let merged = house.merge("account", Plan::new(kept, [gone])).await.expect("merged");
        let now = house.show("account", kept).await;
        assert_eq!(now.get(&account::EMPLOYEES), 12);
        let own = Draft { id: Some(now.lines("phones")[0].id), ..Draft::new("phone") };
        let lines = vec![("phones", vec![own, line("phone", phones::NUMBER.id(), "+39050555555")])];
        house
            .engine
            .change(&house.who, &accounts, kept, None, vec![(account::EMPLOYEES.id(), Value::Int(15))], lines)
            .await
            .expect("a change");
        let note = house.note(kept, "Dopo.").await;
        let back = house.engine.unmerge(&house.who, merged.changeset).await.expect("taken back");
        assert_eq!(back.left, [(kept, "employees".to_owned())]);
        assert_eq!(back.since, [("note", 1)]);
        let now = house.show("account", kept).await;
        assert_eq!((now.get(&account::EMPLOYEES), now.get(&account::TRADE_NAME)), (15, ""));
        let numbers: Vec<&str> = now.lines("phones").iter().map(|line| line.get(&phones::NUMBER)).collect();
        assert_eq!(numbers, ["+39050555555"], "the phone that came since stays");
        assert_eq!(house.show("account", gone).await.lines("phones").len(), 1);
        assert_eq!(house.show("note", note).await.named("about").link(), Some(kept));
        house.whole().await;
    }
}

#[tokio::test]
async fn merges_of_merges_are_taken_back_one_after_the_other() {
    for house in houses().await {
        let (a, b, c) = (house.account("A").await, house.account("B").await, house.account("C").await);
        for (id, text) in [(a, "a"), (b, "b"), (c, "c")] {
            house.note(id, text).await;
        }
        let first = house.merge("account", Plan::new(a, [b])).await.expect("b into a");
        let second = house.merge("account", Plan::new(c, [a])).await.expect("a into c");
        let accounts = house.engine.entity("account").expect("accounts");
        let became = house.engine.became(&house.who, &accounts, b).await.expect("an answer").expect("another");
        assert_eq!(became.into, c, "the one that it is by now");
        assert_eq!(house.texts(NOTES, c).await, ["a", "b", "c"]);
        let refused = house.engine.unmerge(&house.who, first.changeset).await;
        let Err(Error::Conflict(Conflict::State(say))) = refused else { panic!("{refused:?}") };
        assert_eq!(say.with[0].1, "C", "which one to take back first");
        house.engine.unmerge(&house.who, second.changeset).await.expect("taken back");
        assert_eq!(house.texts(NOTES, a).await, ["a", "b"]);
        house.engine.unmerge(&house.who, first.changeset).await.expect("taken back");
        assert_eq!((house.texts(NOTES, a).await, house.texts(NOTES, b).await), (vec!["a".to_owned()], vec!["b".to_owned()]));
        // Two into one are taken back in any order.
        let first = house.merge("account", Plan::new(a, [b])).await.expect("b into a");
        let second = house.merge("account", Plan::new(a, [c])).await.expect("c into a");
        house.engine.unmerge(&house.who, first.changeset).await.expect("taken back");
        assert_eq!((house.texts(NOTES, a).await.len(), house.texts(NOTES, b).await), (2, vec!["b".to_owned()]));
        house.engine.unmerge(&house.who, second.changeset).await.expect("taken back");
        assert_eq!(house.texts(NOTES, c).await, ["c"]);
        // What took it back is not taken back in turn.
        let undone = house.merge("account", Plan::new(a, [b])).await.expect("b into a").changeset;
        let back = house.engine.unmerge(&house.who, undone).await.expect("taken back");
        assert!(matches!(house.engine.undo(&house.who, back.changeset).await, Err(Error::Conflict(_))));
        house.whole().await;
    }
}

#[tokio::test]
async fn a_plan_is_held_to_what_was_seen_and_to_what_there_is() {
    for house in houses().await {
        let (a, b) = (house.account("A").await, house.account("B").await);
        let contact = house.contact("Bini").await;
        let stale = Plan { kept: (a, Some(1)), gone: vec![(b, Some(7))], picks: Vec::new() };
        assert!(matches!(house.merge("account", stale).await, Err(Error::Conflict(Conflict::Stale { version: 1 }))));
        for wrong in [Plan::new(a, []), Plan::new(a, [a]), Plan::new(a, [b, b]), Plan::new(a, (0..11).map(|_| b))] {
            assert!(matches!(house.merge("account", wrong).await, Err(Error::Invalid(_))));
        }
        assert!(matches!(house.merge("account", Plan::new(a, [contact])).await, Err(Error::NotFound)));
        for field in ["phone", "created_by", "nothing"] {
            let plan = Plan::new(a, [b]).pick(field, Pick::Of(b));
            assert!(matches!(house.merge("account", plan).await, Err(Error::Invalid(_))), "{field}");
        }
        let plan = Plan::new(a, [b]).pick("name", Pick::Of(contact));
        assert!(matches!(house.merge("account", plan).await, Err(Error::Invalid(_))));
        let notes = (house.note(a, "uno").await, house.note(a, "due").await);
        assert!(matches!(house.merge("note", Plan::new(notes.0, [notes.1])).await, Err(Error::Forbidden(_))));
        assert!(matches!(house.merge("consent", Plan::new(a, [b])).await, Err(Error::Forbidden(_))));
        // What was typed is written as a form writes it.
        let typed = Pick::Typed(vec![(account::VAT_NUMBER.id(), "00905811007".into())]);
        assert!(matches!(house.merge("account", Plan::new(a, [b]).pick("vat_number", typed)).await, Err(Error::Invalid(_))));
        let typed = Pick::Typed(vec![(accounts::NAME.id(), "A e B".into())]);
        house.merge("account", Plan::new(a, [b]).pick("name", typed)).await.expect("merged");
        assert_eq!(house.show("account", a).await.get(&accounts::NAME), "A e B");
        assert!(matches!(house.merge("account", Plan::new(a, [b])).await, Err(Error::NotFound)), "it went already");
    }
}

/// Ten thousand notes are a few statements; whoever is killed before the commit leaves everything as it was.
#[tokio::test]
async fn a_large_record_moves_whole_or_not_at_all() {
    for house in houses().await {
        let (kept, gone) = (house.account("Alfa").await, house.account("Alfa bis").await);
        for part in 0..10 {
            let acts = (0..1_000).map(|number| {
                let draft = Draft::new("note").with(crate::notes::entity::ABOUT.record.id(), gone);
                Act::Create(draft.with(crate::notes::entity::TEXT.id(), format!("{part}-{number}")))
            });
            house.engine.write(&house.who, "create", acts.collect()).await.expect("notes");
        }
        // Somebody took the VAT number that a typed value asks for: the last step fails, and nothing has happened.
        let plan = Plan::new(kept, [gone]).pick("tax_code", Pick::Typed(vec![(account::TAX_CODE.id(), "X".into())]));
        assert!(house.merge("account", plan).await.is_err());
        assert_eq!(house.texts(NOTES, gone).await.len(), 10_000);
        assert!(house.show("account", gone).await.removed_at().is_none());
        let begun = std::time::Instant::now();
        let merged = house.merge("account", Plan::new(kept, [gone])).await.expect("merged");
        let took = begun.elapsed();
        assert_eq!(merged.moved, [("account_step", 1), ("note", 20_000)], "by both of their links");
        let begun = std::time::Instant::now();
        house.engine.unmerge(&house.who, merged.changeset).await.expect("taken back");
        eprintln!("{:?}: merged in {took:?}, taken back in {:?}", house.engine.store().dialect(), begun.elapsed());
        assert_eq!(house.texts(NOTES, gone).await.len(), 10_000);
        house.whole().await;
    }
}

#[tokio::test]
async fn whoever_looks_for_the_old_name_finds_what_became_of_it() {
    for house in houses().await {
        let found = async |text: &str| {
            let groups = house.engine.search(&house.who, text, 5).await.expect("a search");
            groups.iter().flat_map(|group| group.found.iter().map(|found| (found.id, found.because.len()))).collect::<Vec<_>>()
        };
        let (kept, middle, first) =
            (house.account("Torneria Bini").await, house.account("Zumbalinda").await, house.account("Quarrastella").await);
        let earlier = house.merge("account", Plan::new(middle, [first])).await.expect("a merge");
        let later = house.merge("account", Plan::new(kept, [middle])).await.expect("a merge");
        // Why it was found is said, and a change of what stayed does not take it away.
        house.clock.pass(60_000);
        let values = vec![(accounts::NAME.id(), "Torneria Bini e figli".into())];
        let accounts = house.engine.entity("account").expect("accounts");
        house.engine.change(&house.who, &accounts, kept, None, values, Vec::new()).await.expect("a change");
        for name in ["Quarrastella", "zumba"] {
            assert_eq!(found(name).await, [(kept, 1)], "{name}");
        }
        house.engine.unmerge(&house.who, later.changeset).await.expect("taken back");
        assert_eq!((found("Quarrastella").await, found("Zumbalinda").await), (vec![(middle, 1)], vec![(middle, 0)]));
        house.engine.unmerge(&house.who, earlier.changeset).await.expect("taken back");
        assert_eq!((found("Quarrastella").await, found("Zumbalinda").await), (vec![(first, 0)], vec![(middle, 0)]));
        assert_eq!(found("Bini").await, [(kept, 0)]);
        house.whole().await;
    }
}

#[tokio::test]
async fn where_an_address_is_goes_with_it() {
    for house in houses().await {
        let at = |name: &str, street: &str, place: &str| {
            let draft = Draft::new("account").with(accounts::NAME.id(), name).with(account::ADDRESS.street.id(), street);
            draft.with(account::ADDRESS.city.id(), "Pisa").with(account::LOCATION.by_hand.id(), place)
        };
        for whose in [0, 1] {
            let kept = house.put(at("Torneria Bini", "Via Roma 12", "")).await;
            let gone = house.put(at("Bini Torneria", "Via dei Mille 7", "43.72,10.4")).await;
            let plan = Plan::new(kept, [gone]).pick("address", Pick::Of([kept, gone][whose]));
            house.merge("account", plan).await.expect("a merge");
            let now = house.show("account", kept).await;
            let said = [now.value(account::ADDRESS.street.id()).text(), now.value(account::LOCATION.by_hand.id()).text()];
            assert_eq!(said, [["Via Roma 12", ""], ["Via dei Mille 7", "43.72,10.4"]][whose]);
        }
    }
}

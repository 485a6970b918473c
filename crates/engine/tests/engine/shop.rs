//! A small shop: customers with phones, people at customers, deals; rules and jobs that show what slices may do.

use engine::jobs::{Done, JobContext, Run};
use engine::principal::Verb;
use engine::testing::StandingClock;
use engine::{Act, Area, BulkAction, Change, Draft, Engine, Options, Outcome, Principal, Slice, Slicing, Through, Tx, Work};
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::entity::Visibility;
use meta::field::Default;
use meta::fields::{
    About, Amount, Choices, Code, DateOnly, Link, LongText, MomentOf, Text, Vocabularies, Whole, YesNo, about, choice, code, date, link,
    long_text, moment, money, text, vocabularies, whole, yes_no,
};
use meta::{Entity, Record, choices, entity};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::Statement;

choices! {
    /// How far we are with each other.
    Stage {
        /// Not yet.
        Lead = "lead" grey,
        /// Bought.
        Customer = "customer" green,
    }
}

entity! { "customer" {
    /// Its name.
    NAME: Text = text("name").required().search().sortable(),
    /// Once over the living.
    CODE: Code = code("code").unique().check(upper),
    /// A duplicate key.
    TAX: Code = code("tax").matching().check(upper).search(),
    /// Who looks after it.
    OWNER: Link = link("owner", "user").starting(Default::Me).sortable(),
    /// How far we are.
    STAGE: Choices<Stage> = choice::<Stage>("stage").default("lead"),
    /// Since when: a rule's.
    SINCE: DateOnly = date("since").read_only(),
    /// Nullable and sorted.
    BORN: DateOnly = date("born").sortable(),
    /// Nullable and sorted.
    MET: MomentOf = moment("met").sortable(),
    /// Sorted, with ties.
    SIZE: Whole = whole("size").sortable(),
    /// An administrator's.
    CREDIT: Amount = money("credit").guarded(),
    /// To another customer.
    PARENT: Link = link("parent", "customer"),
    /// What it is known for.
    TAGS: Vocabularies = vocabularies("tags", "tag"),
    /// Nobody's to read.
    SECRET: Code = code("secret").secret(),
    /// The main phone, from the lines.
    PHONE: Text = text("phone").computed(main_phone),
    /// How many phones.
    PHONES: Whole = whole("phone_count").computed(phone_count),
}}

/// Fields of a phone.
pub mod phone {
    use super::*;
    entity! { "phone" {
        /// The number.
        NUMBER: Text = text("number").required().search().matching(),
        /// The first to be tried.
        MAIN: YesNo = yes_no("main"),
        /// What happened to it: never an input's.
        STATE: Code = code("state").read_only().default("valid"),
        /// At another customer.
        AT: Link = link("at", "customer"),
        /// Whose it is.
        PARENT: About = about("parent", "parent_kind", &["customer", "person"]),
        /// Its place.
        POSITION: Whole = whole("position").read_only(),
    }}
}

/// Fields of a person.
pub mod person {
    use super::*;
    entity! { "person" {
        /// The name.
        NAME: Text = text("name").required().search().sortable(),
        /// Who looks after him.
        OWNER: Link = link("owner", "user").starting(Default::Me),
    }}
}

/// Fields of a person's place at a customer.
pub mod place {
    use super::*;
    entity! { "place" {
        /// What he does there.
        ROLE: Text = text("role"),
        /// Where.
        CUSTOMER: Link = link("customer", "customer").required(),
        /// Who.
        PERSON: Link = link("person", "person").required(),
    }}
}

/// Fields of a deal.
pub mod deal {
    use super::*;
    entity! { "deal" {
        /// What it is about.
        TITLE: Text = text("title").required().search(),
        /// With whom.
        CUSTOMER: Link = link("customer", "customer").required(),
        /// How much.
        AMOUNT: Amount = money("amount"),
        /// When.
        DAY: DateOnly = date("day").starting(Default::Today),
    }}
}

/// Fields of a memo, which happens.
pub mod memo {
    use super::*;
    entity! { "memo" {
        /// What it says.
        TEXT: LongText = long_text("text").required().search(),
        /// On which card.
        ABOUT: About = about("about", "about_kind", &["customer", "person"]).chosen().required(),
        /// On another card too.
        CUSTOMER: Link = link("customer", "customer"),
        /// When.
        AT: MomentOf = moment("at").required().starting(Default::Now).sortable(),
        /// On top.
        PINNED: YesNo = yes_no("pinned"),
    }}
}

/// Fields of a step, which a rule writes.
pub mod step {
    use super::*;
    entity! { "step" {
        /// What was reached.
        REACHED: Code = code("reached").required(),
        /// The customer.
        CUSTOMER: Link = link("customer", "customer").required(),
    }}
}

/// Fields of a term.
pub mod term {
    use super::*;
    entity! { "term" {
        /// The word.
        ITALIAN: Text = text("italian").required(),
        /// The other word.
        ENGLISH: Text = text("english"),
        /// The vocabulary.
        VOCABULARY: Code = code("vocabulary").required(),
        /// The key.
        KEY: Code = code("key").required(),
        /// No longer offered.
        RETIRED: YesNo = yes_no("retired"),
    }}
}

fn upper(text: &str) -> Result<String, Say> {
    let kept: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    if kept.chars().all(char::is_alphanumeric) { Ok(kept) } else { Err(Say::new("error-code")) }
}

fn main_phone(record: &Record) -> Value {
    let phones = record.lines("phones");
    let main = phones.iter().find(|phone| phone.get(&phone::MAIN)).or(phones.first());
    Value::from(main.map_or("", |phone| phone.get(&phone::NUMBER)))
}

fn phone_count(record: &Record) -> Value {
    Value::Int(record.lines("phones").len() as i64)
}

/// Refuses a name, puts names in order, dates stages and notes them, marks one phone as the main one.
fn rules<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() && change.after.get(&NAME) == "Eterna" {
            return Err(Error::Forbidden(Say::new("error-forbidden")));
        }
        if change.after.get(&NAME) == "Vietata" {
            return Err(Error::invalid("name", Say::new("error-name")));
        }
        if change.after.get(&NAME).starts_with("  ") {
            let name = change.after.get(&NAME).trim().to_owned();
            change.put(NAME.id(), name);
        }
        for (_, lines) in &mut change.after.lines {
            let main = lines.iter().position(|line| line.get(&phone::MAIN)).unwrap_or(0);
            for (place, line) in lines.iter_mut().enumerate() {
                line.put(phone::MAIN.id(), Value::Bool(place == main));
            }
        }
        if change.changes(STAGE.id()) {
            let day = change.now.date(&change.zone);
            change.put(SINCE.id(), day);
            let stage = change.after.value(STAGE.id()).clone();
            let step = Draft::new("step").with(step::REACHED.id(), stage).with(step::CUSTOMER.id(), change.after.id);
            change.more.push(Act::Create(step));
        }
        Ok(())
    })
}

/// A deal for a customer: none where there is one already, refused by name, broken by name.
fn deal_for_each<'s>(slicing: &'s mut Slicing<'_>, record: &'s Record, _: &'s Options) -> Work<'s, Vec<Act>> {
    Box::pin(async move {
        match record.get(&NAME) {
            "Vietata" => return Err(Error::invalid("name", Say::new("error-name"))),
            "Guasta" => return Err(Error::internal("a fault")),
            _ => {}
        }
        let sql = Statement::new("SELECT 1 FROM \"deal\" WHERE \"customer\" = ? AND \"removed_at\" IS NULL", vec![record.id.into()]);
        if !slicing.tx().rows(&sql).await?.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![Act::Create(Draft::new("deal").with(deal::TITLE.id(), record.get(&NAME)).with(deal::CUSTOMER.id(), record.id))])
    })
}

/// Of a memo without another customer, says that it is about one; else about a person.
fn placed<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let kind = if change.after.get(&memo::CUSTOMER).is_none() { "customer" } else { "person" };
        change.put(memo::ABOUT.kind.id(), kind);
        Ok(())
    })
}

/// What jobs saw.
#[derive(Debug, std::default::Default, Clone)]
pub struct Seen {
    /// How many runs.
    pub runs: Arc<AtomicUsize>,
    /// Payloads, in the order of their runs.
    pub payloads: Arc<Mutex<Vec<String>>>,
    /// Runs of the scheduled job.
    pub scheduled: Arc<AtomicUsize>,
}

/// Notes that it ran; fails, panics, goes on or dawdles if its payload says so.
struct Note(Seen);

impl Run for Note {
    fn kind(&self) -> &'static str {
        "note"
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let before = self.0.runs.fetch_add(1, Ordering::SeqCst);
            self.0.payloads.lock().expect("payloads").push(context.payload.clone());
            match context.payload.as_str() {
                "fail" => Err(Error::internal("it failed")),
                "panic" => panic!("it panicked"),
                "again" if before < 3 => Ok(Done::Again(Moment::from_millis(0))),
                "slow" => {
                    let millis = if before == 0 { 250 } else { 1_000 };
                    tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
                    Ok(Done::Finished)
                }
                _ => Ok(Done::Finished),
            }
        })
    }
}

struct Hourly(Seen);

impl Run for Hourly {
    fn kind(&self) -> &'static str {
        "hourly"
    }

    fn run<'r>(&'r self, _: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            self.0.scheduled.fetch_add(1, Ordering::SeqCst);
            Ok(Done::Finished)
        })
    }
}

/// The area.
pub fn area(seen: &Seen) -> Area {
    Area::new("shop").slice(
        Slice::new("shop")
            .entity(
                Entity::new("customer", "customers", fields())
                    .titled(&NAME)
                    .seen(Visibility::Owner("owner"))
                    .searchable()
                    .lines("phones", "phone", "parent")
                    .children("deals", "deal", "customer")
                    .children("steps", "step", "customer")
                    .belongings("memos", "memo", "about")
                    .through("people", "place", "customer", "person")
                    .columns(&["name", "code", "owner", "stage", "size"])
                    .section("customer", &["name", "code", "owner", "stage", "size"]),
            )
            .entity(
                Entity::new("person", "people", person::fields())
                    .titled(&person::NAME)
                    .seen(Visibility::OwnerOrThrough("owner", "places", "customer"))
                    .searchable()
                    .lines("phones", "phone", "parent")
                    .through("places", "place", "person", "customer"),
            )
            .entity(Entity::new("place", "places", place::fields()).seen(Visibility::Through("customer")).joining())
            .entity(Entity::new("deal", "deals", deal::fields()).titled(&deal::TITLE).seen(Visibility::Through("customer")).searchable())
            .entity(
                Entity::new("memo", "memos", memo::fields())
                    .titled(&memo::TEXT)
                    .seen(Visibility::Parent("about", "about_kind"))
                    .happens("at", &["about", "customer"])
                    .composed("text", "pinned")
                    .authored()
                    .searchable(),
            )
            .entity(Entity::new("step", "steps", step::fields()).seen(Visibility::Through("customer")).inner().untracked())
            .entity(Entity::new("phone", "phones", phone::fields()).seen(Visibility::Parent("parent", "parent_kind")).inner().untracked())
            .entity(Entity::new("term", "terms", term::fields()).titled(&term::ITALIAN))
            .hook("customer", rules)
            .hook("memo", placed)
            .bulk_action(BulkAction::new("deal-for-each", "customer", &[(Verb::Create, "deal")], deal_for_each))
            .job(Note(seen.clone()))
            .job(Hourly(seen.clone()))
            .every("0 * * * *", "hourly"),
    )
}

/// A shop on one database, with its people: an administrator, two agents of one team, one of another, a reader.
pub struct Shop {
    pub engine: Engine,
    pub clock: Arc<StandingClock>,
    pub jobs: Seen,
    pub admin: Principal,
    pub anna: Principal,
    pub bruno: Principal,
    pub carla: Principal,
    pub reader: Principal,
}

/// A shop on each database.
pub async fn shops() -> Vec<Shop> {
    let mut shops = Vec::new();
    for store in store::testing::both().await {
        shops.push(Shop::on(store).await);
    }
    shops
}

impl Shop {
    pub async fn on(store: store::Store) -> Shop {
        let jobs = Seen::default();
        let (engine, clock) = engine::testing::engine(store, vec![area(&jobs)]).await;
        let system = engine.system(Through::CommandLine);
        let team = |name: &'static str| {
            let (engine, system) = (engine.clone(), system.clone());
            async move {
                let draft = Draft::new("team").with(engine::identity::users::teams::NAME.id(), name);
                engine.create(&system, draft).await.expect("a team").id()
            }
        };
        let (north, south) = (team("Nord").await, team("Sud").await);
        let user = async |name: &str, role: &str, team: Id| {
            use engine::identity::users;
            let draft = Draft::new("user")
                .with(users::NAME.id(), name)
                .with(users::EMAIL.id(), format!("{}@example.it", name.to_lowercase()))
                .with(users::ROLES.id(), format!("|{role}|"))
                .with(users::TEAM_OF.id(), team);
            engine.create(&system, draft).await.expect("a user").id()
        };
        let ids = [
            user("Ada", "administrator", north).await,
            user("Anna", "agent", north).await,
            user("Bruno", "agent", north).await,
            user("Carla", "agent", south).await,
            user("Rita", "reader", south).await,
        ];
        let mut who = Vec::new();
        for id in ids {
            who.push(engine.principal_of(id, Through::Pages).await.expect("a principal").expect("an active user"));
        }
        let [admin, anna, bruno, carla, reader] = <[Principal; 5]>::try_from(who).expect("five");
        Shop { engine, clock, jobs, admin, anna, bruno, carla, reader }
    }

    pub fn entity(&self, key: &str) -> Arc<Entity> {
        self.engine.entity(key).expect("an entity")
    }

    pub async fn create(&self, who: &Principal, draft: Draft) -> Id {
        self.engine.create(who, draft).await.unwrap_or_else(|error| panic!("{:?}: {error}", self.engine)).id()
    }

    pub async fn change(&self, who: &Principal, id: Id, values: Vec<(meta::FieldId, Value)>) -> Result<Outcome> {
        self.engine.change(who, &self.entity("customer"), id, None, values, Vec::new()).await
    }

    pub async fn show(&self, id: Id) -> Record {
        self.engine.show_removed(&self.admin, &self.entity("customer"), id).await.expect("a customer").0
    }

    /// Runs a statement as it is.
    pub async fn sql(&self, sql: &str, values: Vec<Value>) -> u64 {
        let statement = Statement::new(sql, values);
        self.engine.store().write(move |tx| Box::pin(async move { tx.execute(&statement).await })).await.expect("a statement")
    }

    /// One number.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::new(sql, Vec::new());
        let rows = self.engine.store().read(move |tx| Box::pin(async move { tx.rows(&statement).await })).await.expect("a number");
        rows.first().map_or(0, |row| row.int(0))
    }

    pub async fn enqueue(&self, payload: &str, principal: Option<Id>) -> Id {
        let (engine, payload) = (self.engine.clone(), payload.to_owned());
        let enqueue = self.engine.store().write(move |tx| Box::pin(async move { engine.enqueue(tx, "note", payload, principal).await }));
        enqueue.await.expect("a job")
    }
}

/// A customer to be.
pub fn customer(name: &str) -> Draft {
    Draft::new("customer").with(NAME.id(), name)
}

/// A phone to be.
pub fn number(number: &str) -> Draft {
    Draft::new("phone").with(phone::NUMBER.id(), number)
}

impl std::fmt::Debug for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.engine)
    }
}

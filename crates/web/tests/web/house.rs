//! A served installation with people and customers in it: the fixture of all stories.

use crate::client::{Got, Sending};
use axum::response::IntoResponse;
use engine::identity::users;
use engine::testing::{StandingClock, both};
use engine::{Bulk, Doing, Draft, Engine, Principal, Selection, Through};
use http::Method;
use kernel::{Error, Id, Value};
use meta::FieldId;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::{Answer, BaseUrl, Caller, Fields, Policy, Rate, Route, Routes, Visitor, Web, WebSettings};

/// Anna (agent, North) owns the account A with its contact and site, Bruno (agent, South) owns B with his.
pub struct House {
    pub web: Web,
    pub engine: Engine,
    pub clock: Arc<StandingClock>,
    pub address: SocketAddr,
    pub people: HashMap<&'static str, Person>,
    pub north: Branch,
    pub south: Branch,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<kernel::Result<()>>,
}

pub struct Person {
    pub id: Id,
    pub token: String,
    pub cookie: String,
    pub csrf: String,
}

/// A customer with what hangs on it.
#[derive(Clone, Copy)]
pub struct Branch {
    pub account: Id,
    pub contact: Id,
    pub site: Id,
    pub place: Id,
    pub user: Id,
    pub team: Id,
    pub term: Id,
    pub view: Id,
    pub segment: Id,
    pub note: Id,
    pub bulk: Id,
    pub document: Id,
    pub version: Id,
    pub consent: Id,
    pub consent_text: Id,
    pub subject: Id,
    pub assignment: Id,
    pub relation: Id,
    pub relation_type: Id,
    pub name: Id,
    pub role: Id,
    pub sharing_rule: Id,
    pub own_field: Id,
    pub vocabulary: Id,
    pub series: Id,
    pub list: Id,
    pub list_member: Id,
    pub sender: Id,
    pub suppression: Id,
    pub mailing: Id,
    pub delivery: Id,
    pub changeset: Id,
}

impl Branch {
    /// One of which nothing ever was.
    pub fn never(engine: &Engine) -> Branch {
        Branch {
            account: engine.id(),
            contact: engine.id(),
            site: engine.id(),
            place: engine.id(),
            user: engine.id(),
            team: engine.id(),
            term: engine.id(),
            view: engine.id(),
            segment: engine.id(),
            note: engine.id(),
            bulk: engine.id(),
            document: engine.id(),
            version: engine.id(),
            consent: engine.id(),
            consent_text: engine.id(),
            subject: engine.id(),
            assignment: engine.id(),
            relation: engine.id(),
            relation_type: engine.id(),
            name: engine.id(),
            role: engine.id(),
            sharing_rule: engine.id(),
            own_field: engine.id(),
            vocabulary: engine.id(),
            series: engine.id(),
            list: engine.id(),
            list_member: engine.id(),
            sender: engine.id(),
            suppression: engine.id(),
            mailing: engine.id(),
            delivery: engine.id(),
            changeset: engine.id(),
        }
    }

    /// Its record of an entity.
    pub fn record(&self, entity: &str) -> Id {
        match entity {
            "account" => self.account,
            "contact" => self.contact,
            "site" => self.site,
            "account_contact" => self.place,
            "user" => self.user,
            "team" => self.team,
            "term" => self.term,
            "view" => self.view,
            "segment" => self.segment,
            "note" => self.note,
            "document" => self.document,
            "document_version" => self.version,
            "consent" => self.consent,
            "consent_text" => self.consent_text,
            "subject" => self.subject,
            "account_subject" => self.assignment,
            "relation" => self.relation,
            "relation_type" => self.relation_type,
            "directory_entry" => self.name,
            "role" => self.role,
            "sharing_rule" => self.sharing_rule,
            "own_field" => self.own_field,
            "vocabulary" => self.vocabulary,
            "series" => self.series,
            "list" => self.list,
            "list_member" => self.list_member,
            "sender" => self.sender,
            "suppression" => self.suppression,
            "mailing" => self.mailing,
            "delivery" => self.delivery,
            other => panic!("the fixture has no {other}: a stranger's would never be visited"),
        }
    }
}

/// The secret of the console.
pub const CONSOLE: &str = "the-console-knows";

/// The areas of the product.
pub fn areas() -> Vec<engine::Area> {
    vec![base::area(), marketing::area()]
}

/// A house on each database.
pub async fn houses() -> Vec<House> {
    let mut houses = Vec::new();
    for (engine, clock) in both(areas).await {
        houses.push(House::furnish(engine, clock, |_| {}).await);
    }
    houses
}

impl House {
    /// Serves an engine, with people in it, under settings of one's own.
    pub async fn furnish(engine: Engine, clock: Arc<StandingClock>, settle: impl FnOnce(&mut WebSettings)) -> House {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let mut settings = WebSettings::local(address);
        settings.console_token = Some(CONSOLE.to_owned());
        settle(&mut settings);
        let web = Web::open(engine.clone(), settings).await.expect("the web").demonstrating(base::demo::offered());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = web::serve(web.clone(), routes(), listener, async {
            let _ = stopped.await;
        });
        let serving = tokio::spawn(serving);
        let system = engine.system(Through::CommandLine);
        let mut people = HashMap::new();
        let mut team = HashMap::new();
        for name in ["north", "south"] {
            team.insert(name, put(&engine, &system, "team", json!({ "name": name })).await);
        }
        for (name, role, of) in [
            ("anna", "agent", "north"),
            ("aldo", "agent", "north"),
            ("bruno", "agent", "south"),
            ("rita", "reader", ""),
            ("mara", "manager", ""),
            ("ada", "administrator", ""),
        ] {
            let email = format!("{name}@example.it");
            let mut user = json!({ "name": name, "email": email, "roles": [role], "language": "en" });
            if let Some(team) = team.get(of) {
                user["team"] = json!(team.to_string());
            }
            let id = put(&engine, &system, "user", user).await;
            people.insert(name, person(&web, id).await);
        }
        let mut branches = Vec::new();
        for (owner, of, letter, city) in [("anna", "north", "A", "Pisa"), ("bruno", "south", "B", "Livorno")] {
            branches.push(branch(&engine, people[owner].id, team[of], letter, city).await);
        }
        House { web, engine, clock, address, people, north: branches[0], south: branches[1], stop, serving }
    }

    pub fn send(&self, method: &str, target: &str) -> Sending {
        Sending::new(self.address, method, target)
    }

    /// A request to the API with somebody's token.
    pub fn api(&self, who: &str, method: &str, path: &str) -> Sending {
        self.send(method, &format!("/api/v1{path}")).bearer(&self.people[who].token)
    }

    pub async fn get(&self, who: &str, path: &str) -> Got {
        self.api(who, "GET", path).send().await
    }

    pub async fn post(&self, who: &str, path: &str, body: Json) -> Got {
        self.api(who, "POST", path).json(&body).send().await
    }

    /// A request of a page with somebody's cookie.
    pub fn page(&self, who: &str, method: &str, target: &str) -> Sending {
        self.send(method, target).header("Cookie", &self.people[who].cookie)
    }

    /// Tells the server to stop; gives its end.
    pub fn closed(self) -> JoinHandle<kernel::Result<()>> {
        // Who serves is there to hear it until it has.
        let _ = self.stop.send(());
        self.serving
    }

    /// What is in one table, as one text.
    pub async fn table(&self, table: &'static str) -> String {
        let read = self.engine.store().read(move |tx| {
            Box::pin(async move {
                let rows = tx.rows(&engine::Statement::new(format!("SELECT * FROM \"{table}\" ORDER BY 1, 2"), Vec::new())).await?;
                Ok(format!("{:?}", rows.into_values()))
            })
        });
        read.await.expect("the table")
    }

    /// Everything that is in the tables, as one text.
    pub async fn everything(&self) -> String {
        let mut tables: Vec<String> = self.engine.model().entities().map(|entity| entity.key.to_owned()).collect();
        tables.extend(
            ["changeset", "history", "timeline", "idempotency", "session", "token", "job", "bulk_portion", "bulk_refusal"]
                .map(str::to_owned),
        );
        let read = self.engine.store().read(move |tx| {
            Box::pin(async move {
                let mut all = String::new();
                for table in tables {
                    let rows = tx.rows(&engine::Statement::new(format!("SELECT * FROM \"{table}\" ORDER BY 1, 2"), Vec::new())).await?;
                    all += &format!("{table} {:?}\n", rows.into_values());
                }
                Ok(all)
            })
        });
        read.await.expect("the tables")
    }
}

/// Puts a record as JSON has it; for fixtures.
pub async fn put(engine: &Engine, who: &Principal, entity: &str, attributes: Json) -> Id {
    let entity = engine.entity(entity).expect("an entity");
    let mut draft = Draft::new(entity.key);
    for (key, value) in attributes.as_object().expect("attributes") {
        match entity.field(key) {
            Some(field) => draft.put(field.id, field.kind.from_json(value).expect("a value")),
            None => draft.lines.push(lines(engine, &entity, key, value)),
        }
    }
    engine.create(who, draft).await.unwrap_or_else(|error| panic!("{}: {error}", entity.key)).id()
}

fn lines(engine: &Engine, entity: &meta::Entity, key: &str, value: &Json) -> (&'static str, Vec<Draft>) {
    let relation = entity.relation(key).expect("a relation");
    let child = engine.entity(relation.child).expect("an entity");
    let draft = |line: &Json| {
        let mut draft = Draft::new(child.key);
        for (key, value) in line.as_object().expect("a line") {
            let field = child.field(key).expect("a field");
            draft.put(field.id, field.kind.from_json(value).expect("a value"));
        }
        draft
    };
    (relation.key, value.as_array().expect("lines").iter().map(draft).collect())
}

pub async fn person(web: &Web, id: Id) -> Person {
    let token = web.engine().make_token(id, "tests").await.expect("a token");
    // Its first use is noted; after that the clock stands still.
    web.engine().by_token(&token).await.expect("an answer").expect("its owner");
    let who = web.engine().principal_of(id, Through::Pages).await.expect("a person").expect("an active one");
    let session = web.engine().open_session(who, "tests").await.expect("a session");
    let csrf = web.csrf(&engine::identity::digest(&session.secret));
    Person { id, token, cookie: format!("{}={}", web.cookie_name(), session.secret), csrf }
}

pub async fn branch(engine: &Engine, owner: Id, team: Id, letter: &str, city: &str) -> Branch {
    let who = engine.principal_of(owner, Through::Pages).await.expect("a person").expect("an active one");
    let entity = engine.entity("account").expect("accounts");
    let value = |key: &str, text: &str| -> (FieldId, Value) { (entity.field(key).expect("a field").id, Value::from(text)) };
    let mut draft = Draft::new("account");
    let number = if letter == "A" { "00743110157" } else { "02313821007" };
    for (field, value) in [value("name", &format!("Officine {letter}")), value("vat_number", number), value("address.city", city)] {
        draft.put(field, value);
    }
    let made = engine.create(&who, draft).await.expect("an account");
    let account = made.id();
    let contact = put(
        engine,
        &who,
        "contact",
        json!({ "name.family": format!("Rossi {letter}"), "emails": [{ "address": format!("rossi.{letter}@example.it") }] }),
    )
    .await;
    let place =
        put(engine, &who, "account_contact", json!({ "account": account.to_string(), "contact": contact.to_string(), "role": letter }))
            .await;
    let site = put(engine, &who, "site", json!({ "name": format!("Sede {letter}"), "account": account.to_string() })).await;
    let system = engine.system(Through::CommandLine);
    let term = put(engine, &system, "term", json!({ "vocabulary": "source", "italian": format!("Fiera {letter}") })).await;
    let view = put(engine, &who, "view", json!({ "name": format!("Vista {letter}"), "list": "account", "question": "sort=-name" })).await;
    let filter = format!("address.city is \"{city}\"");
    let segment = put(engine, &who, "segment", json!({ "name": format!("Segmento {letter}"), "list": "account", "filter": filter })).await;
    let note = put(engine, &who, "note", json!({ "text": format!("Sentito {letter} per telefono"), "about": account.to_string() })).await;
    let (document, version) = file(engine, &who, account, &format!("Contratto {letter}.txt"), format!("Segreto {letter}").as_bytes()).await;
    let bulk = bulk(engine, &who, contact).await;
    let consent_text = json!({ "name": format!("Informativa {letter}"), "edition": "1", "purpose": "marketing", "text": "Acconsento.", "valid_from": "2026-01-01" });
    let consent_text = put(engine, &system, "consent_text", consent_text).await;
    let consent = json!({
        "about": account.to_string(), "purpose": "marketing", "channel": "email", "state": "given", "source": "paper",
        "text": consent_text.to_string(), "evidence": format!("Modulo {letter}"),
    });
    let consent = put(engine, &who, "consent", consent).await;
    let subject = put(engine, &system, "subject", json!({ "name": format!("Agente {letter}") })).await;
    let (from, to) = (account.to_string(), contact.to_string());
    let assignment = json!({ "account": from, "subject": subject.to_string(), "role": "agent", "share": "12.5", "since": null });
    let assignment = put(engine, &who, "account_subject", assignment).await;
    let label = json!({ "label": format!("paga {letter}"), "inverse": format!("è pagato da {letter}") });
    let relation_type = put(engine, &system, "relation_type", label).await;
    let relation = json!({ "party": from, "counterparty": to, "type": relation_type.to_string() });
    let relation = put(engine, &who, "relation", relation).await;
    let name = put(engine, &system, "directory_entry", json!({ "name": format!("Nominativo {letter}") })).await;
    let role = put(engine, &system, "role", json!({ "name": format!("Ruolo {letter}"), "see": "own" })).await;
    let rule = json!({ "name": format!("Regola {letter}"), "entity": "account", "filter": format!("name is \"Nessuna {letter}\""), "user": owner.to_string() });
    let sharing_rule = put(engine, &system, "sharing_rule", rule).await;
    let own_field = json!({ "label": format!("Sede di lavoro {letter}"), "entity": "team", "kind": "text" });
    let own_field = put(engine, &system, "own_field", own_field).await;
    let vocabulary = put(engine, &system, "vocabulary", json!({ "italian": format!("Imballo {letter}") })).await;
    let series = put(engine, &system, "series", json!({ "name": format!("Serie {letter}"), "pattern": "{number}" })).await;
    let list = put(engine, &who, "list", json!({ "name": format!("Lista {letter}"), "topic": true })).await;
    let list_member = put(engine, &who, "list_member", json!({ "list": list.to_string(), "who": contact.to_string() })).await;
    let sender = json!({ "name": format!("Ufficio {letter}"), "address": format!("news.{letter}@example.it") });
    let sender = put(engine, &system, "sender", sender).await;
    let suppression = put(engine, &who, "suppression", json!({ "address": format!("basta.{letter}@example.it") })).await;
    let mailing = json!({
        "name": format!("Invio {letter}"), "sender": sender.to_string(), "topic": list.to_string(), "subject": format!("Novità {letter}"),
        "html": "<p>Gentile {{ nome }}</p>", "audiences": [{ "list": list.to_string() }],
    });
    let mailing = put(engine, &who, "mailing", mailing).await;
    let delivery = json!({
        "subject": format!("Novità {letter}"), "mailing": mailing.to_string(), "recipient": contact.to_string(), "recipient_kind": "contact",
        "address": format!("rossi.{letter}@example.it"), "state": "sent", "key": format!("k{letter}"), "merged": "{}",
    });
    let delivery = put(engine, &system, "delivery", delivery).await;
    Branch {
        account,
        contact,
        site,
        place,
        user: owner,
        team,
        term,
        view,
        segment,
        note,
        bulk,
        document,
        version,
        consent,
        consent_text,
        subject,
        assignment,
        relation,
        relation_type,
        name,
        role,
        sharing_rule,
        own_field,
        vocabulary,
        series,
        list,
        list_member,
        sender,
        suppression,
        mailing,
        delivery,
        changeset: made.changeset,
    }
}

/// Puts a document on an account, with its file; gives it and its version.
pub async fn file(engine: &Engine, who: &Principal, account: Id, name: &str, bytes: &[u8]) -> (Id, Id) {
    let digest = engine.files().expect("a place for files").put(bytes).expect("a file");
    let media = engine::files::nature(name, bytes).expect("a harmless file").media;
    let received = engine::files::Received { kept: engine::files::Kept { digest, size: bytes.len() as u64 }, name: name.to_owned(), media };
    let (documents, versions) = (engine.entity("document").expect("documents"), engine.entity("document_version").expect("versions"));
    let field = |entity: &meta::Entity, key: &str| entity.field(key).expect("a field").id;
    let (id, first) = (engine.id(), engine.id());
    let mut draft = Draft { id: Some(id), ..Draft::new("document") };
    draft.put(field(&documents, "title"), Value::from(engine::files::stem(name)));
    draft.put(field(&documents, "about"), Value::Link(account));
    draft.values.extend(received.values(&documents));
    let mut version = Draft { id: Some(first), ..Draft::new("document_version") };
    version.put(field(&versions, "document"), Value::Link(id));
    version.values.extend(received.values(&versions));
    let acts = [draft, version].into_iter().map(engine::Act::Create).collect();
    engine.write_received(who, "create", acts).await.expect("a document");
    (id, first)
}

/// A bulk action of his that has not begun to run.
async fn bulk(engine: &Engine, who: &Principal, contact: Id) -> Id {
    let entity = engine.entity("contact").expect("contacts");
    let remarks = entity.field("remarks").expect("a field").id;
    let doing = Doing::Change { values: vec![(remarks, "".into())], terms: Vec::new() };
    let asked = Bulk { entity, selection: Selection::These(vec![contact]), doing, list: String::new(), confirmed: None, once: None };
    engine.begin_bulk(who, asked).await.expect("begun").id
}

/// The platform's routes and the API's, and a few pages to break into.
pub fn routes() -> Routes {
    let page = |method, path, policy, audit: &'static str| {
        let rate = if policy == Policy::Public && method == Method::POST { Rate::OpenForm } else { Rate::Person };
        Route::page(method, path, policy, rate, if audit.is_empty() { "" } else { "Fields" }, audit)
    };
    marketing::routes(base::routes(web::pages::routes(web::api::routes(Routes::platform()))))
        .add(page(Method::GET, "/test/hello", Policy::SignedIn, ""), hello)
        .add(page(Method::POST, "/test/hello", Policy::SignedIn, "hello"), hello_form)
        .add(page(Method::POST, "/test/enter", Policy::Public, "sign-in"), sign_in)
        .add(page(Method::GET, "/test/setup", Policy::SetUp, ""), set_up)
        .add(page(Method::POST, "/test/setup", Policy::SetUp, "set-up"), set_up_form)
        .add(page(Method::GET, "/test/settings", Policy::Administrator, ""), hello)
        .add(page(Method::GET, "/test/boom", Policy::SignedIn, ""), boom)
        .add(Route::page(Method::GET, "/test/export", Policy::SignedIn, Rate::Heavy, "", ""), slow)
}

async fn hello(caller: Caller) -> Answer {
    Ok(caller.who.name.into_response())
}

async fn hello_form(caller: Caller, fields: Fields) -> Answer {
    match fields.get("name") {
        Some(name) => Ok(format!("{} {name}", caller.who.name).into_response()),
        None => Err(Error::invalid("name", kernel::Say::new("error-required")).into()),
    }
}

async fn sign_in(visitor: Visitor, _: Fields) -> Answer {
    Ok(visitor.address.to_string().into_response())
}

async fn set_up() -> Answer {
    Ok("set up".into_response())
}

async fn set_up_form(fields: Fields) -> Answer {
    Ok(fields.get("company").unwrap_or_default().to_owned().into_response())
}

async fn boom(_: Caller) -> Answer {
    panic!("the handler's own secret fault")
}

async fn slow(_: Caller) -> Answer {
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    Ok("exported".into_response())
}

/// The address people would use, for tests of an installation behind https.
pub fn public() -> BaseUrl {
    BaseUrl::parse("https://crm.example.it").expect("an address")
}

/// Deactivates somebody.
pub async fn deactivate(house: &House, who: &str) {
    let system = house.engine.system(Through::CommandLine);
    let entity = house.engine.entity("user").expect("users");
    let values = vec![(users::ACTIVE.id(), Value::Bool(false))];
    house.engine.change(&system, &entity, house.people[who].id, None, values, Vec::new()).await.expect("deactivated");
}

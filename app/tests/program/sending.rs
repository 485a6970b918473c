//! A mailing to two hundred people, through a program that is killed twenty times while it goes out: nobody is lost, nobody gets it
//! twice but as one and the same message, and only where that was in doubt, and whoever unsubscribed gets nothing more.

use crate::nodes::{PASSWORD, ada, cookie, enter, until};
use crate::oracle::{Oracle, Taken};
use crate::place::{Answer, Place, Running, get, tried};
use kernel::Id;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{Statement, Store};
use tokio::runtime::Runtime;
use web::Seal;

const PEOPLE: usize = 200;
/// Others whom it is meant for, who never agreed.
const UNASKED: usize = 6;
/// Others whom it is not meant for.
const STRANGERS: usize = 6;
const KILLS: usize = 20;
/// The most that is on its way at once: lines, times the most of a taking.
const ON_ITS_WAY: usize = 6 * 64;
/// The first half of the kills comes at the same moments every time.
const SEED: u64 = 20_260_302;

/// What goes out without anybody waiting: not what has become doubtful only now.
const LEFT_TO_DO: &str =
    "SELECT \"address\", 0 FROM \"delivery\" WHERE \"state\" IN ('pending', 'sending') OR \"due_at\" <= \"at\" LIMIT 1";

/// How it stands: rows by state.
type Stands = BTreeMap<String, i64>;

/// Numbers that follow from a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % most
    }
}

/// Another at every run, unless one is to be run again.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment which run is to be run again")]
fn seed() -> u64 {
    let told = std::env::var("SCHEDA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    told.unwrap_or_else(|| RandomState::new().build_hasher().finish() >> 1)
}

fn address(number: usize) -> String {
    format!("ada{number:03}@neri.example")
}

fn settings(place: &Place) -> store::Settings {
    match place.is_embedded() {
        true => store::Settings::sqlite(place.path("data/scheda.db")),
        false => store::Settings::postgres(place.url(), None),
    }
}

async fn rows(store: &Store, sql: &str) -> kernel::Result<Vec<(String, i64)>> {
    let statement = Statement::new(sql.to_owned(), Vec::new());
    store
        .read(move |tx| {
            Box::pin(async move { Ok(tx.rows(&statement).await?.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect()) })
        })
        .await
}

async fn stands(store: &Store) -> kernel::Result<Stands> {
    Ok(rows(store, "SELECT \"state\", count(*) FROM \"delivery\" GROUP BY \"state\"").await?.into_iter().collect())
}

/// Counts, all the time.
struct Watching {
    thread: JoinHandle<usize>,
    enough: Arc<AtomicBool>,
}

impl Watching {
    fn begin(place: &Place, all: i64) -> Watching {
        let enough = Arc::new(AtomicBool::new(false));
        let (settings, stop) = (settings(place).reading(), enough.clone());
        let thread = std::thread::spawn(move || {
            let (mut looks, mut sent) = (0, 0);
            Runtime::new().expect("a runtime").block_on(async {
                let store = Store::open(settings).await.expect("a store to read");
                while !stop.load(Ordering::SeqCst) {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    // While the program is away its file may have to wait for it.
                    let Ok(stands) = stands(&store).await else { continue };
                    assert_eq!(stands.values().sum::<i64>(), all, "{stands:?}");
                    let now = stands.get("sent").copied().unwrap_or_default();
                    assert!(now >= sent, "{now} sent, after {sent}");
                    (looks, sent) = (looks + 1, now);
                }
                store.close().await;
            });
            looks
        });
        Watching { thread, enough }
    }

    /// How often it was counted.
    fn end(self) -> usize {
        self.enough.store(true, Ordering::SeqCst);
        self.thread.join().expect("counts that add up")
    }
}

/// Somebody who works with the program.
struct Desk {
    token: String,
    cookie: String,
    address: String,
}

impl Desk {
    fn post(&self, path: &str, body: &Json) -> String {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
        let made = tried(&self.address, "POST", &format!("/api/v1/{path}"), &headers, &body.to_string()).expect("an answer");
        assert_eq!(made.status, 201, "{path}: {made:?}");
        json_of(&made.body)["id"].as_str().expect("an id").to_owned()
    }

    /// Sends a form of a page.
    fn send(&self, page: &str, path: &str, fields: &str) -> Answer {
        let page = tried(&self.address, "GET", page, &[("Cookie", &self.cookie)], "").expect("a page").body;
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
        let origin = format!("http://{}", self.address);
        let headers = [
            ("Cookie", &*self.cookie),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", &*origin),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        let answer = tried(&self.address, "POST", path, &headers, &format!("csrf={csrf}&{fields}")).expect("an answer");
        assert_eq!(answer.status, 303, "{path}: {answer:?}");
        answer
    }

    fn step(&self, mailing: &str, step: &str) {
        self.send(&format!("/mailings/{mailing}/desk"), &format!("/mailings/{mailing}/steps"), &format!("step={step}"));
    }

    fn state(&self, mailing: &str) -> String {
        let (status, body) = get(&self.address, &format!("/api/v1/mailings/{mailing}"), &self.token);
        assert_eq!(status, 200, "{body}");
        json_of(&body)["state"].as_str().expect("a state").to_owned()
    }
}

fn json_of(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// People who agreed, people who never said anything, and people of no concern.
fn brought_in(place: &Place) {
    let mut text = String::from("Nome;Cognome;Mail;Ruolo;News\r\n");
    for number in 0..PEOPLE + UNASKED + STRANGERS {
        let role = if number < PEOPLE + UNASKED { "Lettrice" } else { "Estranea" };
        let agreed = if (PEOPLE..PEOPLE + UNASKED).contains(&number) { "" } else { "sì" };
        text += &format!("Ada;Neri{number:03};{};{role};{agreed}\r\n", address(number));
    }
    place.write("rubrica.csv", &text);
    place.write(
        "map.toml",
        "[columns]\nNome = \"name.given\"\nCognome = \"name.family\"\nMail = \"emails\"\nRuolo = \"job_title\"\n\
         News = \"consent.marketing.email\"\n[defaults]\n\"consent.source\" = \"paper\"\n\"consent.date\" = \"01/02/2025\"\n\
         \"consent.evidence\" = \"Cartella 3\"\n",
    );
    let said = place.run(&["import", "contacts", "rubrica.csv", "--map", "map.toml", "--json"]);
    let (created, consents) = (format!("\"created\":{},", PEOPLE + UNASKED + STRANGERS), format!("\"consents\":{},", PEOPLE + STRANGERS));
    assert!(said.contains(&created) && said.contains(&consents), "{said}");
}

/// A mailing that is ready to go out.
fn prepared(desk: &Desk, oracle: &Oracle) -> String {
    let account =
        format!("host=127.0.0.1&port={}&security=none&user=&sender_name=Officina&sender_address=posta%40verdi.example", oracle.port);
    desk.send("/administration/mail", "/administration/mail", &account);
    let sender = desk.post("senders", &json!({ "name": "Officina Verdi", "address": "news@verdi.example" }));
    let topic = desk.post("lists", &json!({ "name": "Novità", "topic": true }));
    let segment = desk.post("segments", &json!({ "name": "Lettrici", "list": "contact", "filter": "job_title is \"Lettrice\"" }));
    let mailing = desk.post(
        "mailings",
        &json!({
            "name": "Novità di marzo", "sender": sender, "topic": topic, "subject": "Novità per {{ cognome }}",
            "text": "Gentile {{ nome_completo }}, ecco le novità.", "audiences": [{ "segment": segment }],
        }),
    );
    desk.step(&mailing, "prepare");
    until("its recipients are not put together", || desk.state(&mailing) == "ready");
    mailing
}

/// The links by which people unsubscribe, by their address.
async fn links(store: &Store) -> HashMap<String, String> {
    let keys = rows(store, "SELECT \"value\", 0 FROM \"installation\" WHERE \"key\" = 'web-key'").await.expect("the key");
    let seal = Seal::new(keys[0].0.as_bytes()).expect("a key");
    let deliveries = rows(store, "SELECT \"address\", \"id\" FROM \"delivery\"").await.expect("the deliveries");
    let link = |id: i64| format!("/u/{}", seal.seal("unsubscribe", &Id::from_number(id).expect("an id").number().to_be_bytes()));
    deliveries.into_iter().map(|(address, id)| (address, link(id))).collect()
}

fn unsubscribes(address: &str, link: &str) -> bool {
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    tried(address, "POST", link, &headers, "List-Unsubscribe=One-Click").is_some_and(|answer| answer.status == 200)
}

/// What was on its way when the program was killed; and what waits need not wait any longer.
async fn taken_stock(place: &Place) -> Vec<String> {
    let store = Store::open(settings(place)).await.expect("a store that nobody serves");
    let on_its_way = rows(&store, "SELECT \"address\", 0 FROM \"delivery\" WHERE \"state\" = 'sending'").await.expect("rows");
    for sql in [
        "UPDATE \"delivery\" SET \"due_at\" = \"at\" WHERE \"due_at\" IS NOT NULL",
        "UPDATE \"delivery\" SET \"until\" = \"at\" WHERE \"until\" IS NOT NULL",
    ] {
        let moved = store.write(move |tx| Box::pin(async move { tx.execute(&Statement::new(sql, Vec::new())).await.map(|_| ()) }));
        moved.await.expect("moved");
    }
    store.close().await;
    on_its_way.into_iter().map(|(address, _)| address).collect()
}

/// What is known outside of the program.
#[derive(Default)]
struct Known {
    /// How often the message to an address was on its way at a kill.
    doubts: HashMap<String, usize>,
    /// When an unsubscribing was answered.
    left: HashMap<String, Instant>,
    most: usize,
}

impl Known {
    fn killed(&mut self, on_its_way: Vec<String>) {
        self.most = self.most.max(on_its_way.len());
        for address in on_its_way {
            *self.doubts.entry(address).or_default() += 1;
        }
    }
}

fn killed_while_it_goes_out(place: &Place) {
    let seed = seed();
    println!("SCHEDA_TEST_SEED={seed}");
    let runtime = Runtime::new().expect("a runtime");
    let oracle = Oracle::begin(&place.path("taken"), Duration::from_millis(110));
    let token = ada(place);
    brought_in(place);
    let mut serving = Running::start(&mut place.program(&["serve"]));
    let address = serving.address();
    let desk = Desk { token, cookie: cookie(&enter(&address, PASSWORD)), address };
    let mailing = prepared(&desk, &oracle);
    let reading = runtime.block_on(Store::open(settings(place).reading())).expect("a store to read");
    let links = runtime.block_on(links(&reading));
    let watching = Watching::begin(place, (PEOPLE + UNASKED) as i64);
    desk.step(&mailing, "start");
    let mut known = Known::default();
    let (mut steady, mut random) = (Chance(SEED), Chance(seed));
    let mut running = Some((serving, desk.address.clone()));
    for kill in 0..KILLS {
        let chance = if kill < KILLS / 2 { &mut steady } else { &mut random };
        let (serving, at) = running.take().unwrap_or_else(|| {
            let mut serving = Running::start(&mut place.program(&["serve"]));
            let at = serving.address();
            (serving, at)
        });
        std::thread::sleep(Duration::from_millis(chance.below(400)));
        // Somebody leaves, often just before the kill.
        let number = chance.below(PEOPLE as u64) as usize;
        if unsubscribes(&at, &links[&self::address(number)]) {
            known.left.entry(self::address(number)).or_insert_with(Instant::now);
        }
        std::thread::sleep(Duration::from_millis(chance.below(2) * chance.below(200)));
        drop(serving);
        known.killed(runtime.block_on(taken_stock(place)));
    }
    // Left alone, it comes to its end. What is in doubt would wait for half a minute.
    let done = loop {
        let mut serving = Running::start(&mut place.program(&["serve"]));
        let desk = Desk { address: serving.address(), token: desk.token.clone(), cookie: desk.cookie.clone() };
        until("it does not go on", || runtime.block_on(rows(&reading, LEFT_TO_DO)).is_ok_and(|rows| rows.is_empty()));
        let ended = Instant::now();
        while desk.state(&mailing) == "sending" && ended.elapsed() < Duration::from_millis(700) {
            std::thread::sleep(Duration::from_millis(50));
        }
        if desk.state(&mailing) == "done" {
            break (serving, desk);
        }
        drop(serving);
        known.killed(runtime.block_on(taken_stock(place)));
    };
    let looks = watching.end();
    told_alike(&done.1, &mailing, &runtime.block_on(stands(&reading)).expect("counts"));
    drop(done);
    let ended = runtime.block_on(rows(&reading, "SELECT \"address\" || ' ' || \"state\", 0 FROM \"delivery\"")).expect("rows");
    runtime.block_on(reading.close());
    let doubles = judged(&known, &oracle.taken(), &ended);
    println!(
        "{KILLS} kills, {} in doubt, at most {} at once, {doubles} doubles, {} left, counted {looks} times",
        known.doubts.values().sum::<usize>(),
        known.most,
        known.left.len()
    );
    assert!(looks > 20, "it was counted {looks} times");
    assert_eq!(place.read("taken").lines().count(), oracle.taken().len());
    assert_eq!(place.run(&["check"]).trim(), "everything is whole");
}

/// Pages, API and database tell the same.
fn told_alike(desk: &Desk, mailing: &str, stands: &Stands) {
    let page = tried(&desk.address, "GET", &format!("/mailings/{mailing}/desk"), &[("Cookie", &desk.cookie)], "").expect("a page").body;
    let sent = stands["sent"];
    assert!(page.contains(&format!(">{sent} inviati<")) || page.contains(&format!(">{sent} sent<")), "{page}");
    let (status, body) = get(&desk.address, "/api/v1/deliveries/count?filter=state%20is%20%22sent%22", &desk.token);
    assert_eq!((status, json_of(&body)["count"].as_i64()), (200, Some(sent)), "{body}");
}

/// What the oracle has, against what the ledger says; how many messages came twice.
fn judged(known: &Known, taken: &[Taken], ended: &[(String, i64)]) -> usize {
    let mut got: HashMap<&str, Vec<&Taken>> = HashMap::new();
    for message in taken {
        got.entry(&message.to).or_default().push(message);
    }
    assert_eq!(ended.len(), PEOPLE + UNASKED);
    for (row, _) in ended {
        let (address, state) = row.split_once(' ').expect("a row");
        let (times, left) = (got.get(address).map_or(0, Vec::len), known.left.contains_key(address));
        match state {
            "sent" => assert!(times > 0, "{address} was never taken"),
            "suppressed" => assert_eq!(times, 0, "{address} got it, and is said to be kept out"),
            // He left before it could be sent again.
            "in-doubt" => assert!(left, "{address} stays in doubt"),
            other => panic!("{address} ended as {other}"),
        }
        let unasked = (PEOPLE..PEOPLE + UNASKED).any(|number| self::address(number) == address);
        assert!(state != "suppressed" || left || unasked, "{address} is kept out for nothing");
        assert!(times <= 1 + known.doubts.get(address).copied().unwrap_or_default(), "{address} got it {times} times");
    }
    for (address, messages) in &got {
        let number: usize = address[3..6].parse().expect("one of ours");
        assert!(number < PEOPLE, "{address} was not meant");
        let ids: HashSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "{address}: {ids:?}");
        assert!(messages.iter().all(|message| message.content.contains(&format!("Gentile Ada Neri{number:03},"))), "{address}");
        if let Some(left) = known.left.get(*address) {
            let after = messages.iter().find(|message| message.began > *left + Duration::from_secs(1));
            assert!(after.is_none(), "{address} left, and got a message that began {:?} later", after.map(|message| message.began - *left));
        }
    }
    let ids: HashSet<&str> = taken.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), got.len(), "each has his own");
    let doubles = taken.len() - got.len();
    assert!(known.most <= ON_ITS_WAY && doubles <= known.doubts.values().sum(), "{doubles} doubles, {} at once", known.most);
    doubles
}

#[test]
fn on_sqlite() {
    killed_while_it_goes_out(&Place::on_sqlite());
}

#[test]
fn on_postgres() {
    if let Some(place) = Place::on_postgres("sending") {
        killed_while_it_goes_out(&place);
    }
}

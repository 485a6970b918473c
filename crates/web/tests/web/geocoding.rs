//! Addresses that are looked for at a geocoding server: a small server of these tests stands in for a real one.

use crate::client::Got;
use crate::house::House;
use engine::testing::both_with;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

const PAGE: &str = "/administration/geocoding";
const HOUSE: &str = r#"[{"lat":"43.7200","lon":"10.3900","place_rank":30,"display_name":"5, Via Santa Maria, Pisa"}]"#;
const TOWN: &str = r#"[{"lat":"43.7100","lon":"10.4000","place_rank":16,"display_name":"Pisa"}]"#;
const NONE: &str = "[]";

/// Stands in for a geocoding server: it says the same to everybody, and remembers what it was asked, and when.
#[derive(Clone)]
struct StandIn {
    host: String,
    says: Arc<Mutex<(&'static str, &'static str)>>,
    heard: Arc<Mutex<Vec<(Instant, String)>>>,
    /// It answers nobody while there is no permit.
    open: Arc<Semaphore>,
}

impl StandIn {
    async fn new() -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let host = listener.local_addr().expect("its address").to_string();
        let stand_in = StandIn {
            host,
            says: Arc::new(Mutex::new(("200 OK", HOUSE))),
            heard: Arc::default(),
            open: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS / 2)),
        };
        let serving = stand_in.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let mut bytes = vec![0; 8192];
                    let length = stream.read(&mut bytes).await.unwrap_or(0);
                    let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
                    serving.heard.lock().expect("a list").push((Instant::now(), request));
                    serving.open.acquire().await.expect("a permit").forget();
                    let (status, body) = *serving.says.lock().expect("an answer");
                    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        stand_in
    }

    fn says(&self, status: &'static str, body: &'static str) {
        *self.says.lock().expect("an answer") = (status, body);
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("a list").iter().map(|(_, request)| request.clone()).collect()
    }

    /// How often it was asked since the last time that somebody wanted to know.
    fn asked(&self) -> usize {
        std::mem::take(&mut *self.heard.lock().expect("a list")).len()
    }

    /// The houses of a test, whose owner names this server.
    async fn houses(&self) -> Vec<House> {
        let mut houses = Vec::new();
        for (engine, clock) in both_with(crate::house::areas, |settings| settings.geocoding_hosts = vec![self.host.clone()]).await {
            houses.push(House::furnish(engine, clock, |_| {}).await);
        }
        houses
    }

    fn form(&self, more: &str) -> String {
        format!("address=http://{}/geo&per_second=50&contact=crm%40example.it{more}", self.host)
    }
}

async fn form(house: &House, who: &str, path: &str, form: &str) -> Got {
    house.page(who, "POST", path).form(&format!("csrf={}&{form}", house.people[who].csrf)).send().await
}

async fn turn_on(house: &House, server: &StandIn) {
    form(house, "ada", PAGE, &server.form("&on=true")).await.expect(303);
}

async fn page(house: &House) -> String {
    house.page("ada", "GET", PAGE).send().await.expect(200).text()
}

async fn work(house: &House) {
    while house.engine.work_once().await.expect("a job") {}
}

async fn made(house: &House, street: &str) -> String {
    let address = json!({ "street": street, "city": "Pisa", "province": "PI" });
    let made = house.post("anna", "/accounts?insist=1", json!({ "name": "Segreta S.r.l.", "address": address })).await.expect(201).json();
    format!("/accounts/{}", made["id"].as_str().expect("an id"))
}

async fn change(house: &House, card: &str, to: Json) {
    house.api("anna", "PATCH", card).header("If-Match", "*").json(&to).send().await.expect(200);
}

/// What was found, and where the best that is known comes from.
async fn found(house: &House, card: &str) -> (String, String) {
    let record = house.get("anna", card).await.expect(200).json();
    (record["coordinates_found"].as_str().unwrap_or("").to_owned(), record["coordinates_from"].as_str().unwrap_or("").to_owned())
}

fn pair(found: &str, from: &str) -> (String, String) {
    (found.to_owned(), from.to_owned())
}

#[tokio::test]
async fn an_address_is_looked_for_after_it_was_written() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        server.asked();
        // Off as installed, and where a server is named alone: nothing goes out.
        made(&house, "Via Mazzini 1").await;
        form(&house, "ada", PAGE, &server.form("")).await.expect(303);
        let early = made(&house, "Via Mazzini 2").await;
        work(&house).await;
        assert_eq!(server.asked(), 0);
        assert!(page(&house).await.contains("Off: no address is looked for"));

        turn_on(&house, &server).await;
        work(&house).await;
        assert_eq!(server.asked(), 0, "what was there before is not asked for by itself");
        let card = made(&house, "V. Santa Maria, n. 5 int. 2, c/o Studio Segreto").await;
        assert_eq!((server.asked(), found(&house, &card).await), (0, pair("", "comune")), "never in the request");
        work(&house).await;
        let heard = server.heard();
        assert_eq!((heard.len(), found(&house, &card).await), (1, pair("43.72,10.39", "house")));
        let asked = heard[0].lines().next().unwrap_or_default();
        assert!(asked.starts_with("GET /geo/search?format=jsonv2&limit=5&street=5+Via+Santa+Maria&city=Pisa&countrycodes=it "), "{asked}");
        assert!(heard[0].contains("user-agent: Scheda/") && heard[0].contains("(crm@example.it)"), "{heard:?}");
        assert!(!heard[0].to_lowercase().contains("segret"), "{heard:?}");
        // Its history says who found it; and the card shows it.
        let history = house.get("anna", &format!("{card}/history")).await.expect(200).json();
        assert_eq!((&history["entries"][0]["author"], &history["entries"][0]["through"]), (&Json::Null, &json!("job")), "{history}");
        let shown = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert!(shown.contains("43.72, 10.39") && shown.contains("of the house number"), "{shown}");
        // What is known is not asked for again, and what is set by hand is not asked for at all.
        change(&house, &card, json!({ "remarks": "sentito al telefono" })).await;
        work(&house).await;
        assert_eq!(server.asked(), 1);
        let address = json!({ "street": "Via Roma 3", "city": "Pisa" });
        let by_hand = json!({ "name": "A mano", "address": address, "coordinates_by_hand": "43.7 10.4" });
        house.post("anna", "/accounts?insist=1", by_hand).await.expect(201);
        work(&house).await;
        assert_eq!(server.asked(), 0);
        // A change of another thing of a record without coordinates is a reason to look for them.
        change(&house, &early, json!({ "remarks": "sentito al telefono" })).await;
        work(&house).await;
        assert_eq!((server.asked(), found(&house, &early).await), (1, pair("43.72,10.39", "house")));
        // Another address: what was found falls away, and is looked for anew.
        change(&house, &early, json!({ "address": { "street": "Via Mazzini 9" } })).await;
        assert_eq!(found(&house, &early).await, pair("", "comune"));
        work(&house).await;
        assert_eq!((server.asked(), found(&house, &early).await), (1, pair("43.72,10.39", "house")));
        // Off again, nothing is asked.
        form(&house, "ada", PAGE, &server.form("")).await.expect(303);
        change(&house, &early, json!({ "address": { "street": "Via Mazzini 10" } })).await;
        work(&house).await;
        assert_eq!(server.asked(), 0);
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_the_server_does_not_know_is_not_asked_again_until_it_changes() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        turn_on(&house, &server).await;
        server.says("200 OK", NONE);
        server.asked();
        let card = made(&house, "Via Inventata 5").await;
        work(&house).await;
        assert_eq!((server.asked(), found(&house, &card).await), (1, pair("", "comune")));
        assert!(page(&house).await.contains("One address is unknown to the server"));
        change(&house, &card, json!({ "remarks": "sentito al telefono" })).await;
        form(&house, "ada", &format!("{PAGE}/missing"), "").await.expect(303);
        work(&house).await;
        assert_eq!(server.asked(), 0, "nothing changed");
        // Where a CAP is wrong, the address is looked for without it.
        change(&house, &card, json!({ "address": { "postcode": "56199" } })).await;
        work(&house).await;
        assert_eq!(server.asked(), 2);
        // What says no more than the comune is not kept.
        server.says("200 OK", TOWN);
        change(&house, &card, json!({ "address": { "street": "Via Inventata 6" } })).await;
        work(&house).await;
        assert_eq!((server.asked(), found(&house, &card).await), (2, pair("", "comune")));
        server.says("200 OK", HOUSE);
        change(&house, &card, json!({ "address": { "street": "Via Santa Maria 5" } })).await;
        work(&house).await;
        assert_eq!((server.asked(), found(&house, &card).await), (1, pair("43.72,10.39", "house")));
        // Another server may know more.
        server.says("200 OK", NONE);
        let other = made(&house, "Via Inventata 9").await;
        work(&house).await;
        form(&house, "ada", PAGE, &server.form("&on=true").replace("/geo", "/altro")).await.expect(303);
        server.says("200 OK", HOUSE);
        form(&house, "ada", &format!("{PAGE}/missing"), "").await.expect(303);
        work(&house).await;
        assert_eq!(found(&house, &other).await, pair("43.72,10.39", "house"));
    }
}

/// An answer to what was asked before an address changed is nobody's.
#[tokio::test]
async fn an_answer_that_comes_too_late_is_dropped() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        turn_on(&house, &server).await;
        server.says("200 OK", HOUSE);
        let card = made(&house, "Via Vecchia 1").await;
        server.asked();
        let all = server.open.available_permits();
        server.open.forget_permits(all);
        let engine = house.engine.clone();
        let working = tokio::spawn(async move { while engine.work_once().await.expect("a job") {} });
        while server.heard().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        change(&house, &card, json!({ "address": { "street": "Via Nuova 2" } })).await;
        server.says("200 OK", r#"[{"lat":"43.75","lon":"10.41","place_rank":26}]"#);
        server.open.add_permits(all);
        working.await.expect("the work");
        work(&house).await;
        let heard = server.heard();
        assert!(heard.iter().any(|request| request.contains("Via+Vecchia")) && heard.last().expect("a request").contains("Via+Nuova"));
        assert_eq!(found(&house, &card).await, pair("43.75,10.41", "street"));
    }
}

/// Whoever has a form open does not come upon what the program found meanwhile; a person who saved meanwhile he does.
#[tokio::test]
async fn what_is_found_comes_between_nobody() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        turn_on(&house, &server).await;
        let card = made(&house, "Via Santa Maria 5").await;
        work(&house).await;
        assert_eq!(found(&house, &card).await, pair("43.72,10.39", "house"));
        let entered = "version=1&name=Segreta+S.r.l.&address.street=Via+Santa+Maria+5&address.city=Pisa&address.province=PI&remarks=Nuove";
        form(&house, "anna", &format!("{card}/edit"), entered).await.expect(303);
        let record = house.get("anna", &card).await.expect(200).json();
        assert_eq!((&record["remarks"], &record["coordinates_found"]), (&json!("Nuove"), &json!("43.72,10.39")));
        form(&house, "anna", &format!("{card}/edit"), &entered.replace("Nuove", "Altre")).await.expect(409);
    }
}

#[tokio::test]
async fn a_server_that_fails_is_left_alone_for_a_while_and_told_of() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        turn_on(&house, &server).await;
        for (status, body, said) in [
            ("429 Too Many Requests", "", "there are too many requests"),
            ("503 Service Unavailable", "", "The server answered 503."),
            ("403 Forbidden", "", "maybe the key is missing"),
            ("200 OK", "<html>", "not that of a server compatible"),
            ("302 Found", "", "leads elsewhere"),
        ] {
            server.says(status, body);
            let card = made(&house, "Via Santa Maria 5").await;
            server.asked();
            work(&house).await;
            assert_eq!((server.asked(), found(&house, &card).await), (1, pair("", "comune")), "{status}");
            let shown = page(&house).await;
            assert!(shown.contains(said) && shown.contains("It is tried again on") && shown.contains("One address to look for"), "{shown}");
            // Neither another address nor the time that has not gone by is a reason to ask.
            let other = made(&house, "Via San Martino 7").await;
            work(&house).await;
            assert_eq!(server.asked(), 0, "{status}");
            server.says("200 OK", HOUSE);
            form(&house, "ada", &format!("{PAGE}/retry"), "").await.expect(303);
            work(&house).await;
            for card in [card, other] {
                assert_eq!(found(&house, &card).await, pair("43.72,10.39", "house"), "{status}");
            }
            let shown = page(&house).await;
            assert!(!shown.contains(said) && shown.contains("On: new and changed addresses"), "{shown}");
        }
        // It is left alone for longer each time, and asked again by itself.
        server.says("500 Internal Server Error", "");
        made(&house, "Via Santa Maria 5").await;
        let mut waits = Vec::new();
        for _ in 0..3 {
            work(&house).await;
            let (trouble, waiting) = house.engine.geocoder_trouble().await.expect("an answer").expect("trouble");
            assert!(waiting);
            waits.push((trouble.again.millis() - trouble.at.millis(), trouble.failures));
            // The time goes by.
            house.engine.store().write(|tx| Box::pin(async move { hurry(tx).await })).await.expect("written");
        }
        assert_eq!(waits, [(60_000, 1), (120_000, 2), (240_000, 3)]);
    }
}

/// What waits is due now.
async fn hurry(tx: &mut engine::Tx) -> kernel::Result<()> {
    let begin = kernel::Value::Moment(kernel::Moment::from_millis(0));
    for sql in [
        "UPDATE \"geocoding\" SET \"due_at\" = ?",
        "UPDATE \"job\" SET \"run_at\" = ? WHERE \"kind\" = 'geocoding' AND \"state\" = 'waiting'",
    ] {
        tx.execute(&engine::Statement::new(sql, vec![begin.clone()])).await?;
    }
    let again = "UPDATE \"installation\" SET \"value\" = replace(\"value\", '\"again\":', '\"again\":0,\"was\":') WHERE \"key\" = 'geocoder-trouble'";
    tx.execute(&engine::Statement::new(again, Vec::new())).await.map(|_| ())
}

#[tokio::test]
async fn no_more_is_asked_in_a_second_than_an_administrator_says() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        form(&house, "ada", PAGE, &server.form("&on=true").replace("per_second=50", "per_second=5")).await.expect(303);
        for number in 1..=4 {
            made(&house, &format!("Via Santa Maria {number}")).await;
        }
        server.asked();
        // Two nodes share the turns.
        let other = house.engine.clone();
        let beside = tokio::spawn(async move { while other.work_once().await.expect("a job") {} });
        work(&house).await;
        beside.await.expect("the work");
        let moments: Vec<Instant> = server.heard.lock().expect("a list").iter().map(|(at, _)| *at).collect();
        assert_eq!(moments.len(), 4);
        let lasted = moments[3].duration_since(moments[0]);
        assert!(lasted >= Duration::from_millis(560), "{lasted:?}");
    }
}

#[tokio::test]
async fn what_is_missing_is_looked_for_when_somebody_says_so_and_stopped() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        let mut cards = Vec::new();
        for number in 1..=3 {
            cards.push(made(&house, &format!("Via Santa Maria {number}")).await);
        }
        let site = json!({ "name": "Deposito", "account": house.north.account.to_string(), "address": { "street": "Via Roma 1", "city": "Lucca" } });
        let site = house.post("anna", "/sites", site).await.expect(201).json();
        form(&house, "ada", &format!("{PAGE}/missing"), "").await.expect(404);
        turn_on(&house, &server).await;
        server.says("200 OK", HOUSE);
        server.asked();
        form(&house, "ada", &format!("{PAGE}/missing"), "").await.expect(303);
        form(&house, "ada", &format!("{PAGE}/stop"), "").await.expect(303);
        // Gathering goes first, so that there is something to stop.
        house.engine.work_once().await.expect("a job");
        house.engine.work_once().await.expect("a job");
        form(&house, "ada", &format!("{PAGE}/stop"), "").await.expect(303);
        work(&house).await;
        let before = server.asked();
        form(&house, "ada", &format!("{PAGE}/missing"), "").await.expect(303);
        work(&house).await;
        assert_eq!(before + server.asked(), 4);
        for card in &cards {
            assert_eq!(found(&house, card).await, pair("43.72,10.39", "house"));
        }
        let site = house.get("anna", &format!("/sites/{}", site["id"].as_str().expect("an id"))).await.expect(200).json();
        assert_eq!(site["coordinates_from"], json!("house"));
        let shown = page(&house).await;
        assert!(!shown.contains("to look for.") && !shown.contains("unknown to the server"), "{shown}");
    }
}

#[tokio::test]
async fn it_leads_into_no_network_of_ours_and_its_key_is_not_shown() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        for (entered, said) in [
            ("on=true&per_second=1&contact=crm%40example.it", "This is required"),
            ("address=http://example.it&per_second=1", "This takes an https address"),
            ("address=http://127.0.0.1:1&per_second=1", "This takes an https address"),
            ("address=file:///etc/passwd&per_second=1", "This takes an https address"),
            ("address=https://anna:x@example.it&per_second=1", "This takes an https address"),
            ("address=https://example.it/?x=1&per_second=1", "This takes an https address"),
            ("address=https://example.it&per_second=0", "From 1 to 50"),
            ("address=https://example.it&per_second=51", "From 1 to 50"),
            ("address=https://example.it&per_second=1&contact=nobody", "This takes an e-mail address"),
            ("address=https://example.it&per_second=1&header=Host&key=x", "name of the HTTP header is not valid"),
            ("address=https://example.it&per_second=1&key=x", "there has to be the header"),
            ("address=https://example.it&per_second=1&header=X-Key&key=a%0Ab", "characters that a header can"),
            ("address=https://example.it&per_second=1&header=X-Key", "needs its key"),
        ] {
            let got = form(&house, "ada", PAGE, entered).await.expect(422).text();
            assert!(got.contains(said), "{entered}: {got}");
        }
        for private in ["https://127.0.0.1", "https://169.254.169.254", "https://localhost"] {
            form(&house, "ada", PAGE, &format!("address={private}&per_second=50")).await.expect(303);
            let tried = form(&house, "ada", &format!("{PAGE}/trial"), "street=Via+Roma+1&city=Pisa").await.expect(200).text();
            assert!(tried.contains("leads into the internal network"), "{tried}");
        }
        server.says("200 OK", HOUSE);
        form(&house, "ada", PAGE, &server.form("&header=X-Key&key=apriti+sesamo")).await.expect(303);
        server.asked();
        let tried = form(&house, "ada", &format!("{PAGE}/trial"), "street=Via+Roma+1&postcode=56126&city=Pisa").await.expect(200).text();
        assert!(tried.contains("5, Via Santa Maria, Pisa") && tried.contains("43.72, 10.39") && tried.contains("house number"), "{tried}");
        let heard = server.heard();
        assert!(heard[0].to_lowercase().contains("x-key: apriti sesamo") && heard[0].contains("postalcode=56126"), "{heard:?}");
        assert!(!page(&house).await.contains("apriti") && !house.table("installation").await.contains("apriti"));
        assert!(page(&house).await.contains("There is a key, kept encrypted"));
        // Without a new one it stays, for the same server alone.
        form(&house, "ada", PAGE, &server.form("&header=X-Key")).await.expect(303);
        let other = form(&house, "ada", PAGE, "address=https://example.it&per_second=1&header=X-Key").await.expect(422).text();
        assert!(other.contains("needs its key"), "{other}");
        form(&house, "ada", &format!("{PAGE}/trial"), "street=&city=").await.expect(200);
        server.says("200 OK", NONE);
        let tried = form(&house, "ada", &format!("{PAGE}/trial"), "street=Via+Roma+1&city=Pisa").await.expect(200).text();
        assert!(tried.contains("does not know this address"), "{tried}");
    }
}

#[tokio::test]
async fn administrators_alone_name_a_server() {
    let server = StandIn::new().await;
    for house in server.houses().await {
        server.asked();
        for who in ["mara", "anna", "rita"] {
            house.page(who, "GET", PAGE).send().await.expect(403);
            for what in ["", "/trial", "/missing", "/stop", "/retry"] {
                form(&house, who, &format!("{PAGE}{what}"), &server.form("&on=true&city=Pisa")).await.expect(403);
            }
        }
        assert_eq!((server.asked(), house.engine.geocoder().await.expect("an answer")), (0, None));
    }
}

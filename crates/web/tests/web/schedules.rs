//! Files that come in by themselves, mappings with a name, and what the bell tells of imports.

use crate::client::Got;
use crate::house::{House, deactivate};
use engine::testing::{both_with, engine_with};
use engine::{Dialect, Through};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const FILE: &str = "Ragione sociale;Codice;Citt\u{e0}\r\nAlfa Impianti S.r.l.;A1;Pisa\r\nBeta Trasporti S.p.A.;B2;Lucca\r\n";

/// A house on each database whose owner allows a folder and a server of his own network.
async fn allowing(folder: &Path, host: &str) -> Vec<House> {
    let mut houses = Vec::new();
    let settle = |settings: &mut engine::Settings| {
        settings.import_folder = Some(folder.to_path_buf());
        settings.import_hosts = vec![host.to_owned()];
    };
    for (engine, clock) in both_with(crate::house::areas, settle).await {
        houses.push(House::furnish(engine, clock, |_| {}).await);
    }
    houses
}

async fn form(house: &House, who: &str, path: &str, form: &str) -> Got {
    house.page(who, "POST", path).form(&format!("csrf={}&{form}", house.people[who].csrf)).send().await
}

async fn page(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

async fn work(house: &House) {
    while house.engine.work_once().await.expect("a job") {}
}

/// An hour goes by, and what is due is done.
async fn an_hour(house: &House) {
    house.engine.schedule_due().await.expect("the schedule");
    house.clock.pass(3_600_000);
    house.engine.schedule_due().await.expect("the schedule");
    work(house).await;
}

async fn begun(house: &House, who: &str, text: &str) -> String {
    let csrf = house.people[who].csrf.clone();
    let sent = [("csrf", csrf.as_str()), ("of", "accounts")];
    let got = house.page(who, "POST", "/imports/new").multipart(&sent, &[("clienti.csv", text.as_bytes())]).send().await.expect(303);
    got.header("location").trim_end_matches("/columns").to_owned()
}

async fn cities(house: &House, code: &str) -> String {
    let filter: String = form_urlencoded::byte_serialize(format!("code is \"{code}\"").as_bytes()).collect();
    let got = house.get("ada", &format!("/accounts?filter={filter}")).await.expect(200).json();
    got["records"].as_array().expect("records").iter().map(|record| record["address"]["city"].as_str().unwrap_or("").to_owned()).collect()
}

/// Keeps a mapping of accounts by their code; gives its id.
async fn mapping(house: &House, who: &str) -> String {
    let run = begun(house, who, FILE).await;
    let choices = "to.0=name&to.1=code&to.2=address.city&mode=both&key=code&mapping-name=Gestionale";
    form(house, who, &format!("{run}/keeping"), choices).await.expect(303);
    let page = page(house, who, "/imports/mappings").await;
    page.split("action=\"/imports/mappings/").nth(1).and_then(|rest| rest.split('"').next()).expect("a mapping").to_owned()
}

/// Sets a scheduled import up; gives its address.
async fn scheduled(house: &House, more: &str) -> String {
    let mapping = mapping(house, "ada").await;
    let said = format!("name=Clienti&mapping={mapping}&every=hour&hour=6&weekday=1&{more}");
    form(house, "ada", "/administration/imports/new", &said).await.expect(303).header("location").to_owned()
}

/// The mapping that the page of a schedule shows.
fn mapping_of(shown: &str) -> String {
    shown.split("\" selected>Gestionale").next().and_then(|rest| rest.rsplit('"').next()).expect("a mapping").to_owned()
}

async fn runs(house: &House) -> usize {
    page(house, "ada", "/imports").await.matches("class=\"thing-name\"").count()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let whole = tempfile::tempdir().expect("a folder");
    let allowed = whole.path().join("arrivi");
    std::fs::create_dir_all(allowed.join("clienti")).expect("a folder");
    (whole, allowed)
}

#[tokio::test]
async fn choices_are_kept_under_a_name_and_taken_up() {
    for house in crate::house::houses().await {
        let run = begun(&house, "mara", FILE).await;
        let said = form(&house, "mara", &format!("{run}/keeping"), "to.0=name&mapping-name=").await.expect(422).text();
        assert!(said.contains("A name for the mapping is needed"), "{said}");
        let choices = "to.0=name&to.1=code&to.2=note&mode=both&key=code&mapping-name=Gestionale";
        form(&house, "mara", &format!("{run}/keeping"), choices).await.expect(303);
        // A file with the same header begins with it, of whoever has it alone.
        let next = begun(&house, "mara", FILE).await;
        let columns = page(&house, "mara", &format!("{next}/columns")).await;
        assert!(columns.contains("The choices are those of “Gestionale”") && columns.contains("value=\"both\" checked"), "{columns}");
        let other = begun(&house, "ada", FILE).await;
        let columns = page(&house, "ada", &format!("{other}/columns")).await;
        assert!(!columns.contains("Gestionale"), "{columns}");
        let saved = page(&house, "mara", "/imports/mappings").await;
        let id = saved.split("action=\"/imports/mappings/").nth(1).and_then(|rest| rest.split('"').next()).expect("a mapping").to_owned();
        let hidden = form(&house, "ada", &format!("{other}/mapping"), &format!("mapping={}", house.engine.id())).await;
        assert_eq!(hidden.status, 404);
        // Shared, everybody has it, and nobody who may not share changes it.
        form(&house, "mara", &format!("/imports/mappings/{id}"), "mapping-name=Il+gestionale&mapping-shared=1").await.expect(303);
        form(&house, "ada", &format!("{other}/mapping"), &format!("mapping={id}")).await.expect(303);
        let columns = page(&house, "ada", &format!("{other}/columns")).await;
        assert!(columns.contains("The choices are those of “Il gestionale”") && columns.contains("value=\"both\" checked"), "{columns}");
        assert!(page(&house, "ada", "/imports/mappings").await.contains("shared by others"));
        house.page("bruno", "GET", "/imports/mappings").send().await.expect(403);
        form(&house, "bruno", &format!("/imports/mappings/{id}/removal"), "").await.expect(403);
        form(&house, "mara", &format!("/imports/mappings/{id}/removal"), "").await.expect(303);
        assert!(page(&house, "mara", "/imports/mappings").await.contains("No saved mappings yet"));
        form(&house, "ada", &format!("{other}/mapping"), &format!("mapping={id}")).await.expect(404);
    }
}

/// The same file is not imported again, a changed one is, and what somebody changed meanwhile becomes the master's again.
#[tokio::test]
async fn a_file_of_a_folder_comes_in_when_it_changes() {
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, "").await {
        let place = allowed.join("clienti/clienti-2026.csv");
        std::fs::write(&place, FILE).expect("a file");
        std::fs::write(allowed.join("clienti/fornitori.csv"), "nonsense").expect("a file");
        let schedule = scheduled(&house, "source=folder&folder=clienti&pattern=clienti*.csv").await;
        let before = runs(&house).await;
        // Nothing before its time.
        house.engine.schedule_due().await.expect("the schedule");
        work(&house).await;
        assert_eq!(runs(&house).await, before);
        an_hour(&house).await;
        assert_eq!((cities(&house, "A1").await, cities(&house, "B2").await), ("Pisa".to_owned(), "Lucca".to_owned()));
        assert_eq!(runs(&house).await, before + 1);
        let shown = page(&house, "ada", &schedule).await;
        assert!(shown.contains("2 created") && shown.contains("Report"), "{shown}");
        // The bell tells, and leads to the report.
        let told = page(&house, "ada", "/notifications").await;
        assert!(told.contains("Import done") && told.contains("clienti-2026.csv") && told.contains("2 created"), "{told}");
        let note =
            told.split("action=\"/notifications/").filter_map(|rest| rest.split('"').next()).find(|id| id.parse::<kernel::Id>().is_ok());
        let led = form(&house, "ada", &format!("/notifications/{}", note.expect("a notification")), "").await.expect(303);
        assert!(led.header("location").starts_with("/imports/"), "{}", led.header("location"));
        // The same file is known.
        an_hour(&house).await;
        assert_eq!(runs(&house).await, before + 1);
        // Somebody changes a record, the master says it again, and something else of another.
        let found = house.get("ada", "/accounts?filter=code+is+%22A1%22").await.expect(200).json();
        let id = found["records"][0]["id"].as_str().expect("an id").to_owned();
        let change = serde_json::json!({ "address": { "city": "Roma" } });
        house.api("ada", "PATCH", &format!("/accounts/{id}")).header("If-Match", "*").json(&change).send().await.expect(200);
        std::fs::write(&place, FILE.replace("Lucca", "Massa")).expect("a file");
        an_hour(&house).await;
        assert_eq!((cities(&house, "A1").await, cities(&house, "B2").await), ("Pisa".to_owned(), "Massa".to_owned()));
        assert_eq!(runs(&house).await, before + 2);
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

/// A file that somebody writes meanwhile waits until it stands still.
#[tokio::test]
async fn a_file_that_grows_waits() {
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, "").await {
        let place = allowed.join("clienti.csv");
        std::fs::write(&place, &FILE[..30]).expect("a file");
        let schedule = scheduled(&house, "source=folder&folder=&pattern=*.csv").await;
        let before = runs(&house).await;
        form(&house, "ada", &format!("{schedule}/run"), "").await.expect(303);
        // Looked at once, it may still be written; and it is.
        house.engine.work_once().await.expect("a job");
        std::fs::write(&place, FILE).expect("a file");
        house.engine.work_once().await.expect("a job");
        assert_eq!(runs(&house).await, before, "it grew meanwhile");
        work(&house).await;
        house.clock.pass(10_000);
        work(&house).await;
        assert_eq!(runs(&house).await, before + 1);
        assert_eq!(cities(&house, "B2").await, "Lucca");
        std::fs::remove_file(&place).expect("gone");
    }
}

/// Nothing leads out of the folder that is allowed, nor into our own network.
#[tokio::test]
async fn nothing_leads_out_of_what_is_allowed() {
    let (whole, allowed) = folder();
    std::fs::write(whole.path().join("segreto.csv"), FILE.replace("Alfa", "Segreta")).expect("a file");
    std::os::unix::fs::symlink(whole.path(), allowed.join("fuori")).expect("a link");
    std::os::unix::fs::symlink(whole.path().join("segreto.csv"), allowed.join("segreto.csv")).expect("a link");
    for house in allowing(&allowed, "").await {
        let mapping = mapping(&house, "ada").await;
        for (more, said) in [
            ("source=folder&folder=..&pattern=*.csv", "leads out of the one that is allowed"),
            ("source=folder&folder=clienti/../..&pattern=*.csv", "leads out of the one that is allowed"),
            ("source=folder&folder=/etc&pattern=*", "leads out of the one that is allowed"),
            ("source=folder&folder=fuori&pattern=*.csv", "leads out of the one that is allowed"),
            ("source=folder&folder=altrove&pattern=*.csv", "There is no folder"),
            ("source=folder&folder=&pattern=../segreto.csv", "without slashes"),
            ("source=address&address=http://example.it/clienti.csv", "An https address is needed"),
            ("source=address&address=file:///etc/passwd", "An https address is needed"),
            ("source=address&address=https://anna:geheim@example.it/", "An https address is needed"),
            ("source=address&address=https://example.it/x.csv&header=Host&secret=x", "The HTTP header is not valid"),
        ] {
            let sent = format!("name=Clienti&mapping={mapping}&every=hour&{more}");
            let got = form(&house, "ada", "/administration/imports/new", &sent).await.expect(422).text();
            assert!(got.contains(said), "{more}: {got}");
        }
        let before = runs(&house).await;
        // A link that stands in the folder is no file.
        let sent = format!("name=Clienti&mapping={mapping}&every=hour&source=folder&folder=&pattern=*.csv");
        let schedule = form(&house, "ada", "/administration/imports/new", &sent).await.expect(303).header("location").to_owned();
        form(&house, "ada", &format!("{schedule}/run"), "").await.expect(303);
        work(&house).await;
        assert_eq!(runs(&house).await, before);
        // An address in our own network is refused when it is gone to.
        for private in ["https://127.0.0.1/clienti.csv", "https://169.254.169.254/latest", "https://localhost/x.csv"] {
            let sent = format!("name=Rete&mapping={mapping}&every=hour&source=address&address={private}");
            let schedule = form(&house, "ada", "/administration/imports/new", &sent).await.expect(303).header("location").to_owned();
            form(&house, "ada", &format!("{schedule}/run"), "").await.expect(303);
            work(&house).await;
            let shown = page(&house, "ada", &schedule).await;
            assert!(shown.contains("leads into the internal network"), "{shown}");
        }
        assert_eq!(runs(&house).await, before);
    }
}

/// A file at an address, with its key; what the server says is unchanged is not fetched again, and its key is nowhere to be read.
#[tokio::test]
async fn a_file_at_an_address_comes_in_with_its_key() {
    let answer = |asked: &str| match asked.contains("if-none-match: \"1\"") {
        true => "HTTP/1.1 304 Not Modified\r\n\r\n".to_owned(),
        false => format!("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: {}\r\n\r\n{FILE}", FILE.len()),
    };
    let (host, asked) = serving(answer).await;
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, &host).await {
        let schedule =
            scheduled(&house, &format!("source=address&address=http://{host}/export/clienti.csv&header=X-Key&secret=apriti+sesamo")).await;
        let before = runs(&house).await;
        form(&house, "ada", &format!("{schedule}/run"), "").await.expect(303);
        work(&house).await;
        assert_eq!((runs(&house).await, cities(&house, "A1").await), (before + 1, "Pisa".to_owned()));
        assert!(asked.lock().expect("a list").last().expect("a request").contains("x-key: apriti sesamo"));
        an_hour(&house).await;
        assert_eq!(runs(&house).await, before + 1);
        assert!(asked.lock().expect("a list").last().expect("a request").contains("if-none-match: \"1\""));
        assert!(!page(&house, "ada", &schedule).await.contains("apriti") && !house.table("import_schedule").await.contains("apriti"));
        // Another form of it leaves the key where none is written, and takes it away with its header.
        assert!(page(&house, "ada", &schedule).await.contains("There is a value, kept encrypted"));
    }
}

/// What fails three times in a row pauses, tells its owner, and goes on when somebody says so.
#[tokio::test]
async fn what_fails_pauses_and_tells_its_owner() {
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, "").await {
        let place = allowed.join("rotto.csv");
        std::fs::write(&place, "Ragione sociale;Codice\r\n\"mai chiuse;7\r\n").expect("a file");
        let schedule = scheduled(&house, "source=folder&folder=&pattern=rotto.csv").await;
        for turn in 1..=3 {
            an_hour(&house).await;
            let shown = page(&house, "ada", &schedule).await;
            assert!(shown.contains("quotes opened and never closed"), "{turn}: {shown}");
            assert_eq!(shown.contains("Paused"), turn == 3, "{turn}: {shown}");
        }
        let told = page(&house, "ada", "/notifications").await;
        assert!(told.contains("Scheduled import paused: it failed three times") && told.contains("Clienti"), "{told}");
        form(&house, "ada", &format!("{schedule}/resumption"), "").await.expect(303);
        let shown = page(&house, "ada", &schedule).await;
        assert!(shown.contains("Active") && !shown.contains("quotes opened"), "{shown}");
        form(&house, "ada", &format!("{schedule}/pause"), "").await.expect(303);
        assert!(page(&house, "ada", "/administration/imports").await.contains("Paused"));
        form(&house, "ada", &format!("{schedule}/removal"), "").await.expect(303);
        assert!(page(&house, "ada", "/administration/imports").await.contains("No scheduled imports yet"));
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
        std::fs::remove_file(&place).expect("gone");
    }
}

/// Administrators alone set them up; and they import with the rights that their owner has at that time.
#[tokio::test]
async fn they_have_the_rights_of_whoever_set_them_up() {
    let (_kept, allowed) = folder();
    std::fs::write(allowed.join("clienti.csv"), FILE).expect("a file");
    for house in allowing(&allowed, "").await {
        let schedule = scheduled(&house, "source=folder&folder=&pattern=clienti.csv").await;
        for who in ["mara", "anna", "rita"] {
            for path in ["/administration/imports", "/administration/imports/new", &schedule] {
                house.page(who, "GET", path).send().await.expect(403);
            }
            for what in ["", "/run", "/pause", "/resumption", "/removal"] {
                form(&house, who, &format!("{schedule}{what}"), "").await.expect(403);
            }
        }
        form(&house, "ada", &format!("/administration/imports/{}/run", house.engine.id()), "").await.expect(404);
        let before = house.table("import_run").await;
        let system = house.engine.system(engine::Through::CommandLine);
        // Somebody has to administer when she is gone.
        let olga = serde_json::json!({ "name": "Olga", "email": "olga@example.it", "roles": ["administrator"], "language": "en" });
        crate::house::put(&house.engine, &system, "user", olga).await;
        deactivate(&house, "ada").await;
        an_hour(&house).await;
        assert_eq!(before, house.table("import_run").await, "nobody imports in the name of somebody who is gone");
        assert!(house.table("import_schedule").await.contains("error-schedule-owner"));
    }
}

/// What an outside master keeps is changed in its file alone, on the records that it brought; turned off, it is free at once.
#[tokio::test]
async fn what_a_master_keeps_is_changed_in_its_file_alone() {
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, "").await {
        let place = allowed.join("clienti.csv");
        std::fs::write(&place, FILE).expect("a file");
        let where_from = "source=folder&folder=&pattern=clienti.csv";
        let schedule = scheduled(&house, &format!("{where_from}&keeps=1")).await;
        let shown = page(&house, "ada", &schedule).await;
        assert!(
            shown.contains("name=\"keeps\" value=\"1\" checked") && shown.contains("Codice, Citt\u{e0}") || shown.contains("Code"),
            "{shown}"
        );
        an_hour(&house).await;
        let record = async |code: &str| {
            let got = house.get("ada", &format!("/accounts?filter=code+is+%22{code}%22")).await.expect(200).json();
            (got["records"][0]["id"].as_str().expect("an id").to_owned(), got["records"][0]["version"].as_i64().expect("a version"))
        };
        let (id, version) = record("A1").await;
        let card = format!("/accounts/{id}");
        let patch = async |id: &str, change: Json| {
            house.api("ada", "PATCH", &format!("/accounts/{id}")).header("If-Match", "*").json(&change).send().await
        };
        // By the API; what it does not bring is free.
        let got = patch(&id, json!({ "name": "Altra", "address": { "city": "Roma", "street": "Via Po 1" } })).await.expect(422).json();
        let fields: Vec<&str> = got["errors"].as_array().expect("errors").iter().filter_map(|error| error["field"].as_str()).collect();
        assert_eq!(fields, ["address.city", "name"], "{got}");
        assert!(got.to_string().contains("It comes from the import “Clienti”"), "{got}");
        let free = json!({ "trade_name": "Alfa", "address": { "street": "Via Po 1" }, "phones": [{ "number": "050 123456" }] });
        patch(&id, free).await.expect(200);
        // The same value again is no change.
        patch(&id, json!({ "name": "Alfa Impianti S.r.l." })).await.expect(200);
        // On the card, in the form, in a list.
        let shown = page(&house, "ada", &card).await;
        assert!(shown.contains("kept-lock") && shown.contains("The fields with a lock come from the import “Clienti”"), "{shown}");
        assert!(!shown.contains("/fields/name/edit") && shown.contains("/fields/trade_name/edit"), "{shown}");
        let shown = page(&house, "ada", &format!("{card}/edit")).await;
        assert!(shown.contains("<output id=\"name\"") && !shown.contains("name=\"name\""), "{shown}");
        assert!(!shown.contains("name=\"address.city\"") && shown.contains("name=\"address.street\""), "{shown}");
        assert!(shown.contains("From the import “Clienti”: changed only in its file"), "{shown}");
        let list = page(&house, "ada", "/accounts?columns=name,code,trade_name&filter=code+is+%22A1%22").await;
        assert!(list.contains("data-field=\"trade_name\"") && !list.contains("data-field=\"code\""), "{list}");
        // Through the doors that the pages do not show.
        let (_, version) = (version, record("A1").await.1);
        let said = form(&house, "ada", &format!("{card}/edit"), &format!("version={version}&name=Altra")).await.expect(422).text();
        assert!(said.contains("It comes from the import “Clienti”"), "{said}");
        let said = form(&house, "ada", &format!("{card}/fields/name"), &format!("version={version}&name=Altra")).await.expect(422).text();
        assert!(said.contains("It comes from the import “Clienti”"), "{said}");
        house.page("ada", "GET", &format!("{card}/fields/name/edit")).send().await.expect(422);
        // In bulk.
        let change = json!({ "action": "change", "ids": [id], "values": { "code": "X1" } });
        let begun = house.post("ada", "/accounts/bulk", change).await.expect(202);
        work(&house).await;
        let state = house.get("ada", begun.header("location").trim_start_matches("/api/v1")).await.expect(200).json();
        assert_eq!((&state["changed"], &state["refused"]), (&json!(0), &json!(1)), "{state}");
        // By another import, row by row.
        let run = self::begun(&house, "ada", &FILE.replace("Pisa", "Roma")).await;
        form(&house, "ada", &format!("{run}/columns"), "to.0=name&to.1=code&to.2=address.city&mode=both&key=code").await.expect(303);
        form(&house, "ada", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let report = page(&house, "ada", &run).await;
        assert!(report.contains("It comes from the import “Clienti”") && report.contains("1 unchanged"), "{report}");
        assert_eq!(cities(&house, "A1").await, "Pisa");
        // What it did not bring is nobody's.
        let other = house.post("ada", "/accounts?insist=1", json!({ "name": "Zeta", "code": "Z9" })).await.expect(201).json();
        patch(other["id"].as_str().expect("an id"), json!({ "name": "Zeta S.r.l.", "address": { "city": "Roma" } })).await.expect(200);
        // The file itself changes it, and undoing that import puts back what was there.
        std::fs::write(&place, FILE.replace("Pisa", "Arezzo")).expect("a file");
        an_hour(&house).await;
        assert_eq!(cities(&house, "A1").await, "Arezzo");
        let shown = page(&house, "ada", &schedule).await;
        let run = shown.split("href=\"/imports/").nth(1).and_then(|rest| rest.split('"').next()).expect("its report").to_owned();
        form(&house, "ada", &format!("/imports/{run}/undo"), "").await.expect(303);
        work(&house).await;
        assert_eq!(cities(&house, "A1").await, "Pisa");
        // Merging and taking apart again.
        let gone = other["id"].as_str().expect("an id");
        let asked = json!({ "gone": [gone] });
        house.post("ada", &format!("/accounts/{id}/merge"), asked).await.expect(200);
        let entries = house.get("ada", &format!("/accounts/{id}/history")).await.expect(200).json();
        let merge = entries["entries"].as_array().expect("entries").iter().find(|entry| entry["why"] == "merge").expect("the merge");
        house.post("ada", &format!("/accounts/{id}/unmerge"), json!({ "changeset": merge["changeset"] })).await.expect(200);
        // Off, everything is free at once; also where it is removed.
        let mapping = mapping_of(&page(&house, "ada", &schedule).await);
        let said = format!("name=Clienti&mapping={mapping}&every=hour&hour=6&weekday=1&{where_from}");
        form(&house, "ada", &schedule, &said).await.expect(303);
        patch(&id, json!({ "name": "Alfa e figli" })).await.expect(200);
        assert!(!page(&house, "ada", &card).await.contains("kept-lock"));
        form(&house, "ada", &schedule, &format!("{said}&keeps=1")).await.expect(303);
        patch(&id, json!({ "name": "Alfa" })).await.expect(422);
        form(&house, "ada", &format!("{schedule}/removal"), "").await.expect(303);
        patch(&id, json!({ "name": "Alfa" })).await.expect(200);
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

/// Whoever removes what a scheduled import goes by is told which; two that take one file are told of each other.
#[tokio::test]
async fn what_a_schedule_goes_by_is_not_removed_and_a_second_one_is_told() {
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, "").await {
        let first = scheduled(&house, "source=folder&folder=clienti&pattern=*.csv").await;
        assert!(!page(&house, "ada", &first).await.contains("takes this file too"));
        let saved = page(&house, "ada", "/imports/mappings").await;
        let mapping =
            saved.split("action=\"/imports/mappings/").nth(1).and_then(|rest| rest.split('"').next()).expect("a mapping").to_owned();
        let again = |name: &str, more: &str| format!("name={name}&mapping={mapping}&every=day&hour=6&source=folder&{more}");
        let other = form(&house, "ada", "/administration/imports/new", &again("Altri", "folder=&pattern=*.csv")).await.expect(303);
        let other = other.header("location").to_owned();
        assert!(!page(&house, "ada", &other).await.contains("takes this file too"), "another folder is another file");
        let second =
            form(&house, "ada", "/administration/imports/new", &again("Seconda", "folder=clienti/&pattern=*.CSV")).await.expect(303);
        let second = second.header("location").to_owned();
        assert!(page(&house, "ada", &second).await.contains("“Clienti” takes this file too"));
        assert!(page(&house, "ada", &first).await.contains("“Seconda” takes this file too"));

        let refused = form(&house, "ada", &format!("/imports/mappings/{mapping}/removal"), "").await.expect(422).text();
        assert!(refused.contains("Several scheduled imports go by this mapping: “Altri, Clienti, Seconda”"), "{refused}");
        for one in [&other, &second] {
            form(&house, "ada", &format!("{one}/removal"), "").await.expect(303);
        }
        let refused = form(&house, "ada", &format!("/imports/mappings/{mapping}/removal"), "").await.expect(422).text();
        assert!(refused.contains("The scheduled import “Clienti” goes by this mapping"), "{refused}");
        assert!(!page(&house, "ada", &first).await.contains("takes this file too"));
        form(&house, "ada", &format!("{first}/removal"), "").await.expect(303);
        form(&house, "ada", &format!("/imports/mappings/{mapping}/removal"), "").await.expect(303);
        assert!(page(&house, "ada", "/imports/mappings").await.contains("No saved mappings yet"));
    }
}

/// Another node of the same installation; on the embedded database there is none.
async fn other_node(house: &House) -> engine::Engine {
    if house.engine.store().dialect() == Dialect::Sqlite {
        return house.engine.clone();
    }
    let own = house.engine.settings().clone();
    let (node, clock) = engine_with(house.engine.store().clone(), crate::house::areas(), |settings| *settings = own).await;
    clock.pass(house.engine.now().millis() - node.now().millis());
    node
}

/// However many nodes find at once that it is a file's turn, it comes in once; and what one keeps the other refuses in the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_take_a_file_once() {
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, "").await {
        let place = allowed.join("clienti.csv");
        let schedule = scheduled(&house, "source=folder&folder=&pattern=clienti.csv").await;
        let before = runs(&house).await;
        for turn in 1..=3 {
            std::fs::write(&place, FILE.replace("Pisa", &format!("Pisa {turn}"))).expect("a file");
            house.clock.pass(3_600_000 * turn + 60_000);
            let other = other_node(&house).await;
            for _ in 0..4 {
                let engine = house.engine.clone();
                let due = house
                    .engine
                    .store()
                    .write(move |tx| Box::pin(async move { engine.enqueue(tx, "import-due", String::new(), None).await }));
                due.await.expect("a job");
            }
            let nodes = [house.engine.clone(), other.clone(), house.engine.clone(), other.clone()];
            let nodes = nodes.map(|node| tokio::spawn(async move { while node.work_once().await.expect("a job") {} }));
            for node in nodes {
                node.await.expect("no panic");
            }
            work(&house).await;
            assert_eq!((runs(&house).await, cities(&house, "A1").await), (before + turn as usize, format!("Pisa {turn}")));
        }
        let other = other_node(&house).await;
        let ada = other.principal_of(house.people["ada"].id, Through::Pages).await.expect("ada").expect("active");
        let found = house.get("ada", "/accounts?filter=code+is+%22A1%22").await.expect(200).json();
        let id: kernel::Id = found["records"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let account = other.entity("account").expect("accounts");
        let name = account.field("name").expect("a name").id;
        let rename = async |to: &str| other.change(&ada, &account, id, None, vec![(name, kernel::Value::from(to))], Vec::new()).await;
        rename("Alfa").await.expect("free");
        let mapping = mapping_of(&page(&house, "ada", &schedule).await);
        let said = format!("name=Clienti&mapping={mapping}&every=hour&source=folder&folder=&pattern=clienti.csv");
        form(&house, "ada", &schedule, &format!("{said}&keeps=1")).await.expect(303);
        let refused = rename("Alfa e figli").await.expect_err("kept");
        assert!(matches!(&refused, kernel::Error::Invalid(problems) if problems[0].field == "name"), "{refused:?}");
        form(&house, "ada", &schedule, &said).await.expect(303);
        rename("Alfa e figli").await.expect("free again");
        std::fs::remove_file(&place).expect("gone");
    }
}

/// A server with a file that wants a key; what it was asked.
async fn serving(answer: impl Fn(&str) -> String + Send + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let host = listener.local_addr().expect("its address").to_string();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 8192];
            let length = stream.read(&mut bytes).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&bytes[..length]).to_lowercase();
            let answer = answer(&request);
            heard.lock().expect("a list").push(request);
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (host, asked)
}

/// Another key of the installation leaves what a schedule is to say to its server as it was.
#[tokio::test]
async fn a_changed_key_of_the_installation_leaves_the_key_of_a_server() {
    let answer = |_: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{FILE}", FILE.len());
    let (host, asked) = serving(answer).await;
    let keys = tempfile::tempdir().expect("a folder");
    let count = std::sync::atomic::AtomicUsize::new(0);
    let settle = |settings: &mut engine::Settings| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        settings.secrets = engine::secrets::Source::File(keys.path().join(format!("{number}.key")));
        settings.import_hosts = vec![host.clone()];
    };
    for (engine, clock) in both_with(crate::house::areas, settle).await {
        let house = House::furnish(engine, clock, |_| {}).await;
        let schedule =
            scheduled(&house, &format!("source=address&address=http://{host}/clienti.csv&header=X-Key&secret=apriti+sesamo")).await;
        let before = house.table("import_schedule").await;
        let changed = house.engine.change_key().await.expect("another key");
        assert!(changed.secrets > 0 && before != house.table("import_schedule").await, "{changed:?}");
        // Who reads the new key from the file goes on; the old one is gone.
        let own = house.engine.settings().clone();
        let (node, _) = engine_with(house.engine.store().clone(), crate::house::areas(), |settings| *settings = own).await;
        let (id, ada) = (schedule.rsplit('/').next().expect("an id").to_owned(), house.people["ada"].id);
        let (node_too, heard) = (node.clone(), asked.lock().expect("a list").len());
        let take = node.store().write(move |tx| Box::pin(async move { node_too.enqueue(tx, "import-take", id, Some(ada)).await }));
        take.await.expect("a job");
        while node.work_once().await.expect("a job") {}
        assert_eq!(cities(&house, "A1").await, "Pisa");
        let asked = asked.lock().expect("a list");
        assert!(asked.len() == heard + 1 && asked.last().expect("a request").contains("x-key: apriti sesamo"), "{asked:?}");
    }
}

/// What breaks off on its way, or is nothing that is imported, does not come in, and nothing of it stays.
#[tokio::test]
async fn a_file_that_breaks_off_does_not_come_in() {
    let answer = |asked: &str| {
        let (length, body) = if asked.contains("/rotto") { (FILE.len() + 9, FILE) } else { (8, "\u{7f}ELF\u{2}\u{1}\u{1}\u{0}") };
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let (host, _) = serving(answer).await;
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, &host).await {
        let broken = scheduled(&house, &format!("source=address&address=http://{host}/rotto.csv")).await;
        let before = (runs(&house).await, files(&house));
        form(&house, "ada", &format!("{broken}/run"), "").await.expect(303);
        work(&house).await;
        let shown = page(&house, "ada", &broken).await;
        assert!(shown.contains("The server can’t be reached"), "{shown}");
        let mapping = mapping_of(&shown);
        let sent = format!("name=Programma&mapping={mapping}&every=hour&source=address&address=http://{host}/programma.csv");
        let program = form(&house, "ada", "/administration/imports/new", &sent).await.expect(303).header("location").to_owned();
        form(&house, "ada", &format!("{program}/run"), "").await.expect(303);
        work(&house).await;
        let shown = page(&house, "ada", &program).await;
        assert!(shown.contains("programs can’t be uploaded"), "{shown}");
        assert_eq!((runs(&house).await, files(&house)), before);
    }
}

/// How many files there are, whole or on their way.
fn files(house: &House) -> usize {
    let folder = house.engine.settings().files.as_ref().expect("files").folder().to_path_buf();
    let mut folders = vec![folder];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                _ => count += 1,
            }
        }
    }
    count
}

/// A file of accounts with these numbers.
fn numbered(numbers: impl IntoIterator<Item = usize>, city: &str) -> String {
    let rows = numbers.into_iter().map(|number| format!("Ditta numero {number} S.r.l.;D{number};{city}\r\n"));
    format!("Ragione sociale;Codice;Citt\u{e0}\r\n{}", rows.collect::<String>())
}

/// What the file has no longer is told, marked by a tag until it comes back, and never where so much is missing that the file is not whole.
#[tokio::test]
async fn what_the_file_has_no_longer_is_told_and_marked() {
    let (_kept, allowed) = folder();
    for house in allowing(&allowed, "").await {
        let place = allowed.join("ditte.csv");
        let tag = json!({ "vocabulary": "tag", "italian": "Fuori anagrafica", "english": "Out of the register" });
        let tag = house.post("ada", "/terms", tag).await.expect(201).json()["key"].as_str().expect("a key").to_owned();
        std::fs::write(&place, numbered(1..=10, "Pisa")).expect("a file");
        let where_from = "source=folder&folder=&pattern=ditte.csv";
        let schedule = scheduled(&house, &format!("{where_from}&missing={tag}")).await;
        an_hour(&house).await;
        let tags = async |number: usize| {
            let got = house.get("ada", &format!("/accounts?filter=code+is+%22D{number}%22&fields=code,tags")).await.expect(200).json();
            got["records"][0]["tags"].as_array().expect("tags").len()
        };
        let report = async || {
            let shown = page(&house, "ada", &schedule).await;
            let run = shown.split("href=\"/imports/").nth(1).and_then(|rest| rest.split('"').next()).expect("its report").to_owned();
            (page(&house, "ada", &format!("/imports/{run}")).await, run)
        };
        assert!(!report().await.0.contains("missing from the file"));
        // One goes, is told and marked; nobody else is.
        std::fs::write(&place, numbered(2..=10, "Pisa")).expect("a file");
        an_hour(&house).await;
        let (shown, run) = report().await;
        assert!(shown.contains("1 missing from the file") && shown.contains("Ditta numero 1 S.r.l."), "{shown}");
        assert_eq!((tags(1).await, tags(2).await), (1, 0));
        let csv = page(&house, "ada", &format!("/imports/{run}/report.csv")).await;
        assert!(csv.contains(";missing;;") && csv.contains("No longer in the file"), "{csv}");
        // Another turn leaves it so, and counts it once.
        std::fs::write(&place, numbered(2..=10, "Lucca")).expect("a file");
        an_hour(&house).await;
        assert!(report().await.0.contains("1 missing from the file"));
        assert_eq!(tags(1).await, 1);
        // Back again, the mark goes.
        std::fs::write(&place, numbered(1..=10, "Lucca")).expect("a file");
        an_hour(&house).await;
        assert!(!report().await.0.contains("missing from the file"));
        assert_eq!((tags(1).await, cities(&house, "D1").await), (0, "Lucca".to_owned()));
        // Three of ten: nothing comes in, and its owner is told.
        std::fs::write(&place, numbered(1..=7, "Massa")).expect("a file");
        an_hour(&house).await;
        let shown = page(&house, "ada", &schedule).await;
        assert!(shown.contains("The file lacks 3 of the 10 records that were there the last time, more than 20"), "{shown}");
        assert_eq!((cities(&house, "D1").await, tags(8).await), ("Lucca".to_owned(), 0));
        assert!(page(&house, "ada", "/notifications").await.contains("ditte.csv"));
        // What was removed here is not missing.
        for number in [8, 9] {
            let got = house.get("ada", &format!("/accounts?filter=code+is+%22D{number}%22")).await.expect(200).json();
            let id = got["records"][0]["id"].as_str().expect("an id").to_owned();
            house.api("ada", "DELETE", &format!("/accounts/{id}")).header("If-Match", "*").send().await;
        }
        an_hour(&house).await;
        assert_eq!((cities(&house, "D1").await, tags(10).await), ("Massa".to_owned(), 1));
        // Undone, the mark goes with the rest of it.
        let (shown, run) = report().await;
        assert!(shown.contains("1 missing from the file"), "{shown}");
        form(&house, "ada", &format!("/imports/{run}/undo"), "").await.expect(303);
        work(&house).await;
        assert_eq!((cities(&house, "D1").await, tags(10).await), ("Lucca".to_owned(), 0));
        // As installed they stay as they are, and are told all the same.
        let mapping = mapping_of(&page(&house, "ada", &schedule).await);
        let said = format!("name=Ditte&mapping={mapping}&every=hour&{where_from}");
        let refused = form(&house, "ada", &schedule, &format!("{said}&missing=mai-vista")).await.expect(422).text();
        assert!(refused.contains("The tag is gone"), "{refused}");
        form(&house, "ada", &schedule, &said).await.expect(303);
        std::fs::write(&place, numbered(1..=4, "Siena")).expect("a file");
        an_hour(&house).await;
        assert!(report().await.0.contains("4 missing from the file"), "{}", report().await.0);
        assert_eq!((cities(&house, "D1").await, tags(5).await, tags(10).await), ("Siena".to_owned(), 0, 0));
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
        std::fs::remove_file(&place).expect("gone");
    }
}

//! The command line: files in and out, people and tokens, settings, and what is said to whoever errs.

use crate::nodes::{PASSWORD, ada, cookie, enter, serve};
use crate::place::{Answer, Ended, Place, Running, ended, get, tried};
use serde_json::Value as Json;

/// Three customers of which the last has no name.
const CUSTOMERS: &str = "Codice;Ragione sociale;P.IVA;Città;Telefono\r\n\
    K1;Rossi Impianti S.r.l.;00743110157;Pisa;050 123456\r\n\
    K2;Bianchi S.p.A.;00488410010;Livorno;0586 654321\r\n\
    K3;;12345670785;Lucca;\r\n";
const MAPPING: &str = "[columns]\nCodice = \"code\"\n\"Ragione sociale\" = \"name\"\n\"P.IVA\" = \"vat_number\"\n\
    \"Città\" = \"address.city\"\nTelefono = \"phones\"\n";

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Created, updated, unchanged, skipped, errors.
fn counts(printed: &str) -> [i64; 5] {
    let totals = json(printed);
    ["created", "updated", "unchanged", "skipped", "errors"].map(|key| totals[key].as_i64().unwrap_or(-1))
}

/// The exported records that a filter selects.
fn exported(place: &Place, entity: &str, filter: &str) -> Vec<Json> {
    let records = json(&place.run(&["export", entity, "--format", "json", "--filter", filter]));
    records.as_array().expect("an array").clone()
}

fn names(records: &[Json]) -> Vec<&str> {
    records.iter().map(|record| record["name"].as_str().unwrap_or_default()).collect()
}

#[test]
fn a_file_comes_in_and_what_was_refused_follows() {
    for place in Place::on_both("import") {
        place.write("clienti.csv", CUSTOMERS);
        place.write("clienti.toml", MAPPING);
        let import = ["import", "accounts", "clienti.csv", "--map", "clienti.toml", "--default", "stage=customer", "--json"];
        let rehearsed = place.run(&[&import[..], &["--dry-run"]].concat());
        assert_eq!((counts(&rehearsed), &json(&rehearsed)["dry_run"]), ([2, 0, 0, 0, 1], &Json::Bool(true)));
        assert!(json(&rehearsed)["changeset"].is_null());
        assert_eq!(exported(&place, "accounts", ""), [] as [Json; 0], "nothing was written");

        let printed = place.run(&[&import[..], &["--report", "esito.csv", "--errors", "errori.csv"]].concat());
        assert_eq!(counts(&printed), [2, 0, 0, 0, 1]);
        let records = exported(&place, "accounts", "");
        assert_eq!(names(&records), ["Rossi Impianti S.r.l.", "Bianchi S.p.A."]);
        assert_eq!((&records[0]["stage"], &records[0]["address"]["city"]), (&Json::from("customer"), &Json::from("Pisa")));
        assert_eq!(records[0]["phones"][0]["number"], "+39050123456");
        let report = place.read("esito.csv");
        let rows: Vec<&str> = report.lines().collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[1], format!("2;creato;{};;;", records[0]["id"].as_str().expect("an id")));
        assert!(rows[3].starts_with("4;errore;;") && rows[3].contains("manca il nome"), "{report}");

        let refused = place.read("errori.csv");
        assert_eq!(refused, "Codice;Ragione sociale;P.IVA;Città;Telefono;Errore\r\nK3;;12345670785;Lucca;;manca il nome\r\n");
        place.write("riparati.csv", &refused.replace("K3;;", "K3;Verdi;"));
        let mended = place.run(&["import", "accounts", "riparati.csv", "--map", "clienti.toml", "--json"]);
        assert_eq!(counts(&mended), [1, 0, 0, 0, 0]);
        let verdi = exported(&place, "accounts", "code = K3");
        assert_eq!((names(&verdi), verdi[0]["vat_number"].as_str()), (vec!["Verdi"], Some("12345670785")));

        let told = place.run(&["import", "accounts", "clienti.csv", "--map", "clienti.toml", "--key", "code"]);
        assert!(told.contains("3 rows: 0 created, 0 updated, 0 unchanged, 2 skipped, 1 errors"), "for people: {told}");
        assert_eq!(place.run(&["check"]), "everything is whole\n");
    }
}

/// What was chosen in the pages is named at the command line, by those whom it was shared with: everybody.
#[test]
fn a_mapping_that_everybody_has_is_named() {
    for place in Place::on_both("named") {
        place.write("clienti.csv", CUSTOMERS);
        ada(&place);
        let none = place.refused(&["import", "accounts", "clienti.csv", "--map", "Gestionale"]);
        assert!(none.contains("“Gestionale” is no file, and there is no mapping that everybody has"), "{none}");
        let (serving, address) = serve(&place);
        let cookie = cookie(&enter(&address, PASSWORD));
        let sent = |path: &str, kind: &str, body: &str| -> Answer {
            let headers = [("Cookie", cookie.as_str()), ("Content-Type", kind), ("Sec-Fetch-Site", "same-origin")];
            tried(&address, "POST", path, &headers, body).expect("an answer")
        };
        let page = tried(&address, "GET", "/imports/new?of=accounts", &[("Cookie", &cookie)], "").expect("a page").body;
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token").to_owned();
        let part = |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let file = format!("{}--x--\r\n", part("file\"; filename=\"clienti.csv", CUSTOMERS));
        let upload = [part("csrf", &csrf), part("of", "accounts"), file].concat();
        let loaded = sent("/imports/new", "multipart/form-data; boundary=x", &upload);
        let run = loaded.head.lines().find_map(|line| line.strip_prefix("location: ")).expect("a run").trim_end_matches("/columns");
        for (name, more) in [("Gestionale", "&mapping-shared=1"), ("Mia", "")] {
            let columns = "to.0=code&to.1=name&to.2=vat_number&to.3=address.city&to.4=&mode=both&key=code&stage=customer";
            let kept = format!("csrf={csrf}&{columns}&mapping-name={name}{more}");
            assert_eq!(sent(&format!("{run}/keeping"), "application/x-www-form-urlencoded", &kept).status, 303);
        }
        serving.stop();

        let import = ["import", "accounts", "clienti.csv", "--map", "gestionale", "--json"];
        assert_eq!(counts(&place.run(&import)), [2, 0, 0, 0, 1]);
        let records = exported(&place, "accounts", "code = K1");
        assert_eq!((&records[0]["stage"], &records[0]["address"]["city"]), (&Json::from("customer"), &Json::from("Pisa")));
        assert_eq!(records[0]["phones"], Json::Array(Vec::new()), "what it leaves out is left out");
        // Its mode and its key hold, unless the command line says another.
        assert_eq!(counts(&place.run(&import)), [0, 0, 2, 0, 1]);
        assert_eq!(counts(&place.run(&[&import[..], &["--mode", "create"]].concat())), [0, 0, 0, 2, 1]);
        // A file that is there is a file.
        place.write("Gestionale", MAPPING);
        assert_eq!(counts(&place.run(&["import", "accounts", "clienti.csv", "--map", "Gestionale", "--key", "code", "--json"]))[3], 2);
        // What others keep for themselves is named to nobody.
        let refused = place.refused(&["import", "accounts", "clienti.csv", "--map", "Mia"]);
        assert!(refused.contains("neither a file nor a mapping that everybody has; there are: Gestionale") && !refused.contains("Mia,"));
        let refused = place.refused(&["import", "contacts", "clienti.csv", "--map", "gestionale"]);
        assert!(refused.contains("there is no mapping that everybody has"), "{refused}");
    }
}

#[test]
fn what_is_there_is_brought_up_to_date_and_back() {
    for place in Place::on_both("update") {
        place.write("clienti.csv", &CUSTOMERS[..CUSTOMERS.find("K3").expect("the third")]);
        place.write("clienti.toml", MAPPING);
        place.run(&["import", "accounts", "clienti.csv", "--map", "clienti.toml"]);
        place.write("nuovi.csv", "Codice;Ragione sociale;Città\nK1;Rossi Impianti S.r.l.;Lucca\nK9;Neri;Roma\n");
        place.write("nuovi.toml", &MAPPING.replace("\"P.IVA\" = \"vat_number\"\n", "").replace("Telefono = \"phones\"\n", ""));
        let import =
            |mode: &str| place.run(&["import", "accounts", "nuovi.csv", "--map", "nuovi.toml", "--mode", mode, "--key", "code", "--json"]);
        assert_eq!(counts(&import("update")), [0, 1, 0, 1, 0]);
        assert_eq!(names(&exported(&place, "accounts", "address.city is \"Lucca\"")), ["Rossi Impianti S.r.l."]);
        let both = import("both");
        assert_eq!(counts(&both), [1, 0, 1, 0, 0]);

        let sheet = place.run(&["export", "accounts", "--filter", "address.city is \"Roma\" or code = K2"]);
        let rows: Vec<&str> = sheet.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(rows.len(), 3, "{sheet}");
        assert!(rows[1].contains(";Bianchi S.p.A.;") && rows[2].contains(";Neri;"), "{sheet}");

        let changeset = json(&both)["changeset"].as_str().expect("a changeset").to_owned();
        assert_eq!(place.run(&["undo", &changeset]), "1 records are as they were\n");
        assert_eq!(names(&exported(&place, "accounts", "")), ["Rossi Impianti S.r.l.", "Bianchi S.p.A."]);
        assert!(place.refused(&["undo", &changeset]).ends_with('.'), "once is enough");
        assert_eq!(place.run(&["check"]), "everything is whole\n");
    }
}

/// A record without what differs from one installation to the next: identities and moments.
fn lasting(mut record: Json) -> Json {
    match &mut record {
        Json::Object(members) => {
            members.retain(|key, _| {
                !["id", "owner", "account", "contact", "parent", "created_by", "changed_by", "created_at", "changed_at"]
                    .contains(&key.as_str())
            });
            members.values_mut().for_each(|value| *value = lasting(value.take()));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| *item = lasting(item.take())),
        _ => {}
    }
    record
}

#[test]
fn the_same_seed_gives_the_same_company() {
    let company = |seed: &str| {
        let place = Place::on_sqlite();
        let told = place.run(&["demo", "--accounts", "25", "--contacts", "40", "--seed", seed]);
        assert!(told.starts_with("25 accounts, 40 contacts, "), "{told}");
        let records =
            ["accounts", "contacts", "sites"].map(|entity| exported(&place, entity, "").into_iter().map(lasting).collect::<Vec<_>>());
        assert_eq!((records[0].len(), records[1].len()), (25, 40));
        records
    };
    let first = company("5");
    assert_eq!(first, company("5"));
    assert_ne!(first, company("6"));
}

#[test]
fn a_token_lets_in_and_a_server_keeps_its_data() {
    for place in Place::on_both("token") {
        let password = "una frase che nessuno indovina";
        let made =
            place.run_with(password, &["user", "add", "ada@example.it", "--name", "Ada Neri", "--role", "manager", "--password-stdin"]);
        assert_eq!(made.trim().len(), 13, "the id alone: {made}");
        let ended = place.run(&["token", "create", "ada@example.it"]);
        // A password that somebody else sets ends what was begun before.
        place.run_with("un'altra frase per entrare", &["user", "password", "ada@example.it"]);
        let printed = place.run(&["token", "create", "ada@example.it", "--name", "cash desk"]);
        let token = printed.strip_suffix('\n').expect("a line");
        assert!(token.len() > 30 && !token.contains(char::is_whitespace), "the token alone: {printed}");

        let mut server = Running::start(&mut place.program(&["serve"]));
        let address = server.address();
        let (status, me) = get(&address, "/api/v1/me", token);
        assert_eq!((status, json(&me)["name"].as_str(), json(&me)["roles"][0].as_str()), (200, Some("Ada Neri"), Some("manager")));
        for wrong in ["", "x", &token[1..], &format!("{token}x"), ended.trim()] {
            assert_eq!(get(&address, "/api/v1/me", wrong).0, 401, "{wrong}");
        }
        // Reading goes on beside a server, and so does writing where the database has many writers.
        assert_eq!(exported(&place, "accounts", ""), [] as [Json; 0]);
        if place.is_embedded() {
            let refused = place.refused(&["demo", "--accounts", "1", "--contacts", "1"]);
            assert!(refused.ends_with('.'), "{refused}");
        } else {
            place.run(&["demo", "--accounts", "1", "--contacts", "1"]);
        }
        server.stop();
        place.run(&["demo", "--accounts", "1", "--contacts", "1"]);
    }
}

#[test]
fn who_works_off_jobs_stops_when_told() {
    for place in Place::on_both("work") {
        Running::start(&mut place.program(&["work"])).stop();
        assert_eq!(place.run(&["check"]), "everything is whole\n");
    }
}

#[test]
fn settings_come_from_the_file_and_the_environment_wins() {
    let place = Place::on_sqlite();
    let demo = ["demo", "--accounts", "1", "--contacts", "1"];
    let works = |ended: Ended| assert_eq!(ended.code, Some(0), "{ended:?}");
    place.write("scheda.toml", "data = \"altrove\"\nlisten = \"nowhere\"\n");
    let refused = ended(&mut place.bare(&demo), "").refusal("an address");
    assert!(refused.contains("nowhere"), "{refused}");
    place.write("scheda.toml", "data = \"altrove\"\nlisten = \"127.0.0.1:0\"\nbase_url = \"https://crm.example.it\"\n");
    works(ended(&mut place.bare(&demo), ""));
    assert!(place.path("altrove/scheda.db").is_file());
    works(ended(place.bare(&demo).env("SCHEDA_DATA", "qui"), ""));
    assert!(place.path("qui/scheda.db").is_file());
    // Served under the file's name, or under the variable's.
    let mut server = Running::start(&mut place.bare(&["serve"]));
    assert_eq!(server.address(), "crm.example.it");
    server.stop();
    let mut server = Running::start(place.bare(&["serve"]).env("SCHEDA_BASE_URL", "https://altro.example.it"));
    assert_eq!(server.address(), "altro.example.it");
    server.stop();
    // The file may also lie beside the data.
    std::fs::rename(place.path("scheda.toml"), place.path("qui/scheda.toml")).expect("moved");
    let mut server = Running::start(place.bare(&["serve"]).env("SCHEDA_DATA", "qui"));
    assert_eq!(server.address(), "crm.example.it");
    server.stop();
    place.write("scheda.toml", "dati = \"altrove\"\n");
    let refused = ended(&mut place.bare(&demo), "").refusal("a misspelt setting");
    assert!(refused.contains("scheda.toml") && refused.contains("dati"), "{refused}");
}

/// Takes away what an older version did not have.
async fn made_older(settings: store::Settings) -> kernel::Result<()> {
    let store = store::Store::open(settings).await?;
    for sql in ["DROP TABLE keeping", "ALTER TABLE account DROP COLUMN web_site"] {
        store.write(move |tx| Box::pin(async move { tx.execute(&store::Statement::new(sql, Vec::new())).await.map(|_| ()) })).await?;
    }
    store.close().await;
    Ok(())
}

/// What an older version wrote is read once it was brought to this one, and until then that is what is said.
#[test]
fn older_data_is_served_once_before_it_is_read() {
    for place in Place::on_both("older") {
        place.run(&["demo", "--accounts", "2", "--contacts", "2"]);
        place.run(&["check"]);
        let settings = match place.is_embedded() {
            true => store::Settings::sqlite(place.path("data/scheda.db")),
            false => store::Settings::postgres(place.url(), None),
        };
        tokio::runtime::Runtime::new().expect("a runtime").block_on(made_older(settings)).expect("what the older version did not have");
        for reading in [&["check"][..], &["export", "accounts"], &["duplicates", "scan"]] {
            let said = place.refused(reading);
            assert!(said.contains("older version") && said.contains("scheda serve"), "{reading:?}: {said}");
        }
        let mut server = Running::start(&mut place.program(&["serve"]));
        server.address();
        server.stop();
        place.run(&["check"]);
        place.run(&["duplicates", "scan"]);
    }
}

#[test]
fn whoever_errs_is_told_a_sentence() {
    let place = Place::on_sqlite();
    for reading in [&["check"][..], &["export", "accounts"]] {
        assert!(place.refused(reading).contains("There is no data in the folder"), "{reading:?}");
    }
    place.run(&["demo", "--accounts", "2", "--contacts", "2"]);
    let before = exported(&place, "accounts", "");
    place.write("buoni.csv", "Nome\nAlfa\n");
    place.write("aperto.csv", "Codice;Nome\nK1;Alfa\nK2;\"Beta\nK3;Gamma\n");
    place.write("nullo.csv", "Codice;Nome\nK1;Alfa\nK2;Be\0ta\n");
    place.write("vuoto.csv", "");
    place.write("campo.toml", "[columns]\nNome = \"nomignolo\"\n");
    place.write("colonna.toml", "[columns]\nManca = \"name\"\n");
    place.write("rotto.toml", "columns = \n");
    let import = |file: &'static str, more: &[&'static str]| [&["import", "accounts", file][..], more].concat();
    for (arguments, said) in [
        (import("manca.csv", &[]), "manca.csv"),
        (import("buoni.csv", &["--map", "manca.toml"]), "manca.toml"),
        (import("aperto.csv", &[]), "line 3: quotes opened and never closed"),
        (import("nullo.csv", &[]), "line 3: this is no text file"),
        (import("vuoto.csv", &[]), "line 1: the file is empty"),
        (import("buoni.csv", &["--map", "campo.toml"]), "no field is called “nomignolo”"),
        (import("buoni.csv", &["--map", "colonna.toml"]), "“Manca”"),
        (import("buoni.csv", &["--map", "rotto.toml"]), "the mapping file can’t be read"),
        (import("buoni.csv", &["--mode", "replace"]), "create, update, both"),
        (import("buoni.csv", &["--mode", "update"]), "a key is needed to update"),
        (import("buoni.csv", &["--key", "colore"]), "“colore” can’t be a key"),
        (import("buoni.csv", &["--default", "stage"]), "write FIELD=VALUE"),
        (import("buoni.csv", &["--default", "colore=rosso"]), "no field is called “colore”"),
        (import("buoni.csv", &["--report", "manca/esito.csv"]), "manca/esito.csv"),
        (vec!["import", "unicorns", "buoni.csv"], "There is nothing here"),
        (vec!["export", "unicorns"], "There is nothing here"),
        (vec!["export", "accounts", "--format", "xlsx"], "csv, json"),
        (vec!["export", "accounts", "--filter", "colour is \"red\""], "The filter names “colour”"),
        (vec!["export", "accounts", "--filter", "name is"], "can’t be understood at character"),
        (vec!["undo", "xyz"], "leads to no record"),
        (vec!["undo", "0SAA7RE3C000H"], "There is nothing here"),
        (vec!["token", "create", "nessuno@example.it"], "Nobody has the address nessuno@example.it."),
        (vec!["user", "add", "senza-chiocciola", "--name", "X"], "email"),
        (vec!["user", "add", "x@example.it", "--name", "X", "--role", "king"], "roles"),
        (vec!["user", "add", "x@example.it", "--name", "X", "--password-stdin"], "password"),
        (vec!["user", "password", "nessuno@example.it"], "Nobody has the address"),
        (vec!["user", "reset-factors", "nessuno@example.it"], "Nobody has the address"),
    ] {
        let refused = place.refused(&arguments);
        assert!(refused.contains(said), "{arguments:?}: {refused}");
    }
    for wrong in [&["sing"][..], &[], &["import"], &["demo", "--accounts", "many"]] {
        let ended = ended(&mut place.program(wrong), "");
        assert!(ended.code == Some(2) && ended.said.contains("--help"), "{wrong:?}: {ended:?}");
    }
    assert_eq!(exported(&place, "accounts", ""), before, "nothing was written");
    assert_eq!(place.run(&["check"]), "everything is whole\n");
}

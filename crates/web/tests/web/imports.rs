//! A file into the data through the pages: matched, looked at, put right, tried, done, told, undone.

use crate::client::Got;
use crate::house::{House, houses};

const FILE: &str = "Ragione sociale;Partita IVA;Telefono;Città;Agente interno\r\n\
                    Rossi S.r.l.;12345678903;050 24776;Pisa;7\r\n\
                    Bianchi S.n.c.;00000000000;non so;Lucca;8\r\n\
                    ;;050 111222;Massa;9\r\n";

async fn form(house: &House, who: &str, path: &str, form: &str) -> Got {
    house.page(who, "POST", path).form(&format!("csrf={}&{form}", house.people[who].csrf)).send().await
}

async fn work(house: &House) {
    while house.engine.work_once().await.expect("a job") {}
}

async fn page(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

async fn upload(house: &House, who: &str, of: &str, name: &str, bytes: &[u8]) -> Got {
    let csrf = house.people[who].csrf.clone();
    house.page(who, "POST", "/imports/new").multipart(&[("csrf", &csrf), ("of", of)], &[(name, bytes)]).send().await
}

/// Loads a file of accounts; the address of its run.
async fn begun(house: &House, who: &str, text: &str) -> String {
    let got = upload(house, who, "accounts", "clienti.csv", text.as_bytes()).await.expect(303);
    got.header("location").trim_end_matches("/columns").to_owned()
}

async fn count(house: &House, filter: &str) -> usize {
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    let got = house.get("ada", &format!("/accounts?filter={filter}")).await.expect(200).json();
    got["records"].as_array().expect("records").len()
}

#[tokio::test]
async fn a_file_is_matched_tried_put_right_imported_and_undone() {
    for house in houses().await {
        let run = begun(&house, "mara", FILE).await;
        let columns = page(&house, "mara", &format!("{run}/columns")).await;
        assert!(columns.contains("Rossi S.r.l.") && columns.contains("5 to a field") || columns.contains("4 of 5 to a field"), "{columns}");
        assert!(
            columns.contains("<option value=\"name\" selected>") && columns.contains("<option value=\"vat_number\" selected>"),
            "{columns}"
        );
        // What is chosen leads on to the rows; the last column is left out.
        let got = form(&house, "mara", &format!("{run}/columns"), "to.4=&mode=create&key=vat_number&stage=lead").await.expect(303);
        assert_eq!(got.header("location"), format!("{run}/rows"));
        let rows = page(&house, "mara", &format!("{run}/rows")).await;
        assert!(rows.contains("value=\"non so\"") && rows.contains("the name is missing"), "{rows}");
        // Tried out, nothing is written.
        let before = count(&house, "address.city is \"Pisa\"").await;
        form(&house, "mara", &format!("{run}/rows"), "do=trial").await.expect(303);
        let going = page(&house, "mara", &run).await;
        assert!(going.contains("data-state=\"checking\""), "{going}");
        work(&house).await;
        assert_eq!(count(&house, "address.city is \"Pisa\"").await, before);
        let rows = page(&house, "mara", &format!("{run}/rows?which=errors")).await;
        assert!(rows.contains("2 new") && rows.contains("1 row with an error"), "{rows}");
        assert!(!rows.contains("Rossi S.r.l."), "{rows}");
        // The row without a name gets one, and is tried again.
        form(&house, "mara", &format!("{run}/rows"), "c.4.0=Verdi&c.4.2=050+111222&do=trial").await.expect(303);
        work(&house).await;
        let rows = page(&house, "mara", &format!("{run}/rows")).await;
        assert!(rows.contains("3 new") && rows.contains("1 cell put right") && rows.contains("value=\"Verdi\""), "{rows}");
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let report = page(&house, "mara", &run).await;
        assert!(report.contains("data-state=\"done\"") && report.contains("3 created"), "{report}");
        assert_eq!(count(&house, "name is \"Verdi\" and stage is \"lead\"").await, 1);
        // The list of what it created shows that and nothing else.
        let list = report.split("href=\"/accounts?filter=").nth(1).and_then(|rest| rest.split('"').next()).expect("a list");
        let list = page(&house, "mara", &format!("/accounts?filter={list}")).await;
        assert!(list.contains("Verdi") && list.contains("Rossi S.r.l.") && !list.contains("Officine A"), "{list}");
        // The next file of the same program begins with the same choices.
        let next = begun(&house, "mara", &FILE.replace("Rossi", "Neri")).await;
        let columns = page(&house, "mara", &format!("{next}/columns")).await;
        assert!(columns.contains("The choices are those of the last import"), "{columns}");
        // Undone whole.
        form(&house, "mara", &format!("{run}/undo"), "").await.expect(303);
        work(&house).await;
        assert_eq!(count(&house, "name is \"Verdi\"").await, 0);
        let report = page(&house, "mara", &run).await;
        assert!(report.contains("Undone") && !report.contains("Undo the import"), "{report}");
        form(&house, "mara", &format!("{run}/undo"), "").await.expect(409);
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_undoing_leaves_is_told_and_updates_go_back() {
    for house in houses().await {
        let first = begun(&house, "mara", FILE).await;
        form(&house, "mara", &format!("{first}/columns"), "mode=create").await.expect(303);
        form(&house, "mara", &format!("{first}/start"), "").await.expect(303);
        work(&house).await;
        let again = begun(&house, "mara", &FILE.replace("Pisa", "Arezzo").replace("Lucca", "Siena").replace("00000000000", "")).await;
        let keyed = form(&house, "mara", &format!("{again}/columns"), "mode=both").await.expect(422).text();
        assert!(keyed.contains("a key is needed to update"), "{keyed}");
        form(&house, "mara", &format!("{again}/columns"), "mode=both&key=vat_number").await.expect(303);
        form(&house, "mara", &format!("{again}/start"), "").await.expect(303);
        work(&house).await;
        assert_eq!(count(&house, "address.city is \"Arezzo\"").await, 1);
        // Somebody moves it on meanwhile.
        let found = house.get("ada", "/accounts?filter=address.city+is+%22Arezzo%22").await.expect(200).json();
        let id = found["records"][0]["id"].as_str().expect("an id").to_owned();
        let change = serde_json::json!({ "address": { "city": "Roma" } });
        house.api("ada", "PATCH", &format!("/accounts/{id}")).header("If-Match", "*").json(&change).send().await.expect(200);
        form(&house, "mara", &format!("{again}/undo"), "").await.expect(303);
        work(&house).await;
        let report = page(&house, "mara", &again).await;
        assert!(report.contains("Left as they are") && report.contains("Rossi S.r.l."), "{report}");
        assert_eq!(count(&house, "address.city is \"Roma\"").await, 1);
        assert_eq!(count(&house, "address.city is \"Siena\"").await, 0);
    }
}

/// A1, A6: whoever may not import has no page of it, and what others import is not there.
#[tokio::test]
async fn only_whoever_may_imports_and_sees_his_own() {
    for house in houses().await {
        let run = begun(&house, "mara", FILE).await;
        house.page("rita", "GET", "/imports").send().await.expect(403);
        house.page("rita", "GET", "/imports/new").send().await.expect(403);
        upload(&house, "rita", "accounts", "clienti.csv", FILE.as_bytes()).await.expect(403);
        assert!(!page(&house, "rita", "/accounts").await.contains("/imports"));
        let never = format!("/imports/{}", house.engine.id());
        let before = house.everything().await;
        for what in ["", "/columns", "/rows", "/errors.csv", "/report.csv"] {
            let theirs = house.page("bruno", "GET", &format!("{run}{what}")).send().await.undated();
            let none = house.page("bruno", "GET", &format!("{never}{what}")).send().await.undated();
            assert_eq!((theirs.status, &theirs.body), (404, &none.body), "{what}");
        }
        for what in ["columns", "rows", "trial", "start", "stop", "undo", "again", "removal"] {
            form(&house, "bruno", &format!("{run}/{what}"), "do=trial").await.expect(404);
        }
        assert_eq!(before, house.everything().await);
        house.page("bruno", "GET", "/imports").send().await.expect(403);
        assert!(page(&house, "mara", "/imports").await.contains("clienti.csv"));
        assert!(page(&house, "ada", "/imports").await.contains("clienti.csv"));
    }
}

/// A broken file is refused with its line, and leaves no run.
#[tokio::test]
async fn a_broken_file_is_refused_with_what_is_wrong() {
    for house in houses().await {
        let before = house.table("import_run").await;
        for (name, bytes, said) in [
            ("vuoto.csv", &b""[..], "empty"),
            ("virgolette.csv", b"Nome;Note\r\nRossi;\"mai chiuse\r\n", "line 2: quotes opened and never closed"),
            ("doppia.csv", b"Nome;Nome\r\na;b\r\n", "the column \u{201c}Nome\u{201d} stands twice"),
        ] {
            let got = upload(&house, "mara", "accounts", name, bytes).await.expect(422).text();
            assert!(got.contains(said), "{got}");
        }
        let csrf = house.people["mara"].csrf.clone();
        let none = house.page("mara", "POST", "/imports/new").multipart(&[("csrf", &csrf), ("of", "accounts")], &[]).send().await;
        none.expect(422);
        upload(&house, "mara", "users", "clienti.csv", FILE.as_bytes()).await.expect(404);
        assert_eq!(before, house.table("import_run").await);
    }
}

/// The refused rows come back as they were, in their own encoding, with the reason; put right they go in.
#[tokio::test]
async fn refused_rows_come_back_with_the_reason() {
    for house in houses().await {
        // Every letter of it is one byte of Windows-1252.
        let bytes: Vec<u8> = FILE.chars().map(|letter| letter as u32 as u8).collect();
        let got = upload(&house, "mara", "accounts", "clienti.csv", &bytes).await.expect(303);
        let run = got.header("location").trim_end_matches("/columns").to_owned();
        form(&house, "mara", &format!("{run}/columns"), "mode=create").await.expect(303);
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let got = house.page("mara", "GET", &format!("{run}/errors.csv")).send().await.expect(200);
        assert_eq!(got.body.iter().filter(|byte| **byte == 0xe0).count(), 1, "as Windows-1252");
        let text: String = got.body.iter().map(|byte| char::from(*byte)).collect();
        assert_eq!(
            text,
            "Ragione sociale;Partita IVA;Telefono;Citt\u{e0};Agente interno;Errore\r\n;;050 111222;Massa;9;the name is missing\r\n"
        );
        let report = house.page("mara", "GET", &format!("{run}/report.csv")).send().await.expect(200).text();
        assert!(report.contains("3;warning;Partita IVA;00000000000;") && report.contains("4;error;;;the name is missing"), "{report}");
        let mended = text.replace("\n;;050", "\nVerdi;;050");
        let next = begun(&house, "mara", &mended).await;
        form(&house, "mara", &format!("{next}/columns"), "mode=create").await.expect(303);
        form(&house, "mara", &format!("{next}/start"), "").await.expect(303);
        work(&house).await;
        assert_eq!(count(&house, "name is \"Verdi\"").await, 1);
    }
}

/// One that is stopped stands where it is, goes on from there, and nothing comes in twice.
#[tokio::test]
async fn a_stopped_import_goes_on_where_it_stood() {
    for house in houses().await {
        let rows: String = (0..700).map(|number| format!("Cliente {number:03};Prato\r\n")).collect();
        let run = begun(&house, "mara", &format!("Ragione sociale;Città\r\n{rows}")).await;
        form(&house, "mara", &format!("{run}/columns"), "mode=create").await.expect(303);
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        form(&house, "mara", &format!("{run}/stop"), "").await.expect(303);
        work(&house).await;
        assert_eq!(count(&house, "address.city is \"Prato\"").await, 0);
        assert!(page(&house, "mara", &run).await.contains("data-state=\"stopped\""));
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        // Asked for twice, it is begun once.
        form(&house, "mara", &format!("{run}/start"), "").await.expect(409);
        work(&house).await;
        let report = page(&house, "mara", &run).await;
        assert!(report.contains("700 created"), "{report}");
    }
}

/// Consents come in through the pages only with how they came, since when, and their proof; the next file has to say so again.
#[tokio::test]
async fn consents_come_in_with_source_and_date() {
    let file = "Ragione sociale;Newsletter\r\nRossi;S\u{ec}\r\nBianchi;no\r\nVerdi;forse\r\n";
    for house in houses().await {
        let run = begun(&house, "mara", file).await;
        let columns = page(&house, "mara", &format!("{run}/columns")).await;
        assert!(columns.contains("Consent: Marketing \u{b7} E-mail") && columns.contains("Consents of the file"), "{columns}");
        assert!(columns.contains("<option value=\"note\" selected>"), "nobody agrees by himself: {columns}");
        let leads = "to.0=name&to.1=consent.marketing.email&mode=create&alike=create";
        let missing = form(&house, "mara", &format!("{run}/columns"), leads).await.expect(422).text();
        for what in ["source", "date", "evidence"] {
            assert!(missing.contains(&format!("id=\"consent.{what}.said\"")), "{what}: {missing}");
        }
        let said = "&consent.source=paper&consent.date=2025-02-01&consent.evidence=Cartella+3&consent.basis=consent";
        form(&house, "mara", &format!("{run}/columns"), &format!("{leads}{}", said.replace("2025", "2999"))).await.expect(422);
        form(&house, "mara", &format!("{run}/columns"), &format!("{leads}{said}")).await.expect(303);
        let rows = page(&house, "mara", &format!("{run}/rows")).await;
        assert!(rows.contains("neither a yes nor a no"), "{rows}");
        form(&house, "mara", &format!("{run}/rows"), "do=trial").await.expect(303);
        work(&house).await;
        let before = house.table("consent").await;
        assert!(page(&house, "mara", &format!("{run}/rows")).await.contains("2 consents to record"));
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let report = page(&house, "mara", &run).await;
        assert!(report.contains("2 consents recorded") && report.contains("3 created"), "{report}");
        assert_ne!(house.table("consent").await, before);
        let agreed = "last(consents.state where purpose is \"marketing\" and channel is \"email\") is \"given\" and name is \"Rossi\"";
        assert_eq!(count(&house, agreed).await, 1);
        let next = begun(&house, "mara", file).await;
        let columns = page(&house, "mara", &format!("{next}/columns")).await;
        assert!(columns.contains("<option value=\"consent.marketing.email\" selected>") && !columns.contains("Cartella 3"), "{columns}");
        form(&house, "mara", &format!("{run}/undo"), "").await.expect(303);
        work(&house).await;
        assert_eq!(count(&house, agreed).await, 0);
        assert!(page(&house, "mara", &run).await.contains("Undone"));
    }
}

/// A row of an account brings the answer of its person, and the text that he agreed to proves it.
#[tokio::test]
async fn the_person_of_a_row_agrees_to_a_text() {
    let file = "Ragione sociale;Nome;Cognome;Newsletter\r\nRossi;Anna;Neri;S\u{ec}\r\n";
    for house in houses().await {
        let run = begun(&house, "mara", file).await;
        let columns = page(&house, "mara", &format!("{run}/columns")).await;
        let text = house.north.consent_text;
        assert!(
            columns.contains("Consent of the contact: Marketing \u{b7} E-mail") && columns.contains("Consents of the contact"),
            "{columns}"
        );
        assert!(columns.contains("id=\"consent.text\"") && columns.contains(&format!("<option value=\"{text}\"")), "{columns}");
        let to = "to.0=name&to.1=contact.name.given&to.2=contact.name.family&to.3=contact.consent.marketing.email&mode=create&alike=create";
        let said = "consent.source=paper&consent.date=2025-02-01&consent.basis=consent";
        let missing = form(&house, "mara", &format!("{run}/columns"), &format!("{to}&{said}")).await.expect(422).text();
        assert!(missing.contains("Consents need evidence, or the text that was agreed to"), "{missing}");
        form(&house, "mara", &format!("{run}/columns"), &format!("{to}&{said}&consent.text={text}")).await.expect(303);
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let report = page(&house, "mara", &run).await;
        assert!(report.contains("1 consent recorded") && report.contains("1 created"), "{report}");
        let filter: String =
            form_urlencoded::byte_serialize(format!("text is \"{text}\" and about_kind is \"contact\"").as_bytes()).collect();
        let entries = house.get("ada", &format!("/consents?filter={filter}")).await.expect(200).json();
        assert!(entries["records"].as_array().expect("records").iter().any(|entry| entry["source"] == "paper"), "{entries}");
    }
}

/// What a row is alike to is told with the record, and left out where that was chosen.
#[tokio::test]
async fn rows_that_are_alike_to_a_record_are_told() {
    let first =
        "Ragione sociale;Indirizzo;CAP;Citt\u{e0};Telefono\r\nTrattoria Da Ugo snc;Piazza Garibaldi 3;57123;Livorno;0586 898989\r\n";
    let second = first.replace("Trattoria Da Ugo snc", "Trattoria da Ugo S.n.c.")
        + "Vivai Montanelli;Strada del Mare 1;58100;Grosseto;0564 112233\r\n";
    for house in houses().await {
        let run = begun(&house, "mara", first).await;
        form(&house, "mara", &format!("{run}/columns"), "mode=create").await.expect(303);
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let run = begun(&house, "mara", &second).await;
        form(&house, "mara", &format!("{run}/columns"), "mode=create&alike=skip").await.expect(303);
        form(&house, "mara", &format!("{run}/rows"), "do=trial").await.expect(303);
        work(&house).await;
        let rows = page(&house, "mara", &format!("{run}/rows?which=alike")).await;
        assert!(rows.contains("1 possible duplicate") && rows.contains("alike to a record that is there already"), "{rows}");
        assert!(rows.contains(">Trattoria Da Ugo snc</a>") && !rows.contains("Montanelli"), "{rows}");
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let report = page(&house, "mara", &run).await;
        assert!(
            report.contains("1 created") && report.contains("1 row skipped") && report.contains(">Trattoria Da Ugo snc</a>"),
            "{report}"
        );
        // Created anyway, the two stand in the queue.
        let run = begun(&house, "mara", &second).await;
        form(&house, "mara", &format!("{run}/columns"), "mode=create&alike=create").await.expect(303);
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let report = page(&house, "mara", &run).await;
        assert!(report.contains("2 possible duplicates") && report.contains("/duplicates?entity=accounts"), "{report}");
        assert!(page(&house, "mara", "/duplicates?entity=accounts").await.contains("Trattoria"));
        // The next file of the kind begins with what was chosen.
        let next = begun(&house, "mara", &second).await;
        let columns = page(&house, "mara", &format!("{next}/columns")).await;
        assert!(columns.contains("name=\"alike\" value=\"create\" checked"), "{columns}");
    }
}

/// What was found out wrongly is put right: the file is read anew, and what was chosen for columns of the same names stays.
#[tokio::test]
async fn what_a_file_was_taken_for_is_put_right() {
    for house in houses().await {
        let text = "Elenco clienti;;\r\nRagione sociale;Città;Codice interno\r\nAlfa S.r.l.;Pisa;7\r\n";
        let run = begun(&house, "mara", text).await;
        let columns = page(&house, "mara", &format!("{run}/columns")).await;
        assert!(columns.contains("Read as UTF-8, separated by semicolons · 2 rows"), "{columns}");
        // The header is the second row; the choices of the form go along.
        let read = "heading=2&encoding=windows-1252&delimiter=&mode=both";
        form(&house, "mara", &format!("{run}/reading"), read).await.expect(303);
        let columns = page(&house, "mara", &format!("{run}/columns")).await;
        assert!(columns.contains("Read as Windows-1252, separated by semicolons · 1 row"), "{columns}");
        assert!(columns.contains("CittÃ") && columns.contains("<option value=\"name\" selected>"), "{columns}");
        assert!(columns.contains("name=\"mode\" value=\"both\" checked"), "{columns}");
        form(&house, "mara", &format!("{run}/columns"), "mode=create&to.2=code").await.expect(303);
        form(&house, "mara", &format!("{run}/rows"), "do=trial").await.expect(303);
        work(&house).await;
        // Read again with its own encoding: what was tried is forgotten, the column keeps its choice.
        form(&house, "mara", &format!("{run}/reading"), "heading=2&mode=create&to.0=name&to.1=note&to.2=code").await.expect(303);
        let columns = page(&house, "mara", &format!("{run}/columns")).await;
        assert!(columns.contains("Read as UTF-8") && columns.contains("<option value=\"code\" selected>"), "{columns}");
        form(&house, "mara", &format!("{run}/columns"), "mode=create&to.1=address.city").await.expect(303);
        let rows = page(&house, "mara", &format!("{run}/rows")).await;
        assert!(rows.contains("value=\"Alfa S.r.l.\"") && !rows.contains("1 new"), "{rows}");
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        assert_eq!(count(&house, "name is \"Alfa S.r.l.\" and code is \"7\" and address.city is \"Pisa\"").await, 1);
        form(&house, "mara", &format!("{run}/reading"), "heading=1").await.expect(303);
        // A header beyond the end of the file is none.
        let other = begun(&house, "mara", text).await;
        let said = form(&house, "mara", &format!("{other}/reading"), "heading=9").await.expect(422).text();
        assert!(said.contains("line 9: there is no header here"), "{said}");
        form(&house, "bruno", &format!("{other}/reading"), "heading=2").await.expect(404);
    }
}

/// A file without a header begins with its first row, and its columns are known by what stands in them.
#[tokio::test]
async fn a_file_without_a_header_is_known_by_its_values() {
    for house in houses().await {
        let csrf = house.people["mara"].csrf.clone();
        let text = "Alfa S.r.l.;12345678903;56121;Pisa;Pisa\r\nBeta S.p.A.;00743110157;56121;Pisa;Pisa\r\n";
        let sent = [("csrf", csrf.as_str()), ("of", "accounts"), ("nameless", "1")];
        let got = house.page("mara", "POST", "/imports/new").multipart(&sent, &[("senza.csv", text.as_bytes())]).send().await.expect(303);
        let run = got.header("location").trim_end_matches("/columns").to_owned();
        let columns = page(&house, "mara", &format!("{run}/columns")).await;
        assert!(columns.contains("without a header · 2 rows"), "{columns}");
        assert!(columns.contains("<label for=\"to.4\">E</label>"), "{columns}");
        assert!(
            columns.contains("<option value=\"vat_number\" selected>") && columns.contains("<option value=\"address.postcode\" selected>")
        );
        form(&house, "mara", &format!("{run}/columns"), "mode=create&to.0=name&to.3=address.city&to.4=").await.expect(303);
        form(&house, "mara", &format!("{run}/start"), "insist=1").await.expect(303);
        work(&house).await;
        assert_eq!(count(&house, "name is \"Alfa S.r.l.\" and vat_number is \"12345678903\" and address.postcode is \"56121\"").await, 1);
    }
}

/// As installed no cell of a CSV is reckoned with by a sheet; where an administrator says that files go to programs, all of them go out as
/// they are.
#[tokio::test]
async fn the_guard_of_csv_is_turned_off_for_programs() {
    const PAGE: &str = "/administration/exports";
    for house in houses().await {
        let run = begun(&house, "mara", "Ragione sociale;Codice;Citt\u{e0}\r\n=Alfa;-7;Pisa\r\n;@8;=Lucca\r\n").await;
        form(&house, "mara", &format!("{run}/columns"), "to.0=name&to.1=code&to.2=address.city&mode=create").await.expect(303);
        form(&house, "mara", &format!("{run}/start"), "").await.expect(303);
        work(&house).await;
        let lists = "/accounts/export.csv?columns=name,code&filter=address.city+is+%22Pisa%22";
        let errors = format!("{run}/errors.csv");
        let (list, refused) = (page(&house, "mara", lists).await, page(&house, "mara", &errors).await);
        assert!(list.contains("\"'=Alfa\";\"'-7\"\r\n"), "{list}");
        assert!(refused.contains(";\"'@8\";\"'=Lucca\";"), "{refused}");
        for who in ["mara", "anna"] {
            house.page(who, "GET", PAGE).send().await.expect(403);
            form(&house, who, PAGE, "").await.expect(403);
        }
        let shown = page(&house, "ada", PAGE).await;
        assert!(shown.contains("name=\"guard\" value=\"true\" checked") && !shown.contains("The guard is off"), "{shown}");

        form(&house, "ada", PAGE, "").await.expect(303);
        let (list, refused) = (page(&house, "mara", lists).await, page(&house, "mara", &errors).await);
        assert!(list.contains("=Alfa;-7\r\n") && !list.contains('\''), "{list}");
        assert!(refused.contains("\r\n;@8;=Lucca;"), "{refused}");
        let shown = page(&house, "ada", PAGE).await;
        assert!(shown.contains("The guard is off") && !shown.contains("value=\"true\" checked"), "{shown}");
        // A workbook keeps the mark of a text.
        let workbook = house.page("mara", "GET", &lists.replace(".csv", ".xlsx")).send().await.expect(200);
        let styles = crate::arranged::part(&workbook.body, "xl/styles.xml");
        assert!(styles.contains("quotePrefix=\"1\""), "{styles}");

        form(&house, "ada", PAGE, "guard=true").await.expect(303);
        assert!(page(&house, "mara", lists).await.contains("\"'=Alfa\""));
        house.engine.settle_audit().await.expect("written");
        assert_eq!(house.table("audit").await.matches("csv-guard").count(), 2);
    }
}

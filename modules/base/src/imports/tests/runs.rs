//! Runs: keys and modes, rehearsals, going on after an interruption, undoing.

use super::{CLIENTI, CLIENTI_MAP, Paper, all, count, counts, engines, import, imported, lines, one, somebody, text};
use crate::accounts::entity as account;
use crate::imports::{Mode, Options};
use engine::identity::users;
use engine::rights::{Powers, Right, Role, Scope};
use std::collections::HashMap;
use std::io::{Cursor, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const FIRST: &str = "Ragione sociale;Partita IVA;Città;Telefoni;E-mail;Annotazioni\n\
    Alfa srl;00743110157;Pisa;050 123456;info@alfa.it;cliente da anni\n\
    Beta snc;;Lucca;0583 123456;;\n";
const SECOND: &str = "Ragione sociale;Partita IVA;Città;Telefoni;E-mail;Annotazioni\n\
    Alfa S.r.l.;IT00743110157;;050 123456 - 333 1234567;;\n\
    Gamma;;Livorno;;;\n\
    Beta snc;;Lucca;0583/123456;;\n";

fn keyed(mode: Mode, keys: &[&str]) -> impl FnOnce(&mut Options) {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    move |options| {
        options.mode = mode;
        options.keys = keys;
    }
}

#[tokio::test]
async fn rows_find_their_records_by_keys() {
    for engine in engines().await {
        imported(&engine, FIRST, |_| {}).await;
        let keys = ["vat_number", "name+address.city"];
        assert_eq!(counts(&imported(&engine, SECOND, keyed(Mode::Create, &keys)).await), [1, 0, 0, 2, 0, 0]);
        let gamma = one(&engine, "account", "name = Gamma").await;
        engine.remove(&somebody(&engine), &engine.entity("account").expect("accounts"), gamma.id, None).await.expect("removed");
        assert_eq!(counts(&imported(&engine, SECOND, keyed(Mode::Update, &keys)).await), [0, 1, 1, 1, 0, 0]);
        let alfa = one(&engine, "account", "vat_number = 00743110157").await;
        assert_eq!(text(&alfa, "name"), "Alfa S.r.l.");
        assert_eq!((text(&alfa, "address.city"), text(&alfa, "remarks")), ("Pisa", "cliente da anni"), "an empty cell changes nothing");
        assert_eq!(lines(&alfa, "phones", "number"), ["+39050123456", "+393331234567"], "a new number comes after the others");
        assert_eq!(counts(&imported(&engine, SECOND, keyed(Mode::Both, &keys)).await), [1, 0, 2, 0, 0, 0]);
        assert_eq!(counts(&imported(&engine, SECOND, keyed(Mode::Both, &keys)).await), [0, 0, 3, 0, 0, 0]);
        assert_eq!(count(&engine, "account").await, 3);
        for key in ["emails.address", "phones.number", "phones"] {
            let totals = imported(&engine, FIRST, keyed(Mode::Update, &[key])).await;
            assert_eq!(totals.updated + totals.unchanged, if key == "emails.address" { 1 } else { 2 }, "{key}");
        }
    }
}

#[tokio::test]
async fn rows_of_one_file_find_each_other() {
    let file = "Società,Nome,Cognome,Cellulare,Indirizzo posta elettronica,Posizione\n\
        Alfa,Anna,Neri,333 1234567,anna@alfa.it,\n\
        Alfa,Ugo,Bianchi,333 7654321,ugo@alfa.it,Titolare\n\
        ALFA,Anna,NERI,347 1234567,,Acquisti\n\
        Alfa,Anna,Neri,,anna@alfa.it,\n";
    for engine in engines().await {
        let rehearsed = imported(&engine, file, |options| {
            keyed(Mode::Both, &["name"])(options);
            options.dry_run = true;
        })
        .await;
        assert_eq!(counts(&rehearsed), [1, 3, 0, 0, 0, 0]);
        assert_eq!(count(&engine, "account").await, 0);
        let totals = imported(&engine, file, keyed(Mode::Both, &["name"])).await;
        assert_eq!(counts(&totals), [1, 3, 0, 0, 0, 0]);
        let people = all(&engine, "contact", "").await;
        assert_eq!(people.iter().map(|person| text(person, "full_name")).collect::<Vec<_>>(), ["Neri Anna", "Bianchi Ugo"]);
        assert_eq!(lines(&people[0], "phones", "number"), ["+393331234567", "+393471234567"]);
        let places = all(&engine, "account_contact", "").await;
        assert_eq!(places.iter().map(|place| text(place, "role")).collect::<Vec<_>>(), ["Acquisti", "Titolare"]);
        let found = imported(&engine, file, keyed(Mode::Update, &["contact.emails.address", "contact.phones"])).await;
        assert_eq!(found.updated + found.unchanged, 4);
    }
}

#[tokio::test]
async fn a_key_is_needed_to_update_and_must_be_one() {
    let engines = engines().await;
    let said = |error: kernel::Error| error.to_string();
    let error = import(&engines[0], FIRST, keyed(Mode::Update, &[])).await.expect_err("no key");
    assert!(said(error).contains("error-import-key-missing"));
    let error = import(&engines[0], FIRST, keyed(Mode::Both, &["revenue"])).await.expect_err("no key");
    assert!(said(error).contains("error-import-key"));
}

#[tokio::test]
async fn several_records_with_one_key_are_told() {
    for engine in engines().await {
        imported(&engine, FIRST, |_| {}).await;
        imported(&engine, FIRST, |_| {}).await;
        let report = Paper::default();
        let totals = imported(&engine, SECOND, |options| {
            keyed(Mode::Update, &["vat_number"])(options);
            options.report = report.output();
        })
        .await;
        assert_eq!(counts(&totals), [0, 1, 0, 2, 0, 1]);
        assert!(report.text().contains("2 record hanno la stessa chiave"), "{}", report.text());
        let alfas = all(&engine, "account", "vat_number = 00743110157").await;
        assert_eq!(alfas.iter().map(|record| text(record, "name")).collect::<Vec<_>>(), ["Alfa S.r.l.", "Alfa srl"]);
    }
}

#[tokio::test]
async fn a_rehearsal_counts_and_writes_nothing() {
    for engine in engines().await {
        let (report, mapping) = (Paper::default(), Some(CLIENTI_MAP.to_owned()));
        let totals = imported(&engine, CLIENTI, |options| {
            options.mapping = mapping;
            options.dry_run = true;
            options.report = report.output();
        })
        .await;
        assert_eq!((counts(&totals), totals.dry_run, totals.changeset), ([7, 0, 0, 0, 0, 0], true, None));
        assert_eq!(report.text().lines().count(), 8);
        for entity in ["account", "contact", "import_run", "account_step"] {
            assert_eq!(count(&engine, entity).await, 0, "{entity}");
        }
    }
}

#[tokio::test]
async fn an_import_is_undone_as_a_whole_updates_included() {
    for engine in engines().await {
        let who = somebody(&engine);
        imported(&engine, FIRST, |_| {}).await;
        let before = state(&engine).await;
        let totals = imported(&engine, SECOND, keyed(Mode::Both, &["vat_number", "name+address.city"])).await;
        assert_eq!(counts(&totals), [1, 1, 1, 0, 0, 0]);
        assert_ne!(state(&engine).await, before);
        let changeset = totals.changeset.and_then(|id| id.parse().ok()).expect("a changeset");
        let undone = engine.undo(&who, changeset).await.expect("undone");
        assert!(undone.left.is_empty(), "{undone:?}");
        assert_eq!(state(&engine).await, before);
        let first = all(&engine, "import_run", "").await.remove(0);
        let undone = engine.undo(&who, text(&first, "changeset").parse().expect("an id")).await.expect("undone");
        assert!(undone.left.is_empty(), "{undone:?}");
        for entity in ["account", "contact", "account_contact", "site"] {
            assert_eq!(count(&engine, entity).await, 0, "{entity}");
        }
    }
}

/// What an export shows of the accounts, without the times of their writing.
async fn state(engine: &engine::Engine) -> Vec<String> {
    let mut rows: Vec<String> = all(engine, "account", "")
        .await
        .iter()
        .map(|record| {
            let phones = lines(record, "phones", "number").join(" ");
            let fields = ["name", "vat_number", "address.city", "remarks", "email"].map(|field| text(record, field));
            format!("{} {phones}", fields.join("|"))
        })
        .collect();
    rows.sort();
    rows
}

/// A file that can't be read beyond a place, as if the machine had gone.
struct Failing {
    file: Cursor<Vec<u8>>,
    beyond: Arc<AtomicU64>,
    passes: u32,
}

impl Read for Failing {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        // Twice to survey it, once to import it.
        if self.passes >= 3 && self.file.position() >= self.beyond.load(Ordering::SeqCst) {
            return Err(std::io::Error::other("gone"));
        }
        let length = bytes.len().min(8 * 1024);
        self.file.read(&mut bytes[..length])
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.passes += 1;
        self.file.seek(to)
    }
}

#[tokio::test]
async fn an_interrupted_import_goes_on_where_it_stopped() {
    let mut file = String::from("Ragione sociale;Città;Partita IVA\n");
    for number in 0..1_500 {
        file.push_str(&format!("Ditta {number:04};Pisa;{}\n", if number % 400 == 7 { "sbagliata" } else { "" }));
        if number % 500 == 3 {
            file.push_str(";senza nome;\n");
        }
    }
    for engine in engines().await {
        let beyond = Arc::new(AtomicU64::new(file.len() as u64 / 2));
        let failing = Failing { file: Cursor::new(file.clone().into_bytes()), beyond, passes: 0 };
        let mut seen = Vec::new();
        let outcome =
            crate::imports::run(&engine, &somebody(&engine), failing, Options::new("accounts", "a.csv", crate::tests::words()), |totals| {
                seen.push(totals.done);
            })
            .await;
        assert!(outcome.is_err());
        let there = count(&engine, "account").await as u64;
        assert!(there > 0 && there < 1_500, "{there}");
        let run = one(&engine, "import_run", "").await;
        assert_eq!((text(&run, "state"), run.named("created").int() as u64), ("running", there));

        let (report, errors) = (Paper::default(), Paper::default());
        let totals = imported(&engine, &file, |options| {
            options.report = report.output();
            options.errors = errors.output();
        })
        .await;
        assert_eq!(totals.resumed, run.named("done").int() as u64);
        assert_eq!(counts(&totals), [1_500, 0, 0, 0, 3, 4], "the counts are of the whole import");
        assert_eq!(count(&engine, "account").await, 1_500);
        assert_eq!(all(&engine, "account", "name starts \"Ditta 07\"").await.len(), 100);
        assert_eq!(errors.text().lines().count(), 4, "the refused rows of before are told again");
        assert_eq!(report.text().lines().count(), 1_504);
        let run = one(&engine, "import_run", "").await;
        assert_eq!((text(&run, "state"), run.named("done").int()), ("done", 1_503));
        // One undo takes all of it, also what came before the interruption.
        let changeset = totals.changeset.and_then(|id| id.parse().ok()).expect("a changeset");
        engine.undo(&somebody(&engine), changeset).await.expect("undone");
        assert_eq!(count(&engine, "account").await, 0);
    }
}

#[tokio::test]
async fn one_row_that_is_refused_does_not_take_the_others_along() {
    // That a term is there already, and that no vocabulary is called so, only the engine finds out.
    let file = "Vocabolario;In italiano\nsource;Fiera\nsource;Passaparola\nsource;fiera\nboh;Altro\nsource;Sito\n";
    for engine in engines().await {
        let errors = Paper::default();
        let totals = imported(&engine, file, |options| {
            options.entity = "terms".to_owned();
            options.errors = errors.output();
        })
        .await;
        assert_eq!(counts(&totals), [3, 0, 0, 0, 2, 0], "{totals:?}");
        assert_eq!(all(&engine, "term", "vocabulary is \"source\"").await.len(), 3);
        assert!(errors.text().contains("source;fiera;italian: Esiste già"), "{}", errors.text());
        let unknown = "id;Ragione sociale\n;Alfa\n0000000000009;Delta\n";
        assert_eq!(counts(&imported(&engine, unknown, keyed(Mode::Both, &["id"])).await), [1, 0, 0, 0, 1, 0]);
    }
}

/// A7: a row that names a record of somebody else changes nothing of it, and tells as much as one that names none.
#[tokio::test]
async fn rows_reach_nothing_of_others() {
    for engine in engines().await {
        let system = somebody(&engine);
        let user = async |name: &str| {
            let draft = engine::Draft::new("user")
                .with(users::NAME.id(), name)
                .with(users::EMAIL.id(), format!("{name}@example.it"))
                .with(users::ROLES.id(), "|agent|");
            let id = engine.create(&system, draft).await.expect("a user").id();
            engine.principal_of(id, engine::Through::Import).await.expect("an answer").expect("a user")
        };
        let (anna, bruno) = (user("anna").await, user("bruno").await);
        // An agent who may import.
        let team = Right { create: Scope::All, remove: Scope::None, ..Right::all_of(Scope::Team) };
        let role = Role::new(vec!["agent".to_owned()], team, HashMap::new(), Powers { import: true, ..Powers::default() });
        let anna = engine::Principal { role: Arc::new(role), ..anna };
        let account = async |who: &engine::Principal, name: &str, number: &str| {
            let draft = engine::Draft::new("account").with(account::NAME.id(), name).with(account::VAT_NUMBER.id(), number);
            engine.create(who, draft).await.expect("an account").id()
        };
        let (own, theirs) = (account(&anna, "Officine A", "00743110157").await, account(&bruno, "Officine B", "02313821007").await);
        let never = engine.id();
        let whole = async || format!("{:?}", all(&engine, "account", &format!("id is \"{theirs}\"")).await);
        let before = whole().await;
        let run = async |file: String, mode: Mode, key: &str| {
            let (report, errors) = (Paper::default(), Paper::default());
            let mut options = Options::new("accounts", "file.csv", crate::tests::words());
            keyed(mode, &[key])(&mut options);
            (options.report, options.errors) = (report.output(), errors.output());
            let totals = crate::imports::run(&engine, &anna, Cursor::new(file.into_bytes()), options, |_| {}).await.expect("an import");
            (counts(&totals), report.text() + &errors.text())
        };
        for mode in [Mode::Create, Mode::Update, Mode::Both] {
            let row = |id: kernel::Id| format!("id;Ragione sociale;Telefoni\n{id};Rubata;050 123456\n");
            let (them, nobody) = (run(row(theirs), mode, "id").await, run(row(never), mode, "id").await);
            assert_eq!(them.0, nobody.0, "{mode:?}");
            assert_eq!(them.1.replace(&theirs.to_string(), "-"), nobody.1.replace(&never.to_string(), "-"), "{mode:?}");
            // By a number it is there, and nothing else is told; no second one is made.
            let (counts, told) =
                run("Ragione sociale;Partita IVA;Telefoni\nRubata;02313821007;050 123456\n".to_owned(), mode, "vat_number").await;
            assert_eq!(
                (counts, told.contains(&theirs.to_string()), told.contains("Officine B")),
                ([0, 0, 0, 1, 0, 0], false, false),
                "{told}"
            );
        }
        assert_eq!(whole().await, before);
        let (counts, _) = run(format!("id;Ragione sociale\n{own};Officine Anna\n"), Mode::Update, "id").await;
        assert_eq!((counts, count(&engine, "account").await), ([0, 1, 0, 0, 0, 0], 2));
    }
}

//! Consents in a file: only with source and date, once, and never against what was said later.

use super::{Paper, all, count, engines, import, imported, one, somebody, text};
use crate::consents::entity::{ABOUT, AT, CHANNEL, EVIDENCE, PURPOSE, SOURCE, STATE};
use crate::imports::{Mode, Options, Totals};
use engine::Engine;
use engine::rights::{Powers, Right, Role, Scope};
use kernel::{Error, Id, Value};
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

const MAP: &str = "[columns]\n\"Ragione sociale\" = \"name\"\n\"Codice\" = \"code\"\nNewsletter = \"consent.marketing.email\"\n\
    SMS = { to = \"consent.marketing.sms\", values = { \"ok\" = \"sì\", \"via\" = \"withdrawn\" } }\nQuando = \"consent.date\"\n";
const SAID: &str = "[defaults]\n\"consent.source\" = \"Modulo cartaceo\"\n\"consent.evidence\" = \"Fiera di Pisa, cartella 3\"\n";
const FILE: &str = "Ragione sociale;Codice;Newsletter;SMS;Quando\n\
    Alfa;A;Sì;no;01/02/2025\n\
    Beta;B;boh;;01/02/2025\n\
    Gamma;C;x;;\n\
    Delta;D;1;ok;31/12/2999\n\
    Epsilon;E;;;01/02/2025\n\
    Zeta;F;FALSO;via;2025-02-01\n";

fn mapped(mode: Mode) -> impl FnOnce(&mut Options) {
    move |options| {
        options.mapping = Some(format!("{MAP}{SAID}"));
        (options.mode, options.keys) = (mode, vec!["code".to_owned()]);
    }
}

fn coded(options: &mut Options) {
    options.mapping = Some("[columns]\nCodice = \"code\"\n\"Ragione sociale\" = \"name\"\n".to_owned());
}

fn ledger(totals: &Totals) -> [u64; 3] {
    [totals.consents, totals.consents_left, totals.warnings]
}

/// What stands of a channel for an account, by its code.
async fn stands(engine: &Engine, code: &str, channel: &str) -> String {
    let account = one(engine, "account", &format!("code = {code}")).await;
    let filter = format!("about is \"{}\" and channel is \"{channel}\"", account.id);
    let mut entries = all(engine, "consent", &filter).await;
    entries.sort_by_key(|entry| (entry.get(&AT), entry.id));
    entries.last().map(|entry| text(entry, "state").to_owned()).unwrap_or_default()
}

async fn said(engine: &Engine, about: Id, channel: &str, state: &str, at: &str) {
    let draft = engine::Draft::new("consent")
        .with(ABOUT.record.id(), about)
        .with(PURPOSE.id(), "marketing")
        .with(CHANNEL.id(), channel)
        .with(STATE.id(), state)
        .with(SOURCE.id(), "phone")
        .with(EVIDENCE.id(), "Al telefono")
        .with(AT.id(), Value::Moment(at.parse().expect("a moment")));
    engine.create(&somebody(engine), draft).await.expect("an entry");
}

#[tokio::test]
async fn answers_come_in_with_source_date_and_proof() {
    for engine in engines().await {
        let rehearsed = imported(&engine, FILE, |options| {
            mapped(Mode::Both)(options);
            options.dry_run = true;
        })
        .await;
        assert_eq!((ledger(&rehearsed), count(&engine, "consent").await), ([4, 0, 4], 0));
        let report = Paper::default();
        let totals = imported(&engine, FILE, |options| {
            mapped(Mode::Create)(options);
            options.keys.clear();
            options.report = report.output();
        })
        .await;
        assert_eq!((totals.created, ledger(&totals)), (6, [4, 0, 4]), "{}", report.text());
        assert_eq!([stands(&engine, "A", "email").await, stands(&engine, "A", "sms").await], ["given", "refused"]);
        assert_eq!([stands(&engine, "F", "email").await, stands(&engine, "F", "sms").await], ["refused", "withdrawn"]);
        for (code, remarks) in [("B", "Newsletter: boh"), ("C", "Newsletter: x"), ("D", "Newsletter: 1\nSMS: sì"), ("E", "")] {
            let account = one(&engine, "account", &format!("code = {code}")).await;
            assert_eq!(text(&account, "remarks"), remarks, "{code}");
        }
        let said = report.text();
        assert!(
            said.contains("non è né un sì né un no")
                && said.contains("il consenso non ha una data")
                && said.contains("La data è nel futuro"),
            "{said}"
        );
        let entry = one(&engine, "consent", "channel is \"email\" and state is \"given\"").await;
        assert_eq!((text(&entry, "source"), text(&entry, "evidence")), ("paper", "Fiera di Pisa, cartella 3"));
        assert_eq!(
            entry.get(&AT).map(|at| at.to_string()).as_deref(),
            Some("2025-01-31T23:00:00.000Z"),
            "of a day a yes holds from its beginning"
        );
        // The same once more says nothing new.
        assert_eq!(ledger(&imported(&engine, FILE, mapped(Mode::Both)).await), [0, 0, 4]);
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn without_source_date_or_proof_nothing_begins() {
    let engines = engines().await;
    let engine = &engines[0];
    let columns = "[columns]\nNome = \"name\"\nNewsletter = \"consent.marketing.email\"\n";
    let wrong = async |map: String, file: &str| match import(engine, file, |options| options.mapping = Some(map)).await {
        Err(Error::Invalid(problems)) => problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>().join(" "),
        other => panic!("{other:?}"),
    };
    let file = "Nome;Newsletter;Prova\nAlfa;sì;x\n";
    assert_eq!(wrong(columns.to_owned(), file).await, "consent.source consent.date consent.evidence");
    let said = |lines: &str| format!("{columns}[defaults]\n{lines}");
    assert_eq!(
        wrong(said("\"consent.source\" = \"boh\"\n\"consent.date\" = \"domani\"\n\"consent.evidence\" = \"x\""), file).await,
        "consent.source consent.date"
    );
    assert_eq!(
        wrong(said("\"consent.source\" = \"web\"\n\"consent.date\" = \"01/01/2999\"\n\"consent.basis\" = \"contract\""), file).await,
        "consent.date"
    );
    let sms = columns.replace("email", "sms");
    assert_eq!(
        wrong(
            format!("{sms}[defaults]\n\"consent.source\" = \"web\"\n\"consent.date\" = \"01/01/2025\"\n\"consent.basis\" = \"soft-spam\""),
            file
        )
        .await,
        "consent.basis"
    );
    for path in ["consent.boh.email", "consent.marketing", "consent.marketing.fax", "consent"] {
        assert_eq!(wrong(columns.replace("consent.marketing.email", path), file).await, "map", "{path}");
    }
    let sites = import(engine, "Sede;Newsletter\nPisa;sì\n", |options| {
        options.entity = "sites".to_owned();
        options.mapping = Some("[columns]\nSede = \"name\"\nNewsletter = \"consent.marketing.email\"\n".to_owned());
    })
    .await;
    assert!(matches!(sites, Err(Error::Invalid(_))), "{sites:?}");
    assert_eq!(count(engine, "account").await, 0);
}

/// A file of last year comes in, and whoever has said no since is left in peace.
#[tokio::test]
async fn what_was_said_later_holds() {
    for engine in engines().await {
        imported(&engine, "Codice;Ragione sociale\nA;Alfa\nF;Zeta\nC;Gamma\n", coded).await;
        let id = async |code: &str| one(&engine, "account", &format!("code = {code}")).await.id;
        let (alfa, zeta, gamma) = (id("A").await, id("F").await, id("C").await);
        said(&engine, alfa, "email", "withdrawn", "2025-02-01T09:00:00Z").await;
        said(&engine, alfa, "sms", "given", "2024-02-01T09:00:00Z").await;
        said(&engine, zeta, "email", "given", "2025-02-02T09:00:00Z").await;
        said(&engine, zeta, "sms", "given", "2025-02-01T09:00:00Z").await;
        said(&engine, gamma, "email", "refused", "2026-01-01T09:00:00Z").await;
        let file = FILE.replace("C;x;;", "C;x;;01/03/2025");
        let (report, rehearsed) = (Paper::default(), Paper::default());
        let tried = imported(&engine, &file, |options| {
            mapped(Mode::Update)(options);
            (options.report, options.dry_run) = (rehearsed.output(), true);
        })
        .await;
        let totals = imported(&engine, &file, |options| {
            mapped(Mode::Update)(options);
            options.report = report.output();
        })
        .await;
        // Of one day the no stands, whichever came first.
        assert_eq!((ledger(&tried), ledger(&totals)), ([2, 3, 3], [2, 3, 3]), "{}", report.text());
        assert_eq!([stands(&engine, "A", "email").await, stands(&engine, "A", "sms").await], ["withdrawn", "refused"]);
        assert_eq!([stands(&engine, "F", "email").await, stands(&engine, "F", "sms").await], ["given", "withdrawn"]);
        assert_eq!(stands(&engine, "C", "email").await, "refused");
        assert!(report.text().contains("una risposta che non è più vecchia, del 2026-01-01"), "{}", report.text());
    }
}

/// What a wrong file said is answered: what stood before stands again, and the ledger tells all of it.
#[tokio::test]
async fn undoing_takes_the_consents_back() {
    for engine in engines().await {
        imported(&engine, "Codice;Ragione sociale\nA;Alfa\n", coded).await;
        let alfa = one(&engine, "account", "code = A").await.id;
        said(&engine, alfa, "sms", "given", "2024-02-01T09:00:00Z").await;
        let totals = imported(&engine, FILE, mapped(Mode::Both)).await;
        assert_eq!((totals.created, totals.unchanged, totals.consents), (5, 1, 4));
        let before = all(&engine, "consent", "").await;
        let changeset = totals.changeset.and_then(|id| id.parse().ok()).expect("a changeset");
        let undone = engine.undo(&somebody(&engine), changeset).await.expect("undone");
        assert_eq!(undone.left, [], "the refusals of accounts that go say nothing any more");
        assert_eq!([stands(&engine, "A", "email").await, stands(&engine, "A", "sms").await], ["withdrawn", "given"]);
        let after = all(&engine, "consent", "").await;
        for entry in &before {
            assert!(after.iter().any(|other| other.id == entry.id && other.values == entry.values), "an entry stays as it was made");
        }
        let again = after.iter().rfind(|entry| text(entry, "channel") == "sms").expect("an entry");
        assert_eq!((text(again, "source"), text(again, "evidence")), ("phone", "Al telefono (2024-02-01)"));
        let withdrawn = one(&engine, "consent", "channel is \"email\" and state is \"withdrawn\"").await;
        assert_eq!((text(&withdrawn, "source"), text(&withdrawn, "evidence")), ("correction", "Fiera di Pisa, cartella 3 (2025-02-01)"));
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

/// A3: who may not record consents brings none in.
#[tokio::test]
async fn who_may_not_record_consents_is_refused_their_columns() {
    for engine in engines().await {
        let none = HashMap::from([("consent".to_owned(), Right { create: Scope::None, ..Right::EVERYTHING })]);
        let role = |entities| {
            Arc::new(Role::new(vec!["clerk".to_owned()], Right::EVERYTHING, entities, Powers { import: true, ..Powers::default() }))
        };
        for (entities, allowed) in [(none, false), (HashMap::new(), true)] {
            let who = engine::Principal { role: role(entities), ..somebody(&engine) };
            let mut options = Options::new("accounts", "file.csv", crate::tests::words());
            mapped(Mode::Create)(&mut options);
            let run = crate::imports::run(&engine, &who, Cursor::new(FILE.as_bytes().to_vec()), options, |_| {}).await;
            assert_eq!(run.is_ok(), allowed, "{run:?}");
            assert!(allowed || matches!(run, Err(Error::Forbidden(_))));
        }
    }
}

/// A person's answer stands on his card, and on that of the company he is at; each row says itself how it came and since when.
#[tokio::test]
async fn people_answer_too_each_by_his_own_columns() {
    let map = "[columns]\nNome = \"name.given\"\nCognome = \"name.family\"\nDitta = \"account.name\"\nNewsletter = \"consent.marketing.email\"\n\
        Come = \"consent.source\"\nQuando = \"consent.date\"\nModulo = \"consent.evidence\"\nBase = \"consent.basis\"\n";
    let file = "Nome;Cognome;Ditta;Newsletter;Come;Quando;Modulo;Base\n\
        Anna;Neri;Alfa;sì;web;15/01/2025 10:30;IP 192.0.2.7;\nUgo;Bini;Alfa;sì;Telefono;16/01/2025;;soft-spam\nLia;Gori;Alfa;sì;boh;16/01/2025;M 3;\n\
        Ivo;Pini;Alfa;sì;web;16/01/2025;;\n";
    for engine in engines().await {
        imported(&engine, "Ragione sociale\nAlfa\n", |_| {}).await;
        let totals = imported(&engine, file, |options| {
            options.entity = "contacts".to_owned();
            options.mapping = Some(map.to_owned());
        })
        .await;
        assert_eq!((totals.created, ledger(&totals)), (4, [2, 0, 2]));
        let alfa = one(&engine, "account", "name = Alfa").await.id;
        let anna = one(&engine, "contact", "name.family is \"Neri\"").await.id;
        let entry = one(&engine, "consent", "source is \"web\"").await;
        assert_eq!(
            (entry.get(&ABOUT.record), text(&entry, "about_kind"), entry.named("account").link()),
            (Some(anna), "contact", Some(alfa))
        );
        assert_eq!(
            (entry.get(&AT).map(|at| at.to_string()).as_deref(), text(&entry, "basis")),
            (Some("2025-01-15T09:30:00.000Z"), "consent")
        );
        assert_eq!(text(&one(&engine, "consent", "source is \"phone\"").await, "basis"), "soft-spam");
        assert_eq!(text(&one(&engine, "contact", "name.family is \"Pini\"").await, "remarks"), "Newsletter: sì");
    }
}

/// A row of an account speaks of the person too: what he answers stands on his card, by his own columns where there are such.
#[tokio::test]
async fn the_person_of_an_account_answers_for_himself() {
    let map = "[columns]\nDitta = \"name\"\nCodice = \"code\"\nNome = \"contact.name.given\"\nCognome = \"contact.name.family\"\nMail = \"contact.emails\"\n\
        NewsDitta = \"consent.marketing.email\"\nNews = \"contact.consent.marketing.email\"\nQuando = \"consent.date\"\nSua = \"contact.consent.date\"\n\
        [defaults]\n\"consent.source\" = \"web\"\n\"consent.evidence\" = \"Modulo 7\"\n";
    let file = "Ditta;Codice;Nome;Cognome;Mail;NewsDitta;News;Quando;Sua\n\
        Alfa;A;Anna;Neri;;sì;no;15/01/2025;16/01/2025\nBeta;B;Ugo;Bini;;;x;17/01/2025;\nGamma;C;;;;;sì;18/01/2025;\n\
        Delta;D;;;info@delta.it;;sì;19/01/2025;\nEpsilon;E;Lia;Gori;;;forse;20/01/2025;\n";
    let keyed = |options: &mut Options, mode: Mode| {
        options.mapping = Some(map.to_owned());
        options.mode = mode;
        options.keys = vec!["code".to_owned()];
    };
    for engine in engines().await {
        let report = Paper::default();
        let totals = imported(&engine, file, |options| {
            options.mapping = Some(map.to_owned());
            options.report = report.output();
        })
        .await;
        assert_eq!((totals.created, ledger(&totals)), (5, [4, 0, 2]), "{}", report.text());
        assert!(report.text().contains("la riga non nomina la persona di cui parla il consenso"), "{}", report.text());
        let account = async |code: &str| one(&engine, "account", &format!("code = {code}")).await;
        let anna = one(&engine, "contact", "name.family is \"Neri\"").await.id;
        let about = async |id: Id| all(&engine, "consent", &format!("about is \"{id}\"")).await;
        let (of_alfa, of_anna) = (about(account("A").await.id).await, about(anna).await);
        assert_eq!((of_alfa.len(), of_anna.len()), (1, 1));
        assert_eq!((text(&of_alfa[0], "state"), text(&of_anna[0], "state")), ("given", "refused"));
        let day = |entry: &meta::Record| entry.get(&AT).map(|at| at.date(&engine.settings().zone).to_string()).unwrap_or_default();
        assert_eq!((day(&of_alfa[0]), day(&of_anna[0])), ("2025-01-15".to_owned(), "2025-01-16".to_owned()));
        assert_eq!(of_anna[0].named("account").link(), Some(of_alfa[0].named("about").link().expect("the account")));
        // The row's day where he has none of his own; nobody's where he is not named, his address the account's where it is all there is.
        let ugo = one(&engine, "contact", "name.family is \"Bini\"").await.id;
        assert_eq!(day(&about(ugo).await[0]), "2025-01-17");
        assert_eq!((about(account("C").await.id).await.len(), text(&account("C").await, "remarks")), (0, "News: sì"));
        assert_eq!(text(&about(account("D").await.id).await[0], "state"), "given");
        assert_eq!(text(&account("E").await, "remarks"), "News: forse");
        // The same once more says nothing new; another answer, and a person who is new at an account that is there, do.
        let again = imported(&engine, file, |options| keyed(options, Mode::Both)).await;
        assert_eq!(ledger(&again)[..2], [0, 0]);
        let next = "Ditta;Codice;Nome;Cognome;Mail;NewsDitta;News;Quando;Sua\nAlfa;A;Anna;Neri;;;sì;;01/03/2025\nBeta;B;Eva;Sala;;;no;;02/03/2025\n";
        let totals = imported(&engine, next, |options| keyed(options, Mode::Update)).await;
        assert_eq!(ledger(&totals), [2, 0, 0]);
        assert_eq!(about(anna).await.len(), 2);
        let eva = one(&engine, "contact", "name.family is \"Sala\"").await.id;
        assert_eq!(text(&about(eva).await[0], "state"), "refused");
        let changeset = totals.changeset.and_then(|id| id.parse().ok()).expect("a changeset");
        engine.undo(&somebody(&engine), changeset).await.expect("undone");
        assert_eq!(text(about(anna).await.iter().max_by_key(|entry| (entry.get(&AT), entry.id)).expect("an answer"), "state"), "refused");
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

/// The text that somebody agreed to proves it, by a column or for the whole file; it has to be one of the same purpose.
#[tokio::test]
async fn a_text_that_was_agreed_to_is_the_proof() {
    use crate::consents::texts;
    let columns = "[columns]\nDitta = \"name\"\nCodice = \"code\"\nNews = \"consent.marketing.email\"\nProfilo = \"consent.profilazione.email\"\nTesto = \"consent.text\"\n";
    let said = "[defaults]\n\"consent.source\" = \"paper\"\n\"consent.date\" = \"15/01/2025\"\n";
    for engine in engines().await {
        let profile = engine
            .model()
            .terms
            .keys()
            .find(|(of, key)| of == "consent-purpose" && key.starts_with("profil"))
            .expect("a purpose")
            .1
            .clone();
        let columns = columns.replace("profilazione", &profile);
        let mut ids = Vec::new();
        for (name, edition, purpose) in
            [("Informativa", "2025/1", "marketing"), ("Informativa", "2026/1", "marketing"), ("Profili", "1", profile.as_str())]
        {
            let draft = engine::Draft::new("consent_text")
                .with(texts::NAME.id(), name)
                .with(texts::EDITION.id(), edition)
                .with(texts::PURPOSE.id(), purpose)
                .with(texts::TEXT.id(), "Acconsento.");
            ids.push(engine.create(&somebody(&engine), draft).await.expect("a text").id());
        }
        let file = format!(
            "Ditta;Codice;News;Profilo;Testo\nAlfa;A;sì;;informativa · 2025/1\nBeta;B;sì;;2026/1\nGamma;C;sì;;{}\nDelta;D;sì;;Informativa\n\
             Epsilon;E;sì;;Altra\nZeta;F;sì;;Profili\nEta;G;no;sì;Profili\nTeta;H;sì;;\n",
            ids[0]
        );
        let report = Paper::default();
        let totals = imported(&engine, &file, |options| {
            options.mapping = Some(format!("{columns}{said}"));
            options.report = report.output();
        })
        .await;
        assert_eq!((totals.created, ledger(&totals)), (8, [5, 0, 4]), "{}", report.text());
        for words in ["indicare anche la versione", "Nessun testo di consenso si chiama così", "Questo testo è di un’altra finalità"] {
            assert!(report.text().contains(words), "{words}: {}", report.text());
        }
        let signed = async |code: &str| {
            let account = one(&engine, "account", &format!("code = {code}")).await.id;
            let entries = all(&engine, "consent", &format!("about is \"{account}\"")).await;
            entries.iter().map(|entry| (text(entry, "state").to_owned(), entry.named("text").link())).collect::<Vec<_>>()
        };
        let given = |id: Id| vec![("given".to_owned(), Some(id))];
        assert_eq!([signed("A").await, signed("B").await, signed("C").await], [given(ids[0]), given(ids[1]), given(ids[0])]);
        assert_eq!(signed("G").await, [("refused".to_owned(), None), ("given".to_owned(), Some(ids[2]))]);
        assert!(signed("H").await.is_empty());
        // For the whole file.
        let whole = |text: &str| format!("{}{said}\"consent.text\" = \"{text}\"\n", columns.replace("Testo = \"consent.text\"\n", ""));
        let file = "Ditta;Codice;News;Profilo\nIota;I;sì;\nKappa;K;;no\n";
        let refused = import(&engine, file, |options| options.mapping = Some(whole("Altra"))).await;
        assert!(matches!(&refused, Err(Error::Invalid(problems)) if problems[0].field == "consent.text"), "{refused:?}");
        // A yes to profiles could not be proved by it.
        let refused = import(&engine, file, |options| options.mapping = Some(whole("2026/1"))).await;
        assert!(matches!(&refused, Err(Error::Invalid(problems)) if problems[0].field == "consent.evidence"), "{refused:?}");
        let one_purpose = whole("2026/1").replace(&format!("Profilo = \"consent.{profile}.email\"\n"), "");
        assert_eq!(imported(&engine, file, |options| options.mapping = Some(one_purpose)).await.consents, 1);
        assert_eq!(signed("I").await, given(ids[1]));
    }
}

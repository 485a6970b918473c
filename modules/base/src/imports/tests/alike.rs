//! Rows that are alike to a record, or to a row before them: counted, told, and created, left out or laid over it.

use super::{Paper, all, count, engines, imported, one, somebody, text};
use crate::imports::{Alike, Mode, Options, Totals};
use engine::Engine;
use engine::duplicates::Asking;

const THERE: &str = "Ragione sociale;Partita IVA;Indirizzo;CAP;Città;Telefoni\n\
    Officine Meccaniche Bertolucci srl;00743110157;Via Roma 12;56025;Pontedera;0587 212121\n\
    Trattoria da Ugo;;Piazza Garibaldi 3;57123;Livorno;0586 898989\n";
/// The first is there already under another writing, the third repeats the second, the last is like nothing.
const FILE: &str = "Ragione sociale;Partita IVA;Indirizzo;CAP;Città;Telefoni\n\
    Bertolucci Officine Meccaniche S.r.l.;00743110157;Via Roma, 12;56025;Pontedera;0587 212121\n\
    Autocarrozzeria Il Paraurti snc;;Via dei Mille 7;56125;Pisa;050 553322\n\
    Autocarrozzeria Il Paraurti S.n.c.;;Via dei Mille, 7;56125;Pisa;050 553322 - 333 7654321\n\
    Vivai Montanelli;;Strada del Mare 1;58100;Grosseto;0564 112233\n";

fn as_alike(alike: Alike) -> impl FnOnce(&mut Options) {
    move |options| options.alike = alike
}

fn counts(totals: &Totals) -> [u64; 4] {
    [totals.created, totals.updated, totals.skipped, totals.alike]
}

async fn pairs(engine: &Engine) -> usize {
    let entity = engine.entity("account").expect("accounts");
    engine.duplicates(&somebody(engine), &entity, Asking::default()).await.expect("a queue").len()
}

async fn work(engine: &Engine) {
    while engine.work_once().await.expect("a job") {}
}

#[tokio::test]
async fn a_rehearsal_counts_them_and_creates_all_the_same() {
    for engine in engines().await {
        imported(&engine, THERE, |_| {}).await;
        work(&engine).await;
        let report = Paper::default();
        let tried = imported(&engine, FILE, |options| (options.dry_run, options.report) = (true, report.output())).await;
        assert_eq!((counts(&tried), count(&engine, "account").await), ([4, 0, 0, 2], 2), "{}", report.text());
        let told = report.text();
        assert!(told.contains("% a un record che c’è già") && told.contains("% alla riga 3"), "{told}");
        // Nobody waits for it: what is alike is found out by a job, and stands in the queue.
        let totals = imported(&engine, FILE, |_| {}).await;
        assert_eq!((counts(&totals), pairs(&engine).await), ([4, 0, 0, 0], 0));
        work(&engine).await;
        assert_eq!(pairs(&engine).await, 2);
        let runs = all(&engine, "import_run", "").await;
        assert_eq!(runs.iter().map(|run| run.named("alike").int()).collect::<Vec<_>>(), [0, 2]);
    }
}

#[tokio::test]
async fn they_are_left_out() {
    for engine in engines().await {
        imported(&engine, THERE, |_| {}).await;
        let report = Paper::default();
        let tried = imported(&engine, FILE, |options| (options.dry_run, options.alike) = (true, Alike::Skip)).await;
        let totals = imported(&engine, FILE, |options| (options.alike, options.report) = (Alike::Skip, report.output())).await;
        assert_eq!((counts(&tried), counts(&totals)), ([2, 0, 2, 2], [2, 0, 2, 2]));
        let bertolucci = one(&engine, "account", "vat_number = 00743110157").await;
        assert!(report.text().contains(&format!("2;saltato;{};", bertolucci.id)), "{}", report.text());
        assert_eq!(text(&bertolucci, "name"), "Officine Meccaniche Bertolucci srl");
        // Once more, all of it is there.
        assert_eq!(counts(&imported(&engine, FILE, as_alike(Alike::Skip)).await), [0, 0, 4, 4]);
        assert_eq!(count(&engine, "account").await, 4);
        work(&engine).await;
        assert_eq!(pairs(&engine).await, 0);
    }
}

#[tokio::test]
async fn they_are_laid_over_what_is_there() {
    for engine in engines().await {
        imported(&engine, THERE, |_| {}).await;
        let before = one(&engine, "account", "vat_number = 00743110157").await;
        let tried = imported(&engine, FILE, |options| (options.dry_run, options.alike) = (true, Alike::Update)).await;
        let totals = imported(&engine, FILE, as_alike(Alike::Update)).await;
        assert_eq!((counts(&tried), counts(&totals)), ([2, 2, 0, 2], [2, 2, 0, 2]));
        let after = one(&engine, "account", "vat_number = 00743110157").await;
        assert_eq!((after.id, text(&after, "name")), (before.id, "Bertolucci Officine Meccaniche S.r.l."));
        let body = one(&engine, "account", "address.city is \"Pisa\"").await;
        assert_eq!(super::lines(&body, "phones", "number"), ["+39050553322", "+393337654321"], "the row after it brings the second number");
        // A key says more than a likeness, and only new rows are looked at.
        let keyed = imported(&engine, FILE, |options| {
            (options.mode, options.keys, options.alike) = (Mode::Update, vec!["vat_number".to_owned()], Alike::Skip);
        })
        .await;
        assert_eq!((keyed.unchanged, counts(&keyed)), (1, [0, 0, 3, 0]));
        let changeset = totals.changeset.and_then(|id| id.parse().ok()).expect("a changeset");
        assert_eq!(engine.undo(&somebody(&engine), changeset).await.expect("undone").left, []);
        assert_eq!(text(&one(&engine, "account", "vat_number = 00743110157").await, "name"), "Officine Meccaniche Bertolucci srl");
    }
}

/// What is looked at in many batches stays in mind over all of them.
#[tokio::test]
async fn rows_far_apart_find_each_other() {
    let mut file =
        String::from("Ragione sociale;Indirizzo;CAP;Città;Telefoni\nCantiere Navale Santa Lucia srl;Molo Sud 4;57023;Cecina;0586 667788\n");
    for number in 0..900 {
        let (name, street) = (number * 7919 % 9973, number * 104_729 % 99_991);
        file.push_str(&format!("Ditta{name} Impianti{street};Via {street} {number};5{number:04};Comune{name};05{street:05}{number:03}\n"));
    }
    file.push_str("Cantieri Navali S. Lucia;Molo Sud, 4;57023;Cecina;0586 667788\n");
    for engine in engines().await {
        let skipped = imported(&engine, &file, as_alike(Alike::Skip)).await;
        assert_eq!(all(&engine, "account", "address.city is \"Cecina\"").await.len(), 1, "{skipped:?}");
    }
}

#[tokio::test]
async fn of_two_that_are_alike_the_closer_is_told() {
    for engine in engines().await {
        // Both share words that nobody else has; the younger less.
        let there = "Ragione sociale;Indirizzo;Città;Telefoni\n\
            Trattoria Zumbalinda Quarrastella Bregomonti snc;Via dei Mille 7;Pisa;050 553322\nAltra Zumbalinda Quarrastella Bregomonti;;;\n";
        imported(&engine, there, |_| {}).await;
        work(&engine).await;
        let report = Paper::default();
        let again =
            "Ragione sociale;Indirizzo;Città;Telefoni\nTrattoria Zumbalinda Quarrastella Bregomonti;Via dei Mille 7;Pisa;050 553322\n";
        imported(&engine, again, |options| (options.alike, options.report) = (Alike::Skip, report.output())).await;
        let closer = one(&engine, "account", "address.city is \"Pisa\"").await;
        assert!(report.text().contains(&format!("2;saltato;{};", closer.id)), "{}", report.text());
    }
}

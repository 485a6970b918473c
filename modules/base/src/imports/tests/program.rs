//! A customer master as a program of the administration exports it, by a mapping file.

use super::{CLIENTI, CLIENTI_MAP, Paper, all, count, counts, engines, import, imported, lines, one, text};
use crate::imports::Options;

fn mapped(options: &mut Options) {
    options.mapping = Some(CLIENTI_MAP.to_owned());
}

#[tokio::test]
async fn customers_by_a_mapping_file() {
    for engine in engines().await {
        let totals = imported(&engine, CLIENTI, mapped).await;
        assert_eq!((totals.rows, totals.encoding, totals.delimiter.as_str()), (7, "Windows-1252", ";"));
        assert_eq!(counts(&totals), [7, 0, 0, 0, 0, 0]);
        let arredamenti = one(&engine, "account", "code = C000007").await;
        assert_eq!(text(&arredamenti, "name"), "Arredamenti Anna Palmieri Soc. Coop.");
        assert_eq!((text(&arredamenti, "kind"), text(&arredamenti, "stage")), ("company", "customer"));
        assert_eq!(text(&arredamenti, "vat_number"), "46221320446");
        assert_eq!(arredamenti.named("credit_limit").int(), 2_250_000);
        assert_eq!(arredamenti.named("revenue").int(), 337_300_000);
        assert_eq!(lines(&arredamenti, "phones", "number"), ["+390220905 3".replace(' ', ""), "+393852718639".to_owned()]);
        assert_eq!(lines(&arredamenti, "phones", "use"), ["work", "mobile"]);
        assert_eq!(text(&arredamenti, "remarks"), "Data ult. acquisto: 16/07/2026\nConsenso mkt: N");
        let people: Vec<String> =
            all(&engine, "account", "kind = person").await.iter().map(|record| text(record, "name").to_owned()).collect();
        assert_eq!(people, ["Longo Riccardo", "Bernardi Daniela"]);
        let anna = one(&engine, "contact", r#"name.given = "Anna""#).await;
        assert_eq!(text(&anna, "full_name"), "Palmieri Anna", "a given name that is known tells which is which");
        assert_eq!(count(&engine, "account_step").await, 7, "the step of each is dated");
    }
}

#[tokio::test]
async fn what_its_field_refuses_stays_in_the_remarks() {
    let file = "Nome;Partita IVA;Telefono;Mail;Fido;Sito\r\n\
        Alfa;12345678901;050 123456 tel. 12;mario@alfa;mille;non c'è\r\n\
        ;01234567890;;;;\r\n\
        Beta;00743110157;;b@beta.it;\r\n\
        Gamma;IT 00743110157;+39 333 1234567;;1.234,56;www.gamma.it\r\n";
    let map = "[columns]\nNome = \"name\"\n\"Partita IVA\" = \"tax_number\"\nTelefono = \"phones\"\nMail = \"emails\"\nFido = \"credit_limit\"\nSito = \"web_site\"\n";
    for engine in engines().await {
        let (report, errors) = (Paper::default(), Paper::default());
        let totals = imported(&engine, file, |options| {
            options.mapping = Some(map.to_owned());
            options.report = report.output();
            options.errors = errors.output();
        })
        .await;
        assert_eq!(counts(&totals), [2, 0, 0, 0, 2, 5]);
        let alfa = one(&engine, "account", "name = Alfa").await;
        assert_eq!(lines(&alfa, "phones", "number"), ["+39050123456"]);
        assert_eq!(text(&alfa, "remarks"), "Partita IVA: 12345678901\nTelefono: 12\nMail: mario@alfa\nFido: mille\nSito: non c'è");
        let gamma = one(&engine, "account", "name = Gamma").await;
        assert_eq!((text(&gamma, "vat_number"), gamma.named("credit_limit").int()), ("00743110157", 123_456));
        let report = report.text();
        let rows: Vec<&str> = report.lines().collect();
        assert_eq!(rows[0], "\u{feff}riga;esito;identificativo;colonna;valore;messaggio");
        assert!(rows[1].starts_with(&format!("2;creato;{};Partita IVA | Telefono | Mail | Fido | Sito;12345678901 | 12 | ", alfa.id)));
        assert!(rows[1].contains("Una cifra della partita IVA è sbagliata"));
        assert!(rows[2].starts_with("3;errore;;;;manca il nome"));
        assert_eq!(rows[3], "4;errore;;;;la riga ha 5 colonne, l’intestazione 6");
        assert_eq!(rows[4], format!("5;creato;{};;;", gamma.id));
        assert_eq!(
            errors.text(),
            "Nome;Partita IVA;Telefono;Mail;Fido;Sito;Errore\r\n;01234567890;;;;;manca il nome\r\nBeta;00743110157;;b@beta.it;;la riga ha 5 colonne, l’intestazione 6\r\n"
        );
        // Put right, the refused rows go in by the same mapping.
        let repaired = errors.text().replace("\r\n;0123", "\r\nDelta;0123").replace("b@beta.it;;", "b@beta.it;;;");
        let totals = imported(&engine, repaired, |options| options.mapping = Some(map.to_owned())).await;
        assert_eq!(counts(&totals), [2, 0, 0, 0, 0, 1]);
        let delta = one(&engine, "account", "name = Delta").await;
        assert_eq!(text(&delta, "remarks"), "Partita IVA: 01234567890", "the column of errors itself is left out");
    }
}

#[tokio::test]
async fn translations_defaults_and_several_places() {
    let file = "Ditta|Attivo|Referente 1|Tel 1|Referente 2|Magazzino|Comune magazzino|Agente|Aperto\n\
        Alfa srl|S|Ing. Bianchi|050 123456|Maria Rossi|Via Po 1|Torino|nessuno|12-31-2020\n";
    let map = r#"
unmapped = "ignore"
dates = "month-first"
[columns]
"Ditta" = "name"
"Attivo" = { to = "stage", values = { "S" = "customer", "N" = "former" } }
"Referente 1" = "contact.name"
"Tel 1" = { to = "contact.phones", use = "work" }
"Referente 2" = { to = "contact2.name", order = "given-first" }
"Magazzino" = "site.address.street"
"Comune magazzino" = "site.address.city"
"Agente" = "owner"
[defaults]
"employees" = "12"
"contact.department" = "Acquisti"
"#;
    for engine in engines().await {
        let totals = imported(&engine, file, |options| {
            options.mapping = Some(map.to_owned());
            options.defaults = vec![("site.use".to_owned(), "delivery".to_owned())];
        })
        .await;
        assert_eq!(counts(&totals), [1, 0, 0, 0, 0, 1], "nobody is called «nessuno»");
        let alfa = one(&engine, "account", "").await;
        assert_eq!((text(&alfa, "stage"), alfa.named("employees").int()), ("customer", 12));
        assert_eq!(text(&alfa, "remarks"), "Agente: nessuno");
        let people = all(&engine, "contact", "").await;
        assert_eq!(text(&people[0], "name.family"), "Ing. Bianchi", "what is not clear stays whole");
        assert_eq!(text(&people[0], "department"), "Acquisti");
        assert_eq!((text(&people[1], "name.given"), text(&people[1], "name.family")), ("Maria", "Rossi"));
        let places = all(&engine, "account_contact", "").await;
        assert_eq!(places.iter().map(|place| place.named("main").bool()).collect::<Vec<_>>(), [true, false]);
        assert_eq!(text(&one(&engine, "site", "").await, "address.city"), "Torino");
    }
}

#[tokio::test]
async fn a_mapping_that_leads_nowhere_is_refused() {
    let engines = engines().await;
    let engine = &engines[0];
    for (map, said) in [
        ("[columns]\nNome = \"nome\"", "error-import-path"),
        ("[columns]\nNome = \"name.\"", "error-import-path"),
        ("[columns]\nNome = \"contact99.name\"", "error-import-path"),
        ("[columns]\nNome = \"phone\"", "error-import-path"),
        ("[columns]\nManca = \"name\"", "error-import-map-column"),
        ("columns = 3", "error-import-map"),
        ("[columns]\nNome = { to = \"name\", usee = \"work\" }", "error-import-map"),
    ] {
        let error = import(engine, "Nome\nAlfa\n", |options| options.mapping = Some(map.to_owned())).await.expect_err(map);
        assert!(error.to_string().contains(said), "{map}: {error}");
    }
    let error = import(engine, "Nome\nAlfa\n", |options| options.defaults = vec![("stage".into(), "boh".into())]).await;
    assert!(error.is_err());
    let error = import(engine, "Boh;Mah\n1;2\n", |_| {}).await.expect_err("no column is known");
    assert!(error.to_string().contains("error-import-header-unknown"), "{error}");
}

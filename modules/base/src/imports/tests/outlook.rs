//! An address book that Outlook exported, by the names of its columns alone.

use super::{RUBRICA, all, count, counts, engines, imported, lines, one, text};
use crate::imports::outlook;

#[tokio::test]
async fn companies_and_people_of_an_address_book() {
    for engine in engines().await {
        let totals = imported(&engine, RUBRICA, |_| {}).await;
        assert_eq!((totals.rows, totals.encoding, totals.delimiter.as_str()), (5, "Windows-1252", ","));
        assert_eq!(counts(&totals), [5, 0, 0, 0, 0, 0]);
        assert_eq!((count(&engine, "account").await, count(&engine, "contact").await, count(&engine, "site").await), (5, 2, 0));

        let officina = one(&engine, "account", r#"name = "Officina Meccanica Luca Martini S.a.s.""#).await;
        assert_eq!(text(&officina, "kind"), "company");
        assert_eq!(text(&officina, "vat_number"), "69921480013");
        assert_eq!((text(&officina, "address.street"), text(&officina, "address.city")), ("Largo Augusto 132", "Bologna"));
        assert_eq!((text(&officina, "address.postcode"), text(&officina, "address.province")), ("40139", "BO"));
        assert_eq!(text(&officina, "remarks"), "Categorie: Clienti", "what has no field is kept under its header");
        assert_eq!(lines(&officina, "phones", "number"), ["+390444593249"], "the line of the office");
        assert_eq!(lines(&officina, "emails", "address"), ["info@officinamartini.eu"], "a mailbox of the office");

        let luca = one(&engine, "contact", r#"name.family = "Martini""#).await;
        assert_eq!((text(&luca, "full_name"), text(&luca, "job_title")), ("Martini Luca", "Segreteria"));
        assert_eq!(lines(&luca, "phones", "number"), ["+393345167882"]);
        assert_eq!(lines(&luca, "phones", "use"), ["mobile"]);
        let place = one(&engine, "account_contact", &format!("contact = {}", luca.id)).await;
        assert_eq!(place.named("account").link(), Some(officina.id));
        assert_eq!((text(&place, "role"), place.named("main").bool()), ("Segreteria", true));

        let fabio = one(&engine, "account", r#"name = "De Rosa Fabio""#).await;
        assert_eq!(text(&fabio, "kind"), "person", "no company: the person is the account");
        assert_eq!((text(&fabio, "address.street"), text(&fabio, "address.city")), ("Via Roma, 228/A", "Presicce-Acquarica"));
        assert_eq!(lines(&fabio, "phones", "use"), ["home"]);
        assert_eq!(text(&fabio, "email"), "fabio.derosa62@virgilio.it");
        assert_eq!(text(&fabio, "remarks"), "Posizione: Direttore commerciale");
        assert_eq!(all(&engine, "account", "kind = person").await.len(), 3);
    }
}

#[tokio::test]
async fn an_english_one_with_two_addresses() {
    let file = "First Name,Last Name,Company,Job Title,Business Street,Business City,Home Street,Home City,Other Street,Other City,Business Phone,Mobile Phone,Home Phone,E-mail Address,E-mail 2 Address,Birthday,Spouse,Notes,Web Page\r\n\
        Anna,Neri,Neri & Figli,Owner,Via Roma 1,Pisa,Via Verdi 2,Lucca,Via Po 3,Torino,050 123456,333 1234567,0583 123456,anna@neri.it,info@neri.it,12/31/1970,Ugo,\"likes\r\ncoffee\",neri.it\r\n\
        Ugo,Bianchi,,,Via Lungarno 9,Pisa,Via Dante 8,Cascina,,,050 654321,,,ugo@bianchi.it,,0/0/00,,,\r\n";
    for engine in engines().await {
        let totals = imported(&engine, file, |_| {}).await;
        assert_eq!(counts(&totals), [2, 0, 0, 0, 0, 0]);
        let neri = one(&engine, "account", r#"name = "Neri & Figli""#).await;
        assert_eq!(text(&neri, "remarks"), "likes\ncoffee\nSpouse: Ugo");
        assert_eq!(text(&neri, "web_site"), "https://neri.it");
        assert_eq!(text(&neri, "email"), "info@neri.it");
        let anna = one(&engine, "contact", "").await;
        assert_eq!(text(&anna, "address.city"), "Lucca", "where she lives is hers, not the company's");
        assert_eq!(text(&anna, "email"), "anna@neri.it");
        assert_eq!(lines(&anna, "phones", "use"), ["mobile", "home"]);
        assert_eq!(anna.named("born").date(), kernel::Date::new(1970, 12, 31));
        let other = one(&engine, "site", &format!("account = {}", neri.id)).await;
        assert_eq!((text(&other, "name"), text(&other, "address.street")), ("Torino", "Via Po 3"));
        let ugo = one(&engine, "account", r#"name = "Bianchi Ugo""#).await;
        assert_eq!(text(&ugo, "address.city"), "Cascina");
        let office = one(&engine, "site", &format!("account = {}", ugo.id)).await;
        assert_eq!(text(&office, "address.street"), "Via Lungarno 9");
    }
}

#[test]
fn every_column_of_outlook_is_known() {
    let headers = include_str!("../../../../../tests/data/outlook_headers.tsv");
    assert_eq!(headers.lines().count(), 185);
    for line in headers.lines().skip(1) {
        let header = line.split('\t').nth(2).expect("a header");
        assert!(outlook::column(header).is_some(), "{header}");
    }
}

//! Address books of other programs, by the names of their columns alone.

use super::{all, count, counts, engines, imported, lines, one, text};
use crate::imports::mapping::{self, To};

fn header(names: &str) -> Vec<String> {
    names.split(',').map(|name| name.trim().to_owned()).collect()
}

/// Where each column of the exports that `outlook_headers.tsv` tells leads, by what it says there.
#[tokio::test]
async fn columns_lead_where_their_names_say() {
    let fields = [
        ("person.given_name", "contact.name.given"),
        ("person.middle_name", "contact.name.given"),
        ("person.family_name", "contact.name.family"),
        ("person.salutation", "contact.name.salutation"),
        ("person.department", "contact.department"),
        ("person.job_title", "contact.job_title"),
        ("person.birthday", "contact.born"),
        ("company.name", "name"),
        ("company.phone", "phones"),
        ("address.work.street", "address.street"),
        ("address.work.city", "address.city"),
        ("address.work.province", "address.province"),
        ("address.work.postal_code", "address.postcode"),
        ("address.home.street", "contact.address.street"),
        ("address.home.city", "contact.address.city"),
        ("address.home.postal_code", "contact.address.postcode"),
        ("phone.mobile", "contact.phones"),
        ("phone.home", "contact.phones"),
    ];
    let told = include_str!("../../../../../tests/data/outlook_headers.tsv");
    let engine = engines().await.remove(0);
    let words = crate::tests::words();
    let mut looked_at = 0;
    for language in ["it", "en"] {
        let columns: Vec<Vec<&str>> =
            told.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()).filter(|line| line[1] == language).collect();
        let names: Vec<String> = columns.iter().map(|line| line[2].to_owned()).collect();
        assert_eq!(names.len(), 92);
        let (account, contact) = (engine.entity("account").expect("accounts"), engine.entity("contact").expect("contacts"));
        for (place, line) in columns.iter().enumerate() {
            let Some((_, path)) = fields.iter().find(|(said, _)| *said == line[4]) else { continue };
            let known = mapping::known(&account, &words, &names, place).expect(line[2]);
            assert_eq!(known.to, To::Path((*path).to_owned()), "{}", line[2]);
            // Where the rows are people, the same columns are their own.
            let known = mapping::known(&contact, &words, &names, place).expect(line[2]);
            match *path {
                "name" => assert_eq!(known.to, To::Path("account.name".to_owned())),
                path => assert_eq!(known.to, To::Path(path.trim_start_matches("contact.").to_owned()), "{}", line[2]),
            }
            looked_at += 1;
        }
    }
    assert!(looked_at >= 2 * fields.len(), "{looked_at}");
}

#[tokio::test]
async fn thunderbird() {
    let file = "Nome,Cognome,Nome visualizzato,Soprannome,Email primaria,Email secondaria,Nickname chat,Telefono ufficio,Telefono casa,Numero fax,Cercapersone,Numero cellulare,Indirizzo di casa,Indirizzo di casa 2,Città di casa,Provincia di casa,CAP di casa,Nazione di casa,Indirizzo di lavoro,Città di lavoro,Provincia di lavoro,CAP di lavoro,Qualifica,Reparto,Organizzazione,Pagina web 1,Anno di nascita,Note\n\
        Anna,Neri,Anna Neri,Annina,anna@neri.it,anna.neri@casa.it,,050 123456,0583 123456,050 123457,,333 1234567,Via Verdi 2,,Lucca,LU,55100,Italia,Via Roma 1,Pisa,PI,56125,Titolare,Direzione,Neri & Figli,neri.it,1970,da richiamare\n\
        ,,Ugo Bianchi,,ugo@bianchi.it,,,,,,,,,,,,,,,,,,,,,,,\n";
    for engine in engines().await {
        let totals = imported(&engine, file, |_| {}).await;
        assert_eq!((totals.created, totals.errors), (2, 0), "{totals:?}");
        let neri = one(&engine, "account", r#"name = "Neri & Figli""#).await;
        assert_eq!((text(&neri, "address.street"), text(&neri, "address.city")), ("Via Roma 1", "Pisa"));
        assert_eq!((lines(&neri, "phones", "number"), text(&neri, "web_site")), (vec!["+39050123456".to_owned()], "https://neri.it"));
        assert!(text(&neri, "remarks").contains("Soprannome: Annina") && text(&neri, "remarks").contains("Anno di nascita: 1970"));
        let anna = one(&engine, "contact", r#"name.family = "Neri""#).await;
        assert_eq!((text(&anna, "name.given"), text(&anna, "job_title"), text(&anna, "department")), ("Anna", "Titolare", "Direzione"));
        assert_eq!((text(&anna, "address.city"), text(&anna, "address.postcode")), ("Lucca", "55100"));
        assert_eq!(lines(&anna, "emails", "address"), ["anna@neri.it", "anna.neri@casa.it"]);
        assert_eq!(lines(&anna, "phones", "use"), ["home", "fax", "mobile"]);
        // Whose parts are not said is called what the whole says.
        let ugo = one(&engine, "account", r#"kind = person"#).await;
        assert_eq!(text(&ugo, "name"), "Bianchi Ugo");
    }
}

#[tokio::test]
async fn outlook_express_and_windows() {
    let file = "Nome;Cognome;Nome completo;Indirizzo posta elettronica;Via (ab.);Città (ab.);Telefono (ab.);Telefono cellulare;Pagina Web personale;Via (uff.);Città (uff.);CAP (uff.);Telefono (uff.);Fax (uff.);Società;Posizione;Note\n\
        Carla;Verdi;Carla Verdi;carla@verdi.it;Via Po 3;Torino;011 123456;333 7654321;;Corso Francia 9;Torino;10138;011 654321;011 654322;Verdi srl;Acquisti;\n";
    for engine in engines().await {
        let totals = imported(&engine, file, |_| {}).await;
        assert_eq!((totals.created, totals.errors), (1, 0), "{totals:?}");
        let verdi = one(&engine, "account", r#"name = "Verdi srl""#).await;
        assert_eq!((text(&verdi, "address.street"), text(&verdi, "address.postcode")), ("Corso Francia 9", "10138"));
        let carla = one(&engine, "contact", "").await;
        assert_eq!((text(&carla, "full_name"), text(&carla, "address.street")), ("Verdi Carla", "Via Po 3"));
        assert!(lines(&carla, "phones", "number").contains(&"+393337654321".to_owned()), "{carla:?}");
        assert_eq!(lines(&carla, "emails", "address"), ["carla@verdi.it"]);
        assert_eq!(text(&verdi, "remarks"), "", "nothing is left over");
    }
}

#[tokio::test]
async fn google_says_beside_each_value_what_it_is() {
    let file = "First Name,Middle Name,Last Name,Organization Name,Organization Title,Birthday,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Street,Address 1 - City,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Website 1 - Label,Website 1 - Value\n\
        Anna,,Neri,Neri & Figli,Owner,1970-12-31,,* myContacts,Work,anna@neri.it,Mobile,333 1234567 ::: 333 7654321,Work Fax,050 123457,Work,Via Roma 1,Pisa,PI,56125,IT,,neri.it\n\
        Ugo,,Bianchi,Bianchi srl,,,,,,,,,,,Home,Via Dante 8,Cascina,PI,56021,IT,,\n";
    for engine in engines().await {
        let totals = imported(&engine, file, |_| {}).await;
        assert_eq!((totals.created, totals.errors), (2, 0), "{totals:?}");
        let neri = one(&engine, "account", r#"name = "Neri & Figli""#).await;
        assert_eq!((text(&neri, "address.city"), text(&neri, "web_site")), ("Pisa", "https://neri.it"));
        let anna = one(&engine, "contact", r#"name.family = "Neri""#).await;
        assert_eq!(lines(&anna, "phones", "number"), ["+393331234567", "+393337654321", "+39050123457"]);
        assert_eq!(lines(&anna, "phones", "use"), ["mobile", "mobile", "fax"]);
        assert_eq!(anna.named("born").date(), kernel::Date::new(1970, 12, 31));
        // Where he lives is no place of his company's.
        let bianchi = one(&engine, "account", r#"name = "Bianchi srl""#).await;
        assert_eq!(text(&bianchi, "address.city"), "");
        let ugo = one(&engine, "contact", r#"name.family = "Bianchi""#).await;
        assert_eq!(text(&ugo, "address.city"), "Cascina");
    }
}

#[tokio::test]
async fn people_alone_find_their_company_or_keep_its_name() {
    let file = "First Name,Last Name,Company,Job Title,Business Phone,E-mail Address,Home City\n\
        Anna,Neri,Neri & Figli,Owner,050 123456,anna@neri.it,Lucca\n\
        Ugo,Bianchi,Mai vista srl,,,ugo@bianchi.it,\n";
    for engine in engines().await {
        imported(&engine, "Ragione sociale\nNeri & Figli\n", |_| {}).await;
        let totals = imported(&engine, file, |options| options.entity = "contacts".to_owned()).await;
        assert_eq!((totals.created, totals.errors), (2, 0), "{totals:?}");
        let neri = one(&engine, "account", "").await;
        let anna = one(&engine, "contact", r#"name.family = "Neri""#).await;
        assert_eq!((text(&anna, "job_title"), text(&anna, "address.city")), ("Owner", "Lucca"));
        assert_eq!(lines(&anna, "phones", "number"), ["+39050123456"]);
        let place = one(&engine, "account_contact", "").await;
        assert_eq!((place.named("account").link(), place.named("contact").link()), (Some(neri.id), Some(anna.id)));
        let ugo = one(&engine, "contact", r#"name.family = "Bianchi""#).await;
        assert_eq!(text(&ugo, "remarks"), "Company: Mai vista srl");
        // The same file again finds nobody new to make of the company.
        assert_eq!(count(&engine, "account").await, 1);
    }
}

#[tokio::test]
async fn cards_and_workbooks_come_in_by_the_same_names() {
    let cards = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Neri;Anna;;;\r\nFN:Anna Neri\r\nORG:Neri & Figli;Direzione\r\nTITLE:Titolare\r\nTEL;TYPE=CELL:333 1234567\r\nEMAIL:anna@neri.it\r\nADR;TYPE=WORK:;;Via Roma 1;Pisa;PI;56125;Italia\r\nNOTE:=HYPERLINK(\"http://evil\")\r\nEND:VCARD\r\n";
    for engine in engines().await {
        let totals = imported(&engine, cards, |_| {}).await;
        assert_eq!(counts(&totals)[..1], [1], "{totals:?}");
        let neri = one(&engine, "account", "").await;
        assert_eq!((text(&neri, "name"), text(&neri, "address.city")), ("Neri & Figli", "Pisa"));
        let anna = all(&engine, "contact", "").await.remove(0);
        assert_eq!((text(&anna, "full_name"), text(&anna, "job_title"), text(&anna, "department")), ("Neri Anna", "Titolare", "Direzione"));
        assert_eq!(lines(&anna, "phones", "use"), ["mobile"]);
        let notes = format!("{}{}", text(&neri, "remarks"), text(&anna, "remarks"));
        assert!(notes.contains("=HYPERLINK(\"http://evil\")"), "a text that stays a text: {notes}");
    }
}

#[test]
fn a_whole_name_counts_only_beside_its_parts() {
    let beside = header("Nome, Cognome, Nome visualizzato");
    assert!(crate::imports::books::whole_name(&beside, "Nome visualizzato").is_some_and(|column| column.fallback));
    let alone = header("Nome visualizzato, Cognome");
    assert!(crate::imports::books::whole_name(&alone, "Nome visualizzato").is_none());
}

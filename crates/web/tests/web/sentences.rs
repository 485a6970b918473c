//! Filters as sentences, in both languages, read off the builder.

use crate::house::{House, houses, put};
use engine::Through;
use serde_json::json;

async fn said(house: &House, who: &str, plural: &str, filter: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    let page = house.page(who, "GET", &format!("/{plural}/filter?filter={encoded}")).send().await.expect(200).text();
    let sentence = page.split("class=\"sentence\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
    sentence.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

const SENTENCES: &[(&str, &str, &str, &str)] = &[
    (
        "accounts",
        "address.city in (\"Pisa\", \"Livorno\") and owner is ME and exists(contacts where contact.email is empty) and created_at within last 30 days",
        "Clienti di Pisa o Livorno, seguiti da anna, con almeno un referente senza e-mail, creati negli ultimi 30 giorni",
        "Accounts in Pisa or Livorno, looked after by anna, with at least one contact without e-mail, created in the last 30 days",
    ),
    ("accounts", "", "Clienti, senza condizioni", "Accounts, without conditions"),
    ("accounts", "nothing", "Clienti: nessuna scheda può corrispondere", "Accounts: no record can match"),
    ("accounts", "stage is customer", "Clienti con stato Cliente", "Accounts with stage Customer"),
    (
        "accounts",
        "stage not in (lead, suspect)",
        "Clienti con stato diverso da Lead o Da qualificare",
        "Accounts with stage other than Lead or Suspect",
    ),
    (
        "accounts",
        "owner is me or owner is empty",
        "Clienti seguiti da me oppure non assegnati",
        "Accounts looked after by me or looked after by nobody",
    ),
    ("accounts", "not exists(sites)", "Clienti senza sedi", "Accounts without sites"),
    (
        "accounts",
        "exists(sites where inactive is no and address.city is \"Lucca\")",
        "Clienti con almeno una sede ancora attiva e di Lucca",
        "Accounts with at least one site still active and in Lucca",
    ),
    ("accounts", "count(contacts) > 3", "Clienti con più di 3 referenti", "Accounts with more than 3 contacts"),
    ("accounts", "count(sites) is 1", "Clienti con 1 sede", "Accounts with 1 site"),
    (
        "accounts",
        "revenue > 100000 and employees between 10 and 50",
        "Clienti con fatturato annuo oltre 100.000,00 €, con addetti da 10 a 50",
        "Accounts with yearly revenue above €100,000.00, with employees from 10 to 50",
    ),
    ("accounts", "changed_at < 6 months ago", "Clienti modificati da più di 6 mesi", "Accounts changed more than 6 months ago"),
    ("sites", "created_at within this quarter", "Sedi create questo trimestre", "Sites created this quarter"),
    ("sites", "account.address.province is \"PI\"", "Sedi con azienda in provincia di PI", "Sites with account in the province of PI"),
    (
        "accounts",
        "name contains \"officina\" and pec is empty and not vat_number is empty",
        "Clienti con ragione sociale che contiene «officina», senza PEC, con partita IVA",
        "Accounts with name containing “officina”, without certified e-mail (PEC), with VAT number",
    ),
    (
        "contacts",
        "born before 1980-01-01 and inactive is yes",
        "Referenti con data di nascita prima del 01/01/1980, non più attivi",
        "Contacts with date of birth before 01/01/1980, no longer active",
    ),
    (
        "accounts",
        "not (address.city is \"Pisa\" or address.city is \"Lucca\") and stage is lead",
        "Clienti tranne quelli di Pisa oppure di Lucca, con stato Lead",
        "Accounts except those in Pisa or in Lucca, with stage Lead",
    ),
    (
        "accounts",
        "stage is lead and (address.city is \"Pisa\" or exists(contacts))",
        "Clienti con stato Lead (di Pisa oppure con almeno un referente)",
        "Accounts with stage Lead (in Pisa or with at least one contact)",
    ),
];

#[tokio::test]
async fn a_filter_is_said_in_both_languages() {
    let house = houses().await.remove(0);
    let system = house.engine.system(Through::CommandLine);
    let user = house.engine.entity("user").expect("users");
    let anna = house.people["anna"].id;
    assert!(put(&house.engine, &system, "team", json!({ "name": "x" })).await != anna);
    for (language, place) in [("en", 3), ("it", 2)] {
        let field = user.field("language").expect("a language").id;
        house.engine.change(&system, &user, anna, None, vec![(field, language.into())], Vec::new()).await.expect("changed");
        for sentence in SENTENCES {
            let filter = sentence.1.replace("ME", &anna.to_string());
            let wanted = if place == 3 { sentence.3 } else { sentence.2 };
            assert_eq!(said(&house, "anna", sentence.0, &filter).await, wanted, "{filter}");
        }
    }
    // A name that may not be seen is not said.
    let other = house.south.account;
    let sentence = said(&house, "anna", "sites", &format!("account is {other}")).await;
    assert_eq!(sentence, "Sedi con azienda (non visibile)");
}

//! Where columns probably go.

use super::engines;
use crate::imports::{Proposal, propose};

fn texts(row: &[&str]) -> Vec<String> {
    row.iter().map(|text| (*text).to_owned()).collect()
}

async fn proposed(entity: &str, header: &[&str], rows: &[&[&str]]) -> Vec<Proposal> {
    let engine = engines().await.remove(0);
    let entity = engine.entity(entity).expect("an entity");
    let rows: Vec<Vec<String>> = rows.iter().map(|row| texts(row)).collect();
    propose(&entity, &crate::tests::words(), &texts(header), &rows)
}

fn paths(proposals: &[Proposal]) -> Vec<&str> {
    proposals.iter().map(|proposal| proposal.to.as_str()).collect()
}

#[tokio::test]
async fn the_words_of_administrations() {
    let header = ["Cod. cliente", "Rag. Soc.", "P.IVA", "Cod. Fisc.", "Ind.", "C.A.P.", "Località", "Prov.", "Tel.", "Cell.", "PEC", "SDI"];
    let found = proposed("account", &header, &[]).await;
    let wanted = [
        "code",
        "name",
        "vat_number",
        "tax_code",
        "address.street",
        "address.postcode",
        "address.city",
        "address.province",
        "phones",
        "phones",
        "pec",
        "recipient_code",
    ];
    assert_eq!(paths(&found), wanted);
    assert_eq!(found[9].usage.as_deref(), Some("mobile"));
    assert!(found.iter().all(|proposal| proposal.sure >= 80), "{found:?}");
}

#[tokio::test]
async fn what_stands_in_the_cells_tells_what_names_do_not() {
    let header = ["Campo1", "Campo2", "Campo3", "Campo4", "Campo5", "Ragione sociale"];
    let rows: [&[&str]; 3] = [
        &["00743110157", "info@alfa.it", "alfa@pec.it", "56125", "blu", "Alfa"],
        &["12345678903", "b@beta.it", "beta@legalmail.it", "20121", "", "Beta"],
        &["", "c@gamma.it", "", "10138", "12", "Gamma"],
    ];
    let found = proposed("account", &header, &rows).await;
    assert_eq!(paths(&found), ["vat_number", "emails", "pec", "address.postcode", "note", "name"]);
    // What five digits are is hardly more than a guess, and the last has nothing for it.
    assert!(found[0].sure >= 80 && found[3].sure < 80 && found[4].sure < 50, "{found:?}");
    // A column that its name calls a tax number, and that holds none, is not believed.
    let wrong = proposed("account", &["P.IVA"], &[&["uno"], &["due"], &["tre"]]).await;
    assert!(wrong[0].sure < 80, "{wrong:?}");
    // One that holds both kinds of number takes both.
    let both = proposed("account", &["P.IVA"], &[&["00743110157"], &["RSSMRA80A01G702M"]]).await;
    let code = italy::TaxCode::parse("RSSMRA80A01G702M").is_ok();
    assert!(!code || both[0].to == "tax_number", "{both:?}");
}

#[tokio::test]
async fn no_place_is_proposed_twice_and_no_consent() {
    let found = proposed("account", &["Ragione sociale", "Denominazione", "Telefono", "Telefono 2", "Consenso mkt", "Xyz"], &[]).await;
    assert_eq!(paths(&found)[1..], ["note", "phones", "phones", "note", "note"]);
    assert_eq!(found[0].to, "name");
    let why: Vec<&str> = found.iter().map(|proposal| proposal.why.key.as_ref()).collect();
    assert_eq!((why[1], why[4], why[5]), ("import-why-taken", "import-why-consent", "import-why-nothing"));
}

#[tokio::test]
async fn people_have_words_of_their_own() {
    let found = proposed("contact", &["Nome", "Cognome", "Ditta", "Mansione", "Cellulare", "Mail", "Data di nascita"], &[]).await;
    assert_eq!(paths(&found), ["name.given", "name.family", "account.name", "job_title", "phones", "emails", "born"]);
}

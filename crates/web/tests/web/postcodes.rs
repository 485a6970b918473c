//! The list of CAPs through the pages: loaded by an administrator, said on cards and in forms, taken away.

use crate::client::Got;
use crate::house::{House, houses};
use serde_json::json;

const PAGE: &str = "/administration/postcodes";
const FILE: &str = "CAP;Comune;Provincia\n56025;Pontedera;PI\n56021;Cascina;PI\nsenza;<b>Atlantide</b>;XX\n";

async fn load(house: &House, who: &str, name: &str, text: &str) -> Got {
    let csrf = house.people[who].csrf.clone();
    house.page(who, "POST", PAGE).multipart(&[("csrf", &csrf)], &[(name, text.as_bytes())]).send().await
}

#[tokio::test]
async fn an_administrator_loads_a_list_and_addresses_are_held_against_it() {
    for house in houses().await {
        for who in ["anna", "mara"] {
            assert!(matches!(house.page(who, "GET", PAGE).send().await.status, 403 | 404), "{who}");
            assert!(matches!(load(&house, who, "cap.csv", FILE).await.status, 403 | 404), "{who}");
        }
        assert!(house.page("ada", "GET", PAGE).send().await.expect(200).text().contains("No list is loaded"));
        let address = json!({ "city": "Pontedera", "province": "PI", "postcode": "56031" });
        let made = house.post("anna", "/accounts", json!({ "name": "Ferramenta", "address": address })).await.expect(201).json();
        let card = format!("/accounts/{}", made["id"].as_str().expect("an id"));
        let shown = |text: &'static str| {
            let sending = house.page("anna", "GET", &card).send();
            async move { sending.await.expect(200).text().contains(text) }
        };
        assert!(!shown("56031 can’t be of Pontedera").await);

        load(&house, "ada", "cap.csv", FILE).await.expect(303);
        let page = house.page("ada", "GET", PAGE).send().await.expect(200).text();
        for text in ["CAPs: 2. Comuni: 2.", "“cap.csv”", "by ada", "One row was not understood", "Atlantide", "no CAP of five digits"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("<b>Atlantide"), "{page}");
        assert!(shown("56031 can’t be of Pontedera: there it is 56025").await);
        assert!(shown("Write “56025”").await);
        let entered = format!("csrf={}&name=Altra&address.city=Cascina&address.province=PI", house.people["anna"].csrf);
        let form = house.page("anna", "POST", "/accounts/form").header("HX-Request", "true").header("HX-Target", "doubts").form(&entered);
        assert!(form.send().await.expect(200).text().contains("data-use=\"address.postcode\" data-meant=\"56021\""));

        // What is no list takes nobody's place.
        for (name, text, says) in
            [("altro.csv", "Nome;Cognome\nAnna;Neri\n", "columns are missing"), ("vuoto.csv", "CAP;Comune\nx;y\n", "no row says a CAP")]
        {
            let page = load(&house, "ada", name, text).await.expect(422).text();
            assert!(page.contains(says) && page.contains("“cap.csv”"), "{page}");
        }
        let none = house.page("ada", "POST", PAGE).multipart(&[("csrf", &house.people["ada"].csrf)], &[]).send().await;
        assert!(none.expect(422).text().contains("role=\"alert\""));
        let csrf = format!("csrf={}", house.people["ada"].csrf);
        house.page("ada", "POST", "/administration/postcodes/removal").form(&csrf).send().await.expect(303);
        assert!(!shown("56031 can’t be of Pontedera").await);
    }
}

//! What is worth a look while somebody writes: said beside the field, put in by a button, and no hindrance to saving.

use crate::client::Got;
use crate::house::{House, houses};
use serde_json::json;

/// A form as it stands, sent by a module that wants to know what is worth a look in it.
async fn told(house: &House, path: &str, entered: &str) -> Got {
    let form = format!("csrf={}&{entered}", house.people["anna"].csrf);
    house.page("anna", "POST", path).header("HX-Request", "true").header("HX-Target", "doubts").form(&form).send().await
}

/// The same, sent by a browser whose modules do nothing.
async fn sent(house: &House, path: &str, entered: &str) -> Got {
    house.page("anna", "POST", path).form(&format!("csrf={}&{entered}", house.people["anna"].csrf)).send().await
}

const ENTERED: &str = "name=Ferramenta&address.city=Pisa&address.province=LI&address.postcode=20121&pec=info%40gmial.com\
    &emails=&emails.0.address=&emails.2.address=posta%40ferramenta.it&emails.5.address=vendite%40hotmial.it&emails.main=2";

#[tokio::test]
async fn it_is_said_in_the_form_and_a_button_puts_in_what_was_meant() {
    for house in houses().await {
        let said = told(&house, "/accounts/form", ENTERED).await.expect(200).text();
        assert!(!said.contains("<form") && !said.contains("<label"), "nothing but what is worth a look: {said}");
        for text in [
            "data-doubts=\"address\"",
            "Pisa is in the province of PI, not of LI.",
            "The CAP 20121 can’t be of Pisa",
            "data-use=\"address.province\" data-meant=\"PI\"",
            "data-use=\"pec\" data-meant=\"info@gmail.com\"",
            // The line by the number that it has in the form, whatever stands empty before it.
            "data-use=\"emails.5.address\" data-meant=\"vendite@hotmail.it\"",
        ] {
            assert!(said.contains(text), "{text}: {said}");
        }
        assert!(!said.contains("posta@ferramenta.it"), "{said}");
        let quiet =
            told(&house, "/accounts/form", "name=Ferramenta&address.city=Pisa&address.province=PI&emails=").await.expect(200).text();
        assert!(quiet.contains("data-doubts=\"address\"") && !quiet.contains("<p>"), "{quiet}");

        // Without modules the button is a step of the form, which comes back with it.
        let step = format!("{ENTERED}&do=use%3Aaddress.province%3DPI");
        let form = sent(&house, "/accounts/form", &step).await.expect(200).text();
        assert!(form.contains("name=\"address.province\" value=\"PI\"") && !form.contains("not of LI"), "{form}");
        assert!(form.contains("value=\"Ferramenta\"") && form.contains("Use “info@gmail.com”"), "the rest is as it was: {form}");

        // It keeps nobody from saving, and the card says it as ever.
        let card = sent(&house, "/accounts/new", ENTERED).await.expect(303).header("location").to_owned();
        let shown = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert!(shown.contains("not of LI") && shown.contains("Write “vendite@hotmail.it”"), "{shown}");
        let form = house.page("anna", "GET", &format!("{card}/edit")).send().await.expect(200).text();
        assert!(form.contains("not of LI") && form.contains("data-doubting"), "what was there before is said at once: {form}");
    }
}

#[tokio::test]
async fn the_card_writes_a_proposal_into_the_one_line_that_it_is_about() {
    for house in houses().await {
        let emails = json!([{ "address": "posta@ferramenta.it", "main": true }, { "address": "vendite@gmial.com", "use": "home" }]);
        let made = house.post("anna", "/accounts", json!({ "name": "Ferramenta", "emails": emails })).await.expect(201).json();
        let path = format!("/accounts/{}", made["id"].as_str().expect("an id"));
        let shown = house.page("anna", "GET", &path).send().await.expect(200).text();
        let form = shown.split("<ul class=\"doubts\">").nth(1).expect("a doubt").split("</form>").next().expect("a form");
        let hidden = form.split("<input type=\"hidden\" name=\"").skip(1).map(|rest| {
            let mut parts = rest.split('"');
            (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default())
        });
        let sending: String = hidden.map(|(name, value)| format!("&{name}={}", value.replace('@', "%40").replace('+', "%2B"))).collect();
        let action = format!("{path}/fields/emails");
        assert!(form.contains(&action), "{form}");
        house.page("anna", "POST", &action).form(sending.trim_start_matches('&')).send().await.expect(303);
        let after = house.get("anna", &path).await.expect(200).json();
        let line = |place: usize, key: &str| after["emails"][place][key].as_str().unwrap_or_default().to_owned();
        assert_eq!([line(0, "address"), line(1, "address"), line(1, "use")], ["posta@ferramenta.it", "vendite@gmail.com", "home"]);
        assert_eq!(after["email"], "posta@ferramenta.it", "the main one is the same");
    }
}

#[tokio::test]
async fn it_is_said_too_where_one_value_is_edited_by_itself() {
    for house in houses().await {
        let address = json!({ "city": "Pisa", "province": "PI" });
        let made = house.post("anna", "/accounts", json!({ "name": "Ferramenta", "address": address })).await.expect(201).json();
        let path = format!("/accounts/{}", made["id"].as_str().expect("an id"));
        let edit = format!("{path}/fields/address/edit?at=card");
        let input = house.page("anna", "GET", &edit).header("HX-Request", "true").send().await.expect(200).text();
        assert!(input.contains(&format!("data-doubting=\"{path}/form\"")) && input.contains("data-doubts=\"address\""), "{input}");
        let entered = "alone=1&version=1&address.city=Pisa&address.province=SI";
        let said = told(&house, &format!("{path}/form"), entered).await.expect(200).text();
        assert!(said.contains("not of SI") && said.contains("type=\"button\""), "no step that would lose what is not here: {said}");
        let input = house.page("anna", "GET", &format!("{path}/fields/name/edit?at=card")).header("HX-Request", "true").send().await;
        assert!(!input.expect(200).text().contains("data-doubting"), "a name is never doubted");
        // A record of others is as unknown as ever, and nothing was written.
        let theirs = format!("/accounts/{}/form", house.south.account);
        assert_eq!(told(&house, &theirs, entered).await.status, 404);
        assert_eq!(house.get("anna", &path).await.expect(200).json()["address"]["province"], "PI");
    }
}

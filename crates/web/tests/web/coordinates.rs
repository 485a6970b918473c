//! Coordinates set by hand, through the pages, files and the API.

use crate::client::Got;
use crate::house::{House, houses};
use serde_json::json;

async fn form(house: &House, path: &str, entered: &str) -> Got {
    house.page("anna", "POST", path).form(&format!("csrf={}&{entered}", house.people["anna"].csrf)).send().await
}

async fn page(house: &House, path: &str) -> String {
    house.page("anna", "GET", path).send().await.expect(200).text()
}

#[tokio::test]
async fn they_are_taken_as_maps_write_them_and_lead_to_a_map() {
    for house in houses().await {
        let card = format!("/accounts/{}", house.north.account);
        // As long as nobody says better, those of the comune stand there, and say so.
        let shown = page(&house, &card).await;
        assert!(shown.contains("of the comune") && shown.contains("https://www.openstreetmap.org/?mlat=43.7"), "{shown}");
        let made = form(&house, "/accounts/new", "name=Mappa&address.city=Pisa&coordinates_by_hand=43%2C7231%2C+10%2C4017&insist=1").await;
        let card = made.expect(303).header("location").split('?').next().unwrap_or_default().to_owned();
        let shown = page(&house, &card).await;
        let link = "<a target=\"_blank\" rel=\"noopener noreferrer\" \
            href=\"https://www.openstreetmap.org/?mlat=43.7231&amp;mlon=10.4017#map=17/43.7231/10.4017\">Open the map</a>";
        assert!(shown.contains("43.7231, 10.4017") && shown.contains(link) && !shown.contains("of the comune"), "{shown}");
        // What is none is refused at its field, and stays there as it was written.
        let edited = form(&house, &format!("{card}/edit"), "version=1&coordinates_by_hand=Pisa+centro").await.expect(422).text();
        assert!(edited.contains("href=\"#coordinates_by_hand\"") && edited.contains("as copied from a map: 43.7167"), "{edited}");
        assert!(edited.contains("value=\"Pisa centro\""), "{edited}");
        let edited = form(&house, &format!("{card}/edit"), "version=1&coordinates_by_hand=91+10").await.expect(422).text();
        assert!(edited.contains("Latitude goes from"), "{edited}");
        // Where it stands, on the card.
        let spot = form(&house, &format!("{card}/fields/coordinates_by_hand"), "version=1&coordinates_by_hand=43.7+10.4").await;
        spot.expect(303);
        assert!(page(&house, &card).await.contains("43.7, 10.4"));
        // In lists, by filter, and in the API.
        let list = page(&house, "/accounts?columns=name,coordinates,coordinates_from&filter=coordinates_from+is+hand").await;
        assert!(list.contains("43.7, 10.4") && list.contains("set by hand") && !list.contains("Officine A"), "{list}");
        let record = house.get("anna", &card).await.expect(200).json();
        assert_eq!((&record["coordinates"], &record["coordinates_from"]), (&json!("43.7,10.4"), &json!("hand")));
        for written in ["coordinates", "coordinates_found", "coordinates_found_as"] {
            let change = json!({ written: if written.ends_with("as") { "house" } else { "43.7,10.5" } });
            house.api("anna", "PATCH", &card).header("If-Match", "*").json(&change).send().await.expect(422);
        }
        // With another address they fall away, and a click brings both back.
        let moved = json!({ "address": { "city": "Lucca" } });
        house.api("anna", "PATCH", &card).header("If-Match", "*").json(&moved).send().await.expect(200);
        let record = house.get("anna", &card).await.expect(200).json();
        assert_eq!((&record["coordinates_by_hand"], &record["coordinates_from"]), (&json!(""), &json!("comune")));
        let history = house.get("anna", &format!("{card}/history")).await.expect(200).json();
        let told: Vec<_> = history["entries"][0]["changes"].as_array().expect("changes").iter().map(|change| &change["field"]).collect();
        assert!(told.contains(&&json!("coordinates_by_hand")) && told.contains(&&json!("address.city")), "{told:?}");
    }
}

/// A file says them under «Coordinate», for sites too.
#[tokio::test]
async fn they_come_in_with_a_file() {
    for house in houses().await {
        let file = "Ragione sociale;Città;Coordinate\r\nFile S.r.l.;Pisa;\"43,7231 10,4017\"\r\nRotta S.r.l.;Lucca;boh\r\n";
        let csrf = house.people["mara"].csrf.clone();
        let sent = [("csrf", csrf.as_str()), ("of", "accounts")];
        let got = house.page("mara", "POST", "/imports/new").multipart(&sent, &[("clienti.csv", file.as_bytes())]).send().await.expect(303);
        let columns = house.page("mara", "GET", got.header("location")).send().await.expect(200).text();
        let chosen = columns.split("name=\"to.2\"").nth(1).and_then(|rest| rest.split("</select>").next()).unwrap_or_default();
        assert!(chosen.contains("value=\"coordinates_by_hand\" selected"), "{chosen}");
        let sites = house.post(
            "anna",
            "/sites",
            json!({ "name": "Deposito", "account": house.north.account.to_string(),
            "address": { "city": "Lucca" }, "coordinates_by_hand": "43,84 10,5" }),
        );
        let site = sites.await.expect(201).json();
        assert_eq!((&site["coordinates"], &site["coordinates_from"]), (&json!("43.84,10.5"), &json!("hand")));
    }
}

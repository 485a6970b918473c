//! Normalising the data, as an administrator does it: he sees what would change, leaves something out, does the rest, and takes it back.

use crate::house::{House, houses};
use serde_json::json;

const PAGE: &str = "/administration/normalisation";

async fn name(house: &House, path: &str) -> String {
    house.get("ada", path).await.expect(200).json()["name"].as_str().expect("a name").to_owned()
}

#[tokio::test]
async fn what_would_change_is_seen_first_and_what_is_left_out_stays() {
    for house in houses().await {
        for who in ["anna", "mara"] {
            assert!(matches!(house.page(who, "GET", PAGE).send().await.status, 403 | 404), "{who}");
        }
        let mut paths = Vec::new();
        for name in ["OFFICINA BIANCHI SRL", "PANIFICIO D'ANGELO SNC", "<b>FORNO</b> SPA"] {
            let address = json!({ "street": "V.LE PISA N.12 A", "city": "FORLI'", "province": "" });
            let account = house.post("ada", "/accounts?insist=1", json!({ "name": name, "address": address })).await.expect(201).json();
            paths.push(format!("/accounts/{}", account["id"].as_str().expect("an id")));
        }
        let first = house.page("ada", "GET", PAGE).send().await.expect(200).text();
        assert!(first.contains("Legal forms") && !first.contains("Officina Bianchi"), "nothing is reckoned before it is asked: {first}");
        let asked = "asked=1&entity=account&rule=companies&rule=forms&rule=streets&rule=places";
        let shown = house.page("ada", "GET", &format!("{PAGE}?{asked}")).send().await.expect(200).text();
        for text in ["OFFICINA BIANCHI SRL", "Officina Bianchi S.r.l.", "Viale Pisa 12/A", "Forlì", "Panificio D&#39;Angelo S.n.c."] {
            assert!(shown.contains(text), "{text}: {shown}");
        }
        assert!(!shown.contains("<b>"), "{shown}");
        let only_forms = house.page("ada", "GET", &format!("{PAGE}?asked=1&entity=account&rule=forms")).send().await.expect(200).text();
        assert!(only_forms.contains("OFFICINA BIANCHI S.r.l.") && !only_forms.contains("Viale Pisa"), "{only_forms}");
        assert_eq!(name(&house, &paths[0]).await, "OFFICINA BIANCHI SRL", "looking changes nothing");

        let ids: Vec<&str> = paths.iter().map(|path| path.trim_start_matches("/accounts/")).collect();
        let ticked = format!("{asked}&shown={}&shown={}&shown={}&row={}", ids[0], ids[1], ids[2], ids[0]);
        let send = |form: String| house.page("ada", "POST", PAGE).form(&format!("csrf={}&{form}", house.people["ada"].csrf)).send();
        send(format!("{asked}&shown={}&shown={}&shown={}", ids[0], ids[1], ids[2])).await.expect(422);
        let begun = send(ticked).await.expect(303);
        assert_eq!(name(&house, &paths[0]).await, "Officina Bianchi S.r.l.");
        assert_eq!(name(&house, &paths[1]).await, "PANIFICIO D'ANGELO SNC", "what was left out stays");
        let report = begun.header("location").to_owned();
        let told = house.page("ada", "GET", &report).send().await.expect(200).text();
        assert!(told.contains("1 changed") && told.contains("Normalise"), "{told}");
        house.page("ada", "POST", &format!("{report}/undo")).form(&format!("csrf={}", house.people["ada"].csrf)).send().await.expect(303);
        assert_eq!(name(&house, &paths[0]).await, "OFFICINA BIANCHI SRL");
        for nonsense in ["?entity=user&asked=1", "?entity=nothing"] {
            house.page("ada", "GET", &format!("{PAGE}{nonsense}")).send().await.expect(422);
        }
        house.page("ada", "GET", &format!("{PAGE}?{asked}&after=xyz")).send().await.expect(200);
    }
}

//! The bar at the head of a card: the place in the list.

use crate::house::{House, houses};
use serde_json::json;

async fn page(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

/// The addresses of the cards of a list, as its rows lead to them.
fn rows(list: &str) -> Vec<String> {
    let hrefs = list.split("class=\"row-link\" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    hrefs.map(|href| href.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// What a card says of its place, asked for as its page asks.
async fn place(house: &House, who: &str, card: &str) -> String {
    let shown = page(house, who, card).await;
    let asked = shown.split("id=\"card-place\" hx-get=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a place");
    let asked = asked.replace("&#38;", "&").replace("&amp;", "&");
    let got = house.page(who, "GET", &asked).header("HX-Request", "true").send().await.expect(200).text();
    let said = got.split_once('>').map(|(_, rest)| rest.trim_end_matches("</span>").to_owned());
    said.unwrap_or_default()
}

#[tokio::test]
async fn a_card_says_its_place_in_the_list_one_came_from() {
    for house in houses().await {
        for (number, city) in ["Pisa", "Lucca", "Pisa", "Pisa", "Lucca", ""].iter().enumerate() {
            let body = json!({ "name": format!("Ditta {}", number / 2), "address": { "city": city } });
            house.post("anna", "/accounts?insist=1", body).await.expect(201);
        }
        let lists = [
            ("", 7),
            ("?sort=name", 7),
            ("?sort=-name", 7),
            ("?sort=address.city", 7),
            ("?sort=-changed_at", 7),
            ("?filter=address.city%20is%20%22Pisa%22&sort=-name&columns=name", 4),
            ("?q=ditta", 6),
            ("?q=ditta&filter=address.city%20is%20%22Lucca%22", 2),
        ];
        for (list, count) in lists {
            let cards = rows(&page(&house, "anna", &format!("/accounts{list}")).await);
            assert_eq!(cards.len(), count, "{list}");
            for (before, card) in cards.iter().enumerate() {
                assert_eq!(place(&house, "anna", card).await, format!("{} of {count}", before + 1), "{list}");
            }
        }
        // The list of whoever sees more is longer, and nobody is told of what he does not see.
        let own = format!("/accounts/{}", house.north.account);
        assert!(place(&house, "ada", &own).await.ends_with(" of 8"));
        assert!(place(&house, "bruno", &format!("/accounts/{}", house.south.account)).await == "1 of 1");
        // What the list does not have has no place in it, nor has anything in what is no list.
        assert_eq!(place(&house, "anna", &format!("{own}?list=filter%3Dname%2Bis%2B%2522x%2522")).await, "");
        assert_eq!(place(&house, "anna", &format!("{own}?list=filter%3D%28%28")).await, "");
        // Without a module the address is that of the card; of what is not seen there is none.
        let got = house.page("anna", "GET", &format!("{own}/position?list=sort%3Dname")).send().await.expect(303);
        assert_eq!(got.header("location"), format!("{own}?list=sort%3Dname"));
        house.page("anna", "GET", &format!("/accounts/{}/position", house.south.account)).send().await.expect(404);
    }
}

/// Other kinds of records have the same head.
#[tokio::test]
async fn every_card_says_its_place() {
    for house in houses().await {
        for (plural, id) in [("contacts", house.north.contact), ("sites", house.north.site), ("documents", house.north.document)] {
            assert_eq!(place(&house, "anna", &format!("/{plural}/{id}")).await, "1 of 1", "{plural}");
        }
    }
}

//! The bar at the head of a card: the place in the list, the star, sharing.

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

/// Keeps a record as its card does, or takes it off.
async fn keep(house: &House, who: &str, card: &str, kept: &str) -> crate::client::Got {
    house.clock.pass(1_000);
    let form = format!("csrf={}&kept={kept}", house.people[who].csrf);
    house.page(who, "POST", &format!("{card}/favourite")).form(&form).send().await
}

async fn palette(house: &House, who: &str, question: &str) -> String {
    house.page(who, "GET", &format!("/palette?{question}")).header("HX-Request", "true").send().await.expect(200).text()
}

fn pressed(card: &str) -> bool {
    card.contains("favourite\" aria-pressed=\"true\"")
}

#[tokio::test]
async fn a_favourite_is_kept_at_hand_for_one_person() {
    for house in houses().await {
        let [account, contact] =
            [("accounts", house.north.account), ("contacts", house.north.contact)].map(|(plural, id)| format!("/{plural}/{id}"));
        assert!(!pressed(&page(&house, "anna", &account).await));
        assert!(page(&house, "anna", "/favourites").await.contains("No favourites yet"));
        // Without a module: back on the card, which says so.
        let got = keep(&house, "anna", &account, "yes").await.expect(303);
        assert_eq!(got.header("location"), account);
        let card = page(&house, "anna", &account).await;
        assert!(pressed(&card) && card.contains("Remove from favourites"), "{card}");
        assert!(!pressed(&page(&house, "mara", &account).await), "nobody else's");
        // With one: the star alone, and a message beside it.
        let form = format!("csrf={}&kept=yes", house.people["anna"].csrf);
        house.clock.pass(1_000);
        let asked = house.page("anna", "POST", &format!("{contact}/favourite")).form(&form).header("HX-Request", "true");
        let got = asked.send().await.expect(200);
        assert!(pressed(&got.text()) && got.text().contains("id=\"favourite-item\"") && !got.text().contains("<h1"), "{}", got.text());
        assert!(got.header("hx-trigger").contains("Among your favourites"));
        // In the palette, before what was open, and once; where one is already is no place to go to.
        let kept = palette(&house, "anna", "").await;
        assert!(kept.find(&contact) < kept.find(&account) && kept.contains("Favourites"), "{kept}");
        assert_eq!(kept.matches(&format!("data-href=\"{account}\"")).count(), 1, "{kept}");
        assert!(!palette(&house, "anna", &format!("on={contact}")).await.contains(&contact));
        assert!(!palette(&house, "mara", "").await.contains("Favourites"));
        // The page has them all, and takes them off.
        let all = page(&house, "anna", "/favourites").await;
        assert!(all.find(&contact) < all.find(&account) && all.contains("Officine A"), "{all}");
        let form = format!("csrf={}&kept=no&back=%2Ffavourites", house.people["anna"].csrf);
        let got = house.page("anna", "POST", &format!("{contact}/favourite")).form(&form).send().await.expect(303);
        assert_eq!(got.header("location"), "/favourites");
        assert!(!page(&house, "anna", "/favourites").await.contains(&contact));
        // Nonsense changes nothing and leads nowhere else.
        keep(&house, "anna", &account, "perhaps").await.expect(422);
        let form = format!("csrf={}&kept=yes&back=%2F%2Fevil.example", house.people["anna"].csrf);
        let got = house.page("anna", "POST", &format!("{account}/favourite")).form(&form).send().await.expect(303);
        assert_eq!(got.header("location"), account);
    }
}

#[tokio::test]
async fn a_favourite_that_is_not_seen_any_more_is_not_shown() {
    for house in houses().await {
        let account = format!("/accounts/{}", house.north.account);
        keep(&house, "anna", &account, "yes").await.expect(303);
        keep(&house, "mara", &account, "yes").await.expect(303);
        keep(&house, "anna", &format!("/accounts/{}", house.south.account), "yes").await.expect(404);
        let entity = house.engine.entity("account").expect("accounts");
        let owner = entity.field("owner").expect("an owner").id;
        let system = house.engine.system(engine::Through::CommandLine);
        let bruno = kernel::Value::Link(house.people["bruno"].id);
        house.engine.change(&system, &entity, house.north.account, None, vec![(owner, bruno)], Vec::new()).await.expect("given");
        for shown in [page(&house, "anna", "/favourites").await, palette(&house, "anna", "").await] {
            assert!(!shown.contains("Officine A") && !shown.contains(&account), "{shown}");
        }
        keep(&house, "anna", &account, "no").await.expect(404);
        assert!(page(&house, "mara", "/favourites").await.contains("Officine A"), "who still sees it still has it");
        house.engine.remove(&system, &entity, house.north.account, None).await.expect("removed");
        assert!(!page(&house, "mara", "/favourites").await.contains("Officine A"));
        // In the trash a card has no star, and is not shared.
        let removed = page(&house, "mara", &account).await;
        assert!(!removed.contains("id=\"favourite\"") && !removed.contains("mailto:?subject"), "{removed}");
    }
}

#[tokio::test]
async fn a_card_is_shared_by_its_address() {
    for house in houses().await {
        let body = json!({ "name": "Rossi & Figli \"Sud\" <b>", "address": { "city": "Pisa" } });
        let made = house.post("anna", "/accounts?insist=1", body).await.expect(201).json();
        let path = format!("/accounts/{}", made["id"].as_str().expect("an id"));
        let card = page(&house, "anna", &format!("{path}?list=sort%3Dname")).await;
        let address = format!("http://{}{path}", house.address);
        // The list one came from stays one's own.
        assert!(card.contains(&format!("data-copy=\"{address}\"")), "{card}");
        let letter = card.split("href=\"mailto:?").nth(1).and_then(|rest| rest.split('"').next()).expect("a letter");
        let parts: Vec<(String, String)> = form_urlencoded::parse(letter.replace("&amp;", "&").as_bytes()).into_owned().collect();
        assert_eq!(parts[0], ("subject".into(), "Rossi & Figli \"Sud\" <b>".into()));
        assert_eq!(parts[1], ("body".into(), format!("Rossi & Figli \"Sud\" <b>\r\n{address}\r\n")));
        assert!(!letter.contains('+'), "{letter}");
    }
}

//! Saved views and chosen columns: kept by their address, each person's own unless shared.

use crate::client::Got;
use crate::house::{House, houses};

/// Sends a form as somebody, with his token.
async fn sends(house: &House, who: &str, path: &str, form: &str) -> Got {
    let form = format!("csrf={}&{form}", house.people[who].csrf);
    house.page(who, "POST", path).form(&form).send().await
}

fn place(got: &Got) -> String {
    got.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location")).map(|(_, value)| value.clone()).unwrap_or_default()
}

async fn page(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

/// The heads of the columns.
fn heads(page: &str) -> Vec<String> {
    let table = page.split("<thead>").nth(1).and_then(|rest| rest.split("</thead>").next()).unwrap_or_default();
    let cells = table.split("<th ").skip(1).map(|cell| cell.split_once('>').map_or("", |(_, cell)| cell));
    cells
        .map(|cell| {
            let mut tag = false;
            let text: String = cell
                .chars()
                .filter(|letter| {
                    let inside = tag || *letter == '<';
                    tag = inside && *letter != '>';
                    !inside
                })
                .collect();
            text.trim().to_owned()
        })
        .collect()
}

const LIVORNO: &str = "question=filter%3Daddress.city%2Bis%2B%2522Livorno%2522%26sort%3D-name%26columns%3Dname%2Crevenue";

#[tokio::test]
async fn a_view_keeps_what_the_list_shows() {
    for house in houses().await {
        let kept = sends(&house, "mara", "/accounts/views", &format!("name=A+Livorno&{LIVORNO}")).await.expect(303);
        let address = place(&kept);
        assert!(address.starts_with("/accounts?view="), "{address}");
        let shown = page(&house, "mara", &address).await;
        assert!(shown.contains("Officine B") && !shown.contains("Officine A"), "its filter is asked");
        assert!(shown.contains("A Livorno"), "its name is shown");
        assert_eq!(heads(&shown), ["Name", "Yearly revenue"]);
        assert!(!shown.contains("Drop changes"));
        let counted =
            shown.split("hx-get=\"/accounts/count").nth(1).and_then(|rest| rest.split('"').next()).expect("a place for the count");
        let count =
            house.page("mara", "GET", &format!("/accounts/count{counted}")).header("HX-Request", "true").send().await.expect(200).text();
        assert!(count.contains(">1<") || count.contains("1 in all"), "it counts what it shows: {count}");
        // A change of it is seen, can be kept, and can be dropped.
        let changed = page(&house, "mara", &format!("{address}&filter=&columns=name,employees")).await;
        assert!(changed.contains("Officine A") && changed.contains("Drop changes") && changed.contains("Save view"));
        sends(&house, "mara", &address.replace("?view=", "/views/"), "question=columns%3Dname%2Cemployees").await.expect(303);
        let shown = page(&house, "mara", &address).await;
        assert!(shown.contains("Officine A") && !shown.contains("Drop changes"));
        assert_eq!(heads(&shown), ["Name", "Employees"]);
        // It goes to the trash, and its address shows the plain list then.
        sends(&house, "mara", &format!("{}/removal", address.replace("?view=", "/views/")), "").await.expect(303);
        assert!(!page(&house, "mara", &address).await.contains("A Livorno"));
    }
}

#[tokio::test]
async fn a_view_is_ones_own_unless_it_is_shared() {
    for house in houses().await {
        let kept = sends(&house, "anna", "/accounts/views", &format!("name=Mia&{LIVORNO}")).await.expect(303);
        let address = place(&kept);
        let change = address.replace("?view=", "/views/");
        for other in ["aldo", "bruno", "mara", "ada", "rita"] {
            assert!(!page(&house, other, &address).await.contains("Mia"), "{other} is not shown it");
            assert!(!page(&house, other, "/accounts/views").await.contains("Mia"));
            sends(&house, other, &change, "name=Sua").await.expect(404);
            sends(&house, other, &format!("{change}/removal"), "").await.expect(404);
        }
        // Whoever may not share puts nothing before others, whatever the form says.
        sends(&house, "anna", &change, "name=Mia&shared=1&role=agent").await.expect(303);
        assert!(!page(&house, "aldo", "/accounts/views").await.contains("Mia"));
        let api = house.api("anna", "PATCH", &format!("/views/{}", address.trim_start_matches("/accounts?view=")));
        api.if_match(1).json(&serde_json::json!({ "shared": true })).send().await.expect(403);

        // A shared one is everybody's to look through, and the list of a role begins with it.
        let shared = sends(&house, "mara", "/accounts/views", &format!("name=Agenti&role=agent&{LIVORNO}")).await.expect(303);
        let begun = page(&house, "bruno", "/accounts").await;
        assert!(begun.contains("Agenti"), "the list of an agent begins with it");
        assert_eq!(heads(&begun), ["Name", "Yearly revenue"]);
        assert!(!page(&house, "bruno", "/accounts?filter=").await.contains("Agenti"), "the whole list is one click away");
        assert!(!page(&house, "mara", "/accounts").await.contains("Agenti"));
        sends(&house, "bruno", &place(&shared).replace("?view=", "/views/"), "name=Nostra").await.expect(403);
        // It shows everybody only what he may see.
        let anna = page(&house, "anna", "/accounts").await;
        assert!(!anna.contains("Officine B"), "{anna}");
    }
}

/// What somebody keeps for himself, a view or a segment, is his own business: whoever may see all records and all people sees
/// neither, on either face, until it is shared.
#[tokio::test]
async fn views_and_segments_of_ones_own_are_nobody_elses() {
    for house in houses().await {
        for (plural, id, name) in [("views", house.north.view, "Vista A"), ("segments", house.north.segment, "Segmento A")] {
            let path = format!("/{plural}/{id}");
            house.get("anna", &path).await.expect(200);
            for other in ["aldo", "rita", "mara", "ada"] {
                house.get(other, &path).await.expect(404);
                house.page(other, "GET", &path).send().await.expect(404);
                house.get(other, &format!("{path}/history")).await.expect(404);
                house.api(other, "PATCH", &path).if_match(1).json(&serde_json::json!({ "name": "Sua" })).send().await.expect(404);
                house.api(other, "DELETE", &path).if_match(1).send().await.expect(404);
                let of_segment = house.page(other, "GET", &format!("/accounts/filter?segment={id}")).send().await;
                for (place, text) in [
                    ("the builder", of_segment.text()),
                    ("the list", house.page(other, "GET", &format!("/{plural}?filter=")).send().await.text()),
                    ("the API", house.get(other, &format!("/{plural}")).await.expect(200).text()),
                    ("the search", house.get(other, "/search?q=segmento").await.expect(200).text()),
                    (
                        "the palette",
                        house.page(other, "GET", "/palette?q=segmento").header("HX-Request", "true").send().await.expect(200).text(),
                    ),
                ] {
                    assert!(!text.contains(name) && !text.contains(&id.to_string()), "{place} tells {other} of {plural}");
                }
            }
            let own = house.get("mara", &format!("/{plural}/count?exact=1")).await.expect(200).json();
            assert_eq!(own["count"], 0);
            let system = house.engine.system(engine::Through::CommandLine);
            let entity = house.engine.entity(plural.trim_end_matches('s')).expect("an entity");
            let shared = entity.field("shared").expect("a field").id;
            house.engine.change(&system, &entity, id, None, vec![(shared, true.into())], Vec::new()).await.expect("shared");
            for other in ["aldo", "rita", "mara", "ada"] {
                assert_eq!(house.get(other, &path).await.expect(200).json()["name"], name);
            }
        }
    }
}

#[tokio::test]
async fn only_what_the_list_understands_is_kept_and_shown() {
    for house in houses().await {
        let wrong = sends(&house, "anna", "/accounts/views", "name=Rotta&question=filter%3Dname%2Bis").await.expect(422).text();
        assert!(wrong.contains("value=\"Rotta\""), "what was written is kept");
        sends(&house, "anna", "/accounts/views", "name=&question=").await.expect(422);
        let hostile =
            sends(&house, "anna", "/accounts/views", "name=%3Cscript%3Ealert(1)%3C/script%3E&question=sort%3D-name").await.expect(303);
        let shown = page(&house, "anna", &place(&hostile)).await;
        assert!(shown.contains("alert(1)") && !shown.contains("<script>alert"));
        // Columns that are none, or nobody's to see, are passed over.
        let shown = page(&house, "ada", "/users?columns=password_hash,name,nothing,%22,name").await;
        assert_eq!(heads(&shown), ["Name"]);
        assert!(!shown.contains("password_hash"), "{shown}");
        // Widths are numbers within bounds, and nothing else.
        let wide = page(&house, "ada", "/users?columns=name:300,email:1,roles:99999,active:x%22%3E,password_hash:200").await;
        assert!(wide.contains("<table class=\"list sized\"") && wide.contains("<col width=\"300\">"), "{wide}");
        let columns = wide.split("<colgroup>").nth(1).and_then(|rest| rest.split("</colgroup>").next()).unwrap_or_default();
        assert_eq!(columns.matches("<col width=").count(), 4, "{columns}");
        assert!(!columns.contains("99999") && !columns.contains("width=\"1\"") && !columns.contains('x'), "{columns}");
        let plain = page(&house, "ada", "/users?columns=name:x,email:0").await;
        assert!(plain.contains("<table class=\"list\"") && !plain.contains("<colgroup>"), "{plain}");
        let none = page(&house, "ada", "/users?columns=password_hash").await;
        assert_eq!(heads(&none).len(), 5, "the usual columns where none is left");
    }
}

/// The address that a link of a page leads to, by its relation.
fn led(page: &str, rel: &str) -> Option<String> {
    let link = page.split("<a ").find(|link| link.contains(&format!("rel=\"{rel}\"")) && link.contains("data-key"))?;
    Some(link.split("href=\"").nth(1)?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

fn name_of(card: &str) -> String {
    card.split("<h1")
        .nth(1)
        .and_then(|rest| rest.split_once('>'))
        .and_then(|(_, rest)| rest.split("</h1>").next())
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn cards_are_walked_as_the_list_shows_them() {
    for house in houses().await {
        for (number, city) in ["Pisa", "Lucca", "Pisa", "Pisa", "Lucca"].iter().enumerate() {
            let body = serde_json::json!({ "name": format!("Ditta {number}"), "address": { "city": city } });
            house.post("anna", "/accounts?insist=1", body).await.expect(201);
        }
        let list = "/accounts?filter=address.city%20is%20%22Pisa%22&sort=-name&columns=name";
        let shown = page(&house, "anna", list).await;
        let first = shown.split("class=\"row-link\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a row").to_owned();
        let mut card = page(&house, "anna", &first).await;
        let mut walked = vec![name_of(&card)];
        assert!(led(&card, "prev").is_none(), "nothing stands before the first");
        while let Some(next) = led(&card, "next") {
            card = page(&house, "anna", &next).await;
            walked.push(name_of(&card));
        }
        assert_eq!(walked, ["Officine A", "Ditta 3", "Ditta 2", "Ditta 0"]);
        // And back, to the list as it was.
        let back = page(&house, "anna", &led(&card, "prev").expect("one before")).await;
        assert_eq!(name_of(&back), "Ditta 2");
        let way = back
            .split("class=\"record-bar\">")
            .nth(1)
            .and_then(|rest| rest.split("href=\"").nth(1))
            .and_then(|rest| rest.split('"').next());
        assert_eq!(page(&house, "anna", &way.expect("a way back").replace("&#38;", "&")).await.matches("row-link").count(), 4);
        // What is not in the list has nobody beside it; a list that is none is no failure.
        let other = page(&house, "anna", &format!("/accounts/{}?list=filter%3Dname%2Bis%2B%2522x%2522", house.north.account)).await;
        assert!(led(&other, "next").is_none() && led(&other, "prev").is_none());
        page(&house, "anna", &format!("/accounts/{}?list=filter%3D%28%28&x", house.north.account)).await;
        // Others' cards are passed over.
        let bruno = page(&house, "bruno", &format!("/accounts/{}", house.south.account)).await;
        assert!(led(&bruno, "next").is_none() && led(&bruno, "prev").is_none());
    }
}

#[tokio::test]
async fn the_way_back_leads_to_the_page_one_came_from() {
    for house in houses().await {
        for number in 0..60 {
            house.post("anna", "/accounts?insist=1", serde_json::json!({ "name": format!("Ditta {number:02}") })).await.expect(201);
        }
        let first = page(&house, "anna", "/accounts?sort=name").await;
        let next = led(&first, "next").expect("a second page");
        let second = page(&house, "anna", &next).await;
        let row = |page: &str| {
            let href = page.split("class=\"row-link\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a row");
            href.replace("&#38;", "&").replace("&amp;", "&")
        };
        let card = page(&house, "anna", &row(&second)).await;
        let way = card
            .split("class=\"record-bar\">")
            .nth(1)
            .and_then(|rest| rest.split("href=\"").nth(1))
            .and_then(|rest| rest.split('"').next());
        let back = page(&house, "anna", &way.expect("a way back").replace("&#38;", "&")).await;
        assert_eq!(row(&back), row(&second));
        assert_ne!(row(&back), row(&first));
    }
}

//! A list in groups, with totals, as a board, and as a file: always what its reader sees of it, and nothing else.

use crate::client::Got;
use crate::house::{House, houses};
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use serde_json::json;
use std::io::Cursor;

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Anna's customers: three in Pisa, two in Lucca, at different stages, with revenue.
async fn fill(house: &House) {
    for (name, city, stage, revenue) in [
        ("Alfa", "Pisa", "lead", "1000.00"),
        ("Beta", "Pisa", "customer", "250.50"),
        ("Gamma", "Lucca", "customer", "20.00"),
        ("Delta", "Lucca", "lead", "0.00"),
        ("=HYPERLINK(1)", "Pisa", "prospect", "3.00"),
    ] {
        let body = json!({ "name": name, "address": { "city": city }, "stage": stage, "revenue": revenue, "phones": [{ "number": "050 123456" }] });
        house.post("anna", "/accounts?insist=1", body).await.expect(201);
    }
}

async fn page(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

async fn fragment(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).header("HX-Request", "true").send().await.expect(200).text()
}

/// What the heads of the groups say, tags left out.
fn groups(page: &str) -> Vec<String> {
    let heads = page.split("<tr class=\"group-head\">").skip(1).map(|rest| rest.split("</tr>").next().unwrap_or_default());
    heads.map(plain).collect()
}

fn plain(markup: &str) -> String {
    let mut text = String::new();
    let mut tag = false;
    for letter in markup.chars() {
        match letter {
            '<' => tag = true,
            '>' => {
                tag = false;
                text.push(' ');
            }
            letter if !tag => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_list_in_groups_counts_and_sums_what_its_reader_sees() {
    for house in houses().await {
        fill(&house).await;
        let by_stage = page(&house, "anna", "/accounts?group=stage&totals=sum&columns=name,revenue").await;
        let heads = groups(&by_stage);
        assert!(heads[0].starts_with("Suspect 1 Yearly revenue"), "{heads:?}");
        assert!(heads[1].starts_with("Lead 2") && heads[1].contains("1,000.00"), "{heads:?}");
        assert!(heads[3].starts_with("Customer 2") && heads[3].contains("270.50"), "{heads:?}");
        // Bruno sees his one account, and no sum of Anna's.
        let others = page(&house, "bruno", "/accounts?group=stage&totals=sum&columns=name,revenue").await;
        assert_eq!(groups(&others).len(), 1);
        assert!(!others.contains("1,000"));
        // By place and by month; with the filter and the words of the box.
        let by_city = groups(&page(&house, "anna", "/accounts?group=address.city").await);
        assert!(by_city[0].starts_with("Lucca 2") && by_city[1].starts_with("Pisa 4"), "{by_city:?}");
        let narrowed = groups(&page(&house, "anna", &format!("/accounts?group=address.city&filter={}", encode("stage is customer"))).await);
        assert!(narrowed[0].starts_with("Lucca 1") && narrowed[1].starts_with("Pisa 1"), "{narrowed:?}");
        assert!(groups(&page(&house, "anna", "/accounts?group=created_at:year").await)[0].ends_with("6 Open as a list"));
        // A group closes and opens by itself; without modules it is a list of its own.
        let open = fragment(&house, "anna", "/accounts/groups?group=address.city&key=lucca&open=1").await;
        assert!(open.contains("Gamma") && open.contains("Delta") && !open.contains("Alfa"), "{open}");
        let closed = fragment(&house, "anna", "/accounts/groups?group=address.city&key=lucca&open=0").await;
        assert!(closed.contains("aria-expanded=\"false\"") && !closed.contains("Gamma"));
        let list = house.page("anna", "GET", "/accounts/groups?group=address.city&key=lucca").send().await.expect(303);
        assert_eq!(list.header("location"), "/accounts?filter=address.city+is+%22lucca%22");
        // What makes no groups is a plain list.
        for group in ["password_hash", "nothing", "name' --", "revenue"] {
            assert!(groups(&page(&house, "anna", &format!("/accounts?group={}", encode(group))).await).is_empty());
        }
    }
}

#[tokio::test]
async fn totals_come_after_the_page() {
    for house in houses().await {
        fill(&house).await;
        let list = page(&house, "anna", "/accounts?columns=name,revenue,employees&totals=mean").await;
        assert!(list.contains("hx-get=\"/accounts/totals?columns=name%2Crevenue%2Cemployees&amp;totals=mean\""), "{list}");
        for (reckoning, said) in [("sum", "1,273.50"), ("mean", "212.25"), ("least", "0.00"), ("most", "1,000.00")] {
            let totals = fragment(&house, "anna", &format!("/accounts/totals?columns=name,revenue&totals={reckoning}")).await;
            assert!(plain(&totals).contains(said), "{reckoning}: {totals}");
        }
        let bruno = fragment(&house, "bruno", "/accounts/totals?columns=name,revenue&totals=sum").await;
        assert!(!plain(&bruno).contains("1,273"));
        let whole = page(&house, "anna", "/accounts/totals?columns=name,revenue&totals=sum").await;
        assert!(whole.contains("1,273.50"), "a page of its own without modules");
    }
}

/// Moves a card as somebody.
async fn moved(house: &House, who: &str, id: &str, fields: &str, fragment: bool) -> Got {
    let form = format!("csrf={}&{fields}", house.people[who].csrf);
    let sending = house.page(who, "POST", &format!("/accounts/{id}/place"));
    let sending = if fragment { sending.header("HX-Request", "true") } else { sending };
    sending.form(&form).send().await
}

#[tokio::test]
async fn a_card_is_moved_on_a_board() {
    for house in houses().await {
        fill(&house).await;
        let board = page(&house, "anna", "/accounts?board=stage").await;
        let lanes: Vec<String> =
            board.split("<section class=\"lane\"").skip(1).map(|lane| plain(lane.split("</header>").next().unwrap_or_default())).collect();
        assert!(lanes[1].ends_with("Lead 2 1,000.00 €") || lanes[1].ends_with("Lead 2 €1,000.00"), "{lanes:?}");
        assert_eq!(lanes.len(), 5, "a column for each stage, empty ones too");
        let found = house.get("anna", &format!("/accounts?filter={}", encode("name is \"Alfa\""))).await.expect(200).json();
        let id = found["records"][0]["id"].as_str().expect("an id").to_owned();
        let stage = async || house.get("anna", &format!("/accounts/{id}")).await.expect(200).json()["stage"].clone();
        let done = moved(&house, "anna", &id, "field=stage&value=prospect&version=1", true).await.expect(204);
        assert!(done.header("hx-trigger").contains("/undo"));
        assert_eq!(stage().await, "prospect");
        // The card was seen as it no longer is; what is no stage; what is no field of boards; without modules.
        let stale = moved(&house, "anna", &id, "field=stage&value=lead&version=1", true).await.expect(409);
        assert!(stale.header("hx-trigger").contains("colleague"), "{} {:?}", stale.text(), stale.headers);
        moved(&house, "anna", &id, "field=stage&value=nothing&version=2", true).await.expect(422);
        for field in ["stage_since", "name", "version", "nothing"] {
            moved(&house, "anna", &id, &format!("field={field}&value=x&version=2"), true).await.expect(404);
        }
        assert_eq!(stage().await, "prospect");
        let back =
            moved(&house, "anna", &id, "field=stage&value=customer&version=2&back=%2Faccounts%3Fboard%3Dstage", false).await.expect(303);
        assert_eq!((back.header("location"), stage().await), ("/accounts?board=stage", json!("customer")));
        // Whoever does not see it finds nothing; whoever may not change it is told so; nothing is moved.
        moved(&house, "bruno", &id, "field=stage&value=lead&version=3", true).await.expect(404);
        moved(&house, "rita", &id, "field=stage&value=lead&version=3", true).await.expect(403);
        assert_eq!(stage().await, "customer");
        let fixed = page(&house, "rita", "/accounts?board=stage").await;
        assert!(!fixed.contains("draggable=\"true\"") && !fixed.contains("/place"));
    }
}

#[tokio::test]
async fn exactly_this_list_is_taken_out() {
    for house in houses().await {
        fill(&house).await;
        // An agent takes nothing out; a manager does.
        assert_eq!(house.page("anna", "GET", "/accounts/export.csv").send().await.status, 403);
        assert_eq!(house.page("anna", "GET", "/accounts/export.xlsx").send().await.status, 403);
        let question = format!(
            "columns=name,stage,revenue,phone,stage_since&sort=-name&filter={}",
            encode("address.city is \"Pisa\" and owner.name is \"anna\"")
        );
        let got = house.page("mara", "GET", &format!("/accounts/export.csv?{question}")).send().await.expect(200);
        assert!(got.header("content-disposition").starts_with("attachment; filename=\"accounts-"), "{}", got.header("content-disposition"));
        let text = got.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "\u{feff}Name;Stage;Yearly revenue;Phone;At this stage since");
        assert!(lines[2].starts_with("Beta;Customer;250,50;\"'+39050123456\";"), "{text}");
        assert!(lines.iter().any(|line| line.starts_with("\"'=HYPERLINK(1)\";")), "no sheet reckons with it: {text}");
        let got = house.page("mara", "GET", &format!("/accounts/export.xlsx?{question}")).send().await.expect(200);
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(got.body.clone())).expect("a workbook");
        let sheet = book.worksheet_range_at(0).expect("a sheet").expect("its cells");
        assert_eq!(sheet.rows().count(), lines.len());
        let beta = sheet.rows().find(|row| row[0] == Data::String("Beta".to_owned())).expect("Beta");
        assert_eq!(beta[2], Data::Float(250.5));
        assert_eq!(beta[3], Data::String("+39050123456".to_owned()));
        assert!(matches!(&beta[4], Data::DateTime(_)), "{beta:?}");
        assert!(sheet.rows().any(|row| row[0] == Data::String("=HYPERLINK(1)".to_owned())), "a text, not a formula");
        let formulas = book.worksheet_formula("Sheet1").expect("formulas");
        assert!(formulas.is_empty(), "{formulas:?}");
        // Nor when somebody edits the cell: it is marked as a text.
        let styles = part(&got.body, "xl/styles.xml");
        assert!(styles.contains("quotePrefix=\"1\""), "{styles}");
    }
}

/// A part of a workbook, whose head says where it begins.
pub fn part(book: &[u8], name: &str) -> String {
    use std::io::Read;
    let at = book.windows(name.len()).position(|some| some == name.as_bytes()).expect(name);
    let more = usize::from(u16::from_le_bytes([book[at - 2], book[at - 1]]));
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(&book[at + name.len() + more..]).read_to_string(&mut text).expect("a text");
    text
}

#[tokio::test]
async fn exactly_this_list_as_json_and_as_cards() {
    for house in houses().await {
        fill(&house).await;
        let evil = json!({ "name": "Epsilon; a, b", "address": { "city": "Pisa" }, "remarks": "uno\nEND:VCARD\nBEGIN:VCARD\nFN:Intruso", "web_site": "https://epsilon.it" });
        let made = house.post("anna", "/accounts?insist=1", evil).await.expect(201).json();
        let id = made["id"].as_str().expect("its identity").to_owned();
        // An agent takes nothing out, and is shown no way to.
        for path in ["export.json".to_owned(), "export.vcf".to_owned(), format!("{id}/card.vcf")] {
            house.page("anna", "GET", &format!("/accounts/{path}")).send().await.expect(403);
        }
        assert!(!page(&house, "anna", "/accounts").await.contains("export.json"));
        assert!(!page(&house, "anna", &format!("/accounts/{id}")).await.contains("card.vcf"));
        assert!(page(&house, "mara", "/accounts").await.contains("export.vcf"));
        assert!(page(&house, "mara", &format!("/accounts/{id}")).await.contains(&format!("/accounts/{id}/card.vcf")));
        let sites = page(&house, "mara", "/sites").await;
        assert!(sites.contains("export.json") && !sites.contains("export.vcf"), "a place is nobody");
        house.page("mara", "GET", "/sites/export.vcf").send().await.expect(404);
        house.page("mara", "GET", &format!("/sites/{}/card.vcf", house.north.site)).send().await.expect(404);

        let question = format!(
            "columns=name,revenue,address.city&sort=-name&filter={}",
            encode("address.city is \"Pisa\" and owner.name is \"anna\"")
        );
        let got = house.page("mara", "GET", &format!("/accounts/export.json?{question}")).send().await.expect(200);
        assert_eq!(got.header("content-type"), "application/json");
        let list = got.json();
        let names: Vec<&str> = list.as_array().expect("a list").iter().map(|one| one["name"].as_str().expect("a name")).collect();
        assert!(names.windows(2).all(|two| two[0] >= two[1]) && names.contains(&"Beta") && !names.contains(&"Gamma"), "{names:?}");
        let beta = &list[names.iter().position(|name| *name == "Beta").expect("Beta")];
        assert_eq!((&beta["revenue"], &beta["address"]["city"]), (&json!("250.50"), &json!("Pisa")));
        assert!(
            beta.get("phones").is_none() && beta.get("vat_number").is_none() && beta.get("stage").is_none(),
            "its columns alone: {beta}"
        );
        let none = format!("/accounts/export.json?filter={}", encode("name is \"nobody at all\""));
        assert_eq!(house.page("mara", "GET", &none).send().await.expect(200).json(), json!([]));

        let got = house.page("mara", "GET", &format!("/accounts/export.vcf?{question}")).send().await.expect(200);
        assert_eq!(got.header("content-type"), "text/vcard; charset=utf-8");
        let text = got.text();
        assert_eq!(text.matches("\r\nBEGIN:VCARD\r\n").count() + 1, names.len(), "one for each: {text}");
        assert!(text.contains("FN:=HYPERLINK(1)\r\n") && text.contains("FN:Epsilon\\; a\\, b\r\n"), "{text}");
        assert!(text.contains("TEL;VALUE=uri;TYPE=\"work,voice\":tel:+39050123456\r\n"), "{text}");
        let got = house.page("mara", "GET", &format!("/accounts/{id}/card.vcf?vcard=3")).send().await.expect(200);
        assert!(got.header("content-disposition").contains(".vcf"), "{:?}", got.headers);
        let text = got.text();
        assert!(text.starts_with("BEGIN:VCARD\r\nVERSION:3.0\r\n") && text.matches("END:VCARD\r\n").count() == 1, "{text}");
        assert!(text.contains("NOTE:uno\\nEND:VCARD\\nBEGIN:VCARD\\nFN:Intruso\r\n"), "{text}");
    }
}

#[tokio::test]
async fn a_view_keeps_how_a_list_is_laid_out() {
    for house in houses().await {
        fill(&house).await;
        let question = encode("group=stage&totals=sum&columns=name,revenue");
        let form = format!("csrf={}&name=Per+stato&question={question}", house.people["anna"].csrf);
        let kept = house.page("anna", "POST", "/accounts/views").form(&form).send().await.expect(303);
        let view = page(&house, "anna", kept.header("location")).await;
        assert_eq!(groups(&view).len(), 4);
        assert!(view.contains("1,000.00"));
    }
}

#[tokio::test]
async fn whoever_sees_none_is_told_so_and_led_to_where_they_are_made() {
    for house in houses().await {
        // The customers are all of another team: that there are none would be untrue.
        let handed = json!({ "owner": house.people["bruno"].id.to_string() });
        let north = format!("/accounts/{}", house.north.account);
        house.api("ada", "PATCH", &north).if_match(1).json(&handed).send().await.expect(200);
        let list = page(&house, "aldo", "/accounts").await;
        assert!(list.contains("No accounts are assigned to you") && !list.contains("No accounts yet"), "{list}");
        let list = page(&house, "aldo", "/documents").await;
        assert!(list.contains("No documents of accounts") && list.contains("class=\"btn btn-primary\" href=\"/accounts\""), "{list}");
        let list = page(&house, "ada", "/accounts?trash=1").await;
        assert!(list.contains("The trash is empty") && list.contains("class=\"btn\" href=\"/accounts\""), "{list}");
    }
}

#[tokio::test]
async fn a_list_says_its_codes_in_words_and_a_town_with_its_province() {
    for house in houses().await {
        let terms = page(&house, "ada", "/terms?filter=vocabulary%20is%20%22consent-purpose%22").await;
        assert!(terms.contains(">Purpose of consents</td>") && !terms.contains(">consent-purpose</td>"), "{terms}");
        let body = json!({ "name": "Ditta Pisana", "address": { "city": "Pisa", "province": "PI" }, "revenue": "10.00" });
        house.post("anna", "/accounts?insist=1", body).await.expect(201);
        let shown = |columns: &str| format!("/accounts?filter=name%20is%20%22Ditta%20Pisana%22&columns={columns}");
        assert!(page(&house, "anna", &shown("name,address.city")).await.contains(">Pisa (PI)</td>"));
        // Where the province has a column of its own it is not said twice.
        let both = page(&house, "anna", &shown("name,address.city,address.province")).await;
        assert!(both.contains(">Pisa</td>") && both.contains(">PI</td>"), "{both}");
        // A figure stays at the right, also where a phone shows it below the name.
        let figures = page(&house, "anna", &shown("name,stage,revenue")).await;
        assert!(figures.contains("<td class=\"number phone-below\""), "{figures}");
    }
}

//! The lists on a card: the same as those of their entities, narrowed to what belongs to the record, and never more than its reader
//! sees.

use crate::client::{Got, Sending};
use crate::house::{House, houses, put};
use engine::principal::Through;
use serde_json::json;

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn page(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

/// A section of a card as a module of ours fetches it.
fn alone(house: &House, who: &str, path: &str, key: &str) -> Sending {
    house.page(who, "GET", path).header("HX-Request", "true").header("HX-Target", format!("section#card-{key}"))
}

/// A section of a card.
fn section<'p>(page: &'p str, key: &str) -> &'p str {
    let from = page.find(&format!("id=\"card-{key}\"")).unwrap_or_else(|| panic!("no {key}: {page}"));
    page[from..].split("</section>").next().unwrap_or_default()
}

/// The names of its rows.
fn rows(section: &str) -> Vec<String> {
    let rows = section.split("class=\"row-link\"").skip(1);
    rows.map(|row| row.split('>').nth(1).unwrap_or_default().trim_end_matches("</a").trim_end_matches('<').to_owned())
        .map(|name| name.replace("</a", ""))
        .collect()
}

/// The heads of its columns.
fn heads(section: &str) -> Vec<String> {
    let heads = section.split("<th scope=\"col\"").skip(1).map(|head| head.split("</th>").next().unwrap_or_default());
    heads
        .map(|head| head.split('>').skip(1).map(|part| part.split('<').next().unwrap_or_default()).collect::<String>().trim().to_owned())
        .collect()
}

/// The address that some words of a section lead to.
fn leads(section: &str, words: &str) -> String {
    let before = section.split(words).next().unwrap_or_default();
    let address = before.rsplit("href=\"").next().unwrap_or_default().split('"').next().unwrap_or_default();
    address.replace("&amp;", "&")
}

fn saved(house: &House, who: &str, target: &str, pairs: &[(&str, &str)]) -> Sending {
    let csrf = house.people[who].csrf.as_str();
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs.iter().copied().chain([("csrf", csrf)])).finish();
    house.page(who, "POST", target).header("HX-Request", "true").form(&form)
}

fn card(house: &House) -> String {
    format!("/accounts/{}", house.north.account)
}

/// Twenty sites of Anna's account, beside the one it has, and of each how it is called.
async fn sites(house: &House) {
    for number in 0..20 {
        let city = if number % 2 == 0 { "Pisa" } else { "Lucca" };
        let site =
            json!({ "name": format!("Deposito {number:02}"), "account": house.north.account.to_string(), "address": { "city": city } });
        house.post("anna", "/sites", site).await.expect(201);
    }
}

/// A contact of an account, with his role there.
async fn contact(house: &House, account: &str, name: &str, place: serde_json::Value) -> String {
    let made =
        house.post("anna", "/contacts?insist=1", json!({ "name": { "family": name }, "phones": [{ "number": "050 123456" }] })).await;
    let id = made.expect(201).json()["id"].as_str().expect("an id").to_owned();
    let mut link = place;
    link["account"] = json!(account);
    link["contact"] = json!(id);
    house.post("anna", "/account_contacts", link).await.expect(201);
    id
}

#[tokio::test]
async fn what_belongs_to_a_record_is_a_list_on_its_card() {
    for house in houses().await {
        sites(&house).await;
        let whole = page(&house, "anna", &card(&house)).await;
        let sites = section(&whole, "sites");
        // Its own table, without the column that says whose it is; the first rows, how many there are, the way to all.
        assert_eq!(heads(sites), ["Name", "Used as", "Town", "Province", "Phone"], "{sites}");
        assert_eq!(rows(sites).len(), 8);
        assert_eq!(rows(sites)[0], "Deposito 00");
        assert!(sites.contains("<span class=\"count\">21</span>") && sites.contains("Show all (21)"), "{sites}");
        let all = leads(sites, "Show all (21)");
        assert_eq!(all, format!("/sites?filter=account+is+{}", house.north.account));
        assert_eq!(rows(&page(&house, "anna", &all).await).len(), 21);
        // Nothing is chosen here, and nothing is asked for besides the page.
        assert!(!whole.contains("name=\"pick\"") && !sites.contains("hx-trigger=\"load\""), "{sites}");
        // The rows lead to cards that know their neighbours here.
        assert!(sites.contains(&format!("?list=filter%3Daccount%2Bis%2B{}", house.north.account)), "{sites}");
        // What is reached through a link is the list of those records, with what the link says of them.
        let contacts = section(&whole, "contacts");
        assert_eq!(heads(contacts)[..3], ["Full name", "Role", "Phone"], "{contacts}");
        assert!(contacts.contains(&format!("data-field=\"role\" data-edits=\"/account_contacts/{}\"", house.north.place)), "{contacts}");
        // Whose they are says the card; their own list says it of each, where it is looked for, sorted by and grouped by.
        assert!(!heads(contacts).contains(&"Account".to_owned()), "{contacts}");
        let account = house.north.account;
        let all = page(&house, "anna", &format!("/contacts?filter=account+is+{account}")).await;
        assert_eq!(heads(&all)[..2], ["Full name", "Account"], "{all}");
        assert!(all.split("<tbody").nth(1).is_some_and(|rows| rows.contains("Officine A")), "{all}");
        let grouped = page(&house, "anna", "/contacts?group=account").await;
        assert!(grouped.contains("Officine A"), "{grouped}");
        // Nobody writes it: it follows the places.
        house
            .api("anna", "PATCH", &format!("/contacts/{}", house.north.contact))
            .if_match(1)
            .json(&json!({ "account": account.to_string() }))
            .send()
            .await
            .expect(422);
        // What the program keeps is read, the newest first.
        let steps = section(&whole, "steps");
        assert!(steps.contains("Suspect") && !steps.contains("href=\"/account_steps") && !steps.contains("data-field"), "{steps}");
    }
}

/// A contact is seen by his owner, although the account where he works is another's.
#[tokio::test]
async fn the_account_of_a_contact_is_named_to_whoever_sees_it() {
    for house in houses().await {
        let system = house.engine.system(Through::CommandLine);
        let bruno = house.people["bruno"].id;
        let contact = put(&house.engine, &system, "contact", json!({ "name.family": "Confine", "owner": bruno.to_string() })).await;
        let place = json!({ "account": house.north.account.to_string(), "contact": contact.to_string() });
        put(&house.engine, &system, "account_contact", place).await;
        let filter = encode("full_name is \"Confine\"");
        let export = format!("/contacts/export.csv?filter={filter}&columns=full_name,account");
        let lists = ["", "&group=account"].map(|how| format!("/contacts?filter={filter}{how}"));
        for path in lists.into_iter().chain([format!("/contacts/{contact}")]) {
            let told = page(&house, "bruno", &path).await;
            assert!(told.contains("Confine") && !told.contains("Officine A"), "{path}: {told}");
        }
        let api = house.get("bruno", &format!("/contacts/{contact}")).await.expect(200).text();
        assert!(api.contains("Confine") && !api.contains("Officine A"), "{api}");
        for filter in ["account.name is \"Officine A\"", "account.name starts \"Off\""] {
            let got = house.get("bruno", &format!("/contacts?filter={}", encode(filter))).await.expect(200).text();
            assert!(!got.contains("Confine"), "{filter}: {got}");
        }
        assert!(page(&house, "ada", &export).await.contains("Officine A"));
    }
}

#[tokio::test]
async fn its_order_and_columns_stand_in_the_address_of_the_card() {
    for house in houses().await {
        sites(&house).await;
        house.post("anna", "/accounts?insist=1", json!({ "name": "Zeta" })).await.expect(201);
        let card = card(&house);
        let first = page(&house, "anna", &format!("{card}?list=sort%3D-name")).await;
        let by_name = leads(section(&first, "sites"), "Name ");
        assert_eq!(by_name, format!("{card}?list=sort%3D-name&sites.sort=-name#card-sites"));
        let sorted = page(&house, "anna", by_name.split('#').next().expect("an address")).await;
        let sites = section(&sorted, "sites");
        assert_eq!(rows(sites)[0], "Sede A");
        assert!(sites.contains("aria-sort=\"descending\""), "{sites}");
        // The way to all of them keeps it, and so do the neighbours of the card and its timeline.
        assert!(leads(sites, "Show all (21)").ends_with("&sort=-name"), "{sites}");
        assert!(sorted.contains("?list=sort%3D-name&amp;timeline=notes&amp;sites.sort=-name"), "{sorted}");
        let neighbour =
            sorted.split("rel=\"prev\"").nth(1).and_then(|link| link.split("href=\"").nth(1)).and_then(|link| link.split('"').next());
        assert!(neighbour.is_some_and(|address| address.ends_with("sites.sort=-name")), "{neighbour:?}");
        // Columns are chosen as on a list; the menu stays open, and the usual ones come back.
        let open = page(&house, "anna", &format!("{card}?sites.menu=columns&sites.columns=name%2Caddress.city%2Ctags")).await;
        let sites = section(&open, "sites");
        assert_eq!(heads(sites), ["Name", "Town", "Tags"]);
        assert!(sites.contains("id=\"columns-sites\" open"), "{sites}");
        assert!(sites.contains("sites.menu=columns&amp;sites.columns=address.city%2Cname%2Ctags#card-sites"), "{sites}");
        assert!(sites.contains(&format!("href=\"{card}#card-sites\" hx-get=\"{card}\"")), "{sites}");
        assert!(leads(sites, "Show all (21)").ends_with("&columns=name%2Caddress.city%2Ctags"));
        // What may be chosen is fetched when it is asked for.
        let closed = page(&house, "anna", &card).await;
        assert!(!closed.contains("sites.columns="), "{closed}");
        let asked = house.page("anna", "GET", &format!("{card}?sites.menu=columns")).header("HX-Request", "true");
        assert!(
            asked.header("HX-Target", "div#columns-sites-items").send().await.expect(200).text().starts_with("<strong>Columns</strong>")
        );
        // What the link says has its columns too; a name leads to the card whatever stands first.
        let open = page(&house, "anna", &format!("{card}?contacts.columns=place.role%2Cfull_name%2Cemail")).await;
        assert_eq!(heads(section(&open, "contacts")), ["Full name", "Role", "E-mail"]);
        assert_eq!(rows(section(&open, "contacts")), ["Rossi A"]);
        // What there is not is not shown, nor is what is said of another list.
        for nothing in
            ["sort=password_hash", "sort=name%27--", "columns=account%2Cnothing%2Cplace.contact", "columns=%22%3E%3Cscript%3E", "sort=use"]
        {
            let page = page(&house, "anna", &format!("{card}?sites.{nothing}&other.sort=-name&sites.filter=x")).await;
            assert_eq!(heads(section(&page, "sites")), ["Name", "Used as", "Town", "Province", "Phone"], "{nothing}");
            assert_eq!(rows(section(&page, "sites"))[0], "Deposito 00", "{nothing}");
            assert!(!page.contains("<script>"), "{nothing}");
        }
    }
}

#[tokio::test]
async fn a_module_fetches_it_alone() {
    for house in houses().await {
        sites(&house).await;
        let card = card(&house);
        let asked = format!("{card}?sites.sort=-name");
        let got = alone(&house, "anna", &asked, "sites")
            .header("HX-Current-URL", format!("https://crm.example.it{card}?timeline=notes&sites.sort=x#card-sites"));
        let got = got.send().await.expect(200);
        assert!(
            got.text().starts_with("<section class=\"section related\"") && got.text().matches("<section").count() == 1,
            "{}",
            got.text()
        );
        // The page says now what it shows, and goes on saying what it said.
        assert_eq!(got.header("hx-replace-url"), format!("{card}?timeline=notes&sites.sort=-name"));
        // Fetched again because somebody changed something, it is as it was, and the address too.
        let live = leads(&got.text().replace("data-live-url=", "href="), "><div class=\"section-head\">");
        assert_eq!(live, asked);
        let again = alone(&house, "anna", &live, "sites").header("HX-Current-URL", format!("https://crm.example.it{asked}")).send().await;
        assert_eq!(again.expect(200).header("hx-replace-url"), "");
        // Another page's address is not touched.
        let other = alone(&house, "anna", &asked, "sites").header("HX-Current-URL", "https://crm.example.it/accounts").send().await;
        assert_eq!(other.expect(200).header("hx-replace-url"), "");
        // What is no list of this card is the card.
        for nothing in ["notes", "relations", "emails", "nothing", ""] {
            assert!(alone(&house, "anna", &card, nothing).send().await.expect(200).text().contains("<h1>"), "{nothing}");
        }
        alone(&house, "bruno", &card, "sites").send().await.expect(404);
    }
}

#[tokio::test]
async fn nobody_sees_or_counts_more_than_he_may() {
    for house in houses().await {
        // One agent of the network looks after an account of Anna's and one of Bruno's.
        let system = house.engine.system(Through::CommandLine);
        let subject = house.north.subject.to_string();
        put(&house.engine, &system, "account_subject", json!({ "account": house.south.account.to_string(), "subject": subject })).await;
        let card = format!("/subjects/{subject}");
        let anna = page(&house, "anna", &card).await;
        assert_eq!(rows(section(&anna, "accounts")), ["Officine A"]);
        assert!(section(&anna, "accounts").contains("<span class=\"count\">1</span>"));
        assert!(!anna.contains("Officine B"));
        let mara = page(&house, "mara", &card).await;
        assert_eq!(rows(section(&mara, "accounts")), ["Officine A", "Officine B"]);
        assert!(section(&mara, "accounts").contains("<span class=\"count\">2</span>"));
        // Whoever only reads has no cell, no form and nothing to add.
        let rita = page(&house, "rita", &card).await;
        let accounts = section(&rita, "accounts");
        assert_eq!(rows(accounts).len(), 2);
        assert!(!accounts.contains("data-field") && !accounts.contains("/edit?") && !accounts.contains("/new?"), "{accounts}");
        // What was put in the trash is neither shown nor counted, and comes back with the record.
        let gone = house.north.contact.to_string();
        saved(&house, "mara", &format!("/contacts/{gone}/removal"), &[]).send().await.expect(200);
        let empty = page(&house, "anna", &self::card(&house)).await;
        let contacts = section(&empty, "contacts");
        assert!(contacts.contains("No contacts yet") && contacts.contains("<span class=\"count\">0</span>"), "{contacts}");
        assert!(contacts.contains("New contact") && !contacts.contains("<table"), "{contacts}");
    }
}

#[tokio::test]
async fn a_cell_is_edited_on_the_card() {
    for house in houses().await {
        let (account, site) = (house.north.account, house.north.site);
        let whole = page(&house, "anna", &format!("{}?sites.columns=name%2Cuse%2Cremarks", card(&house))).await;
        let question = format!("card=accounts%2F{account}%2Fsites&columns=name%2Cuse%2Cremarks");
        assert!(
            section(&whole, "sites").contains(&format!("data-question=\"{}\"", question.replace('&', "&amp;"))),
            "{}",
            section(&whole, "sites")
        );
        let cell = format!("?at=cell&list={}", encode(&question));
        let got = saved(&house, "anna", &format!("/sites/{site}/fields/remarks{cell}"), &[("remarks", "Citofono 3"), ("version", "1")])
            .send()
            .await;
        let row = got.expect(200).text();
        assert!(row.starts_with(&format!("<tr data-record=\"{site}\">")) && row.contains("Citofono 3"), "{row}");
        assert_eq!(row.matches("<td").count(), 3, "{row}");
        // What is wrong stays in the cell.
        let got =
            saved(&house, "anna", &format!("/sites/{site}/fields/name{cell}"), &[("name", " "), ("version", "2")]).send().await.expect(422);
        assert_eq!(got.header("hx-retarget"), ".cell-edit");
        // It went to another account: it stands here no more. Nor does it on a card that he does not see, or that there is not.
        let other = house.post("anna", "/accounts?insist=1", json!({ "name": "Altra" })).await.expect(201).json()["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        for card in [
            format!("accounts/{other}/sites"),
            format!("accounts/{}/sites", house.south.account),
            "accounts/x/sites".into(),
            "users/1".into(),
            format!("accounts/{account}/contacts"),
        ] {
            let cell = format!("?at=cell&list=card%3D{}", encode(&encode(&card)));
            let got =
                saved(&house, "anna", &format!("/sites/{site}/fields/remarks{cell}"), &[("remarks", &card), ("version", "9")]).send().await;
            if got.status == 409 {
                let pairs = [("remarks", card.as_str()), ("decide.remarks", "mine"), ("version", "9")];
                let got = saved(&house, "anna", &format!("/sites/{site}/fields/remarks{cell}"), &pairs).send().await;
                assert!(got.status == 409 || got.text().is_empty(), "{card}: {}", got.text());
                continue;
            }
            assert_eq!(got.expect(200).text(), "", "{card}");
        }
    }
}

#[tokio::test]
async fn what_binds_the_two_is_edited_in_the_row_it_stands_in() {
    for house in houses().await {
        let account = house.north.account.to_string();
        let main = contact(&house, &account, "Zanetti", json!({ "role": "Titolare", "main": true })).await;
        contact(&house, &account, "Abbate", json!({ "role": "Ex", "inactive": true })).await;
        let whole = page(&house, "anna", &card(&house)).await;
        let contacts = section(&whole, "contacts");
        // The first to turn to comes first, who is gone comes last; sorted by name it is sorted by name.
        assert_eq!(rows(contacts), ["Zanetti", "Rossi A", "Abbate"], "{contacts}");
        assert!(contacts.contains("<span class=\"tag\">main</span>") && contacts.contains("class=\"past\""), "{contacts}");
        assert!(!contacts.contains("aria-sort"), "{contacts}");
        let sorted = page(&house, "anna", &format!("{}?contacts.sort=full_name", card(&house))).await;
        assert_eq!(rows(section(&sorted, "contacts")), ["Abbate", "Rossi A", "Zanetti"]);
        // A role that is written in its cell is answered with the row of the contact.
        let question = encode(&format!("card=accounts%2F{account}%2Fcontacts&columns=full_name%2Cplace.role"));
        let target = format!("/account_contacts/{}/fields/role?at=cell&list={question}", house.north.place);
        let got = saved(&house, "anna", &target, &[("role", "Acquisti"), ("version", "1")]).send().await.expect(200);
        let row = got.text();
        assert!(row.starts_with(&format!("<tr data-record=\"{}\">", house.north.contact)) && row.contains(">Acquisti</td>"), "{row}");
        assert!(got.header("hx-trigger").contains("/undo"));
        // Somebody who is there twice stands there once, and each place has its form.
        contact_again(&house, &account, &main).await;
        let whole = page(&house, "anna", &card(&house)).await;
        let contacts = section(&whole, "contacts");
        assert_eq!(rows(contacts).len(), 3);
        assert!(contacts.contains("Titolare, Garante") || contacts.contains("Garante, Titolare"), "{contacts}");
        assert!(contacts.contains("(Garante)") && contacts.contains("(Titolare)"), "{contacts}");
        // The way to all of them says who is meant.
        for number in 0..7 {
            contact(&house, &account, &format!("Verdi {number}"), json!({ "role": "" })).await;
        }
        let whole = page(&house, "anna", &card(&house)).await;
        let all = leads(section(&whole, "contacts"), "Show all (10)");
        assert_eq!(all, format!("/contacts?filter=exists%28accounts+where+account+is+{account}%29"));
        assert_eq!(rows(&page(&house, "anna", &all).await).len(), 10);
    }
}

async fn contact_again(house: &House, account: &str, contact: &str) {
    let link = json!({ "account": account, "contact": contact, "role": "Garante" });
    house.post("anna", "/account_contacts", link).await.expect(201);
}

#[tokio::test]
async fn a_new_one_is_made_from_there_and_leads_back() {
    for house in houses().await {
        let card = card(&house);
        let back = format!("{card}?sites.sort=-name#card-sites");
        let whole = page(&house, "anna", &format!("{card}?sites.sort=-name")).await;
        let new = format!("/sites/new?account={}&amp;back={}", house.north.account, encode(&back));
        assert!(section(&whole, "sites").contains(&new), "{}", section(&whole, "sites"));
        let form = page(&house, "anna", &new.replace("&amp;", "&")).await;
        assert!(form.contains(&format!("name=\"account\" value=\"{}\"", house.north.account)), "{form}");
        let made: Got = {
            let pairs = [
                ("name", "Magazzino"),
                ("account", &house.north.account.to_string()),
                ("back", &back),
                ("csrf", &house.people["anna"].csrf),
            ];
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            house.page("anna", "POST", "/sites/new").form(&form).send().await.expect(303)
        };
        assert_eq!(made.header("location"), back);
        assert!(section(&page(&house, "anna", &card).await, "sites").contains("Magazzino"));
        // In the trash there is the record alone.
        saved(&house, "mara", &format!("{card}/removal"), &[]).send().await.expect(200);
        assert!(!page(&house, "anna", &card).await.contains("id=\"card-sites\""));
    }
}

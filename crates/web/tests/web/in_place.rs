//! Editing in place: cells of a list, values of a card, who gave them and when; and records that begin as others.

use crate::client::Sending;
use crate::house::{House, houses};
use serde_json::json;

fn form(house: &House, who: &str, pairs: &[(&str, &str)]) -> String {
    let csrf = house.people[who].csrf.as_str();
    let pairs = pairs.iter().copied().chain([("csrf", csrf)]);
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn card(house: &House) -> String {
    format!("/accounts/{}", house.north.account)
}

/// As a module of our pages sends it.
fn saved(house: &House, who: &str, target: &str, pairs: &[(&str, &str)]) -> Sending {
    house.page(who, "POST", target).header("HX-Request", "true").form(&form(house, who, pairs))
}

fn asked(house: &House, who: &str, target: &str) -> Sending {
    house.page(who, "GET", target).header("HX-Request", "true")
}

#[tokio::test]
async fn a_cell_is_edited_where_it_stands() {
    for house in houses().await {
        let account = house.north.account;
        let field = |key: &str| format!("{}/fields/{key}", card(&house));
        let list = house.page("anna", "GET", "/accounts?columns=name,stage,address.city,phone,created_at,employees").send().await;
        let list = list.expect(200).text();
        assert!(list.contains(&format!("<tr data-record=\"{account}\">")), "{list}");
        for marked in ["data-field=\"name\"", "class=\"phone-end\" data-field=\"stage\"", "class=\"number\" data-field=\"employees\""] {
            assert!(list.contains(marked), "{marked}: {list}");
        }
        // What is a part, what follows from others and what the engine writes are plain cells; whoever only reads has no others.
        for plain in ["address.city", "phone", "created_at"] {
            assert!(!list.contains(&format!("data-field=\"{plain}\"")), "{plain}");
        }
        let read = house.page("rita", "GET", "/accounts").send().await.expect(200).text();
        assert!(read.contains("data-record") && !read.contains(" data-field="));
        assert!(!house.page("ada", "GET", "/accounts?trash=1").send().await.expect(200).text().contains(" data-field="));

        let cell = "?at=cell&list=columns%3Dname%252Cemployees";
        let input = asked(&house, "anna", &format!("{}/edit{cell}", field("employees"))).send().await.expect(200).text();
        assert!(
            input.starts_with("<form ") && input.contains("name=\"employees\"") && input.contains("name=\"version\" value=\"1\""),
            "{input}"
        );
        // The row comes back as the list writes it: its columns, the address of its list in its card's.
        let got = saved(&house, "anna", &format!("{}{cell}", field("employees")), &[("employees", "1,200"), ("version", "1")]).send().await;
        let row = got.expect(200);
        let text = row.text();
        assert!(
            text.starts_with(&format!("<tr data-record=\"{account}\">")) && text.contains(">1.200</td>") || text.contains(">1,200</td>"),
            "{text}"
        );
        assert_eq!(text.matches("<td").count(), 3, "the tick and two columns: {text}");
        assert!(text.contains("?list=columns%3Dname%252Cemployees"), "{text}");
        let told: serde_json::Value = serde_json::from_str(row.header("hx-trigger")).expect("JSON");
        let undo = told["toast"]["undo"].as_str().expect("a way back").to_owned();
        // What is wrong is said in the cell, and what was typed is kept.
        let got = saved(&house, "anna", &format!("{}{cell}", field("employees")), &[("employees", "molti"), ("version", "2")])
            .send()
            .await
            .expect(422);
        assert_eq!((got.header("hx-retarget"), got.header("hx-reswap")), (".cell-edit", "outerHTML"));
        assert!(got.text().contains("value=\"molti\"") && got.text().contains("employees-error"), "{}", got.text());
        // Nothing written is nothing to undo.
        let got = saved(&house, "anna", &format!("{}{cell}", field("employees")), &[("employees", "1200"), ("version", "2")])
            .send()
            .await
            .expect(200);
        assert_eq!(got.header("hx-trigger"), "");
        house.page("anna", "POST", &undo).form(&form(&house, "anna", &[])).send().await.expect(303);
        assert_eq!(house.get("anna", &card(&house)).await.json()["employees"], 0);
        // Given away, it leaves the list of whoever does not see it any more.
        let bruno = house.people["bruno"].id.to_string();
        let got = saved(&house, "anna", &format!("{}?at=cell", field("owner")), &[("owner", &bruno), ("version", "3")]).send().await;
        assert_eq!(got.expect(200).text(), "");
        house.get("anna", &card(&house)).await.expect(404);
    }
}

#[tokio::test]
async fn a_value_of_a_card_is_edited_by_an_ordinary_form_too() {
    for house in houses().await {
        let card = card(&house);
        let page = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert!(page.contains("?field=address#spot-address") && page.contains("id=\"spot-phones\""), "{page}");
        let page = house.page("anna", "GET", &format!("{card}?list=sort%3D-name&field=trade_name")).send().await.expect(200).text();
        assert_eq!(page.matches("<form method=\"post\" novalidate class=\"edit in-place\"").count(), 1, "{page}");
        let action = format!("{card}/fields/trade_name?at=card&amp;list=sort%3D-name");
        assert!(page.contains(&action), "{page}");
        // Without a module the address of the input leads to the card with it.
        let got = house.page("anna", "GET", &format!("{card}/fields/stage/edit")).send().await.expect(303);
        assert_eq!(got.header("location"), format!("{card}?field=stage#spot-stage"));
        let target = action.replace("&amp;", "&");
        let body = form(&house, "anna", &[("trade_name", "<img src=x onerror=alert(1)>"), ("version", "1")]);
        let got = house.page("anna", "POST", &target).form(&body).send().await.expect(303);
        assert_eq!(got.header("location"), format!("{card}?list=sort%3D-name"));
        assert!(got.header("set-cookie").contains("scheda_toast"));
        // C2: markup stays text.
        let page = house.page("anna", "GET", &card).send().await.text();
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;") && !page.contains("<img src=x"));
        let cell = asked(&house, "anna", &format!("{card}/fields/trade_name/edit?at=cell")).send().await.expect(200).text();
        assert!(cell.contains("value=\"&lt;img src=x"), "{cell}");
        // What is wrong comes back with the card, and what was typed.
        let body = form(&house, "anna", &[("vat_number", "123"), ("version", "2")]);
        let got = house.page("anna", "POST", &format!("{card}/fields/vat_number")).form(&body).send().await.expect(422).text();
        assert!(got.contains("<h1>Officine A</h1>") && got.contains("value=\"123\"") && got.contains("vat_number-error"), "{got}");
        // A value with parts is one; lines are theirs all.
        let pairs = [("address.street", "Via Roma 1"), ("address.city", "Pisa"), ("address.province", "PI"), ("version", "2")];
        let got = saved(&house, "anna", &format!("{card}/fields/address"), &pairs).send().await.expect(200).text();
        assert!(got.contains("Via Roma 1<br>Pisa (PI)"), "{got}");
        let pairs = [("phones", ""), ("phones.0.number", "050 123456"), ("phones.0.use", "work"), ("phones.main", "0"), ("version", "3")];
        let got = saved(&house, "anna", &format!("{card}/fields/phones"), &pairs).send().await.expect(200).text();
        assert!(got.contains("tel:+39050123456"), "{got}");
        // At the head it is said as the head says it.
        let got = saved(&house, "anna", &format!("{card}/fields/stage?at=head"), &[("stage", "customer"), ("version", "4")]).send().await;
        let got = got.expect(200).text();
        assert!(got.starts_with("<span class=\"stage\" data-tone=\"good\">"), "{got}");
        let got =
            saved(&house, "anna", &format!("{card}/fields/name?at=head"), &[("name", " "), ("version", "5")]).send().await.expect(422);
        assert!(got.text().contains("name-error"));
        let now = house.get("anna", &card).await.json();
        assert_eq!((&now["stage"], &now["version"], &now["phone"]), (&json!("customer"), &json!(5), &json!("+39050123456")));
    }
}

#[tokio::test]
async fn whoever_saves_second_sees_both_unless_it_was_something_else() {
    for house in houses().await {
        let card = card(&house);
        let target = format!("{card}/fields/trade_name?at=cell");
        // Somebody saved something else: both are kept.
        saved(&house, "mara", &format!("{card}/fields/employees"), &[("employees", "7"), ("version", "1")]).send().await.expect(200);
        saved(&house, "anna", &target, &[("trade_name", "Il mio"), ("version", "1")]).send().await.expect(200);
        // The same: both are shown, and nothing is written.
        let got = saved(&house, "mara", &target, &[("trade_name", "Il suo"), ("version", "2")]).send().await.expect(409);
        assert_eq!(got.header("hx-retarget"), ".cell-edit");
        let text = got.text();
        assert!(text.contains("decide.trade_name") && text.contains("Il mio") && text.contains("Il suo"), "{text}");
        assert!(text.contains("name=\"version\" value=\"3\""), "{text}");
        assert_eq!(house.get("anna", &card).await.json()["trade_name"], "Il mio");
        let theirs = [("trade_name", "Il suo"), ("decide.trade_name", "theirs"), ("version", "3")];
        saved(&house, "mara", &target, &theirs).send().await.expect(200);
        assert_eq!(house.get("anna", &card).await.json()["version"], 3);
        let mine = [("trade_name", "Il suo"), ("decide.trade_name", "mine"), ("version", "3")];
        saved(&house, "mara", &target, &mine).send().await.expect(200);
        let now = house.get("anna", &card).await.json();
        assert_eq!((&now["trade_name"], &now["employees"], &now["version"]), (&json!("Il suo"), &json!(7), &json!(4)));
        // Opened and saved as it was, it takes nothing back from whoever wrote meanwhile.
        saved(&house, "anna", &target, &[("trade_name", "Nuovo"), ("version", "4")]).send().await.expect(200);
        saved(&house, "mara", &target, &[("trade_name", "Il suo"), ("version", "4")]).send().await.expect(200);
        assert_eq!(house.get("anna", &card).await.json()["trade_name"], "Nuovo");
        // Without a module the card shows both.
        let body = form(&house, "mara", &[("trade_name", "Terzo"), ("version", "4")]);
        let page = house.page("mara", "POST", &format!("{card}/fields/trade_name")).form(&body).send().await.expect(409).text();
        assert!(page.contains("<h1>Officine A</h1>") && page.contains("decide.trade_name"));
        // Lines of both.
        let phones = |number: &'static str, version: &'static str| [("phones", ""), ("phones.0.number", number), ("version", version)];
        saved(&house, "anna", &format!("{card}/fields/phones"), &phones("050 111111", "5")).send().await.expect(200);
        let got = saved(&house, "mara", &format!("{card}/fields/phones"), &phones("050 222222", "5")).send().await.expect(409).text();
        assert!(got.contains("decide.phones") && got.contains("050 111111") && got.contains("050 222222"), "{got}");
    }
}

/// A1, A6, A8: what may not be written is not, whoever asks and whatever else he sends.
#[tokio::test]
async fn nothing_is_written_in_place_that_a_form_would_not_write() {
    for house in houses().await {
        let card = card(&house);
        let before = house.everything().await;
        let body = |key: &'static str| vec![(key, "x"), ("version", "1")];
        for (key, status) in [
            ("stage_since", 422),
            ("phone", 422),
            ("created_at", 422),
            ("created_by", 422),
            ("version", 422),
            ("address.city", 422),
            ("dragons", 404),
            ("id", 404),
            ("contacts", 404),
            ("x')--", 404),
        ] {
            for at in ["cell", "card", "head", "'"] {
                let got = saved(&house, "anna", &format!("{card}/fields/{}?at={at}", key.replace('\'', "%27")), &body(key)).send().await;
                assert_eq!(got.status, status, "{key} {at}: {}", got.text());
                let edit = asked(&house, "anna", &format!("{card}/fields/{}/edit?at={at}", key.replace('\'', "%27"))).send().await;
                assert_eq!(edit.status, status, "{key}: {}", edit.text());
            }
        }
        // What belongs to others is as unknown as what never was, whatever field one asks for.
        for key in ["stage", "phone", "dragons"] {
            for path in [format!("{card}/fields/{key}"), format!("{card}/fields/{key}/edit"), format!("{card}/duplicate")] {
                let never = path.replace(&house.north.account.to_string(), &house.engine.id().to_string());
                let (theirs, none) = (asked(&house, "bruno", &path).send().await, asked(&house, "bruno", &never).send().await);
                assert_eq!((theirs.status, theirs.text()), (404, none.text()), "{path}");
            }
            let got = saved(&house, "bruno", &format!("{card}/fields/{key}"), &[(key, "x"), ("version", "1")]).send().await;
            assert_eq!(got.status, 404);
            let got = saved(&house, "rita", &format!("{card}/fields/{key}"), &[(key, "x"), ("version", "1")]).send().await;
            assert_eq!(got.status, 403);
        }
        asked(&house, "rita", &format!("{card}/fields/stage/edit")).send().await.expect(403);
        asked(&house, "rita", &format!("{card}/duplicate")).send().await.expect(403);
        // Of himself nobody writes what administrators write, and a password has no input.
        let me = format!("/users/{}", house.people["anna"].id);
        saved(&house, "anna", &format!("{me}/fields/roles"), &[("roles", "administrator"), ("version", "1")]).send().await.expect(403);
        saved(&house, "ada", &format!("{me}/fields/password_hash"), &[("password_hash", "x"), ("version", "1")]).send().await.expect(404);
        asked(&house, "ada", &format!("{me}/fields/password_hash")).send().await.expect(404);
        assert_eq!(before, house.everything().await);
        // A7: only the one field that the address names; a link to what is not seen is none.
        let theirs = house.south.user.to_string();
        let pairs = [("trade_name", "Mio"), ("owner", theirs.as_str()), ("name", "Altro"), ("stage_since", "2020-01-01"), ("version", "1")];
        saved(&house, "anna", &format!("{card}/fields/trade_name"), &pairs).send().await.expect(200);
        let now = house.get("anna", &card).await.json();
        assert_eq!((&now["trade_name"], &now["name"]), (&json!("Mio"), &json!("Officine A")));
        assert_eq!(now["owner"], json!(house.people["anna"].id.to_string()));
        let site = format!("/sites/{}/fields/account", house.north.site);
        let other = house.south.account.to_string();
        let got = saved(&house, "anna", &site, &[("account", &other), ("version", "1")]).send().await.expect(422).text();
        assert!(!got.contains("Officine B"), "{got}");
        assert_eq!(house.get("anna", &format!("/sites/{}", house.north.site)).await.json()["version"], 1);
    }
}

#[tokio::test]
async fn a_note_is_edited_in_its_list_by_its_author_alone() {
    for house in houses().await {
        let note = format!("/notes/{}/fields/text", house.north.note);
        asked(&house, "anna", &format!("{note}/edit")).send().await.expect(200);
        asked(&house, "aldo", &format!("{note}/edit")).send().await.expect(403);
        saved(&house, "aldo", &note, &[("text", "Suo"), ("version", "1")]).send().await.expect(403);
        let seen = house.page("aldo", "GET", "/notes").send().await.expect(200).text();
        assert!(seen.contains("data-record") && !seen.contains(" data-field="), "{seen}");
    }
}

#[tokio::test]
async fn a_field_says_who_gave_it_its_value_and_when() {
    for house in houses().await {
        let card = card(&house);
        let past = format!("{card}/fields/stage");
        let got = asked(&house, "rita", &past).send().await.expect(200).text();
        assert!(got.contains("past-made") && got.contains("anna"), "{got}");
        for (who, stage) in [("anna", "lead"), ("mara", "prospect"), ("anna", "customer")] {
            house.clock.pass(60_000);
            let version = house.get(who, &card).await.json()["version"].to_string();
            saved(&house, who, &past, &[("stage", stage), ("version", &version)]).send().await.expect(200);
            let version = house.get(who, &card).await.json()["version"].to_string();
            saved(&house, who, &format!("{card}/fields/employees"), &[("employees", &version), ("version", &version)])
                .send()
                .await
                .expect(200);
        }
        let got = asked(&house, "anna", &past).send().await.expect(200).text();
        let words: Vec<&str> = got.split("<del>").skip(1).map(|rest| rest.split('<').next().unwrap_or_default()).collect();
        assert_eq!(words, ["Prospect", "Lead", "Suspect"], "{got}");
        assert!(got.contains("<strong>mara</strong>") && got.contains("past-made"));
        // Everybody may undo his own; an administrator anybody's.
        assert_eq!(got.matches("/undo\"").count(), 2, "{got}");
        let ada = asked(&house, "ada", &past).send().await.expect(200).text();
        assert_eq!(ada.matches("/undo\"").count(), 3);
        let undo = ada.split("action=\"").nth(2).and_then(|rest| rest.split('"').next()).expect("a way back").to_owned();
        house.page("ada", "POST", &undo).form(&form(&house, "ada", &[])).send().await.expect(303);
        // What was changed since stays, and it says that it was undone.
        assert_eq!(house.get("anna", &card).await.json()["stage"], "customer");
        // What follows from others has a past too; without a module it is a page; what is unknown is not found.
        let got = asked(&house, "anna", &format!("{card}/fields/stage_since")).send().await.expect(200).text();
        assert!(got.contains("past-"), "{got}");
        let page = house.page("anna", "GET", &past).send().await.expect(200).text();
        assert!(page.contains("<h1>Who and when: Stage</h1>") || page.contains("<h1>Who and when"), "{page}");
        for key in ["dragons", "version", "created_at"] {
            asked(&house, "anna", &format!("{card}/fields/{key}")).send().await.expect(404);
        }
        // Parts and lines.
        let pairs = [("address.street", "Via Roma 1"), ("address.city", "Pisa"), ("version", "7")];
        let version = house.get("anna", &card).await.json()["version"].to_string();
        let pairs = pairs.map(|(name, value)| (name, if name == "version" { version.as_str() } else { value }));
        saved(&house, "anna", &format!("{card}/fields/address"), &pairs).send().await.expect(200);
        let got = asked(&house, "anna", &format!("{card}/fields/address")).send().await.expect(200).text();
        assert!(got.contains("<ins>Via Roma 1</ins>"), "{got}");
    }
}

#[tokio::test]
async fn a_record_begins_as_another_one() {
    for house in houses().await {
        let card = card(&house);
        let pairs = [("phones", ""), ("phones.0.number", "050 123456"), ("phones.0.use", "work"), ("phones.main", "0"), ("version", "1")];
        saved(&house, "anna", &format!("{card}/fields/phones"), &pairs).send().await.expect(200);
        let page = house.page("anna", "GET", &card).send().await.text();
        assert!(page.contains(&format!("href=\"{card}/duplicate\"")));
        assert!(!house.page("rita", "GET", &card).send().await.text().contains("/duplicate"));
        let page = house.page("anna", "GET", &format!("{card}/duplicate")).send().await.expect(200).text();
        assert!(
            page.contains("action=\"/accounts/new\"") && page.contains("value=\"Officine A\"") && page.contains("name=\"sending\""),
            "{page}"
        );
        assert!(page.contains("050 123456") && !page.contains("name=\"phones.0.id\""));
        // What names it alone is left out.
        assert!(!page.contains("00743110157") && page.contains("name=\"vat_number\" value=\"\""), "{page}");
        let got = house.page("anna", "GET", &format!("/contacts/{}/duplicate", house.north.contact)).send().await.expect(200).text();
        assert!(got.contains("value=\"Rossi A\""), "{got}");
    }
}

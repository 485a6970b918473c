//! Writing on a card: by an ordinary form, and by the module of our pages; what is wrong is said and kept, what is no text of
//! ours never runs.

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

#[tokio::test]
async fn an_ordinary_form_writes_a_note_once() {
    for house in houses().await {
        let card = card(&house);
        let page = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert!(page.contains("Sentito A per telefono") && page.contains("name=\"sending\""));
        let sending = "s".repeat(24);
        for _ in 0..2 {
            let body = form(&house, "anna", &[("text", "Chiamare\r\ndomani"), ("sending", &sending)]);
            let got = house.page("anna", "POST", &format!("{card}/timeline/notes")).form(&body).send().await.expect(303);
            assert_eq!(got.header("location"), card);
        }
        let notes = house.get("anna", "/notes?filter=text%20contains%20%22domani%22").await.expect(200).json();
        assert_eq!(notes["records"].as_array().map(Vec::len), Some(1), "{notes}");
        let page = house.page("aldo", "GET", &card).send().await.expect(200).text();
        assert!(page.contains("Chiamare\ndomani"), "line ends stay: {page}");
        // Forged, it is refused; whoever only reads may not; whoever does not see the card does not find it.
        let bare = house.page("anna", "POST", &format!("{card}/timeline/notes")).form("text=x").send().await;
        assert_eq!(bare.status, 403);
        for (who, status) in [("rita", 403), ("bruno", 404), ("mara", 303)] {
            let body = form(&house, who, &[("text", "altro")]);
            house.page(who, "POST", &format!("{card}/timeline/notes")).form(&body).send().await.expect(status);
        }
        for kind in ["accounts", "sites", "dragons"] {
            let body = form(&house, "anna", &[("text", "altro")]);
            house.page("anna", "POST", &format!("{card}/timeline/{kind}")).form(&body).send().await.expect(404);
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_written_is_kept() {
    for house in houses().await {
        let card = card(&house);
        let long = "parola ".repeat(15_000);
        for text in ["", " \n ", &*long] {
            let before = house.everything().await;
            let body = form(&house, "anna", &[("text", text), ("sending", &"t".repeat(24))]);
            let got = house.page("anna", "POST", &format!("{card}/timeline/notes")).form(&body).send().await.expect(422).text();
            assert!(got.contains("compose-note-error") && got.contains("<h1>Officine A</h1>"));
            assert!(got.contains(&format!(">\n{text}</textarea>")), "the text is kept");
            assert!(got.contains(&"t".repeat(24)), "it is the same sending");
            let got = house.page("anna", "POST", &format!("{card}/timeline/notes")).header("HX-Request", "true").form(&body).send().await;
            assert!(got.expect(422).text().starts_with("<div class=\"record-main\" id=\"card-timeline\">"));
            assert_eq!(before, house.everything().await);
        }
    }
}

#[tokio::test]
async fn a_note_is_changed_pinned_and_removed_by_its_author() {
    for house in houses().await {
        let (card, note) = (card(&house), house.north.note);
        let act = format!("{card}/timeline/notes/{note}");
        let module = |who: &str, target: &str, place: &str, pairs: &[(&str, &str)]| {
            house.page(who, "POST", target).header("HX-Request", "true").header("HX-Target", place).form(&form(&house, who, pairs))
        };
        let place = format!("li#happening-{note}");
        let edited = house.page("anna", "GET", &format!("{card}?editing={note}")).header("HX-Request", "true").header("HX-Target", &place);
        let edited = edited.send().await.expect(200).text();
        assert!(edited.starts_with("<li class=\"happening\"") && edited.contains("name=\"version\" value=\"1\""), "{edited}");
        // Without a module the same opens in the page.
        let page = house.page("anna", "GET", &format!("{card}?editing={note}")).send().await.expect(200).text();
        assert!(page.contains(&format!("id=\"edit-{note}\"")));
        let got = module("anna", &act, &place, &[("text", " "), ("version", "1")]).send().await.expect(422).text();
        assert!(got.contains("is-invalid"));
        let got = module("anna", &act, &place, &[("text", "Altro testo"), ("version", "1")]).send().await.expect(200).text();
        assert!(got.contains("Altro testo") && !got.contains("<textarea"));
        // Somebody saved meanwhile: both are shown, and saving again replaces.
        let got = module("mara", &act, &place, &[("text", "Il mio"), ("version", "1")]).send().await.expect(409).text();
        assert!(got.contains("Altro testo") && got.contains(">\nIl mio</textarea>") && got.contains("name=\"version\" value=\"2\""));
        module("mara", &act, &place, &[("text", "Il mio"), ("version", "2")]).send().await.expect(200);
        // A colleague reads it, and no more; nor does he find the ways.
        let page = house.page("aldo", "GET", &card).send().await.expect(200).text();
        assert!(page.contains("Il mio") && !page.contains("editing=") && !page.contains(&format!("{note}/removal")));
        module("aldo", &act, &place, &[("text", "Suo")]).send().await.expect(403);
        module("aldo", &act, &place, &[("pinned", "true")]).send().await.expect(403);
        module("aldo", &format!("{act}/removal"), &place, &[]).send().await.expect(403);
        // On top it stands once.
        let got = module("anna", &act, "div#card-timeline", &[("pinned", "true")]).send().await.expect(200).text();
        assert!(got.contains("history pinned") && got.matches("Il mio").count() == 1, "{got}");
        // Of another card it is not found here.
        let elsewhere = format!("/contacts/{}/timeline/notes/{note}", house.north.contact);
        module("anna", &elsewhere, &place, &[("text", "x")]).send().await.expect(404);
        let got = module("anna", &format!("{act}/removal"), &place, &[]).send().await.expect(200);
        assert_eq!(got.text(), "");
        let told: serde_json::Value = serde_json::from_str(got.header("hx-trigger")).expect("JSON");
        let undo = told["toast"]["undo"].as_str().expect("a way back").to_owned();
        assert!(!house.page("anna", "GET", &card).send().await.text().contains("Il mio"));
        house.page("anna", "POST", &undo).form(&form(&house, "anna", &[])).send().await.expect(303);
        assert!(house.page("anna", "GET", &card).send().await.text().contains("Il mio"));
    }
}

#[tokio::test]
async fn a_timeline_is_read_by_kinds_and_pages() {
    for house in houses().await {
        let card = card(&house);
        for number in 0..35 {
            house.clock.pass(60_000);
            let note = json!({ "text": format!("appunto {number:02}."), "about": house.north.account.to_string() });
            house.post("anna", "/notes", note).await.expect(201);
        }
        let page = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert!(page.contains("appunto 34.") && page.contains("appunto 05.") && !page.contains("appunto 04."));
        let older = page.split("hx-target=\"#timeline-older\"").nth(1).and_then(|rest| rest.split("hx-get=\"").nth(1)?.split('"').next());
        let older = older.expect("a way to older ones").replace("&amp;", "&");
        let part = house.page("anna", "GET", &older).header("HX-Request", "true").header("HX-Target", "div#timeline-older").send().await;
        let part = part.expect(200).text();
        assert!(
            part.contains("appunto 04.") && part.contains("appunto 00.") && part.contains("Sentito A") && !part.contains("appunto 05.")
        );
        assert!(!part.contains("<h1>"));
        let whole = house.page("anna", "GET", &older).send().await.expect(200).text();
        assert!(whole.contains("<h1>") && whole.contains("appunto 04.") && !whole.contains("appunto 05."));
        // What is fetched again ends where it ended, whatever came meanwhile.
        let again = page.split("id=\"timeline\"").nth(1).and_then(|rest| rest.split("data-live-url=\"").nth(1)?.split('"').next());
        let again = again.expect("an address").replace("&amp;", "&");
        house.post("aldo", "/notes", json!({ "text": "nuovo", "about": house.north.account.to_string() })).await.expect(201);
        let got =
            house.page("anna", "GET", &again).header("HX-Request", "true").header("HX-Target", "section#timeline").send().await.text();
        assert!(
            got.starts_with("<section id=\"timeline\"")
                && got.contains("nuovo")
                && got.contains("appunto 05.")
                && !got.contains("appunto 04.")
        );
        let changes = house.page("anna", "GET", &format!("{card}?timeline=changes")).send().await.expect(200).text();
        assert!(!changes.contains("appunto") && changes.contains("created the record"));
        let notes = house.page("anna", "GET", &format!("{card}?timeline=notes")).send().await.expect(200).text();
        assert!(notes.contains("appunto 34.") && !notes.contains("created the record"));
        for wrong in ["from=x", "from=1_2", "until=-", "editing=x"] {
            let got = house.page("anna", "GET", &format!("{card}?{wrong}")).send().await;
            assert!(matches!(got.status, 200 | 422), "{wrong}: {}", got.status);
        }
        assert!(!house.page("anna", "GET", "/accounts").send().await.text().contains("href=\"/notes\""), "notes are no area");
    }
}

/// C2: a note stays a text; nothing in it runs, and only web, mail and phone are led to. C5: nothing of it gets into a header.
#[tokio::test]
async fn a_note_never_runs() {
    for house in houses().await {
        let card = card(&house);
        let evil = "<img src=x onerror=alert(1)> \"><svg onload=alert(1)> javascript:alert(1) https://example.it/\"onclick=\"alert(1) </textarea><script>alert(1)</script>\r\nSet-Cookie: a=b";
        let body = form(&house, "anna", &[("text", evil)]);
        let got = house.page("anna", "POST", &format!("{card}/timeline/notes")).header("HX-Request", "true").form(&body).send().await;
        let column = got.expect(200);
        assert!(!column.header("hx-trigger").contains("Set-Cookie") && column.headers.iter().all(|(_, value)| value != "a=b"));
        let notes = house.get("anna", "/notes?filter=text%20contains%20%22onerror%22").await.expect(200).json();
        let id = notes["records"][0]["id"].as_str().expect("a note").to_owned();
        let pages = [
            card.clone(),
            format!("{card}?editing={id}"),
            format!("/notes/{id}"),
            "/notes".to_owned(),
            "/search?q=alert".to_owned(),
            format!("/notes/{id}/edit"),
        ];
        for path in pages {
            let page = house.page("anna", "GET", &path).send().await.expect(200).text();
            for trace in ["<img src=x", "<svg onload", "<script>alert", "href=\"javascript", "\"onclick"] {
                assert!(!page.contains(trace), "{path}: {trace}");
            }
            assert!(page.contains("&lt;img src=x"), "{path} shows it as a text");
        }
    }
}

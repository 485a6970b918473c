//! Tags, the ledger of consents, mentions and notifications, as people meet them: with ordinary forms and with our modules,
//! and never beyond what one may see.

use crate::client::Got;
use crate::house::{House, deactivate, houses};
use engine::Through;
use kernel::Id;
use serde_json::json;

fn form(house: &House, who: &str, pairs: &[(&str, &str)]) -> String {
    let csrf = house.people[who].csrf.as_str();
    let pairs = pairs.iter().copied().chain([("csrf", csrf)]);
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn post(house: &House, who: &str, path: &str, pairs: &[(&str, &str)]) -> Got {
    house.page(who, "POST", path).form(&form(house, who, pairs)).send().await
}

async fn page(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

/// The bell, as a module of ours fetches it.
async fn bell(house: &House, who: &str) -> String {
    house.page(who, "GET", "/notifications/bell").header("HX-Request", "true").send().await.expect(200).text()
}

/// Where the newest notification is opened.
fn opening(page: &str) -> String {
    let rest = page
        .split("action=\"/notifications/")
        .find(|rest| !rest.starts_with("reading") && rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    format!("/notifications/{}", rest.and_then(|rest| rest.split('"').next()).expect("a notification"))
}

async fn note(house: &House, who: &str, about: Id, text: &str) -> Got {
    post(house, who, &format!("/accounts/{about}/timeline/notes"), &[("text", text)]).await
}

#[tokio::test]
async fn tags_are_put_on_and_taken_off_on_the_card() {
    for house in houses().await {
        let card = format!("/accounts/{}", house.north.account);
        assert!(page(&house, "anna", &card).await.contains("id=\"record-tags\""));
        post(&house, "anna", &format!("{card}/tags"), &[("on", "VIP, da richiamare")]).await.expect(303);
        let shown = page(&house, "anna", &card).await;
        assert!(shown.contains(">VIP</a>") && shown.contains(">da richiamare</a>"), "{shown}");
        // «vip» is the same; with a module the part alone comes back.
        let got = house.page("anna", "POST", &format!("{card}/tags")).header("HX-Request", "true");
        let got = got.form(&form(&house, "anna", &[("on", "vip")])).send().await.expect(200);
        assert!(got.text().starts_with("<div class=\"record-tags\"") && got.text().matches(">VIP</a>").count() == 1);
        let list = page(&house, "anna", "/accounts?filter=tags%20includes%20%22vip%22&columns=name,tags").await;
        assert!(list.contains("Officine A") && list.contains("<span class=\"tag\">VIP</span>"), "{list}");
        assert!(!page(&house, "anna", "/accounts?filter=tags%20includes%20%22altro%22").await.contains("Officine A"));
        post(&house, "anna", &format!("{card}/tags"), &[("off", "vip")]).await.expect(303);
        assert!(!page(&house, "anna", &card).await.contains(">VIP</a>"));
        // In the form, by words too.
        let version = house.get("anna", &card).await.expect(200).json()["version"].to_string();
        let entered = [("name", "Officine A"), ("version", &version), ("tags", ""), ("tags", "da-richiamare"), ("tags.new", "Nuova una")];
        post(&house, "anna", &format!("{card}/edit"), &entered).await.expect(303);
        let tags = house.get("anna", &card).await.expect(200).json()["tags"].clone();
        assert_eq!(tags, json!(["da-richiamare", "nuova-una"]));
        // A colour, another name, and out of use: an administrator's, on the vocabulary.
        let terms = house.get("ada", "/terms?filter=key%20is%20%22nuova-una%22").await.expect(200).json();
        let term = terms["records"][0]["id"].as_str().expect("a term").to_owned();
        let change = json!({ "tone": "bad", "italian": "Urgente", "english": "Urgent", "retired": true });
        house.api("anna", "PATCH", &format!("/terms/{term}")).if_match(1).json(&change).send().await.expect(403);
        house.api("ada", "PATCH", &format!("/terms/{term}")).if_match(1).json(&change).send().await.expect(200);
        house.engine.load_terms().await.expect("terms");
        let shown = page(&house, "anna", &card).await;
        assert!(shown.contains("data-tone=\"bad\"") && shown.contains(">Urgent</a>") && !shown.contains("value=\"Urgent\""));
        // Whoever only reads sees them; whoever does not see the card brings in nothing.
        let shown = page(&house, "rita", &card).await;
        assert!(shown.contains(">Urgent</a>") && !shown.contains("tag-off") && !shown.contains("tag-form"));
        let before = house.everything().await;
        post(&house, "rita", &format!("{card}/tags"), &[("on", "sua")]).await.expect(403);
        post(&house, "bruno", &format!("{card}/tags"), &[("on", "sua")]).await.expect(404);
        post(&house, "anna", &format!("{card}/tags"), &[("on", " , ")]).await.expect(422);
        post(&house, "anna", &format!("{card}/tags"), &[("on", "!!")]).await.expect(422);
        assert_eq!(before, house.everything().await);
    }
}

#[tokio::test]
async fn a_consent_is_given_and_withdrawn_by_the_same_form() {
    for house in houses().await {
        let card = format!("/accounts/{}", house.north.account);
        let shown = page(&house, "anna", &card).await;
        assert!(shown.contains("record-ledger") && shown.contains("id=\"card-consents\"") && shown.contains("data-tone=\"good\""));
        let place = format!("{card}/ledger/consents?row=email&column=marketing");
        let before = page(&house, "anna", &place).await;
        assert!(before.contains("Modulo A") && before.contains("Informativa A · 1"));
        // Whoever records it says what was said: nothing is chosen beforehand, and without a choice nothing is recorded.
        let form = before.split("ledger-form").nth(1).expect("the form");
        assert!(form.contains("value=\"withdrawn\" required>") && !form.contains(" checked"), "{form}");
        let fresh = page(&house, "anna", "/consents/new").await;
        for name in ["purpose", "channel", "state", "source"] {
            let select = fresh.split(&format!("name=\"{name}\"")).nth(1).and_then(|rest| rest.split("</select>").next());
            assert!(
                select.is_some_and(|select| select.contains("<option value=\"\">") && !select.contains(" selected")),
                "{name}: {fresh}"
            );
        }
        let silent = [("about", house.north.account.to_string()), ("evidence", "x".to_owned()), ("basis", "consent".to_owned())];
        let silent: Vec<(&str, &str)> = silent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let got = post(&house, "anna", "/consents/new", &silent).await.expect(422).text();
        for name in ["purpose", "channel", "state", "source"] {
            assert!(got.contains(&format!("{name}-error")), "{name}: {got}");
        }
        let about = house.north.account.to_string();
        house.clock.pass(60_000);
        let entry = [
            ("about", about.as_str()),
            ("purpose", "marketing"),
            ("channel", "email"),
            ("state", "withdrawn"),
            ("basis", "consent"),
            ("source", "phone"),
            ("back", place.as_str()),
        ];
        let got = post(&house, "anna", "/consents/new", &entry).await.expect(303);
        assert_eq!(got.header("location"), place);
        let shown = page(&house, "anna", &place).await;
        assert!(shown.contains("Withdrawn") && shown.contains("Modulo A"), "both entries stand there");
        assert!(!shown.contains("/undo"), "what is only added to is not undone");
        assert!(page(&house, "anna", &card).await.contains("data-tone=\"bad\""));
        // What is wrong is said beside its field, with the name of whom it is about.
        let bare: Vec<(&str, &str)> = entry.iter().map(|(name, value)| (*name, if *name == "state" { "given" } else { *value })).collect();
        let got = post(&house, "anna", "/consents/new", &bare).await.expect(422).text();
        assert!(got.contains("evidence-error") && got.contains(">Officine A</output>"), "{got}");
        // Everything that may be seen of it, and nothing to others; no way to change it anywhere.
        let list = page(&house, "mara", "/consents").await;
        assert!(list.contains("Officine A") && list.contains("Officine B") && !list.contains("/consents/new"));
        assert!(!page(&house, "anna", "/consents").await.contains("Officine B"));
        let one = format!("/consents/{}", house.north.consent);
        let shown = page(&house, "ada", &one).await;
        assert!(!shown.contains(&format!("{one}/edit")) && !shown.contains(&format!("{one}/removal")));
        house.page("bruno", "GET", &place).send().await.expect(404);
        house.page("anna", "GET", &format!("{card}/ledger/sites")).send().await.expect(404);
        let before = house.everything().await;
        for who in ["ada", "mara", "anna"] {
            house.page(who, "GET", &format!("{one}/edit")).send().await.expect(403);
            post(&house, who, &format!("{one}/edit"), &[("version", "1"), ("state", "given")]).await.expect(403);
            post(&house, who, &format!("{one}/removal"), &[]).await.expect(403);
            post(&house, who, &format!("{one}/restoration"), &[]).await.expect(403);
            house.api(who, "PATCH", &one).if_match(1).json(&json!({ "state": "refused" })).send().await.expect(403);
            house.api(who, "DELETE", &one).if_match(1).send().await.expect(403);
            house.api(who, "PUT", &format!("{one}/removal")).send().await.expect(403);
            house.api(who, "DELETE", &format!("{one}/removal")).send().await.expect(403);
        }
        post(&house, "rita", "/consents/new", &entry).await.expect(403);
        assert_eq!(before, house.everything().await);
        let got = post(&house, "bruno", "/consents/new", &entry).await.expect(422);
        assert!(!got.text().contains("Officine A"));
    }
}

#[tokio::test]
async fn a_mention_reaches_whoever_may_see_it_and_nobody_else() {
    for house in houses().await {
        let card = house.north.account;
        assert!(!bell(&house, "aldo").await.contains("bell-count"));
        note(&house, "anna", card, "@aldo, senti @bruno e @anna").await.expect(303);
        // He sees the customer: he is told. She is told that the other does not, who is told nothing.
        let shown = bell(&house, "aldo").await;
        assert!(shown.contains(">1</b>") && shown.contains("anna mentioned you in a note") && shown.contains("Officine A"), "{shown}");
        for who in ["bruno", "anna", "ada", "mara"] {
            let shown = bell(&house, who).await;
            assert!(!shown.contains("bell-count") && !shown.contains("Officine A"), "{who}: {shown}");
        }
        let got = house.page("anna", "POST", &format!("/accounts/{card}/timeline/notes")).header("HX-Request", "true");
        let got = got.form(&form(&house, "anna", &[("text", "anche @bruno")])).send().await.expect(200);
        assert!(got.header("hx-trigger").contains("not notified: bruno"), "{}", got.header("hx-trigger"));
        let note = house.get("anna", "/notes?filter=text%20contains%20%22senti%22").await.expect(200).json()["records"][0].clone();
        let (id, aldo) = (note["id"].as_str().expect("an id").to_owned(), house.people["aldo"].id);
        let note = house.get("anna", &format!("/notes/{id}")).await.expect(200).json();
        assert!(note["text"].as_str().is_some_and(|text| text.starts_with(&format!("@[aldo]({aldo}), senti @[bruno]("))));
        assert_eq!(note["subject"], json!("@aldo, senti @bruno e @anna"));
        // Another name, and the note says it; his own name stands out for him.
        let system = house.engine.system(Through::CommandLine);
        let user = house.engine.entity("user").expect("users");
        let name = vec![(engine::identity::users::NAME.id(), "Aldo Neri".into())];
        house.engine.change(&system, &user, aldo, None, name, Vec::new()).await.expect("renamed");
        let shown = page(&house, "anna", &format!("/accounts/{card}?editing={id}")).await;
        assert!(shown.contains("@aldo, senti @bruno"), "in the box it is written as it was");
        let place = format!("/accounts/{card}/timeline/notes/{id}");
        // Under edit only whoever is named now is told.
        post(&house, "anna", &place, &[("text", "@Aldo Neri, senti @mara"), ("version", "1")]).await.expect(303);
        assert!(bell(&house, "mara").await.contains(">1</b>"));
        assert!(bell(&house, "aldo").await.contains(">1</b>"));
        // It is read by opening it, by him alone.
        let open = opening(&bell(&house, "aldo").await);
        post(&house, "mara", &open, &[]).await.expect(404);
        let got = post(&house, "aldo", &open, &[]).await.expect(303);
        assert_eq!(got.header("location"), format!("/accounts/{card}#happening-{id}"));
        assert!(!bell(&house, "aldo").await.contains("bell-count"));
        assert!(page(&house, "aldo", "/notifications").await.contains("Officine A"));
        post(&house, "mara", "/notifications/reading", &[]).await.expect(303);
        assert!(!bell(&house, "mara").await.contains("bell-count"));
    }
}

/// A10: once it is out of sight, nothing of it is said; A8: nobody is told in another's name.
#[tokio::test]
async fn what_went_out_of_sight_is_told_no_more() {
    for house in houses().await {
        note(&house, "anna", house.north.account, "@aldo: il segreto").await.expect(303);
        let shown = bell(&house, "aldo").await;
        assert!(shown.contains("il segreto") && shown.contains("Officine A"));
        let owner = json!({ "owner": house.people["bruno"].id.to_string() });
        let card = format!("/accounts/{}", house.north.account);
        house.api("mara", "PATCH", &card).if_match(1).json(&owner).send().await.expect(200);
        for shown in [bell(&house, "aldo").await, page(&house, "aldo", "/notifications").await] {
            assert!(!shown.contains("segreto") && !shown.contains("Officine A") && shown.contains("No longer visible"), "{shown}");
        }
        let got = post(&house, "aldo", &opening(&bell(&house, "aldo").await), &[]).await.expect(303);
        assert_eq!(got.header("location"), "/notifications");
        // It became Bruno's: he is told that, and by whom.
        let shown = bell(&house, "bruno").await;
        assert!(shown.contains("mara assigned a record to you") && shown.contains("Officine A"), "{shown}");
        let got = post(&house, "bruno", &opening(&shown), &[]).await.expect(303);
        assert_eq!(got.header("location"), card);
        deactivate(&house, "aldo").await;
        assert_eq!(house.page("aldo", "GET", "/notifications/bell").send().await.status, 303);
    }
}

#[tokio::test]
async fn many_at_once_are_told_once_and_silence_is_kept() {
    for house in houses().await {
        let mara = house.engine.principal_of(house.people["mara"].id, Through::Pages).await.expect("a person").expect("active");
        let account = house.engine.entity("account").expect("accounts");
        let (name, owner) = (account.field("name").expect("a name").id, account.field("owner").expect("an owner").id);
        let many = |who: &'static str| {
            let draft = |number: i32| engine::Draft::new("account").with(name, format!("Ditta {number}")).with(owner, house.people[who].id);
            (0..34).map(|number| engine::Act::Create(draft(number))).collect::<Vec<_>>()
        };
        // In two commits of one changeset, as a bulk action writes.
        let changeset = house.engine.id();
        for part in many("anna").chunks(20) {
            house.engine.write_slice(&mara, "bulk", changeset, part.to_vec()).await.expect("written");
        }
        let shown = bell(&house, "anna").await;
        assert!(shown.contains(">1</b>") && shown.contains("mara assigned 34 accounts to you") && !shown.contains("Ditta"), "{shown}");
        let got = post(&house, "anna", &opening(&shown), &[]).await.expect(303);
        assert_eq!(got.header("location"), "/accounts?filter=owner+is+me");
        // Taking it back tells nobody; nor what one does oneself, or the program.
        house.engine.undo(&mara, changeset).await.expect("undone");
        house.engine.write(&mara, "create", many("mara")).await.expect("her own");
        house.engine.write(&house.engine.system(Through::CommandLine), "create", many("mara")).await.expect("the program's");
        assert!(!bell(&house, "mara").await.contains("Ditta") && !bell(&house, "mara").await.contains("bell-count"));
        // Whoever does not want to be told is not.
        let shown = page(&house, "bruno", "/preferences/notifications").await;
        assert_eq!(shown.matches("name=\"told\"").count(), 4);
        post(&house, "bruno", "/preferences/notifications", &[("told", "mentioned")]).await.expect(303);
        let shown = page(&house, "bruno", "/preferences/notifications").await;
        assert!(shown.contains("value=\"mentioned\" checked") && !shown.contains("value=\"assigned\" checked"));
        house.engine.write(&mara, "create", many("bruno")).await.expect("written");
        assert!(!bell(&house, "bruno").await.contains("bell-count"));
        // After ninety days it is forgotten.
        house.engine.schedule_due().await.expect("due");
        house.clock.pass(91 * 86_400_000);
        house.engine.schedule_due().await.expect("due");
        while house.engine.work_once().await.expect("worked") {}
        let anna = house.engine.principal_of(house.people["anna"].id, Through::Pages).await.expect("a person").expect("active");
        assert!(house.engine.notifications(&anna, None, 10).await.expect("notifications").0.is_empty());
    }
}

/// C2: names, tags and notes with markup stay text, wherever they are told.
#[tokio::test]
async fn what_is_told_never_runs() {
    for house in houses().await {
        let evil = "<img src=x onerror=alert(1)>\"><svg onload=alert(1)>";
        let system = house.engine.system(Through::CommandLine);
        let user = house.engine.entity("user").expect("users");
        let name = vec![(engine::identity::users::NAME.id(), evil.into())];
        house.engine.change(&system, &user, house.people["aldo"].id, None, name, Vec::new()).await.expect("renamed");
        let card = format!("/accounts/{}", house.north.account);
        let rename = json!({ "name": evil });
        house.api("anna", "PATCH", &card).if_match(1).json(&rename).send().await.expect(200);
        note(&house, "anna", house.north.account, &format!("@{evil} e {evil}")).await.expect(303);
        post(&house, "anna", &format!("{card}/tags"), &[("on", evil)]).await.expect(303);
        let aldo = house.people["aldo"].id;
        note(&house, "anna", house.north.account, &format!("@[{evil}]({aldo}) @[<script>alert(1)</script>](nessuno)")).await.expect(303);
        let pages = [
            page(&house, "aldo", &card).await,
            page(&house, "aldo", "/notifications").await,
            bell(&house, "aldo").await,
            page(&house, "aldo", "/accounts").await,
            page(&house, "aldo", &format!("{card}/ledger/consents")).await,
            page(&house, "aldo", &format!("{card}/edit")).await,
            page(&house, "aldo", "/notes").await,
        ];
        for shown in pages {
            for trace in ["<img src=x", "<svg onload", "<script>alert"] {
                assert!(!shown.contains(trace), "{trace}: {shown}");
            }
        }
        assert!(bell(&house, "aldo").await.contains("&lt;img src=x"));
    }
}

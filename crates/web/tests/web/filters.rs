//! The builder of filters and segments, through HTTP: what it understands, what it refuses, what it keeps.

use crate::client::Got;
use crate::house::{House, houses};

pub async fn post(house: &House, who: &str, path: &str, pairs: &[(&str, &str)]) -> Got {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("csrf", &house.people[who].csrf);
    for (name, value) in pairs {
        form.append_pair(name, value);
    }
    house.page(who, "POST", path).form(&form.finish()).send().await
}

async fn read(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub fn plain(markup: &str) -> String {
    markup.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    Some(plain(tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?))
}

/// What a browser would send of the builder's form.
fn entered(page: &str) -> Vec<(String, String)> {
    sent_by(page, "builder-form")
}

/// What a browser would send of a form: its inputs, ticked boxes, chosen options, texts.
pub fn sent_by(page: &str, form: &str) -> Vec<(String, String)> {
    let form = page.split(&format!("id=\"{form}\"")).nth(1).and_then(|rest| rest.split("</form>").next()).expect("a form");
    let mut pairs = Vec::new();
    for tag in form.split('<').skip(1) {
        let (name, rest) = tag.split_at(tag.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(tag.len()));
        let Some(named) = attribute(rest, "name") else {
            if name == "option" && rest.split('>').next().is_some_and(|head| head.contains(" selected")) {
                let last: &mut (String, String) = pairs.last_mut().expect("its select");
                last.1 = attribute(rest, "value").unwrap_or_default();
            }
            continue;
        };
        match name {
            "input" if rest.contains("type=\"radio\"") && !rest.contains(" checked") => {}
            "input" if rest.contains("type=\"checkbox\"") && !rest.contains(" checked") => {}
            "input" => pairs.push((named, attribute(rest, "value").unwrap_or_default())),
            "select" => pairs.push((named, String::new())),
            // A line end right after the tag is none of the text.
            "textarea" => pairs.push((named, plain(rest.split_once('>').map_or("", |(_, text)| text.strip_prefix('\n').unwrap_or(text))))),
            _ => {}
        }
    }
    pairs
}

fn filter_of(address: &str) -> String {
    let question = address.split_once('?').map_or("", |(_, question)| question);
    let found = form_urlencoded::parse(question.as_bytes()).find(|(name, _)| name == "filter");
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Text → builder → text is the identity, through the very inputs of the page.
#[tokio::test]
async fn a_text_goes_through_the_builder_unchanged() {
    let house = houses().await.remove(0);
    let anna = house.people["anna"].id;
    for text in [
        "address.city in (\"Pisa\", \"Livorno\") and exists(contacts)".to_owned(),
        "stage is customer and owner is me".to_owned(),
        format!("owner in (me, {anna}) or owner is {anna} or owner is not {anna}"),
        "owner.team.name starts \"no\" and owner.roles includes \"agent\"".to_owned(),
        "exists(contacts where contact.email is empty and main is yes)".to_owned(),
        "not exists(sites where address.city is \"Lucca\")".to_owned(),
        "count(contacts) > 3 and count(sites where inactive is no) between 1 and 5".to_owned(),
        "max(notes.at) < 6 months ago and last(notes.text) contains \"prezzo\"".to_owned(),
        "created_at within last 30 days and created_at < 2026-01-01 and changed_at within previous quarter".to_owned(),
        "created_at within quarter -2 and stage_since between 2025-01-01 and today".to_owned(),
        "employees > 10 and revenue >= 1234567.50 and credit_limit in (10.00, 20.00)".to_owned(),
        "not (name contains \"a\" or name contains \"b\") and not (name contains \"c\" and pec is empty)".to_owned(),
        "stage in (customer, former) and stage not in (lead, suspect)".to_owned(),
        "name is \"  spaces  \" and name in (\"\", \"x\")".to_owned(),
    ] {
        let page = read(&house, "anna", &format!("/accounts/filter?filter={}", encoded(&text))).await;
        let mut pairs = entered(&page);
        pairs.retain(|(name, _)| name != "csrf");
        pairs.push(("do".to_owned(), "apply".to_owned()));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let got = post(&house, "anna", "/accounts/filter", &pairs).await;
        assert_eq!(got.status, 303, "{text}: {pairs:?}");
        assert_eq!(filter_of(got.header("location")), text);
    }
}

const PISA_OR_LIVORNO: [(&str, &str); 10] = [
    ("f.join", "all"),
    ("f-0.field", "address.city"),
    ("f-0.operator", "in"),
    ("f-0.value", "Pisa"),
    ("f-0.value", "Livorno"),
    ("f-0.value", ""),
    ("f-1.field", "*contacts"),
    ("f-1.measure", "has"),
    ("f-1.operator", "has-some"),
    ("f-1-in.join", "all"),
];

/// The count is the list's, with the rights of whoever asks.
#[tokio::test]
async fn what_is_built_is_said_and_counted() {
    for house in houses().await {
        for (who, count) in [("anna", "1 record<"), ("mara", "2 records"), ("bruno", "1 record<")] {
            let page = post(&house, who, "/accounts/filter", &PISA_OR_LIVORNO).await.expect(200).text();
            assert!(page.contains("class=\"sentence\">Accounts in Pisa or Livorno, with at least one contact<"), "{page}");
            assert!(page.contains(count), "{who}: {page}");
            let list = "/accounts?filter=address.city+in+(%22Pisa%22,+%22Livorno%22)+and+exists(contacts)";
            let rows = read(&house, who, list).await.matches("row-link").count();
            assert_eq!(rows, if who == "mara" { 2 } else { 1 }, "{who}");
        }
        // Asked for by a module: the sentence alone, with what is wrong beside each row.
        let mut form = format!("csrf={}", house.people["anna"].csrf);
        for (name, value) in [("f.join", "all"), ("f-0.field", "employees"), ("f-0.operator", "more"), ("f-0.value", "molti")] {
            form += &format!("&{name}={value}");
        }
        let part = house.page("anna", "POST", "/accounts/filter").header("HX-Request", "true").header("HX-Target", "div#builder-said");
        let part = part.form(&form).send().await.expect(200).text();
        assert!(part.contains("hx-target=\"#f-0-error\"") && part.contains("This is not a whole number"), "{part}");
        assert!(!part.contains("<html"));
        // Applying nonsense, or half a condition, is refused beside the row.
        for (value, said) in [("molti", "This is not a whole number"), ("", "The value is missing")] {
            let pairs = [("f.join", "all"), ("f-0.field", "employees"), ("f-0.operator", "more"), ("f-0.value", value), ("do", "apply")];
            assert!(post(&house, "anna", "/accounts/filter", &pairs).await.expect(422).text().contains(said));
        }
    }
}

/// B1, A9: only declared names and the operators there are; what is secret is neither offered nor understood.
#[tokio::test]
async fn hostile_forms_and_secrets_get_nowhere() {
    for house in houses().await {
        let page = read(&house, "ada", "/users/filter").await;
        assert!(!page.contains("password_hash"));
        for (field, operator) in
            [("password_hash", "starts"), ("name\" or 1=1 --", "is"), ("owner.password_hash", "is"), ("*x", "has-some")]
        {
            let pairs = [("f.join", "all"), ("f-0.field", field), ("f-0.operator", operator), ("f-0.value", "x"), ("do", "apply")];
            post(&house, "ada", "/users/filter", &pairs).await.expect(422);
        }
        let pairs = [("f.join", "all"), ("f-0.field", "name"), ("f-0.operator", "or 1=1"), ("f-0.value", "<script>alert(1)</script>")];
        let page = post(&house, "ada", "/users/filter", &pairs).await.expect(200).text();
        assert!(!page.contains("<script>alert"));
        let wrong = house.page("anna", "GET", "/accounts/filter?filter=name+is").send().await.expect(422).text();
        assert!(wrong.contains("a value is expected here") && wrong.contains(">name is</textarea>"), "{wrong}");
    }
}

#[tokio::test]
async fn a_segment_is_kept_shown_and_changed() {
    for house in houses().await {
        let mut pairs = PISA_OR_LIVORNO.to_vec();
        pairs.extend([("do", "segment"), ("name", "Costa"), ("remarks", "Per la fiera"), ("shared", "1")]);
        let card = post(&house, "anna", "/accounts/filter", &pairs).await.expect(303).header("location").to_owned();
        let page = read(&house, "anna", &card).await;
        assert!(page.contains("Accounts in Pisa or Livorno, with at least one contact"), "{page}");
        assert!(page.contains("Officine A") && !page.contains("Officine B"), "only what she sees");
        // Whoever may not share keeps it to himself.
        house.page("bruno", "GET", &card).send().await.expect(404);
        let edit = house.page("anna", "GET", &format!("{card}/edit")).send().await.expect(303).header("location").to_owned();
        let builder = read(&house, "anna", &edit).await;
        assert!(builder.contains("value=\"Costa\""));
        let mut pairs = entered(&builder);
        pairs.retain(|(name, _)| name != "csrf" && name != "name");
        pairs.extend([("name", "La costa"), ("do", "segment")].map(|(name, value)| (name.to_owned(), value.to_owned())));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        post(&house, "anna", "/accounts/filter", &pairs).await.expect(303);
        assert!(read(&house, "anna", &card).await.contains("La costa"));
        house.page("bruno", "GET", &edit).send().await.expect(404);
        // The text is held against the description when it is written, through every door.
        for body in [
            serde_json::json!({ "name": "x", "list": "account", "filter": "nome is \"x\"" }),
            serde_json::json!({ "name": "x", "list": "nothing", "filter": "" }),
            serde_json::json!({ "name": "x", "list": "user", "filter": "password_hash starts \"a\"" }),
        ] {
            house.post("anna", "/segments", body).await.expect(422);
        }
    }
}

//! Cards and forms as an administrator arranges them, for everybody and for a role.

use crate::client::Got;
use crate::house::{House, houses, person, put};
use engine::Through;
use serde_json::{Value as Json, json};

const ACCOUNTS: &str = "/administration/layouts/accounts";

/// What the page of an administrator holds: names and values of its form, in their order.
async fn held(house: &House, address: &str) -> Vec<(String, String)> {
    of(&house.page("ada", "GET", address).send().await.expect(200).text())
}

fn of(page: &str) -> Vec<(String, String)> {
    let form = page.split("id=\"arranging\"").nth(1).expect("the form").split("</form>").next().expect("its end");
    let value = |tag: &str, name: &str| {
        let after = tag.split(&format!("{name}=\"")).nth(1)?;
        after.split('"').next().map(|text| text.replace("&#38;", "&").replace("&#60;", "<").replace("&#62;", ">"))
    };
    let inputs = form
        .split("<input ")
        .skip(1)
        .filter_map(|tag| Some((value(tag, "name")?, value(tag.split('>').next()?, "value").unwrap_or_default())));
    inputs.collect()
}

fn encoded(pairs: &[(String, String)]) -> String {
    let text = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    pairs.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect::<Vec<_>>().join("&")
}

async fn send(house: &House, address: &str, pairs: &[(String, String)], more: &[(&str, &str)]) -> Got {
    let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let all: Vec<(String, String)> = pairs.iter().cloned().chain(more).collect();
    house.page("ada", "POST", address).form(&encoded(&all)).send().await
}

/// Takes some steps, one after the other, and saves.
async fn arranged(house: &House, role: &str, steps: &[&[(&str, &str)]]) {
    let mut pairs = held(house, &format!("{ACCOUNTS}?role={role}")).await;
    for step in steps {
        pairs = of(&send(house, &format!("{ACCOUNTS}/draft"), &pairs, step).await.expect(200).text());
    }
    send(house, ACCOUNTS, &pairs, &[("do", "save")]).await.expect(303);
}

async fn page(house: &House, who: &str, address: &str) -> String {
    house.page(who, "GET", address).send().await.expect(200).text()
}

/// The titles of the sections that a form shows, in their order.
fn sections(form: &str) -> Vec<String> {
    let legends = form.split("<fieldset class=\"form-section\"").skip(1).filter_map(|part| part.split("<legend>").nth(1));
    legends.filter_map(|legend| legend.split('<').next()).map(str::to_owned).collect()
}

/// Where something stands in a form: the title of its section.
fn section_of(form: &str, field: &str) -> Option<String> {
    let parts = form.split("<fieldset class=\"form-section\"").skip(1);
    let named = [format!("name=\"{field}\""), format!("id=\"{field}\"")];
    let part = parts.into_iter().find(|part| named.iter().any(|name| part.contains(name)))?;
    part.split("<legend>").nth(1)?.split('<').next().map(str::to_owned)
}

async fn own_field(house: &House, more: Json) -> Json {
    let mut field = json!({ "label": "Cella frigorifera", "label_english": "Cold room", "entity": "account", "kind": "text" });
    field.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    house.post("ada", "/own_fields", field).await.expect(201).json()
}

#[tokio::test]
async fn an_administrator_arranges_a_card_for_everybody() {
    for house in houses().await {
        for address in ["/administration/layouts", ACCOUNTS] {
            assert!(matches!(house.page("anna", "GET", address).send().await.status, 403 | 404));
        }
        let sent = house.page("anna", "POST", ACCOUNTS).form(&format!("csrf={}&section=identity&item=name", house.people["anna"].csrf));
        assert!(matches!(sent.send().await.status, 403 | 404));
        own_field(&house, json!({})).await;
        let before = page(&house, "anna", "/accounts/new").await;
        assert_eq!(section_of(&before, "x_cella_frigorifera").as_deref(), Some("Characteristics"));

        // A section of its own, with an address, owned lines and an own field; the sector on no card; remarks first.
        let add = [("do", "add"), ("new-it", "Dove & come"), ("new-en", "Where & how")];
        let mut pairs = held(&house, ACCOUNTS).await;
        pairs = of(&send(&house, &format!("{ACCOUNTS}/draft"), &pairs, &add).await.expect(200).text());
        let own = pairs.iter().rev().find(|(name, value)| name == "section" && value.starts_with("x_")).expect("the section").1.clone();
        let to: Vec<(&str, &str)> = ["to.phones", "to.address", "to.x_cella_frigorifera"]
            .iter()
            .map(|name| (*name, own.as_str()))
            .chain([("to.sector", "-")])
            .collect();
        pairs = of(&send(&house, &format!("{ACCOUNTS}/draft"), &pairs, &to).await.expect(200).text());
        for _ in 0..10 {
            let up = [("do", "up:section:remarks")];
            pairs = of(&send(&house, &format!("{ACCOUNTS}/draft"), &pairs, &up).await.expect(200).text());
        }
        assert_eq!(sections(&before), sections(&page(&house, "anna", "/accounts/new").await), "nothing is so before it is saved");
        send(&house, ACCOUNTS, &pairs, &[("do", "save")]).await.expect(303);

        let form = page(&house, "anna", "/accounts/new").await;
        assert_eq!(sections(&form).first().map(String::as_str), Some("Remarks"), "{:?}", sections(&form));
        for moved in ["phones", "address.city", "x_cella_frigorifera"] {
            assert_eq!(section_of(&form, moved).as_deref(), Some("Where &amp; how"), "{moved}");
        }
        assert_eq!(section_of(&form, "emails"), section_of(&form, "web_site"), "what nobody moved stays");
        assert_eq!(section_of(&form, "sector"), None);

        // Italians read its Italian title.
        let system = house.engine.system(Through::CommandLine);
        let dario = json!({ "name": "dario", "email": "dario@example.it", "roles": ["manager"], "language": "it" });
        let dario = person(&house.web, put(&house.engine, &system, "user", dario).await).await;
        let italian = house.send("GET", "/accounts/new").header("Cookie", &dario.cookie).send().await.expect(200).text();
        assert_eq!(section_of(&italian, "phones").as_deref(), Some("Dove &amp; come"));

        // What is on no card stays everywhere else, and is written in a cell of a list.
        let account = format!("/accounts/{}", house.north.account);
        house
            .api("anna", "PATCH", &account)
            .if_match(1)
            .json(&json!({ "sector": null, "remarks": "Prima di tutto" }))
            .send()
            .await
            .expect(200);
        let card = page(&house, "anna", &account).await;
        assert!(card.contains("Prima di tutto") && !card.contains("spot-sector"), "{card}");
        let list = page(&house, "anna", "/accounts?columns=name,sector&filter=sector%20is%20empty").await;
        assert!(list.contains("data-field=\"sector\""), "{list}");
        let edited = format!("{account}/fields/sector/edit?at=cell");
        house.page("anna", "GET", &edited).header("HX-Request", "true").send().await.expect(200);
        let here = page(&house, "anna", &format!("{account}?field=sector")).await;
        assert!(here.contains("name=\"sector\""), "a browser without modules writes it on the card");
        let builder = page(&house, "anna", "/accounts/filter").await;
        assert!(builder.contains("value=\"sector\""), "{builder}");

        // Fields that come later stand where they are declared, or in the section that they name.
        own_field(&house, json!({ "label": "Insegna", "section": "fiscal" })).await;
        own_field(&house, json!({ "label": "Corriere", "section": own })).await;
        let form = page(&house, "anna", "/accounts/new").await;
        assert_eq!(section_of(&form, "x_insegna"), section_of(&form, "vat_number"));
        assert_eq!(section_of(&form, "x_corriere").as_deref(), Some("Where &amp; how"));
        let offered = page(&house, "ada", "/own_fields/new?entity=account").await;
        let choices = offered.split("id=\"section\"").nth(1).expect("the choice").split("</select>").next().expect("its end").to_owned();
        assert!(
            choices.contains(&own) && choices.contains("fiscal") && !choices.contains("private"),
            "its own card's sections only: {choices}"
        );

        // A field that goes and comes back finds its place; so does the whole card.
        let gone = house.get("ada", "/own_fields?filter=key%20is%20%22x_cella_frigorifera%22").await.expect(200).json();
        let gone = gone["records"][0]["id"].as_str().expect("the field").to_owned();
        house.api("ada", "DELETE", &format!("/own_fields/{gone}")).if_match(1).send().await.expect(204);
        assert_eq!(section_of(&page(&house, "anna", "/accounts/new").await, "x_cella_frigorifera"), None);
        house.api("ada", "DELETE", &format!("/own_fields/{gone}/removal")).send().await.expect(204);
        let form = page(&house, "anna", "/accounts/new").await;
        assert_eq!(section_of(&form, "x_cella_frigorifera").as_deref(), Some("Where &amp; how"));
        let pairs = held(&house, ACCOUNTS).await;
        send(&house, ACCOUNTS, &pairs, &[("do", "product")]).await.expect(303);
        let form = page(&house, "anna", "/accounts/new").await;
        assert_eq!(section_of(&form, "sector"), section_of(&form, "name"));
        assert_eq!(section_of(&form, "x_corriere").as_deref(), Some("Characteristics"), "its section is gone");
    }
}

#[tokio::test]
async fn what_has_to_be_given_is_asked_wherever_it_stands() {
    for house in houses().await {
        let out: &[(&str, &str)] = &[("to.name", "-"), ("to.tags", "-"), ("to.emails", "-")];
        arranged(&house, "", &[out]).await;
        let shown = page(&house, "ada", ACCOUNTS).await;
        assert!(shown.contains("required: the form still asks for it"), "{shown}");
        let form = page(&house, "anna", "/accounts/new").await;
        assert_eq!(section_of(&form, "name").as_deref(), Some("To be filled in"));
        assert_eq!(section_of(&form, "tags"), None);
        let sent = format!("csrf={}&insist=1&stage=lead", house.people["anna"].csrf);
        let refused = house.page("anna", "POST", "/accounts/new").form(&format!("{sent}&name=")).send().await.expect(422).text();
        assert_eq!(section_of(&refused, "name").as_deref(), Some("To be filled in"));
        house.page("anna", "POST", "/accounts/new").form(&format!("{sent}&name=Gelati+Neri")).send().await.expect(303);
        let made = house.get("anna", "/accounts?filter=name%20is%20%22Gelati%20Neri%22").await.expect(200).text();
        assert!(made.contains("Gelati Neri"), "{made}");

        // Where it is there already nobody is asked; what is not sent stays.
        let account = format!("/accounts/{}", house.north.account);
        let form = page(&house, "anna", &format!("{account}/edit")).await;
        assert_eq!(section_of(&form, "name"), None);
        let sent = format!("csrf={}&version=1&remarks=Nota", house.people["anna"].csrf);
        house.page("anna", "POST", &format!("{account}/edit")).form(&sent).send().await.expect(303);
        assert_eq!(house.get("anna", &account).await.expect(200).json()["name"], json!("Officine A"));

        // What an address gives is there to be seen.
        let given = page(&house, "anna", "/accounts/new?code=A7&name=Rossi").await;
        assert!(given.contains("value=\"Rossi\""), "{given}");
        // A field that became required after the records were made is asked where it is empty.
        own_field(&house, json!({ "required": true })).await;
        arranged(&house, "", &[&[("to.x_cella_frigorifera", "-")]]).await;
        let form = page(&house, "anna", &format!("{account}/edit")).await;
        assert_eq!(section_of(&form, "x_cella_frigorifera").as_deref(), Some("To be filled in"));
    }
}

#[tokio::test]
async fn a_role_has_a_card_of_its_own_and_sees_no_more_by_it() {
    for house in houses().await {
        arranged(&house, "", &[&[("to.revenue", "-")]]).await;
        arranged(
            &house,
            "agent",
            &[&[("to.revenue", "identity"), ("to.sector", "-")], &[("do", "add"), ("new-it", "Giro")], &[("do", "up:item:remarks")]],
        )
        .await;
        let (anna, mara) = (page(&house, "anna", "/accounts/new").await, page(&house, "mara", "/accounts/new").await);
        assert_eq!(section_of(&anna, "revenue"), section_of(&anna, "name"), "the agent’s");
        assert_eq!(section_of(&anna, "sector"), None);
        assert_eq!(section_of(&mara, "revenue"), None, "everybody’s");
        assert!(section_of(&mara, "sector").is_some());
        let listed = page(&house, "ada", "/administration/layouts").await;
        assert!(listed.contains("?role=agent"), "{listed}");

        // Whoever has several roles has the layout of the first that has one, in the order of their names.
        arranged(&house, "manager", &[&[("to.remarks", "-")]]).await;
        let whom = page(&house, "ada", ACCOUNTS).await;
        let place = |key: &str| whom.find(&format!("<option value=\"{key}\"")).expect("the role");
        let first = if place("agent") < place("manager") { "agent" } else { "manager" };
        let both = json!({ "name": "carlo", "email": "carlo@example.it", "roles": ["manager", "agent"], "language": "en" });
        let system = house.engine.system(Through::CommandLine);
        let carlo = person(&house.web, put(&house.engine, &system, "user", both).await).await;
        let form = house.send("GET", "/accounts/new").header("Cookie", &carlo.cookie).send().await.expect(200).text();
        assert_eq!(section_of(&form, "sector").is_none(), first == "agent");
        assert_eq!(section_of(&form, "remarks").is_none(), first == "manager");

        // A layout shows nobody what his role hides.
        let agent = house.get("ada", "/roles?filter=key%20is%20%22agent%22").await.expect(200).json()["records"][0].clone();
        let (id, version) = (agent["id"].as_str().expect("an id"), agent["version"].as_i64().expect("a version"));
        let hides = json!({ "fields": [{ "entity": "account", "field": "revenue", "right": "hidden" }] });
        house.api("ada", "PATCH", &format!("/roles/{id}")).if_match(version).json(&hides).send().await.expect(200);
        let form = page(&house, "anna", "/accounts/new").await;
        assert_eq!(section_of(&form, "revenue"), None);

        // Back to everybody's.
        let pairs = held(&house, &format!("{ACCOUNTS}?role=agent")).await;
        send(&house, ACCOUNTS, &pairs, &[("do", "product")]).await.expect(303);
        let form = page(&house, "anna", "/accounts/new").await;
        assert!(section_of(&form, "sector").is_some());
    }
}

#[tokio::test]
async fn what_is_no_layout_is_refused_and_nobody_overwrites_unseen() {
    for house in houses().await {
        let pairs = held(&house, ACCOUNTS).await;
        let only = |keep: &str| -> Vec<(String, String)> { pairs.iter().filter(|(name, _)| name != keep).cloned().collect() };
        send(&house, ACCOUNTS, &only("item"), &[("item", "id; drop table account"), ("do", "save")]).await.expect(422);
        let empty: Vec<(String, String)> = only("section");
        assert!(send(&house, ACCOUNTS, &empty, &[("do", "save")]).await.expect(422).text().contains("Something has to stay"));
        let odd = [("section", "x')--"), ("it.x')--", "Bah"), ("do", "save")];
        let mut first = pairs.clone();
        first.retain(|(name, _)| name != "out");
        send(&house, ACCOUNTS, &first, &odd).await.expect(422);
        for nobody in ["/administration/layouts/users_table", "/administration/layouts/roles", &format!("{ACCOUNTS}?role=nobody")] {
            house.page("ada", "GET", nobody).send().await.expect(404);
        }
        let draft = format!("{ACCOUNTS}/draft");
        send(&house, &draft, &pairs, &[("do", "add"), ("new-it", "  ")]).await.expect(422);
        send(&house, &draft, &pairs, &[("do", "add"), ("new-it", &"à".repeat(81))]).await.expect(422);
        send(&house, &draft, &pairs, &[("do", "up:item:nothing"), ("to.nothing", "identity"), ("to.name", "nowhere")]).await.expect(200);
        let added = send(&house, &draft, &pairs, &[("do", "add"), ("new-it", "<b>Ciao</b>")]).await.expect(200).text();
        assert!(!added.contains("<b>Ciao"), "{added}");

        // The second of two says so, and may insist.
        send(&house, ACCOUNTS, &pairs, &[("to.sector", "-"), ("do", "save")]).await.expect(303);
        let late = send(&house, ACCOUNTS, &pairs, &[("to.market", "-"), ("do", "save")]).await.expect(422).text();
        assert!(late.contains("Somebody else saved a layout"), "{late}");
        send(&house, ACCOUNTS, &of(&late), &[("do", "save")]).await.expect(303);
        let form = page(&house, "anna", "/accounts/new").await;
        assert_eq!((section_of(&form, "market"), section_of(&form, "sector").is_some()), (None, true));
    }
}

/// With a role goes what was arranged for it; one that is called so later begins as everybody's, and undoing brings both back.
#[tokio::test]
async fn a_role_takes_its_layouts_with_it() {
    for house in houses().await {
        let ada = house.engine.principal_of(house.people["ada"].id, Through::Pages).await.expect("Ada").expect("active");
        let role = async || put(&house.engine, &ada, "role", json!({ "name": "Ospite", "english": "Guest", "see": "all" })).await;
        let arranging = async || {
            let layouts = house.engine.layouts(&ada).await.expect("layouts");
            layouts.iter().filter(|layout| layout.role == "ospite").count()
        };
        let first = role().await;
        arranged(&house, "ospite", &[&[("to.sector", "-")]]).await;
        assert_eq!(arranging().await, 1);
        let roles = house.engine.entity("role").expect("roles");
        let removed = house.engine.remove(&ada, &roles, first, None).await.expect("removed");
        assert_eq!(arranging().await, 0);
        house.engine.undo(&ada, removed.changeset).await.expect("undone");
        assert_eq!(arranging().await, 1, "it comes back with its role");
        house.page("ada", "GET", &format!("{ACCOUNTS}?role=ospite")).send().await.expect(200);
        house.engine.remove(&ada, &roles, first, None).await.expect("removed");
        role().await;
        assert_eq!(arranging().await, 0, "another role of the same name");
    }
}

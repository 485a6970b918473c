//! Filters as fields of forms: built in rows, kept as text, shown again; and forms that follow the conditions of their fields
//! before they are sent.

use crate::client::Got;
use crate::filters::{plain, post, sent_by};
use crate::house::{House, houses};
use serde_json::{Value as Json, json};

/// A form as somebody fills it in.
struct Filled(Vec<(String, String)>);

impl Filled {
    async fn at(house: &House, who: &str, path: &str) -> Filled {
        Filled::of(&house.page(who, "GET", path).send().await.expect(200).text())
    }

    fn of(page: &str) -> Filled {
        let mut pairs = sent_by(page, "form");
        pairs.retain(|(name, _)| name != "csrf");
        Filled(pairs)
    }

    fn with(mut self, name: &str, value: &str) -> Filled {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    async fn sent(&self, house: &House, who: &str, path: &str) -> Got {
        let pairs: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        post(house, who, path, &pairs).await
    }

    /// The form after a step.
    async fn stepped(self, house: &House, path: &str, step: &str) -> (String, Filled) {
        let page = self.with("do", step).sent(house, "ada", path).await.expect(200).text();
        let filled = Filled::of(&page);
        (page, filled)
    }
}

/// What stands in the slot of a field, and how it stands.
fn slot<'p>(page: &'p str, key: &str) -> (&'p str, &'p str) {
    let slot = page.split(&format!("data-slot=\"{key}\" data-state=\"")).nth(1).unwrap_or_else(|| panic!("no slot of {key}: {page}"));
    let (state, rest) = slot.split_once("\">").expect("its end");
    (state, rest.split("data-slot=").next().unwrap_or_default())
}

fn id(record: &Json) -> String {
    record["id"].as_str().expect("an id").to_owned()
}

async fn own_field(house: &House, more: Json) -> Json {
    let mut field = json!({ "label": "Cella frigorifera", "entity": "account", "kind": "text" });
    field.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    house.post("ada", "/own_fields", field).await.expect(201).json()
}

#[tokio::test]
async fn a_condition_is_built_in_rows_kept_as_text_and_shown_again() {
    for house in houses().await {
        let before = house.everything().await;
        let form = Filled::at(&house, "ada", "/own_fields/new?entity=account").await;
        assert_eq!(form.get("visible_when.as"), Some("rows"));
        // As without modules: a step brings the form anew, with what was entered.
        let form = form.with("label", "Contratto").with("kind", "text");
        let (page, form) = form.stepped(&house, "/own_fields/form", "row:visible_when").await;
        assert!(page.contains("action=\"/own_fields/new\"") && page.contains("id=\"visible_when-0.field\" "), "{page}");
        assert_eq!(form.get("label"), Some("Contratto"));
        // One record alone answers: neither where links lead nor children are offered.
        let options = slot(&page, "visible_when").1;
        assert!(
            options.contains("value=\"stage\"") && !options.contains("owner.name") && !options.contains("value=\"*contacts\""),
            "{options}"
        );
        let (_, form) = form.with("visible_when-0.field", "stage").stepped(&house, "/own_fields/form", "count:visible_when").await;
        let (_, form) = form.with("visible_when-0.value", "customer").stepped(&house, "/own_fields/form", "row:visible_when").await;
        let (_, form) = form.with("visible_when-1.field", "employees").stepped(&house, "/own_fields/form", "count:visible_when").await;
        let form = form.with("visible_when-1.operator", "more").with("visible_when-1.value", "molti").with("visible_when.join", "any");
        // What is wrong is said beside its row and above the form, and nothing is lost.
        let refused = form.sent(&house, "ada", "/own_fields/new").await.expect(422).text();
        assert!(refused.matches("This is not a whole number").count() == 2 && refused.contains("href=\"#visible_when\""), "{refused}");
        let form = Filled::of(&refused).with("visible_when-1.value", "");
        let refused = form.sent(&house, "ada", "/own_fields/new").await.expect(422).text();
        assert!(refused.contains("The value is missing") && refused.contains("id=\"visible_when-1-error\"><p"), "{refused}");
        assert_eq!(before, house.everything().await, "steps and refusals write nothing");
        let form = Filled::of(&refused).with("visible_when-1.value", "10");
        form.sent(&house, "ada", "/own_fields/new").await.expect(303);

        let kept = house.get("ada", "/own_fields").await.expect(200).json()["records"][0].clone();
        let kept = house.get("ada", &format!("/own_fields/{}", id(&kept))).await.expect(200).json();
        assert_eq!(kept["visible_when"], json!("stage is customer or employees > 10"));
        assert_eq!(kept["required_when"], json!(""));
        let path = format!("/own_fields/{}", id(&kept));
        let card = plain(&house.page("ada", "GET", &path).send().await.expect(200).text());
        assert!(card.contains("employees above 10") && !card.contains("stage is customer or"), "said in words: {card}");
        let page = house.page("ada", "GET", &format!("{path}/edit")).send().await.expect(200).text();
        let form = Filled::of(&page);
        assert_eq!(form.get("visible_when-1.value"), Some("10"));
        assert_eq!(form.get("visible_when.join"), Some("any"));
        // A row is taken out, and what is left is saved; the text of it can be written too.
        let (_, form) = form.stepped(&house, &format!("{path}/form"), "remove:visible_when-1").await;
        let (page, form) = form.stepped(&house, &format!("{path}/form"), "text:visible_when").await;
        assert_eq!(form.get("visible_when"), Some("stage is customer"), "{page}");
        let form = form.with("visible_when", "stage is customer and");
        let (page, form) = form.stepped(&house, &format!("{path}/form"), "rows:visible_when").await;
        assert!(form.get("visible_when") == Some("stage is customer and") && page.contains("class=\"error\""), "{page}");
        let form = form.with("visible_when", "not (stage is lead)");
        form.sent(&house, "ada", &format!("{path}/edit")).await.expect(303);
        assert_eq!(house.get("ada", &path).await.json()["visible_when"], json!("not (stage is lead)"));
    }
}

#[tokio::test]
async fn what_rows_can_not_show_stays_as_text() {
    for house in houses().await {
        // Required everywhere is not the same as without a condition.
        let made = own_field(&house, json!({ "required_when": "everything", "read_only_when": "nothing" })).await;
        let edit = format!("/own_fields/{}/edit", id(&made));
        let form = Filled::at(&house, "ada", &edit).await;
        assert_eq!((form.get("required_when.as"), form.get("required_when")), (Some("text"), Some("everything")));
        form.with("help", "Quanto freddo").sent(&house, "ada", &edit).await.expect(303);
        let now = house.get("ada", &format!("/own_fields/{}", id(&made))).await.json();
        assert_eq!((&now["required_when"], &now["read_only_when"]), (&json!("everything"), &json!("nothing")));

        // A condition that asks more than the record is refused in words, through rows and as text.
        let form = Filled::at(&house, "ada", "/own_fields/new?entity=account").await.with("label", "Altro").with("kind", "text");
        let (_, rows) = form.stepped(&house, "/own_fields/form", "row:visible_when").await;
        let (_, rows) = rows.with("visible_when-0.field", "=").stepped(&house, "/own_fields/form", "count:visible_when").await;
        let rows = rows.with("visible_when-0.text", "owner.name is \"Anna\"");
        let refused = rows.sent(&house, "ada", "/own_fields/new").await.expect(422).text();
        assert!(refused.contains("may only ask what is on the record itself"), "{refused}");
        // A form that knows nothing of rows sends the text alone.
        let text = "csrf=".to_owned() + &house.people["ada"].csrf + "&label=Altro&kind=text&entity=account&visible_when=name+is";
        let refused = house.page("ada", "POST", "/own_fields/new").form(&text).send().await.expect(422).text();
        assert!(refused.contains("a value is expected here") && refused.contains("name is</textarea>"), "{refused}");

        // Of a kind that is none, and of none at all, the rows wait until it is one again.
        for kind in ["nothing", "role_right", ""] {
            let refused = rows.clone_with("entity", kind).sent(&house, "ada", "/own_fields/new").await.expect(422).text();
            assert_eq!(Filled::of(&refused).get("visible_when-0.text"), Some("owner.name is \"Anna\""), "{kind}: {refused}");
        }
    }
}

impl Filled {
    fn clone_with(&self, name: &str, value: &str) -> Filled {
        Filled(self.0.clone()).with(name, value)
    }
}

#[tokio::test]
async fn a_sharing_rule_is_built_said_and_counted() {
    for house in houses().await {
        let page = house.page("ada", "GET", "/sharing_rules/new").send().await.expect(200).text();
        // Kinds by their names, and only those that can be shared.
        assert!(page.contains("<option value=\"account\">Accounts</option>") && !page.contains("value=\"role\""), "{page}");
        assert!(page.contains("First choose which records"), "{page}");
        let form = Filled::of(&page).with("name", "Pisa").with("entity", "account").with("role", "agent");
        let (page, form) = form.stepped(&house, "/sharing_rules/form", "row:filter").await;
        let options = slot(&page, "filter").1;
        assert!(options.contains("owner.name") && options.contains("value=\"*contacts\""), "{options}");
        let (_, form) = form.with("filter-0.field", "address.city").stepped(&house, "/sharing_rules/form", "count:filter").await;
        let form = form.with("filter-0.operator", "is").with("filter-0.value", "Pisa");
        // A module asks for the sentence and the count alone.
        let pairs: String =
            form.0.iter().fold(format!("csrf={}", house.people["ada"].csrf), |all, (name, value)| format!("{all}&{name}={value}"));
        let part = house.page("ada", "POST", "/sharing_rules/form").header("HX-Request", "true").header("HX-Target", "div#filter-said");
        let part = part.form(&pairs).send().await.expect(200).text();
        assert!(part.contains("Accounts in Pisa") && part.contains("<strong>1 record") && !part.contains("<form"), "{part}");
        assert!(part.contains("hx-target=\"#filter-0-error\""), "{part}");
        form.sent(&house, "ada", "/sharing_rules/new").await.expect(303);
        let rules = house.get("ada", "/sharing_rules?filter=name%20is%20%22Pisa%22").await.expect(200).json();
        let path = format!("/sharing_rules/{}", id(&rules["records"][0]));
        assert_eq!(house.get("ada", &path).await.json()["filter"], json!("address.city is \"Pisa\""));
        let edit = format!("{path}/edit");
        let page = house.page("ada", "GET", &edit).send().await.expect(200).text();
        assert_eq!(Filled::of(&page).get("filter-0.value"), Some("Pisa"));
        // Another kind has other fields: what it does not know is said, and comes back with the kind that does.
        let form = Filled::of(&page).with("entity", "contact");
        let (page, form) = form.stepped(&house, &edit.replace("/edit", "/form"), "count:filter").await;
        assert_eq!(slot(&page, "filter").0, "open contact");
        assert!(form.get("filter-0.value") == Some("Pisa"), "{page}");
    }
}

#[tokio::test]
async fn a_form_follows_the_conditions_of_its_fields_and_writes_nothing() {
    for house in houses().await {
        let (cell, contract) = ("x_cella_frigorifera", "x_contratto");
        own_field(&house, json!({ "visible_when": "stage is customer", "required": true })).await;
        own_field(&house, json!({ "label": "Contratto", "read_only_when": "stage is former", "required_when": "employees > 10" })).await;
        let page = house.page("anna", "GET", "/accounts/new").send().await.expect(200).text();
        assert!(page.contains("data-reacts=\"/accounts/form\" data-decisive=\"employees stage\""), "{page}");
        assert!(slot(&page, cell) == ("hidden", slot(&page, cell).1) && !page.contains("Cella frigorifera"), "{page}");
        // A form of which nothing depends on anything says nothing of it.
        let plain = house.page("anna", "GET", "/contacts/new").send().await.expect(200).text();
        assert!(!plain.contains("data-reacts"), "{plain}");

        let record = json!({ "name": "Gelati Neri", "stage": "customer", cell: "-18 °C", contract: "A/12" });
        let account = house.post("anna", "/accounts?insist=1", record).await.expect(201).json();
        let path = format!("/accounts/{}", id(&account));
        let before = house.everything().await;
        let form = Filled::of(&page).with("name", "Gelati").with("stage", "customer").with("employees", "11");
        let page = form.sent(&house, "anna", "/accounts/form").await.expect(200).text();
        let (state, inside) = slot(&page, cell);
        assert!(state == "required" && inside.contains("Cella frigorifera") && inside.contains(" required"), "{inside}");
        assert_eq!(slot(&page, contract).0, "required");
        assert_eq!(Filled::of(&page).get("name"), Some("Gelati"));

        // What is not asked any more keeps its value, and what is asked again has it.
        let edit = Filled::at(&house, "anna", &format!("{path}/edit")).await;
        let page = edit.with("stage", "lead").with(contract, "B/13").sent(&house, "anna", &format!("{path}/form")).await.expect(200).text();
        assert!(slot(&page, cell).0 == "hidden" && !page.contains("-18 °C"), "{page}");
        let page = Filled::of(&page).with("stage", "customer").sent(&house, "anna", &format!("{path}/form")).await.expect(200).text();
        assert!(slot(&page, cell).1.contains("-18 °C") && slot(&page, contract).1.contains("value=\"B/13\""), "{page}");
        // Fixed, it shows what it is, and keeps what was written.
        let page = Filled::of(&page).with("stage", "former").sent(&house, "anna", &format!("{path}/form")).await.expect(200).text();
        let (state, inside) = slot(&page, contract);
        assert!(state == "fixed" && inside.contains("B/13</output>") && inside.contains("As the record stands"), "{inside}");
        assert_eq!(Filled::of(&page).get(contract), Some("B/13"));
        assert_eq!(Filled::of(&page).get("version"), Some("1"));

        // It is asked by whoever may write, with the token of his forms.
        Filled(vec![]).sent(&house, "rita", "/accounts/form").await.expect(403);
        Filled(vec![]).sent(&house, "rita", &format!("{path}/form")).await.expect(403);
        Filled(vec![]).sent(&house, "bruno", &format!("{path}/form")).await.expect(404);
        house.page("anna", "POST", "/accounts/form").form("stage=customer").send().await.expect(403);
        let twisted = Filled(vec![("stage".into(), "x')--".into()), ("employees".into(), "\u{0}".into())]);
        twisted.sent(&house, "anna", "/accounts/form").await.expect(200);
        assert_eq!(before, house.everything().await);

        // Where it stood before, it stays: whatever is sent.
        let version = account["version"].as_i64().expect("a version");
        house.api("anna", "PATCH", &path).if_match(version).json(&json!({ "stage": "former" })).send().await.expect(200);
        let page = house.page("anna", "GET", &format!("{path}/edit")).send().await.expect(200).text();
        assert!(slot(&page, contract).1.contains("A/12</output>") && Filled::of(&page).get(contract).is_none(), "{page}");
        let other = Filled::of(&page).with(contract, "C/14").with("stage", "customer");
        let page = other.sent(&house, "anna", &format!("{path}/form")).await.expect(200).text();
        assert!(
            slot(&page, contract).0 == "fixed" && slot(&page, contract).1.contains("A/12</output>") && !page.contains("C/14"),
            "{page}"
        );
    }
}

/// What roles hide decides nothing that could be seen, and is not to be asked out by sending values for it.
#[tokio::test]
async fn a_form_gives_nothing_away_that_roles_hide() {
    for house in houses().await {
        own_field(&house, json!({ "label": "Bonus", "visible_when": "revenue > 100" })).await;
        own_field(&house, json!({ "label": "Segreto", "visible_when": "stage is customer" })).await;
        let agent = house.get("ada", "/roles?filter=key%20is%20%22agent%22").await.expect(200).json()["records"][0].clone();
        let hides = json!({ "fields": [
            { "entity": "account", "field": "revenue", "right": "hidden" },
            { "entity": "account", "field": "x_segreto", "right": "hidden" },
        ] });
        let version = agent["version"].as_i64().expect("a version");
        house.api("ada", "PATCH", &format!("/roles/{}", id(&agent))).if_match(version).json(&hides).send().await.expect(200);
        let anna = house.people["anna"].id.to_string();
        let record = json!({ "name": "Gelati Neri", "revenue": 7_654_321, "owner": anna, "stage": "lead" });
        let account = house.post("ada", "/accounts?insist=1", record).await.expect(201).json();
        let path = format!("/accounts/{}", id(&account));
        let admin = house.page("ada", "GET", &format!("{path}/edit")).send().await.expect(200).text();
        assert!(slot(&admin, "x_bonus").0 == "open" && admin.contains("data-decisive=\"revenue stage\""), "{admin}");
        for more in [vec![], vec![("revenue", "7.654.321"), ("stage", "customer"), ("x_segreto", "y")]] {
            let form = Filled::at(&house, "anna", &format!("{path}/edit")).await;
            let form = more.into_iter().fold(form, |form, (name, value)| form.with(name, value));
            let page = form.sent(&house, "anna", &format!("{path}/form")).await.expect(200).text();
            assert_eq!(slot(&page, "x_bonus").0, "hidden");
            for gone in ["Bonus", "Segreto", "x_segreto", "revenue", "7.654"] {
                assert!(!page.contains(gone), "{gone} in {page}");
            }
        }
    }
}

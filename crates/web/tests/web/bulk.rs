//! Many records at once, through the pages and the API: what each may, what is refused, what is told of it.

use crate::client::Got;
use crate::house::{House, houses, put};
use engine::Through;
use kernel::Id;
use serde_json::{Value as Json, json};

/// Anna's accounts: so many more than the one she has.
async fn accounts(house: &House, count: usize) -> Vec<Id> {
    let anna = house.engine.principal_of(house.people["anna"].id, Through::Pages).await.expect("anna").expect("active");
    let mut ids = Vec::new();
    for place in 0..count {
        ids.push(put(&house.engine, &anna, "account", json!({ "name": format!("Cliente {place:03}") })).await);
    }
    ids
}

fn texts(ids: &[Id]) -> Vec<String> {
    ids.iter().map(Id::to_string).collect()
}

/// Asks through the API, lets the jobs run, and gives how it stands.
async fn done(house: &House, who: &str, path: &str, body: Json) -> Json {
    let begun = house.post(who, path, body).await.expect(202);
    let place = begun.header("location").to_owned();
    while house.engine.work_once().await.expect("jobs") {}
    house.get(who, place.trim_start_matches("/api/v1")).await.expect(200).json()
}

async fn form(house: &House, who: &str, path: &str, form: &str) -> Got {
    house.page(who, "POST", path).form(&format!("csrf={}&{form}", house.people[who].csrf)).send().await
}

async fn value(house: &House, id: Id, field: &str) -> Json {
    house.get("ada", &format!("/accounts/{id}")).await.expect(200).json()[field].clone()
}

/// A7: somebody else's id among a hundred is refused by itself, and nothing of it is told.
#[tokio::test]
async fn somebody_elses_record_among_a_hundred_is_refused_alone() {
    for house in houses().await {
        let mut ids = accounts(&house, 99).await;
        ids.insert(50, house.south.account);
        let before = value(&house, house.south.account, "version").await;
        let state =
            done(&house, "anna", "/accounts/bulk", json!({ "action": "change", "ids": texts(&ids), "values": { "remarks": "Visti" } }))
                .await;
        assert_eq!((&state["state"], &state["changed"], &state["refused"]), (&json!("done"), &json!(99), &json!(1)), "{state}");
        assert_eq!(state["refusals"][0]["title"], Json::Null);
        assert!(!state.to_string().contains("Officine B") && !state.to_string().contains("Livorno"), "{state}");
        assert_eq!(value(&house, house.south.account, "version").await, before);
        assert_eq!(value(&house, ids[99], "remarks").await, "Visti");
        // On the page neither.
        let page = house.page("anna", "GET", &format!("/bulks/{}", state["id"].as_str().unwrap())).send().await.expect(200).text();
        assert!(page.contains("99 changed") && page.contains("1 refused") && !page.contains("Officine B"), "{page}");
        // Where she sees nothing, a filter selects nothing.
        let theirs = json!({ "action": "change", "filter": "address.city is \"Livorno\"", "values": { "remarks": "x" } });
        house.post("anna", "/accounts/bulk", theirs).await.expect(422);
        // Nor can it be tied to what is another's.
        let contact =
            json!({ "action": "change", "ids": [house.north.site.to_string()], "values": { "account": house.south.account.to_string() } });
        let tied = done(&house, "anna", "/sites/bulk", contact).await;
        assert_eq!((&tied["refused"], &tied["refusals"][0]["field"]), (&json!(1), &json!("account")), "{tied}");
    }
}

/// A6: who only reads changes nothing, through neither face; who changes removes nothing.
#[tokio::test]
async fn who_may_not_changes_nothing() {
    for house in houses().await {
        let id = house.north.account.to_string();
        let before = house.everything().await;
        let change = json!({ "action": "change", "ids": [id], "values": { "remarks": "x" } });
        house.post("rita", "/accounts/bulk", change).await.expect(403);
        house.page("rita", "GET", &format!("/accounts/bulk?pick={id}&act=change")).send().await.expect(403);
        form(&house, "rita", "/accounts/bulk", &format!("pick={id}&act=change&field=remarks&remarks=x")).await.expect(403);
        for action in ["remove", "restore"] {
            house.post("anna", "/accounts/bulk", json!({ "action": action, "ids": [id] })).await.expect(403);
            house.page("anna", "GET", &format!("/accounts/bulk?pick={id}&act={action}")).send().await.expect(403);
            form(&house, "anna", "/accounts/bulk", &format!("pick={id}&act={action}")).await.expect(403);
        }
        form(&house, "anna", "/accounts/bulk", &format!("pick={id}&act=dragons")).await.expect(403);
        // Views are everybody's own, and yet many at once are not.
        house.post("rita", "/views/bulk", json!({ "action": "remove", "filter": "" })).await.expect(403);
        assert_eq!(before, house.everything().await);
        // What is not offered is not shown either.
        let list = house.page("rita", "GET", "/accounts").send().await.expect(200).text();
        assert!(!list.contains("id=\"bulk\"") && !list.contains("name=\"pick\""));
        let list = house.page("anna", "GET", "/accounts").send().await.expect(200).text();
        assert!(list.contains("value=\"change/owner\"") && !list.contains("value=\"remove\""), "{list}");
        let trash = house.page("anna", "GET", "/accounts?trash=1").send().await.expect(200).text();
        assert!(!trash.contains("id=\"bulk\""));
    }
}

/// Whose it is decides who sees it; an administrator sees it too.
#[tokio::test]
async fn a_bulk_action_is_its_requesters() {
    for house in houses().await {
        let state =
            done(&house, "anna", "/accounts/bulk", json!({ "action": "change", "filter": "", "values": { "remarks": "Visti" } })).await;
        let id = state["id"].as_str().unwrap();
        for other in ["aldo", "bruno", "rita", "mara"] {
            house.get(other, &format!("/bulks/{id}")).await.expect(404);
            house.page(other, "GET", &format!("/bulks/{id}")).send().await.expect(404);
            for act in ["undo", "stop"] {
                form(&house, other, &format!("/bulks/{id}/{act}"), "").await.expect(404);
            }
            assert!(!house.page(other, "GET", "/bulks").send().await.expect(200).text().contains(id));
        }
        assert!(house.page("anna", "GET", "/bulks").send().await.expect(200).text().contains(id));
        house.get("ada", &format!("/bulks/{id}")).await.expect(200);
        // It has no address as a record.
        house.get("ada", "/bulks").await.expect(404);
        house.post("ada", "/bulks", json!({})).await.expect(404);
    }
}

#[tokio::test]
async fn the_api_says_what_is_wrong_with_what_it_is_asked() {
    for house in houses().await {
        let ids = json!([house.north.account.to_string()]);
        let before = house.everything().await;
        for (body, field) in [
            (json!({ "ids": ids }), "action"),
            (json!({ "action": 5, "ids": ids }), "action"),
            (json!({ "action": "dragons", "ids": ids }), "action"),
            (json!({ "action": "change", "ids": ids }), "values"),
            (json!({ "action": "change", "values": { "remarks": "x" } }), "ids"),
            (json!({ "action": "change", "ids": [], "values": { "remarks": "x" } }), "ids"),
            (json!({ "action": "change", "ids": "all", "values": { "remarks": "x" } }), "ids"),
            (json!({ "action": "change", "ids": ["x"], "values": { "remarks": "x" } }), "ids"),
            (json!({ "action": "change", "ids": ids, "filter": "", "values": { "remarks": "x" } }), "filter"),
            (json!({ "action": "change", "filter": "dragons is 1", "values": { "remarks": "x" } }), "filter"),
            (json!({ "action": "change", "ids": ids, "values": { "dragons": "x" } }), "dragons"),
            (json!({ "action": "change", "ids": ids, "values": { "created_at": null } }), "created_at"),
            (json!({ "action": "change", "ids": ids, "values": { "emails": [] } }), "emails"),
            (json!({ "action": "change", "ids": ids, "add": { "remarks": ["x"] } }), "remarks"),
            (json!({ "action": "change", "ids": ids, "add": { "interests": ["Not A Key"] } }), "interests"),
            (json!({ "action": "remove", "ids": ids, "values": {} }), "values"),
            (json!({ "action": "change", "ids": ids, "values": { "remarks": "x" }, "dragons": 1 }), "dragons"),
        ] {
            let got = house.post("ada", "/accounts/bulk", body.clone()).await.expect(422).json();
            assert_eq!(got["errors"][0]["field"], field, "{body}: {got}");
        }
        assert_eq!(before, house.everything().await);
    }
}

/// Terms go on and come off beside the others; a long undoing is told as one that goes on.
#[tokio::test]
async fn through_the_api_many_are_changed_and_undone() {
    for house in houses().await {
        let ids = accounts(&house, 130).await;
        let body = json!({ "action": "change", "filter": "name starts \"Cliente\"", "values": { "employees": 7 },
                           "add": { "interests": ["rete", "stampanti"] } });
        let state = done(&house, "anna", "/accounts/bulk", body).await;
        assert_eq!((&state["total"], &state["changed"]), (&json!(130), &json!(130)), "{state}");
        assert_eq!(value(&house, ids[129], "interests").await, json!(["rete", "stampanti"]));
        let take = json!({ "action": "change", "ids": texts(&ids[..2]), "take": { "interests": ["rete"] } });
        done(&house, "anna", "/accounts/bulk", take).await;
        assert_eq!(value(&house, ids[0], "interests").await, json!(["stampanti"]));
        let undoing = format!("/changesets/{}/undoing", state["changeset"].as_str().unwrap());
        house.api("bruno", "PUT", &undoing).send().await.expect(404);
        let begun = house.api("anna", "PUT", &undoing).send().await.expect(202);
        assert_eq!(begun.json()["state"], "undoing");
        while house.engine.work_once().await.expect("jobs") {}
        let undone = house.get("anna", begun.header("location").trim_start_matches("/api/v1")).await.expect(200).json();
        assert_eq!((&undone["state"], &undone["undone"], &undone["left"]), (&json!("undone"), &json!(130), &json!(2)), "{undone}");
        assert_eq!(value(&house, ids[129], "interests").await, json!([]));
        assert_eq!(value(&house, ids[0], "interests").await, json!(["stampanti"]), "what changed since is left");
        house.api("anna", "PUT", &undoing).send().await.expect(409);
    }
}

/// A sender who does not know whether he was heard sends again, and begins nothing twice.
#[tokio::test]
async fn the_same_key_begins_one_run() {
    for house in houses().await {
        let ids = accounts(&house, 3).await;
        let send = async |size: i64| {
            let body = json!({ "action": "change", "ids": texts(&ids), "values": { "employees": size } });
            house.api("anna", "POST", "/accounts/bulk").header("Idempotency-Key", "run-1").json(&body).send().await
        };
        let first = send(7).await.expect(202).json();
        while house.engine.work_once().await.expect("jobs") {}
        let again = send(7).await.expect(202).json();
        assert_eq!((&again["id"], &again["total"], &again["state"]), (&first["id"], &json!(3), &json!("done")));
        send(8).await.expect(409);
        while house.engine.work_once().await.expect("jobs") {}
        assert_eq!(value(&house, ids[0], "employees").await, json!(7));
    }
}

/// Through the pages: the filter of the list, its words and its view; the number that was confirmed; the way back.
#[tokio::test]
async fn what_a_list_shows_is_what_is_chosen() {
    for house in houses().await {
        accounts(&house, 4).await;
        let ask = "/accounts/bulk?all=1&act=change/remarks&list=";
        let asked = house.page("anna", "GET", &format!("{ask}q%3DCliente%26sort%3D-name")).send().await.expect(200).text();
        assert!(asked.contains("Edit of 4 records") && asked.contains("name=\"count\" value=\"4\""), "{asked}");
        assert!(asked.contains("href=\"/accounts?q=Cliente&#38;sort=-name\""), "{asked}");
        // One more by then: it is asked again, and nothing is done.
        let sent = "all=1&act=change&field=remarks&remarks=Visti&list=q%3DCliente";
        let again = form(&house, "anna", "/accounts/bulk", &format!("{sent}&count=3")).await.expect(422).text();
        assert!(again.contains("there are 4 records") && again.contains("Visti"), "{again}");
        let gone = form(&house, "anna", "/accounts/bulk", &format!("{sent}&count=4")).await.expect(303);
        assert_eq!(gone.header("location"), "/accounts?q=Cliente");
        assert_eq!(house.get("anna", "/accounts/count?filter=remarks%20is%20%22Visti%22").await.json()["count"], 4);
        // A part of a page says the same to a module of ours, and a list that is gone leads back to what there is.
        house.page("anna", "GET", &format!("{ask}filter%3Ddragons")).send().await.expect(422);
        let nothing = house.page("anna", "GET", "/accounts/bulk?act=change&list=").send().await.expect(303);
        assert_eq!(nothing.header("location"), "/accounts");
        // What is wrong with the value is said beside it, and kept.
        let wrong =
            form(&house, "anna", "/accounts/bulk", "all=1&count=9&act=change&field=employees&employees=tanti&list=").await.expect(422);
        assert!(wrong.text().contains("employees-error") && wrong.text().contains("tanti"), "{}", wrong.text());
    }
}

#[tokio::test]
async fn a_tag_that_is_new_keeps_its_words() {
    for house in houses().await {
        accounts(&house, 2).await;
        let named = async || {
            let terms = house.get("ada", "/terms?filter=vocabulary%20is%20%22tag%22&fields=italian,key").await.json();
            let one = |term: &Json| term["italian"].as_str().unwrap_or_default().to_owned();
            let mut names: Vec<String> = terms["records"].as_array().into_iter().flatten().map(one).collect();
            names.sort();
            names
        };
        let sent = "all=1&count=2&act=change&field=tags&how=add&tags=&tags.new=Citt%C3%A0+d%E2%80%99Arte+VIP&list=q%3DCliente";
        form(&house, "anna", "/accounts/bulk", sent).await.expect(303);
        assert_eq!(named().await, ["Città d’Arte VIP"]);
        // So does one that is written where a value stands.
        let path = format!("/accounts/{}/fields/tags", house.north.account);
        form(&house, "anna", &path, "version=1&tags=&tags.new=Perch%C3%A9+No").await.expect(303);
        assert_eq!(named().await, ["Città d’Arte VIP", "Perché No"]);
    }
}

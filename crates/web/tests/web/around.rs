//! What stands around a customer: who looks after it, whom it is bound to, and the names that become customers.

use crate::house::{House, houses, put};
use engine::Through;
use serde_json::{Value as Json, json};

async fn card(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

#[tokio::test]
async fn the_card_says_who_looks_after_it_and_for_how_much() {
    for house in houses().await {
        let account = format!("/accounts/{}", house.north.account);
        let page = card(&house, "anna", &account).await;
        assert!(page.contains("Agente A"), "{page}");
        assert!(page.contains(">Agent</td>") && page.contains(">12.5%</td>"), "{page}");
        let page = card(&house, "anna", &format!("/subjects/{}", house.north.subject)).await;
        assert!(page.contains("Officine A"), "{page}");
        // Of Bruno's agent she sees the card, and nothing of the accounts he looks after.
        let page = card(&house, "anna", &format!("/subjects/{}", house.south.subject)).await;
        assert!(page.contains("Agente B") && !page.contains("Officine B"), "{page}");
        // Agents don't write the network; managers do.
        house.post("anna", "/subjects", json!({ "name": "Nuovo" })).await.expect(403);
        house.post("mara", "/subjects", json!({ "name": "Nuovo" })).await.expect(201);
        // A7: nor do they attach anybody to what they don't see.
        let theirs = json!({ "account": house.south.account.to_string(), "subject": house.north.subject.to_string(), "role": "agent" });
        house.post("anna", "/account_subjects", theirs).await.expect(422);
    }
}

#[tokio::test]
async fn a_relation_reads_from_either_side_and_only_where_both_are_seen() {
    for house in houses().await {
        let (account, contact) = (format!("/accounts/{}", house.north.account), format!("/contacts/{}", house.north.contact));
        assert!(card(&house, "anna", &account).await.contains("paga A"));
        let page = card(&house, "anna", &contact).await;
        assert!(page.contains("è pagato da A") && page.contains("Officine A"), "{page}");
        // A2: a relation of A to B leaves no trace on A for whoever does not see B.
        let system = house.engine.system(Through::CommandLine);
        let (one, other) = (house.north.account.to_string(), house.south.account.to_string());
        let said = json!({ "party": one, "counterparty": other, "type": house.south.relation_type.to_string() });
        let before = card(&house, "anna", &account).await;
        put(&house.engine, &system, "relation", said.clone()).await;
        let section =
            |page: &str| page.split("id=\"card-relations\"").nth(1).and_then(|rest| rest.split("</section>").next()).map(str::to_owned);
        let after = card(&house, "anna", &account).await;
        assert_eq!(section(&before), section(&after));
        assert!(!after.contains("paga B") && !after.contains("Officine B"));
        let page = card(&house, "mara", &account).await;
        assert!(page.contains("paga B") && page.contains("Officine B"), "{page}");
        let list = house.get("anna", &format!("/accounts/{one}/relations")).await.expect(200).text();
        assert!(!list.contains(&other), "{list}");
        house.post("anna", "/relations", said).await.expect(422);
    }
}

#[tokio::test]
async fn the_picker_offers_accounts_and_contacts_as_far_as_they_are_seen() {
    for house in houses().await {
        let offered = house.page("anna", "GET", "/relations/options?field=counterparty&q=A").send().await.expect(200).text();
        assert!(offered.contains("Officine A") && offered.contains("Rossi A"), "{offered}");
        let offered = house.page("anna", "GET", "/relations/options?field=counterparty&q=B").send().await.expect(200).text();
        assert!(!offered.contains("Officine B") && !offered.contains("Rossi B"), "{offered}");
        for field in ["type", "remarks", "nothing", "party_kind"] {
            house.page("anna", "GET", &format!("/relations/options?field={field}&q=A")).send().await.expect(404);
        }
        // The form keeps where one comes from, and looks for the other.
        let form = card(&house, "anna", &format!("/relations/new?party={}", house.north.account)).await;
        assert!(form.contains("data-picker=\"/relations/options?field=counterparty\"") && form.contains("Officine A"), "{form}");
    }
}

#[tokio::test]
async fn names_are_extracted_by_managers_and_unknown_to_agents() {
    for house in houses().await {
        house.page("anna", "GET", "/directory_entries").send().await.expect(404);
        house.page("rita", "GET", "/directory_entries").send().await.expect(200);
        let ask = "/directory_entries/bulk?act=extract&all=1&list=";
        house.page("anna", "GET", ask).send().await.expect(404);
        house.page("rita", "GET", ask).send().await.expect(403);
        house.page("mara", "GET", "/accounts/bulk?act=extract&all=1&list=").send().await.expect(403);
        assert!(card(&house, "mara", "/directory_entries").await.contains("act=extract"));
        assert!(!card(&house, "rita", "/directory_entries").await.contains("act=extract"));
        let form = card(&house, "mara", ask).await;
        assert!(
            form.contains("Extraction from 2 names") && form.contains("name=\"owner\"") && form.contains("name=\"campaign\""),
            "{form}"
        );
        assert!(form.contains(&house.people["mara"].id.to_string()), "she gets them unless she says otherwise: {form}");
        let send = async |body: String| {
            let csrf = &house.people["mara"].csrf;
            let body = format!("act=extract&all=1&count=1&list=filter%3Dname+is+%22Nominativo+B%22&{body}");
            house.page("mara", "POST", "/directory_entries/bulk").header("X-CSRF-Token", csrf).form(&body).send().await
        };
        let (anna, rita) = (house.people["anna"].id, house.people["rita"].id);
        let nobody = house.engine.id();
        for (wrong, told) in [
            ("owner=&team=&stage=lead".to_owned(), "Who gets the leads?"),
            (format!("owner={anna}&stage=customer"), "stage-error"),
            (format!("owner={nobody}&stage=lead"), "owner-error"),
            (format!("owner={rita}&stage=lead&campaign=Autunno"), "Autunno"),
        ] {
            let page = send(wrong.clone()).await.expect(422).text();
            assert!(page.contains(told), "{wrong}: {page}");
        }
        let gone = send(format!("owner={anna}&stage=lead&tags=&tags.new=Fiera+2026&campaign=Autunno")).await.expect(303);
        let report = card(&house, "mara", gone.header("location")).await;
        assert!(report.contains("1 changed") && report.contains("Autunno") && report.contains("Fiera 2026"), "{report}");
        let made = house.get("anna", "/accounts?fields=name,tags&filter=name%20is%20%22Nominativo%20B%22").await.expect(200).text();
        assert!(made.contains("Nominativo B") && made.contains("fiera-2026"), "{made}");
        // One name, from its card, in one click.
        let (name, csrf) = (house.north.name, &house.people["mara"].csrf);
        assert!(card(&house, "mara", &format!("/directory_entries/{name}")).await.contains("name=\"usual\""));
        let one = house.page("mara", "POST", "/directory_entries/bulk").header("X-CSRF-Token", csrf);
        let got = one.form(&format!("act=extract&usual=1&pick={name}")).send().await.expect(303);
        assert!(got.header("location").starts_with("/accounts/"), "{}", got.header("location"));
        // The same through the API, where it has become a lead already.
        let begin = async |options: Json| {
            house
                .post("mara", "/directory_entries/bulk", json!({ "action": "extract", "ids": [name.to_string()], "options": options }))
                .await
        };
        for (options, field) in
            [(json!({ "dragons": 1 }), "dragons"), (json!({ "stage": "customer" }), "stage"), (json!([]), "options"), (json!({}), "owner")]
        {
            let got = begin(options.clone()).await.expect(422).json();
            assert_eq!(got["errors"][0]["field"], field, "{options}: {got}");
        }
        let begun = begin(json!({ "owner": anna.to_string() })).await.expect(202).json();
        while house.engine.work_once().await.expect("jobs") {}
        let state = house.get("mara", &format!("/bulks/{}", begun["id"].as_str().expect("an id"))).await.expect(200).json();
        assert_eq!((&state["state"], &state["unchanged"], &state["created"]), (&json!("done"), &json!(1), &json!(0)), "{state}");
    }
}

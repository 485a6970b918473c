//! The life of a record through the API.

use crate::house::houses;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn an_account_is_created_read_changed_and_removed() {
    for house in houses().await {
        let sent = json!({
            "name": "Tessitura Bianchi", "stage": "lead", "address": { "city": "Prato", "province": "po" }, "revenue": "1234567.50",
            "employees": 12, "interests": ["loom", "dye"],
            "phones": [{ "number": "0574 123456" }, { "number": "+39 333 1234567", "use": "mobile", "main": true }],
            "emails": [{ "address": "info@bianchi.it" }],
        });
        let got = house.post("anna", "/accounts", sent).await.expect(201);
        let made = got.json();
        let id = made["id"].as_str().unwrap();
        assert_eq!(got.header("location"), format!("/api/v1/accounts/{id}"));
        assert_eq!((got.header("etag"), &made["version"]), ("\"1\"", &json!(1)));
        assert_eq!(made["owner"], json!(house.people["anna"].id.to_string()));
        assert_eq!(made["address"], json!({ "street": "", "postcode": "", "city": "Prato", "province": "PO", "country": "" }));
        assert_eq!((&made["revenue"], &made["employees"]), (&json!("1234567.50"), &json!(12)));
        assert_eq!(made["interests"], json!(["dye", "loom"]));
        assert_eq!((&made["phone"], &made["email"]), (&json!("+393331234567"), &json!("info@bianchi.it")));
        let phones = made["phones"].as_array().unwrap();
        assert_eq!(
            (&phones[0]["number"], &phones[0]["main"], &phones[1]["use"]),
            (&json!("+390574123456"), &json!(false), &json!("mobile"))
        );
        assert_eq!(made, house.get("anna", &format!("/accounts/{id}")).await.expect(200).json());
        let path = format!("/accounts/{id}");
        house.api("anna", "GET", &path).header("If-None-Match", "\"1\"").send().await.expect(304);
        // One field of the address, and the phones whole: one kept by its id, one gone, one new.
        let change = json!({ "address": { "street": "Via Roma 1" }, "phones": [{ "id": phones[0]["id"], "number": "0574 123457" }, { "number": "0574 999999" }] });
        let got = house.api("anna", "PATCH", &path).if_match(1).json(&change).send().await.expect(200);
        let changed = got.json();
        assert_eq!((got.header("etag"), &changed["address"]["city"]), ("\"2\"", &json!("Prato")));
        assert_eq!(changed["address"]["street"], "Via Roma 1");
        let now = changed["phones"].as_array().unwrap();
        assert_eq!((now.len(), &now[0]["id"], &changed["phone"]), (2, &phones[0]["id"], &json!("+390574123457")));
        assert_eq!(changed["emails"], made["emails"]);
        // History tells both, and the change can be undone.
        let history = house.get("anna", &format!("{path}/history")).await.expect(200).json();
        let entries = history["entries"].as_array().unwrap();
        assert_eq!(
            (entries.len(), &entries[0]["action"], &entries[0]["author_name"], &entries[0]["through"]),
            (2, &json!("change"), &json!("anna"), &json!("api"))
        );
        let undoing = format!("/changesets/{}/undoing", entries[0]["changeset"].as_str().unwrap());
        let undone = house.api("anna", "PUT", &undoing).send().await.expect(200).json();
        assert_eq!((&undone["records"], &undone["left"]), (&json!(1), &json!([])));
        house.api("anna", "PUT", &undoing).send().await.expect(409);
        let back = house.get("anna", &path).await.json();
        assert_eq!((&back["address"], &back["phone"]), (&made["address"], &made["phone"]));
        // Agents do not remove; managers do, and take out of the trash again.
        house.api("anna", "DELETE", &path).if_match(3).send().await.expect(403);
        house.api("mara", "DELETE", &path).send().await.expect(428);
        house.api("mara", "DELETE", &path).if_match(3).send().await.expect(204);
        house.get("mara", &path).await.expect(404);
        let trash = house.get("mara", "/accounts?trash=1&fields=name").await.expect(200).json();
        assert_eq!(trash["records"][0]["id"], id);
        house.api("mara", "DELETE", &format!("{path}/removal")).send().await.expect(204);
        house.get("anna", &path).await.expect(200);
        house.api("mara", "PUT", &format!("{path}/removal")).send().await.expect(204);
        house.get("anna", &path).await.expect(404);
    }
}

#[tokio::test]
async fn two_who_change_the_same_see_each_other() {
    for house in houses().await {
        let path = format!("/accounts/{}", house.north.account);
        house.api("anna", "PATCH", &path).if_match(1).json(&json!({ "trade_name": "Prima" })).send().await.expect(200);
        let got = house.api("aldo", "PATCH", &path).if_match(1).json(&json!({ "trade_name": "Seconda" })).send().await.expect(409);
        assert_eq!(got.header("content-type"), "application/problem+json");
        let problem = got.json();
        assert_eq!((&problem["version"], &problem["current"]["trade_name"]), (&json!(2), &json!("Prima")));
        house.api("aldo", "PATCH", &path).json(&json!({ "trade_name": "Seconda" })).send().await.expect(428);
        for wrong in ["2", "W/\"2\"", "\"x\"", "\"1\", \"2\"", ""] {
            house.api("aldo", "PATCH", &path).header("If-Match", wrong).json(&json!({})).send().await.expect(400);
        }
        house.api("aldo", "PATCH", &path).if_match(2).json(&json!({ "trade_name": "Seconda" })).send().await.expect(200);
        assert_eq!(house.get("anna", &path).await.json()["version"], 3);
    }
}

/// H3: the same sending, many times at once, has one effect and one answer.
#[tokio::test]
async fn a_sending_repeated_is_one_record() {
    for house in houses().await {
        let send = |body: Json| house.api("anna", "POST", "/accounts").header("Idempotency-Key", "k-1").json(&body).send();
        let all = futures_util::future::join_all((0..20).map(|_| send(json!({ "name": "Una sola" })))).await;
        let ids: std::collections::BTreeSet<String> =
            all.into_iter().map(|got| got.expect(201).json()["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), 1);
        let counted =
            house.get("anna", "/accounts/count?filter=name is \"Una sola\"".replace(' ', "%20").replace('"', "%22").as_str()).await;
        assert_eq!(counted.expect(200).json(), json!({ "count": 1, "more": false }));
        send(json!({ "name": "Un'altra" })).await.expect(409);
        house.api("anna", "POST", "/accounts").header("Idempotency-Key", "").json(&json!({ "name": "x" })).send().await.expect(422);
        // Somebody else's key is his own.
        house.api("bruno", "POST", "/accounts").header("Idempotency-Key", "k-1").json(&json!({ "name": "x" })).send().await.expect(201);
    }
}

#[tokio::test]
async fn a_double_is_told_before_it_is_made() {
    for house in houses().await {
        let double = json!({ "name": "Officine A bis", "vat_number": "IT 00743110157" });
        let problem = house.post("anna", "/accounts", double.clone()).await.expect(409).json();
        let [known] = problem["duplicates"].as_array().expect("duplicates").as_slice() else { panic!("{problem}") };
        let told = ["field", "id", "title", "against"].map(|key| known[key].clone());
        assert_eq!(told, [json!("vat_number"), json!(house.north.account.to_string()), json!("Officine A"), json!([])]);
        // What speaks for it, and how likely it is.
        assert!(known["for"].as_array().is_some_and(|fields| fields.contains(&json!("vat_number"))), "{known}");
        assert!(known["score"].as_f64().is_some_and(|score| score > 0.9 && score <= 1.0), "{known}");
        // Bruno learns that there is one, and nothing else.
        let problem = house.post("bruno", "/accounts", double.clone()).await.expect(409).json();
        assert_eq!(problem["duplicates"], json!([{ "field": "vat_number", "id": null, "title": null }]));
        assert!(!problem.to_string().contains("Officine"), "{problem}");
        house.post("anna", "/accounts?insist=true", double).await.expect(201);
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_field_by_field() {
    for house in houses().await {
        let wrong = json!({
            "name": "x".repeat(501), "stage": "customerr", "vat_number": 7, "revenue": "a lot", "employees": 1.5, "owner": "nobody",
            "address": "Via Roma", "interests": "loom", "phones": [{ "number": "12" }, 3, { "number": "050123456", "dragon": 1 }],
            "emails": {}, "id": "x", "version": 3, "created_at": "2020-01-01T00:00:00Z", "phone": "1", "dragon": 1, "address.city": "Pisa",
        });
        let problem = house.post("anna", "/accounts", wrong).await.expect(422).json();
        let mut fields: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
        fields.sort_unstable();
        let expected = [
            "address",
            "address.city",
            "created_at",
            "dragon",
            "emails",
            "employees",
            "id",
            "interests",
            "name",
            "owner",
            "phone",
            "phones.0.number",
            "phones.1",
            "phones.2.dragon",
            "revenue",
            "stage",
            "vat_number",
            "version",
        ];
        assert_eq!(fields, expected);
        assert_eq!((&problem["title"], &problem["status"]), (&json!("Something needs correcting"), &json!(422)));
        house.post("anna", "/accounts", json!({})).await.expect(422);
        house.post("anna", "/accounts", json!([])).await.expect(422);
        house.post("anna", "/accounts", json!({ "name": "a\0b" })).await.expect(422);
        house
            .post(
                "anna",
                "/accounts",
                json!({ "name": "x", "phones": (0..501).map(|_| json!({ "number": "050123456" })).collect::<Vec<_>>() }),
            )
            .await
            .expect(422);
        let raw = |kind: &'static str, body: &'static [u8]| house.api("anna", "POST", "/accounts").body(kind, body).send();
        raw("application/json", b"{\"name\": \"a\", \"name\": \"b\"}").await.expect(422);
        raw("application/json", b"{\"name\": ").await.expect(400);
        raw("application/json", b"\xff\xfe").await.expect(400);
        raw("text/plain", b"{\"name\": \"a\"}").await.expect(415);
        raw("application/x-www-form-urlencoded", b"name=a").await.expect(415);
        house.api("anna", "POST", "/accounts").send().await.expect(415);
        let long = house.api("anna", "POST", "/accounts").body("application/json", vec![b' '; (2 << 20) + 1]).send().await.expect(413);
        assert_eq!(long.header("content-type"), "application/problem+json");
        // In Italian for whoever reads it.
        let it = house.send("GET", "/api/v1/accounts").header("Accept-Language", "en;q=0.5, it-IT").send().await.expect(401).json();
        assert_eq!(it["title"], "Accesso necessario");
    }
}

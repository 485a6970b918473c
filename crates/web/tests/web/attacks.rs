//! What must fail, and how.

use crate::house::{House, deactivate, houses, person, public, put};
use calamine::{Reader, Xlsx, open_workbook_from_rs};
use engine::testing::both;
use serde_json::json;
use std::io::Cursor;
use std::time::Duration;

/// A2: no trace of what belongs to others, in lists, counts and searches.
#[tokio::test]
async fn others_leave_no_trace() {
    for house in houses().await {
        let paths = [
            "/accounts".to_owned(),
            "/contacts".to_owned(),
            "/sites".to_owned(),
            "/notes".to_owned(),
            format!("/notes?filter=account%20is%20%22{}%22", house.south.account),
            "/search?q=sentito".to_owned(),
            "/account_contacts".to_owned(),
            "/accounts?filter=name%20contains%20%22Officine%22&lines=1".to_owned(),
            "/contacts?filter=count(accounts)%20%3E%200".to_owned(),
            "/search?q=officine".to_owned(),
            "/search?q=rossi".to_owned(),
            format!("/accounts?filter=id%20is%20%22{}%22", house.south.account),
        ];
        for path in paths {
            let text = house.get("anna", &path).await.expect(200).text();
            for trace in [house.south.account, house.south.contact, house.south.site, house.south.note] {
                assert!(!text.contains(&trace.to_string()), "{path}: {text}");
            }
            assert!(
                !text.contains("Officine B") && !text.contains("Rossi B") && !text.contains("Livorno") && !text.contains("Sentito B"),
                "{path}: {text}"
            );
        }
        for plural in ["accounts", "contacts", "sites", "notes"] {
            assert_eq!(house.get("anna", &format!("/{plural}/count")).await.expect(200).json()["count"], 1, "{plural}");
            assert_eq!(house.get("mara", &format!("/{plural}/count")).await.expect(200).json()["count"], 2, "{plural}");
        }
    }
}

/// A2–A4: no trace of what belongs to others in groups, boards, sums, choices, or in what somebody takes out who may; and no question
/// about an amount narrows it down.
#[tokio::test]
async fn others_are_in_no_group_sum_choice_or_file() {
    for mut house in houses().await {
        let theirs = format!("/accounts/{}", house.south.account);
        let worth = json!({ "revenue": "987654.32", "stage": "customer" });
        house.api("bruno", "PATCH", &theirs).if_match(1).json(&worth).send().await.expect(200);
        let (engine, anna) = (house.engine.clone(), house.people["anna"].id);
        let system = engine.system(engine::Through::CommandLine);
        put(&engine, &system, "role", json!({ "name": "Esportatori", "export": true })).await;
        let user = engine.entity("user").expect("users");
        let roles = vec![(user.field("roles").expect("roles").id, kernel::Value::from("|agent|esportatori|"))];
        engine.change(&system, &user, anna, None, roles, Vec::new()).await.expect("her roles");
        // With other roles one signs in anew.
        house.people.insert("anna", person(&house.web, anna).await);
        let traces = [house.south.account, house.south.contact, house.south.site, house.south.note].map(|id| id.to_string());
        let traces: Vec<&str> =
            ["Officine B", "Rossi B", "Livorno", "987", "Sentito B"].into_iter().chain(traces.iter().map(String::as_str)).collect();
        let mut own = 0;
        for path in [
            "/accounts",
            "/accounts?q=officine",
            "/accounts?group=stage&totals=sum&columns=name,revenue",
            "/accounts?group=address.city",
            "/accounts?board=stage",
            "/accounts?sort=-revenue&columns=name,revenue&totals=max",
            "/accounts/options?q=officine",
            "/contacts/options?q=rossi",
            "/contacts",
            "/sites",
            "/palette",
            "/palette?q=officine",
            "/palette?q=rossi",
            "/search?q=officine",
            "/start",
            "/favourites",
            "/notifications",
            "/accounts/export.csv",
            "/accounts/export.csv?columns=name,revenue,address.city&sort=-revenue",
            "/accounts/export.xlsx",
            "/contacts/export.csv",
            "/contacts/export.xlsx",
            "/accounts/export.json",
            "/accounts/export.json?columns=name,revenue,address.city&sort=-revenue",
            "/contacts/export.json",
            "/accounts/export.vcf",
            "/contacts/export.vcf",
            "/contacts/export.vcf?vcard=3",
        ] {
            let got = house
                .page("anna", "GET", path)
                .header("HX-Request", if path.starts_with("/palette") { "true" } else { "false" })
                .send()
                .await;
            let got = got.expect(200);
            let text = if path.ends_with("xlsx") {
                let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(got.body)).expect("a workbook");
                format!("{:?}", book.worksheets())
            } else {
                got.text()
            };
            own += usize::from(text.contains("Officine A") || text.contains("Rossi A"));
            for trace in &traces {
                assert!(!text.contains(trace), "{path} tells {trace}: {text}");
            }
        }
        assert!(own >= 18, "her own is there: {own}");
        for (kind, theirs) in [("accounts", house.south.account), ("contacts", house.south.contact)] {
            house.page("anna", "GET", &format!("/{kind}/{theirs}/card.vcf")).send().await.expect(404);
        }
        for bound in ["0", "1", "500000", "987654", "987655", "10000000"] {
            let count = house.get("anna", &format!("/accounts/count?filter=revenue%20%3E%20{bound}")).await.expect(200).json();
            assert_eq!(count["count"], 0, "more than {bound}");
        }
        assert_eq!(house.get("bruno", "/accounts/count?filter=revenue%20%3E%20987654").await.expect(200).json()["count"], 1);
    }
}

/// A7: nothing of others can be tied to what is one's own.
#[tokio::test]
async fn others_can_not_be_reached_through_a_link() {
    for house in houses().await {
        let b = house.south.account.to_string();
        let (anna, bruno) = (house.north, house.south);
        let before = house.everything().await;
        house.post("anna", "/sites", json!({ "name": "x", "account": b })).await.expect(422);
        let link = json!({ "account": anna.account.to_string(), "contact": bruno.contact.to_string() });
        house.post("anna", "/account_contacts", link).await.expect(422);
        let path = format!("/sites/{}", anna.site);
        let got = house.api("anna", "PATCH", &path).if_match(1).json(&json!({ "account": b })).send().await.expect(422);
        assert!(!got.text().contains("Officine"));
        // A line of somebody else's record is none of mine.
        let line = house.get("bruno", &format!("/contacts/{}/emails", bruno.contact)).await.json()["records"][0]["id"].clone();
        let steal = json!({ "emails": [{ "id": line, "address": "mine@example.it" }] });
        house.api("anna", "PATCH", &format!("/contacts/{}", anna.contact)).if_match(1).json(&steal).send().await.expect(422);
        assert_eq!(before, house.everything().await);
        let mut sent = steal;
        sent["name"] = json!({ "family": "Ladro" });
        let made = house.post("anna", "/contacts?insist=1", sent).await;
        assert_ne!(made.status, 500, "{}", made.text());
        let still = house.get("bruno", &format!("/contacts/{}", bruno.contact)).await.expect(200).json();
        assert_eq!(still["emails"][0]["id"], line);
    }
}

/// A8: what nobody may write is no attribute.
#[tokio::test]
async fn nobody_promotes_himself() {
    for house in houses().await {
        let before = house.everything().await;
        let path = format!("/accounts/{}", house.north.account);
        for (name, value) in [
            ("role", json!("administrator")),
            ("roles", json!(["administrator"])),
            ("is_admin", json!(true)),
            ("owner_id", json!("x")),
            ("created_at", json!("2020-01-01T00:00:00Z")),
            ("created_by", json!(house.people["anna"].id.to_string())),
            ("removed_at", json!(null)),
            ("password_hash", json!("x")),
            ("email_verified", json!(true)),
            ("id", json!("0000000000001")),
            ("version", json!(7)),
            ("stage_since", json!("2020-01-01")),
        ] {
            let got = house.api("anna", "PATCH", &path).if_match(1).json(&json!({ name: value })).send().await;
            assert_eq!(got.status, 422, "{name}: {}", got.text());
        }
        let me = format!("/users/{}", house.people["mara"].id);
        house.api("mara", "PATCH", &me).if_match(1).json(&json!({ "roles": ["administrator"] })).send().await.expect(403);
        house.api("ada", "PATCH", &me).if_match(1).json(&json!({ "password_hash": "x" })).send().await.expect(422);
        assert_eq!(before, house.everything().await);
        house.api("ada", "PATCH", &me).if_match(1).json(&json!({ "roles": ["reader"] })).send().await.expect(200);
    }
}

/// A11: whoever is deactivated is out at the next request.
#[tokio::test]
async fn whoever_is_out_is_out_everywhere() {
    for house in houses().await {
        house.get("anna", "/accounts").await.expect(200);
        house.page("anna", "GET", "/test/hello").send().await.expect(200);
        deactivate(&house, "anna").await;
        house.get("anna", "/accounts").await.expect(401);
        house.page("anna", "GET", "/test/hello").send().await.expect(303);
        house.page("anna", "GET", "/live").send().await.expect(401);
    }
}

/// E1, E7: the host is the one that people were told; what headers say about the sender counts from trusted proxies alone.
#[tokio::test]
async fn nobody_is_fooled_by_headers() {
    for house in houses().await {
        let to = house.address.to_string();
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""] {
            let got = house.send("GET", "/healthz").without_host().header("Host", host).send().await;
            assert_eq!(got.status, 421, "{host}");
        }
        house.send("GET", "/healthz").header("Host", "evil.example").send().await.expect(421);
        house.send("GET", "http://evil.example/healthz").send().await.expect(421);
        house.send("GET", "/healthz").header("X-Forwarded-Host", "evil.example").send().await.expect(200);
        house.send("GET", "/healthz").without_host().header("Host", "localhost:1").send().await.expect(200);
        let spoofed = house
            .send("POST", "/test/enter")
            .header("X-Forwarded-For", "6.6.6.6")
            .header("X-Real-IP", "6.6.6.6")
            .header("Forwarded", "for=6.6.6.6")
            .form("a=b")
            .send()
            .await
            .expect(200);
        assert_eq!(spoofed.text(), "127.0.0.1");
        house.send("GET", "/test/hello").header("X-Remote-User", "ada@example.it").header("Remote-User", "ada").send().await.expect(303);
        house.send("GET", "/api/v1/me").header("X-Remote-User", "ada@example.it").send().await.expect(401);
        let shown = house.send("GET", "/test/hello").header("X-Forwarded-Proto", "https").send().await;
        assert_eq!(shown.header("strict-transport-security"), "", "{to}");
    }
}

#[tokio::test]
async fn behind_https_everything_is_told_to_stay_there() {
    for (engine, clock) in both(crate::house::areas).await {
        let house = House::furnish(engine, clock, |settings| {
            settings.base_url = Some(public());
            settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        })
        .await;
        let send = |method: &str, path: &str| house.send(method, path).without_host().header("Host", "CRM.example.it");
        let got = send("GET", "/nowhere/at/all").send().await.expect(404);
        assert_eq!(got.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
        assert!(house.people["anna"].cookie.starts_with("__Host-sid="));
        let cookie = house.web.session_cookie("x").unwrap();
        assert_eq!(cookie, "__Host-sid=x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure");
        send("GET", "/test/hello").header("Cookie", &house.people["anna"].cookie).send().await.expect(200);
        let other_name = house.people["anna"].cookie.replace("__Host-", "");
        send("GET", "/test/hello").header("Cookie", other_name).send().await.expect(303);
        house.send("GET", "/test/hello").send().await.expect(421);
        house.send("GET", "/healthz").send().await.expect(200);
        // The last address that the trusted proxy did not add itself.
        let told =
            send("POST", "/test/enter").header("X-Forwarded-For", "6.6.6.6, 9.9.9.9, 127.0.0.1").form("a=b").send().await.expect(200);
        assert_eq!(told.text(), "9.9.9.9");
        let garbled = send("POST", "/test/enter").header("X-Forwarded-For", "6.6.6.6, nonsense").form("a=b").send().await.expect(200);
        assert_eq!(garbled.text(), "127.0.0.1");
        let foreign = |origin: &str| send("POST", "/test/enter").header("Origin", origin).form("a=b");
        foreign("https://crm.example.it").send().await.expect(200);
        foreign("http://crm.example.it").send().await.expect(403);
    }
}

/// Every answer tells the browser to trust nobody else.
#[tokio::test]
async fn every_answer_carries_its_guards() {
    for house in houses().await {
        let answers = [
            house.page("anna", "GET", "/test/hello").send().await.expect(200),
            house.get("anna", "/accounts").await.expect(200),
            house.send("GET", "/test/hello").send().await.expect(303),
            house.send("GET", "/nowhere/at/all").send().await.expect(404),
            house.send("GET", "/api/v1/me").send().await.expect(401),
            house.send("GET", "/healthz").header("Host", "evil").send().await.expect(421),
            house.page("anna", "GET", "/test/boom").send().await.expect(500),
        ];
        for got in answers {
            let csp = got.header("content-security-policy");
            assert!(csp.starts_with("default-src 'none'; script-src 'self';") && csp.contains("frame-ancestors 'none'"), "{csp}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("cache-control", "no-store"),
            ] {
                assert_eq!(got.header(name), value, "{name} of {}", got.status);
            }
            assert_eq!(got.header("access-control-allow-origin"), "");
            assert_eq!(got.header("server"), "");
        }
        let asset = assets::all()[0];
        let got = house.send("GET", asset.path).header("Accept-Encoding", "gzip, br").send().await.expect(200);
        assert_eq!(got.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(got.body.len(), if asset.brotli.is_empty() { asset.body.len() } else { asset.brotli.len() });
        house.send("GET", asset.path).header("If-None-Match", asset.etag).send().await.expect(304);
    }
}

/// A fault of ours tells its number, and nothing of itself.
#[tokio::test]
async fn a_panic_is_a_number() {
    for house in houses().await {
        let got = house.page("anna", "GET", "/test/boom").send().await.expect(500);
        assert!(!got.text().contains("secret fault") && !got.text().contains("panic"), "{}", got.text());
        assert!(got.text().contains("Qualcosa è andato storto") || got.text().contains("Something went wrong"), "{}", got.text());
        house.page("anna", "GET", "/test/hello").send().await.expect(200);
    }
}

/// G4: heavy work of one person goes two at a time; another's is not in the way.
#[tokio::test]
async fn heavy_work_of_one_person_waits_for_itself() {
    for (engine, clock) in both(crate::house::areas).await {
        let house = House::furnish(engine, clock, |settings| settings.measures.heavy_patience = Duration::from_millis(100)).await;
        let three = futures_util::future::join_all((0..3).map(|_| house.page("anna", "GET", "/test/export").send()));
        let (three, other) = futures_util::future::join(three, house.page("bruno", "GET", "/test/export").send()).await;
        let mut statuses: Vec<u16> = three.iter().map(|got| got.status).collect();
        statuses.sort_unstable();
        assert_eq!((statuses, other.status), (vec![200, 200, 429], 200));
        let busy = three.iter().find(|got| got.status == 429).unwrap();
        assert_eq!(busy.header("retry-after"), "1");
        house.page("anna", "GET", "/test/export").send().await.expect(200);
    }
}

/// G4: the routes whose cost the asker decides take turns, on both faces; the others go on when there are none.
#[tokio::test]
async fn lists_counts_and_searches_take_turns() {
    for (engine, clock) in both(crate::house::areas).await {
        let house = House::furnish(engine, clock, |settings| {
            settings.measures.heavy_at_once = 0;
            settings.measures.heavy_patience = Duration::from_millis(5);
        })
        .await;
        let account = house.north.account;
        let aggregate = "filter=count(contacts)%20%3E%200";
        for path in [
            "/accounts/count?exact=1".to_owned(),
            format!("/accounts/count?{aggregate}"),
            format!("/accounts?{aggregate}"),
            "/search?q=officine".to_owned(),
            format!("/accounts/{account}/sites"),
        ] {
            assert_eq!(house.get("anna", &path).await.expect(429).header("retry-after"), "1", "{path}");
        }
        for path in ["/accounts/count?exact=1".to_owned(), format!("/accounts?{aggregate}"), "/search?q=officine".to_owned()] {
            house.page("anna", "GET", &path).send().await.expect(429);
        }
        for path in ["/me".to_owned(), format!("/accounts/{account}")] {
            house.get("anna", &path).await.expect(200);
        }
        house.page("anna", "GET", &format!("/accounts/{account}")).send().await.expect(200);
    }
}

/// Whoever waits for his turn gets it, when there is one in time.
#[tokio::test]
async fn many_questions_of_one_person_are_answered_one_after_the_other() {
    for house in houses().await {
        let many = (0..30).map(|_| house.get("anna", "/accounts/count?exact=1"));
        for got in futures_util::future::join_all(many).await {
            got.expect(200);
        }
    }
}

/// A2: "it exists, with somebody else" is told, but not for every number there is; once it is too much, nothing is looked for.
#[tokio::test]
async fn the_numbers_of_others_can_not_be_tried_one_by_one() {
    for house in houses().await {
        let theirs = json!({ "name": "Prova", "vat_number": "02313821007" });
        // One that can't be written tells nothing.
        house.post("anna", "/accounts", json!({ "vat_number": "02313821007" })).await.expect(422);
        for _ in 0..5 {
            let got = house.post("anna", "/accounts", theirs.clone()).await.expect(409).json();
            assert_eq!(got["duplicates"][0]["id"], serde_json::Value::Null);
        }
        let csrf = house.people["anna"].csrf.clone();
        let form = format!("csrf={csrf}&name=Prova&vat_number=02313821007");
        for _ in 0..5 {
            house.page("anna", "POST", "/accounts/new").form(&form).send().await.expect(409);
        }
        let before = house.everything().await;
        let (there, not) = (json!({ "name": "Prova", "vat_number": "02313821007" }), json!({ "name": "Nuova" }));
        let (there, not) =
            (house.post("anna", "/accounts", there).await.expect(429), house.post("anna", "/accounts", not).await.expect(429));
        assert_eq!(there.undated(), not.undated());
        house.page("anna", "POST", "/accounts/new").form(&form).send().await.expect(429);
        assert_eq!(before, house.everything().await);
        // Others go on, and she does after a minute. What she sees herself is no secret.
        house.post("aldo", "/accounts", theirs.clone()).await.expect(409);
        house.clock.pass(61_000);
        let own = json!({ "name": "Prova", "vat_number": "00743110157" });
        for _ in 0..12 {
            house.post("anna", "/accounts", own.clone()).await.expect(409);
        }
        house.post("anna", "/accounts", theirs).await.expect(409);
    }
}

/// B1: what anybody sends is bound to a statement, and never a part of its text.
#[tokio::test]
async fn what_is_sent_is_never_in_the_text_of_a_statement() {
    const HOSTILE: &str = "zq9x') OR 1=1; DROP TABLE \"account\"; --";
    for house in houses().await {
        house.engine.store().listen_to_statements();
        let encoded: String = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
        let quoted: String = form_urlencoded::byte_serialize(HOSTILE.replace('"', "\\\"").as_bytes()).collect();
        let account = house.north.account;
        for parameters in [
            format!("filter=name%20is%20%22{quoted}%22"),
            format!("filter=name%20contains%20%22{quoted}%22"),
            format!("filter=exists(contacts%20where%20role%20contains%20%22{quoted}%22)"),
            format!("filter={encoded}"),
            format!("filter={encoded}%20is%20%221%22"),
            format!("sort={encoded}"),
            format!("fields={encoded}"),
            format!("cursor={encoded}"),
            format!("limit={encoded}"),
            format!("q={encoded}"),
            format!("{encoded}=1"),
        ] {
            for path in ["/accounts", "/accounts/count", "/search", &format!("/accounts/{account}/contacts")] {
                let got = house.get("anna", &format!("{path}?{parameters}")).await;
                assert!(matches!(got.status, 200 | 422), "{path} {parameters}: {}", got.text());
            }
            for path in ["/accounts", "/accounts/count", "/accounts/options", "/search", "/accounts/new"] {
                let got = house.page("anna", "GET", &format!("{path}?{parameters}")).send().await;
                assert!(got.status < 500, "{path} {parameters}: {}", got.text());
            }
        }
        for path in [format!("/{encoded}"), format!("/accounts/{encoded}"), format!("/accounts/{account}/{encoded}")] {
            house.get("anna", &path).await.expect(404);
        }
        let body = json!({ "name": HOSTILE, "address": { "city": HOSTILE }, "remarks": HOSTILE, "phones": [{ "number": "050123456", "note": HOSTILE }] });
        let made = house.api("anna", "POST", "/accounts").header("Idempotency-Key", HOSTILE).json(&body).send().await.expect(201).json();
        let path = format!("/accounts/{}", made["id"].as_str().expect("an id"));
        let change = json!({ "trade_name": HOSTILE, "phones": [{ "number": "050654321", "note": HOSTILE }] });
        house.api("anna", "PATCH", &path).if_match(1).json(&change).send().await.expect(200);
        house.post("anna", "/accounts", json!({ HOSTILE: 1 })).await.expect(422);
        let form = format!("csrf={}&name={encoded}&{encoded}={encoded}", house.people["anna"].csrf);
        house.page("anna", "POST", "/accounts/new").form(&form).send().await;
        house.send("POST", "/sign-in").form(&format!("email={encoded}&password={encoded}")).send().await;
        house.send("GET", "/api/v1/me").bearer(HOSTILE).send().await.expect(401);
        house.get("anna", &path).await.expect(200);
        let statements = house.engine.store().statements();
        assert!(statements.len() > 20, "{}", statements.len());
        let told: Vec<_> = statements.iter().filter(|text| text.to_lowercase().contains("zq9x") || text.contains("1=1")).collect();
        assert!(told.is_empty(), "{told:?}");
    }
}

/// A head that is longer than any browser's is not read to its end.
#[tokio::test]
async fn long_heads_are_refused() {
    let house = houses().await.remove(0);
    house.get("anna", "/me").await.expect(200);
    house.api("anna", "GET", "/me").header("X-Long", "x".repeat(300_000)).send().await.expect(431);
    house.get("anna", &format!("/accounts?filter={}", "x".repeat(70_000))).await.expect(414);
    let many = (0..200).fold(house.api("anna", "GET", "/me"), |sending, number| sending.header(&format!("X-{number}"), "x"));
    many.send().await.expect(431);
    house.get("anna", "/me").await.expect(200);
}

/// Limits of tokens are the administrator's; a minute later one may go on.
#[tokio::test]
async fn a_token_may_have_a_measure() {
    for (engine, clock) in both(crate::house::areas).await {
        let house = House::furnish(engine, clock, |settings| settings.measures.api_per_minute = Some(3)).await;
        for path in ["/me", "/accounts", "/accounts/count"] {
            house.get("anna", path).await.expect(200);
        }
        let got = house.get("anna", "/me").await.expect(429);
        assert!(got.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds <= 60));
        house.get("bruno", "/me").await.expect(200);
        house.clock.pass(61_000);
        house.get("anna", "/me").await.expect(200);
    }
}

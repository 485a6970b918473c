//! What somebody outside can try without being let in, and where answers could be made to lead: secrets that are nearly right,
//! addresses that are nearly ours, lines that would end a header.

use crate::client::{Got, Sending};
use crate::house::{CONSOLE, House, deactivate, houses};
use crate::routes::{addresses, as_person};
use crate::signing_in::{PASSWORD, cookie, empty_house, enter, form, with_password};
use engine::testing::both;
use serde_json::json;
use web::{Csrf, Face, Policy};

/// A secret with each of its bits turned, as far as a header can carry it; cut at every place; and made longer.
fn nearly(secret: &str) -> Vec<String> {
    let mut all = Vec::new();
    for place in 0..secret.len() {
        for bit in 0..8 {
            let mut bytes = secret.as_bytes().to_vec();
            bytes[place] ^= 1 << bit;
            let plain = bytes[place].is_ascii_graphic() && !b";,\"\\&=+%#".contains(&bytes[place]);
            if plain && let Ok(text) = String::from_utf8(bytes) {
                all.push(text);
            }
        }
        all.push(secret[..place].to_owned());
    }
    all.extend([format!("{secret}A"), format!("A{secret}"), secret.repeat(2), secret.to_lowercase(), secret.to_uppercase()]);
    all.retain(|text| text != secret);
    all
}

/// F: a session's cookie, a token, or what serves another purpose: nearly right is as wrong as nothing at all.
#[tokio::test]
async fn what_is_nearly_a_secret_opens_nothing() {
    for house in houses().await {
        let before = house.everything().await;
        let (anna, account) = (&house.people["anna"], house.north.account);
        let (session, token) = (anna.cookie.trim_start_matches("sid="), anna.token.as_str());
        let path = format!("/accounts/{account}");
        let page = |secret: &str| house.send("GET", &path).header("Cookie", format!("sid={secret}")).send();
        let api = |secret: &str| house.send("GET", &format!("/api/v1{path}")).bearer(secret).send();
        let (no_page, no_api) = (page("").await.expect(303).undated(), api("").await.expect(401).undated());
        page(session).await.expect(200);
        api(token).await.expect(200);
        let other_purposes = [
            token.to_owned(),
            token.trim_start_matches("scheda_").to_owned(),
            session.to_owned(),
            format!("scheda_{session}"),
            anna.csrf.clone(),
            engine::identity::digest(session),
            CONSOLE.to_owned(),
            house.web.seal().seal("csrf", session.as_bytes()),
        ];
        for secret in nearly(session).into_iter().chain(other_purposes.clone()).filter(|secret| secret != session) {
            assert_eq!(page(&secret).await.undated(), no_page, "{secret}");
        }
        for secret in nearly(token).into_iter().chain(other_purposes).filter(|secret| secret != token) {
            assert_eq!(api(&secret).await.undated(), no_api, "{secret}");
        }
        // What can't be one at all is not even looked for.
        house.engine.store().listen_to_statements();
        for length in [0, 1, 20, 42, 44, 86, 1_000] {
            page(&"a".repeat(length)).await.expect(303);
            api(&"a".repeat(length)).await.expect(401);
        }
        for length in [0, 42, 44, 90] {
            api(&format!("scheda_{}", "a".repeat(length))).await.expect(401);
        }
        assert!(house.engine.store().statements().is_empty(), "{:?}", house.engine.store().statements());
        // Two of them are none.
        house.send("GET", &path).header("Cookie", format!("sid={session}; sid={session}")).send().await.expect(303);
        house.send("GET", &path).header("Cookie", format!("sid={session}")).header("Cookie", "sid=x").send().await.expect(303);
        // The token of forms is one's own, whole.
        for csrf in nearly(&anna.csrf) {
            let sending = house.page("anna", "POST", "/preferences/theme").form(&form(&[("csrf", &csrf), ("theme", "dark")]));
            sending.send().await.expect(403);
        }
        assert_eq!(before, house.everything().await);
    }
}

/// F: sealed messages, marks and places in lists are this installation's, for this purpose, or nothing.
#[tokio::test]
async fn what_is_sealed_is_taken_whole_or_not_at_all() {
    for house in houses().await {
        let csrf = house.people["anna"].csrf.clone();
        let sending = form(&[("csrf", &csrf), ("name", "Zqsigillata")]);
        let made = house.page("anna", "POST", "/accounts/new").form(&sending).send().await.expect(303);
        let toast = cookie(&made);
        let sealed = toast.strip_prefix("scheda_toast=").expect("a message").to_owned();
        let shown = |sealed: &str| {
            let cookies = format!("{}; scheda_toast={sealed}", house.people["anna"].cookie);
            house.send("GET", "/preferences").header("Cookie", cookies).send()
        };
        assert!(shown(&sealed).await.expect(200).text().contains("Zqsigillata"));
        let forged = house.web.seal().seal("scheda_browser", format!("{csrf}\nsaid-created\n\nZqsigillata").as_bytes());
        for (number, sealed) in nearly(&sealed).into_iter().chain([forged]).enumerate() {
            // A message is long; every third is enough.
            if number % 3 == 0 || number < 200 {
                assert!(!shown(&sealed).await.expect(200).text().contains("Zqsigillata"), "{sealed}");
            }
        }
        // Somebody else's message is not shown.
        let cookies = format!("{}; {toast}", house.people["aldo"].cookie);
        assert!(!house.send("GET", "/preferences").header("Cookie", cookies).send().await.expect(200).text().contains("Zqsigillata"));
        for number in 0..60 {
            house.post("anna", "/accounts?insist=1", json!({ "name": format!("Ditta {number}") })).await.expect(201);
        }
        let next = house.get("anna", "/accounts?limit=10").await.expect(200).json()["next"].as_str().expect("a place").to_owned();
        let cursor = next.split("cursor=").last().unwrap_or_default().split('&').next().unwrap_or_default().to_owned();
        house.get("anna", &format!("/accounts?limit=10&cursor={cursor}")).await.expect(200);
        for cursor in nearly(&cursor).into_iter().step_by(5) {
            let encoded: String = form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
            let got = house.get("anna", &format!("/accounts?limit=10&cursor={encoded}")).await;
            assert!(got.status == 422 || cursor.is_empty(), "{cursor}: {}", got.status);
        }
    }
}

/// F, E10: the link of the console, nearly right, opens nothing; tries are counted before they are looked at; later it is gone.
#[tokio::test]
async fn the_link_of_the_console_is_not_guessed() {
    for (engine, clock) in both(crate::house::areas).await {
        let (address, _stop) = empty_house(engine.clone()).await;
        let visit = |token: &str| {
            let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
            Sending::new(address, "GET", &format!("/setup?token={token}")).send()
        };
        let none = visit("").await.expect(403).undated();
        let mut tried = 1;
        for token in nearly(CONSOLE) {
            if tried % 59 == 0 {
                clock.pass(61_000);
            }
            assert_eq!(visit(&token).await.undated(), none, "{token}");
            tried += 1;
        }
        assert!(tried > 60, "{tried}");
        clock.pass(61_000);
        let mut statuses = Vec::new();
        for _ in 0..61 {
            statuses.push(visit("nonsense").await.status);
        }
        assert_eq!((statuses.iter().filter(|status| **status == 403).count(), statuses.last()), (60, Some(&429)));
        let refused = visit(CONSOLE).await.expect(429);
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds <= 60));
        clock.pass(61_000);
        visit(CONSOLE).await.expect(200);
        // Nobody tells another machine which pages there are.
        for path in ["/", "/accounts", "/start", "/api/v1/me", "/users"] {
            let got = Sending::new(address, "GET", path).send().await;
            assert!(matches!(got.status, 303 | 401 | 404), "{path}: {}", got.status);
        }
        let sent = form(&[("token", CONSOLE), ("company", "x"), ("name", "Ada"), ("email", "ada@verdi.example"), ("password", PASSWORD)]);
        let set_up = Sending::new(address, "POST", "/setup").header("Sec-Fetch-Site", "same-origin").form(&sent);
        set_up.send().await.expect(303);
        let gone = visit("").await.expect(404).undated();
        for token in [CONSOLE, "nonsense", &CONSOLE[1..]] {
            assert_eq!(visit(token).await.undated(), gone, "{token}");
        }
    }
}

/// F, E3: nothing that is said, counted or reckoned tells whether somebody is known here, was, or never had a password.
#[tokio::test]
async fn nobody_outside_learns_who_is_here() {
    for house in houses().await {
        for who in ["anna", "bruno"] {
            with_password(&house, who).await;
        }
        deactivate(&house, "bruno").await;
        let mut answers = Vec::new();
        // Unknown, mistaken, out with the right password, without a password, no address at all.
        for (email, password) in [
            ("nessuno@example.it", PASSWORD),
            ("anna@example.it", "una parola qualunque"),
            ("bruno@example.it", PASSWORD),
            ("rita@example.it", PASSWORD),
            ("nessun indirizzo", PASSWORD),
            ("ANNA@example.it", "una parola qualunque"),
        ] {
            let hashed = house.engine.hashings();
            let got = enter(&house, email, password, "").await.expect(422).undated();
            assert_eq!(house.engine.hashings(), hashed + 1, "{email}: everybody waits as long");
            let plain = got.text().replace(&email.replace('@', "&#64;"), "").replace(email, "");
            answers.push((got.headers.iter().filter(|(name, _)| name != "content-length").cloned().collect::<Vec<_>>(), plain));
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:#?}");
        // Whoever is slowed down hears the same, known or not.
        let mut slowed = Vec::new();
        for email in ["nessuno@example.it", "mara@example.it"] {
            house.clock.pass(3 * 3_600_000);
            for _ in 0..6 {
                enter(&house, email, "una parola qualunque", "").await;
            }
            let got = enter(&house, email, "una parola qualunque", "").await.expect(429);
            slowed.push((got.header("retry-after").to_owned(), got.text().replace(&email.replace('@', "&#64;"), "").replace(email, "")));
        }
        assert_eq!(slowed[0], slowed[1]);
        // No page that anybody may open names a person, a customer or the machinery.
        let before = house.everything().await;
        let public = house.web.table().iter().filter(|route| matches!(route.policy, Policy::Public | Policy::SetUp));
        let mut paths: Vec<String> = public.map(|route| route.path.replace("{*path}", "nothing.js")).collect();
        paths.extend(
            ["/nowhere/at/all", "/accounts", "/api/v1/accounts", "/api/v1/nowhere", "/healthz?x=1", "/%00", "/..%2f..%2fetc"]
                .map(str::to_owned),
        );
        for path in paths {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
                let got = house.send(method, &path).send().await;
                assert!(got.status < 500, "{method} {path}: {}", got.status);
                let all = format!("{:?} {}", got.headers, got.text()).to_lowercase();
                for trace in ["anna", "example.it", "officine", "sqlite", "postgres", "hyper", "axum", "panic"] {
                    assert!(!all.contains(trace), "{method} {path} tells {trace}: {all}");
                }
            }
        }
        assert_eq!(before, house.everything().await);
    }
}

/// F: forms that need no signing in are counted by the network they come from.
#[tokio::test]
async fn open_forms_are_counted() {
    for (engine, clock) in both(crate::house::areas).await {
        let house = House::furnish(engine, clock, |settings| settings.measures.open_forms_per_minute = 3).await;
        for number in 0..3 {
            enter(&house, &format!("persona{number}@example.it"), "una parola qualunque", "").await.expect(422);
        }
        let hashed = house.engine.hashings();
        let got = enter(&house, "altra@example.it", "una parola qualunque", "").await.expect(429);
        assert!(got.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=60).contains(&seconds)));
        assert_eq!(house.engine.hashings(), hashed);
        // What is only looked at is not held up, nor is whoever is in already.
        house.send("GET", "/sign-in").send().await.expect(200);
        house.page("anna", "GET", "/accounts").send().await.expect(200);
        house.clock.pass(61_000);
        enter(&house, "altra@example.it", "una parola qualunque", "").await.expect(422);
    }
}

/// Addresses that are nearly ours.
const ELSEWHERE: &[&str] = &[
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/\r\nX-Evil: 1",
    "/accounts\r\nX-Evil: 1\r\n\r\n<script>alert(1)</script>",
    "data:text/html,evil",
    "@evil.example",
    "/\u{2028}evil",
];

/// No header of an answer was written by whoever asked, and it leads to a page of ours.
#[track_caller]
fn unharmed(got: &Got, about: &str) {
    assert!(got.status < 500, "{about}: {} {}", got.status, got.text());
    for (name, value) in &got.headers {
        assert!(name != "x-evil" && value.chars().all(|letter| !letter.is_control()), "{about}: {name}: {value}");
        if matches!(name.as_str(), "location" | "hx-redirect" | "hx-location" | "hx-push-url") {
            let ours = value.starts_with('/') && !value.starts_with("//") && !value.starts_with("/\\") && value.is_ascii();
            assert!(ours && !value.contains(['\\', ' ', '<']), "{about} leads to {value}");
        }
        if name == "set-cookie" {
            let known = [
                "sid=",
                "scheda_toast=",
                "scheda_browser=",
                "device=",
                "scheda_theme=",
                "scheda_density=",
                "scheda_keys=",
                "scheda_rail=",
                "scheda_steps=",
                "seeing=",
            ];
            assert!(known.iter().any(|known| value.starts_with(known)), "{about}: {value}");
            assert!(value.split(';').skip(1).all(|part| {
                let part = part.trim();
                ["Path=/", "Path=/sign-in", "HttpOnly", "SameSite=Lax", "Secure"].contains(&part) || part.starts_with("Max-Age=")
            }));
        }
        if name == "hx-trigger" {
            serde_json::from_str::<serde_json::Value>(value).expect("a message");
        }
        if name == "content-disposition" {
            assert!(value.starts_with("attachment; filename=\""), "{about}: {value}");
        }
    }
    let markup = got.header("content-type").starts_with("text/html");
    let text = if markup { got.text() } else { String::new() };
    for attribute in ["href=\"", "action=\"", "src=\"", "hx-get=\"", "hx-post=\"", "formaction=\""] {
        for led in text.split(&format!(" {attribute}")).skip(1).filter_map(|rest| rest.split('"').next()) {
            let led = led.replace("&#38;", "&").replace("&#47;", "/").replace("&#92;", "\\").replace("&#58;", ":");
            let led = led.trim_start_matches(|letter: char| letter.is_whitespace() || letter.is_control()).to_lowercase();
            let foreign = ["//", "/\\", "\\", "javascript:", "data:", "https:evil", "https://evil", "@evil", "vbscript:"];
            assert!(!foreign.iter().any(|foreign| led.starts_with(foreign)), "{about}: {attribute}{led}");
        }
    }
}

/// C5, F2: wherever an address says where one came from or goes on to, it is one of ours; nothing that is sent ends a header.
#[tokio::test]
async fn nothing_leads_elsewhere() {
    for house in houses().await {
        with_password(&house, "anna").await;
        for next in ELSEWHERE {
            house.clock.pass(61_000);
            let asked = form(&[("next", next)]);
            let got = house.send("GET", &format!("/sign-in?{asked}")).send().await.expect(200);
            unharmed(&got, next);
            assert!(!got.text().contains("evil"), "{next}");
            let sent = form(&[("email", "anna@example.it"), ("password", PASSWORD), ("next", next)]);
            let got = house.send("POST", "/sign-in").form(&sent).send().await.expect(303);
            unharmed(&got, next);
            assert_eq!(got.header("location"), "/", "{next}");
            let got = house.page("aldo", "GET", &format!("/sign-in?{asked}")).send().await.expect(303);
            assert_eq!(got.header("location"), "/", "{next}");
            // Whoever has to sign in first comes back to where he was, and nowhere else.
            let got = house.send("GET", &format!("/accounts?{asked}")).send().await.expect(303);
            unharmed(&got, next);
            let mut part = house.send("GET", &format!("/accounts?{asked}")).header("HX-Request", "true");
            part = part.header("HX-Current-URL", "https://evil.example/");
            unharmed(&part.send().await.expect(401), next);
        }
        // As an address that is asked for, raw and written out.
        for path in [
            "//evil.example",
            "//evil.example/%2f..",
            "/%5cevil.example",
            "/%2f%2fevil.example",
            "/\\evil.example",
            "/accounts%0d%0aX-Evil:%201",
            "/accounts?%0d%0aX-Evil:%201",
        ] {
            for got in [house.send("GET", path).send().await, house.page("aldo", "GET", path).send().await] {
                unharmed(&got, path);
            }
        }
        // Every page, with everything that any of them reads.
        let names = [
            "next", "back", "return", "list", "view", "question", "from", "to", "through", "field", "text", "q", "filter", "columns",
            "sort", "group", "board", "segment",
        ];
        let mut turn = 0;
        let safe = house.web.table().iter().filter(|route| route.method.is_safe() && route.face == Face::Page);
        for route in safe.filter(|route| !route.path.starts_with("/test/")) {
            for address in addresses(&house, route, house.north) {
                for _ in 0..2 {
                    turn += 1;
                    let elsewhere = ELSEWHERE[turn % ELSEWHERE.len()];
                    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (*name, elsewhere)).collect();
                    let lists: Vec<(&str, &str)> = ["next", "back", "return", "list"].map(|name| (name, elsewhere)).to_vec();
                    for pairs in [pairs, lists] {
                        let path = format!("{address}?{}", form(&pairs));
                        unharmed(
                            &house
                                .page("mara", "GET", &path)
                                .header("Referer", elsewhere.replace(|letter: char| letter.is_control() || !letter.is_ascii(), ""))
                                .send()
                                .await,
                            &path,
                        );
                    }
                }
            }
        }
        assert!(turn > 200, "{turn}");
    }
}

/// C5: what is done leads on to a page of ours, whatever the form says, and what is told of it is one header.
#[tokio::test]
async fn whatever_is_done_leads_on_inside() {
    for house in houses().await {
        let csrf = house.people["ada"].csrf.clone();
        for (number, elsewhere) in ELSEWHERE.iter().enumerate() {
            let name = format!("Ditta {number}\r\nSet-Cookie: evil=1");
            let referer =
                format!("https://evil.example{}", elsewhere.replace(|letter: char| letter.is_control() || !letter.is_ascii(), ""));
            let sends = async |path: &str, pairs: &[(&str, &str)], fragment: bool| {
                let pairs = [
                    pairs,
                    &[("csrf", csrf.as_str()), ("back", elsewhere), ("next", elsewhere), ("list", elsewhere), ("return", elsewhere)],
                ]
                .concat();
                let mut sending = house.page("ada", "POST", path).header("Referer", &referer).form(&form(&pairs));
                if fragment {
                    sending = sending.header("HX-Request", "true").header("HX-Target", "x");
                }
                let got = sending.send().await;
                unharmed(&got, &format!("{path} {elsewhere:?}"));
                got
            };
            // A line in a name is refused, or is none.
            sends("/accounts/new", &[("name", &name)], false).await;
            let made = sends("/accounts/new", &[("name", &format!("Ditta {number} \"; evil=1")), ("insist", "1")], number % 2 == 0).await;
            let led = if made.status == 303 { made.header("location") } else { made.header("hx-redirect") }.to_owned();
            let id = led.split(['?', '#']).next().unwrap_or_default().trim_start_matches("/accounts/").to_owned();
            let card = format!("/accounts/{id}");
            assert_eq!(id.len(), 13, "{led}");
            let fragment = number % 3 == 0;
            sends(&format!("{card}/edit"), &[("name", "Altra"), ("version", "1")], fragment).await;
            sends(&format!("{card}/tags"), &[("on", &format!("tag {number}\" evil"))], fragment).await;
            sends(&format!("{card}/place"), &[("field", "stage"), ("value", "lead"), ("version", "2")], fragment).await;
            sends(&format!("{card}/fields/name?{}", form(&[("list", elsewhere)])), &[("name", "Terza"), ("version", "3")], fragment).await;
            sends("/accounts/bulk", &[("pick", &id), ("action", "remove")], fragment).await;
            sends(&format!("{card}/restoration"), &[], fragment).await;
            sends(&format!("{card}/removal"), &[], fragment).await;
            sends("/accounts/views", &[("name", "Vista\r\nX-Evil: 1"), ("question", elsewhere)], fragment).await;
            sends("/accounts/filter", &[("do", "segment"), ("name", "Segmento\r\nX-Evil: 1")], fragment).await;
            sends("/preferences/theme", &[("theme", "dark\r\nX-Evil: 1")], fragment).await;
            sends("/preferences/density", &[("density", "compact; Domain=evil.example")], fragment).await;
            sends("/preferences/language", &[("language", "it")], fragment).await;
            sends("/notifications/reading", &[], fragment).await;
            sends(&format!("/changes/{}/undo", house.north.changeset), &[], fragment).await;
            for ending in ["csv", "xlsx", "json", "vcf"] {
                let path = format!("/accounts/export.{ending}?{}", form(&[("columns", elsewhere), ("q", elsewhere), ("name", elsewhere)]));
                let got = house.page("ada", "GET", &path).send().await;
                unharmed(&got, &path);
                let name = got.header("content-disposition").trim_start_matches("attachment; filename=\"").trim_end_matches('"').to_owned();
                assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.".contains(letter)), "{name}");
            }
        }
        // Every form there is, with nothing else right.
        for route in house.web.table().iter().filter(|route| route.csrf == Csrf::Token && route.path != "/sign-out") {
            for (number, address) in addresses(&house, route, house.north).into_iter().enumerate() {
                let elsewhere = ELSEWHERE[number % ELSEWHERE.len()];
                let pairs = ["back", "next", "list", "return", "question", "name"].map(|name| (name, elsewhere));
                let got = as_person(&house, route, &address, "mara").form(&form(&pairs)).send().await;
                if !address.starts_with("/test/boom") {
                    unharmed(&got, &address);
                }
            }
        }
    }
}

//! Coming in and going out: sessions, guessing, the first administrator.

use crate::client::{Got, Sending};
use crate::house::{CONSOLE, House, houses};
use engine::testing::both;
use kernel::{Id, Moment};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use web::{Routes, Web, WebSettings};

pub const PASSWORD: &str = "un sasso nello stagno grande";

pub async fn with_password(house: &House, who: &str) -> Id {
    let id = house.people[who].id;
    house.engine.set_password(id, PASSWORD.to_owned()).await.expect("a password");
    id
}

pub async fn enter(house: &House, email: &str, password: &str, cookie: &str) -> Got {
    let form = form(&[("email", email), ("password", password)]);
    let sending = house.send("POST", "/sign-in").header("Sec-Fetch-Site", "same-origin");
    if cookie.is_empty() { sending } else { sending.header("Cookie", cookie) }.form(&form).send().await
}

pub fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub fn cookie(got: &Got) -> String {
    got.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

async fn is_in(house: &House, cookie: &str) -> bool {
    house.send("GET", "/accounts").header("Cookie", cookie).send().await.status == 200
}

/// E4: a session is made at every signing in, and ends at signing out; one that was planted before is nothing.
#[tokio::test]
async fn a_session_is_never_taken_over() {
    for house in houses().await {
        with_password(&house, "anna").await;
        let planted = "sid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let first = cookie(&enter(&house, "anna@example.it", PASSWORD, planted).await.expect(303));
        assert!(first.starts_with("sid=") && first != planted && is_in(&house, &first).await);
        assert!(!is_in(&house, planted).await);
        // Signing in again from the same browser makes another, and the one before is over.
        let second = cookie(&enter(&house, "anna@example.it", PASSWORD, &first).await.expect(303));
        assert!(second != first && is_in(&house, &second).await && !is_in(&house, &first).await);
        let secret = second.trim_start_matches("sid=");
        let digest = house.engine.session(secret).await.expect("an answer").expect("a session").digest;
        let csrf = house.web.csrf(&digest);
        let got = house.send("POST", "/sign-out").header("Cookie", &second).form(&form(&[("csrf", &csrf)])).send().await.expect(303);
        assert!(got.header("clear-site-data").contains("cache"));
        assert!(!is_in(&house, &second).await);
    }
}

/// E4: with other roles one signs in anew: no session goes on that was opened with the old ones.
#[tokio::test]
async fn another_role_ends_all_sessions() {
    for house in houses().await {
        let anna = with_password(&house, "anna").await;
        let open = cookie(&enter(&house, "anna@example.it", PASSWORD, "").await.expect(303));
        let user = house.get("ada", &format!("/users/{anna}")).await.expect(200).json();
        let version = user["version"].as_i64().expect("a version");
        let roles = serde_json::json!({ "roles": ["agent", "reader"] });
        house.api("ada", "PATCH", &format!("/users/{anna}")).if_match(version).json(&roles).send().await.expect(200);
        assert!(!is_in(&house, &open).await && is_in(&house, &house.people["bruno"].cookie).await);
        let again = cookie(&enter(&house, "anna@example.it", PASSWORD, &open).await.expect(303));
        assert!(again != open && is_in(&house, &again).await && !is_in(&house, &open).await);
    }
}

/// Whoever's session is over while he works is led back to where he was, and nowhere else.
#[tokio::test]
async fn whoever_signs_in_again_goes_on_where_he_was() {
    for house in houses().await {
        let lost = async |part: bool, stands: &str| {
            let asked = house.send("GET", "/accounts?q=rossi").header("Cookie", "sid=gone");
            let asked = if part { asked.header("HX-Request", "true").header("HX-Current-URL", stands) } else { asked };
            let got = asked.send().await;
            let got = if part { got.expect(401) } else { got.expect(303) };
            got.header(if part { "hx-redirect" } else { "location" }).to_owned()
        };
        assert_eq!(lost(false, "").await, "/sign-in?next=%2Faccounts%3Fq%3Drossi");
        assert_eq!(
            lost(true, "https://crm.example.it/accounts/0000000000001?list=x").await,
            "/sign-in?next=%2Faccounts%2F0000000000001%3Flist%3Dx"
        );
        // Of an address only the way inside is taken.
        assert_eq!(lost(true, "https://evil.example/contacts").await, "/sign-in?next=%2Fcontacts");
        for none in ["", "not an address", "javascript:alert(1)"] {
            assert_eq!(lost(true, none).await, "/sign-in", "{none}");
        }
    }
}

/// E5: a new password ends every session of the person, and nobody else's.
#[tokio::test]
async fn a_new_password_ends_all_sessions() {
    for house in houses().await {
        let anna = with_password(&house, "anna").await;
        let open = cookie(&enter(&house, "anna@example.it", PASSWORD, "").await.expect(303));
        assert!(is_in(&house, &open).await);
        house.engine.set_password(anna, "un altro sasso nello stagno".to_owned()).await.expect("a password");
        assert!(!is_in(&house, &open).await);
        assert!(is_in(&house, &house.people["bruno"].cookie).await);
    }
}

/// E5: whoever changes his own password stays where he is, and is out elsewhere.
#[tokio::test]
async fn ones_own_new_password_ends_the_other_sessions() {
    for house in houses().await {
        with_password(&house, "anna").await;
        let (here, elsewhere) =
            (enter(&house, "anna@example.it", PASSWORD, "").await, enter(&house, "anna@example.it", PASSWORD, "").await);
        let (here, elsewhere) = (cookie(&here), cookie(&elsewhere));
        let digest = house.engine.session(here.trim_start_matches("sid=")).await.expect("an answer").expect("a session").digest;
        let csrf = house.web.csrf(&digest);
        let change = async |current: &str, password: &str| {
            let sent = form(&[("csrf", &csrf), ("current", current), ("password", password)]);
            house.send("POST", "/preferences/password").header("Cookie", &here).form(&sent).send().await.status
        };
        assert_eq!(change("un'altra parola", "un altro sasso nello stagno").await, 422);
        assert_eq!(change(PASSWORD, "corta").await, 422);
        assert!(is_in(&house, &elsewhere).await);
        assert_eq!(change(PASSWORD, "un altro sasso nello stagno").await, 303);
        assert!(is_in(&house, &here).await && !is_in(&house, &elsewhere).await);
    }
}

/// E3 and E8: who is unknown and who is mistaken hear the same; guessing is slowed down before anything is hashed,
/// by account and by address, and ends with time, not with a locked account.
#[tokio::test]
async fn guessing_is_slowed_down() {
    for house in houses().await {
        with_password(&house, "anna").await;
        let unknown = enter(&house, "nessuno@example.it", "una parola qualunque", "").await;
        let mistaken = enter(&house, "anna@example.it", "una parola qualunque", "").await;
        assert_eq!((unknown.status, mistaken.status), (422, 422));
        let plain = |got: &Got, email: &str| got.text().replace(email, "").replace(&email.replace('@', "&#64;"), "");
        assert_eq!(plain(&unknown, "nessuno@example.it"), plain(&mistaken, "anna@example.it"));
        for _ in 0..4 {
            enter(&house, "anna@example.it", "una parola qualunque", "").await.expect(422);
        }
        let hashed = house.engine.hashings();
        let refused = enter(&house, "anna@example.it", PASSWORD, "").await.expect(429);
        assert!(refused.header("retry-after").parse::<u32>().expect("seconds") >= 1);
        assert_eq!(house.engine.hashings(), hashed, "nothing was hashed");
        // Tries that arrive together are counted before any of them is hashed.
        let together = (0..18).map(|_| enter(&house, "mara@example.it", "una parola qualunque", ""));
        futures_util::future::join_all(together).await;
        assert!(house.engine.hashings() <= hashed + 5, "{} were hashed", house.engine.hashings() - hashed);
        // Spraying over many accounts is slowed down by the address.
        for number in 0..14 {
            enter(&house, &format!("persona{number}@example.it"), "una parola qualunque", "").await;
        }
        let hashed = house.engine.hashings();
        enter(&house, "bruno@example.it", "una parola qualunque", "").await.expect(429);
        assert_eq!(house.engine.hashings(), hashed, "nothing was hashed");
        house.clock.pass(20 * 60_000);
        enter(&house, "anna@example.it", PASSWORD, "").await.expect(303);
    }
}

/// E8: a browser that was in before is not held up by what others try.
#[tokio::test]
async fn a_known_browser_comes_in_while_others_guess() {
    for house in houses().await {
        with_password(&house, "anna").await;
        let got = enter(&house, "anna@example.it", PASSWORD, "").await.expect(303);
        let mark = got.headers.iter().find_map(|(_, value)| value.split(';').next().filter(|pair| pair.starts_with("scheda_browser=")));
        let mark = mark.expect("a mark").to_owned();
        for _ in 0..6 {
            enter(&house, "anna@example.it", "una parola qualunque", "").await;
        }
        enter(&house, "anna@example.it", PASSWORD, "").await.expect(429);
        enter(&house, "anna@example.it", PASSWORD, "scheda_browser=forged").await.expect(429);
        enter(&house, "anna@example.it", PASSWORD, &mark).await.expect(303);
        // Of another account it is no mark.
        for _ in 0..6 {
            enter(&house, "bruno@example.it", "una parola qualunque", "").await;
        }
        enter(&house, "bruno@example.it", "una parola qualunque", &mark).await.expect(429);
    }
}

/// E9: a foreign page signs nobody in, and no address outside is gone on to.
#[tokio::test]
async fn foreign_forms_sign_nobody_in() {
    for house in houses().await {
        with_password(&house, "anna").await;
        let sent = form(&[("email", "anna@example.it"), ("password", PASSWORD)]);
        let foreign = house.send("POST", "/sign-in").header("Sec-Fetch-Site", "cross-site").header("Origin", "https://evil.example");
        foreign.form(&sent).send().await.expect(403);
        for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
            let sent = form(&[("email", "anna@example.it"), ("password", PASSWORD), ("next", next)]);
            let got = house.send("POST", "/sign-in").header("Sec-Fetch-Site", "same-origin").form(&sent).send().await.expect(303);
            assert_eq!(got.header("location"), "/", "{next}");
        }
    }
}

/// E8: many accounts are tried from one network, and one account from many: both are slowed down, and nobody is kept out for good.
#[tokio::test]
async fn spraying_is_slowed_down_too() {
    let trusting = |settings: &mut WebSettings| {
        settings.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
        settings.measures.open_forms_per_minute = 100_000;
    };
    for (engine, clock) in both(crate::house::areas).await {
        let house = House::furnish(engine, clock, trusting).await;
        with_password(&house, "anna").await;
        let tries = async |email: &str, password: &str, from: &str| {
            let sent = house.send("POST", "/sign-in").header("Sec-Fetch-Site", "same-origin").header("X-Forwarded-For", from);
            sent.form(&form(&[("email", email), ("password", password)])).send().await.status
        };
        // A thousand accounts from one network: after the first few nothing is hashed any more.
        let before = house.engine.hashings();
        for number in 0..1_000 {
            tries(&format!("persona{number}@example.it"), "una parola qualunque", "203.0.113.7").await;
        }
        assert!(house.engine.hashings() - before <= 25, "{}", house.engine.hashings() - before);
        assert_eq!(tries("anna@example.it", PASSWORD, "203.0.113.7").await, 429);
        assert_eq!(tries("anna@example.it", PASSWORD, "198.51.100.4").await, 303, "elsewhere nobody waits");
        // One account from a thousand networks.
        let before = house.engine.hashings();
        for number in 0..1_000 {
            tries("anna@example.it", "una parola qualunque", &format!("10.{}.{}.9", number / 250, number % 250)).await;
        }
        assert!(house.engine.hashings() - before <= 15, "{}", house.engine.hashings() - before);
        house.clock.pass(31_000);
        assert_eq!(tries("anna@example.it", PASSWORD, "198.51.100.4").await, 303, "half a minute at most, and she is in");
    }
}

/// E10: before there is an administrator only the set-up page answers, to whoever has the console's link; then it is gone.
#[tokio::test]
async fn the_first_administrator_is_made_with_the_link_of_the_console() {
    for (engine, _) in both(crate::house::areas).await {
        let (address, _stop) = empty_house(engine).await;
        let send = |method: &str, target: &str| Sending::new(address, method, target).header("Sec-Fetch-Site", "same-origin");
        for target in ["/setup", "/setup?token=", "/setup?token=wrong"] {
            assert_eq!(send("GET", target).send().await.status, 403, "{target}");
        }
        let page = send("GET", &format!("/setup?token={CONSOLE}")).send().await.expect(200);
        assert_eq!(page.header("referrer-policy"), "no-referrer", "the address holds the secret");
        let page = page.text();
        assert!(page.contains("name=\"company\"") && page.contains("name=\"email\""), "{page}");
        let filled = |token: &str, password: &str| {
            form(&[
                ("token", token),
                ("company", "Officina Verdi"),
                ("name", "Ada Verdi"),
                ("email", "ada@verdi.example"),
                ("password", password),
                ("language", "it"),
            ])
        };
        send("POST", "/setup").form(&filled("wrong", PASSWORD)).send().await.expect(403);
        send("POST", "/setup").form(&filled(CONSOLE, "corta")).send().await.expect(422);
        send("POST", "/setup").form(&filled(CONSOLE, PASSWORD)).send().await.expect(303);
        assert_eq!(send("GET", &format!("/setup?token={CONSOLE}")).send().await.status, 404);
        send("POST", "/setup").form(&filled(CONSOLE, PASSWORD)).send().await.expect(404);
        let sent = form(&[("email", "ada@verdi.example"), ("password", PASSWORD)]);
        send("POST", "/sign-in").form(&sent).send().await.expect(303);
    }
}

/// Two who send the set-up page at once make one administrator, and he has his password.
#[tokio::test]
async fn there_is_one_first_administrator() {
    for (engine, _) in both(crate::house::areas).await {
        let (address, _stop) = empty_house(engine.clone()).await;
        let set_up = |email: &str| {
            let sent = form(&[
                ("token", CONSOLE),
                ("company", "Officina Verdi"),
                ("name", "Ada Verdi"),
                ("email", email),
                ("password", PASSWORD),
                ("language", "it"),
            ]);
            Sending::new(address, "POST", "/setup").header("Sec-Fetch-Site", "same-origin").form(&sent).send()
        };
        let both = futures_util::future::join_all(["ada@verdi.example", "eva@verdi.example"].map(set_up)).await;
        let mut statuses: Vec<u16> = both.iter().map(|got| got.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404]);
        let mut in_with_it = 0;
        for email in ["ada@verdi.example", "eva@verdi.example"] {
            in_with_it += usize::from(engine.sign_in(email, PASSWORD.to_owned(), "").await.expect("an answer").is_some());
        }
        assert_eq!(in_with_it, 1);
    }
}

/// One without an administrator.
pub async fn empty_house(engine: engine::Engine) -> (SocketAddr, oneshot::Sender<()>) {
    assert!(engine.now() > Moment::from_millis(0));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let mut settings = WebSettings::local(address);
    settings.console_token = Some(CONSOLE.to_owned());
    let web = Web::open(engine, settings).await.expect("the web");
    let (stop, stopped) = oneshot::channel::<()>();
    let routes = web::pages::routes(web::api::routes(Routes::platform()));
    tokio::spawn(web::serve(web, routes, listener, async {
        let _ = stopped.await;
    }));
    (address, stop)
}

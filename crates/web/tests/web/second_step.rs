//! Second factors, what is required of whom, sessions and tokens of one's own.

use crate::client::Got;
use crate::house::{House, houses};
use crate::letters::work;
use crate::signing_in::{PASSWORD, cookie, enter, form, with_password};
use engine::testing::app_code;
use kernel::{Id, Value};

const OTHER: &str = "un altro sasso nello stagno";

/// A browser that somebody is signed in with.
pub struct Browser<'h> {
    house: &'h House,
    pub cookie: String,
}

impl<'h> Browser<'h> {
    pub async fn of(house: &'h House, who: &str) -> Browser<'h> {
        with_password(house, who).await;
        let email = format!("{who}@example.it");
        Browser { house, cookie: cookie(&enter(house, &email, PASSWORD, "").await.expect(303)) }
    }

    fn csrf(&self) -> String {
        let secret = self.cookie.trim_start_matches("sid=");
        self.house.web.csrf(&engine::identity::digest(secret))
    }

    async fn get(&self, target: &str) -> Got {
        self.house.send("GET", target).header("Cookie", &self.cookie).send().await
    }

    pub async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Got {
        let csrf = self.csrf();
        let sent = form(&[&[("csrf", csrf.as_str())], fields].concat());
        let got = self.house.send("POST", target).header("Cookie", &self.cookie).form(&sent).send().await;
        if let Some((_, set)) = got.headers.iter().find(|(name, value)| name == "set-cookie" && value.starts_with("sid=")) {
            self.cookie = set.split(';').next().unwrap_or_default().to_owned();
        }
        got
    }

    /// Adds an authenticator app; gives its key.
    pub async fn add_app(&mut self) -> String {
        let page = self.post("/preferences/security/app", &[]).await.expect(200).text();
        assert!(page.contains("class=\"qr\""), "{page}");
        let letters = between(&page, "<code class=\"number\">", "</code>");
        let code = app_code(&letters, self.house.engine.now());
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let again = self.post("/preferences/security/app/confirmation", &[("code", wrong)]).await.expect(422).text();
        assert_eq!(between(&again, "<code class=\"number\">", "</code>"), letters, "the same key is shown again");
        self.post("/preferences/security/app/confirmation", &[("code", &code)]).await.expect(303);
        letters
    }

    async fn is_in(&self) -> bool {
        self.get("/accounts").await.status == 200
    }
}

/// Somebody with an authenticator app: its key, and the cookie of the session that he added it in.
pub async fn with_app(house: &House, who: &str) -> (String, String) {
    let mut here = Browser::of(house, who).await;
    (here.add_app().await, here.cookie)
}

pub fn between(text: &str, from: &str, to: &str) -> String {
    let rest = text.split(from).nth(1).unwrap_or_else(|| panic!("no {from} in {text}"));
    rest.split(to).next().unwrap_or_default().to_owned()
}

fn half(got: &Got) -> String {
    let set = got.headers.iter().find(|(name, value)| name == "set-cookie" && value.starts_with("scheda_half="));
    set.map(|(_, value)| value.split(';').next().unwrap_or_default().to_owned()).unwrap_or_else(|| panic!("{:?}", got.headers))
}

/// The first step with a right password.
pub async fn first_step(house: &House, email: &str, password: &str) -> String {
    let got = enter(house, email, password, "").await.expect(303);
    assert!(got.header("location").starts_with("/sign-in/second-step"), "{:?}", got.headers);
    assert!(!got.headers.iter().any(|(name, value)| name == "set-cookie" && value.starts_with("sid=")), "no session yet");
    half(&got)
}

async fn second_step(house: &House, half: &str, code: &str) -> Got {
    let sent = house.send("POST", "/sign-in/second-step").header("Sec-Fetch-Site", "same-origin").header("Cookie", half);
    sent.form(&form(&[("code", code)])).send().await
}

pub fn next_step(house: &House) {
    house.clock.pass(30_000);
}

/// E4, E5, E8: a code is asked after the password, is good once, and there is no session before it.
#[tokio::test]
async fn whoever_has_an_app_comes_in_by_two_steps() {
    for house in houses().await {
        let mut here = Browser::of(&house, "anna").await;
        let elsewhere = Browser::of(&house, "anna").await;
        // Setting the password anew ended the first browser's session: it signs in again.
        here.cookie = cookie(&enter(&house, "anna@example.it", PASSWORD, "").await.expect(303));
        let before = here.cookie.clone();
        let letters = here.add_app().await;
        assert!(before != here.cookie && here.is_in().await && !elsewhere.is_in().await);
        assert_eq!(house.send("GET", "/accounts").header("Cookie", &before).send().await.status, 303, "the old secret is nothing any more");

        next_step(&house);
        // Where one was going is remembered over both steps.
        let sent = form(&[("email", "anna@example.it"), ("password", PASSWORD), ("next", "/contacts?q=rossi")]);
        let asked = house.send("POST", "/sign-in").header("Sec-Fetch-Site", "same-origin").form(&sent).send().await.expect(303);
        assert_eq!(asked.header("location"), "/sign-in/second-step?next=%2Fcontacts%3Fq%3Drossi");
        let page = house.send("GET", asked.header("location")).header("Cookie", half(&asked)).send().await.expect(200).text();
        assert!(page.contains("name=\"next\" value=\"/contacts?q=rossi\""), "{page}");
        let half = first_step(&house, "anna@example.it", PASSWORD).await;
        assert_eq!(house.send("GET", "/accounts").header("Cookie", &half).send().await.status, 303);
        let as_session = half.replace("scheda_half=", "sid=");
        assert_eq!(house.send("GET", "/accounts").header("Cookie", &as_session).send().await.status, 303);
        house.send("GET", "/sign-in/second-step").header("Cookie", &half).send().await.expect(200);
        assert_eq!(house.send("GET", "/sign-in/second-step").send().await.status, 303, "nobody stands there without the cookie");
        let code = app_code(&letters, house.engine.now());
        for wrong in ["", "000000", "abc", &format!("{code}0")] {
            assert_eq!(second_step(&house, &half, wrong).await.status, 422, "{wrong}");
        }
        let came = second_step(&house, &half, &format!("{} {}", &code[..3], &code[3..])).await.expect(303);
        let session = Browser { house: &house, cookie: cookie(&came) };
        assert!(session.is_in().await);
        // The half way is over, and the code is used, in the same half minute too.
        assert_eq!(second_step(&house, &half, &code).await.header("location"), "/sign-in");
        let again = first_step(&house, "anna@example.it", PASSWORD).await;
        assert_eq!(second_step(&house, &again, &code).await.status, 422);
        next_step(&house);
        second_step(&house, &again, &app_code(&letters, house.engine.now())).await.expect(303);
        // H5: the key is a ciphertext.
        let factors = house.table("factor").await;
        assert!(factors.contains("sealed1.") && !factors.contains(&letters.replace(' ', "")), "{factors}");
    }
}

/// Codes on paper, each once; and a new password leaves the second factor where it is.
#[tokio::test]
async fn codes_on_paper_help_once() {
    for house in houses().await {
        let mut here = Browser::of(&house, "anna").await;
        assert_eq!(here.post("/preferences/security/codes", &[]).await.status, 303, "they are nothing of their own");
        here.add_app().await;
        let page = here.post("/preferences/security/codes", &[]).await.expect(200).text();
        let codes: Vec<String> =
            page.split("<code class=\"number\">").skip(1).map(|rest| rest.split('<').next().unwrap_or_default().to_owned()).collect();
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
        let tables = house.table("recovery_code").await;
        assert!(codes.iter().all(|code| !tables.contains(code) && !tables.contains(&code.replace('-', ""))));
        house.engine.set_password(house.people["anna"].id, OTHER.to_owned()).await.expect("a password");
        let half = first_step(&house, "anna@example.it", OTHER).await;
        second_step(&house, &half, &codes[3].to_uppercase().replace('-', " ")).await.expect(303);
        let half = first_step(&house, "anna@example.it", OTHER).await;
        assert_eq!(second_step(&house, &half, &codes[3]).await.status, 422);
        // Nobody else's.
        let mut bruno = Browser::of(&house, "bruno").await;
        bruno.add_app().await;
        let theirs = first_step(&house, "bruno@example.it", PASSWORD).await;
        assert_eq!(second_step(&house, &theirs, &codes[4]).await.status, 422);
        second_step(&house, &half, &codes[4]).await.expect(303);
        // New ones put an end to the old.
        let mut here = Browser { house: &house, cookie: String::new() };
        let half = first_step(&house, "anna@example.it", OTHER).await;
        here.cookie = cookie(&second_step(&house, &half, &codes[5]).await.expect(303));
        here.post("/preferences/security/codes", &[]).await.expect(200);
        let half = first_step(&house, "anna@example.it", OTHER).await;
        assert_eq!(second_step(&house, &half, &codes[6]).await.status, 422);
    }
}

/// E8: guessing codes is slowed down for the person, wherever it comes from, and the half way ends.
#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    for house in houses().await {
        let mut here = Browser::of(&house, "anna").await;
        let letters = here.add_app().await;
        next_step(&house);
        let half = first_step(&house, "anna@example.it", PASSWORD).await;
        let mut slowed = 0;
        for _ in 0..12 {
            slowed += usize::from(second_step(&house, &half, "000000").await.status == 429);
        }
        assert!(slowed >= 6, "{slowed}");
        let other = first_step(&house, "anna@example.it", PASSWORD).await;
        let waits = second_step(&house, &other, &app_code(&letters, house.engine.now())).await.expect(429);
        assert!(waits.header("retry-after").parse::<u32>().expect("seconds") >= 1);
        house.clock.pass(20 * 60_000);
        assert_eq!(second_step(&house, &other, "000000").await.header("location"), "/sign-in", "ten minutes, and one begins again");
        let half = first_step(&house, "anna@example.it", PASSWORD).await;
        second_step(&house, &half, &app_code(&letters, house.engine.now())).await.expect(303);
    }
}

/// A11: between the two steps a new password, another address or the end of somebody's being here ends everything.
#[tokio::test]
async fn nothing_outlives_what_it_began_with() {
    for house in houses().await {
        let mut here = Browser::of(&house, "anna").await;
        let letters = here.add_app().await;
        let anna = house.people["anna"].id;
        let code = || app_code(&letters, house.engine.now());
        next_step(&house);
        let half = first_step(&house, "anna@example.it", PASSWORD).await;
        house.engine.set_password(anna, OTHER.to_owned()).await.expect("a password");
        assert_eq!(second_step(&house, &half, &code()).await.header("location"), "/sign-in");
        let half = first_step(&house, "anna@example.it", OTHER).await;
        let open = Browser { house: &house, cookie: cookie(&second_step(&house, &half, &code()).await.expect(303)) };
        next_step(&house);
        let half = first_step(&house, "anna@example.it", OTHER).await;
        let token = house.engine.make_token(anna, "gestionale").await.expect("a token");
        deactivate(&house, anna).await;
        assert_eq!(second_step(&house, &half, &code()).await.header("location"), "/sign-in");
        assert!(!open.is_in().await);
        house.send("GET", "/api/v1/accounts").bearer(&token).send().await.expect(401);
        house.send("GET", "/live").header("Cookie", &open.cookie).send().await.expect(401);
    }
}

async fn deactivate(house: &House, user: Id) {
    let users = house.engine.entity("user").expect("users");
    let active = users.field("active").expect("a field").id;
    let system = house.engine.system(engine::Through::CommandLine);
    house.engine.change(&system, &users, user, None, vec![(active, Value::Bool(false))], Vec::new()).await.expect("out");
}

/// Whoever lacks what is required is led to it before anything else, also where he is in already.
#[tokio::test]
async fn a_required_second_factor_comes_before_anything_else() {
    for house in houses().await {
        let rules = |second: &'static str| [("second_factor", second), ("grace_days", "0"), ("idle_minutes", "60"), ("whole_days", "7")];
        let mut ada = Browser::of(&house, "ada").await;
        let mut anna = Browser::of(&house, "anna").await;
        anna.post("/administration/sign-in", &rules("nobody")).await.expect(403);
        for (wrong, field) in [
            (("idle_minutes", "0"), "idle_minutes"),
            (("whole_days", "400"), "whole_days"),
            (("whole_days", "x"), "whole_days"),
            (("grace_days", "31"), "grace_days"),
            (("grace_days", ""), "grace_days"),
            (("second_factor", "roles"), "roles"),
        ] {
            let sent: Vec<(&str, &str)> = rules("nobody").into_iter().filter(|(key, _)| *key != wrong.0).chain([wrong]).collect();
            assert!(ada.post("/administration/sign-in", &sent).await.expect(422).text().contains(&format!("{field}-error")));
        }
        ada.post("/administration/sign-in", &rules("administrators")).await.expect(303);
        assert!(anna.is_in().await, "she administers nothing");
        let led = ada.get("/accounts").await.expect(303);
        assert_eq!(led.header("location"), "/preferences/security");
        let part = house.send("GET", "/accounts").header("Cookie", &ada.cookie).header("HX-Request", "true").send().await.expect(403);
        assert_eq!(part.header("hx-redirect"), "/preferences/security");
        house.send("GET", "/live").header("Cookie", &ada.cookie).send().await.expect(403);
        assert_eq!(
            ada.post("/administration/sign-in", &rules("nobody")).await.header("location"),
            "/preferences/security",
            "nor is it taken back first"
        );
        assert!(ada.get("/preferences/security").await.expect(200).text().contains("role=\"alert\""));
        ada.add_app().await;
        assert!(ada.is_in().await);
        // The last one may not go while it is required.
        ada.post("/preferences/security/app/removal", &[]).await.expect(409);
        ada.post("/administration/sign-in", &rules("everybody")).await.expect(303);
        assert!(!anna.is_in().await);
        ada.post("/administration/sign-in", &rules("nobody")).await.expect(303);
        assert!(anna.is_in().await);
        ada.post("/preferences/security/app/removal", &[]).await.expect(303);
        // Lengths hold for sessions that are open too.
        house.clock.pass(61 * 60_000);
        assert!(!anna.is_in().await, "an hour without use");
        let anna = Browser::of(&house, "anna").await;
        for _ in 0..(7 * 24 * 60 / 50) {
            house.clock.pass(50 * 60_000);
            if !anna.is_in().await {
                break;
            }
        }
        house.clock.pass(50 * 60_000);
        assert!(!anna.is_in().await, "a week in all");
    }
}

/// Checklist 19: as installed, whoever administers has to have a second factor, and a week to add it in.
#[tokio::test]
async fn administrators_have_a_week_for_their_second_factor() {
    const DAY: i64 = 24 * 3_600_000;
    for house in houses().await {
        let rules = house.page("ada", "GET", "/administration/sign-in").send().await.expect(200).text();
        assert!(rules.contains("value=\"administrators\" selected") && rules.contains("name=\"grace_days\" value=\"7\""), "{rules}");
        let ada = Browser::of(&house, "ada").await;
        let page = ada.get("/accounts").await.expect(200).text();
        // The clock of the tests begins on 2 March 2026.
        assert!(page.contains("class=\"seeing factor-due\"") && page.contains("09/03/2026"), "{page}");
        let security = ada.get("/preferences/security").await.expect(200).text();
        assert!(security.contains("it can be put off until") && security.contains("09/03/2026"), "{security}");
        let anna = Browser::of(&house, "anna").await;
        assert!(!anna.get("/accounts").await.expect(200).text().contains("factor-due"), "she administers nothing");
        house.clock.pass(7 * DAY);
        let mut ada = Browser::of(&house, "ada").await;
        assert!(ada.is_in().await, "until the end of the day");
        house.clock.pass(DAY);
        ada.cookie = cookie(&enter(&house, "ada@example.it", PASSWORD, "").await.expect(303));
        assert_eq!(ada.get("/accounts").await.expect(303).header("location"), "/preferences/security");
        assert!(Browser::of(&house, "anna").await.is_in().await);
        ada.add_app().await;
        assert!(ada.is_in().await && !ada.get("/accounts").await.text().contains("factor-due"));
        // Whoever is made an administrator now has his week from now.
        let anna = house.people["anna"].id;
        let users = house.engine.entity("user").expect("users");
        let roles = users.field("roles").expect("a field").id;
        let system = house.engine.system(engine::Through::CommandLine);
        let given = vec![(roles, Value::from("|agent|administrator|"))];
        house.engine.change(&system, &users, anna, None, given, Vec::new()).await.expect("an administrator");
        let anna = Browser::of(&house, "anna").await;
        assert!(anna.get("/accounts").await.expect(200).text().contains("17/03/2026"));
    }
}

/// A program's token has no second factor to give: it goes on when its owner's days are over, and its owner does not.
#[tokio::test]
async fn a_token_works_on_when_the_days_are_over() {
    const DAY: i64 = 24 * 3_600_000;
    for house in houses().await {
        with_password(&house, "ada").await;
        let token = house.engine.make_token(house.people["ada"].id, "gestionale").await.expect("a token");
        house.clock.pass(9 * DAY);
        let page = cookie(&enter(&house, "ada@example.it", PASSWORD, "").await.expect(303));
        let led = house.send("GET", "/accounts").header("Cookie", &page).send().await.expect(303);
        assert_eq!(led.header("location"), "/preferences/security");
        house.send("GET", "/api/v1/accounts").bearer(&token).send().await.expect(200);
        let made = house.send("POST", "/api/v1/accounts").bearer(&token).json(&serde_json::json!({ "name": "Verdi" })).send().await;
        made.expect(201);
        // With the session alone nobody has the API either.
        let got = house.send("GET", "/api/v1/accounts").header("Cookie", &page).send().await;
        assert!(matches!(got.status, 401 | 403), "{}", got.status);
    }
}

/// Checklist 19: days are given once: another role that requires a second factor too begins nothing anew; a time without it does.
#[tokio::test]
async fn another_role_gives_no_more_days() {
    const DAY: i64 = 24 * 3_600_000;
    for house in houses().await {
        let mut ada = Browser::of(&house, "ada").await;
        let rules = [("second_factor", "roles"), ("grace_days", "7"), ("idle_minutes", "720"), ("whole_days", "30")];
        ada.post("/administration/sign-in", &[&rules[..], &[("roles", "agent"), ("roles", "manager")]].concat()).await.expect(303);
        let until = async |day: &str| {
            let anna = Browser::of(&house, "anna").await;
            let page = anna.get("/accounts").await.expect(200).text();
            assert_eq!(page.contains("factor-due"), !day.is_empty(), "{page}");
            assert!(page.contains(day), "{day}: {page}");
        };
        let assume = async |roles: &str| {
            let users = house.engine.entity("user").expect("users");
            let field = users.field("roles").expect("a field").id;
            let system = house.engine.system(engine::Through::CommandLine);
            let given = vec![(field, Value::from(roles))];
            house.engine.change(&system, &users, house.people["anna"].id, None, given, Vec::new()).await.expect("other roles");
        };
        until("09/03/2026").await;
        house.clock.pass(5 * DAY);
        assume("|agent|manager|").await;
        until("09/03/2026").await;
        assume("|manager|").await;
        until("09/03/2026").await;
        assume("|agent|").await;
        house.clock.pass(3 * DAY);
        let late = Browser::of(&house, "anna").await;
        assert_eq!(late.get("/accounts").await.expect(303).header("location"), "/preferences/security");
        // Without any of them, nothing is required; with one again, it is required anew.
        assume("|reader|").await;
        until("").await;
        house.clock.pass(22 * DAY);
        assume("|agent|").await;
        until("08/04/2026").await;
        // Whoever is required to because his role administers from now on, has his days from now on too.
        let rules = [("second_factor", "administrators"), ("grace_days", "7"), ("idle_minutes", "720"), ("whole_days", "30")];
        let system = house.engine.system(engine::Through::CommandLine);
        assume("|reader|").await;
        let mut ada = Browser::of(&house, "ada").await;
        ada.post("/administration/sign-in", &rules).await.expect(303);
        house.clock.pass(5 * DAY);
        let roles = house.engine.entity("role").expect("roles");
        let asked = engine::Asked::new(roles.clone()).filtered(meta::Filter::is("key", "reader"));
        let reader = house.engine.list(&system, asked).await.expect("roles").records[0].id;
        let administer = vec![(roles.field("administer").expect("a field").id, Value::Bool(true))];
        house.engine.change(&system, &roles, reader, None, administer, Vec::new()).await.expect("it administers");
        until("13/04/2026").await;
    }
}

/// A second factor may be required of those who have certain roles, and of nobody else.
#[tokio::test]
async fn a_second_factor_is_required_by_role() {
    for house in houses().await {
        let mut ada = Browser::of(&house, "ada").await;
        let (anna, mara) = (Browser::of(&house, "anna").await, Browser::of(&house, "mara").await);
        let rules = [("second_factor", "roles"), ("grace_days", "0"), ("idle_minutes", "720"), ("whole_days", "30")];
        ada.post("/administration/sign-in", &[&rules[..], &[("roles", "agent"), ("roles", "nessuno")]].concat()).await.expect(422);
        ada.post("/administration/sign-in", &[&rules[..], &[("roles", "agent")]].concat()).await.expect(303);
        assert!(!anna.is_in().await && mara.is_in().await && ada.is_in().await);
        let page = ada.get("/administration/sign-in").await.expect(200).text();
        assert!(page.contains("name=\"roles\" value=\"agent\" checked") && !page.contains("value=\"reader\" checked"), "{page}");
        // Days that are given now count for those who are in too.
        let rules = [("second_factor", "roles"), ("grace_days", "3"), ("idle_minutes", "720"), ("whole_days", "30"), ("roles", "agent")];
        ada.post("/administration/sign-in", &rules).await.expect(303);
        assert!(anna.get("/accounts").await.expect(200).text().contains("05/03/2026"));
    }
}

#[tokio::test]
async fn sessions_are_seen_and_ended() {
    for house in houses().await {
        let mut here = Browser::of(&house, "anna").await;
        let sent = form(&[("email", "anna@example.it"), ("password", PASSWORD)]);
        let phone = house
            .send("POST", "/sign-in")
            .header("Sec-Fetch-Site", "same-origin")
            .header("User-Agent", "Mozilla/5.0 (iPhone) Safari/604.1");
        let phone = Browser { house: &house, cookie: cookie(&phone.form(&sent).send().await.expect(303)) };
        let third = Browser { house: &house, cookie: cookie(&enter(&house, "anna@example.it", PASSWORD, "").await.expect(303)) };
        let page = here.get("/preferences/sessions").await.expect(200).text();
        assert!(page.contains("Safari · iPhone") && page.contains("127.0.0.1"), "{page}");
        let line = page.split("<li class=\"thing\">").find(|line| line.contains("iPhone")).expect("a line");
        let id = between(line, "name=\"id\" value=\"", "\"");
        // Of others' sessions nobody knows, and nobody ends them.
        let mut bruno = Browser::of(&house, "bruno").await;
        assert!(!bruno.get("/preferences/sessions").await.text().contains(&id));
        bruno.post("/preferences/sessions", &[("id", &id)]).await.expect(303);
        assert!(phone.is_in().await);
        here.post("/preferences/sessions", &[("id", &id)]).await.expect(303);
        assert!(!phone.is_in().await && third.is_in().await && here.is_in().await);
        here.post("/preferences/sessions", &[("id", "all")]).await.expect(303);
        assert!(!third.is_in().await && here.is_in().await);
        // Administrators see and end those of others.
        let anna = house.people["anna"].id;
        let mut ada = Browser::of(&house, "ada").await;
        bruno.get(&format!("/users/{anna}/access")).await.expect(403);
        assert!(ada.get(&format!("/users/{anna}/access")).await.expect(200).text().contains("127.0.0.1"));
        ada.post(&format!("/users/{anna}/sessions"), &[("id", "all")]).await.expect(303);
        assert!(!here.is_in().await && ada.is_in().await && bruno.is_in().await);
    }
}

#[tokio::test]
async fn an_administrator_takes_lost_factors_off() {
    for house in houses().await {
        let mut anna = Browser::of(&house, "anna").await;
        anna.add_app().await;
        let user = house.people["anna"].id;
        let mut ada = Browser::of(&house, "ada").await;
        let mut mara = Browser::of(&house, "mara").await;
        let target = format!("/users/{user}/factors/removal");
        mara.post(&target, &[]).await.expect(403);
        ada.post(&target, &[]).await.expect(303);
        assert!(!anna.is_in().await);
        let got = enter(&house, "anna@example.it", PASSWORD, "").await.expect(303);
        assert!(cookie(&got).starts_with("sid="), "the password is enough again");
        ada.post(&format!("/users/{}/factors/removal", house.people["ada"].id), &[]).await.expect(403);
    }
}

/// Checklist 23: what is dear is changed by whoever proved lately that it is he.
#[tokio::test]
async fn what_is_dear_asks_for_a_proof() {
    for house in houses().await {
        let mut anna = Browser::of(&house, "anna").await;
        house.clock.pass(16 * 60_000);
        for target in ["/preferences/security/app", "/preferences/security/codes", "/preferences/security/passkeys", "/preferences/tokens"]
        {
            let led = anna.post(target, &[("name", "x")]).await.expect(303);
            assert_eq!(led.header("location"), "/preferences/security/proof", "{target}");
        }
        anna.post("/preferences/security/passkeys/question", &[]).await.expect(403);
        anna.post("/preferences/security/proof", &[("current", "una parola qualunque")]).await.expect(422);
        anna.post("/preferences/security/proof", &[("current", PASSWORD)]).await.expect(303);
        anna.add_app().await;
    }
}

#[tokio::test]
async fn tokens_of_ones_own_are_made_shown_once_and_end() {
    for house in houses().await {
        let mut anna = Browser::of(&house, "anna").await;
        for wrong in [[("name", ""), ("until", "")], [("name", "x"), ("until", "2026-03-01")], [("name", "x"), ("until", "domani")]] {
            anna.post("/preferences/tokens", &wrong).await.expect(422);
        }
        // The clock stands at the 2nd of March 2026, ten in the morning in Rome.
        let page = anna.post("/preferences/tokens", &[("name", "Gestionale"), ("until", "2026-03-03")]).await.expect(200).text();
        let secret = between(&page, "id=\"token\">", "<");
        let uses = async |secret: &str| house.send("GET", "/api/v1/accounts").bearer(secret).send().await.status;
        assert_eq!(uses(&secret).await, 200);
        let page = anna.get("/preferences/tokens").await.expect(200).text();
        assert!(page.contains("Gestionale") && page.contains("03/03/2026") && !page.contains(&secret), "{page}");
        let lasting =
            between(&anna.post("/preferences/tokens", &[("name", "Foglio"), ("until", "")]).await.expect(200).text(), "id=\"token\">", "<");
        house.clock.pass(37 * 3_600_000);
        assert_eq!(uses(&secret).await, 200, "until the end of the day");
        house.clock.pass(2 * 3_600_000);
        assert_eq!((uses(&secret).await, uses(&lasting).await), (401, 200));
        let mut anna = Browser::of(&house, "anna").await;
        let lasting =
            between(&anna.post("/preferences/tokens", &[("name", "Foglio"), ("until", "")]).await.expect(200).text(), "id=\"token\">", "<");
        let id = &engine::identity::digest(&lasting)[..12];
        let mut bruno = Browser::of(&house, "bruno").await;
        bruno.post("/preferences/tokens/revocation", &[("id", id)]).await.expect(303);
        assert_eq!(uses(&lasting).await, 200, "nobody revokes another's");
        anna.post("/preferences/tokens/revocation", &[("id", id)]).await.expect(303);
        assert_eq!(uses(&lasting).await, 401);
        work(&house).await;
    }
}

#[tokio::test]
async fn ones_own_name_language_and_signature() {
    for house in houses().await {
        let mut anna = Browser::of(&house, "anna").await;
        let page = anna.get("/preferences").await.expect(200).text();
        assert!(page.contains("name=\"signature\""), "{page}");
        assert_eq!(anna.post("/preferences", &[("name", ""), ("language", "en"), ("signature", "")]).await.status, 422);
        let signature = "Anna Neri\nOfficina <Verdi>";
        anna.post("/preferences", &[("name", "Anna Neri"), ("language", "it"), ("signature", signature), ("role", "administrator")])
            .await
            .expect(303);
        let page = anna.get("/preferences").await.expect(200).text();
        assert!(page.contains("Anna Neri") && page.contains("<html lang=\"it\"") && page.contains("Officina &#60;Verdi&#62;"), "{page}");
        anna.get("/administration/mail").await.expect(403);
        assert!(!Browser::of(&house, "bruno").await.get("/preferences").await.text().contains("Officina &#60;"));
    }
}

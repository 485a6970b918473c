//! Letters about browsers that were not known: whoever signs in from one is told, or learns that another did.

use crate::client::Got;
use crate::house::{House, houses};
use crate::letters::{set_account, work};
use crate::post_office::PostOffice;
use crate::second_step::{first_step, next_step, with_app};
use crate::signing_in::{PASSWORD, form, with_password};
use engine::testing::app_code;
use kernel::Value;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Signs in with these cookies; gives the answer.
async fn enters(house: &House, who: &str, agent: &str, cookies: &str) -> Got {
    let sent = form(&[("email", &format!("{who}@example.it")), ("password", PASSWORD)]);
    let sending = house.send("POST", "/sign-in").header("Sec-Fetch-Site", "same-origin").header("User-Agent", agent);
    if cookies.is_empty() { sending } else { sending.header("Cookie", cookies) }.form(&sent).send().await.expect(303)
}

/// By what a browser is known the next time.
pub fn known(got: &Got) -> String {
    let set = got.headers.iter().find(|(name, value)| name == "set-cookie" && value.starts_with("device="));
    let set = set.unwrap_or_else(|| panic!("{:?}", got.headers));
    assert!(set.1.contains("HttpOnly; SameSite=Lax") && set.1.contains("Path=/;"), "{}", set.1);
    set.1.split(';').next().unwrap_or_default().to_owned()
}

/// How many letters have gone out by now.
pub async fn told(house: &House, office: &PostOffice) -> usize {
    work(house).await;
    office.letters().len()
}

async fn change(house: &House, who: &str, field: &str, value: Value) {
    let users = house.engine.entity("user").expect("users");
    let field = users.field(field).expect("a field").id;
    let system = house.engine.system(engine::Through::CommandLine);
    let id = house.people[who].id;
    house.engine.change(&system, &users, id, None, vec![(field, value)], Vec::new()).await.expect("changed");
}

/// Checklist 18: a letter says when, by what and from where somebody came in who had not been seen there; once for each browser.
#[tokio::test]
async fn a_browser_that_was_never_here_is_told_of_by_letter() {
    for house in houses().await {
        let office = PostOffice::open().await;
        with_password(&house, "anna").await;
        // Without a mail account everything goes on as ever, and nothing waits to be sent later.
        enters(&house, "anna", FIREFOX, "").await;
        enters(&house, "anna", "curl/8.0", "").await;
        work(&house).await;
        set_account(&house, &office).await;
        assert_eq!(told(&house, &office).await, 0);
        // Whoever comes in for the first time was invited to.
        with_password(&house, "bruno").await;
        let own = known(&enters(&house, "bruno", FIREFOX, "").await);
        let again = known(&enters(&house, "bruno", FIREFOX, &own).await);
        assert_eq!((own.as_str(), told(&house, &office).await), (again.as_str(), 0));
        let got = enters(&house, "bruno", FIREFOX, "").await;
        assert_eq!(told(&house, &office).await, 1);
        let letter = office.newest();
        assert!(letter.starts_with("RCPT TO:<bruno@example.it>") && letter.contains("from a new browser"), "{letter}");
        for said in
            ["02/03/2026", "Firefox", "Linux", "127.0.0.1", "https://crm.example.it/preferences/sessions", "choose another password"]
        {
            assert!(letter.contains(said), "{said}: {letter}");
        }
        let other = known(&got);
        assert_ne!(own, other);
        enters(&house, "bruno", FIREFOX, &other).await;
        assert_eq!(told(&house, &office).await, 1, "now it is known");
        // A browser that two people use is known to each of them, and keeps what it has.
        assert_eq!(known(&enters(&house, "anna", FIREFOX, &own).await), own);
        assert_eq!(told(&house, &office).await, 2);
        enters(&house, "anna", FIREFOX, &own).await;
        enters(&house, "bruno", FIREFOX, &own).await;
        assert_eq!(told(&house, &office).await, 2);
        // C2, C5: what a browser says of itself is never repeated as it is.
        change(&house, "bruno", "language", Value::from("it")).await;
        enters(&house, "bruno", "<img src=x onerror=alert(1)> Chrome/140 Windows", "device=<b>").await;
        assert_eq!(told(&house, &office).await, 3);
        let letter = office.newest();
        assert!(letter.contains("nuovo browser") && letter.contains("Chrome") && letter.contains("Windows"), "{letter}");
        assert!(!letter.contains("onerror") && !letter.contains("img"), "{letter}");
        enters(&house, "bruno", "curl/8.0", "").await;
        told(&house, &office).await;
        assert!(office.newest().contains("sconosciuto"), "{}", office.newest());
        // H5: what the browser keeps stands nowhere.
        let tables = house.everything().await + &house.table("device").await;
        assert!(!tables.contains(own.trim_start_matches("device=")));
    }
}

/// The password alone tells nobody anything; the second step does.
#[tokio::test]
async fn whoever_is_half_in_is_not_in() {
    for house in houses().await {
        let office = PostOffice::open().await;
        let (letters, _) = with_app(&house, "anna").await;
        set_account(&house, &office).await;
        let before = told(&house, &office).await;
        next_step(&house);
        let half = first_step(&house, "anna@example.it", PASSWORD).await;
        assert_eq!(told(&house, &office).await, before);
        let code = app_code(&letters, house.engine.now());
        let sent = house.send("POST", "/sign-in/second-step").header("Sec-Fetch-Site", "same-origin").header("Cookie", &half);
        let got = sent.header("User-Agent", FIREFOX).form(&form(&[("code", &code)])).send().await.expect(303);
        assert_eq!(told(&house, &office).await, before + 1);
        assert!(office.newest().contains("Firefox"), "{}", office.newest());
        next_step(&house);
        let half = first_step(&house, "anna@example.it", PASSWORD).await;
        let code = app_code(&letters, house.engine.now());
        let sent = house.send("POST", "/sign-in/second-step").header("Sec-Fetch-Site", "same-origin");
        sent.header("Cookie", format!("{half}; {}", known(&got))).form(&form(&[("code", &code)])).send().await.expect(303);
        assert_eq!(told(&house, &office).await, before + 1);
    }
}

/// Browsers do not add up without end, and whoever was put out and comes back is told of each anew.
#[tokio::test]
async fn known_browsers_are_few_and_end_with_their_person() {
    for house in houses().await {
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        with_password(&house, "anna").await;
        let first = known(&enters(&house, "anna", FIREFOX, "").await);
        let mut last = String::new();
        for _ in 0..25 {
            house.clock.pass(61_000);
            last = known(&enters(&house, "anna", FIREFOX, "").await);
        }
        let rows = |table: String| table.matches("Text(").count();
        let kept = rows(house.table("device").await);
        assert!((15..=21).contains(&kept), "{kept}");
        assert_eq!(told(&house, &office).await, 25);
        enters(&house, "anna", FIREFOX, &last).await;
        assert_eq!(told(&house, &office).await, 25);
        enters(&house, "anna", FIREFOX, &first).await;
        assert_eq!(told(&house, &office).await, 26, "of those used last");
        change(&house, "anna", "active", Value::Bool(false)).await;
        change(&house, "anna", "active", Value::Bool(true)).await;
        enters(&house, "anna", FIREFOX, &last).await;
        assert_eq!(told(&house, &office).await, 27);
        enters(&house, "anna", FIREFOX, &last).await;
        assert_eq!(told(&house, &office).await, 27);
    }
}

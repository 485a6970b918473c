//! Letters by which people come in: the mail account, invitations, forgotten passwords.

use crate::client::Got;
use crate::house::{House, deactivate, houses};
use crate::post_office::{PostOffice, token};
use crate::signing_in::{PASSWORD, cookie, enter, form, with_password};
use kernel::Value;

pub const CANARY: &str = "canary-4711-smtp";
const OTHER: &str = "un altro sasso nello stagno";

/// Sends a form as somebody.
pub async fn sent(house: &House, who: &str, target: &str, fields: &[(&str, &str)]) -> Got {
    let fields = [&[("csrf", house.people[who].csrf.as_str())], fields].concat();
    house.page(who, "POST", target).form(&form(&fields)).send().await
}

pub async fn set_account(house: &House, office: &PostOffice) {
    let port = office.port.to_string();
    let fields = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("security", "none"),
        ("user", "scheda"),
        ("password", CANARY),
        ("sender_name", "Officina Verdi"),
        ("sender_address", "crm@verdi.example"),
    ];
    sent(house, "ada", "/administration/mail", &fields).await.expect(303);
}

/// Works off what waits.
pub async fn work(house: &House) {
    while house.engine.work_once().await.expect("jobs") {}
}

pub async fn ask(house: &House, email: &str) -> Got {
    let asked = house.send("POST", "/sign-in/forgotten").header("Sec-Fetch-Site", "same-origin");
    asked.form(&form(&[("email", email)])).send().await
}

async fn follow(house: &House, token: &str) -> u16 {
    house.send("GET", &format!("/sign-in/new-password?token={token}")).send().await.status
}

pub async fn choose(house: &House, token: &str, password: &str) -> Got {
    let sent = house.send("POST", "/sign-in/new-password").header("Sec-Fetch-Site", "same-origin");
    sent.form(&form(&[("token", token), ("password", password)])).send().await
}

/// H5: the account's password is a ciphertext, and no page shows it again.
#[tokio::test]
async fn the_mail_account_is_set_tried_and_kept_secret() {
    for house in houses().await {
        let office = PostOffice::open().await;
        let page = house.page("ada", "GET", "/administration/mail").send().await.expect(200).text();
        assert!(page.contains("name=\"host\"") && !page.contains("trial-form\">"), "{page}");
        let wrong = sent(&house, "ada", "/administration/mail", &[("host", ""), ("port", "x"), ("sender_address", "nessuno")]).await;
        assert!(wrong.expect(422).text().contains("host-error"));
        let open = [("host", "mail.example.it"), ("port", "25"), ("security", "none"), ("sender_address", "a@b.example")];
        assert!(sent(&house, "ada", "/administration/mail", &open).await.expect(422).text().contains("security-error"));
        set_account(&house, &office).await;
        let page = house.page("ada", "GET", "/administration/mail").send().await.expect(200).text();
        assert!(page.contains("crm@verdi.example") && !page.contains(CANARY), "{page}");
        let tried = sent(&house, "ada", "/administration/mail/trial", &[]).await.expect(200).text();
        assert!(tried.contains("250 taken"), "the server's own answer is shown: {tried}");
        assert!(office.newest().contains("ada@example.it"));
        // Without a password the kept one stays, but never for another server.
        let port = office.port.to_string();
        let same = [
            ("host", "127.0.0.1"),
            ("port", port.as_str()),
            ("security", "none"),
            ("user", "scheda"),
            ("sender_address", "altro@verdi.example"),
        ];
        sent(&house, "ada", "/administration/mail", &same).await.expect(303);
        let elsewhere =
            [("host", "mail.evil.example"), ("port", "465"), ("security", "tls"), ("user", "scheda"), ("sender_address", "a@b.example")];
        assert!(sent(&house, "ada", "/administration/mail", &elsewhere).await.expect(422).text().contains("password-error"));
        sent(&house, "mara", "/administration/mail", &same).await.expect(403);
        let installation = house.table("installation").await;
        assert!(installation.contains("sealed1.") && !installation.contains(CANARY), "{installation}");
    }
}

#[tokio::test]
async fn an_invited_person_chooses_his_password_and_comes_in() {
    for house in houses().await {
        let office = PostOffice::open().await;
        let bruno = house.people["bruno"].id;
        let target = format!("/users/{bruno}/invitation");
        assert_eq!(sent(&house, "ada", &target, &[]).await.status, 409, "no account is set yet");
        set_account(&house, &office).await;
        sent(&house, "mara", &target, &[]).await.expect(403);
        sent(&house, "ada", &target, &[]).await.expect(303);
        work(&house).await;
        let letter = office.newest();
        assert!(letter.contains("bruno@example.it") && letter.contains("https://crm.example.it/sign-in/new-password?token="), "{letter}");
        let first = token(&letter);
        let page = house.send("GET", &format!("/sign-in/new-password?token={first}")).send().await.expect(200);
        assert_eq!(page.header("referrer-policy"), "no-referrer", "the address holds the secret");
        assert_eq!(choose(&house, &first, "corta").await.status, 422);
        // A second invitation puts an end to the first.
        house.clock.pass(60_000);
        sent(&house, "ada", &target, &[]).await.expect(303);
        work(&house).await;
        let second = token(&office.newest());
        assert!(first != second && follow(&house, &first).await == 404);
        choose(&house, &second, PASSWORD).await.expect(303);
        assert_eq!(choose(&house, &second, OTHER).await.status, 404, "once");
        enter(&house, "bruno@example.it", PASSWORD, "").await.expect(303);
        // H5: nowhere in the tables does the secret stand.
        let everything = house.everything().await + &house.table("access_link").await;
        assert!(!everything.contains(&second) && !everything.contains(&first));
    }
}

/// E2: a link is good once, for half an hour, for one person, and not after another one, another password or another address.
#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_letter() {
    for house in houses().await {
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        let anna = with_password(&house, "anna").await;
        let open = cookie(&enter(&house, "anna@example.it", PASSWORD, "").await.expect(303));
        let fresh = async || {
            house.clock.pass(61 * 60_000);
            ask(&house, " Anna@Example.it ").await.expect(200);
            work(&house).await;
            token(&office.newest())
        };
        let link = fresh().await;
        for wrong in ["", "x", &format!("{link}A"), &link.to_lowercase()] {
            assert_eq!(follow(&house, wrong).await, 404, "{wrong}");
        }
        house.clock.pass(29 * 60_000);
        assert_eq!(follow(&house, &link).await, 200);
        house.clock.pass(61_000);
        assert_eq!(follow(&house, &link).await, 404, "after half an hour");
        // Another password, set by whoever, puts an end to it.
        let link = fresh().await;
        house.engine.set_password(anna, OTHER.to_owned()).await.expect("a password");
        assert_eq!(follow(&house, &link).await, 404);
        // So does another address.
        let link = fresh().await;
        let users = house.engine.entity("user").expect("users");
        let email = users.field("email").expect("a field").id;
        let system = house.engine.system(engine::Through::CommandLine);
        let write = async |value: &str| {
            house.engine.change(&system, &users, anna, None, vec![(email, Value::from(value))], Vec::new()).await.expect("changed");
        };
        write("anna.neri@example.it").await;
        assert_eq!(follow(&house, &link).await, 404);
        write("anna@example.it").await;
        assert_eq!(follow(&house, &link).await, 404, "and stays over");
        // At the end it is used: all sessions are over, the token of the API is not.
        let link = fresh().await;
        let open_again = cookie(&enter(&house, "anna@example.it", OTHER, "").await.expect(303));
        let program = house.engine.make_token(anna, "gestionale").await.expect("a token");
        choose(&house, &link, PASSWORD).await.expect(303);
        for session in [&open, &open_again] {
            assert_eq!(house.send("GET", "/accounts").header("Cookie", session).send().await.status, 303);
        }
        let used = house.send("GET", "/api/v1/accounts").bearer(&program).send().await;
        assert_eq!(used.status, 200, "tokens stay until they are revoked");
        assert_eq!(choose(&house, &link, OTHER).await.status, 404);
        enter(&house, "anna@example.it", PASSWORD, "").await.expect(303);
        // A11: whoever is put out has no links any more.
        let link = fresh().await;
        let active = users.field("active").expect("a field").id;
        house.engine.change(&system, &users, anna, None, vec![(active, Value::Bool(false))], Vec::new()).await.expect("out");
        assert_eq!(follow(&house, &link).await, 404);
    }
}

/// E2: a newer link ends the older; a link is its owner's, whoever else sits there; and it stands in no table, no audit and no page.
#[tokio::test]
async fn a_link_is_one_persons_and_the_newest() {
    for house in houses().await {
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        for who in ["anna", "bruno"] {
            with_password(&house, who).await;
        }
        let mut links = Vec::new();
        for email in ["anna@example.it", "anna@example.it", "bruno@example.it"] {
            house.clock.pass(60_000);
            ask(&house, email).await.expect(200);
            work(&house).await;
            links.push(token(&office.newest()));
        }
        assert_eq!((follow(&house, &links[0]).await, follow(&house, &links[1]).await, follow(&house, &links[2]).await), (404, 200, 200));
        assert_eq!(choose(&house, &links[0], OTHER).await.status, 404);
        // Bruno, signed in, follows Anna's: it is Anna's password that is set, and he stays who he is.
        let bruno = cookie(&enter(&house, "bruno@example.it", PASSWORD, "").await.expect(303));
        let sent = house.send("POST", "/sign-in/new-password").header("Sec-Fetch-Site", "same-origin").header("Cookie", &bruno);
        let got = sent.form(&form(&[("token", &links[1]), ("password", OTHER)])).send().await.expect(303);
        assert_eq!(got.header("referrer-policy"), "no-referrer");
        assert!(!got.header("location").contains(&links[1]), "no page after it is told");
        enter(&house, "anna@example.it", OTHER, "").await.expect(303);
        enter(&house, "bruno@example.it", PASSWORD, "").await.expect(303);
        house.engine.settle_audit().await.expect("the audit");
        let everything = house.everything().await + &house.table("access_link").await + &house.table("audit").await;
        for link in &links {
            assert!(!everything.contains(link));
        }
    }
}

/// A job that runs again, because its node was killed, sends the same letter; after the link was used it sends none.
#[tokio::test]
async fn a_letter_that_is_sent_again_is_the_same() {
    for house in houses().await {
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        with_password(&house, "anna").await;
        ask(&house, "anna@example.it").await.expect(200);
        work(&house).await;
        let again = async || {
            let sql = "UPDATE \"job\" SET \"state\" = 'waiting' WHERE \"kind\" = 'reset-letter'";
            let again = engine::Statement::new(sql, Vec::new());
            house.engine.store().write(move |tx| Box::pin(async move { tx.execute(&again).await.map(|_| ()) })).await.expect("again");
            work(&house).await;
        };
        again().await;
        let letters = office.letters();
        assert_eq!(letters.len(), 2);
        assert_eq!(token(&letters[0]), token(&letters[1]));
        choose(&house, &token(&letters[0]), OTHER).await.expect(303);
        again().await;
        let links = office.letters().into_iter().filter(|letter| letter.contains("token=")).count();
        assert_eq!(links, 2, "what comes beside them tells of the new password");
        assert_eq!(follow(&house, &token(&letters[0])).await, 404);
    }
}

/// Whoever did not change his own account learns that somebody did.
#[tokio::test]
async fn a_change_of_ones_security_is_told_by_letter() {
    for house in houses().await {
        let office = PostOffice::open().await;
        // Without an account nobody is told, and nothing waits.
        house.engine.change_own_password(house.people["anna"].id, PASSWORD.to_owned(), "").await.expect("a password");
        work(&house).await;
        set_account(&house, &office).await;
        house.engine.change_own_password(house.people["anna"].id, OTHER.to_owned(), "").await.expect("a password");
        work(&house).await;
        assert_eq!(office.letters().len(), 1);
        let letter = office.newest();
        assert!(letter.contains("anna@example.it") && letter.contains("was changed"), "{letter}");
        house.engine.reset_factors(&house.engine.system(engine::Through::CommandLine), house.people["anna"].id).await.expect("off");
        work(&house).await;
        assert!(office.newest().contains("second factor was removed"), "{}", office.newest());
    }
}

/// E1: the link leads to the configured address, whatever the request called the host; such a request is not even answered.
#[tokio::test]
async fn a_link_never_leads_where_a_header_says() {
    for house in houses().await {
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        with_password(&house, "anna").await;
        let sent = form(&[("email", "anna@example.it")]);
        let asking = |target: &str| house.send("POST", target).header("Sec-Fetch-Site", "same-origin");
        let evil = asking("/sign-in/forgotten").without_host().header("Host", "evil.example").form(&sent).send().await;
        assert_eq!(evil.status, 421);
        let twice = asking("/sign-in/forgotten").header("Host", "evil.example").form(&sent).send().await;
        assert!(matches!(twice.status, 400 | 421), "{}", twice.status);
        let absolute = asking("http://evil.example/sign-in/forgotten").form(&sent).send().await;
        assert_eq!(absolute.status, 421);
        let forwarded = asking("/sign-in/forgotten").header("X-Forwarded-Host", "evil.example").header("Forwarded", "host=evil.example");
        forwarded.form(&sent).send().await.expect(200);
        work(&house).await;
        assert_eq!(office.letters().len(), 1);
        assert!(office.newest().contains("https://crm.example.it/sign-in/new-password") && !office.newest().contains("evil"));
    }
}

/// E3: whether anybody has an address is not told: not by the answer, nor by what is done before it.
#[tokio::test]
async fn asking_tells_nobody_who_is_known() {
    for house in houses().await {
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        let rows = async || house.table("job").await.matches("reset-letter").count();
        let (known, before) = (ask(&house, "anna@example.it").await, rows().await);
        // Unknown, out, without a password, no address at all.
        deactivate(&house, "bruno").await;
        for (asked, email) in (1..).zip(["nessuno@example.it", "bruno@example.it", "rita@example.it", "nessun indirizzo"]) {
            assert_eq!(known.clone().undated(), ask(&house, email).await.undated(), "{email}");
            assert_eq!(rows().await, before + asked, "{email}: the same was done");
        }
        assert!(!house.table("job").await.contains("nessuno"), "what was typed may be anything, and is kept from readers");
        work(&house).await;
        // Rita, who never had one, is sent hers as well.
        let others = office.letters().iter().filter(|letter| !letter.contains("anna@example.it")).count();
        assert_eq!((office.letters().len(), others), (2, 1));
        // Three an hour for one address; the answer stays the same.
        for _ in 0..5 {
            assert_eq!(ask(&house, "anna@example.it").await.undated(), known.clone().undated());
        }
        work(&house).await;
        assert_eq!(office.letters().len(), 4);
        house.clock.pass(61 * 60_000);
        ask(&house, "anna@example.it").await.expect(200);
        work(&house).await;
        assert_eq!(office.letters().len(), 5);
    }
}

//! Signing in: passwords, the brake on guessing, sessions, tokens; and who may never be put out.

use crate::shop::{Shop, shops};
use engine::identity::{Attempt, USER, users};
use engine::{Draft, Through};
use kernel::error::Conflict;
use kernel::{Error, Value};

const PASSWORD: &str = "un cavallo di battaglia";

fn attempt(account: &str, address: &str) -> Attempt {
    Attempt { account: account.to_owned(), address: address.to_owned(), device: None }
}

async fn deactivate(shop: &Shop, user: kernel::Id) -> kernel::Result<engine::Outcome> {
    shop.engine.change(&shop.admin, &shop.entity(USER), user, None, vec![(users::ACTIVE.id(), Value::Bool(false))], Vec::new()).await
}

#[tokio::test]
async fn who_knows_the_password_comes_in() {
    for shop in shops().await {
        let anna = shop.anna.user.expect("a user");
        let enter = async |email: &str, password: &str| {
            shop.engine.by_password(email, password.to_owned(), Through::Pages).await.expect("an answer").and_then(|who| who.user)
        };
        assert_eq!(enter("anna@example.it", "").await, None, "no password was set");
        shop.engine.set_password(anna, PASSWORD.to_owned()).await.expect("set");
        assert_eq!(enter(" Anna@Example.IT ", PASSWORD).await, Some(anna));
        assert_eq!(enter("anna@example.it", "un cavallo di battagliA").await, None);
        assert_eq!(enter("nessuno@example.it", PASSWORD).await, None);
        for unfit in ["x".repeat(1_025), "corta".to_owned(), "anna@example.it".to_owned()] {
            assert!(matches!(shop.engine.set_password(anna, unfit.clone()).await, Err(Error::Invalid(_))), "{unfit}");
            assert!(matches!(shop.engine.change_own_password(anna, unfit.clone(), "").await, Err(Error::Invalid(_))), "{unfit}");
        }
        deactivate(&shop, anna).await.expect("deactivated");
        assert_eq!(enter("anna@example.it", PASSWORD).await, None);
    }
}

/// The seconds to wait before a try, which counts as a failure when there are none.
async fn waits(shop: &Shop, attempt: &Attempt) -> u32 {
    match shop.engine.begin_attempt(attempt).await {
        Ok(()) => 0,
        Err(Error::Busy(seconds)) => seconds,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    for shop in shops().await {
        let one = attempt("Anna@example.it", "10.0.0.1");
        for _ in 0..5 {
            assert_eq!(waits(&shop, &one).await, 0);
        }
        assert_eq!(waits(&shop, &attempt(" anna@EXAMPLE.it".trim(), "10.0.0.1")).await, 2);
        assert_eq!(waits(&shop, &attempt("bruno@example.it", "10.0.0.1")).await, 0, "others there go on");
        assert_eq!(waits(&shop, &attempt("anna@example.it", "10.0.0.2")).await, 0, "she herself elsewhere too");
        shop.clock.pass(1_001);
        let mut waited = Vec::new();
        for _ in 0..12 {
            assert_eq!(waits(&shop, &one).await, 0);
            let seconds = waits(&shop, &one).await;
            shop.clock.pass(i64::from(seconds) * 1_000);
            waited.push(seconds);
        }
        assert!(waited.windows(2).all(|pair| pair[1] >= pair[0]) && waited.last() == Some(&901), "{waited:?}");
        shop.engine.succeeded(&one).await.expect("forgotten");
        for _ in 0..5 {
            assert_eq!(waits(&shop, &one).await, 0);
        }
        shop.clock.pass(61 * 60_000);
        assert_eq!(waits(&shop, &one).await, 0, "an hour later it is forgotten");
        // Tries that arrive together all count, before any of them is found wrong.
        let many = attempt("carla@example.it", "10.0.0.9");
        let together = futures_util::future::join_all((0..18).map(|_| waits(&shop, &many))).await;
        assert_eq!(together.iter().filter(|seconds| **seconds == 0).count(), 5, "{together:?}");
    }
}

/// One who guesses slows an office, and a person, by seconds; a browser that was there before not at all.
#[tokio::test]
async fn guessing_keeps_nobody_out() {
    for shop in shops().await {
        for number in 0..200 {
            waits(&shop, &attempt(&format!("persona{number}@example.it"), "10.0.0.1")).await;
            shop.clock.pass(40_000);
            waits(&shop, &attempt("anna@example.it", &format!("10.1.0.{number}"))).await;
        }
        for held in [attempt("bruno@example.it", "10.0.0.1"), attempt("anna@example.it", "10.9.9.9")] {
            waits(&shop, &held).await;
            let seconds = waits(&shop, &held).await;
            assert!((1..=31).contains(&seconds), "{held:?}: {seconds}");
            let known = Attempt { device: Some("her own".to_owned()), ..held };
            assert_eq!(waits(&shop, &known).await, 0);
            for _ in 0..4 {
                waits(&shop, &known).await;
            }
            assert!(waits(&shop, &known).await > 0, "who has stolen the browser guesses no faster");
        }
        // One who comes in halves what the address has against it.
        shop.clock.pass(40_000);
        let right = attempt("carla@example.it", "10.0.0.1");
        for _ in 0..10 {
            waits(&shop, &right).await;
            shop.engine.succeeded(&right).await.expect("taken back");
        }
        assert_eq!(waits(&shop, &attempt("dario@example.it", "10.0.0.1")).await, 0);
        assert_eq!(waits(&shop, &attempt("elena@example.it", "10.0.0.1")).await, 0);
    }
}

#[tokio::test]
async fn sessions_end() {
    for shop in shops().await {
        let (anna, engine) = (shop.anna.user.expect("a user"), &shop.engine);
        let open = async || engine.open_session(shop.anna.clone(), "Firefox\u{7}").await.expect("a session").secret;
        let alive = async |secret: &str| engine.session(secret).await.expect("an answer").is_some();
        let secret = open().await;
        let found = engine.session(&secret).await.expect("an answer").expect("a session");
        assert_eq!(found.who.user, Some(anna));
        assert!(!found.digest.contains(&secret) && shop.number("SELECT count(*) FROM \"session\"").await == 1);
        for wrong in ["", "x", &"A".repeat(43), &secret[1..], &format!("{secret}x")] {
            assert!(!alive(wrong).await);
        }
        // Used every now and then it goes on, unused for half a day it ends; after thirty days in any case.
        for _ in 0..3 {
            shop.clock.pass(11 * 3_600_000);
            assert!(alive(&secret).await);
        }
        shop.clock.pass(12 * 3_600_000 + 1);
        assert!(!alive(&secret).await, "idle");
        let secret = open().await;
        for _ in 0..71 {
            shop.clock.pass(10 * 3_600_000);
            assert!(alive(&secret).await);
        }
        shop.clock.pass(10 * 3_600_000);
        assert!(!alive(&secret).await, "thirty days");
        // A new password ends them all, so does leaving, so does ending it.
        let (one, two) = (open().await, open().await);
        engine.end_session(&engine.session(&one).await.expect("an answer").expect("a session").digest).await.expect("ended");
        assert!(!alive(&one).await && alive(&two).await);
        engine.set_password(anna, PASSWORD.to_owned()).await.expect("set");
        assert!(!alive(&two).await);
        let (secret, token) = (open().await, engine.make_token(anna, "script").await.expect("a token"));
        assert_eq!(engine.by_token(&token).await.expect("an answer").and_then(|who| who.user), Some(anna));
        for wrong in ["", "scheda_", &token[..token.len() - 1], &format!("{token}x"), &"scheda_".repeat(100)] {
            assert!(engine.by_token(wrong).await.expect("an answer").is_none(), "{wrong}");
        }
        deactivate(&shop, anna).await.expect("deactivated");
        assert!(!alive(&secret).await && engine.by_token(&token).await.expect("an answer").is_none());
        assert_eq!(shop.number("SELECT count(*) FROM \"session\"").await, 0);
        assert!(engine.principal_of(anna, Through::Job).await.expect("an answer").is_none());
    }
}

/// Another role, a password that somebody else gave, and leaving end what was begun before; one's own new password ends it elsewhere.
#[tokio::test]
async fn what_was_begun_with_other_rights_ends() {
    for shop in shops().await {
        let (anna, engine) = (shop.anna.user.expect("a user"), &shop.engine);
        let open = async || engine.open_session(shop.anna.clone(), "").await.expect("a session").secret;
        let alive = async |secret: &str| engine.session(secret).await.expect("an answer").is_some();
        let knows = async |token: &str| engine.by_token(token).await.expect("an answer").is_some();
        let assume = async |role: &str| {
            let values = vec![(users::ROLES.id(), Value::from(format!("|{role}|")))];
            engine.change(&shop.admin, &shop.entity(USER), anna, None, values, Vec::new()).await.expect("another role")
        };
        let theirs = engine.open_session(shop.bruno.clone(), "").await.expect("a session").secret;
        let token = engine.make_token(anna, "script").await.expect("a token");
        let before = open().await;
        assume("reader").await;
        assert!(!alive(&before).await && knows(&token).await, "a token has the rights of the moment");
        let same = open().await;
        assume("reader").await;
        assert!(alive(&same).await, "nothing was changed");
        assume("agent").await;
        // His own new password: here it goes on, elsewhere it ends.
        let (here, elsewhere) = (open().await, open().await);
        let digest = engine.session(&here).await.expect("an answer").expect("a session").digest;
        engine.change_own_password(anna, PASSWORD.to_owned(), &digest).await.expect("changed");
        assert!(alive(&here).await && !alive(&elsewhere).await && knows(&token).await);
        // One that an administrator gives.
        engine.set_password(anna, PASSWORD.to_owned()).await.expect("set");
        assert!(!alive(&here).await && !knows(&token).await);
        // Leaving, for good: the tokens of before don't come back with the person.
        let (token, session) = (engine.make_token(anna, "script").await.expect("a token"), open().await);
        deactivate(&shop, anna).await.expect("deactivated");
        let values = vec![(users::ACTIVE.id(), Value::Bool(true))];
        engine.change(&shop.admin, &shop.entity(USER), anna, None, values, Vec::new()).await.expect("back again");
        assert!(!alive(&session).await && !knows(&token).await);
        assert!(alive(&theirs).await, "others were not concerned");
    }
}

/// A session of the old password does not come into being after the new one was set.
#[tokio::test]
async fn signing_in_is_with_the_password_of_the_moment() {
    for shop in shops().await {
        let (anna, engine) = (shop.anna.user.expect("a user"), &shop.engine);
        engine.set_password(anna, PASSWORD.to_owned()).await.expect("set");
        assert!(engine.sign_in("anna@example.it", PASSWORD.to_owned(), "").await.expect("an answer").is_some());
        let hashed = engine.hashings();
        // Begun with the old password, and changed while it is hashed.
        let entering = engine.sign_in("anna@example.it", PASSWORD.to_owned(), "");
        let changing = engine.set_password(anna, "un altro cavallo di razza".to_owned());
        let (entered, changed) = futures_util::future::join(entering, changing).await;
        changed.expect("set");
        if let Some(engine::identity::Entry::In(session)) = entered.expect("an answer") {
            assert!(engine.session(&session.secret).await.expect("an answer").is_none(), "{shop:?}");
        }
        assert_eq!(engine.hashings(), hashed + 2);
    }
}

/// A person's tokens are listed without their secrets, and revoked one by one.
#[tokio::test]
async fn tokens_are_listed_and_revoked() {
    for shop in shops().await {
        let (anna, engine) = (shop.anna.user.expect("a user"), &shop.engine);
        let first = engine.make_token(anna, "gestionale").await.expect("a token");
        shop.clock.pass(60_000);
        let second = engine.make_token(anna, "script").await.expect("a token");
        engine.by_token(&second).await.expect("an answer").expect("Anna");
        let used = engine.now();
        shop.clock.pass(60_000);
        engine.by_token(&second).await.expect("an answer").expect("Anna");
        let listed = engine.tokens(anna).await.expect("tokens");
        let told: Vec<_> = listed.iter().map(|token| (token.name.as_str(), token.used_at, token.begins.as_str())).collect();
        assert_eq!(told, [("script", Some(used), &second[..11]), ("gestionale", None, &first[..11])], "used often, noted seldom");
        assert!(engine.tokens(shop.bruno.user.expect("a user")).await.expect("tokens").is_empty());
        for wrong in ["", "%", "____________", &first, &listed[0].id[..11]] {
            assert!(!engine.revoke_token(wrong).await.expect("an answer"), "{wrong}");
        }
        assert!(engine.revoke_token(&listed[1].id).await.expect("an answer"));
        assert!(engine.by_token(&first).await.expect("an answer").is_none());
        assert!(engine.by_token(&second).await.expect("an answer").is_some());
    }
}

/// There is always an administrator, whoever tries whatever at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_administrator_stays() {
    for shop in shops().await {
        let ada = shop.admin.user.expect("a user");
        let entity = shop.entity(USER);
        let demote = || vec![(users::ROLES.id(), Value::from("|agent|"))];
        assert!(matches!(deactivate(&shop, ada).await, Err(Error::Invalid(_))));
        assert!(matches!(shop.engine.change(&shop.admin, &entity, ada, None, demote(), Vec::new()).await, Err(Error::Invalid(_))));
        assert!(matches!(shop.engine.remove(&shop.admin, &entity, ada, None).await, Err(Error::Forbidden(_))), "{shop:?}");
        assert!(matches!(shop.engine.remove(&shop.admin, &entity, shop.anna.user.expect("a user"), None).await, Err(Error::Forbidden(_))));
        // An agent makes himself no administrator.
        let promote = vec![(users::ROLES.id(), Value::from("|administrator|"))];
        let own = shop.engine.change(&shop.anna, &entity, shop.anna.user.expect("a user"), None, promote.clone(), Vec::new()).await;
        assert!(matches!(own, Err(Error::Forbidden(_))));
        for _ in 0..5 {
            let bruno = shop.bruno.user.expect("a user");
            shop.engine.change(&shop.admin, &entity, bruno, None, promote.clone(), Vec::new()).await.expect("a second one");
            let both = [ada, bruno].map(|user| {
                let (engine, entity, system, demote) = (shop.engine.clone(), entity.clone(), shop.engine.system(Through::Job), demote());
                tokio::spawn(async move { engine.change(&system, &entity, user, None, demote, Vec::new()).await })
            });
            for one in both {
                let _ = one.await.expect("no panic");
            }
            let left = shop.number("SELECT count(*) FROM \"user\" WHERE \"roles\" LIKE '%|administrator|%'").await;
            assert!(left >= 1, "{shop:?}: nobody is left");
            let again = vec![(users::ROLES.id(), Value::from("|administrator|"))];
            shop.engine.change(&shop.engine.system(Through::Job), &entity, ada, None, again, Vec::new()).await.expect("as before");
            shop.engine.change(&shop.engine.system(Through::Job), &entity, bruno, None, demote(), Vec::new()).await.expect("as before");
        }
        assert!(shop.engine.is_set_up().await.expect("an answer"));
        let taken = Draft::new(USER).with(users::NAME.id(), "x").with(users::EMAIL.id(), "ANNA@example.it");
        match shop.engine.create(&shop.admin, taken).await {
            Err(Error::Conflict(Conflict::Taken { field })) => assert_eq!(field, "user.email"),
            other => panic!("{other:?}"),
        }
    }
}

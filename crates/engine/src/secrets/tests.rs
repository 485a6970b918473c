use super::*;
use crate::testing::both;
use crate::{Engine, Settings};
use kernel::{SystemChance, SystemClock, Value};
use store::Dialect;

fn keys(texts: &[&str]) -> Keys {
    Keys::read(&texts.join(",")).expect("keys")
}

/// H5: what is kept is a ciphertext of its place, and of no other.
#[test]
fn a_secret_is_bound_to_its_place() {
    let (one, other) = (fresh(&SystemChance), fresh(&SystemChance));
    let own = keys(&[&one]);
    let sealed = own.seal(&SystemChance, "mail/account/password", "canary-4711").expect("a ciphertext");
    assert!(!sealed.contains("canary") && sealed.starts_with(BEGINS));
    assert_ne!(sealed, own.seal(&SystemChance, "mail/account/password", "canary-4711").expect("another"));
    assert_eq!(own.open("mail/account/password", &sealed).expect("the text"), "canary-4711");
    assert!(matches!(own.open("mail/other/password", &sealed), Err(Error::Internal(_))));
    let mut broken = sealed.clone().into_bytes();
    let last = broken.len() - 1;
    broken[last] = if broken[last] == b'A' { b'B' } else { b'A' };
    assert!(own.open("mail/account/password", &String::from_utf8(broken).expect("text")).is_err());
    // Another key knows that it is not the one; the newest beside it seals, and the older still opens.
    assert!(matches!(keys(&[&other]).open("mail/account/password", &sealed), Err(Error::Unavailable(_))));
    let turned = keys(&[&other, &one]);
    assert_eq!(turned.open("mail/account/password", &sealed).expect("the text"), "canary-4711");
    assert_ne!(turned.seal(&SystemChance, "x", "y").expect("a ciphertext").get(..20), sealed.get(..20));
}

#[test]
fn a_key_that_is_none_is_refused() {
    for wrong in ["", "short", "not base64 at all, really", &"A".repeat(44)] {
        assert!(Keys::read(wrong).is_err(), "{wrong}");
    }
}

/// The installation of an engine, opened anew with these keys.
async fn opened(engine: &Engine, secrets: Source) -> Result<Engine> {
    let settings = Settings { secrets, ..Settings::default() };
    Engine::open(engine.store().clone(), Vec::new(), settings, std::sync::Arc::new(SystemClock), std::sync::Arc::new(SystemChance)).await
}

/// An installation whose secrets are there does not open without their key, nor with another.
#[tokio::test]
async fn nothing_opens_without_the_key_of_its_secrets() {
    for (engine, _) in both(Vec::new).await {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let again = |secrets: Source| opened(&engine, secrets);
        // Before there is a secret, nobody asks for a key, and none is made.
        let first = again(Source::File(path.clone())).await.expect("an engine");
        assert!(!path.exists());
        let sealed = first.seal("a/b/c", "canary-4711").await.expect("a ciphertext");
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).expect("the file").permissions());
        assert_eq!(mode & 0o777, 0o600);
        let second = again(Source::File(path.clone())).await.expect("an engine");
        assert_eq!(second.unseal("a/b/c", &sealed).await.expect("the text"), "canary-4711");
        let said = std::fs::read_to_string(&path).expect("the key");
        let node = again(Source::Said(said)).await.expect("another node");
        assert_eq!(node.unseal("a/b/c", &sealed).await.expect("the text"), "canary-4711");
        assert!(again(Source::Said(fresh(&SystemChance))).await.is_err());
        std::fs::remove_file(&path).expect("gone");
        assert!(again(Source::File(path.clone())).await.is_err());
        assert!(!path.exists(), "no other key takes its place");
    }
}

/// All that is sealed is sealed anew; what recovery codes were made by stays, also for those of the time when it was the key itself.
#[tokio::test]
async fn another_key_seals_everything_anew() {
    for (engine, _) in both(Vec::new).await {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let again = async |secrets: Source| opened(&engine, secrets).await.expect("an engine");
        let gone = async |engine: &Engine| crate::nodes::give_back(engine.store(), &engine.inside.node.now()).await;
        let first = again(Source::File(path.clone())).await;
        let user = first.id();
        first.begin_app(user, "anna@example.it").await.expect("a seed");
        let seed = first.begun_app(user, "").await.expect("an answer").expect("a seed").letters;
        let mail = crate::mail::MailAccount::new("127.0.0.1", 25, crate::mail::MailSecurity::None, "scheda", ("", "crm@verdi.example"));
        first.set_mail_account(mail, Some("canary-4711".to_owned())).await.expect("an account");
        first.ask_reset("anna@example.it").await.expect("asked");
        let half = first.begin_pending("half", Some(user), "canary-4712").await.expect("half in");
        let code = first.new_codes(user).await.expect("codes").remove(0);
        // One of the time before there was a key for them.
        let old = first.keys().await.expect("keys").derive("recovery-code", &format!("{user} oldcode234567abc")).expect("a digest");
        let put = Statement::new("INSERT INTO \"recovery_code\" (\"digest\", \"user\") VALUES (?, ?)", vec![old.into(), Value::Link(user)]);
        first.store().write(move |tx| Box::pin(async move { tx.execute(&put).await.map(|_| ()) })).await.expect("put");

        let before = std::fs::read_to_string(&path).expect("the key");
        let own = Key::read(&before).expect("a key").id;
        let sealed = async |id: &str| {
            let mut rows = 0;
            for table in crate::system::tables() {
                let asked = Statement::new(format!("SELECT * FROM \"{}\"", table.name), Vec::new());
                let all = engine.store().read(move |tx| Box::pin(async move { Ok(format!("{:?}", tx.rows(&asked).await?.into_values())) }));
                rows += all.await.expect("rows").matches(&format!("{BEGINS}{id}.")).count();
            }
            rows
        };
        assert_eq!(sealed(&own).await, 6, "the proof, a seed, a password, an address, what is pending, the key of codes");
        if engine.store().dialect() == Dialect::Postgres {
            let refused = first.change_key().await.expect_err("the other node runs");
            assert!(matches!(refused, Error::Conflict(_)), "{refused:?}");
            assert_eq!(std::fs::read_to_string(&path).expect("the key"), before);
            gone(&engine).await;
        }
        let changed = first.change_key().await.expect("another key");
        assert_eq!((changed.secrets, changed.kept.len(), sealed(&own).await), (6, 1, 0));
        assert_eq!(std::fs::read_to_string(&changed.kept[0]).expect("the old key"), before);
        // This one knows the old key alone: it seals nothing any more.
        assert!(matches!(first.seal("a/b/c", "canary").await, Err(Error::Unavailable(_))));
        gone(&first).await;
        std::fs::remove_file(&changed.kept[0]).expect("gone");

        // Cut off before the transaction, or after it: begun again, it comes to its end.
        let present = std::fs::read_to_string(&path).expect("the key");
        assert_ne!(present, before);
        let mut newer = present.clone();
        for cut in ["before", "after"] {
            let next = if cut == "before" { fresh(&SystemChance) } else { newer.clone() };
            std::fs::write(&path, format!("{next}\n{present}")).expect("both");
            let node = again(Source::File(path.clone())).await;
            assert_eq!(node.pending("half", &half).await.expect("an answer").expect("half in").payload, "canary-4712", "{cut}");
            let changed = node.change_key().await.expect("to its end");
            assert_eq!((changed.secrets > 0, std::fs::read_to_string(&path).expect("the key") == next), (cut == "before", true), "{cut}");
            newer = next;
            gone(&node).await;
        }

        // Said from outside: a new one first.
        let node = again(Source::Said(newer.clone())).await;
        assert!(matches!(node.change_key().await, Err(Error::Conflict(_))));
        gone(&node).await;
        let said = fresh(&SystemChance);
        let node = again(Source::Said(format!("{said},{newer}"))).await;
        assert!(node.change_key().await.expect("another key").secrets >= 6);
        gone(&node).await;
        let last = again(Source::Said(said)).await;
        assert_eq!(last.begun_app(user, "").await.expect("an answer").expect("a seed").letters, seed);
        assert_eq!(last.pending("half", &half).await.expect("an answer").expect("half in").payload, "canary-4712");
        assert!(last.mail_server().await.expect("an answer").is_some(), "its password opens");
        for right in [code.as_str(), "oldc-ode2-3456-7abc"] {
            assert!(last.prove_code(user, right).await.expect("an answer"), "{right}");
            assert!(!last.prove_code(user, right).await.expect("an answer"), "{right}, once");
        }
        gone(&last).await;
        // No code of that time is left: the keys of that time go with the next change.
        assert!(last.installation("recovery-keys-before").await.expect("an answer").is_some());
        let said = last.keys().await.expect("keys").newest().text();
        let node = again(Source::Said(format!("{},{said}", fresh(&SystemChance)))).await;
        node.change_key().await.expect("another key");
        assert_eq!(node.installation("recovery-keys-before").await.expect("an answer"), None);
        gone(&node).await;
    }
}

use super::*;
use crate::testing::both;
use crate::{Engine, Settings};
use kernel::{SystemChance, SystemClock};

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

/// An installation whose secrets are there does not open without their key, nor with another.
#[tokio::test]
async fn nothing_opens_without_the_key_of_its_secrets() {
    for (engine, _) in both(Vec::new).await {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let again = async |secrets: Source| {
            let settings = Settings { secrets, ..Settings::default() };
            Engine::open(engine.store().clone(), Vec::new(), settings, std::sync::Arc::new(SystemClock), std::sync::Arc::new(SystemChance))
                .await
        };
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

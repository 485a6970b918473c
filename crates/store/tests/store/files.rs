//! Files are named by what is in them.

use std::io::Read;
use std::time::Duration;
use store::files::{Digest, Files};

#[test]
fn the_same_bytes_are_the_same_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::new(folder.path().join("files"));
    let digest = files.put(&b"abc"[..]).expect("a file");
    assert_eq!(digest.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(files.put(&b"abc"[..]).expect("the same file"), digest);
    let mut text = String::new();
    files.open(&digest).expect("the file").read_to_string(&mut text).expect("its bytes");
    assert_eq!(text, "abc");
    files.remove(&digest).expect("removed");
    files.remove(&digest).expect("removed twice");
    assert!(matches!(files.open(&digest), Err(kernel::Error::NotFound)));
    for wrong in ["", "..", "../../etc/passwd", &"A".repeat(64), &"a".repeat(63)] {
        assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
    }
}

#[test]
fn what_does_not_come_whole_was_never_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::new(folder.path().join("files"));
    let arriving = folder.path().join("files/arriving");
    let count = || std::fs::read_dir(&arriving).expect("a folder").count();
    let mut dropped = files.arriving().expect("one on its way");
    dropped.write(b"half").expect("written");
    assert_eq!((count(), dropped.size()), (1, 4));
    drop(dropped);
    assert_eq!(count(), 0);
    // Left behind by one that was killed: its name is not taken from another, and it is swept away when it is old.
    std::fs::write(arriving.join(format!("{}-1", std::process::id())), "half").expect("left behind");
    let mut other = files.arriving().expect("another");
    other.write(b"whole").expect("written");
    let kept = other.keep().expect("kept");
    assert_eq!((kept.size, files.examine(&kept.digest).expect("read")), (5, kept.clone()));
    files.sweep_arrivals(Duration::from_secs(60)).expect("swept");
    assert_eq!(count(), 1);
    files.sweep_arrivals(Duration::ZERO).expect("swept");
    assert_eq!(count(), 0);
    // A disk that takes nothing is said, and nothing is left.
    std::fs::write(folder.path().join("full"), "no folder").expect("a file");
    let nowhere = Files::new(folder.path().join("full"));
    assert!(matches!(nowhere.put(&b"abc"[..]), Err(kernel::Error::Unavailable(_) | kernel::Error::NotFound)));
}

#[test]
fn what_comes_anew_does_not_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::new(folder.path().join("files"));
    let digest = files.put(&b"abc"[..]).expect("a file");
    assert_eq!(files.older_than(Duration::ZERO).expect("a list"), std::slice::from_ref(&digest));
    assert!(files.older_than(Duration::from_secs(60)).expect("a list").is_empty());
    assert!(!files.let_go(&digest, Duration::from_secs(60)).expect("an answer"), "it is young");
    files.open(&digest).expect("and still in its place");
    assert!(files.let_go(&digest, Duration::ZERO).expect("an answer"));
    assert!(!files.let_go(&digest, Duration::ZERO).expect("an answer"), "it went already");
    // Another's bytes under a name are found out.
    let digest = files.put(&b"abc"[..]).expect("a file");
    std::fs::write(folder.path().join("files").join(&digest.as_str()[..2]).join(&digest.as_str()[2..]), "abd").expect("spoilt");
    assert_ne!(files.examine(&digest).expect("read").digest, digest);
}

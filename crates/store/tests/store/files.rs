//! Files are named by what is in them.

use std::io::Read;
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

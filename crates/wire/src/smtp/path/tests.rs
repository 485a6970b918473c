use super::*;

fn read(address: &str) -> Option<String> {
    Path::read(address).map(|path| path.text)
}

#[test]
fn addresses_go_as_they_are_and_domains_as_every_server_knows_them() {
    for same in [
        "niccolo@example.it",
        "a.b+c=d@x.example",
        "o'neil@example.it",
        "a..b.@docomo.example",
        "\"a@b\"@example.it",
        "x@[192.0.2.1]",
        "x@[IPv6:2001:db8::1]",
        "root@localhost",
    ] {
        assert_eq!(read(same).as_deref(), Some(same));
    }
    assert_eq!(read("info@città.example").as_deref(), Some("info@xn--citt-3na.example"));
    let wide = Path::read("niccolò@città.example").expect("an address");
    assert_eq!((wide.text.as_str(), wide.wide), ("niccolò@xn--citt-3na.example", true));
}

/// C5 and C6: what could be a command, or the end of the path, is no address.
#[test]
fn what_is_no_address_is_none() {
    let (long, label) = ("x".repeat(65), "y".repeat(64));
    let far = format!("x@{}", vec!["z".repeat(60); 5].join("."));
    for wrong in [
        "",
        "x",
        "@example.it",
        "x@",
        "x@a..it",
        "x@.it",
        "x@a.",
        "x y@example.it",
        "x@exa mple.it",
        "x@example.it ",
        "x\u{a0}y@example.it",
        "x@example.it>\r\nRCPT TO:<y@example.it",
        "x\r\nDATA@example.it",
        "x@example.it\r\n",
        "x\0@example.it",
        "x\u{85}y@example.it",
        "<x@example.it>",
        "x>@example.it",
        "\"x>\"@example.it",
        "\"x\\\"@example.it",
        "\"@example.it",
        "a\"b@example.it",
        "@relay.example:x@example.it",
        "x@example.it> SIZE=1",
        "x@exa＞mple.it",
        "x@[1.2.3.4] y]",
        "x@[]",
        "x@exam:ple.it",
        &format!("{long}@example.it"),
        &format!("x@{label}.it"),
        &far,
    ] {
        assert_eq!(read(wrong), None, "{wrong:?}");
    }
    assert!(read(&format!("{}@example.it", &long[1..])).is_some());
}

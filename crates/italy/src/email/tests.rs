//! Addresses as people type them, and as attackers do.

use super::Address;

fn key(text: &str) -> String {
    Address::parse(text).expect_err(text).key.into_owned()
}

#[test]
fn only_the_domain_loses_its_capitals() {
    let address = Address::parse(" Mario.Rossi+Fiera@Example.IT ").expect("valid");
    assert_eq!(address.as_str(), "Mario.Rossi+Fiera@example.it");
    assert_eq!((address.local(), address.domain()), ("Mario.Rossi+Fiera", "example.it"));
    assert_eq!(address.key(), "mario.rossi+fiera@example.it");
    assert_eq!(Address::parse("mailto:a_b@sub.example.co.uk").expect("valid").as_str(), "a_b@sub.example.co.uk");
    assert_eq!(Address::parse("info@caffè.it").expect("valid").domain(), "caffè.it");
}

#[test]
fn each_fault_is_named() {
    for (text, expected) in [
        ("", "error-email-at"),
        ("mario", "error-email-at"),
        ("@example.it", "error-email-at"),
        ("a@b@example.it", "error-email-at"),
        ("mario rossi@example.it", "error-email-space"),
        ("a@example.it\r\nBcc: all@example.it", "error-email-space"),
        ("a@example.it\0", "error-email-space"),
        ("a\u{200b}b@example.it", "error-email-space"),
        ("società@example.it", "error-email-accent"),
        ("a,b@example.it", "error-email-character"),
        ("<a@example.it>", "error-email-character"),
        ("a..b@example.it", "error-email-dot"),
        (".a@example.it", "error-email-dot"),
        ("a.@example.it", "error-email-dot"),
        ("a@example", "error-email-domain"),
        ("a@example..it", "error-email-domain"),
        ("a@-example.it", "error-email-domain"),
        ("a@example.it.", "error-email-domain"),
        ("a@192.168.1.1", "error-email-domain"),
        ("a@exa_mple.it", "error-email-domain"),
    ] {
        assert_eq!(key(text), expected, "{text:?}");
    }
    assert_eq!(key(&format!("{}@example.it", "a".repeat(65))), "error-email-length");
    assert_eq!(key(&format!("{}@{}it", "a".repeat(20), "abcdefgh.".repeat(26))), "error-email-length");
}

use super::*;

#[test]
fn the_address_people_use_is_a_scheme_and_a_host() {
    let base = BaseUrl::parse("https://CRM.Example.it:443/").unwrap();
    assert_eq!((base.secure, base.authority.as_str()), (true, "crm.example.it"));
    assert_eq!(BaseUrl::parse("http://localhost:8080").unwrap().to_string(), "http://localhost:8080");
    for wrong in ["crm.example.it", "http://crm.example.it", "https://", "https://a/b", "https://u@a", "ftp://a"] {
        assert!(BaseUrl::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn this_machine_has_three_names() {
    for name in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "[::1]"] {
        assert!(is_this_machine(name), "{name}");
    }
    for other in ["evil", "localhost.evil", "127.0.0.1.evil", "localhost:evil", "[::1]evil", "[::1", "127.0.0.2"] {
        assert!(!is_this_machine(other), "{other}");
    }
}

use super::safe;

#[test]
fn one_goes_on_to_our_own_pages_only() {
    for ours in ["/", "/accounts?filter=stage%20is%20customer", "/accounts/0000000000001/edit"] {
        assert_eq!(safe(ours), ours);
    }
    for other in [
        "",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "/a b",
        "/à",
        "accounts",
        "/sign-out",
    ] {
        assert_eq!(safe(other), "/", "{other}");
    }
}

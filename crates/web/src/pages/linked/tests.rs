//! What becomes a link, and what does not.

use super::*;
use kernel::{Language, Zone};

fn written(text: &str) -> String {
    let mut out = String::new();
    write(&mut out, text, &Reading { language: Language::Italian, zone: Zone::rome() });
    out
}

/// The addresses that a text leads to.
fn led(text: &str) -> Vec<String> {
    written(text).split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn addresses_and_numbers_are_links() {
    assert_eq!(led("Vedi https://www.example.it/a?b=1&c=2."), ["https://www.example.it/a?b=1&amp;c=2"]);
    assert_eq!(led("(http://example.it/x_(y)) e HTTP://EXAMPLE.IT!"), ["http://example.it/x_(y))", "HTTP://EXAMPLE.IT"]);
    assert_eq!(
        led("Scrivere a mario.rossi@example.it, oppure <info@a-b.example.com>."),
        ["mailto:mario.rossi@example.it", "mailto:info@a-b.example.com"]
    );
    assert_eq!(led("tel. 050 123456, cell. 333 1234567; +44 20 7946 0958"), ["tel:+39050123456", "tel:+393331234567", "tel:+442079460958"]);
    assert_eq!(led("Chiamare lo 02/12345678.\n333.1234567"), ["tel:+390212345678", "tel:+393331234567"]);
}

#[test]
fn days_amounts_and_tax_numbers_are_none() {
    for text in [
        "il 03/04/2026",
        "dal 2026-03-04",
        "P.IVA 01234567890",
        "3.500.000,50 €",
        "30 pezzi da 12",
        "ordine A3331234567",
        "IBAN IT60X0542811101000000123456",
        "33312345678901234",
        "a@b",
        "@example.it",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://",
        "http:// example.it",
        "ore 09:30",
    ] {
        assert_eq!(led(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn nothing_runs() {
    for text in [
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "https://example.it/\"onmouseover=alert(1)",
        "https://example.it/'><script>alert(1)</script>",
        "a@example.it\"><script>",
        "https://x\u{202e}moc.example/<b>",
    ] {
        let out = written(text);
        let bare = out.replace("<a href=", "").replace("</a>", "").replace(" rel=\"noopener noreferrer nofollow\" target=\"_blank\"", "");
        assert!(!bare.contains('<') && bare.matches('"').count().is_multiple_of(2), "{text}: {out}");
    }
    assert_eq!(written("due\nrighe & <b>"), "due\nrighe &amp; &lt;b&gt;");
    // Long texts are read once.
    for part in ["a", "3", "@", "3 ", "a%", "http://!", "https://a", "+", "è@", "a.a@"] {
        let long = part.repeat(100_000 / part.len());
        assert!(written(&long).len() >= long.len());
    }
}

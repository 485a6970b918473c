//! Markup written straight into a text: everything that comes from outside is escaped here.

use std::fmt::Write;

/// Adds a text, with what has a meaning in markup and in quoted attributes escaped.
pub fn text(out: &mut String, text: &str) {
    let mut from = 0;
    for (place, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[from..place]);
        out.push_str(escaped);
        from = place + 1;
    }
    out.push_str(&text[from..]);
}

/// Adds ` name="value"`.
pub fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    text(out, value);
    out.push('"');
}

/// Adds an input that nobody sees.
pub fn hidden(out: &mut String, name: &str, value: &str) {
    out.push_str("<input type=\"hidden\"");
    attribute(out, "name", name);
    attribute(out, "value", value);
    out.push('>');
}

/// Adds `<tag>text</tag>`.
pub fn element(out: &mut String, tag: &str, inside: &str) {
    let _ = write!(out, "<{tag}>");
    text(out, inside);
    let _ = write!(out, "</{tag}>");
}

/// A text escaped.
pub fn escaped(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 8);
    text(&mut out, plain);
    out
}

/// Adds a button that copies a text.
pub(crate) fn copy(out: &mut String, value: &str, label: &str) {
    out.push_str("<button type=\"button\" class=\"copy\"");
    attribute(out, "data-copy", value);
    attribute(out, "aria-label", label);
    out.push('>');
    out.push_str(assets::icon("copy"));
    out.push_str("</button>");
}

/// The first letters of a name, two at most.
pub(crate) fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = letters.next();
    let last = letters.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A pair of an address' question, percent-encoded.
pub fn pair(out: &mut String, name: &str, value: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(name);
    out.push('=');
    out.extend(form_urlencoded::byte_serialize(value.as_bytes()));
}

/// Adds the sign of an empty value.
pub(crate) fn nothing(out: &mut String, speech: &crate::pages::speech::Speech) {
    out.push_str("<span class=\"nothing\"><span class=\"visually-hidden\">");
    text(out, speech.say("empty-value"));
    out.push_str("</span></span>");
}

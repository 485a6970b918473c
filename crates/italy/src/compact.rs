//! Codes as people type them: lower case, with spaces, dots and dashes that mean nothing.

/// The letters and digits of a code in upper case, without spaces, dots, dashes and slashes.
/// `None` if anything else stands in it, or if it is longer than any code could be.
pub(crate) fn compact(text: &str, longest: usize) -> Option<String> {
    let mut code = String::with_capacity(longest.min(text.len()));
    for letter in text.chars() {
        match letter {
            '0'..='9' | 'A'..='Z' => code.push(letter),
            'a'..='z' => code.push(letter.to_ascii_uppercase()),
            '.' | '-' | '/' | '‐' | '‑' | '–' | '\u{200b}' | '\u{feff}' => {}
            space if space.is_whitespace() => {}
            _ => return None,
        }
        if code.len() > longest {
            return None;
        }
    }
    Some(code)
}

/// Whether there is nothing but ASCII digits.
pub(crate) fn digits_only(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

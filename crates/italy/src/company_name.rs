//! Names of companies in one writing: capitals, accents, and the legal form as it is printed.

use crate::legal_form;
use crate::letters::{accented, capital, capitals as capital_letters, is_of_one_case, is_roman, settled, small as small_letters, tidy};

/// Words that stay small inside a name.
#[rustfmt::skip]
const SMALL: [&str; 40] = [
    "e", "ed", "di", "del", "dello", "della", "dei", "degli", "delle", "da", "dal", "dallo", "dalla", "dai", "dagli", "dalle", "a", "al",
    "allo", "alla", "ai", "agli", "alle", "in", "nel", "nella", "nei", "nelle", "con", "per", "su", "sul", "sulla", "tra", "fra", "and",
    "of", "the", "und", "et",
];
/// Words of two letters that are no acronym.
#[rustfmt::skip]
const SHORT_WORDS: [&str; 26] = [
    "de", "la", "le", "lo", "il", "li", "re", "su", "va", "si", "no", "tu", "io", "mi", "ti", "ci", "ca", "po", "fa", "me", "te", "se",
    "go", "my", "we", "by",
];
/// Acronyms that could be read as a word.
#[rustfmt::skip]
const ACRONYMS: [&str; 42] = [
    "acea", "aci", "anas", "apt", "arpa", "asl", "atac", "ater", "atm", "ausl", "avis", "caf", "cai", "cia", "cisl", "cgil", "cnr", "coni",
    "enea", "eu", "ibm", "ica", "ict", "ied", "ima", "inail", "inps", "istat", "it", "iulm", "iuav", "iva", "rai", "siae", "tim", "ue",
    "uil", "ups", "usa", "usl", "uk", "ups",
];

/// The name in one writing: `OFFICINA MECCANICA ROSSI S R L` becomes `Officina Meccanica Rossi S.r.l.`.
///
/// Words that have both capitals and small letters stay as they are, and so do acronyms, as far as they can be told (no vowel,
/// dots, digits, or known). A legal form of which there is one writing gets it; nothing else is added or taken away.
pub fn canonical(text: &str) -> String {
    settled(text, rewritten)
}

fn rewritten(text: &str) -> String {
    let name = tidy(text);
    let Some((place, label)) = legal_form::written(&name) else { return words(&name, true) };
    let before = name[..place.start].trim_end_matches([' ', ',', ';']);
    let (before, opened) = match before.strip_suffix('(') {
        Some(stem) if name[place.end..].starts_with(')') => (stem.trim_end(), true),
        _ => (before.trim_end_matches(" -"), false),
    };
    let after = name[place.end..].strip_prefix(')').filter(|_| opened).unwrap_or(&name[place.end..]);
    let mut canonical = words(before.trim_end_matches([' ', ',', ';', '-']), true);
    if !canonical.is_empty() {
        canonical.push(' ');
    }
    canonical.push_str(&label);
    let glued = after.starts_with([',', ')', ';']);
    // The dot of the form may have stood outside what is its writing.
    let after = after.trim_start_matches([' ', '.']);
    if !after.is_empty() {
        if !glued {
            canonical.push(' ');
        }
        canonical.push_str(&words(after, false));
    }
    canonical
}

/// Whether two names differ in nothing but their writing.
pub fn same(one: &str, other: &str) -> bool {
    canonical(one) == canonical(other)
}

fn words(text: &str, begins: bool) -> String {
    let one_case = is_of_one_case(text);
    let mut name = String::with_capacity(text.len());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        let first = begins && name.is_empty();
        name.push_str(&self::word(&accented(word), one_case, first));
    }
    name
}

fn word(word: &str, one_case: bool, first: bool) -> String {
    let small = small_letters(word);
    let bare = small.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
    if bare.is_empty() {
        return word.to_owned();
    }
    // In a name with both cases a word of capitals is meant, and so is one of small letters.
    if !one_case || !is_of_one_case(word) && letters > 1 {
        return if first
            && letters > 1
            && word.chars().all(|c| !c.is_uppercase())
            && !bare.contains('.')
            && !bare.starts_with(|c: char| c.is_ascii_digit())
        {
            capital(word)
        } else {
            word.to_owned()
        };
    }
    if !first && SMALL.contains(&bare) {
        return small;
    }
    let plain = kernel::fold(bare);
    let has_vowel = plain.contains(['a', 'e', 'i', 'o', 'u']);
    let has_digit = plain.contains(|c: char| c.is_ascii_digit());
    let is_acronym = letters == 1
        || has_digit && letters <= 4
        || is_roman(bare)
        || ACRONYMS.contains(&bare)
        || bare.len() > 2 && bare.split('.').all(|part| part.chars().count() <= 1)
        || !bare.contains('.') && !has_vowel && (2..=5).contains(&letters)
        || letters == 2 && bare.len() == 2 && !SHORT_WORDS.contains(&bare) && word.chars().any(char::is_uppercase);
    if bare == "c" || !is_acronym { abbreviated(&small) } else { capital_letters(word) }
}

/// A word with its capital; an abbreviation with a dot inside ("f.lli", "soc.") keeps what follows the dot small.
fn abbreviated(small: &str) -> String {
    match small.split_once('.') {
        Some((head, tail)) if matches!(tail, "lli" | "lle" | "le" | "ra" | "ssa" | "lla" | "llo") => format!("{}.{tail}", capital(head)),
        _ => capital(small),
    }
}

#[cfg(test)]
mod tests;

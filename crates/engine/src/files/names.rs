//! Names of files, made harmless: a name is a word for people, never a place on a disk.

/// Bytes that a name is cut to, so that every system takes it.
const MOST_BYTES: usize = 200;

/// The name of a file that somebody sent: without folders, without letters that can't be seen or turn the others around,
/// not too long, and with its ending. `file` where nothing is left.
pub fn harmless_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.chars().filter(|letter| !letter.is_control() && !turns_around(*letter)).collect();
    // Windows forgets dots and spaces at the end, and with them which ending it was.
    let name = seen.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let name: String = name.chars().map(|letter| if "<>:\"|?*".contains(letter) { '_' } else { letter }).collect();
    if name.is_empty() {
        return "file".to_owned();
    }
    shortened(&name)
}

/// The name without its ending.
pub fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 10 => stem,
        _ => name,
    }
}

/// The ending, in small letters; empty where there is none.
pub(super) fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
}

fn shortened(name: &str) -> String {
    if name.len() <= MOST_BYTES {
        return name.to_owned();
    }
    let stem = stem(name);
    let ending = &name[stem.len()..];
    let mut end = MOST_BYTES - ending.len().min(20);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &name[..end.min(stem.len())])
}

/// Marks that have no width, or that make what follows run the other way.
fn turns_around(letter: char) -> bool {
    matches!(letter, '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffd}')
}

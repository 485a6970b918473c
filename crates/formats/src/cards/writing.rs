//! Cards as they go out: lines of at most 75 bytes, letters escaped, nothing of a value that could end a line.

/// In which form cards are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// 3.0, which older programs read.
    Three,
    /// 4.0.
    #[default]
    Four,
}

/// A card being written.
pub struct Card {
    text: String,
    version: Version,
}

impl Card {
    /// Begins a card.
    pub fn new(version: Version) -> Card {
        let number = if version == Version::Three { "3.0" } else { "4.0" };
        Card { text: format!("BEGIN:VCARD\r\nVERSION:{number}\r\n"), version }
    }

    /// The form it is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Adds a property of one text, unless nothing is said. `head` is its name with its parameters, as written.
    pub fn text(&mut self, head: &str, value: &str) {
        self.parts(head, &[value]);
    }

    /// Adds a property of several parts, unless all of them are empty.
    pub fn parts(&mut self, head: &str, parts: &[&str]) {
        if !parts.iter().all(|part| part.trim().is_empty()) {
            self.whole(head, parts);
        }
    }

    /// Adds a property of several parts, whatever they say.
    pub fn whole(&mut self, head: &str, parts: &[&str]) {
        let escaped: Vec<String> = parts.iter().map(|part| escaped(part.trim())).collect();
        self.fold(&format!("{head}:{}", escaped.join(";")));
    }

    /// Adds a property whose value is an address of the net, which is not escaped.
    pub fn address(&mut self, head: &str, value: &str) {
        let plain: String = value.chars().filter(|letter| !letter.is_control() && !letter.is_whitespace()).collect();
        if !plain.is_empty() {
            self.fold(&format!("{head}:{plain}"));
        }
    }

    fn fold(&mut self, line: &str) {
        let mut left = 75;
        for letter in line.chars() {
            if letter.len_utf8() > left {
                self.text.push_str("\r\n ");
                left = 74;
            }
            left -= letter.len_utf8();
            self.text.push(letter);
        }
        self.text.push_str("\r\n");
    }

    /// The whole card, with its end.
    pub fn end(mut self) -> String {
        self.text.push_str("END:VCARD\r\n");
        self.text
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\n' | '\r' => out.push_str("\\n"),
            '\\' | ',' | ';' => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

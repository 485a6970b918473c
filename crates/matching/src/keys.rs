//! Candidate keys: two records that may be one share at least one of them.

use crate::contact::Email;
use crate::frequencies::is_everyday;
use crate::names::registered;
use crate::prepared::{Piece, Prepared, Record};
use crate::text::{bones, digest, mixed, words};

/// The version of the rules below. Stored beside keys that are kept; another version means that they are made anew.
pub const KEYS_VERSION: i64 = 1;

/// How a key was made: kinds stand in the order of how much they tell.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Identifier = 1,
    Phone,
    Mailbox,
    Domain,
    Name,
    Code,
    Door,
    Day,
    Place,
    Word,
    Initials,
}

impl Prepared {
    /// The keys by which candidates for being the same are found: at most some twenty, without repetition, those that tell most
    /// first. Records that share none are not compared. A key that many records have (a switchboard, a famous name) is no harm
    /// if whoever looks up takes only some dozen of its records, or leaves it out: others are there for the same purpose.
    pub fn keys(&self) -> Vec<u64> {
        let mut keys = Vec::with_capacity(16);
        self.record().keys_into(&mut keys);
        keys
    }
}

impl Record<'_> {
    /// Appends the keys.
    pub(crate) fn keys_into(self, keys: &mut Vec<u64>) {
        let start = keys.len();
        let mut made = Making { keys, bones: Vec::with_capacity(32) };
        let (mut town, mut postcode): (&[u8], &[u8]) = (&[], &[]);
        let mut names: Vec<Vec<&[u8]>> = Vec::with_capacity(4);
        let mut person: Vec<&[u8]> = Vec::new();
        for (piece, _, text) in self.pieces() {
            match piece {
                Piece::Given | Piece::Surname => person.extend(words(text)),
                Piece::Person | Piece::Company => names.push(words(text).collect()),
                Piece::Associate => names.push(words(text).collect()),
                Piece::Town if town.is_empty() => town = text,
                Piece::Postcode if postcode.is_empty() => postcode = text,
                _ => {}
            }
        }
        if !person.is_empty() {
            names.insert(0, person);
        }
        for (piece, _, text) in self.pieces() {
            match piece {
                Piece::Identifier => made.key(Kind::Identifier, &[&text[1..]]),
                Piece::Phone => made.key(Kind::Phone, &[&text[text.len().saturating_sub(7).max(1)..]]),
                Piece::Email => {
                    let email = Email::of(text);
                    if !email.role && email.local.len() >= 4 {
                        made.key(Kind::Mailbox, &[email.local]);
                    }
                    if !email.free {
                        made.key(Kind::Domain, &[email.own_domain]);
                    }
                }
                Piece::Site => made.key(Kind::Domain, &[text]),
                Piece::Code if text.len() >= 4 => made.key(Kind::Code, &[text]),
                _ => {}
            }
        }
        let town = made.sound(words(town).last().unwrap_or(&[]), 4);
        let area: &[u8] = if town.is_empty() { postcode.get(..3).unwrap_or(&[]) } else { &town };
        for name in &names {
            let mut sounds: Vec<Vec<u8>> = name.iter().take(6).map(|word| made.sound(word, 6)).filter(|sound| sound.len() >= 2).collect();
            sounds.sort();
            sounds.dedup();
            if sounds.len() >= 2 {
                let parts: Vec<&[u8]> = sounds.iter().map(Vec::as_slice).collect();
                made.key(Kind::Name, &parts);
            }
        }
        made.doors(self, &town);
        for (piece, _, day) in self.pieces() {
            if piece == Piece::Date && day.len() >= 6 {
                for word in names.iter().flatten().take(3) {
                    let sound = made.sound(word, 2);
                    made.key(Kind::Day, &[day, &sound]);
                }
                if !area.is_empty() {
                    made.key(Kind::Day, &[day, area]);
                }
            }
        }
        for name in &names {
            for word in name.iter().take(5).filter(|word| word.len() >= 3) {
                let everyday = is_everyday(word);
                let sound = made.sound(word, 6);
                if !area.is_empty() {
                    made.key(Kind::Place, &[&sound, area]);
                }
                if !everyday && sound.len() >= 3 {
                    made.key(Kind::Word, &[&sound]);
                }
            }
            if !area.is_empty() && name.len() >= 3 {
                let initials: Vec<u8> = name.iter().map(|word| word[0]).collect();
                made.key(Kind::Initials, &[&initials, area]);
            } else if let [word] = name[..]
                && !area.is_empty()
                && (3..=5).contains(&word.len())
            {
                made.key(Kind::Initials, &[word, area]);
            }
        }
        // Made anew: what stands there twice says nothing more. Few enough for looking at all of them.
        let mut kept = start;
        for place in start..keys.len() {
            let key = keys[place];
            if !keys[start..kept].contains(&key) {
                keys[kept] = key;
                kept += 1;
            }
        }
        keys.truncate(kept);
    }
}

/// Whether a key is of a kind that chance shares often: many records that have only one such key in common are others.
pub(crate) fn is_weak(key: u64) -> bool {
    key & 1 == 1
}

struct Making<'a> {
    keys: &'a mut Vec<u64>,
    bones: Vec<u8>,
}

impl Making<'_> {
    fn key(&mut self, kind: Kind, parts: &[&[u8]]) {
        let key = parts.iter().fold(kind as u64, |key, part| mixed(key.rotate_left(7) ^ digest(part)));
        let weak = kind as u64 >= Kind::Place as u64;
        self.keys.push(key & !1 | u64::from(weak));
    }

    /// How a word sounds, at most so many sounds of it; of a name that people are called by, the one in the register.
    fn sound(&mut self, word: &[u8], most: usize) -> Vec<u8> {
        self.bones.clear();
        bones(registered(word).map_or(word, str::as_bytes), &mut self.bones);
        self.bones.truncate(most);
        self.bones.clone()
    }

    /// A key for each door: what the street is called, its number, and the town if it is known.
    fn doors(&mut self, record: Record<'_>, town: &[u8]) {
        let number = record.pieces().find(|(piece, ..)| *piece == Piece::Number).map(|(_, _, text)| text);
        for (piece, _, street) in record.pieces() {
            if piece == Piece::Street
                && let Some(number) = number
            {
                let longest = words(street).max_by_key(|word| word.len()).unwrap_or(&[]);
                let sound = self.sound(longest, 3);
                self.key(Kind::Door, &[&sound, number, town.get(..2).unwrap_or(&[])]);
            }
        }
    }
}

//! A record as it is compared: a few dozen bytes of normalised pieces.

use crate::names::{Whose, words_of_name};
use crate::scheme::Trait;
use crate::{addresses, contact, identifiers, people};

/// What a piece of a record is. The order is that in which pieces stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Piece {
    Given,
    Surname,
    Person,
    Company,
    Employer,
    Associate,
    Identifier,
    Phone,
    Email,
    Site,
    Street,
    Number,
    Town,
    Postcode,
    Province,
    Date,
    Code,
    Text,
}

impl Piece {
    const ALL: [Piece; 18] = [
        Piece::Given,
        Piece::Surname,
        Piece::Person,
        Piece::Company,
        Piece::Employer,
        Piece::Associate,
        Piece::Identifier,
        Piece::Phone,
        Piece::Email,
        Piece::Site,
        Piece::Street,
        Piece::Number,
        Piece::Town,
        Piece::Postcode,
        Piece::Province,
        Piece::Date,
        Piece::Code,
        Piece::Text,
    ];
    /// How many pieces of one sort a record has at most: what comes after them is left out.
    const MOST: usize = 8;
}

/// A record made ready for comparing, by [`crate::Scheme::prepare`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// For each piece its sort, its field, its length, its text; in the order of sorts.
    pub(crate) pieces: Box<[u8]>,
}

impl Prepared {
    /// The record as it is read.
    pub(crate) fn record(&self) -> Record<'_> {
        Record(&self.pieces)
    }

    /// Whether nothing is there by which it could be found.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The bytes it takes in memory, beside itself.
    pub fn size(&self) -> usize {
        self.pieces.len()
    }
}

/// The bytes of a record, wherever they stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a>(pub(crate) &'a [u8]);

impl<'a> Record<'a> {
    /// All pieces: sort, field, text.
    pub(crate) fn pieces(self) -> Pieces<'a> {
        Pieces { rest: self.0 }
    }
}

/// The pieces of a record.
#[derive(Debug, Clone)]
pub(crate) struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Pieces<'a> {
    type Item = (Piece, u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.rest.split_at_checked(3)?;
        let (text, rest) = rest.split_at_checked(usize::from(head[2]))?;
        self.rest = rest;
        Some((Piece::ALL[usize::from(head[0])], head[1], text))
    }
}

/// Collects the pieces of a record.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pieces: Vec<(Piece, u8, String)>,
}

impl Writer {
    fn piece(&mut self, piece: Piece, field: u8, mut text: String) {
        if text.len() > 120 {
            let end = (0..=120).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            text.truncate(end);
            text.truncate(text.trim_end().len());
        }
        let alike = self.pieces.iter().filter(|(known, ..)| *known == piece).count();
        if !text.is_empty() && alike < Piece::MOST && !self.pieces.iter().any(|(known, _, same)| *known == piece && *same == text) {
            self.pieces.push((piece, field, text));
        }
    }

    /// A value of a field, taken for what it is.
    pub(crate) fn value(&mut self, field: u8, about: Trait, text: &str) {
        let text = if text.len() > 1000 { &text[..(0..=1000).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0)] } else { text };
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
        match about {
            // An address of e-mail is one wherever it stands.
            Trait::Code | Trait::Text => {}
            _ if text.contains('@') && about != Trait::Email => {
                let mut rest = String::new();
                for word in text.split([' ', ',', ';', '<', '>', '(', ')']) {
                    if contact::email(word).is_some() {
                        self.emails(field, word);
                    } else if !word.contains('@') {
                        rest.push_str(word);
                        rest.push(' ');
                    }
                }
                if !rest.trim().is_empty() && rest.len() < text.len() {
                    self.value(field, about, &rest);
                }
                return;
            }
            _ => {}
        }
        match about {
            Trait::PersonName | Trait::GivenName | Trait::Surname | Trait::CompanyName | Trait::TradeName
                if digits >= 6 && letters <= 3 =>
            {
                match identifiers::identifier(text) {
                    Some(known) if known.starts_with('v') => self.piece(Piece::Identifier, field, known),
                    _ => self.phones(field, text),
                }
            }
            Trait::PersonName => self.piece(Piece::Person, field, words_of_name(text, Whose::Person)),
            Trait::GivenName => self.piece(Piece::Given, field, words_of_name(text, Whose::Person)),
            Trait::Surname => self.piece(Piece::Surname, field, words_of_name(text, Whose::Person)),
            Trait::CompanyName | Trait::TradeName => {
                let person = words_of_name(text, Whose::Person);
                if people::is_a_person(&person) {
                    self.piece(Piece::Person, field, person);
                } else {
                    self.piece(Piece::Company, field, words_of_name(text, Whose::Company));
                }
            }
            Trait::Employer => self.piece(Piece::Employer, field, words_of_name(text, Whose::Company)),
            Trait::Associate => self.piece(Piece::Associate, field, words_of_name(text, Whose::Person)),
            Trait::Identifier => {
                if let Some(known) = identifiers::identifier(text) {
                    self.piece(Piece::Identifier, field, known);
                }
            }
            Trait::Phone if letters >= 8 && digits < 5 => self.piece(Piece::Text, field, words_of_name(text, Whose::Company)),
            Trait::Phone => self.phones(field, text),
            Trait::Email if !text.contains('@') && digits >= 6 && letters <= 6 => self.phones(field, text),
            Trait::Email if !text.contains('@') => {
                if let Some(site) = contact::site(text) {
                    self.piece(Piece::Site, field, site);
                }
            }
            Trait::Email => self.emails(field, text),
            Trait::WebSite => {
                if let Some(site) = contact::site(text) {
                    self.piece(Piece::Site, field, site);
                }
            }
            Trait::Street => {
                let street = addresses::street(text);
                if street.name.is_empty() && street.number.is_empty() {
                    return;
                }
                self.piece(Piece::Street, field, street.name);
                self.piece(Piece::Number, field, street.number);
            }
            Trait::HouseNumber => self.piece(Piece::Number, field, addresses::digits_of_number(text)),
            Trait::City if digits >= 4 && letters == 0 => self.postcode(field, text),
            Trait::City => self.piece(Piece::Town, field, addresses::town(text)),
            Trait::Postcode if digits == 0 && letters >= 3 => self.piece(Piece::Town, field, addresses::town(text)),
            Trait::Postcode => self.postcode(field, text),
            Trait::Province if letters > 3 && digits == 0 => self.piece(Piece::Province, field, addresses::town(text)),
            Trait::Province => self.piece(Piece::Province, field, addresses::town(text)),
            Trait::Date => self.piece(Piece::Date, field, identifiers::date(text)),
            Trait::Code => self.piece(Piece::Code, field, identifiers::code(text)),
            Trait::Text => self.piece(Piece::Text, field, words_of_name(text, Whose::Company)),
        }
    }

    fn postcode(&mut self, field: u8, text: &str) {
        let code = identifiers::code(text);
        // A zero at the front gets lost in spreadsheets.
        let code = if code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()) { format!("0{code}") } else { code };
        self.piece(Piece::Postcode, field, code);
    }

    fn phones(&mut self, field: u8, text: &str) {
        contact::phones(text, |phone| self.piece(Piece::Phone, field, phone));
    }

    fn emails(&mut self, field: u8, text: &str) {
        for word in text.split([' ', ',', ';', '<', '>', '/', '\n', '\t']) {
            if let Some(email) = contact::email(word) {
                self.piece(Piece::Email, field, email);
            }
        }
    }

    /// The record of these pieces.
    pub(crate) fn finish(mut self) -> Prepared {
        self.pieces.sort_by_key(|(piece, ..)| *piece);
        let mut bytes = Vec::with_capacity(self.pieces.iter().map(|(_, _, text)| text.len() + 3).sum());
        for (piece, field, text) in &self.pieces {
            bytes.extend([*piece as u8, *field, text.len() as u8]);
            bytes.extend(text.as_bytes());
        }
        Prepared { pieces: bytes.into_boxed_slice() }
    }
}

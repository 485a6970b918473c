//! A row becomes a tree of records: an account with its phones and e-mails, a person at it, another place of it.
//!
//! A value that its field refuses does not refuse the row: it stays in the remarks under its header, and the report
//! says so. Nothing is guessed of a PEC, nothing is made of a name but to trim it.

use super::books;
use super::consents::{Answers, Entry, Said};
use super::mapping::{Column, Mapping, Part, Target};
use super::nature::{self, Signs};
use super::reading::{Row, unguarded};
use crate::accounts::entity as account;
use crate::addresses::entity as addresses;
use crate::contacts::entity as contact;
use crate::sites::entity as site;
use kernel::{Id, Say, Value, Zone};
use meta::fields::{Chosen, Kind};
use meta::{Entity, Field, FieldId, Model, Reading};
use std::collections::HashMap;
use std::sync::Arc;

/// A value that could not go where its column says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The column.
    pub column: String,
    /// The value as it stands in the file.
    pub value: String,
    /// Why.
    pub say: Say,
}

/// Why a row can't become a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column, or empty for the row as a whole.
    pub column: String,
    /// The value, or empty.
    pub value: String,
    /// Why.
    pub say: Say,
}

impl Fault {
    pub(super) fn row(say: Say) -> Fault {
        Fault { column: String::new(), value: String::new(), say }
    }
}

/// A phone or an e-mail of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reach {
    /// The number in E.164, or the address.
    pub(super) text: String,
    pub(super) usage: &'static str,
    pub(super) note: String,
}

/// One record of a row's tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub(super) values: Vec<(FieldId, Value)>,
    pub(super) phones: Vec<Reach>,
    pub(super) emails: Vec<Reach>,
    /// What has no field: `Header: value`.
    pub(super) notes: Vec<String>,
    /// What a person is at the account.
    pub(super) role: String,
    /// What is said of its consents.
    pub(super) consents: Vec<Entry>,
}

impl Piece {
    pub(super) fn value(&self, field: FieldId) -> Option<&Value> {
        self.values.iter().find(|(id, _)| *id == field).map(|(_, value)| value)
    }

    pub(super) fn text(&self, field: FieldId) -> &str {
        self.value(field).map_or("", Value::text)
    }

    fn take(&mut self, field: FieldId) -> Option<Value> {
        let place = self.values.iter().position(|(id, _)| *id == field)?;
        Some(self.values.swap_remove(place).1)
    }

    fn put(&mut self, field: FieldId, value: Value) {
        match self.values.iter_mut().find(|(id, _)| *id == field) {
            Some((_, old)) => *old = value,
            None => self.values.push((field, value)),
        }
    }

    fn is_empty(&self) -> bool {
        self.says_nothing() && self.consents.is_empty()
    }

    /// Whether it holds nothing but consents.
    fn says_nothing(&self) -> bool {
        self.values.is_empty() && self.phones.is_empty() && self.emails.is_empty() && self.notes.is_empty() && self.role.is_empty()
    }
}

/// A row made ready.
#[derive(Debug, Clone, Default)]
pub(super) struct Ready {
    pub(super) id: Option<Id>,
    pub(super) root: Piece,
    pub(super) contacts: Vec<Piece>,
    pub(super) sites: Vec<Piece>,
    /// The account a contact or a site belongs to: field and value as written.
    pub(super) account: Vec<(Field, Value)>,
    /// What is kept in the remarks where that account is not found; without it the row is refused.
    pub(super) unfound: Vec<String>,
    pub(super) warnings: Vec<Warning>,
    /// Whether its kind was found out, rather than given.
    pub(super) kind_guessed: bool,
}

/// What making rows ready depends on.
pub(super) struct Maker {
    pub(super) model: Arc<Model>,
    pub(super) entity: Arc<Entity>,
    pub(super) mapping: Mapping,
    pub(super) zone: Zone,
    /// Users by folded e-mail and folded name.
    pub(super) users: HashMap<String, Id>,
    /// How consents are read, where columns lead to them.
    answers: Option<Answers>,
    defaults: Vec<(Part, FieldId, Value)>,
}

impl Maker {
    /// Errors: what is wrong with a default, under the field's name.
    pub(super) fn new(
        model: Arc<Model>,
        entity: Arc<Entity>,
        mapping: Mapping,
        zone: Zone,
        users: HashMap<String, Id>,
        answers: Option<Answers>,
    ) -> kernel::Result<Maker> {
        let mut maker = Maker { model, entity, mapping, zone, users, answers, defaults: Vec::new() };
        let column = Column::new("", super::mapping::To::Nothing);
        for (part, field, text) in &maker.mapping.defaults {
            let value = maker.parse(&column, field, text).map_err(|say| kernel::Error::invalid(field.key, say))?;
            maker.defaults.push((*part, field.id, value));
        }
        Ok(maker)
    }

    /// The tree of a row.
    pub(super) fn make(&self, row: &Row) -> Result<Ready, Fault> {
        if row.cells.len() != self.mapping.columns.len() {
            let say = Say::new("error-import-columns").with("columns", row.cells.len()).with("header", self.mapping.columns.len());
            return Err(Fault::row(say));
        }
        let mut ready = Ready::default();
        // Those that count only where others say nothing come last.
        let columns = || row.cells.iter().zip(&self.mapping.columns);
        let all = columns().filter(|(_, (column, _))| !column.fallback).chain(columns().filter(|(_, (column, _))| column.fallback));
        let (mut said, mut consents) = (Vec::new(), Said::default());
        for (cell, (column, target)) in all {
            let text = unguarded(cell.trim());
            if text.is_empty() {
                continue;
            }
            let text = match column.values.is_empty() {
                true => text,
                false => column.values.get(&kernel::fold(text)).map_or(text, String::as_str),
            };
            if consents.takes(column, target, text) {
                continue;
            }
            if let Target::Field(part, field) = target {
                let group = (*part, field.key.split('.').next().unwrap_or(field.key));
                if !column.fallback {
                    said.push(group);
                } else if said.contains(&group) {
                    piece(&mut ready, *part).notes.push(note(column, text));
                    continue;
                }
            }
            self.cell(&mut ready, row, column, target, text)?;
        }
        if let Some(answers) = &self.answers {
            answers.read(&consents, &mut ready);
        }
        self.finish(&mut ready)?;
        Ok(ready)
    }

    /// Whether the file says who agreed to what.
    pub(super) fn tells_consents(&self) -> bool {
        self.answers.is_some()
    }

    fn cell(&self, ready: &mut Ready, row: &Row, column: &Column, target: &Target, text: &str) -> Result<(), Fault> {
        let what = column.says_what.and_then(|place| row.cells.get(place)).map_or("", |cell| cell.trim());
        match target {
            Target::Nothing | Target::Consent(..) | Target::Proof(..) => {}
            Target::Kept => ready.root.notes.push(note(column, text)),
            Target::Id => match text.parse() {
                Ok(id) => ready.id = Some(id),
                Err(_) => return Err(Fault { column: column.header.clone(), value: text.to_owned(), say: Say::new("error-link") }),
            },
            Target::Field(Part::Root, field) if self.entity.key == "account" && books::usage(what) == Some("home") => {
                // Where somebody lives is no place of his company's.
                let home = self.model.entity("contact").and_then(|contact| contact.field(field.key));
                match (home, self.parse(column, field, text)) {
                    (Some(home), Ok(value)) => join(piece(ready, Part::Contact(0)), home, value),
                    (_, Err(say)) => refused(ready, Part::Contact(0), column, text, say),
                    (None, _) => ready.root.notes.push(note(column, text)),
                }
            }
            Target::Field(part, field) => match self.parse(column, field, text) {
                Ok(value) => join(piece(ready, *part), field, value),
                Err(say) => refused(ready, *part, column, text, say),
            },
            Target::Phones(part) => self.phones(ready, *part, column, books::usage(what), text),
            Target::Emails(part) => self.emails(ready, *part, column, text),
            Target::Role(place) => piece(ready, Part::Contact(*place)).role = text.to_owned(),
            Target::WholeName(place) => {
                let piece = piece(ready, Part::Contact(*place));
                let named = !piece.text(contact::NAME.family.id()).is_empty() || !piece.text(contact::NAME.given.id()).is_empty();
                if column.fallback && named {
                    return Ok(());
                }
                match nature::split(text, column.order) {
                    Some((given, family)) => {
                        piece.put(contact::NAME.given.id(), Value::Text(given));
                        piece.put(contact::NAME.family.id(), Value::Text(family));
                    }
                    None => piece.put(contact::NAME.family.id(), Value::from(text)),
                }
            }
            Target::TaxNumber(part) => self.tax_number(ready, *part, column, text),
            Target::Account(field) => match self.parse(column, field, text) {
                Ok(value) => {
                    ready.account.push((*field, value));
                    if column.lenient {
                        ready.unfound.push(note(column, text));
                    }
                }
                Err(say) => return Err(Fault { column: column.header.clone(), value: text.to_owned(), say }),
            },
        }
        Ok(())
    }

    fn reading(&self, column: &Column) -> Reading {
        Reading { language: column.language(), zone: self.zone.clone() }
    }

    /// A cell as a value of its field, in its canonical form.
    fn parse(&self, column: &Column, field: &Field, text: &str) -> Result<Value, Say> {
        let value = match field.kind {
            Kind::Link("user") => self.users.get(&kernel::fold(text)).map(|id| Value::Link(*id)).ok_or(Say::new("error-link"))?,
            Kind::Vocabulary(vocabulary) => Value::Text(self.term(vocabulary, text)?),
            Kind::Vocabularies(vocabulary) => {
                let words = text.split([',', ';', '|']).map(str::trim).filter(|word| !word.is_empty());
                let keys = words.map(|word| self.term(vocabulary, word)).collect::<Result<Vec<String>, Say>>()?;
                Value::Text(meta::fields::stored(keys.iter().map(String::as_str)))
            }
            Kind::Date | Kind::Moment if is_no_date(text) => field.kind.empty(),
            Kind::Date if column.month_first => field.kind.parse(&day_first(text), &self.reading(column))?,
            Kind::Choice(choices) => {
                let folded = kernel::fold(text);
                let key = choices.iter().map(|choice| choice.key).find(|key| *key == folded);
                field.kind.parse(key.unwrap_or(text), &self.reading(column))?
            }
            kind => kind.parse(text, &self.reading(column))?,
        };
        match (field.check, &value) {
            (Some(check), Value::Text(text)) if !text.is_empty() => check(text).map(Value::Text),
            _ => Ok(value),
        }
    }

    /// The key of a term, by its key or its words; only of those the company has.
    fn term(&self, vocabulary: &str, words: &str) -> Result<String, Say> {
        let unknown = || Say::new("error-term").with("term", words);
        let key = meta::fields::term_key(words).ok_or_else(unknown)?;
        if self.model.terms.contains_key(&(vocabulary.to_owned(), key.clone())) {
            return Ok(key);
        }
        let folded = kernel::fold(words);
        let found =
            self.model.terms.iter().find(|((of, _), term)| {
                of == vocabulary && (kernel::fold(&term.italian) == folded || kernel::fold(&term.english) == folded)
            });
        found.map(|((_, key), _)| key.clone()).ok_or_else(unknown)
    }

    fn phones(&self, ready: &mut Ready, part: Part, column: &Column, said: Option<&'static str>, text: &str) {
        let said = said.and_then(addresses::Use::from_key);
        // Programs that put several values into one cell say so.
        let numbers: Vec<&str> = text.split(":::").map(str::trim).filter(|some| !some.is_empty()).collect();
        let numbers: Vec<&str> = match column.split {
            true => numbers.into_iter().flat_map(italy::Phone::split).collect(),
            false => numbers,
        };
        if numbers.is_empty() {
            return refused(ready, part, column, text, Say::new("error-phone-characters"));
        }
        for number in numbers {
            match italy::Phone::parse(number) {
                Ok(phone) => {
                    let usage = said.or_else(|| usage(column)).unwrap_or(match phone.kind() {
                        italy::phone::Kind::Mobile => addresses::Use::Mobile,
                        _ => addresses::Use::Work,
                    });
                    let note = if phone.extension().is_empty() { String::new() } else { format!("int. {}", phone.extension()) };
                    add(&mut piece(ready, part).phones, Reach { text: phone.as_str().to_owned(), usage: usage.key(), note });
                }
                Err(say) => refused(ready, part, column, number, say),
            }
        }
    }

    fn emails(&self, ready: &mut Ready, part: Part, column: &Column, text: &str) {
        let several = column.split && text.matches('@').count() > 1;
        let addresses: Vec<&str> = match several {
            true => text.split([';', ',', ' ', '\n', '|']).map(|some| some.trim_matches(':')).filter(|some| !some.is_empty()).collect(),
            false => vec![text],
        };
        for written in addresses {
            match italy::Address::parse(written) {
                Ok(address) => {
                    let office = column.mailbox_of_office && is_of_an_office(address.local());
                    let usage = usage(column).unwrap_or(addresses::Use::Work).key();
                    let reach = Reach { text: address.as_str().to_owned(), usage, note: String::new() };
                    add(&mut piece(ready, if office { Part::Root } else { part }).emails, reach);
                }
                Err(say) => refused(ready, part, column, written, say),
            }
        }
    }

    /// A column that may hold a partita IVA or a codice fiscale: eleven digits are the first, sixteen characters the second.
    fn tax_number(&self, ready: &mut Ready, part: Part, column: &Column, text: &str) {
        let vat = italy::VatNumber::parse(text);
        let field = |key: &str| self.entity.field(key).map(|field| field.id);
        match (vat, italy::TaxCode::parse(text)) {
            (Ok(vat), _) if field("vat_number").is_some() => {
                piece(ready, part).put(field("vat_number").unwrap_or(FieldId(0)), Value::from(vat.as_str()));
            }
            (_, Ok(code)) if field("tax_code").is_some() => {
                piece(ready, part).put(field("tax_code").unwrap_or(FieldId(0)), Value::from(code.as_str()));
            }
            (Err(say), _) | (_, Err(say)) => refused(ready, part, column, text, say),
            _ => ready.root.notes.push(note(column, text)),
        }
    }

    /// What a row is once all its cells are read.
    fn finish(&self, ready: &mut Ready) -> Result<(), Fault> {
        match self.entity.key {
            "account" => self.finish_account(ready)?,
            "contact" => {
                let root = &ready.root;
                let named = !root.text(contact::NAME.family.id()).is_empty() || !root.text(contact::NAME.given.id()).is_empty();
                if !named && root.phones.is_empty() && root.emails.is_empty() && ready.id.is_none() {
                    return Err(Fault::row(Say::new("error-import-no-name")));
                }
            }
            "site" => name_of_site(&mut ready.root, 0),
            _ => {}
        }
        let remarks = self.entity.field("remarks");
        if remarks.is_none() && !ready.root.notes.is_empty() {
            ready.root.notes.clear();
        }
        Ok(())
    }

    fn finish_account(&self, ready: &mut Ready) -> Result<(), Fault> {
        for piece in &mut ready.contacts {
            let unnamed = piece.text(contact::NAME.family.id()).is_empty() && piece.text(contact::NAME.given.id()).is_empty();
            if unnamed {
                // Nobody is named: what reaches him reaches the account.
                let mut piece = std::mem::take(piece);
                if piece.says_nothing() {
                    for entry in piece.consents.drain(..) {
                        let (warning, note) = entry.of_nobody();
                        ready.warnings.push(warning);
                        ready.root.notes.push(note);
                    }
                }
                into_account(&mut ready.root, piece, &mut ready.sites);
            }
        }
        ready.contacts.retain(|piece| !piece.is_empty());
        let named = !ready.root.text(account::NAME.id()).is_empty();
        let mut is_person = false;
        if !named && let Some(position) = ready.contacts.iter().position(|_| true) {
            // An address book's row without a company: the person is the account.
            let person = ready.contacts.remove(position);
            let name = [person.text(contact::NAME.family.id()), person.text(contact::NAME.given.id())];
            let name = name.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
            ready.root.put(account::NAME.id(), Value::Text(name));
            into_account(&mut ready.root, person, &mut ready.sites);
            is_person = true;
        } else if named && !self.mapping.address_book {
            let root = &ready.root;
            let signs = Signs {
                vat_number: !root.text(account::VAT_NUMBER.id()).is_empty(),
                personal_tax_code: root.text(account::TAX_CODE.id()).len() == 16,
                somebody_named: !ready.contacts.is_empty(),
                tax_numbers: self.mapping.tax_numbers,
            };
            is_person = nature::is_person(root.text(account::NAME.id()), signs);
        }
        let said = ready.root.value(account::KIND.id()).is_some() || self.defaults.iter().any(|(_, field, _)| *field == account::KIND.id());
        if is_person && !said {
            ready.root.put(account::KIND.id(), Value::from(account::Kind::Person.key()));
            ready.kind_guessed = true;
        }
        if ready.root.text(account::NAME.id()).is_empty() && ready.id.is_none() {
            return Err(Fault::row(Say::new("error-import-no-name")));
        }
        for piece in &mut ready.contacts {
            if piece.role.is_empty() {
                piece.role = piece.text(contact::JOB_TITLE.id()).to_owned();
            }
        }
        ready.sites.retain(|piece| !piece.is_empty());
        for (place, piece) in ready.sites.iter_mut().enumerate() {
            name_of_site(piece, place);
        }
        Ok(())
    }

    /// The values of a new record that the row does not give.
    pub(super) fn defaults(&self, part: Part) -> impl Iterator<Item = (FieldId, &Value)> {
        self.defaults.iter().filter(move |(of, ..)| *of == part).map(|(_, field, value)| (*field, value))
    }
}

/// The piece of a part of the tree, made if it was not there.
pub(super) fn piece(ready: &mut Ready, part: Part) -> &mut Piece {
    let grown = |pieces: &mut Vec<Piece>, place: usize| {
        if pieces.len() <= place {
            pieces.resize_with(place + 1, Piece::default);
        }
    };
    match part {
        Part::Root => &mut ready.root,
        Part::Contact(place) => {
            grown(&mut ready.contacts, place);
            &mut ready.contacts[place]
        }
        Part::Site(place) => {
            grown(&mut ready.sites, place);
            &mut ready.sites[place]
        }
    }
}

/// Keeps a value that its field refused, and says so.
fn refused(ready: &mut Ready, part: Part, column: &Column, text: &str, say: Say) {
    ready.warnings.push(Warning { column: column.header.clone(), value: text.to_owned(), say });
    let part = if let Part::Site(_) = part { Part::Root } else { part };
    piece(ready, part).notes.push(note(column, text));
}

pub(super) fn note(column: &Column, text: &str) -> String {
    if column.header.is_empty() { text.to_owned() } else { format!("{}: {text}", column.header) }
}

/// Puts a value; a second column for the same text follows the first.
fn join(piece: &mut Piece, field: &Field, value: Value) {
    let between = match field.kind {
        Kind::Text if field.key.ends_with("street") => ", ",
        Kind::Text => " ",
        Kind::LongText => "\n",
        _ => return piece.put(field.id, value),
    };
    match piece.values.iter_mut().find(|(id, _)| *id == field.id) {
        Some((_, Value::Text(old))) if !old.is_empty() => {
            old.push_str(between);
            old.push_str(value.text());
        }
        Some((_, old)) => *old = value,
        None => piece.values.push((field.id, value)),
    }
}

fn add(reaches: &mut Vec<Reach>, reach: Reach) {
    let known = reaches.iter().any(|known| known.text.eq_ignore_ascii_case(&reach.text));
    if !known {
        reaches.push(reach);
    }
}

fn usage(column: &Column) -> Option<addresses::Use> {
    addresses::Use::from_key(column.usage.as_deref()?)
}

/// What is known of a person goes to the account that he is, or that he speaks for.
fn into_account(root: &mut Piece, mut person: Piece, sites: &mut Vec<Piece>) {
    for phone in person.phones.drain(..) {
        add(&mut root.phones, phone);
    }
    for email in person.emails.drain(..) {
        add(&mut root.emails, email);
    }
    root.notes.append(&mut person.notes);
    for entry in person.consents.drain(..) {
        entry.join(&mut root.consents);
    }
    if let Some(code) = person.take(contact::TAX_CODE.id())
        && root.value(account::TAX_CODE.id()).is_none()
    {
        root.put(account::TAX_CODE.id(), code);
    }
    if let Some(remarks) = person.take(contact::REMARKS.id()) {
        join(root, &account::REMARKS.field, remarks);
    }
    move_address(root, &mut person, sites);
    // What an account has no field for stays readable, under the name of a contact's field.
    let kept = [
        (contact::NAME.salutation.id(), "Titolo"),
        (contact::JOB_TITLE.id(), "Posizione"),
        (contact::DEPARTMENT.id(), "Reparto"),
        (contact::BORN.id(), "Compleanno"),
    ];
    let reading = Reading { language: kernel::Language::Italian, zone: Zone::rome() };
    for (field, word) in kept {
        if let Some(value) = person.take(field).filter(|value| !value.is_empty()) {
            let text = match &value {
                Value::Text(text) => text.clone(),
                other => Kind::Date.behaviour().show(other, &reading),
            };
            root.notes.push(format!("{word}: {text}"));
        }
    }
    if !person.role.is_empty() {
        root.notes.push(format!("Ruolo: {}", person.role));
    }
}

/// Where a person lives is his address; the one of his office becomes another place.
fn move_address(root: &mut Piece, person: &mut Piece, sites: &mut Vec<Piece>) {
    let parts = |address: &meta::fields::Address| {
        [address.street.id(), address.postcode.id(), address.city.id(), address.province.id(), address.country.id()]
    };
    let (from, to, beside) = (parts(&contact::ADDRESS), parts(&account::ADDRESS), parts(&site::ADDRESS));
    let home: Vec<Option<Value>> = from.iter().map(|field| person.take(*field)).collect();
    if home.iter().all(Option::is_none) {
        return;
    }
    let mut office = Piece::default();
    for (field, other) in to.iter().zip(beside) {
        if let Some(value) = root.take(*field) {
            office.put(other, value);
        }
    }
    if !office.is_empty() {
        office.put(site::USE.id(), Value::from(site::Use::Other.key()));
        sites.push(office);
    }
    for (field, value) in to.into_iter().zip(home) {
        if let Some(value) = value {
            root.put(field, value);
        }
    }
}

/// A place without a name is called as its town, or its street.
fn name_of_site(piece: &mut Piece, place: usize) {
    if !piece.text(site::NAME.id()).is_empty() {
        return;
    }
    let names = [piece.text(site::ADDRESS.city.id()), piece.text(site::ADDRESS.street.id())];
    let name = names.into_iter().find(|name| !name.is_empty()).map_or_else(|| format!("Sede {}", place + 2), str::to_owned);
    piece.put(site::NAME.id(), Value::Text(name));
    if piece.value(site::USE.id()).is_none() {
        piece.put(site::USE.id(), Value::from(site::Use::Other.key()));
    }
}

/// What Outlook writes for no date.
pub(super) fn is_no_date(text: &str) -> bool {
    matches!(text, "0/0/00" | "00/00/00" | "0/0/0000" | "00/00/0000")
}

pub(super) fn day_first(text: &str) -> String {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    match parts.as_slice() {
        // A day as ISO writes it begins with its year.
        [year, ..] if year.len() == 4 => text.to_owned(),
        [month, day, year] if year.len() != 2 || month.len() <= 2 => format!("{day}/{month}/{year}"),
        _ => text.to_owned(),
    }
}

/// Mailboxes of an office rather than of somebody.
fn is_of_an_office(local: &str) -> bool {
    const OFFICES: [&str; 20] = [
        "acquisti",
        "amministrazione",
        "assistenza",
        "commerciale",
        "contabilita",
        "contatti",
        "direzione",
        "fatture",
        "fatturazione",
        "info",
        "logistica",
        "magazzino",
        "marketing",
        "office",
        "ordini",
        "segreteria",
        "support",
        "ufficio",
        "vendite",
        "welcome",
    ];
    let local = local.to_ascii_lowercase();
    OFFICES.contains(&local.as_str())
}

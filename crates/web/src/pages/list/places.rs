//! What binds the rows of a list to the record on whose card they stand: the places of contacts at an account, with the role,
//! whether it is the main one, from when until when. Each stands in the row of the record it leads to.

use super::rows::Column;
use crate::fields::{Face, Sight};
use crate::pages::form::in_place;
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::Asked;
use engine::principal::Verb;
use kernel::{Date, Id, Result, Value};
use meta::filter::Filter;
use meta::{Entity, Field, Kind, Record};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// Most places that the rows of a page have.
const MOST: usize = 200;

/// What stands before the names of their fields, as in a form that makes one together with a record.
pub(crate) const PLACE: &str = "place.";

/// The link entity between the rows and the record of the card.
#[derive(Clone)]
pub(crate) struct Bond {
    /// The link entity.
    pub(crate) entity: Arc<Entity>,
    /// Its link to the record of the card.
    pub(crate) here: &'static str,
    /// Its link to the record of the row.
    pub(crate) far: &'static str,
}

impl Bond {
    /// What a place says of itself that is worth a column.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Field> {
        let own = |field: &&Field| !field.system && !field.secret && ![self.here, self.far].contains(&field.key);
        self.entity.fields.iter().filter(own).filter(|field| field.kind != Kind::YesNo)
    }

    /// The column of a field of it by its name in addresses, where there is such a field.
    pub(crate) fn column(&self, name: &str) -> Option<&Field> {
        let key = name.strip_prefix(PLACE)?;
        self.columns().find(|field| field.key == key)
    }
}

/// The places of a page's rows.
pub(crate) struct Places {
    bond: Bond,
    /// Where their own forms lead back to.
    back: String,
    /// Whether the reader may change them.
    changes: bool,
    today: Date,
    by_row: HashMap<Id, Vec<Record>>,
    titles: HashMap<Id, String>,
}

impl Places {
    /// The places at a record of these rows, as far as the reader may see them.
    pub(crate) async fn of(reader: &Reader, bond: &Bond, here: Id, rows: &[Record], back: String, living: bool) -> Result<Places> {
        let engine = reader.web.engine();
        let mut places = Places {
            bond: bond.clone(),
            back,
            changes: living && reader.who.may(Verb::Change, &bond.entity),
            today: engine.today(),
            by_row: HashMap::new(),
            titles: HashMap::new(),
        };
        if rows.is_empty() {
            return Ok(places);
        }
        let rows = Filter::is_in(bond.far, rows.iter().map(|row| Value::Link(row.id)));
        let filter = Filter::All(vec![Filter::is(bond.here, Value::Link(here)), rows]);
        let fields = bond.entity.fields.iter().filter(|field| !field.system && !field.secret).map(|field| field.key).collect();
        let listed = engine.list(&reader.who, Asked { fields, limit: MOST, ..Asked::new(bond.entity.clone()).filtered(filter) }).await?;
        places.titles = listed.titles;
        for place in listed.records {
            if let Some(row) = place.named(bond.far).link() {
                places.by_row.entry(row).or_default().push(place);
            }
        }
        // What holds comes before what is over.
        for of_row in places.by_row.values_mut() {
            of_row.sort_by_key(|place| is_past(&places.bond.entity, place, places.today));
        }
        Ok(places)
    }

    fn at(&self, row: Id) -> &[Record] {
        self.by_row.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing binds a row any more.
    pub(crate) fn past(&self, row: Id) -> bool {
        let places = self.at(row);
        !places.is_empty() && places.iter().all(|place| is_past(&self.bond.entity, place, self.today))
    }

    /// Whether it is the first to turn to.
    pub(crate) fn main(&self, row: Id) -> bool {
        self.at(row).iter().any(|place| place.named("main").bool())
    }

    /// Adds a cell with what the places of a row say; where there is one alone that may be written, it is written there.
    pub(super) fn cell(&self, out: &mut String, reader: &Reader, row: Id, column: &Column) {
        let places = self.at(row);
        let field = &column.face.field;
        column.begin(out);
        if let [only] = places
            && self.changes
            && in_place::cell(reader, &self.bond.entity, field)
        {
            let _ = write!(out, " data-field=\"{}\" data-edits=\"/{}/{}\"", field.key, self.bond.entity.plural, only.id);
        }
        out.push('>');
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &self.titles };
        match places {
            [only] => column.face.cell(only.value(field.id), &sight, out),
            several => {
                let mut said: Vec<String> = Vec::new();
                for text in several.iter().map(|place| column.face.plain(place.value(field.id), &sight)) {
                    if !text.is_empty() && !said.contains(&text) {
                        said.push(text);
                    }
                }
                html::text(out, &said.join(", "));
            }
        }
        out.push_str("</td>");
    }

    /// Adds what the places of a row say with yes or no, beside its name.
    pub(super) fn tags(&self, out: &mut String, reader: &Reader, row: Id) {
        let places = self.at(row);
        let entity = &self.bond.entity;
        for field in entity.fields.iter().filter(|field| field.kind == Kind::YesNo && !field.system) {
            if places.iter().any(|place| place.value(field.id).bool()) {
                tag(out, &reader.speech.short(entity.key, field.key));
            }
        }
        if entity.lasting.is_some() && self.past(row) {
            tag(out, reader.speech.say("lasting-past"));
        }
    }

    /// Adds the cell with the ways to the forms of a row's places.
    pub(super) fn acts(&self, out: &mut String, reader: &Reader, row: Id, name: &str) {
        out.push_str("<td class=\"row-actions\"><span>");
        let places = self.at(row);
        for place in places.iter().filter(|_| self.changes) {
            let mut question = String::new();
            html::pair(&mut question, "back", &self.back);
            let mut label =
                reader.speech.with("related-edit", &[("name", name), ("what", &reader.speech.entity(self.bond.entity.key, "one"))]);
            // Where there are several, each says which of them it is.
            if places.len() > 1
                && let Some(field) = self.bond.columns().next()
            {
                let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &self.titles };
                let _ = write!(label, " ({})", Face::new(field, &reader.speech).plain(place.value(field.id), &sight));
            }
            action(out, &format!("/{}/{}/edit?{question}", self.bond.entity.plural, place.id), "edit", &label);
        }
        out.push_str("</span></td>");
    }
}

fn tag(out: &mut String, words: &str) {
    out.push_str("<span class=\"tag\">");
    html::text(out, words);
    out.push_str("</span>");
}

/// Whether it is over, or no longer counts.
fn is_past(entity: &Entity, place: &Record, today: Date) -> bool {
    place.named("inactive").bool() || !lasts(entity, place, today)
}

/// Whether it holds still, or is yet to begin: what is past stands last.
pub(crate) fn lasts(entity: &Entity, one: &Record, today: Date) -> bool {
    entity.lasting.is_none_or(|(_, until)| one.named(until).date().is_none_or(|until| until >= today))
}

/// Adds a link that is an icon.
pub(crate) fn action(out: &mut String, href: &str, icon: &str, label: &str) {
    out.push_str("<a class=\"btn btn-quiet btn-icon btn-sm\"");
    html::attribute(out, "href", href);
    html::attribute(out, "aria-label", label);
    html::attribute(out, "title", label);
    out.push('>');
    out.push_str(assets::icon(icon));
    out.push_str("</a>");
}

//! A record that was found: its name and what stands beside it, with what was asked for marked.

use crate::fields::{Face, Sight};
use crate::pages::html;
use crate::pages::marks;
use crate::pages::reader::Reader;
use engine::Found;
use meta::{Entity, Kind};
use std::collections::HashMap;

/// How the records of one entity are told.
pub(crate) struct Telling<'r> {
    reader: &'r Reader,
    entity: &'r Entity,
    faces: Vec<Face>,
    words: &'r [String],
}

impl<'r> Telling<'r> {
    /// For an entity, and the words to be marked.
    pub(crate) fn new(reader: &'r Reader, entity: &'r Entity, words: &'r [String]) -> Telling<'r> {
        let fields = entity.columns.iter().filter(|key| **key != entity.title).filter_map(|key| entity.field(key));
        let told = fields.filter(|field| !field.secret && !matches!(field.kind, Kind::Link(_) | Kind::YesNo));
        Telling { reader, entity, faces: told.map(|field| Face::new(field, &reader.speech)).collect(), words }
    }

    /// Adds the name.
    pub(crate) fn name(&self, found: &Found, out: &mut String) {
        match found.title.is_empty() {
            true => html::text(out, &self.reader.speech.entity(self.entity.key, "one")),
            false => marks::write(out, &found.title, self.words),
        }
    }

    /// What stands beside the name: why the record was found, then its columns. Empty where there is nothing.
    pub(crate) fn beside(&self, found: &Found) -> String {
        let titles = HashMap::new();
        let reader = self.reader;
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
        let columns = self.faces.iter().map(|face| face.plain(found.record.value(face.field.id), &sight));
        let mut columns: Vec<String> = columns.filter(|said| !said.is_empty()).collect();
        let mut out = String::new();
        for (field, value) in &found.because {
            let face = Face::short(field, &reader.speech);
            let said = face.plain(value, &sight);
            // Said first, where there is room for it on the smallest screen.
            columns.retain(|column| *column != said);
            separate(&mut out);
            if !matches!(field.kind, Kind::Phone | Kind::Email) {
                html::text(&mut out, &face.label);
                out.push(' ');
            }
            marks::write(&mut out, &said, self.words);
        }
        for said in &columns {
            separate(&mut out);
            marks::write(&mut out, said, self.words);
        }
        out
    }
}

fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push_str(" · ");
    }
}

//! What a condition may be about: the fields of the record by section, of the records that it leads to, its children.

use super::entered::{CHILDREN, TEXT};
use crate::pages::reader::Reader;
use engine::principal::Verb;
use meta::{Entity, Field, Kind};

/// How many links are stepped along.
const MOST_STEPS: usize = 2;

/// Options under one title.
pub(super) struct Offered {
    pub(super) title: String,
    /// Code and words.
    pub(super) options: Vec<(String, String)>,
}

/// Whether a field may be asked at all. What is secret has no question; what the program keeps for itself makes no sense.
pub(super) fn asked(entity: &Entity, field: &Field) -> bool {
    let names_about = field.key.strip_suffix("_kind").and_then(|link| entity.field(link)).is_some();
    !field.secret && !names_about && !matches!(field.key, "version" | "removed_at")
}

/// Everything that conditions on an entity may be about; `alone`, what one record answers by itself.
pub(super) fn offered(reader: &Reader, entity: &Entity, alone: bool) -> Vec<Offered> {
    let mut all = own(reader, entity);
    if !alone {
        around(reader, entity, &mut all);
    }
    let text = (TEXT.to_owned(), reader.speech.say("builder-text-condition").to_owned());
    all.push(Offered { title: reader.speech.say("builder-experts").to_owned(), options: vec![text] });
    all
}

/// Adds what stands around a record: where its links lead, its children.
fn around(reader: &Reader, entity: &Entity, all: &mut Vec<Offered>) {
    for field in &entity.fields {
        along(reader, entity, field, "", "", MOST_STEPS, all);
    }
    let children: Vec<(String, String)> = entity
        .relations
        .iter()
        .filter(|relation| reader.model.child(relation).is_some_and(|child| reader.who.may(Verb::See, child)))
        .map(|relation| (format!("{CHILDREN}{}", relation.key), reader.speech.field(entity.key, relation.key)))
        .collect();
    if !children.is_empty() {
        let title = reader.speech.say("builder-children").to_owned();
        // What people ask most after the record itself: what belongs to it.
        let place = all.iter().position(|offered| offered.title.contains('›')).unwrap_or(all.len());
        all.insert(place, Offered { title, options: children });
    }
}

/// The fields of children that a measure may reckon.
pub(super) fn own(reader: &Reader, entity: &Entity) -> Vec<Offered> {
    let mut left: Vec<&Field> = entity.fields.iter().filter(|field| asked(entity, field)).collect();
    let mut all = Vec::new();
    for section in &entity.layout {
        let mut options = Vec::new();
        for key in &section.fields {
            let prefix = format!("{key}.");
            let (these, others) = left.into_iter().partition(|field| field.key == *key || field.key.starts_with(&prefix));
            left = others;
            options.extend(these.iter().map(|field: &&Field| (field.key.to_owned(), name(reader, field))));
        }
        if !options.is_empty() {
            all.push(Offered { title: reader.speech.section(entity.key, section.key), options });
        }
    }
    if !left.is_empty() {
        let options = left.iter().map(|field| (field.key.to_owned(), name(reader, field))).collect();
        all.push(Offered { title: reader.speech.say("builder-other").to_owned(), options });
    }
    all
}

/// What a field is called where nothing stands around it.
pub(super) fn name(reader: &Reader, field: &Field) -> String {
    reader.speech.field(field.entity, field.key)
}

fn along(reader: &Reader, entity: &Entity, field: &Field, way: &str, said: &str, steps: usize, all: &mut Vec<Offered>) {
    if steps == 0 || !asked(entity, field) {
        return;
    }
    let targets: Vec<(String, &'static str)> = match field.kind {
        Kind::Link(target) => vec![(field.key.to_owned(), target)],
        Kind::About(targets) => targets.iter().map(|target| (format!("{}/{target}", field.key), *target)).collect(),
        _ => return,
    };
    for (step, target) in targets {
        let Some(far) = reader.model.entity(target).filter(|far| reader.who.may(Verb::See, far)) else { continue };
        let way = format!("{way}{step}.");
        let mut title = format!("{said}{}", name(reader, field));
        if matches!(field.kind, Kind::About(_)) {
            title = format!("{title} ({})", reader.speech.entity(target, "one"));
        }
        let fields = far.fields.iter().filter(|own| asked(far, own) && (!own.system || steps == MOST_STEPS && !field.system));
        let options: Vec<(String, String)> = fields.map(|own| (format!("{way}{}", own.key), name(reader, own))).collect();
        let titled = format!("{title} ›");
        all.push(Offered { title: titled, options });
        // Who made it leads to a person, and no further.
        if !field.system {
            for own in far.fields.iter().filter(|own| !own.system) {
                along(reader, far, own, &way, &format!("{title} › "), steps - 1, all);
            }
        }
    }
}

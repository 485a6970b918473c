//! What speaks for two records being one, in words.

use crate::pages::html;
use crate::pages::reader::Reader;
use engine::duplicates::{Evidence, Says};
use meta::Entity;

/// A likeness as people read it: `97 %`. What is not certain is never said to be.
pub(crate) fn percent(reader: &Reader, score: i64) -> String {
    let percent = (score / 100).clamp(0, if score < 10_000 { 99 } else { 100 });
    reader.speech.with("duplicates-percent", &[("percent", &percent.to_string())])
}

/// What one field says: «stessa partita IVA», «nome quasi uguale», or plainly by the field's name.
pub(crate) fn sentence(reader: &Reader, entity: &Entity, one: &Evidence) -> String {
    let key = format!("alike-{}-{}", one.field.replace('.', "-"), one.says.key());
    match reader.speech.known(&key) {
        Some(words) => words.to_owned(),
        None => reader.speech.with(&format!("alike-{}", one.says.key()), &[("field", &named(reader, entity, &one.field))]),
    }
}

/// What a field of the comparison is called.
pub(crate) fn named(reader: &Reader, entity: &Entity, name: &str) -> String {
    match name.split_once('.').and_then(|(relation, key)| Some((entity.relation(relation)?, key))) {
        Some((relation, key)) => reader.speech.field(relation.child, key),
        None => reader.speech.field(entity.key, name),
    }
}

/// The reasons in one line, what speaks most first: those for it, then those against.
pub(crate) fn line(reader: &Reader, entity: &Entity, all: &[Evidence]) -> String {
    sorted(all).map(|one| sentence(reader, entity, one)).collect::<Vec<_>>().join(", ")
}

fn sorted(all: &[Evidence]) -> impl Iterator<Item = &Evidence> {
    let mut sorted: Vec<&Evidence> = all.iter().filter(|one| one.weight != 0).collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.weight));
    sorted.into_iter()
}

/// The same as signs, one for each reason.
pub(crate) fn signs(reader: &Reader, entity: &Entity, all: &[Evidence], out: &mut String) {
    out.push_str("<ul class=\"alike-signs\">");
    for one in sorted(all) {
        let tone = match one.says {
            Says::Same => "good",
            Says::Near => "accent",
            Says::Partly => "",
            Says::Different => "warn",
        };
        out.push_str("<li class=\"tag\"");
        if !tone.is_empty() {
            html::attribute(out, "data-tone", tone);
        }
        out.push('>');
        html::text(out, &sentence(reader, entity, one));
        out.push_str("</li>");
    }
    out.push_str("</ul>");
}

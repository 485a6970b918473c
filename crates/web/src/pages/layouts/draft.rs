//! An arrangement on its way: read from the form in the order of its fields, and changed by one step.

use super::{SECTIONS, TITLE};
use crate::form::Fields;
use crate::pages::layout::items;
use crate::pages::reader::Reader;
use kernel::Say;
use meta::fields::term_key;
use meta::{Arranged, Arrangement, Entity, OWN_SECTION, Section};

/// Where what is on no card is said to be.
pub(super) const OUT: &str = "-";

/// What the form holds: sections and what stands in each, in order, then what stands in none; and what was chosen to stand
/// somewhere else. What the entity does not have, or what stands twice, is passed over.
pub(super) fn read(entity: &Entity, fields: &Fields) -> Arrangement {
    let mut arrangement = Arrangement::default();
    let mut out = false;
    let mut named: Vec<&str> = Vec::new();
    for (name, value) in &fields.0 {
        match name.as_str() {
            "section" if !out && arrangement.sections.len() < SECTIONS * 2 => {
                let own = value.starts_with(OWN_SECTION);
                let words = own.then(|| [format!("it.{value}"), format!("en.{value}")].map(|name| trimmed(fields.get(&name))));
                arrangement.sections.push(Arranged { key: value.clone(), words, fields: Vec::new() });
            }
            "out" => out = true,
            "item" if !named.contains(&value.as_str()) && there_is(entity, value) => {
                named.push(value);
                match arrangement.sections.last_mut() {
                    Some(section) if !out => section.fields.push(value.clone()),
                    _ => arrangement.out.push(value.clone()),
                }
            }
            _ => {}
        }
    }
    for (name, value) in &fields.0 {
        if let Some(item) = name.strip_prefix("to.") {
            put(&mut arrangement, item, value);
        }
    }
    arrangement
}

fn trimmed(text: Option<&str>) -> String {
    text.unwrap_or_default().trim().to_owned()
}

fn there_is(entity: &Entity, key: &str) -> bool {
    key.len() <= 60
        && entity.layout.iter().flat_map(|section| &section.fields).chain(&entity.unplaced).any(|known| *known == key)
        && !items(entity, &Section { key: "", fields: vec![meta::name(key)] }).is_empty()
}

/// Puts something at the end of a section, or of what stands in none, unless it is there already.
fn put(arrangement: &mut Arrangement, item: &str, to: &str) {
    let from = place(arrangement, item);
    let target = arrangement.sections.iter().position(|section| section.key == to);
    let (Some((here, at)), true) = (from, to == OUT || target.is_some()) else { return };
    if here == target {
        return;
    }
    let taken = list(arrangement, here).remove(at);
    list(arrangement, target).push(taken);
}

/// In which section something stands, none for those that stand in none, and at which place of it.
fn place(arrangement: &Arrangement, item: &str) -> Option<(Option<usize>, usize)> {
    let at = |fields: &[String]| fields.iter().position(|known| known == item);
    let found = arrangement.sections.iter().enumerate().find_map(|(section, one)| Some((Some(section), at(&one.fields)?)));
    found.or_else(|| Some((None, at(&arrangement.out)?)))
}

fn list(arrangement: &mut Arrangement, section: Option<usize>) -> &mut Vec<String> {
    match section {
        Some(section) => &mut arrangement.sections[section].fields,
        None => &mut arrangement.out,
    }
}

/// Does what a button asks for; gives what was moved.
///
/// Errors: the sentence that says what is wrong with a new section.
pub(super) fn step(reader: &Reader, arrangement: &mut Arrangement, fields: &Fields) -> Result<Option<String>, Say> {
    let asked = fields.get("do").unwrap_or_default();
    if asked == "add" {
        let (italian, english) = (trimmed(fields.get("new-it")), trimmed(fields.get("new-en")));
        if term_key(&italian).is_none() {
            return Err(Say::new("error-layout-title"));
        }
        if [&italian, &english].iter().any(|words| words.chars().count() > TITLE || words.chars().any(char::is_control)) {
            return Err(Say::new("error-too-long").with("most", TITLE));
        }
        if arrangement.sections.len() >= SECTIONS {
            return Err(Say::new("error-layout-many").with("most", SECTIONS));
        }
        // A key that no other layout has: what stands in it is known by it.
        let key = format!("{OWN_SECTION}{}", reader.web.engine().id().to_string().to_lowercase());
        arrangement.sections.push(Arranged { key, words: Some([italian, english]), fields: Vec::new() });
        return Ok(None);
    }
    let Some((verb, what)) = asked.split_once(':') else {
        let moved = fields.get("moved").filter(|moved| place(arrangement, moved).is_some());
        return Ok(moved.map(str::to_owned));
    };
    match (verb, what.split_once(':')) {
        ("drop", None) => drop_section(arrangement, what),
        ("up" | "down", Some(("section", key))) => {
            if let Some(here) = arrangement.sections.iter().position(|section| section.key == key)
                && let Some(there) = beside(verb, here, arrangement.sections.len())
            {
                arrangement.sections.swap(here, there);
            }
        }
        ("up" | "down", Some(("item", key))) => {
            walk(arrangement, verb, key);
            return Ok(Some(key.to_owned()));
        }
        _ => {}
    }
    Ok(None)
}

fn beside(verb: &str, here: usize, count: usize) -> Option<usize> {
    let there = if verb == "up" { here.checked_sub(1) } else { Some(here + 1) };
    there.filter(|there| *there < count)
}

/// One place up or down; beyond the edge of a section into the next one.
fn walk(arrangement: &mut Arrangement, verb: &str, item: &str) {
    let Some((section, at)) = place(arrangement, item) else { return };
    let count = list(arrangement, section).len();
    if let Some(there) = beside(verb, at, count) {
        list(arrangement, section).swap(at, there);
        return;
    }
    let last = arrangement.sections.len().checked_sub(1);
    let next = match (verb, section) {
        ("up", Some(here)) => here.checked_sub(1).map(Some),
        ("up", None) => last.map(Some),
        (_, Some(here)) if Some(here) == last => Some(None),
        (_, Some(here)) => Some(Some(here + 1)),
        (_, None) => None,
    };
    let Some(next) = next else { return };
    let taken = list(arrangement, section).remove(at);
    let there = list(arrangement, next);
    let at = if verb == "up" { there.len() } else { 0 };
    there.insert(at, taken);
}

/// Takes away a section of the company's own; what stands in it goes to the section before, or the one after.
fn drop_section(arrangement: &mut Arrangement, key: &str) {
    let own = |section: &Arranged| section.key == key && section.words.is_some();
    let Some(here) = arrangement.sections.iter().position(own) else { return };
    let left = arrangement.sections.remove(here).fields;
    match arrangement.sections.get_mut(here.saturating_sub(1)) {
        Some(section) => section.fields.extend(left),
        None => arrangement.out.extend(left),
    }
}

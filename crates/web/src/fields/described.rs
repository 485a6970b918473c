//! Keys of descriptions that an administrator chooses from: entities, sections, vocabularies, series.

use super::Sight;
use engine::own_fields::{ENTITY, OWN_FIELD, SECTION, SECTION_OF_ITS_OWN, SERIES, TARGET, VOCABULARY, takes_own_fields};
use engine::rights::SHARING_RULE;
use kernel::{Language, fold};
use meta::{Entity, Field, Granted, Kind, OWN_SECTION, Section, Visibility};
use std::collections::{BTreeMap, BTreeSet};

/// The keys that a field takes, with their words, in the order of these; none for a field whose keys are written.
///
/// `beside` gives what is entered in another field of the same record; nothing where that is not known.
pub(super) fn offered<'c>(field: &Field, beside: &dyn Fn(&str) -> Vec<&'c str>, sight: &Sight<'_>) -> Option<Vec<(String, String)>> {
    let many = |entity: &Entity| (entity.key.to_owned(), sight.speech.entity(entity.key, "many"));
    let entities = || sight.model.entities().map(|entity| &**entity);
    if (field.entity, field.key) == (SHARING_RULE, ENTITY.field.key) {
        let mut kinds: Vec<(String, String)> = entities().filter(|entity| shared(entity)).map(many).collect();
        kinds.sort_by_cached_key(|(_, words)| fold(words));
        return Some(kinds);
    }
    // A term stands in a vocabulary as a field of terms does.
    if field.entity != OWN_FIELD && (field.entity, field.key) != ("term", VOCABULARY.field.key) {
        return None;
    }
    let mut offered: Vec<(String, String)> = match field.key {
        key if key == ENTITY.field.key => entities().filter(|entity| takes_own_fields(entity)).map(many).collect(),
        key if key == TARGET.field.key => {
            let leads = |entity: &&Entity| entity.can.public && !entity.can.kept && !entity.can.joining;
            entities().filter(leads).map(many).collect()
        }
        key if key == VOCABULARY.field.key => vocabularies(sight),
        key if key == SERIES.field.key => {
            let name =
                |series: &meta::Series| if sight.reading.language == Language::English { &series.english } else { &series.italian }.clone();
            sight.model.series.iter().map(|(key, series)| (key.clone(), name(series))).collect()
        }
        key if key == SECTION.field.key => sections(beside(ENTITY.field.key).first().copied().unwrap_or_default(), sight),
        _ => return None,
    };
    offered.sort_by_cached_key(|(_, words)| fold(words));
    Some(offered)
}

/// Whether a rule may share the records of an entity: those that people have by their roles, seen by themselves.
fn shared(entity: &Entity) -> bool {
    let by_roles = entity.granted == Granted::Roles && entity.visibility != Visibility::Administrators;
    entity.can.public && by_roles && !entity.can.joining && !entity.can.kept
}

/// The field of the same record on which it depends what may be chosen here.
pub(crate) fn follows(field: &Field) -> Option<&'static str> {
    ((field.entity, field.key) == (OWN_FIELD, SECTION.field.key)).then_some(ENTITY.field.key)
}

/// The vocabularies that a field speaks of, or that have terms.
fn vocabularies(sight: &Sight<'_>) -> Vec<(String, String)> {
    let spoken = sight.model.entities().flat_map(|entity| &entity.fields).filter_map(|field| match field.kind {
        Kind::Vocabulary(vocabulary) | Kind::Vocabularies(vocabulary) => Some(vocabulary.to_owned()),
        _ => None,
    });
    let own = sight.model.spoken.keys().filter_map(|key| key.strip_prefix("vocabulary-")).map(str::to_owned);
    let termed = sight.model.terms.keys().map(|(vocabulary, _)| vocabulary.clone());
    let keys: BTreeSet<String> = spoken.chain(own).chain(termed).collect();
    let words = |key: String| {
        let words = sight.speech.known(&format!("vocabulary-{key}")).unwrap_or(&key).to_owned();
        (key, words)
    };
    keys.into_iter().map(words).collect()
}

/// The sections of a card; of all cards that take fields where it is not known which, one of the same key on several cards once.
fn sections(of: &str, sight: &Sight<'_>) -> Vec<(String, String)> {
    let mut titles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entity in sight.model.entities().filter(|entity| takes_own_fields(entity) && (of.is_empty() || entity.key == of)) {
        // A role's own sections are no place for a field that everybody has.
        let for_all =
            |section: &&Section| section.key != SECTION_OF_ITS_OWN && !(section.key.starts_with(OWN_SECTION) && section.key.contains('-'));
        for section in entity.layout.iter().filter(for_all) {
            let title = sight.speech.section(entity.key, section.key);
            let title = if of.is_empty() { format!("{} · {title}", sight.speech.entity(entity.key, "many")) } else { title };
            titles.entry(section.key).or_default().push(title);
        }
    }
    titles.into_iter().map(|(key, titles)| (key.to_owned(), titles.join(" / "))).collect()
}

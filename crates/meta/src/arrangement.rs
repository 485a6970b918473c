//! How a company arranges card and form of an entity: which sections there are, what stands in each, what stands in none.

use crate::entity::{Entity, Section};
use crate::name;
use serde::{Deserialize, Serialize};

/// What the keys of a company's own sections begin with; no declared section is called so.
pub const OWN_SECTION: &str = "x_";

/// An arrangement of an entity's card and form. What it names and the entity no longer has is passed over, and what the
/// entity got since is added where it is declared, so that an arrangement outlives the descriptions it was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrangement {
    /// The sections, in their order.
    pub sections: Vec<Arranged>,
    /// What stands in no section.
    #[serde(default)]
    pub out: Vec<String>,
}

/// A section of an arrangement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arranged {
    /// Its key: a declared section's, or one that begins with [`OWN_SECTION`].
    pub key: String,
    /// Its title in Italian and English, where it is the company's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<[String; 2]>,
    /// What stands in it, by the names that a [`Section`] has.
    pub fields: Vec<String>,
}

impl Arrangement {
    /// From its text; none where it is no arrangement.
    pub fn parse(text: &str) -> Option<Arrangement> {
        serde_json::from_str(text).ok()
    }

    /// Its text, from which it is read again.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Card and form of an entity as they stand.
    pub fn of(entity: &Entity) -> Arrangement {
        let keys = |fields: &[&'static str]| fields.iter().map(|key| (*key).to_owned()).collect();
        let section = |section: &Section| Arranged { key: section.key.to_owned(), words: None, fields: keys(&section.fields) };
        Arrangement { sections: entity.layout.iter().map(section).collect(), out: keys(&entity.unplaced) }
    }
}

/// The key of a section as an arrangement for a role has it in the model: a company's own section of one role is no other's.
pub fn section_key(key: &str, role: &str) -> String {
    if role.is_empty() || !key.starts_with(OWN_SECTION) { key.to_owned() } else { format!("{key}-{role}") }
}

impl Entity {
    /// Arranges card and form, for everybody or for a role. One that leaves nothing on the card changes nothing.
    pub fn arrange(&mut self, arrangement: &Arrangement, role: &str) {
        let placed = self.layout.iter().flat_map(|section| section.fields.iter().map(|key| (*key, section.key)));
        let mut left: Vec<(&'static str, &'static str)> = placed.chain(self.unplaced.iter().map(|key| (*key, ""))).collect();
        let mut take = |keys: &[String]| -> Vec<&'static str> {
            let mut taken = Vec::new();
            for key in keys {
                if let Some(place) = left.iter().position(|(known, _)| known == key) {
                    taken.push(left.remove(place).0);
                }
            }
            taken
        };
        let mut sections: Vec<(&str, Vec<&'static str>)> = Vec::new();
        for section in &arrangement.sections {
            let fields = take(&section.fields);
            match sections.iter_mut().find(|(key, _)| *key == section.key) {
                Some((_, known)) => known.extend(fields),
                None => sections.push((&section.key, fields)),
            }
        }
        let mut unplaced = take(&arrangement.out);
        for (key, section) in left {
            match sections.iter_mut().find(|(known, _)| *known == section) {
                _ if section.is_empty() => unplaced.push(key),
                Some((_, fields)) => fields.push(key),
                None => sections.push((section, vec![key])),
            }
        }
        if sections.iter().all(|(_, fields)| fields.is_empty()) {
            return;
        }
        self.layout = sections.into_iter().map(|(key, fields)| Section { key: name(&section_key(key, role)), fields }).collect();
        self.unplaced = unplaced;
    }
}

#[cfg(test)]
mod tests;

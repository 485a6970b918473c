//! What speaks for two records being one, and what against, field by field.

use meta::Entity;
use serde_json::Value as Json;

/// How two values stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Says {
    /// They are the same, however they are written.
    Same,
    /// They are nearly the same.
    Near,
    /// They have something in common, or may be no more than mistaken for each other.
    Partly,
    /// They are not the same.
    Different,
}

impl Says {
    /// All of them.
    pub const ALL: [Says; 4] = [Says::Same, Says::Near, Says::Partly, Says::Different];

    /// Its word in the database and in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Says::Same => "same",
            Says::Near => "near",
            Says::Partly => "partly",
            Says::Different => "different",
        }
    }
}

/// What one field says of two records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The field: `name`, `phones.number`, `address.city`.
    pub field: String,
    /// How its values stand to each other.
    pub says: Says,
    /// How much that speaks for one record (above zero) or for two (below), in hundredths of a bit.
    pub weight: i64,
}

impl Evidence {
    /// Whether it speaks for one record.
    pub fn speaks_for(&self) -> bool {
        self.weight > 0
    }

    /// Whether whoever knows the entity so may know of the field.
    pub fn is_known(&self, entity: &Entity) -> bool {
        let own = entity.knows(&self.field) || entity.fields.iter().any(|field| !field.secret && within(field.key, &self.field));
        own || self.field.split_once('.').is_some_and(|(relation, _)| entity.relation(relation).is_some())
    }

    /// As text, for the queue.
    pub(super) fn write(all: &[Evidence]) -> String {
        let list = all.iter().map(|one| serde_json::json!([one.field, one.says.key(), one.weight]));
        Json::Array(list.collect()).to_string()
    }

    /// From that text; what can't be read is left out.
    pub(super) fn read(text: &str) -> Vec<Evidence> {
        let Ok(Json::Array(list)) = serde_json::from_str(text) else { return Vec::new() };
        let one = |one: &Json| {
            let says = one.get(1)?.as_str()?;
            Some(Evidence {
                field: one.get(0)?.as_str()?.to_owned(),
                says: Says::ALL.into_iter().find(|known| known.key() == says)?,
                weight: one.get(2)?.as_i64()?,
            })
        };
        list.iter().filter_map(one).collect()
    }
}

/// Whether a field is a part of what a name stands for.
fn within(field: &str, name: &str) -> bool {
    field.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_is_read_as_it_was_written() {
        let all = vec![
            Evidence { field: "phones.number".to_owned(), says: Says::Same, weight: 912 },
            Evidence { field: "address".to_owned(), says: Says::Different, weight: -88 },
        ];
        assert_eq!(Evidence::read(&Evidence::write(&all)), all);
        assert_eq!(Evidence::read(""), []);
        assert_eq!(Evidence::read("[[\"name\",\"?\",1],7]"), []);
    }
}

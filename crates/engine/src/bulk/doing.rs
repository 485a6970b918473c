//! What is done with each record of a selection.

use crate::principal::{Principal, Verb};
use crate::write::Act;
use crate::{Engine, bulk::BulkAction};
use kernel::{Error, Result, Say, Value};
use meta::fields::{stored, terms};
use meta::{Entity, FieldId, Kind, Record};
use serde_json::{Map, Value as Json, json};

/// What is done with each record of a selection.
#[derive(Debug, Clone, PartialEq)]
pub enum Doing {
    /// Other values; terms put on and taken off.
    Change {
        /// New values by field.
        values: Vec<(FieldId, Value)>,
        /// What happens to fields of several terms, beside the terms they have.
        terms: Vec<Terms>,
    },
    /// Into the trash.
    Remove,
    /// Out of the trash.
    Restore,
    /// A number of its series for each field that takes one and has none: of records that were there before the field.
    Number,
    /// One term of a vocabulary becomes another, wherever it stands; begun by [`Engine::begin_merging`] alone.
    Merge {
        /// The vocabulary of both.
        vocabulary: String,
        /// The key of the one that goes.
        from: String,
        /// The key of the one that stays.
        into: String,
    },
    /// What a slice registered.
    Registered {
        /// Under this key.
        key: String,
        /// With these values of its own fields.
        options: Vec<(FieldId, Value)>,
    },
}

/// Terms put on a field and taken off it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The field: one of several terms.
    pub field: FieldId,
    /// The terms that every record has afterwards.
    pub add: Vec<String>,
    /// The terms that none has afterwards.
    pub take: Vec<String>,
}

impl Doing {
    /// Its name in the database and in JSON.
    pub fn key(&self) -> &str {
        match self {
            Doing::Change { .. } => "change",
            Doing::Remove => "remove",
            Doing::Restore => "restore",
            Doing::Number => "number",
            Doing::Merge { .. } => "merge",
            Doing::Registered { key, .. } => key,
        }
    }

    /// Whether its records are in the trash.
    pub fn of_trash(&self) -> bool {
        matches!(self, Doing::Restore)
    }

    /// The values and terms as JSON, by the names of fields.
    pub(super) fn details(&self, engine: &Engine, entity: &Entity) -> String {
        let named = |entity: &Entity, values: &[(FieldId, Value)]| -> Map<String, Json> {
            let one = |(id, value): &(FieldId, Value)| {
                entity.fields.iter().find(|field| field.id == *id).map(|field| (field.key.to_owned(), field.kind.to_json(value)))
            };
            values.iter().filter_map(one).collect()
        };
        let (values, terms) = match self {
            Doing::Change { values, terms } => (named(entity, values), terms),
            Doing::Registered { key, options } => {
                let asked = engine.bulk_action(entity.key, key).and_then(|action| action.options.as_deref());
                return asked.map(|asked| json!({ "options": named(asked, options) }).to_string()).unwrap_or_default();
            }
            Doing::Merge { vocabulary, from, into } => {
                return json!({ "vocabulary": vocabulary, "from": from, "into": into }).to_string();
            }
            Doing::Remove | Doing::Restore | Doing::Number => return String::new(),
        };
        let field = |id: FieldId| entity.fields.iter().find(|field| field.id == id);
        let terms: Map<String, Json> = terms
            .iter()
            .filter_map(|terms| field(terms.field).map(|field| (field.key.to_owned(), json!({ "add": terms.add, "take": terms.take }))))
            .collect();
        json!({ "values": values, "terms": terms }).to_string()
    }

    /// Reads what [`Doing::details`] wrote.
    pub(super) fn read(engine: &Engine, entity: &Entity, action: &str, details: &str) -> Result<Doing> {
        let details: Json = if details.is_empty() { Json::Null } else { serde_json::from_str(details).map_err(Error::internal)? };
        let members = |name: &str| details[name].as_object().cloned().unwrap_or_default();
        match action {
            "change" => {}
            "remove" => return Ok(Doing::Remove),
            "restore" => return Ok(Doing::Restore),
            "number" => return Ok(Doing::Number),
            "merge" if entity.key == crate::vocabulary::TERM => {
                let [vocabulary, from, into] =
                    ["vocabulary", "from", "into"].map(|key| details[key].as_str().unwrap_or_default().to_owned());
                return Ok(Doing::Merge { vocabulary, from, into });
            }
            other => {
                let mut options = Vec::new();
                let asked = engine.bulk_action(entity.key, other).and_then(|action| action.options.as_deref());
                for (key, value) in members("options") {
                    // A field that is no longer asked for is not needed.
                    if let Some(field) = asked.and_then(|asked| asked.field(&key)) {
                        options.push((field.id, field.kind.from_json(&value).map_err(|say| Error::invalid(key, say))?));
                    }
                }
                return Ok(Doing::Registered { key: other.to_owned(), options });
            }
        }
        let field = |key: &str| entity.field(key).ok_or_else(|| Error::internal(format_args!("{} has no field {key}", entity.key)));
        let mut values = Vec::new();
        for (key, value) in members("values") {
            let field = field(&key)?;
            values.push((field.id, field.kind.from_json(&value).map_err(|say| Error::invalid(key, say))?));
        }
        let words = |list: &Json| list.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
        let mut terms = Vec::new();
        for (key, change) in members("terms") {
            terms.push(Terms { field: field(&key)?.id, add: words(&change["add"]), take: words(&change["take"]) });
        }
        Ok(Doing::Change { values, terms })
    }

    /// Refuses what somebody may not do with records of this entity at all.
    pub(super) fn permit(&self, engine: &Engine, who: &Principal, entity: &Entity) -> Result<()> {
        who.permit(Verb::See, entity)?;
        if !who.role.bulk {
            return Err(Error::Forbidden(Say::new("error-bulk")));
        }
        match self {
            Doing::Change { values, terms } => {
                who.permit(Verb::Change, entity)?;
                if values.is_empty() && terms.is_empty() {
                    return Err(Error::invalid("values", Say::new("error-required")));
                }
                let several = |id: FieldId| entity.fields.iter().any(|field| field.id == id && matches!(field.kind, Kind::Vocabularies(_)));
                if !terms.iter().all(|terms| several(terms.field)) {
                    return Err(Error::invalid("terms", Say::new("error-unknown-field")));
                }
                Ok(())
            }
            Doing::Remove | Doing::Restore => who.permit(Verb::Remove, entity),
            Doing::Number if !entity.is_numbered() => Err(Error::invalid("action", Say::new("error-bulk-number"))),
            Doing::Number => who.administers(),
            Doing::Merge { .. } => Err(Error::invalid("action", Say::new("error-bulk-action").with("name", self.key()))),
            Doing::Registered { key, .. } => self::registered(engine, who, entity, key).map(|_| ()),
        }
    }

    /// What is written for a record; nothing where it has all of it already.
    pub(super) fn acts(&self, entity: &Entity, record: &Record) -> Vec<Act> {
        let (entity, id) = (entity.key, record.id);
        match self {
            Doing::Change { values, terms } => {
                let mut values = values.clone();
                for change in terms {
                    values.push((change.field, change.on(record.value(change.field).text())));
                }
                values.retain(|(field, value)| record.value(*field) != value);
                // What is reckoned from what the record has must not write over what it got meanwhile.
                let version = (!terms.is_empty()).then_some(record.version);
                if values.is_empty() { Vec::new() } else { vec![Act::Change { entity, id, version, values, lines: Vec::new() }] }
            }
            Doing::Remove => vec![Act::Remove { entity, id, version: None }],
            Doing::Restore if record.removed_at().is_none() => Vec::new(),
            Doing::Restore => vec![Act::Restore { entity, id }],
            Doing::Number | Doing::Merge { .. } | Doing::Registered { .. } => Vec::new(),
        }
    }
}

impl Terms {
    /// The stored terms of a record afterwards.
    fn on(&self, known: &str) -> Value {
        let kept = terms(known).filter(|term| !self.take.iter().any(|taken| taken == term));
        Value::Text(stored(kept.chain(self.add.iter().map(String::as_str))))
    }
}

/// The registered action of this key, where somebody may choose it.
pub(super) fn registered(engine: &Engine, who: &Principal, entity: &Entity, key: &str) -> Result<BulkAction> {
    engine.bulk_actions(who, entity).into_iter().find(|action| action.key == key).ok_or_else(|| {
        let known = engine.inside.bulk_actions.iter().any(|action| action.key == key && action.entity == entity.key);
        match known {
            true => Error::Forbidden(Say::new("error-forbidden")),
            false => Error::invalid("action", Say::new("error-bulk-action").with("name", key)),
        }
    })
}

//! What is sent to be written: JSON read strictly, attribute by attribute.

use crate::Failure;
use crate::form::{media_type, whole};
use axum::extract::Request;
use engine::{Draft, Lines};
use http::StatusCode;
use kernel::{Error, Id, Problem, Problems, Result, Say, Value};
use meta::entity::SYSTEM;
use meta::{Entity, FieldId, Model};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use std::fmt;

/// What was sent: values by field, lines by relation.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// Values by field.
    pub values: Vec<(FieldId, Value)>,
    /// Whole lines of the relations named.
    pub lines: Lines,
}

/// The body of a request as a JSON object, and its bytes.
pub(crate) async fn object(request: Request) -> Result<(Map<String, Json>, bytes::Bytes), Failure> {
    if !matches!(media_type(request.headers()).as_str(), "application/json" | "application/merge-patch+json") {
        return Err(Failure::status(StatusCode::UNSUPPORTED_MEDIA_TYPE, Say::new("error-json-expected")));
    }
    let bytes = whole(request.into_body()).await?;
    match strict(&bytes)? {
        Json::Object(object) => Ok((object, bytes)),
        _ => Err(Error::invalid("", Say::new("error-object-expected")).into()),
    }
}

/// Reads JSON in which no name stands twice.
pub(crate) fn strict(bytes: &[u8]) -> Result<Json, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Strict.deserialize(&mut reader).and_then(|json| reader.end().map(|()| json));
    read.map_err(|error| {
        if error.is_data() {
            return Error::invalid("", Say::new("error-duplicate-key")).into();
        }
        Failure::status(StatusCode::BAD_REQUEST, Say::new("error-json").with("cause", error))
    })
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, answer: bool) -> Result<Json, E> {
        Ok(Json::Bool(answer))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            all.push(item);
        }
        Ok(Json::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Strict)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Json::Object(all))
    }
}

/// Reads the attributes of a record; all that is wrong is told at once.
pub(crate) fn read(model: &Model, entity: &Entity, object: &Map<String, Json>) -> Result<Input> {
    let mut reading = Reading { model, problems: Vec::new() };
    let input = reading.record(entity, object);
    if reading.problems.is_empty() { Ok(input) } else { Err(Error::Invalid(reading.problems)) }
}

struct Reading<'m> {
    model: &'m Model,
    problems: Problems,
}

impl Reading<'_> {
    fn wrong(&mut self, field: impl Into<String>, key: &'static str) {
        self.problems.push(Problem { field: field.into(), say: Say::new(key) });
    }

    fn record(&mut self, entity: &Entity, object: &Map<String, Json>) -> Input {
        let mut input = Input::default();
        for (name, value) in object {
            if let Some(relation) = entity.owned().find(|relation| relation.key == name) {
                if let Some(child) = self.model.child(relation).cloned() {
                    let drafts = self.lines(relation.key, relation.via, &child, value);
                    input.lines.push((relation.key, drafts));
                }
                continue;
            }
            self.attribute(entity, "", name, value, &mut input.values);
        }
        input
    }

    fn lines(&mut self, relation: &'static str, via: &str, child: &Entity, value: &Json) -> Vec<Draft> {
        let Json::Array(items) = value else {
            self.wrong(relation, "error-list-expected");
            return Vec::new();
        };
        let mut drafts = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            let here = format!("{relation}.{place}.");
            let Json::Object(line) = item else {
                self.wrong(format!("{relation}.{place}"), "error-object-expected");
                continue;
            };
            let mut draft = Draft::new(child.key);
            for (name, value) in line {
                if name == "id" {
                    match value.as_str().map(str::parse::<Id>) {
                        Some(Ok(id)) => draft.id = Some(id),
                        _ => self.wrong(format!("{here}id"), "error-link"),
                    }
                } else if name == via {
                    self.wrong(format!("{here}{name}"), "error-read-only");
                } else {
                    self.attribute(child, &here, name, value, &mut draft.values);
                }
            }
            drafts.push(draft);
        }
        drafts
    }

    /// One attribute: a field, or the parts of a composite one.
    fn attribute(&mut self, entity: &Entity, here: &str, name: &str, value: &Json, values: &mut Vec<(FieldId, Value)>) {
        if name == "id" || SYSTEM.contains(&name) {
            return self.wrong(format!("{here}{name}"), "error-read-only");
        }
        if !name.contains('.')
            && let Some(field) = entity.field(name).filter(|field| !field.secret)
        {
            return self.value(field, here, value, values);
        }
        let prefix = format!("{name}.");
        let parts: Vec<&meta::Field> = entity.fields.iter().filter(|field| !field.secret && field.key.starts_with(&prefix)).collect();
        if parts.is_empty() || name.contains('.') {
            return self.wrong(format!("{here}{name}"), "error-unknown-field");
        }
        match value {
            Json::Null => values.extend(parts.iter().map(|field| (field.id, field.kind.empty()))),
            Json::Object(object) => {
                for (part, value) in object {
                    match parts.iter().find(|field| field.key.strip_prefix(&prefix) == Some(part)) {
                        Some(field) => self.value(field, here, value, values),
                        None => self.wrong(format!("{here}{name}.{part}"), "error-unknown-field"),
                    }
                }
            }
            _ => self.wrong(format!("{here}{name}"), "error-object-expected"),
        }
    }

    fn value(&mut self, field: &meta::Field, here: &str, value: &Json, values: &mut Vec<(FieldId, Value)>) {
        if !field.writable() {
            return self.wrong(format!("{here}{}", field.key), "error-read-only");
        }
        match field.kind.from_json(value) {
            Ok(value) => values.push((field.id, value)),
            Err(say) => self.problems.push(Problem { field: format!("{here}{}", field.key), say }),
        }
    }
}

#[cfg(test)]
mod tests;

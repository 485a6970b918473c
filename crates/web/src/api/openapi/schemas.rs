//! What records look like: to read, to create, to change.

use super::{members, to};
use engine::Principal;
use engine::merging::MOST_GONE;
use engine::principal::Verb;
use meta::field::{Default, Field};
use meta::{Entity, Kind, Model};
use serde_json::{Map, Value as Json, json};

type Schemas = Map<String, Json>;

/// What all entities share.
pub(super) fn common() -> Schemas {
    let mut all = shared();
    all.extend(merging());
    all
}

/// What merging says.
fn merging() -> Schemas {
    members(json!({
        "MergedInto": { "type": "object", "required": ["merged_into"], "properties": { "merged_into": to("Id") } },
        "Merge": {
            "type": "object",
            "required": ["gone"],
            "additionalProperties": false,
            "properties": {
                "gone": { "type": "array", "items": to("Id"), "minItems": 1, "maxItems": MOST_GONE, "uniqueItems": true, "description": "The records that go." },
                "versions": {
                    "type": "object",
                    "additionalProperties": { "type": "integer" },
                    "description": "By identity, the versions that were seen: other ones are a conflict.",
                },
                "fields": {
                    "type": "object",
                    "description": "By field, whose value stands: the identity of one of the records, `all` where values can stand together, or `{\"value\": …}`. By default what is filled stands for what is empty, the furthest step, terms and long texts together, and otherwise what the record says that stays.",
                    "additionalProperties": { "anyOf": [
                        { "type": "string" },
                        { "type": "object", "required": ["value"], "additionalProperties": false, "properties": { "value": {} } },
                    ] },
                },
            },
        },
        "Merged": {
            "type": "object",
            "required": ["changeset", "kept", "version", "moved"],
            "properties": {
                "changeset": { "type": "string", "description": "What unmerge takes back." },
                "kept": to("Id"),
                "version": { "type": "integer" },
                "moved": { "type": "object", "additionalProperties": { "type": "integer" }, "description": "How many links were turned, by entity." },
            },
        },
        "Unmerge": {
            "type": "object",
            "required": ["changeset"],
            "additionalProperties": false,
            "properties": { "changeset": { "type": "string", "description": "The changeset of the merge." } },
        },
        "Unmerged": {
            "type": "object",
            "required": ["changeset", "kept", "back", "moved", "left", "elsewhere", "since"],
            "properties": {
                "changeset": to("Id"),
                "kept": to("Id"),
                "back": { "type": "array", "items": to("Id") },
                "moved": { "type": "integer" },
                "left": { "type": "array", "items": {
                    "type": "object", "properties": { "record": to("Id"), "field": { "type": "string" } },
                } },
                "elsewhere": { "type": "object", "additionalProperties": { "type": "integer" }, "description": "What moved and leads somewhere else by now, by entity." },
                "since": { "type": "object", "additionalProperties": { "type": "integer" }, "description": "What came since and stays, by entity." },
            },
        },
    }))
}

fn shared() -> Schemas {
    members(json!({
        "Id": { "type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{13}$", "description": "The id of a record." },
        "Problem": {
            "type": "object",
            "description": "What went wrong (RFC 9457).",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": { "type": "string" },
                "title": { "type": "string" },
                "status": { "type": "integer" },
                "detail": { "type": "string", "description": "A sentence in the caller's language." },
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "message"],
                        "properties": {
                            "field": { "type": "string", "description": "Where: `vat_number`, `phones.1.number`, `filter`." },
                            "message": { "type": "string" },
                            "at": { "type": "integer", "description": "The character of a filter." },
                        },
                    },
                },
                "version": { "type": "integer", "description": "The version that the record has now." },
                "current": { "type": "object", "description": "The record as it is now." },
                "duplicates": {
                    "type": "array",
                    "description": "Living records with the same keys, without id and title where the caller may not see them, and those that are alike, without field.",
                    "items": {
                        "type": "object",
                        "properties": {
                            "field": { "type": ["string", "null"] },
                            "id": { "type": ["string", "null"] },
                            "title": { "type": ["string", "null"] },
                            "score": { "type": "number", "description": "How likely they are one, from 0 to 1." },
                            "for": { "type": "array", "items": { "type": "string" }, "description": "The fields that speak for it." },
                            "against": { "type": "array", "items": { "type": "string" }, "description": "The fields that speak against it." },
                        },
                    },
                },
                "id": { "type": "string", "description": "Under which number it stands in the log." },
            },
        },
        "Duplicates": {
            "type": "object",
            "required": ["pairs", "next"],
            "properties": {
                "pairs": { "type": "array", "items": {
                    "type": "object",
                    "required": ["a", "b", "state", "score", "for", "against", "decided_at", "decided_by"],
                    "properties": {
                        "a": to("Id"),
                        "b": to("Id"),
                        "state": { "type": "string", "enum": ["open", "different", "merged"] },
                        "score": { "type": "number", "description": "How likely they are one, from 0 to 1, when they were last compared." },
                        "for": { "type": "array", "items": { "type": "string" } },
                        "against": { "type": "array", "items": { "type": "string" } },
                        "decided_at": { "type": ["string", "null"], "format": "date-time" },
                        "decided_by": { "type": ["string", "null"] },
                    },
                } },
                "next": { "type": ["string", "null"], "description": "The cursor of the next page." },
            },
        },
        "DuplicateDecision": {
            "type": "object",
            "required": ["a", "b", "state"],
            "additionalProperties": false,
            "properties": { "a": to("Id"), "b": to("Id"), "state": { "type": "string", "enum": ["different", "open"] } },
        },
        "Count": {
            "type": "object",
            "required": ["count", "more"],
            "properties": { "count": { "type": "integer" }, "more": { "type": "boolean", "description": "Whether there may be more." } },
        },
        "History": {
            "type": "object",
            "required": ["entries"],
            "properties": { "entries": { "type": "array", "items": {
                "type": "object",
                "required": ["changeset", "at", "author", "through", "why", "action", "undone", "changes"],
                "properties": {
                    "changeset": to("Id"),
                    "at": { "type": "string", "format": "date-time" },
                    "author": { "type": ["string", "null"] },
                    "author_name": { "type": ["string", "null"] },
                    "through": { "type": "string" },
                    "why": { "type": "string" },
                    "action": { "type": "string", "enum": ["create", "change", "remove", "restore"] },
                    "undone": { "type": "boolean" },
                    "changes": { "type": "array", "items": {
                        "type": "object",
                        "required": ["field", "before", "after"],
                        "properties": { "field": { "type": "string" }, "before": {}, "after": {} },
                    } },
                },
            } } },
        },
        "Undone": {
            "type": "object",
            "required": ["changeset", "records", "left"],
            "properties": {
                "changeset": { "type": ["string", "null"] },
                "records": { "type": "integer" },
                "left": { "type": "array", "items": {
                    "type": "object", "properties": { "record": to("Id"), "field": { "type": "string" } },
                } },
            },
        },
        "Found": {
            "type": "object",
            "required": ["groups"],
            "properties": { "groups": { "type": "array", "items": {
                "type": "object",
                "required": ["entity", "plural", "more", "found"],
                "properties": {
                    "entity": { "type": "string" },
                    "plural": { "type": "string" },
                    "more": { "type": "boolean" },
                    "found": { "type": "array", "items": {
                        "type": "object",
                        "required": ["title", "record"],
                        "properties": { "title": { "type": "string" }, "record": { "type": "object" } },
                    } },
                },
            } } },
        },
        "BulkState": {
            "type": "object",
            "required": ["id", "entity", "action", "state", "changeset", "total", "done", "changed", "unchanged", "refused", "created", "undone", "left", "refusals"],
            "properties": {
                "id": to("Id"),
                "entity": { "type": "string" },
                "action": { "type": "string" },
                "state": { "type": "string", "enum": ["running", "done", "stopped", "undoing", "undone"] },
                "changeset": { "type": "string", "description": "What an undoing undoes." },
                "total": { "type": "integer", "description": "Selected records." },
                "done": { "type": "integer", "description": "Records looked at." },
                "changed": { "type": "integer" },
                "unchanged": { "type": "integer", "description": "Records that had all of it already." },
                "refused": { "type": "integer" },
                "created": { "type": "integer", "description": "Records that the action created." },
                "undone": { "type": "integer", "description": "Records its undoing looked at." },
                "left": { "type": "integer", "description": "What its undoing left, because it changed since." },
                "refusals": { "type": "array", "description": "The first of them, for 90 days after the end.", "items": {
                    "type": "object",
                    "required": ["record", "title", "field", "message"],
                    "properties": {
                        "record": to("Id"),
                        "title": { "type": ["string", "null"], "description": "Null where the caller may not see the record." },
                        "field": { "type": "string" },
                        "message": { "type": "string" },
                    },
                } },
            },
        },
        "Me": {
            "type": "object",
            "required": ["id", "name", "roles", "language", "rights"],
            "properties": {
                "id": { "type": ["string", "null"] },
                "name": { "type": "string" },
                "roles": { "type": "array", "items": { "type": "string" } },
                "language": { "type": "string", "enum": ["it", "en"] },
                "rights": { "type": "object" },
            },
        },
    }))
}

/// The schemas of an entity: `account`, `account-list`, and as far as it may be written `account-new`, `account-change`.
pub(super) fn of_entity(model: &Model, entity: &Entity, who: &Principal, schemas: &mut Schemas) {
    to_read(model, entity, schemas);
    for (verb, name) in [(Verb::Create, "new"), (Verb::Change, "change")] {
        if who.may(verb, entity) {
            let schema = to_write(model, entity, who, verb == Verb::Create);
            schemas.insert(format!("{}-{name}", entity.key), schema);
        }
    }
    if who.role.bulk && who.may(Verb::Change, entity) {
        schemas.insert(format!("{}-bulk", entity.key), to_do_to_many(entity, who));
    }
}

/// What may be asked for many records at once: which, by their ids or by a filter, and what.
fn to_do_to_many(entity: &Entity, who: &Principal) -> Json {
    let writable = |field: &&Field| field.writable() && !field.secret && (!field.guarded || who.role.administer);
    let mut values = Map::new();
    attributes(entity.fields.iter().filter(writable), false, &mut values);
    let several = entity.fields.iter().filter(writable).filter(|field| matches!(field.kind, Kind::Vocabularies(_)));
    let terms: Map<String, Json> = several.map(|field| (field.key.to_owned(), attribute(field, false))).collect();
    let object = |properties: &Map<String, Json>, about: &str| json!({ "type": "object", "additionalProperties": false, "description": about, "properties": properties });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["action"],
        "properties": {
            "action": { "type": "string", "description": "`change`, `remove`, `restore`, `number` (a number of its series for each record that has none), or one that the installation adds.", "example": "change" },
            "ids": { "type": "array", "items": to("Id"), "minItems": 1, "maxItems": crate::api::bulk::MOST, "description": "These records." },
            "filter": { "type": "string", "maxLength": 4_000, "description": "Or all that this selects now; empty for everything.", "example": "id is empty" },
            "values": object(&values, "For `change`: other values."),
            "add": object(&terms, "For `change`: terms put on, beside those that are there."),
            "take": object(&terms, "For `change`: terms taken off."),
            "options": { "type": "object", "description": "For an action that the installation adds: the values of its own fields." },
        },
    })
}

/// The schemas of an entity's records and of a page of them.
pub(super) fn to_read(model: &Model, entity: &Entity, schemas: &mut Schemas) {
    let mut properties = members(json!({ "id": to("Id"), "version": { "type": "integer", "minimum": 1 } }));
    let readable = |field: &&Field| !field.secret && field.key != "version";
    attributes(entity.fields.iter().filter(readable), true, &mut properties);
    for relation in entity.owned() {
        if let Some(child) = model.child(relation) {
            let mut line = members(json!({ "id": to("Id") }));
            attributes(child.fields.iter().filter(|field| readable(field) && own(field, relation.via)), true, &mut line);
            let items = json!({ "type": "object", "required": ["id"], "properties": line });
            properties.insert(relation.key.to_owned(), json!({ "type": "array", "items": items }));
        }
    }
    schemas.insert(entity.key.to_owned(), json!({ "type": "object", "required": ["id", "version"], "properties": properties }));
    let place = json!({ "type": ["string", "null"], "description": "The `cursor` of that page." });
    let list = json!({
        "type": "object",
        "required": ["records", "next", "previous"],
        "properties": { "records": { "type": "array", "items": to(entity.key) }, "next": place, "previous": place },
    });
    schemas.insert(format!("{}-list", entity.key), list);
}

fn to_write(model: &Model, entity: &Entity, who: &Principal, new: bool) -> Json {
    let mut properties = Map::new();
    let writable = |field: &&Field| field.writable() && !field.secret && (!field.guarded || who.role.administer);
    attributes(entity.fields.iter().filter(writable), false, &mut properties);
    for relation in entity.owned() {
        if let Some(child) = model.child(relation) {
            let mut line = members(json!({ "id": to("Id") }));
            attributes(child.fields.iter().filter(|field| writable(field) && own(field, relation.via)), false, &mut line);
            let required = required(child, |field| own(field, relation.via));
            let items = json!({ "type": "object", "additionalProperties": false, "required": required, "properties": line });
            let whole = "All lines, in order; those without an id are new, those left out are removed.";
            properties.insert(relation.key.to_owned(), json!({ "type": "array", "items": items, "maxItems": 500, "description": whole }));
        }
    }
    let required = if new { required(entity, |_| true) } else { Vec::new() };
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

/// Whether a field of a line is the line's own, not its place under its parent.
fn own(field: &Field, via: &str) -> bool {
    !field.system && field.key != via && field.key != format!("{via}_kind") && field.key != "position"
}

fn required(entity: &Entity, wanted: impl Fn(&Field) -> bool) -> Vec<&'static str> {
    let must = |field: &&Field| field.required && field.writable() && field.default == Default::None && !field.key.contains('.');
    entity.fields.iter().filter(must).filter(|field| wanted(field)).map(|field| field.key).collect()
}

/// Attributes by name, the parts of a composite field nested.
fn attributes<'f>(fields: impl Iterator<Item = &'f Field>, reading: bool, properties: &mut Map<String, Json>) {
    for field in fields {
        let schema = attribute(field, reading);
        let Some((group, part)) = field.key.split_once('.') else {
            properties.insert(field.key.to_owned(), schema);
            continue;
        };
        let whole = properties.entry(group).or_insert_with(|| {
            let mut whole = json!({ "type": "object", "properties": {} });
            if !reading {
                whole["additionalProperties"] = Json::Bool(false);
            }
            whole
        });
        whole["properties"][part] = schema;
    }
}

fn attribute(field: &Field, reading: bool) -> Json {
    let mut schema = field.kind.behaviour().schema();
    if reading {
        // A choice or a term of another time is shown as it is.
        if let Some(members) = schema.as_object_mut()
            && matches!(field.kind, Kind::Choice(_))
        {
            members.remove("enum");
        }
        if !field.writable() {
            schema["readOnly"] = Json::Bool(true);
        }
    } else {
        match field.kind {
            Kind::Text => schema["maxLength"] = json!(500),
            Kind::LongText => schema["maxLength"] = json!(100_000),
            _ => {}
        }
        if field.required && schema["type"] == "string" && schema.get("enum").is_none() {
            schema["minLength"] = json!(1);
        }
    }
    schema
}

//! What a form starts from: the defaults of a new record, the values of one that is there.

use super::lines;
use crate::fields::{Face, Sight};
use crate::form::Fields;
use crate::pages::html;
use crate::pages::layout::{Item, items, unplaced};
use crate::pages::reader::Reader;
use engine::Draft;
use kernel::{Error, Id, Problems, Result, Value};
use meta::field::Default;
use meta::{Entity, Field, FieldId, Kind, Record, Relation};
use std::collections::HashMap;
use std::sync::Arc;

/// What stands before the names of a place's controls.
pub(super) use crate::pages::list::places::PLACE;

/// The fields that a form of an entity may take from somebody: those of its sections, and those that stand in none.
pub fn offered<'e>(reader: &Reader, entity: &'e Entity) -> Vec<&'e Field> {
    let mut fields = placed(reader, entity);
    fields.extend(apart(reader, entity));
    fields
}

/// The fields in the sections of a form, as far as somebody writes them.
fn placed<'e>(reader: &Reader, entity: &'e Entity) -> Vec<&'e Field> {
    fields(reader, entity.layout.iter().flat_map(|section| items(entity, section)))
}

/// The fields that stand in no section.
fn apart<'e>(reader: &Reader, entity: &'e Entity) -> Vec<&'e Field> {
    fields(reader, unplaced(entity).into_iter())
}

fn fields<'e>(reader: &Reader, items: impl Iterator<Item = Item<'e>>) -> Vec<&'e Field> {
    let mut fields = Vec::new();
    for item in items {
        match item {
            Item::Field(field) => fields.push(field),
            Item::Parts(_, parts) => fields.extend(parts),
            Item::Lines(_) => {}
        }
    }
    fields.retain(|field| writes(reader, field));
    fields
}

/// Whether a record can't be without a value of a field: then a form asks it although it stands in no section.
fn needed(reader: &Reader, field: &Field) -> bool {
    let sometimes = reader.model.conditions.get(&field.id).is_some_and(|conditions| conditions.required.is_some());
    field.required && field.default == Default::None || sometimes
}

/// What stands in no section and is asked nevertheless: what was entered or asked for, and what something is wrong with.
pub(super) fn asked_apart<'e>(entity: &'e Entity, entered: &Fields, problems: &Problems) -> Vec<Item<'e>> {
    let under = |name: &str, key: &str| name == key || name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
    let mut items = unplaced(entity);
    items.retain(|item| {
        let told = entered.0.iter().map(|(name, _)| name).chain(problems.iter().map(|problem| &problem.field));
        let mut told = told.filter(|name| under(name, item.key()));
        told.next().is_some()
    });
    items
}

/// Whether somebody may write a field.
pub(super) fn writes(reader: &Reader, field: &Field) -> bool {
    field.writable() && !field.secret && (!field.guarded || reader.who.role.administer)
}

/// The owned relations that a form offers.
pub(super) fn offered_lines(entity: &Entity) -> Vec<&Relation> {
    let all = entity.layout.iter().flat_map(|section| items(entity, section)).chain(unplaced(entity));
    all.filter_map(|item| if let Item::Lines(relation) = item { Some(relation) } else { None }).collect()
}

/// What the form of a new record starts from: defaults, and what the address asks for.
pub(super) async fn blank(reader: &Reader, entity: &Entity, asked: &Fields) -> Result<(Fields, HashMap<Id, String>)> {
    let mut values: Vec<(&Field, Value)> = Vec::new();
    let asked_for = |field: &&Field| needed(reader, field) || asked.get(field.key).is_some();
    for field in placed(reader, entity).into_iter().chain(apart(reader, entity).into_iter().filter(asked_for)) {
        let given = asked.get(field.key).and_then(|text| field.kind.parse(text, &reader.reading).ok()).filter(|value| !value.is_empty());
        values.push((field, given.unwrap_or_else(|| initial(reader, field))));
    }
    let titles = titles(reader, values.iter().map(|(field, value)| (*field, value))).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let mut pairs = Vec::new();
    for (field, value) in &values {
        pairs.extend(Face::new(field, &reader.speech).entered(value, &sight));
    }
    for name in ["through", "to", "back"] {
        if let Some(value) = asked.get(name) {
            pairs.push((name.to_owned(), value.to_owned()));
        }
    }
    Ok((Fields(pairs), titles))
}

/// What a field of a new record holds before anybody writes.
pub(super) fn initial(reader: &Reader, field: &Field) -> Value {
    match field.default {
        Default::None => field.kind.empty(),
        Default::Text(text) => Value::from(text),
        Default::Number(number) => Value::Int(number),
        Default::Yes => Value::Bool(true),
        Default::Me => reader.who.user.into(),
        Default::Now => Value::Moment(reader.web.engine().now()),
        Default::Today => Value::Date(reader.web.engine().today()),
    }
}

/// What the form of a record starts from.
pub(super) fn of(reader: &Reader, entity: &Entity, record: &Record, titles: &HashMap<Id, String>) -> Fields {
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles };
    let mut pairs = Vec::new();
    let lacks = |field: &&Field| needed(reader, field) && record.value(field.id).is_empty();
    for field in placed(reader, entity).into_iter().chain(apart(reader, entity).into_iter().filter(lacks)) {
        pairs.extend(Face::new(field, &reader.speech).entered(record.value(field.id), &sight));
    }
    for item in entity.layout.iter().flat_map(|section| items(entity, section)) {
        if let Item::Lines(relation) = item {
            pairs.extend(lines::entered(relation, record, &sight));
        }
    }
    Fields(pairs)
}

/// The same of one item alone.
pub(crate) fn of_item(reader: &Reader, item: &Item<'_>, record: &Record, titles: &HashMap<Id, String>) -> Fields {
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles };
    let face = |field: &Field| Face::new(field, &reader.speech).entered(record.value(field.id), &sight);
    Fields(match item {
        Item::Field(field) => face(field),
        Item::Parts(_, parts) => parts.iter().filter(|part| writes(reader, part)).flat_map(|part| face(part)).collect(),
        Item::Lines(relation) => lines::entered(relation, record, &sight),
    })
}

/// The names of linked records.
pub(super) async fn titles<'v>(reader: &Reader, values: impl Iterator<Item = (&'v Field, &'v Value)>) -> Result<HashMap<Id, String>> {
    let mut titles = HashMap::new();
    for (field, value) in values {
        let Some(id) = value.link() else { continue };
        let targets: &[&'static str] = match &field.kind {
            Kind::Link(target) => std::slice::from_ref(target),
            Kind::About(targets) => targets,
            _ => continue,
        };
        for target in targets {
            titles.extend(reader.web.engine().names(&reader.who, target, vec![id]).await?);
        }
    }
    Ok(titles)
}

/// A place at another record, made together with a new one: the role of a contact at the account it is added to.
pub(super) struct Place {
    /// The relation of the new record through which the other is reached.
    pub(super) relation: Relation,
    /// The link entity.
    pub(super) child: Arc<Entity>,
    /// The other record.
    pub(super) to: Id,
    /// What the place is called, and at what.
    pub(super) title: String,
    /// The card of the other record.
    pub(super) back: String,
}

impl Place {
    /// The place that an address or a form asks for, where its relation and its record are there.
    pub(super) async fn asked(reader: &Reader, entity: &Entity, fields: &Fields) -> Result<Option<Place>> {
        let (Some(key), Some(to)) = (fields.get("through"), fields.get("to")) else { return Ok(None) };
        let relation = *entity.relation(key).filter(|relation| relation.far.is_some()).ok_or(Error::NotFound)?;
        let child = reader.model.child(&relation).ok_or(Error::NotFound)?.clone();
        let far = relation.far.and_then(|link| child.field(link)).and_then(|field| reader.model.target(field)).ok_or(Error::NotFound)?;
        let to: Id = to.parse().map_err(|_| Error::NotFound)?;
        let names = reader.web.engine().names(&reader.who, far.key, vec![to]).await?;
        let name = names.get(&to).ok_or(Error::NotFound)?;
        let title = format!("{}: {name}", reader.speech.entity(child.key, "one"));
        Ok(Some(Place { relation, to, title, back: format!("/{}/{to}", far.plural), child }))
    }

    /// The fields that are asked for: what the link says of itself.
    pub(super) fn fields(&self) -> Vec<&Field> {
        let ends = [Some(self.relation.via), self.relation.far];
        self.child.fields.iter().filter(|field| field.writable() && !ends.contains(&Some(field.key))).collect()
    }

    /// The link between the two.
    pub(super) fn draft(&self, id: Option<Id>, values: Vec<(FieldId, Value)>) -> Draft {
        let mut draft = Draft { values, ..Draft::new(self.child.key) };
        let ends = [(Some(self.relation.via), id), (self.relation.far, Some(self.to))];
        for (link, id) in ends {
            if let (Some(field), Some(id)) = (link.and_then(|link| self.child.field(link)), id) {
                draft.put(field.id, Value::Link(id));
            }
        }
        draft
    }
}

/// Adds the hidden pairs that say which place is meant.
pub(super) fn hidden(out: &mut String, place: &Place) {
    for (name, value) in [("through", place.relation.key.to_owned()), ("to", place.to.to_string())] {
        out.push_str("<input type=\"hidden\"");
        html::attribute(out, "name", name);
        html::attribute(out, "value", &value);
        out.push('>');
    }
}

//! Records as JSON, written straight into bytes: a page of a list makes no tree in between.

use engine::Listed;
use kernel::Value;
use meta::{Carried, Entity, Kind, Model, Record};
use std::io::Write;

/// How the records of a result are written; made once for all of them.
#[derive(Debug)]
pub(crate) struct Shape {
    nodes: Vec<Node>,
    /// Of the lines, by relation.
    lines: Vec<(&'static str, Shape)>,
}

#[derive(Debug)]
enum Node {
    Field(Attribute),
    /// A composite field: its name, its parts.
    Group(String, Vec<Attribute>),
}

#[derive(Debug)]
struct Attribute {
    slot: usize,
    name: String,
    kind: Kind,
}

impl Shape {
    /// Of records that carry these fields, and their lines where they are asked for.
    pub(crate) fn of(carried: &Carried, entity: &Entity, model: &Model, lines: bool) -> Shape {
        let mut shape = Shape { nodes: nodes(carried, |_| true), lines: Vec::new() };
        if lines {
            for relation in entity.owned() {
                if let Some(child) = model.child(relation) {
                    shape.lines.push((relation.key, Shape::of_lines(child, relation.via)));
                }
            }
        }
        shape
    }

    /// Of lines: their place is where they stand, their parent is around them.
    pub(crate) fn of_lines(child: &Entity, via: &str) -> Shape {
        let kind = format!("{via}_kind");
        let own = |field: &meta::Field| !field.system && field.key != via && field.key != kind && field.key != "position";
        Shape { nodes: nodes(&child.carried, own), lines: Vec::new() }
    }

    /// Writes a record.
    pub(crate) fn write(&self, record: &Record, out: &mut Vec<u8>) {
        self.write_open(record, true, out);
        for (relation, shape) in &self.lines {
            out.push(b',');
            name(relation, out);
            out.push(b'[');
            for (place, line) in record.lines(relation).iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                shape.write_open(line, false, out);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.push(b'}');
    }

    fn write_open(&self, record: &Record, version: bool, out: &mut Vec<u8>) {
        let _ = write!(out, "{{\"id\":\"{}\"", record.id);
        if version {
            let _ = write!(out, ",\"version\":{}", record.version);
        }
        for node in &self.nodes {
            out.push(b',');
            match node {
                Node::Field(attribute) => attribute.write(record, out),
                Node::Group(group, parts) => {
                    name(group, out);
                    for (place, part) in parts.iter().enumerate() {
                        out.push(if place == 0 { b'{' } else { b',' });
                        part.write(record, out);
                    }
                    out.push(b'}');
                }
            }
        }
    }

    /// A record as bytes.
    pub(crate) fn bytes(&self, record: &Record) -> Vec<u8> {
        let mut out = Vec::with_capacity(1_024);
        self.write(record, &mut out);
        out
    }
}

impl Attribute {
    fn write(&self, record: &Record, out: &mut Vec<u8>) {
        name(&self.name, out);
        match record.values.get(self.slot) {
            Some(value) => write_value(self.kind, value, out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

/// The fields that may leave the server, composite ones together where the first of their parts stands.
fn nodes(carried: &Carried, wanted: impl Fn(&meta::Field) -> bool) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for (slot, field) in carried.fields.iter().enumerate().filter(|(_, field)| !field.secret && wanted(field)) {
        let attribute = |name: &str| Attribute { slot, name: name.to_owned(), kind: field.kind };
        let Some((group, part)) = field.key.split_once('.') else {
            nodes.push(Node::Field(attribute(field.key)));
            continue;
        };
        let known = nodes.iter_mut().find_map(|node| match node {
            Node::Group(name, parts) if name == group => Some(parts),
            _ => None,
        });
        match known {
            Some(parts) => parts.push(attribute(part)),
            None => nodes.push(Node::Group(group.to_owned(), vec![attribute(part)])),
        }
    }
    nodes
}

/// A name, which is made of letters that JSON leaves alone, and the colon after it.
fn name(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// A text.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, text);
}

/// A value, as its kind's `to_json` would have it.
pub(crate) fn write_value(kind: Kind, value: &Value, out: &mut Vec<u8>) {
    let written = match (value, kind) {
        (Value::Empty, _) => out.write_all(b"null"),
        (Value::Bool(answer), Kind::YesNo) => out.write_all(if *answer { b"true" } else { b"false" }),
        (Value::Int(number), Kind::Whole) => write!(out, "{number}"),
        (Value::Int(_), Kind::Money | Kind::Percent) => write!(out, "\"{}\"", kind.behaviour().write(value)),
        (Value::Link(id), _) => write!(out, "\"{id}\""),
        (Value::Date(date), Kind::Date) => write!(out, "\"{date}\""),
        (Value::Moment(moment), Kind::Moment) => write!(out, "\"{moment}\""),
        (
            Value::Text(text),
            Kind::Text
            | Kind::LongText
            | Kind::Code
            | Kind::Choice(_)
            | Kind::Vocabulary(_)
            | Kind::Email
            | Kind::Phone
            | Kind::Web
            | Kind::Coordinates,
        ) => {
            write_text(text, out);
            Ok(())
        }
        _ => serde_json::to_writer(out, &kind.to_json(value)).map_err(std::io::Error::from),
    };
    debug_assert!(written.is_ok(), "writing to memory does not fail");
}

/// A page of a list, with the places where the next and the previous one begin.
pub(crate) fn page(shape: &Shape, listed: &Listed, place: impl Fn(&meta::query::Cursor) -> String) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 + listed.records.len() * 400);
    out.extend_from_slice(b"{\"records\":[");
    for (at, record) in listed.records.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        shape.write(record, &mut out);
    }
    out.push(b']');
    for (end, cursor) in [("next", &listed.next), ("previous", &listed.previous)] {
        out.push(b',');
        name(end, &mut out);
        match cursor {
            Some(cursor) => write_text(&place(cursor), &mut out),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
    out
}

#[cfg(test)]
mod tests;

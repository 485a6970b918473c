//! Owned lines of several records on one: none twice, one of them the main one. Those that come from a record that goes are
//! copies; its own stay with it in the trash.

use crate::Engine;
use crate::write::{Draft, Lines};
use kernel::{Result, Value, fold};
use meta::{Entity, Field, Kind, Record};

/// The yes or no that says of a line that it is the first to be tried: one of them says yes.
pub(super) const MAIN: &str = "main";

/// A line that will stand on the record that stays.
struct Line {
    /// As it was, on whichever record.
    record: Record,
    /// Whether it stands there already.
    own: bool,
    /// What becomes of it.
    values: Vec<(Field, Value)>,
}

impl Line {
    fn value(&self, field: &Field) -> &Value {
        let given = self.values.iter().find(|(known, _)| known.id == field.id);
        given.map_or_else(|| self.record.value(field.id), |(_, value)| value)
    }

    fn put(&mut self, field: &Field, value: Value) {
        self.values.retain(|(known, _)| known.id != field.id);
        self.values.push((*field, value));
    }
}

/// What is written: the lines of those relations that become others. The record that stays is the first.
pub(super) fn united(engine: &Engine, entity: &Entity, records: &[Record]) -> Result<Lines> {
    let mut all = Vec::new();
    for relation in entity.owned() {
        let child = engine.entity(relation.child)?;
        let lines = lines_of(&child, relation.key, relation.via, records);
        if lines.iter().all(|line| line.own && line.values.is_empty()) {
            continue;
        }
        let drafts = lines.into_iter().map(|line| {
            let mut draft = Draft::new(child.key);
            if line.own {
                draft.id = Some(line.record.id);
            } else {
                for field in said(&child, relation.via) {
                    draft.put(field.id, line.value(field).clone());
                }
            }
            for (field, value) in line.values {
                draft.put(field.id, value);
            }
            draft
        });
        all.push((relation.key, drafts.collect()));
    }
    Ok(all)
}

/// What will be seen: the same lines, as records.
pub(super) fn together(engine: &Engine, entity: &Entity, records: &[Record]) -> Result<Vec<(&'static str, Vec<Record>)>> {
    let mut all = Vec::new();
    for relation in entity.owned() {
        let child = engine.entity(relation.child)?;
        let lines = lines_of(&child, relation.key, relation.via, records).into_iter().map(|line| {
            let mut record = line.record;
            line.values.into_iter().for_each(|(field, value)| record.put(field.id, value));
            record
        });
        all.push((relation.key, lines.collect()));
    }
    Ok(all)
}

fn lines_of(child: &Entity, relation: &str, via: &str, records: &[Record]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (place, record) in records.iter().enumerate() {
        for line in record.lines(relation) {
            if place > 0
                && let Some(known) = lines.iter_mut().find(|known| same(child, via, &known.record, line))
            {
                join(child, via, known, line);
                continue;
            }
            let mut added = Line { record: line.clone(), own: place == 0, values: Vec::new() };
            if let Some(main) = child.field(MAIN).filter(|main| place > 0 && lines.iter().any(|line| line.value(main).bool())) {
                added.put(main, Value::Bool(false));
            }
            lines.push(added);
        }
    }
    lines
}

/// The fields that a line says of itself.
fn said<'c>(child: &'c Entity, via: &'c str) -> impl Iterator<Item = &'c Field> {
    let kind = move |field: &Field| field.key.strip_suffix("_kind") == Some(via);
    child
        .fields
        .iter()
        .filter(move |field| !field.system && field.computed.is_none() && field.key != via && field.key != "position" && !kind(field))
}

/// Whether two lines are the same address: by what finds duplicates, or by everything.
fn same(child: &Entity, via: &str, one: &Record, other: &Record) -> bool {
    let equal = |field: &Field| match (one.value(field.id), other.value(field.id)) {
        (Value::Text(one), Value::Text(other)) => fold(one) == fold(other),
        (one, other) => one == other,
    };
    let keys: Vec<&Field> = child.fields.iter().filter(|field| field.matching).collect();
    if keys.is_empty() { said(child, via).filter(|field| field.key != MAIN).all(equal) } else { keys.into_iter().all(equal) }
}

/// What one line says beyond the other that is the same: what was empty, and of what the program noted the worse.
fn join(child: &Entity, via: &str, known: &mut Line, line: &Record) {
    for field in said(child, via) {
        let (has, says) = (known.value(field).clone(), line.value(field.id).clone());
        let worse = match field.kind {
            Kind::Choice(choices) if field.read_only => {
                let place = |value: &Value| choices.iter().position(|choice| choice.key == value.text());
                place(&says) > place(&has)
            }
            Kind::YesNo => false,
            _ => has.is_empty() && !says.is_empty(),
        };
        if worse {
            known.put(field, says);
        }
    }
}

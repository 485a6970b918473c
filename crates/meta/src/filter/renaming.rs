//! A filter that names another term in place of one: what remains right when two terms become one.

use super::compile::{ID, measured};
use super::{Filter, Measure, Operand, Path, Test};
use crate::entity::Entity;
use crate::field::Field;
use crate::fields::Kind;
use crate::model::Model;
use kernel::{Id, Value};

/// One term in place of another.
#[derive(Debug, Clone, Copy)]
pub struct OtherTerm<'t> {
    /// The vocabulary that both belong to.
    pub vocabulary: &'t str,
    /// The key that is named no longer.
    pub from: &'t str,
    /// The key in its place.
    pub into: &'t str,
}

impl Filter {
    /// The same filter with another record wherever one of some is named: identities are never shared, so whatever the field.
    pub fn with_other_record(&self, from: &[Id], into: Id) -> Filter {
        let within = |filters: &[Filter]| filters.iter().map(|one| one.with_other_record(from, into)).collect();
        match self {
            Filter::All(all) => Filter::All(within(all)),
            Filter::Any(any) => Filter::Any(within(any)),
            Filter::Not(inner) => Filter::Not(Box::new(inner.with_other_record(from, into))),
            Filter::Test(path, test) => Filter::Test(path.clone(), other_record(test, from, into)),
            Filter::Measure(measure, test) => {
                let filter = measure.filter.with_other_record(from, into);
                Filter::Measure(Box::new(Measure { filter, ..Measure::clone(measure) }), other_record(test, from, into))
            }
            Filter::Has(relation, inner) => Filter::Has(relation, Box::new(inner.with_other_record(from, into))),
            Filter::Along(link, inner) => Filter::Along(link, Box::new(inner.with_other_record(from, into))),
        }
    }

    /// The same filter with another term in place of one, in tests of fields that hold terms of its vocabulary.
    pub fn with_other_term(&self, model: &Model, entity: &Entity, other: &OtherTerm<'_>) -> Filter {
        let within = |filters: &[Filter]| filters.iter().map(|one| one.with_other_term(model, entity, other)).collect();
        let of_child = |relation: &str, filter: &Filter| match entity.relation(relation).and_then(|relation| model.child(relation)) {
            Some(child) => filter.with_other_term(model, child, other),
            None => filter.clone(),
        };
        match self {
            Filter::All(all) => Filter::All(within(all)),
            Filter::Any(any) => Filter::Any(within(any)),
            Filter::Not(inner) => Filter::Not(Box::new(inner.with_other_term(model, entity, other))),
            Filter::Test(path, test) => match tested(path, model, entity) {
                Some(field) => Filter::Test(path.clone(), other.tested(field, test)),
                None => self.clone(),
            },
            Filter::Measure(measure, test) => {
                let child = entity.relation(measure.relation).and_then(|relation| model.child(relation));
                let field = child.and_then(|child| measured(measure, child).ok());
                let test = field.map_or_else(|| test.clone(), |field| other.tested(&field, test));
                let filter = of_child(measure.relation, &measure.filter);
                Filter::Measure(Box::new(Measure { filter, ..Measure::clone(measure) }), test)
            }
            Filter::Has(relation, inner) => Filter::Has(relation, Box::new(of_child(relation, inner))),
            Filter::Along(link, inner) => match model.step(entity, link) {
                Some((_, target)) => Filter::Along(link, Box::new(inner.with_other_term(model, target, other))),
                None => self.clone(),
            },
        }
    }
}

/// A test that names the other record, each once.
fn other_record(test: &Test, from: &[Id], into: Id) -> Test {
    let operand = |operand: &Operand| match operand {
        Operand::Value(Value::Link(id)) if from.contains(id) => Operand::Value(Value::Link(into)),
        other => other.clone(),
    };
    match test {
        Test::Is(record) => Test::Is(operand(record)),
        Test::In(records) => {
            let mut named: Vec<Operand> = Vec::with_capacity(records.len());
            for record in records.iter().map(operand) {
                if !named.contains(&record) {
                    named.push(record);
                }
            }
            Test::In(named)
        }
        other => other.clone(),
    }
}

/// The field at the end of a path.
fn tested<'m>(path: &Path, model: &'m Model, entity: &'m Entity) -> Option<&'m Field> {
    let mut entity = entity;
    for link in &path.links {
        entity = model.step(entity, link)?.1;
    }
    if path.field == ID.key { None } else { entity.field(path.field) }
}

impl OtherTerm<'_> {
    fn tested(&self, field: &Field, test: &Test) -> Test {
        if !matches!(field.kind, Kind::Vocabulary(of) | Kind::Vocabularies(of) if of == self.vocabulary) {
            return test.clone();
        }
        let operand = |operand: &Operand| match operand {
            Operand::Value(Value::Text(key)) if key == self.from => Operand::Value(self.into.into()),
            other => other.clone(),
        };
        match test {
            Test::Is(key) => Test::Is(operand(key)),
            Test::In(keys) => {
                let mut named: Vec<Operand> = Vec::with_capacity(keys.len());
                for key in keys.iter().map(operand) {
                    if !named.contains(&key) {
                        named.push(key);
                    }
                }
                Test::In(named)
            }
            Test::Includes(key) if key == self.from => Test::Includes(self.into.to_owned()),
            other => other.clone(),
        }
    }
}

//! A filter on records in memory, with the same answer as its SQL.

use super::compile::{field_of, measured, unknown};
use super::resolve::{compared, order, ready};
use super::time::Present;
use super::{Filter, Path, Test, What};
use crate::entity::{Entity, Relation};
use crate::fields::Kind;
use crate::model::Model;
use crate::record::Record;
use kernel::{Id, Result, Value};

/// The records around the one that is examined.
pub trait World {
    /// The record of an entity with this identity, if the asker may see it.
    fn record(&self, entity: &str, id: Id) -> Option<&Record>;

    /// The living children of a record that the asker may see, in the order of their creation; owned lines are seen
    /// with whom they belong to.
    fn children(&self, relation: &Relation, parent: Id) -> Vec<&Record>;
}

/// What evaluating depends on.
pub struct Evaluate<'m> {
    /// The entities.
    pub model: &'m Model,
    /// Today, the zone, who asks.
    pub present: &'m Present,
    /// The records around.
    pub world: &'m dyn World,
}

impl Evaluate<'_> {
    /// Whether the filter holds for a record.
    pub fn holds(&self, filter: &Filter, entity: &Entity, record: &Record) -> Result<bool> {
        match filter {
            Filter::All(parts) => {
                for part in parts {
                    if !self.holds(part, entity, record)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Any(parts) => {
                for part in parts {
                    if self.holds(part, entity, record)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Filter::Not(inner) => Ok(!self.holds(inner, entity, record)?),
            Filter::Test(path, test) => self.path(path, test, entity, Some(record)),
            Filter::Has(relation, inner) => {
                let relation = entity.relation(relation).ok_or_else(|| unknown(relation))?;
                Ok(!self.chosen(relation, inner, record)?.is_empty())
            }
            Filter::Along(link, inner) => {
                let (field, target) = self.model.step(entity, link).ok_or_else(|| unknown(link))?;
                match record.named(field.key).link().and_then(|id| self.world.record(target.key, id)) {
                    Some(far) => self.holds(inner, target, far),
                    None => Ok(false),
                }
            }
            Filter::Measure(measure, test) => {
                let relation = entity.relation(measure.relation).ok_or_else(|| unknown(measure.relation))?;
                let child = self.model.child(relation).ok_or_else(|| unknown(relation.key))?;
                let field = measured(measure, child)?;
                let children = self.chosen(relation, &measure.filter, record)?;
                let values = || children.iter().map(|one| value_of(one, field.key, field.kind));
                let given = || values().filter(|value| !matches!(value, Value::Empty));
                let value = match measure.what {
                    What::Count => Value::Int(children.len() as i64),
                    What::Sum => Value::Int(values().fold(0, |sum, value| sum.saturating_add(value.int()))),
                    What::Min => given().min_by(|a, b| order(a, b).unwrap_or(std::cmp::Ordering::Equal)).unwrap_or(field.kind.empty()),
                    What::Max => given().max_by(|a, b| order(a, b).unwrap_or(std::cmp::Ordering::Equal)).unwrap_or(field.kind.empty()),
                    What::First => values().next().unwrap_or(field.kind.empty()),
                    What::Last => values().next_back().unwrap_or(field.kind.empty()),
                };
                Ok(ready(test, field.kind, self.present).passes(&value, field.kind))
            }
        }
    }

    fn chosen(&self, relation: &Relation, filter: &Filter, record: &Record) -> Result<Vec<&Record>> {
        let child = self.model.child(relation).ok_or_else(|| unknown(relation.key))?;
        let mut chosen = Vec::new();
        for one in self.world.children(relation, record.id) {
            if self.holds(filter, child, one)? {
                chosen.push(one);
            }
        }
        let at = child.happens.as_ref().map(|happens| happens.at);
        chosen.sort_by_key(|record| (at.and_then(|at| record.named(at).moment()), record.id));
        Ok(chosen)
    }

    fn path(&self, path: &Path, test: &Test, entity: &Entity, record: Option<&Record>) -> Result<bool> {
        let mut entity = entity;
        let mut record = record;
        for link in &path.links {
            let (field, target) = self.model.step(entity, link).ok_or_else(|| unknown(link))?;
            record = record.and_then(|record| record.named(field.key).link()).and_then(|id| self.world.record(target.key, id));
            entity = target;
        }
        let field = field_of(entity, path.field)?;
        let kind: Kind = field.kind;
        let value = match record {
            None => kind.empty(),
            Some(record) => value_of(record, path.field, kind),
        };
        Ok(ready(test, kind, self.present).passes(&value, kind))
    }
}

/// The value of a field in its compared form; identity and version are not among the values of a record.
fn value_of(record: &Record, key: &str, kind: Kind) -> Value {
    match (key, record.named(key)) {
        ("id", _) => Value::Link(record.id),
        ("version", _) => Value::Int(record.version),
        (_, Value::Empty) => kind.empty(),
        (_, value) => compared(kind, value),
    }
}

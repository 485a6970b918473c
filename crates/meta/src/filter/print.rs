//! The text form of a filter: for addresses, the API and the command line.

use super::compile::{ID, measured};
use super::time::{Point, Span};
use super::{Filter, Measure, Operand, Path, Test, What};
use crate::entity::Entity;
use crate::field::Field;
use crate::fields::{Family, Kind};
use crate::model::Model;
use kernel::Value;
use std::fmt::Write;

/// The text of a filter on an entity.
pub fn print(filter: &Filter, model: &Model, entity: &Entity) -> String {
    let mut text = String::new();
    Printer { model, text: &mut text }.filter(filter, entity, false);
    text
}

struct Printer<'p> {
    model: &'p Model,
    text: &'p mut String,
}

impl Printer<'_> {
    fn filter(&mut self, filter: &Filter, entity: &Entity, within: bool) {
        match filter {
            Filter::All(parts) if parts.is_empty() => self.text.push_str("everything"),
            Filter::Any(parts) if parts.is_empty() => self.text.push_str("nothing"),
            Filter::All(parts) => self.joined(parts, " and ", entity, within),
            Filter::Any(parts) => self.joined(parts, " or ", entity, within),
            Filter::Not(inner) => match inner.as_ref() {
                Filter::Test(path, test) if negatable(test) => self.test(path, test, entity, true),
                Filter::All(_) | Filter::Any(_) => {
                    self.text.push_str("not ");
                    self.filter(inner, entity, true);
                }
                _ => {
                    self.text.push_str("not ");
                    self.filter(inner, entity, false);
                }
            },
            Filter::Test(path, test) => self.test(path, test, entity, false),
            Filter::Has(relation, inner) => {
                let _ = write!(self.text, "exists({relation}");
                if let Some(child) = entity.relation(relation).and_then(|relation| self.model.child(relation)) {
                    self.chosen(inner, child);
                }
                self.text.push(')');
            }
            // For people who look into a log: nothing reads it back.
            Filter::Along(link, inner) => {
                let _ = write!(self.text, "along({link}");
                if let Some((_, target)) = self.model.step(entity, link) {
                    self.chosen(inner, target);
                }
                self.text.push(')');
            }
            Filter::Measure(measure, test) => self.measure(measure, test, entity),
        }
    }

    fn joined(&mut self, parts: &[Filter], word: &str, entity: &Entity, within: bool) {
        let grouped = within || parts.len() == 1;
        if grouped {
            self.text.push('(');
        }
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                self.text.push_str(word);
            }
            self.filter(part, entity, true);
        }
        if grouped {
            self.text.push(')');
        }
    }

    fn chosen(&mut self, filter: &Filter, child: &Entity) {
        if !filter.is_everything() {
            self.text.push_str(" where ");
            self.filter(filter, child, false);
        }
    }

    fn measure(&mut self, measure: &Measure, test: &Test, entity: &Entity) {
        self.text.push_str(measure.what.word());
        self.text.push('(');
        self.text.push_str(measure.relation);
        if let Some(field) = measure.field {
            let _ = write!(self.text, ".{field}");
        }
        let child = entity.relation(measure.relation).and_then(|relation| self.model.child(relation));
        if let Some(child) = child {
            self.chosen(&measure.filter, child);
        }
        self.text.push_str(") ");
        if let Some(field) = child.and_then(|child| measured(measure, child).ok()) {
            self.operator(test, &field, false);
        }
    }

    fn test(&mut self, path: &Path, test: &Test, entity: &Entity, negated: bool) {
        let mut entity = entity;
        for link in &path.links {
            let _ = write!(self.text, "{link}.");
            match self.model.step(entity, link) {
                Some((_, target)) => entity = target,
                None => return,
            }
        }
        self.text.push_str(path.field);
        self.text.push(' ');
        let field = if path.field == "id" { Some(&ID) } else { entity.field(path.field) };
        if let Some(field) = field {
            self.operator(test, field, negated);
        }
    }

    fn operator(&mut self, test: &Test, field: &Field, negated: bool) {
        let not = if negated { "not " } else { "" };
        match test {
            Test::Empty => {
                let _ = write!(self.text, "is {not}empty");
            }
            Test::Is(operand) => {
                let _ = write!(self.text, "is {not}");
                self.operand(operand, field);
            }
            Test::In(operands) => {
                let _ = write!(self.text, "{not}in (");
                for (place, operand) in operands.iter().enumerate() {
                    if place > 0 {
                        self.text.push_str(", ");
                    }
                    self.operand(operand, field);
                }
                self.text.push(')');
            }
            Test::Contains(part) => {
                self.text.push_str("contains ");
                self.quoted(part);
            }
            Test::Starts(part) => {
                self.text.push_str("starts ");
                self.quoted(part);
            }
            Test::Includes(key) => {
                self.text.push_str("includes ");
                self.quoted(key);
            }
            Test::Less(operand) => self.compared("< ", operand, field),
            Test::AtMost(operand) => self.compared("<= ", operand, field),
            Test::More(operand) => self.compared("> ", operand, field),
            Test::AtLeast(operand) => self.compared(">= ", operand, field),
            Test::Between(from, to) => {
                self.compared("between ", from, field);
                self.compared(" and ", to, field);
            }
            Test::Within(span) => {
                self.text.push_str("within ");
                self.span(*span);
            }
        }
    }

    fn compared(&mut self, word: &str, operand: &Operand, field: &Field) {
        self.text.push_str(word);
        self.operand(operand, field);
    }

    fn operand(&mut self, operand: &Operand, field: &Field) {
        match operand {
            Operand::Me => self.text.push_str("me"),
            Operand::Point(point) => self.point(*point),
            Operand::Value(value) => self.value(value, field.kind),
        }
    }

    fn value(&mut self, value: &Value, kind: Kind) {
        let text = match value {
            Value::Date(date) => date.to_string(),
            other => kind.behaviour().write(other),
        };
        // A key that is a word of the language stands in quotes.
        let keyword = kind.family() == Family::Keys && matches!(text.as_str(), "not" | "empty");
        let bare = !matches!(kind.family(), Family::Words) && !text.is_empty() && !keyword;
        if bare && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_')) {
            self.text.push_str(&text);
        } else {
            self.quoted(&text);
        }
    }

    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        self.text.push_str(&text.replace('"', "\"\""));
        self.text.push('"');
    }

    fn point(&mut self, point: Point) {
        let plural = if point.count.abs() == 1 { "" } else { "s" };
        let word = point.unit.word();
        let _ = match point {
            Point::TODAY => write!(self.text, "today"),
            Point { count, .. } if count < 0 => write!(self.text, "{} {word}{plural} ago", -count),
            Point { count, .. } => write!(self.text, "in {count} {word}{plural}"),
        };
    }

    fn span(&mut self, span: Span) {
        let _ = match span {
            Span::Last(count, unit) => write!(self.text, "last {count} {}s", unit.word()),
            Span::Next(count, unit) => write!(self.text, "next {count} {}s", unit.word()),
            Span::Whole(0, unit) => write!(self.text, "this {}", unit.word()),
            Span::Whole(-1, unit) => write!(self.text, "previous {}", unit.word()),
            Span::Whole(1, unit) => write!(self.text, "following {}", unit.word()),
            Span::Whole(away, unit) => write!(self.text, "{} {away:+}", unit.word()),
        };
    }
}

/// Whether the negation is written inside the test: `is not`, `not in`.
pub fn negatable(test: &Test) -> bool {
    matches!(test, Test::Is(_) | Test::Empty | Test::In(_))
}

impl What {
    /// All of them.
    pub const ALL: [What; 6] = [What::Count, What::Sum, What::Min, What::Max, What::First, What::Last];

    /// Its word in the text form.
    pub fn word(self) -> &'static str {
        match self {
            What::Count => "count",
            What::Sum => "sum",
            What::Min => "min",
            What::Max => "max",
            What::First => "first",
            What::Last => "last",
        }
    }
}

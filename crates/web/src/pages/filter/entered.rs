//! A filter as the builder holds it: groups of rows, complete or not, each field of the form by its name. Read from the
//! form, made from a tree, and made into a tree again.
//!
//! What a row can't show, or would show as something else, stays as a condition in its text form: every row made from a
//! tree is read again before it is shown, so that nothing is lost on the way through the builder.

use super::operators::Operator;
use crate::form::Fields;
use kernel::{Problem, Problems, Say, Value};
use meta::fields::Family;
use meta::filter::compile::{field_of, measured};
use meta::filter::parse::{self, parse};
use meta::filter::print::print;
use meta::filter::time::{Point, Span, Unit};
use meta::filter::{Filter, MOST_DEPTH, MOST_TESTS, MOST_VALUES, Measure, Operand, Test, What};
use meta::{Entity, Field, Kind, Model, Reading};
use std::collections::HashMap;

/// Most rows that the builder shows; a longer filter is a text.
const MOST_ROWS: usize = 60;

/// How the conditions of a group go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    All,
    Any,
    None,
    NotAll,
}

impl Join {
    pub(super) const ALL: [Join; 4] = [Join::All, Join::Any, Join::None, Join::NotAll];

    /// Its word in the form.
    pub(super) fn key(self) -> &'static str {
        match self {
            Join::All => "all",
            Join::Any => "any",
            Join::None => "none",
            Join::NotAll => "not-all",
        }
    }

    fn of(key: &str) -> Join {
        Join::ALL.into_iter().find(|join| join.key() == key).unwrap_or(Join::All)
    }
}

/// Conditions that go together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub(super) join: Join,
    pub(super) nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Group(Group),
    Row(Box<Row>),
}

/// What is asked of children.
pub(super) const HAS: &str = "has";
/// The field of a condition written as text.
pub(super) const TEXT: &str = "=";
/// Before the name of children.
pub(super) const CHILDREN: char = '*';

/// One condition as it was entered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The way to a field; `*` and a relation; `=` for text; nothing yet.
    pub(super) field: String,
    /// What is reckoned over children: `has`, `count`, `sum`…
    pub(super) measure: String,
    /// The children's field.
    pub(super) of: String,
    /// Which children.
    pub(super) within: Group,
    /// The operator.
    pub(super) operator: String,
    /// The values, or the first of two.
    pub(super) first: Entry,
    /// The second of two.
    pub(super) second: Entry,
    /// The condition as text.
    pub(super) text: String,
}

/// What is entered for one side of a comparison.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Entry {
    /// The values.
    pub(super) values: Vec<String>,
    /// What stands in a picker: the record that was chosen, and what was written.
    pub(super) picked: Option<(String, String)>,
    /// For times: nothing for a day, `moment`, `today`, `ago`, `ahead`.
    pub(super) when: String,
    pub(super) count: String,
    pub(super) unit: String,
}

impl Default for Group {
    fn default() -> Group {
        Group { join: Join::All, nodes: Vec::new() }
    }
}

impl Row {
    /// A row in which nothing is chosen yet.
    pub(super) fn blank() -> Row {
        Row {
            field: String::new(),
            measure: String::new(),
            of: String::new(),
            within: Group::default(),
            operator: String::new(),
            first: Entry::default(),
            second: Entry::default(),
            text: String::new(),
        }
    }

    /// What the row is about: other inputs follow from another field, or from another reckoning.
    pub(super) fn about(&self) -> String {
        format!("{} {} {}", self.field, self.measure, self.of)
    }

    /// The row with a new field: what no longer belongs to it is left out.
    fn begun(self, was: &str, within: Group) -> Row {
        let same_field = was.split(' ').next() == Some(self.field.as_str());
        if same_field { Row { within, ..self } } else { Row { field: self.field, ..Row::blank() } }
    }

    fn text(text: String) -> Row {
        Row { field: TEXT.to_owned(), text, ..Row::blank() }
    }
}

/// What reading depends on.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) model: &'c Model,
    pub(crate) reading: &'c Reading,
}

/// A group read into a tree.
#[derive(Debug, Default)]
pub(crate) struct Understood {
    /// The filter of what is complete.
    pub(crate) filter: Option<Filter>,
    /// What is wrong, by the identity of its row.
    pub(crate) problems: Problems,
    /// The rows in which something is still missing.
    pub(crate) unfinished: Vec<String>,
}

/// The fields of a form by their names.
struct Sent<'f>(HashMap<&'f str, Vec<&'f str>>);

impl<'f> Sent<'f> {
    fn one(&self, id: &str, name: &str) -> String {
        self.0.get(format!("{id}.{name}").as_str()).and_then(|all| all.last()).map(|text| (*text).to_owned()).unwrap_or_default()
    }

    fn many(&self, id: &str, name: &str) -> Vec<String> {
        let all = self.0.get(format!("{id}.{name}").as_str()).map(Vec::as_slice).unwrap_or_default();
        all.iter().take(MOST_VALUES + 1).map(|text| (*text).to_owned()).collect()
    }

    fn has(&self, id: &str, name: &str) -> bool {
        self.0.contains_key(format!("{id}.{name}").as_str())
    }

    fn entry(&self, id: &str, place: &str) -> Entry {
        let name = |name: &str| format!("{name}{place}");
        let mut values = self.many(id, &name("value"));
        // The picker comes last, and is sent even when it is empty.
        let written = format!("value{place}.text");
        let picked = if self.has(id, &written) { values.pop().map(|chosen| (chosen, self.one(id, &written))) } else { None };
        values.retain(|text| !text.is_empty());
        Entry { values, picked, when: self.one(id, &name("when")), count: self.one(id, &name("count")), unit: self.one(id, &name("unit")) }
    }

    fn group(&self, id: &str, depth: usize, rows: &mut usize) -> Group {
        let mut nodes = Vec::new();
        if depth <= MOST_DEPTH + 2 {
            for place in 0.. {
                let child = format!("{id}-{place}");
                if self.has(&child, "join") {
                    nodes.push(Node::Group(self.group(&child, depth + 1, rows)));
                } else if self.has(&child, "field") {
                    nodes.push(Node::Row(Box::new(self.row(&child, depth, rows))));
                } else {
                    break;
                }
                *rows += 1;
                if *rows > 2 * MOST_TESTS {
                    break;
                }
            }
        }
        Group { join: Join::of(&self.one(id, "join")), nodes }
    }

    fn within(&self, id: &str, depth: usize, rows: &mut usize) -> Group {
        let inside = format!("{id}-in");
        if self.has(&inside, "join") { self.group(&inside, depth + 1, rows) } else { Group::default() }
    }

    fn row(&self, id: &str, depth: usize, rows: &mut usize) -> Row {
        let asked = Row { field: self.one(id, "field"), measure: self.one(id, "measure"), of: self.one(id, "of"), ..Row::blank() };
        // What was entered for another field means nothing for this one.
        if self.has(id, "was") && self.one(id, "was") != asked.about() {
            let within = self.within(id, depth, rows);
            return asked.begun(&self.one(id, "was"), within);
        }
        let within = self.within(id, depth, rows);
        Row {
            within,
            operator: self.one(id, "operator"),
            first: self.entry(id, ""),
            second: self.entry(id, "2"),
            text: self.one(id, "text"),
            ..asked
        }
    }
}

/// What the names of a builder on a page of its own begin with; one among other fields begins with the name of its field.
pub(super) const ROOT: &str = "f";

impl Group {
    /// The groups and rows of a form, whose names begin with this.
    pub(crate) fn sent(fields: &Fields, root: &str) -> Group {
        let mut sent: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, value) in &fields.0 {
            sent.entry(name).or_default().push(value);
        }
        Sent(sent).group(root, 0, &mut 0)
    }

    /// The group that shows a filter.
    pub(crate) fn of(filter: &Filter, entity: &Entity, context: Context<'_>) -> Group {
        if filter.size().1 > MOST_ROWS {
            return Group { join: Join::All, nodes: vec![context.as_text(filter, entity)] };
        }
        match context.node(filter, entity) {
            Node::Group(group) => group,
            row => Group { join: Join::All, nodes: vec![row] },
        }
    }

    /// The tree of what is complete, with what is wrong in it, by names that begin with this.
    pub(crate) fn understood(&self, root: &str, entity: &Entity, context: Context<'_>) -> Understood {
        let mut understood = Understood::default();
        let filter = context.filter_of(self, root, entity, &mut understood);
        if let Some(filter) = &filter
            && understood.problems.is_empty()
            && let Err(kernel::Error::Invalid(problems)) = parse(&print(filter, context.model, entity), context.model, entity)
        {
            understood.problems.extend(problems.into_iter().map(|problem| Problem { field: root.to_owned(), say: problem.say }));
        }
        understood.filter = filter;
        understood
    }
}

impl Context<'_> {
    // From a tree.

    fn as_text(self, filter: &Filter, entity: &Entity) -> Node {
        Node::Row(Box::new(Row::text(print(filter, self.model, entity))))
    }

    fn node(self, filter: &Filter, entity: &Entity) -> Node {
        let nodes = |parts: &[Filter]| parts.iter().map(|part| self.node(part, entity)).collect();
        let group = |join, parts: &[Filter]| Node::Group(Group { join, nodes: nodes(parts) });
        match filter {
            Filter::All(parts) => group(Join::All, parts),
            Filter::Any(parts) => group(Join::Any, parts),
            Filter::Not(inner) => match inner.as_ref() {
                Filter::Any(parts) if parts.len() != 1 => group(Join::None, parts),
                Filter::All(parts) if parts.len() != 1 => group(Join::NotAll, parts),
                leaf => match self.row(leaf, true, entity).filter(|row| self.same(row, filter, entity)) {
                    Some(row) => Node::Row(Box::new(row)),
                    None => group(Join::None, std::slice::from_ref(inner)),
                },
            },
            leaf => match self.row(leaf, false, entity).filter(|row| self.same(row, filter, entity)) {
                Some(row) => Node::Row(Box::new(row)),
                None => self.as_text(filter, entity),
            },
        }
    }

    /// Whether a row is read as this very filter.
    fn same(self, row: &Row, filter: &Filter, entity: &Entity) -> bool {
        let mut understood = Understood::default();
        let read = self.condition(row, ROOT, entity, &mut understood);
        understood.problems.is_empty() && understood.unfinished.is_empty() && read.as_ref() == Some(filter)
    }

    fn row(self, filter: &Filter, negated: bool, entity: &Entity) -> Option<Row> {
        match filter {
            Filter::Test(path, test) => {
                let name = path.links.iter().chain([&path.field]).copied().collect::<Vec<_>>().join(".");
                let (_, field) = parse::path(&name, self.model, entity).ok()?;
                let mut row = Row { field: name, ..Row::blank() };
                self.asks(&mut row, test, &field, negated)?;
                Some(row)
            }
            Filter::Has(relation, inner) => {
                let child = entity.relation(relation).and_then(|relation| self.model.child(relation))?;
                let operator = if negated { Operator::HasNone } else { Operator::HasSome };
                let mut row = Row { field: format!("{CHILDREN}{relation}"), measure: HAS.to_owned(), ..Row::blank() };
                operator.key().clone_into(&mut row.operator);
                row.within = self.within(inner, child);
                Some(row)
            }
            Filter::Measure(measure, test) => {
                let child = entity.relation(measure.relation).and_then(|relation| self.model.child(relation))?;
                let field = measured(measure, child).ok()?;
                let mut row = Row {
                    field: format!("{CHILDREN}{}", measure.relation),
                    measure: measure.what.word().to_owned(),
                    of: measure.field.unwrap_or_default().to_owned(),
                    within: self.within(&measure.filter, child),
                    ..Row::blank()
                };
                self.asks(&mut row, test, &field, negated)?;
                Some(row)
            }
            _ => None,
        }
    }

    fn within(self, filter: &Filter, child: &Entity) -> Group {
        match self.node(filter, child) {
            Node::Group(group) => group,
            row => Group { join: Join::All, nodes: vec![row] },
        }
    }

    fn asks(self, row: &mut Row, test: &Test, field: &Field, negated: bool) -> Option<()> {
        let mut operator = Operator::of(test)?;
        match test {
            Test::Empty => {}
            Test::Is(operand) => self.enters(&mut row.first, operand, field)?,
            Test::In(operands) => {
                for operand in operands {
                    let mut entry = Entry::default();
                    self.enters(&mut entry, operand, field)?;
                    row.first.values.push(entry.values.pop()?);
                }
            }
            Test::Contains(text) | Test::Starts(text) | Test::Includes(text) => row.first.values.push(text.clone()),
            Test::Less(Operand::Point(point)) if point.count < 0 && !negated => {
                operator = Operator::LongerAgo;
                row.first.count = (-point.count).to_string();
                point.unit.word().clone_into(&mut row.first.unit);
            }
            Test::Less(operand) | Test::AtMost(operand) | Test::More(operand) | Test::AtLeast(operand) => {
                self.enters(&mut row.first, operand, field)?;
            }
            Test::Between(from, to) => {
                self.enters(&mut row.first, from, field)?;
                self.enters(&mut row.second, to, field)?;
            }
            Test::Within(Span::Last(count, unit) | Span::Next(count, unit) | Span::Whole(count, unit)) => {
                row.first.count = count.to_string();
                unit.word().clone_into(&mut row.first.unit);
            }
        }
        if negated {
            operator = operator.negated()?;
        }
        operator.key().clone_into(&mut row.operator);
        Some(())
    }

    fn enters(self, entry: &mut Entry, operand: &Operand, field: &Field) -> Option<()> {
        match operand {
            Operand::Me => entry.values.push(ME.to_owned()),
            Operand::Point(Point::TODAY) => "today".clone_into(&mut entry.when),
            Operand::Point(Point { count, unit }) => {
                if *count < 0 { "ago" } else { "ahead" }.clone_into(&mut entry.when);
                entry.count = count.abs().to_string();
                unit.word().clone_into(&mut entry.unit);
            }
            Operand::Value(value) => {
                if let (Kind::Moment, Value::Moment(moment)) = (field.kind, value) {
                    "moment".clone_into(&mut entry.when);
                    let time = moment.in_zone(&self.reading.zone);
                    entry.values.push(format!("{}T{:02}:{:02}", moment.date(&self.reading.zone), time.hour(), time.minute()));
                } else {
                    entry.values.push(self.shown(value, field)?);
                }
            }
        }
        Some(())
    }

    /// A value as its input holds it.
    fn shown(self, value: &Value, field: &Field) -> Option<String> {
        let text = match (field.kind.family(), value) {
            (Family::Times, Value::Date(day)) => day.to_string(),
            (Family::Numbers, _) if field.kind == Kind::Money => {
                kernel::Scaled { units: value.int(), scale: 2 }.for_people(self.reading.language)
            }
            (Family::Numbers, _) => field.kind.behaviour().show(value, self.reading),
            _ => field.kind.behaviour().write(value),
        };
        (!text.is_empty()).then_some(text)
    }

    // To a tree.

    fn filter_of(self, group: &Group, id: &str, entity: &Entity, understood: &mut Understood) -> Option<Filter> {
        let mut parts = Vec::with_capacity(group.nodes.len());
        for (place, node) in group.nodes.iter().enumerate() {
            let id = format!("{id}-{place}");
            parts.extend(match node {
                Node::Group(group) => self.filter_of(group, &id, entity, understood),
                Node::Row(row) => self.condition(row, &id, entity, understood),
            });
        }
        // Rows that ask nothing yet narrow nothing.
        if parts.is_empty() && !group.nodes.is_empty() {
            return None;
        }
        let one = if parts.len() == 1 { parts.pop() } else { None };
        Some(match (group.join, one) {
            (Join::All | Join::Any, Some(one)) => one,
            (Join::None | Join::NotAll, Some(one)) => one.negate(),
            (Join::All, None) => Filter::All(parts),
            (Join::Any, None) => Filter::Any(parts),
            (Join::None, None) => Filter::Any(parts).negate(),
            (Join::NotAll, None) => Filter::All(parts).negate(),
        })
    }

    fn condition(self, row: &Row, id: &str, entity: &Entity, understood: &mut Understood) -> Option<Filter> {
        match self.read(row, id, entity, understood) {
            Ok(filter) => filter,
            Err(say) => {
                understood.problems.push(Problem { field: id.to_owned(), say });
                None
            }
        }
    }

    fn read(self, row: &Row, id: &str, entity: &Entity, understood: &mut Understood) -> Result<Option<Filter>, Say> {
        if row.field.is_empty() {
            return Ok(None);
        }
        if row.field == TEXT {
            let text = row.text.trim();
            if text.is_empty() {
                understood.unfinished.push(id.to_owned());
                return Ok(None);
            }
            return parse(text, self.model, entity).map(Some).map_err(said);
        }
        let Some(relation) = row.field.strip_prefix(CHILDREN) else {
            let (path, field) = parse::path(&row.field, self.model, entity).map_err(said)?;
            return Ok(self.tested(row, id, &field, understood)?.map(|(test, negated)| {
                let filter = Filter::Test(path, test);
                if negated { filter.negate() } else { filter }
            }));
        };
        let unknown = || Say::new("error-filter-unknown").with("name", &row.field);
        let relation = entity.relation(relation).ok_or_else(unknown)?;
        let child = self.model.child(relation).ok_or_else(unknown)?;
        let within = self.filter_of(&row.within, &format!("{id}-in"), child, understood).unwrap_or_else(Filter::everything);
        let Some(what) = What::ALL.into_iter().find(|what| what.word() == row.measure) else {
            let has = Filter::Has(relation.key, Box::new(within));
            return Ok(Some(if Operator::read(&row.operator) == Some(Operator::HasNone) { has.negate() } else { has }));
        };
        if what != What::Count && row.of.is_empty() {
            understood.unfinished.push(id.to_owned());
            return Ok(None);
        }
        let field = if row.of.is_empty() { None } else { Some(field_of(child, &row.of).map_err(said)?.key) };
        let measure = Measure { what, relation: relation.key, field, filter: within };
        let reckoned = measured(&measure, child).map_err(said)?;
        Ok(self.tested(row, id, &reckoned, understood)?.map(|(test, negated)| {
            let filter = Filter::Measure(Box::new(measure), test);
            if negated { filter.negate() } else { filter }
        }))
    }

    /// The test of a row, and whether it is turned round; none where something is missing.
    fn tested(self, row: &Row, id: &str, field: &Field, understood: &mut Understood) -> Result<Option<(Test, bool)>, Say> {
        let (operator, negated) = Operator::chosen(&row.operator, field).plain();
        let mut unfinished = || {
            understood.unfinished.push(id.to_owned());
            Ok(None)
        };
        let test = match operator {
            Operator::Empty => Test::Empty,
            Operator::In => {
                if row.first.values.is_empty() {
                    return unfinished();
                }
                if row.first.values.len() > MOST_VALUES {
                    return Err(Say::new("error-filter-too-large"));
                }
                Test::In(row.first.values.iter().map(|text| self.operand_of(text, "", field)).collect::<Result<_, Say>>()?)
            }
            Operator::Contains | Operator::Starts | Operator::Includes => {
                let Some(text) = row.first.values.first().map(|text| text.trim()).filter(|text| !text.is_empty()) else {
                    return unfinished();
                };
                match operator {
                    Operator::Contains => Test::Contains(text.to_owned()),
                    Operator::Starts => Test::Starts(text.to_owned()),
                    _ => match Kind::Vocabulary("").parse(text, self.reading)? {
                        Value::Text(key) => Test::Includes(key),
                        _ => return unfinished(),
                    },
                }
            }
            Operator::LongerAgo => match self.reckoned(&row.first, 1)? {
                Some((count, unit)) => Test::Less(Operand::Point(Point { count: -count, unit })),
                None => return unfinished(),
            },
            Operator::Last | Operator::Next => match self.reckoned(&row.first, 0)? {
                Some((count, unit)) if operator == Operator::Last => Test::Within(Span::Last(count, unit)),
                Some((count, unit)) => Test::Within(Span::Next(count, unit)),
                None => return unfinished(),
            },
            Operator::Whole => match self.reckoned(&row.first, -10_000)? {
                Some((away, unit)) => Test::Within(Span::Whole(away, unit)),
                None => return unfinished(),
            },
            Operator::Between => match (self.operand(&row.first, field)?, self.operand(&row.second, field)?) {
                (Some(from), Some(to)) => Test::Between(from, to),
                _ => return unfinished(),
            },
            _ => {
                let Some(operand) = self.operand(&row.first, field)? else { return unfinished() };
                match operator {
                    Operator::Less => Test::Less(operand),
                    Operator::AtMost => Test::AtMost(operand),
                    Operator::More => Test::More(operand),
                    Operator::AtLeast => Test::AtLeast(operand),
                    _ => Test::Is(operand),
                }
            }
        };
        Ok(Some((test, negated)))
    }

    /// So many of a unit.
    fn reckoned(self, entry: &Entry, least: i64) -> Result<Option<(i64, Unit)>, Say> {
        if entry.count.trim().is_empty() {
            return Ok(None);
        }
        let count = entry.count.trim().parse::<i64>().ok().filter(|count| (least..=10_000).contains(count));
        let unit = Unit::ALL.into_iter().find(|unit| unit.word() == entry.unit).unwrap_or(Unit::Day);
        count.map(|count| Some((count, unit))).ok_or_else(|| Say::new("error-filter-count"))
    }

    fn operand(self, entry: &Entry, field: &Field) -> Result<Option<Operand>, Say> {
        if field.kind.family() == Family::Times {
            match entry.when.as_str() {
                "today" => return Ok(Some(Operand::Point(Point::TODAY))),
                "ago" | "ahead" => {
                    let sign = if entry.when == "ago" { -1 } else { 1 };
                    return Ok(self.reckoned(entry, 0)?.map(|(count, unit)| Operand::Point(Point { count: sign * count, unit })));
                }
                _ => {}
            }
        }
        match entry.values.first() {
            Some(text) if !text.trim().is_empty() => self.operand_of(text, &entry.when, field).map(Some),
            _ => Ok(None),
        }
    }

    fn operand_of(self, text: &str, when: &str, field: &Field) -> Result<Operand, Say> {
        let text = text.trim();
        let kind = field.kind;
        let value = match kind.family() {
            Family::Records if text == ME => return Ok(Operand::Me),
            Family::Words => parse::value(text, field)?,
            Family::Times if kind == Kind::Moment && when == "moment" => kind.parse(text, self.reading)?,
            Family::Times => match text.parse::<kernel::Date>() {
                Ok(day) => Value::Date(day),
                Err(_) => Kind::Date.parse(text, self.reading)?,
            },
            Family::Answer | Family::Keys | Family::Records | Family::Numbers | Family::ManyKeys => kind.parse(text, self.reading)?,
        };
        Ok(Operand::Value(value))
    }
}

/// Whoever asks, among people.
pub(super) const ME: &str = "me";

fn said(error: kernel::Error) -> Say {
    match error {
        kernel::Error::Invalid(problems) => problems.into_iter().next().map_or(Say::new("error-filter-value"), |problem| problem.say),
        _ => Say::new("error-filter-value"),
    }
}

/// The field that a row asks, where it is known: of the record, along its links, or what is reckoned over children.
pub(super) fn field_asked(row: &Row, model: &Model, entity: &Entity) -> Option<Field> {
    let Some(relation) = row.field.strip_prefix(CHILDREN) else {
        return parse::path(&row.field, model, entity).ok().map(|(_, field)| field);
    };
    let relation = entity.relation(relation)?;
    let child = model.child(relation)?;
    let what = What::ALL.into_iter().find(|what| what.word() == row.measure)?;
    let field = if row.of.is_empty() { None } else { Some(field_of(child, &row.of).ok()?.key) };
    measured(&Measure { what, relation: relation.key, field, filter: Filter::everything() }, child).ok()
}

/// The first operator that a field offers, where a row has none that fits.
pub(super) fn settle(group: &mut Group, model: &Model, entity: &Entity) {
    for node in &mut group.nodes {
        match node {
            Node::Group(group) => settle(group, model, entity),
            Node::Row(row) => {
                if let Some(child) = row
                    .field
                    .strip_prefix(CHILDREN)
                    .and_then(|relation| entity.relation(relation))
                    .and_then(|relation| model.child(relation))
                {
                    if row.measure.is_empty() {
                        HAS.clone_into(&mut row.measure);
                    }
                    settle(&mut row.within, model, child);
                } else {
                    row.measure.clear();
                    row.of.clear();
                    row.within = Group::default();
                }
                if let Some(field) = field_asked(row, model, entity) {
                    let operator = Operator::chosen(&row.operator, &field);
                    operator.key().clone_into(&mut row.operator);
                }
            }
        }
    }
}

impl Group {
    /// The group of this identity; `f-0-in` is what a row asks of its children.
    pub(super) fn at(&mut self, id: &str) -> Option<&mut Group> {
        let mut group = self;
        let mut steps = id.split('-').skip(1).peekable();
        while let Some(step) = steps.next() {
            group = match group.nodes.get_mut(step.parse::<usize>().ok()?)? {
                Node::Group(inner) => inner,
                Node::Row(row) if steps.next_if_eq(&"in").is_some() => &mut row.within,
                Node::Row(_) => return None,
            };
        }
        Some(group)
    }

    /// Takes a row or a group out; a group that would be left without any gets one to begin with.
    pub(super) fn remove(&mut self, id: &str) -> Option<()> {
        let (parent, place) = id.rsplit_once('-')?;
        let place = place.parse::<usize>().ok()?;
        let group = self.at(parent)?;
        if place < group.nodes.len() {
            group.nodes.remove(place);
        }
        if group.nodes.is_empty() && !parent.ends_with("-in") {
            group.nodes.push(Node::Row(Box::new(Row::blank())));
        }
        Some(())
    }

    /// Every picker of a link: the identity of its row, the field, and what was entered.
    pub(super) fn pickers<'g>(&'g mut self, id: &str, model: &Model, entity: &Entity, found: &mut Vec<(String, Field, &'g mut Entry)>) {
        for (place, node) in self.nodes.iter_mut().enumerate() {
            let id = format!("{id}-{place}");
            match node {
                Node::Group(group) => group.pickers(&id, model, entity, found),
                Node::Row(row) => {
                    let field = field_asked(row, model, entity);
                    let child = row.field.strip_prefix(CHILDREN).and_then(|key| entity.relation(key)).and_then(|found| model.child(found));
                    let Row { within, first, .. } = row.as_mut();
                    if let Some(child) = child {
                        within.pickers(&format!("{id}-in"), model, child, found);
                    }
                    if let (Some(field), Some(_)) = (field, &first.picked) {
                        found.push((id, field, first));
                    }
                }
            }
        }
    }
}

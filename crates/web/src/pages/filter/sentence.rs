//! A filter in words: what it selects, as a person would say it. "Clienti di Pisa o Livorno, seguiti da Giulia Conti, con
//! almeno un referente senza e-mail, creati negli ultimi 30 giorni".
//!
//! A condition is a clause that stands after a noun and agrees with it. A field may have words of its own for it
//! (`phrase-owner`, `phrase-address-city`); every other field is said by its name in forms that need no agreement, so that
//! fields nobody thought of here make sentences too.

use crate::fields::{Face, Sight};
use crate::pages::reader::Reader;
use kernel::{Id, Result, Value};
use meta::fields::Family;
use meta::filter::compile::{ID, field_of, measured};
use meta::filter::time::{Point, Span};
use meta::filter::{Filter, Measure, Operand, Test, What};
use meta::{Entity, Field, Kind, Model};
use std::collections::HashMap;

/// Most values that are said one by one.
const MOST_SAID: usize = 8;

/// Filters in the reader's words.
pub(crate) struct Sentence<'s> {
    pub(crate) sight: &'s Sight<'s>,
}

/// What a clause stands after.
#[derive(Clone, Copy)]
struct Noun<'n> {
    entity: &'n Entity,
    many: bool,
    feminine: bool,
    /// The link that is passed over: from a place at a record to that record.
    over: Option<&'static str>,
    /// Whether it is the noun of the sentence itself.
    head: bool,
}

impl Sentence<'_> {
    /// The whole sentence: what is selected.
    pub(crate) fn whole(&self, filter: &Filter, entity: &Entity) -> String {
        let many = self.sight.speech.entity(entity.key, "many");
        match filter {
            Filter::All(parts) if parts.is_empty() => self.with("sentence-everything", &[("many", &many)]),
            Filter::Any(parts) if parts.is_empty() => self.with("sentence-nothing", &[("many", &many)]),
            Filter::All(parts) => {
                let noun = self.head(entity);
                let parts: Vec<String> = parts.iter().map(|part| self.clause(part, noun, true)).collect();
                // What stands in brackets takes no comma before it.
                format!("{many} {}", parts.join(", ").replace(", (", " ("))
            }
            other => format!("{many} {}", self.part(other, entity)),
        }
    }

    /// One condition, as it stands after the name of what is selected.
    pub(crate) fn part(&self, filter: &Filter, entity: &Entity) -> String {
        let noun = self.head(entity);
        match filter {
            Filter::Any(parts) if !parts.is_empty() => {
                let parts: Vec<String> = parts.iter().map(|part| self.clause(part, noun, true)).collect();
                parts.join(&format!(" {} ", self.say("sentence-or-else")))
            }
            other => self.clause(other, noun, false),
        }
    }

    fn say<'w>(&'w self, key: &'w str) -> &'w str {
        self.sight.speech.say(key)
    }

    fn with(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        self.sight.speech.with(key, arguments)
    }

    fn feminine(&self, entity: &Entity) -> bool {
        self.sight.speech.known(&format!("gender-{}", entity.key)) == Some("f")
    }

    fn head<'n>(&self, entity: &'n Entity) -> Noun<'n> {
        Noun { entity, many: true, feminine: self.feminine(entity), over: None, head: true }
    }

    /// The record that a link leads to, called by the link's name.
    fn linked<'n>(&self, field: &Field, target: &'n Entity) -> Noun<'n> {
        let feminine = self.sight.speech.known(&format!("gender-{}-{}", field.entity, field.key)) == Some("f");
        Noun { entity: target, many: false, feminine, over: None, head: false }
    }

    /// Gender and number, for what agrees.
    fn agreement(noun: Noun<'_>) -> &'static str {
        match (noun.feminine, noun.many) {
            (false, false) => "ms",
            (true, false) => "fs",
            (false, true) => "mp",
            (true, true) => "fp",
        }
    }

    /// A condition after a noun; in brackets where it is several and stands among others.
    fn clause(&self, filter: &Filter, noun: Noun<'_>, among: bool) -> String {
        match filter {
            Filter::All(parts) if parts.is_empty() => self.say("sentence-any").to_owned(),
            Filter::Any(parts) if parts.is_empty() => self.say("sentence-none").to_owned(),
            Filter::All(parts) => self.joined(parts, "sentence-and", noun, among),
            Filter::Any(parts) => self.joined(parts, "sentence-or-else", noun, among),
            Filter::Not(inner) => match inner.as_ref() {
                Filter::Test(path, test) => self.test(&path.links, path.field, test, true, noun),
                Filter::Has(relation, inner) => self.has(relation, inner, true, noun),
                Filter::Measure(measure, test) => self.measure(measure, test, true, noun),
                other => {
                    let clause = self.clause(other, noun, !noun.head);
                    let key = if noun.head { "sentence-except" } else { "sentence-not-these" };
                    self.with(key, &[("clause", &clause), ("agree", Self::agreement(noun))])
                }
            },
            Filter::Test(path, test) => self.test(&path.links, path.field, test, false, noun),
            Filter::Has(relation, inner) => self.has(relation, inner, false, noun),
            Filter::Measure(measure, test) => self.measure(measure, test, false, noun),
            Filter::Along(link, inner) => match self.sight.model.step(noun.entity, link) {
                Some((field, target)) => {
                    let clause = self.clause(inner, self.linked(field, target), true);
                    self.with("sentence-along", &[("link", &self.name(field)), ("clause", &clause)])
                }
                None => (*link).to_owned(),
            },
        }
    }

    fn joined(&self, parts: &[Filter], word: &str, noun: Noun<'_>, among: bool) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.clause(part, noun, true)).collect();
        let joined = parts.join(&format!(" {} ", self.say(word)));
        if among { format!("({joined})") } else { joined }
    }

    /// The name of a field inside a sentence.
    fn name(&self, field: &Field) -> String {
        lowered(&self.sight.speech.field(field.entity, field.key))
    }

    fn test(&self, links: &[&'static str], key: &str, test: &Test, negated: bool, noun: Noun<'_>) -> String {
        if let Some((first, rest)) = links.split_first() {
            if noun.over == Some(first) {
                // The record at the other end is what the sentence speaks of.
                if let Some((_, target)) = self.sight.model.step(noun.entity, first) {
                    return self.test(rest, key, test, negated, Noun { entity: target, over: None, ..noun });
                }
            }
            return match self.sight.model.step(noun.entity, first) {
                Some((field, target)) => {
                    let clause = self.test(rest, key, test, negated, self.linked(field, target));
                    self.with("sentence-along", &[("link", &self.name(field)), ("clause", &clause)])
                }
                None => key.to_owned(),
            };
        }
        let Ok(field) = field_of(noun.entity, key) else { return key.to_owned() };
        self.own_words(field, test, negated, noun).unwrap_or_else(|| {
            let name = if field.key == ID.key { lowered(self.say("field-id")) } else { self.name(field) };
            match test {
                Test::Empty if negated => self.with("sentence-with", &[("field", &name)]),
                Test::Empty => self.with("sentence-without", &[("field", &name)]),
                _ => {
                    let comparison = self.comparison(test, field, negated);
                    self.with("sentence-with-value", &[("field", &name), ("comparison", &comparison)])
                }
            }
        })
    }

    /// The words that a field has for itself.
    fn own_words(&self, field: &Field, test: &Test, negated: bool, noun: Noun<'_>) -> Option<String> {
        let key = field.key.replace('.', "-");
        let phrase = |end: &str| {
            let keys = [format!("phrase-{}-{key}{end}", noun.entity.key), format!("phrase-{key}{end}")];
            keys.into_iter().find(|key| self.sight.speech.has(key))
        };
        let agree = Self::agreement(noun);
        let not = if negated { "-not" } else { "" };
        match (field.kind.family(), test) {
            (Family::Answer, Test::Is(Operand::Value(Value::Bool(answer)))) => {
                let phrase = phrase(if *answer == negated { "-no" } else { "-yes" })?;
                Some(self.with(&phrase, &[("agree", agree)]))
            }
            (_, Test::Empty) => {
                let phrase = phrase(if negated { "-some" } else { "-empty" })?;
                Some(self.with(&phrase, &[("agree", agree)]))
            }
            (Family::Times, _) => {
                let phrase = phrase(not)?;
                let when = self.when(test, field);
                Some(self.with(&phrase, &[("when", &when), ("agree", agree)]))
            }
            (_, Test::Is(operand)) => {
                let phrase = phrase(not)?;
                Some(self.with(&phrase, &[("values", &self.values(std::slice::from_ref(operand), field, false)), ("agree", agree)]))
            }
            (_, Test::In(operands)) => {
                let phrase = phrase(not)?;
                Some(self.with(&phrase, &[("values", &self.values(operands, field, false)), ("agree", agree)]))
            }
            _ => None,
        }
    }

    /// What a value is compared with, after the name of its field.
    fn comparison(&self, test: &Test, field: &Field, negated: bool) -> String {
        let not = |words: String| if negated { self.with("sentence-not", &[("words", &words)]) } else { words };
        let sign = if negated { "-not" } else { "" };
        let family = field.kind.family();
        let one = |operand: &Operand| self.values(std::slice::from_ref(operand), field, true);
        let said = |key: &str, value: &str| self.with(&format!("{key}{sign}"), &[("value", value)]);
        match (family, test) {
            (_, Test::Empty) => not(self.say("filter-empty").to_owned()),
            (_, Test::Contains(text)) => said("compare-contains", &self.quoted(text)),
            (_, Test::Starts(text)) => said("compare-starts", &self.quoted(text)),
            (_, Test::Includes(term)) => {
                let face = Face::new(field, self.sight.speech);
                said("compare-includes", &face.plain(&Value::Text(format!("|{term}|")), self.sight))
            }
            (Family::Times, _) => not(self.when(test, field)),
            (Family::Numbers, Test::Is(operand)) => not(self.with("compare-equal", &[("value", &one(operand))])),
            (Family::Numbers, Test::In(operands)) => not(self.with("compare-equal", &[("value", &self.values(operands, field, true))])),
            (_, Test::Is(operand)) => said("compare-is", &one(operand)),
            (_, Test::In(operands)) => said("compare-is", &self.values(operands, field, true)),
            (_, Test::Less(operand)) => not(self.ordered("compare-less", family, &one(operand))),
            (_, Test::AtMost(operand)) => not(self.ordered("compare-at-most", family, &one(operand))),
            (_, Test::More(operand)) => not(self.ordered("compare-more", family, &one(operand))),
            (_, Test::AtLeast(operand)) => not(self.ordered("compare-at-least", family, &one(operand))),
            (_, Test::Between(from, to)) => {
                let key = if family == Family::Words { "compare-between-words" } else { "compare-between" };
                not(self.with(key, &[("from", &one(from)), ("to", &one(to))]))
            }
            (_, Test::Within(span)) => not(self.span(*span)),
        }
    }

    fn ordered(&self, key: &str, family: Family, value: &str) -> String {
        let key = if family == Family::Words { format!("{key}-words") } else { key.to_owned() };
        self.with(&key, &[("value", value)])
    }

    fn quoted(&self, text: &str) -> String {
        self.with("sentence-quoted", &[("text", text)])
    }

    /// Values with "or" between them.
    fn values(&self, operands: &[Operand], field: &Field, quoted: bool) -> String {
        let face = Face::new(field, self.sight.speech);
        let mut said: Vec<String> = operands
            .iter()
            .take(MOST_SAID)
            .map(|operand| match operand {
                Operand::Me => self.say("sentence-me").to_owned(),
                Operand::Point(point) => self.point(*point),
                Operand::Value(value) if value.is_empty() && face.field.kind.family() != Family::Answer && value.int() == 0 => {
                    if matches!(value, Value::Int(_)) { face.plain(value, self.sight) } else { self.say("filter-empty").to_owned() }
                }
                Operand::Value(Value::Bool(answer)) => self.say(if *answer { "yes" } else { "no" }).to_lowercase(),
                Operand::Value(value) => {
                    let plain = match field.kind {
                        // A day may stand for a moment.
                        Kind::Moment if value.date().is_some() => Kind::Date.behaviour().show(value, self.sight.reading),
                        _ => face.plain(value, self.sight),
                    };
                    if quoted && field.kind.family() == Family::Words { self.quoted(&plain) } else { plain }
                }
            })
            .collect();
        let more = operands.len().saturating_sub(MOST_SAID);
        if more > 0 {
            said.push(self.with("sentence-others", &[("count", &more.to_string())]));
        }
        let last = said.pop().unwrap_or_default();
        if said.is_empty() { last } else { format!("{} {} {last}", said.join(", "), self.say("sentence-or")) }
    }

    /// When something is, was or will be.
    fn when(&self, test: &Test, field: &Field) -> String {
        let one = |operand: &Operand| self.values(std::slice::from_ref(operand), field, false);
        // A day by its number wants an article in Italian, a day like "oggi" doesn't.
        let day = |key: &str, operand: &Operand| {
            let end = if matches!(operand, Operand::Point(_)) { "-point" } else { "" };
            self.with(&format!("{key}{end}"), &[("day", &one(operand))])
        };
        match test {
            Test::Is(operand) => day("time-on", operand),
            Test::In(operands) => {
                let mut said: Vec<String> = operands.iter().take(MOST_SAID).map(|operand| day("time-on", operand)).collect();
                let more = operands.len().saturating_sub(MOST_SAID);
                if more > 0 {
                    said.push(self.with("sentence-others", &[("count", &more.to_string())]));
                }
                said.join(&format!(" {} ", self.say("sentence-or")))
            }
            Test::Less(Operand::Point(point)) if point.count < 0 => {
                self.with(&format!("longer-{}", point.unit.word()), &[("count", &(-point.count).to_string())])
            }
            Test::Less(operand) => day("time-before", operand),
            Test::AtMost(operand) => day("time-until", operand),
            Test::More(operand) => day("time-after", operand),
            Test::AtLeast(operand) => day("time-since", operand),
            Test::Between(from, to) => self.with("time-between", &[("from", &day("time-on", from)), ("to", &day("time-on", to))]),
            Test::Within(span) => self.span(*span),
            _ => self.say("filter-empty").to_owned(),
        }
    }

    fn point(&self, point: Point) -> String {
        match point {
            Point::TODAY => self.say("point-today").to_owned(),
            Point { count, unit } if count < 0 => self.with(&format!("point-ago-{}", unit.word()), &[("count", &(-count).to_string())]),
            Point { count, unit } => self.with(&format!("point-ahead-{}", unit.word()), &[("count", &count.to_string())]),
        }
    }

    fn span(&self, span: Span) -> String {
        match span {
            Span::Last(count, unit) => self.with(&format!("span-last-{}", unit.word()), &[("count", &count.to_string())]),
            Span::Next(count, unit) => self.with(&format!("span-next-{}", unit.word()), &[("count", &count.to_string())]),
            Span::Whole(0, unit) => self.say(&format!("span-this-{}", unit.word())).to_owned(),
            Span::Whole(-1, unit) => self.say(&format!("span-previous-{}", unit.word())).to_owned(),
            Span::Whole(1, unit) => self.say(&format!("span-following-{}", unit.word())).to_owned(),
            Span::Whole(count, unit) => {
                let when = self.point(Point { count, unit });
                self.with(&format!("span-in-{}", unit.word()), &[("when", &when)])
            }
        }
    }

    /// The children of a relation as a noun, singular and plural, where they have words; and what clauses say of them.
    fn children<'m>(&'m self, relation: &str, entity: &Entity) -> Option<(Noun<'m>, Option<(String, String)>)> {
        let relation = entity.relation(relation)?;
        let child = self.sight.model.child(relation)?;
        let far = relation.far.and_then(|link| child.field(link)).and_then(|field| self.sight.model.target(field));
        let named = far.unwrap_or(child);
        let word = |form: &str| self.sight.speech.known(&format!("entity-{}-{form}", named.key)).map(lowered);
        let words = word("one").zip(word("many"));
        let over = if far.is_some() { relation.far } else { None };
        Some((Noun { entity: child, many: true, feminine: self.feminine(named), over, head: false }, words))
    }

    /// What is asked of children, after their noun, with a space before it; nothing where nothing is asked.
    fn of_children(&self, filter: &Filter, noun: Noun<'_>) -> String {
        if filter.is_everything() {
            return String::new();
        }
        let brackets = matches!(filter, Filter::Any(parts) if parts.len() > 1);
        format!(" {}", self.clause(filter, noun, brackets))
    }

    fn has(&self, relation: &str, inner: &Filter, negated: bool, noun: Noun<'_>) -> String {
        let label = self.sight.speech.field(noun.entity.key, relation);
        let Some((child, words)) = self.children(relation, noun.entity) else { return label };
        let clause = self.of_children(inner, Noun { many: negated, ..child });
        let gender = if child.feminine { "f" } else { "m" };
        match words {
            Some((one, many)) => {
                let key = if negated { "sentence-has-none" } else { "sentence-has-some" };
                self.with(key, &[("one", &one), ("many", &many), ("gender", gender), ("clause", &clause)])
            }
            None => {
                let key = if negated { "sentence-has-none-in" } else { "sentence-has-some-in" };
                self.with(key, &[("relation", &label), ("clause", &clause)])
            }
        }
    }

    fn measure(&self, measure: &Measure, test: &Test, negated: bool, noun: Noun<'_>) -> String {
        let label = self.sight.speech.field(noun.entity.key, measure.relation);
        let Some((child, words)) = self.children(measure.relation, noun.entity) else { return label };
        let Ok(reckoned) = measured(measure, child.entity) else { return label };
        if let (What::Count, Some((one, many)), false) = (measure.what, &words, negated)
            && let Some((key, number)) = counted(test)
        {
            let alone = number == 1;
            let clause = self.of_children(&measure.filter, Noun { many: !alone, ..child });
            let gender = if child.feminine { "f" } else { "m" };
            let arguments = [("count", number.to_string()), ("gender", gender.to_owned()), ("clause", clause)];
            let mut arguments: Vec<(&str, &str)> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
            arguments.push(("noun", if alone { one } else { many }));
            return self.with(key, &arguments);
        }
        let clause = self.of_children(&measure.filter, Noun { many: true, ..child });
        let comparison = match test {
            Test::Empty if measure.what != What::Count => self.say(if negated { "compare-some" } else { "compare-empty" }).to_owned(),
            _ => self.comparison(test, &reckoned, negated),
        };
        let field = measure.field.and_then(|key| field_of(child.entity, key).ok()).map(|field| self.name(field)).unwrap_or_default();
        let key = format!("sentence-{}", measure.what.word());
        self.with(&key, &[("field", &field), ("relation", &label), ("comparison", &comparison), ("clause", &clause)])
    }
}

/// A test of a count that has plain words, and its number.
fn counted(test: &Test) -> Option<(&'static str, i64)> {
    let number = |operand: &Operand| if let Operand::Value(Value::Int(number)) = operand { Some(*number) } else { None };
    match test {
        Test::Is(operand) => Some(("count-is", number(operand)?)),
        Test::Less(operand) => Some(("count-less", number(operand)?)),
        Test::AtMost(operand) => Some(("count-at-most", number(operand)?)),
        Test::More(operand) => Some(("count-more", number(operand)?)),
        Test::AtLeast(operand) => Some(("count-at-least", number(operand)?)),
        _ => None,
    }
}

/// A name as it stands inside a sentence: without its capital, unless it is an abbreviation.
fn lowered(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next();
    match (first, letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == '-' || second == ' ' => {
            first.to_lowercase().chain(name.chars().skip(1)).collect()
        }
        _ => name.to_owned(),
    }
}

/// The records that a filter names: their entity and identity.
pub(crate) fn links(filter: &Filter, model: &Model, entity: &Entity, found: &mut Vec<(&'static str, Id)>) {
    let mut take = |test: &Test, field: &Field, entity: &Entity| {
        let operands: &[Operand] = match test {
            Test::Is(operand) => std::slice::from_ref(operand),
            Test::In(operands) => operands,
            _ => return,
        };
        let targets: Vec<&'static str> = match field.kind {
            Kind::Link("") => vec![entity.key],
            Kind::Link(target) => vec![target],
            Kind::About(targets) => targets.to_vec(),
            _ => return,
        };
        for operand in operands {
            if let Operand::Value(Value::Link(id)) = operand {
                found.extend(targets.iter().map(|target| (*target, *id)));
            }
        }
    };
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| links(part, model, entity, found)),
        Filter::Not(inner) => links(inner, model, entity, found),
        Filter::Test(path, test) => {
            let mut here = entity;
            for link in &path.links {
                match model.step(here, link) {
                    Some((_, target)) => here = target,
                    None => return,
                }
            }
            if let Ok(field) = field_of(here, path.field) {
                take(test, field, here);
            }
        }
        Filter::Has(relation, inner) => {
            if let Some(child) = entity.relation(relation).and_then(|relation| model.child(relation)) {
                links(inner, model, child, found);
            }
        }
        Filter::Along(link, inner) => {
            if let Some((_, target)) = model.step(entity, link) {
                links(inner, model, target, found);
            }
        }
        Filter::Measure(measure, test) => {
            if let Some(child) = entity.relation(measure.relation).and_then(|relation| model.child(relation)) {
                if let Ok(field) = measured(measure, child) {
                    take(test, &field, child);
                }
                links(&measure.filter, model, child, found);
            }
        }
    }
}

/// The names of the records that filters name, as far as the reader may see them.
pub(crate) async fn titles<'f>(reader: &Reader, filters: impl Iterator<Item = (&'f Filter, &'f Entity)>) -> Result<HashMap<Id, String>> {
    let mut found = Vec::new();
    for (filter, entity) in filters {
        links(filter, &reader.model, entity, &mut found);
    }
    let mut wanted: HashMap<&'static str, Vec<Id>> = HashMap::new();
    for (entity, id) in found {
        let ids = wanted.entry(entity).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut titles = HashMap::new();
    for (entity, ids) in wanted {
        titles.extend(reader.web.engine().names(&reader.who, entity, ids).await?);
    }
    Ok(titles)
}

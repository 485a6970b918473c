//! Reading the text form of a filter. What is wrong is said with its place in the text.

use super::compile::{field_of, measured};
use super::resolve::offered;
use super::time::{Point, Span, Unit};
use super::{Filter, MOST_BYTES, MOST_DEPTH, MOST_TESTS, MOST_VALUES, Measure, Operand, Path, Test, What};
use crate::entity::Entity;
use crate::field::Field;
use crate::fields::{Family, Kind};
use crate::model::Model;
use kernel::{Date, Error, Moment, Result, Say, Value};

/// Reads a filter on an entity; an empty text is everything.
pub fn parse(text: &str, model: &Model, entity: &Entity) -> Result<Filter> {
    if text.len() > MOST_BYTES {
        return Err(Error::invalid("filter", Say::new("error-filter-too-large")));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(Filter::everything());
    }
    let mut parser = Parser { model, tokens: &tokens, place: 0, depth: 0, tests: 0, end: text.chars().count() };
    let filter = parser.any(entity).map_err(|error| parser.placed(error))?;
    match parser.tokens.get(parser.place) {
        None => Ok(filter),
        Some(_) => Err(parser.expected(Expected::Words("and, or"))),
    }
}

/// Reads the way to a field, such as `owner.team.name`, and the field there.
pub fn path(name: &str, model: &Model, entity: &Entity) -> Result<(Path, Field)> {
    Parser { model, tokens: &[], place: 0, depth: 0, tests: 0, end: 0 }.path(name, entity)
}

/// The value that a text of the language stands for, of a field's kind. Text is taken as it is written.
pub fn value(text: &str, field: &Field) -> Result<Value, Say> {
    operand_value(text, field)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name, a keyword, a number, a date: anything without spaces, quotes and brackets.
    Word(String),
    /// Text in quotes.
    Quoted(String),
    Open,
    Close,
    Comma,
    Less,
    AtMost,
    More,
    AtLeast,
}

fn tokens(text: &str) -> Result<Vec<(Token, usize)>> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut place = 0;
    while let Some(&letter) = letters.get(place) {
        let start = place;
        place += 1;
        let token = match letter {
            _ if letter.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '<' | '>' => {
                let equal = letters.get(place) == Some(&'=');
                place += usize::from(equal);
                match (letter, equal) {
                    ('<', false) => Token::Less,
                    ('<', true) => Token::AtMost,
                    (_, false) => Token::More,
                    _ => Token::AtLeast,
                }
            }
            '=' => Token::Word("is".to_owned()),
            '\0' => return Err(wrong(start, Expected::Value)),
            '"' => {
                let mut quoted = String::new();
                loop {
                    match letters.get(place) {
                        None => return Err(wrong(start, Expected::Quote)),
                        Some('"') if letters.get(place + 1) == Some(&'"') => {
                            quoted.push('"');
                            place += 2;
                        }
                        Some('"') => {
                            place += 1;
                            break;
                        }
                        Some('\0') => return Err(wrong(place, Expected::Value)),
                        Some(other) => {
                            quoted.push(*other);
                            place += 1;
                        }
                    }
                }
                Token::Quoted(quoted)
            }
            _ => {
                let mut word = String::from(letter);
                while let Some(&next) = letters.get(place) {
                    if next.is_whitespace() || matches!(next, '(' | ')' | ',' | '<' | '>' | '=' | '"') {
                        break;
                    }
                    if next == '\0' {
                        return Err(wrong(place, Expected::Value));
                    }
                    word.push(next);
                    place += 1;
                }
                Token::Word(word)
            }
        };
        tokens.push((token, start));
    }
    Ok(tokens)
}

fn wrong(at: usize, expected: Expected) -> Error {
    let say = match expected {
        Expected::Field => Say::new("error-filter-field"),
        Expected::Relation => Say::new("error-filter-relation"),
        Expected::Operator => Say::new("error-filter-operator"),
        Expected::Value => Say::new("error-filter-value"),
        Expected::Quote => Say::new("error-filter-quote"),
        Expected::Number => Say::new("error-filter-number"),
        Expected::Unit => Say::new("error-filter-unit"),
        Expected::Words(words) => Say::new("error-filter").with("expected", words),
    };
    Error::invalid("filter", say.with("at", at + 1))
}

/// What should have stood where reading stopped.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// The name of a field.
    Field,
    /// The name of children.
    Relation,
    /// What the field is asked.
    Operator,
    /// A value.
    Value,
    /// The end of a text in quotes.
    Quote,
    /// A whole number.
    Number,
    /// A unit of the calendar.
    Unit,
    /// One of these words of the language.
    Words(&'static str),
}

struct Parser<'p> {
    model: &'p Model,
    tokens: &'p [(Token, usize)],
    place: usize,
    depth: usize,
    tests: usize,
    end: usize,
}

impl Parser<'_> {
    fn expected(&self, expected: Expected) -> Error {
        wrong(self.tokens.get(self.place).map_or(self.end, |(_, at)| *at), expected)
    }

    /// An error with the place where reading stopped, unless it has one.
    fn placed(&self, error: Error) -> Error {
        let Error::Invalid(mut problems) = error else { return error };
        let at = self.tokens.get(self.place).map_or(self.end, |(_, at)| *at) + 1;
        for problem in &mut problems {
            if !problem.say.with.iter().any(|(name, _)| name == "at") {
                problem.say = problem.say.clone().with("at", at);
            }
        }
        Error::Invalid(problems)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.place).map(|(token, _)| token)
    }

    fn word(&self) -> Option<&str> {
        match self.peek() {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let found = self.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        self.place += usize::from(found);
        found
    }

    fn taken(&mut self, token: Token) -> bool {
        let found = self.peek() == Some(&token);
        self.place += usize::from(found);
        found
    }

    fn needs(&mut self, token: Token, name: &'static str) -> Result<()> {
        if self.taken(token) { Ok(()) } else { Err(self.expected(Expected::Words(name))) }
    }

    fn any(&mut self, entity: &Entity) -> Result<Filter> {
        self.depth += 1;
        if self.depth > MOST_DEPTH + 1 {
            return Err(Error::invalid("filter", Say::new("error-filter-too-deep").with("most", MOST_DEPTH)));
        }
        let first = self.all(entity)?;
        let mut parts = vec![first];
        while self.takes("or") {
            parts.push(self.all(entity)?);
        }
        self.depth -= 1;
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
    }

    fn all(&mut self, entity: &Entity) -> Result<Filter> {
        let first = self.one(entity)?;
        let mut parts = vec![first];
        while self.takes("and") {
            parts.push(self.one(entity)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
    }

    fn one(&mut self, entity: &Entity) -> Result<Filter> {
        let mut negations = 0;
        while self.takes("not") {
            negations += 1;
            if negations > MOST_DEPTH {
                return Err(Error::invalid("filter", Say::new("error-filter-too-deep").with("most", MOST_DEPTH)));
            }
        }
        let mut filter = if self.taken(Token::Open) {
            let inner = self.any(entity)?;
            self.needs(Token::Close, ")")?;
            inner
        } else {
            self.test(entity)?
        };
        for _ in 0..negations {
            filter = filter.negate();
        }
        Ok(filter)
    }

    fn test(&mut self, entity: &Entity) -> Result<Filter> {
        self.tests += 1;
        if self.tests > MOST_TESTS {
            return Err(Error::invalid("filter", Say::new("error-filter-too-large")));
        }
        let Some(name) = self.word().map(str::to_owned) else { return Err(self.expected(Expected::Field)) };
        let called = matches!(self.tokens.get(self.place + 1), Some((Token::Open, _)));
        if called {
            return self.call(&name, entity);
        }
        match name.as_str() {
            "everything" => {
                self.place += 1;
                return Ok(Filter::everything());
            }
            "nothing" => {
                self.place += 1;
                return Ok(Filter::nothing());
            }
            _ => {}
        }
        let (path, field) = self.path(&name, entity)?;
        self.place += 1;
        let (test, negated) = self.operator(&field)?;
        let filter = Filter::Test(path, test);
        Ok(if negated { filter.negate() } else { filter })
    }

    /// The longest name that is a field wins; before it, links step along.
    fn path(&self, name: &str, entity: &Entity) -> Result<(Path, Field)> {
        let mut entity = entity;
        let mut links = Vec::new();
        let mut rest = name;
        loop {
            if let Ok(field) = field_of(entity, rest) {
                return Ok((Path { links, field: field.key }, *field));
            }
            if links.len() >= 4 {
                return Err(super::compile::unknown(name));
            }
            let step = entity.fields.iter().find_map(|field| {
                let after = rest.strip_prefix(field.key)?;
                if let Some(after) = after.strip_prefix('.') {
                    return self.model.step(entity, field.key).map(|(_, target)| (field.key, target, after));
                }
                let (target, after) = after.strip_prefix('/')?.split_once('.')?;
                let step = format!("{}/{target}", field.key);
                self.model.step(entity, &step).map(|(_, target)| (crate::name(&step), target, after))
            });
            let Some((key, target, after)) = step else { return Err(super::compile::unknown(name)) };
            links.push(key);
            entity = target;
            rest = after;
        }
    }

    fn call(&mut self, name: &str, entity: &Entity) -> Result<Filter> {
        let what = What::ALL.into_iter().find(|what| what.word() == name);
        if what.is_none() && name != "exists" {
            return Err(self.expected(Expected::Words("exists, count, sum, min, max, first, last")));
        }
        let start = self.place;
        self.place += 2;
        let inside_at = self.place;
        let Some(inside) = self.word().map(str::to_owned) else { return Err(self.expected(Expected::Relation)) };
        let (relation_key, field_key) = match inside.split_once('.') {
            Some((relation, field)) => (relation.to_owned(), Some(field.to_owned())),
            None => (inside, None),
        };
        let relation = *entity.relation(&relation_key).ok_or_else(|| super::compile::unknown(&relation_key))?;
        let child = self.model.child(&relation).ok_or_else(|| super::compile::unknown(&relation_key))?.clone();
        self.place += 1;
        let filter = if self.takes("where") { self.any(&child)? } else { Filter::everything() };
        self.needs(Token::Close, ")")?;
        let Some(what) = what else {
            return match field_key {
                Some(field) => {
                    self.place = inside_at;
                    Err(super::compile::unknown(&field))
                }
                None => Ok(Filter::Has(relation.key, Box::new(filter))),
            };
        };
        let after = std::mem::replace(&mut self.place, inside_at);
        let field = match &field_key {
            Some(key) => Some(field_of(&child, key)?.key),
            None => None,
        };
        self.place = start;
        let measure = Measure { what, relation: relation.key, field, filter };
        let reckoned = measured(&measure, &child)?;
        self.place = after;
        let (test, negated) = self.operator(&reckoned)?;
        let filter = Filter::Measure(Box::new(measure), test);
        Ok(if negated { filter.negate() } else { filter })
    }

    fn operator(&mut self, field: &Field) -> Result<(Test, bool)> {
        let start = self.place;
        let (test, negated) = self.written(field)?;
        if offered(&test, field.kind) {
            Ok((test, negated))
        } else {
            self.place = start;
            Err(self.expected(Expected::Operator))
        }
    }

    fn written(&mut self, field: &Field) -> Result<(Test, bool)> {
        if self.takes("is") {
            let negated = self.takes("not");
            let test = if self.takes("empty") { Test::Empty } else { Test::Is(self.operand(field)?) };
            return Ok((test, negated));
        }
        if self.takes("not") {
            if self.takes("in") {
                return Ok((Test::In(self.list(field)?), true));
            }
            return Err(self.expected(Expected::Words("in")));
        }
        if self.takes("in") {
            return Ok((Test::In(self.list(field)?), false));
        }
        let test = if self.takes("contains") {
            Test::Contains(self.text()?)
        } else if self.takes("starts") {
            Test::Starts(self.text()?)
        } else if self.takes("includes") {
            let key = self.text()?;
            match Kind::Vocabulary("").parse(&key, &plain_reading()) {
                Ok(Value::Text(key)) if !key.is_empty() => Test::Includes(key),
                _ => return Err(self.expected(Expected::Value)),
            }
        } else if self.takes("between") {
            let from = self.operand(field)?;
            if !self.takes("and") {
                return Err(self.expected(Expected::Words("and")));
            }
            Test::Between(from, self.operand(field)?)
        } else if self.takes("within") {
            Test::Within(self.span()?)
        } else if self.taken(Token::Less) || self.takes("before") {
            Test::Less(self.operand(field)?)
        } else if self.taken(Token::AtMost) {
            Test::AtMost(self.operand(field)?)
        } else if self.taken(Token::More) || self.takes("after") {
            Test::More(self.operand(field)?)
        } else if self.taken(Token::AtLeast) {
            Test::AtLeast(self.operand(field)?)
        } else {
            return Err(self.expected(Expected::Operator));
        };
        Ok((test, false))
    }

    fn list(&mut self, field: &Field) -> Result<Vec<Operand>> {
        self.needs(Token::Open, "(")?;
        let mut operands = vec![self.operand(field)?];
        while self.taken(Token::Comma) {
            operands.push(self.operand(field)?);
            if operands.len() > MOST_VALUES {
                return Err(Error::invalid("filter", Say::new("error-filter-too-large")));
            }
        }
        self.needs(Token::Close, ")")?;
        Ok(operands)
    }

    fn text(&mut self) -> Result<String> {
        match self.peek() {
            Some(Token::Quoted(text) | Token::Word(text)) => {
                let text = text.clone();
                self.place += 1;
                Ok(text)
            }
            _ => Err(self.expected(Expected::Value)),
        }
    }

    fn operand(&mut self, field: &Field) -> Result<Operand> {
        let kind = field.kind;
        let quoted = matches!(self.peek(), Some(Token::Quoted(_)));
        if !quoted && kind.family() == Family::Records && self.takes("me") {
            return Ok(Operand::Me);
        }
        if !quoted
            && kind.family() == Family::Times
            && let Some(point) = self.point()?
        {
            return Ok(Operand::Point(point));
        }
        let start = self.place;
        let text = self.text()?;
        match operand_value(&text, field) {
            Ok(value) => Ok(Operand::Value(value)),
            Err(say) => {
                self.place = start;
                Err(Error::Invalid(vec![kernel::Problem { field: "filter".to_owned(), say }]))
            }
        }
    }

    fn point(&mut self) -> Result<Option<Point>> {
        for (word, count) in [("today", 0), ("yesterday", -1), ("tomorrow", 1)] {
            if self.takes(word) {
                return Ok(Some(Point { count, unit: Unit::Day }));
            }
        }
        if self.takes("in") {
            let count = self.count()?;
            let unit = self.unit()?;
            return Ok(Some(Point { count, unit }));
        }
        let counted = self.word().is_some_and(|word| word.len() <= 5 && word.bytes().all(|b| b.is_ascii_digit()));
        if counted {
            let count = self.count()?;
            let unit = self.unit()?;
            if !self.takes("ago") {
                return Err(self.expected(Expected::Words("ago")));
            }
            return Ok(Some(Point { count: -count, unit }));
        }
        Ok(None)
    }

    fn span(&mut self) -> Result<Span> {
        for (word, away) in [("this", 0), ("previous", -1), ("following", 1)] {
            if self.takes(word) {
                return Ok(Span::Whole(away, self.unit()?));
            }
        }
        if self.takes("last") {
            let count = self.count()?;
            return Ok(Span::Last(count, self.unit()?));
        }
        if self.takes("next") {
            let count = self.count()?;
            return Ok(Span::Next(count, self.unit()?));
        }
        let unit = self.unit()?;
        let away = self.word().and_then(|word| word.parse::<i64>().ok()).filter(|away| away.abs() <= 10_000);
        match away {
            Some(away) => {
                self.place += 1;
                Ok(Span::Whole(away, unit))
            }
            None => Err(self.expected(Expected::Number)),
        }
    }

    fn count(&mut self) -> Result<i64> {
        match self.word().and_then(|word| word.parse::<i64>().ok()).filter(|count| (0..=10_000).contains(count)) {
            Some(count) => {
                self.place += 1;
                Ok(count)
            }
            None => Err(self.expected(Expected::Number)),
        }
    }

    fn unit(&mut self) -> Result<Unit> {
        for unit in Unit::ALL {
            let plural = format!("{}s", unit.word());
            if self.takes(unit.word()) || self.takes(&plural) {
                return Ok(unit);
            }
        }
        Err(self.expected(Expected::Unit))
    }
}

fn plain_reading() -> crate::fields::Reading {
    crate::fields::Reading { language: kernel::Language::English, zone: kernel::Zone::rome() }
}

/// The value of a written operand. Text is taken as written; identifiers and phones become canonical where they can.
fn operand_value(text: &str, field: &Field) -> Result<Value, Say> {
    let kind = field.kind;
    match kind.family() {
        Family::Words => {
            if text.contains('\0') {
                return Err(Say::new("error-nul"));
            }
            let canonical = match (kind, field.check) {
                (Kind::Phone, _) => kind.parse(text, &plain_reading()).ok().map(|value| value.text().to_owned()),
                (Kind::Code, Some(check)) if !text.is_empty() => check(text).ok(),
                _ => None,
            };
            Ok(Value::Text(canonical.unwrap_or_else(|| text.to_owned())))
        }
        Family::Times => {
            if let Ok(day) = text.parse::<Date>() {
                return Ok(Value::Date(day));
            }
            match (kind, text.parse::<Moment>()) {
                (Kind::Moment, Ok(moment)) => Ok(Value::Moment(moment)),
                _ => Err(Say::new("error-date")),
            }
        }
        Family::Answer => kind.parse(text, &plain_reading()),
        _ if text.is_empty() => Ok(kind.empty()),
        Family::Keys | Family::Records => kind.parse(text, &plain_reading()),
        Family::Numbers | Family::ManyKeys => kind.from_json(&serde_json::Value::String(text.to_owned())),
    }
}

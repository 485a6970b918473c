//! Random filters that mean something: every test fits its field.

use kernel::{Date, Id, Moment, Value, Zone};
use meta::fields::{Family, Kind, Reading, stored};
use meta::filter::compile::{ID, measured};
use meta::filter::time::{Point, Span, Unit};
use meta::filter::{Filter, Measure, Operand, Path, Test, What};
use meta::{Entity, Field, Model};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::Arc;

/// Pieces of text that have gone wrong somewhere before.
pub const TEXTS: [&str; 32] = [
    "",
    "a",
    "A",
    "à",
    "ab",
    "Città",
    "citta",
    "Rossi",
    "rossi ",
    "ROSSI & Figli",
    "%",
    "_",
    "a%b",
    "a_b",
    "\\",
    "a\\b",
    "\\%",
    "\"",
    "a\"\"b",
    "'",
    "''",
    "’",
    "\u{10FFFF}",
    "a\u{10FFFF}",
    "😀",
    "x  y",
    "x\u{a0}y",
    "ß",
    "|",
    "|a|",
    "\u{D7FF}",
    "ﬁ",
];
/// Keys of vocabularies, words of the language of filters among them.
pub const KEYS: [&str; 9] = ["a", "b", "a-b", "not", "empty", "me", "in", "today", "σ"];
const PHONES: [&str; 4] = ["", "+390586123456", "+393331234567", "+39"];
const NUMBERS: [i64; 10] = [0, 1, -1, 2, 5, 99, 100, -250, 999_999_999_999_999, -999_999_999_999_999];

/// Days around the changes of the clock, the ends of months and of the calendar.
pub fn days() -> Vec<Date> {
    [
        "2026-03-28",
        "2026-03-29",
        "2026-03-30",
        "2026-10-24",
        "2026-10-25",
        "2026-10-26",
        "2024-02-29",
        "2023-02-28",
        "2025-12-31",
        "2026-01-01",
        "2026-06-15",
        "1999-12-31",
        "0001-01-01",
        "9999-12-31",
    ]
    .map(|day| day.parse().unwrap_or_else(|_| panic!("{day} is a day")))
    .to_vec()
}

/// Moments at and around the midnights of those days in Rome, and around the hours that are missing or come twice.
pub fn moments() -> Vec<Moment> {
    let rome = Zone::rome();
    let mut all: Vec<Moment> = days().into_iter().flat_map(|day| [-1, 0, 1].map(|step| day.start(&rome).plus_millis(step))).collect();
    for text in
        ["2026-03-29T00:59:59.999Z", "2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-06-15T10:00:00.123Z"]
    {
        all.push(text.parse().unwrap_or_else(|_| panic!("{text} is a moment")));
    }
    // Beyond the last moment of the calendar there is nothing to be written.
    all.retain(|moment| moment.to_string().parse() == Ok(*moment));
    all
}

/// Identities: the first forty are those of records, the rest lead nowhere.
pub fn id(number: i64) -> Id {
    Id::from_number(number).unwrap_or(Id::SYSTEM)
}

pub fn ids() -> impl Strategy<Value = Id> {
    (1..=64_i64).prop_map(id)
}

/// A value that a field of a record may hold.
pub fn value(field: &Field) -> BoxedStrategy<Value> {
    let field = *field;
    match field.kind {
        Kind::Phone => select(PHONES.to_vec()).prop_map(move |text| Value::Text(canonical(&field, text))).boxed(),
        Kind::Choice(choices) => {
            let mut keys: Vec<&str> = choices.iter().map(|choice| choice.key).collect();
            keys.push("");
            select(keys).prop_map(Value::from).boxed()
        }
        Kind::Vocabulary(_) => prop_oneof![1 => Just(Value::from("")), 4 => select(KEYS.to_vec()).prop_map(Value::from)].boxed(),
        Kind::Vocabularies(_) => vec(select(KEYS.to_vec()), 0..4).prop_map(|keys| Value::Text(stored(keys))).boxed(),
        Kind::YesNo => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Whole | Kind::Money | Kind::Percent => {
            prop_oneof![4 => select(NUMBERS.to_vec()), 1 => -9_999..9_999_i64].prop_map(Value::Int).boxed()
        }
        Kind::Date => prop_oneof![1 => Just(Value::Empty), 3 => select(days()).prop_map(Value::Date)].boxed(),
        Kind::Moment => prop_oneof![1 => Just(Value::Empty), 3 => select(moments()).prop_map(Value::Moment)].boxed(),
        Kind::Link(_) | Kind::About(_) => prop_oneof![1 => Just(Value::Empty), 3 => ids().prop_map(Value::Link)].boxed(),
        _ => words().prop_map(move |text| Value::Text(canonical(&field, &text))).boxed(),
    }
}

fn words() -> BoxedStrategy<String> {
    let known = select(TEXTS.to_vec()).prop_map(str::to_owned);
    let two = (select(TEXTS.to_vec()), select(TEXTS.to_vec())).prop_map(|(one, two)| format!("{one}{two}"));
    let any = "[^\0]{0,6}";
    prop_oneof![5 => known, 2 => two, 1 => any].boxed()
}

/// The text as the parser leaves it.
fn canonical(field: &Field, text: &str) -> String {
    let reading = Reading { language: kernel::Language::English, zone: Zone::rome() };
    let better = match (field.kind, field.check) {
        (Kind::Phone, _) => field.kind.parse(text, &reading).ok().map(|value| value.text().to_owned()),
        (Kind::Code, Some(check)) if !text.is_empty() => check(text).ok(),
        _ => None,
    };
    // A form that a second reading would change again is none.
    match better {
        Some(better) if better != text => canonical(field, &better),
        Some(better) => better,
        None => text.to_owned(),
    }
}

fn operand(field: &Field) -> BoxedStrategy<Operand> {
    let point = prop_oneof![
        2 => Just(Point::TODAY),
        6 => (-40..40_i64, select(Unit::ALL.to_vec())).prop_map(|(count, unit)| Point { count, unit }),
        1 => (select(vec![-10_000_i64, 10_000]), select(Unit::ALL.to_vec())).prop_map(|(count, unit)| Point { count, unit }),
    ];
    match field.kind {
        Kind::Date => {
            prop_oneof![2 => select(days()).prop_map(|day| Operand::Value(Value::Date(day))), 1 => point.prop_map(Operand::Point)].boxed()
        }
        Kind::Moment => prop_oneof![
            2 => select(days()).prop_map(|day| Operand::Value(Value::Date(day))),
            2 => select(moments()).prop_map(|moment| Operand::Value(Value::Moment(moment))),
            1 => point.prop_map(Operand::Point),
        ]
        .boxed(),
        Kind::Link(_) | Kind::About(_) => prop_oneof![4 => value(field).prop_map(Operand::Value), 1 => Just(Operand::Me)].boxed(),
        _ => value(field).prop_map(Operand::Value).boxed(),
    }
}

fn span() -> BoxedStrategy<Span> {
    let unit = || select(Unit::ALL.to_vec());
    prop_oneof![
        (0..400_i64, unit()).prop_map(|(count, unit)| Span::Last(count, unit)),
        (0..400_i64, unit()).prop_map(|(count, unit)| Span::Next(count, unit)),
        (-5..6_i64, unit()).prop_map(|(away, unit)| Span::Whole(away, unit)),
        (select(vec![-10_000_i64, 10_000]), unit()).prop_map(|(away, unit)| Span::Whole(away, unit)),
    ]
    .boxed()
}

/// A test that fits a field.
pub fn test(field: &Field) -> BoxedStrategy<Test> {
    let one = || operand(field);
    let equal = prop_oneof![3 => one().prop_map(Test::Is), 1 => vec(one(), 1..4).prop_map(Test::In)].boxed();
    let ordered = || {
        prop_oneof![
            one().prop_map(Test::Less),
            one().prop_map(Test::AtMost),
            one().prop_map(Test::More),
            one().prop_map(Test::AtLeast),
            (one(), one()).prop_map(|(from, to)| Test::Between(from, to)),
        ]
    };
    let empty = Just(Test::Empty);
    match field.kind.family() {
        Family::Words => {
            let part = || words();
            prop_oneof![2 => equal, 1 => empty, 2 => part().prop_map(Test::Contains), 2 => part().prop_map(Test::Starts), 2 => ordered()]
                .boxed()
        }
        Family::Keys | Family::Records => prop_oneof![3 => equal, 1 => empty].boxed(),
        Family::ManyKeys => prop_oneof![3 => select(KEYS.to_vec()).prop_map(|key| Test::Includes(key.to_owned())), 1 => empty].boxed(),
        Family::Answer => equal,
        Family::Numbers => prop_oneof![2 => equal, 1 => empty, 3 => ordered()].boxed(),
        Family::Times => prop_oneof![2 => equal, 1 => empty, 3 => ordered(), 3 => span().prop_map(Test::Within)].boxed(),
    }
}

fn fields(entity: &Entity) -> Vec<Field> {
    let mut fields: Vec<Field> = entity.fields.iter().filter(|field| !field.secret).copied().collect();
    fields.push(ID);
    fields
}

/// The way to a field and a test of it, along up to `steps` links.
fn path(model: &Arc<Model>, entity: &'static str, steps: usize) -> BoxedStrategy<Filter> {
    let Some(here) = model.entity(entity) else { return Just(Filter::everything()).boxed() };
    let own = select(fields(here)).prop_flat_map(|field| test(&field).prop_map(move |test| Filter::Test(Path::of(field.key), test)));
    let links: Vec<(&'static str, &'static str)> = here
        .fields
        .iter()
        .flat_map(|field| match field.kind {
            Kind::Link(target) => vec![(field.key, target)],
            Kind::About(targets) => targets.iter().map(|target| (meta::name(&format!("{}/{target}", field.key)), *target)).collect(),
            _ => Vec::new(),
        })
        .collect();
    if steps == 0 || links.is_empty() {
        return own.boxed();
    }
    let model = model.clone();
    let along = select(links).prop_flat_map(move |(link, target)| {
        path(&model, target, steps - 1).prop_map(move |rest| match rest {
            Filter::Test(mut path, test) => {
                path.links.insert(0, link);
                Filter::Test(path, test)
            }
            other => other,
        })
    });
    prop_oneof![3 => own, 1 => along].boxed()
}

fn measure(model: &Arc<Model>, entity: &'static str, depth: usize) -> BoxedStrategy<Filter> {
    let Some(here) = model.entity(entity).filter(|entity| !entity.relations.is_empty()) else { return path(model, entity, 1) };
    let relations: Vec<(&'static str, &'static str)> = here.relations.iter().map(|relation| (relation.key, relation.child)).collect();
    let model = model.clone();
    select(relations)
        .prop_flat_map(move |(relation, child)| {
            let model = model.clone();
            let inner = prop_oneof![1 => Just(Filter::everything()), 2 => tree(&model, child, depth.saturating_sub(1))];
            let entity = model.entity(child).cloned();
            let mut keys: Vec<Option<&'static str>> = vec![None];
            keys.extend(entity.iter().flat_map(|entity| fields(entity)).map(|field| Some(field.key)));
            (inner, select(What::ALL.to_vec()), select(keys), any::<bool>()).prop_flat_map(move |(filter, what, field, exists)| {
                let measure = Measure { what, relation, field, filter };
                match entity.as_ref().and_then(|entity| measured(&measure, entity).ok()) {
                    Some(field) if !exists => test(&field).prop_map(move |test| Filter::Measure(Box::new(measure.clone()), test)).boxed(),
                    _ => Just(Filter::Has(relation, Box::new(measure.filter))).boxed(),
                }
            })
        })
        .boxed()
}

/// A filter on an entity, as the parser would give it: groups of two or more, or of none.
pub fn tree(model: &Arc<Model>, entity: &'static str, depth: usize) -> BoxedStrategy<Filter> {
    if depth == 0 {
        return path(model, entity, 2);
    }
    let (again, other) = (model.clone(), model.clone());
    let inner = move || tree(&again, entity, depth - 1);
    prop_oneof![
        4 => path(model, entity, 2),
        3 => measure(&other, entity, depth),
        1 => inner().prop_map(Filter::negate),
        2 => vec(inner(), 2..4).prop_map(Filter::All),
        2 => vec(inner(), 2..4).prop_map(Filter::Any),
        1 => prop_oneof![Just(Filter::everything()), Just(Filter::nothing())],
    ]
    .boxed()
}

//! The builder loses nothing: any tree becomes groups and rows, they become the fields of a form, and those the same tree.

#[path = "../../../../meta/tests/laws/model.rs"]
mod model;
#[path = "../../../../meta/tests/laws/trees.rs"]
mod trees;

use super::entered::{CHILDREN, Context, Entry, Group, Node, ROOT, Row, TEXT, settle};
use crate::form::Fields;
use kernel::{Language, Zone};
use meta::Reading;
use meta::filter::parse::parse;
use meta::filter::print::print;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::sync::Arc;

/// The fields that a form with these conditions sends.
fn sent(group: &Group, id: &str, pairs: &mut Vec<(String, String)>) {
    pairs.push((format!("{id}.join"), group.join.key().to_owned()));
    for (place, node) in group.nodes.iter().enumerate() {
        let id = format!("{id}-{place}");
        match node {
            Node::Group(group) => sent(group, &id, pairs),
            Node::Row(row) => row_sent(row, &id, pairs),
        }
    }
}

fn row_sent(row: &Row, id: &str, pairs: &mut Vec<(String, String)>) {
    let mut push = |name: &str, value: &str| pairs.push((format!("{id}.{name}"), value.to_owned()));
    push("was", &row.about());
    push("field", &row.field);
    push("measure", &row.measure);
    push("of", &row.of);
    push("operator", &row.operator);
    push("text", &row.text);
    for (place, entry) in [("", &row.first), ("2", &row.second)] {
        let Entry { values, when, count, unit, .. } = entry;
        values.iter().for_each(|value| push(&format!("value{place}"), value));
        push(&format!("value{place}"), "");
        push(&format!("when{place}"), when);
        push(&format!("count{place}"), count);
        push(&format!("unit{place}"), unit);
    }
    if row.field.starts_with(CHILDREN) {
        sent(&row.within, &format!("{id}-in"), pairs);
    }
}

fn readings() -> [Reading; 2] {
    [Language::Italian, Language::English].map(|language| Reading { language, zone: Zone::rome() })
}

/// How many conditions are shown as text.
fn texts(group: &Group) -> (usize, usize) {
    group.nodes.iter().fold((0, 0), |(texts_so_far, rows), node| match node {
        Node::Group(group) => {
            let (more, all) = texts(group);
            (texts_so_far + more, rows + all)
        }
        Node::Row(row) => {
            let (more, all) = texts(&row.within);
            (texts_so_far + more + usize::from(row.field == TEXT), rows + all + 1)
        }
    })
}

#[test]
fn a_tree_goes_through_the_form_unchanged() {
    let model = Arc::new(model::model());
    let mut shown = (0, 0);
    for entity in ["company", "site", "user", "line"] {
        let described = model.entity(entity).expect("an entity").clone();
        let config = Config { cases: model::cases(300), failure_persistence: None, ..Config::default() };
        let counted = std::cell::Cell::new((0, 0));
        let outcome = TestRunner::new(config).run(&trees::tree(&model, entity, 3), |filter| {
            for reading in &readings() {
                let context = Context { model: &model, reading };
                let mut pairs = Vec::new();
                let group = Group::of(&filter, &described, context);
                let (texts, rows) = texts(&group);
                counted.set((counted.get().0 + texts, counted.get().1 + rows));
                sent(&group, ROOT, &mut pairs);
                let mut read = Group::sent(&Fields(pairs), ROOT);
                settle(&mut read, &model, &described);
                let understood = read.understood(ROOT, &described, context);
                let text = print(&filter, &model, &described);
                prop_assert!(understood.problems.is_empty(), "{:?} in {}", understood.problems, text);
                prop_assert!(understood.unfinished.is_empty(), "{:?} in {}", understood.unfinished, text);
                prop_assert_eq!(understood.filter.as_ref(), Some(&filter), "{}", text);
            }
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{entity}: {error}"));
        shown = (shown.0 + counted.get().0, shown.1 + counted.get().1);
    }
    // The odd ones, with empty texts and moments of milliseconds among them, stay as text; most are rows.
    assert!(shown.0 * 3 < shown.1, "{} of {} conditions are shown as text", shown.0, shown.1);
}

/// What people ask is shown in rows, never as text.
#[test]
fn what_people_ask_has_rows() {
    let model = model::model();
    let company = model.entity("company").expect("companies");
    for text in [
        "name is \"Rossi\"",
        "stage in (cold, warm)",
        "owner is me",
        "owner is not me or sector is not empty",
        "owner.employer.name contains \"a\"",
        "called within last 7 days",
        "not called within next 2 weeks",
        "called < 6 months ago",
        "founded within previous quarter",
        "founded between 2026-01-01 and today",
        "called is 2026-03-01",
        "credit >= 1234.50",
        "active is yes",
        "exists(sites)",
        "not exists(sites where address.city is \"Pisa\" and address.city contains \"a\")",
        "count(sites where address.city in (\"Pisa\", \"Lucca\")) > 3",
        "sum(lines.amount where day within this year) > 1000.00",
        "last(sites.address.city) contains \"pi\"",
        "not (name is \"a\" or name is \"b\")",
        "not (name is \"a\" and name is \"b\")",
        "everything",
        "nothing",
    ] {
        let filter = parse(text, &model, company).unwrap_or_else(|error| panic!("{text}: {error}"));
        for reading in &readings() {
            let group = Group::of(&filter, company, Context { model: &model, reading });
            assert_eq!(texts(&group).0, 0, "{text} is shown as text: {group:?}");
        }
    }
}

/// Nonsense is read, refused or passed over; it never ends the program, nor reaches the database.
#[test]
fn garbage_is_no_filter_and_no_fault() {
    let model = model::model();
    let company = model.entity("company").expect("companies");
    let reading = &readings()[0];
    let context = Context { model: &model, reading };
    let names = "(f|f-0|f-1|f-0-0|f-0-in|f-0-in-0|x)\\.(join|field|was|measure|of|operator|value|value2|value\\.text|when|count|unit|text)";
    let values = prop_oneof![
        4 => proptest::sample::select(vec![
            "", "all", "none", "name", "stage", "called", "credit", "secret", "password_hash", "*sites", "*x", "=", "owner.name", "has",
            "count", "sum", "first", "is", "in", "between", "last", "longer-ago", "me", "1", "-1", "99999999999999999999", "today", "ago",
            "week", "or 1=1", "') --", "name is \"x\"", "secret is x", "((((", "2026-02-30", "id", "address.city", "owner.owner.owner.owner.owner",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let fields = proptest::collection::vec((names, values), 0..40);
    let config = Config { cases: model::cases(1_000), failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&fields, |mut pairs| {
        pairs.push(("f.join".to_owned(), "all".to_owned()));
        let mut group = Group::sent(&Fields(pairs), ROOT);
        settle(&mut group, &model, company);
        let understood = group.understood(ROOT, company, context);
        if let Some(filter) = understood.filter.filter(|_| understood.problems.is_empty()) {
            let text = print(&filter, &model, company);
            prop_assert!(parse(&text, &model, company).is_ok(), "{}", text);
            // As a word that is compared it is a word.
            prop_assert!(!text.replace("\"secret is x\"", "").contains("secret "), "{}", text);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// A form nests no deeper and is no longer than a filter may be.
#[test]
fn a_form_has_the_limits_of_a_filter() {
    let model = model::model();
    let company = model.entity("company").expect("companies");
    let reading = &readings()[0];
    let context = Context { model: &model, reading };
    let row = |id: &str, pairs: &mut Vec<(String, String)>| {
        for (name, value) in [("field", "name"), ("operator", "is"), ("value", "x")] {
            pairs.push((format!("{id}.{name}"), value.to_owned()));
        }
    };
    let mut wide = vec![("f.join".to_owned(), "any".to_owned())];
    (0..300).for_each(|place| row(&format!("f-{place}"), &mut wide));
    assert!(!Group::sent(&Fields(wide), ROOT).understood(ROOT, company, context).problems.is_empty(), "300 rows are too many");
    let mut deep = vec![("f.join".to_owned(), "all".to_owned())];
    let mut id = "f".to_owned();
    for _ in 0..500 {
        row(&format!("{id}-1"), &mut deep);
        id = format!("{id}-0");
        deep.push((format!("{id}.join"), "any".to_owned()));
    }
    let understood = Group::sent(&Fields(deep), ROOT).understood(ROOT, company, context);
    assert!(!understood.problems.is_empty() || understood.filter.is_some_and(|filter| filter.size().0 <= meta::filter::MOST_DEPTH + 4));
}

//! Whatever is sent, the parser answers: a tree that can be written again, or a fault with its place.

use crate::model::{cases, model};
use kernel::Error;
use meta::filter::parse::parse;
use meta::filter::print::print;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

const PIECES: [&str; 74] = [
    "(",
    ")",
    ",",
    "<",
    ">",
    "<=",
    ">=",
    "=",
    "\"",
    "\"\"",
    "\"x\"",
    "and",
    "or",
    "not",
    "is",
    "in",
    "empty",
    "contains",
    "starts",
    "includes",
    "between",
    "within",
    "before",
    "after",
    "me",
    "today",
    "ago",
    "last",
    "next",
    "this",
    "previous",
    "following",
    "days",
    "week",
    "quarters",
    "year",
    "everything",
    "nothing",
    "exists",
    "count",
    "sum",
    "min",
    "max",
    "first",
    "where",
    "name",
    "name is x",
    "size",
    "credit",
    "founded",
    "called",
    "stage",
    "cold",
    "sector",
    "interests",
    "active",
    "owner",
    "owner.name",
    "parent.parent",
    "sites",
    "sites.size",
    "lines.amount",
    "web.address",
    "id",
    "0",
    "7",
    "-3",
    "99999999999999999999",
    "2026-03-29",
    "0000000000001",
    "\0",
    "😀",
    "\u{10FFFF}",
    ".",
];

fn answered(text: &str) -> Result<(), TestCaseError> {
    let model = model();
    let company = model.entity("company").expect("companies");
    match parse(text, &model, company) {
        Ok(filter) => {
            let kept = print(&filter, &model, company);
            // What is written anew may be longer than what may be sent.
            if kept.len() <= meta::filter::MOST_BYTES {
                let again =
                    parse(&kept, &model, company).map_err(|error| TestCaseError::fail(format!("{error} in {kept}, from {text}")))?;
                prop_assert_eq!(print(&again, &model, company), kept);
            }
        }
        Err(Error::Invalid(problems)) => prop_assert!(!problems.is_empty() && problems[0].field == "filter"),
        Err(other) => return Err(TestCaseError::fail(format!("{other}"))),
    }
    Ok(())
}

#[test]
fn any_pieces_are_answered() {
    let pieces = vec((select(PIECES.to_vec()), select(vec!["", " ", " ", " ", "\u{3000}"])), 0..24)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, space)| [piece, space]).collect::<String>());
    let config = Config { cases: cases(1_500), failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&pieces, |text| answered(&text)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn any_text_is_answered() {
    let config = Config { cases: cases(500), failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&".{0,200}", |text| answered(&text)).unwrap_or_else(|error| panic!("{error}"));
}

/// Bytes of a generator, as a fuzzer would send them: mutations of filters that mean something.
#[test]
fn any_bytes_are_answered() {
    let seeds = [
        "name is \"x\" and (size > 3 or not exists(sites where address.city starts \"Pi\"))",
        "sum(lines.amount where day within last 3 months) between 1 and 2.50",
        "called is not 2026-03-29T01:00:00Z and owner in (me, 0000000000001)",
        "interests includes a-b or founded < 3 weeks ago",
    ];
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..cases(2_000) {
        let mut bytes = seeds[next() as usize % seeds.len()].as_bytes().to_vec();
        for _ in 0..next() % 6 {
            let place = next() as usize % bytes.len().max(1);
            match next() % 4 {
                0 if !bytes.is_empty() => bytes[place] = next() as u8,
                1 if !bytes.is_empty() => drop(bytes.remove(place)),
                2 => bytes.insert(place.min(bytes.len()), next() as u8),
                _ => {
                    let from = next() as usize % (bytes.len() + 1);
                    let piece = bytes[from.min(place)..from.max(place)].to_vec();
                    bytes.splice(from..from, piece);
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        answered(&text).unwrap_or_else(|error| panic!("{error}"));
    }
}

//! Text → tree → text and tree → text → tree are identities.

use crate::model::{cases, model};
use crate::trees::tree;
use kernel::Error;
use meta::Filter;
use meta::filter::parse::parse;
use meta::filter::print::print;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::sync::Arc;

fn config(few: u32) -> Config {
    Config { cases: cases(few), failure_persistence: None, ..Config::default() }
}

#[test]
fn a_tree_written_and_read_is_the_same() {
    let model = Arc::new(model());
    for entity in ["company", "site", "user", "line"] {
        let described = model.entity(entity).expect("an entity").clone();
        let outcome = TestRunner::new(config(300)).run(&tree(&model, entity, 3), |filter| {
            let text = print(&filter, &model, &described);
            let read = parse(&text, &model, &described).map_err(|error| TestCaseError::fail(format!("{error} in: {text}")))?;
            prop_assert_eq!(&read, &filter, "{}", text);
            prop_assert_eq!(print(&read, &model, &described), text);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{entity}: {error}"));
    }
}

/// The forms people write, and the one form they are kept in.
#[test]
fn written_forms_become_canonical() {
    let model = model();
    let company = model.entity("company").expect("companies");
    for (written, kept) in [
        ("", "everything"),
        ("name = Rossi", "name is \"Rossi\""),
        ("NAME = Rossi", "!"),
        ("name is not \"\"", "name is not \"\""),
        ("not (name is empty)", "name is not empty"),
        ("not not active is yes", "not active is not yes"),
        ("active = si and (active = no)", "active is yes and active is no"),
        ("credit > 10.5", "credit > 10.50"),
        ("credit >= -0.05", "credit >= -0.05"),
        ("founded AFTER today", "founded > today"),
        ("founded before 3 Weeks ago", "founded < 3 weeks ago"),
        ("called within LAST 7 days", "called within last 7 days"),
        ("called within quarter -2", "called within quarter -2"),
        ("called is 2026-03-29T01:00:00Z", "called is 2026-03-29T01:00:00.000Z"),
        ("stage is \"empty\"", "stage is \"empty\""),
        ("stage is \"not\"", "stage is \"not\""),
        ("stage in (empty, not, cold)", "stage in (\"empty\", \"not\", cold)"),
        ("sector is \"empty\"", "sector is \"empty\""),
        ("owner = me", "owner is me"),
        ("owner.employer.name starts \"a\"", "owner.employer.name starts \"a\""),
        ("web.address contains it", "web.address contains \"it\""),
        ("code is abc", "code is \"ABC\""),
        ("phone is 0586123456", "phone is \"+390586123456\""),
        ("exists(sites)", "exists(sites)"),
        ("exists(sites where everything)", "exists(sites)"),
        ("count(sites where address.city is Pisa) not in (1,2)", "not count(sites where address.city is \"Pisa\") in (1, 2)"),
        ("last(sites.address.city) contains \"pi\"", "last(sites.address.city) contains \"pi\""),
        ("sum(lines.amount where day within this year) > 1000", "sum(lines.amount where day within this year) > 1000.00"),
        ("first(sites.id) is empty", "first(sites.id) is empty"),
        ("name between \"a\" and \"b\" and size between 1 and 2", "name between \"a\" and \"b\" and size between 1 and 2"),
    ] {
        match parse(written, &model, company) {
            Ok(filter) => {
                assert_eq!(print(&filter, &model, company), kept, "{written}");
                assert_eq!(parse(kept, &model, company).expect("the kept form"), filter, "{written}");
            }
            Err(error) => assert_eq!(kept, "!", "{written}: {error}"),
        }
    }
}

/// What is wrong is said with its place.
#[test]
fn a_fault_has_a_place() {
    let model = model();
    let company = model.entity("company").expect("companies");
    for (text, at) in [
        ("name", "5"),
        ("name is", "8"),
        ("nome is x", "1"),
        ("name is x or", "13"),
        ("name is x y", "11"),
        ("(name is x", "11"),
        ("name is \"x", "9"),
        ("size is x", "9"),
        ("founded is 2026-02-30", "12"),
        ("stage is warmer", "10"),
        ("active contains x", "8"),
        ("exists(x)", "8"),
        ("sum(sites) > 1", "1"),
        ("sum(sites.address.city) > 1", "1"),
        ("secret is x", "1"),
        ("owner.name.name is x", "1"),
        ("name contains a\0b", "16"),
        ("name contains \"a\0b\"", "17"),
        ("founded within last x days", "21"),
        ("founded is 10001 days ago", "12"),
        ("size is 1000000000000000", "9"),
        ("name is x and è", "15"),
    ] {
        let Err(Error::Invalid(problems)) = parse(text, &model, company) else { panic!("{text} was read") };
        let place = problems[0].say.with.iter().find(|(name, _)| name == "at").map(|(_, at)| at.as_str());
        assert_eq!(place, Some(at), "{text}: {:?}", problems[0].say);
        assert_eq!(problems[0].field, "filter");
    }
}

/// Depth, number of tests, number of values and length end somewhere, without ending the program.
#[test]
fn there_are_limits() {
    let model = model();
    let company = model.entity("company").expect("companies");
    let refused = |text: &str| assert!(matches!(parse(text, &model, company), Err(Error::Invalid(_))), "{} was read", &text[..60]);
    for levels in [9, 10, 100, 500, 9_000] {
        refused(&format!("{}name is x{}", "(".repeat(levels), ")".repeat(levels)));
        refused(&"(".repeat(levels));
    }
    refused(&format!("{} name is x", "not ".repeat(500)));
    refused(&format!("{}name is x{}", "exists(branches where ".repeat(500), ")".repeat(500)));
    refused(&format!("{}name is x{}", "not (".repeat(500), ")".repeat(500)));
    refused(&vec!["size is 1"; 201].join(" or "));
    refused(&format!("size in ({})", vec!["1"; 1_001].join(",")));
    refused(&format!("name is \"{}\"", "x".repeat(20_000)));
    refused(&format!("{}.name is x", ["parent"; 5].join(".")));
    let nested = format!("{}name is x{}", "(".repeat(8), ")".repeat(8));
    assert_eq!(parse(&nested, &model, company).expect("eight levels"), Filter::is("name", "x"));
    assert!(parse(&vec!["size is 1"; 200].join(" or "), &model, company).is_ok());
    assert!(parse(&format!("size in ({})", vec!["1"; 1_000].join(",")), &model, company).is_ok());
    assert!(parse(&format!("name is \"{}\"", "x".repeat(19_980)), &model, company).is_ok());
}

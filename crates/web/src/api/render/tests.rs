use super::*;
use kernel::{Date, Id, Moment};
use meta::fields::Choice;

const COLOURS: &[Choice] = &[Choice { key: "red", colour: "red" }];

#[test]
fn a_value_is_written_as_its_kind_says() {
    let id = Id::from_number(77).unwrap();
    let cases = [
        (Kind::Text, Value::from("a \"b\"\n\u{1}è")),
        (Kind::LongText, Value::from("")),
        (Kind::Code, Value::from("IT01")),
        (Kind::Choice(COLOURS), Value::from("of another time")),
        (Kind::Vocabulary("sector"), Value::from("metal")),
        (Kind::Vocabularies("sector"), Value::from("|a|b|")),
        (Kind::Vocabularies("sector"), Value::from("")),
        (Kind::YesNo, Value::Bool(true)),
        (Kind::Whole, Value::Int(-3)),
        (Kind::Money, Value::Int(-123_456)),
        (Kind::Date, Value::Date(Date::new(2026, 3, 1).unwrap())),
        (Kind::Date, Value::Empty),
        (Kind::Moment, Value::Moment(Moment::from_millis(1_772_442_000_123))),
        (Kind::Email, Value::from("a@b.it")),
        (Kind::Phone, Value::from("+39050123456")),
        (Kind::Web, Value::from("https://a.it/")),
        (Kind::Coordinates, Value::from("43.7167,10.4017")),
        (Kind::Link("account"), Value::Link(id)),
        (Kind::Link("account"), Value::Empty),
        (Kind::About(&["account"]), Value::Link(id)),
    ];
    for (kind, value) in cases {
        let mut out = Vec::new();
        write_value(kind, &value, &mut out);
        let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(read, kind.to_json(&value), "{kind:?}");
    }
}

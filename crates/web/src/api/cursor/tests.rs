use super::*;

fn seal() -> Seal {
    Seal::new(b"a key").unwrap()
}

#[test]
fn a_place_is_read_as_it_was_written() {
    let values = vec![
        Value::from("è|\0"),
        Value::Int(-5),
        Value::Bool(true),
        Value::Date(Date::new(2026, 2, 28).unwrap()),
        Value::Moment(Moment::from_millis(-1)),
        Value::Link(Id::SYSTEM),
        Value::Empty,
    ];
    let cursor = Cursor { values, id: Id::from_number(9_000_000_000).unwrap(), backward: true };
    let text = write(&seal(), "cursor account+name", &cursor);
    assert_eq!(read(&seal(), "cursor account+name", &text).unwrap(), cursor);
}

#[test]
fn a_place_of_another_list_or_with_a_letter_changed_is_none() {
    let cursor = Cursor { values: vec![Value::from("x")], id: Id::SYSTEM, backward: false };
    let text = write(&seal(), "cursor account+name", &cursor);
    assert!(read(&seal(), "cursor account-name", &text).is_err());
    assert!(read(&Seal::new(b"another key").unwrap(), "cursor account+name", &text).is_err());
    for place in 0..text.len() {
        let mut letters: Vec<u8> = text.bytes().collect();
        letters[place] = if letters[place] == b'A' { b'B' } else { b'A' };
        assert!(read(&seal(), "cursor account+name", std::str::from_utf8(&letters).unwrap()).is_err(), "letter {place}");
    }
    for wrong in ["", "AAAA", "%%%", "'; DROP TABLE account; --"] {
        assert!(read(&seal(), "cursor account+name", wrong).is_err());
    }
}

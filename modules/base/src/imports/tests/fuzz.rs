//! A fuzz target of mapping files: whatever one says, it is refused with a sentence or makes rows ready. `bin/fuzz mapping_files SECONDS` runs it for longer.

use super::engines;
use crate::imports::consents::Answers;
use crate::imports::mapping::mapping;
use crate::imports::reading::Row;
use crate::imports::rows::Maker;
use kernel::Error;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use std::collections::HashMap;

const HEADER: [&str; 5] = ["Nome", "Data", "Tel.", "Città", "x\"y"];
const CELLS: [&str; 14] = [
    "",
    "Alfa",
    "00743110157",
    "333 1234567 - 050 1",
    "15/03/2024",
    "03-15-2024",
    "sì",
    "withdrawn",
    "1.234,56",
    "-",
    "a@b.it",
    "'=1+1",
    "7-",
    "😀\n",
];
const PATHS: [&str; 32] = [
    "consent.text",
    "contact.consent.date",
    "name",
    "note",
    "",
    "id",
    "vat_number",
    "tax_number",
    "phones",
    "emails",
    "credit_limit",
    "address.city",
    "founded",
    "owner",
    "contact.name",
    "contact.name.given",
    "contact9.phones",
    "contact10.phones",
    "contact0.name",
    "site.address.city",
    "site2.name",
    "contact.role",
    "consent.marketing.email",
    "contact.consent.marketing.phone",
    "consent..",
    "consent.marketing.pigeon",
    "consent.date",
    "consent.source",
    "account.code",
    "phones.number",
    "born",
    "secret",
];
const SAID: [&str; 14] = [
    "use = \"fax\"",
    "use = \"x\"",
    "split = false",
    "order = \"family-first\"",
    "order = 7",
    "numbers = \"plain\"",
    "dates = \"month-first\"",
    "values = { \"sì\" = \"given\", a = \"b\" }",
    "source = \"paper\"",
    "evidence = \"Modulo\"",
    "date = \"Data\"",
    "date = \"2024-01-01\"",
    "date = \"0000-00-00\"",
    "what = 1",
];
const DAMAGE: [&str; 12] = [
    "\"",
    "{",
    "}",
    "[defaults]\n\"consent.source\" = \"paper\"\n\"consent.evidence\" = \"x\"",
    "[defaults]\nstage = \"x\"",
    "\n",
    "=",
    "\\u0000",
    "[[",
    "é",
    "unmapped = \"remarks\"",
    ".",
];

fn written() -> impl Strategy<Value = String> {
    let column = (select(HEADER.to_vec()), select(PATHS.to_vec()), vec(select(SAID.to_vec()), 0..5));
    let damage = vec((any::<proptest::sample::Index>(), select(DAMAGE.to_vec())), 0..3);
    (vec(column, 0..5), prop_oneof![3 => Just(Vec::new()), 2 => damage]).prop_map(|(columns, damage)| {
        let mut text = String::from("[columns]\n");
        for (name, path, said) in columns {
            let name = name.replace('"', "\\\"");
            let said: String = said.iter().map(|said| format!(", {said}")).collect();
            text.push_str(&format!("\"{name}\" = {{ to = \"{path}\"{said} }}\n"));
        }
        for (at, piece) in damage {
            let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
            text.insert_str(places[at.index(places.len())], piece);
        }
        text
    })
}

#[tokio::test]
async fn mapping_files() {
    let engine = engines().await.remove(0);
    let (model, words) = (engine.model(), crate::tests::words());
    let header: Vec<String> = HEADER.iter().map(|name| (*name).to_owned()).collect();
    let cases = (written(), select(vec!["account", "contact", "site"]), vec(vec(select(CELLS.to_vec()), 3..7), 0..4));
    let config = Config { failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&cases, |(text, entity, rows)| {
        let entity = engine.entity(entity).expect("an entity");
        let maker = mapping(&model, &entity, &words, &header, Some(&text), None, &[]).and_then(|mapping| {
            let zone = engine.settings().zone.clone();
            let answers = Answers::of(&mapping, &words, &zone, engine.now(), HashMap::new())?;
            Maker::new(model.clone(), entity, mapping, zone, HashMap::new(), answers)
        });
        let maker = match maker {
            Ok(maker) => maker,
            Err(Error::Invalid(problems)) => {
                prop_assert!(!problems.is_empty());
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(format!("{error}"))),
        };
        for (line, cells) in (2..).zip(rows) {
            let row = Row { line, raw: String::new(), cells: cells.into_iter().map(str::to_owned).collect() };
            let lengthy = row.cells.len() != HEADER.len();
            prop_assert!(!lengthy || maker.make(&row).is_err(), "{}", text);
            let _ = maker.make(&row);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

//! Random graphs: merged in random ways, of merges too, and taken back. Every row of every table is as it was.

use super::{House, houses};
use crate::accounts::{self, entity as account};
use crate::addresses::entity::{emails, phones};
use crate::consents::entity as consent;
use crate::contacts::entity::{self as contact, ACCOUNT_CONTACT, place};
use crate::relations::{RELATION, relation as of};
use engine::merging::Plan;
use engine::{Asked, Draft, Statement};
use kernel::{Id, Value};
use meta::shape::ColumnType;
use std::collections::BTreeMap;

/// Chance that is the same in every run: the graphs of one seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides as u64) as usize
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

type Rows = BTreeMap<(String, i64), BTreeMap<String, Value>>;

/// Every row of every entity, and of what stands beside them.
async fn rows(house: &House) -> Rows {
    let mut tables: Vec<(String, Vec<(String, ColumnType)>)> = Vec::new();
    for entity in house.engine.model().entities() {
        let columns = entity.table().columns.into_iter().map(|column| (column.name, column.kind)).collect();
        tables.push((entity.key.to_owned(), columns));
    }
    let column = |name: &str, kind| (name.to_owned(), kind);
    let (link, moment) = (ColumnType::Link, ColumnType::Moment);
    let timeline = vec![column("card", link), column("entity", ColumnType::Text), column("at", moment), column("record", link)];
    tables.push(("timeline".to_owned(), timeline));
    for table in ["favourite", "recent"] {
        tables.push((table.to_owned(), vec![column("user", link), column("record", link), column("at", moment)]));
    }
    let mut all = Rows::new();
    for (table, columns) in tables {
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let order: Vec<String> = (1..=columns.len()).map(|place| place.to_string()).collect();
        let sql = Statement::new(format!("SELECT {} FROM \"{table}\" ORDER BY {}", names.join(", "), order.join(", ")), Vec::new());
        let kinds: Vec<ColumnType> = columns.iter().map(|(_, kind)| *kind).collect();
        let found = house.engine.store().read(move |tx| Box::pin(async move { tx.rows_as(&sql, &kinds).await })).await.expect("rows");
        for (number, row) in found.into_iter().enumerate() {
            let id = columns.iter().position(|(name, _)| name == "id").and_then(|place| row[place].link());
            let key = id.map_or(number as i64, |id| id.number());
            all.insert((table.clone(), key), columns.iter().map(|(name, _)| name.clone()).zip(row).collect());
        }
    }
    all
}

/// What a merge may leave behind: the version of what it wrote itself, and who changed it when.
const MARKS: [&str; 3] = ["version", "changed_at", "changed_by"];

fn compare(before: &Rows, after: &Rows, written: &[Id], seed: u64) {
    let keys = |rows: &Rows| rows.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(before), keys(after), "seed {seed}: the same rows");
    for (key, row) in before {
        for (column, value) in row {
            let own = written.iter().any(|id| id.number() == key.1) && MARKS.contains(&column.as_str());
            assert!(own || after[key][column] == *value, "seed {seed}: {key:?}.{column}: {value:?}, then {:?}", after[key][column]);
        }
    }
}

struct Graph {
    accounts: Vec<Id>,
    contacts: Vec<Id>,
}

async fn grow(house: &House, dice: &mut Dice) -> Graph {
    let words = ["", "Pisa", "Lucca", "via Roma"];
    let numbers = ["+39050024776", "+393203693703", "+39050555555"];
    let boxes = ["info@alfa.example", "vendite@alfa.example"];
    let types = house.engine.entity("relation_type").expect("types");
    let types: Vec<Id> = house.engine.list(&house.who, Asked::new(types)).await.expect("types").records.iter().map(|one| one.id).collect();
    let mut graph = Graph { accounts: Vec::new(), contacts: Vec::new() };
    for place in 0..5 {
        let mut draft = Draft::new("account")
            .with(accounts::NAME.id(), format!("Alfa {place}"))
            .with(account::STAGE.id(), dice.one(&["suspect", "lead", "customer", "former"]))
            .with(account::ADDRESS.city.id(), dice.one(&words))
            .with(account::ADDRESS.street.id(), dice.one(&words))
            .with(account::EMPLOYEES.id(), dice.roll(3) as i64)
            .with(account::REMARKS.id(), dice.one(&words))
            .with(account::TAGS.id(), dice.one(&["", "|fiera|", "|fiera|premium|"]));
        let mut phones_of = Vec::new();
        for number in numbers.iter().take(dice.roll(4)) {
            phones_of.push(Draft::new("phone").with(phones::NUMBER.id(), *number).with(phones::NOTE.id(), dice.one(&words)));
        }
        draft.lines = vec![("phones", phones_of)];
        graph.accounts.push(house.put(draft).await);
    }
    for place in 0..5 {
        let mut draft = Draft::new("contact")
            .with(contact::NAME.family.id(), format!("Bini {place}"))
            .with(contact::NAME.given.id(), dice.one(&words))
            .with(contact::JOB_TITLE.id(), dice.one(&words));
        draft.lines = vec![("emails", vec![Draft::new("email").with(emails::ADDRESS.id(), dice.one(&boxes))])];
        graph.contacts.push(house.put(draft).await);
    }
    for _ in 0..25 {
        let (account, contact) = (dice.one(&graph.accounts), dice.one(&graph.contacts));
        let either = if dice.roll(2) == 0 { account } else { contact };
        let draft = match dice.roll(6) {
            0 | 1 => Draft::new(ACCOUNT_CONTACT)
                .with(place::ACCOUNT.id(), account)
                .with(place::CONTACT.id(), contact)
                .with(place::ROLE.id(), dice.one(&["", "acquisti", "titolare"]))
                .with(place::MAIN.id(), dice.roll(2) == 0),
            2 => Draft::new("note").with(crate::notes::entity::ABOUT.record.id(), either).with(crate::notes::entity::TEXT.id(), "Una nota"),
            3 => Draft::new("consent")
                .with(consent::ABOUT.record.id(), either)
                .with(consent::PURPOSE.id(), "marketing")
                .with(consent::CHANNEL.id(), dice.one(&["email", "sms"]))
                .with(consent::STATE.id(), dice.one(&["given", "refused", "withdrawn"]))
                .with(consent::SOURCE.id(), "paper")
                .with(consent::EVIDENCE.id(), "Modulo"),
            4 => Draft::new("site").with(crate::sites::entity::ACCOUNT.id(), account).with(crate::sites::entity::NAME.id(), "Magazzino"),
            _ => Draft::new(RELATION)
                .with(of::PARTY.record.id(), either)
                .with(of::TYPE.id(), dice.one(&types))
                .with(of::COUNTERPARTY.record.id(), dice.one(&graph.accounts)),
        };
        house.clock.pass(60_000);
        // Some of them are refused, as a relation to oneself is.
        let _ = house.engine.create(&house.who, draft).await;
    }
    graph
}

/// The records that a changeset wrote by the ordinary verbs.
async fn written(house: &House, changeset: Id) -> Vec<Id> {
    let sql = Statement::new("SELECT \"record\" FROM \"history\" WHERE \"changeset\" = ?", vec![Value::Link(changeset)]);
    let rows = house.engine.store().read(move |tx| Box::pin(async move { tx.rows(&sql).await })).await.expect("rows");
    rows.iter().filter_map(|row| row.link(0)).collect()
}

#[tokio::test]
async fn merged_and_taken_back_every_row_is_as_it_was() {
    for house in houses().await {
        crate::relations::install(&house.engine, &house.who).await.expect("types");
        for seed in 1..=12 {
            let mut dice = Dice(seed * 7_919);
            let graph = grow(&house, &mut dice).await;
            let (mut accounts, mut contacts) = (graph.accounts, graph.contacts);
            let mut merges = Vec::new();
            for _ in 0..4 {
                let (key, living) = if dice.roll(2) == 0 { ("account", &mut accounts) } else { ("contact", &mut contacts) };
                if living.len() < 3 {
                    continue;
                }
                let kept = living.remove(dice.roll(living.len()));
                let mut gone = vec![living.remove(dice.roll(living.len()))];
                if dice.roll(3) == 0 {
                    gone.push(living.remove(dice.roll(living.len())));
                }
                living.push(kept);
                let before = rows(&house).await;
                let merged = house.merge(key, Plan::new(kept, gone)).await.expect("merged");
                assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new(), "seed {seed}, merged");
                merges.push((merged.changeset, before));
            }
            house.clock.pass(30 * 86_400_000);
            let mut touched = Vec::new();
            for (changeset, before) in merges.into_iter().rev() {
                touched.extend(written(&house, changeset).await);
                house.clock.pass(60_000);
                let back = house.engine.unmerge(&house.who, changeset).await.expect("taken back");
                assert_eq!((back.left, back.elsewhere), (Vec::new(), Vec::new()), "seed {seed}");
                compare(&before, &rows(&house).await, &touched, seed);
            }
            assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new(), "seed {seed}, taken back");
        }
    }
}

//! The verb that gathers: how many records a filter selects and what their numbers come to, as a whole or in groups, as far as
//! the asker may see them.

use crate::Engine;
use crate::principal::{Principal, Verb};
use kernel::{Date, Error, Id, Result, Say, Value};
use meta::filter::{Filter, Operand, Path, Test};
use meta::gather::{Gather, groups, sums};
use meta::{Entity, Field, Kind};
use std::collections::HashMap;
use store::Statement;

/// Groups that a question may have before they are folded into periods.
const MOST_GROUPS: usize = 20_000;

/// How days and moments are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// By month.
    Month,
    /// By year.
    Year,
}

/// What the numbers of one field come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Number {
    /// All of them together.
    pub sum: i64,
    /// The least.
    pub least: i64,
    /// The greatest.
    pub most: i64,
}

/// A group of records, or all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered {
    /// What they have in common, as compared; the first day of the period for days and moments; empty for the whole.
    pub key: Value,
    /// A value of one of them, which shows the key as it is written.
    pub shown: Value,
    /// How many.
    pub count: i64,
    /// What their numbers come to, in the order of the fields asked for.
    pub numbers: Vec<Number>,
}

impl Gathered {
    /// The mean of a number, rounded to the nearest.
    pub fn mean(&self, place: usize) -> i64 {
        let sum = self.numbers.get(place).map_or(0, |number| number.sum);
        let count = self.count.max(1);
        (sum + sum.signum() * count / 2) / count
    }

    fn add(&mut self, other: Gathered) {
        self.count += other.count;
        for (own, more) in self.numbers.iter_mut().zip(other.numbers) {
            own.sum = own.sum.saturating_add(more.sum);
            own.least = own.least.min(more.least);
            own.most = own.most.max(more.most);
        }
    }
}

impl Engine {
    /// Gathers: one for each group, the largest first, periods from the last; without `by`, one for the whole. Fields that are no numbers and those
    /// that make no groups are invalid.
    #[expect(clippy::too_many_arguments, reason = "a question and what is reckoned of its answer")]
    pub async fn gather(
        &self,
        who: &Principal,
        entity: &Entity,
        filter: &Filter,
        trash: bool,
        by: Option<(&'static str, Period)>,
        numbers: &[&'static str],
        most: usize,
    ) -> Result<Vec<Gathered>> {
        who.permit(Verb::See, entity)?;
        let entity = &*who.entity(entity.key)?;
        let seen = who.seen(entity).ok_or(Error::NotFound)?;
        let wrong = |key: &str| Error::invalid("group", Say::new("error-sort-unknown").with("name", key));
        let field = match by {
            Some((key, _)) => Some(entity.field(key).filter(|field| groups(field)).copied().ok_or_else(|| wrong(key))?),
            None => None,
        };
        let known = |key: &&'static str| entity.field(key).filter(|field| sums(field)).copied().ok_or_else(|| wrong(key));
        let numbers: Vec<Field> = numbers.iter().map(known).collect::<Result<_>>()?;
        let gather = Gather { entity, filter, seen: &seen, trash, by: field.as_ref(), numbers: &numbers, limit: MOST_GROUPS };
        let sql = self.compiling(who, |compile| gather.sql(compile))?;
        let (statement, kinds) = (Statement::new(sql.text, sql.values), gather.kinds());
        let rows = self.inside.store.read(move |tx| Box::pin(async move { tx.rows_as(&statement, &kinds).await })).await?;
        let grouped = field.is_some();
        let mut gathered: Vec<Gathered> = rows.into_iter().map(|row| of_row(row, grouped)).collect();
        if let (Some(field), Some((_, period))) = (field, by)
            && matches!(field.kind, Kind::Date | Kind::Moment)
        {
            gathered = self.folded(gathered, period);
        }
        gathered.truncate(most);
        Ok(gathered)
    }

    /// Days and hours put together into periods, the last first, what has none at the end.
    fn folded(&self, gathered: Vec<Gathered>, period: Period) -> Vec<Gathered> {
        let zone = &self.settings().zone;
        let mut periods: Vec<Gathered> = Vec::new();
        let mut places: HashMap<Option<Date>, usize> = HashMap::new();
        for mut group in gathered {
            let day = match group.key {
                Value::Date(day) => Some(day),
                Value::Moment(at) => Some(at.date(zone)),
                _ => None,
            };
            let begins = day.and_then(|day| begin(day, period));
            let place = *places.entry(begins).or_insert(periods.len());
            match periods.get_mut(place) {
                Some(known) => known.add(group),
                None => {
                    group.key = begins.map_or(Value::Empty, Value::Date);
                    group.shown = group.key.clone();
                    periods.push(group);
                }
            }
        }
        periods.sort_by_key(|group| std::cmp::Reverse(if let Value::Date(day) = group.key { Some(day) } else { None }));
        periods
    }
}

/// The records of a group, as a filter: what a list of them asks for.
pub fn within(field: &Field, key: &Value, period: Period) -> Filter {
    let path = Path::of(field.key);
    match key {
        Value::Date(begins) => {
            let months = if period == Period::Month { 1 } else { 12 };
            let ends = begins.plus_months(months).plus_days(-1);
            Filter::Test(path, Test::Between(Operand::Value(Value::Date(*begins)), Operand::Value(Value::Date(ends))))
        }
        key if key.is_empty() && field.kind != Kind::YesNo => Filter::Test(path, Test::Empty),
        key => Filter::Test(path, Test::Is(Operand::Value(key.clone()))),
    }
}

fn begin(day: Date, period: Period) -> Option<Date> {
    let (year, month, _) = day.parts();
    Date::new(year, if period == Period::Month { month } else { 1 }, 1)
}

fn of_row(row: Vec<Value>, grouped: bool) -> Gathered {
    let mut values = row.into_iter();
    let mut next = || values.next().unwrap_or(Value::Empty);
    let (key, shown) = if grouped { (next(), next()) } else { (Value::Empty, Value::Empty) };
    let count = next().int();
    let numbers: Vec<i64> = values.map(|value| value.int()).collect();
    let numbers = numbers.chunks(3).map(|three| Number { sum: three[0], least: three[1], most: three[2] }).collect();
    Gathered { key, shown, count, numbers }
}

/// The identities that groups of a link field stand for.
pub fn linked(gathered: &[Gathered]) -> Vec<Id> {
    gathered.iter().filter_map(|group| group.key.link()).collect()
}

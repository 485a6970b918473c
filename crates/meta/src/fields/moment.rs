//! A point in time: UTC inside, shown in the company's zone.

use super::{Behaviour, Family, Kind, Reading};
use crate::field::{Key, Typed};
use crate::shape::ColumnType;
use kernel::{Moment, Say, Value};

/// A point in time.
pub type MomentOf = Key<Instant>;

/// Reads as `Option<Moment>`.
#[derive(Debug)]
pub enum Instant {}

impl Typed for Instant {
    type Out<'r> = Option<Moment>;

    fn read(value: &Value) -> Option<Moment> {
        value.moment()
    }
}

/// Describes a point in time.
pub const fn moment(key: &'static str) -> MomentOf {
    Key::new(key, Kind::Moment)
}

pub(super) struct MomentKind;

impl Behaviour for MomentKind {
    fn column(&self) -> ColumnType {
        ColumnType::Moment
    }

    fn family(&self) -> Family {
        Family::Times
    }

    fn parse(&self, input: &str, reading: &Reading) -> Result<Value, Say> {
        if let Ok(moment) = input.parse() {
            return Ok(Value::Moment(moment));
        }
        let (day, time) = input.split_once([' ', 'T']).unwrap_or((input, "00:00"));
        let date = super::date::DateKind.parse(day, reading)?.date().ok_or(Say::new("error-date"))?;
        let mut parts = time.split(':').map(|part| part.parse::<i64>().ok());
        let (Some(Some(hour)), Some(Some(minute))) = (parts.next(), parts.next()) else {
            return Err(Say::new("error-moment"));
        };
        if !(0..24).contains(&hour) || !(0..60).contains(&minute) {
            return Err(Say::new("error-moment"));
        }
        let start = date.start(&reading.zone);
        let shifted = start.plus_millis((hour * 60 + minute) * 60_000);
        let shown = shifted.in_zone(&reading.zone);
        let drift = (hour - i64::from(shown.hour())) * 3_600_000;
        Ok(Value::Moment(if drift.abs() <= 3_600_000 { shifted.plus_millis(drift) } else { shifted }))
    }

    fn to_json(&self, value: &Value) -> serde_json::Value {
        serde_json::Value::String(self.write(value))
    }

    fn show(&self, value: &Value, reading: &Reading) -> String {
        let Some(moment) = value.moment() else { return String::new() };
        let time = moment.in_zone(&reading.zone);
        format!("{} {:02}:{:02}", super::date::for_people(moment.date(&reading.zone)), time.hour(), time.minute())
    }

    fn write(&self, value: &Value) -> String {
        value.moment().map(|moment| moment.to_string()).unwrap_or_default()
    }

    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "type": ["string", "null"], "format": "date-time" })
    }
}

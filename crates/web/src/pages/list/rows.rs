//! The rows of a list, written straight into the page: this is the hottest path of the pages.

use crate::fields::{Face, Sight};
use crate::pages::form::in_place;
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::Listed;
use engine::principal::Verb;
use meta::{Entity, Field, FieldId, Kind, Record};
use std::fmt::Write;

/// A column: the face of its field, and how it looks on a phone.
pub(crate) struct Column {
    /// The field with its words.
    pub(crate) face: Face,
    /// What stands before the value.
    open: String,
    /// The same where the reader may write the value.
    edited: Option<String>,
    /// The province that is said with a town.
    province: Option<FieldId>,
}

/// The field of the province that is said with this one: of a town, where its list has no column for it.
pub(crate) fn province<'e>(entity: &'e Entity, town: &str, shown: &[&str]) -> Option<&'e Field> {
    let key = format!("{}.province", town.strip_suffix(".city")?);
    entity.field(&key).filter(|field| !field.secret && !shown.contains(&field.key))
}

/// What is asked for to write these columns.
pub(crate) fn asked(entity: &Entity, shown: &[&'static str]) -> Vec<&'static str> {
    let provinces = shown.iter().filter_map(|key| province(entity, key, shown)).map(|field| field.key);
    shown.iter().copied().chain(provinces).collect()
}

impl Column {
    /// The columns of a list.
    pub(crate) fn of(entity: &Entity, keys: &[&str], reader: &Reader) -> Vec<Column> {
        let speech = &reader.speech;
        let mut columns: Vec<Column> = keys
            .iter()
            .filter_map(|key| entity.field(key))
            .filter(|field| !field.secret)
            .map(|field| Column {
                face: Face::short(field, speech),
                province: province(entity, field.key, keys).map(|field| field.id),
                edited: None,
                open: String::new(),
            })
            .collect();
        // A phone shows the name, how it stands at its right, and below where it is and the number that is called.
        let first = |which: &dyn Fn(&Column) -> bool| columns.iter().skip(1).position(which).map(|place| place + 1);
        let end = first(&|column| column.face.badge);
        let call = first(&|column| matches!(column.face.field.kind, Kind::Phone));
        let below = first(&|column| column.face.field.key.ends_with(".city") || column.face.field.key == "email");
        let below = below.or_else(|| if call.is_none() { first(&|column| !column.face.badge) } else { None });
        for (place, column) in columns.iter_mut().enumerate() {
            let classes = [
                (column.number(), "number"),
                (Some(place) == end, "phone-end"),
                (Some(place) == below, "phone-below"),
                (Some(place) == call, "phone-call"),
            ];
            let classes: Vec<&str> = classes.into_iter().filter(|(on, _)| *on).map(|(_, class)| class).collect();
            column.open = if classes.is_empty() { "<td>".to_owned() } else { format!("<td class=\"{}\">", classes.join(" ")) };
        }
        if reader.who.may(Verb::Change, entity) {
            for column in columns.iter_mut().filter(|column| in_place::cell(reader, entity, &column.face.field)) {
                column.edited = Some(format!("{} data-field=\"{}\">", column.open.trim_end_matches('>'), column.face.field.key));
            }
        }
        columns
    }

    /// Whether its head and cells stand at the right.
    pub(crate) fn number(&self) -> bool {
        matches!(self.face.field.kind, Kind::Whole | Kind::Money | Kind::Size | Kind::Percent)
    }
}

/// Adds the rows of a page; `from` is what the cards of its records learn of the list they were found in, `ticks` is whether
/// they may be chosen.
#[expect(clippy::too_many_arguments, reason = "the hottest path of the pages gets what it needs, and nothing around it")]
pub(crate) fn write(
    out: &mut String,
    reader: &Reader,
    entity: &Entity,
    columns: &[Column],
    listed: &Listed,
    from: &str,
    ticks: bool,
    trash: bool,
) {
    let Some(first) = listed.records.first() else { return };
    let sight = &Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &listed.titles };
    let slot = |id: FieldId| first.carried.slot(id);
    let slots: Vec<(Option<usize>, Option<usize>)> =
        columns.iter().map(|column| (slot(column.face.field.id), column.province.and_then(slot))).collect();
    for record in &listed.records {
        let _ = write!(out, "<tr data-record=\"{}\">", record.id);
        if ticks {
            tick(out, record);
        }
        let changes = !trash && reader.who.may_with(Verb::Change, entity, record);
        for (place, (column, (slot, province))) in columns.iter().zip(&slots).enumerate() {
            out.push_str(column.edited.as_deref().filter(|_| changes).unwrap_or(&column.open));
            if let Some(value) = slot.and_then(|slot| record.values.get(slot)) {
                if place == 0 {
                    name(out, entity, record, column, value, from, sight);
                } else {
                    column.face.cell(value, sight, out);
                }
                if let Some(province) = province.and_then(|slot| record.values.get(slot)).filter(|province| !province.is_empty()) {
                    out.push_str(" (");
                    html::text(out, province.text());
                    out.push(')');
                }
            }
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
}

fn name(out: &mut String, entity: &Entity, record: &Record, column: &Column, value: &kernel::Value, from: &str, sight: &Sight<'_>) {
    out.push_str("<a class=\"row-link\" href=\"/");
    out.push_str(entity.plural);
    let _ = write!(out, "/{0}{from}\" id=\"at-{0}\">", record.id);
    if value.is_empty() {
        html::nothing(out, sight.speech);
    } else {
        column.face.cell(value, sight, out);
    }
    out.push_str("</a>");
}

/// What chooses a row: a part of the form of the bar, wherever that stands. It is called after the row's main link.
fn tick(out: &mut String, record: &Record) {
    let id = record.id;
    let _ = write!(
        out,
        "<td class=\"tick\"><label><input type=\"checkbox\" form=\"bulk\" name=\"pick\" value=\"{id}\" aria-labelledby=\"bulk-row at-{id}\"></label></td>"
    );
}

//! The rows of a list, written straight into the page: this is the hottest path of the pages.

use super::places::Places;
use crate::fields::{Face, Sight};
use crate::pages::form::in_place;
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::pages::speech::Speech;
use engine::Listed;
use engine::principal::Verb;
use kernel::Value;
use meta::{Entity, Field, FieldId, Kind, Record};
use std::fmt::Write;

/// The class of what a phone shows below the name.
const BELOW: &str = "phone-below";

/// A column: the face of its field, and how it looks on a phone.
pub(crate) struct Column {
    /// The field with its words.
    pub(crate) face: Face,
    /// The classes of its cells; most have none.
    class: String,
    /// The province that is said with a town.
    province: Option<FieldId>,
    /// Whether it is a field of what binds the row to the record on whose card it stands.
    pub(crate) place: bool,
    /// Whether the reader may write the value.
    edited: bool,
    /// What begins a cell: as it is read, and where it may be written.
    begins: [String; 2],
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

/// What a column of a list on a card shows.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'f> {
    /// A field of the row, or of what binds it to the record on whose card it stands.
    pub(crate) field: &'f Field,
    /// Whether it is of what binds it.
    pub(crate) place: bool,
}

impl PartialEq for Shown<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.field.id, self.place) == (other.field.id, other.place)
    }
}

fn numeric(field: &Field) -> bool {
    matches!(field.kind, Kind::Whole | Kind::Money | Kind::Size | Kind::Percent)
}

impl Column {
    /// The columns of a list.
    pub(crate) fn of(entity: &Entity, keys: &[&str], reader: &Reader) -> Vec<Column> {
        let mut columns = Column::laid_out(entity, keys, reader);
        columns.iter_mut().for_each(Column::ready);
        columns
    }

    /// The same, whose cells may still be given another look.
    fn laid_out(entity: &Entity, keys: &[&str], reader: &Reader) -> Vec<Column> {
        let fields = keys.iter().filter_map(|key| entity.field(key)).filter(|field| !field.secret);
        let mut columns: Vec<Column> = fields.map(|field| Column::new(field, &reader.speech)).collect();
        for column in &mut columns {
            column.province = province(entity, column.face.field.key, keys).map(|field| field.id);
        }
        // A phone shows the name, how it stands at its right, and below where it is and the number that is called.
        let first = |which: &dyn Fn(&Column) -> bool| columns.iter().skip(1).position(which).map(|place| place + 1);
        let end = first(&|column| column.face.badge);
        let call = first(&|column| matches!(column.face.field.kind, Kind::Phone));
        // Whose it is comes before where it is: a branch, an answer, a person says little by itself.
        let belongs = |field: &Field| field.required || entity.mirrors.iter().any(|mirror| mirror.field == field.key);
        let whose = first(&|column| matches!(column.face.field.kind, Kind::About(_) | Kind::Link(_)) && belongs(&column.face.field));
        let below = whose.or_else(|| first(&|column| column.face.field.key.ends_with(".city") || column.face.field.key == "email"));
        let says = |column: &Column| !column.face.badge && !matches!(column.face.field.kind, Kind::YesNo);
        let below = below.or_else(|| if call.is_none() { first(&says) } else { None });
        for (place, column) in columns.iter_mut().enumerate() {
            let classes = [
                (column.number(), "number"),
                (Some(place) == end, "phone-end"),
                (Some(place) == below, BELOW),
                (Some(place) == call, "phone-call"),
            ];
            let classes: Vec<&str> = classes.into_iter().filter(|(on, _)| *on).map(|(_, class)| class).collect();
            column.class = classes.join(" ");
        }
        if reader.who.may(Verb::Change, entity) {
            for column in &mut columns {
                column.edited = in_place::cell(reader, entity, &column.face.field);
            }
        }
        columns
    }

    /// The columns of a list on a card. On a phone what binds a row to the card stands below its name.
    pub(crate) fn on_card(entity: &Entity, shown: &[Shown<'_>], reader: &Reader) -> Vec<Column> {
        let own: Vec<&str> = shown.iter().filter(|one| !one.place).map(|one| one.field.key).collect();
        let mut own = Column::laid_out(entity, &own, reader).into_iter();
        let bound = shown.iter().position(|one| one.place);
        let mut columns: Vec<Column> = Vec::with_capacity(shown.len());
        for (place, one) in shown.iter().enumerate() {
            if one.place {
                let mut column = Column { place: true, ..Column::new(one.field, &reader.speech) };
                if Some(place) == bound {
                    BELOW.clone_into(&mut column.class);
                }
                columns.push(column);
            } else {
                columns.extend(own.next().map(|mut column| {
                    if bound.is_some() && column.class == BELOW {
                        column.class.clear();
                    }
                    column
                }));
            }
        }
        columns.iter_mut().for_each(Column::ready);
        columns
    }

    fn new(field: &Field, speech: &Speech) -> Column {
        let class = if numeric(field) { "number" } else { "" }.to_owned();
        Column { face: Face::short(field, speech), class, province: None, place: false, edited: false, begins: Default::default() }
    }

    fn ready(&mut self) {
        let mut begin = String::new();
        self.begin(&mut begin);
        let edited = if self.edited { format!("{begin} data-field=\"{}\">", self.face.field.key) } else { format!("{begin}>") };
        self.begins = [format!("{begin}>"), edited];
    }

    /// Adds the beginning of a cell, up to its further attributes.
    pub(super) fn begin(&self, out: &mut String) {
        out.push_str("<td");
        if !self.class.is_empty() {
            let _ = write!(out, " class=\"{}\"", self.class);
        }
    }

    /// Whether its head and cells stand at the right.
    pub(crate) fn number(&self) -> bool {
        numeric(&self.face.field)
    }
}

/// The rows of a list.
pub(crate) struct Rows<'r> {
    pub(crate) reader: &'r Reader,
    pub(crate) entity: &'r Entity,
    pub(crate) columns: &'r [Column],
    /// What the cards of their records learn of the list they were found in.
    pub(crate) from: &'r str,
    /// Whether they may be chosen.
    pub(crate) ticks: bool,
    /// Whether they are only read, as in the trash.
    pub(crate) fixed: bool,
    /// What binds them to the record on whose card they stand.
    pub(crate) places: Option<&'r Places>,
}

impl Rows<'_> {
    /// Adds the rows of a page.
    pub(crate) fn write(&self, out: &mut String, listed: &Listed) {
        let Some(first) = listed.records.first() else { return };
        let reader = self.reader;
        let sight = &Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &listed.titles };
        let slot = |id: FieldId| first.carried.slot(id);
        let slots: Vec<(Option<usize>, Option<usize>)> =
            self.columns.iter().map(|column| (slot(column.face.field.id), column.province.and_then(slot))).collect();
        for record in &listed.records {
            let past = self.places.is_some_and(|places| places.past(record.id));
            let _ = write!(out, "<tr data-record=\"{}\"{}>", record.id, if past { " class=\"past\"" } else { "" });
            if self.ticks {
                tick(out, record);
            }
            let changes = !self.fixed && reader.who.may_with(Verb::Change, self.entity, record);
            for (place, (column, (slot, province))) in self.columns.iter().zip(&slots).enumerate() {
                if let Some(places) = self.places.filter(|_| column.place) {
                    places.cell(out, reader, record.id, column);
                    continue;
                }
                let open = changes && record.keeper(column.face.field.id).is_none();
                out.push_str(&column.begins[usize::from(open)]);
                if let Some(value) = slot.and_then(|slot| record.values.get(slot)) {
                    if place == 0 {
                        self.name(out, record, column, value, sight);
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
            if let Some(places) = self.places {
                places.acts(out, reader, record.id, &crate::pages::card::title(self.entity, record, sight));
            }
            out.push_str("</tr>\n");
        }
    }

    fn name(&self, out: &mut String, record: &Record, column: &Column, value: &Value, sight: &Sight<'_>) {
        // What the program keeps by itself has no card.
        let leads = self.entity.can.public;
        if leads {
            let _ = write!(out, "<a class=\"row-link\" href=\"/{}/{}{}\"", self.entity.plural, record.id, self.from);
            if self.ticks {
                let _ = write!(out, " id=\"at-{}\"", record.id);
            }
            out.push('>');
        }
        if value.is_empty() {
            html::nothing(out, sight.speech);
        } else if leads && matches!(column.face.field.kind, Kind::Email | Kind::Phone | Kind::Web) {
            // What would be a link of its own is none inside of the one to the card.
            html::text(out, value.text());
        } else {
            column.face.cell(value, sight, out);
        }
        if leads {
            out.push_str("</a>");
        }
        if let Some(places) = self.places {
            places.tags(out, self.reader, record.id);
        }
    }
}

/// What chooses a row: a part of the form of the bar, wherever that stands. It is called after the row's main link.
fn tick(out: &mut String, record: &Record) {
    let id = record.id;
    let _ = write!(
        out,
        "<td class=\"tick\"><label><input type=\"checkbox\" form=\"bulk\" name=\"pick\" value=\"{id}\" aria-labelledby=\"bulk-row at-{id}\"></label></td>"
    );
}

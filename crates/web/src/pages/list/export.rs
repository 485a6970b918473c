//! Exactly this list as a file for a sheet: its columns, its filter, its order, as far as whoever asks may see and take out.

use super::address::{ListAddress, words_filter};
use crate::caller::{Named, Of};
use crate::fields::{Face, Sight};
use crate::pages::reader::Reader;
use crate::sheets::{cell, csv_row, guard};
use crate::taken;
use crate::{Answer, Web};
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use engine::{Asked, Listed};
use formats::cards::Version;
use futures_util::stream;
use http::HeaderMap;
use http::header::{self, HeaderValue};
use kernel::{Error, Result, Say, Value};
use meta::{Entity, Field, Kind};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::sync::Arc;

/// Records read at once.
const PAGE: usize = 200;
/// A sheet has no more rows than these, the head among them.
const MOST_ROWS: u32 = 1_048_576;

/// What is taken out, read page by page.
struct Taking {
    reader: Reader,
    entity: Arc<Entity>,
    fields: Vec<Field>,
    asked: Option<Asked>,
}

impl Taking {
    /// What the address of a list says; all fields and lines, for cards.
    async fn whole(reader: Reader, entity: Arc<Entity>, question: &str) -> Result<Taking> {
        let mut taking = Taking::begin(reader, entity, question).await?;
        if let Some(asked) = &mut taking.asked {
            asked.fields = taking.entity.fields.iter().filter(|field| !field.secret).map(|field| field.key).collect();
            asked.lines = true;
        }
        Ok(taking)
    }

    async fn begin(reader: Reader, entity: Arc<Entity>, question: &str) -> Result<Taking> {
        if !reader.who.role.export {
            return Err(Error::Forbidden(Say::new("error-forbidden")));
        }
        let mut address = ListAddress::read(question);
        if address.view.is_some() {
            super::views::begun(&reader, &entity, &mut address).await?;
        }
        address.settle(&entity);
        let mut filter = address.tree(&reader.model, &entity)?;
        if !address.words.is_empty() {
            filter = filter.and(words_filter(&address.words, &entity));
        }
        let keys = address.shown(&entity);
        let fields = keys.iter().filter_map(|key| entity.field(key)).copied().collect();
        let asked = Asked { filter, sort: address.order(&entity)?, fields: keys, limit: PAGE, ..Asked::new(entity.clone()) };
        Ok(Taking { reader, entity, fields, asked: Some(asked) })
    }

    /// What the columns are called.
    fn heads(&self) -> Vec<String> {
        self.fields.iter().map(|field| Face::new(field, &self.reader.speech).label).collect()
    }

    /// The next page; none after the last.
    async fn next(&mut self) -> Result<Option<Listed>> {
        let Some(mut asked) = self.asked.take() else { return Ok(None) };
        let listed = self.reader.web.engine().list(&self.reader.who, asked.clone()).await?;
        if let Some(next) = listed.next.clone() {
            asked.after = Some(next);
            self.asked = Some(asked);
        }
        Ok(Some(listed))
    }

    /// A value in the words of the page where they are keys otherwise.
    fn said(&self, field: &Field, value: &Value, listed: &Listed) -> String {
        let worded = matches!(field.kind, Kind::Choice(_) | Kind::Vocabulary(_) | Kind::Vocabularies(_) | Kind::YesNo);
        if worded && !value.is_empty() {
            let sight =
                Sight { speech: &self.reader.speech, reading: &self.reader.reading, model: &self.reader.model, titles: &listed.titles };
            return Face::new(field, &self.reader.speech).plain(value, &sight);
        }
        cell(field, value, &listed.titles, &self.reader.reading)
    }
}

/// As CSV, page by page: `;`, UTF-8 with a mark, decimal comma.
pub(super) async fn csv(State(_): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let taking = Taking::begin(reader, entity, uri.query().unwrap_or_default()).await?;
    let (name, guard) = (file_name(&taking, "csv"), guard(taking.reader.web.engine()).await?);
    let body = stream::unfold((taking, true), move |(mut taking, first)| async move {
        let listed = match taking.next().await {
            Ok(Some(listed)) => listed,
            Ok(None) => return None,
            // Cut off, so that nobody takes a part for the whole.
            Err(error) => return Some((Err(std::io::Error::other(error.to_string())), (taking, false))),
        };
        let mut text = String::new();
        if first {
            text.push('\u{feff}');
            csv_row(&mut text, ';', guard, taking.heads().iter().map(String::as_str));
        }
        for record in &listed.records {
            let cells: Vec<String> = taking.fields.iter().map(|field| taking.said(field, record.value(field.id), &listed)).collect();
            csv_row(&mut text, ';', guard, cells.iter().map(String::as_str));
        }
        Some((Ok(Bytes::from(text)), (taking, false)))
    });
    Ok(file(Body::from_stream(body), "text/csv; charset=utf-8", &name))
}

/// The text of each page, the first and the last of which may say more, as a body that is cut off where something fails: so
/// nobody takes a part for the whole.
fn written(taking: Taking, write: impl Fn(&Taking, &Listed, bool) -> String + Send + 'static) -> Body {
    Body::from_stream(stream::unfold((taking, true, write), |(mut taking, first, write)| async move {
        match taking.next().await {
            Ok(Some(listed)) => {
                let text = write(&taking, &listed, first);
                Some((Ok(Bytes::from(text)), (taking, false, write)))
            }
            Ok(None) => None,
            Err(error) => Some((Err(std::io::Error::other(error.to_string())), (taking, false, write))),
        }
    }))
}

/// As JSON, an array of records with the columns of the list, each as the API shows it.
pub(super) async fn json(State(_): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let taking = Taking::begin(reader, entity, uri.query().unwrap_or_default()).await?;
    let name = file_name(&taking, "json");
    let body = written(taking, |taking, listed, first| {
        let mut text = String::from(if first { "[" } else { "" });
        for (place, record) in listed.records.iter().enumerate() {
            text.push_str(if first && place == 0 { "\n" } else { ",\n" });
            let shown = |field: &Field| taking.fields.iter().any(|known| known.id == field.id);
            text.push_str(&serde_json::Value::Object(taken::attributes(record, shown)).to_string());
        }
        text.push_str(if taking.asked.is_none() { "\n]\n" } else { "" });
        text
    });
    Ok(file(body, "application/json", &name))
}

/// The form of cards that an address asks for: 4.0, or `vcard=3`.
fn version(question: &str) -> Version {
    let older = form_urlencoded::parse(question.as_bytes()).any(|(name, value)| name == "vcard" && value.starts_with('3'));
    if older { Version::Three } else { Version::Four }
}

/// As cards of an address book, where the records are somebody.
pub(super) async fn cards(State(_): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let question = uri.query().unwrap_or_default().to_owned();
    if !taken::is_somebody(&entity) {
        return Err(Error::NotFound.into());
    }
    let taking = Taking::whole(reader, entity, &question).await?;
    let name = file_name(&taking, "vcf");
    let version = version(&question);
    let body = written(taking, move |taking, listed, _| {
        listed.records.iter().map(|record| taken::card(&taking.entity, record, &listed.titles, version)).collect()
    });
    Ok(file(body, "text/vcard; charset=utf-8", &name))
}

/// One record as a card.
pub(super) async fn card(State(web): State<Web>, Of(entity): Of, named: Named, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    if !taken::is_somebody(&entity) {
        return Err(Error::NotFound.into());
    }
    let (record, titles) = web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    if !reader.who.role.export {
        return Err(Error::Forbidden(Say::new("error-forbidden")).into());
    }
    let card = taken::card(&entity, &record, &titles, version(uri.query().unwrap_or_default()));
    let title = entity.field(entity.title).map_or("", |field| record.value(field.id).text());
    let name = meta::fields::term_key(title).unwrap_or_else(|| record.id.to_string());
    Ok(file(Body::from(card), "text/vcard; charset=utf-8", &format!("{name}.vcf")))
}

/// As a workbook: numbers as numbers, days as days, codes and phones as text, the head in sight.
pub(super) async fn xlsx(State(_): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let mut taking = Taking::begin(reader, entity, uri.query().unwrap_or_default()).await?;
    let name = file_name(&taking, "xlsx");
    let mut book = Workbook::new();
    let (money, whole) = (Format::new().set_num_format("#,##0.00"), Format::new().set_num_format("0"));
    let guarded = Format::new().set_quote_prefix();
    let (day, moment) = (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("dd/mm/yyyy hh:mm"));
    // Rows that are written lie in a temporary file, and not in memory.
    book.add_worksheet_with_constant_memory().map_err(Error::internal)?;
    let bold = Format::new().set_bold();
    for (column, head) in (0_u16..).zip(taking.heads()) {
        let sheet = sheet(&mut book)?;
        sheet.set_column_width(column, 18).map_err(Error::internal)?;
        let dress = if formats::is_guarded(&head) { bold.clone().set_quote_prefix() } else { bold.clone() };
        sheet.write_string_with_format(0, column, head, &dress).map_err(Error::internal)?;
    }
    sheet(&mut book)?.set_freeze_panes(1, 1).map_err(Error::internal)?;
    let mut row: u32 = 1;
    while let Some(listed) = taking.next().await? {
        let sheet = sheet(&mut book)?;
        for record in &listed.records {
            if row == MOST_ROWS {
                return Err(Error::invalid("filter", Say::new("error-export-rows").with("most", MOST_ROWS - 1)).into());
            }
            for (column, field) in (0_u16..).zip(&taking.fields) {
                let value = record.value(field.id);
                let written = match (field.kind, value) {
                    (Kind::Money, Value::Int(cents)) => sheet.write_number_with_format(row, column, *cents as f64 / 100.0, &money),
                    (Kind::Whole, Value::Int(number)) => sheet.write_number_with_format(row, column, *number as f64, &whole),
                    (Kind::Date, Value::Date(date)) => {
                        let (year, month, of_month) = date.parts();
                        match ExcelDateTime::from_ymd(year.unsigned_abs(), month.unsigned_abs(), of_month.unsigned_abs()) {
                            Ok(date) => sheet.write_datetime_with_format(row, column, date, &day),
                            // A sheet knows no day before 1900.
                            Err(_) => sheet.write_string(row, column, taking.said(field, value, &listed)),
                        }
                    }
                    (Kind::Moment, Value::Moment(at)) => {
                        let at = at.in_zone(&taking.reader.reading.zone);
                        let date = ExcelDateTime::from_ymd(at.year().unsigned_abs(), at.month().unsigned_abs(), at.day().unsigned_abs());
                        match date.and_then(|date| date.and_hms(at.hour().unsigned_abs().into(), at.minute().unsigned_abs(), 0)) {
                            Ok(at) => sheet.write_datetime_with_format(row, column, at, &moment),
                            Err(_) => sheet.write_string(row, column, taking.said(field, value, &listed)),
                        }
                    }
                    _ => {
                        let said = taking.said(field, value, &listed);
                        if said.is_empty() {
                            continue;
                        }
                        // As text, whatever it begins with: nothing is reckoned, nor when somebody edits the cell.
                        match formats::is_guarded(&said) {
                            true => sheet.write_string_with_format(row, column, said, &guarded),
                            false => sheet.write_string(row, column, said),
                        }
                    }
                };
                written.map_err(Error::internal)?;
            }
            row += 1;
        }
    }
    let bytes = tokio::task::spawn_blocking(move || book.save_to_buffer()).await.map_err(Error::internal)?.map_err(Error::internal)?;
    Ok(file(Body::from(bytes), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &name))
}

fn sheet(book: &mut Workbook) -> Result<&mut rust_xlsxwriter::Worksheet> {
    book.worksheet_from_index(0).map_err(Error::internal)
}

/// `clienti-2026-11-25.csv`.
fn file_name(taking: &Taking, ending: &str) -> String {
    let many = taking.reader.speech.entity(taking.entity.key, "many");
    let name = meta::fields::term_key(&many).unwrap_or_else(|| taking.entity.plural.to_owned());
    format!("{name}-{}.{ending}", taking.reader.web.engine().today())
}

fn file(body: Body, kind: &'static str, name: &str) -> Response {
    let mut response = Response::new(body);
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // The name is letters, digits and hyphens by construction.
    if let Ok(as_file) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, as_file);
    }
    response
}

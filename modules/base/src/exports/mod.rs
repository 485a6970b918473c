//! Exports: the records a filter selects, as a file for a sheet, as JSON or as cards of an address book. Page by page, so that memory does not grow
//! with the data; with the rights of who asks. What is imported again changes nothing.

mod columns;

pub use columns::{ExportColumn, called, columns, label};

#[cfg(test)]
mod tests;

use crate::imports::report::unwritable;
use engine::{Asked, Engine, Principal, Sorting};
use formats::cards::Version;
use kernel::{Error, Id, Language, Result, Say};
use meta::{Entity, Field, Reading, Record};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;
use web::Words;
use web::sheets::{self, csv_row};
use web::taken::{attributes, card, is_somebody};

/// In which form an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For Italian sheets: `;`, decimal comma, UTF-8 with a mark, `gg/mm/aaaa`.
    #[default]
    Csv,
    /// An array of the records as the API shows them.
    Json,
    /// Cards of an address book, 4.0.
    Vcard,
    /// The same in the older form, 3.0.
    OldVcard,
}

impl Format {
    /// Reads `csv`, `json`, `vcard`, `vcard3`.
    pub fn parse(text: &str) -> Option<Format> {
        match text {
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            "vcard" => Some(Format::Vcard),
            "vcard3" => Some(Format::OldVcard),
            _ => None,
        }
    }
}

/// What is exported, and how.
#[derive(Clone)]
pub struct Options {
    /// The entity, by its plural: `accounts`.
    pub entity: String,
    /// The filter's text; everything where it is empty.
    pub filter: String,
    /// The form.
    pub format: Format,
    /// The words that name the columns; imports know them again.
    pub words: Arc<Words>,
    /// In which language.
    pub language: Language,
}

impl Options {
    /// All records of an entity, as CSV with Italian headers.
    pub fn new(entity: &str, words: Arc<Words>) -> Options {
        Options { entity: entity.to_owned(), filter: String::new(), format: Format::Csv, words, language: Language::Italian }
    }
}

/// Records asked for at once.
const PAGE: usize = 200;

/// Writes the records that a filter selects, the oldest first; how many.
///
/// Errors: forbidden without the right to export; not found for what may not be seen; invalid for a wrong filter.
pub async fn run(engine: &Engine, who: &Principal, options: &Options, mut writer: impl Write) -> Result<u64> {
    if !who.role.export {
        return Err(Error::Forbidden(Say::new("error-forbidden")));
    }
    let model = who.model.clone();
    options.words.follow(&engine.model());
    let entity = model.plural(&options.entity).filter(|entity| entity.can.importable).cloned().ok_or(Error::NotFound)?;
    let filter = match options.filter.trim() {
        "" => meta::Filter::everything(),
        text => meta::filter::parse::parse(text, &model, &entity)?,
    };
    let version = match options.format {
        Format::OldVcard => Version::Three,
        _ => Version::Four,
    };
    if matches!(options.format, Format::Vcard | Format::OldVcard) && !is_somebody(&entity) {
        return Err(Error::invalid("format", Say::new("error-export-vcard")));
    }
    let (columns, guard) = (columns(&entity), sheets::guard(engine).await?);
    let mut text = String::new();
    match options.format {
        Format::Csv => {
            text.push('\u{feff}');
            let labels: Vec<String> = columns.iter().map(|column| label(&options.words, options.language, &entity, column.path)).collect();
            csv_row(&mut text, ';', guard, labels.iter().map(String::as_str));
        }
        Format::Json => text.push('['),
        Format::Vcard | Format::OldVcard => {}
    }
    let fields: Vec<&'static str> = entity.fields.iter().filter(|field| !field.secret).map(|field| field.key).collect();
    let reading = Reading { language: options.language, zone: engine.settings().zone.clone() };
    let mut asked = Asked {
        filter,
        sort: vec![Sorting { field: "id", descending: false }],
        fields,
        limit: PAGE,
        lines: true,
        ..Asked::new(entity.clone())
    };
    let mut count = 0_u64;
    loop {
        let listed = engine.list(who, asked.clone()).await?;
        for record in &listed.records {
            match options.format {
                Format::Csv => {
                    let cells = columns.iter().map(|column| cell(&entity, record, column.path, &listed.titles, &reading));
                    csv_row(&mut text, ';', guard, cells.collect::<Vec<_>>().iter().map(String::as_str));
                }
                Format::Json => {
                    text.push_str(if count == 0 { "\n" } else { ",\n" });
                    text.push_str(&json(&entity, record).to_string());
                }
                Format::Vcard | Format::OldVcard => text.push_str(&card(&entity, record, &listed.titles, version)),
            }
            count += 1;
        }
        writer.write_all(text.as_bytes()).map_err(unwritable)?;
        text.clear();
        match listed.next {
            Some(next) => asked.after = Some(next),
            None => break,
        }
    }
    if options.format == Format::Json {
        text.push_str("\n]\n");
    }
    writer.write_all(text.as_bytes()).map_err(unwritable)?;
    writer.flush().map_err(unwritable)?;
    Ok(count)
}

fn cell(entity: &Entity, record: &Record, path: &str, titles: &HashMap<Id, String>, reading: &Reading) -> String {
    let lines = |key: &str| {
        record.lines(path).iter().map(|line| line.named(key).text()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
    };
    match path {
        "id" => record.id.to_string(),
        "phones" => lines("number"),
        "emails" => lines("address"),
        path => entity.field(path).map(|field| sheets::cell(field, record.named(path), titles, reading)).unwrap_or_default(),
    }
}

/// A record as the API shows it: composite fields as objects, links as ids, money as decimal text, dates as ISO writes
/// them, owned lines in order without what their parent says of them.
pub fn json(entity: &Entity, record: &Record) -> Json {
    let mut object = attributes(record, |_| true);
    object.insert("version".to_owned(), Json::from(record.version));
    for relation in entity.owned() {
        let kind = format!("{}_kind", relation.via);
        let own = |field: &Field| !field.system && field.key != relation.via && field.key != kind && field.key != "position";
        let lines = record.lines(relation.key).iter().map(|line| Json::Object(attributes(line, own)));
        object.insert(relation.key.to_owned(), Json::Array(lines.collect()));
    }
    Json::Object(object)
}

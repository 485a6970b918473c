//! One file in a line: a small picture of it or a sign, what it is called, how large it is, when it expires.

use super::sign;
use crate::fields::{Face, Sight};
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::files::digest_of;
use kernel::{Date, Id};
use meta::{Entity, Kind, Record};
use std::collections::HashMap;

/// Days ahead of an expiry in which it is a warning.
const SOON: i32 = 30;

/// Adds the small picture, or the sign.
pub(super) fn picture(out: &mut String, reader: &Reader, entity: &Entity, record: &Record, class: &str) {
    match digest_of(record) {
        Some(digest) if reader.web.engine().has_thumbnail(&digest) => {
            out.push_str("<img alt=\"\" loading=\"lazy\"");
            html::attribute(out, "class", class);
            // Another file has another address, so that none is shown for the one before.
            html::attribute(out, "src", &format!("/{}/{}/thumbnail?{}", entity.plural, record.id, &digest.as_str()[..8]));
            out.push('>');
        }
        Some(_) => {
            out.push_str("<span class=\"file-sign\" aria-hidden=\"true\">");
            out.push_str(assets::icon(sign(record.named("file.name").text())));
            out.push_str("</span>");
        }
        None => out.push_str(assets::icon("document")),
    }
}

/// Adds the link that takes the file away.
pub(super) fn taking_away(out: &mut String, reader: &Reader, entity: &Entity, record: &Record, name: &str) {
    out.push_str("<a class=\"btn btn-quiet btn-icon btn-sm\" download");
    html::attribute(out, "href", &format!("/{}/{}/content", entity.plural, record.id));
    let label = reader.speech.with("files-take", &[("name", name)]);
    html::attribute(out, "aria-label", &label);
    html::attribute(out, "title", &label);
    out.push('>');
    out.push_str(assets::icon("download"));
    out.push_str("</a>");
}

/// Adds when it expires, in the tone of how near that is.
pub(super) fn expiry(out: &mut String, reader: &Reader, entity: &Entity, record: &Record) {
    let Some(field) = entity.awaits.as_ref().and_then(|awaits| entity.field(awaits.day)) else { return };
    let Some(day) = record.value(field.id).date() else { return };
    let shown = Kind::Date.behaviour().show(record.value(field.id), &reader.reading);
    let (tone, key) = tone(day, reader.web.engine().today());
    out.push_str("<span class=\"tag\"");
    if !tone.is_empty() {
        html::attribute(out, "data-tone", tone);
    }
    out.push('>');
    html::text(out, &reader.speech.with(key, &[("day", &shown)]));
    out.push_str("</span>");
}

/// How near a day is: its tone, and how it is said.
pub(super) fn tone(day: Date, today: Date) -> (&'static str, &'static str) {
    match day.days() - today.days() {
        ..0 => ("bad", "files-expired"),
        0..=SOON => ("warn", "files-expires"),
        _ => ("", "files-expires"),
    }
}

/// What is said of a file beside its name.
pub(super) fn said(
    entity: &Entity,
    record: &Record,
    number: Option<&str>,
    titles: &HashMap<Id, String>,
    reader: &Reader,
    here: Id,
) -> Vec<String> {
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles };
    let plain =
        |key: &str| entity.field(key).map(|field| Face::new(field, sight.speech).plain(record.named(key), &sight)).unwrap_or_default();
    let mut said = Vec::new();
    let name = record.named("file.name").text();
    if let Some((_, ending)) = name.rsplit_once('.').filter(|(_, ending)| ending.len() <= 5) {
        said.push(ending.to_uppercase());
    }
    if !name.is_empty() {
        said.push(plain("file.size"));
    }
    if let Some(number) = number.map(|key| record.named(key).int()).filter(|number| *number > 1) {
        said.push(reader.speech.with("files-version", &[("number", &number.to_string())]));
    }
    for key in ["kind", "folder"] {
        said.push(plain(key));
    }
    // What stands here by the account it belongs to says whose it is.
    if let Some(name) =
        entity.filing.and_then(|filing| record.named(filing.about).link()).filter(|id| *id != here).and_then(|id| titles.get(&id))
    {
        said.push(name.clone());
    }
    said.retain(|text| !text.is_empty());
    said
}

/// The files that were written with these records, each under its own.
pub(crate) async fn of(reader: &Reader, kind: &Entity, records: &[Id]) -> kernel::Result<HashMap<Id, Vec<Record>>> {
    let mut attached: HashMap<Id, Vec<Record>> = HashMap::new();
    let under = reader.model.entities().find_map(|entity| {
        let link = entity.field(entity.happens.as_ref()?.under?).filter(|link| link.kind == Kind::Link(kind.key))?;
        entity.filing.is_some().then_some((entity, link))
    });
    let Some((entity, link)) = under.filter(|(entity, _)| !records.is_empty() && reader.who.may(engine::principal::Verb::See, entity))
    else {
        return Ok(attached);
    };
    let asked = engine::Asked {
        fields: vec![link.key, entity.title, "file.digest", "file.name", "file.size", "file.media"],
        sort: vec![engine::Sorting { field: "id", descending: false }],
        limit: 200,
        names: false,
        ..engine::Asked::new(entity.clone()).filtered(meta::Filter::is_in(link.key, records.iter().map(|id| kernel::Value::Link(*id))))
    };
    for record in reader.web.engine().list(&reader.who, asked).await?.records {
        if let Some(id) = record.value(link.id).link() {
            attached.entry(id).or_default().push(record);
        }
    }
    Ok(attached)
}

/// Adds the files that were written with a record.
pub(crate) fn write(out: &mut String, reader: &Reader, files: &[Record]) {
    out.push_str("<ul class=\"attachments\">");
    for file in files {
        let Some(entity) = reader.model.entity(file.entity()) else { continue };
        let size = Kind::Size.behaviour().show(file.named("file.size"), &reader.reading);
        out.push_str("<li><a class=\"attachment\"");
        html::attribute(out, "href", &format!("/{}/{}", entity.plural, file.id));
        out.push('>');
        picture(out, reader, entity, file, "thumb");
        out.push_str("<span>");
        html::text(out, file.named("file.name").text());
        out.push_str("</span><small>");
        html::text(out, &size);
        out.push_str("</small></a>");
        taking_away(out, reader, entity, file, file.named("file.name").text());
        out.push_str("</li>");
    }
    out.push_str("</ul>");
}

//! Editing in place: one field, the parts of one value or the lines of one relation, where a card or a list shows them. The
//! input, what it reads and what a conflict says are those of the whole form. An ordinary form is answered with the card, a
//! module of ours with what takes the place of the input.

use super::entered::{self, writes};
use super::{Form, conflict, doubting, read, write, wrong};
use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward, onward_saying, part, to};
use crate::pages::card::{self, Opened, bring};
use crate::pages::layout::{self, Item};
use crate::pages::reader::Reader;
use crate::pages::{html, list, toast};
use crate::{Answer, Web};
use axum::extract::State;
use axum::response::Response;
use engine::Outcome;
use http::header::HeaderValue;
use http::{HeaderName, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Id, Problems, Result, Say};
use meta::{Entity, Field, Kind, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// Where it is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// In a section of the card.
    Card,
    /// At the head of the card.
    Head,
    /// In a cell of a list.
    Cell,
}

impl At {
    fn asked(fields: &Fields) -> At {
        match fields.get("at") {
            Some("cell") => At::Cell,
            Some("head") => At::Head,
            _ => At::Card,
        }
    }

    /// Its word in addresses.
    pub(crate) fn key(self) -> &'static str {
        match self {
            At::Card => "card",
            At::Head => "head",
            At::Cell => "cell",
        }
    }
}

/// Whether a reader who may change the record may write this of it.
pub(crate) fn editable(reader: &Reader, item: &Item<'_>) -> bool {
    match item {
        // A filter is built where there is room for it.
        Item::Field(field) => writes(reader, field) && !matches!(field.kind, Kind::About(_)) && field.selects.is_none(),
        Item::Parts(_, parts) => parts.iter().any(|part| writes(reader, part)),
        Item::Lines(_) => true,
    }
}

/// The same of one record, of which outside sources may keep some.
pub(crate) fn editable_in(reader: &Reader, item: &Item<'_>, record: &Record) -> bool {
    let open = |field: &Field| record.keeper(field.id).is_none();
    editable(reader, item)
        && match item {
            Item::Field(field) => open(field),
            Item::Parts(_, parts) => parts.iter().any(|part| writes(reader, part) && open(part)),
            Item::Lines(_) => true,
        }
}

/// Whether a cell of a list may be written: of fields that stand alone, and that a form offers.
pub(crate) fn cell(reader: &Reader, entity: &Entity, field: &Field) -> bool {
    layout::item(entity, field.key).is_some_and(|item| matches!(item, Item::Field(_)) && editable(reader, &item))
}

/// What an address names of a record, as far as the reader may write it. What is secret is as unknown as what never was.
fn asked<'e>(reader: &Reader, entity: &'e Entity, record: &Record, key: &str) -> Result<Item<'e>> {
    match layout::item(entity, key) {
        Some(item) if editable_in(reader, &item, record) => Ok(item),
        Some(Item::Field(field)) if let Some(keeping) = record.keeper(field.id).filter(|_| !field.secret) => {
            Err(Error::invalid(key, engine::keeping::refusal(keeping)))
        }
        None if entity.field(key).is_none_or(|field| field.secret) => Err(Error::NotFound),
        _ => Err(Error::invalid(key, Say::new("error-read-only"))),
    }
}

/// One place where something is edited.
struct Spot<'s> {
    reader: &'s Reader,
    entity: &'s Arc<Entity>,
    item: Item<'s>,
    at: At,
    /// The question of the list it is in, or that led to the card.
    list: &'s str,
}

impl Spot<'_> {
    fn address(&self, record: Id) -> String {
        let mut question = String::new();
        html::pair(&mut question, "at", self.at.key());
        if !self.list.is_empty() {
            html::pair(&mut question, "list", self.list);
        }
        format!("/{}/{record}/fields/{}?{question}", self.entity.plural, self.item.key())
    }

    /// The input with what was entered.
    fn form(&self, record: &Record, titles: HashMap<Id, String>, fields: &Fields, problems: Problems, notice: String) -> String {
        let reader = self.reader;
        let mut form = Form { record: Some(record), problems, notice, alone: true, ..Form::of(reader, self.entity, fields, titles) };
        form.doubts = doubting::of(&form);
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &form.titles };
        let action = self.address(record.id);
        let mut out = String::with_capacity(2048);
        out.push_str("<form method=\"post\" novalidate class=\"edit in-place");
        out.push_str(if self.at == At::Cell { " cell-edit\"" } else { "\"" });
        for (name, value) in [("action", &*action), ("hx-post", &*action)] {
            html::attribute(&mut out, name, value);
        }
        if self.entity.doubts.is_some_and(|doubted| doubted.items.contains(&self.item.key())) {
            html::attribute(&mut out, "data-doubting", &form.trying());
        }
        out.push_str(match self.at {
            At::Cell => " hx-target=\"closest tr\" hx-swap=\"outerHTML\">",
            _ => " hx-target=\"closest .spot\" hx-swap=\"innerHTML\">",
        });
        for (name, value) in [("csrf", &*reader.csrf), ("version", &record.version.to_string())] {
            html::hidden(&mut out, name, value);
        }
        out.push_str(&form.notice);
        write::item(&mut out, &form, &self.item, &sight);
        self.elsewhere(&mut out, &form, &sight);
        self.foot(&mut out, record.id);
        out.push_str("</form>");
        out
    }

    /// What is wrong with something that is not edited here.
    fn elsewhere(&self, out: &mut String, form: &Form<'_>, sight: &Sight<'_>) {
        let names = self.item.touched();
        let own = |field: &str| names.iter().any(|name| field == *name || field.starts_with(&format!("{name}.")));
        for problem in form.problems.iter().filter(|problem| !own(&problem.field)) {
            let said = sight.speech.sentence(&problem.say);
            out.push_str("<p class=\"error\" role=\"alert\">");
            out.push_str(assets::icon("error"));
            match problem.field.as_str() {
                "" => html::text(out, &said),
                name => html::text(out, &format!("{}: {said}", write::label(form, name, sight))),
            }
            out.push_str("</p>");
        }
    }

    fn foot(&self, out: &mut String, record: Id) {
        let speech = &self.reader.speech;
        let back = match self.at {
            At::Cell => format!("/{}?{}", self.entity.plural, self.list),
            _ => self.card(record),
        };
        out.push_str("<div class=\"in-place-foot\"><button class=\"btn btn-primary btn-sm\" data-save>");
        html::text(out, speech.say("action-save"));
        out.push_str("</button><a class=\"btn btn-sm\" data-discard");
        html::attribute(out, "href", &back);
        out.push('>');
        html::text(out, speech.say("action-cancel"));
        out.push_str("</a>");
        if self.at == At::Head && self.entity.can.tracked {
            card::past_clock(out, self.reader, self.entity, record, self.item.key());
        }
        out.push_str("</div>");
    }

    fn card(&self, record: Id) -> String {
        let mut question = String::new();
        if !self.list.is_empty() {
            html::pair(&mut question, "?list", self.list);
        }
        format!("/{}/{record}{question}", self.entity.plural)
    }

    /// It was not saved: the input with what was entered, and what there is to say.
    async fn refused(&self, status: StatusCode, record: &Record, titles: HashMap<Id, String>, said: Said) -> Answer {
        let markup = self.form(record, titles.clone(), &said.fields, said.problems, said.notice);
        if !self.reader.fragment {
            let opened = Opened { key: self.item.key().to_owned(), markup };
            return card::opened(self.reader, self.entity, record, &titles, self.list, opened, status).await;
        }
        let mut response = part(self.reader, status, markup);
        if self.at == At::Cell {
            // The row stays as it is: only the input is another one.
            header(&mut response, "hx-retarget", ".cell-edit");
            header(&mut response, "hx-reswap", "outerHTML");
        }
        Ok(response)
    }

    /// It was saved, or there was nothing to save.
    async fn done(&self, id: Id, outcome: Option<&Outcome>) -> Answer {
        let reader = self.reader;
        if !reader.fragment {
            return match outcome {
                Some(outcome) => onward_saying(reader, &self.card(id), "said-saved", "", Some(outcome.changeset)),
                None => Ok(onward(reader, &self.card(id))),
            };
        }
        let markup = match self.at {
            At::Cell => list::row(reader, self.entity, id, self.list).await?,
            at => match reader.web.engine().show(&reader.who, self.entity, id).await {
                Ok((record, titles)) => card::spot(reader, self.entity, &record, &titles, &self.item, at, self.list),
                // Given away: he does not see it any more.
                Err(Error::NotFound) => return Ok(onward(reader, &format!("/{}", self.entity.plural))),
                Err(error) => return Err(error.into()),
            },
        };
        let response = part(reader, StatusCode::OK, markup);
        match outcome {
            Some(outcome) => toast::beside(reader, response, "said-saved", "", outcome.changeset),
            None => Ok(response),
        }
    }
}

/// What is said of an input that was not saved.
struct Said {
    fields: Fields,
    problems: Problems,
    notice: String,
}

fn header(response: &mut Response, name: &'static str, value: &'static str) {
    response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
}

/// The input of what the address of a card asks to edit; none where it asks for nothing that may be edited.
pub(crate) fn begun(
    reader: &Reader,
    entity: &Arc<Entity>,
    record: &Record,
    titles: &HashMap<Id, String>,
    key: &str,
    at: At,
    list: &str,
) -> Option<String> {
    let item = asked(reader, entity, record, key).ok()?;
    let fields = entered::of_item(reader, &item, record, titles);
    Some(Spot { reader, entity, item, at, list }.form(record, titles.clone(), &fields, Vec::new(), String::new()))
}

/// The input of one thing.
pub(super) async fn edit(Of(entity): Of, named: Named, reader: Reader, Asking(question): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    let id = named.id("id")?;
    let (record, titles) = reader.web.engine().show(&reader.who, &entity, id).await?;
    if !reader.who.may_with(engine::principal::Verb::Change, &entity, &record) {
        return Err(Error::Forbidden(Say::new("error-authored")).into());
    }
    let item = asked(&reader, &entity, &record, named.text("field"))?;
    let spot = Spot { reader: &reader, entity: &entity, item, at: At::asked(&question), list: question.get("list").unwrap_or_default() };
    if !reader.fragment {
        let mut address = spot.card(id);
        address.push(if spot.list.is_empty() { '?' } else { '&' });
        return Ok(to(&format!("{address}field={}#spot-{}", spot.item.key(), spot.item.key())));
    }
    let fields = entered::of_item(&reader, &spot.item, &record, &titles);
    Ok(part(&reader, StatusCode::OK, spot.form(&record, titles, &fields, Vec::new(), String::new())))
}

/// Saves one thing. Whoever saved something else meanwhile is no conflict.
pub(super) async fn save(
    State(web): State<Web>,
    Of(entity): Of,
    named: Named,
    reader: Reader,
    Asking(question): Asking,
    mut fields: Fields,
) -> Answer {
    let reader = reader.within(entity.plural);
    let id = named.id("id")?;
    let mut version: Option<i64> = fields.get("version").and_then(|version| version.parse().ok());
    // Each turn but the first follows somebody who saved just now.
    for _ in 0..3 {
        let (record, titles) = match web.engine().show(&reader.who, &entity, id).await {
            Ok(found) => found,
            // In the trash meanwhile: the card says so, and offers to take it out.
            Err(Error::NotFound) => {
                web.engine().show_removed(&reader.who, &entity, id).await?;
                return Ok(onward(&reader, &format!("/{}/{id}", entity.plural)));
            }
            Err(error) => return Err(error.into()),
        };
        let item = asked(&reader, &entity, &record, named.text("field"))?;
        let spot =
            Spot { reader: &reader, entity: &entity, item, at: At::asked(&question), list: question.get("list").unwrap_or_default() };
        let read = read::item(&reader, &spot.item, &fields, Some(&record)).await?;
        if !read.problems.is_empty() {
            let said = Said { fields, problems: read.problems, notice: String::new() };
            return spot.refused(StatusCode::UNPROCESSABLE_ENTITY, &record, titles, said).await;
        }
        bring(&reader, &entity, &fields).await?;
        if version != Some(record.version) {
            let known = version.unwrap_or_default();
            let settled = conflict::settle(&reader, &entity, &record, &titles, known, fields, read.values).await?;
            if settled.open {
                let said = Said { fields: settled.fields, problems: Vec::new(), notice: settled.notice };
                return spot.refused(StatusCode::CONFLICT, &record, titles, said).await;
            }
            fields = settled.fields;
            version = Some(record.version);
            continue;
        }
        if read.values.is_empty() && read.lines.is_empty() {
            return spot.done(id, None).await;
        }
        match web.engine().change(&reader.who, &entity, id, version, read.values, read.lines).await {
            Ok(outcome) => {
                let changed = outcome.records.first().is_some_and(|(_, now)| Some(*now) != version);
                return spot.done(id, changed.then_some(&outcome)).await;
            }
            Err(Error::Conflict(Conflict::Stale { .. })) => {}
            Err(error) => {
                let problems = wrong(error, &fields)?;
                let said = Said { fields, problems, notice: String::new() };
                return spot.refused(StatusCode::UNPROCESSABLE_ENTITY, &record, titles, said).await;
            }
        }
    }
    Err(Error::Busy(1).into())
}

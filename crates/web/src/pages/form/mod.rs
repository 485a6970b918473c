//! The form of a record: made from its description, for a new one and for one that is there. What is wrong is said
//! beside the field; what was written is kept.

mod alike;
mod conflict;
mod doubting;
mod duplicate;
mod entered;
pub(crate) mod in_place;
mod lines;
mod options;
mod read;
mod standing;
mod trying;
mod twins;
pub(crate) mod within;
mod write;

use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, rendered, to};
use crate::pages::card::{bring, find, title};
use crate::pages::filter::within::Within;
use crate::pages::reader::Reader;
use crate::pages::sign_in::safe;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::principal::Verb;
use engine::{Created, Draft, Once};
use entered::Place;
use http::{Method, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Id, Problems, Result, Say, Value};
use meta::{Doubt, Entity, Field, FieldId, Record};
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use entered::of_item;
pub use entered::offered;
pub(crate) use read::link;

/// The routes of forms.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, "/{plural}/new", Policy::Entity(Verb::Create), Rate::Person, "", ""), blank)
        .add(Route::page(Method::POST, "/{plural}/new", Policy::Entity(Verb::Create), Rate::Person, "Record", "create"), create)
        .add(Route::page(Method::GET, "/{plural}/{id}/edit", Policy::Entity(Verb::Change), Rate::Person, "", ""), edit)
        .add(Route::page(Method::POST, "/{plural}/{id}/edit", Policy::Entity(Verb::Change), Rate::Person, "Record", "change"), change)
        .add(Route::page(Method::POST, "/{plural}/form", Policy::Entity(Verb::Create), Rate::Heavy, "Record", "try-form"), trying::new)
        .add(Route::page(Method::POST, "/{plural}/{id}/form", Policy::Entity(Verb::Change), Rate::Heavy, "Record", "try-form"), trying::old)
        .add(Route::page(Method::POST, "/{plural}/alike", Policy::Entity(Verb::Create), Rate::Heavy, "Record", "try-form"), alike::asked)
        .add(
            Route::page(Method::POST, "/{plural}/{id}/proposals", Policy::Entity(Verb::Change), Rate::Person, "Record", "try-form"),
            alike::here,
        )
        .add(Route::page(Method::GET, "/{plural}/{id}/duplicate", Policy::Entity(Verb::Create), Rate::Person, "", ""), duplicate::duplicate)
        .add(
            Route::page(Method::GET, "/{plural}/{id}/fields/{field}/edit", Policy::Entity(Verb::Change), Rate::Person, "", ""),
            in_place::edit,
        )
        .add(
            Route::page(Method::POST, "/{plural}/{id}/fields/{field}", Policy::Entity(Verb::Change), Rate::Person, "Field", "change"),
            in_place::save,
        )
        .add(Route::page(Method::GET, "/{plural}/options", Policy::Entity(Verb::See), Rate::Heavy, "", ""), options::options)
}

/// A form as it stands: what was entered, and what is to be said about it.
struct Form<'f> {
    reader: &'f Reader,
    entity: &'f Arc<Entity>,
    /// The record, where it is there already.
    record: Option<&'f Record>,
    /// What was entered.
    fields: &'f Fields,
    /// What is wrong, by the name of the control.
    problems: Problems,
    /// The place at another record that is made in the same go.
    place: Option<Place>,
    /// The names of linked records.
    titles: HashMap<Id, String>,
    /// What stands above the fields: twins, a conflict.
    notice: String,
    /// Where it stands, of a record that has no card.
    apart: Option<Apart>,
    /// The step of building a filter that was taken: `row:filter`.
    step: &'f str,
    /// The filters among its fields.
    filters: HashMap<&'static str, Within>,
    /// What is worth a look in it.
    doubts: Vec<Doubt>,
    /// Whether one thing of the record is edited by itself.
    alone: bool,
}

/// A form on a page of its own, of a record that has no card.
pub(crate) struct Apart {
    pub(crate) title: String,
    /// The address of the page, and of its form.
    pub(crate) address: &'static str,
    /// Where one goes who discards it.
    pub(crate) cancel: &'static str,
    /// What stands below the form, as markup.
    pub(crate) after: String,
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage<'f> {
    reader: &'f Reader,
    title: String,
    entity: &'f Entity,
    action: String,
    back: &'f str,
    asked: &'f str,
    version: Option<i64>,
    sending: String,
    unlink: Option<Id>,
    notice: &'f str,
    summary: String,
    sections: String,
    after: &'f str,
    /// The address that says how the form stands, and the controls on which that depends.
    tries: String,
    decisive: String,
    /// Whether there are buttons that save nothing.
    builds: bool,
    /// The address that says what is worth a look; empty where nothing ever is.
    doubts: String,
    /// Where a module asks what may be the same, and on which controls that depends; empty where nothing is compared.
    alike: String,
    telling: String,
}

impl<'f> Form<'f> {
    /// The form of a new record, with nothing wrong in it.
    fn of(reader: &'f Reader, entity: &'f Arc<Entity>, fields: &'f Fields, titles: HashMap<Id, String>) -> Form<'f> {
        let (problems, notice) = (Vec::new(), String::new());
        Form {
            reader,
            entity,
            record: None,
            fields,
            problems,
            place: None,
            titles,
            notice,
            apart: None,
            step: "",
            filters: HashMap::new(),
            doubts: Vec::new(),
            alone: false,
        }
    }

    /// The outside source that keeps a field of its record; none where it may be written.
    fn keeper(&self, field: &Field) -> Option<&meta::Keeping> {
        self.record?.keeper(field.id)
    }

    /// The address that says how it stands, and writes nothing.
    fn trying(&self) -> String {
        match self.record {
            Some(record) => format!("/{}/{}/form", self.entity.plural, record.id),
            None => format!("/{}/form", self.entity.plural),
        }
    }

    /// Reads the filters among its fields.
    async fn read_filters(&mut self) -> Result<()> {
        for field in entered::offered(self.reader, self.entity).into_iter().filter(|field| field.selects.is_some()) {
            let refused = !self.problems.is_empty();
            if let Some(mut within) = Within::of(self.reader, field, self.fields, self.record, self.step, refused).await? {
                within.reckon(self.reader).await?;
                self.filters.insert(field.key, within);
            }
        }
        Ok(())
    }

    async fn shown(self, status: StatusCode) -> Answer {
        let completed = standing::completed(self.reader, self.entity, self.record, self.fields, &self.titles);
        let mut form = Form { fields: &completed, ..self };
        form.read_filters().await?;
        form.doubts = doubting::of(&form);
        form.page(status)
    }

    fn page(&self, status: StatusCode) -> Answer {
        let reader = self.reader;
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &self.titles };
        let (title, action, cancel) = match self.record {
            Some(_) if let Some(apart) = &self.apart => (apart.title.clone(), apart.address.to_owned(), apart.cancel.to_owned()),
            Some(record) => {
                let named = title(self.entity, record, &sight);
                let card = format!("/{}/{}", self.entity.plural, record.id);
                let heading = match self.entity.can.joining {
                    true => reader.speech.entity(self.entity.key, "one"),
                    false => reader.speech.with("form-edit", &[("name", &named)]),
                };
                (heading, format!("{card}/edit"), card)
            }
            None => {
                let back = self.place.as_ref().map_or(format!("/{}", self.entity.plural), |place| place.back.clone());
                (reader.speech.entity(self.entity.key, "new"), format!("/{}/new", self.entity.plural), back)
            }
        };
        let asked = safe(self.fields.get("back").unwrap_or_default());
        let sending = self.fields.get("sending").map_or_else(|| reader.web.engine().chance().secret(), str::to_owned);
        let unlink = self.record.filter(|_| self.entity.can.joining && reader.who.may(Verb::Remove, self.entity)).map(|record| record.id);
        let page = FormPage {
            title,
            action,
            back: if asked == "/" { &cancel } else { asked },
            asked: if asked == "/" { "" } else { asked },
            version: self.record.map(|record| record.version),
            sending,
            unlink,
            notice: &self.notice,
            summary: write::summary(self, &sight),
            sections: write::sections(self, &sight),
            after: self.apart.as_ref().map_or("", |apart| &apart.after),
            tries: self.trying(),
            decisive: standing::decisive(reader, self.entity).join(" "),
            builds: !self.filters.is_empty() || self.entity.doubts.is_some(),
            doubts: if self.entity.doubts.is_some() { self.trying() } else { String::new() },
            alike: if self.record.is_none() && !self.entity.compared.is_empty() {
                format!("/{}/alike", self.entity.plural)
            } else {
                String::new()
            },
            telling: self.entity.compared.join(" "),
            entity: self.entity,
            reader,
        };
        rendered(reader, status, &page)
    }
}

/// One field by itself, as a form writes it: its words, its control, what is wrong with it.
pub fn alone(reader: &Reader, entity: &Arc<Entity>, field: &Field, fields: &Fields, problems: Problems) -> String {
    let titles = HashMap::new();
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let form = Form { problems, ..Form::of(reader, entity, fields, HashMap::new()) };
    let mut out = String::new();
    write::field(&mut out, &form, field, field.key, &sight);
    out
}

/// What a form of a description starts from.
pub async fn blank_of(reader: &Reader, entity: &Entity, asked: &Fields) -> Result<(Fields, HashMap<Id, String>)> {
    entered::blank(reader, entity, asked).await
}

/// The same, read: its value, and what is wrong with it.
pub async fn read_alone(reader: &Reader, field: &Field, fields: &Fields) -> Result<(Vec<(FieldId, Value)>, Problems)> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    read::one(reader, field, field.key, fields, &mut values, &mut problems).await?;
    Ok((values, problems))
}

/// Where one goes on to: where one was asked to, or else to the card.
fn back(fields: &Fields, card: String) -> String {
    match safe(fields.get("back").unwrap_or_default()) {
        "/" => card,
        asked => asked.to_owned(),
    }
}

async fn blank(State(_): State<Web>, Of(entity): Of, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    if entity.key == engine::segments::SEGMENT
        && let Some(making) = crate::pages::filter::segment::making(&reader)
    {
        return Ok(to(&making));
    }
    let (fields, titles) = entered::blank(&reader, &entity, &asked).await?;
    let place = Place::asked(&reader, &entity, &fields).await?;
    let form = Form { place, ..Form::of(&reader, &entity, &fields, titles) };
    form.shown(StatusCode::OK).await
}

async fn create(State(web): State<Web>, Of(entity): Of, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let place = Place::asked(&reader, &entity, &fields).await?;
    let read = read::record(&reader, &entity, &fields, None).await?;
    let mut problems = read.problems;
    let draft = Draft { id: Some(web.engine().id()), values: read.values, lines: read.lines, ..Draft::new(entity.key) };
    let beside = match &place {
        Some(place) => {
            let (values, wrong) = read::values(&reader, &place.child, &fields, entered::PLACE).await?;
            problems.extend(wrong);
            Some(place.draft(draft.id, values))
        }
        None => None,
    };
    let about = draft.values.iter().filter_map(|(id, value)| Some((entity.fields.iter().find(|field| field.id == *id)?, value)));
    let titles = entered::titles(&reader, about.filter(|(field, _)| matches!(field.kind, meta::Kind::About(_)))).await?;
    let mut form = Form { problems, place, ..Form::of(&reader, &entity, &fields, titles) };
    if !form.problems.is_empty() {
        return form.shown(StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let insist = fields.get("insist").is_some();
    if !insist {
        web.may_meet_hidden_twins(&reader.who)?;
    }
    bring(&reader, &entity, &fields).await?;
    // The same form sent twice makes one record.
    let once = fields.get("sending").filter(|key| (20..=64).contains(&key.len()));
    let once = once.map(|key| Once { key: format!("form {key}"), digest: entity.key.to_owned() });
    match web.engine().create_once(&reader.who, draft, beside.into_iter().collect(), insist, once).await {
        Ok(Created::Now(outcome)) => {
            let id = outcome.id();
            let (record, titles) = find(&reader, &entity, id).await?;
            let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
            let name = title(&entity, &record, &sight);
            let card = match &form.place {
                Some(place) => place.back.clone(),
                None => format!("/{}/{id}", entity.plural),
            };
            // What is only added to is not undone.
            if entity.can.appended {
                return onward_saying(&reader, &back(&fields, card), "said-recorded", &name, None);
            }
            onward_saying(&reader, &back(&fields, card), "said-created", &name, Some(outcome.changeset))
        }
        Ok(Created::Exists(found)) => {
            web.meeting(&reader.who, &found)?;
            form.notice = twins::notice(&reader, &entity, &found);
            form.shown(StatusCode::CONFLICT).await
        }
        Err(error) => {
            form.problems = wrong(error, &fields)?;
            form.shown(StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

async fn edit(State(_): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    let (record, titles) = reader.web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    if entity.key == engine::segments::SEGMENT
        && let Some(changing) = crate::pages::filter::segment::changing(&reader, &record)
    {
        return Ok(to(&changing));
    }
    let mut fields = entered::of(&reader, &entity, &record, &titles);
    if let Some(back) = asked.get("back") {
        fields.0.push(("back".to_owned(), back.to_owned()));
    }
    let form = Form { record: Some(&record), ..Form::of(&reader, &entity, &fields, titles) };
    form.shown(StatusCode::OK).await
}

async fn change(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let id = named.id("id")?;
    let card = format!("/{}/{id}", entity.plural);
    let (record, titles) = match web.engine().show(&reader.who, &entity, id).await {
        Ok(found) => found,
        // In the trash meanwhile: the card says so, and offers to take it out.
        Err(Error::NotFound) => {
            web.engine().show_removed(&reader.who, &entity, id).await?;
            return Ok(crate::pages::answer::onward(&reader, &card));
        }
        Err(error) => return Err(error.into()),
    };
    save(&web, &reader, &entity, (record, titles), fields, card, None).await
}

/// The form of a record that has no card.
pub(crate) async fn apart(reader: &Reader, entity: &Arc<Entity>, (record, titles): (Record, HashMap<Id, String>), apart: Apart) -> Answer {
    let fields = entered::of(reader, entity, &record, &titles);
    let form = Form { record: Some(&record), apart: Some(apart), ..Form::of(reader, entity, &fields, titles) };
    form.shown(StatusCode::OK).await
}

/// Saves what was entered for a record, or says what is wrong with it.
pub(crate) async fn save(
    web: &Web,
    reader: &Reader,
    entity: &Arc<Entity>,
    (record, titles): (Record, HashMap<Id, String>),
    fields: Fields,
    card: String,
    apart: Option<Apart>,
) -> Answer {
    let id = record.id;
    let read = read::record(reader, entity, &fields, Some(&record)).await?;
    let mut version: Option<i64> = fields.get("version").and_then(|version| version.parse().ok());
    if let Some(known) = version
        && conflict::is_beside(reader, entity, &record, known).await?
    {
        version = Some(record.version);
    }
    if version != Some(record.version) {
        return stale(reader, entity, version, fields, read, record, titles, apart).await;
    }
    let mut form = Form { record: Some(&record), problems: read.problems, apart, ..Form::of(reader, entity, &fields, titles) };
    if !form.problems.is_empty() {
        return form.shown(StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    bring(reader, entity, &fields).await?;
    match web.engine().change(&reader.who, entity, id, version, read.values.clone(), read.lines).await {
        Ok(outcome) => {
            let unchanged = outcome.records.first().is_none_or(|(_, now)| Some(*now) == version);
            let undo = (!unchanged).then_some(outcome.changeset);
            onward_saying(reader, &back(&fields, card), "said-saved", "", undo)
        }
        Err(Error::Conflict(Conflict::Stale { .. })) => {
            let (record, titles) = web.engine().show(&reader.who, entity, id).await?;
            let read = read::Read { values: read.values, lines: Vec::new(), problems: Vec::new() };
            stale(reader, entity, version, fields.clone(), read, record, titles, form.apart.take()).await
        }
        Err(error) => {
            form.problems = wrong(error, &fields)?;
            form.shown(StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// Somebody else saved meanwhile: the form comes back with both values.
#[expect(clippy::too_many_arguments, reason = "what both ways to save have in hand by then")]
async fn stale(
    reader: &Reader,
    entity: &Arc<Entity>,
    version: Option<i64>,
    fields: Fields,
    read: read::Read,
    record: Record,
    titles: HashMap<Id, String>,
    apart: Option<Apart>,
) -> Answer {
    let settled = conflict::settle(reader, entity, &record, &titles, version.unwrap_or_default(), fields, read.values).await?;
    let form = Form {
        record: Some(&record),
        problems: read.problems,
        notice: settled.notice,
        apart,
        ..Form::of(reader, entity, &settled.fields, titles)
    };
    form.shown(StatusCode::CONFLICT).await
}

/// What is wrong with the input, under the names of the form's controls; any other error goes on.
fn wrong(error: Error, fields: &Fields) -> Result<Problems> {
    match error {
        Error::Invalid(problems) => Ok(lines::renamed(problems, fields)),
        Error::Conflict(Conflict::Taken { field }) => Ok(vec![kernel::Problem { field, say: Say::new("error-taken") }]),
        other => Err(other),
    }
}

//! Saved views of a list: kept under a name, taken up again by their address, shared by whoever may.

use super::address::ListAddress;
use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::form::Fields;
use crate::pages::answer::{onward_saying, part, rendered};
use crate::pages::filter::sentence::{self, Sentence};
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use askama::Template;
use axum::extract::{OriginalUri, State};
use engine::views::{self, VIEW};
use engine::{Act, Asked, Draft};
use http::StatusCode;
use kernel::{Error, Id, Problems, Result, Value};
use meta::filter::Filter;
use meta::{Entity, FieldId, Record};

/// Most views that a menu shows.
const MOST: usize = 100;

/// A view of a list, as its reader has it.
pub(super) struct SavedView {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) kept: String,
    pub(super) shared: bool,
    pub(super) role: String,
    version: i64,
    /// Whether the reader may change it.
    pub(super) changes: bool,
    /// What its filter selects, in words; said where views are looked through.
    pub(super) sentence: String,
}

impl SavedView {
    fn of(reader: &Reader, record: &Record) -> SavedView {
        let mine = record.value(views::OWNER.id()).link() == reader.who.user;
        let shows_others = record.get(&views::SHARED) || !record.value(views::ROLE.id()).text().is_empty();
        SavedView {
            id: record.id,
            name: record.get(&views::NAME).to_owned(),
            kept: record.value(views::QUESTION.id()).text().to_owned(),
            shared: record.get(&views::SHARED),
            role: record.value(views::ROLE.id()).text().to_owned(),
            version: record.version,
            changes: reader.who.role.share || mine && !shows_others,
            sentence: String::new(),
        }
    }
}

/// The views that a reader has of a list: his own, and the shared ones.
async fn of_list(reader: &Reader, entity: &Entity, more: Filter) -> Result<Vec<SavedView>> {
    let model = reader.model.entity(VIEW).cloned().ok_or(Error::NotFound)?;
    let filter = Filter::All(vec![Filter::is("list", Value::from(entity.key)), more]);
    let fields = vec!["name", "question", "shared", "role", "owner"];
    let asked = Asked { fields, limit: MOST, names: false, ..Asked::new(model).filtered(filter) };
    let listed = reader.web.engine().list(&reader.who, asked).await?;
    Ok(listed.records.iter().map(|record| SavedView::of(reader, record)).collect())
}

/// The view that an address begins with: the one it names, or the one that the reader's role begins with.
pub(super) async fn begun(reader: &Reader, entity: &Entity, address: &mut ListAddress) -> Result<Option<SavedView>> {
    let wanted = match address.view {
        Some(id) => Filter::is("id", Value::Link(id)),
        None if !address.says && !address.trash => Filter::is_in("role", reader.who.role.keys.iter().map(|key| Value::from(key.as_str()))),
        None => return Ok(None),
    };
    let found = of_list(reader, entity, wanted).await?;
    // Whoever has several roles begins as the first of them does that has a view.
    let place = |view: &SavedView| reader.who.role.keys.iter().position(|key| *key == view.role);
    let found = found.into_iter().min_by_key(|view| place(view).unwrap_or(usize::MAX));
    address.view = found.as_ref().map(|view| view.id);
    if let Some(view) = &found {
        address.take(&view.kept);
    }
    Ok(found)
}

/// Whether what is shown is no longer what the view keeps.
pub(super) fn differs(view: &SavedView, address: &ListAddress) -> bool {
    ListAddress::read(&view.kept).kept() != address.kept()
}

#[derive(Template)]
#[template(path = "views.html")]
struct ViewsPage<'v> {
    reader: &'v Reader,
    title: String,
    entity: &'v Entity,
    address: &'v ListAddress,
    views: &'v [SavedView],
    kept: String,
    name: String,
    roles: Vec<(String, String)>,
    problems: Vec<String>,
}

/// The views of a list, and the form that keeps what is shown: a page, or what a menu holds.
pub(super) async fn show(Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let reader = reader.within(entity.plural);
    let mut address = ListAddress::read(uri.query().unwrap_or_default());
    let views = of_list(&reader, &entity, Filter::everything()).await?;
    if let Some(view) = views.iter().find(|view| Some(view.id) == address.view) {
        address.take(&view.kept);
    }
    if reader.fragment {
        return Ok(part(&reader, StatusCode::OK, menu(&reader, &entity, &address, &views)));
    }
    let views = said(&reader, &entity, views).await?;
    whole(&reader, &entity, &address, &views, String::new(), Vec::new(), StatusCode::OK)
}

/// The views with what each of their filters selects.
async fn said(reader: &Reader, entity: &Entity, mut views: Vec<SavedView>) -> Result<Vec<SavedView>> {
    let filters: Vec<Option<Filter>> = views
        .iter()
        .map(|view| ListAddress::read(&view.kept).tree(&reader.model, entity).ok().filter(|filter| !filter.is_everything()))
        .collect();
    let titles = sentence::titles(reader, filters.iter().flatten().map(|filter| (filter, entity))).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    for (view, filter) in views.iter_mut().zip(&filters) {
        if let Some(filter) = filter {
            view.sentence = Sentence { sight: &sight }.whole(filter, entity);
        }
    }
    Ok(views)
}

fn whole(
    reader: &Reader,
    entity: &Entity,
    address: &ListAddress,
    views: &[SavedView],
    name: String,
    problems: Problems,
    status: StatusCode,
) -> Answer {
    let page = ViewsPage {
        title: reader.speech.with("views-of", &[("name", &reader.speech.entity(entity.key, "many"))]),
        kept: address.kept(),
        roles: if reader.who.role.share { reader.roles() } else { Vec::new() },
        problems: problems.iter().map(|problem| reader.speech.sentence(&problem.say)).collect(),
        name,
        views,
        address,
        entity,
        reader,
    };
    rendered(reader, status, &page)
}

fn menu(reader: &Reader, entity: &Entity, address: &ListAddress, views: &[SavedView]) -> String {
    let speech = &reader.speech;
    let mut out = String::with_capacity(1024);
    let entry = |out: &mut String, question: String, icon: &str, label: &str, here: bool| {
        out.push_str("<a");
        html::attribute(out, "href", &format!("/{}{question}", entity.plural));
        if here {
            out.push_str(" aria-current=\"true\"");
        }
        out.push('>');
        out.push_str(assets::icon(icon));
        html::text(out, label);
        if here {
            out.push_str(assets::icon("done"));
        }
        out.push_str("</a>");
    };
    entry(&mut out, "?filter=".to_owned(), "list", speech.say("views-all"), address.view.is_none() && address.kept().is_empty());
    for view in views {
        let icon = if view.shared { "users" } else { "eye" };
        entry(&mut out, format!("?view={}", view.id), icon, &view.name, address.view == Some(view.id));
    }
    out.push_str("<hr>");
    let question = address.question("");
    entry(&mut out, format!("/views{question}"), "add", speech.say("views-keep"), false);
    out
}

fn given(fields: &Fields, share: bool) -> (String, Vec<(FieldId, Value)>) {
    let name = fields.get("name").unwrap_or_default().trim().to_owned();
    let mut values = vec![(views::NAME.id(), Value::from(name.as_str()))];
    if share {
        let role = fields.get("role").unwrap_or_default();
        // What a role begins with, its people must see.
        let shared = fields.get("shared").is_some() || !role.is_empty();
        values.push((views::SHARED.id(), Value::Bool(shared)));
        values.push((views::ROLE.id(), Value::from(role)));
    }
    (name, values)
}

/// Keeps what a list shows under a name.
pub(super) async fn keep(State(web): State<Web>, Of(entity): Of, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let mut address = ListAddress::read(fields.get("question").unwrap_or_default());
    address.settle(&entity);
    // Only what the list itself understands is kept.
    let mut problems = address.tree(&reader.model, &entity).err().map(problems_of).transpose()?.unwrap_or_default();
    let (name, values) = given(&fields, reader.who.role.share);
    let mut draft = Draft::new(VIEW).with(views::LIST.id(), entity.key).with(views::QUESTION.id(), address.kept());
    draft.values.extend(values);
    if problems.is_empty() {
        match web.engine().create(&reader.who, draft).await {
            Ok(outcome) => {
                let back = format!("/{}?view={}", entity.plural, outcome.id());
                return onward_saying(&reader, &back, "said-view-kept", &name, Some(outcome.changeset));
            }
            Err(error) => problems = problems_of(error)?,
        }
    }
    let views = of_list(&reader, &entity, Filter::everything()).await?;
    whole(&reader, &entity, &address, &views, name, problems, StatusCode::UNPROCESSABLE_ENTITY)
}

fn problems_of(error: Error) -> Result<Problems> {
    match error {
        Error::Invalid(problems) => Ok(problems),
        error => Err(error),
    }
}

async fn mine(reader: &Reader, entity: &Entity, named: &Named) -> Result<SavedView> {
    let id = named.id("view")?;
    of_list(reader, entity, Filter::is("id", Value::Link(id))).await?.into_iter().next().ok_or(Error::NotFound)
}

/// Gives a view another name, shares it, or makes it show what the list shows now.
pub(super) async fn change(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let view = mine(&reader, &entity, &named).await?;
    let (mut name, mut values) = (view.name.clone(), Vec::new());
    if fields.get("name").is_some() {
        (name, values) = given(&fields, reader.who.role.share);
    }
    if let Some(question) = fields.get("question") {
        let mut address = ListAddress::read(question);
        address.settle(&entity);
        address.tree(&reader.model, &entity)?;
        values.push((views::QUESTION.id(), Value::from(address.kept())));
    }
    let act = Act::Change { entity: VIEW, id: view.id, version: Some(view.version), values, lines: Vec::new() };
    match web.engine().write(&reader.who, "change", vec![act]).await {
        Ok(outcome) => {
            let back = format!("/{}?view={}", entity.plural, view.id);
            onward_saying(&reader, &back, "said-view-changed", &name, Some(outcome.changeset))
        }
        Err(error) => {
            let problems = problems_of(error)?;
            let views = of_list(&reader, &entity, Filter::everything()).await?;
            let address = ListAddress::read(&view.kept);
            whole(&reader, &entity, &address, &views, String::new(), problems, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// Takes a view away.
pub(super) async fn remove(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader) -> Answer {
    let view = mine(&reader, &entity, &named).await?;
    let model = web.engine().entity(VIEW)?;
    let outcome = web.engine().remove(&reader.who, &model, view.id, None).await?;
    onward_saying(&reader, &format!("/{}/views", entity.plural), "said-removed", &view.name, Some(outcome.changeset))
}

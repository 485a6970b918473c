//! The builder of filters: conditions chosen from lists, in groups, with the sentence and the count of what they select.
//! A panel above the list, a page of its own on a phone and without modules.

mod entered;
mod offered;
mod operators;
pub(crate) mod segment;
pub(crate) mod sentence;
pub(crate) mod within;
mod write;

#[cfg(test)]
mod tests;

use crate::caller::Of;
use crate::fields::Sight;
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward, onward_saying, page};
use crate::pages::list::address::ListAddress;
use crate::pages::list::count::{MOST, grouped};
use crate::pages::reader::Reader;
use crate::pages::{answer, html};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::{OriginalUri, State};
use engine::principal::Verb;
use entered::{Context, Group, Node, ROOT, Row, Understood};
use http::{HeaderMap, Method, StatusCode};
use kernel::{Error, Id, Problem, Problems, Result, Say};
use meta::filter::print::print;
use meta::{Entity, Filter, Kind};
use segment::{Kept, SEGMENTS};
use sentence::Sentence;
use std::collections::HashMap;
use write::{Builder, Place};

/// The routes of the builder.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, "/{plural}/filter", Policy::Entity(Verb::See), Rate::Person, "", ""), show)
        .add(Route::page(Method::POST, "/{plural}/filter", Policy::Entity(Verb::See), Rate::Heavy, "Conditions", "build-filter"), build)
}

#[derive(Template)]
#[template(path = "filter.html")]
struct FilterPage<'f> {
    reader: &'f Reader,
    title: String,
    entity: &'f Entity,
    address: &'f ListAddress,
    conditions: String,
    said: String,
    asks: &'static str,
    text: &'f str,
    /// What is wrong with the text.
    wrong: Vec<String>,
    kept: Option<&'f Kept>,
    /// The lists that a new segment may select from: plural, words, whether it is this one.
    lists: Vec<(&'static str, String, bool)>,
    may_keep: bool,
    inputs: String,
}

/// A filter being built.
struct Building<'b> {
    reader: &'b Reader,
    entity: &'b Entity,
    address: ListAddress,
    root: Group,
    understood: Understood,
    problems: Problems,
    /// The control that takes the focus.
    focus: String,
    /// The text, and what is wrong with it.
    text: String,
    wrong: Vec<String>,
    kept: Option<Kept>,
    /// Whether what is selected is counted at once.
    counts: bool,
}

/// The names of the records that a filter speaks of.
async fn titles(reader: &Reader, entity: &Entity, filter: &Filter) -> Result<HashMap<Id, String>> {
    sentence::titles(reader, std::iter::once((filter, entity))).await
}

impl Building<'_> {
    fn filter(&self) -> Filter {
        self.understood.filter.clone().unwrap_or_else(Filter::everything)
    }

    /// What the filter selects: in words, and how many they are.
    async fn said(&self, sight: &Sight<'_>) -> Result<String> {
        let (filter, speech) = (self.filter(), &self.reader.speech);
        let mut refresh = String::from("<button class=\"btn btn-quiet btn-sm\" name=\"do\" value=\"refresh\">");
        html::text(&mut refresh, speech.say("builder-refresh"));
        refresh.push_str("</button>");
        let counting = if self.counts { Counting::Now } else { Counting::Later(refresh) };
        let wrong = !self.problems.is_empty();
        said(self.reader, self.entity, &filter, sight, wrong, !self.understood.unfinished.is_empty(), counting).await
    }

    /// When the sentence is asked for again: once the page is there, and whenever something was entered.
    fn asks(&self) -> &'static str {
        if self.counts || !self.wrong.is_empty() {
            "input from:#builder-form delay:400ms, change from:#builder-form delay:400ms"
        } else {
            "load, input from:#builder-form delay:400ms, change from:#builder-form delay:400ms"
        }
    }

    fn written(&self) -> String {
        text_of(&self.filter(), self.reader, self.entity)
    }

    async fn shown(&self, status: StatusCode) -> Answer {
        let reader = self.reader;
        let titles = titles(reader, self.entity, &self.filter()).await?;
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
        let said = self.said(&sight).await?;
        if reader.fragment && reader.part == "builder-said" {
            return Ok(answer::part(reader, StatusCode::OK, self.beside(said)));
        }
        let action = format!("/{}/filter", self.entity.plural);
        let place = Place { root: ROOT, action, target: "builder", sync: "builder-form", within: false, alone: false };
        let builder = Builder { reader, entity: self.entity, sight: &sight, problems: &self.problems, focus: &self.focus, place };
        let many = reader.speech.entity(self.entity.key, "many");
        let segments = reader.model.entity(engine::segments::SEGMENT);
        let shown = FilterPage {
            title: match &self.kept {
                Some(kept) if kept.id.is_some() => reader.speech.with("segment-of", &[("name", &kept.name)]),
                Some(_) => reader.speech.entity(engine::segments::SEGMENT, "new"),
                None => reader.speech.with("builder-title", &[("name", &many)]),
            },
            conditions: builder.write(&self.root),
            said,
            asks: self.asks(),
            text: &self.text,
            wrong: self.wrong.clone(),
            lists: match &self.kept {
                Some(kept) if kept.id.is_none() => segment::lists(reader, self.entity),
                _ => Vec::new(),
            },
            kept: self.kept.as_ref(),
            may_keep: segments.is_some_and(|segments| reader.who.may(Verb::Create, segments)),
            inputs: self.address.inputs(&["filter"]),
            address: &self.address,
            entity: self.entity,
            reader,
        };
        Ok(page(reader, status, answer::markup(&shown)?))
    }

    /// The sentence with what stands elsewhere: what is wrong beside its row, and the text.
    fn beside(&self, said: String) -> String {
        let mut out = said;
        beside_rows(&mut out, self.reader, &self.root, ROOT, &self.problems);
        if self.problems.is_empty() {
            out.push_str("<hx-partial hx-target=\"#filter-written\" hx-swap=\"innerHTML\">");
            textarea(&mut out, self.reader, &self.written(), false);
            out.push_str("</hx-partial>");
        }
        out
    }
}

/// Adds what is wrong, for the place of it that each row has.
fn beside_rows(out: &mut String, reader: &Reader, group: &Group, root: &str, problems: &Problems) {
    let mut rows = Vec::new();
    write::identities(group, root, &mut rows);
    for id in rows {
        out.push_str("<hx-partial hx-swap=\"innerHTML\"");
        html::attribute(out, "hx-target", &format!("#{id}-error"));
        out.push('>');
        write::wrong(out, reader, &id, problems);
        out.push_str("</hx-partial>");
    }
}

/// Whether what is selected is counted.
enum Counting {
    /// Not at all.
    Never,
    /// When somebody asks: with this button.
    Later(String),
    /// At once.
    Now,
}

/// What a filter selects: in words, and how many they are.
async fn said(
    reader: &Reader,
    entity: &Entity,
    filter: &Filter,
    sight: &Sight<'_>,
    wrong: bool,
    unfinished: bool,
    counting: Counting,
) -> Result<String> {
    let speech = &reader.speech;
    let mut out = String::with_capacity(512);
    out.push_str("<p class=\"sentence\">");
    html::text(&mut out, &Sentence { sight }.whole(filter, entity));
    out.push_str("</p><p class=\"builder-count\">");
    match counting {
        _ if wrong => html::text(&mut out, speech.say("builder-wrong")),
        Counting::Never => {}
        Counting::Later(refresh) => out.push_str(&refresh),
        Counting::Now => match reader.web.engine().count(&reader.who, entity, filter, false, Some(MOST)).await {
            Ok(counted) => {
                let number = grouped(counted.number, speech.language);
                let count = counted.number.to_string();
                let said = match counted.more {
                    true => speech.with("builder-counted-more", &[("number", &number)]),
                    false => speech.with("builder-counted", &[("count", &count), ("number", &format!("{number}\u{200b}"))]),
                };
                out.push_str("<strong>");
                html::text(&mut out, &said.replace('\u{200b}', ""));
                out.push_str("</strong>");
            }
            Err(Error::Invalid(_) | Error::NotFound) => html::text(&mut out, speech.say("builder-wrong")),
            Err(error) => return Err(error),
        },
    }
    if unfinished && !wrong {
        out.push_str(" <span class=\"hint\">");
        html::text(&mut out, speech.say("builder-unfinished"));
        out.push_str("</span>");
    }
    out.push_str("</p>");
    Ok(out)
}

/// Adds the place of the text.
fn textarea(out: &mut String, reader: &Reader, text: &str, wrong: bool) {
    out.push_str("<textarea class=\"form-control\" id=\"builder-text\" name=\"filter\" rows=\"3\" spellcheck=\"false\" aria-describedby=\"builder-text-said\"");
    html::attribute(out, "aria-label", reader.speech.say("filter-expert"));
    if wrong {
        out.push_str(" aria-invalid=\"true\"");
    }
    out.push('>');
    html::text(out, text);
    out.push_str("</textarea>");
}

fn text_of(filter: &Filter, reader: &Reader, entity: &Entity) -> String {
    if filter.is_everything() { String::new() } else { print(filter, &reader.model, entity) }
}

fn begun(root: &mut Group) {
    if root.nodes.is_empty() && root.join == entered::Join::All {
        root.nodes.push(Node::Row(Box::new(Row::blank())));
    }
}

/// The builder with the filter of a list, or of a segment.
async fn show(State(_): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within(if asked.get("segment").is_some() { SEGMENTS } else { entity.plural });
    let mut address = ListAddress::read(uri.query().unwrap_or_default());
    crate::pages::list::begun(&reader, &entity, &mut address).await?;
    address.settle(&entity);
    let kept = match asked.get("segment") {
        Some(named) => Some(Kept::asked(&reader, &entity, named).await?),
        None => None,
    };
    if let Some(kept) = kept.as_ref().filter(|_| asked.get("filter").is_none()) {
        kept.filter.clone_into(&mut address.filter);
    }
    let context = Context { model: &reader.model, reading: &reader.reading };
    let (filter, wrong) = match address.tree(&reader.model, &entity) {
        Ok(filter) => (filter, Vec::new()),
        Err(Error::Invalid(problems)) => {
            (Filter::everything(), problems.iter().map(|problem| reader.speech.sentence(&problem.say)).collect())
        }
        Err(error) => return Err(error.into()),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut root = Group::of(&filter, &entity, context);
    begun(&mut root);
    let text = if wrong.is_empty() { text_of(&filter, &reader, &entity) } else { address.filter.clone() };
    let understood = Understood { filter: Some(filter), ..Understood::default() };
    let focus = format!("{ROOT}-0.field");
    let building = Building {
        reader: &reader,
        entity: &entity,
        address,
        root,
        understood,
        problems: Vec::new(),
        focus,
        text,
        wrong,
        kept,
        counts: false,
    };
    building.shown(status).await
}

/// A step of building: another row, another value, the list, a segment.
async fn build(State(web): State<Web>, Of(entity): Of, reader: Reader, headers: HeaderMap, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let mut pairs = String::new();
    for name in ["view", "q", "sort", "columns"] {
        if let Some(value) = fields.get(name) {
            html::pair(&mut pairs, name, value);
        }
    }
    let mut address = ListAddress::read(&pairs);
    address.settle(&entity);
    let mut kept = match fields.get("segment") {
        Some(named) => Some(Kept::asked(&reader, &entity, named).await?),
        None => None,
    };
    let mut root = Group::sent(&fields, ROOT);
    entered::settle(&mut root, &reader.model, &entity);
    let asked = fields.get("do").unwrap_or_default();
    let mut focus = focus_of(asked, &mut root);
    if focus.is_empty() {
        // Whoever chose something goes on from there.
        let source = headers.get("hx-source").and_then(|source| source.to_str().ok()).unwrap_or_default();
        source.split_once('#').map_or("", |(_, id)| id).clone_into(&mut focus);
    }
    begun(&mut root);
    entered::settle(&mut root, &reader.model, &entity);
    let mut problems = picked(&reader, &entity, &mut root, ROOT).await?;
    let context = Context { model: &reader.model, reading: &reader.reading };
    let mut understood = root.understood(ROOT, &entity, context);
    problems.append(&mut understood.problems);
    let filter = understood.filter.clone().unwrap_or_else(Filter::everything);
    let text = text_of(&filter, &reader, &entity);
    let finishes = matches!(asked, "apply" | "view" | "segment");
    if finishes {
        let missing = understood.unfinished.iter().map(|id| Problem { field: id.clone(), say: Say::new("builder-missing") });
        problems.extend(missing);
    }
    if finishes && problems.is_empty() {
        let list = address.filtered(text.clone());
        match asked {
            "apply" => return Ok(onward(&reader, &format!("/{}{}", entity.plural, list.question("")))),
            "view" => return Ok(onward(&reader, &format!("/{}/views{}", entity.plural, list.question("")))),
            _ => {
                let mut given = kept.take().unwrap_or_default();
                given.read(&reader, &fields);
                match given.keep(&web, &reader, &entity, &text).await? {
                    Ok((id, changeset)) => {
                        return onward_saying(&reader, &format!("/segments/{id}"), "said-segment-kept", &given.name, Some(changeset));
                    }
                    Err(wrong) => {
                        given.wrong = wrong.iter().map(|problem| reader.speech.sentence(&problem.say)).collect();
                        kept = Some(given);
                        focus = "segment-name".to_owned();
                    }
                }
            }
        }
    } else if let Some(kept) = &mut kept {
        kept.read(&reader, &fields);
    }
    let refused = finishes;
    if let Some(first) = problems.first().filter(|_| refused) {
        focus = format!("{}.field", first.field);
    }
    let building = Building {
        reader: &reader,
        entity: &entity,
        address,
        root,
        understood,
        problems,
        focus,
        text,
        wrong: Vec::new(),
        kept,
        counts: true,
    };
    building.shown(if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }).await
}

/// Does to the conditions what a button says; gives the control that takes the focus.
fn focus_of(asked: &str, root: &mut Group) -> String {
    let Some((what, id)) = asked.split_once(':') else { return String::new() };
    match what {
        "row" | "group" => {
            let Some(group) = root.at(id) else { return String::new() };
            let place = group.nodes.len();
            let row = Node::Row(Box::new(Row::blank()));
            if what == "row" {
                group.nodes.push(row);
                format!("{id}-{place}.field")
            } else {
                group.nodes.push(Node::Group(Group { join: entered::Join::Any, nodes: vec![row] }));
                format!("{id}-{place}.join")
            }
        }
        "remove" => {
            root.remove(id);
            id.rsplit_once('-').map(|(parent, _)| format!("row:{parent}")).unwrap_or_default()
        }
        "value" => format!("{id}.value"),
        _ => String::new(),
    }
}

/// Takes what stands in the pickers among the values: what was chosen, or the one record that has the written name.
async fn picked(reader: &Reader, entity: &Entity, root: &mut Group, name: &str) -> Result<Problems> {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    root.pickers(name, &reader.model, entity, &mut found);
    for (id, field, entry) in found {
        let (Kind::Link(target), Some((chosen, written))) = (field.kind, entry.picked.take()) else { continue };
        match crate::pages::form::link(reader, &[target], &chosen, Some(&written)).await? {
            Ok(value) => entry.values.extend(value.link().map(|id| id.to_string())),
            Err(say) => {
                entry.picked = Some((String::new(), written));
                problems.push(Problem { field: id, say });
            }
        }
    }
    Ok(problems)
}

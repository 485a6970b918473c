//! Making several records one: side by side, field by field, with the choice that suggests itself made already; finding the
//! other one; and taking it back.

mod told;
mod with;

pub(super) use told::{Line, away, here, names};

use crate::caller::{Named, Of};
use crate::fields::{Face, Sight};
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::card::{bring, day, title};
use crate::pages::form::within;
use crate::pages::html;
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::merging::{MOST_GONE, Pick, Plan, Proposal, Proposed};
use engine::principal::Verb;
use http::{Method, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Id, Problem, Problems, Result, Say};
use meta::{Entity, Record};
use std::sync::Arc;

/// The choice of all values together.
const UNITED: &str = "all";
/// The choice of a value that is written here.
const TYPED: &str = "typed";

/// The routes of merging.
pub(crate) fn routes(routes: Routes) -> Routes {
    let page = |method, path, rate, input, audit| Route::page(method, path, Policy::Entity(Verb::Change), rate, input, audit);
    routes
        .add(page(Method::GET, "/{plural}/merge", Rate::Heavy, "", ""), ask)
        .add(page(Method::POST, "/{plural}/merge", Rate::Heavy, "Merge", "merge"), merge)
        .add(page(Method::GET, "/{plural}/{id}/merge", Rate::Heavy, "", ""), with::ask)
        .add(page(Method::POST, "/{plural}/{id}/unmerge", Rate::Heavy, "Unmerge", "unmerge"), unmerge)
}

/// The records that an address or a form names: `ids=a,b`, or ticks of a list.
fn ids(asked: &Fields) -> Result<Vec<Id>> {
    let mut ids: Vec<Id> = Vec::new();
    for text in asked.all("ids").flat_map(|text| text.split(',')).chain(asked.all("pick")).map(str::trim).filter(|text| !text.is_empty()) {
        let id = text.parse().map_err(|_| Error::NotFound)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() < 2 || ids.len() > MOST_GONE + 1 {
        return Err(Error::invalid("ids", Say::new("error-merge-count").with("most", MOST_GONE + 1)));
    }
    Ok(ids)
}

/// The address of the comparison of some records.
pub(super) fn address(entity: &Entity, ids: &[Id]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!("/{}/merge?ids={}", entity.plural, ids.join(","))
}

/// One of the records, at the head of its column.
struct Column {
    id: Id,
    version: i64,
    letter: char,
    name: String,
    made: String,
    attached: String,
    keeps: bool,
    /// Whether it can't be the one that stays, since another may not be removed.
    barred: bool,
}

/// One value to choose.
struct Choice {
    value: String,
    letter: String,
    name: String,
    markup: String,
    chosen: bool,
}

/// One field.
struct Row {
    key: &'static str,
    label: String,
    why: String,
    open: bool,
    choices: Vec<Choice>,
    /// Where another value is written; empty where none can be.
    controls: String,
    typed: bool,
}

#[derive(Template)]
#[template(path = "merge.html")]
struct Page<'p> {
    reader: &'p Reader,
    entity: &'p Entity,
    title: &'p str,
    lead: String,
    wrong: String,
    ids: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    equal: Vec<(String, String)>,
    equal_said: String,
    lines: Vec<(String, Vec<String>)>,
    moves: Vec<(String, String)>,
}

async fn ask(Of(entity): Of, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    page(&reader, &entity, &ids(&asked)?, &asked, Wrong::default(), StatusCode::OK).await
}

/// What is to be said of a merge that was not done.
#[derive(Default)]
struct Wrong {
    said: String,
    /// Of what was written instead of the records' values.
    problems: Problems,
}

/// The page, with what was chosen already.
async fn page(reader: &Reader, entity: &Arc<Entity>, ids: &[Id], entered: &Fields, wrong: Wrong, status: StatusCode) -> Answer {
    let speech = &reader.speech;
    let proposal = reader.web.engine().merge_proposal(&reader.who, entity, ids).await?;
    let sight = Sight { speech, reading: &reader.reading, model: &reader.model, titles: &proposal.titles };
    let asked_to_keep = entered.get("keep").and_then(|id| id.parse::<Id>().ok()).filter(|id| ids.contains(id));
    let keeps = asked_to_keep.unwrap_or(proposal.records[0].id);
    let columns: Vec<Column> = proposal
        .records
        .iter()
        .zip(&proposal.attached)
        .zip('A'..)
        .map(|((record, attached), letter)| Column {
            id: record.id,
            version: record.version,
            letter,
            name: title(&proposal.entity, record, &sight),
            made: record.named("created_at").moment().map(|at| speech.with("merge-made", &[("day", &day(at, reader))])).unwrap_or_default(),
            attached: counted(reader, *attached),
            keeps: record.id == keeps,
            barred: proposal
                .records
                .iter()
                .any(|other| other.id != record.id && !reader.who.may_with(Verb::Remove, &proposal.entity, other)),
        })
        .collect();
    let (mut rows, mut equal) = (Vec::new(), Vec::new());
    for field in &proposal.fields {
        let label = speech.field(entity.key, field.group.key);
        let same = proposal.records.iter().all(|record| field.group.same(&proposal.records[0], record));
        if !same {
            let mut row = row(&proposal, field, &columns, entered, label, &sight);
            if row.open {
                let stays = proposal.records.iter().find(|record| record.id == keeps).unwrap_or(&proposal.records[0]);
                let controls = within::controls(reader, entity, row.key, stays, &proposal.titles, entered, &wrong.problems);
                row.controls = controls.unwrap_or_default();
            }
            rows.push(row);
        } else if field.group.fields.iter().any(|one| !proposal.records[0].value(one.id).is_empty()) {
            equal.push((label, shown(field, &proposal.records[0], &sight)));
        }
    }
    let lines = proposal.lines.iter().filter(|(_, lines)| !lines.is_empty());
    let lines = lines.map(|(relation, lines)| (speech.field(entity.key, relation), lines.iter().map(|line| said(line, &sight)).collect()));
    let id_texts: Vec<String> = proposal.records.iter().map(|record| record.id.to_string()).collect();
    let days = reader.web.engine().settings().merge_days.to_string();
    let shown = Page {
        entity,
        title: speech.say("merge-title"),
        lead: speech.with("merge-lead", &[("days", &days)]),
        wrong: wrong.said,
        ids: id_texts.join(","),
        equal_said: speech.with("merge-equal", &[("count", &equal.len().to_string())]),
        lines: lines.collect(),
        moves: proposal.moves.iter().map(|(of, via, count)| moving(reader, &proposal, of, via, *count)).collect(),
        columns,
        rows,
        equal,
        reader,
    };
    rendered(reader, status, &shown)
}

fn counted(reader: &Reader, count: i64) -> String {
    let number = grouped(count, reader.speech.language);
    reader.speech.with("merge-attached", &[("count", &count.to_string()), ("number", &number)])
}

/// How many of a kind move, in words: what stands on the card through a link is called as what it leads to.
fn moving(reader: &Reader, proposal: &Proposal, of: &str, via: &str, count: i64) -> (String, String) {
    let relation = proposal.entity.relations.iter().find(|relation| relation.child == of && relation.via == via);
    let far = relation.and_then(|relation| {
        let field = *reader.model.child(relation)?.field(relation.far?)?;
        reader.model.target(&field).map(|entity| entity.key)
    });
    let form = if count == 1 { "one" } else { "many" };
    (grouped(count, reader.speech.language), reader.speech.entity(far.unwrap_or(of), form).to_lowercase())
}

fn row(proposal: &Proposal, field: &Proposed, columns: &[Column], entered: &Fields, label: String, sight: &Sight<'_>) -> Row {
    let said = entered.get(&format!("pick.{}", field.group.key));
    let own = match &field.pick {
        Pick::Of(id) => id.to_string(),
        _ => UNITED.to_owned(),
    };
    let chosen = said.filter(|_| field.open).map_or(own, str::to_owned);
    let mut choices: Vec<Choice> = proposal
        .records
        .iter()
        .zip(columns)
        .map(|(record, column)| Choice {
            value: record.id.to_string(),
            letter: column.letter.to_string(),
            name: column.name.clone(),
            markup: shown(field, record, sight),
            chosen: chosen == record.id.to_string(),
        })
        .collect();
    if field.group.unites() {
        choices.push(Choice {
            value: UNITED.to_owned(),
            letter: "+".to_owned(),
            name: String::new(),
            markup: html::escaped(sight.speech.say("merge-all")),
            chosen: chosen == UNITED,
        });
    }
    let why = sight.speech.say(&format!("merge-why-{}", field.why.key())).to_owned();
    Row { key: field.group.key, label, why, open: field.open, choices, controls: String::new(), typed: chosen == TYPED }
}

/// What a record says of a field, or of several that belong together.
fn shown(field: &Proposed, record: &Record, sight: &Sight<'_>) -> String {
    let mut out = String::new();
    let kind = format!("{}_kind", field.group.key);
    let fields: Vec<_> = field.group.fields.iter().filter(|one| one.key != kind).collect();
    if let [only] = fields.as_slice() {
        if record.value(only.id).is_empty() && only.kind != meta::Kind::YesNo {
            return empty(sight);
        }
        Face::new(only, sight.speech).view(record.value(only.id), sight, &mut out);
        return out;
    }
    // Where an address is goes with it, and need not be read beside it.
    let composed = fields.iter().any(|one| one.key.contains('.'));
    let parts = fields.iter().filter(|one| !record.value(one.id).is_empty() && (!composed || one.key.contains('.')));
    let parts: Vec<String> = parts.map(|one| Face::new(one, sight.speech).plain(record.value(one.id), sight)).collect();
    if parts.is_empty() {
        return empty(sight);
    }
    html::text(&mut out, &parts.join(", "));
    out
}

fn empty(sight: &Sight<'_>) -> String {
    let mut out = String::from("<span class=\"merge-nothing\">");
    html::text(&mut out, sight.speech.say("merge-empty"));
    out.push_str("</span>");
    out
}

/// A line in a few words: what it is of, and what is said beside it.
fn said(line: &Record, sight: &Sight<'_>) -> String {
    let fields = line.carried.fields.iter().filter(|field| !field.system && !field.secret);
    let of =
        |field: &&meta::Field| !matches!(field.kind, meta::Kind::About(_) | meta::Kind::Link(_) | meta::Kind::YesNo | meta::Kind::Whole);
    let parts = fields.filter(of).filter(|field| !field.key.ends_with("_kind") && !line.value(field.id).is_empty());
    let parts: Vec<String> = parts.map(|field| Face::new(field, sight.speech).plain(line.value(field.id), sight)).collect();
    parts.join(" · ")
}

/// The plan that a form says, and what is wrong with what was written in it.
async fn plan(reader: &Reader, entity: &Entity, fields: &Fields, ids: &[Id]) -> Result<(Plan, Problems)> {
    let version = |id: Id| fields.get(&format!("version.{id}")).and_then(|text| text.parse().ok());
    let kept: Id = fields.get("keep").and_then(|id| id.parse().ok()).filter(|id| ids.contains(id)).ok_or(Error::NotFound)?;
    let gone = ids.iter().filter(|id| **id != kept).map(|id| (*id, version(*id))).collect();
    let mut plan = Plan { kept: (kept, version(kept)), gone, picks: Vec::new() };
    let mut problems = Vec::new();
    for (name, value) in &fields.0 {
        let Some(field) = name.strip_prefix("pick.").filter(|_| !value.is_empty()) else { continue };
        let pick = match value.as_str() {
            UNITED => Pick::United,
            TYPED => {
                let (values, wrong) = within::values(reader, entity, field, fields).await?;
                problems.extend(wrong);
                if values.is_empty() && problems.is_empty() {
                    problems.push(Problem { field: field.to_owned(), say: Say::new("error-read-only") });
                }
                Pick::Typed(values)
            }
            id => Pick::Of(id.parse().map_err(|_| Error::invalid(field, Say::new("error-merge-of")))?),
        };
        plan.picks.retain(|(known, _)| known != field);
        plan = plan.pick(field, pick);
    }
    Ok((plan, problems))
}

async fn merge(State(web): State<Web>, Of(entity): Of, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let ids = ids(&fields)?;
    let (plan, problems) = plan(&reader, &entity, &fields, &ids).await?;
    let names_terms = |(field, pick): &(String, Pick)| matches!(pick, Pick::Typed(_)) && fields.get(&format!("{field}.new")).is_some();
    if problems.is_empty() && plan.picks.iter().any(names_terms) {
        bring(&reader, &entity, &fields).await?;
    }
    let merged = if problems.is_empty() { web.engine().merge(&reader.who, &entity, plan).await } else { Err(Error::Invalid(problems)) };
    let merged = match merged {
        Ok(merged) => merged,
        Err(Error::Conflict(Conflict::Stale { .. })) => {
            let wrong = Wrong { said: reader.speech.say("merge-stale").to_owned(), problems: Vec::new() };
            return page(&reader, &entity, &ids, &fields, wrong, StatusCode::CONFLICT).await;
        }
        Err(Error::Invalid(problems)) => {
            let said = problems.first().map(|problem| of_field(&reader, &entity, problem)).unwrap_or_default();
            return page(&reader, &entity, &ids, &fields, Wrong { said, problems }, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(error) => return Err(error.into()),
    };
    let (record, titles) = web.engine().show(&reader.who, &entity, merged.kept).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = title(&entity, &record, &sight);
    onward_saying(&reader, &format!("/{}/{}", entity.plural, merged.kept), "said-merged", &name, Some(merged.changeset))
}

/// What is wrong, after the name of the field it is wrong with.
fn of_field(reader: &Reader, entity: &Entity, problem: &Problem) -> String {
    let said = reader.speech.sentence(&problem.say);
    match entity.field(&problem.field) {
        Some(field) => format!("{}: {said}", reader.speech.field(entity.key, field.key)),
        None => said,
    }
}

async fn unmerge(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, fields: Fields) -> Answer {
    let id = named.id("id")?;
    let merge: Id = fields.get("merge").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    // The merge of this very card: another's is as unknown as one that never was.
    let told = web.engine().merges_told(&reader.who, &entity, &[merge]).await?;
    if !told.iter().any(|told| told.kept == id || told.gone.iter().any(|(gone, _)| *gone == id)) {
        return Err(Error::NotFound.into());
    }
    let back = web.engine().unmerge(&reader.who, merge).await?;
    let stays: Vec<String> = back.since.iter().map(|(of, count)| kind_of(&reader, of, *count)).collect();
    let key = match (back.left.is_empty() && back.elsewhere.is_empty(), stays.is_empty()) {
        (true, true) => "said-unmerged",
        (true, false) => "said-unmerged-since",
        (false, _) => "said-unmerged-partly",
    };
    onward_saying(&reader, &format!("/{}/{}", entity.plural, back.kept), key, &stays.join(", "), None)
}

/// So many of a kind, in words.
fn kind_of(reader: &Reader, of: &str, count: i64) -> String {
    let form = if count == 1 { "one" } else { "many" };
    format!("{} {}", grouped(count, reader.speech.language), reader.speech.entity(of, form).to_lowercase())
}

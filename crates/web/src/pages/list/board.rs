//! A list as a board: a column for each value of a field, a card for each record. A card is moved by dragging it, with the keyboard, or by
//! its menu, which needs no modules.

use super::address::{ListAddress, parts, text_of};
use super::rows;
use super::totals::shown;
use crate::caller::{Named, Of};
use crate::fields::{Face, Sight, vocabulary};
use crate::form::Fields;
use crate::pages::card::title;
use crate::pages::reader::Reader;
use crate::pages::sign_in::safe;
use crate::pages::{answer, html, toast};
use crate::{Answer, Web};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use engine::principal::Verb;
use engine::{Asked, Gathered, Period, linked, within};
use http::StatusCode;
use kernel::error::Conflict;
use kernel::{Error, Result, Say, Value};
use meta::filter::Filter;
use meta::{Entity, Field, Kind, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// Cards of a column that are shown; its list has the others.
const CARDS: usize = 20;
/// Most columns.
const MOST_COLUMNS: usize = 30;
/// What a card says besides its name.
const FACTS: usize = 3;

/// Whether a board can be made over a field: few values that people choose.
pub(crate) fn boards(field: &Field) -> bool {
    let chosen = matches!(field.kind, Kind::Choice(_) | Kind::Vocabulary(_) | Kind::YesNo | Kind::Link("user"));
    chosen && field.writable() && !field.secret
}

/// Whether whoever reads may move cards at all.
fn moves(reader: &Reader, entity: &Entity, field: &Field) -> bool {
    reader.who.may(Verb::Change, entity) && (!field.guarded || reader.who.role.administer)
}

/// A column: its value, and what it is called.
struct Lane {
    value: Value,
    name: String,
    tone: &'static str,
}

/// The board.
pub(super) async fn write(reader: &Reader, entity: &Arc<Entity>, address: &ListAddress, field: &Field, filter: &Filter) -> Result<String> {
    let engine = reader.web.engine();
    let number = entity.fields.iter().find(|field| field.kind == Kind::Money && meta::gather::sums(field));
    let numbers: Vec<&'static str> = number.iter().map(|field| field.key).collect();
    let groups = engine.gather(&reader.who, entity, filter, false, Some((field.key, Period::Month)), &numbers, 500).await?;
    let lanes = lanes(reader, field, &groups).await?;
    let mut out = String::with_capacity(32 * 1024);
    let names = |place: usize| format!("lane-{place}");
    // On a phone one column is seen at a time.
    out.push_str("<nav class=\"lane-tabs only-phone\"");
    html::attribute(&mut out, "aria-label", reader.speech.say("board-columns"));
    out.push('>');
    for (place, lane) in lanes.iter().enumerate() {
        out.push_str("<a");
        html::attribute(&mut out, "href", &format!("#{}", names(place)));
        out.push('>');
        html::text(&mut out, &lane.name);
        out.push_str("</a>");
    }
    out.push_str("</nav><div class=\"board\" tabindex=\"0\" role=\"region\"");
    html::attribute(&mut out, "aria-label", &reader.speech.with("board-region", &[("field", &reader.speech.field(entity.key, field.key))]));
    if moves(reader, entity, field) {
        html::attribute(&mut out, "data-board", field.key);
        for (name, key) in [("picked", "board-picked"), ("over", "board-over"), ("dropped", "board-dropped"), ("left", "board-left")] {
            html::attribute(&mut out, &format!("data-said-{name}"), reader.speech.say(key));
        }
    }
    out.push('>');
    for (place, lane) in lanes.iter().enumerate() {
        let group = groups.iter().find(|group| group.key == lane.value);
        column(&mut out, reader, entity, address, field, filter, lane, group, number, &lanes, &names(place)).await?;
    }
    out.push_str("</div><p class=\"visually-hidden\" id=\"board-said\" role=\"status\"></p><footer class=\"pager\">");
    super::count::placeholder(&mut out, reader, entity, address);
    let moves = moves(reader, entity, field);
    out.push_str(if moves { "<span class=\"only-wide scripted\">" } else { "<span class=\"only-wide\">" });
    html::text(&mut out, reader.speech.say(if moves { "board-how" } else { "board-fixed" }));
    out.push_str("</span></footer>");
    Ok(out)
}

/// The columns, in the order of the choices; of people and terms those that there are, and those offered.
async fn lanes(reader: &Reader, field: &Field, groups: &[Gathered]) -> Result<Vec<Lane>> {
    let titles = match field.kind {
        Kind::Link(target) => reader.web.engine().names(&reader.who, target, linked(groups)).await?,
        _ => HashMap::new(),
    };
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let face = Face::new(field, &reader.speech);
    let mut lanes: Vec<Lane> = match field.kind {
        Kind::Choice(_) => {
            let lane =
                |choice: &crate::fields::Chosen| Lane { value: Value::from(choice.key), name: choice.label.clone(), tone: choice.tone };
            face.choices.iter().map(lane).collect()
        }
        Kind::Vocabulary(of) => {
            let offered = vocabulary::offered(of, &sight, &[]);
            offered.into_iter().map(|(key, name)| Lane { value: Value::from(key), name: name.to_owned(), tone: "" }).collect()
        }
        Kind::YesNo => [true, false]
            .map(|answer| Lane {
                value: Value::Bool(answer),
                name: reader.speech.say(if answer { "yes" } else { "no" }).to_owned(),
                tone: "",
            })
            .into(),
        _ => Vec::new(),
    };
    let mut others: Vec<Lane> = Vec::new();
    for group in groups.iter().filter(|group| !lanes.iter().any(|lane| lane.value == group.key)) {
        let name = if group.key.is_empty() { reader.speech.say("groups-none").to_owned() } else { face.plain(&group.shown, &sight) };
        others.push(Lane { value: group.key.clone(), name, tone: "" });
    }
    others.sort_by_cached_key(|lane| (lane.value.is_empty(), kernel::fold(&lane.name)));
    lanes.extend(others);
    lanes.truncate(MOST_COLUMNS);
    Ok(lanes)
}

#[expect(clippy::too_many_arguments, reason = "a column knows the board it stands on")]
async fn column(
    out: &mut String,
    reader: &Reader,
    entity: &Arc<Entity>,
    address: &ListAddress,
    field: &Field,
    filter: &Filter,
    lane: &Lane,
    group: Option<&Gathered>,
    number: Option<&Field>,
    lanes: &[Lane],
    name: &str,
) -> Result<()> {
    let narrowed = within(field, &lane.value, Period::Month);
    let asked = address.tree(&reader.model, entity)?;
    let mut all = if asked.is_everything() { Vec::new() } else { parts(&asked) };
    all.push(narrowed.clone());
    let list = format!("/{}{}", entity.plural, address.plain(text_of(all, &reader.model, entity)).question(""));
    let count = group.map_or(0, |group| group.count);
    out.push_str("<section class=\"lane\"");
    html::attribute(out, "id", name);
    html::attribute(out, "data-value", &written(&lane.value));
    html::attribute(out, "data-name", &lane.name);
    html::attribute(out, "aria-labelledby", &format!("{name}-title"));
    out.push_str("><header><h2");
    html::attribute(out, "id", &format!("{name}-title"));
    out.push_str("><a");
    html::attribute(out, "href", &list);
    out.push('>');
    if lane.tone.is_empty() {
        html::text(out, &lane.name);
    } else {
        out.push_str("<span class=\"stage\"");
        html::attribute(out, "data-tone", lane.tone);
        out.push('>');
        html::text(out, &lane.name);
        out.push_str("</span>");
    }
    out.push_str("</a> <span class=\"count\">");
    html::text(out, &kernel::Scaled { units: count, scale: 0 }.for_people(reader.speech.language));
    out.push_str("</span></h2>");
    if let (Some(field), Some(group)) = (number, group)
        && group.numbers.first().is_some_and(|number| number.sum != 0)
    {
        out.push_str("<p class=\"lane-sum\"");
        html::attribute(out, "title", &reader.speech.field(entity.key, field.key));
        out.push('>');
        html::text(out, &shown(reader, field, group.numbers[0].sum));
        out.push_str("</p>");
    }
    out.push_str("</header><ul class=\"lane-cards\">");
    if count > 0 {
        let facts: Vec<&'static str> =
            address.shown(entity).into_iter().filter(|key| *key != entity.title && *key != field.key).take(FACTS).collect();
        let mut fields: Vec<&'static str> = vec![entity.title, field.key];
        fields.extend(rows::asked(entity, &facts));
        let asked = Asked {
            filter: filter.clone().and(narrowed),
            sort: address.order(entity).unwrap_or_default(),
            fields,
            limit: CARDS,
            ..Asked::new(entity.clone())
        };
        let listed = reader.web.engine().list(&reader.who, asked).await?;
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &listed.titles };
        for record in &listed.records {
            card(out, reader, entity, address, field, record, &facts, lane, lanes, &sight);
        }
        let beyond = count - listed.records.len() as i64;
        if listed.next.is_some() && beyond > 0 {
            out.push_str("<li class=\"lane-more\"><a");
            html::attribute(out, "href", &list);
            out.push('>');
            html::text(out, &reader.speech.with("groups-others", &[("count", &beyond.to_string())]));
            out.push_str("</a></li>");
        }
    }
    out.push_str("</ul></section>");
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "a card knows the board it stands on")]
fn card(
    out: &mut String,
    reader: &Reader,
    entity: &Entity,
    address: &ListAddress,
    field: &Field,
    record: &Record,
    facts: &[&'static str],
    lane: &Lane,
    lanes: &[Lane],
    sight: &Sight<'_>,
) {
    let movable = moves(reader, entity, field);
    let name = title(entity, record, sight);
    out.push_str("<li class=\"board-card\"");
    html::attribute(out, "id", &format!("card-{}", record.id));
    if movable {
        html::attribute(out, "data-place", &format!("/{}/{}/place", entity.plural, record.id));
        html::attribute(out, "data-version", &record.version.to_string());
        out.push_str(" draggable=\"true\"");
    }
    out.push_str("><a class=\"board-name\"");
    html::attribute(out, "href", &format!("/{}/{}{}", entity.plural, record.id, address.from()));
    // The link itself would be dragged, and not its card.
    out.push_str(" draggable=\"false\">");
    html::text(out, &name);
    out.push_str("</a>");
    let mut said: Vec<String> = Vec::new();
    for key in facts {
        let Some(fact) = entity.field(key) else { continue };
        let mut one = Face::new(fact, sight.speech).plain(record.value(fact.id), sight);
        let province = rows::province(entity, key, &[]).map(|field| record.value(field.id).text()).filter(|text| !text.is_empty());
        if let Some(province) = province.filter(|_| !one.is_empty()) {
            one = format!("{one} ({province})");
        }
        // The town has said it already.
        let told = key.strip_suffix(".province").is_some_and(|address| facts.iter().any(|fact| *fact == format!("{address}.city")));
        if !one.is_empty() && !told {
            said.push(one);
        }
    }
    if !said.is_empty() {
        html::element(out, "p", &said.join(" · "));
    }
    if movable {
        out.push_str("<details class=\"menu\"><summary class=\"btn btn-quiet btn-icon btn-sm\"");
        html::attribute(out, "aria-label", &sight.speech.with("board-move", &[("name", &name)]));
        out.push('>');
        out.push_str(assets::icon("more"));
        out.push_str("</summary><div class=\"menu-items end\"><form class=\"plain\" method=\"post\"");
        html::attribute(out, "action", &format!("/{}/{}/place", entity.plural, record.id));
        out.push('>');
        let back = format!("/{}{}", entity.plural, address.question(""));
        for (name, value) in [("csrf", &*reader.csrf), ("field", field.key), ("version", &record.version.to_string()), ("back", &back)] {
            out.push_str("<input type=\"hidden\"");
            html::attribute(out, "name", name);
            html::attribute(out, "value", value);
            out.push('>');
        }
        out.push_str("<p class=\"menu-title\">");
        html::text(out, sight.speech.say("board-move-to"));
        out.push_str("</p>");
        for other in lanes.iter().filter(|other| other.value != lane.value) {
            out.push_str("<button name=\"value\"");
            html::attribute(out, "value", &written(&other.value));
            out.push('>');
            html::text(out, &other.name);
            out.push_str("</button>");
        }
        out.push_str("</form></div></details>");
    }
    out.push_str("</li>");
}

/// Puts a record into another column: one value, at the version that was seen.
pub(super) async fn place(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, fields: Fields) -> Answer {
    let id = named.id("id")?;
    let text = |name: &str| fields.get(name).unwrap_or_default();
    let field = entity.field(text("field")).filter(|field| boards(field)).ok_or(Error::NotFound)?;
    let value = field.kind.parse(text("value"), &reader.reading);
    let version = text("version").parse::<i64>().map_err(|_| Error::invalid("version", Say::new("error-whole")));
    let outcome = match (value, version) {
        (Ok(value), Ok(version)) => web.engine().change(&reader.who, &entity, id, Some(version), vec![(field.id, value)], Vec::new()).await,
        (Err(say), _) => Err(Error::invalid(field.key, say)),
        (_, Err(error)) => Err(error),
    };
    let back = match safe(text("back")) {
        "/" => format!("/{}", entity.plural),
        asked => asked.to_owned(),
    };
    match outcome {
        Ok(outcome) if reader.fragment => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            toast::beside(&reader, response, "said-saved", "", outcome.changeset)
        }
        Ok(outcome) => answer::onward_saying(&reader, &back, "said-saved", "", Some(outcome.changeset)),
        Err(error) => {
            let (status, said) = match &error {
                Error::Invalid(problems) => {
                    let say = problems.first().map(|problem| reader.speech.sentence(&problem.say)).unwrap_or_default();
                    (StatusCode::UNPROCESSABLE_ENTITY, say)
                }
                Error::Conflict(Conflict::Stale { .. }) => (StatusCode::CONFLICT, reader.speech.say("board-stale").to_owned()),
                _ => return Err(error.into()),
            };
            if reader.fragment {
                return toast::telling(answer::html(status, String::new()), &said, "bad");
            }
            answer::notice_as(&reader.within(entity.plural), status, &said, &back)
        }
    }
}

/// A value as a form sends it.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bool(answer) => answer.to_string(),
        Value::Link(id) => id.to_string(),
        _ => String::new(),
    }
}

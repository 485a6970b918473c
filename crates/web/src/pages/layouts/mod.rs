//! How cards and forms are arranged, for administrators: which sections there are and what stands in each, for everybody or for
//! whoever has a role. The page is a form that holds the whole arrangement in its order; nothing is kept until it is saved.

mod draft;

use crate::caller::Named;
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::layout::items;
use crate::pages::own_fields::kinds;
use crate::pages::reader::{Reader, icon};
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use draft::OUT;
use engine::layouts::{Layout, SECTIONS, TITLE, in_order};
use engine::own_fields::takes_own_fields;
use engine::rights::ROLE;
use engine::{Asked, Sorting};
use http::{Method, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Language, Result};
use meta::{Arranged, Arrangement, Entity, OWN_SECTION};
use std::sync::Arc;

/// Where they are looked after.
const ADDRESS: &str = "/administration/layouts";

/// The routes of layouts.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), list)
        .add(Route::administration(Method::GET, "/administration/layouts/{kind}", "", ""), show)
        .add(Route::administration(Method::POST, "/administration/layouts/{kind}/draft", "Layout", "try-layout"), arrange)
        .add(Route::administration(Method::POST, "/administration/layouts/{kind}", "Layout", "layout"), save)
}

#[derive(Template)]
#[template(path = "layouts.html")]
struct List<'p> {
    reader: &'p Reader,
    title: &'p str,
    kinds: Vec<Kind>,
}

/// A kind of record, and for whom it is arranged.
struct Kind {
    plural: &'static str,
    icon: &'static str,
    name: String,
    /// Whom there is an arrangement for: key of the role, empty for everybody, and its name.
    arranged: Vec<(String, String)>,
}

/// The roles there are, in the order in which the first that arranges a card decides: key and name.
fn roles(reader: &Reader) -> Vec<(String, String)> {
    let model = reader.web.engine().model();
    let mut keys: Vec<&str> =
        model.terms.iter().filter(|((of, _), term)| of == ROLE && !term.retired).map(|((_, key), _)| key.as_str()).collect();
    in_order(&model, &mut keys);
    keys.into_iter().map(|key| (key.to_owned(), reader.role(key))).collect()
}

async fn list(reader: Reader) -> Answer {
    let layouts = reader.web.engine().layouts(&reader.who).await?;
    let (model, roles) = (reader.web.engine().model(), roles(&reader));
    let everybody = (String::new(), reader.speech.say("layout-everybody").to_owned());
    let kind = |entity: &Arc<Entity>| {
        let whom = std::iter::once(&everybody).chain(&roles);
        let arranged = whom.filter(|(role, _)| layouts.iter().any(|layout| layout.entity == entity.key && layout.role == *role));
        Kind {
            plural: entity.plural,
            icon: icon(entity.key),
            name: reader.speech.entity(entity.key, "many"),
            arranged: arranged.cloned().collect(),
        }
    };
    let kinds = kinds(&model).into_iter().map(kind).collect();
    rendered(&reader, StatusCode::OK, &List { title: reader.speech.say("layouts"), kinds, reader: &reader })
}

#[derive(Template)]
#[template(path = "layout.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: String,
    entity: &'p Entity,
    /// Whom it is for: key and name, everybody first.
    whom: Vec<(String, String)>,
    role: &'p str,
    /// The version of what is kept; 0 where nothing is.
    version: i64,
    sections: Vec<Section>,
    out: Vec<Line>,
    /// All sections, to choose from: key and title.
    choices: Vec<(String, String)>,
    /// What is to be told of the last step.
    said: String,
    wrong: Vec<String>,
    /// The newest card of this kind, to look at.
    card: Option<String>,
    full: bool,
}

/// A section of the page.
struct Section {
    key: String,
    title: String,
    /// Its own titles, Italian and English, where it is the company's.
    words: Option<[String; 2]>,
    lines: Vec<Line>,
    first: bool,
    last: bool,
}

/// A field, a value of several parts or owned lines.
struct Line {
    key: String,
    name: String,
    /// Whether records can't be without it.
    required: bool,
    /// Whether the head of a card shows it as well.
    head: bool,
}

/// The kind of record that the address names, as everybody has it.
fn named_kind(reader: &Reader, named: &Named) -> Result<Arc<Entity>> {
    let model = reader.web.engine().model();
    model.plural(named.text("kind")).filter(|entity| takes_own_fields(entity)).cloned().ok_or(Error::NotFound)
}

/// For whom it is asked: a role that there is, or everybody.
fn whom<'f>(reader: &Reader, fields: &'f Fields) -> Result<&'f str> {
    let role = fields.get("role").unwrap_or_default();
    let known = role.is_empty() || reader.web.engine().model().terms.contains_key(&(ROLE.to_owned(), role.to_owned()));
    if known { Ok(role) } else { Err(Error::NotFound) }
}

/// What is kept of a kind of record: for the role, and for everybody.
async fn kept(reader: &Reader, entity: &Entity, role: &str) -> Result<(Option<Layout>, Option<Layout>)> {
    let layouts = reader.web.engine().layouts(&reader.who).await?;
    let of = |role: &str| layouts.iter().find(|layout| layout.entity == entity.key && layout.role == role).cloned();
    Ok((of(role), of("")))
}

/// The arrangement as it stands for a role: its own, or else everybody's.
fn standing(entity: &Entity, own: Option<&Layout>, everybody: Option<&Layout>) -> Arrangement {
    let mut arranged = entity.clone();
    if let Some(layout) = own.filter(|layout| !layout.role.is_empty()) {
        arranged.arrange(&layout.arrangement, "");
    }
    let words = |key: &str| {
        let layouts = own.into_iter().chain(everybody).flat_map(|layout| &layout.arrangement.sections);
        layouts.filter(|section| section.key == key).find_map(|section| section.words.clone())
    };
    let mut arrangement = Arrangement::of(&arranged);
    for section in &mut arrangement.sections {
        if section.key.starts_with(OWN_SECTION) {
            section.words = words(&section.key).or_else(|| Some([section.key.clone(), String::new()]));
        }
    }
    arrangement
}

fn titled(reader: &Reader, entity: &Entity, section: &Arranged) -> String {
    match &section.words {
        Some([_, english]) if reader.reading.language == Language::English && !english.is_empty() => english.clone(),
        Some([italian, _]) => italian.clone(),
        None => reader.speech.section(entity.key, &section.key),
    }
}

async fn page(
    reader: &Reader,
    entity: &Entity,
    role: &str,
    version: i64,
    arrangement: &Arrangement,
    (said, wrong): (String, Vec<String>),
    status: StatusCode,
) -> Answer {
    let speech = &reader.speech;
    let line = |key: &String| -> Option<Line> {
        let one = meta::Section { key: "", fields: vec![meta::name(key)] };
        let item = items(entity, &one).pop()?;
        let required = entity.fields.iter().any(|field| item.touched().contains(&field.key) && field.required && field.writable());
        let head = item.key() == entity.title || entity.head.contains(&item.key());
        Some(Line { name: speech.field(entity.key, item.key()), required, head, key: key.clone() })
    };
    let count = arrangement.sections.len();
    let section = |(place, section): (usize, &Arranged)| Section {
        key: section.key.clone(),
        title: titled(reader, entity, section),
        words: section.words.clone(),
        lines: section.fields.iter().filter_map(line).collect(),
        first: place == 0,
        last: place + 1 == count,
    };
    let card = match reader.model.entity(entity.key) {
        Some(his) => {
            let newest = Sorting { field: "created_at", descending: true };
            let newest = Asked { limit: 1, sort: vec![newest], ..Asked::new(his.clone()) };
            let records = reader.web.engine().list(&reader.who, newest).await?.records;
            records.first().map(|record| format!("/{}/{}", entity.plural, record.id))
        }
        None => None,
    };
    let everybody = (String::new(), speech.say("layout-everybody").to_owned());
    let shown = Page {
        title: speech.with("layout-of", &[("name", &speech.entity(entity.key, "many"))]),
        whom: std::iter::once(everybody).chain(roles(reader)).collect(),
        role,
        version,
        sections: arrangement.sections.iter().enumerate().map(section).collect(),
        out: arrangement.out.iter().filter_map(line).collect(),
        choices: arrangement.sections.iter().map(|section| (section.key.clone(), titled(reader, entity, section))).collect(),
        said,
        wrong,
        card,
        full: count >= SECTIONS,
        entity,
        reader,
    };
    rendered(reader, status, &shown)
}

async fn show(named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let entity = named_kind(&reader, &named)?;
    let role = whom(&reader, &asked)?;
    let (own, everybody) = kept(&reader, &entity, role).await?;
    let arrangement = standing(&entity, own.as_ref(), everybody.as_ref());
    let version = own.map_or(0, |layout| layout.version);
    page(&reader, &entity, role, version, &arrangement, Default::default(), StatusCode::OK).await
}

fn version(fields: &Fields) -> i64 {
    fields.get("version").and_then(|version| version.parse().ok()).unwrap_or(0)
}

/// One step on the way: shows the arrangement as it would be.
async fn arrange(named: Named, reader: Reader, fields: Fields) -> Answer {
    let entity = named_kind(&reader, &named)?;
    let role = whom(&reader, &fields)?;
    let mut arrangement = draft::read(&entity, &fields);
    let step = draft::step(&reader, &mut arrangement, &fields);
    let said = match &step {
        Ok(Some(key)) => told(&reader, &entity, &arrangement, key),
        _ => String::new(),
    };
    let wrong: Vec<String> = step.err().iter().map(|say| reader.speech.sentence(say)).collect();
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(&reader, &entity, role, version(&fields), &arrangement, (said, wrong), status).await
}

/// Where something stands now: its name, its section, its place.
fn told(reader: &Reader, entity: &Entity, arrangement: &Arrangement, key: &str) -> String {
    let place = |fields: &[String]| fields.iter().position(|known| known == key).map(|place| (place + 1).to_string());
    let name = reader.speech.field(entity.key, key);
    for section in &arrangement.sections {
        if let Some(place) = place(&section.fields) {
            let section = titled(reader, entity, section);
            return reader.speech.with("layout-now", &[("name", &name), ("section", &section), ("place", &place)]);
        }
    }
    match place(&arrangement.out) {
        Some(_) => reader.speech.with("layout-now-out", &[("name", &name)]),
        None => String::new(),
    }
}

async fn save(State(web): State<Web>, named: Named, reader: Reader, fields: Fields) -> Answer {
    let entity = named_kind(&reader, &named)?;
    let role = whom(&reader, &fields)?;
    let arrangement = draft::read(&entity, &fields);
    let product = fields.get("do") == Some("product");
    let kept = if product { None } else { Some(&arrangement) };
    let answer = web.engine().arrange(&reader.who, entity.key, role, kept, version(&fields)).await;
    let (wrong, now) = match answer {
        Ok(_) => return onward_saying(&reader, ADDRESS, "said-saved", "", None),
        // What was arranged stays; whoever saves it again does it over what the other one did.
        Err(Error::Conflict(Conflict::Stale { version })) => (vec![reader.speech.say("layout-stale").to_owned()], version),
        Err(Error::Invalid(problems)) => {
            let wrong = problems.iter().map(|problem| reader.speech.sentence(&problem.say)).collect();
            (wrong, version(&fields))
        }
        Err(error) => return Err(error.into()),
    };
    page(&reader, &entity, role, now, &arrangement, (String::new(), wrong), StatusCode::UNPROCESSABLE_ENTITY).await
}

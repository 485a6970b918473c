//! Where each column goes, what is done with rows whose record exists, and what new records get where the row says nothing.

use super::offered::{self, Group};
use super::plan::Plan;
use super::proofs;
use super::runs::{self, Standing};
use super::{detected, found, saved, steps};
use crate::imports::{Alike, Mode, maker, reading};
use askama::Template;
use http::StatusCode;
use kernel::{Error, Problems, Result, Say, Value};
use meta::{Entity, Field, Kind};
use std::fs::File;
use std::sync::Arc;
use web::dress as assets;
use web::pages::answer::{framed, markup, onward, to};
use web::pages::html;
use web::pages::reader::Reader;
use web::pages::{alone, blank_of, offered as fields_of, read_alone};
use web::{Answer, Fields, Named};

/// Rows that are looked through for examples.
const LOOKED_THROUGH: usize = 60;
/// Examples of a column.
const EXAMPLES: usize = 3;
/// Letters of an example.
const LETTERS: usize = 40;

/// A column of the file.
struct Line {
    place: usize,
    name: String,
    examples: Vec<String>,
    /// The options of where it goes, as markup.
    options: String,
    /// Whether it goes to a field.
    matched: bool,
}

#[derive(Template)]
#[template(path = "imports/wizard/columns.html")]
struct ColumnsPage<'c> {
    reader: &'c Reader,
    title: String,
    steps: String,
    id: kernel::Id,
    file: String,
    /// What the file is, and how it may be read otherwise, as markup.
    read_as: String,
    /// That the choices are those of another import, or of a mapping.
    as_on: String,
    /// The mappings that may be taken up, as markup.
    offer: String,
    /// What the mapping is called that the choices may be kept as.
    named: String,
    wrong: Vec<String>,
    matched: String,
    lines: Vec<Line>,
    /// Key, words, explanation, whether it is chosen.
    modes: Vec<(&'static str, &'c str, &'c str, bool)>,
    keys: Vec<(String, String, bool)>,
    /// The same of what becomes of rows that are alike to a record.
    alikes: Vec<(&'static str, &'c str, &'c str, bool)>,
    plain: bool,
    month_first: bool,
    defaults: String,
    set: bool,
    /// What is said of the consents of the file; nothing where none may come in.
    consents: String,
    consents_open: bool,
}

pub(super) async fn show(named: Named, reader: Reader, fields: Fields) -> Answer {
    let standing = found(&reader, &named).await?;
    if !open(&standing) {
        return Ok(to(&format!("/imports/{}", standing.id())));
    }
    let mut plan = standing.plan.clone();
    if fields.get("names").is_some() {
        // Back to what the columns themselves say.
        let file = standing.file(reader.web.engine()).await?;
        let (_, begun) = runs::surveyed(&standing.entity, reader.web.words(), file, plan.manner.clone()).await?;
        plan.columns.to = begun.columns.to;
        plan.as_saved.clear();
        plan.as_on.clear();
    }
    page(&reader.within(standing.entity.plural), &standing, &plan, Vec::new(), StatusCode::OK).await
}

/// Whether it may still be planned.
pub(super) fn open(standing: &Standing) -> bool {
    use crate::imports::entity::State;
    matches!(standing.state, State::Draft | State::Checked)
}

pub(super) async fn page(reader: &Reader, standing: &Standing, plan: &Plan, problems: Problems, status: StatusCode) -> Answer {
    let (speech, entity) = (&reader.speech, &standing.entity);
    let file = standing.file(reader.web.engine()).await?;
    let width = plan.header.len();
    let manner = plan.manner.clone();
    let looked = tokio::task::spawn_blocking(move || examples(file, &manner, width)).await.map_err(Error::internal)??;
    let (survey, examples) = looked;
    let groups = groups(reader, entity, plan);
    let lines: Vec<Line> = plan
        .header
        .iter()
        .zip(examples)
        .enumerate()
        .map(|(place, (name, examples))| {
            let to = plan.columns.to.get(place).map_or("", String::as_str);
            let name =
                if name.trim().is_empty() { speech.with("import-unnamed", &[("number", &(place + 1).to_string())]) } else { name.clone() };
            Line { place, name, examples, options: options(reader, &groups, to), matched: !matches!(to, "" | "note") }
        })
        .collect();
    let matched = lines.iter().filter(|line| line.matched).count();
    let fields = default_fields(reader, entity);
    let own = |problem: &kernel::Problem| fields.iter().any(|field| field.key == problem.field) || proofs::is_of_consents(&problem.field);
    let mut wrong: Vec<String> = problems.iter().filter(|problem| !own(problem)).map(|problem| speech.sentence(&problem.say)).collect();
    if problems.iter().any(|problem| proofs::is_of_consents(&problem.field)) {
        wrong.push(speech.say("import-consents-missing").to_owned());
    }
    let entered = entered(reader, entity, &fields, plan).await?;
    let defaults: String = fields.iter().map(|field| alone(reader, entity, field, &entered, problems.clone())).collect();
    let modes = [
        ("create", "import-mode-create", "import-mode-create-text"),
        ("both", "import-mode-both", "import-mode-both-text"),
        ("update", "import-mode-update", "import-mode-update-text"),
    ];
    let alikes = [
        (Alike::Create, "import-alike-create", "import-alike-create-text"),
        (Alike::Skip, "import-alike-skip", "import-alike-skip-text"),
        (Alike::Update, "import-alike-update", "import-alike-update-text"),
    ];
    let chosen = |(alike, words, text): (Alike, &'static str, &'static str)| {
        (alike.key(), speech.say(words), speech.say(text), plan.alike() == alike)
    };
    let alikes = if entity.compared.is_empty() { Vec::new() } else { alikes.map(chosen).to_vec() };
    let given = offered::given(&offered::keys(reader, entity, &reader.model), &plan.columns.to);
    let title = speech.with("import-title", &[("what", &speech.area(entity.key))]);
    let page = ColumnsPage {
        steps: steps(reader, 1, Some(standing)),
        id: standing.id(),
        file: standing.record.get(&crate::imports::entity::FILE).to_owned(),
        read_as: detected::part(reader, standing, plan, &survey)?,
        as_on: as_on(reader, plan),
        offer: saved::offer(reader, standing, plan).await?,
        named: plan.as_saved.clone(),
        wrong,
        matched: speech.with("import-matched", &[("matched", &matched.to_string()), ("count", &lines.len().to_string())]),
        lines,
        modes: modes.map(|(key, words, text)| (key, speech.say(words), speech.say(text), plan.mode == key)).to_vec(),
        keys: given
            .into_iter()
            .map(|(key, label)| {
                let chosen = plan.keys.contains(&key);
                (key, label, chosen)
            })
            .collect(),
        alikes,
        plain: plan.columns.plain_numbers,
        month_first: plan.columns.month_first,
        defaults,
        set: plan.defaults.iter().any(|(path, _)| !proofs::is_of_consents(path))
            || problems.iter().any(|problem| !proofs::is_of_consents(&problem.field)),
        consents: proofs::inputs(reader, entity, plan, &problems).await?,
        consents_open: proofs::needed(plan),
        title: title.clone(),
        reader,
    };
    framed(reader, status, &title, &markup(&page)?)
}

/// The day of the import whose choices these are.
fn as_on(reader: &Reader, plan: &Plan) -> String {
    if !plan.as_saved.is_empty() {
        return reader.speech.with("import-as-saved", &[("name", &plan.as_saved)]);
    }
    let parsed = Kind::Date.parse(&plan.as_on, &meta::Reading { language: kernel::Language::English, zone: reader.reading.zone.clone() });
    match parsed {
        Ok(day) if !plan.as_on.is_empty() => {
            reader.speech.with("import-as-on", &[("day", &Kind::Date.behaviour().show(&day, &reader.reading))])
        }
        _ => String::new(),
    }
}

/// The places that are offered: people and places beyond the first only where there is room for them, or they are chosen.
fn groups(reader: &Reader, entity: &Arc<Entity>, plan: &Plan) -> Vec<Group> {
    let mut groups = offered::groups(reader, entity);
    let chosen = |group: &Group| group.places.iter().any(|(path, _)| plan.columns.to.contains(path));
    let further = |group: &Group| group.places.first().is_some_and(|(path, _)| path.split('.').next().unwrap_or("").ends_with(['2', '3']));
    groups.retain(|group| !further(group) || plan.header.len() <= 40 || chosen(group));
    groups
}

fn options(reader: &Reader, groups: &[Group], to: &str) -> String {
    let mut out = String::new();
    let mut option = |path: &str, label: &str| {
        out.push_str("<option");
        html::attribute(&mut out, "value", path);
        out.push_str(if path == to { " selected>" } else { ">" });
        html::text(&mut out, label);
    };
    option("", reader.speech.say("import-nowhere"));
    option("note", reader.speech.say("import-remarks"));
    for group in groups {
        out.push_str("<optgroup");
        html::attribute(&mut out, "label", &group.label);
        out.push('>');
        for (path, label) in &group.places {
            out.push_str("<option");
            html::attribute(&mut out, "value", path);
            out.push_str(if path == to { " selected>" } else { ">" });
            html::text(&mut out, label);
        }
        out.push_str("</optgroup>");
    }
    out
}

/// The first values of each column, each once.
fn examples(mut file: File, manner: &reading::Manner, width: usize) -> Result<(reading::Survey, Vec<Vec<String>>)> {
    let survey = reading::survey_as(&mut file, manner)?;
    let mut rows = reading::rows(file, &survey)?;
    let mut examples = vec![Vec::new(); width];
    for _ in 0..LOOKED_THROUGH {
        let Some(row) = rows.next_row()? else { break };
        for (cell, known) in row.cells.iter().zip(&mut examples) {
            let cell = cell.trim();
            if known.len() < EXAMPLES && !cell.is_empty() {
                let short: String = cell.chars().take(LETTERS).collect();
                let short = if short.len() < cell.len() { format!("{short}…") } else { short };
                if !known.contains(&short) {
                    known.push(short);
                }
            }
        }
    }
    Ok((survey, examples))
}

/// The fields of which new records may be given one value: those that say whose they are and of what kind.
fn default_fields(reader: &Reader, entity: &Arc<Entity>) -> Vec<Field> {
    let fits = |field: &&Field| match field.kind {
        Kind::Choice(_) | Kind::Vocabulary(_) | Kind::Vocabularies(_) => true,
        Kind::Link(target) => target == "user",
        _ => false,
    };
    // What is usual needs not be said, so nothing is required here.
    fields_of(reader, entity).into_iter().filter(fits).map(|field| Field { required: false, ..*field }).collect()
}

/// What the controls of these fields start from.
async fn entered(reader: &Reader, entity: &Arc<Entity>, fields: &[Field], plan: &Plan) -> Result<Fields> {
    let (blank, _) = blank_of(reader, entity, &Fields(plan.defaults.clone())).await?;
    let said = |name: &str| {
        plan.defaults.iter().any(|(path, _)| name == path || name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.')))
    };
    let mut pairs = blank.0;
    pairs.retain(|(name, _)| said(name) && fields.iter().any(|field| name.starts_with(field.key)));
    Ok(Fields(pairs))
}

/// The values of new records, as a form says them: path and text; and what is wrong with them.
async fn defaults(reader: &Reader, entity: &Arc<Entity>, form: &Fields) -> Result<(Vec<(String, String)>, Problems)> {
    let (mut defaults, mut problems) = (Vec::new(), Vec::new());
    for field in default_fields(reader, entity) {
        let (values, wrong) = read_alone(reader, &field, form).await?;
        problems.extend(wrong);
        for (_, value) in values.into_iter().filter(|(_, value)| !value.is_empty()) {
            let text = match (&value, field.kind) {
                (Value::Link(id), _) => id.to_string(),
                (value, Kind::Vocabularies(_)) => value.text().trim_matches('|').replace('|', ","),
                (value, _) => value.text().to_owned(),
            };
            defaults.push((field.key.to_owned(), text));
        }
    }
    Ok((defaults, problems))
}

pub(super) async fn choose(named: Named, reader: Reader, form: Fields) -> Answer {
    let standing = found(&reader, &named).await?;
    let reader = reader.within(standing.entity.plural);
    let (plan, mut problems) = chosen(&reader, &standing, &form).await?;
    if form.get("step") == Some("look") {
        // Only the page is asked for again, with what may be a key now.
        return page(&reader, &standing, &plan, Vec::new(), StatusCode::OK).await;
    }
    if plan.columns.to.iter().all(|to| matches!(to.as_str(), "" | "note")) {
        problems.push(kernel::Problem { field: String::new(), say: Say::new("error-import-nothing-matched") });
    }
    if problems.is_empty() {
        let how = plan.how(reader.web.words());
        match maker(reader.web.engine(), &reader.who, &reader.model, &standing.entity, &plan.header, how).await {
            Ok(_) => {}
            Err(Error::Invalid(wrong)) => problems.extend(wrong),
            Err(error) => return Err(error.into()),
        }
    }
    if !problems.is_empty() {
        return page(&reader, &standing, &plan, problems, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    runs::plan(reader.web.engine(), standing.id(), &plan).await?;
    Ok(onward(&reader, &format!("/imports/{}/rows", standing.id())))
}

/// The plan that a form of columns says, and what is wrong with it.
pub(super) async fn chosen(reader: &Reader, standing: &Standing, form: &Fields) -> Result<(Plan, Problems)> {
    let groups = offered::groups(reader, &standing.entity);
    let mut plan = standing.plan.clone();
    for (place, to) in plan.columns.to.iter_mut().enumerate() {
        if let Some(chosen) = form.get(&format!("to.{place}")).filter(|chosen| offered::is_place(&groups, chosen)) {
            chosen.clone_into(to);
        }
    }
    plan.columns.plain_numbers = form.get("numbers") == Some("plain");
    plan.columns.month_first = form.get("dates") == Some("month-first");
    plan.mode = form.get("mode").filter(|mode| Mode::parse(mode).is_some()).unwrap_or("create").to_owned();
    plan.alike = form.get("alike").and_then(Alike::parse).unwrap_or_default().key().to_owned();
    let known = offered::given(&offered::keys(reader, &standing.entity, &reader.model), &plan.columns.to);
    plan.keys = form.all("key").filter(|key| known.iter().any(|(path, _)| path == key)).map(str::to_owned).collect();
    let (defaults, problems) = defaults(reader, &standing.entity, form).await?;
    plan.defaults = defaults;
    if proofs::needed(&plan) {
        plan.defaults.extend(proofs::read(form));
    }
    Ok((plan, problems))
}

//! The rows as they will come in, some at a time: what is wrong with a cell stands beside it, and a cell can be put right here; the
//! file stays as it is, the correction is kept with the run.

use super::columns::open;
use super::detected::nature;
use super::offered::{self, Group};
use super::plan::{MOST_CORRECTIONS, Plan};
use super::runs::{self, Said, Standing};
use super::{found, steps};
use crate::imports::entity::fault::Grave;
use crate::imports::entity::{self as run, State};
use crate::imports::reading::{self, Row};
use crate::imports::rows::Maker;
use crate::imports::{correct as put_right, maker};
use askama::Template;
use http::StatusCode;
use kernel::{Error, Result, Say};
use meta::fields::Chosen;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::sync::Arc;
use web::dress as assets;
use web::pages::answer::{framed, markup, onward, to};
use web::pages::html;
use web::pages::reader::Reader;
use web::{Answer, Fields, Named};

/// Rows of a page.
const MANY: usize = 20;
/// A page with more cells than this offers only those that need it to be written.
const MOST_INPUTS: usize = 600;

/// Which rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Errors,
    Warnings,
    Alike,
}

impl Which {
    fn asked(fields: &Fields) -> Which {
        match fields.get("which") {
            Some("errors") => Which::Errors,
            Some("warnings") => Which::Warnings,
            Some("alike") => Which::Alike,
            _ => Which::All,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Which::All => "all",
            Which::Errors => "errors",
            Which::Warnings => "warnings",
            Which::Alike => "alike",
        }
    }

    fn grave(self) -> Option<Grave> {
        match self {
            Which::All => None,
            Which::Errors => Some(Grave::Error),
            Which::Warnings => Some(Grave::Warning),
            Which::Alike => Some(Grave::Alike),
        }
    }
}

/// A row of the page: as it stands in the file, and what is to be said of it.
struct Shown {
    row: Row,
    said: Vec<Said>,
}

/// The records that rows are alike to, by name.
struct Twins {
    names: HashMap<kernel::Id, String>,
    plural: &'static str,
}

impl Twins {
    fn link(&self, out: &mut String, said: &Said) {
        let twin = said.record.parse::<kernel::Id>().ok().and_then(|id| Some((id, self.names.get(&id)?)));
        if let Some((id, name)) = twin {
            out.push_str("<a class=\"import-twin\"");
            html::attribute(out, "href", &format!("/{}/{id}", self.plural));
            out.push('>');
            html::text(out, name);
            out.push_str("</a>");
        }
    }
}

/// The rows of a page, and how many pages there are.
struct Stretch {
    rows: Vec<Shown>,
    page: usize,
    pages: usize,
}

#[derive(Template)]
#[template(path = "imports/wizard/rows.html")]
struct RowsPage<'r> {
    reader: &'r Reader,
    title: String,
    steps: String,
    id: kernel::Id,
    file: String,
    nature: String,
    /// Why trying it out ended before its time.
    reason: String,
    checked: bool,
    counts: Vec<(String, &'static str)>,
    tabs: Vec<(&'static str, String, bool)>,
    which: &'static str,
    page: usize,
    table: String,
    /// Whether anything may be written on this page.
    writes: bool,
    corrected: String,
    before: Option<usize>,
    after: Option<usize>,
    place: String,
    go: String,
}

pub(super) async fn show(named: Named, reader: Reader, fields: Fields) -> Answer {
    let standing = found(&reader, &named).await?;
    if !open(&standing) {
        return Ok(to(&format!("/imports/{}", standing.id())));
    }
    let reader = reader.within(standing.entity.plural);
    let which = Which::asked(&fields);
    let number = fields.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let stretch = match stretch(&reader, &standing, which, number).await {
        Err(Error::Invalid(_)) => return Ok(to(&format!("/imports/{}/columns", standing.id()))),
        stretch => stretch?,
    };
    let groups = offered::groups(&reader, &standing.entity);
    let (speech, checked) = (&reader.speech, standing.state == State::Checked);
    let (errors, warnings) = (standing.count(&run::ERRORS), standing.count(&run::WARNINGS) + standing.count(&run::CONSENTS_LEFT));
    let mut tabs = vec![("all", speech.say("import-rows-all").to_owned(), which == Which::All)];
    if checked && errors > 0 {
        tabs.push(("errors", reader.speech.counting("import-rows-errors", errors), which == Which::Errors));
    }
    if checked && warnings > 0 {
        tabs.push(("warnings", reader.speech.counting("import-rows-warnings", warnings), which == Which::Warnings));
    }
    let alike = standing.count(&run::ALIKE);
    if checked && alike > 0 {
        tabs.push(("alike", reader.speech.counting("import-rows-alike", alike), which == Which::Alike));
    }
    let names = super::report::names(&reader, &standing, stretch.rows.iter().flat_map(|shown| &shown.said)).await?;
    let twins = Twins { names, plural: standing.entity.plural };
    let (table, writes) = table(&reader, &standing.plan, &groups, &stretch, &twins);
    let title = speech.with("import-title", &[("what", &speech.area(standing.entity.key))]);
    let coming = standing.count(&run::CREATED) + standing.count(&run::UPDATED);
    let page = RowsPage {
        steps: steps(&reader, 2, Some(&standing)),
        id: standing.id(),
        file: standing.record.get(&run::FILE).to_owned(),
        nature: nature(&reader, &standing),
        reason: super::report::reason(&reader, &standing),
        counts: if checked { super::report::counts(&reader, &standing, true) } else { Vec::new() },
        go: if checked { reader.speech.counting("import-go", coming) } else { speech.say("import-go-unchecked").to_owned() },
        checked,
        tabs,
        which: which.key(),
        page: stretch.page,
        table,
        writes,
        corrected: match standing.plan.corrected() {
            0 => String::new(),
            some => reader.speech.counting("import-corrected", some as i64),
        },
        before: (stretch.page > 1).then(|| stretch.page - 1),
        after: (stretch.page < stretch.pages).then(|| stretch.page + 1),
        place: speech.with("import-page", &[("page", &stretch.page.to_string()), ("pages", &stretch.pages.to_string())]),
        title: title.clone(),
        reader: &reader,
    };
    framed(&reader, StatusCode::OK, &title, &markup(&page)?)
}

/// The rows of a page.
async fn stretch(reader: &Reader, standing: &Standing, which: Which, page: usize) -> Result<Stretch> {
    let engine = reader.web.engine();
    let how = standing.plan.how(reader.web.words());
    let (maker, _) = maker(engine, &reader.who, &reader.model, &standing.entity, &standing.plan.header, how).await?;
    let file = standing.file(engine).await?;
    let plan = standing.plan.clone();
    if which == Which::All {
        let pages = (standing.count(&run::ROWS).max(1) as usize).div_ceil(MANY);
        let page = page.min(pages);
        let rows = read(file, &plan, move |place, _| place >= (page - 1) * MANY, MANY).await?;
        let mut known = match (rows.first(), rows.last()) {
            (Some(first), Some(last)) if standing.state == State::Checked => {
                runs::faults_between(engine, standing.id(), first.line, last.line).await?
            }
            _ => HashMap::new(),
        };
        let shown = |row: Row| {
            let said = known.remove(&row.line);
            let said = said.unwrap_or_else(|| said_of(&maker, &plan, &row));
            Shown { row, said }
        };
        return Ok(Stretch { rows: rows.into_iter().map(shown).collect(), page, pages });
    }
    let (_, lines) = runs::faults(engine, standing.id(), which.grave(), 0, 0).await?;
    let pages = lines.max(1).div_ceil(MANY);
    let page = page.min(pages);
    let (told, _) = runs::faults(engine, standing.id(), which.grave(), (page - 1) * MANY, MANY).await?;
    let wanted: HashSet<u64> = told.iter().map(|(line, _)| *line).collect();
    let many = wanted.len();
    let rows = read(file, &plan, move |_, row| wanted.contains(&row.line), many).await?;
    let mut told: HashMap<u64, Vec<Said>> = told.into_iter().collect();
    let rows = rows.into_iter().map(|row| Shown { said: told.remove(&row.line).unwrap_or_default(), row }).collect();
    Ok(Stretch { rows, page, pages })
}

/// Rows of the file, as they stand there: those that are wanted, by their place and what they are.
async fn read(mut file: File, plan: &Plan, wanted: impl Fn(usize, &Row) -> bool + Send + 'static, many: usize) -> Result<Vec<Row>> {
    let manner = plan.manner.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let survey = reading::survey_as(&mut file, &manner)?;
        let mut rows = reading::rows(file, &survey)?;
        let (mut found, mut place) = (Vec::new(), 0);
        while found.len() < many {
            let Some(row) = rows.next_row()? else { break };
            if row.is_blank() {
                continue;
            }
            if wanted(place, &row) {
                found.push(row);
            }
            place += 1;
        }
        Ok(found)
    });
    reading.await.map_err(Error::internal)?
}

/// What is to be said of a row by itself, whatever is in the data.
fn said_of(maker: &Arc<Maker>, plan: &Plan, row: &Row) -> Vec<Said> {
    let mut row = row.clone();
    put_right(&mut row, &plan.corrections);
    let said = |grave, heading: String, value: String, say: Say| Said { grave, heading, value, say, record: String::new() };
    match maker.make(&row) {
        Ok(ready) => ready.warnings.into_iter().map(|warning| said(Grave::Warning, warning.column, warning.value, warning.say)).collect(),
        Err(fault) => vec![said(Grave::Error, fault.column, fault.value, fault.say)],
    }
}

/// The grid: a line of the file in each row, with what is to be said of it; and whether any cell may be written.
fn table(reader: &Reader, plan: &Plan, groups: &[Group], stretch: &Stretch, twins: &Twins) -> (String, bool) {
    let speech = &reader.speech;
    let going: Vec<usize> = plan.columns.to.iter().enumerate().filter(|(_, to)| !to.is_empty()).map(|(place, _)| place).collect();
    let all = going.len() * stretch.rows.len() <= MOST_INPUTS;
    let mut out = String::with_capacity(16 << 10);
    out.push_str("<thead><tr><th scope=\"col\" class=\"import-line\">");
    html::text(&mut out, speech.say("import-row"));
    out.push_str("</th>");
    for place in &going {
        out.push_str("<th scope=\"col\"><span>");
        html::text(&mut out, plan.header.get(*place).map_or("", String::as_str));
        out.push_str("</span><small>");
        html::text(&mut out, &offered::called(reader, groups, &plan.columns.to[*place]));
        out.push_str("</small></th>");
    }
    out.push_str("</tr></thead><tbody>");
    let mut writes = false;
    for shown in &stretch.rows {
        let faulty = shown.said.iter().any(|said| said.grave == Grave::Error);
        let corrected = plan.corrections.get(&shown.row.line);
        out.push_str(if faulty { "<tr class=\"faulty\">" } else { "<tr>" });
        out.push_str("<th scope=\"row\" class=\"import-line\">");
        html::text(&mut out, &shown.row.line.to_string());
        let whole: Vec<&Said> = shown.said.iter().filter(|said| !is_of(plan, &going, &said.heading)).collect();
        for said in &whole {
            sentence(&mut out, reader, said, true);
            twins.link(&mut out, said);
        }
        out.push_str("</th>");
        let inputs = all || !shown.said.is_empty();
        for place in &going {
            let heading = plan.header.get(*place).map_or("", |name| name.trim());
            let said: Vec<&Said> = shown.said.iter().filter(|said| !said.heading.is_empty() && said.heading == heading).collect();
            let fixed = corrected.and_then(|cells| cells.get(place));
            let text = fixed.map_or_else(|| shown.row.cells.get(*place).map_or("", String::as_str), String::as_str);
            let grave = said.iter().map(|said| said.grave.key()).next().unwrap_or("");
            out.push_str("<td");
            if !grave.is_empty() {
                html::attribute(&mut out, "data-grave", grave);
            }
            if fixed.is_some() {
                out.push_str(" class=\"corrected\"");
            }
            out.push('>');
            let present = *place < shown.row.cells.len();
            if inputs && present && !text.contains(['\n', '\r']) {
                writes = true;
                let name = format!("c.{}.{place}", shown.row.line);
                out.push_str("<input");
                html::attribute(&mut out, "name", &name);
                html::attribute(&mut out, "value", text);
                html::attribute(
                    &mut out,
                    "aria-label",
                    &speech.with("import-cell", &[("column", heading), ("line", &shown.row.line.to_string())]),
                );
                if !said.is_empty() {
                    html::attribute(&mut out, "aria-describedby", &format!("{name}.said"));
                    if grave == "error" {
                        out.push_str(" aria-invalid=\"true\"");
                    }
                }
                out.push('>');
                if !said.is_empty() {
                    out.push_str("<span");
                    html::attribute(&mut out, "id", &format!("{name}.said"));
                    out.push('>');
                    said.iter().for_each(|said| sentence(&mut out, reader, said, false));
                    out.push_str("</span>");
                }
            } else {
                out.push_str("<span class=\"import-text\">");
                html::text(&mut out, text);
                out.push_str("</span>");
                said.iter().for_each(|said| sentence(&mut out, reader, said, false));
            }
            out.push_str("</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody>");
    (out, writes)
}

/// Whether a sentence is about a column that is shown.
fn is_of(plan: &Plan, going: &[usize], heading: &str) -> bool {
    !heading.is_empty() && going.iter().any(|place| plan.header.get(*place).is_some_and(|name| name.trim() == heading))
}

fn sentence(out: &mut String, reader: &Reader, said: &Said, whole: bool) {
    out.push_str("<small class=\"import-said\"");
    html::attribute(out, "data-grave", said.grave.key());
    out.push('>');
    let text = reader.speech.sentence(&said.say);
    match whole && !said.heading.is_empty() {
        true => html::text(out, &format!("{}: {text}", said.heading)),
        false => html::text(out, &text),
    }
    out.push_str("</small>");
}

/// Keeps what was put right on a page, and goes on: the same page, trying it out, another page.
pub(super) async fn correct(named: Named, reader: Reader, form: Fields) -> Answer {
    let standing = found(&reader, &named).await?;
    let mut lines: BTreeMap<u64, Vec<(usize, String)>> = BTreeMap::new();
    for (name, value) in &form.0 {
        let mut parts = name.split('.');
        if let (Some("c"), Some(Ok(line)), Some(Ok(place)), None) =
            (parts.next(), parts.next().map(str::parse), parts.next().map(str::parse), parts.next())
        {
            lines.entry(line).or_default().push((place, value.clone()));
        }
    }
    let wanted: HashSet<u64> = lines.keys().copied().collect();
    let many = wanted.len();
    let rows = match many {
        0 => Vec::new(),
        _ => read(standing.file(reader.web.engine()).await?, &standing.plan, move |_, row| wanted.contains(&row.line), many).await?,
    };
    let mut plan = standing.plan.clone();
    for row in rows {
        for (place, value) in lines.remove(&row.line).unwrap_or_default() {
            let Some(original) = row.cells.get(place) else { continue };
            let cells = plan.corrections.entry(row.line).or_default();
            if *original == value {
                cells.remove(&place);
            } else {
                cells.insert(place, value);
            }
            if cells.is_empty() {
                plan.corrections.remove(&row.line);
            }
        }
    }
    if plan.corrected() > MOST_CORRECTIONS {
        return Err(Error::invalid("rows", Say::new("error-import-corrections").with("most", MOST_CORRECTIONS)).into());
    }
    let engine = reader.web.engine();
    if plan != standing.plan {
        runs::plan(engine, standing.id(), &plan).await?;
    }
    if form.get("do") == Some("trial") {
        runs::check(engine, &reader.who, standing.id()).await?;
        return Ok(onward(&reader, &format!("/imports/{}", standing.id())));
    }
    let page = form.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
    // What was tried out before is forgotten with the correction, and with it which rows had errors.
    let which = if plan == standing.plan { Which::asked(&form).key() } else { "all" };
    Ok(onward(&reader, &format!("/imports/{}/rows?which={which}&page={page}", standing.id())))
}

//! The import in the pages: a file comes, its columns are matched, its rows are looked at and put right, it is tried out, done by
//! a job, and told; and it can be undone whole.

mod columns;
mod detected;
mod jobs;
mod offered;
mod plan;
mod proofs;
mod report;
mod rows;
mod runs;
pub(super) mod saved;
mod upload;

#[cfg(test)]
mod tests;

pub(super) use jobs::{ALIKE, rehearse};
pub(super) use runs::{begin_scheduled, keep};

use super::entity::State;
use engine::{Slice, Slicing, Tx, Work};
use http::Method;
use kernel::{Error, Result, Say};
use meta::fields::Chosen;
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use web::pages::html;
use web::pages::reader::Reader;
use web::{Named, Policy, Rate, Route, Routes};

/// What the pages of imports register.
pub fn slice() -> Slice {
    Slice::new("import-pages")
        .job(jobs::Check)
        .job(jobs::Import)
        .job(jobs::Undo)
        .job(jobs::LookAlike)
        .job(jobs::Sweep)
        .every("17 4 * * *", jobs::SWEEP)
        .words(include_str!("words.toml"))
}

/// The routes of imports. Whose a run is, and whether he may import, the handlers find out: somebody else's is not found.
pub fn routes(routes: Routes) -> Routes {
    let get = |path| Route::page(Method::GET, path, Policy::SignedIn, Rate::Person, "", "");
    let heavy = |path, input, audit| {
        let method = if str::is_empty(input) { Method::GET } else { Method::POST };
        Route::page(method, path, Policy::SignedIn, Rate::Heavy, input, audit)
    };
    let post = |path, input, audit| Route::page(Method::POST, path, Policy::SignedIn, Rate::Person, input, audit);
    super::scheduled::routes(routes)
        .add(get("/imports"), report::all)
        .add(get("/imports/new"), upload::ask)
        .add(Route::page(Method::POST, "/imports/new", Policy::SignedIn, Rate::Upload, "Files", "import-file"), upload::take)
        .add(get("/imports/{id}"), report::show)
        .add(heavy("/imports/{id}/columns", "", ""), columns::show)
        .add(heavy("/imports/{id}/columns", "Columns", "import-columns"), columns::choose)
        .add(get("/imports/mappings"), saved::show)
        .add(post("/imports/mappings/{mapping}", "Mapping", "import-mapping"), saved::rename)
        .add(post("/imports/mappings/{mapping}/removal", "MappingRemoval", "import-mapping-removal"), saved::remove)
        .add(heavy("/imports/{id}/mapping", "MappingTaken", "import-mapping-taken"), saved::take_up)
        .add(heavy("/imports/{id}/keeping", "MappingKept", "import-mapping"), saved::keep)
        .add(heavy("/imports/{id}/reading", "Reading", "import-reading"), detected::correct)
        .add(heavy("/imports/{id}/rows", "", ""), rows::show)
        .add(heavy("/imports/{id}/rows", "Rows", "import-rows"), rows::correct)
        .add(post("/imports/{id}/trial", "Trial", "import-trial"), report::check)
        .add(post("/imports/{id}/start", "Start", "import"), report::start)
        .add(post("/imports/{id}/stop", "Stop", "import-stop"), report::stop)
        .add(post("/imports/{id}/undo", "Undo", "import-undo"), report::undo)
        .add(post("/imports/{id}/again", "Again", "import-file"), report::again)
        .add(post("/imports/{id}/removal", "Removal", "import-removal"), report::discard)
        .add(heavy("/imports/{id}/errors.csv", "", "export"), report::errors)
        .add(heavy("/imports/{id}/report.csv", "", "export"), report::report)
}

/// The run that the address names, for whoever may import.
async fn found(reader: &Reader, named: &Named) -> Result<runs::Standing> {
    let standing = runs::standing(reader.web.engine(), &reader.who, named.id("id")?).await?;
    may_import(reader)?;
    Ok(standing)
}

fn may_import(reader: &Reader) -> Result<()> {
    if reader.who.role.import { Ok(()) } else { Err(Error::Forbidden(Say::new("error-import-power"))) }
}

/// Work of one transaction.
pub(crate) fn in_tx<T, F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T> + Send + 'static>(work: F) -> F {
    work
}

/// Work of one slice.
pub(super) fn in_slice<T, F: for<'s> FnOnce(&'s mut Slicing<'_>) -> Work<'s, T> + Send + 'static>(work: F) -> F {
    work
}

/// A sentence, as it is kept.
pub(super) fn packed(say: &Say) -> String {
    let with: Vec<[&str; 2]> = say.with.iter().map(|(name, value)| [name.as_ref(), value.as_str()]).collect();
    json!({ "key": say.key, "with": with }).to_string()
}

/// A sentence, as it was kept.
pub(super) fn unpacked(packed: &str) -> Say {
    let json: Json = serde_json::from_str(packed).unwrap_or_default();
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let with = json["with"].as_array().into_iter().flatten().map(|pair| (Cow::Owned(text(&pair[0])), text(&pair[1]))).collect();
    Say { key: Cow::Owned(text(&json["key"])), with }
}

/// The steps of an import and where one stands, as markup; `to` is the run, once there is one.
fn steps(reader: &Reader, here: usize, run: Option<&runs::Standing>) -> String {
    let open = run.filter(|run| matches!(run.state, State::Draft | State::Checked));
    let links = open.map(|run| [String::new(), format!("/imports/{}/columns", run.id()), format!("/imports/{}/rows", run.id())]);
    let mut out = String::from("<ol class=\"import-steps\">");
    for (place, key) in ["import-step-file", "import-step-columns", "import-step-rows", "import-step-done"].into_iter().enumerate() {
        out.push_str("<li");
        if place == here {
            out.push_str(" aria-current=\"step\"");
        } else if place < here {
            out.push_str(" class=\"past\"");
        }
        out.push('>');
        let link = links.as_ref().and_then(|links| links.get(place)).filter(|link| !link.is_empty() && place < here);
        match link {
            Some(link) => {
                out.push_str("<a");
                html::attribute(&mut out, "href", link);
                out.push('>');
                html::text(&mut out, reader.speech.say(key));
                out.push_str("</a>");
            }
            None => html::element(&mut out, "span", reader.speech.say(key)),
        }
        out.push_str("</li>");
    }
    out.push_str("</ol>");
    out
}

/// A number in a sentence that counts.
fn counting(reader: &Reader, key: &str, count: i64) -> String {
    let number = grouped(reader, count);
    reader.speech.with(key, &[("count", &count.to_string()), ("number", &number)])
}

/// A number as people read it.
pub(crate) fn grouped(reader: &Reader, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let between = if reader.speech.language == kernel::Language::Italian { '.' } else { ',' };
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(between);
        }
        out.push(digit);
    }
    out
}

/// How a state is called, and how it sounds.
fn stands(reader: &Reader, run: &runs::Standing) -> (String, &'static str) {
    if run.undone {
        return (reader.speech.say("import-undone").to_owned(), "open");
    }
    let tone = match run.state {
        State::Draft | State::Checked | State::Stopped => "open",
        State::Checking | State::Running | State::Undoing => "accent",
        State::Done if run.count(&super::entity::ERRORS) > 0 => "warn",
        State::Done => "good",
        State::Failed => "bad",
    };
    (reader.speech.choice("import_run", "state", run.state.key()), tone)
}

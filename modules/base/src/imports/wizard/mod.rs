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
use engine::Slice;
use http::Method;
use kernel::{Error, Result, Say};
use meta::fields::Chosen;
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

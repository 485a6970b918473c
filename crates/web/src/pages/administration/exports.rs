//! How files go out: whether CSV files keep sheets from reckoning with their cells.

use crate::form::Fields;
use crate::pages::access::input::Input;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use http::StatusCode;

/// Where it stands.
pub(super) const ADDRESS: &str = "/administration/exports";

#[derive(Template)]
#[template(path = "exports.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    guard: Input,
    guarded: bool,
}

pub(super) async fn show(State(web): State<Web>, reader: Reader) -> Answer {
    let guarded = web.engine().guards_csv().await?;
    let guard = Input::new(&reader.speech, "exports", "guard", "switch", if guarded { "true" } else { "" });
    rendered(&reader, StatusCode::OK, &Page { title: reader.speech.say("administration-exports"), guard, guarded, reader: &reader })
}

pub(super) async fn set(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    web.engine().guard_csv(&reader.who, fields.get("guard").is_some()).await?;
    onward_saying(&reader, ADDRESS, "said-saved", "", None)
}

//! What a page shows when something went wrong: what happened, what was kept, what to do.

use crate::Web;
use crate::pages::answer;
use crate::pages::reader::Reader;
use crate::pages::speech::Speech;
use crate::problem::Shown;
use askama::Template;
use http::HeaderMap;

#[derive(Template)]
#[template(path = "error-inside.html")]
struct Inside<'e> {
    reader: &'e Reader,
    title: &'e str,
    code: u16,
    detail: &'e str,
    problems: &'e [(&'e str, String)],
    id: Option<&'e str>,
}

#[derive(Template)]
#[template(path = "error-outside.html")]
struct Outside<'e> {
    reader: &'e Stranger,
    title: &'e str,
    code: u16,
    detail: &'e str,
    problems: &'e [(&'e str, String)],
    id: Option<&'e str>,
}

/// Whoever is not known.
struct Stranger {
    speech: Speech,
    theme: &'static str,
    csrf: &'static str,
}

/// The page of a failure: in the frame for whoever is known, alone for everybody else.
pub(crate) fn show(web: &Web, shown: &Shown<'_>) -> String {
    let code = shown.status.as_u16();
    let speech = Speech::new(web, shown.language);
    let title = speech.known(&format!("error-page-{code}")).unwrap_or(shown.title).to_owned();
    let (detail, problems, id) = (shown.detail, shown.problems.as_slice(), shown.id);
    let made = match shown.caller {
        Some(caller) => {
            let reader = Reader::new(web, caller, &HeaderMap::new());
            answer::markup(&Inside { reader: &reader, title: &title, code, detail, problems, id })
        }
        None => {
            let reader = Stranger { speech, theme: "system", csrf: "" };
            answer::markup(&Outside { reader: &reader, title: &title, code, detail, problems, id })
        }
    };
    // A page that can't be made must not hide what it was to say.
    made.unwrap_or_else(|_| crate::pages::html::escaped(detail))
}

//! Pages for people who have no user here: whoever got a mailing, or a link.

use crate::caller::Visitor;
use crate::pages::answer;
use crate::pages::sign_in::Door;
use crate::pages::speech::Speech;
use crate::{Answer, Failure, Web};
use askama::Template;
use axum::extract::FromRequestParts;
use http::header::{HeaderValue, REFERRER_POLICY};
use http::request::Parts;
use http::{HeaderMap, StatusCode};

/// Whoever comes with a link and is known by nothing else.
pub struct Outsider {
    /// The installation.
    pub web: Web,
    /// Words in the language of his browser.
    pub speech: Speech,
    visitor: Visitor,
    headers: HeaderMap,
}

#[derive(Template)]
#[template(path = "entry-page.html")]
struct EntryPage<'p> {
    reader: &'p Door,
    title: &'p str,
    lead: &'p str,
    inside: &'p str,
}

impl Outsider {
    /// A page outside of the frame: its title, a sentence, and markup that is safe. Where he goes on from it nobody learns the link.
    pub fn page(&self, title: &str, lead: &str, inside: &str) -> Answer {
        let door = Door::new(&self.web, &self.visitor, &self.headers);
        let mut page = answer::html(StatusCode::OK, answer::markup(&EntryPage { reader: &door, title, lead, inside })?);
        page.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        Ok(page)
    }
}

impl FromRequestParts<Web> for Outsider {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Outsider, Failure> {
        let visitor = Visitor::from_request_parts(parts, web).await?;
        Ok(Outsider { web: web.clone(), speech: Speech::new(web, visitor.language), visitor, headers: parts.headers.clone() })
    }
}

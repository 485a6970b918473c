//! Seeing as somebody else: an administrator looks at the pages with the eyes and the rights of another person, and changes
//! nothing. A cookie says as whom, sealed to his session; the audit goes on knowing who it was.

use crate::caller::Caller;
use crate::problem::Failure;
use crate::route::{Policy, Rate, Route, Routes};
use crate::state::Web;
use crate::{Answer, Named};
use engine::Through;
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use kernel::{Error, Id, Result, Say};

/// The purpose that the cookie is sealed for.
const PURPOSE: &str = "seeing";
/// What may be sent meanwhile: the end of it, and of the session.
const MEANWHILE: [&str; 2] = ["/seeing/end", "/sign-out"];

/// Who it really is, that sees as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeing {
    /// The administrator.
    pub user: Id,
    /// His name.
    pub name: String,
}

/// The routes of seeing as another.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::POST, "/users/{id}/seeing", "Seeing", "see-as"), begin)
        .add(Route::page(Method::POST, "/seeing/end", Policy::SignedIn, Rate::Person, "Seeing", "see-as-end"), end)
}

impl Web {
    fn seeing_cookie(&self) -> &'static str {
        if self.secure() { "__Host-seeing" } else { "seeing" }
    }

    /// The same caller as whom his cookie says, where he still administers and the other still comes in.
    pub(crate) async fn seeing(&self, caller: Caller, headers: &HeaderMap) -> Result<Caller> {
        let Some(sealed) = crate::pages::cookie(headers, self.seeing_cookie()) else { return Ok(caller) };
        let (Some(session), Some(user), true) = (&caller.session, caller.who.user, caller.who.role.administer) else { return Ok(caller) };
        let Some((id, code)) = sealed.split_once('.') else { return Ok(caller) };
        let right = crate::seal::same(code.as_bytes(), self.seal().letters(PURPOSE, format!("{session}/{id}").as_bytes()).as_bytes());
        let Some(other) = id.parse::<Id>().ok().filter(|_| right) else { return Ok(caller) };
        let Some(other) = self.engine().principal_of(other, Through::Pages).await? else { return Ok(caller) };
        let really = Seeing { user, name: caller.who.name.clone() };
        Ok(Caller { who: other.looking(), seeing: Some(really), ..caller })
    }

    fn seeing_as(&self, value: &str, age: u32) -> Result<HeaderValue> {
        let secure = if self.secure() { "; Secure" } else { "" };
        let cookie = format!("{}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", self.seeing_cookie());
        HeaderValue::from_str(&cookie).map_err(Error::internal)
    }
}

/// Refuses what would change something while somebody sees as another.
pub(crate) fn only_looks(route: &Route, caller: Option<&Caller>) -> Result<(), Failure> {
    let sees = caller.is_some_and(|caller| caller.seeing.is_some());
    if sees && !route.method.is_safe() && !MEANWHILE.contains(&route.path) {
        return Err(Failure::status(StatusCode::FORBIDDEN, Say::new("error-seeing")));
    }
    Ok(())
}

async fn begin(axum::extract::State(web): axum::extract::State<Web>, caller: Caller, named: Named) -> Answer {
    let id = named.id("id")?;
    let other = web.engine().principal_of(id, Through::Pages).await?.ok_or(Error::NotFound)?;
    if caller.who.user == other.user {
        return Err(Error::invalid("id", Say::new("error-seeing-self")).into());
    }
    let session = caller.session.as_deref().unwrap_or_default();
    let code = web.seal().letters(PURPOSE, format!("{session}/{id}").as_bytes());
    // A working day at most: whoever forgets it is himself again tomorrow.
    leading(&web, "/", &format!("{id}.{code}"), 28_800)
}

async fn end(axum::extract::State(web): axum::extract::State<Web>, caller: Caller) -> Answer {
    let back = caller.who.user.map_or("/".to_owned(), |user| format!("/users/{user}"));
    leading(&web, &back, "", 0)
}

fn leading(web: &Web, onward: &str, value: &str, age: u32) -> Answer {
    let mut response = crate::pages::answer::to(onward);
    response.headers_mut().append(header::SET_COOKIE, web.seeing_as(value, age)?);
    Ok(response)
}

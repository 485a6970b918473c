//! Signing in through the company's own provider: there, back, and bound to one's account.

use super::security::{me, unproved};
use crate::caller::Visitor;
use crate::form::Asking;
use crate::pages::access::second_step;
use crate::pages::answer::{self, notice_as, onward_saying, to};
use crate::pages::coming_in::{self, Coming};
use crate::pages::reader::{Reader, cookie};
use crate::pages::sign_in::{safe, take_place};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use axum::extract::State;
use axum::response::Response;
use engine::identity::{Entry, Leading, Returned};
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use kernel::Error;

/// The cookie of whoever is at the provider.
const COOKIE: &str = "scheda_away";

/// The routes of the company's provider.
pub(super) fn routes(routes: Routes) -> Routes {
    let own = |method, path, input, audit| Route::page(method, path, Policy::SignedIn, Rate::Person, input, audit);
    routes
        .add(Route::page(Method::GET, "/sign-in/company", Policy::Public, Rate::OpenForm, "", ""), lead)
        .add(Route::page(Method::GET, "/sign-in/company/return", Policy::Public, Rate::OpenForm, "", "sign-in-company"), back)
        .add(own(Method::GET, "/preferences/security/company", "", ""), bind)
        .add(own(Method::POST, "/preferences/security/company/removal", "CompanyRemoval", "company-unbound"), unbind)
}

/// Off to the provider, with a cookie by which this browser comes back.
fn away(web: &Web, leading: &Leading) -> Answer {
    let mut response = answer::to(&leading.address);
    let secure = if web.secure() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/sign-in; Max-Age=600; HttpOnly; SameSite=Lax{secure}", leading.state);
    response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_str(&cookie).map_err(Error::internal)?);
    Ok(untold(response))
}

/// Nobody is told the addresses of this way.
fn untold(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn lead(State(web): State<Web>, headers: HeaderMap, Asking(asked): Asking) -> Answer {
    let next = safe(asked.get("next").unwrap_or_default());
    away(&web, &web.engine().lead_to_provider(next, None, &crate::headers::origin_of(&web, &headers)).await?)
}

async fn bind(State(web): State<Web>, reader: Reader) -> Answer {
    if let Some(proof) = unproved(&reader) {
        return proof;
    }
    away(&web, &web.engine().lead_to_provider("/preferences/security", Some(me(&reader)?), &reader.origin).await?)
}

async fn unbind(State(web): State<Web>, reader: Reader) -> Answer {
    if let Some(proof) = unproved(&reader) {
        return proof;
    }
    web.engine().unbind(me(&reader)?).await?;
    onward_saying(&reader, "/preferences/security", "said-factor-removed", "", None)
}

async fn back(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, Asking(asked): Asking) -> Answer {
    let text = |name: &str| asked.get(name).unwrap_or_default();
    let refused = || Ok(untold(to("/sign-in?said=company")));
    // Only the browser that went there comes back.
    let state = text("state");
    if !cookie(&headers, COOKIE).is_some_and(|went| crate::seal::same(went.as_bytes(), state.as_bytes())) {
        return refused();
    }
    let (address, coming) = (crate::headers::origin_of(&web, &headers), Coming::of(&web, &visitor, &headers));
    let signed_in = visitor.caller.as_ref().and_then(|caller| caller.who.user);
    let returned = web.engine().back_from_provider(state, text("code"), asked.get("iss"), signed_in, &address, coming.device()).await?;
    let mut response = match returned {
        Returned::Entered(entry, user, next) => match *entry {
            Entry::In(session) => {
                take_place(&web, &visitor).await?;
                coming_in::on_to(&web, safe(&next), &web.engine().email_of(user).await?, &session)?
            }
            Entry::Half(secret) => second_step::lead(&web, &secret, safe(&next))?,
        },
        Returned::Bound => to("/preferences/security"),
        Returned::Unknown => to("/sign-in?said=company-unknown"),
        Returned::Refused => match &visitor.caller {
            Some(caller) => {
                let reader = Reader::new(&web, caller, &headers);
                notice_as(&reader, StatusCode::CONFLICT, reader.speech.say("company-refused"), "/preferences/security")?
            }
            None => return refused(),
        },
    };
    let gone = HeaderValue::from_static("scheda_away=; Path=/sign-in; Max-Age=0; HttpOnly; SameSite=Lax");
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(untold(response))
}

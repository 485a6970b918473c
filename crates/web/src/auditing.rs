//! What a request leaves in the audit. The guard of each route decides it from what the route declares, so that no handler
//! can forget it: who came in or did not, what was refused, who saw a card, read whole lists or took them away, and whatever
//! is changed that is no ordinary record, which the history keeps.

use crate::Web;
use crate::caller::Caller;
use crate::pages::administration::looks_after;
use crate::route::{Face, Policy, Route};
use axum::extract::Request;
use engine::audit::Entry;
use http::header::{HeaderMap, SET_COOKIE};
use http::{Method, StatusCode};
use kernel::Id;
use std::net::IpAddr;

/// What everybody arranges for himself, and nobody needs to know.
const TRIFLES: [&str; 17] = [
    "theme",
    "density",
    "keys",
    "notifications",
    "language",
    "dismiss-steps",
    "read-notifications",
    "read-notification",
    "keep-favourite",
    "keep-view",
    "change-view",
    "remove-view",
    "build-filter",
    "try-layout",
    "try-form",
    "profile",
    "passkey-question",
];
/// What of ordinary records is kept nevertheless: it is about many of them.
const OF_MANY: [&str; 5] = ["bulk", "undo", "stop-bulk", "merge", "unmerge"];
/// The pages and addresses that show one record.
const CARDS: [&str; 2] = ["/{plural}/{id}", "/api/v1/{plural}/{id}"];
/// The address that gives records by the hundred.
const LIST: &str = "/api/v1/{plural}";
/// Letters of an address that are kept.
const MOST: usize = 200;

/// What the audit has to know of a request before it is gone.
pub(crate) struct Trace {
    method: Method,
    path: String,
}

impl Trace {
    /// Of a request.
    pub(crate) fn of(request: &Request) -> Trace {
        Trace { method: request.method().clone(), path: request.uri().path().chars().take(MOST).collect() }
    }

    /// The part of the address at a name of the route.
    fn at(&self, route: &Route, name: &str) -> Option<&str> {
        let (mut known, mut asked) = (route.path.split('/'), self.path.split('/'));
        known.position(|part| part == name).and_then(|place| asked.nth(place))
    }

    fn entry(&self, web: &Web, route: &Route, event: &str, caller: Option<&Caller>, from: IpAddr) -> Entry {
        let model = web.engine().model();
        let written = self.at(route, "{plural}").and_then(|plural| model.plural(plural)).or_else(|| {
            // `/users/{id}/password` names its entity outright.
            route.path.split('/').find_map(|part| model.plural(part)).filter(|entity| looks_after(entity))
        });
        Entry {
            user: caller.and_then(|caller| caller.person()),
            through: if route.face == Face::Api { "api" } else { "pages" }.to_owned(),
            entity: written.map(|entity| entity.key.to_owned()).unwrap_or_default(),
            record: self.at(route, "{id}").and_then(|id| id.parse::<Id>().ok()),
            detail: format!("{} {}", self.method, self.path),
            address: from.to_string(),
            ..Entry::new(event)
        }
    }
}

/// Keeps what a request did. What could not be kept is in the log, and changes no answer.
pub(crate) async fn keep(
    web: &Web,
    route: &Route,
    trace: &Trace,
    caller: Option<&Caller>,
    from: IpAddr,
    status: StatusCode,
    headers: &HeaderMap,
) {
    let good = status.is_success() || status.is_redirection();
    let entry = |event: &str| trace.entry(web, route, event, caller, from);
    if good && caller.is_some() && route.method == Method::GET {
        if CARDS.contains(&route.path) {
            return web.engine().audit_soon(Entry { hourly: true, detail: String::new(), ..entry("view") });
        }
        if route.path == LIST {
            return web.engine().audit_soon(Entry { hourly: true, detail: String::new(), ..entry("read-list") });
        }
    }
    let kept = if let Some(secret) = good.then(|| signed_in(web, headers)).flatten() {
        // Whoever comes in is known by the session that he is given.
        let user = web.engine().session(secret).await.ok().flatten().and_then(|session| session.who.user);
        Some(Entry { user, ..entry(route.audit) })
    } else if status == StatusCode::FORBIDDEN && caller.is_some() {
        Some(entry("denied"))
    } else if route.audit == "sign-in" && !good {
        Some(entry("sign-in-failed"))
    } else if good && matters(web, route, trace) {
        Some(entry(route.audit))
    } else {
        None
    };
    if let Some(entry) = kept
        && let Err(error) = web.engine().audit(entry).await
    {
        tracing::error!(%error, "a request is not in the audit");
    }
}

/// Whether a change is one that the history of records does not tell.
fn matters(web: &Web, route: &Route, trace: &Trace) -> bool {
    if route.audit.is_empty() || TRIFLES.contains(&route.audit) || route.audit == "sign-in" {
        return false;
    }
    if route.policy == Policy::Administrator || route.audit == "export" || OF_MANY.contains(&route.audit) {
        return true;
    }
    match trace.at(route, "{plural}") {
        Some(plural) => web.engine().model().plural(plural).is_some_and(|entity| looks_after(entity)),
        None => true,
    }
}

/// The secret of the session that an answer gives.
fn signed_in<'h>(web: &Web, headers: &'h HeaderMap) -> Option<&'h str> {
    let given = headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()?.split(';').next()?.split_once('='));
    given.filter(|(name, secret)| *name == web.cookie_name() && !secret.is_empty()).map(|(_, secret)| secret).next()
}

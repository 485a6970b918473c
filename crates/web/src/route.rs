//! The table of routes. A route says who may take it, how often, what it reads and what it leaves in the log, before it
//! has a handler; the router is made from this table and from nothing else, and the guard of each route keeps what it
//! says before the handler runs.

use crate::auditing::{self, Trace};
use crate::caller::{Caller, Named, Of, accepted};
use crate::headers::{from_own_page, network, sender};
use crate::problem::{self, ErrorPage, Failure};
use crate::seal::same;
use crate::seeing::only_looks;
use crate::state::Web;
use crate::{form, headers};
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use engine::principal::Verb;
use futures_util::FutureExt;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use kernel::{Error, Language, Say};
use meta::Filter;
use std::any::Any;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Longer bodies are refused, but where files come in.
const MOST_BYTES: usize = 2 << 20;

/// Who may take a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Anybody.
    Public,
    /// Whoever has the secret of the console, while there is no administrator yet. Not found afterwards.
    SetUp,
    /// Whoever is signed in.
    SignedIn,
    /// Administrators.
    Administrator,
    /// Whoever may do this with the public entity that `{plural}` names; in an address with the `{id}` of a record, [`Policy::Record`].
    Entity(Verb),
    /// Whoever may do this with the record `{id}` of the public entity that `{plural}` names: not found for whoever may not
    /// see it, forbidden for whoever may see it but not do this.
    Record(Verb),
}

/// Whom a route speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// A browser, known by its cookie.
    Page,
    /// A program, known by its token.
    Api,
    /// Whoever loads styles and scripts.
    Asset,
    /// A browser that listens, known by its cookie.
    Stream,
}

impl Face {
    /// The face that an address without a route shows.
    pub(crate) fn of(path: &str) -> Face {
        match path {
            path if path.starts_with("/api/") => Face::Api,
            path if path.starts_with("/assets/") || path == "/healthz" => Face::Asset,
            _ => Face::Page,
        }
    }
}

/// How often a route may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rate {
    /// Not counted.
    Free,
    /// As often as a person clicks: not counted.
    Person,
    /// As often as the limit for tokens allows.
    Api,
    /// Few side by side for one person, whoever is waiting behind them: lists, counts, search, whose cost the asker decides.
    Heavy,
    /// So many a minute from one network address: forms without a signing in.
    OpenForm,
    /// So many a minute from one person, and long bodies: files.
    Upload,
}

/// How a route knows that no other site sent the request in the caller's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Csrf {
    /// It changes nothing.
    Safe,
    /// A token in a header, which no other site can send.
    Bearer,
    /// The browser says where the form stood; nobody is signed in yet.
    Origin,
    /// The same, and the form carries the session's token.
    Token,
}

/// A route, as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with names in braces.
    pub path: &'static str,
    /// Who may take it.
    pub policy: Policy,
    /// Whom it speaks to.
    pub face: Face,
    /// How often.
    pub rate: Rate,
    /// How forgery is kept out.
    pub csrf: Csrf,
    /// What it reads: the name of its input; empty for none.
    pub input: &'static str,
    /// What it leaves in the log; empty for what only asks.
    pub audit: &'static str,
}

impl Route {
    /// A route of the given face. What changes something has a name for its input and for the log.
    pub fn new(
        face: Face,
        method: Method,
        path: &'static str,
        policy: Policy,
        rate: Rate,
        input: &'static str,
        audit: &'static str,
    ) -> Route {
        // What has the id of a record in its address is about that record.
        let policy = match policy {
            Policy::Entity(verb) if path.contains("{plural}/{id}") => Policy::Record(verb),
            other => other,
        };
        let csrf = match (face, policy) {
            _ if method.is_safe() => Csrf::Safe,
            (Face::Api, _) => Csrf::Bearer,
            (_, Policy::Public | Policy::SetUp) => Csrf::Origin,
            _ => Csrf::Token,
        };
        assert!(
            method.is_safe() || !audit.is_empty() && !input.is_empty(),
            "{method} {path} says neither what it reads nor what it leaves"
        );
        Route { method, path, policy, face, rate, csrf, input, audit }
    }

    /// A page, or a part of one.
    pub fn page(method: Method, path: &'static str, policy: Policy, rate: Rate, input: &'static str, audit: &'static str) -> Route {
        Route::new(Face::Page, method, path, policy, rate, input, audit)
    }

    /// A page of administrators, or what it does.
    pub fn administration(method: Method, path: &'static str, input: &'static str, audit: &'static str) -> Route {
        Route::page(method, path, Policy::Administrator, Rate::Person, input, audit)
    }

    /// An address of the API.
    pub fn api(method: Method, path: &'static str, policy: Policy, rate: Rate, input: &'static str, audit: &'static str) -> Route {
        Route::new(Face::Api, method, path, policy, rate, input, audit)
    }
}

/// The routes of an installation, and their handlers.
#[derive(Default)]
pub struct Routes {
    all: Vec<(Route, MethodRouter<Web>)>,
    error_page: Option<ErrorPage>,
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Routes {
        Routes::default()
    }

    /// The routes of the platform itself: health, assets, live.
    pub fn platform() -> Routes {
        let routes = crate::health::routes(Routes::new());
        crate::live::routes(crate::assets::routes(routes))
    }

    /// The same with one more.
    pub fn add<H, T>(mut self, route: Route, handler: H) -> Routes
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        let filter = match route.method {
            Method::GET => MethodFilter::GET,
            Method::POST => MethodFilter::POST,
            Method::PUT => MethodFilter::PUT,
            Method::PATCH => MethodFilter::PATCH,
            Method::DELETE => MethodFilter::DELETE,
            ref other => panic!("no route takes {other}"),
        };
        self.all.push((route, on(filter, handler)));
        self
    }

    /// The same, showing failures of pages with this page.
    pub fn error_page(mut self, page: ErrorPage) -> Routes {
        self.error_page = Some(page);
        self
    }

    /// The router, every route behind its guard.
    pub(crate) fn router(self, web: &Web) -> axum::Router {
        let mut router = axum::Router::new();
        let mut table = Vec::with_capacity(self.all.len());
        for (route, handler) in self.all {
            let guarded = handler.route_layer(from_fn_with_state((web.clone(), Arc::new(route.clone())), guard));
            router = router.route(route.path, guarded);
            table.push(route);
        }
        web.wire(table, self.error_page);
        router
            .fallback(unknown)
            .method_not_allowed_fallback(not_allowed)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .layer(from_fn_with_state(web.clone(), headers::around))
            .with_state(web.clone())
    }
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all.iter().map(|(route, _)| route)).finish()
    }
}

async fn unknown(State(web): State<Web>, request: Request) -> Response {
    let face = Face::of(request.uri().path());
    problem::answer(&web, Error::NotFound.into(), face, accepted(request.headers()), None, is_fragment(&request))
}

async fn not_allowed(State(web): State<Web>, request: Request) -> Response {
    let face = Face::of(request.uri().path());
    let failure = Failure::status(StatusCode::METHOD_NOT_ALLOWED, Say::new("error-method"));
    problem::answer(&web, failure, face, accepted(request.headers()), None, is_fragment(&request))
}

/// Whether a part of a page was asked for.
fn is_fragment(request: &Request) -> bool {
    request.headers().contains_key("hx-request")
}

/// What the guard knows of a request by the time it fails.
struct Asking {
    language: Language,
    caller: Option<Caller>,
    fragment: bool,
    here: Option<String>,
    from: IpAddr,
}

/// Keeps what a route declares.
async fn guard(State((web, route)): State<(Web, Arc<Route>)>, request: Request, next: Next) -> Response {
    let mut asking = Asking {
        language: accepted(request.headers()),
        caller: None,
        fragment: is_fragment(&request),
        from: sender(request.extensions()),
        here: here(route.face, &request),
    };
    let trace = Trace::of(&request);
    let ran = AssertUnwindSafe(admit(&web, &route, request, next, &mut asking)).catch_unwind().await;
    let failure = match ran {
        Ok(Ok(mut response)) => match problem::carried(&mut response) {
            None => {
                note(&route, &asking, response.status());
                auditing::keep(&web, &route, &trace, asking.caller.as_ref(), asking.from, response.status(), response.headers()).await;
                return response;
            }
            Some(failure) => failure,
        },
        Ok(Err(failure)) => failure,
        Err(panic) => Error::Internal(format!("panic at {} {}: {}", route.method, route.path, said(&panic))).into(),
    };
    note(&route, &asking, failure.code());
    auditing::keep(&web, &route, &trace, asking.caller.as_ref(), asking.from, failure.code(), &HeaderMap::new()).await;
    if failure.code() == StatusCode::UNAUTHORIZED && route.face == Face::Page {
        return to_sign_in(&asking);
    }
    problem::answer(&web, failure, route.face, asking.language, asking.caller.as_ref(), asking.fragment)
}

/// The page that somebody is on: where he is led back to once he signed in again. A part of a page says on which it stands.
fn here(face: Face, request: &Request) -> Option<String> {
    if face != Face::Page {
        return None;
    }
    if is_fragment(request) {
        let stands: http::Uri = request.headers().get("hx-current-url")?.to_str().ok()?.parse().ok()?;
        return stands.path_and_query().map(|here| here.as_str().to_owned());
    }
    let asked = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    asked.map(|here| here.as_str().to_owned())
}

async fn admit(web: &Web, route: &Route, mut request: Request, next: Next, asking: &mut Asking) -> Result<Response, Failure> {
    request = limited(web, route, request)?;
    if matches!(route.face, Face::Page | Face::Stream) && from_own_page(web, request.headers()) == Some(false) {
        let harmless = route.csrf == Csrf::Safe && route.face == Face::Page;
        if !harmless {
            return Err(Failure::status(StatusCode::FORBIDDEN, Say::new("error-forged")));
        }
    }
    let caller = match route.face {
        Face::Page | Face::Stream => web.by_cookie(request.headers()).await?,
        Face::Api => web.by_bearer(request.headers()).await?,
        Face::Asset => None,
    };
    if let Some(caller) = &caller {
        asking.language = caller.language;
    }
    asking.caller = match caller {
        Some(caller) if route.face == Face::Page => Some(web.seeing(caller, request.headers()).await?),
        other => other,
    };
    only_looks(route, asking.caller.as_ref())?;
    let address = asking.from;
    let subject = || match &asking.caller {
        Some(Caller { who, .. }) => who.user.map(|id| id.to_string()).unwrap_or_default(),
        None => network(address).to_string(),
    };
    // A note without files is a form like any other.
    let files = route.face == Face::Api || form::media_type(request.headers()) == "multipart/form-data";
    let counted = route.rate != Rate::Upload || files;
    // Where nobody need be signed in, whoever is refused was trying, and is counted too.
    let open = route.rate == Rate::OpenForm;
    if counted && open {
        web.limits().count(route, &subject, web.engine().now())?;
    }
    permit(web, route, &mut request, asking.caller.as_ref()).await?;
    if let Some(Caller { lacks_factor: true, .. }) = &asking.caller
        && !opens_to_whoever_lacks(route)
    {
        return lacking(route, asking.fragment);
    }
    if counted && !open {
        web.limits().count(route, &subject, web.engine().now())?;
    }
    let heavy = if route.rate == Rate::Heavy { Some(web.limits().begin(subject()).await?) } else { None };
    if route.csrf == Csrf::Token {
        request = unforged(request, asking.caller.as_ref()).await?;
    }
    if let Some(caller) = &asking.caller {
        request.extensions_mut().insert(caller.clone());
    }
    let response = next.run(request).await;
    let Some(heavy) = heavy.filter(|_| response.body().size_hint().exact().is_none()) else { return Ok(response) };
    // What is written while it is read goes on until it is sent.
    Ok(response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _going_on = &heavy;
            frame
        }))
    }))
}

/// Bodies are never read beyond what is taken.
fn limited(web: &Web, route: &Route, request: Request) -> Result<Request, Failure> {
    let most = match route.rate {
        Rate::Upload => usize::try_from(crate::uploads::most_bytes(web.limits().measures().upload_bytes)).unwrap_or(usize::MAX),
        _ => MOST_BYTES,
    };
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > most) {
        return Err(Failure::status(StatusCode::PAYLOAD_TOO_LARGE, Say::new("error-too-large")));
    }
    if told.is_none_or(|told| told == 0) && !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Ok(request);
    }
    Ok(request.map(|body| Body::new(http_body_util::Limited::new(body, most))))
}

async fn permit(web: &Web, route: &Route, request: &mut Request, caller: Option<&Caller>) -> Result<(), Failure> {
    match route.policy {
        Policy::Public => return Ok(()),
        Policy::SetUp => return console(web, request).await,
        _ => {}
    }
    let caller = caller.ok_or_else(Failure::nobody)?;
    match route.policy {
        Policy::Public | Policy::SetUp | Policy::SignedIn => {}
        Policy::Administrator => caller.who.administers()?,
        Policy::Entity(verb) => named_entity(request, caller, verb).await?,
        Policy::Record(verb) => named_record(web, request, caller, verb).await?,
    }
    Ok(())
}

/// The public entity that the address names; one that the caller may not see is as unknown as one that never was.
async fn named_entity(request: &mut Request, caller: &Caller, verb: Verb) -> Result<(), Failure> {
    let (mut parts, body) = std::mem::take(request).into_parts();
    let named = Named::from_request_parts(&mut parts, &()).await?;
    let entity = caller.who.model.plural(named.text("plural")).filter(|entity| entity.can.public).ok_or(Error::NotFound)?.clone();
    caller.who.permit(verb, &entity)?;
    parts.extensions.insert(Of(entity));
    *request = Request::from_parts(parts, body);
    Ok(())
}

/// The record that the address names. Whoever may do this at all is let through: the verb finds out, in its transaction,
/// whether he sees the record. Whoever may not is told so only of a record that he sees.
async fn named_record(web: &Web, request: &mut Request, caller: &Caller, verb: Verb) -> Result<(), Failure> {
    named_entity(request, caller, Verb::See).await?;
    let entity = request.extensions().get::<Of>().map(|of| of.0.clone()).ok_or(Error::NotFound)?;
    if caller.who.may(verb, &entity) {
        return Ok(());
    }
    let (mut parts, body) = std::mem::take(request).into_parts();
    let id = Named::from_request_parts(&mut parts, &()).await?.id("id")?;
    *request = Request::from_parts(parts, body);
    for trash in [false, true] {
        if web.engine().count(&caller.who, &entity, &Filter::id(id), trash, Some(1)).await?.number > 0 {
            caller.who.permit(verb, &entity)?;
        }
    }
    Err(Error::NotFound.into())
}

/// The set-up page: gone once there is an administrator, and before that for whoever has the console's secret.
async fn console(web: &Web, request: &mut Request) -> Result<(), Failure> {
    if web.is_set_up().await? {
        return Err(Error::NotFound.into());
    }
    let Some(secret) = &web.settings().console_token else { return Err(Error::NotFound.into()) };
    let (parts, body) = std::mem::take(request).into_parts();
    let asked = form::Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
    let is_form = form::media_type(&parts.headers) == "application/x-www-form-urlencoded";
    let bytes = if is_form { form::whole(body).await? } else { Default::default() };
    let sent = form::Fields::parse(&bytes)?;
    let token = sent.get("token").or(asked.get("token")).unwrap_or_default();
    let right = same(token.as_bytes(), secret.as_bytes());
    *request = Request::from_parts(parts, Body::from(bytes));
    if right { Ok(()) } else { Err(Error::Forbidden(Say::new("error-console-token")).into()) }
}

/// The form carries the session's token: in a header, or in its field `csrf`.
async fn unforged(request: Request, caller: Option<&Caller>) -> Result<Request, Failure> {
    let expected = caller.map(|caller| caller.csrf.clone()).unwrap_or_default();
    let right = |sent: &str| !expected.is_empty() && same(sent.as_bytes(), expected.as_bytes());
    let forged = || Err(Failure::status(StatusCode::FORBIDDEN, Say::new("error-forged")));
    if let Some(sent) = request.headers().get("x-csrf-token") {
        return if right(sent.to_str().unwrap_or_default()) { Ok(request) } else { forged() };
    }
    if form::media_type(request.headers()) == "multipart/form-data" {
        let (sent, request) = form::first_part(request, "csrf").await?;
        return if right(&sent) { Ok(request) } else { forged() };
    }
    if !form::is_form(&request) {
        return forged();
    }
    let (parts, body) = request.into_parts();
    let bytes = form::whole(body).await?;
    if !right(form::Fields::parse(&bytes)?.get("csrf").unwrap_or_default()) {
        return forged();
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Leaves a line in the log for what changes something, and for what was denied.
fn note(route: &Route, asking: &Asking, status: StatusCode) {
    let denied = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    if route.audit.is_empty() && !denied {
        return;
    }
    let user = asking.caller.as_ref().and_then(|caller| caller.person()).map(|id| id.to_string()).unwrap_or_default();
    tracing::info!(target: "audit", event = route.audit, path = route.path, user, from = %asking.from, status = status.as_u16());
}

/// What whoever lacks a required second factor may take: what adds one, what is his own to look at, and the way out.
fn opens_to_whoever_lacks(route: &Route) -> bool {
    route.policy == Policy::Public
        || route.path.starts_with("/preferences/security")
        || matches!(route.path, "/sign-out" | "/preferences/language" | "/preferences/theme")
}

/// Leads whoever lacks a required second factor to where he adds one, before anything else.
fn lacking(route: &Route, fragment: bool) -> Result<Response, Failure> {
    const THERE: &str = "/preferences/security";
    match route.face {
        // A part of a page can't be replaced by another page: the whole page goes there.
        Face::Page if fragment => {
            let failure = Failure::status(StatusCode::FORBIDDEN, Say::new("error-second-factor"));
            Err(failure.header(header::HeaderName::from_static("hx-redirect"), HeaderValue::from_static(THERE)))
        }
        Face::Page => Ok(crate::pages::answer::to(THERE)),
        _ => Err(Error::Forbidden(Say::new("error-second-factor")).into()),
    }
}

/// Sends a browser to the sign-in page, and back here afterwards.
fn to_sign_in(asking: &Asking) -> Response {
    let address = match &asking.here {
        Some(here) if here != "/" => {
            let here: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
            format!("/sign-in?next={here}")
        }
        _ => "/sign-in".to_owned(),
    };
    let mut response = Response::new(Body::empty());
    let target = HeaderValue::from_str(&address).unwrap_or(HeaderValue::from_static("/sign-in"));
    // A part of a page can't be replaced by the sign-in page: the whole page goes there.
    if asking.fragment {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response.headers_mut().insert("hx-redirect", target);
    } else {
        *response.status_mut() = StatusCode::SEE_OTHER;
        response.headers_mut().insert(header::LOCATION, target);
    }
    response
}

fn said(panic: &Box<dyn Any + Send>) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

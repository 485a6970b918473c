//! Who asks: the person behind a session's cookie or a token, found by the guard before the handler runs.

use crate::problem::Failure;
use crate::seeing::Seeing;
use crate::state::Web;
use axum::extract::{FromRequestParts, RawPathParams};
use engine::Principal;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HeaderValue};
use http::request::Parts;
use kernel::{Error, Id, Language, Moment, Result};
use meta::Entity;
use std::net::IpAddr;
use std::sync::Arc;

/// Somebody known. Present wherever the route's policy asks for one.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub who: Principal,
    /// The digest of his session; none for a token.
    pub session: Option<Arc<str>>,
    /// What his forms carry in the field `csrf`; empty for a token.
    pub csrf: Arc<str>,
    /// The language he reads.
    pub language: Language,
    /// Who it really is, where an administrator sees as another.
    pub seeing: Option<Seeing>,
    /// The theme his browser was told to remember: `light`, `dark` or `system`.
    pub theme: &'static str,
    /// When he last proved that it is he.
    pub proved_at: Moment,
    /// Whether he lacks the second factor that is required of him: then the pages lead him to it and nowhere else.
    pub lacks_factor: bool,
    /// Until when he may put that off, where he lacks it and his days are not over.
    pub put_off_until: Option<Moment>,
}

impl Caller {
    /// The person who asks, whoever he sees as.
    pub(crate) fn person(&self) -> Option<Id> {
        self.seeing.as_ref().map_or(self.who.user, |really| Some(really.user))
    }
}

/// Somebody at the door, known or not: for public routes.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The network address he comes from.
    pub address: IpAddr,
    /// The language of his browser, or of his account where he is known.
    pub language: Language,
    /// Who he is, where a session says it.
    pub caller: Option<Caller>,
}

/// The entity that `{plural}` in the address names, which the caller may reach.
#[derive(Debug, Clone)]
pub struct Of(pub Arc<Entity>);

/// The names in the address, by the names in the route's pattern.
#[derive(Debug, Clone, Default)]
pub struct Named(pub(crate) Vec<(String, String)>);

impl Named {
    /// The text at this name; empty where the pattern has none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The id at this name; what is no id is not found.
    pub fn id(&self, name: &str) -> Result<Id> {
        self.text(name).parse().map_err(|_| Error::NotFound)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Failure> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(Failure::nobody)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Failure> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let language = caller.as_ref().map_or_else(|| accepted(&parts.headers), |caller| caller.language);
        Ok(Visitor { address: crate::headers::sender(&parts.extensions), language, caller })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Of {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Of, Failure> {
        parts.extensions.get::<Of>().cloned().ok_or_else(|| Error::internal("the route's policy names no entity").into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        Ok(Named(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

/// The language a browser prefers among ours; Italian where it prefers neither.
pub(crate) fn accepted(headers: &HeaderMap) -> Language {
    let wanted = headers.get(http::header::ACCEPT_LANGUAGE).and_then(|wanted| wanted.to_str().ok()).unwrap_or_default();
    let mut best = (Language::Italian, 0.0_f32);
    for part in wanted.split(',').take(20) {
        let mut pieces = part.split(';');
        let code = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
        let known = Language::ALL.into_iter().find(|language| code.split('-').next() == Some(language.code()));
        if let Some(language) = known
            && weight > best.1
        {
            best = (language, weight);
        }
    }
    best.0
}

/// The secret of a bearer token.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

impl Web {
    /// The name of the session's cookie. A browser keeps `__Host-` to https and to this very host.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure() { "__Host-sid" } else { "sid" }
    }

    /// The header that gives a browser its session.
    pub fn session_cookie(&self, secret: &str) -> Result<HeaderValue> {
        let secure = if self.secure() { "; Secure" } else { "" };
        let cookie = format!("{}={secret}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax{secure}", self.cookie_name());
        HeaderValue::from_str(&cookie).map_err(Error::internal)
    }

    /// The header that takes it away again.
    pub fn no_cookie(&self) -> HeaderValue {
        HeaderValue::from_static(match self.secure() {
            true => "__Host-sid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
            false => "sid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
        })
    }

    /// The secret in the session's cookie. Two cookies of the name are none.
    pub(crate) fn cookie<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let all = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
        let mut ours = all.filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == self.cookie_name());
        match (ours.next(), ours.next()) {
            (Some((_, secret)), None) => Some(secret),
            _ => None,
        }
    }

    /// The token of the forms of a session.
    pub fn csrf(&self, session: &str) -> String {
        self.seal().letters("csrf", session.as_bytes())
    }

    /// Whoever the session's cookie stands for.
    pub(crate) async fn by_cookie(&self, headers: &HeaderMap) -> Result<Option<Caller>> {
        let Some(secret) = self.cookie(headers) else { return Ok(None) };
        let Some(session) = self.engine().session(secret).await? else { return Ok(None) };
        let csrf = Arc::from(self.csrf(&session.digest));
        let (language, who) = (session.who.language, session.who);
        let (proved_at, lacks_factor, put_off_until) = (session.proved_at, session.lacks_factor, session.put_off_until);
        let (session, theme) = (Some(Arc::from(session.digest)), crate::pages::theme(headers));
        Ok(Some(Caller { who, session, csrf, language, seeing: None, theme, proved_at, lacks_factor, put_off_until }))
    }

    /// Whoever the bearer token stands for.
    pub(crate) async fn by_bearer(&self, headers: &HeaderMap) -> Result<Option<Caller>> {
        let Some(secret) = bearer(headers) else { return Ok(None) };
        let Some(who) = self.engine().by_token(secret).await? else { return Ok(None) };
        let language = who.language;
        let proved_at = Moment::default();
        Ok(Some(Caller {
            who,
            session: None,
            csrf: Arc::from(""),
            language,
            seeing: None,
            theme: "system",
            proved_at,
            lacks_factor: false,
            put_off_until: None,
        }))
    }
}

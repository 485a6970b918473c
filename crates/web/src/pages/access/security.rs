//! How one's own account is kept safe: password, authenticator app, passkeys, codes on paper. What changes any of it asks first for
//! a proof that it is still the same person.

use super::input::{Input, marked};
use super::moments::day;
use super::passkey::asked;
use crate::form::Fields;
use crate::pages::answer::{notice_as, onward_saying, rendered, to};
use crate::pages::reader::Reader;
use crate::pages::toast;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::Through;
use engine::identity::{AppSeed, Attempt, Factors, KeptPasskey, digest};
use http::header;
use http::{Method, StatusCode};
use kernel::{Error, Id, Problem, Problems, Result, Say};

const HERE: &str = "/preferences/security";
/// A proof holds this long.
const PROOF_MILLIS: i64 = 15 * 60_000;

/// The routes of one's own security.
pub(super) fn routes(routes: Routes) -> Routes {
    let get = |path| Route::page(Method::GET, path, Policy::SignedIn, Rate::Person, "", "");
    let post = |path, input, audit| Route::page(Method::POST, path, Policy::SignedIn, Rate::Person, input, audit);
    routes
        .add(get(HERE), show)
        .add(get("/preferences/security/proof"), ask_proof)
        .add(post("/preferences/security/proof", "Proof", "proof"), prove)
        .add(post("/preferences/security/proof/question", "Question", "passkey-question"), proof_question)
        .add(post("/preferences/security/app", "App", "app-begun"), begin_app)
        .add(post("/preferences/security/app/confirmation", "AppCode", "app-added"), confirm_app)
        .add(post("/preferences/security/app/removal", "AppRemoval", "app-removed"), remove_app)
        .add(post("/preferences/security/codes", "Codes", "recovery-codes"), new_codes)
        .add(post("/preferences/security/passkeys", "Passkey", "passkey-added"), add_passkey)
        .add(post("/preferences/security/passkeys/question", "Question", "passkey-question"), passkey_question)
        .add(post("/preferences/security/passkeys/removal", "PasskeyRemoval", "passkey-removed"), remove_passkey)
}

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage<'p> {
    reader: &'p Reader,
    title: String,
    factors: Factors,
    /// What the company's provider is called, if there is one, and whether this account is bound to it.
    provider: Option<String>,
    bound: bool,
    email: String,
    password: Vec<Input>,
}

impl SecurityPage<'_> {
    /// Since when there is a passkey, and when it was used last.
    fn told(&self, key: &KeptPasskey) -> String {
        let speech = &self.reader.speech;
        let since = speech.with("passkey-since", &[("day", &day(self.reader, key.created_at))]);
        match key.used_at {
            Some(used) => format!("{since} · {}", speech.with("passkey-used", &[("day", &day(self.reader, used))])),
            None => since,
        }
    }
}

#[derive(Template)]
#[template(path = "app.html")]
struct AppPage<'p> {
    reader: &'p Reader,
    title: String,
    letters: String,
    picture: String,
    input: Input,
}

#[derive(Template)]
#[template(path = "codes.html")]
struct CodesPage<'p> {
    reader: &'p Reader,
    title: String,
    codes: Vec<String>,
}

#[derive(Template)]
#[template(path = "proof.html")]
struct ProofPage<'p> {
    reader: &'p Reader,
    title: String,
    email: String,
    passkey: bool,
    inputs: Vec<Input>,
}

/// Who has this page.
pub(crate) fn me(reader: &Reader) -> Result<Id> {
    reader.who.user.ok_or(Error::NotFound)
}

fn own(reader: &Reader) -> &str {
    reader.session.as_deref().unwrap_or_default()
}

/// The way to the proof, where the last one is too old.
pub(super) fn unproved(reader: &Reader) -> Option<Answer> {
    let age = reader.web.engine().now().millis() - reader.proved_at.millis();
    (age > PROOF_MILLIS).then(|| Ok(to("/preferences/security/proof")))
}

async fn show(reader: Reader) -> Answer {
    page(&reader, StatusCode::OK, Vec::new()).await
}

/// The page, with what is wrong with a new password.
pub(crate) async fn page(reader: &Reader, status: StatusCode, problems: Problems) -> Answer {
    let engine = reader.web.engine();
    let user = me(reader)?;
    let factors = engine.factors(user).await?;
    let speech = &reader.speech;
    let mut password = vec![
        Input::new(speech, "password", "current", "password", "").auto("current-password").required(),
        Input::new(speech, "own-password", "password", "password", "")
            .hint(format!("{} {}", speech.say("password-hint"), speech.say("password-ends-own")))
            .auto("new-password")
            .required(),
    ];
    marked(&mut password, speech, problems);
    let email = engine.email_of(user).await?;
    let provider = engine.openid_provider().await?.map(|provider| provider.name);
    let bound = provider.is_some() && engine.is_bound(user).await?;
    let title = speech.say("security").to_owned();
    rendered(reader, status, &SecurityPage { reader, title, factors, provider, bound, email, password })
}

async fn ask_proof(reader: Reader) -> Answer {
    proof(&reader, StatusCode::OK, Vec::new()).await
}

async fn proof(reader: &Reader, status: StatusCode, problems: Problems) -> Answer {
    let user = me(reader)?;
    let factors = reader.web.engine().factors(user).await?;
    let speech = &reader.speech;
    let mut inputs = vec![Input::new(speech, "password", "current", "password", "").auto("current-password").focused()];
    if factors.app.is_some() {
        inputs.push(Input::new(speech, "proof", "code", "text", "").auto("one-time-code"));
    }
    marked(&mut inputs, speech, problems);
    let email = reader.web.engine().email_of(user).await?;
    let title = speech.say("proof").to_owned();
    rendered(reader, status, &ProofPage { reader, title, email, passkey: !factors.passkeys.is_empty(), inputs })
}

async fn prove(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let (engine, user) = (web.engine(), me(&reader)?);
    let email = engine.email_of(user).await?;
    // He is in already: only his own failures slow him down.
    let attempt = Attempt { account: email.clone(), address: String::new(), device: Some(format!("session {}", own(&reader))) };
    engine.begin_attempt(&attempt).await?;
    let text = |name: &str| fields.get(name).unwrap_or_default();
    let right = if !text("answer").is_empty() {
        engine.prove_passkey(user, text("secret"), text("answer"), &reader.origin).await?
    } else if !text("code").is_empty() {
        engine.prove_code(user, text("code")).await?
    } else {
        engine.by_password(&email, text("current").to_owned(), Through::Pages).await?.is_some()
    };
    if !right {
        let field = if text("code").is_empty() { "current" } else { "code" };
        let say = Say::new(if field == "code" { "second-step-wrong" } else { "password-wrong" });
        return proof(&reader, StatusCode::UNPROCESSABLE_ENTITY, vec![Problem { field: field.to_owned(), say }]).await;
    }
    engine.succeeded(&attempt).await?;
    engine.prove_session(own(&reader)).await?;
    Ok(to(HERE))
}

async fn proof_question(State(web): State<Web>, reader: Reader) -> Answer {
    asked(web.engine().ask_passkey_of(me(&reader)?, &reader.origin).await?)
}

async fn begin_app(State(web): State<Web>, reader: Reader) -> Answer {
    if let Some(proof) = unproved(&reader) {
        return proof;
    }
    let email = web.engine().email_of(me(&reader)?).await?;
    let seed = web.engine().begin_app(me(&reader)?, &email).await?;
    app(&reader, StatusCode::OK, seed, None)
}

fn app(reader: &Reader, status: StatusCode, seed: AppSeed, wrong: Option<String>) -> Answer {
    let speech = &reader.speech;
    let mut input = Input::new(speech, "app", "code", "text", "").auto("one-time-code").required().focused();
    (input.numeric, input.width, input.error) = (true, "w-short", wrong);
    let title = speech.say("app").to_owned();
    let letters = seed.letters.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four)).collect::<Vec<_>>().join(" ");
    rendered(reader, status, &AppPage { reader, title, letters, picture: picture(&seed.address)?, input })
}

/// What a phone reads, as a drawing of our own colours: no picture is fetched, and nothing of it is a style.
fn picture(address: &str) -> Result<String> {
    let code = qrcode::QrCode::new(address.as_bytes()).map_err(Error::internal)?;
    let width = code.width();
    let mut path = String::new();
    for (place, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            path += &format!("M{} {}h1v1h-1z", place % width + 4, place / width + 4);
        }
    }
    let side = width + 8;
    Ok(format!(
        "<svg class=\"qr\" shape-rendering=\"crispEdges\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-labelledby=\"app-letters-label\"><path class=\"qr-ground\" d=\"M0 0h{side}v{side}H0z\"/><path class=\"qr-dots\" d=\"{path}\"/></svg>"
    ))
}

async fn confirm_app(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    if let Some(proof) = unproved(&reader) {
        return proof;
    }
    let (engine, user) = (web.engine(), me(&reader)?);
    if engine.confirm_app(user, fields.get("code").unwrap_or_default(), own(&reader)).await? {
        return renewed(&reader, "said-app").await;
    }
    let email = engine.email_of(user).await?;
    match engine.begun_app(user, &email).await? {
        Some(seed) => app(&reader, StatusCode::UNPROCESSABLE_ENTITY, seed, Some(reader.speech.say("second-step-wrong").to_owned())),
        None => Ok(to(HERE)),
    }
}

async fn remove_app(State(web): State<Web>, reader: Reader) -> Answer {
    removed(&web, &reader, None).await
}

async fn remove_passkey(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let id = fields.get("id").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    removed(&web, &reader, Some(id)).await
}

async fn removed(web: &Web, reader: &Reader, passkey: Option<Id>) -> Answer {
    if let Some(proof) = unproved(reader) {
        return proof;
    }
    let (engine, user) = (web.engine(), me(reader)?);
    let factors = engine.factors(user).await?;
    let last = factors.passkeys.len() + usize::from(factors.app.is_some()) == 1;
    if last && engine.sign_in_policy().await?.requires_second_factor(&reader.who) {
        return notice_as(reader, StatusCode::CONFLICT, reader.speech.say("security-last"), HERE);
    }
    engine.remove_factor(user, passkey).await?;
    onward_saying(reader, HERE, "said-factor-removed", "", None)
}

async fn new_codes(State(web): State<Web>, reader: Reader) -> Answer {
    if let Some(proof) = unproved(&reader) {
        return proof;
    }
    if !web.engine().factors(me(&reader)?).await?.any() {
        return Ok(to(HERE));
    }
    let codes = web.engine().new_codes(me(&reader)?).await?;
    rendered(&reader, StatusCode::OK, &CodesPage { title: reader.speech.say("codes").to_owned(), codes, reader: &reader })
}

async fn passkey_question(State(web): State<Web>, reader: Reader) -> Answer {
    let user = me(&reader)?;
    if unproved(&reader).is_some() {
        return Err(Error::Forbidden(Say::new("error-proof")).into());
    }
    let email = web.engine().email_of(user).await?;
    asked(web.engine().begin_passkey(user, &email, &reader.who.name, &reader.origin).await?)
}

async fn add_passkey(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    if let Some(proof) = unproved(&reader) {
        return proof;
    }
    let text = |name: &str| fields.get(name).unwrap_or_default();
    let name = if text("name").trim().is_empty() { reader.speech.say("passkey-unnamed") } else { text("name") };
    let added = web.engine().add_passkey(me(&reader)?, text("secret"), text("answer"), name, &reader.origin, own(&reader)).await?;
    if !added {
        return notice_as(&reader, StatusCode::UNPROCESSABLE_ENTITY, reader.speech.say("passkey-failed"), HERE);
    }
    renewed(&reader, "said-passkey").await
}

/// After a factor was added the session has another secret.
async fn renewed(reader: &Reader, said: &str) -> Answer {
    let secret = reader.web.engine().renew_session(own(reader)).await?;
    let csrf = reader.web.csrf(&digest(&secret));
    let mut response = to(HERE);
    response.headers_mut().append(header::SET_COOKIE, reader.web.session_cookie(&secret)?);
    response.headers_mut().append(header::SET_COOKIE, toast::send(&reader.web, &csrf, said, "", None)?);
    Ok(response)
}

//! The letters by which people come in, sent by jobs. A letter's link is made of its job, so that whatever runs again sends the
//! same letter, and none at all once its link is over.

use super::links::{Addressee, Purpose};
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use crate::mail::Wording;
use crate::secrets::Turning;
use kernel::{Error, Id, Language, Moment, Result, Value};
use serde::Deserialize;
use store::{Row, Tx, Work};

/// The letter that invites.
pub(crate) const INVITATION: &str = "invitation-letter";
/// The letter for whoever has forgotten his password.
pub(crate) const RESET: &str = "reset-letter";
/// The letter that tells of a change.
pub(crate) const NOTICE: &str = "notice-letter";
/// The letter that tells of a new browser.
pub(crate) const ARRIVED: &str = "arrival-letter";
/// The place of the address in its payload.
pub(crate) const RESET_PLACE: &str = "job/reset-letter/email";

/// Invites somebody.
pub(crate) struct Invitation;
/// Lets somebody set a new password.
pub(crate) struct Reset;

/// Tells somebody that his own account was changed: if it was not he, he should know.
pub(crate) struct Notice;

/// Tells somebody that he, or another in his name, came in from a browser that was not known.
pub(crate) struct Arrived;

/// What somebody is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// He has another password.
    Password,
    /// He has an authenticator app more.
    App,
    /// He has a passkey more.
    Passkey,
    /// A second factor was taken off.
    Removed,
}

impl Told {
    fn key(self) -> &'static str {
        match self {
            Told::Password => "password",
            Told::App => "app",
            Told::Passkey => "passkey",
            Told::Removed => "removed",
        }
    }
}

/// Tells somebody of a change, after the commit that makes it.
pub(crate) async fn tell(engine: &Engine, tx: &mut Tx, user: Id, told: Told) -> Result<()> {
    let payload = serde_json::json!({ "user": user.to_string(), "told": told.key(), "at": engine.now().millis() }).to_string();
    engine.enqueue(tx, NOTICE, payload, None).await.map(|_| ())
}

/// Tells somebody of a new browser, after the commit that lets him in.
pub(crate) async fn tell_of_arrival(engine: &Engine, tx: &mut Tx, user: Id, at: Moment, browser: &str, network: &str) -> Result<()> {
    let payload = serde_json::json!({ "user": user.to_string(), "browser": browser, "network": network, "at": at.millis() }).to_string();
    engine.enqueue(tx, ARRIVED, payload, None).await.map(|_| ())
}

/// Seals the addresses of letters that wait by the newest key.
pub(crate) async fn turn(turning: &mut Turning<'_>, tx: &mut Tx) -> Result<()> {
    let of = |row: &Row<'_>| Some((Value::Link(row.link(0)?), RESET_PLACE.to_owned())).filter(|_| row.text(1) == RESET);
    turning.column(tx, ("job", "\"id\", \"kind\"", "payload"), of).await
}

#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    user: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    told: String,
    #[serde(default)]
    browser: String,
    #[serde(default)]
    network: String,
    at: i64,
}

impl Payload {
    fn read(text: &str) -> Result<Payload> {
        serde_json::from_str(text).map_err(Error::internal)
    }

    fn user(&self) -> Result<Id> {
        self.user.parse().map_err(|_| Error::NotFound)
    }

    /// Whoever is told of something; none where he is gone, and without an account that sends: then nobody is told anything.
    async fn told(&self, engine: &Engine) -> Result<Option<Addressee>> {
        match engine.mail_account().await? {
            Some(_) => engine.addressee(Some(self.user()?), "").await,
            None => Ok(None),
        }
    }
}

impl Run for Invitation {
    fn kind(&self) -> &'static str {
        INVITATION
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let payload = Payload::read(&context.payload)?;
            let Some(to) = context.engine.addressee(Some(payload.user()?), "").await? else { return Ok(Done::Finished) };
            send(&context.engine, context.id, to, Purpose::Invitation, payload.at).await
        })
    }
}

impl Run for Reset {
    fn kind(&self) -> &'static str {
        RESET
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let payload = Payload::read(&context.payload)?;
            let engine = &context.engine;
            let email = engine.unseal(RESET_PLACE, &payload.email).await?;
            let Some(to) = engine.addressee(None, &email).await? else { return Ok(Done::Finished) };
            send(engine, context.id, to, Purpose::Reset, payload.at).await
        })
    }
}

impl Run for Notice {
    fn kind(&self) -> &'static str {
        NOTICE
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let (engine, payload) = (&context.engine, Payload::read(&context.payload)?);
            let Some(to) = payload.told(engine).await? else { return Ok(Done::Finished) };
            let (words, company) = (engine.words_of_letters()?, engine.company().await?);
            let with = [("name", to.name.as_str()), ("company", company.as_str())];
            let say = |key: &str| words.said(key, to.language, &with);
            let wording = Wording {
                subject: say("letter-notice-subject"),
                paragraphs: vec![
                    say("letter-notice-greeting"),
                    say(&format!("letter-notice-{}", payload.told)),
                    say("letter-notice-mistake"),
                ],
                foot: engine.letterhead(to.language).await?,
                ..Wording::default()
            };
            engine.post(&format!("scheda-{}", context.id), &to.email, &to.name, &wording).await?;
            Ok(Done::Finished)
        })
    }
}

impl Run for Arrived {
    fn kind(&self) -> &'static str {
        ARRIVED
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let (engine, payload) = (&context.engine, Payload::read(&context.payload)?);
            let Some(to) = payload.told(engine).await? else { return Ok(Done::Finished) };
            let (words, company) = (engine.words_of_letters()?, engine.company().await?);
            let when = moment(engine, Moment::from_millis(payload.at), to.language);
            let known =
                [("name", to.name.as_str()), ("company", company.as_str()), ("when", when.as_str()), ("network", payload.network.as_str())];
            let say = |part: &str| words.said(&format!("letter-arrival-{part}"), to.language, &known);
            let browser = if payload.browser.is_empty() { say("browser-unknown") } else { payload.browser.clone() };
            let browser = words.said("letter-arrival-browser", to.language, &[("browser", browser.as_str())]);
            let network = Some(say("network")).filter(|_| !payload.network.is_empty());
            let facts: Vec<String> = [say("when"), browser].into_iter().chain(network).collect();
            let wording = Wording {
                subject: say("subject"),
                paragraphs: vec![say("greeting"), say("text"), facts.join("\n"), say("mistake")],
                link: Some((say("link"), format!("{}/preferences/sessions", engine.settings().address))),
                foot: engine.letterhead(to.language).await?,
            };
            engine.post(&format!("scheda-{}", context.id), &to.email, &to.name, &wording).await?;
            Ok(Done::Finished)
        })
    }
}

/// A moment as its reader says it, by the clock of the company.
fn moment(engine: &Engine, at: Moment, language: Language) -> String {
    let reading = meta::Reading { language, zone: engine.settings().zone.clone() };
    let clock = at.in_zone(&reading.zone);
    let day = meta::Kind::Date.behaviour().show(&Value::Date(at.date(&reading.zone)), &reading);
    format!("{day}, {:02}:{:02}", clock.hour(), clock.minute())
}

async fn send(engine: &Engine, job: Id, to: Addressee, purpose: Purpose, at: i64) -> Result<Done> {
    let Some(secret) = engine.make_link(job, to.user, purpose, Moment::from_millis(at)).await? else { return Ok(Done::Finished) };
    let words = engine.words_of_letters()?;
    let company = engine.company().await?;
    let with = [("name", to.name.as_str()), ("company", company.as_str()), ("email", to.email.as_str())];
    let say = |part: &str| words.said(&format!("letter-{}-{part}", purpose.key()), to.language, &with);
    let address = format!("{}/sign-in/new-password?token={secret}", engine.settings().address);
    let wording = Wording {
        subject: say("subject"),
        paragraphs: vec![say("greeting"), say("text")],
        link: Some((say("link"), address)),
        foot: [vec![say("until"), say("mistake")], engine.letterhead(to.language).await?].concat(),
    };
    engine.post(&format!("scheda-{job}"), &to.email, &to.name, &wording).await?;
    Ok(Done::Finished)
}

//! The desk of a mailing: what it says, whom it goes to, how far it has come, and the steps from there.

use super::entity::{self as mailing, Doubtful, MAILING, State};
use super::message::{Addressee, Frozen, Written};
use super::preparing::{frozen, merged};
use super::standing::{Step, standing, state, step};
use super::{audience, message};
use crate::deliveries::counts::{Counts, counts};
use crate::deliveries::entity::{self as delivery, DELIVERY};
use crate::unsubscribe;
use askama::Template;
use engine::principal::Verb;
use engine::{Asked, Engine, Sorting, Statement, Tx, in_tx, unpacked};
use http::{Method, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Id, Moment, Result, Say};
use meta::fields::Chosen;
use meta::query::Cursor;
use meta::{Filter, Kind, Record};
use web::dress as assets;
use web::pages::answer::{framed, markup, onward, onward_saying};
use web::pages::reader::Reader;
use web::{Answer, Asking, Fields, Named, Policy, Rate, Route, Routes, Seal, composed};
use wire::smtp::{Fate, Line, Outgoing, Refused, Server};

/// Recipients of a page of them.
const MANY: usize = 50;

/// The routes of mailings that no description gives. Whose a mailing is, and whether he may change it, the handlers find out.
pub fn routes(routes: Routes) -> Routes {
    let get = |path| Route::page(Method::GET, path, Policy::SignedIn, Rate::Person, "", "");
    let heavy = |path| Route::page(Method::GET, path, Policy::SignedIn, Rate::Heavy, "", "");
    routes
        .add(get("/mailings/{id}/desk"), desk)
        .add(heavy("/mailings/{id}/preview"), preview)
        .add(heavy("/mailings/{id}/recipients"), recipients)
        .add(Route::page(Method::POST, "/mailings/{id}/steps", Policy::SignedIn, Rate::Person, "MailingStep", "mailing-step"), take_step)
        .add(Route::page(Method::POST, "/mailings/{id}/trial", Policy::SignedIn, Rate::Heavy, "MailingTrial", "mailing-trial"), try_it)
}

/// How many stand so, in words, and where they are listed.
struct Count {
    tone: &'static str,
    said: String,
    href: String,
}

#[derive(Template)]
#[template(path = "mailings/desk.html")]
struct Desk<'d> {
    reader: &'d Reader,
    id: Id,
    title: &'d str,
    state: &'static str,
    stands: &'d str,
    tone: &'static str,
    trouble: String,
    facts: Vec<(&'d str, String)>,
    counts: Vec<Count>,
    reasons: Vec<Count>,
    empty: Vec<String>,
    done: i64,
    all: i64,
    progress: String,
    moves: bool,
    may: bool,
    draft: bool,
    ready: bool,
    sending: bool,
    paused: bool,
    /// From when on it goes out by itself, in a sentence.
    scheduled: String,
    /// Whether something is in doubt and held.
    doubtful: bool,
    start_question: String,
    own_address: String,
}

fn tone(state: State) -> &'static str {
    match state {
        State::Draft | State::Stopped => "open",
        State::Ready | State::Preparing | State::Scheduled | State::Sending => "accent",
        State::Paused => "warn",
        State::Done => "good",
    }
}

async fn desk(named: Named, reader: Reader) -> Answer {
    let reader = reader.within("mailings");
    let (engine, speech) = (reader.web.engine(), &reader.speech);
    let id = named.id("id")?;
    let entity = engine.entity(MAILING)?;
    let (record, names) = engine.show(&reader.who, &entity, id).await?;
    let state = state(&record);
    let counts = counts(engine, id).await?;
    let may = reader.who.may_with(Verb::Change, &entity, &record);
    let shown = |moment: Option<Moment>| moment.map(|at| Kind::Moment.behaviour().show(&at.into(), &reader.reading)).unwrap_or_default();
    let name = |field: meta::FieldId| record.value(field).link().and_then(|link| names.get(&link).cloned()).unwrap_or_default();
    let facts = [
        ("mailing-subject", record.get(&mailing::SUBJECT).to_owned()),
        ("mailing-sender", name(mailing::SENDER.id())),
        ("mailing-topic", name(mailing::TOPIC.id())),
        ("mailing-purpose", speech.say(purpose_words(&record)).to_owned()),
        ("mailing-begun", shown(record.get(&mailing::BEGUN_AT))),
        ("mailing-ended", shown(record.get(&mailing::ENDED_AT))),
    ];
    let (addressed, done) = (counts.addressed(), counts.of(delivery::State::Sent) + counts.of(delivery::State::Failed));
    let title = record.get(&mailing::NAME);
    let page = Desk {
        id,
        title,
        state: state.key(),
        stands: speech.say(state_words(state)),
        tone: tone(state),
        trouble: Some(record.get(&mailing::PAUSED_FOR))
            .filter(|why| !why.is_empty())
            .map(|why| speech.sentence(&unpacked(why)))
            .unwrap_or_default(),
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (speech.say(key), value)).collect(),
        counts: states(&reader, id, &counts),
        reasons: reasons(&reader, id, &counts),
        empty: if state == State::Ready { empty_fields(&reader, &record).await? } else { Vec::new() },
        done,
        all: addressed.max(1),
        progress: speech.with("mailing-progress", &[("done", &reader.speech.number(done)), ("all", &reader.speech.number(addressed))]),
        moves: matches!(state, State::Preparing | State::Sending),
        may,
        draft: state == State::Draft,
        ready: state == State::Ready,
        sending: state == State::Sending,
        paused: state == State::Paused,
        scheduled: match record.get(&mailing::SCHEDULED_AT).filter(|_| state == State::Scheduled) {
            Some(at) => speech.with("mailing-scheduled", &[("at", &shown(Some(at)))]),
            None => String::new(),
        },
        doubtful: counts.of(delivery::State::InDoubt) > 0 && record.get(&mailing::DOUBTFUL) == Some(Doubtful::Hold),
        start_question: reader.speech.counting("mailing-start-question", addressed),
        own_address: own_address(&reader).await?,
        reader: &reader,
    };
    framed(&reader, StatusCode::OK, title, &markup(&page)?)
}

fn state_words(state: State) -> &'static str {
    match state {
        State::Draft => "choice-mailing-state-draft",
        State::Preparing => "choice-mailing-state-preparing",
        State::Ready => "choice-mailing-state-ready",
        State::Scheduled => "choice-mailing-state-scheduled",
        State::Sending => "choice-mailing-state-sending",
        State::Paused => "choice-mailing-state-paused",
        State::Done => "choice-mailing-state-done",
        State::Stopped => "choice-mailing-state-stopped",
    }
}

fn purpose_words(record: &Record) -> &'static str {
    match record.get(&mailing::PURPOSE) {
        Some(mailing::Purpose::Service) => "choice-mailing-purpose-service",
        _ => "choice-mailing-purpose-marketing",
    }
}

fn states(reader: &Reader, id: Id, counts: &Counts) -> Vec<Count> {
    let all = delivery::State::CHOICES.iter().filter_map(|choice| delivery::State::from_key(choice.key));
    let there = all.filter(|state| *state != delivery::State::Suppressed).filter(|state| counts.of(*state) > 0);
    there
        .map(|state| Count {
            tone: match state {
                delivery::State::Sent => "good",
                delivery::State::Failed => "bad",
                delivery::State::Retry | delivery::State::InDoubt => "warn",
                _ => "",
            },
            said: reader.speech.counting(&format!("mailing-count-{}", state.key()), counts.of(state)),
            href: format!("/mailings/{id}/recipients?state={}", state.key()),
        })
        .collect()
}

fn reasons(reader: &Reader, id: Id, counts: &Counts) -> Vec<Count> {
    let one = |(reason, count): &(delivery::Reason, i64)| Count {
        tone: "",
        said: format!("{} · {}", reader.speech.number(*count), reader.speech.say(&format!("choice-delivery-reason-{}", reason.key()))),
        href: format!("/mailings/{id}/recipients?reason={}", reason.key()),
    };
    counts.reasons.iter().map(one).collect()
}

/// Of each merge field that the message uses, how many recipients have nothing there.
async fn empty_fields(reader: &Reader, record: &Record) -> Result<Vec<String>> {
    let Ok(frozen) = serde_json::from_str::<Frozen>(record.get(&mailing::FROZEN)) else { return Ok(Vec::new()) };
    let mut empty = Vec::new();
    for name in message::used(&frozen) {
        let id = record.id;
        let nothing = format!("%\"{name}\":\"\"%");
        let read = in_tx(move |tx: &mut Tx| {
            Box::pin(async move {
                let sql = "SELECT count(*) FROM \"delivery\" WHERE \"mailing\" = ? AND \"state\" = 'pending' AND \"merged\" LIKE ? AND \"removed_at\" IS NULL";
                let rows = tx.rows(&Statement::new(sql, vec![id.into(), nothing.into()])).await?;
                Ok(rows.first().map_or(0, |row| row.int(0)))
            })
        });
        let count = reader.web.engine().store().read(read).await?;
        if count > 0 {
            empty.push(
                reader.speech.with(
                    "mailing-empty-field",
                    &[("name", name), ("count", &count.to_string()), ("number", &reader.speech.number(count))],
                ),
            );
        }
    }
    Ok(empty)
}

async fn own_address(reader: &Reader) -> Result<String> {
    match reader.who.user {
        Some(user) => reader.web.engine().email_of(user).await,
        None => Ok(String::new()),
    }
}

async fn take_step(named: Named, reader: Reader, fields: Fields) -> Answer {
    let id = named.id("id")?;
    let engine = reader.web.engine();
    let record = standing(engine, &reader.who, id).await?;
    let asked = match fields.get("step") {
        Some("prepare") => Step::Prepare,
        Some("rewrite") => Step::Rewrite,
        Some("start") => Step::Start,
        Some("pause") => Step::Pause,
        Some("resume") => Step::Resume,
        Some("stop") => Step::Stop,
        Some("resend") => Step::Resend,
        _ => return Err(Error::invalid("step", Say::new("error-required")).into()),
    };
    step(engine, &reader.who, &record, asked).await?;
    Ok(onward(&reader, &format!("/mailings/{id}/desk")))
}

/// The message as it is, or as it will be: frozen, or as it is written now.
async fn as_it_stands(engine: &Engine, reader: &Reader, record: &Record) -> Result<Written> {
    let frozen = match serde_json::from_str(record.get(&mailing::FROZEN)) {
        Ok(frozen) if state(record) != State::Draft => frozen,
        _ => frozen(engine, &reader.who, record).await?,
    };
    Written::new(frozen)
}

/// The message as one recipient gets it: of a delivery, or of the first whom it is for.
async fn preview(named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let engine = reader.web.engine();
    let record = standing(engine, &reader.who, named.id("id")?).await?;
    let written = as_it_stands(engine, &reader, &record).await?;
    let merged = match asked.get("delivery").and_then(|id| id.parse::<Id>().ok()) {
        Some(id) => {
            let (one, _) = engine.show(&reader.who, &*engine.entity(DELIVERY)?, id).await?;
            serde_json::from_str(one.get(&delivery::MERGED)).map_err(Error::internal)?
        }
        None => sample(engine, &reader, &record).await?,
    };
    let addressee = Addressee { key: "preview", address: "anteprima@example.it", merged: &merged, unsubscribe: "#" };
    let mail = written.to(&addressee)?;
    let markup = match mail.html.is_empty() {
        true => format!(
            "<!doctype html><meta charset=\"utf-8\"><pre style=\"white-space:pre-wrap\">{}</pre>",
            web::pages::html::escaped(&mail.text)
        ),
        false => mail.html,
    };
    Ok(composed(markup))
}

/// The values of the first whom a mailing is for.
async fn sample(engine: &Engine, reader: &Reader, record: &Record) -> Result<message::Merged> {
    for part in audience::selected(engine, &reader.who, record).await? {
        let asked =
            Asked { fields: super::preparing::fields(&part.entity), limit: 1, ..Asked::new(part.entity.clone()).filtered(part.filter) };
        let listed = engine.list(&reader.who, asked).await?;
        if let Some(first) = listed.records.first() {
            return Ok(merged(&part.entity, first, &listed.titles));
        }
    }
    Ok(message::MERGE_FIELDS.iter().map(|(name, ..)| ((*name).to_owned(), format!("[{name}]"))).collect())
}

/// Sends the message to whoever asks for it, and to nobody else.
async fn try_it(named: Named, reader: Reader, _: Fields) -> Answer {
    let id = named.id("id")?;
    let engine = reader.web.engine();
    let record = standing(engine, &reader.who, id).await?;
    if !reader.who.may_with(Verb::Change, &*engine.entity(MAILING)?, &record) {
        return Err(Error::Forbidden(Say::new("error-mailing-change")).into());
    }
    let written = as_it_stands(engine, &reader, &record).await?;
    let merged = sample(engine, &reader, &record).await?;
    let address = own_address(&reader).await?;
    let seal = Seal::of(engine).await?;
    let nobody = unsubscribe::address(&seal, &written.frozen().base, engine.id());
    let key = format!("trial-{}", engine.id());
    let mail = written.to(&Addressee { key: &key, address: &address, merged: &merged, unsubscribe: &nobody })?;
    let content = mail.written().map_err(|refused| Error::internal(format_args!("{refused:?}")))?;
    let (_, server) = engine.mail_server().await?.ok_or_else(|| Error::Conflict(Conflict::State(Say::new("error-sending-account"))))?;
    let outgoing = Outgoing { from: written.frozen().from_address.clone(), to: address.clone(), content: content.into() };
    let (key, name) = match sent(&server, outgoing).await {
        Ok(()) => ("said-mailing-trial", address),
        Err(answer) => ("said-mailing-trial-failed", answer),
    };
    onward_saying(&reader, &format!("/mailings/{id}/desk"), key, &name, None)
}

/// Sends one message while somebody waits; what the server, or the way to it, said against it.
async fn sent(server: &Server, outgoing: Outgoing) -> std::result::Result<(), String> {
    let mut line = Line::open(server).await.map_err(|refused| match refused {
        Refused::Later(cause) | Refused::Never(cause) | Refused::Unfit(cause) => cause,
        Refused::Open => String::new(),
    })?;
    let fates = line.deliver(&[outgoing]).await;
    line.quit().await;
    match fates.into_iter().next() {
        Some(Fate::Taken(_)) => Ok(()),
        Some(Fate::Refused { code, text, .. }) => Err(format!("{code} {text}")),
        Some(Fate::Doubt(cause) | Fate::Untouched(cause)) => Err(cause),
        None => Err(String::new()),
    }
}

/// One recipient in the list of them.
struct Row {
    card: String,
    name: String,
    address: String,
    state: String,
    tone: &'static str,
    answer: String,
    at: String,
    preview: String,
}

#[derive(Template)]
#[template(path = "mailings/recipients.html")]
struct Recipients<'r> {
    reader: &'r Reader,
    id: Id,
    title: &'r str,
    narrowed: String,
    rows: Vec<Row>,
    next: Option<String>,
}

async fn recipients(named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within("mailings");
    let (engine, speech) = (reader.web.engine(), &reader.speech);
    let record = standing(engine, &reader.who, named.id("id")?).await?;
    let id = record.id;
    let state = asked.get("state").and_then(delivery::State::from_key);
    let reason = asked.get("reason").and_then(delivery::Reason::from_key);
    let after: Option<Id> = asked.get("after").and_then(|id| id.parse().ok());
    let mut filter = Filter::is("mailing", id);
    if let Some(state) = state {
        filter = filter.and(Filter::is("state", state.key()));
    }
    if let Some(reason) = reason {
        filter = filter.and(Filter::is("state", delivery::State::Suppressed.key())).and(Filter::is("reason", reason.key()));
    }
    // Who may not see a recipient does not learn of him here either.
    let asked = Asked {
        fields: vec!["recipient", "recipient_kind", "address", "state", "reason", "answer", "at"],
        sort: vec![Sorting { field: "id", descending: false }],
        limit: MANY,
        after: after.map(|id| Cursor { values: vec![id.into()], id, backward: false }),
        ..Asked::new(engine.entity(DELIVERY)?).filtered(filter)
    };
    let listed = engine.list(&reader.who, asked).await?;
    let rows = listed.records.iter().map(|one| row(&reader, id, one, &listed.titles)).collect();
    let narrowed = match (state, reason) {
        (Some(state), _) => speech.say(&format!("choice-delivery-state-{}", state.key())).to_owned(),
        (_, Some(reason)) => speech.say(&format!("choice-delivery-reason-{}", reason.key())).to_owned(),
        _ => String::new(),
    };
    let query = |after: Id| {
        let mut query = format!("/mailings/{id}/recipients?after={after}");
        query.extend(state.map(|state| format!("&state={}", state.key())));
        query.extend(reason.map(|reason| format!("&reason={}", reason.key())));
        query
    };
    let page = Recipients {
        id,
        title: record.get(&mailing::NAME),
        narrowed,
        rows,
        next: listed.next.and(listed.records.last()).map(|last| query(last.id)),
        reader: &reader,
    };
    framed(&reader, StatusCode::OK, record.get(&mailing::NAME), &markup(&page)?)
}

fn row(reader: &Reader, mailing: Id, one: &Record, titles: &std::collections::HashMap<Id, String>) -> Row {
    let recipient = one.value(delivery::RECIPIENT.record.id()).link();
    let plural = reader.model.entity(one.named("recipient_kind").text()).map_or("", |entity| entity.plural);
    let name = recipient.and_then(|id| titles.get(&id).cloned()).unwrap_or_default();
    let state = one.get(&delivery::STATE).unwrap_or(delivery::State::Pending);
    let words = match one.get(&delivery::REASON).filter(|_| state == delivery::State::Suppressed) {
        Some(reason) => format!("choice-delivery-reason-{}", reason.key()),
        None => format!("choice-delivery-state-{}", state.key()),
    };
    let at = one.get(&delivery::AT).map(|at| Kind::Moment.behaviour().show(&at.into(), &reader.reading));
    Row {
        card: recipient.map(|id| format!("/{plural}/{id}")).unwrap_or_default(),
        name,
        address: one.get(&delivery::ADDRESS).to_owned(),
        state: reader.speech.say(&words).to_owned(),
        tone: match state {
            delivery::State::Sent => "good",
            delivery::State::Failed => "bad",
            delivery::State::Retry | delivery::State::InDoubt => "warn",
            delivery::State::Sending => "accent",
            delivery::State::Pending | delivery::State::Suppressed => "open",
        },
        answer: one.get(&delivery::ANSWER).to_owned(),
        at: at.unwrap_or_default(),
        preview: format!("/mailings/{mailing}/preview?delivery={}", one.id),
    }
}

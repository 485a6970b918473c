//! What holds of a mailing whenever it is written.

use super::entity::{self as mailing, State, whom};
use super::message;
use engine::{Change, Tx, Work};
use kernel::error::Conflict;
use kernel::{Error, Problem, Result, Say};
use meta::Record;

/// What is written can be sent: its merge fields are known, and each line of its audience says one thing. What has its recipients stands
/// as it is until it is a draft again; what goes out is not thrown away.
pub(super) fn guard<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let state = change.before.as_ref().map_or(Some(State::Draft), |before| before.get(&mailing::STATE));
        if change.removes() && matches!(state, Some(State::Preparing | State::Scheduled | State::Sending | State::Paused)) {
            return Err(held());
        }
        if state != Some(State::Draft) && change.before.as_ref().is_some_and(|before| content(before) != content(&change.after)) {
            return Err(held());
        }
        if change.before.is_none() || state == Some(State::Draft) {
            examined(&change.after)?;
        }
        Ok(())
    })
}

fn held() -> Error {
    Error::Conflict(Conflict::State(Say::new("error-mailing-held")))
}

/// What its recipients get, and who they are.
fn content(record: &Record) -> Vec<String> {
    let fields = [
        mailing::SENDER.id(),
        mailing::PURPOSE.id(),
        mailing::TOPIC.id(),
        mailing::SUBJECT.id(),
        mailing::PREHEADER.id(),
        mailing::HTML.id(),
        mailing::TEXT.id(),
        mailing::SCHEDULED_AT.id(),
    ];
    let mut content: Vec<String> = fields.into_iter().map(|field| format!("{:?}", record.value(field))).collect();
    for line in record.lines("audiences") {
        content.push(["list", "segment", "excluded"].map(|field| format!("{:?}", line.named(field))).join(" "));
    }
    content
}

fn examined(record: &Record) -> Result<()> {
    let mut problems: Vec<Problem> = Vec::new();
    let parts = [
        ("subject", record.get(&mailing::SUBJECT)),
        ("preheader", record.get(&mailing::PREHEADER)),
        ("html", record.get(&mailing::HTML)),
        ("text", record.get(&mailing::TEXT)),
    ];
    for (field, written) in parts {
        if let Err(say) = message::examined(field, written) {
            problems.push(Problem { field: field.to_owned(), say });
        }
    }
    for line in record.lines("audiences") {
        let (list, segment) = (line.value(whom::LIST.id()).is_empty(), line.value(whom::SEGMENT.id()).is_empty());
        if list == segment {
            problems.push(Problem { field: "audiences".to_owned(), say: Say::new("error-audience-one") });
            break;
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

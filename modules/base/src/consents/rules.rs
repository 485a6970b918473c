//! What an entry of the ledger must say to prove anything.

use super::entity::{ABOUT, ACCOUNT, AT, BASIS, Basis, CHANNEL, Channel, EVIDENCE, PURPOSE, STATE, State, TEXT};
use crate::standing;
use engine::{Change, Dialect, Statement, Tx, Work};
use kernel::{Error, Problem, Say, Value};

/// An entry says whose it is; what holds by consent says which text was agreed to, or how it can be proved; nothing holds from
/// tomorrow; soft spam is for e-mail alone. A refusal or a withdrawal needs no more than who, when and how.
pub(super) fn kept<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        standing::place(tx, change, &ABOUT, &ACCOUNT).await?;
        let mut problems = Vec::new();
        let mut wrong = |field: &str, key: &'static str| problems.push(Problem { field: field.to_owned(), say: Say::new(key) });
        if change.after.get(&AT).is_some_and(|at| at > change.now) {
            wrong("at", "error-consent-future");
        }
        let given = change.after.get(&STATE) == Some(State::Given);
        let proved = change.after.get(&TEXT).is_some() || !change.after.get(&EVIDENCE).trim().is_empty();
        if given && change.after.get(&BASIS) == Some(Basis::Consent) && !proved {
            wrong("evidence", "error-consent-evidence");
        }
        if change.after.get(&BASIS) == Some(Basis::SoftSpam) && change.after.get(&CHANNEL) != Some(Channel::Email) {
            wrong("basis", "error-consent-soft-spam");
        }
        if let Some(text) = change.after.get(&TEXT) {
            // Held, so that nobody changes it while somebody agrees to it.
            let hold = if tx.dialect() == Dialect::Postgres { " FOR SHARE" } else { "" };
            let sql = format!("SELECT 1 FROM \"consent_text\" WHERE \"id\" = ? AND \"purpose\" = ? AND \"removed_at\" IS NULL{hold}");
            let values = vec![Value::Link(text), change.after.value(PURPOSE.id()).clone()];
            if tx.rows(&Statement::new(sql, values)).await?.is_empty() {
                wrong("text", "error-consent-text-purpose");
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    })
}

//! How a mailing stands: counts of the states of its rows, never anything else.

use super::entity::{Reason, State};
use engine::{Engine, Statement, Tx, in_tx};
use kernel::{Id, Result};
use meta::fields::Chosen;

/// The counts of a mailing at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows by state.
    pub states: Vec<(State, i64)>,
    /// Rows that are not sent, by their reason.
    pub reasons: Vec<(Reason, i64)>,
    /// Of the rows in doubt, those that go out again.
    pub again: i64,
}

impl Counts {
    /// The rows of a state.
    pub fn of(&self, state: State) -> i64 {
        self.states.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count)
    }

    /// All rows.
    pub fn all(&self) -> i64 {
        self.states.iter().map(|(_, count)| count).sum()
    }

    /// The rows that are to be sent, or were.
    pub fn addressed(&self) -> i64 {
        self.all() - self.of(State::Suppressed)
    }

    /// The rows that are not done with: what is in doubt is, where it does not go out again.
    pub fn left(&self) -> i64 {
        let open: i64 = [State::Pending, State::Sending, State::Retry].into_iter().map(|state| self.of(state)).sum();
        open + self.again
    }
}

/// Counts the rows of a mailing.
pub async fn counts(engine: &Engine, mailing: Id) -> Result<Counts> {
    engine.store().read(in_tx(move |tx: &mut Tx| Box::pin(async move { counted(tx, mailing).await }))).await
}

/// The same inside a transaction.
pub(crate) async fn counted(tx: &mut Tx, mailing: Id) -> Result<Counts> {
    let sql = "SELECT \"state\", count(*), count(\"due_at\") FROM \"delivery\" WHERE \"mailing\" = ? AND \"removed_at\" IS NULL GROUP BY \"state\"";
    let rows = tx.rows(&Statement::new(sql, vec![mailing.into()])).await?;
    let states: Vec<(State, i64)> = rows.iter().filter_map(|row| Some((State::from_key(row.text(0))?, row.int(1)))).collect();
    let again = rows.iter().filter(|row| row.text(0) == State::InDoubt.key()).map(|row| row.int(2)).sum();
    let mut counts = Counts { states, reasons: Vec::new(), again };
    if counts.of(State::Suppressed) > 0 {
        let sql = "SELECT \"reason\", count(*) FROM \"delivery\" WHERE \"mailing\" = ? AND \"state\" = 'suppressed' AND \"removed_at\" IS NULL GROUP BY \"reason\"";
        let rows = tx.rows(&Statement::new(sql, vec![mailing.into()])).await?;
        counts.reasons = rows.iter().filter_map(|row| Some((Reason::from_key(row.text(0))?, row.int(1)))).collect();
        counts.reasons.sort_by_key(|(reason, _)| *reason as u8);
    }
    Ok(counts)
}

//! Who looks after an account, in which role and for how much: at any time one main subject in a role, each once in it, and no
//! more than all of it shared out.

use super::entity::attachment::{ACCOUNT, MAIN, ROLE, SHARE, SINCE, SUBJECT, UNTIL};
use crate::period::Period;
use engine::{Change, Dialect, Statement, Tx, Work};
use kernel::{Error, Id, Result, Say, Value};
use meta::fields::Chosen;

/// All of it, in hundredths of a percent.
const ALL: i64 = 10_000;

/// Another attachment to the account in the same role.
struct Other {
    subject: Option<Id>,
    main: bool,
    share: i64,
    period: Period,
}

/// Keeps the attachments of an account in order.
pub(super) fn in_order<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            return Ok(());
        }
        let after = &change.after;
        let period = Period { since: after.get(&SINCE), until: after.get(&UNTIL) };
        if !period.is_one() {
            return Err(Error::invalid("until", Say::new("error-until-before")));
        }
        let share = after.get(&SHARE);
        if !(0..=ALL).contains(&share) {
            return Err(Error::invalid("share", Say::new("error-share")));
        }
        let (Some(account), Some(role)) = (after.get(&ACCOUNT), after.get(&ROLE)) else { return Ok(()) };
        let mut others = others(tx, account, role.key(), after.id).await?;
        others.retain(|other| other.period.meets(&period));
        if others.iter().any(|other| other.subject == after.get(&SUBJECT)) {
            return Err(Error::invalid("subject", Say::new("error-subject-twice")));
        }
        if after.get(&MAIN) && others.iter().any(|other| other.main) {
            return Err(Error::invalid("main", Say::new("error-main-twice")));
        }
        let taken = most_taken(&others, &period);
        if share > 0 && taken + share > ALL {
            let left = meta::Kind::Percent.behaviour().write(&Value::Int((ALL - taken).max(0)));
            return Err(Error::invalid("share", Say::new("error-share-left").with("left", left)));
        }
        Ok(())
    })
}

/// The most that others have at one time within a period: on its first day, or on a day when one of them begins.
fn most_taken(others: &[Other], period: &Period) -> i64 {
    let begins = others.iter().map(|other| other.period.since.max(period.since)).chain([period.since]);
    let on = |day| others.iter().filter(|other| other.period.holds_on(day)).map(|other| other.share).sum();
    begins.map(on).max().unwrap_or(0)
}

/// The living attachments to an account in a role but this one; the account is held, so that two who share it out at once
/// don't give away more than there is.
async fn others(tx: &mut Tx, account: Id, role: &str, own: Id) -> Result<Vec<Other>> {
    if tx.dialect() == Dialect::Postgres {
        tx.rows(&Statement::new("SELECT 1 FROM \"account\" WHERE \"id\" = ? FOR UPDATE", vec![Value::Link(account)])).await?;
    }
    let sql = "SELECT \"subject\", \"main\", \"share\", \"since\", \"until\" FROM \"account_subject\" \
         WHERE \"account\" = ? AND \"role\" = ? AND \"id\" <> ? AND \"removed_at\" IS NULL";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(account), role.into(), Value::Link(own)])).await?;
    Ok(rows
        .iter()
        .map(|row| Other {
            subject: row.link(0),
            main: row.bool(1),
            share: row.int(2),
            period: Period { since: row.date(3), until: row.date(4) },
        })
        .collect())
}

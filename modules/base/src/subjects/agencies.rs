//! Agencies: firms for which other subjects work, and never a circle of them.

use super::entity::{AGENCY, KIND, Kind};
use engine::{Change, Statement, Tx, Work};
use kernel::{Error, Id, Result, Say, Value};

/// Agencies within agencies, at most.
const MOST_DEEP: usize = 8;

/// Whoever works for an agency works for a firm, not for himself in the end; a firm for which somebody works stays one.
pub(super) fn of_agencies<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            return Ok(());
        }
        let own = change.after.id;
        if change.changes(AGENCY.id()) {
            let mut at = change.after.get(&AGENCY);
            for step in 0.. {
                let Some(agency) = at else { break };
                if agency == own || step == MOST_DEEP {
                    return Err(Error::invalid("agency", Say::new("error-agency-circle")));
                }
                let Some((kind, above)) = agency_of(tx, agency).await? else { break };
                if step == 0 && kind != "agency" {
                    return Err(Error::invalid("agency", Say::new("error-agency-person")));
                }
                at = above;
            }
        }
        if !change.creates() && change.changes(KIND.id()) && change.after.get(&KIND) != Some(Kind::Agency) && has_people(tx, own).await? {
            return Err(Error::invalid("kind", Say::new("error-agency-people")));
        }
        Ok(())
    })
}

async fn agency_of(tx: &mut Tx, subject: Id) -> Result<Option<(String, Option<Id>)>> {
    let sql = "SELECT \"kind\", \"agency\" FROM \"subject\" WHERE \"id\" = ?";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(subject)])).await?;
    Ok(rows.first().map(|row| (row.text(0).to_owned(), row.link(1))))
}

async fn has_people(tx: &mut Tx, agency: Id) -> Result<bool> {
    let sql = "SELECT 1 FROM \"subject\" WHERE \"agency\" = ? AND \"removed_at\" IS NULL LIMIT 1";
    Ok(!tx.rows(&Statement::new(sql, vec![Value::Link(agency)])).await?.is_empty())
}

//! Teams as a tree: each part of another or of none, and never of itself.

use super::users::teams::{NAME, PARENT, PATH};
use crate::area::Change;
use kernel::{Error, Id, Result, Say, Value, fold};
use std::collections::HashMap;
use store::{Dialect, Statement, Tx, Work};

/// Between the names of a path.
const STEP: &str = " › ";
/// A tree is no deeper than this.
const MOST_DEEP: usize = 12;

/// A team as it stands in the tree.
struct Place {
    parent: Option<Id>,
    name: String,
    path: String,
}

/// A team has its path from those above it; where it moves, is renamed or goes into the trash, all below it follow.
pub(super) fn placed<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let own = change.after.id;
        if change.before.is_some() && !change.removes() && !change.restores() && !change.changes(NAME.id()) && !change.changes(PARENT.id())
        {
            return Ok(());
        }
        let mut teams = tree(tx).await?;
        // One in the trash is above nobody.
        if change.removes() {
            teams.remove(&own);
        } else {
            let here = Place { parent: change.after.get(&PARENT), name: change.after.get(&NAME).to_owned(), path: String::new() };
            teams.insert(own, here);
            change.put(PATH.id(), path(&teams, own)?);
        }
        for (id, place) in &teams {
            let now = path(&teams, *id)?;
            if *id != own && now != place.path {
                let sql = "UPDATE \"team\" SET \"path\" = ?, \"path_f\" = ? WHERE \"id\" = ?";
                tx.execute(&Statement::new(sql, vec![now.as_str().into(), fold(&now).into(), Value::Link(*id)])).await?;
            }
        }
        Ok(())
    })
}

/// All living teams, held so that two who move them at once make no circle.
async fn tree(tx: &mut Tx) -> Result<HashMap<Id, Place>> {
    let hold = if tx.dialect() == Dialect::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT \"id\", \"parent\", \"name\", \"path\" FROM \"team\" WHERE \"removed_at\" IS NULL ORDER BY \"id\"{hold}");
    let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
    let placed = rows.iter().filter_map(|row| {
        let place = Place { parent: row.link(1), name: row.text(2).to_owned(), path: row.text(3).to_owned() };
        Some((row.link(0)?, place))
    });
    Ok(placed.collect())
}

/// The names from the top down to a team. Refused where one comes round to where one was.
fn path(teams: &HashMap<Id, Place>, team: Id) -> Result<String> {
    let mut names = Vec::new();
    let mut at = Some(team);
    while let Some(place) = at.and_then(|id| teams.get(&id)) {
        names.push(place.name.as_str());
        at = place.parent;
        if at == Some(team) {
            return Err(Error::invalid("parent", Say::new("error-team-circle")));
        }
        if names.len() > MOST_DEEP {
            return Err(Error::invalid("parent", Say::new("error-team-deep").with("most", MOST_DEEP)));
        }
    }
    names.reverse();
    Ok(names.join(STEP))
}

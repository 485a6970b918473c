//! Two nodes on one PostgreSQL under a mixed load, one of them killed every twenty seconds and started again: what was
//! answered is there afterwards, with what it says.

use super::{Fallible, Goal, Report, company};
use crate::report::Figure;
use crate::town::{Town, lost, work};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long the load goes on, and how often a node is killed.
const WHOLE: Duration = Duration::from_secs(180);
const EVERY: Duration = Duration::from_secs(20);
const DOWN: Duration = Duration::from_secs(3);
const CLIENTS: usize = 8;

pub async fn run(report: &mut Report) -> Fallible<()> {
    let company = company("postgres")?;
    let mut nodes = [company.serve().await?, company.serve().await?];
    let town = Town::of(&company, [&nodes[0], &nodes[1]])?;
    let kills = Cell::new(0);
    let killing = async {
        let begun = Instant::now();
        while begun.elapsed() + EVERY < WHOLE {
            tokio::time::sleep(EVERY - DOWN).await;
            let place = kills.get() % 2;
            nodes[place].kill()?;
            kills.set(kills.get() + 1);
            tokio::time::sleep(DOWN).await;
            nodes[place] = company.serve().await?;
            town.addresses.borrow_mut()[place] = nodes[place].address.clone();
        }
        tokio::time::sleep(WHOLE.saturating_sub(begun.elapsed())).await;
        town.over.set(true);
        Fallible::Ok(())
    };
    let mut working: Vec<std::pin::Pin<Box<dyn Future<Output = Fallible<()>> + '_>>> = vec![Box::pin(killing)];
    for client in 0..CLIENTS {
        working.push(Box::pin(work(&town, client)));
    }
    crate::client::all(working).await?;
    let lost = lost(&company, &town, &nodes[0]).await?;
    let mut note = |measure: &str, value: f64, unit, goal| {
        report.note(Figure { bench: "nodes", measure: measure.to_owned(), value, unit, goal, database: "postgres" });
    };
    note("nodes killed in 3 minutes", f64::from(kills.get() as u32), "", None);
    note("answers", town.asked.get() as f64 / WHOLE.as_secs_f64(), "/s", None);
    note("asked again at the other node", town.again.get() as f64, "", None);
    note("records made or changed and answered", town.answered.borrow().len() as f64, "", None);
    note("of those not found as answered, or there twice", lost as f64, "", Some(Goal::AtMost(0.0)));
    Ok(())
}

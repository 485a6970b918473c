//! The way out of the demonstration: all of it goes for good, in one click.

use engine::jobs::{Done, JobContext, Run};
use engine::{Engine, Erased, Principal, Work};
use kernel::Result;

/// The job that takes the demonstration out.
pub(super) struct RemoveDemonstration;

/// Its name.
pub(super) const KIND: &str = "remove-demonstration";

impl Run for RemoveDemonstration {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let erased = take_out(&context.engine).await?;
            tracing::info!(records = erased.records, left = erased.left, "the demonstration is taken out");
            Ok(Done::Finished)
        })
    }
}

/// Takes it out at once: every record of it, and what was written on those.
pub async fn take_out(engine: &Engine) -> Result<Erased> {
    engine.erase(super::DEMO).await
}

/// Asks for the demonstration to be taken out, in the name of an administrator.
pub async fn remove(engine: &Engine, who: &Principal) -> Result<()> {
    who.administers()?;
    let (engine, user) = (engine.clone(), who.user);
    let store = engine.store().clone();
    store.write(move |tx| Box::pin(async move { engine.enqueue(tx, KIND, String::new(), user).await.map(|_| ()) })).await
}

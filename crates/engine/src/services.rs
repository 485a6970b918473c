//! Services: what a node does for as long as it serves, beside its jobs and without an end.

use crate::Engine;
use std::sync::Arc;
use std::time::Duration;
use store::Work;
use tokio::task::JoinSet;

/// A kind of work without an end. It may stop at any moment and be begun again, here or on another node.
pub trait Serve: Send + Sync {
    /// Its name in the log.
    fn name(&self) -> &'static str;

    /// Does it until it is dropped. Where it ends with an error it is begun again a moment later.
    fn serve<'s>(&'s self, engine: &'s Engine) -> Work<'s, ()>;
}

/// How long after an error a service is begun again.
const AGAIN: Duration = Duration::from_secs(3);

impl Engine {
    /// Begins the services of all slices; they end when what is returned is dropped.
    pub fn begin_services(&self) -> JoinSet<()> {
        let mut services = JoinSet::new();
        for service in &self.inside.services {
            services.spawn(kept_up(self.clone(), service.clone()));
        }
        services
    }
}

async fn kept_up(engine: Engine, service: Arc<dyn Serve>) {
    loop {
        let mut serving = JoinSet::new();
        let (of, begun) = (engine.clone(), service.clone());
        // A panic ends the service, not what keeps it up.
        serving.spawn(async move { begun.serve(&of).await });
        match serving.join_next().await {
            Some(Ok(Ok(()))) | None => {}
            Some(Ok(Err(error))) => tracing::warn!(service = service.name(), %error, "a service ended, and begins again"),
            Some(Err(fault)) => tracing::error!(service = service.name(), %fault, "a service broke, and begins again"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

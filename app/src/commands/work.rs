//! `scheda work`: jobs only, any number of nodes beside those that serve.

use super::Ended;
use crate::opening;
use crate::settings::Settings;
use std::process::ExitCode;

/// Works until it is told to stop.
pub async fn run(settings: &Settings) -> Ended {
    let engine = opening::open(settings).await?;
    tokio::select! {
        () = engine.work() => {}
        () = super::serve::told_to_stop() => {}
    }
    engine.close().await;
    Ok(ExitCode::SUCCESS)
}

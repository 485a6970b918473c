//! `scheda check`: whether the data is whole, and how far back the audit goes.

use super::Ended;
use crate::opening;
use crate::settings::Settings;
use std::process::ExitCode;

/// Prints what is wrong, line by line; succeeds where nothing is.
pub async fn run(settings: &Settings) -> Ended {
    let engine = opening::open_to_read(settings).await?;
    let findings = engine.examine().await?;
    for finding in &findings {
        println!("{finding}");
    }
    let extent = engine.audit_extent().await?;
    if let (Some(since), Some(gone)) = (extent.since, extent.anchor) {
        println!("the audit goes back to {since}; {} older rows were let go, the last time on {}", gone.rows, gone.at);
    }
    engine.close().await;
    if findings.is_empty() {
        println!("everything is whole");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

//! `scheda check`: whether the data is whole.

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
    engine.close().await;
    if findings.is_empty() {
        println!("everything is whole");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

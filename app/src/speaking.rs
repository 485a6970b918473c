//! What the command line says: one line for a person, the log for whoever looks closer.

use crate::opening;
use kernel::error::Conflict;
use kernel::{Error, Language, Result, Say};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use tracing_subscriber::EnvFilter;
use web::Words;

/// Starts the log on standard error; what can't be read as a filter is said.
pub fn log(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|fault| format!("SCHEDA_LOG is no filter of the log: {fault}"))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    Ok(())
}

/// Says what went wrong.
pub fn fail(sentence: &str) -> ExitCode {
    eprintln!("scheda: {sentence}");
    ExitCode::FAILURE
}

/// Says what whoever runs the program has to know, in one line that can't be turned off.
pub fn warn(sentence: &str) {
    eprintln!("scheda: WARNING: {sentence}");
}

/// The words of the product.
pub fn words() -> Result<Arc<Words>> {
    static WORDS: OnceLock<Arc<Words>> = OnceLock::new();
    if let Some(words) = WORDS.get() {
        return Ok(words.clone());
    }
    let slices: Vec<&str> = opening::areas().into_iter().flat_map(|area| area.slices).map(|slice| slice.words).collect();
    let words = Arc::new(Words::of_platform_and(&slices)?);
    Ok(WORDS.get_or_init(|| words).clone())
}

/// The sentence of an error, a line for each problem.
pub fn sentence(error: &Error) -> String {
    let words = words();
    let say = |say: &Say| words.as_ref().map_or_else(|_| say.to_string(), |words| words.say(say, Language::English));
    let about = |field: &str, what: &Say| if field.is_empty() { say(what) } else { format!("{field}: {}", say(what)) };
    match error {
        Error::NotFound => say(&Say::new("error-not-found")),
        Error::Forbidden(why) | Error::Unavailable(why) | Error::Conflict(Conflict::State(why)) => say(why),
        Error::Invalid(problems) => problems.iter().map(|problem| about(&problem.field, &problem.say)).collect::<Vec<_>>().join("\n"),
        Error::Conflict(Conflict::Taken { field }) => about(field, &Say::new("error-taken")),
        Error::Conflict(Conflict::Stale { .. }) => say(&Say::new("error-stale")),
        Error::Busy(seconds) => say(&Say::new("error-busy").with("seconds", seconds)),
        // Whoever sits at the command line is the one who can do something about the cause.
        Error::Internal(cause) => format!("{} {cause}", say(&Say::new("error-program"))),
    }
}

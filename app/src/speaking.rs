//! What the command line says: one line for a person, the log for whoever looks closer.

use crate::opening;
use kernel::error::Conflict;
use kernel::{Error, Language, Say};
use std::process::ExitCode;
use std::sync::LazyLock;
use tracing_subscriber::EnvFilter;
use web::Words;

/// Starts the log on standard error.
pub fn log() {
    let filter = EnvFilter::try_from_env("SCHEDA_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Says what went wrong.
pub fn fail(sentence: &str) -> ExitCode {
    eprintln!("scheda: {sentence}");
    ExitCode::FAILURE
}

/// A sentence for reports of imports, which the company's people read.
pub fn in_italian(say: &Say) -> String {
    static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| {
        let slices = opening::areas().into_iter().flat_map(|area| area.slices).map(|slice| slice.words).collect::<Vec<_>>();
        Words::of_platform_and(&slices).ok()
    });
    WORDS.as_ref().map_or_else(|| say.to_string(), |words| words.say(say, Language::Italian))
}

/// The sentence of an error.
pub fn sentence(error: &Error) -> String {
    let slices: Vec<&str> = opening::areas().into_iter().flat_map(|area| area.slices).map(|slice| slice.words).collect();
    let words = Words::of_platform_and(&slices);
    let say = |say: &Say| words.as_ref().map_or_else(|_| say.to_string(), |words| words.say(say, Language::English));
    match error {
        Error::NotFound => "There is no such thing.".to_owned(),
        Error::Forbidden(why) | Error::Unavailable(why) => say(why),
        Error::Invalid(problems) => {
            let lines: Vec<String> = problems
                .iter()
                .map(
                    |problem| {
                        if problem.field.is_empty() { say(&problem.say) } else { format!("{}: {}", problem.field, say(&problem.say)) }
                    },
                )
                .collect();
            lines.join("\n")
        }
        Error::Conflict(Conflict::State(why)) => say(why),
        Error::Conflict(Conflict::Taken { field }) => format!("{field} is already taken."),
        Error::Conflict(Conflict::Stale { .. }) => "Somebody else was quicker.".to_owned(),
        Error::Busy(seconds) => format!("Too much at once; try again in {seconds} seconds."),
        Error::Internal(cause) => format!("An error of the program: {cause}"),
    }
}

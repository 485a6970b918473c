//! Mail that the installation sends: through one account, in the language of whoever reads it, by jobs and never inside a request.

mod account;
mod wording;

pub(crate) use account::turn;
pub use account::{MailAccount, MailSecurity};
pub use wording::Wording;

use crate::Engine;
use kernel::{Error, Language, Result, Say};
use std::sync::Arc;
use wire::smtp::{Letter, Person, Refused};

/// Whoever has the words: the pages do, and give them to jobs.
pub trait Speaks: Send + Sync {
    /// A message in a language.
    fn said(&self, key: &str, language: Language, with: &[(&str, &str)]) -> String;
}

impl Engine {
    /// Gives the words that letters are written in. Said once; whoever says it again is not heard.
    pub fn speak_with(&self, words: Arc<dyn Speaks>) {
        let _ = self.inside.speaks.set(words);
    }

    /// The words of letters.
    pub(crate) fn words_of_letters(&self) -> Result<Arc<dyn Speaks>> {
        self.inside.speaks.get().cloned().ok_or_else(|| Error::internal("nobody gave the words of letters"))
    }

    /// Sends a letter through the account of the installation; gives the server's answer. `NotFound` without an account,
    /// `Forbidden` where the server refuses for good, `Unavailable` where it may work later.
    pub async fn post(&self, id: &str, to: &str, name: &str, wording: &Wording) -> Result<String> {
        let (account, server) = self.mail_server().await?.ok_or(Error::NotFound)?;
        let letter = Letter {
            id: id.to_owned(),
            at: self.now(),
            from: Person { name: account.sender_name, address: account.sender_address },
            to: Person { name: name.chars().filter(|c| !c.is_control()).collect(), address: to.to_owned() },
            subject: wording.subject.clone(),
            text: wording.text(),
            html: wording.html(),
        };
        server.send(&letter).await.map_err(|refused| match refused {
            Refused::Unfit(cause) => Error::Forbidden(Say::new("error-mail-unfit").with("cause", cause)),
            Refused::Open => Error::Forbidden(Say::new("error-mail-open")),
            Refused::Never(answer) => Error::Forbidden(Say::new("error-mail-refused").with("answer", answer)),
            Refused::Later(answer) => Error::Unavailable(Say::new("error-mail-later").with("answer", answer)),
        })
    }
}

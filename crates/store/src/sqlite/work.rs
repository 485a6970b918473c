//! A piece of work as the threads see it: run now, answered later.

use crate::erased::{Job, Outcome};
use crate::store::Work;
use crate::tx::{Kind, Tx};
use kernel::error::{Conflict, Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tokio::sync::oneshot;

/// What a thread is asked.
pub(super) enum Errand {
    /// Some work.
    Do(Item),
    /// To end, after what came before.
    Stop,
}

/// Work, with the kind of hold it wants.
pub(super) struct Item {
    pub(super) kind: Kind,
    run: Run,
}

type Run = Box<dyn FnOnce(Result<&mut Tx>) -> Answer + Send>;
type Tell = Box<dyn FnOnce(Option<&Error>)>;

/// What the work gave, kept until it may be told.
pub(super) struct Answer {
    pub(super) good: bool,
    tell: Tell,
}

impl Item {
    /// Runs the work, or fails it with an error met before it could begin. A panic in it becomes an error.
    pub(super) fn run(self, tx: Result<&mut Tx>) -> Answer {
        (self.run)(tx)
    }
}

impl Answer {
    /// Tells whoever waits; `lost` is why even good work came to nothing.
    pub(super) fn tell(self, lost: Option<&Error>) {
        (self.tell)(lost);
    }
}

pub(super) fn item(kind: Kind, work: Job) -> (Item, oneshot::Receiver<Result<Outcome>>) {
    let (sender, receiver) = oneshot::channel();
    let run = move |tx: Result<&mut Tx>| {
        // Whoever asked has hung up: nobody needs to know any more.
        if kind != Kind::Write && sender.is_closed() {
            return Answer { good: false, tell: Box::new(|_| {}) };
        }
        let outcome = tx.and_then(|tx| {
            let outcome = catch_unwind(AssertUnwindSafe(|| drive(work(tx)))).unwrap_or_else(|panic| Err(panicked(&*panic)));
            if tx.broken { outcome.and_then(|_| Err(crate::tx::swallowed())) } else { outcome }
        });
        let good = outcome.is_ok();
        let tell = move |lost: Option<&Error>| {
            let outcome = match lost {
                Some(error) => outcome.and_then(|_| Err(again(error))),
                None => outcome,
            };
            // Nobody may be waiting any more.
            let _ = sender.send(outcome);
        };
        Answer { good, tell: Box::new(tell) }
    };
    (Item { kind, run: Box::new(run) }, receiver)
}

/// On this database nothing the work may wait for ever waits, so one poll brings it to its end.
fn drive(work: Work<'_, Outcome>) -> Result<Outcome> {
    let mut work = pin!(work);
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Error::internal("work in a transaction waited for something outside of it")),
    }
}

pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    Error::Internal(format!("panic in a transaction: {}", said.unwrap_or_default()))
}

/// The same error once more, for each of those who shared a commit.
fn again(error: &Error) -> Error {
    match error {
        Error::NotFound => Error::NotFound,
        Error::Forbidden(say) => Error::Forbidden(say.clone()),
        Error::Invalid(problems) => Error::Invalid(problems.clone()),
        Error::Conflict(conflict) => Error::Conflict(Conflict::clone(conflict)),
        Error::Busy(seconds) => Error::Busy(*seconds),
        Error::Unavailable(say) => Error::Unavailable(say.clone()),
        Error::Internal(cause) => Error::Internal(cause.clone()),
    }
}

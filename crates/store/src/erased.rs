//! Work without its types. Hundreds of places have work for the store, each of a type of its own: what carries it to a connection and
//! back is made once, and not once for each of them.

use crate::store::Work;
use crate::tx::Tx;
use kernel::{Error, Result};
use std::any::Any;

/// What some work came to.
pub(crate) type Outcome = Box<dyn Any + Send>;
/// Some work.
pub(crate) type Job = Box<dyn for<'t> FnOnce(&'t mut Tx) -> Work<'t, Outcome> + Send>;

/// Work of any type.
pub(crate) fn job<T, F>(work: F) -> Job
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T> + Send + 'static,
    T: Send + 'static,
{
    fn any_time<F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Outcome>>(job: F) -> F {
        job
    }
    Box::new(any_time(move |tx| {
        let work = work(tx);
        Box::pin(async move { work.await.map(|outcome| Box::new(outcome) as Outcome) })
    }))
}

/// What the work of a [`job`] came to.
pub(crate) fn outcome<T: 'static>(outcome: Outcome) -> Result<T> {
    outcome.downcast::<T>().map(|outcome| *outcome).map_err(|_| Error::internal("work came to what it is not"))
}

//! Addresses of accounts and sites, looked for at the geocoding server that an administrator names: by a job, after the commit that wrote
//! them, one after the other. What is found stands beside what people know better.

mod address;
mod jobs;
mod page;
mod queue;

#[cfg(test)]
mod tests;

pub use page::routes;
pub(crate) use queue::follow;

use engine::Slice;

/// What looking for addresses registers.
pub fn slice() -> Slice {
    Slice::new("geocoding").entity(queue::geocoding()).job(jobs::Seek).job(jobs::Gather).words(include_str!("words.toml"))
}

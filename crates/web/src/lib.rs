//! Generic pages and the generic JSON API over any entity, and the HTTP server under both.
//!
//! A request goes through [`headers`] (its host, who sent it, what every answer carries), then through the guard of its
//! [`route`] (who asks, what he may, forged forms, limits), then to its handler, which calls one verb of the engine.
//! Whatever goes wrong becomes an answer in [`problem`], once.

pub mod api;
mod assets;
pub mod auditing;
mod caller;
mod content;
mod fields;
pub mod form;
pub mod headers;
mod health;
mod hidden;
pub mod limits;
pub mod live;
pub mod pages;
pub mod problem;
pub mod route;
mod seal;
mod seeing;
pub mod server;
pub mod sheets;
pub mod state;
pub mod taken;
mod uploads;
pub mod words;

pub use caller::{Caller, Named, Of, Visitor};
pub use content::composed;
pub use fields::map;
pub use form::{Asking, Fields};
pub use problem::{Failure, Shown};
pub use route::{Csrf, Face, Policy, Rate, Route, Routes};
pub use seal::Seal;
pub use server::serve;
pub use state::{BaseUrl, Web, WebSettings};
pub use uploads::Sent;
pub use words::Words;

/// The icons and styles of all pages, for the templates of slices.
pub use ::assets as dress;

/// What a handler gives.
pub type Answer = Result<axum::response::Response, Failure>;

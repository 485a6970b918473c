//! The pages: made from the descriptions for any entity, rendered here, alive with htmx, usable without it.
//!
//! A page is a template in `templates/`, and its parts that depend on the kinds of fields are written by `fields`. A
//! route answers with the whole page or the part that was asked for, by the same code.

mod access;
mod acts;
pub(crate) mod administration;
pub mod answer;
mod bulk;
mod card;
mod coming_in;
mod company;
pub(crate) mod duplicates;
mod error_page;
mod favourites;
pub(crate) mod filter;
mod form;
mod found;
pub mod html;
pub(crate) mod layout;
mod layouts;
pub(crate) mod linked;
mod list;
mod marks;
mod merging;
mod normalising;
mod notifications;
pub mod outside;
mod own_fields;
pub(crate) mod palette;
mod preferences;
pub mod reader;
mod rights;
mod search;
mod series;
mod setup;
mod sign_in;
pub mod speech;
mod start;
pub(crate) mod toast;
mod vocabularies;
mod wordings;

use crate::Routes;
use crate::route::{Policy, Rate, Route};
use axum::response::Response;
use http::Method;
use reader::Reader;

/// The routes of all pages.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes.add(Route::page(Method::GET, "/", Policy::SignedIn, Rate::Person, "", ""), home);
    let routes = sign_in::routes(routes).error_page(error_page::show);
    let routes = access::routes(routes);
    let routes = setup::routes(search::routes(preferences::routes(routes)));
    let routes = list::routes(palette::routes(start::routes(routes)));
    let routes = filter::routes(card::routes(bulk::routes(routes)));
    let routes = favourites::routes(notifications::routes(acts::routes(routes)));
    let routes = normalising::routes(series::routes(layouts::routes(own_fields::routes(wordings::routes(routes)))));
    let routes = merging::routes(company::routes(vocabularies::routes(duplicates::routes(routes))));
    crate::seeing::routes(administration::routes(form::routes(rights::routes(routes))))
}

pub(crate) use card::{is_the_same, newer as newer_version};
pub use form::{alone, blank_of, offered, read_alone};
pub(crate) use reader::{cookie, theme};
pub use start::Demonstration;

/// Where one begins: the first area.
async fn home(reader: Reader) -> Response {
    let first = reader.areas().first().map_or("/preferences".to_owned(), |area| format!("/{}", area.plural));
    answer::to(&first)
}

//! The provider of the company's own sign-in, set by administrators.

use super::input::{Input, marked};
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::identity::{Provider, return_address};
use http::{Method, StatusCode};
use kernel::{Error, Problems};

const HERE: &str = "/administration/provider";

/// The routes of the provider.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, HERE, "", ""), show)
        .add(Route::administration(Method::POST, HERE, "Provider", "openid-provider"), set)
        .add(Route::administration(Method::POST, "/administration/provider/removal", "ProviderRemoval", "openid-provider-removed"), remove)
}

#[derive(Template)]
#[template(path = "provider.html")]
struct ProviderPage<'p> {
    reader: &'p Reader,
    title: String,
    inputs: Vec<Input>,
    /// Where the provider has to send people back to.
    back: String,
    set: bool,
}

async fn page(reader: &Reader, status: StatusCode, entered: &Provider, set: bool, problems: Problems) -> Answer {
    let speech = &reader.speech;
    let input = |name, kind, value: &str| Input::new(speech, "provider", name, kind, value);
    let secret = input("secret", "password", "").auto("new-password");
    let mut inputs = vec![
        input("name", "text", &entered.name).required(),
        input("issuer", "url", &entered.issuer).required(),
        input("client", "text", &entered.client).required(),
        if set { secret.hint(speech.say("mail-password-kept")) } else { secret },
        input("own", "text", &entered.own),
    ];
    marked(&mut inputs, speech, problems);
    let page = ProviderPage { reader, title: speech.say("provider").to_owned(), inputs, back: return_address(&reader.origin), set };
    rendered(reader, status, &page)
}

async fn show(reader: Reader) -> Answer {
    let provider = reader.web.engine().openid_provider().await?;
    page(&reader, StatusCode::OK, &provider.clone().unwrap_or_default(), provider.is_some(), Vec::new()).await
}

async fn set(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let text = |name: &str| fields.get(name).unwrap_or_default();
    let entered = Provider::new(text("name"), text("issuer"), text("client"), text("own"));
    let set = web.engine().openid_provider().await?.is_some();
    match web.engine().set_openid_provider(&reader.who, Some(entered.clone()), fields.get("secret").map(str::to_owned)).await {
        Ok(()) => onward_saying(&reader, HERE, "said-provider", "", None),
        Err(Error::Invalid(problems)) => page(&reader, StatusCode::UNPROCESSABLE_ENTITY, &entered, set, problems).await,
        Err(error) => Err(error.into()),
    }
}

async fn remove(State(web): State<Web>, reader: Reader) -> Answer {
    web.engine().set_openid_provider(&reader.who, None, None).await?;
    onward_saying(&reader, HERE, "said-provider-removed", "", None)
}

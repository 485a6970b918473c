//! The provider of the company's own sign-in, set by administrators.

use super::input::{Input, marked};
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::Asked;
use engine::identity::users::teams;
use engine::identity::{Provider, TEAM, Welcome, return_address};
use engine::rights::ADMINISTRATOR;
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
    /// Whether, from which domains and into which team people get an account.
    welcomes: Vec<Input>,
    /// The roles they get: key, name, whether it is one of them.
    roles: Vec<(String, String, bool)>,
    wrong_roles: Option<String>,
    /// Where the provider has to send people back to.
    back: String,
    set: bool,
}

/// What stands in the form.
struct Entered {
    provider: Provider,
    welcomes: bool,
    domains: String,
    roles: Vec<String>,
    team: String,
}

impl Entered {
    fn of(provider: Provider) -> Entered {
        let welcome = provider.welcomes.clone().unwrap_or_default();
        Entered {
            welcomes: provider.welcomes.is_some(),
            domains: welcome.domains.join(", "),
            roles: welcome.roles,
            team: welcome.team.map(|team| team.to_string()).unwrap_or_default(),
            provider,
        }
    }

    fn read(fields: &Fields) -> Entered {
        let text = |name: &str| fields.get(name).unwrap_or_default();
        Entered {
            provider: Provider::new(text("name"), text("issuer"), text("client"), text("own")),
            welcomes: fields.get("welcomes") == Some("true"),
            domains: text("domains").chars().take(10_000).collect(),
            roles: fields.all("roles").map(str::to_owned).collect(),
            team: text("team").to_owned(),
        }
    }

    fn provider(&self) -> Provider {
        let domains =
            self.domains.split([',', ';', ' ', '\n', '\r']).map(|domain| domain.trim().trim_start_matches('@').to_ascii_lowercase());
        let welcome = Welcome {
            domains: domains.filter(|domain| !domain.is_empty()).collect(),
            roles: self.roles.clone(),
            team: self.team.parse().ok(),
        };
        let mut provider = self.provider.clone();
        provider.welcomes = self.welcomes.then_some(welcome);
        provider
    }
}

/// The teams there are, by their places in the tree.
async fn teams(reader: &Reader) -> kernel::Result<Vec<(String, String)>> {
    let engine = reader.web.engine();
    let asked = Asked { limit: 200, fields: vec![teams::PATH.field.key], ..Asked::new(engine.entity(TEAM)?) };
    let teams = engine.list(&reader.who, asked).await?.records;
    let none = (String::new(), reader.speech.say("provider-team-none").to_owned());
    Ok(std::iter::once(none).chain(teams.iter().map(|team| (team.id.to_string(), team.get(&teams::PATH).to_owned()))).collect())
}

async fn page(reader: &Reader, status: StatusCode, entered: &Entered, set: bool, problems: Problems) -> Answer {
    let speech = &reader.speech;
    let input = |name, kind, value: &str| Input::new(speech, "provider", name, kind, value);
    let provider = &entered.provider;
    let secret = input("secret", "password", "").auto("new-password");
    let mut inputs = vec![
        input("name", "text", &provider.name).required(),
        input("issuer", "url", &provider.issuer).required(),
        input("client", "text", &provider.client).required(),
        if set { secret.hint(speech.say("mail-password-kept")) } else { secret },
        input("own", "text", &provider.own),
        input("welcomes", "switch", if entered.welcomes { "true" } else { "" }),
        input("domains", "text", &entered.domains),
        input("team", "select", &entered.team).options(teams(reader).await?),
    ];
    let wrong_roles = marked(&mut inputs, speech, problems).into_iter().next();
    let welcomes = inputs.split_off(inputs.len() - 3);
    let roles = reader.roles().into_iter().filter(|(key, _)| key != ADMINISTRATOR);
    let roles = roles.map(|(key, name)| (key.clone(), name, entered.roles.contains(&key))).collect();
    let (title, back) = (speech.say("provider").to_owned(), return_address(&reader.origin));
    rendered(reader, status, &ProviderPage { reader, title, inputs, welcomes, roles, wrong_roles, back, set })
}

async fn show(reader: Reader) -> Answer {
    let provider = reader.web.engine().openid_provider().await?;
    let set = provider.is_some();
    page(&reader, StatusCode::OK, &Entered::of(provider.unwrap_or_default()), set, Vec::new()).await
}

async fn set(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let entered = Entered::read(&fields);
    let set = web.engine().openid_provider().await?.is_some();
    match web.engine().set_openid_provider(&reader.who, Some(entered.provider()), fields.get("secret").map(str::to_owned)).await {
        Ok(()) => onward_saying(&reader, HERE, "said-provider", "", None),
        Err(Error::Invalid(problems)) => page(&reader, StatusCode::UNPROCESSABLE_ENTITY, &entered, set, problems).await,
        Err(error) => Err(error.into()),
    }
}

async fn remove(State(web): State<Web>, reader: Reader) -> Answer {
    web.engine().set_openid_provider(&reader.who, None, None).await?;
    onward_saying(&reader, HERE, "said-provider-removed", "", None)
}

//! What the administrator asks of whoever signs in: a second factor of whom, and how long a session lasts.

use super::input::{Input, marked};
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::identity::{OfWhom, SignInPolicy};
use http::{Method, StatusCode};
use kernel::{Error, Problems};

const HERE: &str = "/administration/sign-in";

/// The routes of what is asked.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, HERE, "", ""), show)
        .add(Route::administration(Method::POST, HERE, "SignInPolicy", "sign-in-policy"), set)
}

#[derive(Template)]
#[template(path = "requirements.html")]
struct RequirementsPage<'p> {
    reader: &'p Reader,
    title: String,
    /// Of whom a second factor is required, and for how long it may be put off.
    factor: Input,
    grace: Input,
    /// The roles of whom it may be: key, name, whether it is.
    roles: Vec<(String, String, bool)>,
    wrong_roles: Option<String>,
    sessions: Vec<Input>,
}

const OF: [(&str, OfWhom); 4] =
    [("nobody", OfWhom::Nobody), ("administrators", OfWhom::Administrators), ("roles", OfWhom::Roles), ("everybody", OfWhom::Everybody)];

/// What stands in the form.
struct Entered {
    second_factor: String,
    roles: Vec<String>,
    grace_days: String,
    idle_minutes: String,
    whole_days: String,
}

impl Entered {
    fn of(policy: &SignInPolicy) -> Entered {
        let word = OF.iter().find(|(_, of)| *of == policy.second_factor).map_or("nobody", |(word, _)| word);
        Entered {
            second_factor: word.to_owned(),
            roles: policy.roles.clone(),
            grace_days: policy.grace_days.to_string(),
            idle_minutes: policy.idle_minutes.to_string(),
            whole_days: policy.whole_days.to_string(),
        }
    }

    fn read(fields: &Fields) -> Entered {
        let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
        Entered {
            second_factor: text("second_factor"),
            roles: fields.all("roles").map(str::to_owned).collect(),
            grace_days: text("grace_days"),
            idle_minutes: text("idle_minutes"),
            whole_days: text("whole_days"),
        }
    }

    /// The policy; what is no number is one that no rule allows.
    fn policy(&self) -> SignInPolicy {
        let number = |text: &str| text.parse().unwrap_or(-1);
        let mut policy = SignInPolicy::default();
        policy.second_factor = OF.iter().find(|(word, _)| *word == self.second_factor).map_or(OfWhom::Nobody, |(_, of)| *of);
        policy.roles = if policy.second_factor == OfWhom::Roles { self.roles.clone() } else { Vec::new() };
        policy.grace_days = number(&self.grace_days);
        policy.idle_minutes = number(&self.idle_minutes);
        policy.whole_days = number(&self.whole_days);
        policy
    }
}

fn page(reader: &Reader, status: StatusCode, entered: &Entered, problems: Problems) -> Answer {
    let speech = &reader.speech;
    let options = OF.map(|(key, _)| (key.to_owned(), speech.say(&format!("required-of-{key}")).to_owned()));
    let number = |name, value: &str| {
        let mut input = Input::new(speech, "required", name, "text", value).required();
        (input.numeric, input.width) = (true, "w-short");
        input
    };
    let mut inputs = vec![
        Input::new(speech, "required", "second_factor", "select", &entered.second_factor).options(options.into()),
        number("grace_days", &entered.grace_days),
        number("idle_minutes", &entered.idle_minutes),
        number("whole_days", &entered.whole_days),
    ];
    let wrong_roles = marked(&mut inputs, speech, problems).into_iter().next();
    let mut inputs = inputs.into_iter();
    let (factor, grace) = (inputs.next().unwrap_or_default(), inputs.next().unwrap_or_default());
    let roles = reader.roles().into_iter().map(|(key, name)| (key.clone(), name, entered.roles.contains(&key))).collect();
    let title = speech.say("required").to_owned();
    rendered(reader, status, &RequirementsPage { reader, title, factor, grace, roles, wrong_roles, sessions: inputs.collect() })
}

async fn show(reader: Reader) -> Answer {
    let policy = reader.web.engine().sign_in_policy().await?;
    page(&reader, StatusCode::OK, &Entered::of(&policy), Vec::new())
}

async fn set(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let entered = Entered::read(&fields);
    match web.engine().set_sign_in_policy(&reader.who, entered.policy()).await {
        Ok(()) => onward_saying(&reader, HERE, "said-sign-in-policy", "", None),
        Err(Error::Invalid(problems)) => page(&reader, StatusCode::UNPROCESSABLE_ENTITY, &entered, problems),
        Err(error) => Err(error.into()),
    }
}

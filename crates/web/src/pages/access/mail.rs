//! The account that mail goes out through: set by administrators, and tried with a letter to oneself.

use crate::form::Fields;
use crate::pages::access::input::{Input, marked};
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::identity::{USER, users};
use engine::mail::{MailAccount, MailSecurity, Wording};
use http::{Method, StatusCode};
use kernel::{Error, Problems, Say};

const HERE: &str = "/administration/mail";

/// The routes of the mail account.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, HERE, "", ""), show)
        .add(Route::administration(Method::POST, HERE, "MailAccount", "mail-account"), set)
        .add(Route::administration(Method::POST, "/administration/mail/trial", "MailTrial", "mail-trial"), try_it)
}

/// What the server said to a letter.
struct Trial {
    tone: &'static str,
    said: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "mail-account.html")]
struct MailPage<'p> {
    reader: &'p Reader,
    title: String,
    /// Whether there is an account to be tried.
    set: bool,
    email: String,
    inputs: Vec<Input>,
    wrong: Vec<String>,
    trial: Option<Trial>,
}

/// What stands in the form.
struct Entered {
    host: String,
    port: String,
    security: String,
    user: String,
    sender_name: String,
    sender_address: String,
    kept: bool,
}

impl Entered {
    fn of(account: Option<&MailAccount>, company: &str) -> Entered {
        match account {
            Some(account) => Entered {
                host: account.host.clone(),
                port: account.port.to_string(),
                security: word(account.security).to_owned(),
                user: account.user.clone(),
                sender_name: account.sender_name.clone(),
                sender_address: account.sender_address.clone(),
                kept: account.has_password(),
            },
            None => Entered {
                host: String::new(),
                port: "587".to_owned(),
                security: "starttls".to_owned(),
                user: String::new(),
                sender_name: company.to_owned(),
                sender_address: String::new(),
                kept: false,
            },
        }
    }
}

fn word(security: MailSecurity) -> &'static str {
    match security {
        MailSecurity::None => "none",
        MailSecurity::StartTls => "starttls",
        MailSecurity::Tls => "tls",
    }
}

async fn page(reader: &Reader, status: StatusCode, entered: Entered, problems: Problems, trial: Option<Trial>) -> Answer {
    let speech = &reader.speech;
    let input = |name, kind, value: &str| Input::new(speech, "mail", name, kind, value);
    let securities = ["starttls", "tls", "none"].map(|key| (key.to_owned(), speech.say(&format!("mail-security-{key}")).to_owned()));
    let password = input("password", "password", "").auto("new-password");
    let mut port = input("port", "text", &entered.port).required();
    (port.numeric, port.width) = (true, "w-short");
    let mut inputs = vec![
        input("host", "text", &entered.host).required(),
        port,
        input("security", "select", &entered.security).options(securities.into()),
        input("user", "text", &entered.user),
        if entered.kept { password.hint(speech.say("mail-password-kept")) } else { password },
        input("sender_name", "text", &entered.sender_name),
        input("sender_address", "email", &entered.sender_address).required(),
    ];
    let wrong = marked(&mut inputs, speech, problems);
    let set = reader.web.engine().mail_account().await?.is_some();
    let email = own_address(reader).await?;
    let page = MailPage { reader, title: speech.say("mail").to_owned(), set, email, inputs, wrong, trial };
    rendered(reader, status, &page)
}

async fn own_address(reader: &Reader) -> kernel::Result<String> {
    let entity = reader.web.engine().entity(USER)?;
    let (user, _) = reader.web.engine().show(&reader.who, &entity, reader.who.user.ok_or(Error::NotFound)?).await?;
    Ok(user.get(&users::EMAIL).to_owned())
}

async fn show(reader: Reader) -> Answer {
    let account = reader.web.engine().mail_account().await?;
    page(&reader, StatusCode::OK, Entered::of(account.as_ref(), &reader.company), Vec::new(), None).await
}

async fn set(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let before = web.engine().mail_account().await?;
    let entered = Entered {
        host: text("host"),
        port: text("port"),
        security: text("security"),
        user: text("user"),
        sender_name: text("sender_name"),
        sender_address: text("sender_address"),
        kept: before.is_some_and(|before| before.has_password()),
    };
    let security = match entered.security.as_str() {
        "none" => MailSecurity::None,
        "tls" => MailSecurity::Tls,
        _ => MailSecurity::StartTls,
    };
    let sender = (entered.sender_name.as_str(), entered.sender_address.as_str());
    let account = MailAccount::new(&entered.host, entered.port.parse().unwrap_or(0), security, &entered.user, sender);
    match web.engine().set_mail_account(account, fields.get("password").map(str::to_owned)).await {
        Ok(()) => onward_saying(&reader, HERE, "said-mail-account", "", None),
        Err(Error::Invalid(problems)) => page(&reader, StatusCode::UNPROCESSABLE_ENTITY, entered, problems, None).await,
        Err(error) => Err(error.into()),
    }
}

/// A letter to oneself: the only one that is sent while somebody waits, since its answer is what he waits for.
async fn try_it(State(web): State<Web>, reader: Reader) -> Answer {
    let speech = &reader.speech;
    let with = [("company", reader.company.as_ref()), ("name", reader.who.name.as_str())];
    let wording = Wording {
        subject: speech.with("letter-trial-subject", &with),
        paragraphs: vec![speech.with("letter-trial-greeting", &with), speech.with("letter-trial-text", &with)],
        ..Wording::default()
    };
    let id = format!("scheda-{}", web.engine().id());
    let (tone, key, answer) = match web.engine().post(&id, &own_address(&reader).await?, &reader.who.name, &wording).await {
        Ok(answer) => ("good", "mail-trial-taken", answer),
        Err(Error::NotFound) => ("bad", "error-mail-unset", String::new()),
        Err(Error::Forbidden(say) | Error::Unavailable(say)) => ("bad", "mail-trial-refused", told(&reader, &say)),
        Err(error) => return Err(error.into()),
    };
    let trial = Trial { tone, said: speech.say(key).to_owned(), answer };
    let account = web.engine().mail_account().await?;
    page(&reader, StatusCode::OK, Entered::of(account.as_ref(), &reader.company), Vec::new(), Some(trial)).await
}

/// The server's own words, where it said any.
fn told(reader: &Reader, say: &Say) -> String {
    let own = say.with.iter().find(|(name, _)| name == "answer").map(|(_, said)| said.clone());
    own.unwrap_or_else(|| reader.speech.sentence(say))
}

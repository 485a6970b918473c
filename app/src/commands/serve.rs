//! `scheda serve`: the pages, the API, the live stream, and the jobs beside them.

use super::Ended;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use base::demo::{MEASURE, fill, offered};
use clap::Args;
use engine::Engine;
use engine::identity::users;
use kernel::{Error, Result, Say};
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use tokio::net::TcpListener;
use web::limits::Measures;
use web::{BaseUrl, Routes, Web, WebSettings};

/// `scheda serve …`
#[derive(Debug, Args)]
pub struct Serve {
    /// Fill in a demonstration company and an administrator, and print how to sign in.
    #[arg(long)]
    demo: bool,
}

/// The administrator of the demonstration.
const DEMO_ADMINISTRATOR: &str = "demo@scheda.example";

impl Serve {
    /// Serves until it is told to stop.
    pub async fn run(self, settings: &Settings) -> Ended {
        let base_url = settings.base_url.as_deref().map(BaseUrl::parse).transpose()?;
        private(settings.listen, base_url.as_ref())?;
        // The address is taken before anything is written, so that a second server says so at once.
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(|fault| Error::Unavailable(Say::new("error-listen").with("address", settings.listen).with("cause", fault)))?;
        let listen = listener.local_addr().map_err(Error::internal)?;
        let engine = opening::open(settings).await?;
        if let Some(place) = engine.moved_to().await? {
            crate::speaking::warn(&format!(
                "This installation was moved to {place}: what is written here does not get there. Set SCHEDA_DATABASE_URL."
            ));
        }
        base::relations::install(&engine, &opening::whoever(&engine)).await?;
        if self.demo {
            demonstrate(&engine).await?;
        }
        let token = if engine.is_set_up().await? { None } else { Some(engine.chance().secret()) };
        let web = Web::open(
            engine.clone(),
            WebSettings {
                base_url,
                trusted_proxies: proxies(&settings.trusted_proxies)?,
                console_token: token.clone(),
                measures: measures(settings),
                ..WebSettings::local(listen)
            },
        )
        .await?
        .demonstrating(offered());
        let address = settings.base_url.clone().unwrap_or_else(|| format!("http://{listen}"));
        println!("Scheda: {}", address.trim_end_matches('/'));
        if let Some(token) = token {
            println!("Set up: {}/setup?token={token}", address.trim_end_matches('/'));
        }
        let serving = web::serve(web, routes(), listener, told_to_stop());
        // Jobs run beside the pages, and end with them.
        let outcome = tokio::select! {
            outcome = serving => outcome,
            () = engine.work() => Ok(()),
        };
        engine.close().await;
        outcome.map(|()| ExitCode::SUCCESS)
    }
}

/// Refuses to listen to other machines before it is said how they come in over https: they would not be answered.
fn private(listen: SocketAddr, base_url: Option<&BaseUrl>) -> Result<()> {
    if listen.ip().to_canonical().is_loopback() || base_url.is_some_and(|base| base.secure) {
        return Ok(());
    }
    Err(Error::Unavailable(Say::new("error-listen-open").with("address", listen)))
}

/// How much is too much, where the settings say it.
fn measures(settings: &Settings) -> Measures {
    let usual = Measures::default();
    let upload_bytes = settings.upload_megabytes.map_or(usual.upload_bytes, |megabytes| megabytes.clamp(1, 10_000) << 20);
    Measures { api_per_minute: settings.api_per_minute, upload_bytes, ..usual }
}

/// The routes of the product.
fn routes() -> Routes {
    marketing::routes(base::routes(web::pages::routes(web::api::routes(Routes::platform()))))
}

fn proxies(written: &[String]) -> Result<Vec<IpAddr>> {
    written
        .iter()
        .map(|one| one.parse().map_err(|_| Error::invalid("trusted_proxies", Say::new("error-proxy").with("proxy", one))))
        .collect()
}

/// Fills an empty installation with the demonstration, and says how to sign in.
async fn demonstrate(engine: &Engine) -> Result<()> {
    let who = opening::whoever(engine);
    if engine.principal_by_email(DEMO_ADMINISTRATOR, who.through).await?.is_none() {
        if engine.is_set_up().await? {
            return Err(Error::Unavailable(Say::new("error-demo-not-empty")));
        }
        auditing::keep(engine, "fill-demonstration", None, "serve --demo").await?;
        fill(engine, &who, MEASURE, |_| {}).await?;
        let draft = engine::Draft::new(users::USER)
            .with(users::NAME.id(), "Anna Direzione")
            .with(users::EMAIL.id(), DEMO_ADMINISTRATOR)
            .with(users::ROLES.id(), "|administrator|");
        engine.create(&who, draft).await?;
    }
    let user = engine.principal_by_email(DEMO_ADMINISTRATOR, who.through).await?.and_then(|who| who.user).ok_or(Error::NotFound)?;
    let password: String = engine.chance().secret().chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    engine.set_password(user, password.clone()).await?;
    auditing::keep(engine, "password", Some((users::USER, user)), "serve --demo").await?;
    println!("Sign in: {DEMO_ADMINISTRATOR}\nPassword: {password}");
    Ok(())
}

/// Ready when the process is asked to end.
pub async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}

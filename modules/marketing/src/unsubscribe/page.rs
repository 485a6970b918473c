//! The page behind the link, and what mail programs post to it.

use super::{Reader, delivery, leave, reader};
use http::Method;
use kernel::{Error, Result};
use web::pages::html;
use web::pages::outside::Outsider;
use web::{Answer, Asking, Named, Policy, Rate, Route, Routes, Web};

/// The routes of unsubscribing. Whoever has the link is whom it was sent to: there is no signing in, and no token but the link.
pub fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, "/u/{token}", Policy::Public, Rate::Person, "", ""), ask)
        .add(Route::page(Method::POST, "/u/{token}", Policy::Public, Rate::Free, "Unsubscribe", "unsubscribe"), answer)
}

async fn found(web: &Web, named: &Named) -> Result<Reader> {
    let id = delivery(web.seal(), named.text("token")).ok_or(Error::NotFound)?;
    reader(web.engine(), id).await
}

/// A look at the page changes nothing: mail programs and scanners follow links by themselves.
async fn ask(outsider: Outsider, named: Named) -> Answer {
    let reader = found(&outsider.web, &named).await?;
    show(&outsider, &named, &reader)
}

/// What is left stands in the address: mail programs post a form of either kind, or nothing at all (RFC 8058, 3.2), and it is not read.
async fn answer(outsider: Outsider, named: Named, Asking(asked): Asking) -> Answer {
    let reader = found(&outsider.web, &named).await?;
    // They say no more than that: it is the topic that the message was about, and everything where it had none.
    let topic = reader.topic.as_ref().map(|(id, _)| *id).filter(|_| asked.get("from") != Some("everything"));
    leave(outsider.web.engine(), &reader, topic).await?;
    show(&outsider, &named, &found(&outsider.web, &named).await?)
}

fn show(outsider: &Outsider, named: &Named, reader: &Reader) -> Answer {
    let speech = &outsider.speech;
    let address = masked(&reader.address);
    let with = [("address", address.as_str())];
    let mut inside = String::new();
    let mut button = |from: &str, label: String, class: &str| {
        inside.push_str("<form method=\"post\" class=\"stacked\"");
        html::attribute(&mut inside, "action", &format!("/u/{}?from={from}", named.text("token")));
        inside.push('>');
        inside.push_str(&format!("<button class=\"btn {class} btn-wide\">"));
        html::text(&mut inside, &label);
        inside.push_str("</button></form>");
    };
    let (title, lead) = if reader.left_all {
        ("unsubscribe-done", speech.with("unsubscribe-done-all", &with))
    } else {
        match &reader.topic {
            Some((_, name)) if reader.left_topic => {
                let lead = speech.with("unsubscribe-done-topic", &[("address", &address), ("topic", name)]);
                button("everything", speech.say("unsubscribe-everything").to_owned(), "");
                ("unsubscribe-done", lead)
            }
            Some((_, name)) => {
                button("topic", speech.with("unsubscribe-topic", &[("topic", name)]), "btn-primary");
                button("everything", speech.say("unsubscribe-everything").to_owned(), "");
                ("unsubscribe-title", speech.with("unsubscribe-lead", &with))
            }
            None => {
                button("everything", speech.say("unsubscribe-everything").to_owned(), "btn-primary");
                ("unsubscribe-title", speech.with("unsubscribe-lead", &with))
            }
        }
    };
    outsider.page(speech.say(title), &lead, &inside)
}

/// So much of an address that its owner knows it again, and nobody else learns it.
fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let first = local.chars().next().map(String::from).unwrap_or_default();
    format!("{first}•••@{domain}")
}

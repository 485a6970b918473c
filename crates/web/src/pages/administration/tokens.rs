//! The tokens of everybody: when they were last used, and their end.

use super::report::{Report, ReportPage, button, moment, text};
use crate::caller::Named;
use crate::pages::answer::onward_saying;
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use axum::extract::State;
use engine::identity::USER;
use kernel::{Error, Id};

pub(super) async fn show(State(web): State<Web>, reader: Reader) -> Answer {
    let tokens = web.engine().all_tokens(&reader.who).await?;
    let users: Vec<Id> = tokens.iter().filter_map(|one| one.user).collect();
    let names = web.engine().names(&reader.who, USER, users).await?;
    let mut page = ReportPage::new(&reader, "tokens");
    let heads = ["tokens-user", "tokens-name", "tokens-begins", "tokens-created", "tokens-used", ""];
    let mut report = Report::new(&reader, "", "tokens-nowhere", &heads);
    for one in tokens {
        let name = one.user.and_then(|user| names.get(&user).cloned()).unwrap_or_default();
        let token = one.token;
        let revoke = format!("/administration/tokens/{}/revocation", token.id);
        let question = reader.speech.with("tokens-question", &[("name", &token.name), ("user", &name)]);
        report.row(vec![
            text(&name),
            text(&token.name),
            format!("<code>{}…</code>", text(&token.begins)),
            moment(&reader, Some(token.created_at)),
            moment(&reader, token.used_at),
            format!(
                "<div class=\"row-does\">{}</div>",
                button(&reader, &revoke, reader.speech.say("tokens-revoke"), "btn btn-sm", &question)
            ),
        ]);
    }
    page.reports = vec![report];
    page.answer()
}

pub(super) async fn revoke(State(web): State<Web>, named: Named, reader: Reader) -> Answer {
    if !web.engine().revoke_token(named.text("token")).await? {
        return Err(Error::NotFound.into());
    }
    onward_saying(&reader, "/administration/tokens", "said-token-revoked", "", None)
}

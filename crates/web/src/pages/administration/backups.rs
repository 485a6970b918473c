//! Backups: the last ones, whether they were read again and found whole, and one now.

use super::report::{Report, ReportPage, button, facts, moment, number, stage, text};
use crate::pages::answer::onward_saying;
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use axum::extract::State;

/// Backups that are shown.
const MOST: i64 = 60;

pub(super) async fn show(State(web): State<Web>, reader: Reader) -> Answer {
    let speech = &reader.speech;
    let mut page = ReportPage::new(&reader, "backups");
    page.again = "/administration/backups";
    if let Ok(place) = web.engine().backups_place() {
        page.actions = button(&reader, "/administration/backups", speech.say("backups-now"), "btn btn-primary", "");
        let [days, weeks, months] = place.kept.map(|count| count.to_string());
        page.before = facts(
            &reader,
            &[
                ("backups-folder", format!("<code>{}</code>", text(&place.folder.display().to_string()))),
                ("backups-key", format!("<code>{}</code>", text(&place.key_file.display().to_string()))),
                ("backups-hour", text(&format!("{:02}:11", place.hour))),
                ("backups-kept", text(&speech.with("backups-kept-said", &[("days", &days), ("weeks", &weeks), ("months", &months)]))),
            ],
        );
        page.before.push_str("<div class=\"notice\" data-tone=\"warn\">");
        page.before.push_str(assets::icon("key"));
        page.before.push_str("<div><p>");
        page.before.push_str(&text(speech.say("backups-key-elsewhere")));
        page.before.push_str("</p></div></div>");
    }
    let heads = ["backups-at", "backups-state", "backups-file", "#backups-size", "#backups-rows", "#backups-files"];
    let mut report = Report::new(&reader, "", "backups-none", &heads);
    for backup in web.engine().backups(MOST).await? {
        let (state, file) = match (&backup.finished_at, backup.verified_at) {
            (_, Some(_)) => (stage(speech.say("backups-whole"), "good"), text(&backup.file)),
            (Some(_), None) => {
                (stage(speech.say("backups-failed"), "bad"), format!("<span class=\"failed\">{}</span>", text(&backup.error)))
            }
            (None, None) => (stage(speech.say("backups-running"), "accent"), String::new()),
        };
        let whole = backup.verified_at.is_some();
        let known = |markup: String| if whole { markup } else { String::new() };
        report.row(vec![
            moment(&reader, Some(backup.at)),
            state,
            file,
            known(super::report::bytes(&reader, backup.bytes)),
            known(number(&reader, backup.rows)),
            known(number(&reader, backup.files)),
        ]);
    }
    page.reports = vec![report];
    page.answer()
}

pub(super) async fn take(State(web): State<Web>, reader: Reader) -> Answer {
    web.engine().begin_backup(&reader.who).await?;
    onward_saying(&reader, "/administration/backups", "said-backup-begun", "", None)
}

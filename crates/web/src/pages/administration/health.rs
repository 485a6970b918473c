//! Health: database, nodes, what runs by itself next, the last backup, what waits.

use super::jobs::named;
use super::report::{Report, ReportPage, facts, moment, number, stage, text};
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use axum::extract::State;
use engine::Dialect;
use engine::operating::JobState;

/// A node that has said nothing for longer is taken for gone.
const SILENT_MILLIS: i64 = 120_000;
/// A backup older than this is too old.
const OLD_MILLIS: i64 = 48 * 3_600_000;

pub(super) async fn show(State(web): State<Web>, reader: Reader) -> Answer {
    let speech = &reader.speech;
    let engine = web.engine();
    let standing = engine.standing(&reader.who).await?;
    let mut page = ReportPage::new(&reader, "health");
    let database = match standing.dialect {
        Dialect::Sqlite => format!("SQLite {}", standing.database),
        Dialect::Postgres => format!("PostgreSQL {}", standing.database),
    };
    let counts = engine.job_counts().await?;
    let count = |state| counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
    let failed = count(JobState::Failed);
    let jobs = format!(
        "<a href=\"/administration/jobs\">{}</a>{}",
        text(&speech.with("health-jobs-waiting", &[("count", &count(JobState::Waiting).to_string())])),
        if failed > 0 {
            format!(" {}", stage(&speech.with("health-jobs-failed", &[("count", &failed.to_string())]), "bad"))
        } else {
            String::new()
        },
    );
    let last = engine.backups(50).await?.into_iter().find(|backup| backup.verified_at.is_some());
    let fresh = last.as_ref().is_some_and(|backup| standing.now.millis() - backup.at.millis() < OLD_MILLIS);
    let backup = match &last {
        Some(backup) => moment(&reader, Some(backup.at)),
        None => text(speech.say("health-backup-none")),
    };
    let backup = format!(
        "<a href=\"/administration/backups\">{backup}</a>{}",
        if fresh { String::new() } else { format!(" {}", stage(speech.say("health-backup-old"), "warn")) }
    );
    let mut pairs = vec![
        ("health-version", text(standing.version)),
        ("health-database", text(&database)),
        ("health-clock", moment(&reader, Some(standing.now))),
        ("health-jobs", jobs),
        ("health-backup", backup),
    ];
    if let Some((number_of, digest)) = engine.audit_head().await? {
        let head = format!("{} · <span class=\"number\">{}</span>", number(&reader, number_of), text(&digest[..digest.len().min(16)]));
        pairs.push(("health-audit", head));
    }
    if let Some(at) = engine.installation("restored_at").await? {
        let at = at.parse().ok().map(kernel::Moment::from_millis);
        pairs.push(("health-restored", moment(&reader, at)));
    }
    page.before = facts(&reader, &pairs);
    let mut nodes = Report::new(&reader, "health-nodes", "", &["health-node", "health-version", "health-seen", ""]);
    for node in &standing.nodes {
        let lives = node.seen_at.is_some_and(|at| standing.now.millis() - at.millis() < SILENT_MILLIS);
        let state = if node.own {
            stage(speech.say("health-node-own"), "good")
        } else if lives {
            stage(speech.say("health-node-lives"), "good")
        } else {
            stage(speech.say("health-node-silent"), "open")
        };
        nodes.row(vec![number(&reader, node.number), text(&node.version), moment(&reader, node.seen_at), state]);
    }
    let mut schedule = Report::new(&reader, "health-schedule", "health-schedule-none", &["jobs-kind", "health-next"]);
    for turn in &standing.schedule {
        schedule.row(vec![text(&named(&reader, &turn.kind)), moment(&reader, turn.next_at)]);
    }
    page.reports = vec![nodes, schedule];
    page.answer()
}

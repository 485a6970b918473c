//! Jobs: what failed, runs and waits; run again, or given up.

use super::report::{Report, ReportPage, button, moment, number, text};
use crate::caller::Named;
use crate::pages::answer::onward_saying;
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use axum::extract::State;
use engine::identity::USER;
use engine::operating::{Job, JobState};
use kernel::Id;

/// Jobs of a state that are shown.
const MOST: i64 = 50;

pub(super) async fn show(State(web): State<Web>, reader: Reader) -> Answer {
    let mut page = ReportPage::new(&reader, "jobs");
    page.again = "/administration/jobs";
    for (state, count) in web.engine().job_counts().await? {
        let key = state.key();
        let heads = ["jobs-kind", "jobs-for", "jobs-at", "#jobs-attempts", "jobs-error", ""];
        let mut report = Report::new(&reader, &format!("jobs-{key}"), &format!("jobs-{key}-none"), &heads);
        report.count = usize::try_from(count).unwrap_or_default();
        let jobs = web.engine().jobs_in(&reader.who, state, MOST).await?;
        let users: Vec<Id> = jobs.iter().filter_map(|job| job.principal).collect();
        let names = web.engine().names(&reader.who, USER, users).await?;
        for job in jobs {
            let name = job.principal.and_then(|user| names.get(&user).cloned());
            let at = if matches!(state, JobState::Failed | JobState::Done) { job.finished_at } else { job.run_at };
            report.row(vec![
                text(&named(&reader, &job.kind)),
                text(name.as_deref().unwrap_or(reader.speech.say("jobs-program"))),
                moment(&reader, at),
                number(&reader, job.attempts),
                if job.error.is_empty() { String::new() } else { format!("<span class=\"failed\">{}</span>", text(&job.error)) },
                does(&reader, &job),
            ]);
        }
        page.reports.push(report);
    }
    page.answer()
}

/// What a job does, in words.
pub(super) fn named(reader: &Reader, kind: &str) -> String {
    reader.speech.known(&format!("job-{kind}")).unwrap_or(kind).to_owned()
}

fn does(reader: &Reader, job: &Job) -> String {
    let mut out = String::new();
    if matches!(job.state, JobState::Failed | JobState::Waiting) {
        let again = format!("/administration/jobs/{}/run", job.id);
        out.push_str(&button(reader, &again, reader.speech.say("jobs-run"), "btn btn-sm", ""));
    }
    if job.state == JobState::Waiting {
        let given_up = format!("/administration/jobs/{}/give-up", job.id);
        let question = reader.speech.say("jobs-give-up-question");
        out.push_str(&button(reader, &given_up, reader.speech.say("jobs-give-up"), "btn btn-quiet btn-sm", question));
    }
    if out.is_empty() { out } else { format!("<div class=\"row-does\">{out}</div>") }
}

pub(super) async fn run(State(web): State<Web>, named: Named, reader: Reader) -> Answer {
    web.engine().run_job_again(&reader.who, named.id("id")?).await?;
    onward_saying(&reader, "/administration/jobs", "said-job-run", "", None)
}

pub(super) async fn give_up(State(web): State<Web>, named: Named, reader: Reader) -> Answer {
    web.engine().give_up_job(&reader.who, named.id("id")?).await?;
    onward_saying(&reader, "/administration/jobs", "said-job-given-up", "", None)
}

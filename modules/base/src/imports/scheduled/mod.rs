//! Imports at set times: a file in a folder of the server, or at an address, comes in by itself, so that an outside master stays the
//! master. Each is an ordinary import of whoever set it up, with his rights at that time.

pub mod entity;
mod folder;
mod jobs;
mod keeping;
mod pages;
mod rows;

pub(super) use keeping::mapping_changed;
pub(super) use rows::{begun, ended, failed_in, going_by};

use engine::Slice;
use engine::files::Received;
use http::Method;
use kernel::{Error, Id, Result};
use serde::{Deserialize, Serialize};
use web::{Route, Routes};

/// What scheduled imports register.
pub fn slice() -> Slice {
    Slice::new("import-schedules")
        .entity(entity::import_schedule())
        .job(jobs::Due)
        .job(jobs::Take)
        .every("*/5 * * * *", jobs::DUE)
        .words(include_str!("words.toml"))
}

/// The routes of scheduled imports, for administrators.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), pages::all)
        .add(Route::administration(Method::GET, "/administration/imports/new", "", ""), pages::blank)
        .add(Route::administration(Method::POST, "/administration/imports/new", "Schedule", "import-schedule"), pages::create)
        .add(Route::administration(Method::GET, "/administration/imports/{schedule}", "", ""), pages::show)
        .add(Route::administration(Method::POST, "/administration/imports/{schedule}", "Schedule", "import-schedule"), pages::change)
        .add(
            Route::administration(Method::POST, "/administration/imports/{schedule}/run", "ScheduleRun", "import-schedule-run"),
            pages::run,
        )
        .add(
            Route::administration(Method::POST, "/administration/imports/{schedule}/pause", "SchedulePause", "import-schedule-pause"),
            pages::pause,
        )
        .add(
            Route::administration(
                Method::POST,
                "/administration/imports/{schedule}/resumption",
                "ScheduleResumption",
                "import-schedule-resume",
            ),
            pages::resume,
        )
        .add(
            Route::administration(Method::POST, "/administration/imports/{schedule}/removal", "ScheduleRemoval", "import-schedule-removal"),
            pages::remove,
        )
}

/// Where they are looked after.
pub(super) const ADDRESS: &str = "/administration/imports";

/// What is known of the file that was imported last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Seen {
    /// How it stood in its folder.
    mark: String,
    /// What its server called this state of it.
    etag: String,
    /// When it was changed, in its server's words.
    modified: String,
    /// SHA-256 of its bytes.
    digest: String,
}

impl Seen {
    fn read(text: &str) -> Seen {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn packed(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }
}

/// A file that came.
struct Found {
    received: Received,
    seen: Seen,
}

/// Where the ciphertext of a header stands.
fn place(id: Id) -> String {
    format!("import_schedule/{id}/secret")
}

//! What an administrator has to know of a running installation, and what he may do about it: jobs, nodes, the schedule,
//! what takes room, everybody's tokens.

mod jobs;
mod state;
mod storage;
mod tokens;

pub use jobs::{Job, JobState};
pub use state::{NodeSeen, Standing, Turn};
pub use storage::{FilesRoom, Room, TableRoom};
pub use tokens::TokenOf;

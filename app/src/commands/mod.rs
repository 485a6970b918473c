//! The commands, one file each.

pub mod backup;
pub mod caps;
pub mod check;
pub mod demo;
pub mod duplicates;
pub mod export;
pub mod import;
pub mod key;
pub mod move_to;
pub mod restore;
pub mod serve;
pub mod token;
pub mod undo;
pub mod user;
pub mod work;

use std::process::ExitCode;

/// How a command ends.
pub type Ended = kernel::Result<ExitCode>;

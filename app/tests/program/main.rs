//! The program itself, started as people start it.

mod auditing;
mod backup;
mod command_line;
mod cut_off;
mod faults;
mod key;
mod killed;
mod merged;
mod nodes;
mod oracle;
mod place;
mod sending;

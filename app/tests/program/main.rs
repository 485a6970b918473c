//! The program itself, started as people start it.

mod command_line;
mod killed;
mod place;

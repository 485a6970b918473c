//! Protocols and nothing else: what is said to other machines, and how it is made sure that they are the right ones.

pub mod dkim;
pub mod http;
mod lines;
pub mod mail;
pub mod nominatim;
pub mod smtp;

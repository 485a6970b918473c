//! The web through real HTTP on a loopback port, on both databases.

mod around;
mod arranged;
mod attacks;
mod bulk;
mod client;
mod documents;
mod faces;
mod filters;
mod forms;
mod house;
mod in_place;
mod lists;
mod live;
mod notes;
mod openapi;
mod outside;
mod pages;
mod palette;
mod records;
mod routes;
mod sentences;
mod signing_in;
mod start;
mod told;
mod views;
mod words;

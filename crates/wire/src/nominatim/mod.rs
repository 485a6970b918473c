//! A geocoding server that speaks as Nominatim does: the parts of an address go out, places come back.

use crate::http::{Client, Fault};
use serde::Deserialize;
use std::fmt::{self, Write};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Places that are asked for: the first that lies where it should is taken.
const MOST_PLACES: usize = 5;
/// Letters of what a place is called.
const LETTERS: usize = 300;

/// A server, and how it is asked.
#[derive(Debug, Clone)]
pub struct Nominatim {
    /// The way out.
    pub client: Client,
    /// Where it is: what `/search` is added to.
    pub address: String,
    /// Who asks, as servers want to know it: a product, and an address of contact.
    pub agent: String,
    /// A header that opens the server, and what it says.
    pub key: Option<(String, String)>,
}

/// An address that is looked for. What is empty is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// House number and street: `5 Via Roma`.
    pub street: String,
    /// The postcode.
    pub postcode: String,
    /// The town.
    pub city: String,
    /// The country: two letters of ISO 3166, or its name.
    pub country: String,
}

/// A place that a server knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// What of the address it is.
    pub grade: Grade,
    /// What the server calls it.
    pub name: String,
}

/// What of an address a place is, the most exact first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// A house.
    House,
    /// A street.
    Street,
    /// A hamlet, a quarter.
    Quarter,
    /// A town, a village, a comune.
    Town,
    /// Anything larger.
    Region,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The server was not reached.
    Fault(Fault),
    /// It answered with this status of HTTP.
    Status(u16),
    /// It answered something else than places.
    Unreadable,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Fault(fault) => fault.fmt(f),
            Refused::Status(status) => write!(f, "the server answered {status}"),
            Refused::Unreadable => f.write_str("the server answered no places"),
        }
    }
}

/// A place as the server writes it: numbers as texts.
#[derive(Deserialize)]
struct Place {
    lat: String,
    lon: String,
    #[serde(default)]
    place_rank: u8,
    #[serde(default)]
    display_name: String,
}

impl Place {
    fn found(self) -> Option<Found> {
        let degrees = |text: &str, most: f64| text.parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
        Some(Found {
            latitude: degrees(&self.lat, 90.0)?,
            longitude: degrees(&self.lon, 180.0)?,
            // The search ranks of Nominatim: 30 is a house, 26 and 27 are streets, 13 to 19 what people call a town.
            grade: match self.place_rank {
                28.. => Grade::House,
                26..=27 => Grade::Street,
                20..=25 => Grade::Quarter,
                13..=19 => Grade::Town,
                _ => Grade::Region,
            },
            name: self.display_name.chars().filter(|letter| !letter.is_control()).take(LETTERS).collect(),
        })
    }
}

impl Nominatim {
    /// The places that an address may be, the likeliest first; none where the server knows no such place.
    pub async fn search(&self, asked: &Asked) -> Result<Vec<Found>, Refused> {
        let mut headers = vec![("user-agent", self.agent.as_str())];
        if let Some((name, key)) = &self.key {
            headers.push((name, key));
        }
        let answer = self.client.clone().patient(PATIENCE).get_with(&self.target(asked), &headers).await.map_err(Refused::Fault)?;
        if answer.status != 200 {
            return Err(Refused::Status(answer.status));
        }
        let places: Vec<Place> = serde_json::from_slice(&answer.body).map_err(|_| Refused::Unreadable)?;
        Ok(places.into_iter().filter_map(Place::found).take(MOST_PLACES).collect())
    }

    fn target(&self, asked: &Asked) -> String {
        let mut target = format!("{}/search?format=jsonv2&limit={MOST_PLACES}", self.address.trim_end_matches('/'));
        let is_code = asked.country.len() == 2 && asked.country.bytes().all(|letter| letter.is_ascii_alphabetic());
        let country = asked.country.to_ascii_lowercase();
        let parts = [
            ("street", asked.street.as_str()),
            ("city", &asked.city),
            ("postalcode", &asked.postcode),
            (if is_code { "countrycodes" } else { "country" }, if is_code { &country } else { &asked.country }),
        ];
        for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let _ = write!(target, "&{name}={value}");
        }
        target
    }
}

#[cfg(test)]
mod tests;

//! Latitude and longitude as people copy them from maps and letters: degrees with a comma or a point, in one text.

use kernel::Say;
use std::fmt;

/// Millionths of a degree: ten centimetres.
const MILLIONTHS: f64 = 1e6;
/// The mean radius of the Earth, in kilometres.
const RADIUS: f64 = 6_371.0;

/// A place on the Earth, to the millionth of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coordinates {
    latitude: i32,
    longitude: i32,
}

impl Coordinates {
    /// Of degrees, north and east positive; none where there is no such latitude or longitude.
    pub fn of(latitude: f64, longitude: f64) -> Option<Coordinates> {
        let there = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let millionths = |degrees: f64| (degrees * MILLIONTHS).round() as i32;
        there.then(|| Coordinates { latitude: millionths(latitude), longitude: millionths(longitude) })
    }

    /// Reads `43,7167, 10,4017`, `43.7167 10.4017` or `43.7167; 10.4017`: latitude first, in degrees, north and east positive.
    ///
    /// Errors: `error-coordinates` (it is not plain which two numbers of degrees are meant), `error-coordinates-range` (no such latitude
    /// or longitude).
    pub fn parse(text: &str) -> Result<Coordinates, Say> {
        let [latitude, longitude] = numbers(text.trim()).ok_or(const { Say::new("error-coordinates") })?;
        Coordinates::of(latitude, longitude).ok_or(const { Say::new("error-coordinates-range") })
    }

    /// Degrees north of the equator.
    pub fn latitude(&self) -> f64 {
        f64::from(self.latitude) / MILLIONTHS
    }

    /// Degrees east of Greenwich.
    pub fn longitude(&self) -> f64 {
        f64::from(self.longitude) / MILLIONTHS
    }

    /// For people, and for the search of any map: `43.7167, 10.4017`.
    pub fn for_people(&self) -> String {
        format!("{}, {}", degrees(self.latitude), degrees(self.longitude))
    }

    /// How far another place is as the crow flies, in kilometres.
    pub fn kilometres_to(&self, other: &Coordinates) -> f64 {
        let [one, two] = [self, other].map(|place| [place.latitude().to_radians(), place.longitude().to_radians()]);
        let half = |from: f64, to: f64| ((to - from) / 2.0).sin().powi(2);
        let chord = half(one[0], two[0]) + one[0].cos() * two[0].cos() * half(one[1], two[1]);
        2.0 * RADIUS * chord.sqrt().min(1.0).asin()
    }
}

/// The canonical form: `43.7167,10.4017`.
impl fmt::Display for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", degrees(self.latitude), degrees(self.longitude))
    }
}

/// Degrees with at least one digit after the point, so that no two of them are taken for one number.
fn degrees(millionths: i32) -> String {
    let written = format!("{:.6}", f64::from(millionths) / MILLIONTHS);
    let short = written.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

/// The two numbers of a text; `None` where it is not plain which they are.
fn numbers(text: &str) -> Option<[f64; 2]> {
    if text.contains(';') {
        return both(&text.split(';').collect::<Vec<_>>());
    }
    if let [first, second] = text.split_whitespace().collect::<Vec<_>>().as_slice() {
        return both(&[first.strip_suffix(',').unwrap_or(first), second.strip_prefix(',').unwrap_or(second)]);
    }
    // Without a space: two numbers with points, or four pieces of two with commas. One comma alone may be the point of one number.
    match text.split(',').collect::<Vec<_>>().as_slice() {
        [latitude, longitude] if text.contains('.') => both(&[latitude, longitude]),
        [first, of_first, second, of_second] if !text.contains('.') => {
            both(&[&format!("{first}.{of_first}"), &format!("{second}.{of_second}")])
        }
        _ => None,
    }
}

fn both(parts: &[&str]) -> Option<[f64; 2]> {
    match parts {
        [latitude, longitude] => Some([number(latitude)?, number(longitude)?]),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('°').replace(',', ".");
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let plain = digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits.len() <= 24
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests;

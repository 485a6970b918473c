//! Number series: how a number is written, and from when on counting begins anew.

use kernel::{Date, Say};

/// The pattern of a series that nobody described.
pub const PLAIN: &str = "{year}/{number:6}";

/// Letters of a pattern at most.
const LETTERS: usize = 40;
/// Digits that a number is filled up to at most.
const DIGITS: usize = 12;

/// A series of numbers as the model knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What it is called, in Italian.
    pub italian: String,
    /// In English.
    pub english: String,
    /// How its numbers are written.
    pub pattern: Pattern,
}

/// How the numbers of a series are written: `{year}`, `{year:2}`, `{month}`, `{number}`, `{number:6}`, and text between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// With so many digits, two or four.
    Year(usize),
    Month,
    /// Filled up with zeros to so many digits.
    Number(usize),
}

impl Pattern {
    /// From its text.
    ///
    /// Errors: the sentence that says what is wrong: another word in braces, no number or two of them, a month without its year.
    pub fn parse(text: &str) -> Result<Pattern, Say> {
        let text = text.trim();
        if text.chars().count() > LETTERS {
            return Err(Say::new("error-too-long").with("most", LETTERS));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let Some(from) = rest.find(['{', '}']) else {
                parts.push(Part::Text(rest.to_owned()));
                break;
            };
            let wrong = || Say::new("error-series-pattern").with("part", &rest[from..]);
            if from > 0 {
                parts.push(Part::Text(rest[..from].to_owned()));
            }
            let inside = rest[from..].strip_prefix('{').ok_or_else(wrong)?;
            let end = inside.find('}').ok_or_else(wrong)?;
            parts.push(part(&inside[..end]).ok_or_else(|| Say::new("error-series-pattern").with("part", &rest[from..from + end + 2]))?);
            rest = &inside[end + 1..];
        }
        if parts.iter().any(|part| matches!(part, Part::Text(text) if text.chars().any(char::is_control))) {
            return Err(Say::new("error-series-pattern").with("part", "↵"));
        }
        if parts.iter().filter(|part| matches!(part, Part::Number(_))).count() != 1 {
            return Err(Say::new("error-series-number"));
        }
        // The same month comes again every year, and with it the same numbers.
        let has = |wanted: fn(&Part) -> bool| parts.iter().any(wanted);
        if has(|part| *part == Part::Month) && !has(|part| matches!(part, Part::Year(_))) {
            return Err(Say::new("error-series-month"));
        }
        Ok(Pattern(parts))
    }

    /// What is counted by itself on a day: the year, the month, or everything.
    pub fn period(&self, day: Date) -> String {
        let (year, month, _) = day.parts();
        let has = |wanted: fn(&Part) -> bool| self.0.iter().any(wanted);
        match (has(|part| matches!(part, Part::Year(_))), has(|part| *part == Part::Month)) {
            (true, true) => format!("{year:04}-{month:02}"),
            (true, false) => format!("{year:04}"),
            _ => String::new(),
        }
    }

    /// A number as it is written on a day.
    pub fn write(&self, day: Date, number: i64) -> String {
        let (year, month, _) = day.parts();
        let mut written = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => written.push_str(text),
                Part::Year(2) => written.push_str(&format!("{:02}", year % 100)),
                Part::Year(_) => written.push_str(&format!("{year:04}")),
                Part::Month => written.push_str(&format!("{month:02}")),
                Part::Number(digits) => written.push_str(&format!("{number:0digits$}")),
            }
        }
        written
    }
}

fn part(inside: &str) -> Option<Part> {
    match inside.split_once(':') {
        None if inside == "year" => Some(Part::Year(4)),
        None if inside == "month" => Some(Part::Month),
        None if inside == "number" => Some(Part::Number(1)),
        Some(("year", "2")) => Some(Part::Year(2)),
        Some(("year", "4")) => Some(Part::Year(4)),
        Some(("number", digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok().filter(|digits| (1..=DIGITS).contains(digits)).map(Part::Number)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;

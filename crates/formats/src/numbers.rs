//! Numbers of a sheet as its cells show them: days and hours, per cent, leading zeros, decimals. In the way of Italian
//! sheets, with a decimal comma and without points between thousands, so that an import reads them back.

/// How a cell shows its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As it is.
    General,
    /// As a day, an hour, or both.
    Moment { day: bool, hour: bool },
    /// By patterns for what is positive, negative and nothing; of the last two there may be none.
    Digits(Vec<Pattern>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A digit, which shows even if it is a leading nought.
    Nought,
    /// A digit, which shows if it is there.
    Digit,
    Letter(char),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pattern {
    whole: Vec<Mark>,
    decimals: usize,
    /// Decimals that show even if they are noughts.
    noughts: usize,
    after: String,
    percent: bool,
}

/// The code of a format that a workbook need not describe.
pub(crate) fn built_in(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 | 4 | 39 | 40 | 43 | 44 => "0.00",
        3 | 37 | 38 | 41 | 42 => "0",
        9 => "0%",
        10 => "0.00%",
        14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => "dd/mm/yyyy",
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => "hh:mm",
        22 => "dd/mm/yyyy hh:mm",
        _ => "General",
    }
}

impl Shape {
    /// Reads the code of a format, such as `dd/mm/yyyy`, `0.00%`, `00000`.
    pub(crate) fn of(code: &str) -> Shape {
        let mut sections = vec![Vec::new()];
        let mut letters = code.chars().take(1_000).peekable();
        let mut bare = String::new();
        while let Some(letter) = letters.next() {
            let section = sections.len() - 1;
            match letter {
                ';' => sections.push(Vec::new()),
                '"' => sections[section].extend(letters.by_ref().take_while(|letter| *letter != '"').map(|letter| (letter, true))),
                '\\' => sections[section].extend(letters.next().map(|letter| (letter, true))),
                '_' | '*' => drop(letters.next()),
                '[' => {
                    let inner: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                    // Hours, minutes, seconds that are not taken off days; all else is colour, currency or condition.
                    if matches!(inner.to_ascii_lowercase().trim_matches(['h', 'm', 's']), "") && !inner.is_empty() {
                        bare.push('h');
                    }
                }
                letter => {
                    if section == 0 {
                        bare.push(letter.to_ascii_lowercase());
                    }
                    sections[section].push((letter, false));
                }
            }
        }
        if bare.contains("general") {
            return Shape::General;
        }
        let hour = bare.contains(['h', 's']);
        let day = bare.contains(['y', 'd']) || bare.contains('m') && !hour;
        if day || hour {
            return Shape::Moment { day, hour };
        }
        let plain = |section: &Vec<(char, bool)>| section.iter().all(|(letter, said)| *said || !matches!(letter, '@' | 'e' | 'E' | '/'));
        if !bare.contains(['0', '#', '?']) || !sections.first().is_some_and(plain) {
            return Shape::General;
        }
        Shape::Digits(sections.iter().take(3).enumerate().map(|(place, section)| Pattern::of(section, place > 0)).collect())
    }

    /// The text of a number as it is written in the sheet; days are counted from 1904 where it says so.
    pub(crate) fn show(&self, written: &str, from_1904: bool) -> String {
        let written = written.trim();
        let Some(number) = written.parse::<f64>().ok().filter(|number| number.is_finite()) else { return written.to_owned() };
        match self {
            Shape::General => general(written, number),
            Shape::Moment { day, hour } => moment(number, *day, *hour, from_1904).unwrap_or_else(|| general(written, number)),
            Shape::Digits(patterns) => {
                let place = if number < 0.0 && patterns.len() > 1 {
                    1
                } else if number == 0.0 && patterns.len() > 2 {
                    2
                } else {
                    0
                };
                match patterns.get(place).filter(|pattern| !pattern.whole.is_empty() || pattern.decimals > 0) {
                    Some(pattern) => pattern.show(number),
                    None => general(written, number),
                }
            }
        }
    }
}

/// As it is: as many digits as there are, fifteen of them sure.
fn general(written: &str, number: f64) -> String {
    let digits = written.strip_prefix('-').unwrap_or(written);
    if !digits.is_empty() && digits.len() < 40 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let bare = digits.trim_start_matches('0');
        let sign = if written.starts_with('-') && !bare.is_empty() { "-" } else { "" };
        return format!("{sign}{}", if bare.is_empty() { "0" } else { bare });
    }
    let sure: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{sure}").replace('.', ",")
}

impl Pattern {
    fn of(section: &[(char, bool)], further: bool) -> Pattern {
        let mut pattern = Pattern::default();
        let mut point = false;
        let is_digit = |(letter, said): &(char, bool)| !said && matches!(letter, '0' | '#' | '?');
        let last = section.iter().rposition(is_digit);
        for (place, (letter, said)) in section.iter().enumerate() {
            match (letter, said) {
                ('0' | '#' | '?', false) if point => {
                    pattern.decimals = (pattern.decimals + 1).min(15);
                    pattern.noughts += usize::from(*letter == '0');
                }
                ('0', false) => pattern.whole.push(Mark::Nought),
                ('#' | '?', false) => pattern.whole.push(Mark::Digit),
                ('.', false) => point = true,
                (',', false) => {}
                ('%', _) => pattern.percent = true,
                ('€' | '$' | '£', _) => {}
                // The sign of what is negative is ours.
                ('-' | '+' | '(' | ')', _) if further || last.is_none_or(|last| place > last) => {}
                (letter, _) if last.is_some_and(|last| place > last) => pattern.after.push(*letter),
                (letter, _) if !point => pattern.whole.push(Mark::Letter(*letter)),
                _ => {}
            }
        }
        pattern
    }

    fn show(&self, number: f64) -> String {
        let size = if self.percent { number.abs() * 100.0 } else { number.abs() };
        let sure: f64 = format!("{size:.14e}").parse().unwrap_or(size);
        // Halves go up, as they do in sheets.
        let sure = if sure < 1e12 && sure.fract() != 0.0 { sure * (1.0 + 1e-15) } else { sure };
        let rounded = format!("{sure:.*}", self.decimals);
        let (whole, decimals) = rounded.split_once('.').unwrap_or((&rounded, ""));
        let whole = if whole == "0" && !self.whole.contains(&Mark::Nought) && self.decimals > 0 { "0" } else { whole };
        let mut digits = whole.chars().rev().peekable();
        let mut backwards = String::new();
        let first = self.whole.iter().position(|mark| !matches!(mark, Mark::Letter(_)));
        for (place, mark) in self.whole.iter().enumerate().rev() {
            match mark {
                Mark::Letter(letter) => backwards.push(*letter),
                Mark::Nought => backwards.push(digits.next().unwrap_or('0')),
                Mark::Digit => backwards.extend(digits.next()),
            }
            if first == Some(place) {
                backwards.extend(digits.by_ref());
            }
        }
        backwards.extend(digits);
        let mut text: String = backwards.chars().rev().collect::<String>().trim().to_owned();
        let mut shown = decimals.len();
        while shown > self.noughts && decimals.as_bytes().get(shown - 1) == Some(&b'0') {
            shown -= 1;
        }
        if shown > 0 {
            text.push(',');
            text.push_str(&decimals[..shown]);
        }
        text.push_str(if self.percent { "%" } else { "" });
        text.push_str(self.after.trim_end());
        let nothing = rounded.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        if number < 0.0 && !nothing { format!("-{text}") } else { text }
    }
}

/// A day, an hour: `31/12/2026`, `31/12/2026 14:30`, `14:30`.
fn moment(number: f64, day: bool, hour: bool, from_1904: bool) -> Option<String> {
    if !(0.0..2_958_466.0).contains(&number) {
        return None;
    }
    let seconds = (number.fract() * 86_400.0).round() as i64;
    let days = number.floor() as i64 + seconds / 86_400;
    let seconds = seconds % 86_400;
    let time = match seconds % 60 {
        0 => format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60),
        rest => format!("{:02}:{:02}:{rest:02}", seconds / 3_600, seconds / 60 % 60),
    };
    if !day {
        return Some(time);
    }
    // Sheets count from the last day of 1899 and hold 1900 for a leap year.
    let since_1970 = match (from_1904, days) {
        (true, days) => days - 24_107,
        (false, 60) => return None,
        (false, days) => days - if days < 60 { 25_568 } else { 25_569 },
    };
    let (year, month, of_month) = civil(since_1970);
    let date = format!("{of_month:02}/{month:02}/{year:04}");
    Some(if hour && seconds > 0 { format!("{date} {time}") } else { date })
}

/// The day so many days after the first of 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

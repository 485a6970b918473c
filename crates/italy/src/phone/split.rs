//! Several numbers in one cell.
//!
//! People separate numbers with the same marks with which they group digits, so marks alone don't tell. A `;`, a word
//! or a `+` always begins a new number; at any other mark the runs of digits are put together in the fewest numbers
//! that can exist.

use super::italian;

/// Runs of digits beyond this are no list of phones, but something else; they are left in one piece.
const MOST_RUNS: usize = 24;

/// A run of digits: where it stands, with the `+` or `(` before it.
#[derive(Clone, Copy)]
struct Run {
    from: usize,
    to: usize,
    /// It begins with `+`.
    plus: bool,
    /// A mark that people put between numbers stands before it, with a space on both sides, or a comma.
    apart: bool,
}

/// The pieces of a text, each a number as written.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for segment in segments(text) {
        cut(segment, &mut pieces);
    }
    pieces
}

/// What stands between words, semicolons and line ends; an extension stays with its number.
fn segments(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = segment_end(rest);
            let (segment, after) = rest.split_at(end);
            rest = after.trim_start_matches(is_boundary);
            if segment.bytes().any(|byte| byte.is_ascii_digit()) {
                return Some(segment);
            }
        }
        None
    })
}

fn is_boundary(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, ';' | '|' | '\n' | '\r' | '\t' | ':' | '*' | '&' | '"' | '=' | '<' | '>' | '#' | '@')
}

fn segment_end(text: &str) -> usize {
    let Some(end) = text.find(is_boundary) else { return text.len() };
    let word_end = text[end..].find(|c: char| !c.is_ascii_alphabetic()).map_or(text.len(), |length| end + length);
    let is_extension = ["int", "interno", "ext", "est", "x"].iter().any(|known| known.eq_ignore_ascii_case(&text[end..word_end]));
    if !is_extension || !text[..end].bytes().any(|byte| byte.is_ascii_digit()) {
        return end;
    }
    let after = text[word_end..].trim_start_matches(['.', ':', ' ']);
    let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    if (1..=6).contains(&digits) { text.len() - after.len() + digits } else { end }
}

fn cut<'a>(segment: &'a str, pieces: &mut Vec<&'a str>) {
    if segment.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        // An extension: what stands before the last number of the segment is cut, the rest stays with it.
        let word = segment.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(segment.len());
        let mut before = Vec::new();
        cut(&segment[..word], &mut before);
        if let Some(last) = before.pop() {
            let from = segment[..word].rfind(last).unwrap_or(0);
            pieces.append(&mut before);
            pieces.push(trim(&segment[from..]));
        }
        return;
    }
    let runs = runs(segment);
    for group in runs.chunk_by(|_, next| !next.plus) {
        partition(segment, group, pieces);
    }
}

fn runs(segment: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open: Option<Run> = None;
    let mut between = 0;
    for (place, letter) in segment.char_indices() {
        if letter.is_ascii_digit() {
            let run = open.get_or_insert_with(|| {
                let before = &segment[between..place];
                let opening = before.len() - before.trim_end_matches(['+', '(', ' ', '[']).len();
                let lead = before[before.len() - opening..].find(['+', '(', '[']).unwrap_or(opening);
                Run { from: place - opening + lead, to: place, plus: before.contains('+'), apart: is_apart(before) }
            });
            run.to = place + 1;
        } else if let Some(run) = open.take() {
            between = run.to;
            runs.push(run);
        }
    }
    runs.extend(open);
    runs
}

/// Whether what stands between two runs of digits is how people separate numbers.
fn is_apart(between: &str) -> bool {
    let mark = between.trim();
    between.contains(',')
        || (!mark.is_empty()
            && between.starts_with(' ')
            && between.ends_with(' ')
            && mark.chars().all(|c| matches!(c, '-' | '/' | '–' | '—')))
}

/// Puts runs together in the fewest numbers that exist; cuts where a mark stands apart count as none.
fn partition<'a>(segment: &'a str, runs: &[Run], pieces: &mut Vec<&'a str>) {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return };
    let whole = |from: &Run, to: &Run| trim(&segment[from.from..to.to]);
    if runs.len() == 1 || runs.len() > MOST_RUNS {
        return pieces.push(whole(first, last));
    }
    // best[n]: the cost of the first n runs, and where the last number among them begins.
    let mut best: Vec<Option<(u32, usize)>> = vec![None; runs.len() + 1];
    best[0] = Some((0, 0));
    for end in 1..=runs.len() {
        for begin in (0..end).rev() {
            let written = &segment[runs[begin].from..runs[end - 1].to];
            if written.len() > 60 {
                break;
            }
            let Some((before, _)) = best[begin] else { continue };
            let across = runs[begin + 1..end].iter().filter(|run| run.apart).count() as u32;
            // A number runs over a mark that stands apart only if nothing else is possible.
            let cost = before + 10 * across + if begin > 0 && !runs[begin].apart { 4 } else { 1 };
            if best[end].is_none_or(|(least, _)| cost < least) && stands_alone(written) {
                best[end] = Some((cost, begin));
            }
        }
    }
    let mut starts = Vec::new();
    let mut end = runs.len();
    while end > 0 {
        let Some((_, begin)) = best[end] else { break };
        starts.push((begin, end));
        end = begin;
    }
    if end > 0 {
        // No way to read it whole: cut only where marks stand apart, and let each piece show its own fault.
        let mut begin = 0;
        for place in 1..=runs.len() {
            if place == runs.len() || runs[place].apart {
                pieces.push(whole(&runs[begin], &runs[place - 1]));
                begin = place;
            }
        }
        return;
    }
    pieces.extend(starts.iter().rev().map(|(begin, end)| whole(&runs[*begin], &runs[end - 1])));
}

/// Whether a text is a number by itself. Abroad its length must do: the library's tables are not worth loading for this.
fn stands_alone(written: &str) -> bool {
    let digits = super::phone_digits(written);
    match digits.strip_prefix("00").or_else(|| written.contains('+').then_some(&*digits)) {
        Some(international) => match international.strip_prefix("39") {
            Some(national) => italian::kind(national).is_some(),
            None => (8..=15).contains(&international.len()),
        },
        None => (6..=14).contains(&digits.len()) && italian::kind(italian::national(&digits)).is_some(),
    }
}

fn trim(piece: &str) -> &str {
    piece.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ',' | '–' | '—'))
}

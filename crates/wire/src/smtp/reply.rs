//! What a server answers: a code of three digits and some words, on one line or many.

use std::fmt;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// How long a line of an answer may be; the standard says 512 (RFC 5321, 4.5.3.1.5).
const LONGEST: usize = 4096;
/// How many lines an answer may have.
const MOST: usize = 100;
/// How much of the words is kept, in characters.
const KEPT: usize = 500;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// Its code, from 200 to 599.
    pub(super) code: u16,
    /// Its lines without the code, as they came.
    lines: Vec<String>,
}

/// The finer code of RFC 3463: class, subject, detail (5.1.1: a mailbox that is none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Enhanced(pub u8, pub u16, pub u16);

impl Enhanced {
    /// Reads the code that a text begins with, and gives what follows it.
    fn read(text: &str) -> Option<(Enhanced, &str)> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut numbers = word.split('.').map(|part| {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        });
        let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let whole = numbers.next().is_none() && [2, 4, 5].contains(&class);
        whole.then_some((Enhanced(class as u8, subject, detail), rest.trim_start()))
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl Reply {
    /// Reads the next answer, whole. What it fails with is said in words: the connection ended, or this is no SMTP.
    pub(super) async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Reply, String> {
        let mut reply = Reply { code: 0, lines: Vec::new() };
        let mut line = Vec::with_capacity(128);
        loop {
            next_line(stream, &mut line).await?;
            let (code, last, text) = parted(&line).ok_or("an answer that is none of SMTP")?;
            if !reply.lines.is_empty() && code != reply.code {
                return Err("an answer with two codes".to_owned());
            }
            reply.code = code;
            reply.lines.push(String::from_utf8_lossy(text).into_owned());
            if last {
                return Ok(reply);
            }
            if reply.lines.len() == MOST {
                return Err("an answer without end".to_owned());
            }
        }
    }

    /// The first digit of its code: 2 done, 3 go on, 4 not now, 5 never.
    pub(super) fn class(&self) -> u16 {
        self.code / 100
    }

    /// Its lines without the code.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.trim())
    }

    /// The finer code, where there is one that agrees with the code.
    pub(super) fn enhanced(&self) -> Option<Enhanced> {
        let (enhanced, _) = Enhanced::read(self.lines().next()?)?;
        (u16::from(enhanced.0) == self.class()).then_some(enhanced)
    }

    /// Its words alone.
    pub(super) fn text(&self) -> String {
        let code = self.enhanced();
        let bare = |line| Enhanced::read(line).filter(|(read, _)| Some(*read) == code).map_or(line, |(_, rest)| rest);
        legible(&self.lines().map(bare).collect::<Vec<_>>().join(" "))
    }

    /// All of it on one line, code first.
    pub(super) fn told(&self) -> String {
        legible(&format!("{} {}", self.code, self.lines().collect::<Vec<_>>().join(" ")))
    }
}

/// A peer's words as they may stand in a log or on a page: not too many, and nothing in them that a terminal obeys.
pub(super) fn legible(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(KEPT).collect()
}

/// Code, whether it is the last line, and the rest.
fn parted(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) || !(b'2'..=b'5').contains(&digits[0]) {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Some((code, true, rest)),
        Some((b' ', text)) => Some((code, true, text)),
        Some((b'-', text)) => Some((code, false, text)),
        Some(_) => None,
    }
}

/// The next line with its end. One that breaks off is none.
async fn next_line(stream: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> Result<(), String> {
    line.clear();
    loop {
        let there = stream.fill_buf().await.map_err(|fault| format!("the connection was lost: {fault}"))?;
        if there.is_empty() {
            return Err("the server closed the connection".to_owned());
        }
        let end = memchr::memchr(b'\n', there);
        let taken = end.map_or(there.len(), |end| end + 1);
        line.extend_from_slice(&there[..taken]);
        stream.consume(taken);
        if line.len() > LONGEST {
            return Err("an answer without end".to_owned());
        }
        if end.is_some() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;

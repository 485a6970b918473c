//! What a message looks like between DATA and its final dot: lines that end in CRLF and nothing else, and no line that is only a
//! dot. Whoever takes a lone CR or LF for the end of a line (RFC 5321, 2.3.8, forbids it, and many do) finds none.

use crate::lines::lines;

/// How many bytes it has with its lines ended as they go out, dots not yet doubled: what SIZE speaks of.
pub(super) fn size(content: &[u8]) -> usize {
    lines(content).map(|line| line.len() + 2).sum()
}

/// Writes it line by line; a dot at the beginning of one is doubled.
pub(super) fn write(content: &[u8], out: &mut Vec<u8>) {
    out.reserve(content.len() + content.len() / 64 + 16);
    for line in lines(content) {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests;

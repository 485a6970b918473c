//! Lines as mail has them.

/// The lines of a text, without their ends: CRLF, or a CR or LF alone. What follows the last end is a line unless it is empty.
pub(crate) struct Lines<'t> {
    /// What has not been read yet.
    pub(crate) rest: &'t [u8],
}

/// The lines of a text.
pub(crate) fn lines(text: &[u8]) -> Lines<'_> {
    Lines { rest: text }
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let Some(end) = memchr::memchr2(b'\r', b'\n', self.rest) else { return Some(std::mem::take(&mut self.rest)) };
        let (line, after) = self.rest.split_at(end);
        self.rest = after.strip_prefix(b"\r\n").unwrap_or(&after[1..]);
        Some(line)
    }
}

//! The form of a message that is signed («relaxed», RFC 6376, 3.4): what servers on the way change does not show in it.

use crate::lines::lines;

/// A message in that form.
pub(super) struct Canon<'m> {
    /// Name, and where its header stands.
    fields: Vec<(&'m [u8], std::ops::Range<usize>)>,
    headers: Vec<u8>,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl<'m> Canon<'m> {
    /// Of a message, whatever its lines end in.
    pub(super) fn of(message: &'m [u8]) -> Canon<'m> {
        let mut canon =
            Canon { fields: Vec::with_capacity(24), headers: Vec::with_capacity(2048), body: Vec::with_capacity(message.len()) };
        let mut all = lines(message);
        while let Some(line) = all.next().filter(|line| !line.is_empty()) {
            let goes_on = matches!(line.first(), Some(b' ' | b'\t'));
            match (canon.fields.last_mut(), line.iter().position(|byte| *byte == b':')) {
                (Some((name, place)), _) if goes_on => {
                    canon.headers.truncate(place.end - 2);
                    // A value that has no word yet takes no space.
                    let begins = canon.headers.len() == place.start + name.len() + 1;
                    squeeze(if begins { line.trim_ascii_start() } else { line }, &mut canon.headers);
                    canon.headers.extend_from_slice(b"\r\n");
                    place.end = canon.headers.len();
                }
                (_, Some(colon)) if !goes_on => {
                    let (name, start) = (line[..colon].trim_ascii_end(), canon.headers.len());
                    canon.headers.extend(name.iter().map(u8::to_ascii_lowercase));
                    canon.headers.push(b':');
                    squeeze(line[colon + 1..].trim_ascii_start(), &mut canon.headers);
                    canon.headers.extend_from_slice(b"\r\n");
                    canon.fields.push((name, start..canon.headers.len()));
                }
                _ => {}
            }
        }
        let mut end = 0;
        for line in all {
            let start = canon.body.len();
            squeeze(line, &mut canon.body);
            let empty = canon.body.len() == start;
            canon.body.extend_from_slice(b"\r\n");
            if !empty {
                end = canon.body.len();
            }
        }
        // Empty lines at the end are none.
        canon.body.truncate(end);
        canon
    }

    /// The headers of a name, each with its line end, in their order.
    pub(super) fn headers(&self, name: &str) -> impl DoubleEndedIterator<Item = &[u8]> {
        let of_name = move |field: &&(&[u8], std::ops::Range<usize>)| field.0.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(of_name).map(|(_, place)| &self.headers[place.clone()])
    }
}

/// One header as the last of those that are signed: without a line end.
pub(super) fn header(text: &str, out: &mut Vec<u8>) {
    let canon = Canon::of(text.as_bytes());
    out.extend_from_slice(canon.headers.strip_suffix(b"\r\n").unwrap_or(&canon.headers));
}

/// A line with one space where there are spaces and tabs, and none at its end.
fn squeeze(line: &[u8], out: &mut Vec<u8>) {
    let mut space = false;
    for byte in line {
        if matches!(byte, b' ' | b'\t') {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) {
            out.push(b' ');
        }
        out.push(*byte);
    }
}

//! Files that go out: to be taken away, never to be shown by a browser in our name; whole or a stretch of them.

use crate::problem::Failure;
use crate::uploads::blocking;
use crate::{Answer, Web};
use axum::body::Body;
use axum::response::Response;
use engine::files::digest_of;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use kernel::{Error, Result, Say};
use meta::Record;
use std::io::SeekFrom;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// Whatever it is: no scripts, no frames, nothing fetched, an origin of its own.
pub(crate) const HARMLESS: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// The file that a record holds.
pub(crate) async fn send(web: &Web, headers: &HeaderMap, record: &Record) -> Answer {
    let digest = digest_of(record).ok_or(Error::NotFound)?;
    let (files, of) = (web.engine().files()?.clone(), digest.clone());
    let (file, size) = blocking(move || {
        let file = files.open(&of)?;
        let size = file.metadata().map_err(Error::internal)?.len();
        Ok((file, size))
    })
    .await?;
    let tag = HeaderValue::from_str(&format!("\"{digest}\"")).map_err(Error::internal)?;
    let mut response = Response::new(Body::empty());
    let mut put = |name: HeaderName, value: HeaderValue| response.headers_mut().insert(name, value);
    put(header::ETAG, tag.clone());
    put(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    put(header::CONTENT_SECURITY_POLICY, HARMLESS);
    put(header::CONTENT_DISPOSITION, disposition(record.named("file.name").text()));
    let media = HeaderValue::from_str(record.named("file.media").text()).ok().filter(|media| !media.is_empty());
    put(header::CONTENT_TYPE, media.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    // A stretch of another file than it was begun with is no use.
    let same = headers.get(header::IF_RANGE).is_none_or(|known| *known == tag);
    let asked = headers.get(header::RANGE).filter(|_| same).and_then(|range| range.to_str().ok());
    let (begin, length) = match asked.map_or(Stretch::Whole, |range| stretch(range, size)) {
        Stretch::Whole => (0, size),
        Stretch::Part(begin, end) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let range = HeaderValue::from_str(&format!("bytes {begin}-{end}/{size}")).map_err(Error::internal)?;
            response.headers_mut().insert(header::CONTENT_RANGE, range);
            (begin, end - begin + 1)
        }
        Stretch::Nowhere => {
            let range = HeaderValue::from_str(&format!("bytes */{size}")).map_err(Error::internal)?;
            let failure = Failure::status(StatusCode::RANGE_NOT_SATISFIABLE, Say::new("error-range"));
            return Err(failure.header(header::CONTENT_RANGE, range));
        }
    };
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    *response.body_mut() = streamed(tokio::fs::File::from_std(file), begin, length).await?;
    Ok(response)
}

/// A document that people composed, to be looked at inside one of our pages: it runs nothing, sends nothing and loads no more than
/// pictures.
pub fn composed(markup: String) -> Response {
    const STILL: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'";
    let mut response = Response::new(Body::from(markup));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(STILL));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The small picture of the file that a record holds, which is ours; not found where there is none.
pub(crate) async fn thumbnail(web: &Web, record: &Record) -> Answer {
    let digest = digest_of(record).ok_or(Error::NotFound)?;
    let engine = web.engine().clone();
    let (bytes, media) = blocking(move || engine.thumbnail(&digest).ok_or(Error::NotFound)).await?;
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HARMLESS);
    Ok(response)
}

async fn streamed(mut file: tokio::fs::File, begin: u64, length: u64) -> Result<Body> {
    file.seek(SeekFrom::Start(begin)).await.map_err(Error::internal)?;
    let pieces = futures_util::stream::try_unfold((file.take(length), length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
        let read = file.read(&mut piece).await?;
        if read == 0 {
            // The connection ends before its length: nobody takes it for whole.
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        }
        piece.truncate(read);
        Ok(Some((bytes::Bytes::from(piece), (file, left - read as u64))))
    });
    Ok(Body::from_stream(pieces))
}

/// What is asked for of a file.
#[derive(Debug, PartialEq, Eq)]
enum Stretch {
    Whole,
    /// From this byte to that, both included.
    Part(u64, u64),
    Nowhere,
}

/// Reads one stretch of bytes; several at once are answered with the whole, and so is what can't be read (RFC 9110).
fn stretch(range: &str, size: u64) -> Stretch {
    let Some((from, to)) = range.strip_prefix("bytes=").filter(|range| !range.contains(',')).and_then(|range| range.split_once('-')) else {
        return Stretch::Whole;
    };
    let digits = |text: &str| if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse::<u64>().ok() } else { None };
    match (digits(from.trim()), digits(to.trim())) {
        (Some(begin), Some(end)) if begin > end => Stretch::Whole,
        (Some(begin), _) if begin >= size => Stretch::Nowhere,
        (Some(begin), Some(end)) => Stretch::Part(begin, end.min(size - 1)),
        (Some(begin), None) if to.trim().is_empty() => Stretch::Part(begin, size - 1),
        (None, Some(0)) => Stretch::Nowhere,
        (None, Some(_)) if size == 0 => Stretch::Nowhere,
        (None, Some(last)) if from.trim().is_empty() => Stretch::Part(size.saturating_sub(last), size - 1),
        _ => Stretch::Whole,
    }
}

/// To be taken away under this name: in plain letters for the old, and as it is (RFC 6266, RFC 8187).
pub(crate) fn disposition(name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            '"' | '\\' | '%' => '_',
            letter if letter.is_ascii_graphic() || letter == ' ' => letter,
            _ => '_',
        })
        .collect();
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
    let encoded = percent_encoding::utf8_percent_encode(name, KEPT);
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::{Stretch, disposition, stretch};

    #[test]
    fn one_stretch_is_given_and_many_are_the_whole() {
        for (range, asked) in [
            ("bytes=0-0", Stretch::Part(0, 0)),
            ("bytes=5-", Stretch::Part(5, 9)),
            ("bytes=-3", Stretch::Part(7, 9)),
            ("bytes=-30", Stretch::Part(0, 9)),
            ("bytes=2-99", Stretch::Part(2, 9)),
            ("bytes=10-", Stretch::Nowhere),
            ("bytes=-0", Stretch::Nowhere),
            ("bytes=3-2", Stretch::Whole),
            ("bytes=0-1,3-4", Stretch::Whole),
            ("bytes=a-b", Stretch::Whole),
            ("bytes=-", Stretch::Whole),
            ("bytes=0-99999999999999999999999", Stretch::Whole),
            ("lines=0-1", Stretch::Whole),
        ] {
            assert_eq!(stretch(range, 10), asked, "{range}");
        }
    }

    #[test]
    fn a_name_is_written_so_that_it_can_not_end_its_header() {
        let header = disposition("perché \"no\"\r\nX: y;€.pdf");
        assert_eq!(
            header.to_str().expect("plain letters"),
            "attachment; filename=\"perch_ _no___X: y;_.pdf\"; filename*=UTF-8''perch%C3%A9%20%22no%22%0D%0AX%3A%20y%3B%E2%82%AC.pdf"
        );
    }
}

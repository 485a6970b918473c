//! What a file is: by how it begins and by its ending, which have to agree; never by what the sender says of it.

use super::names::ending;
use kernel::Say;

/// How much of a file is looked at, in bytes.
pub const BEGINNING: usize = 4096;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nature {
    /// Its media type; `application/octet-stream` where we don't know better, or would rather not say.
    pub media: &'static str,
}

/// How the bytes of a kind begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Pdf,
    Jpeg,
    Png,
    Gif,
    Webp,
    Tiff,
    /// Office files of today and compressed folders.
    Zip,
    /// Office files of the past.
    Ole,
    Rtf,
    /// Without any byte that no text has.
    Text,
    /// Text that a browser would run, were it let.
    Markup,
    Any,
}

/// Endings that we know: how such a file begins, and its media type.
const KNOWN: &[(&str, Sign, &str)] = &[
    ("pdf", Sign::Pdf, "application/pdf"),
    ("jpg", Sign::Jpeg, "image/jpeg"),
    ("jpeg", Sign::Jpeg, "image/jpeg"),
    ("png", Sign::Png, "image/png"),
    ("gif", Sign::Gif, "image/gif"),
    ("webp", Sign::Webp, "image/webp"),
    ("tif", Sign::Tiff, "image/tiff"),
    ("tiff", Sign::Tiff, "image/tiff"),
    ("docx", Sign::Zip, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", Sign::Zip, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", Sign::Zip, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", Sign::Zip, "application/vnd.oasis.opendocument.text"),
    ("ods", Sign::Zip, "application/vnd.oasis.opendocument.spreadsheet"),
    ("odp", Sign::Zip, "application/vnd.oasis.opendocument.presentation"),
    ("zip", Sign::Zip, "application/zip"),
    ("doc", Sign::Ole, "application/msword"),
    ("xls", Sign::Ole, "application/vnd.ms-excel"),
    ("ppt", Sign::Ole, "application/vnd.ms-powerpoint"),
    ("msg", Sign::Ole, "application/vnd.ms-outlook"),
    ("rtf", Sign::Rtf, "application/rtf"),
    ("txt", Sign::Text, "text/plain"),
    ("csv", Sign::Text, "text/csv"),
    ("eml", Sign::Text, "message/rfc822"),
    // Taken away as they are, and never called what a browser would show.
    ("svg", Sign::Markup, "application/octet-stream"),
    ("htm", Sign::Markup, "application/octet-stream"),
    ("html", Sign::Markup, "application/octet-stream"),
    ("xhtml", Sign::Markup, "application/octet-stream"),
    ("xml", Sign::Markup, "application/octet-stream"),
    ("p7m", Sign::Any, "application/pkcs7-mime"),
];

/// Endings of what a computer runs when somebody opens it.
const RUNS: &[&str] = &[
    "ade",
    "adp",
    "apk",
    "app",
    "appx",
    "appxbundle",
    "asp",
    "aspx",
    "bas",
    "bat",
    "bash",
    "bin",
    "cgi",
    "chm",
    "cmd",
    "com",
    "cpl",
    "crt",
    "deb",
    "dll",
    "dmg",
    "exe",
    "gadget",
    "hta",
    "htaccess",
    "inf",
    "ins",
    "iso",
    "isp",
    "jar",
    "jnlp",
    "js",
    "jse",
    "jsp",
    "jspx",
    "lnk",
    "mde",
    "mjs",
    "msc",
    "msi",
    "msix",
    "msp",
    "mst",
    "nsh",
    "phar",
    "php",
    "php3",
    "php4",
    "php5",
    "php7",
    "phps",
    "pht",
    "phtml",
    "pif",
    "pl",
    "ps1",
    "psc1",
    "psm1",
    "py",
    "pyw",
    "rb",
    "reg",
    "rpm",
    "scf",
    "scr",
    "sct",
    "sh",
    "shb",
    "shtml",
    "shtm",
    "sys",
    "url",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vhdx",
    "vxd",
    "wasm",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xht",
    "xll",
];

/// What a file is, by its harmless name and its beginning. Refused with a sentence: what a computer would run, and what is not
/// what its ending says.
pub fn nature(name: &str, beginning: &[u8]) -> Result<Nature, Say> {
    let ending = ending(name);
    if RUNS.contains(&ending.as_str()) || runs(beginning) {
        return Err(Say::new("error-file-runs").with("name", name));
    }
    let known = KNOWN.iter().find(|(known, _, _)| *known == ending);
    if scripted(beginning) && known.is_none_or(|(_, sign, _)| matches!(sign, Sign::Markup | Sign::Text | Sign::Any)) {
        return Err(Say::new("error-file-scripted").with("name", name));
    }
    match known {
        None => Ok(Nature { media: "application/octet-stream" }),
        Some((_, sign, media)) if fits(*sign, beginning) => Ok(Nature { media }),
        Some(_) => Err(Say::new("error-file-other").with("name", name).with("ending", ending)),
    }
}

/// Whether small pictures are made of it.
pub(super) fn is_picture(media: &str) -> bool {
    matches!(media, "image/jpeg" | "image/png" | "image/gif" | "image/webp")
}

fn fits(sign: Sign, bytes: &[u8]) -> bool {
    match sign {
        Sign::Pdf => bytes.windows(5).take(1024).any(|five| five == b"%PDF-"),
        Sign::Jpeg => bytes.starts_with(b"\xff\xd8\xff"),
        Sign::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        Sign::Gif => bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
        Sign::Webp => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        Sign::Tiff => bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*"),
        Sign::Zip => bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06"),
        // Programs of administrations write tables of text under such a name.
        Sign::Ole => bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") || is_text(bytes) || fits(Sign::Zip, bytes),
        Sign::Rtf => bytes.starts_with(b"{\\rtf"),
        Sign::Text | Sign::Markup => is_text(bytes) || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff"),
        Sign::Any => true,
    }
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b))
}

/// Whether it begins like a program.
fn runs(bytes: &[u8]) -> bool {
    let begins: [&[u8]; 8] = [
        b"\x7fELF",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\0asm",
        b"#!",
        b"L\0\0\0\x01\x14\x02\0",
    ];
    // A program of Windows says where its head is; a text that begins with these two letters does not.
    let windows = bytes.starts_with(b"MZ") && bytes.len() >= 64 && !is_text(bytes);
    windows || begins.iter().any(|begin| bytes.starts_with(begin))
}

/// Whether it is markup that holds a script.
fn scripted(bytes: &[u8]) -> bool {
    let text: String = bytes.iter().filter(|byte| **byte != 0).map(|byte| byte.to_ascii_lowercase() as char).collect();
    let marks = [
        "<script",
        "<?php",
        "javascript:",
        "<iframe",
        "<object",
        "<embed",
        "<foreignobject",
        "onload=",
        "onerror=",
        "onclick=",
        "<!entity",
    ];
    text.contains('<') && marks.iter().any(|mark| text.contains(mark))
}

//! Styles and small modules, bundled from npm at build time and embedded.
//!
//! Every file has an address that changes with its content, so it may be cached for ever. `MARKUP.md` beside this crate says which
//! markup the styles expect.

#[cfg(test)]
mod tests;

/// A file that pages load, embedded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its address, which carries a hash of the content: `/assets/app-1A2B3C4D.css`.
    pub path: &'static str,
    /// Its media type, as the `Content-Type` header wants it.
    pub kind: &'static str,
    /// Its strong entity tag, quotes included.
    pub etag: &'static str,
    /// Its bytes.
    pub body: &'static [u8],
    /// The same for `Content-Encoding: gzip`; empty where it would not be smaller.
    pub gzip: &'static [u8],
    /// The same for `Content-Encoding: br`; empty where it would not be smaller.
    pub brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/bundle/bundle.rs"));

/// All files.
pub fn all() -> &'static [Asset] {
    ALL
}

/// The file at this address.
pub fn find(path: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.path == path)
}

/// An icon as inline SVG, by its name in `icons.txt`; empty for an unknown name. It takes the colour and, with the class `icon`,
/// the size that its surroundings give it.
pub fn icon(name: &str) -> &'static str {
    ICONS.binary_search_by(|(known, _)| (*known).cmp(name)).map_or("", |place| ICONS[place].1)
}

/// The names of all icons, sorted.
pub fn icon_names() -> impl Iterator<Item = &'static str> {
    ICONS.iter().map(|(name, _)| *name)
}

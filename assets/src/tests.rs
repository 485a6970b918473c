//! What a page needs is here, whole, and small.

use super::*;

#[test]
fn a_page_finds_its_styles_module_and_sign() {
    for (path, kind) in
        [(APP_CSS, "text/css; charset=utf-8"), (APP_JS, "text/javascript; charset=utf-8"), (FAVICON, "image/svg+xml"), (FONT, "font/woff2")]
    {
        let asset = find(path).unwrap_or_else(|| panic!("{path} is embedded"));
        assert_eq!(asset.kind, kind);
        assert!(!asset.body.is_empty());
    }
    assert_eq!(find("/assets/app.css"), None);
}

#[test]
fn every_address_and_tag_is_its_own() {
    let mut paths: Vec<_> = all().iter().map(|asset| asset.path).collect();
    let mut tags: Vec<_> = all().iter().map(|asset| asset.etag).collect();
    paths.sort_unstable();
    paths.dedup();
    tags.sort_unstable();
    tags.dedup();
    assert_eq!((paths.len(), tags.len()), (all().len(), all().len()));
}

#[test]
fn styles_ask_nothing_from_another_host() {
    let styles = String::from_utf8_lossy(find(APP_CSS).expect("embedded").body);
    for (place, _) in styles.match_indices("url(") {
        let address = styles[place + 4..].trim_start_matches(['"', '\'']);
        assert!(address.starts_with("/assets/") || address.starts_with("data:"), "{}", &address[..60.min(address.len())]);
    }
}

#[test]
fn styles_carry_the_typeface_they_name() {
    let styles = String::from_utf8_lossy(find(APP_CSS).expect("embedded").body);
    for font in all().iter().filter(|asset| asset.kind == "font/woff2") {
        assert!(styles.contains(font.path), "{} is named in the styles", font.path);
    }
    assert!(all().iter().any(|asset| asset.path.contains("latin-ext")), "ő and ţ have letters of the same typeface");
}

#[test]
fn an_ordinary_page_loads_little() {
    let module = find(APP_JS).expect("embedded");
    let styles = find(APP_CSS).expect("embedded");
    assert!(module.gzip.len() < 60 * 1024, "{} bytes of JavaScript", module.gzip.len());
    assert!(styles.gzip.len() < 40 * 1024, "{} bytes of styles", styles.gzip.len());
    assert!(module.brotli.len() < module.gzip.len());
}

#[test]
fn icons_are_drawings_without_anything_that_runs() {
    assert_eq!(icon("no such drawing"), "");
    for name in icon_names() {
        let drawing = icon(name);
        assert!(drawing.starts_with("<svg") && drawing.ends_with("</svg>"), "{name}");
        for refused in ["<script", " style=", " on", "href"] {
            assert!(!drawing.contains(refused), "{name} has {refused}");
        }
    }
}

//! Documents: files come in on a card and go out again, are followed by newer versions, and never do what a browser or a
//! stranger would like them to.

use crate::client::Got;
use crate::house::{House, file, houses};
use engine::testing::both;
use engine::{Principal, Through};
use kernel::Id;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// A picture of one red point.
fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

async fn add(house: &House, who: &str, card: &str, files: &[(&str, &[u8])]) -> Got {
    let csrf = house.people[who].csrf.clone();
    house.page(who, "POST", &format!("{card}/files")).multipart(&[("csrf", &csrf)], files).send().await
}

async fn listed(house: &House, who: &str, filter: &str) -> Vec<Json> {
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    let got = house.get(who, &format!("/documents?filter={filter}&fields=title,note,number,file")).await.expect(200).json();
    got["records"].as_array().expect("records").clone()
}

async fn work(house: &House) {
    while house.engine.work_once().await.expect("a job") {}
}

fn account(house: &House) -> String {
    format!("/accounts/{}", house.north.account)
}

#[tokio::test]
async fn files_come_in_on_a_card_and_go_out_again() {
    for house in houses().await {
        let card = account(&house);
        let got =
            add(&house, "anna", &card, &[("Contratto quadro.pdf", b"%PDF-1.7 uno"), ("note di visita.txt", b"ciao")]).await.expect(303);
        assert_eq!(got.header("location"), card);
        let page = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert!(page.contains("Contratto quadro") && page.contains("note di visita"), "{page}");
        let known = listed(&house, "anna", "title is \"Contratto quadro\"").await;
        let [document] = known.as_slice() else { panic!("{known:?}") };
        assert_eq!((&document["number"], &document["file"]["size"]), (&json!(1), &json!(12)));
        assert_eq!(document["file"]["media"], "application/pdf");
        let id = document["id"].as_str().expect("an id");
        for got in [
            house.page("anna", "GET", &format!("/documents/{id}/content")).send().await.expect(200),
            house.get("anna", &format!("/documents/{id}/content")).await.expect(200),
        ] {
            assert_eq!(got.text(), "%PDF-1.7 uno");
            assert_eq!(
                got.header("content-disposition"),
                "attachment; filename=\"Contratto quadro.pdf\"; filename*=UTF-8''Contratto%20quadro.pdf"
            );
            assert_eq!((got.header("content-type"), got.header("content-length")), ("application/pdf", "12"));
            assert_eq!((got.header("x-content-type-options"), got.header("cache-control")), ("nosniff", "no-store"));
            assert_eq!(got.header("content-security-policy"), "sandbox; default-src 'none'");
        }
        let head = house.page("anna", "HEAD", &format!("/documents/{id}/content")).send().await.expect(200);
        assert_eq!((head.header("content-length"), head.body.len()), ("12", 0));
        // The same again, known by its tag.
        let tag = head.header("etag").to_owned();
        house.page("anna", "GET", &format!("/documents/{id}/content")).header("If-None-Match", &tag).send().await.expect(304);
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_stretch_of_a_file_is_given() {
    for house in houses().await {
        let path = format!("/documents/{}/content", house.north.document);
        let part = |range: &str| house.page("anna", "GET", &path).header("Range", range).send();
        let got = part("bytes=2-4").await.expect(206);
        assert_eq!((got.text().as_str(), got.header("content-range"), got.header("content-length")), ("gre", "bytes 2-4/9", "3"));
        assert_eq!(part("bytes=-1").await.expect(206).text(), "A");
        assert_eq!(part("bytes=99-").await.expect(416).header("content-range"), "bytes */9");
        // G4: a thousand stretches are one answer.
        let many = format!("bytes={}", vec!["0-1"; 1000].join(","));
        assert_eq!(part(&many).await.expect(200).text(), "Segreto A");
        let other = house.page("anna", "GET", &path).header("Range", "bytes=0-0").header("If-Range", "\"another\"").send().await;
        assert_eq!(other.expect(200).text(), "Segreto A");
    }
}

/// A5: what belongs to others is not there, however it is asked for.
#[tokio::test]
async fn files_of_others_are_not_found() {
    for house in houses().await {
        let (north, south) = (house.north, house.south);
        let stranger = house.engine.id();
        for (plural, theirs, none) in [("documents", south.document, stranger), ("document_versions", south.version, stranger)] {
            for what in ["", "/content", "/thumbnail"] {
                let (theirs, none) = (format!("/{plural}/{theirs}{what}"), format!("/{plural}/{none}{what}"));
                let (got, of_none) = (house.page("anna", "GET", &theirs).send().await, house.page("anna", "GET", &none).send().await);
                assert_eq!((got.status, got.undated()), (404, of_none.undated()), "{theirs}");
                if what != "/thumbnail" {
                    house.get("anna", &theirs).await.expect(404);
                }
            }
        }
        let csrf = house.people["anna"].csrf.clone();
        let before = house.everything().await;
        for path in [
            format!("/documents/{}/content", south.document),
            format!("/accounts/{}/files", south.account),
            format!("/documents/{}/files", north.document),
        ] {
            house.page("anna", "POST", &path).multipart(&[("csrf", &csrf)], &[("a.txt", b"a")]).send().await.expect(404);
        }
        let current = format!("/document_versions/{}/current", south.version);
        house.page("anna", "POST", &current).form(&format!("csrf={csrf}")).send().await.expect(404);
        house
            .api("anna", "PUT", &format!("/documents/{}/content?name=a.txt", south.document))
            .body("text/plain", "a")
            .send()
            .await
            .expect(404);
        // Whoever only reads may not; nor does he find a way.
        for (path, status) in [(format!("/documents/{}/content", north.document), 403), (format!("/accounts/{}/files", north.account), 403)]
        {
            let csrf = house.people["rita"].csrf.clone();
            house.page("rita", "POST", &path).multipart(&[("csrf", &csrf)], &[("a.txt", b"a")]).send().await.expect(status);
        }
        assert_eq!(before, house.everything().await);
        let page = house.page("rita", "GET", &account(&house)).send().await.expect(200).text();
        assert!(page.contains("Contratto A") && !page.contains("data-files-choose"));
        for path in ["/documents", "/document_versions", "/search?q=contratto", "/search?q=segreto"] {
            let text = house.get("anna", path).await.expect(200).text();
            assert!(!text.contains("Contratto B") && !text.contains(&south.document.to_string()), "{path}: {text}");
        }
        // Nothing is found by what is in a file of others, and no field of a file is written by hand.
        let digest = house.get("bruno", &format!("/documents/{}", south.document)).await.expect(200).json()["file"]["digest"].clone();
        let theirs = json!({ "title": "x", "about": north.account.to_string(), "file": { "digest": digest } });
        house.post("anna", "/documents", theirs).await.expect(422);
        let change = json!({ "file": { "digest": digest } });
        house.api("anna", "PATCH", &format!("/documents/{}", north.document)).if_match(1).json(&change).send().await.expect(422);
        house
            .api("anna", "PATCH", &format!("/documents/{}", north.document))
            .if_match(1)
            .json(&json!({ "number": 7 }))
            .send()
            .await
            .expect(422);
        house.post("anna", "/document_versions", json!({ "document": north.document.to_string() })).await.expect(422);
    }
}

/// A5: nor by a way through what is one's own, through a list, many at once, a note, a search or a file for a sheet; and no page
/// that one may open names them.
#[tokio::test]
async fn files_of_others_are_found_by_no_detour() {
    for house in houses().await {
        let (north, south) = (house.north, house.south);
        // Bruno's note with a picture under it.
        let csrf = &house.people["bruno"].csrf;
        let photo = picture(40, 30);
        let write = house.page("bruno", "POST", &format!("/accounts/{}/timeline/notes", south.account));
        let fields = [("csrf", csrf.as_str()), ("text", "Guasto zqnascosto"), ("sending", "abcdefghijklmnopqrstuvwx")];
        write.multipart(&fields, &[("zqallegato.png", &photo)]).send().await.expect(303);
        work(&house).await;
        let attached = listed(&house, "bruno", "title is \"zqallegato\"").await;
        let [attached] = attached.as_slice() else { panic!("{attached:?}") };
        let (attached, note) = (attached["id"].as_str().expect("an id"), attached["note"].as_str().expect("its note"));
        house.page("bruno", "GET", &format!("/documents/{attached}/thumbnail")).send().await.expect(200);
        let versions = house.get("bruno", &format!("/documents/{attached}/versions")).await.expect(200).json();
        let version = versions["records"][0]["id"].as_str().expect("an id").to_owned();
        for (plural, id) in [("documents", attached), ("document_versions", version.as_str()), ("notes", note)] {
            for what in ["", "/content", "/thumbnail", "/edit", "/duplicate", "/fields/title", "/history", "/versions", "/x"] {
                house.page("anna", "GET", &format!("/{plural}/{id}{what}")).send().await.expect(404);
                house.get("anna", &format!("/{plural}/{id}{what}")).await.expect(404);
            }
        }
        // With a card of her own before it.
        let own = format!("/accounts/{}", north.account);
        for path in [
            format!("{own}/documents/{attached}"),
            format!("{own}/documents/{attached}/content"),
            format!("{own}/files/{attached}"),
            format!("/documents/{}/versions/{version}", north.document),
            format!("/documents/{}/versions/{version}/content", north.document),
        ] {
            house.page("anna", "GET", &path).send().await.expect(404);
            house.get("anna", &path).await.expect(404);
        }
        let csrf = &house.people["anna"].csrf;
        let before = house.everything().await;
        for path in [format!("{own}/timeline/notes/{note}"), format!("{own}/timeline/notes/{note}/removal")] {
            let form = format!("csrf={csrf}&text=Suo&pinned=true&version=1");
            house.page("anna", "POST", &path).form(&form).send().await.expect(404);
        }
        house.page("anna", "POST", &format!("/document_versions/{version}/current")).form(&format!("csrf={csrf}")).send().await.expect(404);
        let link = json!({ "note": note });
        house.api("anna", "PATCH", &format!("/documents/{}", north.document)).if_match(1).json(&link).send().await.expect(422);
        let about = json!({ "about": south.account.to_string() });
        house.api("anna", "PATCH", &format!("/documents/{}", north.document)).if_match(1).json(&about).send().await.expect(422);
        assert_eq!(before, house.everything().await);
        // Lists, counts, groups, searches, and what is chosen from.
        let theirs: Vec<String> = [attached.to_owned(), version.clone(), note.to_owned(), south.document.to_string()].to_vec();
        let silent = |path: &str, text: &str| {
            let traces = ["zqallegato", "zqnascosto", "Contratto B", "Segreto B", "Officine B"];
            // What was asked for stands in the box it was asked in, and nowhere else.
            let asked = traces.iter().filter(|trace| !path.contains(**trace)).find(|trace| text.contains(**trace));
            assert!(asked.is_none(), "{path} tells {asked:?}: {text}");
            let id = theirs.iter().filter(|id| !path.contains(id.as_str())).find(|id| text.contains(id.as_str()));
            assert!(id.is_none(), "{path} tells {id:?}: {text}");
        };
        let encoded = |filter: &str| form_urlencoded::byte_serialize(filter.as_bytes()).collect::<String>();
        let filters = [
            format!("note is \"{note}\""),
            format!("id is \"{attached}\""),
            format!("about is \"{}\"", south.account),
            "file.name contains \"zqallegato\"".to_owned(),
            "file.size > 20".to_owned(),
        ];
        for filter in filters.iter().map(|filter| encoded(filter)) {
            let listed = house.get("anna", &format!("/documents?filter={filter}")).await.expect(200).json();
            assert_eq!(listed["records"], json!([]), "{filter}");
            assert_eq!(house.get("anna", &format!("/documents/count?filter={filter}&exact=1")).await.expect(200).json()["count"], 0);
            for path in ["/documents", "/documents/count", "/documents/totals", "/documents/views"] {
                let path = format!("{path}?filter={filter}&totals=sum");
                silent(&path, &house.page("anna", "GET", &path).send().await.expect(200).text());
            }
            for ending in ["csv", "xlsx"] {
                let got = house.page("anna", "GET", &format!("/documents/export.{ending}?filter={filter}")).send().await.expect(403);
                silent(&filter, &got.text());
            }
        }
        for path in [
            "/palette?q=zqallegato",
            "/search?q=zqallegato",
            "/documents?q=zqallegato",
            "/documents/options?q=zqallegato",
            "/notes/options?q=zqnascosto",
            "/documents?group=note",
            "/documents?group=about",
            "/documents?trash=1",
            "/documents/new",
            &format!("/documents/new?through=attachments&to={note}"),
            &format!("/documents/new?about={}&note={note}", south.account),
            &own,
            "/",
            "/start",
            "/notifications",
        ] {
            let got = house.page("anna", "GET", path).send().await;
            assert!(got.status < 500, "{path}");
            silent(path, &got.text());
        }
        for path in [format!("{own}/documents"), format!("{own}/notes"), format!("/documents/{}/versions", north.document)] {
            silent(&path, &house.get("anna", &path).await.expect(200).text());
        }
        // Many at once: each is refused by itself, and its name is not told.
        let ids = json!([attached, south.document.to_string()]);
        let asked = json!({ "action": "change", "ids": ids, "values": { "title": "Mio" } });
        let begun = house.post("anna", "/documents/bulk", asked).await.expect(202);
        work(&house).await;
        let state = house.get("anna", begun.header("location").trim_start_matches("/api/v1")).await.expect(200).json();
        assert_eq!((&state["refused"], &state["changed"], &state["refusals"][0]["title"]), (&json!(2), &json!(0), &Json::Null));
        let report = format!("/bulks/{}", state["id"].as_str().expect("an id"));
        house.page("bruno", "GET", &report).send().await.expect(404);
        let report = house.page("anna", "GET", &report).send().await.expect(200).text();
        assert!(!report.contains("zqallegato") && !report.contains("Contratto B"), "{report}");
        house.post("anna", "/documents/bulk", json!({ "action": "remove", "ids": ids })).await.expect(403);
        let asked = format!("csrf={csrf}&action=change&field=title&title=Mio&pick={attached}&pick={}", south.document);
        let got = house.page("anna", "POST", "/documents/bulk").form(&asked).send().await;
        assert!(got.status < 500 && !got.text().contains("zqallegato"), "{}", got.text());
        let of_filter = json!({ "action": "change", "filter": "file.name contains \"zqallegato\"", "values": { "title": "Mio" } });
        house.post("anna", "/documents/bulk", of_filter).await.expect(422);
        work(&house).await;
        for (id, title) in [(attached.to_owned(), "zqallegato"), (south.document.to_string(), "Contratto B")] {
            assert_eq!(house.get("bruno", &format!("/documents/{id}")).await.expect(200).json()["title"], title);
        }
    }
}

/// C4, C5: what a computer would run stays outside, what a browser would show is taken away, names are words.
#[tokio::test]
async fn files_do_no_harm() {
    for house in houses().await {
        let card = account(&house);
        let page: &[u8] = b"<html><script>alert(1)</script></html>";
        let program = [b"MZ\x90\0".as_slice(), &[0; 100]].concat();
        for (name, bytes) in [
            ("virus.exe", b"ciao".as_slice()),
            ("a.pHaR", b"ciao"),
            ("a.php\\0.png", b"<?php ?>"),
            ("pagina.html", page),
            ("disegno.svg", b"<svg onload=alert(1)>"),
            ("foto.png", page),
            ("foto.png", &program),
            ("x.txt", &program),
            ("fattura.pdf", b"no"),
            ("vuoto.txt", b""),
        ] {
            let before = house.everything().await;
            let got = add(&house, "anna", &card, &[(name, bytes)]).await.expect(422).text();
            assert!(got.contains("data-tone=\"bad\" role=\"alert\""), "{name}: {got}");
            assert_eq!(before, house.everything().await, "{name}");
        }
        let files: Vec<(&str, &[u8], &str)> = vec![
            ("polyglot.gif", b"GIF89a/*\x01\x01\0\0*/=1;alert(1)", "polyglot.gif"),
            ("piano.svg", b"<svg xmlns=\"x\"><path/></svg>", "piano.svg"),
            ("..\\\\..\\\\x", b"ciao", "x"),
            ("fattura\u{202e}fdp.txt", b"ciao", "fatturafdp.txt"),
            ("a%0d%0aSet-Cookie: b.txt", b"ciao", "a%0d%0aSet-Cookie_ b.txt"),
        ];
        for (name, bytes, kept) in files {
            add(&house, "anna", &card, &[(name, bytes)]).await.expect(303);
            let known = listed(&house, "anna", &format!("file.name is \"{kept}\"")).await;
            assert_eq!(known.len(), 1, "{name}");
            let got = house.get("anna", &format!("/documents/{}/content", known[0]["id"].as_str().expect("an id"))).await.expect(200);
            assert_eq!((got.body.as_slice(), got.header("x-content-type-options")), (bytes, "nosniff"));
            assert!(got.header("content-disposition").starts_with("attachment; ") && got.header("set-cookie").is_empty(), "{name}");
            assert!(!got.header("content-type").contains("svg") && !got.header("content-type").contains("html"));
        }
        // A declared type counts for nothing, and a page inside a harmless file stays a file.
        let files: Vec<(&str, &[u8], &str)> = vec![
            ("dati.xml", b"<?xml version=\"1.0\"?><a xmlns=\"http://www.w3.org/1999/xhtml\"><b/></a>", "application/octet-stream"),
            ("pagina pulita.html", b"<html><meta http-equiv=refresh content=0></html>", "application/octet-stream"),
            ("modulo.pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj", "application/pdf"),
            ("gifar.gif", b"GIF89a/*\0\0*/=0;fetch('//evil.example')", "image/gif"),
            ("senza ending", b"alert(1)", "application/octet-stream"),
            ("tabella.csv", b"=cmd|' /C calc'!A0;1\n", "text/csv"),
        ];
        for (name, bytes, media) in files {
            for declared in ["text/html", "image/svg+xml", "application/x-php"] {
                let put =
                    house.api("anna", "PUT", &format!("/documents/{}/content?name={}", house.north.document, name.replace(' ', "%20")));
                put.body(declared, [bytes, declared.as_bytes()].concat()).send().await.expect(200);
                for got in [
                    house.get("anna", &format!("/documents/{}/content", house.north.document)).await.expect(200),
                    house.page("anna", "GET", &format!("/documents/{}/content", house.north.document)).send().await.expect(200),
                    house
                        .page("anna", "GET", &format!("/documents/{}/content", house.north.document))
                        .header("Range", "bytes=0-3")
                        .send()
                        .await
                        .expect(206),
                ] {
                    assert_eq!((got.header("content-type"), got.header("x-content-type-options")), (media, "nosniff"), "{name}");
                    assert_eq!(got.header("content-security-policy"), "sandbox; default-src 'none'");
                    assert_eq!(got.header("cross-origin-resource-policy"), "same-origin");
                    assert!(got.header("content-disposition").starts_with("attachment; filename=\""), "{name}");
                }
            }
        }
        // Names are words, whatever is in them: on the API as on the page.
        for (name, kept) in [
            ("a%00.txt", "a.txt"),
            ("..%2F..%2Fetc%2Fpasswd", "passwd"),
            ("..%5C..%5Cx.txt", "x.txt"),
            ("a%0D%0AX-Evil%3A%201%0D%0A%0D%0Ab.txt", "aX-Evil_ 1b.txt"),
            ("a%22%3B%20filename%3Devil.txt", "a_; filename=evil.txt"),
            ("%E2%80%AEfdp.txt", "fdp.txt"),
            ("%3Cimg%20src%3Dx%3E.txt", "_img src=x_.txt"),
            ("...", "file"),
        ] {
            let put = house.api("anna", "PUT", &format!("/documents/{}/content?name={name}", house.north.document));
            put.body("text/plain", format!("con nome {name}")).send().await.expect(200);
            let got = house.get("anna", &format!("/documents/{}/content", house.north.document)).await.expect(200);
            let encoded: String = kept
                .bytes()
                .map(|byte| match byte {
                    b'.' | b'-' | b'_' => char::from(byte).to_string(),
                    byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                    byte => format!("%{byte:02X}"),
                })
                .collect();
            assert_eq!(got.header("content-disposition"), format!("attachment; filename=\"{kept}\"; filename*=UTF-8''{encoded}"), "{name}");
            assert_eq!(got.header("x-evil"), "");
        }
        // On the disk they stand under the digest of their bytes, and nothing else is there.
        let folder = house.engine.files().expect("files").folder().to_owned();
        let mut all = vec![folder.clone()];
        while let Some(place) = all.pop() {
            if place.is_dir() {
                all.extend(std::fs::read_dir(&place).expect("a folder").map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let told = place.strip_prefix(&folder).expect("inside").to_string_lossy().replace(['/', '\\'], "");
            let told = told.trim_end_matches(".jpg").trim_end_matches(".webp").trim_start_matches("thumbnails");
            assert!(told.len() == 64 && told.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", place.display());
        }
        let long = format!("{}.txt", "è".repeat(300));
        add(&house, "anna", &card, &[(&long, b"lungo")]).await.expect(303);
        let names: Vec<String> =
            listed(&house, "anna", "file.name contains \"èèè\"").await.iter().map(|one| one["file"]["name"].to_string()).collect();
        assert!(names.len() == 1 && names[0].len() < 210 && names[0].ends_with(".txt\""), "{names:?}");
        // One of many is refused: the others are kept, and it is said which was not.
        let got = add(&house, "anna", &card, &[("buono.txt", b"uno"), ("cattivo.exe", b"due")]).await.expect(422).text();
        assert!(got.contains("cattivo.exe") && got.contains(">buono</a>"), "{got}");
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_is_too_large_or_forged_leaves_nothing() {
    for (engine, clock) in both(crate::house::areas).await {
        let house = House::furnish(engine, clock, |settings| settings.measures.upload_bytes = 1 << 20).await;
        let (card, large) = (account(&house), vec![b'x'; (1 << 20) + 1]);
        let before = house.everything().await;
        let got = add(&house, "anna", &card, &[("grande.txt", &large)]).await.expect(422).text();
        assert!(got.contains("grande.txt"), "{got}");
        let got =
            house.api("anna", "PUT", &format!("/documents/{}/content?name=a.txt", house.north.document)).body("text/plain", large.clone());
        got.send().await.expect(422);
        add(&house, "anna", &card, &[("molti.txt", &vec![b'x'; 12 << 20])]).await.expect(413);
        let many: Vec<(String, &[u8])> = (0..22).map(|number| (format!("{number}.txt"), b"".as_slice())).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        add(&house, "anna", &card, &many).await.expect(422);
        // The token stands before everything else, or nothing is read.
        let anna = &house.people["anna"];
        for fields in [vec![], vec![("csrf", "wrong")], vec![("first", "x"), ("csrf", anna.csrf.as_str())]] {
            let got = house.page("anna", "POST", &format!("{card}/files")).multipart(&fields, &[("a.txt", b"a")]).send().await;
            got.expect(403);
        }
        let got =
            house.page("anna", "POST", &format!("{card}/files")).multipart(&[("csrf", &anna.csrf)], &[]).send().await.expect(422).text();
        assert!(got.contains("Choose at least one file"), "{got}");
        let broken = house.page("anna", "POST", &format!("{card}/files")).header("X-CSRF-Token", &anna.csrf);
        broken.body("multipart/form-data; boundary=limit", "--limit\r\nno part at all").send().await.expect(400);
        let unnamed = house.page("anna", "POST", &format!("{card}/files")).header("X-CSRF-Token", &anna.csrf);
        unnamed.body("multipart/form-data", "x").send().await.expect(400);
        assert_eq!(before, house.everything().await);
        let arriving = house.engine.files().expect("files").folder().join("arriving");
        assert_eq!(std::fs::read_dir(arriving).expect("the folder").count(), 0, "nothing is left on its way");
    }
}

#[tokio::test]
async fn newer_versions_follow_and_older_ones_come_back() {
    for house in houses().await {
        let document = house.north.document;
        let path = format!("/documents/{document}");
        let csrf = house.people["aldo"].csrf.clone();
        let renew = house.page("aldo", "POST", &format!("{path}/content"));
        let got = renew.multipart(&[("csrf", &csrf), ("remarks", "Prezzi del 2027")], &[("Contratto 2.txt", b"seconda")]).send().await;
        assert_eq!(got.expect(303).header("location"), path);
        let third = house.api("anna", "PUT", &format!("{path}/content?name=Contratto%203.txt&remarks=ancora")).body("text/plain", "terza");
        let third = third.send().await.expect(200).json();
        assert_eq!(
            (&third["number"], &third["file"]["name"], &third["title"]),
            (&json!(3), &json!("Contratto 3.txt"), &json!("Contratto A"))
        );
        let versions = house.get("anna", &format!("{path}/versions?sort=number")).await.expect(200).json();
        let versions = versions["records"].as_array().expect("records").clone();
        let told: Vec<(i64, &str)> =
            versions.iter().map(|one| (one["number"].as_i64().unwrap(), one["remarks"].as_str().unwrap())).collect();
        assert_eq!(told, [(1, ""), (2, "Prezzi del 2027"), (3, "ancora")]);
        let page = house.page("anna", "GET", &path).send().await.expect(200).text();
        assert!(page.contains("Prezzi del 2027") && page.contains("Make version 1 current again"), "{page}");
        for (one, text) in versions.iter().zip(["Segreto A", "seconda", "terza"]) {
            let id = one["id"].as_str().expect("an id");
            assert_eq!(house.get("anna", &format!("/document_versions/{id}/content")).await.expect(200).text(), text);
        }
        let first = format!("/document_versions/{}/current", versions[0]["id"].as_str().expect("an id"));
        let csrf = house.people["anna"].csrf.clone();
        let got = house.page("anna", "POST", &first).form(&format!("csrf={csrf}")).send().await.expect(303);
        assert_eq!(got.header("location"), path);
        let now = house.get("anna", &path).await.expect(200).json();
        assert_eq!((&now["number"], &now["file"]["name"]), (&json!(1), &json!("Contratto A.txt")));
        assert_eq!(house.get("anna", &format!("{path}/content")).await.expect(200).text(), "Segreto A");
        // Numbers are not given twice.
        let fourth =
            house.api("anna", "PUT", &format!("{path}/content?name=4.txt")).body("text/plain", "quarta").send().await.expect(200).json();
        assert_eq!(fourth["number"], 4);
        house.api("anna", "PUT", &format!("{path}/content?name=virus.exe")).body("text/plain", "x").send().await.expect(422);
        house.api("anna", "PUT", &format!("{path}/content")).body("text/plain", "x").send().await.expect(422);
        house.api("anna", "PUT", &format!("{path}/content?name=a.txt")).body("multipart/form-data", "x").send().await.expect(415);
        house
            .api("anna", "PUT", &format!("/accounts/{}/content?name=a.txt", house.north.account))
            .body("text/plain", "x")
            .send()
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn small_pictures_are_made_of_pictures_alone() {
    for house in houses().await {
        let card = account(&house);
        let photo = picture(900, 600);
        // A head that promises more points than anybody has.
        let mut bomb = picture(2, 2);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        let spoilt = [photo[..200].to_vec(), vec![0; 50]].concat();
        add(&house, "anna", &card, &[("foto.png", &photo), ("bomba.png", &bomb), ("rotta.png", &spoilt), ("a.txt", b"a")])
            .await
            .expect(303);
        let id = |all: &[Json]| all[0]["id"].as_str().expect("an id").to_owned();
        let foto = id(&listed(&house, "anna", "title is \"foto\"").await);
        house.page("anna", "GET", &format!("/documents/{foto}/thumbnail")).send().await.expect(404);
        let mut topics = house.engine.listen();
        work(&house).await;
        // Whoever looks at the card sees it come.
        let (mut told, awaited) = (Vec::new(), format!("account/{}", house.north.account));
        while !told.contains(&awaited) {
            let topic = tokio::time::timeout(Duration::from_secs(5), topics.recv()).await.unwrap_or_else(|_| panic!("{told:?}"));
            told.push(topic.expect("a topic"));
        }
        assert!(told.contains(&format!("document/{foto}")), "{told:?}");
        let got = house.page("anna", "GET", &format!("/documents/{foto}/thumbnail")).send().await.expect(200);
        assert_eq!((got.header("content-type"), got.header("content-security-policy")), ("image/jpeg", "sandbox; default-src 'none'"));
        let small = image::load_from_memory(&got.body).expect("a picture");
        assert_eq!((small.width(), small.height()), (320, 213));
        for title in ["bomba", "rotta", "a"] {
            let id = id(&listed(&house, "anna", &format!("title is \"{title}\"")).await);
            house.page("anna", "GET", &format!("/documents/{id}/thumbnail")).send().await.expect(404);
        }
        let page = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert_eq!(page.matches("class=\"thumb\"").count(), 1, "{page}");
        house.page("bruno", "GET", &format!("/documents/{foto}/thumbnail")).send().await.expect(404);
    }
}

#[tokio::test]
async fn files_are_attached_to_a_note_and_follow_it() {
    for house in houses().await {
        let card = account(&house);
        let csrf = house.people["anna"].csrf.clone();
        let write = |text: &str, files: &[(&str, &[u8])]| {
            let sending = format!("{text:_<24}").chars().filter(char::is_ascii_alphabetic).collect::<String>() + "aaaaaaaaaaaaaaaaaaaaaaaa";
            let fields = [("csrf", csrf.as_str()), ("text", text), ("sending", &sending[..24])];
            house.page("anna", "POST", &format!("{card}/timeline/notes")).multipart(&fields, files).send()
        };
        for _ in 0..2 {
            write("Ecco le foto", &[("prima.txt", b"uno"), ("seconda.txt", b"due")]).await.expect(303);
        }
        let page = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert_eq!(page.matches("class=\"attachment\"").count(), 2, "sent twice, it is one: {page}");
        let attached = listed(&house, "anna", "note is not empty").await;
        assert_eq!(attached.len(), 2);
        let note = attached[0]["note"].as_str().expect("a note").to_owned();
        // A note of files alone is called by their names.
        write("", &[("terza.txt", b"tre")]).await.expect(303);
        let alone = house.get("anna", "/notes?filter=text%20is%20%22terza.txt%22").await.expect(200).json();
        assert_eq!(alone["records"].as_array().map(Vec::len), Some(1));
        // One that may not be kept keeps the note from being written, and the text stays in the box.
        let before = house.everything().await;
        let got = write("Con un programma", &[("virus.exe", b"x"), ("buono.txt", b"x")]).await.expect(422).text();
        assert!(got.contains("virus.exe") && got.contains(">\nCon un programma</textarea>"));
        assert_eq!(before, house.everything().await);
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
        // They go into the trash with their note, and come back with it.
        let removed = house.page("anna", "POST", &format!("{card}/timeline/notes/{note}/removal")).form(&format!("csrf={csrf}"));
        removed.send().await.expect(303);
        assert_eq!(listed(&house, "anna", "note is not empty").await.len(), 1);
        house
            .page("mara", "POST", &format!("/notes/{note}/restoration"))
            .form(&format!("csrf={}", house.people["mara"].csrf))
            .send()
            .await
            .expect(303);
        assert_eq!(listed(&house, "anna", "note is not empty").await.len(), 3);
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_expires_comes_next() {
    for house in houses().await {
        let card = account(&house);
        let anna = house.engine.principal_of(house.people["anna"].id, Through::Pages).await.expect("a person").expect("an active one");
        let mut dated = Vec::new();
        for (name, day) in [("Polizza.txt", "2026-12-12"), ("Certificato.txt", "2026-03-01"), ("Offerta.txt", "2026-03-20")] {
            let (id, _) = file(&house.engine, &anna, house.north.account, name, name.as_bytes()).await;
            let path = format!("/documents/{id}");
            house.api("anna", "PATCH", &path).header("If-Match", "*").json(&json!({ "expires_on": day })).send().await.expect(200);
            dated.push(id);
        }
        let page = house.page("anna", "GET", &card).send().await.expect(200).text();
        let ahead = page.split("id=\"card-ahead\"").nth(1).and_then(|rest| rest.split("</header>").next()).expect("what comes next");
        let places: Vec<Option<usize>> =
            ["Expired: Certificato", "Expires: Offerta", "Expires: Polizza"].map(|said| ahead.find(said)).to_vec();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{ahead}");
        assert_eq!(ahead.matches("class=\"ahead-one bad\"").count(), 1);
        // In the list of documents: passed in red, soon in amber.
        assert_eq!(
            (page.matches("data-tone=\"bad\">expired on").count(), page.matches("data-tone=\"warn\">expires on").count()),
            (1, 1),
            "{page}"
        );
        for (who, seen) in [("aldo", true), ("bruno", false)] {
            let got = house.page(who, "GET", &card).send().await;
            assert_eq!(got.text().contains("Expired: Certificato"), seen, "{who}");
        }
        let mara = &house.people["mara"];
        house
            .page("mara", "POST", &format!("/documents/{}/removal", dated[1]))
            .form(&format!("csrf={}", mara.csrf))
            .send()
            .await
            .expect(303);
        let page = house.page("anna", "GET", &card).send().await.expect(200).text();
        assert!(!page.contains("Certificato") && page.contains("Expires: Offerta"));
    }
}

/// What nobody refers to goes, after a while; what may come back from the trash stays.
#[tokio::test]
async fn what_nobody_refers_to_goes() {
    for house in houses().await {
        let files = house.engine.files().expect("files").clone();
        let orphan = files.put(&b"nobody's"[..]).expect("a file");
        let mut cut = files.arriving().expect("one on its way");
        cut.write(b"half").expect("written");
        let digest = |of: Json| of["file"]["digest"].as_str().expect("a digest").parse::<engine::files::Digest>().expect("a digest");
        let kept = digest(house.get("anna", &format!("/documents/{}", house.north.document)).await.expect(200).json());
        let system: Principal = house.engine.system(Through::CommandLine);
        let documents = house.engine.entity("document").expect("documents");
        house.engine.remove(&system, &documents, house.north.document, None).await.expect("removed");
        assert_eq!(house.engine.sweep_files(Duration::from_secs(60)).await.expect("swept"), 0, "young ones stay");
        files.open(&orphan).expect("still there");
        assert_eq!(house.engine.sweep_files(Duration::ZERO).await.expect("swept"), 1);
        assert!(matches!(files.open(&orphan), Err(kernel::Error::NotFound)));
        files.open(&kept).expect("what is in the trash stays");
        assert!(cut.keep().is_err(), "what never came was swept away");
        // Purged for good, its file goes too; the other's stays.
        house.clock.pass(40 * 86_400_000);
        house.engine.schedule_due().await.expect("a schedule");
        house.clock.pass(86_400_000);
        for _ in 0..2 {
            house.engine.schedule_due().await.expect("a schedule");
            work(&house).await;
            house.clock.pass(86_400_000);
        }
        let gone: Id = house.north.document;
        assert!(house.engine.show_removed(&system, &documents, gone).await.is_err(), "it left the trash");
        assert_eq!(house.engine.sweep_files(Duration::ZERO).await.expect("swept"), 1);
        assert!(matches!(files.open(&kept), Err(kernel::Error::NotFound)));
        assert_eq!(house.engine.examine().await.expect("an examination"), Vec::<String>::new());
        // What is missing, or spoilt, is found.
        let other = digest(house.get("bruno", &format!("/documents/{}", house.south.document)).await.expect(200).json());
        let place = files.folder().join(&other.as_str()[..2]).join(&other.as_str()[2..]);
        std::fs::write(&place, "spoilt").expect("spoilt");
        assert_eq!(house.engine.examine().await.expect("an examination"), [format!("the file {other} is spoilt")]);
        files.remove(&other).expect("removed");
        assert_eq!(house.engine.examine().await.expect("an examination"), [format!("the file {other} is not there")]);
        house.get("bruno", &format!("/documents/{}/content", house.south.document)).await.expect(404);
    }
}

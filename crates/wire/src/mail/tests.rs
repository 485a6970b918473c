use super::*;
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

fn person(name: &str, address: &str) -> Person {
    Person { name: name.to_owned(), address: address.to_owned() }
}

fn mail() -> Mail {
    Mail {
        id: "k7f2q@verdi.example".to_owned(),
        at: Moment::from_millis(1_772_442_000_000),
        from: person("Officina Verdi", "crm@verdi.example"),
        reply_to: None,
        to: person("Niccolò D'Àvila", "niccolo@example.it"),
        subject: "Perché no: novità di marzo".to_owned(),
        headers: vec![
            ("List-Unsubscribe".to_owned(), "<https://crm.verdi.example/u/k7f2q>".to_owned()),
            ("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()),
        ],
        text: "Perché no?\n".to_owned(),
        html: "<p>Perché no?</p>\n".to_owned(),
        pictures: Vec::new(),
        attachments: Vec::new(),
    }
}

fn text(mail: &Mail) -> String {
    let written = mail.written().expect("a message");
    assert!(written.is_ascii(), "nothing goes beyond ASCII");
    for line in written.split(|byte| *byte == b'\n') {
        assert!(line.is_empty() || line.ends_with(b"\r") && line.len() <= LONGEST + 1 && !line[..line.len() - 1].contains(&b'\r'));
    }
    String::from_utf8(written).expect("text")
}

#[test]
fn a_message_is_read_again_as_it_was_meant() {
    let mail = Mail { reply_to: Some(person("Rossi, «Il» \"Mario\"", "mario@verdi.example")), ..mail() };
    let text = text(&mail);
    assert!(text.starts_with("Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nFrom: \"Officina Verdi\" <crm@verdi.example>\r\n"), "{text}");
    assert!(text.contains("\r\nMessage-ID: <k7f2q@verdi.example>\r\n"));
    assert!(
        text.contains("\r\nList-Unsubscribe: <https://crm.verdi.example/u/k7f2q>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    );
    let read = MessageParser::new().parse(text.as_bytes()).expect("a message");
    let first = |address: Option<&mail_parser::Address<'_>>| {
        let first = address.and_then(|list| list.first()).expect("somebody");
        (first.name().unwrap_or_default().to_owned(), first.address().unwrap_or_default().to_owned())
    };
    assert_eq!(first(read.to()), ("Niccolò D'Àvila".to_owned(), "niccolo@example.it".to_owned()));
    assert_eq!(first(read.reply_to()), ("Rossi, «Il» \"Mario\"".to_owned(), "mario@verdi.example".to_owned()));
    assert_eq!(read.subject(), Some("Perché no: novità di marzo"));
    assert_eq!(read.body_text(0).as_deref(), Some("Perché no?\r\n"));
    assert_eq!(read.body_html(0).as_deref(), Some("<p>Perché no?</p>\r\n"));
    assert_eq!((read.text_body.len(), read.html_body.len(), read.attachment_count()), (1, 1, 0));
}

#[test]
fn the_same_message_is_the_same_bytes() {
    let large = Mail { attachments: vec![file("a.pdf")], pictures: vec![picture()], ..mail() };
    assert_eq!(large.written(), large.clone().written());
    assert_ne!(large.written(), Mail { id: "other@verdi.example".to_owned(), ..large }.written());
}

fn picture() -> Picture {
    Picture {
        id: "logo@verdi.example".to_owned(),
        kind: "image/png".to_owned(),
        content: Bytes::from_static(&[0x89, b'P', b'N', b'G', 0, 255]),
    }
}

fn file(name: &str) -> Attachment {
    Attachment { name: name.to_owned(), kind: "application/pdf".to_owned(), content: vec![b'.'; 200].into() }
}

#[test]
fn pictures_stand_beside_the_html_and_files_beside_all() {
    let names = ["Listino.pdf", "Preventivo «città» 2026 – perché.pdf", "un \"nome\" \\ con, segni;.pdf", &"lungo ".repeat(40)];
    let mail = Mail { pictures: vec![picture()], attachments: names.map(file).to_vec(), ..mail() };
    let text = text(&mail);
    let places: Vec<usize> =
        ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "application/pdf"]
            .map(|kind| text.find(kind).expect("a part"))
            .to_vec();
    assert!(places.is_sorted(), "{text}");
    assert!(text.contains("filename*0*=UTF-8''Preventivo%20%C2%ABcitt%C3%A0"), "{text}");
    let read = MessageParser::new().parse(text.as_bytes()).expect("a message");
    let shown = read.parts.iter().find(|part| part.content_id() == Some("logo@verdi.example")).expect("a picture");
    assert_eq!(shown.contents(), picture().content.as_ref());
    let files: Vec<_> = read.attachments().filter(|part| part.content_id().is_none()).collect();
    assert_eq!(files.iter().map(|file| file.attachment_name().unwrap_or_default().trim()).collect::<Vec<_>>(), names.map(str::trim));
    assert!(files.iter().all(|file| file.contents() == vec![b'.'; 200]));
}

#[test]
fn one_kind_of_text_needs_no_other() {
    let plain = text(&Mail { html: String::new(), ..mail() });
    assert!(plain.contains("Content-Type: text/plain") && !plain.contains("multipart"));
    let html = text(&Mail { text: String::new(), ..mail() });
    assert!(html.contains("Content-Type: text/html") && !html.contains("multipart"));
    for nothing in
        [Mail { text: String::new(), html: String::new(), ..mail() }, Mail { html: String::new(), pictures: vec![picture()], ..mail() }]
    {
        assert!(matches!(nothing.written(), Err(Refused::Unfit(_))));
    }
}

/// C6.
#[test]
fn what_no_mail_can_hold_is_left_out() {
    for (sent, read) in [("a\0b", "ab\r\n"), ("perché\0\n", "perché\r\n"), ("a\0", "a\r\n"), ("\n\0\n.\n", "\r\n\r\n.\r\n")] {
        let written = text(&Mail { text: sent.to_owned(), html: String::new(), ..mail() });
        assert!(!written.contains('\0'));
        assert_eq!(MessageParser::new().parse(written.as_bytes()).expect("a message").body_text(0).as_deref(), Some(read));
    }
}

/// C5: nothing that is written into a header begins another.
#[test]
fn a_header_is_one_line_or_none() {
    for end in ["\r\nBcc: tutti@example.it", "\nBcc: tutti@example.it", "\rBcc: x", "\u{85}x", "\u{2028}x", "\0", "\u{b}x"] {
        let broken = format!("x{end}");
        let header = |name: &str, value: &str| Mail { headers: vec![(name.to_owned(), value.to_owned())], ..mail() };
        for wrong in [
            Mail { subject: "=?UTF-8?Q?Ciao=0D=0A?=".to_owned(), ..mail() },
            Mail { subject: broken.clone(), ..mail() },
            Mail { from: person(&broken, "crm@verdi.example"), ..mail() },
            Mail { to: person(&broken, "niccolo@example.it"), ..mail() },
            Mail { to: person("", &format!("niccolo@example.it{end}")), ..mail() },
            Mail { reply_to: Some(person("", &format!("<niccolo@example.it>{end}"))), ..mail() },
            Mail { id: format!("{broken}@verdi.example"), ..mail() },
            header("X-Nota", &broken),
            header(&broken, "x"),
            Mail { attachments: vec![file(&broken)], ..mail() },
            Mail { attachments: vec![Attachment { kind: format!("text/{broken}"), ..file("a") }], ..mail() },
            Mail { pictures: vec![Picture { id: format!("{broken}@x"), ..picture() }], ..mail() },
        ] {
            assert!(matches!(wrong.written(), Err(Refused::Unfit(_))), "{wrong:?}");
        }
    }
    for (name, value) in [
        ("", "x"),
        ("X Y", "x"),
        ("X:", "x"),
        ("Ünder", "x"),
        ("bcc", "x"),
        ("Content-Type", "x"),
        ("Message-Id", "<a@b>"),
        ("List-Id", "<città>"),
        ("X-A", ""),
        ("X-A", &"y".repeat(999)),
    ] {
        let wrong = Mail { headers: vec![(name.to_owned(), value.to_owned())], ..mail() };
        assert!(matches!(wrong.written(), Err(Refused::Unfit(_))), "{name}: {value}");
    }
    for id in ["", "x", "x@", "@x", "a@b@c", "<a@b>", "a b@c", "à@b"] {
        assert!(Mail { id: id.to_owned(), ..mail() }.written().is_err(), "{id}");
    }
    for kind in ["", "pdf", "application/", "a/b; name=x", "multipart/mixed", "Multipart/x", "a/b/c"] {
        assert!(Mail { attachments: vec![Attachment { kind: kind.to_owned(), ..file("a") }], ..mail() }.written().is_err(), "{kind}");
    }
}

/// A text that looks like the end of its part is a text.
#[test]
fn a_boundary_stands_in_no_text() {
    let first = text(&mail());
    let boundary = first.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a boundary").to_owned();
    let tricky = Mail { text: format!("a\r\n--{boundary}--\r\nb\r\n"), ..mail() };
    let written = tricky.written().expect("a message");
    let read = MessageParser::new().parse(&written).expect("a message");
    assert_eq!(read.body_text(0).as_deref(), Some(tricky.text.as_str()));
    assert_eq!(written, tricky.written().expect("the same"));
}

/// What may stand in a header: on one line, and not as if it were encoded.
fn legible_only(text: &str) -> String {
    let line = text.replace(['\r', '\n'], "");
    if legible(&line).is_ok() { line } else { line.replace('?', "!") }
}

/// Pieces that encoders stumble over, and letters at random.
fn words(lines: bool) -> impl Strategy<Value = String> {
    let odd = vec!["à", "漢字", "😀", "=", "=?", "\"", "\\", "(", ",", ";", "<x@y>", ".", "  ", "_", "--", "From ", "=\r\n"];
    let ends = vec!["\n", "\r\n", " \n", ".\n", "\t\r\n", "\n.\n", "\r"];
    let piece = prop_oneof![
        3 => prop::sample::select(odd).prop_map(str::to_owned),
        2 => if lines { prop::sample::select(ends).prop_map(str::to_owned).boxed() } else { Just(" ".to_owned()).boxed() },
        3 => "[a-z]{1,12}",
        1 => "[ -~àèé]{0,200}",
    ];
    prop::collection::vec(piece, 1..25).prop_map(move |pieces| if lines { pieces.concat() } else { legible_only(&pieces.concat()) })
}

/// Readers take several spaces for one where a line was folded.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

proptest! {
    #[test]
    fn what_was_written_is_what_is_read(subject in words(false), name in words(false), file_name in words(false), body in words(true), html in words(true)) {
        let mail = Mail {
            subject: subject.clone(),
            to: person(&name, "niccolo@example.it"),
            text: format!("x{body}"),
            html: format!("<p>{html}"),
            attachments: vec![file(&format!("x{file_name}"))],
            ..mail()
        };
        let written = text(&mail);
        prop_assert!(written.lines().all(|line| line.len() <= 998));
        let read = MessageParser::new().parse(written.as_bytes()).expect("a message");
        let ended = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
        prop_assert_eq!(read.body_text(0).map(|text| text.into_owned()), Some(ended(&mail.text)));
        prop_assert_eq!(read.body_html(0).map(|text| text.into_owned()), Some(ended(&mail.html)));
        prop_assert_eq!(read.attachment_count(), 1);
        prop_assert_eq!(spaced(read.subject().unwrap_or_default()), spaced(&subject), "{}", written);
        let to = read.to().and_then(|to| to.first()).expect("somebody");
        prop_assert_eq!(to.address(), Some("niccolo@example.it"));
        prop_assert_eq!(spaced(to.name().unwrap_or_default()), spaced(&name), "{}", written);
        let read_name = read.attachment(0).and_then(|file| file.attachment_name()).unwrap_or_default();
        prop_assert_eq!(spaced(read_name), spaced(&mail.attachments[0].name), "{}", written);
    }
}

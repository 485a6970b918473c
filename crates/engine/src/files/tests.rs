//! What files are called, and what they are.

use super::{harmless_name, nature, stem};

#[test]
fn names_are_made_harmless() {
    for (sent, name) in [
        ("Contratto quadro.pdf", "Contratto quadro.pdf"),
        ("..\\..\\x", "x"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Documenti\\offerta.docx", "offerta.docx"),
        ("a\0b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
        ("fattura\u{202e}fdp.exe", "fatturafdp.exe"),
        ("...", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("virus.exe. . ", "virus.exe"),
        ("perché no?.txt", "perché no_.txt"),
    ] {
        assert_eq!(harmless_name(sent), name, "{sent:?}");
    }
    let long = harmless_name(&format!("{}.pdf", "è".repeat(300)));
    assert!(long.len() <= 200 && long.ends_with("è.pdf"), "{long}");
    assert!(harmless_name(&"x.".repeat(400)).len() <= 220);
    assert_eq!((stem("Contratto 3.0.pdf"), stem("senza"), stem(".pdf")), ("Contratto 3.0", "senza", ".pdf"));
}

#[test]
fn what_a_computer_would_run_is_refused() {
    for name in ["a.exe", "a.EXE", "a.pHaR", "a.js", "a.bat", "a.pdf.scr", "a.lnk", "a.html.hta"] {
        assert_eq!(nature(name, b"harmless").expect_err(name).key, "error-file-runs", "{name}");
    }
    let windows = [b"MZ\x90\0".as_slice(), &[0; 80]].concat();
    for (name, bytes) in [("a.pdf", windows.as_slice()), ("a.txt", b"#!/bin/sh\nrm"), ("a.dat", b"\x7fELF\x02"), ("foto.jpg", b"\0asm\x01")]
    {
        assert_eq!(nature(name, bytes).expect_err(name).key, "error-file-runs", "{name}");
    }
    for (name, bytes) in [
        ("a.html", "<html><SCRIPT>alert(1)</script>"),
        ("a.svg", "<svg xmlns='x' onload=alert(1)>"),
        ("a.xml", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>"),
        ("a.txt", "<?php system($_GET[0]); ?>"),
        ("a.unknown", "<svg><script>1</script></svg>"),
    ] {
        assert_eq!(nature(name, bytes.as_bytes()).expect_err(name).key, "error-file-scripted", "{name}");
    }
    assert_eq!(nature("a.svg", b"<svg xmlns=\"x\"><path d=\"M0 0\"/></svg>").expect("a drawing").media, "application/octet-stream");
}

#[test]
fn a_file_is_what_it_says() {
    for (name, bytes) in [("a.pdf", "ciao"), ("a.png", "GIF89a"), ("a.jpg", "<p>"), ("a.docx", "ciao"), ("a.txt", "\u{1}\u{2}")] {
        assert_eq!(nature(name, bytes.as_bytes()).expect_err(name).key, "error-file-other", "{name}");
    }
    for (name, bytes, media) in [
        ("a.PDF", "%PDF-1.7\n", "application/pdf"),
        ("a.gif", "GIF89a/*", "image/gif"),
        ("a.txt", "perché", "text/plain"),
        ("listino.xls", "codice;prezzo\n", "application/vnd.ms-excel"),
        ("disegno.sldprt", "\u{1}\u{2}", "application/octet-stream"),
        ("senza", "MZIONE", "application/octet-stream"),
    ] {
        assert_eq!(nature(name, bytes.as_bytes()).expect(name).media, media, "{name}");
    }
}

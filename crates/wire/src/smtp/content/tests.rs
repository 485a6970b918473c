use super::*;
use proptest::prelude::*;

fn written(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write(content, &mut out);
    out
}

/// What a server makes of it that ends a line at CRLF only, and a message at a line with a single dot only.
fn taken(mut wire: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut content = Vec::new();
    loop {
        let end = wire.windows(2).position(|two| two == b"\r\n").expect("a line that ends");
        let (line, rest) = (&wire[..end], &wire[end + 2..]);
        if line == b"." {
            return (content, rest.to_vec());
        }
        content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        content.extend_from_slice(b"\r\n");
        wire = rest;
    }
}

#[test]
fn lines_end_in_crlf_and_dots_are_doubled() {
    for (content, wire) in [
        ("", ""),
        ("a", "a\r\n"),
        ("a\r\n", "a\r\n"),
        ("a\nb\rc\r\n", "a\r\nb\r\nc\r\n"),
        ("a\r\r\nb", "a\r\n\r\nb\r\n"),
        ("a\n\rb", "a\r\n\r\nb\r\n"),
        ("\n.\n", "\r\n..\r\n"),
        ("\r.\r", "\r\n..\r\n"),
        (".", "..\r\n"),
        ("a\r\n.\r\nb", "a\r\n..\r\nb\r\n"),
        ("..", "...\r\n"),
        ("a.", "a.\r\n"),
    ] {
        assert_eq!(String::from_utf8(written(content.as_bytes())).expect("text"), wire, "{content:?}");
    }
}

/// C6.
#[test]
fn a_line_of_a_megabyte_goes_out_as_it_is() {
    let line = vec![b'x'; 1 << 20];
    assert_eq!(written(&line).len(), line.len() + 2);
    assert_eq!(size(&line), line.len() + 2);
}

/// What is sent, the more often with what ends lines and messages.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec!["\r", "\n", "\r\n", ".", "\r\n.\r\n", "\n.\n", "\r.\r", "MAIL FROM:<a@b>", "à"]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(1u8.., 0..40),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// What a strict server takes is the content with its lines ended in CRLF, whole and nothing more; and no other server finds an
    /// end in it either, since there is no lone CR or LF.
    #[test]
    fn what_arrives_is_what_was_sent(content in content()) {
        let mut wire = written(&content);
        prop_assert_eq!(size(&content), wire.len() - wire.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b".")).count());
        for (at, byte) in wire.iter().enumerate() {
            prop_assert!(*byte != b'\n' || at > 0 && wire[at - 1] == b'\r');
            prop_assert!(*byte != b'\r' || wire.get(at + 1) == Some(&b'\n'));
        }
        wire.extend_from_slice(b".\r\nNEXT");
        let mut expected = Vec::new();
        let mut bytes = content.iter().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\r' => {
                    bytes.next_if(|next| **next == b'\n');
                    expected.extend_from_slice(b"\r\n");
                }
                b'\n' => expected.extend_from_slice(b"\r\n"),
                other => expected.push(*other),
            }
        }
        if !expected.is_empty() && !expected.ends_with(b"\r\n") {
            expected.extend_from_slice(b"\r\n");
        }
        prop_assert_eq!(taken(&wire), (expected, b"NEXT".to_vec()));
    }
}

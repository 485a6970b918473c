use super::*;
use proptest::prelude::*;
use tokio::io::BufReader;

async fn read(text: &[u8]) -> Result<Reply, String> {
    Reply::read(&mut BufReader::with_capacity(7, text)).await
}

#[tokio::test]
async fn an_answer_has_a_code_and_words() {
    let reply = read(b"550-5.1.1 Nessuna casella\r\n550 5.1.1 con questo nome\r\n").await.expect("an answer");
    assert_eq!((reply.code, reply.class(), reply.enhanced()), (550, 5, Some(Enhanced(5, 1, 1))));
    assert_eq!(reply.text(), "Nessuna casella con questo nome");
    assert_eq!(reply.told(), "550 5.1.1 Nessuna casella 5.1.1 con questo nome");
    assert_eq!(Enhanced(4, 7, 0).to_string(), "4.7.0");
    let bare = read(b"250\n").await.expect("an answer");
    assert_eq!((bare.code, bare.told().as_str(), bare.enhanced()), (250, "250", None));
    // A finer code that says something else is words.
    let crossed = read(b"450 5.1.1 x\r\n").await.expect("an answer");
    assert_eq!((crossed.enhanced(), crossed.text().as_str()), (None, "5.1.1 x"));
    for none in ["5.1 x", "5.1.1.1 x", "3.1.1 x", "5.1234.1 x", "5..1 x", "x"] {
        let reply = read(format!("550 {none}\r\n").as_bytes()).await.expect("an answer");
        assert_eq!((reply.enhanced(), reply.text().as_str()), (None, none));
    }
}

#[tokio::test]
async fn its_words_are_cut_and_can_be_read() {
    let reply = read(format!("550 \x1b[2Jà\u{7}{}\r\n", "x".repeat(2000)).as_bytes()).await.expect("an answer");
    assert!(reply.text().starts_with(" [2Jà ") || reply.text().starts_with("[2Jà "), "{}", reply.text());
    assert_eq!(reply.text().chars().count(), 500);
    assert!(!reply.told().contains('\x1b'));
    let wrong = read(b"550 \xff\xfe\r\n").await.expect("an answer");
    assert_eq!(wrong.text(), "\u{fffd}\u{fffd}");
}

#[tokio::test]
async fn what_is_no_answer_is_none() {
    for wrong in ["hello\r\n", "25\r\n", "250x\r\n", "150 x\r\n", "650 x\r\n", "\r\n", "250-a\r\n550 b\r\n", "HTTP/1.1 200 OK\r\n"] {
        assert!(read(wrong.as_bytes()).await.is_err(), "{wrong:?}");
    }
    assert_eq!(read(b"250 taken as 47").await, Err("the server closed the connection".to_owned()), "half an answer is none");
    assert_eq!(read(b"250-taken\r\n").await, Err("the server closed the connection".to_owned()));
    assert_eq!(read("250-x\r\n".repeat(200).as_bytes()).await, Err("an answer without end".to_owned()));
    assert_eq!(read("250 x".repeat(2000).as_bytes()).await, Err("an answer without end".to_owned()));
}

/// What servers say, and what nobody should.
fn said() -> impl Strategy<Value = Vec<u8>> {
    let pieces = vec!["250", "550", "421", " ", "-", "\r\n", "\n", "\r", "5.1.1 ", "4.7.0", "2.0.0 ok", "ò", "\0", "\x1b["];
    let piece = prop_oneof![
        4 => prop::sample::select(pieces).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..600),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_a_server_says_is_an_answer_or_none(said in said()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        if let Ok(reply) = runtime.block_on(read(&said)) {
            prop_assert!((200..600).contains(&reply.code) && (2..6).contains(&reply.class()));
            for words in [reply.text(), reply.told()] {
                prop_assert!(words.chars().count() <= KEPT && !words.chars().any(char::is_control));
            }
            prop_assert!(reply.told().starts_with(&reply.code.to_string()));
            prop_assert!(reply.enhanced().is_none_or(|code| u16::from(code.0) == reply.class()));
        }
    }
}

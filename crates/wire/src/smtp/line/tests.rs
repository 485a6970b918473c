//! Lines to servers that do as they are told: by the book, against it, or not at all.

use super::super::tests::{Manner, heard, office, server};
use super::*;
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// What a fake does when it hears a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Says this.
    Say(&'static str),
    /// Says this, and goes.
    Leave(&'static str),
    /// Says this over and over.
    Babble(&'static str),
    /// Says nothing any more.
    Hush,
}
use Act::{Babble, Hush, Leave, Say};

/// A fake of a server: takes every message, unless it is told otherwise at the so-manieth hearing of a word (`.` for the final dot,
/// `~` for so many bytes of a content).
#[derive(Debug, Clone, Default)]
struct Fake {
    greeting: Option<&'static str>,
    offers: &'static str,
    acts: Vec<(&'static str, usize, Act)>,
    notes: Arc<Mutex<Notes>>,
}

/// What a fake heard.
#[derive(Debug, Default)]
struct Notes {
    /// As it came from the connection, piece by piece.
    pieces: Vec<String>,
    commands: Vec<String>,
    messages: Vec<Vec<u8>>,
}

const PIPELINING: &str = "250-fake\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n";
const PLAIN: &str = "250-fake\r\n250 8BITMIME\r\n";
/// Both ways of talking, for what has to be the same in both.
const WAYS: [&str; 2] = [PIPELINING, PLAIN];

impl Fake {
    fn offering(offers: &'static str) -> Fake {
        Fake { offers, ..Fake::default() }
    }

    /// The same, which at the nth hearing of a word does something else.
    fn at(mut self, word: &'static str, nth: usize, act: Act) -> Fake {
        self.acts.push((word, nth, act));
        self
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().expect("notes")
    }

    /// Opens for business; gives the way to it.
    async fn opened(&self) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let fake = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let fake = fake.clone();
                tokio::spawn(async move { fake.serve(stream).await });
            }
        });
        Server {
            host: "localhost".to_owned(),
            port,
            security: Security::None,
            user: String::new(),
            password: String::new(),
            greeting: "crm.example.it".to_owned(),
            trusted: Vec::new(),
            patience: Some(Duration::from_millis(1500)),
        }
    }

    async fn line(&self) -> Line {
        Line::open(&self.opened().await).await.expect("a line")
    }

    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let (mut counts, mut came, mut content) = (std::collections::HashMap::new(), Vec::new(), None::<Vec<u8>>);
        stream.write_all(self.greeting.unwrap_or("220 fake ESMTP\r\n").as_bytes()).await.ok()?;
        let mut buffer = vec![0; 128 << 10];
        loop {
            let end = came.windows(2).position(|two| two == b"\r\n");
            let Some(end) = end else {
                if let Some(content) = &content
                    && let Some((_, _, act)) = self.acts.iter().find(|(word, most, _)| *word == "~" && content.len() + came.len() >= *most)
                {
                    return self.act(*act, &mut stream).await;
                }
                let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
                came.extend_from_slice(&buffer[..read]);
                self.notes().pieces.push(String::from_utf8_lossy(&buffer[..read]).into_owned());
                continue;
            };
            let line: Vec<u8> = came.drain(..end + 2).take(end).collect();
            let word = match &mut content {
                Some(content) if line != b"." => {
                    content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                    content.extend_from_slice(b"\r\n");
                    continue;
                }
                Some(_) => ".".to_owned(),
                None => {
                    let command = String::from_utf8_lossy(&line).into_owned();
                    self.notes().commands.push(command.clone());
                    command.split(' ').next().unwrap_or_default().to_ascii_uppercase()
                }
            };
            let count = counts.entry(word.clone()).or_insert(0);
            *count += 1;
            let told = self.acts.iter().find(|(at, nth, _)| *at == word && nth == count).map(|(_, _, act)| *act);
            let taken = format!("250 2.0.0 taken as {count}\r\n");
            let act = told.unwrap_or(match word.as_str() {
                "EHLO" => Say(self.offers),
                "DATA" => Say("354 go on\r\n"),
                "QUIT" => Leave("221 bye\r\n"),
                "AUTH" => Say("235 welcome\r\n"),
                _ => Say("250 2.1.0 ok\r\n"),
            });
            if word == "." {
                let whole = content.take().unwrap_or_default();
                if told.is_none() {
                    self.notes().messages.push(whole);
                    stream.write_all(taken.as_bytes()).await.ok()?;
                    continue;
                }
            }
            match act {
                Say(words) => stream.write_all(words.as_bytes()).await.ok()?,
                other => return self.act(other, &mut stream).await,
            }
            if matches!(act, Say(words) if words.starts_with("354")) {
                content = Some(Vec::new());
            }
        }
    }

    async fn act(&self, act: Act, stream: &mut TcpStream) -> Option<()> {
        match act {
            Say(words) | Leave(words) => stream.write_all(words.as_bytes()).await.ok(),
            Hush => std::future::pending().await,
            Babble(words) => loop {
                stream.write_all(words.as_bytes()).await.ok()?;
            },
        }
    }
}

fn to(address: &str, content: impl Into<Bytes>) -> Outgoing {
    Outgoing { from: "rimbalzi@verdi.example".to_owned(), to: address.to_owned(), content: content.into() }
}

/// For Anna, Bruno and Carla.
fn three() -> Vec<Outgoing> {
    ["anna", "bruno", "carla"].map(|name| to(&format!("{name}@example.it"), format!("Subject: {name}\r\n\r\nCiao {name}\r\n"))).to_vec()
}

fn taken(fate: &Fate) -> bool {
    matches!(fate, Fate::Taken(_))
}

fn untouched(fate: &Fate) -> bool {
    matches!(fate, Fate::Untouched(_))
}

#[tokio::test]
async fn many_messages_go_over_one_line_and_each_is_answered() {
    for offers in WAYS {
        let fake = Fake::offering(offers);
        let mut line = fake.line().await;
        let fates = line.deliver(&three()).await;
        let expected: Vec<Fate> = (1..=3).map(|nth| Fate::Taken(format!("250 2.0.0 taken as {nth}"))).collect();
        assert_eq!(fates, expected);
        assert!(taken(&line.deliver(&three()).await[2]) && line.is_open());
        assert_eq!(line.deliver(&[]).await, []);
        line.quit().await;
        let notes = fake.notes();
        assert_eq!(notes.messages[1], b"Subject: bruno\r\n\r\nCiao bruno\r\n");
        assert_eq!(notes.commands[..4], ["EHLO crm.example.it", "MAIL FROM:<rimbalzi@verdi.example>", "RCPT TO:<anna@example.it>", "DATA"]);
        assert_eq!(notes.commands.last().map(String::as_str), Some("QUIT"));
        assert_eq!((notes.messages.len(), notes.commands.len()), (6, 1 + 6 * 3 + 1));
    }
}

#[tokio::test]
async fn a_message_costs_one_write_where_the_server_lets_us() {
    let fake = Fake::offering(PIPELINING);
    fake.line().await.deliver(&three()).await;
    let begin = |name: &str| format!("MAIL FROM:<rimbalzi@verdi.example>\r\nRCPT TO:<{name}@example.it>\r\nDATA\r\n");
    let content = |name: &str| format!("Subject: {name}\r\n\r\nCiao {name}\r\n.\r\n");
    let expected = [begin("anna"), content("anna") + &begin("bruno"), content("bruno") + &begin("carla"), content("carla")];
    assert_eq!(fake.notes().pieces[1..], expected);
    let slow = Fake::offering(PLAIN);
    slow.line().await.deliver(&three()[..1]).await;
    let expected = [
        "MAIL FROM:<rimbalzi@verdi.example>\r\n".to_owned(),
        "RCPT TO:<anna@example.it>\r\n".to_owned(),
        "DATA\r\n".to_owned(),
        content("anna"),
    ];
    assert_eq!(slow.notes().pieces[1..], expected);
}

/// X3: what is refused at one stage is told with that stage, and the others are not touched by it.
#[tokio::test]
async fn a_refusal_is_told_with_its_stage() {
    for offers in WAYS {
        for (word, stage) in [("MAIL", Stage::Mail), ("RCPT", Stage::Rcpt), ("DATA", Stage::Data), (".", Stage::End)] {
            for (code, said) in [(452, "452-4.2.2 Casella\r\n452 4.2.2 piena\r\n"), (550, "550 5.1.1 Nessuno qui\r\n")] {
                let mut fake = Fake::offering(offers).at(word, 2, Say(said));
                if word == "MAIL" {
                    fake = fake.at("RCPT", 2, Say("503 5.5.1 MAIL first\r\n")).at("DATA", 2, Say("503 5.5.1 MAIL first\r\n"));
                }
                if word == "RCPT" {
                    fake = fake.at("DATA", 2, Say("554 5.5.1 nobody to go on for\r\n"));
                }
                // Where nothing is said before an answer came, the words after the refused one are Carla's.
                if offers == PLAIN {
                    fake.acts.truncate(1);
                }
                let mut line = fake.line().await;
                let fates = line.deliver(&three()).await;
                let (enhanced, text) = if code == 452 { (Enhanced(4, 2, 2), "Casella piena") } else { (Enhanced(5, 1, 1), "Nessuno qui") };
                let refused = Fate::Refused { stage, code, enhanced: Some(enhanced), text: text.to_owned() };
                assert_eq!(fates[1], refused);
                assert_eq!((fates[1].is_permanent(), fates[1].is_transient()), (code == 550, code == 452));
                assert!(taken(&fates[0]) && taken(&fates[2]) && line.is_open(), "{word} {said}: {fates:?}");
                let notes = fake.notes();
                assert_eq!(notes.messages.len(), 2);
                // What was begun and not ended is taken back before the next begins.
                let resets = notes.commands.iter().filter(|command| *command == "RSET").count();
                assert_eq!(resets, usize::from(matches!(stage, Stage::Rcpt | Stage::Data)), "{:?}", notes.commands);
            }
        }
    }
}

/// X3: a server that closes with 421 did not refuse the recipient.
#[tokio::test]
async fn a_server_that_goes_leaves_the_rest_untouched() {
    for offers in WAYS {
        for act in [Leave("421 4.3.2 going down\r\n"), Say("421 4.3.2 going down\r\n"), Leave(""), Leave("250 2.1"), Leave("nonsense\r\n")]
        {
            for word in ["MAIL", "RCPT", "DATA"] {
                let fake = Fake::offering(offers).at(word, 2, act);
                let mut line = fake.line().await;
                let fates = line.deliver(&three()).await;
                assert!(taken(&fates[0]) && untouched(&fates[1]) && untouched(&fates[2]), "{word} {act:?}: {fates:?}");
                assert!(!line.is_open() && untouched(&line.deliver(&three()).await[0]));
                assert_eq!(fake.notes().messages.len(), 1);
            }
        }
        let fake = Fake::offering(offers).at(".", 2, Leave("421 4.3.2 going down\r\n"));
        let mut line = fake.line().await;
        let fates = line.deliver(&three()).await;
        assert!(matches!(&fates[1], Fate::Refused { stage: Stage::End, code: 421, text, .. } if text == "going down"), "{fates:?}");
        assert!(untouched(&fates[2]) && !line.is_open());
    }
}

/// X2: after the dot, without an answer, nobody knows.
#[tokio::test]
async fn a_loss_between_dot_and_answer_leaves_a_doubt() {
    for offers in WAYS {
        for act in [
            Leave(""),
            Leave("250 2.0.0 tak"),
            Leave("250-2.0.0 taken\r\n"),
            Leave("nonsense\r\n"),
            Say("354 go on\r\n"),
            Hush,
            Babble("250-a\r\n"),
            Babble("2"),
        ] {
            let fake = Fake::offering(offers).at(".", 2, act);
            let mut line = fake.line().await;
            let fates = line.deliver(&three()).await;
            assert!(taken(&fates[0]) && matches!(fates[1], Fate::Doubt(_)) && untouched(&fates[2]), "{act:?}: {fates:?}");
            assert!(!line.is_open());
        }
    }
}

#[tokio::test]
async fn a_loss_before_the_dot_leaves_nothing() {
    for offers in WAYS {
        let large = to("bruno@example.it", vec![b'x'; 32 << 20]);
        let messages = [three().remove(0), large, three().remove(2)];
        let fake = Fake::offering(offers).at("~", 100_000, Leave(""));
        let mut line = fake.line().await;
        let fates = line.deliver(&messages).await;
        assert!(taken(&fates[0]) && untouched(&fates[1]) && untouched(&fates[2]) && !line.is_open(), "{fates:?}");
        // What it says as it goes is heard.
        for (act, expected) in [(Leave("552 5.3.4 enough\r\n"), 552), (Leave("421 4.3.2 going down\r\n"), 0)] {
            let fake = Fake::offering(offers).at("~", 100_000, act);
            let mut line = fake.line().await;
            let fates = line.deliver(&messages).await;
            let told = match &fates[1] {
                Fate::Refused { stage: Stage::End, code, .. } => *code,
                Fate::Untouched(_) => 0,
                other => panic!("{other:?}"),
            };
            assert!(told == expected || told == 0, "{fates:?}");
            assert!(untouched(&fates[2]) && !line.is_open());
        }
    }
}

#[tokio::test]
async fn an_answer_to_half_of_what_was_said_is_none_to_the_rest() {
    for act in [Hush, Leave("")] {
        let fake = Fake::offering(PIPELINING).at("RCPT", 1, act);
        let fates = fake.line().await.deliver(&three()).await;
        assert!(fates.iter().all(untouched), "{fates:?}");
        let fake = Fake::offering(PIPELINING).at("RCPT", 1, Say("550 5.1.1 none\r\n")).at("DATA", 1, act);
        let fates = fake.line().await.deliver(&three()).await;
        assert!(fates[0].is_permanent() && untouched(&fates[1]), "what was said of Anna holds: {fates:?}");
    }
}

/// RFC 2920, 3.1: a server may go on although nobody is there to go on for; it gets an empty message, which goes to nobody.
#[tokio::test]
async fn a_refused_recipient_gets_nothing_even_if_the_server_goes_on() {
    let fake = Fake::offering(PIPELINING).at("RCPT", 2, Say("550 5.1.1 none\r\n")).at(".", 2, Say("554 5.5.1 no valid recipients\r\n"));
    let fates = fake.line().await.deliver(&three()).await;
    assert!(taken(&fates[0]) && fates[1].is_permanent() && taken(&fates[2]), "{fates:?}");
    assert!(fake.notes().messages.iter().all(|message| !message.is_empty()));
    // Where it goes on for somebody whom it did not refuse, not even that.
    let fake = Fake::offering(PIPELINING).at("MAIL", 1, Say("550 5.7.1 not you\r\n"));
    let mut line = fake.line().await;
    let fates = line.deliver(&three()).await;
    assert!(fates[0].is_permanent() && untouched(&fates[1]) && !line.is_open());
    assert!(fake.notes().messages.is_empty());
}

/// An answer too many would be taken for the answer to the next message.
#[tokio::test]
async fn an_answer_to_nothing_closes_the_line() {
    for offers in WAYS {
        let fake = Fake::offering(offers).at("DATA", 1, Say("354 go on\r\n250 2.0.0 taken\r\n")).at(".", 1, Say("550 5.7.1 no\r\n"));
        let mut line = fake.line().await;
        let fates = line.deliver(&three()).await;
        assert!(fates.iter().all(untouched) && !line.is_open(), "{fates:?}");
    }
}

/// C6.
#[tokio::test]
async fn nothing_in_a_message_ends_it() {
    let tricks = "a\n.\nMAIL FROM:<x@example.it>\nb\r.\rc\r\n.\r\nRCPT TO:<y@example.it>\r\n\r\r\n.\n\rd\n.\r\n..\r\n.";
    let kept = "a\r\n.\r\nMAIL FROM:<x@example.it>\r\nb\r\n.\r\nc\r\n.\r\nRCPT TO:<y@example.it>\r\n\r\n\r\n.\r\n\r\nd\r\n.\r\n..\r\n.\r\n";
    for offers in WAYS {
        let fake = Fake::offering(offers);
        let mut line = fake.line().await;
        let line_of_a_megabyte = to("anna@example.it", vec![b'x'; 1 << 20]);
        let nul = to("anna@example.it", "a\0b");
        let fates = line.deliver(&[to("anna@example.it", tricks), line_of_a_megabyte, nul, to("anna@example.it", "")]).await;
        assert!(taken(&fates[0]) && taken(&fates[1]) && taken(&fates[3]), "{fates:?}");
        assert!(matches!(fates[2], Fate::Refused { stage: Stage::Mail, code: 554, .. }));
        let notes = fake.notes();
        assert_eq!(String::from_utf8_lossy(&notes.messages[0]), kept);
        assert_eq!((notes.messages.len(), notes.messages[1].len(), notes.messages[2].len()), (3, (1 << 20) + 2, 0));
        assert_eq!(notes.commands.len(), 1 + 3 * 3, "{:?}", notes.commands);
    }
}

/// C5: an address with a line break, a bracket or a space is none, and is never written.
#[tokio::test]
async fn what_is_no_address_is_never_written() {
    let fake = Fake::offering(PIPELINING);
    let mut line = fake.line().await;
    let wrong = [
        "x@example.it>\r\nRCPT TO:<y@example.it",
        "x y@example.it",
        "x\0@example.it",
        "x@example.it>",
        "",
        &format!("{}@example.it", "x".repeat(65)),
    ];
    for wrong in wrong {
        let mut messages = three();
        messages[1].to = wrong.to_owned();
        let fates = line.deliver(&messages).await;
        assert!(taken(&fates[0]) && taken(&fates[2]));
        assert!(matches!(fates[1], Fate::Refused { stage: Stage::Rcpt, code: 553, enhanced: Some(Enhanced(5, 1, 3)), .. }), "{wrong}");
        if !wrong.is_empty() {
            messages[1] = Outgoing { from: wrong.to_owned(), ..three().remove(1) };
            let fates = line.deliver(&messages).await;
            assert!(matches!(fates[1], Fate::Refused { stage: Stage::Mail, code: 553, .. }), "{wrong}");
        }
    }
    assert!(!fake.notes().pieces.concat().contains("bruno"));
    let mut nobody = three().remove(0);
    nobody.from.clear();
    assert!(taken(&line.deliver(&[nobody]).await[0]));
    assert!(fake.notes().commands.contains(&"MAIL FROM:<>".to_owned()));
}

#[tokio::test]
async fn addresses_beyond_ascii_go_where_they_are_taken() {
    let messages = [to("niccolò@example.it", "Perché"), to("info@città.example", "Ciao")];
    let narrow = Fake::offering(PIPELINING);
    let fates = narrow.line().await.deliver(&messages).await;
    assert!(matches!(fates[0], Fate::Refused { stage: Stage::Rcpt, code: 553, enhanced: Some(Enhanced(5, 6, 7)), .. }) && taken(&fates[1]));
    assert!(narrow.notes().commands.contains(&"RCPT TO:<info@xn--citt-3na.example>".to_owned()));
    let wide = Fake::offering("250-fake\r\n250-smtputf8\r\n250-8bitmime\r\n250 pipelining\r\n");
    assert!(wide.line().await.deliver(&messages).await.iter().all(taken));
    let notes = wide.notes();
    assert_eq!(notes.commands[1..3], ["MAIL FROM:<rimbalzi@verdi.example> BODY=8BITMIME SMTPUTF8", "RCPT TO:<niccolò@example.it>"]);
    assert_eq!(notes.commands[4], "MAIL FROM:<rimbalzi@verdi.example>");
}

#[tokio::test]
async fn a_message_larger_than_the_server_takes_is_not_sent() {
    let fake = Fake::offering("250-fake\r\n250-SIZE 40\r\n250 PIPELINING\r\n");
    let mut line = fake.line().await;
    assert_eq!(line.limit(), Some(40));
    // Its lines are counted as they go out, without the dots that are doubled.
    let fates =
        line.deliver(&[to("anna@example.it", ".".repeat(38)), to("bruno@example.it", "x\n".repeat(14)), to("carla@example.it", "x")]).await;
    assert!(taken(&fates[0]) && taken(&fates[2]));
    assert!(matches!(fates[1], Fate::Refused { stage: Stage::Mail, code: 552, enhanced: Some(Enhanced(5, 3, 4)), .. }), "{fates:?}");
    assert_eq!(fake.notes().commands[1], "MAIL FROM:<rimbalzi@verdi.example> SIZE=40");
    assert!(!fake.notes().pieces.concat().contains("bruno"));
    for (offers, limit) in [("250-fake\r\n250 SIZE\r\n", None), ("250-fake\r\n250 SIZE 0\r\n", None), ("250 fake\r\n", None)] {
        assert_eq!(Fake::offering(offers).line().await.limit(), limit);
    }
}

#[tokio::test]
async fn a_line_given_up_in_the_middle_is_closed() {
    let fake = Fake::offering(PIPELINING).at(".", 1, Hush);
    let mut line = fake.line().await;
    let given_up = timeout(Duration::from_millis(200), line.deliver(&three())).await;
    assert!(given_up.is_err());
    assert!(line.deliver(&three()).await.iter().all(untouched) && !line.is_open());
}

#[tokio::test]
async fn one_signs_in_as_the_server_wants_it() {
    let plain = Fake::offering("250-fake\r\n250 AUTH LOGIN PLAIN CRAM-MD5\r\n");
    // The word is heard in capitals: the name and the password in base64.
    let login = Fake::offering("250-fake\r\n250 AUTH=LOGIN\r\n").at("AUTH", 1, Say("334 VXNlcm5hbWU6\r\n"));
    let login = login.at("YW5UYQ==", 1, Say("334 UGFzc3dvcmQ6\r\n")).at("C2VNCMV0YQ==", 1, Say("235 2.7.0 welcome\r\n"));
    let anna = |server: Server| Server { user: "anna".to_owned(), password: "segreta".to_owned(), ..server };
    Line::open(&anna(plain.opened().await)).await.expect("a line");
    assert_eq!(plain.notes().commands[1], "AUTH PLAIN AGFubmEAc2VncmV0YQ==");
    Line::open(&anna(login.opened().await)).await.expect("a line");
    assert_eq!(login.notes().commands[1..], ["AUTH LOGIN", "YW5uYQ==", "c2VncmV0YQ=="]);
    let refusing = Fake::offering("250-fake\r\n250 AUTH PLAIN\r\n").at("AUTH", 1, Say("535 5.7.8 who are you\r\n"));
    assert_eq!(Line::open(&anna(refusing.opened().await)).await.err(), Some(Refused::Never("535 5.7.8 who are you".to_owned())));
    let later = Fake::offering("250-fake\r\n250 AUTH PLAIN\r\n").at("AUTH", 1, Say("454 4.7.0 not now\r\n"));
    assert_eq!(Line::open(&anna(later.opened().await)).await.err(), Some(Refused::Later("454 4.7.0 not now".to_owned())));
    let none = Fake::offering("250-fake\r\n250 AUTH CRAM-MD5\r\n");
    assert!(matches!(Line::open(&anna(none.opened().await)).await, Err(Refused::Never(_))));
}

#[tokio::test]
async fn a_server_that_does_not_want_us_is_left() {
    for (greeting, never) in
        [("554 5.3.2 not today\r\n", true), ("421 4.3.2 too many\r\n", false), ("hello\r\n", false), ("", false), ("220-a", false)]
    {
        let fake = Fake { greeting: Some(greeting), ..Fake::offering(PLAIN) };
        let refused = Line::open(&fake.opened().await).await.expect_err("refused");
        assert_eq!(matches!(refused, Refused::Never(_)), never, "{refused:?}");
        assert!(fake.notes().commands.is_empty());
    }
    let old = Fake::offering(PLAIN).at("EHLO", 1, Say("502 5.5.1 what\r\n"));
    assert!(matches!(Line::open(&old.opened().await).await, Err(Refused::Never(_))));
    let far = Fake::offering(PLAIN);
    Line::open(&Server { greeting: "città.example".to_owned(), ..far.opened().await }).await.expect("a line");
    assert_eq!(far.notes().commands, ["EHLO xn--citt-3na.example"]);
    let server = Fake::offering(PLAIN).opened().await;
    let smuggling = Server { greeting: "crm\r\nQUIT".to_owned(), ..server.clone() };
    assert!(matches!(Line::open(&smuggling).await, Err(Refused::Unfit(_))));
    assert_eq!(Line::open(&Server { host: "mail.example.it".to_owned(), ..server }).await.err(), Some(Refused::Open));
}

/// X3: under TLS as in the open; a server that does not offer it, or whose certificate nobody vouches for, hears nothing.
#[tokio::test]
async fn tls_is_begun_or_nothing_is_said() {
    for (manner, security) in [(Manner::Tls, Security::Tls), (Manner::StartTls, Security::StartTls)] {
        let mut office = office(manner).await;
        let own = server(&office, security, true);
        let trust = Trust::of(&own).expect("certificates");
        for _ in 0..2 {
            let mut line = Line::open_with(&own, &trust).await.expect("a line");
            let mut messages = three();
            messages[1].content = "una riga\n".repeat(500_000).into();
            assert!(line.deliver(&messages).await.iter().all(taken));
            line.quit().await;
        }
        let heard = heard(&mut office);
        assert_eq!(heard.iter().filter(|line| *line == "una riga").count(), 1_000_000);
        assert_eq!(heard.iter().filter(|line| *line == ".").count(), 6);
        assert_eq!(heard.iter().filter(|line| line.starts_with("AUTH PLAIN")).count(), 2);
    }
    for (manner, security, trusted) in [
        (Manner::Stripped, Security::StartTls, true),
        (Manner::StartTls, Security::StartTls, false),
        (Manner::Tls, Security::Tls, false),
        (Manner::Open, Security::Tls, true),
    ] {
        let mut office = office(manner).await;
        let refused = Line::open(&server(&office, security, trusted)).await.expect_err("refused");
        assert!(matches!(refused, Refused::Later(_)), "{refused:?}");
        let all = heard(&mut office).join("\n");
        assert!(!all.contains("AUTH"), "{all}");
    }
}

/// What somebody put behind the answer to STARTTLS, in the open, is not believed as if it had been said in private.
#[tokio::test]
async fn nothing_said_before_tls_is_believed_after_it() {
    let fake = Fake::offering("250-fake\r\n250 STARTTLS\r\n").at("STARTTLS", 1, Say("220 go ahead\r\n250-fake\r\n250 AUTH PLAIN\r\n"));
    let own = Server { security: Security::StartTls, user: "anna".to_owned(), password: "segreta".to_owned(), ..fake.opened().await };
    let refused = Line::open(&own).await.expect_err("refused");
    assert_eq!(refused, Refused::Later("something was said in the open after STARTTLS".to_owned()));
    assert_eq!(fake.notes().commands, ["EHLO crm.example.it", "STARTTLS"]);
}

use super::*;
use kernel::Moment;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// How a server of the tests behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Offers STARTTLS.
    StartTls,
    /// Somebody in between took the offer out.
    Stripped,
    /// TLS from the first byte.
    Tls,
    /// In the open.
    Open,
    /// Refuses the recipient for good.
    Refusing,
    /// Asks to come again.
    Later,
    /// Says nothing.
    Silent,
}

pub(super) struct Office {
    port: u16,
    certificate: Vec<u8>,
    heard: tokio::sync::mpsc::UnboundedReceiver<String>,
}

/// A server named `localhost` that hears everything it is told.
pub(super) async fn office(manner: Manner) -> Office {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let certificate = made.cert.der().to_vec();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (say, heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (say, acceptor) = (say.clone(), acceptor.clone());
            tokio::spawn(async move { serve(stream, manner, acceptor, &say).await });
        }
    });
    Office { port, certificate, heard }
}

type Say = tokio::sync::mpsc::UnboundedSender<String>;

async fn serve(mut stream: TcpStream, manner: Manner, acceptor: TlsAcceptor, say: &Say) -> Option<()> {
    match manner {
        Manner::Silent => tokio::time::sleep(Duration::from_secs(30)).await,
        Manner::Tls => {
            talk(acceptor.accept(stream).await.ok()?, manner, true, say).await?;
        }
        Manner::StartTls => {
            if talk(&mut stream, manner, true, say).await? {
                talk(acceptor.accept(stream).await.ok()?, Manner::Open, false, say).await?;
            }
        }
        _ => {
            talk(stream, manner, true, say).await?;
        }
    }
    Some(())
}

/// One conversation; whether it goes on under TLS.
async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, manner: Manner, greets: bool, say: &Say) -> Option<bool> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut lines = BufReader::new(reader).lines();
    if greets {
        writer.write_all(b"220 post ESMTP\r\n").await.ok()?;
    }
    while let Some(line) = lines.next_line().await.ok()? {
        let _ = say.send(line.clone());
        let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" if manner == Manner::StartTls => "250-post\r\n250 STARTTLS\r\n",
            "EHLO" => "250-post\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n",
            "STARTTLS" => {
                writer.write_all(b"220 go ahead\r\n").await.ok()?;
                return Some(true);
            }
            "AUTH" => "235 welcome\r\n",
            "RCPT" if manner == Manner::Refusing => "550 no such mailbox here\r\n",
            "RCPT" if manner == Manner::Later => "451 come again\r\n",
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await.ok()?;
                while let Some(line) = lines.next_line().await.ok()? {
                    let _ = say.send(line.clone());
                    if line == "." {
                        break;
                    }
                }
                "250 taken as 4711\r\n"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await.ok()?;
                return Some(false);
            }
            _ => "250 ok\r\n",
        };
        writer.write_all(answer.as_bytes()).await.ok()?;
    }
    Some(false)
}

pub(super) fn server(office: &Office, security: Security, trusted: bool) -> Server {
    Server {
        host: "localhost".to_owned(),
        port: office.port,
        security,
        user: "scheda".to_owned(),
        password: "canary-4711".to_owned(),
        greeting: "crm.example.it".to_owned(),
        trusted: if trusted { vec![office.certificate.clone()] } else { Vec::new() },
        patience: Some(Duration::from_secs(2)),
    }
}

fn letter() -> Letter {
    let person = |name: &str, address: &str| Person { name: name.to_owned(), address: address.to_owned() };
    Letter {
        id: "scheda-1".to_owned(),
        at: Moment::from_millis(1_772_442_000_000),
        from: person("Officina Verdi", "crm@verdi.example"),
        to: person("Niccolò", "niccolo@example.it"),
        subject: "Perché no".to_owned(),
        text: ".una riga che comincia con un punto\n".to_owned(),
        html: "<p>Perché no</p>".to_owned(),
    }
}

pub(super) fn heard(office: &mut Office) -> Vec<String> {
    std::iter::from_fn(|| office.heard.try_recv().ok()).collect()
}

#[tokio::test]
async fn a_letter_goes_out_under_tls_and_the_answer_comes_back() {
    for (manner, security) in [(Manner::Tls, Security::Tls), (Manner::StartTls, Security::StartTls)] {
        let mut office = office(manner).await;
        let answer = server(&office, security, true).send(&letter()).await.expect("taken");
        assert_eq!(answer, "250 taken as 4711");
        let heard = heard(&mut office);
        let all = heard.join("\n");
        assert!(all.contains("Message-ID: <scheda-1@verdi.example>") && all.contains("Date: Mon, 2 Mar 2026 09:00:00"), "{all}");
        assert!(all.contains("..una riga"), "a dot that begins a line is doubled: {all}");
        assert_eq!(heard.iter().filter(|line| line.starts_with("DATA")).count(), 1);
    }
}

/// X3: a server that does not offer TLS, or whose certificate nobody vouches for, hears neither password nor letter.
#[tokio::test]
async fn there_is_no_way_around_tls() {
    for (manner, security, trusted) in [
        (Manner::Stripped, Security::StartTls, true),
        (Manner::StartTls, Security::StartTls, false),
        (Manner::Tls, Security::Tls, false),
        (Manner::Open, Security::Tls, true),
    ] {
        let mut office = office(manner).await;
        let refused = server(&office, security, trusted).send(&letter()).await.expect_err("refused");
        assert!(matches!(refused, Refused::Later(_) | Refused::Never(_)), "{refused:?}");
        let all = heard(&mut office).join("\n");
        assert!(!all.contains("AUTH") && !all.contains("MAIL FROM") && !all.contains("Niccol"), "{all}");
    }
    let elsewhere = Server { host: "mail.example.it".to_owned(), ..server(&office(Manner::Open).await, Security::None, false) };
    assert_eq!(elsewhere.send(&letter()).await, Err(Refused::Open));
}

#[tokio::test]
async fn what_the_server_says_is_told() {
    let refusing = office(Manner::Refusing).await;
    let Err(Refused::Never(said)) = server(&refusing, Security::None, false).send(&letter()).await else { panic!("taken") };
    assert!(said.contains("no such mailbox here") && !said.contains("canary"), "{said}");
    let later = office(Manner::Later).await;
    let Err(Refused::Later(said)) = server(&later, Security::None, false).send(&letter()).await else { panic!("taken") };
    assert!(said.contains("come again"), "{said}");
    let silent = office(Manner::Silent).await;
    assert!(matches!(server(&silent, Security::None, false).send(&letter()).await, Err(Refused::Later(_))));
    let closed = Server { port: 1, ..server(&silent, Security::None, false) };
    assert!(matches!(closed.send(&letter()).await, Err(Refused::Later(_))));
}

/// C5 and C6: nothing of a letter becomes a header or a command; a lone dot or line feed ends nothing.
#[tokio::test]
async fn nothing_is_smuggled() {
    let mut office = office(Manner::Open).await;
    let own = server(&office, Security::None, false);
    let broken = "x\r\nBcc: tutti@example.it";
    let to = |name: &str, address: &str| Person { name: name.to_owned(), address: address.to_owned() };
    for wrong in [
        Letter { subject: broken.to_owned(), ..letter() },
        Letter { to: to(broken, "niccolo@example.it"), ..letter() },
        Letter { to: to("", "niccolo@example.it>\r\nRCPT TO:<tutti@example.it"), ..letter() },
        Letter { from: to("x\ny", "crm@verdi.example"), ..letter() },
        Letter { id: "1>\r\nBcc: x".to_owned(), ..letter() },
    ] {
        assert!(matches!(own.send(&wrong).await, Err(Refused::Unfit(_))));
    }
    assert!(heard(&mut office).is_empty(), "nothing was said");
    let text = "prima\n.\nMAIL FROM:<x@example.it>\r.\r\n.\r\n\0dopo".to_owned();
    own.send(&Letter { text, ..letter() }).await.expect("taken");
    let heard = heard(&mut office);
    assert_eq!(heard.iter().filter(|line| *line == ".").count(), 1, "{heard:?}");
    let end = heard.iter().position(|line| line == ".").unwrap_or_default();
    assert!(heard[end + 1..].iter().all(|line| line == "QUIT"), "nothing of the text was taken for a command: {heard:?}");
}

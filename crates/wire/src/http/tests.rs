use super::*;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// D1: everything that is not the public network, however it is written.
#[test]
fn only_the_public_network_is_public() {
    for private in [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "203.0.113.7",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "fe80::1",
        "fc00::1",
        "fd00::8",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "::7f00:1",
    ] {
        assert!(!is_public(private.parse::<IpAddr>().expect("an address")), "{private}");
    }
    for public in
        ["8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1", "2a00:1450::1", "64:ff9b::808:808", "::ffff:8.8.8.8"]
    {
        assert!(is_public(public.parse::<IpAddr>().expect("an address")), "{public}");
    }
}

/// D1: refused before anything is connected to.
#[tokio::test]
async fn nothing_leads_into_our_own_network() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let reached = Arc::new(AtomicUsize::new(0));
    let counted = reached.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let client = Client::new(Vec::new());
    for private in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://0.0.0.0/",
        "https://169.254.169.254/latest",
        "https://100.64.0.1/",
        "https://[fd00::8]/",
        "https://[64:ff9b::7f00:1]/",
        "https://localhost/",
        "https://localhost:8443/",
    ] {
        assert_eq!(client.get(private).await, Err(Fault::Private), "{private}");
    }
    // Numbers written otherwise, and a name with a dot at its end, are names: where they lead is looked at all the same.
    for odd in ["https://0x7f.1/", "https://2130706433/", "https://localhost./"] {
        assert!(matches!(client.get(odd).await, Err(Fault::Private | Fault::Broken(_) | Fault::Address)), "{odd}");
    }
    for wrong in [
        "http://example.it/",
        "https://example.it:25/",
        "https://example.it:5432/",
        "file:///etc/passwd",
        "gopher://example.it/",
        "ftp://example.it/",
        "https://anna:geheim@example.it/",
        "/nowhere",
        "",
        "https://",
        "javascript:alert(1)",
    ] {
        assert_eq!(client.get(wrong).await, Err(Fault::Address), "{wrong}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// Names that lead elsewhere when they are asked first than afterwards: to a network that is nobody's, and then to this machine.
struct Rebinding(AtomicUsize, u16);

impl Names for Rebinding {
    fn addresses<'n>(&'n self, _: &'n str, _: u16) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'n>> {
        let asked = self.0.fetch_add(1, Ordering::SeqCst);
        let own = SocketAddr::from(([127, 0, 0, 1], self.1));
        Box::pin(async move { Ok(if asked == 0 { vec!["203.0.113.1:443".parse().unwrap_or(own), own] } else { vec![own] }) })
    }
}

/// D2: a name is asked once, and what was looked at is what is connected to.
#[tokio::test]
async fn a_name_that_changes_its_mind_leads_nowhere() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let names = Arc::new(Rebinding(AtomicUsize::new(0), port));
    let client = Client::new(Vec::new()).naming(names.clone()).patient(Duration::from_secs(2));
    assert_eq!(client.get("https://rebinding.example/").await, Err(Fault::Private));
    assert_eq!(names.0.load(Ordering::SeqCst), 1, "asked once");
    assert_eq!(client.get("https://rebinding.example/").await, Err(Fault::Private));
    assert!(tokio::time::timeout(Duration::from_millis(50), listener.accept()).await.is_err(), "nobody came");
}

/// A server on this machine that answers everybody the same, and a client that may go there.
async fn answering(answer: impl Fn() -> Vec<u8> + Send + Sync + 'static, drips: bool) -> (Client, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let own = listener.local_addr().expect("its address").to_string();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).await;
                for piece in answer().chunks(if drips { 1 } else { 65_536 }) {
                    if stream.write_all(piece).await.is_err() {
                        return;
                    }
                    if drips {
                        tokio::time::sleep(Duration::from_millis(40)).await;
                    }
                }
            });
        }
    });
    (Client::new(Vec::new()).allowing(Some(own.clone())).patient(Duration::from_secs(1)), format!("http://{own}/x"))
}

fn whole(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

#[tokio::test]
async fn the_one_server_of_our_own_network_is_reached_when_it_is_named() {
    let (client, address) = answering(|| whole("200 OK", "", b"{}"), false).await;
    assert_eq!(client.get(&address).await, Ok(Answer { status: 200, body: b"{}".to_vec() }));
    assert_eq!(client.get(&address.replace("127.0.0.1", "localhost")).await, Err(Fault::Address), "under its name, and no other");
    assert_eq!(Client::new(Vec::new()).get(&address).await, Err(Fault::Address));
}

/// D3: an answer that leads elsewhere is the end.
#[tokio::test]
async fn nobody_is_followed() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let (client, address) = answering(move || whole(status, "Location: http://169.254.169.254/\r\n", b""), false).await;
        assert_eq!(client.get(&address).await, Err(Fault::Elsewhere), "{status}");
        assert_eq!(client.post(&address, &[], "a=b".to_owned()).await, Err(Fault::Elsewhere), "{status}");
    }
}

/// D4: what drips, what never ends and what unpacks to more than it is are cut.
#[tokio::test]
async fn no_answer_takes_longer_or_grows_larger_than_it_may() {
    let (client, address) = answering(|| whole("200 OK", "", &[b'x'; 2_000]), true).await;
    assert_eq!(client.get(&address).await, Err(Fault::Late));
    let (client, address) = answering(|| whole("200 OK", "", &vec![b'x'; MOST_BYTES + 1]), false).await;
    assert_eq!(client.get(&address).await, Err(Fault::Long));
    let (client, address) = answering(|| [b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".repeat(40_000)].concat(), false).await;
    assert!(matches!(client.get(&address).await, Err(Fault::Broken(_))));
    // What is packed is not unpacked: it is what it is.
    let (client, address) = answering(|| whole("200 OK", "Content-Encoding: gzip\r\n", &[0x1f, 0x8b, 8, 0]), false).await;
    assert_eq!(client.get(&address).await.map(|answer| answer.body.len()), Ok(4));
    for nonsense in ["", "nonsense\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"] {
        let (client, address) = answering(move || nonsense.as_bytes().to_vec(), false).await;
        assert!(matches!(client.get(&address).await, Err(Fault::Broken(_) | Fault::Late)), "{nonsense}");
    }
}

/// Fetches a file; what the server said of it, how many bytes went on, and whether it came whole.
async fn taken(client: &Client, address: &str, headers: &[(&str, &str)], most: usize) -> (Result<Fetched, Fault>, usize, bool) {
    let (pieces, mut coming) = tokio::sync::mpsc::channel::<Option<bytes::Bytes>>(2);
    let taking = tokio::spawn(async move {
        let (mut length, mut whole) = (0, false);
        while let Some(piece) = coming.recv().await {
            match piece {
                Some(piece) => length += piece.len(),
                None => whole = true,
            }
        }
        (length, whole)
    });
    let fetched = client.fetch(address, headers, most, Duration::from_secs(2), pieces).await;
    let (length, whole) = taking.await.expect("taken");
    (fetched, length, whole)
}

/// A file goes on in pieces as it comes, may be larger than an answer, and is not sent again where the server says that it is the one that was known.
#[tokio::test]
async fn a_file_is_fetched_once() {
    let (client, address) = answering(
        || whole("200 OK", "ETag: \"7\"\r\nLast-Modified: Mon, 02 Mar 2026 09:00:00 GMT\r\n", &vec![b'x'; MOST_BYTES + 1]),
        false,
    )
    .await;
    let (fetched, length, whole_one) = taken(&client, &address, &[("x-key", "geheim")], 2 * MOST_BYTES).await;
    let fetched = fetched.expect("a file");
    assert_eq!((fetched.status, length, whole_one, fetched.etag.as_str()), (200, MOST_BYTES + 1, true, "\"7\""));
    assert_eq!(fetched.modified, "Mon, 02 Mar 2026 09:00:00 GMT");
    let (long, length, whole_one) = taken(&client, &address, &[], MOST_BYTES).await;
    assert!(long == Err(Fault::Long) && length <= MOST_BYTES && !whole_one, "{long:?} {length}");
    // Whoever stops taking ends it; what breaks off is not whole.
    let (pieces, coming) = tokio::sync::mpsc::channel(1);
    drop(coming);
    assert_eq!(client.fetch(&address, &[], 2 * MOST_BYTES, Duration::from_secs(2), pieces).await, Err(Fault::Unwanted));
    let (client, address) = answering(|| b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nCodice;".to_vec(), false).await;
    let (broken, length, whole_one) = taken(&client, &address, &[], MOST_BYTES).await;
    assert!(matches!(broken, Err(Fault::Broken(_))) && length <= 7 && !whole_one, "{broken:?}");
    let (client, address) = answering(|| whole("404 Not Found", "", b"no such thing"), false).await;
    let (missing, length, whole_one) = taken(&client, &address, &[], MOST_BYTES).await;
    assert_eq!((missing.map(|fetched| fetched.status), length, whole_one), (Ok(404), 0, false));
    let (client, address) = answering(|| b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(), false).await;
    assert_eq!(taken(&client, &address, &[("if-none-match", "\"7\"")], MOST_BYTES).await.0.map(|fetched| fetched.status), Ok(304));
    let (client, address) = answering(|| whole("302 Found", "Location: http://127.0.0.1/\r\n", b""), false).await;
    assert_eq!(taken(&client, &address, &[], MOST_BYTES).await.0, Err(Fault::Elsewhere));
    assert!(
        matches!(taken(&client, &address, &[("x-key", "a\r\nb: c")], MOST_BYTES).await.0, Err(Fault::Broken(_))),
        "no header ends another"
    );
}

//! A server that is killed while a file comes in leaves nothing of it that anybody sees, and takes it when it is sent again.

use crate::place::{Place, Running, get};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const WHOLE: usize = 8 << 20;

fn request(address: &str, token: &str, method: &str, path: &str, kind: &str, length: usize) -> (TcpStream, String) {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    (TcpStream::connect(address).expect("a connection"), head)
}

fn send(address: &str, token: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> String {
    let (mut stream, head) = request(address, token, method, path, kind, body.len());
    stream.write_all(head.as_bytes()).expect("a head");
    stream.write_all(body).expect("a body");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    answer
}

fn id(answer: &str) -> String {
    let at = answer.find("\"id\":\"").expect("an id") + 6;
    answer[at..at + 13].to_owned()
}

fn cut_off(place: &Place) {
    place.run_with(
        "quattro parole a caso",
        &["user", "add", "ada@example.it", "--name", "Ada", "--role", "administrator", "--password-stdin"],
    );
    let token = place.run(&["token", "create", "ada@example.it"]).trim().to_owned();
    let mut serving = Running::start(&mut place.program(&["serve"]));
    let address = serving.address();
    let account = id(&send(&address, &token, "POST", "/api/v1/accounts", "application/json", b"{\"name\":\"Officina\"}"));
    let document = format!("{{\"title\":\"Disegno\",\"about\":\"{account}\"}}");
    let document = id(&send(&address, &token, "POST", "/api/v1/documents", "application/json", document.as_bytes()));
    let path = format!("/api/v1/documents/{document}/content?name=disegno.dat");
    let bytes: Vec<u8> = (0..WHOLE).map(|place| (place % 251) as u8).collect();
    let (mut stream, head) = request(&address, &token, "PUT", &path, "application/octet-stream", WHOLE);
    stream.write_all(head.as_bytes()).expect("a head");
    stream.write_all(&bytes[..WHOLE / 2]).expect("half a body");
    let arriving = place.path("data").join("files/arriving");
    let half =
        || std::fs::read_dir(&arriving).into_iter().flatten().flatten().find_map(|entry| entry.metadata().ok().map(|data| data.len()));
    for _ in 0..200 {
        if half().is_some_and(|length| length > 1 << 20) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(half().is_some_and(|length| length > 1 << 20 && length < WHOLE as u64), "it was on its way");
    // Dropped, it is killed.
    drop(serving);
    assert_eq!(place.run(&["check"]).trim(), "everything is whole");
    let mut serving = Running::start(&mut place.program(&["serve"]));
    let address = serving.address();
    let (status, body) = get(&address, &format!("/api/v1/documents/{document}"), &token);
    assert!(status == 200 && body.contains("\"size\":0"), "{body}");
    assert_eq!(get(&address, &format!("/api/v1/documents/{document}/content"), &token).0, 404);
    let answer = send(&address, &token, "PUT", &path, "application/octet-stream", &bytes);
    assert!(answer.contains(&format!("\"size\":{WHOLE}")), "{answer}");
    drop(serving);
    assert_eq!(place.run(&["check"]).trim(), "everything is whole");
    // What is closed to others is closed all the way down.
    use std::os::unix::fs::PermissionsExt;
    let files = place.path("data").join("files");
    for entry in std::fs::read_dir(&files).expect("the folder").flatten() {
        assert_eq!(entry.metadata().expect("an entry").permissions().mode() & 0o077, 0, "{entry:?}");
        for inside in std::fs::read_dir(entry.path()).expect("a folder").flatten() {
            assert_eq!(inside.metadata().expect("a file").permissions().mode() & 0o077, 0, "{inside:?}");
        }
    }
}

#[test]
fn on_sqlite() {
    cut_off(&Place::on_sqlite());
}

#[test]
fn on_postgres() {
    if let Some(place) = Place::on_postgres("cut_off") {
        cut_off(&place);
    }
}

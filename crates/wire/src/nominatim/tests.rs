//! What is said to a geocoding server, and what is made of its answers.

use super::{Asked, Grade, Nominatim, Refused};
use crate::http::{Client, Fault};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server of this test, in the place of a real one; gives it and what it was asked.
async fn answering(status: &'static str, body: &'static str) -> (Nominatim, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let host = listener.local_addr().expect("its address").to_string();
    let heard: Arc<Mutex<String>> = Arc::default();
    let noted = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 8192];
            let length = stream.read(&mut bytes).await.unwrap_or(0);
            *noted.lock().expect("a text") = String::from_utf8_lossy(&bytes[..length]).into_owned();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let server = Nominatim {
        address: format!("http://{host}/geo/"),
        client: Client::new(Vec::new()).allowing(Some(host)),
        agent: "Scheda/1 (crm@example.it)".to_owned(),
        key: Some(("X-Key".to_owned(), "apriti".to_owned())),
    };
    (server, heard)
}

fn via_roma() -> Asked {
    let [street, postcode, city, country] = ["5 Via Città & Mura", "56126", "Pisa", "IT"].map(str::to_owned);
    Asked { street, postcode, city, country }
}

#[tokio::test]
async fn the_parts_of_an_address_go_out_and_places_come_back() {
    let body = r#"[{"lat":"43.72","lon":"10.40","place_rank":30,"display_name":"5, Via"},{"lat":"43.7","lon":"10.4","place_rank":26},
        {"lat":"91","lon":"10.4","place_rank":30},{"lat":"x","lon":"10.4"},{"lat":"43.7","lon":"10.4","place_rank":16,"more":[1]}]"#;
    let (server, heard) = answering("200 OK", body).await;
    let found = server.search(&via_roma()).await.expect("an answer");
    let said: Vec<_> = found.iter().map(|found| (found.latitude, found.longitude, found.grade, found.name.as_str())).collect();
    assert_eq!(said, [(43.72, 10.4, Grade::House, "5, Via"), (43.7, 10.4, Grade::Street, ""), (43.7, 10.4, Grade::Town, "")]);
    let heard = heard.lock().expect("a text").clone();
    let first = heard.lines().next().unwrap_or_default();
    let wanted =
        "GET /geo/search?format=jsonv2&limit=5&street=5+Via+Citt%C3%A0+%26+Mura&city=Pisa&postalcode=56126&countrycodes=it HTTP/1.1";
    assert_eq!(first, wanted);
    assert!(heard.contains("user-agent: Scheda/1 (crm@example.it)") && heard.to_lowercase().contains("x-key: apriti"), "{heard}");
}

#[tokio::test]
async fn what_is_no_answer_is_said() {
    for (status, body, refused) in [
        ("429 Too Many Requests", "slow down", Refused::Status(429)),
        ("503 Service Unavailable", "", Refused::Status(503)),
        ("200 OK", "<html>", Refused::Unreadable),
        ("200 OK", "{\"error\":1}", Refused::Unreadable),
        ("302 Found", "", Refused::Fault(Fault::Elsewhere)),
    ] {
        assert_eq!(answering(status, body).await.0.search(&via_roma()).await, Err(refused), "{status} {body}");
    }
    assert_eq!(answering("200 OK", "[]").await.0.search(&Asked::default()).await, Ok(Vec::new()));
}

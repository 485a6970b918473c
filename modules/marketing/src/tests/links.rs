//! Unsubscribing as it is done: by people who click, by mail programs that post, and by scanners that only look.

use super::{House, address, houses};
use crate::mailings::entity::{MAILING, State};
use crate::sending::send_due;
use crate::unsubscribe;
use engine::merging::Plan;
use kernel::Id;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use web::{Routes, Seal, Web, WebSettings};

/// The web of a house; it ends with the test.
async fn served(house: &House) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let web = Web::open(house.engine.clone(), WebSettings::local(address)).await.expect("the web");
    tokio::spawn(web::serve(web, crate::routes(Routes::platform()), listener, std::future::pending()));
    address
}

/// What came back, without the date.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Got {
    status: u16,
    head: String,
    body: String,
}

async fn asked(to: SocketAddr, method: &str, token: &str, headers: &str, body: &str) -> Got {
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let request = format!("{method} /u/{token} HTTP/1.1\r\nHost: {to}\r\n{headers}{length}Connection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let head = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:")).collect::<Vec<_>>().join("\n");
    Got { status, head, body: body.to_owned() }
}

const ONE_CLICK: (&str, &str) = ("Content-Type: application/x-www-form-urlencoded\r\n", "List-Unsubscribe=One-Click");

async fn one_click(to: SocketAddr, token: &str) -> u16 {
    asked(to, "POST", token, ONE_CLICK.0, ONE_CLICK.1).await.status
}

/// The token of somebody's link, as his message has it.
fn token(house: &House, to: &str) -> String {
    let taken = house.oracle.taken();
    let message = &taken.iter().find(|taken| taken.to == to).expect("a message").content;
    let rest = message.split("List-Unsubscribe: <https://crm.verdi.example/u/").nth(1).expect("a link");
    rest.split('>').next().expect("its end").to_owned()
}

/// The same of a message that has not gone out.
async fn token_of(house: &House, mailing: Id, to: &str) -> String {
    let sql = format!("SELECT CAST(\"id\" AS text) FROM \"delivery\" WHERE \"mailing\" = {} AND \"address\" = '{to}'", mailing.number());
    let id = house.asked(sql).await.remove(0).parse().ok().and_then(Id::from_number).expect("a delivery");
    let seal = Seal::of(&house.engine).await.expect("the key");
    unsubscribe::address(&seal, "", id).trim_start_matches("/u/").to_owned()
}

/// Everything that a look at the page might have changed.
async fn everything(house: &House) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for table in ["suppression", "consent", "changeset", "history", "job", "contact"] {
        all.push(house.asked(format!("SELECT CAST(count(*) AS text) FROM \"{table}\"")).await);
    }
    all.push(house.asked("SELECT \"state\" || \"reason\" FROM \"delivery\" ORDER BY \"id\"").await);
    all
}

/// The topics that an address has left: empty for everything.
async fn left(house: &House, address: &str) -> Vec<String> {
    let sql = format!(
        "SELECT COALESCE(l.\"name\", '') FROM \"suppression\" s LEFT JOIN \"list\" l ON l.\"id\" = s.\"topic\" \
         WHERE s.\"address_f\" = '{address}' AND s.\"removed_at\" IS NULL"
    );
    house.asked(sql).await
}

/// A mailing to a crowd that everybody got.
async fn sent(house: &House, count: usize) -> (Id, Id, Vec<Id>) {
    let (list, people) = house.crowd(count).await;
    let mailing = house.mailing(list, |draft| draft).await;
    house.started(mailing).await;
    send_due(&house.engine).await.expect("sent");
    (mailing, list, people)
}

#[tokio::test]
async fn a_link_that_is_nearly_right_is_none_and_no_database_is_asked_about_it() {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for house in houses().await {
        sent(&house, 2).await;
        let to = served(&house).await;
        let token = token(&house, &address(0));
        assert_eq!(asked(to, "GET", &token, "", "").await.status, 200);
        let mut nearly = Vec::new();
        for place in 0..token.len() {
            let value = LETTERS.find(&token[place..=place]).expect("a letter");
            nearly.extend((0..6).map(|bit| {
                let other = value ^ (1 << bit);
                format!("{}{}{}", &token[..place], &LETTERS[other..=other], &token[place + 1..])
            }));
            nearly.push(token[..place].to_owned());
        }
        let seal = Seal::of(&house.engine).await.expect("the key");
        let id: i64 = house.asked("SELECT CAST(min(\"id\") AS text) FROM \"delivery\"").await[0].parse().expect("an id");
        nearly.extend(["csrf", "", "Unsubscribe", "survey"].map(|purpose| seal.seal(purpose, &id.to_be_bytes())));
        nearly.extend([format!("{token}A"), format!("A{token}"), token.repeat(2), token.to_uppercase(), id.to_string()]);
        nearly.push(seal.seal("unsubscribe", &id.to_be_bytes()[1..]));
        nearly.retain(|near| !near.is_empty() && *near != token);
        let nothing = asked(to, "GET", "nonsense", "", "").await;
        assert_eq!(nothing.status, 404);
        house.engine.store().listen_to_statements();
        for near in &nearly {
            assert_eq!(asked(to, "GET", near, "", "").await, nothing, "{near}");
        }
        let heard = house.engine.store().statements();
        assert!(heard.is_empty(), "{heard:?}");
        for near in nearly.iter().step_by(7) {
            assert_eq!(asked(to, "POST", near, ONE_CLICK.0, ONE_CLICK.1).await.status, 404, "{near}");
        }
        let heard = house.engine.store().statements();
        assert!(!heard.iter().any(|sql| sql.contains("\"delivery\"") || sql.contains("\"suppression\"")), "{heard:?}");
        // One that we made, of a delivery that is gone.
        let gone = seal.seal("unsubscribe", &house.engine.id().number().to_be_bytes());
        assert_eq!(asked(to, "GET", &gone, "", "").await, nothing);
    }
}

#[tokio::test]
async fn looking_changes_nothing_and_one_click_is_enough() {
    for house in houses().await {
        house.list("Promozioni segrete", true, &[]).await;
        sent(&house, 5).await;
        let to = served(&house).await;
        let before = everything(&house).await;
        for method in ["GET", "HEAD"] {
            for headers in ["", "User-Agent: scanner\r\n", "Sec-Fetch-Site: cross-site\r\n", "Referer: https://mail.example/\r\n"] {
                let got = asked(to, method, &token(&house, &address(0)), headers, "").await;
                assert_eq!(got.status, 200, "{got:?}");
                if method == "GET" {
                    assert!(got.body.contains("a•••@neri.example") && got.body.contains("Novità"), "{}", got.body);
                    for hidden in [&*address(0), "Promozioni", "Neri000", "Ada"] {
                        assert!(!got.body.contains(hidden), "{hidden}: {}", got.body);
                    }
                    assert!(got.head.to_ascii_lowercase().contains("referrer-policy: no-referrer"), "{}", got.head);
                }
            }
        }
        assert_eq!(everything(&house).await, before);
        // Without cookies and origin: as a form of either kind, and with nothing at all; twice is as once.
        let form = "--limit\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--limit--\r\n";
        for (number, (headers, body)) in
            [ONE_CLICK, ("Content-Type: multipart/form-data; boundary=limit\r\n", form), ("", ""), ("Content-Length: 0\r\n", "")]
                .into_iter()
                .enumerate()
        {
            let token = token(&house, &address(number));
            for _ in 0..2 {
                let got = asked(to, "POST", &token, headers, body).await;
                assert_eq!(got.status, 200, "{headers}: {got:?}");
                assert!(!got.head.to_ascii_lowercase().contains("set-cookie"), "{}", got.head);
                assert_eq!(left(&house, &address(number)).await, ["Novità"], "{headers}");
            }
        }
        // Many at once are as one, and the button for everything is for everything.
        let token = token(&house, &address(4));
        let mut posting = JoinSet::new();
        for _ in 0..8 {
            let token = token.clone();
            posting.spawn(async move { one_click(to, &token).await });
        }
        assert!(posting.join_all().await.iter().all(|status| *status == 200));
        assert_eq!(left(&house, &address(4)).await, ["Novità"]);
        for _ in 0..2 {
            assert_eq!(asked(to, "POST", &format!("{token}?from=everything"), ONE_CLICK.0, "").await.status, 200);
        }
        assert_eq!(left(&house, &address(4)).await.len(), 2);
        let page = asked(to, "GET", &token, "", "").await.body;
        assert!(!page.contains("<form"), "nothing is left to leave: {page}");
    }
}

#[tokio::test]
async fn a_link_holds_whatever_became_of_what_it_speaks_of() {
    for house in houses().await {
        let (mailing, list, people) = sent(&house, 4).await;
        let to = served(&house).await;
        let entity = |key: &'static str| house.engine.entity(key).expect("an entity");
        house.engine.merge(&house.who, &entity("contact"), Plan::new(people[1], [people[0]])).await.expect("merged");
        house.engine.remove(&house.who, &entity("contact"), people[2], None).await.expect("removed");
        for number in [0, 1, 2] {
            assert_eq!(one_click(to, &token(&house, &address(number))).await, 200);
            assert_eq!(left(&house, &address(number)).await, ["Novità"], "{number}");
        }
        house.engine.remove(&house.who, &entity(MAILING), mailing, None).await.expect("removed");
        house.engine.remove(&house.who, &entity("list"), list, None).await.expect("removed");
        assert_eq!(asked(to, "GET", &token(&house, &address(3)), "", "").await.status, 200);
        assert_eq!(one_click(to, &token(&house, &address(3))).await, 200);
        assert_eq!(left(&house, &address(3)).await.len(), 1);
    }
}

#[tokio::test]
async fn whoever_unsubscribes_while_it_goes_out_gets_nothing_that_begins_after() {
    const PEOPLE: usize = 60;
    for house in houses().await {
        let (list, _) = house.crowd(PEOPLE).await;
        let mailing = house.mailing(list, |draft| draft).await;
        house.started(mailing).await;
        let to = served(&house).await;
        let mut tokens = Vec::new();
        for number in 0..PEOPLE {
            tokens.push(token_of(&house, mailing, &address(number)).await);
        }
        // The first does so before anything goes out, the others from the end of the row on.
        assert_eq!(one_click(to, &tokens[0]).await, 200);
        house.oracle.takes(Duration::from_millis(40));
        let leaving = async {
            let mut answered = Vec::new();
            for number in (1..PEOPLE).rev().step_by(2) {
                assert_eq!(one_click(to, &tokens[number]).await, 200);
                answered.push((address(number), Instant::now()));
            }
            answered
        };
        let (done, answered) = tokio::join!(send_due(&house.engine), leaving);
        done.expect("sent");
        house.oracle.is_well_again();
        house.sent_to_the_end(mailing).await;
        assert_eq!(house.oracle.taken_for(&address(0)), 0);
        for (address, at) in &answered {
            for taken in house.oracle.taken().iter().filter(|taken| taken.to == *address) {
                assert!(taken.began <= *at + Duration::from_secs(1), "{address} got a message that began {:?} later", taken.began - *at);
            }
        }
        let counts = house.counts(mailing).await;
        assert_eq!(counts.all(), PEOPLE as i64);
        let suppressed = counts.of(crate::deliveries::entity::State::Suppressed);
        assert!(suppressed > 1, "{counts:?}");
        assert_eq!(house.oracle.taken().len() as i64, PEOPLE as i64 - suppressed);
        assert_eq!(house.state(mailing).await, State::Done);
    }
}

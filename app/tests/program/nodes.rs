//! Several nodes on one PostgreSQL: what one writes the others tell, work is shared and done once, and a node that is
//! killed costs nothing that was answered.

use crate::place::{Answer, Place, Running, get, tried};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "quattro parole a caso";

/// Ada, an administrator; her token.
pub fn ada(place: &Place) -> String {
    place.run_with(PASSWORD, &["user", "add", "ada@example.it", "--name", "Ada", "--role", "administrator", "--password-stdin"]);
    place.run(&["token", "create", "ada@example.it"]).trim().to_owned()
}

pub fn serve(place: &Place) -> (Running, String) {
    let mut serving = Running::start(&mut place.program(&["serve"]));
    let address = serving.address();
    (serving, address)
}

pub fn enter(address: &str, password: &str) -> Answer {
    let body = format!("email=ada%40example.it&password={}", password.replace(' ', "+"));
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", &*format!("http://{address}")),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    tried(address, "POST", "/sign-in", &headers, &body).expect("an answer")
}

pub fn cookie(answer: &Answer) -> String {
    let set = answer.head.lines().filter_map(|line| line.split_once(": ")).filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    set.filter_map(|(_, value)| value.split(';').next()).collect::<Vec<_>>().join("; ")
}

fn create(address: &str, token: &str, name: &str, once: &str) -> Option<Answer> {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", &*bearer), ("Content-Type", "application/json"), ("Idempotency-Key", once)];
    tried(address, "POST", "/api/v1/accounts", &headers, &format!("{{\"name\":\"{name}\"}}"))
}

/// Asks again and again until something is so.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_one_writes_the_others_tell_and_sessions_and_attempts_are_shared() {
    let Some(place) = Place::on_postgres("nodes") else { return };
    let token = ada(&place);
    let (one, first) = serve(&place);
    let (other, second) = serve(&place);
    // Whoever signs in at one is known to the other.
    let entered = enter(&first, PASSWORD);
    assert_eq!(entered.status, 303, "{entered:?}");
    let cookie = cookie(&entered);
    assert_eq!(tried(&second, "GET", "/accounts", &[("Cookie", &cookie)], "").expect("an answer").status, 200);
    // A page of the one hears what the other writes.
    let mut stream = TcpStream::connect(&first).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    write!(stream, "GET /live HTTP/1.1\r\nHost: {first}\r\nCookie: {cookie}\r\n\r\n").expect("a request");
    let mut heard = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(heard.by_ref().any(|line| line.starts_with("retry:")), "the stream begins");
    let made = create(&second, &token, "Officina", "a").expect("an answer");
    assert_eq!(made.status, 201, "{made:?}");
    assert!(heard.any(|line| line == "data: account"), "the other node's write is told");
    // Guessing is slowed down whichever node is asked.
    let refused = (0..12).any(|number| enter(if number % 2 == 0 { &first } else { &second }, "un'altra frase qualunque").status == 429);
    assert!(refused, "nobody was slowed down");
    let third = serve(&place);
    // Beginning takes its time, in which one attempt may be free again.
    assert!((0..3).any(|_| enter(&first, "un'altra frase qualunque").status == 429), "still slowed down");
    assert_eq!(enter(&third.1, PASSWORD).status, 429, "a node that has just begun knows of it too");
    for running in [one, other, third.0] {
        running.stop();
    }
}

#[test]
fn work_is_shared_done_once_and_goes_on_where_a_node_was_killed() {
    let Some(place) = Place::on_postgres("shared") else { return };
    place.run(&["demo", "--accounts", "1200", "--contacts", "0"]);
    let token = ada(&place);
    let (killed, address) = serve(&place);
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
    let body = "{\"action\":\"change\",\"filter\":\"\",\"values\":{\"remarks\":\"Visti tutti\"}}";
    let begun = tried(&address, "POST", "/api/v1/accounts/bulk", &headers, body).expect("an answer");
    assert_eq!(begun.status, 202, "{begun:?}");
    until("nobody took the job", || place.sql("SELECT done > 0 FROM bulk") == "t");
    // Dropped, it is killed; what it holds runs out, by the database's clock.
    drop(killed);
    assert_eq!(place.sql("SELECT count(*) FROM job WHERE kind = 'bulk' AND state = 'running'"), "1");
    place.sql("UPDATE job SET leased_until = now() - interval '1 second' WHERE state = 'running'");
    let working = Running::start(&mut place.program(&["work"]));
    let (serving, address) = serve(&place);
    until("the action does not come to its end", || place.sql("SELECT state FROM bulk") == "done");
    assert_eq!(place.sql("SELECT done, changed, refused FROM bulk"), "1200|1200|0");
    // Each record was changed once.
    assert_eq!(place.sql("SELECT count(*) FROM account WHERE remarks = 'Visti tutti'"), "1200");
    let changes = "SELECT count(*), count(DISTINCT record) FROM history WHERE entity = 'account' AND changeset = (SELECT max(changeset) FROM history WHERE entity = 'account')";
    assert_eq!(place.sql(changes), "1200|1200");
    // What the schedule says is due is done once, however many look at it at the same moment.
    let (more, _) = serve(&place);
    until("the schedule is not known", || place.sql("SELECT count(*) FROM schedule WHERE kind = 'empty-trash'") == "1");
    place.sql("DELETE FROM job WHERE kind = 'empty-trash'");
    place.sql("UPDATE schedule SET next_at = date_trunc('second', now()) - interval '1 minute' WHERE kind = 'empty-trash'; SELECT pg_notify('scheda', 'job')");
    until("nobody did what was due", || place.sql("SELECT count(*) FROM job WHERE kind = 'empty-trash' AND state = 'done'") == "1");
    place.sql("SELECT pg_notify('scheda', 'job')");
    assert_eq!(get(&address, "/api/v1/accounts?limit=1", &token).0, 200);
    assert_eq!(place.sql("SELECT count(*), max(attempts) FROM job WHERE kind = 'empty-trash'"), "1|1");
    for running in [working, serving, more] {
        running.stop();
    }
}

#[test]
fn nothing_that_was_answered_is_lost_where_nodes_are_killed() {
    let Some(place) = Place::on_postgres("lost") else { return };
    let token = ada(&place);
    let bearer = format!("Bearer {token}");
    let mut nodes = [Some(serve(&place)), Some(serve(&place))];
    let mut answered: Vec<(String, String, i64)> = Vec::new();
    for number in 0..240 {
        // One is killed in the middle of it, and comes back later; then the other.
        match number {
            60 | 160 => drop(nodes[usize::from(number > 100)].take()),
            110 | 210 => nodes[usize::from(number > 200)] = Some(serve(&place)),
            _ => {}
        }
        let addresses: Vec<String> = nodes.iter().flatten().map(|(_, address)| address.clone()).collect();
        let name = format!("Ditta {number:04} S.r.l.");
        let once = format!("{number}");
        // Whoever gets no answer asks the other, with the same key: it is made once.
        let made = (0..10).find_map(|attempt| create(&addresses[(number + attempt) % addresses.len()], &token, &name, &once));
        let made = made.expect("one of the nodes answers");
        assert_eq!(made.status, 201, "{made:?}");
        let id = made.body.split("\"id\":\"").nth(1).expect("an id")[..13].to_owned();
        answered.push((id, name, 1));
        // Every third is changed too.
        if number % 3 == 0 {
            let (id, name, version) = &mut answered[number / 2];
            let path = format!("/api/v1/accounts/{id}");
            let tag = format!("\"{version}\"");
            let changed = format!("{name} e figli");
            let headers = [("Authorization", &*bearer), ("Content-Type", "application/json"), ("If-Match", &*tag)];
            let body = format!("{{\"name\":\"{changed}\"}}");
            let got =
                addresses.iter().find_map(|address| tried(address, "PATCH", &path, &headers, &body)).expect("one of the nodes answers");
            assert_eq!(got.status, 200, "{got:?}");
            (*name, *version) = (changed, *version + 1);
        }
    }
    let address = nodes[0].as_ref().map(|(_, address)| address.clone()).expect("a node");
    for (id, name, _) in &answered {
        let (status, body) = get(&address, &format!("/api/v1/accounts/{id}"), &token);
        assert!(status == 200 && body.contains(&format!("\"{name}\"")), "{id} {name}: {body}");
    }
    assert_eq!(place.sql("SELECT count(*) FROM account"), answered.len().to_string(), "none is there twice");
    drop(nodes);
    assert_eq!(place.run(&["check"]).trim(), "everything is whole");
}

//! How many messages a second are written, signed and handed to a mail server, and what each costs us:
//! `cargo run -p wire --release --example post -- 127.0.0.1:2525 20000 4 [most messages of one connection]`, against
//! `smtp-sink -c 127.0.0.1:2525 1000` of Postfix.

use kernel::{Moment, SystemChance};
use std::time::{Duration, Instant};
use wire::dkim::{self, Algorithm, COVERED, Key, Signer};
use wire::mail::Mail;
use wire::smtp::{Fate, Line, Outgoing, Person, Security, Server, Trust};

/// How many messages are written and signed to see what that takes.
const ROUNDS: u32 = 1000;
/// How many are given to a line at once.
const BATCH: usize = 50;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (count, lines, most) = (number(1, 20_000), number(2, 4), number(3, 1000));
    let at = Moment::from_millis(1_772_442_000_000);
    let mail = mail(at);
    let message = mail.written().expect("a message");
    println!("a message of {} bytes", message.len());
    each("written", || drop(mail.written().expect("a message")));
    for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
        let key = dkim::make(algorithm, &SystemChance).and_then(|key| Key::read(&key)).expect("a key");
        let signer = Signer::new("verdi.example", &COVERED).and_then(|signer| signer.with("scheda", key)).expect("a signer");
        each(&format!("signed, {algorithm:?}"), || drop(signer.sign(&message, at).expect("signed")));
    }
    let Some((host, port)) = arguments.first().and_then(|place| place.rsplit_once(':')) else { return };
    let server = Server {
        host: host.to_owned(),
        port: port.parse().expect("a port"),
        security: Security::None,
        user: String::new(),
        password: String::new(),
        greeting: "crm.verdi.example".to_owned(),
        trusted: Vec::new(),
        patience: None,
    };
    let outgoing = Outgoing { from: "rimbalzi@verdi.example".to_owned(), to: "niccolo@example.it".to_owned(), content: message.into() };
    // One thread, whose time the system tells.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (began, spent) = (Instant::now(), on_processor());
    let taken: usize = runtime.block_on(async {
        let tasks: Vec<_> = (0..lines).map(|_| tokio::task::spawn(send(server.clone(), outgoing.clone(), count / lines, most))).collect();
        let mut taken = 0;
        for task in tasks {
            taken += task.await.expect("sent");
        }
        taken
    });
    let (lasted, spent) = (began.elapsed(), on_processor() - spent);
    println!("{taken} taken over {lines} lines: {:.0} a second", taken as f64 / lasted.as_secs_f64());
    println!("sent: {:.1} µs of the processor each", spent.as_secs_f64() * 1e6 / taken.max(1) as f64);
}

/// Sends so many, at most so many over one connection; how many were taken.
async fn send(server: Server, outgoing: Outgoing, count: usize, most: usize) -> usize {
    let trust = Trust::of(&server).expect("certificates");
    let (mut sent, mut taken) = (0, 0);
    while sent < count {
        let mut line = Line::open_with(&server, &trust).await.expect("a line");
        let mut left = most;
        while left > 0 && sent < count {
            let batch = vec![outgoing.clone(); BATCH.min(left).min(count - sent)];
            let fates = line.deliver(&batch).await;
            taken += fates.iter().filter(|fate| matches!(fate, Fate::Taken(_))).count();
            (sent, left) = (sent + batch.len(), left - batch.len());
        }
        line.quit().await;
    }
    taken
}

fn each(what: &str, mut work: impl FnMut()) {
    let began = Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    println!("{what}: {:.1} µs each", began.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
}

/// How long this thread was on a processor.
fn on_processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

/// HTML of 12 KB with five links, and its text.
fn mail(at: Moment) -> Mail {
    let person = |name: &str, address: &str| Person { name: name.to_owned(), address: address.to_owned() };
    let mut html = "<!DOCTYPE html><html><body style=\"margin:0\">\n".to_owned();
    for link in 1..=5 {
        html += &format!(
            "<p>Gentile Niccolò, è arrivato il listino: <a href=\"https://crm.verdi.example/l/k7f2q9x0a1b2c3d4e5?l={link}\">scopri perché</a></p>\n"
        );
    }
    while html.len() < 12 << 10 {
        html += "<tr><td style=\"padding:12px 24px;font-size:16px\">Più qualità, tempi certi e un solo referente.</td></tr>\n";
    }
    Mail {
        id: "k7f2q9x0a1b2c3d4e5@verdi.example".to_owned(),
        at,
        from: person("Officina Verdi", "crm@verdi.example"),
        reply_to: None,
        to: person("Niccolò D'Àvila", "niccolo@example.it"),
        subject: "Perché scegliere noi: novità di marzo, e un invito in fiera".to_owned(),
        headers: vec![
            ("List-Unsubscribe".to_owned(), "<https://crm.verdi.example/u/k7f2q9x0a1b2c3d4e5>".to_owned()),
            ("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()),
        ],
        text: "Gentile Niccolò,\nè arrivato il listino. Scopri perché: https://crm.verdi.example/l/k7f2q9x0a1b2c3d4e5\n".repeat(10),
        html: html + "</body></html>\n",
        pictures: Vec::new(),
        attachments: Vec::new(),
    }
}

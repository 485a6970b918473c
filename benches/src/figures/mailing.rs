//! Sending: 50,000 people who agreed to it get a mailing of 12 KB with personal words, a list as its topic and a way out by one click.
//! Everybody is put together, everything goes out to a mail server on this machine, and it is counted there. Once the sending is alone, once
//! somebody looks at pages meanwhile.

use super::{Fallible, Goal, Report, on_sqlite};
use crate::api::Api;
use crate::client::{Connection, request};
use crate::installation::{ADMINISTRATOR, Installation, Server};
use crate::report::Figure;
use crate::sink::Sink;
use serde_json::{Value as Json, json};
use std::cell::Cell;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Who gets it.
const PEOPLE: usize = 50_000;
/// How often it is asked how far a mailing is.
const LOOKS: Duration = Duration::from_millis(100);
/// How long whoever looks at pages reads one.
const READS: Duration = Duration::from_millis(50);
/// A mailing that stands still is given up.
const PATIENCE: Duration = Duration::from_secs(600);

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = Installation::of("mailing", database)?;
    furnish(&company).await?;
    // Whoever signs in from his first device gets no letter about it, which would be counted among the others.
    company.sql(&["DELETE FROM \"device\""])?;
    let token = company.run(&["token", "create", ADMINISTRATOR], "")?;
    let server = company.serve().await?;
    let sink = Sink::start().await?;
    let mut office = Office::open(&server, &token, &sink).await?;
    let mut note = |measure: &str, value, unit, goal| {
        let database = company.database;
        report.note(Figure { bench: "mailing", measure: measure.to_owned(), value, unit, goal, database });
    };
    let first = office.prepared("Novità di marzo").await?;
    note("to put together 50,000 recipients", first.seconds, "s", None);
    let (begun, before) = (Instant::now(), server.cpu());
    office.sent(&first.id).await?;
    let goal = Some(Goal::AtLeast(if database == "postgres" { 3_000.0 } else { 5_000.0 }));
    note("messages a second", PEOPLE as f64 / begun.elapsed().as_secs_f64(), "/s", goal);
    let cpu = (server.cpu() - before) * 1_000_000.0 / PEOPLE as f64;
    note("CPU of the server per message", cpu, "µs", on_sqlite(database, Goal::AtMost(150.0)));
    let second = office.prepared("Novità di aprile").await?;
    let page = request("GET", "/accounts", &[("cookie", &office.cookie)], "");
    let over = Cell::new(false);
    let begun = Instant::now();
    let sending = async {
        let outcome = office.sent(&second.id).await;
        over.set(true);
        outcome.map(|()| begun.elapsed().as_secs_f64())
    };
    let (seconds, pages) = tokio::join!(sending, looks(&server, &page, &over));
    note("messages a second while somebody looks at pages", PEOPLE as f64 / seconds?, "/s", None);
    note("p99 of a page meanwhile", pages?, "ms", Some(Goal::AtMost(100.0)));
    note("most memory", server.peak(), "MB", on_sqlite(database, Goal::AtMost(150.0)));
    Ok(())
}

/// One client who looks at a page, again and again; gives the time that 99 of 100 pages stayed below, in milliseconds.
async fn looks(server: &Server, page: &[u8], over: &Cell<bool>) -> Fallible<f64> {
    let mut connection = Connection::open(&server.address).await?;
    let mut times = Vec::new();
    while !over.get() {
        let begun = Instant::now();
        let answer = connection.ask(page).await?;
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        if answer.status != 200 {
            return Err(format!("the page gave {}", answer.status));
        }
        tokio::time::sleep(READS).await;
    }
    times.sort_unstable_by(f64::total_cmp);
    times.get((times.len() * 99 / 100).min(times.len().saturating_sub(1))).copied().ok_or_else(|| "no page was looked at".to_owned())
}

/// Whoever sends mailings: through the API, and the forms of pages where that is how it is done.
struct Office<'o> {
    server: &'o Server,
    sink: &'o Sink,
    api: Api,
    cookie: String,
    csrf: String,
    list: String,
    sender: String,
}

/// A mailing whose recipients stand, and how long that took.
struct Prepared {
    id: String,
    seconds: f64,
}

impl Office<'_> {
    async fn open<'o>(server: &'o Server, token: &str, sink: &'o Sink) -> Fallible<Office<'o>> {
        let mut api = Api::open(server, token).await?;
        let listed = api.ask("GET", "/api/v1/lists?limit=1", Json::Null).await?;
        let list = listed["records"][0]["id"].as_str().ok_or("there is no list")?.to_owned();
        let sender = api.make("senders", json!({ "name": "Officina Verdi", "address": "news@verdi.example" })).await?;
        let cookie = server.sign_in(ADMINISTRATOR).await?;
        let page =
            Connection::open(&server.address).await?.ask(&request("GET", "/administration/mail", &[("cookie", &cookie)], "")).await?;
        let page = String::from_utf8_lossy(&page.body);
        let csrf = page.split_once("name=\"csrf\" value=\"").and_then(|(_, after)| after.split('"').next());
        let csrf = csrf.ok_or("a form without its token")?.to_owned();
        let office = Office { server, sink, api, cookie, csrf, list, sender };
        let port = sink.port.to_string();
        let account = [
            ("host", "127.0.0.1"),
            ("port", &*port),
            ("security", "none"),
            ("sender_name", "Officina Verdi"),
            ("sender_address", "crm%40verdi.example"),
        ];
        office.form("/administration/mail", &account).await?;
        Ok(office)
    }

    /// Sends a form, as a page does.
    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Fallible<()> {
        let mut body = format!("csrf={}", super::encoded(&self.csrf));
        for (name, value) in fields {
            let _ = write!(body, "&{name}={}", value.replace(' ', "+"));
        }
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin"), ("cookie", &*self.cookie)];
        let answer = Connection::open(&self.server.address).await?.ask(&request("POST", path, &headers, &body)).await?;
        if answer.status == 303 { Ok(()) } else { Err(format!("{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body))) }
    }

    /// Writes a mailing and has its recipients put together.
    async fn prepared(&mut self, name: &str) -> Fallible<Prepared> {
        let mailing = json!({
            "name": name, "sender": self.sender, "topic": self.list, "html": html(),
            "subject": "{{ nome | oppure(\"Buongiorno\") }}, le novità per {{ azienda }}",
            "preheader": "Quello che cambia da marzo a {{ comune }}",
            "audiences": [{ "list": self.list }],
        });
        let id = self.api.make("mailings", mailing).await?;
        let begun = Instant::now();
        self.step(&id, "prepare", "preparing", "ready").await?;
        Ok(Prepared { id, seconds: begun.elapsed().as_secs_f64() })
    }

    /// Sends a mailing to its end, and looks that everything came.
    async fn sent(&mut self, id: &str) -> Fallible<()> {
        let before = self.sink.taken()?;
        self.step(id, "start", "sending", "done").await?;
        let came = self.sink.taken()? - before;
        if came == PEOPLE { Ok(()) } else { Err(format!("{came} messages came instead of {PEOPLE}")) }
    }

    /// Takes a step and waits for what it leads to.
    async fn step(&mut self, id: &str, step: &str, through: &str, to: &str) -> Fallible<()> {
        self.form(&format!("/mailings/{id}/steps"), &[("step", step)]).await?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let mailing = self.api.ask("GET", &format!("/api/v1/mailings/{id}"), Json::Null).await?;
            match mailing["state"].as_str() {
                Some(state) if state == to => return Ok(()),
                Some(state) if state == through => tokio::time::sleep(LOOKS).await,
                _ => return Err(format!("the mailing is {}: {}", mailing["state"], mailing["paused_for"])),
            }
        }
        Err(format!("the mailing is not {to} in time"))
    }
}

/// Imports companies with somebody at each who agreed to mail, and puts everybody on a list, unless it was done before.
async fn furnish(company: &Installation) -> Fallible<()> {
    let done = company.path("furnished");
    if std::path::Path::new(&done).exists() {
        return Ok(());
    }
    // Nothing of what an interrupted one left is filled on top.
    company.begin_anew()?;
    company.run(&["demo", "--accounts", "0", "--contacts", "0"], "")?;
    company.add_administrator()?;
    let file = std::path::absolute(format!("target/bench/mailing-{PEOPLE}.csv")).map_err(|fault| fault.to_string())?;
    std::fs::write(&file, rows()).map_err(|fault| fault.to_string())?;
    company.run(&["import", "accounts", &file.display().to_string(), "--map", "benches/mailing.toml", "--json"], "")?;
    let token = company.run(&["token", "create", ADMINISTRATOR], "")?;
    let server = company.serve().await?;
    let mut api = Api::open(&server, &token).await?;
    let list =
        api.make("lists", json!({ "name": "Novità", "topic": true, "description": "Che cosa c’è di nuovo, una volta al mese" })).await?;
    let adding = json!({ "action": "list-add", "filter": "", "options": { "list": list } });
    let mut bulk = api.ask("POST", "/api/v1/contacts/bulk", adding).await?;
    let place = format!("/api/v1/bulks/{}", bulk["id"].as_str().unwrap_or_default());
    while bulk["state"] == "running" {
        tokio::time::sleep(LOOKS).await;
        bulk = api.ask("GET", &place, Json::Null).await?;
    }
    if bulk["changed"] != PEOPLE && bulk["created"] != PEOPLE {
        return Err(format!("not everybody is on the list: {bulk}"));
    }
    std::fs::write(&done, "").map_err(|fault| fault.to_string())
}

/// The file: companies and people whose names differ from row to row.
fn rows() -> String {
    const GIVEN: [&str; 8] = ["Giulia", "Marco", "Nicolò", "Chiara", "Luca", "Francesca", "Andrea", "Noemi"];
    const FAMILY: [&str; 10] = ["Rossi", "Bianchi", "Esposito", "D'Angelo", "Conti", "De Luca", "Ferrari", "Colombo", "Ricci", "Forlì"];
    const TOWNS: [(&str, &str); 4] = [("Pisa", "PI"), ("Milano", "MI"), ("Napoli", "NA"), ("Forlì", "FC")];
    let mut text = String::with_capacity(PEOPLE * 140);
    text.push_str("Codice;Ragione sociale;Località;Prov.;Nome;Cognome;Qualifica;E-mail;Newsletter\r\n");
    for number in 0..PEOPLE {
        let (given, family, (town, province)) =
            (GIVEN[number % GIVEN.len()], FAMILY[number / 3 % FAMILY.len()], TOWNS[number / 7 % TOWNS.len()]);
        let _ = write!(
            text,
            "M{number:07};Officina {family} {number} S.r.l.;{town};{province};{given};{family} {number};Acquisti;posta{number}@officina{number}.example;sì\r\n"
        );
    }
    text
}

/// The message: 12 KB as a newsletter has them, with five links and personal words in its first and its last lines.
fn html() -> String {
    const LENGTH: usize = 12 << 10;
    let mut html = "<!doctype html><html lang=\"it\"><head><meta charset=\"utf-8\"><title>Le novità di Officina Verdi</title>\
        <style>body{margin:0;background:#f4f5f7;font-family:Arial,sans-serif;color:#1d2129}td{padding:16px 24px;line-height:1.5}</style></head>\
        <body><table role=\"presentation\" width=\"600\" align=\"center\"><tr><td><h1>Le novità di marzo</h1>\
        <p>Gentile {{ nome }} {{ cognome }}, ecco che cosa c’è di nuovo per {{ azienda }} a {{ comune }} ({{ provincia }}).</p></td></tr>"
        .to_owned();
    let foot = "<tr><td><p>{{ nome }}, a presto da tutti noi. Questo messaggio è per {{ email }}, {{ qualifica | minuscolo }} di {{ azienda }}: \
        <a href=\"{{ disiscrizione }}\">non lo voglio più</a>.</p></td></tr></table></body></html>";
    for number in 1.. {
        if html.len() + foot.len() >= LENGTH {
            break;
        }
        let _ = write!(html, "<tr><td style=\"border-top:1px solid #d8dce3\"><h2>Novità numero {number}</h2>");
        if number <= 4 {
            let _ =
                write!(html, "<p><a style=\"color:#0b5fff\" href=\"https://verdi.example/novita/{number}?da=posta\">Leggi tutto</a></p>");
        }
        html.push_str(
            "<p>Da questo mese i ricambi più richiesti si ordinano fino alle 18 e partono lo stesso giorno; chi ha già un contratto di manutenzione \
            trova nella sua pagina le scadenze di ogni macchina, e può scegliere la visita che preferisce senza telefonare.</p></td></tr>",
        );
    }
    html + foot
}

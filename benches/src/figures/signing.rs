//! Whether the time of an answer tells who is known: signing in with a wrong password, and asking for a new one, with the address of somebody
//! and with one that nobody has, in an order of chance. The figure is the probability that both come from one and the same source.

use super::{Fallible, Goal, Report};
use crate::client::{Connection, request};
use crate::installation::{ADMINISTRATOR, Installation, Server};
use crate::ranks::probability;
use crate::report::Figure;
use std::time::Instant;

/// Answers of each kind, after those that warm up.
const ANSWERS: usize = 200;
const WARMING: usize = 20;
/// Below this they differ.
const LEAST: f64 = 0.01;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let installation = Installation::of("signing", database)?;
    // Nobody has tried anything yet.
    installation.begin_anew()?;
    let installation = installation.filled(10, 10)?;
    make_people(&installation).await?;
    // Whoever asks comes from another network each time: guessing is not what is measured.
    let server = installation.serve_with(&[("SCHEDA_TRUSTED_PROXIES", "127.0.0.1")]).await?;
    let asking =
        [("/sign-in", "&password=una+parola+qualunque", 422, "signing in"), ("/sign-in/forgotten", "", 200, "a forgotten password")];
    for (place, (path, more, status, what)) in asking.into_iter().enumerate() {
        let [known, unknown] = measured(&server, place, (path, more, status)).await?;
        let (measure, value) = (format!("{what}, known against unknown, probability of the same source"), probability(&known, &unknown));
        let (goal, database) = (Some(Goal::AtLeast(LEAST)), installation.database);
        report.note(Figure { bench: "signing", measure, value, unit: "p", goal, database });
    }
    Ok(())
}

/// As many people as are asked for, each with a password.
async fn make_people(installation: &Installation) -> Fallible<()> {
    let token = format!("Bearer {}", installation.run(&["token", "create", ADMINISTRATOR], "")?);
    {
        let server = installation.serve().await?;
        let mut connection = Connection::open(&server.address).await?;
        for number in 0..WARMING + ANSWERS {
            let body = format!("{{\"name\":\"Persona {number}\",\"email\":\"{}\",\"roles\":[\"agent\"]}}", address(true, number));
            let headers = [("authorization", &*token), ("content-type", "application/json")];
            let answer = connection.ask(&request("POST", "/api/v1/users", &headers, &body)).await?;
            if answer.status != 201 {
                return Err(format!("a person gave {}: {}", answer.status, String::from_utf8_lossy(&answer.body)));
            }
        }
    }
    // A hash of their own for each takes a minute, and all are compared in the same time.
    let hash = format!("(SELECT \"password_hash\" FROM \"user\" WHERE \"email\" = '{ADMINISTRATOR}')");
    installation.sql(&[&format!("UPDATE \"user\" SET \"password_hash\" = {hash} WHERE \"email\" LIKE 'persona%@bench.example'")])
}

/// Of somebody, or of nobody; as long as the other.
fn address(known: bool, number: usize) -> String {
    format!("{}{number:03}@bench.example", if known { "persona" } else { "nessuno" })
}

/// The seconds of the answers to somebody, and to nobody.
async fn measured(server: &Server, place: usize, (path, more, status): (&str, &str, u16)) -> Fallible<[Vec<f64>; 2]> {
    let mut connection = Connection::open(&server.address).await?;
    let mut times = [Vec::with_capacity(ANSWERS), Vec::with_capacity(ANSWERS)];
    let mut chance = 1_u64;
    for number in 0..WARMING + ANSWERS {
        // Knuth's generator: which of a pair comes first is foreseen by no cache.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let first = usize::from(chance >> 63 == 1);
        for which in [first, 1 - first] {
            let from = format!("10.{}.{number}.1", 2 * place + which);
            let headers =
                [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin"), ("x-forwarded-for", &*from)];
            let asked = request("POST", path, &headers, &format!("email={}{more}", address(which == 0, number).replace('@', "%40")));
            let begun = Instant::now();
            let answer = connection.ask(&asked).await?;
            let seconds = begun.elapsed().as_secs_f64();
            if answer.status != status {
                return Err(format!("{path} gave {}", answer.status));
            }
            if number >= WARMING {
                times[which].push(seconds);
            }
        }
    }
    Ok(times)
}

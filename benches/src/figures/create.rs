//! Creating accounts through the API: what has a key in common and what is alike looked up, durable before the answer.

use super::{Fallible, Loading, Report, company, measured, rate};
use crate::client::request;
use crate::installation::ADMINISTRATOR;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let token = format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?);
    let server = company.serve().await?;
    let stamp = std::process::id();
    let make = |number: usize| {
        // Nothing of one is like another's, as among customers; another run has others.
        let turn = (number as u64).wrapping_add(u64::from(stamp) << 40);
        let spread = (number % 500_000 + number / 1_000_000_000 * 500_000 + stamp as usize % 100 * 1_000_000) as u64;
        let name = [word(turn), word(turn ^ 0xF1A7), word(turn ^ 0xB0DE)];
        let body = serde_json::json!({
            "name": format!("{} {}", name[0], name[1]),
            "stage": "lead",
            "code": format!("B{stamp}-{number}"),
            "address": { "street": format!("Via {} {}", name[2], turn % 180 + 1), "city": "Pisa", "province": "PI", "postcode": "56125" },
            "emails": [{ "address": format!("info@{}{}.example", name[0], name[1]) }],
            // All of 33x and 34x are mobile phones.
            "phones": [{ "number": format!("+393{}{:08}", 3 + stamp / 100 % 2, spread * 73_939_133 % 100_000_000) }],
        });
        let headers = [("authorization", &*token), ("content-type", "application/json")];
        request("POST", "/api/v1/accounts", &headers, &body.to_string())
    };
    let load =
        Loading { bench: "create", database: company.database, goals: (rate(database, 1_000.0), None, None), count: 5_000, expected: 201 };
    measured(&server, load, make, report).await?;
    Ok(())
}

/// A word that nobody else is called by, nor nearly so, of syllables.
fn word(turn: u64) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "cer", "di", "fol", "gu", "lan", "me", "nis", "po", "ru", "sta", "tre", "vi", "zon", "quar", "sbe"];
    let mut seed = turn.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut word = String::new();
    for _ in 0..6 {
        seed = (seed ^ seed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word += SYLLABLES[(seed >> 60) as usize];
    }
    word
}

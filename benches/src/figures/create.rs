//! Creating accounts through the API: exact duplicate keys looked up, durable before the answer.

use super::{Fallible, Loading, Report, company, measured, rate};
use crate::client::request;
use crate::installation::ADMINISTRATOR;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let token = format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?);
    let server = company.serve().await?;
    let stamp = std::process::id();
    let make = |number: usize| {
        let body = serde_json::json!({
            "name": format!("Ditta di prova {stamp} {number}"),
            "stage": "lead",
            "code": format!("B{stamp}-{number}"),
            "address": { "street": "Via Roma 1", "city": "Pisa", "province": "PI", "postcode": "56125" },
            "emails": [{ "address": format!("info{number}@prova{stamp}.example") }],
            // All of 33x and 34x are mobile phones: another run has other numbers.
            "phones": [{ "number": format!("+393{}{:08}", 3 + stamp / 100 % 2, stamp as usize % 100 * 1_000_000 + number % 500_000 + number / 1_000_000_000 * 500_000) }],
        });
        let headers = [("authorization", &*token), ("content-type", "application/json")];
        request("POST", "/api/v1/accounts", &headers, &body.to_string())
    };
    let load =
        Loading { bench: "create", database: company.database, goals: (rate(database, 1_000.0), None, None), count: 5_000, expected: 201 };
    measured(&server, load, make, report).await?;
    Ok(())
}

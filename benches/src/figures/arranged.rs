//! Lists in groups and as boards, with totals, and the past of a field that was written 10,000 times.

use super::{CLIENTS, Fallible, Report, company};
use crate::client::{Connection, load, request};
use crate::installation::ADMINISTRATOR;
use crate::report::Figure;

/// How often each is asked.
const ASKED: usize = 50;
/// How often the field was written.
const WRITTEN: usize = 10_000;
const NAME: &str = "Cliente dai diecimila nomi S.r.l.";

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let token = format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?);
    let server = company.serve().await?;
    let cookie = server.sign_in(ADMINISTRATOR).await?;
    let account = written(&server.address, &token).await?;
    for (measure, path) in [
        ("p50 of 100,000 contacts in groups by province", "/contacts?group=address.province".to_owned()),
        ("p50 of 100,000 contacts in groups by month", "/contacts?group=created_at%3Amonth".to_owned()),
        ("p50 of 20,000 accounts as a board of their stages", "/accounts?board=stage".to_owned()),
        ("p50 of the past of a field written 10,000 times", format!("/accounts/{account}/fields/name")),
    ] {
        let make = |_| request("GET", &path, &[("cookie", &cookie)], "");
        load(&server.address, 1, 3, 200, make).await?;
        let before = server.cpu();
        let asked = load(&server.address, 1, ASKED, 200, make).await?;
        let cpu = (server.cpu() - before) * 1000.0 / ASKED as f64;
        for (measure, value) in [(measure.to_owned(), asked.p50), (measure.replace("p50", "CPU of the server"), cpu)] {
            report.note(Figure { bench: "arranged", measure, value, unit: "ms", goal: None, database: company.database });
        }
    }
    Ok(())
}

/// The account whose name was written so often; made where it is not there.
async fn written(address: &str, token: &str) -> Fallible<String> {
    let headers = [("authorization", token), ("content-type", "application/json")];
    let mut connection = Connection::open(address).await?;
    let filter = super::encoded(&format!("remarks contains \"{NAME}\""));
    let known = request("GET", &format!("/api/v1/accounts?filter={filter}&fields=name"), &headers, "");
    let known: serde_json::Value = serde_json::from_slice(&connection.ask(&known).await?.body).map_err(|fault| fault.to_string())?;
    if let Some(id) = known["records"][0]["id"].as_str() {
        return Ok(id.to_owned());
    }
    let make = request("POST", "/api/v1/accounts", &headers, &serde_json::json!({ "name": NAME, "remarks": NAME }).to_string());
    let made: serde_json::Value = serde_json::from_slice(&connection.ask(&make).await?.body).map_err(|fault| fault.to_string())?;
    let id = made["id"].as_str().ok_or_else(|| format!("no account was made: {made}"))?.to_owned();
    let any = [("authorization", token), ("content-type", "application/json"), ("if-match", "*")];
    let path = format!("/api/v1/accounts/{id}");
    let write = |number: usize| {
        request("PATCH", &path, &any, &serde_json::json!({ "name": format!("Cliente dal nome {number} S.r.l.") }).to_string())
    };
    load(address, CLIENTS, WRITTEN, 200, write).await?;
    Ok(id)
}

//! What rights cost a list: with 50 roles, 1,000 people in a tree of teams and 20 sharing rules, the same page of the same 50
//! contacts by turns for somebody who may see everything and for others who see it through their team, the tree below them,
//! or as subjects and by rules. The figure is the CPU of the server per page, as a ratio; and where only one contact in
//! twenty is visible, for itself.

use super::{CLIENTS, Fallible, Goal, Report, encoded};
use crate::api::Api;
use crate::client::{Connection, load, request};
use crate::installation::{ADMINISTRATOR, Installation, Server};
use crate::report::Figure;
use serde_json::{Value as Json, json};

const ROLES: usize = 50;
const PEOPLE: usize = 1_000;
const TEAMS: usize = 20;
const RULES: usize = 20;
/// Pages of each in one turn, and turns.
const PAGES: usize = 1_500;
const TURNS: usize = 11;

/// Who looks at the page, and what for.
const LOOKING: [(&str, &str); 4] = [
    ("all@bench.example", "everything"),
    ("team@bench.example", "the team of 50"),
    ("below@bench.example", "the tree of 1,000"),
    ("many@bench.example", "the team, six roles, as a subject, and by 20 rules"),
];

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = Installation::of("rights", database)?.filled(20_000, 100_000)?;
    furnish(&company).await?;
    let server = company.serve().await?;
    let path = format!("/contacts?filter={}&sort=full_name", encoded("address.city is \"Pisa\""));
    let mut pages = Vec::new();
    for (email, _) in LOOKING {
        let cookie = server.sign_in(email).await?;
        pages.push(request("GET", &path, &[("cookie", &cookie)], ""));
    }
    // All of them see the same page, or the figures would say nothing.
    let rows = rows(&server, &pages).await?;
    if rows.iter().any(|count| *count != 50) {
        return Err(format!("the pages have {rows:?} rows"));
    }
    let mut ratios = vec![Vec::new(); pages.len()];
    for turn in 0..=TURNS {
        let mut everything = 0.0;
        for (who, page) in pages.iter().enumerate() {
            let cpu = cpu_of(&server, page).await?;
            if who == 0 {
                everything = cpu;
            }
            // The first turn warms up. Within one the machine is as fast for each of them, more or less.
            if turn > 0 {
                ratios[who].push(cpu / everything);
            }
        }
    }
    for ((_, what), ratios) in LOOKING.iter().zip(&mut ratios).skip(1) {
        ratios.sort_by(f64::total_cmp);
        report.note(Figure {
            bench: "rights",
            measure: format!("CPU of a page seen through {what}, against everything"),
            value: ratios[ratios.len() / 2],
            unit: "×",
            goal: Some(Goal::AtMost(1.2)),
            database: company.database,
        });
    }
    let cookie = server.sign_in(LOOKING[1].0).await?;
    let sparse = request("GET", "/contacts?sort=full_name&filter=", &[("cookie", &cookie)], "");
    cpu_of(&server, &sparse).await?;
    let value = cpu_of(&server, &sparse).await?;
    let measure = "CPU of a page where one contact in twenty is visible".to_owned();
    report.note(Figure { bench: "rights", measure, value, unit: "ms", goal: None, database: company.database });
    Ok(())
}

/// Milliseconds of the server's CPU for one page.
async fn cpu_of(server: &Server, page: &[u8]) -> Fallible<f64> {
    let before = server.cpu();
    load(&server.address, CLIENTS, PAGES, 200, |_| page.to_vec()).await?;
    Ok((server.cpu() - before) * 1000.0 / PAGES as f64)
}

async fn rows(server: &Server, pages: &[Vec<u8>]) -> Fallible<Vec<usize>> {
    let mut connection = Connection::open(&server.address).await?;
    let mut counts = Vec::new();
    for page in pages {
        let answer = connection.ask(page).await?;
        counts.push(String::from_utf8_lossy(&answer.body).matches("<tr data-record=").count());
    }
    Ok(counts)
}

/// Makes roles, teams, people and rules, and gives everybody customers, unless it was done before.
async fn furnish(company: &Installation) -> Fallible<()> {
    let done = company.path("furnished");
    if std::path::Path::new(&done).exists() {
        return Ok(());
    }
    let token = company.run(&["token", "create", ADMINISTRATOR], "")?;
    let server = company.serve().await?;
    let mut api = Api::open(&server, &token).await?;
    for number in 0..ROLES {
        let rights = ["site", "note", "document", "consent", "relation", "directory_entry", "subject", "account_contact"];
        let rights: Vec<Json> = rights
            .iter()
            .map(|entity| json!({ "entity": entity, "see": "team", "create": "team", "change": "own", "remove": "own" }))
            .collect();
        let role = json!({ "name": format!("Ruolo {number}"), "see": "team", "create": "all", "change": "team", "bulk": true, "rights": rights,
            "fields": [{ "entity": "account", "field": "remarks", "right": "read" }] });
        api.make("roles", role).await?;
    }
    // All of them may do the same with what they see, or the buttons would be measured, not the rights.
    api.make("roles", json!({ "name": "Tutto", "see": "all", "create": "all", "change": "all", "bulk": true })).await?;
    api.make("roles", json!({ "name": "Albero", "see": "subtree", "create": "all", "change": "subtree", "bulk": true })).await?;
    let region = api.make("teams", json!({ "name": "Rete" })).await?;
    let mut teams = Vec::new();
    for number in 0..TEAMS {
        teams.push(api.make("teams", json!({ "name": format!("Zona {number}"), "parent": region })).await?);
    }
    let role = |number: usize| format!("ruolo-{}", number % ROLES);
    for number in 0..PEOPLE {
        let user = json!({ "name": format!("Persona {number}"), "email": format!("p{number}@bench.example"), "team": teams[number % TEAMS],
            "roles": [role(number), role(number + 7)] });
        api.make("users", user).await?;
    }
    let six: Vec<String> = (0..6).map(role).collect();
    let people = [json!(["tutto"]), json!([role(1)]), json!(["albero"]), json!(six)];
    let mut last = String::new();
    for ((email, what), roles) in LOOKING.iter().zip(people) {
        let team = if email.starts_with("below") { &region } else { &teams[0] };
        last = api.make("users", json!({ "name": what, "email": email, "team": team, "roles": roles })).await?;
    }
    api.make("subjects", json!({ "name": "Chi guarda", "user": last })).await?;
    for number in 0..RULES {
        let rule = json!({ "name": format!("Regola {number}"), "entity": "account", "filter": format!("address.city is \"Città {number}\" and employees > 10"),
            "user": last });
        api.make("sharing_rules", rule).await?;
    }
    drop(server);
    // Everything in Pisa belongs to the first team, the rest to everybody.
    company.sql(&[
        "CREATE TABLE bench_people AS SELECT \"id\", row_number() OVER (ORDER BY \"id\") - 1 AS n FROM \"user\" WHERE \"email\" LIKE 'p%@bench.example'",
        "CREATE TABLE bench_team AS SELECT u.\"id\", row_number() OVER (ORDER BY u.\"id\") - 1 AS n FROM \"user\" u JOIN \"team\" t ON t.\"id\" = u.\"team\" WHERE t.\"name\" = 'Zona 0' AND u.\"email\" LIKE 'p%@bench.example'",
        "CREATE INDEX bench_people_n ON bench_people (n)",
        "CREATE INDEX bench_team_n ON bench_team (n)",
        "UPDATE \"account\" SET \"owner\" = (SELECT p.\"id\" FROM bench_people p WHERE p.n = \"account\".\"id\" % 1000)",
        "UPDATE \"contact\" SET \"owner\" = (SELECT p.\"id\" FROM bench_people p WHERE p.n = \"contact\".\"id\" % 1000)",
        "UPDATE \"account\" SET \"owner\" = (SELECT p.\"id\" FROM bench_team p WHERE p.n = \"account\".\"id\" % 50) WHERE \"address_city\" = 'Pisa'",
        "UPDATE \"contact\" SET \"owner\" = (SELECT p.\"id\" FROM bench_team p WHERE p.n = \"contact\".\"id\" % 50) WHERE \"address_city\" = 'Pisa'",
        "DROP TABLE bench_people",
        "DROP TABLE bench_team",
        "ANALYZE",
    ])?;
    for (email, _) in LOOKING {
        company.run(&["user", "password", email], crate::installation::PASSWORD)?;
    }
    std::fs::write(&done, "").map_err(|fault| fault.to_string())
}

//! A merge, its undoing and a scan for doubles that are killed leave the data whole: all of it is done, or nothing.

use crate::place::{Place, Running, get, tried};
use serde_json::Value as Json;
use std::fmt::Write;
use std::time::Duration;

/// People at each of the two accounts.
const PEOPLE: usize = 400;
/// How long the program goes on with a merge before it is killed, in milliseconds.
const WAITS: [u64; 16] = [3, 40, 8, 90, 15, 250, 25, 120, 500, 30, 70, 1_500, 50, 20, 2_000, 180];

/// An installation with two accounts and their people; the token of its administrator, and the accounts.
fn begun(place: &Place) -> (String, [String; 2]) {
    place.run_with(
        "quattro parole a caso",
        &["user", "add", "ada@example.it", "--name", "Ada", "--role", "administrator", "--password-stdin"],
    );
    let token = place.run(&["token", "create", "ada@example.it"]).trim().to_owned();
    place.write("aziende.csv", "Società;Città\r\nTorneria Neri S.r.l.;Pisa\r\nForno Bianchi di Ada Bianchi;Lucca\r\n");
    let mut people = String::from("Nome;Cognome;Società\r\n");
    for person in 0..PEOPLE {
        for firm in ["Torneria Neri S.r.l.", "Forno Bianchi di Ada Bianchi"] {
            write!(people, "Anna{person};Di {};{firm}\r\n", &firm[..5]).expect("text");
        }
    }
    place.write("persone.csv", &people);
    for (entity, file) in [("accounts", "aziende.csv"), ("contacts", "persone.csv")] {
        place.run(&["import", entity, place.path(file).to_str().expect("a path")]);
    }
    let accounts: Json = serde_json::from_str(&place.run(&["export", "accounts", "--format", "json"])).expect("accounts");
    let mut ids: Vec<String> =
        accounts.as_array().expect("accounts").iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect();
    ids.sort();
    (token, ids.try_into().expect("two accounts"))
}

/// How many people stand at an account.
fn people(address: &str, token: &str, account: &str) -> usize {
    let (status, body) = get(address, &format!("/api/v1/account_contacts/count?filter=account%20is%20{account}&exact=true"), token);
    assert_eq!(status, 200, "{body}");
    let counted: Json = serde_json::from_str(&body).expect("a count");
    counted["count"].as_u64().expect("a number") as usize
}

/// The merge in force, by which the younger went into the older; none where both are there. What is not whole fails.
fn merge_in_force(address: &str, token: &str, [one, other]: &[String; 2]) -> Option<String> {
    let (status, _) = get(address, &format!("/api/v1/accounts/{other}"), token);
    let there = (people(address, token, one), people(address, token, other));
    match status {
        200 => {
            assert_eq!(there, (PEOPLE, PEOPLE), "both are there, each with its own");
            None
        }
        307 => {
            assert_eq!(there, (2 * PEOPLE, 0), "one is there, with everything");
            let (_, body) = get(address, &format!("/api/v1/accounts/{one}/history"), token);
            let told: Json = serde_json::from_str(&body).expect("a history");
            let entries = told["entries"].as_array().expect("entries");
            let merge = entries.iter().filter(|entry| entry["why"] == "merge").map(|entry| entry["changeset"].as_str().expect("an id"));
            Some(merge.max().expect("the merge").to_owned())
        }
        other => panic!("{other}"),
    }
}

fn killed_in_merges(place: &Place) {
    let (token, accounts) = begun(place);
    let bearer = format!("Bearer {token}");
    let (mut merged, mut apart) = (0, 0);
    for wait in WAITS {
        let mut serving = Running::start(&mut place.program(&["serve"]));
        let address = serving.address();
        let (path, body) = match merge_in_force(&address, &token, &accounts) {
            None => (format!("/api/v1/accounts/{}/merge", accounts[0]), format!("{{\"gone\":[\"{}\"]}}", accounts[1])),
            Some(merge) => (format!("/api/v1/accounts/{}/unmerge", accounts[0]), format!("{{\"changeset\":\"{merge}\"}}")),
        };
        let merging = path.ends_with("/merge");
        let asking = std::thread::spawn({
            let (address, bearer) = (address.clone(), bearer.clone());
            move || tried(&address, "POST", &path, &[("Authorization", &*bearer), ("Content-Type", "application/json")], &body)
        });
        std::thread::sleep(Duration::from_millis(wait));
        drop(serving);
        let answer = asking.join().expect("whoever asked").map(|answer| (answer.status, answer.body));
        assert_eq!(place.run(&["check"]).trim(), "everything is whole");
        let mut serving = Running::start(&mut place.program(&["serve"]));
        let address = serving.address();
        let is_merged = merge_in_force(&address, &token, &accounts).is_some();
        if let Some((status, body)) = answer {
            assert_eq!(status, 200, "{body}");
            assert_eq!(is_merged, merging, "what was answered stands");
        }
        *(if is_merged { &mut merged } else { &mut apart }) += 1;
        serving.stop();
    }
    assert!(merged > 0 && apart > 0, "{merged} merged, {apart} apart");
}

fn killed_in_scans(place: &Place) {
    let (token, _) = begun(place);
    let scan = ["duplicates", "scan", "contacts", "--store"];
    place.run(&scan);
    let queue = || {
        let mut serving = Running::start(&mut place.program(&["serve"]));
        let (status, body) = get(&serving.address(), "/api/v1/contacts/duplicates?limit=200", &token);
        assert_eq!(status, 200, "{body}");
        serving.stop();
        body
    };
    let before = queue();
    let mut kills = 0;
    for wait in [20, 60, 40, 100, 80] {
        let mut child = place.program(&scan).spawn().expect("the program runs");
        std::thread::sleep(Duration::from_millis(wait));
        if child.try_wait().expect("a state").is_none() {
            child.kill().expect("kill -9");
            kills += 1;
        }
        child.wait().expect("an end");
        assert_eq!(queue(), before, "after {wait} ms");
    }
    assert!(kills > 0, "nothing was killed");
    place.run(&scan);
    assert_eq!(queue(), before);
}

#[test]
fn a_killed_merge_on_sqlite() {
    killed_in_merges(&Place::on_sqlite());
}

#[test]
fn a_killed_merge_on_postgres() {
    if let Some(place) = Place::on_postgres("merged") {
        killed_in_merges(&place);
    }
}

#[test]
fn a_killed_scan() {
    Place::on_both("scanned").iter().for_each(killed_in_scans);
}

//! Scans a file of records and judges what it finds: how many of the known pairs, and how many of what it told were known.
//!
//!     cargo run --release -p matching --example judged -- FILE [--usual] [--threshold T] [--errors N]
//!
//! Instead of a file, `accounts` or `people` invents records (`--records N`, `--seed S`).
//!
//! The file has tabs between its columns. Its first line names them, each as `name:Trait`; the first column, `subject`, says who the
//! record really is, and the scan does not see it. Several columns may have one name.

use matching::{Prepared, Scan, Scheme, Trait, Weights, invented};
use std::collections::{HashMap, HashSet};
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| arguments.iter().position(|known| known == name).and_then(|place| arguments.get(place + 1));
    let number = |name: &str| after(name).map_or(5_000, |text| text.parse().expect("a number"));
    let text = match arguments[0].as_str() {
        "accounts" => invented(&invented::accounts_scheme(), invented::accounts(number("--records"), 10, number("--seed") as u64)),
        "people" => invented(&invented::people_scheme(), invented::people(number("--records"), 10, number("--seed") as u64)),
        file => std::fs::read_to_string(file).expect("a file"),
    };
    let mut lines = text.lines();
    let head: Vec<(&str, Trait)> = lines.next().expect("a head").split('\t').skip(1).map(column).collect();
    let mut fields: Vec<(&str, Trait)> = Vec::new();
    let mut places = Vec::new();
    for column in &head {
        places.push(fields.iter().position(|field| field.0 == column.0).unwrap_or_else(|| {
            fields.push(*column);
            fields.len() - 1
        }));
    }
    let scheme = Scheme::new(&fields);
    let mut scan = Scan::new(&scheme);
    let mut rows: Vec<(Vec<&str>, Prepared)> = Vec::new();
    let mut subjects: HashMap<&str, Vec<u32>> = HashMap::new();
    let begun = Instant::now();
    for (number, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split('\t').collect();
        let values: Vec<(usize, &str)> = places.iter().copied().zip(cells[1..].iter().copied()).collect();
        let record = scheme.prepare(&values);
        scan.push(number as u32, &record);
        subjects.entry(cells[0]).or_default().push(number as u32);
        rows.push((cells, record));
    }
    let prepared = begun.elapsed().as_secs_f64();
    let mut truth: HashSet<(u32, u32)> = HashSet::new();
    for rows in subjects.values() {
        for (place, a) in rows.iter().enumerate() {
            truth.extend(rows[place + 1..].iter().map(|b| (*a, *b)));
        }
    }
    let begun = Instant::now();
    let weights = if arguments.iter().any(|known| known == "--usual") { Weights::new(&scheme) } else { scan.learn() };
    let learned = begun.elapsed().as_secs_f64();
    let threshold = after("--threshold").map_or(matching::THRESHOLD, |text| text.parse().expect("a number"));
    let begun = Instant::now();
    let pairs = scan.run(&weights, threshold, 2, |_| true);
    let scanned = begun.elapsed().as_secs_f64();
    let found: HashSet<(u32, u32)> = pairs.iter().map(|pair| (pair.a.min(pair.b), pair.a.max(pair.b))).collect();
    let right = found.intersection(&truth).count() as f64;
    let (precision, recall) = (right / found.len().max(1) as f64, right / truth.len().max(1) as f64);
    println!(
        "{} records, {} pairs: precision {precision:.4}, recall {recall:.4}, F1 {:.4}; prepared in {prepared:.2} s, learned in {learned:.2} s, scanned in {scanned:.2} s",
        rows.len(),
        truth.len(),
        2.0 * precision * recall / (precision + recall)
    );
    let errors = after("--errors").map_or(0, |text| text.parse().expect("a number"));
    let show = |a: u32, b: u32| {
        let comparison = weights.compare(&rows[a as usize].1, &rows[b as usize].1);
        let shared = rows[a as usize].1.keys().iter().filter(|key| rows[b as usize].1.keys().contains(key)).count();
        println!("  {:.4}, {shared} keys shared", comparison.score);
        for (name, (one, other)) in head.iter().zip(rows[a as usize].0[1..].iter().zip(&rows[b as usize].0[1..])) {
            if !one.is_empty() || !other.is_empty() {
                println!("    {:<12} {one:<45} {}", name.0, if one == other { "=" } else { other });
            }
        }
        let said: Vec<String> =
            comparison.evidence.iter().map(|said| format!("{} {:?} {:+.1}", said.field, said.agreement, said.bits)).collect();
        println!("    {}", said.join(", "));
    };
    let mut missed: Vec<_> = truth.difference(&found).collect();
    missed.sort();
    for (a, b) in missed.iter().take(errors) {
        println!("missed");
        show(*a, *b);
    }
    let mut wrong: Vec<_> = found.difference(&truth).collect();
    wrong.sort();
    for (a, b) in wrong.iter().take(errors) {
        println!("wrong");
        show(*a, *b);
    }
    if errors > 0 {
        println!("{} missed, {} wrong", missed.len(), wrong.len());
        println!("{}", weights_shown(&weights));
    }
}

/// Invented records as the text of a file.
fn invented(scheme: &Scheme, records: Vec<invented::Invented>) -> String {
    let shown: Vec<String> = scheme.fields().map(|(name, about)| format!("{name}:{about:?}")).collect();
    let mut text = format!("subject\t{}\n", shown.join("\t"));
    for record in records {
        text.push_str(&format!("{}\t{}\n", record.subject, record.fields.join("\t")));
    }
    text
}

fn weights_shown(weights: &Weights) -> String {
    format!("{weights:?}").split("frequencies").next().unwrap_or_default().to_owned()
}

fn column(text: &str) -> (&str, Trait) {
    let (name, about) = text.split_once(':').expect("a name and a trait");
    let about = match about {
        "PersonName" => Trait::PersonName,
        "GivenName" => Trait::GivenName,
        "Surname" => Trait::Surname,
        "CompanyName" => Trait::CompanyName,
        "TradeName" => Trait::TradeName,
        "Employer" => Trait::Employer,
        "Associate" => Trait::Associate,
        "Identifier" => Trait::Identifier,
        "Phone" => Trait::Phone,
        "Email" => Trait::Email,
        "WebSite" => Trait::WebSite,
        "Street" => Trait::Street,
        "HouseNumber" => Trait::HouseNumber,
        "City" => Trait::City,
        "Postcode" => Trait::Postcode,
        "Province" => Trait::Province,
        "Date" => Trait::Date,
        "Code" => Trait::Code,
        _ => Trait::Text,
    };
    (name, about)
}

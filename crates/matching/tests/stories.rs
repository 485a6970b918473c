//! Who is who: customers as several hands have written them.

use matching::{Agreement, Scan, Scheme, Trait, Weights, invented};
use std::collections::{HashMap, HashSet};

fn accounts() -> Scheme {
    invented::accounts_scheme()
}

fn account(values: &[(&str, &str)]) -> matching::Prepared {
    let scheme = accounts();
    let places: HashMap<&str, usize> = scheme.fields().enumerate().map(|(place, (name, _))| (name, place)).collect();
    scheme.prepare(&values.iter().map(|(name, text)| (places[name], *text)).collect::<Vec<_>>())
}

fn score(a: &[(&str, &str)], b: &[(&str, &str)]) -> f64 {
    Weights::new(&accounts()).score(&account(a), &account(b))
}

/// They are the same, and would be found.
fn same(a: &[(&str, &str)], b: &[(&str, &str)]) {
    assert!(score(a, b) > 0.9, "{} for {a:?} and {b:?}: {:?}", score(a, b), Weights::new(&accounts()).compare(&account(a), &account(b)));
    let keys = account(a).keys();
    assert!(account(b).keys().iter().any(|key| keys.contains(key)), "no key in common: {a:?} and {b:?}");
}

fn others(a: &[(&str, &str)], b: &[(&str, &str)]) {
    assert!(score(a, b) < 0.1, "{} for {a:?} and {b:?}: {:?}", score(a, b), Weights::new(&accounts()).compare(&account(a), &account(b)));
}

#[test]
fn a_company_is_known_under_its_names() {
    let phone = ("phones", "050/131762");
    same(&[("name", "Officine Meccaniche Rossi S.r.l."), phone], &[("name", "OFF. MECC. ROSSI SRL"), ("phones", "+39 050 131762")]);
    same(&[("name", "Officine Meccaniche Rossi S.r.l."), phone], &[("name", "O.M.R. srl"), ("phones", "0039050131762")]);
    same(&[("name", "Panificio F.lli Zuccalà s.n.c."), phone], &[("name", "Fratelli Zuccala' Panificio"), phone]);
    same(&[("name", "Panificio di Zuccalà Anna & C. sas"), phone], &[("name", "ZUCCALA ANNA"), phone]);
    same(
        &[("name", "Ristorazione Belacini S.r.l."), ("trade_name", "La Pergola"), phone],
        &[("name", "La Pergola"), ("phones", "50131762")],
    );
}

#[test]
fn a_person_is_known_however_the_name_is_written() {
    let mail = ("emails", "beppe.belacini@libero.it");
    same(&[("name", "Giuseppe Belacini"), mail], &[("name", "BELACINI Beppe"), mail]);
    same(&[("name", "Nicolò D'Angelo"), ("phones", "333 1234567")], &[("name", "Dangelo Nicolo'"), ("phones", "+393331234567")]);
    same(&[("name", "Niccolò Belacini"), mail], &[("name", "Belacini N."), mail]);
}

#[test]
fn what_stands_in_the_wrong_column_is_taken_for_what_it_is() {
    let right = [("name", "Vetreria Belacini"), ("phones", "050 131762"), ("emails", "info@vetreriabelacini.it")];
    same(&right, &[("name", "Vetreria Belacini"), ("phones", "info@vetreriabelacini.it"), ("emails", "050 131762")]);
    same(
        &[("name", "Vetreria Belacini"), ("vat_number", "08716040954"), ("tax_code", "")],
        &[("name", "Vetreria Belacini S.n.c."), ("vat_number", ""), ("tax_code", "IT 8716040954")],
    );
}

#[test]
fn couples_neighbours_and_firms_of_one_owner_are_others() {
    let house = [("street", "Via Roma 12"), ("city", "Pisa"), ("postcode", "56121"), ("phones", "050131762")];
    let with = |more: &[(&'static str, &'static str)]| [&house[..], more].concat();
    others(&with(&[("name", "Mario Belacini")]), &with(&[("name", "Lucia Belacini")]));
    others(
        &with(&[("name", "Panificio Belacini srl"), ("vat_number", "08716040954")]),
        &with(&[("name", "Carrozzeria Belacini snc"), ("vat_number", "21955350653")]),
    );
    others(
        &with(&[("name", "Studio Conti"), ("vat_number", "08716040954")]),
        &with(&[("name", "Ottica Serra"), ("vat_number", "21955350653")]),
    );
}

#[test]
fn each_field_says_what_it_is_worth() {
    let weights = Weights::new(&accounts());
    let a = account(&[("name", "Officina Belacini"), ("vat_number", "08716040954"), ("city", "Pisa")]);
    let b = account(&[("name", "Officina Belacini"), ("vat_number", "08716040955"), ("city", "Roma")]);
    let said: HashMap<String, (Agreement, bool)> =
        weights.compare(&a, &b).evidence.into_iter().map(|said| (said.field, (said.agreement, said.bits > 0.0))).collect();
    assert_eq!(said["name"], (Agreement::Same, true));
    assert_eq!(said["vat_number"], (Agreement::Near, true));
    assert_eq!(said["city"], (Agreement::Different, false));
}

#[test]
fn a_field_counts_as_much_as_one_says() {
    let (a, b) = (account(&[("name", "Mario Belacini"), ("emails", "m@b.it")]), account(&[("name", "Anna Conti"), ("emails", "m@b.it")]));
    let mut weights = Weights::new(&accounts());
    let usual = weights.score(&a, &b);
    assert!(weights.adjust("name", 0.0));
    assert!(weights.score(&a, &b) > usual);
    assert!(weights.compare(&a, &b).evidence.iter().all(|said| said.field != "name"));
    assert!(!weights.adjust("nothing", 1.0));
    let kept: Weights = serde_json::from_str(&serde_json::to_string(&weights).expect("weights are JSON")).expect("and come back");
    assert_eq!(kept.score(&a, &b), weights.score(&a, &b));
}

#[test]
fn what_is_rare_says_more() {
    let records = invented::accounts(1_000, 10, 3);
    let scheme = accounts();
    let prepared: Vec<_> = records.iter().map(|record| scheme.prepare(&record.values())).collect();
    let weights = Weights::learn(&scheme, &prepared);
    assert_eq!(weights.learned_from(), 1_000);
    let twice = |name| weights.score(&account(&[("name", name), ("city", "Pisa")]), &account(&[("name", name), ("city", "Pisa")]));
    assert!(twice("Ubaldo Zvonimirovich") > twice("Giuseppe Rossi"));
}

#[test]
fn words_that_many_names_of_a_company_share_do_not_make_them_one() {
    let exhibitor = |stand, phone| [("name", stand), ("phones", phone), ("emails", "info@libero.it")];
    others(
        &exhibitor("Padiglione Zvonimir Kaltenbrunn Ovest", "050131762"),
        &exhibitor("Padiglione Zvonimir Kaltenbrunn Levante", "0586884120")[..2],
    );
    let shared = [("phones", "050131762"), ("street", "Via Roma 12"), ("city", "Pisa"), ("postcode", "56121")];
    let at = |name| [("name", name), shared[0], shared[1], shared[2], shared[3]];
    same(&at("Padiglione Zvonimir Kaltenbrunn Ovest"), &at("Padiglione Zvonimir Kaltenbrunn Servizi"));
}

#[test]
fn of_namesakes_at_two_companies_the_mailbox_says_nothing_more() {
    let scheme = invented::people_scheme();
    let records: Vec<_> = invented::people(5_000, 10, 5).iter().map(|record| scheme.prepare(&record.values())).collect();
    let weights = Weights::learn(&scheme, &records);
    let places: HashMap<&str, usize> = scheme.fields().enumerate().map(|(place, (name, _))| (name, place)).collect();
    let person = |company, phone, email| {
        let values = [("given_name", "Francesco"), ("surname", "Barbieri"), ("company", company), ("phones", phone), ("emails", email)];
        scheme.prepare(&values.map(|(name, text)| (places[name], text)))
    };
    let office = person("Studio Tecnico Rametato & Figli", "075898594", "francesco.barbieri@rametato.it");
    let mill = person("Frantoio Mancini & Figli", "051015970", "francesco.barbieri@frantoiomancini.com");
    let compared = weights.compare(&office, &mill);
    assert!(compared.score < 0.1, "{compared:?}");
    let worth = |field| compared.evidence.iter().find(|evidence| evidence.field == field).map_or(0.0, |evidence| evidence.bits);
    // A word that a tenth of all companies have is no news either.
    assert!(worth("emails") < 1.0 && worth("company") < 3.0, "{compared:?}");
    // What a mailbox says beyond the name counts.
    let numbered = [person("", "", "f.barbieri1974@libero.it"), person("", "", "f.barbieri1974@gmail.com")];
    assert!(weights.score(&numbered[0], &numbered[1]) > weights.score(&office, &mill) * 10.0);
}

/// Precision and recall of a scan of invented records, with what it learned.
fn judged(scheme: &Scheme, records: &[invented::Invented]) -> (f64, f64) {
    let mut scan = Scan::new(scheme);
    let mut truth = HashSet::new();
    let mut subjects: HashMap<u32, Vec<usize>> = HashMap::new();
    for (number, record) in records.iter().enumerate() {
        scan.push(number, &scheme.prepare(&record.values()));
        let before = subjects.entry(record.subject).or_default();
        truth.extend(before.iter().map(|other| (*other, number)));
        before.push(number);
    }
    let found: HashSet<(usize, usize)> =
        scan.run(&scan.learn(), matching::THRESHOLD, 2, |_| true).iter().map(|pair| (pair.a.min(pair.b), pair.a.max(pair.b))).collect();
    let right = found.intersection(&truth).count() as f64;
    (right / found.len() as f64, right / truth.len() as f64)
}

#[test]
fn mistakes_of_other_hands_are_seen_through() {
    for seed in [11, 12] {
        let (precision, recall) = judged(&accounts(), &invented::accounts(2_000, 10, seed));
        assert!(precision >= 0.97 && recall >= 0.97, "accounts {seed}: {precision:.4}, {recall:.4}");
        let (precision, recall) = judged(&invented::people_scheme(), &invented::people(2_000, 10, seed));
        assert!(precision >= 0.96 && recall >= 0.96, "people {seed}: {precision:.4}, {recall:.4}");
    }
}

#[test]
fn where_nothing_is_twice_nothing_is_found() {
    let records = invented::accounts(2_000, 0, 21);
    let mut scan = Scan::new(&accounts());
    for (number, record) in records.iter().enumerate() {
        scan.push(number, &accounts().prepare(&record.values()));
    }
    let found = scan.run(&scan.learn(), matching::THRESHOLD, 1, |_| true).len();
    assert!(found <= 6, "{found} pairs among 2,000 who are all others");
}

#[test]
fn of_a_chain_that_contradicts_itself_the_likelier_link_stays() {
    let scheme = Scheme::new(&[("name", Trait::CompanyName), ("vat_number", Trait::Identifier), ("phones", Trait::Phone)]);
    let mut scan = Scan::new(&scheme);
    let rows = [
        [(0, "Vetreria Belacini"), (1, "08716040954"), (2, "050131762")],
        [(0, "Vetreria Belacini"), (1, ""), (2, "050131762")],
        [(0, "Vetreria Belacini Montaggi"), (1, "21955350653"), (2, "050131762")],
    ];
    for (number, row) in rows.iter().enumerate() {
        scan.push(number, &scheme.prepare(row));
    }
    let pairs = scan.run(&Weights::new(&scheme), 0.5, 1, |_| true);
    assert_eq!(pairs.iter().map(|pair| (pair.a, pair.b)).collect::<Vec<_>>(), [(0, 1)]);
}

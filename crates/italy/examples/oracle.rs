//! Says of each line read what the rules of this crate make of it: the other half of `tests/oracle/italy.py`.
//!
//! A line is a kind (`vat`, `tax`, `iban`, `phone`, `cell`, `form`) and a text, with a tab between; the answer is the canonical form and
//! what else there is to compare, or `-` and the key of the error. `cargo run -p italy --release --example oracle -- time`
//! measures instead.

use italy::{Iban, Phone, TaxCode, VatNumber};
use std::io::{self, BufRead, Write};
use std::time::Instant;

fn main() -> io::Result<()> {
    if std::env::args().nth(1).as_deref() == Some("time") {
        measure();
        return Ok(());
    }
    let mut answers = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (kind, text) = line.split_once('\t').unwrap_or(("", &line));
        let answer = match kind {
            "vat" => VatNumber::parse(text).map(|vat| vat.to_string()),
            "tax" => TaxCode::parse(text).map(|tax| format!("{tax}\t{:?}\t{}", tax.sex(), tax.place_code().unwrap_or_default())),
            "cell" => Ok(Phone::split(text).join(" ~ ")),
            "form" => Ok(format!("{:?}", italy::legal_form::split(text))),
            "iban" => Iban::parse(text).map(|iban| iban.to_string()),
            "phone" => Phone::parse(text).map(|phone| format!("{phone}\t{:?}\t{}", phone.kind(), phone.for_people())),
            _ => Ok(String::new()),
        };
        match answer {
            Ok(answer) => writeln!(answers, "{answer}")?,
            Err(say) => writeln!(answers, "-\t{say}")?,
        }
    }
    answers.flush()
}

fn measure() {
    let phones = ["050 123456", "+39 333 1234567", "02/1234567", "(06) 555.1234", "0039 347 1234567", "800 123456"];
    time("parse an Italian phone", || phones.iter().filter(|text| Phone::parse(text).is_ok()).count() / phones.len());
    time("split a cell of two phones", || Phone::split("02/123456 - 333.1234567").len());
    time("parse a VAT number", || usize::from(VatNumber::parse("IT 00743110157").is_ok()));
    time("parse a tax code", || usize::from(TaxCode::parse("RSSMRA80T10L219B").is_ok()));
    time("split off a legal form", || italy::legal_form::split("Officina Meccanica Rossi Mario & C. S.n.c.").0.len());
    time("parse an e-mail address", || usize::from(italy::Address::parse("Mario.Rossi@Example.IT").is_ok()));
    time("find a province by name", || usize::from(italy::provinces::find("Vicenza").is_some()));
    memory("before the first foreign phone");
    let start = Instant::now();
    let _ = Phone::parse("+44 20 7946 0958");
    println!("first foreign phone: {:?}", start.elapsed());
    time("parse a foreign phone", || usize::from(Phone::parse("+44 20 7946 0958").is_ok()));
    memory("after foreign phones");
}

fn time(what: &str, mut run: impl FnMut() -> usize) {
    const ROUNDS: u32 = 20_000;
    let start = Instant::now();
    let mut sum = 0;
    for _ in 0..ROUNDS {
        sum += std::hint::black_box(run());
    }
    println!("{what}: {:?} a round ({sum})", start.elapsed() / ROUNDS);
}

fn memory(when: &str) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{when}: {}", status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("memory unknown"));
}

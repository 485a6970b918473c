//! Partite IVA and codici fiscali of which it is known whether they hold.

use italy::{TaxCode, VatNumber};

const VECTORS: &str = include_str!("../../../tests/data/it_tax_vectors.tsv");

#[test]
fn what_holds_is_taken_and_what_does_not_is_refused() {
    let mut seen = 0;
    for line in VECTORS.lines().skip(1) {
        let [kind, text, expected, note] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let read = match kind {
            "cf" => TaxCode::parse(text).map(|code| (code.to_string(), code.without_omocodia())),
            "piva" => VatNumber::parse(text).map(|number| (number.to_string(), text.to_owned())),
            other => panic!("{other}"),
        };
        match (expected, read) {
            ("valid" | "valid-checksum", Ok((canonical, plain))) => assert_eq!((canonical.as_str(), plain.as_str()), (text, text)),
            ("valid-omocode", Ok((canonical, plain))) => {
                let of = note.rsplit(' ').next().unwrap_or_default();
                assert_eq!((canonical.as_str(), plain.as_str()), (text, of));
            }
            ("invalid", Err(_)) => {}
            (_, read) => panic!("{line}: {read:?}"),
        }
        seen += 1;
    }
    assert_eq!(seen, 26);
}

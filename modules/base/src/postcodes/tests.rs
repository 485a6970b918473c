//! A list of CAPs loaded, held against addresses, replaced and taken away, on both databases.

use super::{MOST_ROWS, read};
use crate::accounts::entity as account;
use crate::normalising::{NORMALISE, options};
use engine::{Dialect, Draft, Engine, Options, Principal, Through};
use kernel::{Error, Result, Value};
use meta::Postcodes;

const OWN: &str = "Comune;Provincia;CAP\r\nPontedera;PI;56025\r\nCascina;Pisa;56021\r\nAtlantide;XX;99999\r\nPisa;PI;561xx\r\n";
const GEONAMES: &str = "IT\t56128\tTirrenia\tToscana\t16\tPisa\tPI\t\t\t43.63\t10.3\t4\nIT\t56025\tPontedera\tToscana\t16\tPisa\tPI\t\t\t43.66\t10.63\t4\n\
    SM\t47890\tSan Marino\t\t\t\t\t\t\t43.9\t12.4\t4\n";

fn list(text: &str) -> Result<(Postcodes, engine::postcodes::PostcodeList)> {
    read(text.as_bytes().to_vec(), "cap.csv")
}

fn refused(text: &str) -> String {
    match list(text) {
        Err(Error::Invalid(problems)) => problems[0].say.key.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_are_known_by_their_columns() {
    let (postcodes, about) = list(OWN).expect("a list");
    assert_eq!((postcodes.counts(), about.rows, about.unread), ((2, 2, 0), 4, 2));
    let unread: Vec<_> = about.first_unread.iter().map(|row| (row.line, row.text.as_str(), row.postcode)).collect();
    assert_eq!(unread, [(4, "Atlantide · XX · 99999", false), (5, "Pisa · PI · 561xx", true)]);
    let (postcodes, about) = list(GEONAMES).expect("a list");
    assert_eq!((postcodes.counts(), about.rows, about.unread), ((2, 1, 1), 2, 0), "what is of another country is nobody's");
    for (text, comuni) in [
        ("CAP\tLOCALITA'\tCOMUNE\tPROVINCIA\n56128\tTirrenia\tPisa\tPI\n56121\tPisa\tPisa\tPI\n", 1),
        ("codice_istat;cap\n050029;56025\n", 1),
        ("\"Denominazione\",\"Sigla automobilistica\",\"Codice Avviamento Postale\"\n\"Forlì\",\"FC\",\"47121\"\n", 1),
        ("cap,nome,sigla\n118,Roma,RM\n20121,Milano,MI\n", 2),
        ("Zip;City;Province\n56025;Pontedera;PI\n", 1),
    ] {
        assert_eq!(list(text).expect(text).0.counts().1, comuni, "{text}");
    }
    assert_eq!(refused("Comune;Provincia\nPisa;PI\n"), "error-postcodes-columns");
    assert_eq!(refused("CAP;Provincia\n56121;PI\n"), "error-postcodes-columns");
    assert_eq!(refused("CAP;Comune\n;\nx;y\n"), "error-postcodes-none");
    assert_eq!(refused(""), "error-import-empty");
    assert_eq!(refused(&format!("CAP;Comune\n{}", "56025;Pontedera\n".repeat(MOST_ROWS as usize + 1))), "error-postcodes-rows");
}

/// What would be written into an account at such an address.
async fn foreseen(engine: &Engine, who: &Principal) -> Vec<String> {
    let action = engine.bulk_action("account", NORMALISE).expect("an action").clone();
    let asked = Options { values: vec![(options::PLACES.id(), Value::Bool(true))], place: 0 };
    let foreseen = engine.foresee(who, &action, &asked, None, 100).await.expect("foreseen");
    foreseen.records.into_iter().flat_map(|(_, rewrites)| rewrites).map(|rewrite| rewrite.value.text().to_owned()).collect()
}

#[tokio::test]
async fn a_list_is_loaded_for_every_node_and_taken_away_again() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let ada = engine.system(Through::CommandLine);
        let other = match engine.store().dialect() {
            Dialect::Sqlite => engine.clone(),
            Dialect::Postgres => engine::testing::engine(engine.store().clone(), vec![crate::area()]).await.0,
        };
        let draft = Draft::new("account").with(account::NAME.id(), "Ferramenta").with(account::ADDRESS.city.id(), "Pontedera");
        let draft = draft.with(account::ADDRESS.province.id(), "PI");
        let made = engine.create(&ada, draft).await.expect("an account").id();
        assert_eq!(engine.postcode_list().await.expect("an answer"), None);
        assert_eq!(foreseen(&engine, &ada).await, Vec::<String>::new());

        let (postcodes, about) = list(OWN).expect("a list");
        let first = engine.put_postcodes(&ada, &postcodes, about).await.expect("loaded");
        assert_eq!((first.caps, first.comuni, first.by.as_str()), (2, 2, ""));
        assert_eq!(*engine.model().postcodes, postcodes);
        assert_eq!(foreseen(&engine, &ada).await, ["56025"], "a missing CAP, where the comune has but one");
        // The other node knows it before it writes the next time.
        other.create(&ada, Draft::new("account").with(account::NAME.id(), "Altrove")).await.expect("an account");
        assert_eq!(*other.model().postcodes, postcodes);
        let entity = engine.entity("account").expect("accounts");
        let doubts = entity.doubts.expect("doubts");
        let (record, _) = engine.show(&ada, &entity, made).await.expect("it is there");
        let said = |node: &Engine| (doubts.find)(&record, &node.model().postcodes).len();
        assert_eq!((said(&engine), said(&other), (doubts.find)(&record, &Postcodes::default()).len()), (1, 1, 0));

        // Another takes its place whole.
        let (geonames, about) = list(GEONAMES).expect("a list");
        let second = engine.put_postcodes(&ada, &geonames, about).await.expect("loaded");
        assert!(second.version != first.version && engine.postcode_list().await.expect("an answer") == Some(second));
        assert_eq!(*engine.model().postcodes, geonames);
        engine.remove_postcodes(&ada).await.expect("taken away");
        assert!(engine.model().postcodes.is_empty() && engine.postcode_list().await.expect("an answer").is_none());
        assert_eq!(foreseen(&engine, &ada).await, Vec::<String>::new());
    }
}

//! The same rows in every encoding, with every delimiter, with every end of line.

use super::{counts, engines, imported, one, text};
use crate::imports::reading::{self, Encoding};
use std::io::Cursor;

const ROWS: &str = "Ragione sociale;Città;Annotazioni\r\nCaffè Però;Forlì;\"prima\r\nseconda; \"\"terza\"\"\"\r\n";

fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    let mut bytes = encoding.mark().to_vec();
    encoding.encode(text, &mut bytes);
    bytes
}

#[tokio::test]
async fn accents_survive_whatever_the_encoding() {
    for engine in engines().await {
        for (encoding, name) in [
            (Encoding::Utf8 { mark: false }, "UTF-8"),
            (Encoding::Utf8 { mark: true }, "UTF-8"),
            (Encoding::Utf16Le, "UTF-16"),
            (Encoding::Utf16Be, "UTF-16"),
            (Encoding::Windows1252, "Windows-1252"),
        ] {
            let totals = imported(&engine, encoded(ROWS, encoding), |options| options.keys = vec!["name".to_owned()]).await;
            assert_eq!(totals.encoding, name);
            assert_eq!(totals.created + totals.skipped, 1, "{name}");
        }
        let caffe = one(&engine, "account", "").await;
        assert_eq!((text(&caffe, "name"), text(&caffe, "address.city")), ("Caffè Però", "Forlì"));
        assert_eq!(text(&caffe, "remarks"), "prima\nseconda; \"terza\"");
    }
}

#[test]
fn delimiters_and_ends_of_lines() {
    for delimiter in [";", ",", "\t", "|"] {
        for end in ["\r\n", "\n", "\r"] {
            for last in [end, ""] {
                let text = format!("\"a{delimiter}a\"{delimiter}b{end}1{delimiter}\"2{end}3\"{end}{end}4{delimiter}5{last}");
                let mut file = Cursor::new(text.clone().into_bytes());
                let survey = reading::survey(&mut file).expect("a survey");
                assert_eq!((survey.delimiter.to_string().as_str(), survey.rows), (delimiter, 2), "{text:?}");
                let mut rows = reading::rows(file, &survey).expect("rows");
                let first = rows.next_row().expect("a row").expect("the first");
                assert_eq!((first.line, &first.cells), (2, &vec!["1".to_owned(), format!("2{end}3")]));
                assert!(rows.next_row().expect("a row").expect("the blank one").is_blank());
                assert_eq!(rows.next_row().expect("a row").expect("the last").cells, ["4", "5"]);
                assert_eq!(rows.next_row().expect("the end"), None);
            }
        }
    }
}

#[test]
fn quotes_as_people_leave_them() {
    let cells = |row: &str| {
        let mut file = Cursor::new(format!("a;b;c\n{row}\n").into_bytes());
        let survey = reading::survey(&mut file).expect("a survey");
        reading::rows(file, &survey).expect("rows").next_row().expect("a row").expect("the first").cells
    };
    assert_eq!(cells(r#""Bar "Da Mario" snc";Via "Roma";x"#), [r#"Bar "Da Mario" snc"#, r#"Via "Roma""#, "x"]);
    assert_eq!(cells(r#""a" ;"";"""#.to_owned().as_str().replacen("\"\"\"", "\"\"", 1).as_str()), ["a", "", ""]);
    assert_eq!(cells(r#"6" tubo;5'11";"""""#), [r#"6" tubo"#, r#"5'11""#, "\""]);
}

#[test]
fn excel_may_say_the_delimiter_itself() {
    let mut file = Cursor::new(b"sep=|\r\na;b|c\r\n1|2\r\n".to_vec());
    let survey = reading::survey(&mut file).expect("a survey");
    assert_eq!((survey.delimiter, survey.header.cells.len(), survey.header.line, survey.rows), ('|', 2, 2, 1));
}

#[tokio::test]
async fn a_refused_row_answers_in_its_own_encoding() {
    let engines = engines().await;
    let errors = super::Paper::default();
    let file = encoded("Ragione sociale,Città\r\n,Forlì\r\n", Encoding::Windows1252);
    let totals = imported(&engines[0], file, |options| options.errors = errors.output()).await;
    assert_eq!(counts(&totals), [0, 0, 0, 0, 1, 0]);
    assert_eq!(errors.bytes(), encoded("Ragione sociale,Città,Errore\r\n,Forlì,\"manca il nome\"\r\n", Encoding::Windows1252));
}

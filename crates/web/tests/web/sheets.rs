//! What goes out is opened again by a program for sheets: nothing in it is reckoned with (C7).

use crate::house::{House, houses};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// Texts that a sheet would reckon with, or pass on to a program.
const HOSTILE: [&str; 8] =
    ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(1+1)", "=1+1", "=HYPERLINK(\"http://evil.example\",\"qui\")", "\t=1+1", "\r=1+1"];

/// The program for sheets. Without it nothing is tried, unless `SCHEDA_TEST_REQUIRE_OFFICE=1` says that it must be there.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment what has to be there")]
fn office() -> Option<&'static str> {
    let there = Command::new("soffice").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(there || std::env::var("SCHEDA_TEST_REQUIRE_OFFICE").as_deref() != Ok("1"), "soffice is missing");
    there.then_some("soffice")
}

/// Opens files and writes each as a flat text of what its cells are. CSV is read as by somebody who asks for everything to be
/// recognised, formulas included.
fn opened(office: &str, folder: &Path, files: &[&str]) -> Vec<String> {
    for ending in ["csv", "xlsx"] {
        let mut command = Command::new(office);
        command.arg(format!("-env:UserInstallation=file://{}/profile", folder.display())).args(["--headless", "--convert-to", "fods"]);
        if ending == "csv" {
            command.arg("--infilter=CSV:59,34,76,1,,1033,false,true,false,false,false,-1,true");
        }
        let some = files.iter().filter(|file| file.ends_with(ending)).map(|file| folder.join(file));
        let output = command.arg("--outdir").arg(folder).args(some).output().expect("soffice");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    files
        .iter()
        .map(|file| std::fs::read_to_string(folder.join(file).with_extension("fods")).unwrap_or_else(|error| panic!("{file}: {error}")))
        .collect()
}

/// The text of each cell that shows one, its kind, and whether something is reckoned in it.
fn cells(sheet: &str) -> Vec<(String, String, bool)> {
    let mut cells = Vec::new();
    for (head, body) in sheet.split("<table:table-cell").skip(1).filter_map(|rest| rest.split_once('>')) {
        let said = |name: &str| head.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let Some(kind) = said("office:value-type") else { continue };
        let text = body.split("</table:table-cell>").next().and_then(|body| body.split("<text:p>").nth(1)).unwrap_or_default();
        let text = text.split("</text:p>").next().unwrap_or_default();
        let text = text.replace("&apos;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        // Equal cells beside each other are written once.
        let times = said("table:number-columns-repeated").and_then(|times| times.parse().ok()).unwrap_or(1);
        cells.extend(std::iter::repeat_n((text, kind.to_owned(), head.contains("table:formula=")), times));
    }
    cells
}

async fn file(house: &House, path: &str) -> Vec<u8> {
    house.page("mara", "GET", path).send().await.expect(200).body
}

#[tokio::test]
async fn a_program_for_sheets_finds_texts_only() {
    let Some(office) = office() else { return };
    for house in houses().await {
        let label = "=2+2";
        let made =
            house.post("ada", "/own_fields", json!({ "label": label, "entity": "account", "kind": "text" })).await.expect(201).json();
        let key = made["key"].as_str().expect("a key");
        for hostile in HOSTILE {
            let body = json!({
                "name": hostile, key: hostile, "remarks": hostile, "address": { "city": "Volterra" },
                "phones": [{ "number": "050 123456" }]
            });
            house.post("anna", "/accounts?insist=1", body).await.expect(201);
        }
        let list =
            |ending: &str| format!("/accounts/export.{ending}?columns=name,{key},remarks,phone&filter=address.city+is+%22Volterra%22");
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
        put("guarded.csv", &file(&house, &list("csv")).await);
        put("workbook.xlsx", &file(&house, &list("xlsx")).await);
        let csrf = house.people["ada"].csrf.clone();
        house.page("ada", "POST", "/administration/exports").form(&format!("csrf={csrf}")).send().await.expect(303);
        put("bare.csv", &file(&house, &list("csv")).await);

        let sheets = opened(office, folder.path(), &["guarded.csv", "workbook.xlsx", "bare.csv"]);
        for (sheet, mark) in [(&sheets[0], "'"), (&sheets[1], "")] {
            let cells = cells(sheet);
            for (text, kind, reckoned) in &cells {
                assert!(kind == "string" && !reckoned, "{text} is a {kind}");
            }
            let shown = |text: &str| cells.iter().filter(|(known, ..)| known == text).count();
            assert_eq!(shown(&format!("{mark}{label}")), 1, "the header: {cells:?}");
            assert_eq!(shown(&format!("{mark}+39050123456")), HOSTILE.len(), "{cells:?}");
            for hostile in &HOSTILE[..5] {
                assert!(shown(&format!("{mark}{hostile}")) >= 3, "{hostile}: {cells:?}");
            }
        }
        // This is what they are kept from.
        assert!(cells(&sheets[2]).iter().any(|(_, _, reckoned)| *reckoned), "without the guard something is reckoned");
    }
}

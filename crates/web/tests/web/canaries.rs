//! H5: what is secret is put wherever it can be, everything that could let it out is opened, and it is looked for in all of it, in every
//! form that it might have taken.

use crate::company;
use crate::house::{CONSOLE, House, houses};
use crate::letters::{self, ask, choose, sent, set_account, work};
use crate::post_office::{PostOffice, token};
use crate::routes::{addresses, as_person};
use crate::second_step::{Browser, between, first_step};
use crate::signing_in::{PASSWORD, enter, form};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use calamine::{Reader, Xlsx, open_workbook_from_rs};
use engine::archive::{Key, silently};
use engine::{Dialect, Statement};
use serde_json::json;
use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::io::Cursor;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span;

/// Passwords that are typed, and never become anybody's.
const MISTYPED: &str = "canarino nella miniera 4711";
const CHOSEN: &str = "canarino fuori dalla miniera 4711";
/// The key of all tests, as it is said and as it is.
const MASTER: &str = "dGhlIGtleSBvZiBhbGwgdGVzdHMsIDMyIGJ5dGVzISE";
const MASTER_BYTES: &str = "the key of all tests, 32 bytes!!";

/// Everything that is logged, at the most talkative.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0.lock().expect("the log"), "{}={value:?} ", field.name());
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// What is looked for, in each of the forms that it might have taken.
#[derive(Default)]
struct Canaries {
    /// What it is, and a form.
    forms: Vec<(String, Vec<u8>)>,
    /// The forms that begin with these bytes: whatever is looked through is looked through once.
    begins: HashMap<[u8; 4], Vec<usize>>,
}

impl Canaries {
    fn keep(&mut self, what: &str, secret: impl AsRef<[u8]>) {
        let secret = secret.as_ref();
        assert!(secret.len() >= 8, "{what}: anything could hold it");
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let percent: String = secret.iter().map(|byte| format!("%{byte:02X}")).collect();
        let escaped: String = form_urlencoded::byte_serialize(secret).collect();
        let mut forms = vec![secret.to_vec(), hex.to_uppercase().into(), hex.into(), percent.to_lowercase().into(), percent.into()];
        forms.extend([escaped.replace('+', "%20").into(), escaped.into_bytes()]);
        for alphabet in [alphabet::STANDARD, alphabet::URL_SAFE] {
            // In base64 it looks otherwise behind one byte, and behind two; the letters that are shared with what stands around are left out.
            for before in 0..3 {
                let letters = GeneralPurpose::new(&alphabet, NO_PAD).encode([&vec![0; before], secret].concat());
                let whole = (before + secret.len()) / 3 * 4;
                forms.push(letters.as_bytes()[[0, 2, 3][before]..whole].to_vec());
            }
        }
        for form in forms {
            let begins = [form[0], form[1], form[2], form[3]];
            self.begins.entry(begins).or_default().push(self.forms.len());
            self.forms.push((what.to_owned(), form));
        }
    }

    /// What of it is to be read in this.
    fn found_in(&self, bytes: &[u8]) -> Option<&str> {
        bytes.windows(4).enumerate().find_map(|(place, four)| {
            let candidates = self.begins.get(four)?;
            let found = candidates.iter().map(|which| &self.forms[*which]).find(|(_, form)| bytes[place..].starts_with(form))?;
            Some(found.0.as_str())
        })
    }

    /// None of them is in this.
    #[track_caller]
    fn are_not_in(&self, place: &str, bytes: &[u8]) {
        if let Some(what) = self.found_in(bytes) {
            panic!("{what} is to be read in {place}: {}", String::from_utf8_lossy(bytes));
        }
    }
}

#[test]
fn a_canary_is_found_in_every_form() {
    let mut canaries = Canaries::default();
    canaries.keep("a test", "segreto-4711!");
    let found = |bytes: &[u8]| canaries.found_in(bytes).is_some();
    for disguise in ["xsegreto-4711!x", "7365677265746f2d3437313121", "7365677265746F2D3437313121", "segreto-4711%21", "c2VncmV0by00NzExIQ"]
    {
        assert!(found(disguise.as_bytes()), "{disguise}");
    }
    for around in ["{\"a\":\"segreto-4711!\"}", "ab segreto-4711! c", "abc segreto-4711!"] {
        let letters = base64::engine::general_purpose::STANDARD.encode(around);
        assert!(found(letters.as_bytes()), "{letters}");
    }
    assert!(!found(b"segreto-4712!") && !found(b""));
}

/// The bytes that five bits of each letter stand for, as the keys of apps are written.
fn unlettered(letters: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for five in letters.bytes().filter_map(|letter| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter)) {
        (held, bits) = ((held << 5 | five as u32) & 0xFFFF, bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

/// Puts a secret of every kind into a house.
async fn furnished(house: &House) -> Canaries {
    let office = PostOffice::open().await;
    let mut canaries = Canaries::default();
    for (what, secret) in [
        ("the password of the mail account", letters::CANARY),
        ("the secret of the provider", company::SECRET),
        ("the secret of the console", CONSOLE),
        ("a password", PASSWORD),
        ("a password that is nobody's", MISTYPED),
        ("a password that was chosen through a letter", CHOSEN),
        ("the key of the installation", MASTER),
        ("the bytes of that key", MASTER_BYTES),
    ] {
        canaries.keep(what, secret);
    }
    let mut keep = |what: &str, secret: &str| canaries.keep(what, secret);
    set_account(house, &office).await;
    company::with_provider(house).await;
    let mut anna = Browser::of(house, "anna").await;
    keep("the secret of a session", anna.cookie.trim_start_matches("sid="));
    let letters = anna.add_app().await;
    keep("the key of an app", &letters.replace(' ', ""));
    keep("the key of an app as it is shown", &letters);
    canaries.keep("the bytes of that key", unlettered(&letters));
    let mut keep = |what: &str, secret: &str| canaries.keep(what, secret);
    keep("the secret of a session that has its app", anna.cookie.trim_start_matches("sid="));
    for code in anna.post("/preferences/security/codes", &[]).await.expect(200).text().split("<code class=\"number\">").skip(1) {
        let code = code.split('<').next().unwrap_or_default();
        keep("a code on paper", code);
        keep("a code on paper without its dashes", &code.replace('-', ""));
    }
    let made = anna.post("/preferences/tokens", &[("name", "Gestionale"), ("until", "")]).await.expect(200).text();
    keep("a token", &between(&made, "id=\"token\">", "<"));
    let half = first_step(house, "anna@example.it", PASSWORD).await;
    keep("the secret between the two steps", half.trim_start_matches("scheda_half="));
    for person in house.people.values() {
        keep("a token of the tests", &person.token);
        keep("a session of the tests", person.cookie.trim_start_matches("sid="));
    }
    // Links: one that waits, one that was used, one of a forgotten password.
    for (who, uses) in [("bruno", true), ("rita", false)] {
        sent(house, "ada", &format!("/users/{}/invitation", house.people[who].id), &[]).await.expect(303);
        work(house).await;
        let link = token(&office.newest());
        keep("the secret of an invitation", &link);
        if uses {
            choose(house, &link, CHOSEN).await.expect(303);
        }
    }
    ask(house, "mara@example.it").await.expect(200);
    work(house).await;
    keep("the secret of a forgotten password", &token(&office.newest()));
    canaries
}

/// What is refused says why, and not what was typed where it was secret.
async fn refusals(house: &House) -> Vec<(String, Vec<u8>)> {
    let mut said = Vec::new();
    let mut hear = |place: &str, got: crate::client::Got| {
        assert!((400..500).contains(&got.status), "{place}: {}", got.text());
        said.push((place.to_owned(), got.body));
    };
    hear("signing in with a wrong password", enter(house, "anna@example.it", MISTYPED, "").await);
    hear("signing in as nobody", enter(house, "nessuno@example.it", PASSWORD, "").await);
    let mail = [("host", ""), ("port", "x"), ("password", letters::CANARY), ("sender_address", "nessuno")];
    hear("a mail account that is refused", sent(house, "ada", "/administration/mail", &mail).await);
    let provider = [("name", ""), ("issuer", "file:///etc/passwd"), ("client", ""), ("secret", company::SECRET), ("own", "")];
    hear("a provider that is refused", sent(house, "ada", "/administration/provider", &provider).await);
    let mara = house.people["mara"].id;
    hear("a password that is refused", sent(house, "ada", &format!("/users/{mara}/password"), &[("password", "corta")]).await);
    let own = [("current", MISTYPED), ("password", CHOSEN)];
    hear("ones own password, without the right one", sent(house, "mara", "/preferences/password", &own).await);
    hear("a link that is none", choose(house, CONSOLE, MISTYPED).await);
    let user = format!("/users/{mara}");
    for field in ["password_hash", "password"] {
        hear("a field that nobody writes", house.api("ada", "PATCH", &user).if_match(1).json(&json!({ field: MISTYPED })).send().await);
    }
    hear(
        "a body that is no JSON",
        house.api("ada", "PATCH", &user).if_match(1).body("application/json", format!("{{\"name\":{MISTYPED}")).send().await,
    );
    let token = &house.people["ada"].token;
    hear("a token with a letter too many", house.send("GET", "/api/v1/accounts").bearer(&format!("{token}x")).send().await);
    hear("a method that is none", house.api("ada", "POST", "/me").json(&json!({})).send().await);
    hear(
        "a form without its token",
        house.page("ada", "POST", "/administration/mail").form(&form(&[("password", letters::CANARY)])).send().await,
    );
    said
}

/// Every table of the database, with all that is in it.
async fn tables(house: &House) -> Vec<(String, String)> {
    let read = house.engine.store().read(|tx| {
        Box::pin(async move {
            let embedded = tx.dialect() == Dialect::Sqlite;
            let names = if embedded {
                "SELECT \"name\" FROM sqlite_master WHERE \"type\" = 'table' AND \"sql\" NOT LIKE 'CREATE VIRTUAL%'"
            } else {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
            };
            let names: Vec<String> = tx.rows(&Statement::new(names, Vec::new())).await?.iter().map(|row| row.text(0).to_owned()).collect();
            let mut tables = Vec::new();
            for name in names {
                let whole = if embedded {
                    let columns =
                        format!("SELECT group_concat('quote(\"' || name || '\")', ' || '' '' || ') FROM pragma_table_info('{name}')");
                    let columns = tx.rows(&Statement::new(columns, Vec::new())).await?.first().map(|row| row.text(0).to_owned());
                    columns.unwrap_or_default()
                } else {
                    "t::text".to_owned()
                };
                let rows = tx.rows(&Statement::new(format!("SELECT {whole} FROM \"{name}\" AS t"), Vec::new())).await?;
                let text: Vec<String> = rows.iter().map(|row| row.text(0).to_owned()).collect();
                tables.push((format!("the table {name}"), text.join("\n")));
            }
            Ok(tables)
        })
    });
    read.await.expect("the tables")
}

/// Everything that an administrator may look at: pages, the API, files of every kind.
async fn faces(house: &House, canaries: &Canaries) -> usize {
    let mut seen = 0;
    for route in house.web.table().iter().filter(|route| route.method == http::Method::GET && !matches!(route.path, "/live")) {
        for address in addresses(house, route, house.north) {
            let got = as_person(house, route, &address, "ada").send().await;
            // One of the tests' own breaks on purpose.
            assert!(got.status < 500 || got.status == 503 || address == "/test/boom", "{address}: {}", got.text());
            let heads: String =
                got.headers.iter().filter(|(name, _)| name != "set-cookie").map(|(_, value)| format!("{value}\n")).collect();
            canaries.are_not_in(&address, heads.as_bytes());
            canaries.are_not_in(&address, &got.body);
            if got.status == 200 && got.header("content-type").contains("spreadsheet") {
                let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(got.body)).expect("a workbook");
                canaries.are_not_in(&address, format!("{:?}", book.worksheets()).as_bytes());
            }
            seen += usize::from(got.status == 200);
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_secret_is_nowhere_to_be_read() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).expect("no other log");
    for house in houses().await {
        let canaries = furnished(&house).await;
        for (place, body) in refusals(&house).await {
            canaries.are_not_in(&place, &body);
        }
        house.engine.settle_audit().await.expect("written");
        house.engine.close_audit().await.expect("a batch");
        assert!(faces(&house, &canaries).await > 100, "pages were opened");
        let tables = tables(&house).await;
        for full in
            ["user", "audit", "history", "job", "installation", "factor", "session", "token", "recovery_code", "access_link", "pending"]
        {
            let (_, text) = tables.iter().find(|(name, _)| *name == format!("the table {full}")).expect("a table");
            assert!(!text.is_empty(), "{full} is empty");
        }
        for (name, text) in &tables {
            canaries.are_not_in(name, text.as_bytes());
        }
        let backup = format!("{}/canaries-{:?}.backup", env!("CARGO_TARGET_TMPDIR"), house.engine.store().dialect());
        let key = Key::new("una frase lunga che nessuno indovina").expect("a key");
        let _ = std::fs::remove_file(&backup);
        house.engine.write_backup(backup.as_ref(), &key, silently()).await.expect("a backup");
        canaries.are_not_in("a backup", &std::fs::read(&backup).expect("the backup"));
        std::fs::remove_file(&backup).expect("no backup any more");
        canaries.are_not_in("what the check says", house.engine.examine().await.expect("the examination").join("\n").as_bytes());
        canaries.are_not_in("the settings", format!("{:?}", house.engine.settings()).as_bytes());
        let logged = log.0.lock().expect("the log").clone();
        assert!(logged.contains("sign-in"), "the log hears what happens");
        canaries.are_not_in("the log", logged.as_bytes());
    }
}

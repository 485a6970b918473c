//! Another key for what the database keeps secret: changed while no node runs, cut off anywhere; who signs in notices nothing.

use crate::place::{Answer, Place, Running, tried};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::testing::app_code;
use kernel::{Clock, Moment, SystemClock};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PASSWORD: &str = "un sasso nello stagno grande";
const MAIL: &str = "canary-4711-smtp";

/// A mail server that takes everything; it tells with which password.
fn post_office() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut lines = BufReader::new(stream.try_clone().expect("its other half")).lines();
            stream.write_all(b"220 post ESMTP\r\n").expect("said");
            let mut letter = false;
            while let Some(Ok(line)) = lines.next() {
                if letter && line != "." {
                    continue;
                }
                letter = line == "DATA";
                if let Some(said) = line.strip_prefix("AUTH PLAIN ") {
                    let said = STANDARD.decode(said).expect("letters");
                    let _ = tell.send(String::from_utf8_lossy(&said).rsplit('\0').next().unwrap_or_default().to_owned());
                }
                let answer: &[u8] = match line.split(' ').next().unwrap_or_default() {
                    "EHLO" => b"250-post\r\n250 AUTH PLAIN\r\n",
                    "AUTH" => b"235 welcome\r\n",
                    "DATA" => b"354 go on\r\n",
                    _ => b"250 taken\r\n",
                };
                if stream.write_all(answer).is_err() {
                    break;
                }
            }
        }
    });
    (port, told)
}

/// A browser at a server.
struct Browser {
    address: String,
    cookie: String,
}

impl Browser {
    fn new(address: &str) -> Browser {
        Browser { address: address.to_owned(), cookie: String::new() }
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let headers = [kind, ("Sec-Fetch-Site", "same-origin"), ("Cookie", self.cookie.as_str())];
        let answer = tried(&self.address, method, path, &headers, body).expect("an answer");
        for name in ["scheda_half=", "sid="] {
            let set = answer.head.lines().filter_map(|line| line.split_once(": ")).find(|(_, value)| value.starts_with(name));
            if let Some((_, value)) = set {
                self.cookie = value.split(';').next().unwrap_or_default().to_owned();
            }
        }
        answer
    }

    /// Sends a form of a page, with what the page gave it.
    fn form(&mut self, page: &str, path: &str, fields: &str) -> Answer {
        let csrf = between(&self.send("GET", page, "").body, "name=\"csrf\" value=\"", "\"").remove(0);
        self.send("POST", path, &format!("csrf={csrf}&{fields}"))
    }

    /// Both steps; whether he is in.
    fn sign_in(address: &str, code: &str) -> Option<Browser> {
        let mut browser = Browser::new(address);
        let email = "ada%40example.it";
        assert_eq!(browser.send("POST", "/sign-in", &format!("email={email}&password={}", PASSWORD.replace(' ', "+"))).status, 303);
        assert!(browser.cookie.starts_with("scheda_half="), "{}", browser.cookie);
        browser.send("POST", "/sign-in/second-step", &format!("code={code}"));
        (browser.send("GET", "/accounts", "").status == 200).then_some(browser)
    }
}

fn between(text: &str, from: &str, to: &str) -> Vec<String> {
    let found: Vec<String> = text.split(from).skip(1).map(|rest| rest.split(to).next().unwrap_or_default().to_owned()).collect();
    assert!(!found.is_empty(), "no {from} in {text}");
    found
}

/// The code of an app, so many half minutes from now.
fn code(letters: &str, steps: i64) -> String {
    app_code(letters, Moment::from_millis(SystemClock.now().millis() + steps * 30_000))
}

/// Ada with an app, codes on paper, and a mail account; gives the key of her app and the codes.
fn furnished(place: &Place, mail: u16) -> (String, Vec<String>) {
    let ada = ["user", "add", "ada@example.it", "--name", "Ada Verdi", "--role", "administrator", "--password-stdin"];
    place.run_with(&format!("{PASSWORD}\n"), &ada);
    let mut serving = Running::start(&mut place.program(&["serve"]));
    let mut browser = Browser::new(&serving.address());
    browser.send("POST", "/sign-in", &format!("email=ada%40example.it&password={}", PASSWORD.replace(' ', "+")));
    let security = "/preferences/security";
    let page = browser.form(security, "/preferences/security/app", "").body;
    let letters = between(&page, "<code class=\"number\">", "<").remove(0);
    let sent = format!("code={}", code(&letters, -1));
    assert_eq!(browser.form(security, "/preferences/security/app/confirmation", &sent).status, 303);
    let codes = between(&browser.form(security, "/preferences/security/codes", "").body, "<code class=\"number\">", "<");
    let account = format!("host=127.0.0.1&port={mail}&security=none&user=scheda&password={MAIL}&sender_address=crm%40verdi.example");
    assert_eq!(browser.form("/administration/mail", "/administration/mail", &account).status, 303);
    // While somebody serves, he would go on sealing by the old key.
    let refused = place.refused(&["key", "change"]);
    assert!(refused.contains(if place.is_embedded() { "using this data" } else { "is running" }), "{refused}");
    serving.stop();
    (letters, codes)
}

#[test]
fn a_changed_key_changes_nothing_for_whoever_signs_in() {
    for place in Place::on_both("key") {
        let (mail, passwords) = post_office();
        let (letters, mut codes) = furnished(&place, mail);
        let file = place.path("data/master.key");
        let first = std::fs::read_to_string(&file).expect("the key");
        place.write("key", "una frase lunga che nessuno indovina");
        let (key, backup) = (place.path("key").display().to_string(), place.path("all.backup").display().to_string());
        place.run(&["backup", &backup, "--key-file", &key]);

        let said = place.run(&["key", "change"]);
        let second = std::fs::read_to_string(&file).expect("the key");
        let kept = std::fs::read_dir(place.path("data")).expect("the folder").flatten().map(|entry| entry.path());
        let kept: Vec<_> = kept.filter(|path| path.display().to_string().contains("master.key.old-")).collect();
        assert!(kept.len() == 1 && said.contains(&kept[0].display().to_string()) && !said.contains(&second), "{said}");
        assert!(first != second && std::fs::read_to_string(&kept[0]).expect("the old key") == first);
        for path in [&file, &kept[0]] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).expect("a file").permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::remove_file(&kept[0]).expect("gone");

        let mut serving = Running::start(&mut place.program(&["serve"]));
        let address = serving.address();
        let mut browser = Browser::sign_in(&address, &code(&letters, 0)).expect("by the app");
        let tried = browser.form("/administration/mail", "/administration/mail/trial", "").body;
        assert!(tried.contains("250 taken"), "{tried}");
        assert_eq!(passwords.recv_timeout(Duration::from_secs(20)).expect("a password"), MAIL);
        let audit = browser.send("GET", "/administration/audit", "").body;
        assert!(audit.contains("Chiave dei segreti cambiata"), "{audit}");
        let used = codes.remove(0);
        assert!(Browser::sign_in(&address, &used).is_some(), "by a code on paper");
        assert!(Browser::sign_in(&address, &used).is_none(), "once");
        serving.stop();

        // Killed anywhere, nothing is lost, and begun again it comes to its end.
        for wait in [60, 120, 180, 260, 400] {
            let mut child = place.program(&["key", "change"]).spawn().expect("the program runs");
            std::thread::sleep(Duration::from_millis(wait));
            child.kill().expect("kill -9");
            child.wait().expect("an end");
            let mut serving = Running::start(&mut place.program(&["serve"]));
            assert!(Browser::sign_in(&serving.address(), &codes.remove(0)).is_some(), "killed after {wait} ms");
            serving.stop();
            if !place.is_embedded() {
                // Two minutes later.
                place.sql("DELETE FROM node");
            }
        }
        place.run(&["key", "change"]);
        assert_eq!(std::fs::read_to_string(&file).expect("the key").lines().count(), 1);
        for entry in std::fs::read_dir(place.path("data")).expect("the folder").flatten() {
            if entry.file_name().to_string_lossy().starts_with("master.key.old-") {
                std::fs::remove_file(entry.path()).expect("gone");
            }
        }
        let mut serving = Running::start(&mut place.program(&["serve"]));
        let address = serving.address();
        assert!(Browser::sign_in(&address, &code(&letters, 1)).is_some(), "by the app, which is the same");
        assert!(Browser::sign_in(&address, &codes.remove(0)).is_some(), "by a code on paper");
        serving.stop();

        // A backup of the time before is restored with the key of that time.
        let restored = Place::on_sqlite();
        std::fs::create_dir(restored.path("data")).expect("a folder");
        restored.write("data/master.key", &first);
        restored.run(&["restore", &backup, "--key-file", &key]);
        let mut serving = Running::start(&mut restored.program(&["serve"]));
        assert!(Browser::sign_in(&serving.address(), &codes.remove(0)).is_some());
        serving.stop();
    }
}

/// Where the key is said from outside, the new one is said too.
#[test]
fn a_key_from_outside_is_changed_by_saying_both() {
    let place = Place::on_sqlite();
    let (first, second) = (place.run(&["key", "make"]), place.run(&["key", "make"]));
    let (first, second) = (first.trim(), second.trim());
    assert!(first.len() == 43 && first != second);
    let with = |key: &str| {
        let mut command = place.program(&["key", "change"]);
        command.env("SCHEDA_MASTER_KEY", key);
        crate::place::ended(&mut command, "")
    };
    let refused = with(first).refusal("one key alone");
    assert!(refused.contains("scheda key make"), "{refused}");
    let said = with(&format!("{second},{first}")).out;
    assert!(said.contains("SCHEDA_MASTER_KEY"), "{said}");
    assert!(with(first).refusal("the old key").contains("another key"));
}

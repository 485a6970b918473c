//! What stands in a template, and in the names of people, never does more than it says.

use super::{House, houses, person};
use crate::mailings::entity as mailing;
use crate::mailings::message::{Addressee, Frozen, Merged, Written, examined};
use base::contacts::entity as contact;
use engine::Draft;
use kernel::{Error, Value};
use std::time::{Duration, Instant};

/// Far above what it takes, and far below what anything that grows would take.
const LONG: Duration = Duration::from_secs(2);

#[test]
fn what_would_grow_is_refused_before_it_does() {
    let doubling = format!("{{% set a = nome %}}{}{{{{ a }}}}", "{% set a = a ~ a %}".repeat(40));
    let caught = format!("{{% set a %}}{{{{ nome }}}}{{% endset %}}{}", "{% set a %}{{ a }}{{ a }}{% endset %}".repeat(40));
    let within = format!("{}x{}", "{% for a in [1,2,3,4,5,6,7,8,9] %}".repeat(9), "{% endfor %}".repeat(9));
    let long = format!("{{% for a in [1,2,3,4,5,6,7,8,9] %}}{}{{% endfor %}}", "x".repeat(150 << 10));
    let deep = format!("{}x{}", "{% if nome %}".repeat(5_000), "{% endif %}".repeat(5_000));
    let braces = "{{".repeat(90 << 10);
    let brackets = format!("{{{{ {}nome{} }}}}", "(".repeat(50_000), ")".repeat(50_000));
    let listed = format!("{{{{ {}nome{} }}}}", "[".repeat(50_000), "]".repeat(50_000));
    let endless = "x".repeat(201 << 10);
    let many = "{{ nome }}".repeat(20_000);
    let choices = format!("{{% if nome %}}x{}{{% endif %}}", "{% elif nome %}x".repeat(10_000));
    let joined = format!("{{{{ nome{} }}}}", " ~ nome".repeat(20_000));
    for template in [
        "{{ \"x\" * 1000000000 }}",
        "{{ 1000000000 * \"x\" }}",
        "{{ nome * 1000000000 }}",
        "{% if nome * 1000000000 %}x{% endif %}",
        "{{ ([nome] * 1000000000) }}",
        "{{ {\"a\": {\"b\": 1}} * 9 }}",
        "{{ '\\'' * 1000000000 }}",
        "{% for a in range(1000000000) %}x{% endfor %}",
        "{% for a in [[1]] recursive %}{{ loop(a) }}{% endfor %}",
        "{% include \"/etc/passwd\" %}",
        "{%- include 'html.html' -%}",
        "{% import \"x\" as y %}",
        "{% extends \"x\" %}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% raw %}{{ nome }}{% endraw %}",
        "{% with a = nome %}{{ a }}{% endwith %}",
        "{{ env(\"PATH\") }}",
        "{{ nome.__class__ }}",
        "{{ nome|attr('x') }}",
        "{{ debug() }}",
        "{{ nome",
        "{% if nome %}",
        &doubling,
        &caught,
        &within,
        &long,
        &deep,
        &braces,
        &brackets,
        &listed,
        &endless,
        &many,
        &choices,
        &joined,
    ] {
        for part in ["subject", "preheader", "html", "text"] {
            let began = Instant::now();
            let said = examined(part, template);
            assert!(said.is_err(), "{part}: {}", &template[..template.len().min(80)]);
            assert!(began.elapsed() < LONG, "{:?} for {part}: {}", began.elapsed(), &template[..template.len().min(80)]);
        }
    }
}

/// What is just short enough is read without the stack running out, whatever it consists of.
#[test]
fn what_is_deep_is_read_or_refused() {
    for (begins, goes_on, ends) in [
        ("", "(", ")"),
        ("", "[", "]"),
        ("", "not ", ""),
        ("", "-", ""),
        ("", "nome if nome else ", ""),
        ("nome ~ ", "nome~", ""),
        ("1", "+1", ""),
        ("nome", "|minuscolo", ""),
        ("nome", ".a", ""),
        ("nome", "[0]", ""),
        ("nome", "(0)", ""),
        ("nome == ", "nome == ", ""),
        ("nome and ", "nome and ", ""),
    ] {
        let times = (490 - begins.len()) / (goes_on.len() + ends.len());
        let inside = match begins.ends_with(' ') || begins.is_empty() {
            true => format!("{begins}{}nome{}", goes_on.repeat(times - 1), ends.repeat(times - 1)),
            false => format!("{begins}{}", goes_on.repeat(times)),
        };
        for template in [format!("{{{{ {inside} }}}}"), format!("{{% if {inside} %}}x{{% endif %}}")] {
            let began = Instant::now();
            let _ = examined("html", &template);
            assert!(began.elapsed() < LONG, "{:?}: {template}", began.elapsed());
        }
    }
    let nested = format!("{}x{}", "{% if nome %}".repeat(50), "{% endif %}".repeat(50));
    assert_eq!(examined("html", &nested).map_err(|say| say.key), Ok(()));
}

#[test]
fn what_is_only_text_stays_text() {
    for template in [
        "${7*7} <%= 7*7 %> #{7*7}",
        "* { color: red } a { b: c } /* { */",
        "{# {{ nome * 9 }} #}{{ nome }}",
        "{{ nome | oppure(\"***\") }} {{ cognome|oppure('{{ \\' }}') }}",
        "{% if titolo %}{{ titolo ~ \" \" ~ cognome }}{% elif nome %}{{ nome }}{% else %}cliente{% endif %}",
        "{%- if azienda == \"Verdi * Figli\" -%} {à} { {%- endif %} }",
    ] {
        assert_eq!(examined("text", template).map_err(|say| say.key), Ok(()), "{template}");
    }
}

fn written(subject: &str, html: &str, text: &str) -> Written {
    let frozen = Frozen {
        subject: subject.to_owned(),
        preheader: String::new(),
        html: html.to_owned(),
        text: text.to_owned(),
        from_name: "Officina Verdi".to_owned(),
        from_address: "news@verdi.example".to_owned(),
        reply_to: String::new(),
        topic: None,
        marketing: true,
        at: 1_772_442_000_000,
        base: "https://crm.verdi.example".to_owned(),
    };
    Written::new(frozen).expect("a message")
}

fn to(written: &Written, name: &str) -> wire::mail::Mail {
    let mut merged: Merged = crate::mailings::message::MERGE_FIELDS.iter().map(|(name, ..)| ((*name).to_owned(), String::new())).collect();
    merged.insert("nome".to_owned(), name.to_owned());
    merged.insert("nome_completo".to_owned(), name.to_owned());
    let addressee = Addressee { key: "k", address: "ada@neri.example", merged: &merged, unsubscribe: "https://crm.verdi.example/u/x" };
    written.to(&addressee).expect("a message")
}

const NAMES: &[&str] =
    &["{{7*7}}", "{% include \"x\" %}", "${7*7}", "{{ disiscrizione }}", "{# x", "<img src=x onerror=alert(1)>", "\"><svg onload=x>"];

#[test]
fn what_stands_in_a_name_is_no_template() {
    let message = written("Per {{ nome }}", "<p>{{ nome }}</p>", "Per {{ nome }}");
    for name in NAMES {
        let mail = to(&message, name);
        assert_eq!((mail.subject.as_str(), mail.text.as_str()), (&*format!("Per {name}"), &*format!("Per {name}")));
        assert!(!mail.html.contains("<img") && !mail.html.contains("<svg") && !mail.html.contains("49"), "{}", mail.html);
    }
    // A value that is too long makes no message that is.
    let long = "x".repeat(300 << 10);
    let merged: Merged = [("nome".to_owned(), long)].into();
    let addressee = Addressee { key: "k", address: "ada@neri.example", merged: &merged, unsubscribe: "" };
    assert!(message.to(&addressee).is_err());
}

/// C5: what would begin another line of the head is refused, or stays in its line.
#[test]
fn no_name_and_no_subject_begins_another_header() {
    let message = written("Per {{ nome }}", "", "Per {{ nome }}");
    for end in ["\r\n", "\n", "\r", "\u{85}", "\u{2028}", "\0"] {
        let mail = to(&message, &format!("Ada{end}Bcc: tutti@neri.example{end}{end}Altro"));
        let Ok(content) = mail.written() else { continue };
        let content = String::from_utf8_lossy(&content).into_owned();
        let head = content.split("\r\n\r\n").next().expect("a head");
        assert!(head.lines().all(|line| !line.to_ascii_lowercase().starts_with("bcc")), "{end:?}: {head}");
        assert_eq!(head.matches("Subject:").count(), 1, "{head}");
    }
    for part in ["subject", "preheader"] {
        for end in ["\r\n", "\n", "\r", "\u{85}", "\0"] {
            assert!(examined(part, &format!("Novità{end}Bcc: tutti@neri.example")).is_err(), "{part} {end:?}");
        }
    }
}

/// The whole way: from the card of a contact, and the form of a mailing, to the server.
#[tokio::test]
async fn names_that_would_do_more_arrive_as_they_are() {
    for house in houses().await {
        let mut people = Vec::new();
        for (number, name) in NAMES.iter().chain(&["Ada\r\nBcc: tutti@neri.example", "Ada\nRCPT TO:<altri@neri.example>\n.\n"]).enumerate()
        {
            let mut draft = person("", "Neri", &super::address(number));
            draft.put(contact::NAME.given.id(), Value::from(*name));
            match house.engine.create(&house.who, draft).await {
                Ok(made) => {
                    house.says(made.id(), "given").await;
                    people.push((number, *name, made.id()));
                }
                Err(Error::Invalid(_)) => {}
                Err(other) => panic!("{name}: {other:?}"),
            }
        }
        assert!(people.len() >= NAMES.len());
        let ids: Vec<_> = people.iter().map(|(_, _, id)| *id).collect();
        let list = house.list("Novità", true, &ids).await;
        let text = "Gentile {{ nome }}!\n.\nRCPT TO:<altri@neri.example>\n";
        let mailing = house.mailing(list, |draft| draft.with(mailing::HTML.id(), "").with(mailing::TEXT.id(), text)).await;
        house.started(mailing).await;
        house.sent_to_the_end(mailing).await;
        let taken = house.oracle.taken();
        assert_eq!(taken.len(), people.len());
        for (number, name, _) in &people {
            assert_eq!(house.oracle.taken_for(&super::address(*number)), 1, "{name}");
            let content = &taken.iter().find(|taken| taken.to == super::address(*number)).expect("a message").content;
            let head = content.split("\n\n").next().expect("a head");
            assert!(head.lines().all(|line| !line.to_ascii_lowercase().starts_with("bcc")), "{name}: {head}");
            assert_eq!(head.matches("\nTo: ").count(), 1, "{head}");
        }
        refused_where_it_is_written(&house, list).await;
    }
}

async fn refused_where_it_is_written(house: &House, list: kernel::Id) {
    for (field, value) in [
        (mailing::SUBJECT.id(), "{{ \"x\" * 1000000000 }}"),
        (mailing::HTML.id(), "{% include \"x\" %}"),
        (mailing::TEXT.id(), "{% for a in [1] %}x{% endfor %}"),
        (mailing::PREHEADER.id(), "{{ segreto }}"),
    ] {
        let sender = Draft::new(crate::senders::SENDER)
            .with(crate::senders::NAME.id(), "Officina")
            .with(crate::senders::ADDRESS.id(), "news@verdi.example");
        let sender = house.create(sender).await;
        let draft = Draft::new(mailing::MAILING)
            .with(mailing::NAME.id(), "Prova")
            .with(mailing::SENDER.id(), sender)
            .with(mailing::TOPIC.id(), list)
            .with(mailing::SUBJECT.id(), "Prova")
            .with(field, value);
        let made = house.engine.create(&house.who, draft).await;
        assert!(matches!(made, Err(Error::Invalid(_))), "{value}: {made:?}");
    }
}

use super::*;
use crate::state::BaseUrl;
use axum::body::Body;

fn asked(peer: &str, host: &str) -> Request {
    let mut request = Request::builder().uri("/accounts").header("Host", host).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer(peer.parse().unwrap()));
    request
}

fn settings(base_url: Option<&str>) -> WebSettings {
    WebSettings { base_url: base_url.map(|url| BaseUrl::parse(url).unwrap()), ..WebSettings::local("0.0.0.0:8080".parse().unwrap()) }
}

/// Whoever says `Host: localhost` from another machine is not on this one.
#[test]
fn without_https_only_this_machine_is_answered() {
    for settings in [settings(None), settings(Some("http://localhost:8080"))] {
        for here in ["127.0.0.1:4711", "127.0.0.9:4711", "[::1]:4711", "[::ffff:127.0.0.1]:4711"] {
            assert!(own_host(&settings, &asked(here, "localhost:8080")), "{here}");
        }
        for elsewhere in ["192.168.1.20:4711", "10.0.0.1:80", "[fe80::1]:4711", "[::ffff:192.168.1.20]:4711"] {
            for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
                assert!(!own_host(&settings, &asked(elsewhere, host)), "{elsewhere} {host}");
            }
        }
        let mut nowhere = asked("127.0.0.1:1", "localhost:8080");
        nowhere.extensions_mut().remove::<Peer>();
        assert!(!own_host(&settings, &nowhere), "a connection without another end");
    }
}

#[test]
fn behind_https_the_name_that_people_were_told_is_answered() {
    let settings = settings(Some("https://crm.example.it"));
    assert!(own_host(&settings, &asked("192.168.1.20:4711", "crm.example.it")));
    assert!(!own_host(&settings, &asked("192.168.1.20:4711", "localhost")));
}

#[test]
fn whoever_has_a_network_of_ipv6_is_counted_once() {
    let counted = |text: &str| network(text.parse().unwrap()).to_string();
    assert_eq!(counted("2001:db8:1:2:aaaa:bbbb:cccc:dddd"), counted("2001:db8:1:2::1"));
    assert_ne!(counted("2001:db8:1:3::1"), counted("2001:db8:1:2::1"));
    assert_eq!((counted("::ffff:192.168.1.20"), counted("192.168.1.20")), ("192.168.1.20".to_owned(), "192.168.1.20".to_owned()));
}

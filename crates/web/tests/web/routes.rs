//! Every route of the table, visited by those who may not.

use crate::client::Sending;
use crate::house::{Branch, House, houses};
use engine::principal::Verb;
use meta::{Entity, Visibility};
use web::{Csrf, Face, Policy, Route};

/// The addresses of a route, with a branch's ids in the places of its names: one for each public entity there is.
pub fn addresses(house: &House, route: &Route, of: Branch) -> Vec<String> {
    addresses_of(house, route, of, |_| true)
}

fn addresses_of(house: &House, route: &Route, of: Branch, which: impl Fn(&Entity) -> bool) -> Vec<String> {
    let mut addresses = Vec::new();
    let model = house.engine.model();
    // Only some have a file to be taken away.
    let filed = route.path.ends_with("/content") && route.method.is_safe() || route.path.ends_with("/thumbnail");
    for entity in model.entities().filter(|entity| entity.can.public && which(entity) && (!filed || entity.holds_file().is_some())) {
        let id = if route.path.contains("/changesets/") || route.path.contains("/changes/") { of.changeset } else { of.record(entity.key) };
        let id = if route.path.contains("/bulks/") { of.bulk } else { id };
        // Of somebody, not of something.
        let id = if route.path.starts_with("/users/") { of.user } else { id };
        let path = route
            .path
            .replace("{plural}", entity.plural)
            .replace("{*path}", "x")
            .replace("{vocabulary}", "sector")
            .replace("{id}", &id.to_string());
        let path = path.replace("{kind}", "notes").replace("{record}", &of.note.to_string());
        let path = path.replace("{field}", entity.layout.first().and_then(|section| section.fields.first()).unwrap_or(&"text"));
        if path.contains("{ledger}") {
            let ledger = |child: &str| model.entity(child).is_some_and(|child| child.ledger.is_some());
            let ledgers = entity.relations.iter().filter(|relation| ledger(relation.child));
            addresses.extend(ledgers.map(|relation| path.replace("{ledger}", relation.key)));
            continue;
        }
        let relations = entity.relations.iter().filter(|_| path.contains("{relation}"));
        addresses.extend(relations.map(|relation| path.replace("{relation}", relation.key)));
        if !path.contains("{relation}") && !addresses.contains(&path) {
            addresses.push(path);
        }
    }
    addresses
}

fn sending(house: &House, route: &Route, address: &str) -> Sending {
    let sending = house.send(route.method.as_str(), address);
    match route.face {
        _ if route.method.is_safe() => sending,
        Face::Api => sending.header("If-Match", "*").body("application/json", "{}"),
        _ => sending.form("a=b"),
    }
}

/// The same with somebody's token, or his cookie and the token of his forms.
pub fn as_person(house: &House, route: &Route, address: &str, who: &str) -> Sending {
    let (sending, person) = (sending(house, route, address), &house.people[who]);
    match route.face {
        Face::Api => sending.bearer(&person.token),
        _ => sending.header("Cookie", &person.cookie).header("X-CSRF-Token", &person.csrf),
    }
}

#[tokio::test]
async fn every_route_says_who_may_what_it_reads_and_what_it_leaves() {
    for house in houses().await {
        let table = house.web.table();
        assert!(table.len() > 20);
        for route in table {
            let safe = route.method.is_safe();
            assert!(safe || !route.input.is_empty() && !route.audit.is_empty(), "{route:?}");
            assert_eq!(safe, route.csrf == Csrf::Safe, "{route:?}");
            assert!(!route.path.contains("{plural}") || matches!(route.policy, Policy::Entity(_) | Policy::Record(_)), "{route:?}");
            assert!(!route.path.contains("{id}") || route.policy != Policy::Public, "{route:?}");
        }
    }
}

#[tokio::test]
async fn nobody_gets_nowhere() {
    for house in houses().await {
        let before = house.everything().await;
        for route in house.web.table().iter().filter(|route| !matches!(route.policy, Policy::Public | Policy::SetUp)) {
            for address in addresses(&house, route, house.south) {
                for token in ["", "scheda_nobody", "nonsense"] {
                    let mut sending = sending(&house, route, &address);
                    if !token.is_empty() {
                        sending = sending.bearer(token).header("Cookie", format!("sid={token}; __Host-sid={token}"));
                    }
                    let got = sending.send().await;
                    let wanted = if route.face == Face::Page { 303 } else { 401 };
                    assert_eq!(got.status, wanted, "{} {address}: {}", route.method, got.text());
                }
            }
        }
        assert_eq!(before, house.everything().await);
    }
}

/// A cookie opens no door of the API, and a token no page.
#[tokio::test]
async fn each_face_has_its_own_key() {
    for house in houses().await {
        let ada = &house.people["ada"];
        for route in house.web.table().iter().filter(|route| !matches!(route.policy, Policy::Public | Policy::SetUp)) {
            for address in addresses(&house, route, house.south) {
                let sending = sending(&house, route, &address);
                let got = match route.face {
                    Face::Api => sending.header("Cookie", &ada.cookie).header("X-CSRF-Token", &ada.csrf).send().await,
                    _ => sending.bearer(&ada.token).send().await,
                };
                assert!(matches!(got.status, 401 | 303), "{} {address}: {}", route.method, got.status);
            }
        }
    }
}

/// A1: somebody else's id is as unknown as one that never was, and nothing changes.
#[tokio::test]
async fn what_belongs_to_others_does_not_exist() {
    for house in houses().await {
        let before = house.everything().await;
        let never = Branch::never(&house.engine);
        // Users, teams, terms, the sales network and the data bank are everybody's to see.
        let owned = |entity: &Entity| entity.visibility != Visibility::Everyone && !matches!(entity.key, "user" | "team" | "term");
        assert_eq!(house.engine.model().entities().filter(|entity| entity.can.public && owned(entity)).count(), 21);
        for route in house.web.table().iter().filter(|route| route.path.contains("{id}")) {
            let (theirs, none) = (addresses_of(&house, route, house.south, owned), addresses_of(&house, route, never, owned));
            for (theirs, none) in theirs.into_iter().zip(none) {
                let visit = async |address: &str| as_person(&house, route, address, "anna").send().await;
                let (theirs_got, none_got) = (visit(&theirs).await.undated(), visit(&none).await.undated());
                // What only administrators do is refused whoever it is about.
                let wanted = if route.policy == Policy::Administrator { 403 } else { 404 };
                assert_eq!(theirs_got.status, wanted, "{} {theirs}: {}", route.method, theirs_got.text());
                assert_eq!(theirs_got, none_got, "{} {theirs}", route.method);
            }
        }
        assert_eq!(before, house.everything().await);
    }
}

/// E9: whatever a form changes wants the token of its session: none, a wrong one and somebody else's are refused alike.
#[tokio::test]
async fn no_form_is_taken_without_its_token() {
    for (engine, clock) in engine::testing::both(crate::house::areas).await {
        // How often files and open forms are sent has limits of its own, which are not what refuses here.
        let generous = |settings: &mut web::WebSettings| {
            settings.measures.uploads_per_minute = 10_000;
            settings.measures.open_forms_per_minute = 10_000;
        };
        let house = House::furnish(engine, clock, generous).await;
        let before = house.everything().await;
        let routes = house.web.table().iter().filter(|route| route.csrf == Csrf::Token);
        let mut visited = 0;
        for route in routes {
            for address in addresses(&house, route, house.north) {
                for token in ["", "nonsense", &house.people["bruno"].csrf] {
                    let asked = || house.page("ada", route.method.as_str(), &address);
                    let mut got = vec![
                        asked().form(&format!("csrf={token}")).send().await,
                        asked().header("X-CSRF-Token", token).form("a=b").send().await,
                    ];
                    if token.is_empty() {
                        got.push(asked().form("a=b").send().await);
                        got.push(asked().body("text/plain", "csrf=x").send().await);
                        got.push(asked().body("multipart/form-data; boundary=x", "--x--").send().await);
                    }
                    // The right one does not help a form that another site sent.
                    let foreign = asked().header("Sec-Fetch-Site", "cross-site").header("X-CSRF-Token", &house.people["ada"].csrf);
                    got.push(foreign.form("a=b").send().await);
                    for got in got {
                        assert_eq!(got.status, 403, "{} {address} {token}: {}", route.method, got.text());
                        visited += 1;
                    }
                }
            }
        }
        assert!(visited > 100, "{visited}");
        assert_eq!(before, house.everything().await);
    }
}

/// Whether an address is about what administrators alone see.
fn administered(address: &str) -> bool {
    ["/own_fields", "/vocabularies", "/series", "/roles", "/sharing_rules"].iter().any(|plural| address.contains(plural))
}

/// A6: whoever only reads changes nothing, whatever he sends.
#[tokio::test]
async fn a_reader_changes_nothing() {
    for house in houses().await {
        let before = house.everything().await;
        let table = house.web.table().iter();
        let about_records = |route: &&Route| matches!(route.policy, Policy::Entity(_) | Policy::Record(_)) || route.face == Face::Api;
        // Views and segments of his own everybody keeps, and asks whom a filter selects; nobody's else.
        let kept = ["/views", "/segments", "/filter", "/bulks/", "/favourite"];
        let views = |address: &String| !kept.iter().any(|kept| address.contains(kept));
        for route in table.clone().filter(about_records).filter(|route| !route.method.is_safe()) {
            for address in addresses(&house, route, house.north).into_iter().filter(views) {
                let got = as_person(&house, route, &address, "rita").send().await;
                // What administrators alone see is not there for anybody else.
                let unseen = administered(&address) && got.status == 404;
                let wanted = if route.path.contains("/changesets/") || unseen { 404 } else { 403 };
                assert_eq!(got.status, wanted, "{} {address}: {}", route.method, got.text());
            }
        }
        assert_eq!(before, house.everything().await);
        let may = |route: &&Route| !matches!(route.policy, Policy::Entity(verb) | Policy::Record(verb) if verb != Verb::See);
        for route in table.filter(about_records).filter(|route| route.method.is_safe()).filter(may) {
            for address in addresses(&house, route, house.north).into_iter().filter(views) {
                let got = as_person(&house, route, &address, "rita").send().await;
                // Of the files in the fixture none is a picture; without a group one is led to the list, a place is told on the card; a reader takes no files out.
                let wanted = match route.path.rsplit('/').next() {
                    _ if administered(&address) => got.status.clamp(403, 404),
                    Some("thumbnail") => 404,
                    // A delivery is its own history.
                    _ if address.starts_with("/deliveries/") && address.contains("/fields/") => 404,
                    Some("groups" | "position") => 303,
                    // Not everything is somebody.
                    Some("export.vcf" | "card.vcf") => got.status.clamp(403, 404),
                    Some("export.csv" | "export.xlsx" | "export.json") => 403,
                    _ => 200,
                };
                assert_eq!(got.status, wanted, "{address}: {}", got.text());
            }
        }
        assert_eq!(before, house.everything().await, "asking left a trace");
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_said_so() {
    for house in houses().await {
        let got = house.get("ada", "/dragons").await.expect(404);
        assert_eq!(got.header("content-type"), "application/problem+json");
        for path in ["/emails", "/phones", "/accounts/0", "/accounts/nonsense", "/accounts/0/dragons", "/a/b/c/d/e"] {
            house.get("ada", path).await.expect(404);
        }
        let got = house.api("ada", "PUT", "/accounts").json(&serde_json::json!({})).send().await.expect(405);
        assert!(got.header("allow").contains("POST"), "{:?}", got.headers);
        house.send("OPTIONS", "/api/v1/accounts").header("Origin", "null").send().await.expect(405);
        house.send("GET", "/nowhere/at/all").send().await.expect(404);
        // E10: nothing tells about the machinery.
        for path in
            ["/migrate", "/metrics", "/debug", "/.env", "/.git/config", "/openapi.json", "/assets/../Cargo.toml", "/assets/nothing.js"]
        {
            let got = house.send("GET", path).send().await;
            assert!(matches!(got.status, 404 | 303), "{path}: {}", got.status);
            let got = house.page("ada", "GET", path).send().await;
            assert_eq!(got.status, 404, "{path}");
        }
        house.send("GET", "/api/v1/openapi.json").send().await.expect(401);
        house.send("GET", "/healthz").send().await.expect(200);
    }
}

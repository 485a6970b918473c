//! The matrix of rights: every scope of every verb on every kind of record, every field that a role may hide, through every
//! door; generated from the descriptions.

use crate::house::{Branch, House, branch, houses, person, put};
use engine::principal::{Scope, Verb};
use engine::rights::may_be_restricted;
use engine::{Draft, Through};
use kernel::{Id, Value};
use meta::fields::Chosen;
use meta::{Entity, Granted, Kind, Visibility};
use serde_json::{Value as Json, json};
use std::sync::Arc;

const SCOPES: [Scope; 6] = [Scope::None, Scope::Own, Scope::Linked, Scope::Team, Scope::Subtree, Scope::All];

/// Customers at every distance from Anna, with the narrowest scope that reaches each.
struct World {
    house: House,
    role: Id,
    branches: Vec<(Branch, Scope)>,
}

impl World {
    async fn all() -> Vec<World> {
        let mut worlds = Vec::new();
        for mut house in houses().await {
            let engine = house.engine.clone();
            let system = engine.system(Through::CommandLine);
            let west = put(&engine, &system, "team", json!({ "name": "west", "parent": house.north.team.to_string() })).await;
            let dora =
                json!({ "name": "dora", "email": "dora@example.it", "roles": ["agent"], "team": west.to_string(), "language": "en" });
            let dora = put(&engine, &system, "user", dora).await;
            house.people.insert("dora", person(&house.web, dora).await);
            let mut branches = vec![(house.north, Scope::Own)];
            // Bruno's, but Anna looks after it, for an agency that is hers.
            let linked = branch(&engine, house.people["bruno"].id, house.south.team, "C", "Lucca").await;
            let agency = json!({ "name": "Agenzia Anna", "kind": "agency", "user": house.people["anna"].id.to_string() });
            let agency = put(&engine, &system, "subject", agency).await;
            let hers = put(&engine, &system, "subject", json!({ "name": "Chi lavora per Anna", "agency": agency.to_string() })).await;
            let attached = json!({ "account": linked.account.to_string(), "subject": hers.to_string(), "role": "operator", "since": null });
            put(&engine, &system, "account_subject", attached).await;
            branches.push((linked, Scope::Linked));
            branches.push((branch(&engine, house.people["aldo"].id, house.north.team, "D", "Siena").await, Scope::Team));
            branches.push((branch(&engine, dora, west, "E", "Massa").await, Scope::Subtree));
            branches.push((house.south, Scope::All));
            let role = put(&engine, &system, "role", json!({ "name": "Prova" })).await;
            let mut world = World { house, role, branches };
            world.assume("|prova|").await;
            // With other roles one signs in anew.
            let anna = person(&world.house.web, world.house.people["anna"].id).await;
            world.house.people.insert("anna", anna);
            worlds.push(world);
        }
        worlds
    }

    /// Gives Anna these roles.
    async fn assume(&self, roles: &str) {
        let engine = &self.house.engine;
        let user = engine.entity("user").expect("users");
        let roles = vec![(user.field("roles").expect("roles").id, Value::from(roles))];
        let system = engine.system(Through::CommandLine);
        engine.change(&system, &user, self.house.people["anna"].id, None, roles, Vec::new()).await.expect("her roles");
    }

    /// What the role gives of everything.
    async fn give(&self, verbs: &[(Verb, Scope)]) {
        let role = self.house.engine.entity("role").expect("roles");
        let values = Verb::ALL.map(|verb| {
            let given = verbs.iter().find(|(of, _)| *of == verb).map_or(Scope::None, |(_, scope)| *scope);
            (role.field(verb.key()).expect("a verb").id, Value::from(given.key()))
        });
        let system = self.house.engine.system(Through::CommandLine);
        self.house.engine.change(&system, &role, self.role, None, values.into(), Vec::new()).await.expect("its rights");
    }

    /// What the role says of fields: entity, field, `hidden` or `read`.
    async fn restrict(&self, fields: &[(&str, &str, &str)]) {
        let engine = &self.house.engine;
        let (role, line) = (engine.entity("role").expect("roles"), engine.entity("role_field").expect("their fields"));
        let draft = |(entity, field, right): &(&str, &str, &str)| {
            [("entity", *entity), ("field", *field), ("right", *right)]
                .into_iter()
                .fold(Draft::new("role_field"), |draft, (key, value)| draft.with(line.field(key).expect("a field").id, value))
        };
        let lines = vec![("fields", fields.iter().map(draft).collect())];
        let system = engine.system(Through::CommandLine);
        engine.change(&system, &role, self.role, None, Vec::new(), lines).await.expect("its fields");
    }

    /// The kinds of records whose visibility depends on whose they are.
    fn kinds(&self) -> Vec<Arc<Entity>> {
        let model = self.house.engine.model();
        let depends = |entity: &&Arc<Entity>| {
            entity.can.public
                && entity.granted == Granted::Roles
                && !matches!(entity.visibility, Visibility::Everyone | Visibility::Administrators)
        };
        model.entities().filter(depends).cloned().collect()
    }
}

/// The scope that reaches a record: what hangs on no customer is in nobody's care but its owner's.
fn least(entity: &Entity, needed: Scope) -> Scope {
    let hangs_on_none = matches!(entity.visibility, Visibility::Owner(_)) && entity.attended.is_none();
    if needed == Scope::Linked && hangs_on_none { Scope::All } else { needed }
}

/// A1–A3: what a scope does not reach is not found, by its address, in lists, counts and sums, by words.
#[tokio::test]
async fn every_scope_shows_what_it_reaches_and_nothing_else() {
    for world in World::all().await {
        let house = &world.house;
        assert!(world.kinds().len() >= 10, "{}", world.kinds().len());
        for scope in SCOPES {
            world.give(&[(Verb::See, scope)]).await;
            for entity in world.kinds() {
                let listed = house.get("anna", &format!("/{}?limit=200", entity.plural)).await;
                let counted = house.get("anna", &format!("/{}/count", entity.plural)).await;
                assert_eq!(listed.status, if scope == Scope::None { 404 } else { 200 }, "{} {scope:?}", entity.key);
                let mut shown = 0;
                for (branch, needed) in &world.branches {
                    let id = branch.record(entity.key);
                    let got = house.get("anna", &format!("/{}/{id}", entity.plural)).await;
                    let reached = scope >= least(&entity, *needed);
                    assert_eq!(got.status, if reached { 200 } else { 404 }, "{scope:?} {} at {needed:?}", entity.key);
                    assert_eq!(listed.text().contains(&id.to_string()), reached, "{scope:?} {} at {needed:?}, listed", entity.key);
                    shown += usize::from(reached);
                }
                if scope > Scope::None {
                    let records = listed.json()["records"].as_array().expect("records").len();
                    assert!(records >= shown, "{} {scope:?}", entity.key);
                    assert_eq!(counted.json()["count"], records, "{} {scope:?}", entity.key);
                }
            }
            let found = house.get("anna", "/search?q=officine").await.text();
            let officine: Vec<bool> =
                ["A", "C", "D", "E", "B"].iter().map(|letter| found.contains(&format!("Officine {letter}"))).collect();
            let reached: Vec<bool> = world.branches.iter().map(|(_, needed)| scope >= *needed).collect();
            assert_eq!(officine, reached, "{scope:?}: {found}");
        }
    }
}

/// Whose records a verb reaches is asked of each that one sees: refused beyond, and taken within (where only the version is wrong).
#[tokio::test]
async fn every_verb_reaches_as_far_as_its_scope() {
    for world in World::all().await {
        let house = &world.house;
        for (verb, method) in [(Verb::Change, "PATCH"), (Verb::Remove, "DELETE")] {
            for scope in SCOPES {
                world.give(&[(Verb::See, Scope::All), (verb, scope)]).await;
                let before = house.everything().await;
                for entity in world.kinds().iter().filter(|entity| !entity.can.appended && !entity.can.authored) {
                    for (branch, needed) in &world.branches {
                        let path = format!("/{}/{}", entity.plural, branch.record(entity.key));
                        let mut sending = house.api("anna", method, &path).if_match(999);
                        if method == "PATCH" {
                            sending = sending.json(&json!({}));
                        }
                        let got = sending.send().await;
                        let wanted = if scope >= least(entity, *needed) { 409 } else { 403 };
                        assert_eq!(got.status, wanted, "{method} {path} {scope:?} at {needed:?}: {}", got.text());
                    }
                }
                assert_eq!(before, house.everything().await);
            }
        }
        // Creating: for whom.
        for scope in SCOPES {
            world.give(&[(Verb::See, Scope::All), (Verb::Create, scope)]).await;
            for (branch, needed) in &world.branches {
                let site = json!({ "name": "Nuova", "account": branch.account.to_string() });
                let got = house.post("anna", "/sites", site).await;
                assert_eq!(got.status, if scope >= *needed { 201 } else { 403 }, "{scope:?} at {needed:?}: {}", got.text());
            }
            for (owner, needed) in [("anna", Scope::Own), ("aldo", Scope::Team), ("dora", Scope::Subtree), ("bruno", Scope::All)] {
                let account = json!({ "name": format!("Di {owner} {scope:?}"), "owner": house.people[owner].id.to_string() });
                let got = house.post("anna", "/accounts?insist=1", account).await;
                assert_eq!(got.status, if scope >= needed { 201 } else { 403 }, "{scope:?} for {owner}: {}", got.text());
            }
        }
    }
}

/// A9: a hidden field is nowhere: not read, sorted by, asked for, summed, exported, told in the history, described or written.
#[tokio::test]
async fn a_hidden_field_is_nowhere() {
    for world in World::all().await {
        let house = &world.house;
        world.give(&Verb::ALL.map(|verb| (verb, Scope::All))).await;
        let mut hidden = 0;
        for entity in world.kinds().iter().filter(|entity| !entity.can.joining) {
            let fields: Vec<&meta::Field> = entity.fields.iter().filter(|field| may_be_restricted(entity, field.key)).collect();
            let all: Vec<(&str, &str, &str)> = fields.iter().map(|field| (entity.key, field.key, "hidden")).collect();
            let path = format!("/{}/{}", entity.plural, house.north.record(entity.key));
            let whole = house.get("ada", &path).await.expect(200).json();
            world.restrict(&all).await;
            let seen = house.get("anna", &path).await.expect(200).json();
            let history = house.get("anna", &format!("{path}/history")).await;
            let described = house.get("anna", "/openapi.json").await.expect(200).json();
            let card = house.page("anna", "GET", &path).send().await;
            assert_eq!(card.status, 200, "{path}");
            for field in &fields {
                let at = |of: &Json| of.pointer(&format!("/{}", field.key.replace('.', "/"))).is_some();
                assert!(at(&whole), "{} {} is not told to an administrator", entity.key, field.key);
                assert!(!at(&seen), "{} {}: {seen}", entity.key, field.key);
                assert!(!history.text().contains(&format!("\"{}\"", field.key)), "{} {}", entity.key, field.key);
                let empty = format!("{} is empty", field.key).replace(' ', "%20");
                let asks = [
                    format!("/{}?filter={empty}", entity.plural),
                    format!("/{}?sort={}", entity.plural, field.key),
                    format!("/{}?fields={}", entity.plural, field.key),
                    format!("/{}/count?filter={empty}", entity.plural),
                ];
                for ask in asks {
                    let got = house.get("anna", &ask).await;
                    assert_eq!(got.status, 422, "{ask}: {}", got.text());
                }
                let value = match field.kind {
                    Kind::YesNo => json!(true),
                    Kind::Whole | Kind::Size => json!(7),
                    _ => json!("x"),
                };
                let mut sent = json!({});
                match field.key.split_once('.') {
                    Some((whole, part)) => sent[whole] = json!({ part: value }),
                    None => sent[field.key] = value,
                }
                let got = house.api("anna", "PATCH", &path).if_match(1).json(&sent).send().await;
                assert!(matches!(got.status, 403 | 405 | 409 | 422), "{} {}: {} {}", entity.key, field.key, got.status, got.text());
                if !entity.can.appended && !field.read_only && !field.system && field.computed.is_none() {
                    assert_eq!(got.status, 422, "{} {}: {}", entity.key, field.key, got.text());
                }
                hidden += 1;
            }
            let schema = described.pointer(&format!("/components/schemas/{}/properties", entity.key));
            let tells = |field: &&&meta::Field| !field.key.contains('.') && schema.is_some_and(|schema| schema.get(field.key).is_some());
            assert_eq!(fields.iter().find(tells).map(|field| field.key), None, "{}", entity.key);
            let list = house.page("anna", "GET", &format!("/{}?columns={}", entity.plural, all[0].1)).send().await;
            assert_eq!(list.status, 200, "{}", entity.plural);
            assert!(!list.text().contains(&format!("data-field=\"{}\"", all[0].1)), "{}", entity.plural);
        }
        assert!(hidden > 60, "{hidden}");
    }
}

/// A hidden field is found by none of its words, and a field that is only shown is not written; what one role hides another shows.
#[tokio::test]
async fn roles_add_up_for_fields_too() {
    for world in World::all().await {
        let house = &world.house;
        world.give(&Verb::ALL.map(|verb| (verb, Scope::All))).await;
        let path = format!("/accounts/{}", house.north.account);
        let found = async || house.get("anna", "/search?q=00743110157").await.text().contains("Officine A");
        assert!(found().await);
        world.restrict(&[("account", "vat_number", "hidden"), ("account", "stage", "read"), ("account", "phones", "hidden")]).await;
        assert!(!found().await, "by the hidden number");
        let seen = house.get("anna", &path).await.expect(200).json();
        assert!(seen.get("vat_number").is_none() && seen.get("phones").is_none() && seen.get("stage").is_some(), "{seen}");
        let version = seen["version"].as_i64().expect("a version");
        let patch = async |body: Json| house.api("anna", "PATCH", &path).if_match(version).json(&body).send().await.status;
        assert_eq!(patch(json!({ "stage": "lead" })).await, 422);
        assert_eq!(patch(json!({ "phones": [{ "number": "+390501234567" }] })).await, 422);
        assert_eq!(patch(json!({ "vat_number": "02313821007" })).await, 422);
        let card = house.page("anna", "GET", &path).send().await.text();
        assert!(!card.contains("00743110157") && !card.contains("spot-phones") && card.contains("id=\"spot-stage\""), "{card}");
        assert!(!card.contains("fields/stage/edit"), "{card}");
        // An export holds no column of it, and bulk changes refuse it.
        let bulk = json!({ "action": "change", "ids": [house.north.account.to_string()], "values": { "vat_number": "02313821007" } });
        assert_eq!(house.post("anna", "/accounts/bulk", bulk).await.status, 422);
        // A second role without that restriction shows all of it again.
        world.assume("|agent|prova|").await;
        let seen = house.get("anna", &path).await.expect(200).json();
        assert!(seen.get("vat_number").is_some() && seen.get("phones").is_some(), "{seen}");
        assert_eq!(patch(json!({ "stage": "lead" })).await, 200);
    }
}

/// What is hidden is in nothing that is taken out: no list, no card.
#[tokio::test]
async fn a_hidden_field_goes_out_in_no_form() {
    for world in World::all().await {
        let house = &world.house;
        let change = json!({ "vat_number": "00743110157", "remarks": "riservatissimo", "phones": [{ "number": "+390501234567" }] });
        let path = format!("/accounts/{}", house.north.account);
        house.api("ada", "PATCH", &path).if_match(1).json(&change).send().await.expect(200);
        world.give(&Verb::ALL.map(|verb| (verb, Scope::All))).await;
        let engine = &house.engine;
        let role = engine.entity("role").expect("roles");
        let export = vec![(role.field("export").expect("a right").id, kernel::Value::from(true))];
        engine.change(&engine.system(Through::CommandLine), &role, world.role, None, export, Vec::new()).await.expect("its right");
        let paths = [
            "/accounts/export.csv?columns=name,vat_number,phones,remarks".to_owned(),
            "/accounts/export.json?columns=name,vat_number,phones,remarks".to_owned(),
            "/accounts/export.vcf".to_owned(),
            "/accounts/export.vcf?vcard=3".to_owned(),
            format!("{path}/card.vcf"),
        ];
        for path in &paths {
            let text = house.page("anna", "GET", path).send().await.expect(200).text();
            assert!(text.contains("00743110157") && text.contains("riservatissimo"), "{path}: {text}");
        }
        world.restrict(&["vat_number", "phones", "remarks"].map(|field| ("account", field, "hidden"))).await;
        for path in &paths {
            let text = house.page("anna", "GET", path).send().await.expect(200).text();
            assert!(text.contains("Officine A"), "{path}: {text}");
            for trace in ["00743110157", "riservatissimo", "0501234567"] {
                assert!(!text.contains(trace), "{path} tells {trace}: {text}");
            }
        }
    }
}

/// A sharing rule shows what its filter chooses, with what hangs on it, to whom it says, until its day; it changes only where it says so.
#[tokio::test]
async fn a_rule_shares_until_its_day() {
    for world in World::all().await {
        let house = &world.house;
        world.give(&[(Verb::See, Scope::Own), (Verb::Change, Scope::Own)]).await;
        let theirs = format!("/accounts/{}", house.south.account);
        let sees = async |path: &str| house.get("anna", path).await.status;
        assert_eq!(sees(&theirs).await, 404);
        let (today, mut rule) = (house.engine.today(), json!({ "name": "Livorno", "entity": "account", "role": "prova" }));
        rule["filter"] = json!("address.city is \"Livorno\"");
        rule["until"] = json!(today.plus_days(2).to_string());
        // Only administrators make rules, by a filter that reads, and with somebody.
        assert!(matches!(house.post("mara", "/sharing_rules", rule.clone()).await.status, 403 | 404));
        let mut wrong = rule.clone();
        wrong["filter"] = json!("password is \"x\"");
        assert_eq!(house.post("ada", "/sharing_rules", wrong).await.status, 422);
        let mut wrong = rule.clone();
        wrong["team"] = json!(house.north.team.to_string());
        assert_eq!(house.post("ada", "/sharing_rules", wrong).await.status, 422);
        let made = house.post("ada", "/sharing_rules", rule).await.expect(201).json();
        let id = made["id"].as_str().expect("an id").to_owned();
        for (plural, record) in [
            ("accounts", house.south.account),
            ("contacts", house.south.contact),
            ("sites", house.south.site),
            ("notes", house.south.note),
            ("documents", house.south.document),
        ] {
            assert_eq!(sees(&format!("/{plural}/{record}")).await, 200, "{plural}");
        }
        let patch =
            async || house.api("anna", "PATCH", &theirs).if_match(1).json(&json!({ "trade_name": "Condivisa" })).send().await.status;
        assert_eq!(patch().await, 403);
        assert_eq!(house.api("anna", "DELETE", &theirs).if_match(1).send().await.status, 403);
        let card = house.page("anna", "GET", &theirs).send().await.text();
        assert!(!card.contains("fields/name/edit"), "{card}");
        let access = house.page("anna", "GET", &format!("{theirs}/visibility")).send().await.text();
        assert!(access.contains("Livorno") && !access.contains("person sees it"), "{access}");
        let everybody = house.page("ada", "GET", &format!("{theirs}/visibility")).send().await.text();
        assert!(everybody.contains(">anna</a>") && everybody.contains(">bruno</a>") && !everybody.contains(">dora</a>"), "{everybody}");
        let version = house.get("ada", &format!("/sharing_rules/{id}")).await.json()["version"].as_i64().expect("a version");
        let more = house.api("ada", "PATCH", &format!("/sharing_rules/{id}")).if_match(version).json(&json!({ "level": "change" })).send();
        more.await.expect(200);
        assert_eq!(patch().await, 200);
        house.clock.pass(3 * 86_400_000);
        assert_eq!(sees(&theirs).await, 404);
    }
}

/// A10: what goes out of sight is gone from what was open, at once.
#[tokio::test]
async fn another_right_holds_at_the_next_request() {
    for world in World::all().await {
        let house = &world.house;
        let theirs = format!("/accounts/{}", house.south.account);
        world.give(&[(Verb::See, Scope::All)]).await;
        assert_eq!(house.get("anna", &theirs).await.status, 200);
        world.give(&[(Verb::See, Scope::Team)]).await;
        assert_eq!(house.get("anna", &theirs).await.status, 404);
        // A team below becomes one beside.
        world.give(&[(Verb::See, Scope::Subtree)]).await;
        let below = format!("/accounts/{}", world.branches[3].0.account);
        assert_eq!(house.get("anna", &below).await.status, 200);
        let west = house.get("ada", "/teams?filter=name%20is%20%22west%22").await.json()["records"][0].clone();
        let path = format!("/teams/{}", west["id"].as_str().expect("a team"));
        house.api("ada", "PATCH", &path).if_match(1).json(&json!({ "parent": null })).send().await.expect(200);
        assert_eq!(house.get("anna", &below).await.status, 404);
        // The subject's account ends to be looked after.
        world.give(&[(Verb::See, Scope::Linked)]).await;
        let linked = format!("/accounts/{}", world.branches[1].0.account);
        assert_eq!(house.get("anna", &linked).await.status, 200);
        let filter = "subject.name%20is%20%22Chi%20lavora%20per%20Anna%22";
        let attached = house.get("ada", &format!("/account_subjects?filter={filter}")).await.json()["records"][0].clone();
        let path = format!("/account_subjects/{}", attached["id"].as_str().expect("an attachment"));
        let over = json!({ "until": house.engine.today().plus_days(-1).to_string() });
        house.api("ada", "PATCH", &path).if_match(1).json(&over).send().await.expect(200);
        assert_eq!(house.get("anna", &linked).await.status, 404);
    }
}

/// The administrators' role stays whole, a role that somebody has stays, and nobody gets a role that is not there.
#[tokio::test]
async fn roles_stay_whole() {
    for world in World::all().await {
        let house = &world.house;
        let found = async |filter: &str| house.get("ada", &format!("/roles?filter={filter}")).await.json()["records"][0].clone();
        let first = found("key%20is%20%22administrator%22").await;
        let path = format!("/roles/{}", first["id"].as_str().expect("a role"));
        house.api("ada", "PATCH", &path).if_match(1).json(&json!({ "export": false })).send().await.expect(403);
        house.api("ada", "DELETE", &path).if_match(1).send().await.expect(403);
        let own = format!("/roles/{}", world.role);
        let version = house.get("ada", &own).await.json()["version"].as_i64().expect("a version");
        house.api("ada", "DELETE", &own).if_match(version).send().await.expect(403);
        let rights = |entity: &str, field: &str| json!({ "rights": [{ "entity": entity, "see": "all" }], "fields": [{ "entity": "account", "field": field }] });
        for wrong in
            [rights("nothing", "revenue"), rights("account", "nothing"), rights("account", "name"), rights("account", "password_hash")]
        {
            house.api("ada", "PATCH", &own).if_match(version).json(&wrong).send().await.expect(422);
        }
        let anna = format!("/users/{}", house.people["anna"].id);
        let version = house.get("ada", &anna).await.json()["version"].as_i64().expect("a version");
        house.api("ada", "PATCH", &anna).if_match(version).json(&json!({ "roles": ["king"] })).send().await.expect(422);
        // Whoever may not administer neither sees roles nor gives himself one.
        house.get("anna", "/roles").await.expect(404);
        house.api("mara", "PATCH", &anna).if_match(version).json(&json!({ "roles": ["administrator"] })).send().await.expect(403);
    }
}

/// The matrix is changed on a page: what differs from the first line is said, what does not follows it.
#[tokio::test]
async fn the_matrix_is_a_page() {
    for world in World::all().await {
        let house = &world.house;
        let (address, ada) = (format!("/roles/{}/rights", world.role), &house.people["ada"]);
        house.page("anna", "GET", &address).send().await.expect(403);
        let page = house.page("ada", "GET", &address).send().await.expect(200).text();
        assert!(page.contains("name=\"right.account.see\"") && page.contains("value=\"account:revenue\""), "{page}");
        let version = house.get("ada", &format!("/roles/{}", world.role)).await.json()["version"].as_i64().expect("a version");
        let form = format!(
            "csrf={}&version={version}&usual.see=team&right.account.see=none&right.site.see=all&add=account%3Arevenue&add-right=hidden",
            ada.csrf
        );
        house.page("ada", "POST", &address).form(&form).send().await.expect(303);
        let role = house.get("ada", &format!("/roles/{}", world.role)).await.json();
        assert_eq!((role["see"].as_str(), role["create"].as_str()), (Some("team"), Some("none")));
        let said = |relation: &str| role[relation].as_array().expect("lines").len();
        // What follows is said nowhere; accounts stay at what they were, which now differs.
        let kinds: Vec<(&str, &str)> = role["rights"]
            .as_array()
            .expect("lines")
            .iter()
            .map(|line| (line["entity"].as_str().expect("a kind"), line["see"].as_str().expect("a scope")))
            .collect();
        assert!(kinds.contains(&("site", "all")), "{role}");
        assert_eq!(said("fields"), 1, "{role}");
        let card = house.page("ada", "GET", &format!("/roles/{}", world.role)).send().await.expect(200).text();
        assert!(card.contains("class=\"list-scroll matrix\"") && card.contains("Restricted fields"), "{card}");
    }
}

/// An administrator sees what another sees, changes nothing meanwhile, and is known to the audit all the same.
#[tokio::test]
async fn an_administrator_sees_as_another_and_changes_nothing() {
    for house in houses().await {
        let (ada, anna) = (&house.people["ada"], &house.people["anna"]);
        let begin = format!("/users/{}/seeing", anna.id);
        let csrf = |who: &str| format!("csrf={}", house.people[who].csrf);
        house.page("anna", "POST", &format!("/users/{}/seeing", ada.id)).form(&csrf("anna")).send().await.expect(403);
        house.page("ada", "POST", &format!("/users/{}/seeing", ada.id)).form(&csrf("ada")).send().await.expect(422);
        let begun = house.page("ada", "POST", &begin).form(&csrf("ada")).send().await.expect(303);
        let cookie = begun.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let before = house.everything().await;
        let sees = async |method: &str, target: &str, cookie: &str| {
            house.send(method, target).header("Cookie", format!("{}; {cookie}", ada.cookie)).form(&csrf("ada")).send().await
        };
        let south = format!("/accounts/{}", house.south.account);
        let list = sees("GET", "/accounts", &cookie).await.expect(200).text();
        assert!(list.contains("Officine A") && !list.contains("Officine B") && list.contains("Back to ada"), "{list}");
        assert_eq!(sees("GET", &south, &cookie).await.status, 404);
        assert_eq!(sees("GET", "/administration", &cookie).await.status, 403);
        let north = format!("/accounts/{}", house.north.account);
        let card = sees("GET", &north, &cookie).await.expect(200).text();
        assert!(!card.contains(&format!("{north}/edit")), "{card}");
        for target in [
            format!("{north}/edit"),
            format!("{north}/removal"),
            format!("{north}/favourite"),
            begin.clone(),
            "/preferences/language".to_owned(),
        ] {
            assert_eq!(sees("POST", &target, &cookie).await.status, 403, "{target}");
        }
        assert_eq!(before, house.everything().await);
        // Nobody makes such a cookie himself, and it is worth nothing in another session.
        let forged = cookie.replace(&anna.id.to_string(), &house.people["bruno"].id.to_string());
        assert_eq!(sees("GET", &south, &forged).await.status, 200);
        let mara = house.send("GET", &south).header("Cookie", format!("{}; {cookie}", house.people["mara"].cookie)).send().await;
        assert_eq!(mara.status, 200);
        let end = sees("POST", "/seeing/end", &cookie).await.expect(303);
        assert!(end.header("set-cookie").contains("Max-Age=0"), "{}", end.header("set-cookie"));
    }
}

/// Of more people than a question names one by one it asks for their teams: the same is seen, and nothing else.
#[tokio::test]
async fn many_people_below_are_reached_as_few_are() {
    for world in World::all().await {
        let (house, engine) = (&world.house, &world.house.engine);
        let system = engine.system(Through::CommandLine);
        let far = put(engine, &system, "team", json!({ "name": "far", "parent": house.north.team.to_string() })).await;
        let mut last = house.north.account;
        for number in 0..110 {
            let user = json!({ "name": format!("Agente {number}"), "email": format!("agente{number}@example.it"), "roles": ["agent"], "team": far.to_string() });
            last = put(engine, &system, "user", user).await;
        }
        let his = branch(engine, last, far, "F", "Carrara").await;
        world.give(&[(Verb::See, Scope::Subtree), (Verb::Change, Scope::Team)]).await;
        for (other, needed) in &world.branches {
            let status = house.get("anna", &format!("/accounts/{}", other.account)).await.status;
            assert_eq!(status == 200, *needed <= Scope::Subtree, "{needed:?}");
        }
        house.get("anna", &format!("/accounts/{}", his.account)).await.expect(200);
        house.get("anna", &format!("/contacts/{}", his.contact)).await.expect(200);
        let listed = house.get("anna", "/accounts?limit=100").await.expect(200).text();
        assert!(listed.contains(&his.account.to_string()) && !listed.contains(&house.south.account.to_string()));
        // What she only sees she does not change, whoever it belongs to.
        let change = async |account: Id, status: u16| {
            let account = format!("/accounts/{account}");
            let version = house.get("anna", &account).await.expect(200).json()["version"].as_i64().expect("a version");
            let name = json!({ "name": format!("Altro nome {version}") });
            house.api("anna", "PATCH", &account).if_match(version).json(&name).send().await.expect(status);
        };
        change(his.account, 403).await;
        change(house.north.account, 200).await;
        world.give(&[(Verb::See, Scope::Subtree), (Verb::Change, Scope::Subtree)]).await;
        change(his.account, 200).await;
    }
}

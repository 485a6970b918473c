//! Who may import whom, read from the manifests. ARCHITECTURE.md shows the same table to people.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Our crates, and which of ours each may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("italy", &["kernel"]),
    ("matching", &["kernel", "italy"]),
    ("formats", &["kernel"]),
    ("meta", &["kernel", "italy"]),
    ("store", &["kernel", "meta"]),
    ("engine", &["kernel", "matching", "meta", "store", "wire"]),
    ("wire", &["kernel"]),
    ("web", &["kernel", "formats", "meta", "engine", "assets"]),
    ("base", &["kernel", "italy", "formats", "meta", "engine", "wire", "web"]),
    ("marketing", &["kernel", "italy", "formats", "meta", "engine", "wire", "web", "base"]),
    ("assets", &[]),
    ("check", &[]),
    ("benches", &["matching"]),
    ("scheda", &["kernel", "italy", "formats", "meta", "store", "engine", "wire", "web", "base", "marketing", "assets"]),
];

/// Libraries that only some crates may hold.
const HELD_ALONE: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("deadpool-postgres", &["store"]),
    ("axum", &["web"]),
    ("hyper", &["web", "wire"]),
    ("askama", &["web", "base", "marketing"]),
    ("argon2", &["engine"]),
    ("chacha20poly1305", &["engine"]),
    ("mail-builder", &["wire"]),
    ("rsa", &["wire"]),
    ("minijinja", &["marketing"]),
    ("getrandom", &["kernel"]),
    ("clap", &["scheda", "benches"]),
    ("tracing-subscriber", &["scheda"]),
];

/// Licences and libraries of another kind that must never come in.
const NEVER: &[&str] = &["openssl", "openssl-sys", "native-tls"];

/// Who writes SQL outside of the platform's own crates, and why it is not the engine's.
const SPEAK_SQL: &[&str] = &[
    // The key of forms and cursors, made once with the installation, of no entity.
    "crates/web/src/seal.rs",
    // The state of a run moves on with its batch, without a version and a history of its own.
    "modules/base/src/imports/mod.rs",
    "modules/base/src/imports/wizard/runs.rs",
    "modules/base/src/imports/scheduled/rows.rs",
    // What a file has no longer is found among what its schedule brought, the program's own bookkeeping.
    "modules/base/src/imports/missing.rs",
    // Hundreds of keys are looked up at once, as the import and not as a person.
    "modules/base/src/imports/batches.rs",
    "modules/base/src/imports/keys.rs",
    "modules/base/src/imports/consents.rs",
    // Deliveries are rows that the sending alone writes, thousands in a second, and what bars one is asked in the transaction that lets
    // it go, as the program and not as a person.
    "modules/marketing/src/deliveries/counts.rs",
    "modules/marketing/src/mailings/preparing.rs",
    "modules/marketing/src/mailings/standing.rs",
    "modules/marketing/src/mailings/pages.rs",
    "modules/marketing/src/sending/doubt.rs",
    "modules/marketing/src/sending/ledger.rs",
    "modules/marketing/src/sending/mod.rs",
    "modules/marketing/src/suppression/rules.rs",
    "modules/marketing/src/lists/members.rs",
    // Whoever unsubscribes is known by his link alone, and is nobody here.
    "modules/marketing/src/unsubscribe/mod.rs",
    // Where a contact stands is asked inside the transaction of a write, as the rule and not as the person.
    "modules/base/src/documents/numbering.rs",
    "modules/base/src/standing.rs",
    "modules/base/src/relations/bound.rs",
    "modules/base/src/relations/types.rs",
    "modules/base/src/subjects/agencies.rs",
    // What waits to be looked for moves with every answer, without a version and a history of its own.
    "modules/base/src/geocoding/queue.rs",
    // Whose turn a lead is, is asked inside the run that gives it.
    "modules/base/src/directory/extracting.rs",
    "modules/base/src/subjects/attached.rs",
    // Terms are read whole into the model.
    "modules/base/src/vocabularies/mod.rs",
    // Whether a vocabulary is there, or used, is asked inside the transaction of a write.
    "modules/base/src/vocabularies/own.rs",
    // Whether somebody agreed to a text is asked as the rule, and the text held while he does.
    "modules/base/src/consents/rules.rs",
    "modules/base/src/consents/texts.rs",
    // Whether a term is there is asked inside the write that may bring it in.
    "modules/base/src/tags/mod.rs",
];

struct Manifest {
    name: String,
    path: PathBuf,
    dependencies: BTreeMap<String, toml::Value>,
    /// What only its tests and its build may use.
    aside: BTreeMap<String, toml::Value>,
    linted: bool,
}

/// What the tests of a crate may use beyond the table: whoever stands above, or the tests' own doors.
const TESTS_MAY_IMPORT: &[(&str, &[&str])] =
    &[("web", &["base", "marketing", "store", "italy"]), ("base", &["store"]), ("marketing", &["store"]), ("engine", &[]), ("store", &[])];

#[test]
fn arrows_point_down() {
    let known: BTreeMap<&str, BTreeSet<&str>> = MAY_IMPORT.iter().map(|(name, may)| (*name, may.iter().copied().collect())).collect();
    for manifest in manifests() {
        let may = known.get(manifest.name.as_str()).unwrap_or_else(|| panic!("{} has no place in the table of imports", manifest.name));
        for dependency in manifest.dependencies.keys() {
            assert!(
                !known.contains_key(dependency.as_str()) || may.contains(dependency.as_str()),
                "{} imports {dependency}, which the table does not allow",
                manifest.name
            );
        }
        let more = TESTS_MAY_IMPORT.iter().find(|(name, _)| *name == manifest.name).map_or(&[][..], |(_, may)| may);
        for dependency in manifest.aside.keys() {
            let allowed = may.contains(dependency.as_str()) || more.contains(&dependency.as_str()) || *dependency == manifest.name;
            assert!(!known.contains_key(dependency.as_str()) || allowed, "the tests of {} import {dependency}", manifest.name);
        }
        assert!(manifest.linted, "{} does not take the workspace's lints", manifest.name);
    }
}

#[test]
fn people_read_the_same_table() {
    let text = read(&root().join("ARCHITECTURE.md"));
    let rows: BTreeMap<String, BTreeSet<String>> = text
        .lines()
        .skip_while(|line| !line.starts_with("| crate | may import"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let words = |cell: &str| cell.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_owned).collect::<BTreeSet<_>>();
            (cells[1].trim_matches('`').to_owned(), words(cells[2]))
        })
        .collect();
    for (name, may) in MAY_IMPORT.iter().filter(|(name, _)| !matches!(*name, "check" | "benches" | "scheda")) {
        let row = rows.get(*name).or_else(|| rows.get(&format!("modules/{name}")));
        let row = row.unwrap_or_else(|| panic!("ARCHITECTURE.md does not say what {name} may import"));
        for import in *may {
            assert!(row.contains(*import), "ARCHITECTURE.md does not say that {name} may import {import}");
        }
    }
}

/// Tables are read and written by statements of the platform and of few slices, which are named here: everybody else
/// asks the engine.
#[test]
fn statements_are_written_in_few_places() {
    let known = SPEAK_SQL;
    for path in sources() {
        let relative = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
        let inside = ["crates/meta/", "crates/store/", "crates/engine/", "benches/"].iter().any(|folder| relative.starts_with(folder));
        if inside || relative.contains("tests") || known.contains(&relative.as_str()) {
            continue;
        }
        let text = read(&path);
        let speaks = ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "Statement::new"].iter().any(|words| text.contains(words));
        assert!(!speaks || relative.starts_with("crates/check/"), "{relative} writes SQL");
    }
}

#[test]
fn what_is_held_alone_is_held_alone() {
    for manifest in manifests() {
        for (library, holders) in HELD_ALONE {
            assert!(
                !manifest.dependencies.contains_key(*library) || holders.contains(&manifest.name.as_str()),
                "{} holds {library}, which belongs to {holders:?}",
                manifest.name
            );
        }
    }
}

#[test]
fn each_dependency_stands_once_with_its_reason() {
    for manifest in manifests() {
        for (name, dependency) in manifest.dependencies.iter().chain(&manifest.aside) {
            let shared = dependency.get("workspace").and_then(toml::Value::as_bool) == Some(true);
            let itself = dependency.get("path").and_then(toml::Value::as_str) == Some(".");
            assert!(shared || itself, "{}: {name} has a version of its own in {}", manifest.name, manifest.path.display());
        }
    }
    let text = read(&root().join("Cargo.toml"));
    let section = text.split("[workspace.dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
    let mut reason = false;
    for line in section.lines() {
        if line.starts_with('#') {
            reason = true;
        } else if line.contains('=') && !line.contains("path =") && !line.starts_with(' ') {
            assert!(reason, "no reason stands above {line}");
            reason = false;
        }
    }
}

#[test]
fn nothing_forbidden_is_locked() {
    let lock: toml::Value = toml::from_str(&read(&root().join("Cargo.lock"))).expect("the lock file is TOML");
    let packages = lock["package"].as_array().expect("packages");
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        assert!(!NEVER.contains(&name), "{name} is locked");
    }
}

#[test]
fn nobody_reaches_around_the_arguments() {
    // Clippy refuses the calls themselves; this keeps exceptions few and known.
    let allowed = ["crates/kernel/src/clock.rs", "crates/kernel/src/chance.rs", "app/src/settings.rs", "crates/store/src/testing.rs"];
    for path in sources() {
        let relative = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
        if relative.contains("/tests")
            || relative.contains("/examples")
            || relative.ends_with("build.rs")
            || relative.starts_with("benches/")
        {
            continue;
        }
        let excused = read(&path).contains("clippy::disallowed_methods");
        assert!(!excused || allowed.contains(&relative.as_str()), "{relative} excuses itself from the ban on the ambient");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root of the workspace")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

fn manifests() -> Vec<Manifest> {
    let mut found = Vec::new();
    for folder in ["app", "assets", "benches", "crates", "modules"] {
        let folder = root().join(folder);
        let inner = std::fs::read_dir(&folder).expect("a folder").filter_map(Result::ok).map(|entry| entry.path());
        for path in inner.chain([folder]).map(|folder| folder.join("Cargo.toml")).filter(|path| path.is_file()) {
            let manifest: toml::Table = toml::from_str(&read(&path)).expect("a manifest");
            let name = manifest["package"]["name"].as_str().expect("a name").to_owned();
            assert!(!manifest.contains_key("target"), "{name} has dependencies of one system only");
            let table = |key: &str| manifest.get(key).and_then(toml::Value::as_table).cloned().unwrap_or_default();
            let linted = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool) == Some(true);
            let dependencies = table("dependencies").into_iter().collect();
            let aside = table("dev-dependencies").into_iter().chain(table("build-dependencies")).collect();
            found.push(Manifest { name, path, dependencies, aside, linted });
        }
    }
    assert!(found.len() >= MAY_IMPORT.len(), "every crate is read");
    found
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["app", "crates", "modules", "assets", "benches"].iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

//! What the portal is made of and made with: each of it has a reason, one version, and no other way in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Of all sections of a manifest that name dependencies.
fn crates(manifest: &str) -> Vec<String> {
    let text = read(manifest);
    let sections = text.split("\n[").filter(|it| it.split(']').next().unwrap().ends_with("dependencies"));
    let lines = sections.flat_map(|it| it.lines().skip(1));
    lines.filter_map(|it| it.split_once(" = ")).map(|it| it.0.to_owned()).collect()
}

fn packages() -> Vec<String> {
    let package: serde_json::Value = serde_json::from_str(&read("package.json")).unwrap();
    let sections = ["dependencies", "devDependencies"].into_iter().filter_map(|it| package[it].as_object());
    sections.flat_map(|it| it.keys().cloned()).collect()
}

/// What scripts/versions.sh pins.
fn tools() -> Vec<String> {
    let text = read("scripts/versions.sh");
    let pinned = text.lines().filter_map(|it| it.split_once("_VERSION=")).map(|it| it.0);
    pinned.filter(|it| *it != "NODE").map(|it| it.to_lowercase().replace('_', "-")).collect()
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let rows = read("docs/dependencies.md");
    let named: BTreeSet<&str> = rows
        .lines()
        .filter_map(|it| it.strip_prefix("| ")?.split('|').next())
        .flat_map(|it| it.split([',', ' ', '(', ')']))
        .collect();
    let (host, fuzz) = (crates("Cargo.toml"), crates("fuzz/Cargo.toml"));
    assert!(host.len() > 20 && fuzz.len() > 5 && packages().len() > 3 && tools().len() > 5);
    let all = [host, fuzz, packages(), tools()].concat();
    for name in all.iter().filter(|it| *it != "portal") {
        assert!(named.contains(name.as_str()), "docs/dependencies.md has no row for {name}");
    }
}

fn locked(name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for package in read(name).split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = package.lines().find_map(|it| it.strip_prefix(&format!("{name} = ")));
            line.unwrap().trim_matches('"').to_owned()
        };
        found.entry(field("name")).or_default().insert(field("version"));
    }
    found
}

/// What is fuzzed is what ships.
#[test]
fn the_fuzzers_ask_the_versions_that_ship() {
    let (ours, theirs) = (locked("Cargo.lock"), locked("fuzz/Cargo.lock"));
    for (name, versions) in &theirs {
        if let Some(own) = ours.get(name) {
            assert!(
                versions.is_subset(own),
                "{name}: {versions:?} in fuzz/Cargo.lock, {own:?} in Cargo.lock"
            );
        }
    }
}

#[test]
fn no_script_moves_a_lock_file() {
    let mut seen = 0;
    let scripts = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts")).unwrap();
    let scripts = scripts.map(|it| format!("scripts/{}", it.unwrap().file_name().to_str().unwrap()));
    for name in scripts
        .filter(|it| it.rsplit('.').next() == Some("sh"))
        .chain([".ci/run".into(), "tests/run.mjs".into()])
    {
        let text = read(&name);
        let commands = text.lines().filter(|it| {
            let in_words = ["echo ", "say ", "fail ", "`"].iter().any(|word| it.contains(word));
            !it.trim_start().starts_with('#') && !in_words && !it.contains("--version >")
        });
        for line in commands {
            let called = line.split("cargo ").skip(1).filter_map(|it| it.split(' ').next());
            let resolves = |it: &str| ["check", "clippy", "deny", "fetch", "metadata", "test"].contains(&it);
            if called.into_iter().any(resolves) || line.contains("command: \"cargo\"") {
                seen += 1;
                assert!(line.contains("--locked"), "{name}: {line}");
            }
            assert!(!line.contains("npx ") && !line.contains("cargo update"), "{name}: {line}");
            // The one that is installed by itself is pinned in scripts/versions.sh.
            assert!(!line.contains("npm install") || line.contains("--prefix"), "{name}: {line}");
        }
    }
    assert!(seen >= 6, "the rule saw {seen} commands");
}

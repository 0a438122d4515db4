//! What the fuzzers found worth keeping (`fuzz/corpus`), and that each of them can be asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::properties::{
    addresses, bounces, calendars, cookies, forms, gateway, json, mails, markdown, multipart, proofs,
    queries, requests, sheets, sign_on, words,
};

type Holds = fn(&[u8]);

const ALL: [(&str, Holds); 16] = [
    ("addresses", addresses::holds),
    ("bounces", bounces::holds),
    ("calendars", calendars::holds),
    ("cookies", cookies::holds),
    ("forms", forms::holds),
    ("gateway", gateway::holds),
    ("json", json::holds),
    ("mails", mails::holds),
    ("markdown", markdown::holds),
    ("multipart", multipart::holds),
    ("proofs", proofs::holds),
    ("queries", queries::holds),
    ("requests", requests::holds),
    ("sheets", sheets::holds),
    ("sign_on", sign_on::holds),
    ("words", words::holds),
];

/// Of one target.
const MOST_FILES: usize = 30;
const MOST_BYTES: usize = 20_000;

fn fuzz(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(path)
}

fn files(path: &str) -> BTreeSet<PathBuf> {
    let found = fs::read_dir(fuzz(path)).unwrap_or_else(|it| panic!("fuzz/{path}: {it}"));
    found.map(|it| it.unwrap().path()).collect()
}

#[test]
fn what_the_fuzzers_kept_still_holds() {
    let mut broken = Vec::new();
    for (name, holds) in ALL {
        let kept = files(&format!("corpus/{name}"));
        assert!((1..=MOST_FILES).contains(&kept.len()), "{name} has {} files", kept.len());
        let mut bytes = 0;
        for file in kept {
            let input = fs::read(&file).unwrap();
            bytes += input.len();
            if std::panic::catch_unwind(|| holds(&input)).is_err() {
                broken.push(file);
            }
        }
        assert!(bytes <= MOST_BYTES, "the corpus of {name} has {bytes} bytes");
    }
    assert!(broken.is_empty(), "these do not hold any more: {broken:#?}");
}

/// Of nothing, of one byte, and of every byte there is.
#[test]
fn they_hold_of_next_to_nothing() {
    let every: Vec<u8> = (0..=255).collect();
    for (name, holds) in ALL {
        for input in [&[][..], &[0], &[0xff], &[0xff; 9], &every] {
            assert!(std::panic::catch_unwind(|| holds(input)).is_ok(), "{name} of {input:?}");
        }
    }
}

#[test]
fn each_property_is_asked_by_a_fuzzer() {
    let stem = |it: &PathBuf| it.file_stem().unwrap().to_str().unwrap().to_owned();
    let names: BTreeSet<String> = ALL.iter().map(|it| it.0.to_owned()).collect();
    assert_eq!(files("fuzz_targets").iter().map(stem).collect::<BTreeSet<_>>(), names);
    assert_eq!(files("corpus").iter().map(stem).collect::<BTreeSet<_>>(), names);
    let manifest = fs::read_to_string(fuzz("Cargo.toml")).unwrap();
    for name in &names {
        assert!(manifest.contains(&format!("\nname = \"{name}\"\n")), "fuzz/Cargo.toml has no {name}");
    }
}

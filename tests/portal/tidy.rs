//! The invariants of ARCHITECTURE.md that the compiler does not hold.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path, found) } else { found.push(path) }
    }
}

pub fn each_source(mut check: impl FnMut(&str, &str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    sources(&root.join("src"), &mut found);
    for path in found.into_iter().filter(|it| it.extension().is_some_and(|it| it == "rs")) {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        check(&name, &fs::read_to_string(&path).unwrap());
    }
}

/// Each may name only those before it.
const LAYERS: &[&str] = &[
    "kernel", "db", "page", "answer", "error", "access", "outbox", "link", "audit", "throttle", "apps",
    "jobs", "routes", "openapi", "edge",
];

fn layer(name: &str) -> usize {
    LAYERS.iter().position(|it| *it == name).unwrap_or_else(|| panic!("`{name}` is not a layer"))
}

#[test]
fn imports_point_one_way() {
    each_source(|name, text| {
        let own = name.trim_start_matches("src/").split(['/', '.']).next().unwrap();
        for named in
            text.split("crate::").skip(1).map(|it| it.split(|c: char| !c.is_alphanumeric()).next().unwrap())
        {
            let named = if named == "sql" { "db" } else { named };
            if named.is_empty() {
                continue; // `crate::{a, b}`: rustfmt keeps those to the edge, which may name everything
            }
            assert!(own == "lib" || layer(named) <= layer(own), "{name} names crate::{named}");
        }
        let at_the_edge = name.starts_with("src/edge/") || name == "src/db/d1.rs";
        assert!(at_the_edge || !text.contains("worker::"), "{name} names the worker crate");
        assert!(
            name == "src/page/markdown.rs" || !text.contains("PreEscaped"),
            "{name} opens the hole in HTML escaping"
        );
    });
}

#[test]
fn each_part_of_an_application_keeps_to_its_trade() {
    const MUST_NOT_SAY: &[(&str, &[&str])] = &[
        ("/rules.rs", &["crate::access", "crate::db", "crate::error", "axum::", "maud::", "async "]),
        ("/sql.rs", &["super::view", "axum::", "maud::", "format!", "Stmt"]),
        ("/view.rs", &["super::sql", "crate::db", "access::Access", "Posted", "async "]),
        ("/mod.rs", &["crate::db", "sql!("]),
        ("/actions.rs", &["crate::db", "crate::page", "axum::response", "axum::extract", "maud::"]),
    ];
    each_source(|name, text| {
        for (files, words) in
            MUST_NOT_SAY.iter().filter(|it| name.starts_with("src/apps/") && name.ends_with(it.0))
        {
            for word in *words {
                assert!(!text.contains(word), "{name} says `{word}`; {files} files must not");
            }
        }
    });
}

#[test]
fn files_have_a_subject_and_a_size() {
    each_source(|name, text| {
        let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
        assert!(!["utils", "util", "helpers", "common", "misc"].contains(&stem), "{name} has no subject");
        assert!(text.lines().count() <= 400, "{name} is too long to read in one sitting");
    });
    let mut tests = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/portal"), &mut tests);
    for path in tests.iter().filter(|it| it.extension().is_some_and(|it| it == "rs")) {
        let lines = fs::read_to_string(path).unwrap().lines().count();
        assert!(lines <= 400, "{} is too long to read in one sitting", path.display());
    }
}

/// Deeds at once go through `portal.race` of the edge suite, which delays each call of D1: without, a check that is apart
/// from its deed passes most of the time.
#[test]
fn every_race_at_the_edge_has_jitter() {
    let (mut files, mut races) = (Vec::new(), 0);
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edge"), &mut files);
    for path in files.iter().filter(|it| it.to_str().unwrap().ends_with(".test.mjs")) {
        let text = fs::read_to_string(path).unwrap();
        races += text.matches("portal.race(").count();
        let apart = text
            .lines()
            .any(|it| it.contains("Promise.all") && (it.contains(".scheduled(") || it.contains(".twin()")));
        assert!(!apart && !text.contains("together }"), "{} races without jitter", path.display());
    }
    assert!(races >= 20, "{races} races");
}

/// `?1` is the organisation of the door in every statement; one that does not use it is bound to nothing. Those of
/// a person are bound to the person, and those of nobody in particular stand in the applications named here.
#[test]
fn every_statement_of_an_application_is_bound_to_its_organisation() {
    const OF_NOBODY: &[&str] = &[
        "src/apps/sign_in/",
        "src/apps/setup/",
        "src/apps/dev/",
        "src/apps/health/",
        "src/apps/calendar/feed/",
        "src/apps/sso/provider/",
        "src/apps/notifications/unsubscribe/",
        "src/apps/staff/",
    ];
    const OF_A_PERSON: &[&str] = &["src/apps/me/"];
    let mut seen = 0;
    each_source(|name, text| {
        let is = |places: &[&str]| places.iter().any(|it| name.starts_with(it));
        if !name.starts_with("src/apps/") || is(OF_NOBODY) {
            return;
        }
        for statement in text.split("sql!(").skip(1) {
            let statement = statement.split('"').nth(1).unwrap();
            let words: &[&str] = if is(OF_A_PERSON) {
                &["person_id = ?1", "person.id = ?1", "id = ?1", "values (?2, ?1,"]
            } else {
                &[
                    "org_id = ?1",
                    "organisation.id = ?1",
                    "from organisation where id = ?1",
                    "where id = ?1",
                    "?1, person.id",
                    "select ?1,",
                    "?1 is not null",
                ]
            };
            assert!(words.iter().any(|it| statement.contains(it)), "{name}: {statement}");
            seen += 1;
        }
    });
    assert!(seen >= 10, "the rule saw {seen} statements");
}

/// The database lies behind the door; whoever could say `.db` or hold a `Db` could go round it.
#[test]
fn only_the_door_holds_the_database() {
    const DOORS: &[&str] = &["app", "door", "doorstep", "gate", "signed_in", "staffed"];
    each_source(|name, text| {
        let may = DOORS.iter().any(|it| name == format!("src/access/{it}.rs"));
        let may = may || name.starts_with("src/edge/") || name.starts_with("src/db/");
        let text = text.split("#[cfg(test)]").next().unwrap();
        assert!(
            may || !(text.contains("db::Db;") || text.contains("{Db,") || text.contains(".db.")),
            "{name}"
        );
    });
}

/// What is bound to nothing can reach everything, so few may say it.
#[test]
fn only_audit_outbox_and_link_make_unbound_statements() {
    each_source(|name, text| {
        let may = [
            "src/access/scope.rs",
            "src/access/once.rs",
            "src/audit.rs",
            "src/outbox.rs",
            "src/link.rs",
            "src/throttle.rs",
        ]
        .contains(&name);
        assert!(may || !(text.contains(".unbound(") || text.contains(".unbound_query(")), "{name}");
        let at_the_door = name.starts_with("src/access/") || name.starts_with("src/jobs/");
        let doorstep = [
            "sign_in",
            "setup",
            "dev",
            "health",
            "calendar/feed",
            "notifications/unsubscribe",
            "sso/provider",
        ]
        .iter()
        .any(|it| name.starts_with(&format!("src/apps/{it}/")));
        assert!(at_the_door || doorstep || !text.contains("door: Doorstep"), "{name} lets anyone in");
        let job =
            name.starts_with("src/access/") || name.starts_with("src/jobs/") || name.starts_with("src/edge/");
        assert!(job || !text.contains("System::new"), "{name} acts as the system");
    });
}

/// A line of the log is chained by the statement that writes it, so there is one such statement.
#[test]
fn only_one_statement_writes_into_the_audit_log() {
    each_source(|name, text| {
        assert!(name == "src/access/trail/link.rs" || !text.contains("insert into audit "), "{name}");
    });
}

/// Time and chance are handed over; a wall clock in wasm would trap.
#[test]
fn nobody_asks_for_the_time_or_rolls_dice() {
    each_source(|name, text| {
        for word in [
            "SystemTime",
            "Instant::now",
            "Utc::now",
            "Local::now",
            "Uuid::now_v7",
            "Uuid::new_v4",
            "getrandom::",
        ] {
            assert!(name.starts_with("src/edge/") || !text.contains(word), "{name} says {word}");
        }
        for word in ["TODO", "FIXME", "todo!", "unimplemented!", "#[allow"] {
            assert!(!text.contains(word), "{name} says {word}");
        }
    });
}

/// No inline code or style in pages: the policy would block it and the page would look broken to somebody.
#[test]
fn pages_have_no_inline_style_or_script() {
    each_source(|name, text| {
        for word in [" style=", " onclick=", " onsubmit=", "javascript:"] {
            assert!(
                name == "src/page/mail.rs"
                    || !text.contains(word)
                    || name.ends_with("/rules.rs")
                    || name.ends_with("/config.rs"),
                "{name} says {word}"
            );
        }
    });
}

/// A role is a row of the matrix; who compares roles elsewhere makes a second matrix.
#[test]
fn only_the_matrix_compares_roles() {
    each_source(|name, text| {
        let may = ["src/access/matrix.rs", "src/access/desk.rs", "src/access/door.rs", "src/kernel/role.rs"]
            .contains(&name);
        let may = may
            || name.starts_with("src/apps/contacts/")
            || name.starts_with("src/apps/orgs/")
            || name.starts_with("src/apps/staff/customers/")
            || name.starts_with("src/apps/staff/publishing/");
        assert!(may || !text.contains("roles.contains("), "{name} compares roles");
    });
}

//! Code and schema do not change at the same moment (security 8.4). New code on a database that has not been migrated
//! answers as usual or says 503 before anything is written; the code of the last release runs on the newest schema.

use std::collections::BTreeMap;
use std::path::Path;

use futures_executor::block_on;
use portal::access::Endpoint;
use portal::db::{Arg, Db, Stmt};
use portal::jobs::on_schedule;
use serde::{Deserialize, Serialize};

use crate::fixtures::{MIGRATIONS, Portal, TWO_ORGS, logged};
use crate::invariants::broken;
use crate::samples::{Sample, sample};

/// Up to this many migrations; what of the cast finds no table is left out.
fn of(migrations: usize) -> Portal {
    let db = Db::open(&MIGRATIONS[..migrations]).unwrap();
    fill(&db, TWO_ORGS);
    Portal::with(db)
}

/// What is there, once the other migrations have run.
fn migrated(portal: &Portal, from: usize) -> Portal {
    let later = Portal::with(Db::copy(&portal.db.image().unwrap(), &MIGRATIONS[from..]).unwrap());
    later.now.set(portal.now.get());
    later
}

fn made(image: &[u8], after: &str) -> Portal {
    let db = Db::copy(image, &[]).unwrap();
    fill(&db, after);
    Portal::with(db)
}

fn fill(db: &Db, script: &str) {
    for sql in script.split(';').map(str::trim).filter(|it| !it.is_empty()) {
        let sql: &'static str = sql.to_owned().leak();
        let done = block_on(db.write(vec![Stmt { sql, args: vec![] }]));
        let lacks = |it: &str| ["no such", "no column named", "has 1"].iter().any(|lack| it.contains(lack));
        let known = done.as_ref().err().is_none_or(|it| lacks(&it.to_string()) || it.names("UNIQUE"));
        assert!(known, "{:?}: {sql}", done.err());
    }
}

/// All rows of all tables.
fn everything(portal: &Portal) -> BTreeMap<String, i64> {
    let tables = portal.rows(
        "select name from sqlite_schema where type = 'table' and name not in ('throttle', 'sqlite_sequence')",
    );
    let count = |it: &serde_json::Value| {
        let name = it["name"].as_str().unwrap().to_owned();
        let sql: &'static str = format!("select count(*) as n from \"{name}\"").leak();
        (name, portal.number(sql))
    };
    tables.iter().map(count).collect()
}

#[test]
fn new_code_on_an_older_schema_answers_or_says_that_it_waits() {
    let index = portal::routes::all().index;
    let (mut wrong, mut waits) = (Vec::new(), BTreeMap::<usize, usize>::new());
    for migrations in (0..MIGRATIONS.len()).filter(|it| it % 5 == 0 || *it > 9) {
        let image = of(migrations).db.image().unwrap();
        for url in &index {
            let deed = sample(url);
            let portal = made(&image, deed.after);
            let before = everything(&portal);
            let answer = deed.send(&portal, url.method.as_str());
            let at = format!("{migrations} migrations, {} {}: {}", url.method, url.path, answer.status);
            if answer.status == 503 {
                *waits.entry(migrations).or_default() += 1;
                if everything(&portal) != before {
                    wrong.push(format!("{at}, and yet something was written"));
                }
                // Of the newest ones: what had to wait goes through once they have run.
                if migrations + 4 >= MIGRATIONS.len() {
                    let later = migrated(&portal, migrations);
                    fill(&later.db, deed.after);
                    let again = deed.send(&later, url.method.as_str());
                    if again.status.is_server_error() {
                        wrong.push(format!("{at}, and {} once it is migrated", again.status));
                    }
                }
            } else if answer.status.is_server_error() {
                wrong.push(format!("{at} {}", logged().last().cloned().unwrap_or_default()));
            }
            logged();
        }
    }
    println!("503 by number of migrations: {waits:?}");
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
    assert!(waits[&0] > 200, "{waits:?}");
}

/// Crons of new code that come before the migration end, and do their work once it has run.
#[test]
fn crons_on_an_older_schema_survive() {
    let crons = |portal: &Portal| {
        for cron in ["*/5 * * * *", "17 2 * * *"] {
            block_on(on_schedule(portal.app(), cron));
            portal.settle();
        }
    };
    for migrations in 1..MIGRATIONS.len() {
        let portal = of(migrations);
        crons(&portal);
        let later = migrated(&portal, migrations);
        later.now.set(later.now.get() + 300);
        crons(&later);
        assert_eq!(broken(&later), Vec::<String>::new(), "{migrations}");
        assert_eq!(later.send("GET", "/healthz", "", "").status, 200, "{migrations}");
    }
}

/// What one release says to the database, request by request: its statements, and for each request their numbers with
/// what was bound.
#[derive(Serialize, Deserialize, Default)]
struct Release {
    statements: Vec<String>,
    requests: BTreeMap<String, Vec<(usize, Vec<Bound>)>>,
}

#[derive(Serialize, Deserialize, Clone)]
#[serde(untagged)]
enum Bound {
    Null(()),
    Int(i64),
    Text(String),
}

impl From<&Arg> for Bound {
    fn from(arg: &Arg) -> Self {
        match arg {
            Arg::Null => Self::Null(()),
            Arg::Int(it) => Self::Int(*it),
            Arg::Text(it) => Self::Text(it.clone()),
        }
    }
}

impl From<&Bound> for Arg {
    fn from(bound: &Bound) -> Self {
        match bound {
            Bound::Null(()) => Self::Null,
            Bound::Int(it) => Self::Int(*it),
            Bound::Text(it) => Self::Text(it.clone()),
        }
    }
}

const PAPER: &str = "tests/fixtures/last_release.json";

fn ran(url: &Endpoint, deed: &Sample) -> Vec<Stmt> {
    let portal = Portal::after(deed.after);
    let since = portal.db.history().len();
    deed.send(&portal, url.method.as_str());
    portal.db.history().into_iter().skip(since).map(|it| it.stmt).collect()
}

fn recorded() -> Release {
    let mut release = Release::default();
    for url in portal::routes::all().index {
        if url.path == "/dev/seed" {
            continue;
        }
        let lines = ran(&url, &sample(&url)).into_iter().map(|stmt| {
            let known = release.statements.iter().position(|it| it == stmt.sql);
            let at = known.unwrap_or_else(|| {
                release.statements.push(stmt.sql.to_owned());
                release.statements.len() - 1
            });
            (at, stmt.args.iter().map(Bound::from).collect())
        });
        let lines: Vec<_> = lines.collect();
        release.requests.insert(format!("{} {}", url.method, url.path), lines);
    }
    release
}

/// `UPDATE=1 cargo test --test portal versions` when a version is released, and not before: between two releases this
/// file is what the former code says, on the schema that stands there when the migrations of the next have run.
#[test]
fn the_last_release_runs_on_the_newest_schema() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAPER);
    if std::env::var_os("UPDATE").is_some() {
        let release = recorded();
        let requests = release
            .requests
            .iter()
            .map(|it| format!("{}: {}", serde_json::json!(it.0), serde_json::json!(it.1)));
        let statements = release.statements.iter().map(|it| serde_json::json!(it).to_string());
        let text = format!(
            "{{\"statements\": [\n{}\n],\n\"requests\": {{\n{}\n}}}}\n",
            statements.collect::<Vec<_>>().join(",\n"),
            requests.collect::<Vec<_>>().join(",\n"),
        );
        std::fs::write(&file, text).unwrap();
    }
    let release: Release = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let statements: Vec<&'static str> = release.statements.into_iter().map(|it| &*it.leak()).collect();
    let afters: BTreeMap<String, &'static str> = portal::routes::all()
        .index
        .iter()
        .map(|it| (format!("{} {}", it.method, it.path), sample(it).after))
        .collect();
    let (mut wrong, mut ran) = (Vec::new(), 0);
    for (name, lines) in &release.requests {
        let portal = Portal::after(afters.get(name).copied().unwrap_or_default());
        for (at, bound) in lines {
            let stmt = Stmt { sql: statements[*at], args: bound.iter().map(Arg::from).collect() };
            match block_on(portal.db.write(vec![stmt])) {
                Ok(_) => ran += 1,
                // A rule of the application, which looks at rows; those of the cast may have changed since.
                Err(error) if error.verdict().is_some() => {}
                Err(error) => wrong.push(format!("{name}: {error}\n    {}", statements[*at])),
            }
        }
    }
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
    assert!(
        release.requests.len() > 200 && ran > 700,
        "{} requests, {ran} statements",
        release.requests.len()
    );
}

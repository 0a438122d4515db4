//! The portal without one of its guards. `WITHOUT=<guard>` takes it away from the whole suite, which must fail then:
//! `make guards` does so with each line of `tests/fixtures/guards.txt`. A guard is
//!
//! * a trigger or a unique index, by its name: `contact_limit`;
//! * a key of a table: `contact (org_id, person_id)`;
//! * a verdict of a statement, `stale`, or of those statements in which something stands: `stale in from licence`.

use portal::db::Db;

use crate::cast::{MIGRATIONS, image};
use crate::fixtures::Portal;

/// How the schema is worded with this key, and how without.
const KEYS: &[(&str, &str, &str)] = &[
    ("contact (org_id, person_id)", "  unique (org_id, person_id),\n", ""),
    ("person (email)", "  email         text    not null unique,\n", "  email         text    not null,\n"),
    ("role (org_id, role)", "  primary key (org_id, role),\n", "  primary key (org_id, role, contact_id),\n"),
    (
        "idempotency (owner, key)",
        "  primary key (owner, key)\n",
        "  primary key (owner, key, answer, created_at)\n",
    ),
    ("sales_order (org_id, number)", "  unique (org_id, number),\n", ""),
    ("licence (org_id, product_id)", "  unique (org_id, product_id),\n", ""),
    (
        "installation (id)",
        "  id     integer not null primary key check (id = 1),\n",
        "  id     integer not null check (id = 1),\n",
    ),
    (
        "digest (week, org_id, person_id)",
        "  primary key (week, org_id, person_id)\n",
        "  primary key (week, org_id, person_id, mail_id)\n",
    ),
];

fn asked() -> Option<String> {
    std::env::var("WITHOUT").ok().filter(|it| !it.is_empty())
}

/// The migrations, without the guard that was asked for.
pub fn migrations() -> Vec<String> {
    asked().map_or_else(|| lacking("").unwrap(), |it| lacking(&it).unwrap_or_else(|| lacking("").unwrap()))
}

/// `None` if it is no guard of the schema.
fn lacking(guard: &str) -> Option<Vec<String>> {
    let all = MIGRATIONS.iter().map(|it| (*it).to_owned());
    if guard.is_empty() {
        return Some(all.collect());
    }
    if let Some((_, with, without)) = KEYS.iter().find(|it| it.0 == guard) {
        assert!(MIGRATIONS.iter().any(|it| it.contains(with)), "no migration says {with}");
        return Some(all.map(|it| it.replace(with, without)).collect());
    }
    let made = |kind: &str| MIGRATIONS.iter().any(|it| it.contains(&format!("create {kind} {guard} ")));
    let kind = if made("trigger") {
        "trigger"
    } else if made("unique index") {
        "index"
    } else {
        return None;
    };
    Some(all.chain([format!("drop {kind} {guard};")]).collect())
}

/// Takes away the verdict that was asked for.
pub fn waived(db: &Db) {
    if let Some(guard) = asked().filter(|it| lacking(it).is_none()) {
        waive(db, &guard);
    }
}

fn waive(db: &Db, guard: &str) {
    let (verdict, of) = guard.split_once(" in ").unwrap_or((guard, ""));
    db.waives(verdict, of);
}

/// Whether the portal can say anything by this name.
pub fn is_known(guard: &str, statements: &[String]) -> bool {
    let (verdict, of) = guard.split_once(" in ").unwrap_or((guard, ""));
    let said = format!("json_extract('{{}}', '{verdict}')");
    lacking(guard).is_some() || statements.iter().any(|it| it.contains(&said) && it.contains(of))
}

/// One portal without these.
pub fn portal(guards: &[&str], after: &str) -> Portal {
    let mut scripts = lacking("").unwrap();
    for lacking in guards.iter().filter_map(|it| lacking(it)) {
        for ((script, other), usual) in scripts.iter_mut().zip(&lacking).zip(MIGRATIONS) {
            if other != usual {
                other.clone_into(script);
            }
        }
        scripts.extend(lacking.into_iter().skip(MIGRATIONS.len()));
    }
    let scripts: Vec<&str> = scripts.iter().map(String::as_str).collect();
    let db = Db::copy(&image(&scripts), &[after]).unwrap();
    for guard in guards.iter().filter(|it| lacking(it).is_none()) {
        waive(&db, guard);
    }
    Portal::with(db)
}

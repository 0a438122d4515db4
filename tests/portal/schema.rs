use portal::db::Db;
use portal::sql;
use serde::Deserialize;

use crate::fixtures::{MIGRATIONS, NED_JOINS, Portal, ask, run};

#[derive(Debug, Deserialize, PartialEq)]
struct Part {
    of: String,
    name: String,
    said: String,
}

/// Tables by their columns, keys and strictness, because `alter table` words them differently; indexes and
/// triggers by their text.
fn parts(scripts: &[&str]) -> Vec<Part> {
    let db = Db::open(scripts).unwrap();
    let queries = [
        sql!(
            "select m.name as \"of\", c.name,
                    json_array(c.type, c.\"notnull\", c.dflt_value, c.pk, t.strict, t.wr) as said
               from sqlite_schema as m, pragma_table_info(m.name) as c, pragma_table_list(m.name) as t
              where m.type = 'table' order by m.name, c.cid"
        ),
        sql!(
            "select m.name as \"of\", f.\"from\" as name,
                    json_array(f.\"table\", f.\"to\", f.seq, f.on_delete) as said
               from sqlite_schema as m, pragma_foreign_key_list(m.name) as f
              where m.type = 'table' order by 1, 2, 3"
        ),
        sql!(
            "select m.name as \"of\", i.name, json_array(i.\"unique\", i.partial, c.name, c.seqno) as said
               from sqlite_schema as m, pragma_index_list(m.name) as i, pragma_index_info(i.name) as c
              where m.type = 'table' order by 1, 2, c.seqno"
        ),
        sql!(
            "select type as \"of\", name, sql as said from sqlite_schema
              where type in ('index', 'trigger', 'view') and sql is not null order by 1, 2"
        ),
    ];
    queries.into_iter().flat_map(|it| ask(&db, it).unwrap()).collect()
}

#[test]
fn schema_sql_is_the_sum_of_the_migrations() {
    let whole = parts(&[include_str!("../../schema.sql")]);
    assert_eq!(whole, parts(MIGRATIONS));
    for (of, least) in [("trigger", 5), ("index", 2), ("role", 3)] {
        assert!(whole.iter().filter(|it| it.of == of).count() >= least, "the test sees no {of}");
    }
}

/// A migration runs before the code that needs it, and while the former code still answers: it may add and replace
/// indexes and triggers, and takes nothing away that the former code reads or writes (security 8.4). What came before the
/// first release is let be.
#[test]
fn migrations_only_add() {
    const BEFORE_THE_FIRST_RELEASE: usize = 13;
    let (mut seen, mut wrong) = (0, Vec::new());
    for script in MIGRATIONS.get(BEFORE_THE_FIRST_RELEASE..).unwrap() {
        let lines = script.lines().filter(|it| !it.trim_start().starts_with("--"));
        let text = lines.collect::<Vec<_>>().join(" ").to_lowercase();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for it in text.split(';').map(str::trim).filter(|it| !it.is_empty()) {
            seen += 1;
            let takes_away = ["drop table", "drop column", " rename "].iter().any(|word| it.contains(word))
                && !it.starts_with("create");
            let asks_for_more =
                it.starts_with("alter table") && it.contains("not null") && !it.contains("default");
            let of = it.split_once(" on ").and_then(|it| it.1.split(' ').next()).unwrap_or_default();
            let stricter =
                it.starts_with("create unique index") && !text.contains(&format!("create table {of} "));
            if takes_away || asks_for_more || stricter {
                wrong.push(it.to_owned());
            }
        }
    }
    assert!(seen > 0 && wrong.is_empty(), "{seen}: {wrong:#?}");
}

#[track_caller]
fn refused(sql: &'static str, name: &str) {
    let portal = Portal::after(NED_JOINS);
    let before = portal.contents();
    let said = run(&portal.db, sql).unwrap_err();
    assert!(said.names(name), "{said}");
    assert_eq!(portal.contents(), before);
}

/// Even when every rule is bypassed.
#[test]
fn the_schema_holds_by_itself() {
    let sixth = "insert into contact (id, org_id, person_id, name, created_at) values ('six', 'acme', 'eve', 'Eve', 1)";
    refused(sixth, "contact_limit");
    refused("insert into role values ('globex', 'billing', 'c-una')", "role_needs_verified_contact");
    refused("update role set contact_id = 'c-una' where org_id = 'globex'", "role_needs_verified_contact");
    refused("insert into role values ('globex', 'billing', 'c-ann')", "role_needs_verified_contact");
    refused("update role set org_id = 'globex' where role = 'support'", "role_needs_verified_contact");
    refused(
        "update role set role = 'support' where role = 'primary' and org_id = 'globex'",
        "role_keeps_its_name",
    );
    refused("update contact set verified_at = null where id = 'c-bob'", "contact_stays_verified");
    refused("update contact set org_id = 'globex' where id = 'c-bob'", "contact_stays_verified");
    refused("delete from contact where id = 'c-ann'", "primary_cannot_be_deleted");
    refused("delete from role where role = 'primary'", "primary_is_never_vacant");
    refused(
        "insert into role values ('acme', 'primary', 'c-bob')",
        "UNIQUE constraint failed: role.org_id, role.role",
    );
    refused("update contact set verified_at = 'yes' where id = 'c-bob'", "cannot store TEXT value");
    refused("update organisation set name = 'A' where id = 'acme'", "CHECK constraint failed");
    refused(
        "insert into person (id, email, display_name, created_at) values ('x', 'ann@acme-canary.example', 'X', 1)",
        "person.email",
    );
    refused("insert into staff values ('ann', 'owner', 1)", "CHECK constraint failed");
}

/// What the applications never try, and what two at once would do to each other.
#[test]
fn keys_and_triggers_hold_what_no_application_tries() {
    refused(
        "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash) values
           ('a', 1, 'x', 'x', 'x', 'x', 'x', 'x', 1, 'x'), ('b', 1, 'x', 'x', 'x', 'x', 'x', 'x', 1, 'x')",
        "UNIQUE constraint failed: index 'audit_chain'",
    );
    refused(
        "insert into digest (week, org_id, person_id, mail_id) values
           ('2026-11-16', 'acme', 'ann', 'm-1'), ('2026-11-16', 'acme', 'ann', 'm-2')",
        "UNIQUE constraint failed: digest.week, digest.org_id, digest.person_id",
    );
    refused(
        "insert into organisation (id, name, channel, partner_id, partner_name, created_at)
           values ('x', 'Xerxes', 'partner', 'pa-row', 'Another Row', 1)",
        "partner_is_told_truthfully",
    );
    refused(
        "insert into sales_order (id, org_id, number, ordered_on, agreement, kind, created_at)
           select 'again', org_id, number, ordered_on, agreement, kind, 9 from sales_order where id = 'o-acme'",
        "UNIQUE constraint failed: sales_order.org_id, sales_order.number",
    );
    refused(
        "insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
           select 'again', org_id, product_id, kind, valid_from, valid_till, 9 from licence where id = 'l-acme'",
        "UNIQUE constraint failed: licence.org_id, licence.product_id",
    );
    refused(
        "insert into payment_session (id, org_id, gateway, url, invoice_number, currency, amount, payer_name, payer_email,
                                      by_person, by_name, started_at, status, status_at, record_id)
           select value, 'acme', 'link', 'https://pay.example', 'MER/1', 'INR', 1, 'Ann', 'ann@acme.example', 'ann', 'Ann', 1,
                  'paid', 1, 'p-acme' from json_each('[\"once\", \"again\"]')",
        "UNIQUE constraint failed: payment_session.record_id",
    );
    refused(
        "insert into view_as (id, session_id, person_id, org_id, contact_id, reason, started_at, ends_at) values
           ('v', 'st-support', 'st-support', 'acme', 'c-ann', 'They asked for it.', 1, 9),
           ('w', 'st-support', 'st-support', 'globex', 'c-gus', 'They asked for it.', 1, 9)",
        "UNIQUE constraint failed: view_as.session_id",
    );
    let paid =
        Portal::after(&[crate::samples::ANN_PAYS, "update payment_session set status = 'paid'"].concat());
    let again = run(&paid.db, "update payment_session set status = 'failed'").unwrap_err();
    assert!(again.names("payment_session_is_paid_once"), "{again}");
    let portal = Portal::new();
    let from = "select flag_on from licence where id = 'l-acme'";
    assert_eq!(portal.rows(from)[0]["flag_on"], "2026-12-01");
    run(&portal.db, "update licence set valid_till = '2027-12-31' where id = 'l-acme'").unwrap();
    assert_eq!(portal.rows(from)[0]["flag_on"], "2027-12-01", "its thresholds start anew");
}

#[test]
fn the_history_of_a_licence_only_grows() {
    let portal = Portal::after(
        "insert into licence_event values ('e', 'acme', 'l-acme', 'skyconnect', 1, null, '2027-12-31', 'vendor', 'vendor', null, '')",
    );
    for sql in ["update licence_event set at = 2", "delete from licence_event"] {
        assert!(run(&portal.db, sql).unwrap_err().names("licence_event_is_append_only"), "{sql}");
    }
}

#[test]
fn the_audit_log_only_grows() {
    let portal = Portal::after(
        "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
         values ('a', 1, 'x', 'x', 'x', 'x', 'x', 'x', 1, 'x')",
    );
    for sql in ["update audit set at = 2", "delete from audit"] {
        assert!(run(&portal.db, sql).unwrap_err().names("audit_is_append_only"), "{sql}");
    }
}

/// The composite key alone, without the triggers in front of it.
#[test]
fn a_role_cannot_name_a_contact_of_another_organisation() {
    let portal = Portal::after(
        "drop trigger role_needs_verified_contact; drop trigger moved_role_needs_verified_contact",
    );
    let said = run(&portal.db, "insert into role values ('globex', 'billing', 'c-ann')").unwrap_err();
    assert!(said.names("FOREIGN KEY constraint failed"), "{said}");
}

#[test]
fn the_twin_is_as_strict_as_d1() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Kind {
        kind: String,
    }
    let db = Db::open(&[]).unwrap();
    let kind: Vec<Kind> = ask(&db, sql!("select typeof(?1) as kind", 5_i64)).unwrap();
    assert_eq!(kind, [Kind { kind: "real".into() }]);
    let long = "%".repeat(51);
    assert!(ask::<Kind>(&db, sql!("select 'x' as kind where 'a' like ?1", long)).is_err());
}

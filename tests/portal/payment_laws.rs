//! What the tables of payments refuse by themselves, whoever writes.

use portal::apps::payments::rules::{Event, Status};

use crate::fixtures::{Portal, run};

#[track_caller]
fn refused(portal: &Portal, sql: &'static str, name: &str) {
    let said = run(&portal.db, sql).unwrap_err();
    assert!(said.names(name), "{sql}: {said}");
}

#[test]
fn the_statuses_follow_the_rule() {
    for from in Status::ALL {
        for to in Status::ALL {
            // Every status is reached from the first one in one step at most.
            let portal = Portal::new();
            let set = |status: Status| -> &'static str {
                format!("update payment_record set status = '{}' where id = 'p-acme'", status.code()).leak()
            };
            run(&portal.db, set(from)).unwrap();
            let expected = from == to || Event::ALL.iter().any(|it| from.after(*it) == Some(to));
            match run(&portal.db, set(to)) {
                Ok(_) => assert!(expected, "{from:?} {to:?}"),
                Err(why) => assert!(!expected && why.names("payment_status_is_followed"), "{from:?} {to:?}"),
            }
        }
    }
}

#[test]
fn what_was_declared_stays() {
    let portal = Portal::new();
    for column in ["amount = 1", "invoice_number = 'INV-9'", "reference_key = 'X'", "note = ''", "at = 1"] {
        let sql = format!("update payment_record set {column} where id = 'p-acme'").leak();
        refused(&portal, sql, "payment_is_never_rewritten");
    }
    refused(&portal, "update payment_event set message = ''", "payment_event_is_append_only");
    refused(&portal, "delete from payment_event", "payment_event_is_append_only");
}

/// A copy of Acme's record with something else in it.
fn copy(id: &str, change: &str) -> &'static str {
    let columns = "org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, tax_deducted, paid_on, method,
        reference, reference_key, note, status, status_on, by_person, by_name";
    let (column, value) = change.split_once(" = ").unwrap();
    let values = columns.split(',').map(|it| if it.trim() == column { value } else { it });
    let values: Vec<&str> = values.collect();
    format!("insert into payment_record (id, {columns}) select '{id}', {} from payment_record where id = 'p-acme'", values.join(","))
        .leak()
}

#[test]
fn a_record_is_sound() {
    let portal = Portal::new();
    for (change, name) in [
        ("amount = 0", "CHECK constraint failed"),
        ("amount = 100000000000", "CHECK constraint failed"),
        ("tax_deducted = amount + 1", "CHECK constraint failed"),
        ("tax_deducted = -1", "CHECK constraint failed"),
        ("currency = 'EUR'", "CHECK constraint failed"),
        ("paid_on = '2026-11-19'", "CHECK constraint failed"),
        ("method = 'cash'", "CHECK constraint failed"),
        ("invoice_number = 'ab'", "CHECK constraint failed"),
        ("status = 'reconciled'", "payment_is_submitted_first"),
        ("at = 1", "payment_record.reference_key"),
    ] {
        refused(&portal, copy("p-2", change), name);
    }
}

/// The same invoice, amount and reference: once, unless the first one was rejected.
#[test]
fn a_payment_is_recorded_once() {
    let portal = Portal::new();
    run(&portal.db, copy("p-part", "amount = 5")).unwrap();
    run(&portal.db, copy("p-other", "reference_key = 'ANOTHER'")).unwrap();
    run(&portal.db, "update payment_record set status = 'rejected' where id = 'p-acme'").unwrap();
    run(&portal.db, copy("p-again", "status = 'submitted'")).unwrap();
    refused(&portal, copy("p-thrice", "status = 'submitted'"), "payment_record.reference_key");
}

#[test]
fn days_do_not_stack() {
    let moved = |id: &str, code: &str, to: &str| -> &'static str {
        format!(
            "insert into payment_effect values ('{id}', 'l-acme', 'acme', '2026-12-31', '{to}', '{code}', '')"
        )
        .leak()
    };
    let portal = Portal::new();
    let run = |sql| run(&portal.db, sql);
    run(copy("p-2", "invoice_key = 'INV-2'")).unwrap();
    run(copy("p-3", "amount = 7")).unwrap();
    assert!(run(moved("p-acme", "extended", "2026-12-31")).unwrap_err().names("CHECK constraint failed"));
    assert!(run(moved("p-acme", "time_left", "2027-01-05")).unwrap_err().names("CHECK constraint failed"));
    run(moved("p-acme", "extended", "2027-01-05")).unwrap();
    assert!(
        run(moved("p-2", "extended", "2027-01-05")).unwrap_err().names("payment_effect_is_single"),
        "still open"
    );
    run("update payment_record set status = 'reconciled' where id = 'p-acme'").unwrap();
    assert!(
        run(moved("p-3", "extended", "2027-01-05")).unwrap_err().names("payment_effect_is_single"),
        "same invoice"
    );
    run(moved("p-3", "same_invoice", "2026-12-31")).unwrap();
    run(moved("p-2", "extended", "2027-01-05")).unwrap();
}

/// The composite keys: a proof, a step or an effect can never hang on another organisation's record.
#[test]
fn nothing_hangs_on_somebody_elses_record() {
    let portal = Portal::new();
    for sql in [
        "insert into payment_document values ('d', 'globex', 'p-acme', 'a.pdf', 'application/pdf', 1, 'k', 1)",
        "insert into payment_event values ('e', 'globex', 'p-acme', 1, 'note', 'vendor', null, '', 1, null)",
        "insert into payment_effect values ('p-acme', 'l-globex', 'globex', '2026-12-31', '2027-01-05', 'extended', '')",
        "insert into payment_effect values ('p-acme', 'l-globex', 'acme', '2026-12-31', '2027-01-05', 'extended', '')",
    ] {
        refused(&portal, sql, "FOREIGN KEY constraint failed");
    }
    refused(
        &portal,
        "insert into payment_document values ('d', 'acme', 'p-acme', 'a.svg', 'image/svg+xml', 1, 'k', 1)",
        "CHECK constraint failed",
    );
}

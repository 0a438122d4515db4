//! The organisation report: asked for, made by the queue, mailed, downloaded while it is fresh, swept away.

use futures_executor::block_on;
use portal::jobs::{MAIL, Outcome, on_message, on_schedule};
use portal::kernel::MailId;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NOW, Portal, cookie, run};
use crate::usage::USAGE;

/// Ann is Primary of Globex, too, and Gus no longer is; Globex has a pack, an expired licence, and a second contact.
const TWICE_PRIMARY: &str = "
    insert into contact (id, org_id, person_id, name, verified_at, created_at)
      values ('c-ann2', 'globex', 'ann', 'Ann at Globex-canary', 1, 9);
    update role set contact_id = 'c-ann2' where org_id = 'globex' and role = 'primary';
    insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till, agreement,
                              cancelled_on, created_at)
      values ('s-pack', 'globex', 'vaultastic', 'Vaultastic-StorageCredits', 'Storage <credits>', 3, 'packs', '2026-02-01',
              '2027-01-31', 'ppu_prepaid', '2026-11-01', 1);
    update licence set valid_till = '2026-11-01' where org_id = 'globex';";

fn ask(portal: &Portal, person: &str) -> Answer {
    portal.send("POST", "/api/v1/organisations/acme/reports", &cookie(person), "")
}

fn deliver(portal: &Portal) -> Vec<Outcome> {
    let ids: Vec<MailId> = std::mem::take(&mut *portal.queue.0.lock().unwrap());
    ids.iter().map(|id| block_on(on_message(&portal.app(), MAIL, Some(id.as_str())))).collect()
}

fn report_of(portal: &Portal) -> String {
    let kept = portal.files.kept.lock().unwrap();
    let (_, file) = kept.iter().find(|it| it.0.starts_with("reports/")).expect("no report was made");
    String::from_utf8(file.0.clone()).unwrap()
}

#[test]
fn it_covers_all_organisations_of_which_one_is_primary() {
    let portal = Portal::after(&format!("{USAGE}{TWICE_PRIMARY}"));
    let asked = ask(&portal, "ann");
    assert_eq!(asked.status.as_u16(), 202, "{}", asked.body);
    assert_eq!(asked.json()["mailed_to"], "ann@acme-canary.example");
    assert_eq!(
        portal.number("select count(*) as n from report where made_at is null"),
        1,
        "not in the request"
    );
    assert_eq!(deliver(&portal), [Outcome::Done]);
    let document = report_of(&portal);
    for word in [
        "Acme-canary",
        "Globex-canary",
        "Bob Acme-canary",
        "Storage &lt;credits&gt;",
        "777",
        "Expired",
        "Cancelled",
    ] {
        assert!(document.contains(word), "{word}");
    }
    assert!(!document.contains("http") && !document.contains("<script") && !document.contains("src="));
    insta::assert_snapshot!(document.replace("><", ">\n<"));

    let mail = portal.rows("select recipient, subject, body_text, attachments from mailbox");
    assert_eq!(mail.len(), 1);
    let files: Value = serde_json::from_str(mail[0]["attachments"].as_str().unwrap()).unwrap();
    assert_eq!(files[0]["name"], "organisation-report_2026-11-22.html");
    assert_eq!(
        (&files[0]["type"], &files[0]["size"]),
        (&json!("text/html; charset=utf-8"), &json!(document.len()))
    );
    insta::assert_snapshot!(
        "report_mail",
        format!("{}\n\n{}", mail[0]["subject"], mail[0]["body_text"].as_str().unwrap())
    );
}

#[test]
fn who_is_primary_of_one_gets_one() {
    let portal = Portal::after(USAGE);
    ask(&portal, "ann");
    deliver(&portal);
    assert!(!report_of(&portal).contains("Globex-canary"));
    for person in ["bob", "sue", "tom"] {
        assert_eq!(ask(&portal, person).status.as_u16(), 403, "{person}");
    }
    assert_eq!(ask(&portal, "gus").status.as_u16(), 404);
}

#[test]
fn one_in_ten_minutes_for_a_person() {
    let portal = Portal::after(TWICE_PRIMARY);
    assert_eq!(ask(&portal, "ann").status.as_u16(), 202);
    portal.now.set(NOW + 599);
    let again = ask(&portal, "ann");
    assert_eq!((again.status.as_u16(), again.header("retry-after")), (429, "1"));
    let elsewhere = portal.send("POST", "/api/v1/organisations/globex/reports", &cookie("ann"), "");
    assert_eq!(elsewhere.status.as_u16(), 429, "from whichever organisation");
    let page = portal.post("/o/acme/report", "ann", "");
    assert_eq!(page.status.as_u16(), 429);
    assert!(page.body.contains("less than ten minutes ago") && page.body.contains("Get organisation report"));
    portal.now.set(NOW + 600);
    assert_eq!(ask(&portal, "ann").status.as_u16(), 202);
    assert_eq!(portal.number("select count(*) as n from audit where action = 'report.asked_for'"), 2);

    let portal = Portal::new();
    let all = portal.post_at_once("/api/v1/organisations/acme/reports", "ann", &["{}"; 8]);
    let mut said: Vec<u16> = all.iter().map(|it| it.status.as_u16()).collect();
    said.sort_unstable();
    assert_eq!(said, [202, 429, 429, 429, 429, 429, 429, 429]);
    assert_eq!(portal.number("select count(*) as n from outbox where kind = 'report.ready'"), 1);
}

#[test]
fn the_same_key_gets_the_same_answer() {
    let portal = Portal::new();
    let send = || {
        let headers = [("idempotency-key", "one")];
        portal.send_with("POST", "/api/v1/organisations/acme/reports", &cookie("ann"), "", &headers)
    };
    let (first, second) = (send(), send());
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!(portal.number("select count(*) as n from report where asked_at > 1795324080"), 1);
}

#[test]
fn it_can_be_downloaded_while_it_is_fresh_and_by_nobody_else() {
    let portal = Portal::after(TWICE_PRIMARY);
    let id = ask(&portal, "ann").json()["id"].as_str().unwrap().to_owned();
    let path = format!("/o/acme/report/{id}");
    assert!(portal.get("/o/acme/report", "ann").body.contains("It is being made"));
    assert_eq!(portal.get(&path, "ann").status.as_u16(), 404);
    deliver(&portal);
    assert!(portal.get("/o/acme/report", "ann").body.contains(&path));
    let file = portal.get(&path, "ann");
    assert_eq!(file.status.as_u16(), 200);
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"organisation-report_"));
    assert!(file.header("content-security-policy").contains("sandbox"));
    assert_eq!(portal.get(&path, "bob").status.as_u16(), 403);
    run(&portal.db, "update role set contact_id = 'c-gus' where org_id = 'globex' and role = 'primary'")
        .unwrap();
    assert_eq!(portal.get(&path, "ann").status.as_u16(), 404, "she would read what is no longer hers");
    run(&portal.db, "update role set contact_id = 'c-ann2' where org_id = 'globex' and role = 'primary'")
        .unwrap();
    portal.files.down.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(portal.get(&path, "ann").status.as_u16(), 503);
    portal.files.down.store(false, std::sync::atomic::Ordering::Relaxed);
    run(&portal.db, "update report set made_at = made_at - 86400").unwrap();
    assert_eq!(portal.get(&path, "ann").status.as_u16(), 404);
    assert!(portal.get("/o/acme/report", "ann").body.contains("old by now"));
}

/// What goes wrong while it is made goes wrong as any mail does: it is tried again, and said in the end.
#[test]
fn a_report_that_cannot_be_made_waits_or_ends() {
    let portal = Portal::new();
    ask(&portal, "ann");
    let id = portal.queue.0.lock().unwrap()[0].clone();
    portal.files.down.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(matches!(deliver(&portal)[..], [Outcome::RetryIn(_)]));
    portal.files.down.store(false, std::sync::atomic::Ordering::Relaxed);
    portal.now.set(NOW + 120);
    assert_eq!(block_on(on_message(&portal.app(), MAIL, Some(id.as_str()))), Outcome::Done);
    assert_eq!(portal.number("select count(*) as n from mailbox"), 1);

    let portal = Portal::new();
    ask(&portal, "ann");
    run(&portal.db, "update role set contact_id = 'c-bob' where org_id = 'acme' and role = 'primary'")
        .unwrap();
    assert_eq!(deliver(&portal), [Outcome::Done]);
    assert_eq!(
        portal.number("select count(*) as n from outbox where state = 'failed'"),
        1,
        "no longer Primary"
    );
    assert!(portal.files.keys().iter().all(|it| !it.starts_with("reports/")));
}

#[test]
fn what_is_old_is_swept_away() {
    let portal = Portal::new();
    ask(&portal, "ann");
    deliver(&portal);
    portal.now.set(NOW + 3 * 86_400);
    block_on(on_schedule(portal.app(), "17 2 * * *"));
    assert_eq!(portal.number("select count(*) as n from report"), 1);
    portal.now.set(NOW + 3 * 86_400 + 1);
    block_on(on_schedule(portal.app(), "17 2 * * *"));
    assert_eq!(portal.number("select count(*) as n from report"), 0);
    assert!(portal.files.keys().iter().all(|it| !it.starts_with("reports/")));
}

#[test]
fn the_menu_of_the_primary_leads_to_it() {
    let portal = Portal::new();
    let leads = |person: &str| portal.get("/o/acme", person).body.contains("/o/acme/report\"");
    assert_eq!([leads("ann"), leads("bob"), leads("sue")], [true, false, false]);
}

//! What people read, as snapshots: `INSTA_UPDATE=always cargo test --test portal looks` takes them anew.

use portal::outbox::Mailing;
use portal::page::Mail;
use serde_json::Value;

use crate::fixtures::{NED_JOINS, Portal, cookie};
use crate::samples::VIC_JOINS;

/// The main part of a page, one tag a line, without drawings and without what is made up anew each time.
fn main_of(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let mut plain = String::new();
    for (at, part) in main.split("<svg").enumerate() {
        plain += if at == 0 { part } else { part.split_once("</svg>").unwrap().1 };
    }
    let key = plain.split("name=\"idempotency_key\" value=\"").nth(1).and_then(|it| it.split('"').next());
    let key = key.unwrap_or("no key").to_owned();
    plain.replace(&key, "KEY").replace("><", ">\n<")
}

fn page(portal: &Portal, path: &str, person: &str) -> String {
    main_of(&portal.get(path, person).body)
}

/// Sue is gone, so Support is vacant, and Vic has not verified.
fn with_vic() -> Portal {
    Portal::after(&format!("delete from contact where id = 'c-sue'; {VIC_JOINS}"))
}

#[test]
fn contacts() {
    let portal = with_vic();
    portal.post("/o/acme/contacts/c-vic/verification", "ann", "");
    insta::assert_snapshot!(page(&portal, "/o/acme/contacts", "ann"));
}

#[test]
fn roles() {
    insta::assert_snapshot!(page(&with_vic(), "/o/acme/roles", "ann"));
}

#[test]
fn home_of_the_primary() {
    insta::assert_snapshot!(page(&with_vic(), "/o/acme", "ann"));
}

#[test]
fn home_without_a_role() {
    insta::assert_snapshot!(page(&Portal::after(NED_JOINS), "/o/acme", "ned"));
}

#[test]
fn question_before_a_contact_is_deleted() {
    insta::assert_snapshot!(page(&Portal::new(), "/o/acme/contacts/c-bob/removal", "ann"));
}

/// Every mail of this kind in the outbox, as it would leave.
fn mails(portal: &Portal, kind: &str) -> Vec<(String, Mail)> {
    let app = portal.app();
    let mailing = Mailing { config: app.config(), secrets: app.secrets() };
    let rows = portal.rows("select kind, recipient, payload from outbox order by recipient");
    let rows = rows.iter().filter(|it| it["kind"] == kind);
    let mail = |it: &Value| {
        let payload: Value = serde_json::from_str(it["payload"].as_str().unwrap()).unwrap();
        let mail = portal::apps::mail(kind, &payload, &mailing).unwrap();
        (it["recipient"].as_str().unwrap().to_owned(), mail)
    };
    rows.map(mail).collect()
}

/// Subject and text part; that the HTML part says the same is checked here, how it looks is not.
fn read(mail: &Mail) -> String {
    let token = mail.text.split('#').nth(1).and_then(|it| it.split_whitespace().next()).unwrap_or("no token");
    for paragraph in mail.text.split("\n\n").filter(|it| !it.starts_with("-- ") && !it.contains(token)) {
        let escaped = paragraph
            .replace('\n', " ")
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;");
        assert!(mail.html.contains(&escaped), "{paragraph} is not in {}", mail.html);
    }
    assert_eq!(mail.html.contains(token), token != "no token");
    format!("Subject: {}\n\n{}", mail.subject, mail.text.replace(token, "TOKEN"))
}

#[test]
fn mail_to_verify() {
    let portal = Portal::new();
    portal.post("/o/acme/contacts", "ann", "display_name=Zoe&email=zoe%40acme.example&send_verification=on");
    insta::assert_snapshot!(read(&mails(&portal, "contacts.verify")[0].1));
}

#[test]
fn mail_to_who_was_deleted() {
    let portal = Portal::new();
    portal.send("DELETE", "/api/v1/organisations/acme/contacts/c-bob", &cookie("ann"), "");
    insta::assert_snapshot!(read(&mails(&portal, "contacts.deleted")[0].1));
}

/// Bob gains two and loses one, Sue loses one, Tom gains one.
#[test]
fn mails_about_roles() {
    let portal = Portal::new();
    let body = r#"{"primary": "c-bob", "billing": "c-tom", "support": "c-bob", "technical": "c-tom"}"#;
    portal.send_with(
        "PUT",
        "/api/v1/organisations/acme/roles",
        &cookie("ann"),
        body,
        &[("if-match", "\"1\"")],
    );
    let said: Vec<String> = mails(&portal, "contacts.roles")
        .iter()
        .map(|(to, mail)| format!("To: {to}\n{}", read(mail)))
        .collect();
    assert_eq!(said.len(), 4);
    insta::assert_snapshot!(said.join("\n========\n\n"));
}

#[test]
fn mail_about_a_new_name() {
    let portal = Portal::new();
    portal.post("/o/acme/name", "ann", "version=1&name=Acme+Mills");
    let (to, mail) = &mails(&portal, "orgs.renamed")[0];
    insta::assert_snapshot!(format!("To: {to}\n{}", read(mail)));
}

/// Names are other people's words: in HTML they are text, in a subject they stay on one line.
#[test]
fn names_in_mails_are_only_words() {
    let portal = Portal::after("update organisation set name = '<b>&\"Acme' where id = 'acme'");
    portal.post(
        "/o/acme/contacts",
        "ann",
        "display_name=%3Ci%3EZoe&email=zoe%40acme.example&send_verification=on",
    );
    let mail = &mails(&portal, "contacts.verify")[0].1;
    assert!(!mail.html.contains("<i>Zoe") && !mail.html.contains("<b>&"), "{}", mail.html);
    assert!(mail.html.contains("&lt;i&gt;Zoe") && mail.text.contains("<i>Zoe"));
    assert!(!mail.subject.contains(['\n', '\r']));
    // The address of the portal in a mail is configuration, whatever Host the request had.
    let headers = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    let body = "display_name=Yan&email=yan%40acme.example&send_verification=on";
    Portal::new().send_with("POST", "/o/acme/contacts", &cookie("ann"), body, &headers);
    assert!(
        mail.text.contains("http://localhost:8787/verify#") && mail.text.matches("http").count() == 1,
        "{}",
        mail.text
    );
}

#[test]
fn what_is_no_mail_of_ours_is_not_rendered() {
    let portal = Portal::new();
    let app = portal.app();
    let mailing = Mailing { config: app.config(), secrets: app.secrets() };
    for (kind, payload) in [
        ("contacts.verify", serde_json::json!({})),
        ("contacts.nothing", serde_json::json!({ "name": "Zoe" })),
        ("contacts.roles", Value::Null),
        (
            "contacts.verify",
            serde_json::json!({ "name": "Z", "organisation": "A", "by": "B", "link": { "id": "l", "hash": "h" } }),
        ),
    ] {
        assert!(portal::apps::mail(kind, &payload, &mailing).is_none(), "{kind} {payload}");
    }
}

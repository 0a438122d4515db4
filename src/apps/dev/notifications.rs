//! Demo data of notifications: of every category, pinned, for a role, for a product, read and unread. Days count from
//! now; the organisations, products and people are loaded before.

use serde_json::{Value, json};

use crate::db::{Arg, Stmt};

/// Organisation or all, product, roles, category, days ago, days it is pinned from now on, title, text, path.
type Row = (
    Option<&'static str>,
    Option<&'static str>,
    &'static [&'static str],
    &'static str,
    i64,
    Option<i64>,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const ACME: &str = "201";
const HARBOUR: &str = "202";
const SUNDARAM: &str = "203";
const MONEY: &[&str] = &["primary", "billing"];
const EVERYBODY: &[&str] = &[];

const NOTES: [Row; 14] = [
    (
        None,
        None,
        EVERYBODY,
        "downtime",
        1,
        Some(9),
        "Maintenance of all mail servers on Sunday, 2:00 to 4:00",
        "On Sunday we move the mail servers to new machines. Between **2:00 and 4:00** (India time):\n\n- mail that is sent \
         to you is *delayed*, and none of it is lost\n- reading mail works all the time\n- calendars can be looked at and not \
         changed\n\nThe [status page](https://status.vendor.example/) says how far we are. You need not do anything.",
        None,
    ),
    (
        None,
        None,
        EVERYBODY,
        "security",
        3,
        None,
        "False mails in our name ask for passwords",
        "Since Monday somebody has been sending mails with the subject *Your mailbox is full* that look like ours. \
         **We never ask for a password by mail.**\n\n1. Do not follow the link in such a mail.\n2. Forward it to \
         us as an attachment.\n3. If you did type your password there, change it now.",
        Some("/me"),
    ),
    (
        None,
        Some("skyconnect"),
        EVERYBODY,
        "release",
        5,
        None,
        "SkyConnect 8.2: search in attachments",
        "## What is new\n\n- Search finds words *inside* PDF and Word attachments.\n- Delegates see who answered for whom.\n\n\
         The [release notes](https://documentation.vendor.example/skyconnect/8.2) have all of it.",
        None,
    ),
    (
        None,
        Some("vaultastic"),
        EVERYBODY,
        "release",
        12,
        None,
        "Vaultastic: exports are ready in minutes",
        "An export of up to 10 GB is now made in minutes instead of hours.",
        None,
    ),
    (
        None,
        None,
        EVERYBODY,
        "general",
        20,
        None,
        "Office hours in the last week of December",
        "The help desk is open every day. The billing team is back on the second working day of January.",
        None,
    ),
    (
        Some(ACME),
        None,
        MONEY,
        "billing",
        2,
        None,
        "Invoice MER/0431 is ready",
        "The invoice for the next year of **SkyConnect** is ready: ₹ 4,13,000.00, to be paid within 30 days.",
        Some("/pay"),
    ),
    (
        Some(ACME),
        None,
        &["support", "technical"],
        "downtime",
        8,
        None,
        "Your domain's second MX record points nowhere",
        "`mx2.acme.example` has not answered for a week. Mail still arrives by the first record; please correct or remove the \
         second one.",
        None,
    ),
    (
        Some(ACME),
        None,
        &["technical"],
        "report",
        16,
        None,
        "The monthly report of your mail traffic",
        "Blocked as spam: **61 %** of 1,204,118 mails. Nothing unusual was seen.",
        None,
    ),
    (
        Some(ACME),
        None,
        &["primary"],
        "account",
        40,
        None,
        "Two contacts have not signed in for 90 days",
        "People leave, and their access stays. Look through the contacts once in a while.",
        Some("/contacts"),
    ),
    (
        Some(HARBOUR),
        None,
        MONEY,
        "license",
        0,
        Some(12),
        "Two licences end in 12 days",
        "**SkyConnect** and **Vaultastic** end on the same day. An order that reaches us a week before leaves no gap.",
        None,
    ),
    (
        Some(HARBOUR),
        None,
        MONEY,
        "billing",
        1,
        None,
        "We have your payment of MER/0419",
        "It is recorded and waits to be matched.",
        None,
    ),
    (
        Some(SUNDARAM),
        None,
        MONEY,
        "license",
        6,
        None,
        "SkyConnect and Vaultastic have ended",
        "Users still have access for some days. An extension gives one day more.",
        None,
    ),
    (
        Some(SUNDARAM),
        None,
        &["billing"],
        "billing",
        8,
        None,
        "A question about MER/0410",
        "Which account was it paid from? Please answer at the record.",
        Some("/payments"),
    ),
    (
        Some(ACME),
        None,
        EVERYBODY,
        "general",
        90,
        None,
        "Welcome to the new portal",
        "Everything of your organisation is in one place now.",
        None,
    ),
];

#[must_use]
pub fn fill(now: i64) -> Vec<Stmt> {
    let note = |(at, row): (usize, &Row)| {
        let (org, product, roles, category, ago, pinned, title, body, path) = *row;
        let published = now - ago * 86_400 - 3_600;
        let org = org.map(|it| format!("01938a00-0000-7000-8000-000000000{it}"));
        let link = path.map(|it| match &org {
            Some(org) if it != "/me" => format!("/o/{org}{it}"),
            _ => it.to_owned(),
        });
        json!({
            "id": format!("01938a00-0000-7000-8000-000e{at:08x}"), "org": org, "product": product,
            "roles": if roles.is_empty() { Value::Null } else { json!(roles) }, "category": category, "title": title,
            "body": body, "link": link, "published": published,
            "source": if matches!(category, "license" | "account") { "system" } else { "vendor" },
            "pinned": pinned.map(|it| now + it * 86_400),
            "announcement": org.is_none().then(|| format!("01938a00-0000-7000-8000-001b{at:08x}")),
        })
    };
    let notes: Vec<Value> = NOTES.iter().enumerate().map(note).collect();
    let notes = json!(notes).to_string();
    vec![
        Stmt { sql: FILL_ANNOUNCEMENTS, args: vec![Arg::from(notes.as_str()), Arg::from(now)] },
        Stmt { sql: FILL_NOTES, args: vec![Arg::from(notes)] },
        // What is loaded is no news to be mailed, and some of it has been read.
        Stmt { sql: "update notification_mailing set done_at = ?1", args: vec![Arg::from(now)] },
        Stmt { sql: FILL_READ, args: vec![Arg::from(now)] },
    ]
}

/// What went to everybody, as its publisher sees it, and one that waits for its last sentence.
const FILL_ANNOUNCEMENTS: &str =
    "insert into announcement (id, title, body, category, link, product_id, state, pinned_until, published_at, made_by,
                               made_by_name, created_at)
     select value ->> 'announcement', value ->> 'title', value ->> 'body', value ->> 'category', value ->> 'link',
            value ->> 'product', 'published', value ->> 'pinned', value ->> 'published',
            '01938a00-0000-7000-8000-000000000118', 'Jonas Weber', (value ->> 'published') - 7200
       from json_each(?1) where value ->> 'announcement' is not null
     union all
     select '01938a00-0000-7000-8000-001b000000ff', 'SkyConnect 8.3: shared calendars',
            'Calendars of a team open side by side.' || char(10, 10) || '- Rooms show who has booked them' || char(10) ||
            '- Holidays of five countries are there', 'release', null, 'skyconnect', 'draft', null, null,
            '01938a00-0000-7000-8000-000000000118', 'Jonas Weber', ?2 - 5400";

const FILL_NOTES: &str =
    "insert into notification (id, org_id, product_id, roles, category, title, body, link, source, pinned_until,
                               published_at, created_at, announcement_id)
     select value ->> 'id', value ->> 'org', value ->> 'product', value -> 'roles' ->> '$', value ->> 'category',
            value ->> 'title', value ->> 'body', value ->> 'link', value ->> 'source', value ->> 'pinned',
            value ->> 'published', value ->> 'published', value ->> 'announcement'
       from json_each(?1)";

const FILL_READ: &str = "insert into notification_read (person_id, org_id, notification_id, read_at)
     select contact.person_id, contact.org_id, note.id, ?1 from contact
       join notification as note on note.org_id is null or note.org_id = contact.org_id
      where note.published_at < ?1 - 6 * 86400";

//! Demo data of the audit log: a month of one customer, and two lines of the vendor's own. Days count from now.

use serde_json::{Value, json};

use crate::access::{Actor, Line};
use crate::db::Stmt;
use crate::kernel::{OrgId, PersonId};

const ACME: &str = "01938a00-0000-7000-8000-000000000201";
const ANANYA: (&str, &str) = ("101", "Ananya Iyer");
const RAHUL: (&str, &str) = ("102", "Rahul Deshmukh");
const GRACE: (&str, &str) = ("105", "Grace Okafor");
const INES: (&str, &str) = ("114", "Inês Carvalho");
const KABIR: (&str, &str) = ("115", "Kabir Sethi");
const ELIF: (&str, &str) = ("117", "Elif Demir");

/// Organisation or the vendor, days ago, who, what, of what, before and after.
type Row =
    (Option<&'static str>, i64, (&'static str, &'static str), &'static str, &'static str, Value, Value);

/// Oldest first: a line is chained to the one before.
fn rows() -> Vec<Row> {
    let grace = json!({ "display_name": "Grace Okafor", "email": "guest@acme.example" });
    let names = json!({ "1": "Fatima Sheikh", "2": "Tomasz Zieliński" });
    let reason = "Cannot find the invoice of ClrStream, ticket 4711";
    let member =
        json!({ "display_name": "Jonas Weber", "email": "publisher@vendor.example", "role": "publisher" });
    vec![
        (None, 300, INES, "member.added", "118", Value::Null, member),
        (Some(ACME), 35, ANANYA, "contact.added", "305", Value::Null, grace),
        (Some(ACME), 34, GRACE, "contact.verified", "305", Value::Null, Value::Null),
        (
            Some(ACME),
            30,
            ANANYA,
            "roles.assigned",
            "roles",
            json!({ "support": "2", "technical": "2" }),
            json!({ "support": "1", "technical": "2", "names": names }),
        ),
        (Some(ACME), 21, RAHUL, "access.refused", "/contacts", Value::Null, Value::Null),
        (
            Some(ACME),
            20,
            KABIR,
            "order.booked",
            "SO-2026-0038",
            Value::Null,
            json!({ "number": "SO-2026-0038", "kind": "top_up" }),
        ),
        (
            Some(ACME),
            11,
            ANANYA,
            "organisation.renamed",
            ACME,
            json!({ "name": "Acme Textile" }),
            json!({ "name": "Acme Textiles" }),
        ),
        (Some(ACME), 9, RAHUL, "calendar.created", "calendar", Value::Null, Value::Null),
        (
            Some(ACME),
            6,
            ELIF,
            "view_as.started",
            "302",
            Value::Null,
            json!({ "name": "Rahul Deshmukh", "reason": reason, "minutes": 30 }),
        ),
        (Some(ACME), 6, ELIF, "view_as.ended", "302", Value::Null, Value::Null),
        (
            Some(ACME),
            2,
            KABIR,
            "order.booked",
            "SO-2026-0051",
            Value::Null,
            json!({ "number": "SO-2026-0051", "kind": "top_up" }),
        ),
        (Some(ACME), 1, RAHUL, "list.exported", "orders", Value::Null, Value::Null),
    ]
}

pub fn fill(now: i64) -> Vec<Stmt> {
    let line = |(at, (org, days, (person, name), action, target, before, after)): (usize, Row)| {
        let org = org.and_then(|it| OrgId::try_from(it.to_owned()).ok());
        let person = PersonId::try_from(format!("01938a00-0000-7000-8000-000000000{person}")).ok();
        let actor = Actor { person, name: name.to_owned() };
        let some = |it: Value| (!it.is_null()).then_some(it);
        let line = Line {
            org: org.as_ref(),
            actor: &actor,
            action,
            target,
            before: some(before),
            after: some(after),
        };
        let id = format!("01938a00-0000-7000-8000-001a{at:08x}");
        // A minute apart, in the order of the chain.
        line.written(id, now - days * 86_400 + i64::try_from(at).unwrap_or(0) * 60, "203.0.113.24", "demo")
    };
    rows().into_iter().enumerate().map(line).collect()
}

//! How many an announcement reaches is kept by the schema: it must be the number that would be counted, whatever happens
//! to contacts, roles and what an organisation has.

use portal::db::Db;

use crate::cast::{MIGRATIONS, TWO_ORGS};
use crate::fixtures::{Portal, run};
use crate::invariants::broken;

const ROLES: [&str; 4] = ["null", r#"["primary"]"#, r#"["technical"]"#, r#"["billing","support"]"#];
const PRODUCTS: [&str; 3] = ["null", "'skyconnect'", "'vaultastic'"];
const ORGANISATIONS: [&str; 3] = ["null", r#"["globex"]"#, r#"["acme","globex"]"#];

/// An announcement to each audience: which, and the condition that a contact meets who is in it, said anew.
fn audiences() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for category in ["general", "billing"] {
        for (roles, product) in ROLES.iter().flat_map(|it| PRODUCTS.map(|product| (*it, product))) {
            for organisations in ORGANISATIONS {
                let list = |it: &str| if it == "null" { it.to_owned() } else { format!("'{it}'") };
                let row = format!("'{category}', {product}, {}, {}", list(roles), list(organisations));
                let holds = |roles: &str| {
                    format!(
                        "and id in (select contact_id from role where role in (select value from json_each('{roles}')))"
                    )
                };
                let by_role = match (roles, category) {
                    ("null", "billing") => holds(r#"["primary","billing"]"#),
                    ("null", _) => String::new(),
                    _ => holds(roles),
                };
                let had =
                    |it: &str| format!("org_id in (select org_id from {it} where product_id = {product})");
                let by_product = if product == "null" {
                    String::new()
                } else {
                    format!("and ({} or {})", had("licence"), had("subscription"))
                };
                let by_name = if organisations == "null" {
                    String::new()
                } else {
                    format!("and org_id in (select value from json_each('{organisations}'))")
                };
                all.push((row, format!("verified_at is not null {by_role} {by_product} {by_name}")));
            }
        }
    }
    all
}

#[test]
fn what_is_kept_is_what_would_be_counted() {
    let audiences = audiences();
    let draft = |(at, (row, _)): (usize, &(String, String))| {
        format!("insert into announcement (id, title, body, category, product_id, roles, org_ids, made_by, made_by_name, created_at)
                 values ('a-{at}', 'T', 'B', {row}, 'st-publisher', 'P', 1);")
    };
    let drafts: Vec<String> = audiences.iter().enumerate().map(draft).collect();
    let drafts = drafts.concat();
    // What happens, and whether it changes what somebody reaches.
    for (happens, changes) in [
        ("", false),
        ("update contact set verified_at = 9 where id = 'c-una'", true),
        ("insert into contact values ('c-eve', 'globex', 'eve', 'Eve', 9, 9)", true),
        ("insert into contact values ('c-eve', 'globex', 'eve', 'Eve', null, 9)", false),
        ("delete from contact where id = 'c-ned'", true),
        ("delete from contact where id = 'c-tom'", true),
        ("delete from contact where id = 'c-una'", false),
        ("insert into role values ('globex', 'technical', 'c-ned')", true),
        ("insert into role values ('globex', 'technical', 'c-gus')", true),
        ("update role set contact_id = 'c-bob' where org_id = 'acme' and role = 'primary'", true),
        ("update role set org_id = 'globex', contact_id = 'c-ned' where org_id = 'acme' and role = 'billing'", true),
        ("delete from role where org_id = 'acme' and role = 'billing'", true),
        ("insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
          values ('l-2', 'acme', 'vaultastic', 'trial', '2026-01-01', '2026-01-31', 9)", true),
        ("insert into subscription (id, org_id, product_id, sku, description, unit, starts_on, valid_till, agreement, created_at)
          values ('s-2', 'globex', 'vaultastic', 'VAU', 'x', 'users', '2026-01-01', '2026-01-31', 'contract', 9)", true),
        ("insert into subscription (id, org_id, product_id, sku, description, unit, starts_on, valid_till, agreement, created_at)
          select 's-3', org_id, product_id, 'SKY', 'x', 'users', '2026-01-01', '2026-01-31', 'contract', 9 from licence
           where id = 'l-acme'", false),
        ("update licence set product_id = 'vaultastic' where id = 'l-acme'", true),
        ("update subscription set product_id = 'vaultastic' where id = 's-acme'", true),
        ("update licence set valid_till = '2029-01-01'", false),
        ("insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
          values ('l-2', 'acme', 'vaultastic', 'trial', '2026-01-01', '2026-01-31', 9); delete from licence where id = 'l-2'", false),
        ("insert into subscription (id, org_id, product_id, sku, description, unit, starts_on, valid_till, agreement, created_at)
          values ('s-2', 'globex', 'vaultastic', 'VAU', 'x', 'users', '2026-01-01', '2026-01-31', 'contract', 9);
          delete from subscription where id = 's-2'", false),
        ("insert into organisation (id, name, created_at) values ('new', 'New', 9)", false),
        ("insert into organisation (id, name, created_at) values ('new', 'New', 9);
          insert into contact values ('c-eve', 'new', 'eve', 'Eve', 9, 9); insert into role values ('new', 'primary', 'c-eve')", true),
    ] {
        let portal = Portal::after(&drafts);
        let kept = || portal.rows("select * from reach where contacts > 0 or organisations > 0 order by 1, 2");
        let before = kept();
        for it in happens.split(';').filter(|it| !it.trim().is_empty()) {
            run(&portal.db, it.to_owned().leak()).unwrap_or_else(|error| panic!("{it}: {error}"));
        }
        assert_eq!(kept() != before, changes, "{happens}");
        for (at, (row, condition)) in audiences.iter().enumerate() {
            let answer = portal.get(&format!("/api/v1/staff/notifications/a-{at}"), "st-publisher");
            let counted = format!("select count(*) as contacts, count(distinct org_id) as organisations from contact where {condition}");
            assert_eq!(answer.json()["reaches"], portal.rows(counted.leak())[0], "after {happens}: {row}");
        }
        let broken: Vec<String> = broken(&portal).into_iter().filter(|it| it.starts_with("INV-11")).collect();
        assert!(broken.is_empty(), "after {happens}: {broken:?}");
    }
}

/// Who was there when the schema began to keep it is in it.
#[test]
fn what_was_there_before_is_counted_once() {
    let (before, from) =
        MIGRATIONS.split_at(MIGRATIONS.iter().position(|it| it.contains("organisation_reach")).unwrap());
    let portal = Portal::with(Db::open(&[before, &[TWO_ORGS], from].concat()).unwrap());
    let reach = "select * from reach where contacts > 0 or organisations > 0 order by 1, 2";
    assert_eq!(portal.rows(reach), Portal::new().rows(reach));
    assert!(!broken(&portal).iter().any(|it| it.starts_with("INV-11")));
}

use crate::fixtures::Portal;
#[test]
fn dump() {
    let portal = Portal::after(crate::orders::MANY);
    let middle = "cursor=WyIyMDI1LTAyLTAxIiwibS0wMDAwIl0";
    let feed = portal
        .post("/o/acme/calendar", "ann", "")
        .body
        .split("http://localhost:8787")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    let mut out = Vec::new();
    for path in [
        "/api/v1/organisations/acme/orders",
        &format!("/api/v1/organisations/acme/orders?{middle}"),
        "/api/v1/organisations/acme/orders?product=vaultastic",
        "/api/v1/organisations/acme/orders?q=VLT",
        "/api/v1/organisations/acme/orders?q=no-such-thing",
        "/api/v1/organisations/acme/orders?from=2025-01-10&to=2025-01-20",
        "/api/v1/organisations/acme/orders.csv",
        "/api/v1/organisations/acme/orders/m-0003",
        "/api/v1/organisations/acme/subscriptions",
        "/o/acme/licences/l-acme/calendar.ics",
        "/o/acme/calendar",
        &feed,
    ] {
        let before = portal.db.history().len();
        let answer = portal.get(path, "ann");
        assert_eq!(answer.status, 200, "{path}");
        for ran in &portal.db.history()[before..] {
            let args: Vec<serde_json::Value> = ran
                .stmt
                .args
                .iter()
                .map(|it| match it {
                    portal::db::Arg::Null => serde_json::Value::Null,
                    portal::db::Arg::Int(n) => (*n).into(),
                    portal::db::Arg::Text(t) => t.clone().into(),
                })
                .collect();
            out.push(serde_json::json!({"path": path, "sql": ran.stmt.sql, "args": args}));
        }
    }
    let feedrow =
        crate::fixtures::ask::<serde_json::Value>(&portal.db, portal::sql!("select hash from calendar_feed"))
            .unwrap();
    std::fs::write("/tmp/dump.json", serde_json::json!({"cast": crate::fixtures::TWO_ORGS, "many": crate::orders::MANY, "feed": feedrow[0]["hash"], "ran": out}).to_string()).unwrap();
}

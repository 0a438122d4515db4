//! No statement looks at more rows than it must: D1 bills every row and runs one statement at a time.

use futures_executor::block_on;
use portal::db::Stmt;
use serde::Deserialize;

use crate::fixtures::Portal;
use crate::samples::sample;

/// Short whatever happens: the schema itself, the one installation, the vendor's catalogue, keys and own people, the values of a list in a parameter, the jobs,
/// what a search has found, the hundred oldest of what waits, the one meter that is chosen, what a report covers, what
/// is kept of the reach of an announcement, and the rounds of the hash that chains the audit log.
const SHORT: [&str; 16] = [
    "sqlite_schema",
    "installation",
    "product",
    "api_key",
    "staff",
    "json_each",
    "job_run",
    "hit",
    "chosen",
    "oldest",
    "part",
    "kept",
    "tip",
    "one",
    "half",
    "two",
];

#[derive(Deserialize)]
struct Step {
    detail: String,
}

fn plan(portal: &Portal, stmt: &Stmt) -> Vec<String> {
    let sql: &'static str = format!("explain query plan {}", stmt.sql).leak();
    // The twin takes the plan of a deed for a deed; it changes nothing all the same.
    let mut rows = block_on(portal.db.write(vec![Stmt { sql, args: stmt.args.clone() }])).unwrap();
    let steps: Vec<Step> = rows.remove(0).decode().unwrap();
    steps.into_iter().map(|it| it.detail).collect()
}

/// Tables that a statement goes through, of those that may be long.
fn walked(portal: &Portal, stmt: &Stmt) -> Vec<String> {
    let steps = plan(portal, stmt).into_iter().filter(|step| {
        let table = step.strip_prefix("SCAN ").filter(|it| !it.starts_with("CONSTANT ROW"));
        let table = table.map(|it| it.split(' ').next().unwrap());
        // The rows of a list in a parameter, whatever name they have in the statement.
        let table = table.filter(|_| !step.contains("VIRTUAL TABLE INDEX"));
        let long = table.filter(|it| !SHORT.contains(it) && !it.starts_with('('));
        // The rows of a subquery with a limit, which has an entry of its own.
        let long = long.filter(|it| !stmt.sql.contains(&format!("limit 100) as {it}\n")));
        // Of a table that is not named: a foreign key that would be looked up if one were broken.
        long.is_some_and(|it| stmt.sql.contains(it))
    });
    steps.map(|step| format!("{step}\n{}", stmt.sql)).collect()
}

/// What was asked since then, by `name`: how many statements, none of which may go through a table.
fn assert_bounded(portal: &Portal, since: usize, name: &str) -> usize {
    let asked: Vec<Stmt> = portal.db.history().iter().skip(since).map(|it| it.stmt.clone()).collect();
    for stmt in &asked {
        let walked = walked(portal, stmt);
        assert!(walked.is_empty(), "{name} reads all of a table: {}", walked.join("\n"));
    }
    asked.len()
}

#[test]
fn every_statement_of_what_is_shown_goes_by_an_index() {
    let mut seen = 0;
    for url in portal::routes::all().index {
        if url.method != "GET" || url.path.starts_with("/dev/") {
            continue; // a deed, or of a machine of one's own
        }
        let sample = sample(&url);
        let portal = Portal::after(sample.after);
        sample.send(&portal, url.method.as_str());
        seen += assert_bounded(&portal, 0, &url.path);
    }
    assert!(seen > 300, "the test saw {seen} statements");
}

/// With what it takes for each of them to be done, whoever does it: signing in, setting up, what a gateway tells, signing
/// on elsewhere.
#[test]
fn every_statement_of_a_deed_goes_by_an_index() {
    let mut seen = 0;
    for deed in crate::crash_points::deeds::all() {
        let (portal, ask) = (deed.ready)();
        let since = portal.db.history().len();
        let answer = portal.ask(ask.request());
        assert!(answer.status.as_u16() < 400, "{}: {}", deed.name, answer.body);
        seen += assert_bounded(&portal, since, &deed.name);
    }
    assert!(seen > 1_000, "the test saw {seen} statements");
}

/// The work for one page does not grow with what lies behind it.
#[test]
fn a_page_of_orders_costs_the_same_among_ten_thousand() {
    let steps = |orders: usize, query: &str| {
        let script = format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {orders})
             insert into sales_order (id, org_id, number, ordered_on, agreement, kind, created_at)
               select printf('m-%06d', i), iif(i % 2, 'acme', 'globex'), i, date('2025-01-01', '+' || (i % 500) || ' days'),
                      'contract', 'new', i from n;
             insert into order_line select org_id, id, 1, 'skyconnect', 'SKY', 'x', 1, 'users', ordered_on, '2027-01-01'
               from sales_order where id like 'm-%';"
        );
        let portal = Portal::after(&script);
        let answer = portal.get(&format!("/api/v1/organisations/acme/orders?{query}"), "ann");
        assert_eq!(answer.json()["items"].as_array().unwrap().len(), 20);
        portal.db.history().iter().map(|it| it.steps).sum::<i32>()
    };
    // `["2025-06-01","m-000001"]`: in the middle of the list.
    let middle = "cursor=WyIyMDI1LTA2LTAxIiwibS0wMDAwMDEiXQ";
    for query in ["", middle, "from=2025-01-01&to=2025-06-01", "product=skyconnect"] {
        let (few, many) = (steps(1_000, query), steps(10_000, query));
        assert!(many < few + few / 4, "{query}: {few} steps among 1,000 and {many} among 10,000");
    }
}

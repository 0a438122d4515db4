//! Each state of a chart, as a snapshot: what is drawn, for the widest and the narrowest screen.

use crate::fixtures::Portal;

const KIND: &str = "insert into sub_product values ('skyconnect', 'mailboxes', 'Mailboxes', 'users');";

/// `samples` are rows of day and number.
fn drawn(samples: &str, query: &str) -> String {
    let script = format!(
        "{KIND} insert into usage_sample select 'acme', 'skyconnect', 'mailboxes', day, used, 1795300000 from ({samples})"
    );
    let page = Portal::after(&script).get(&format!("/o/acme/usage?{query}"), "ann").body;
    let Some((_, chart)) = page.split_once("<div class=\"chart\">") else {
        let detail = page.split_once("<section class=\"card usage\">").unwrap().1;
        return detail.split_once("</main>").unwrap().0.replace("><", ">\n<");
    };
    let sizes: Vec<&str> = chart.split_once("</div>").unwrap().0.split("<svg ").skip(1).collect();
    // What a pointer shows stands for itself once.
    let plain = |it: &str| {
        let (shapes, marks) = it.split_once("<g class=\"chart-mark\">").unwrap_or((it, ""));
        let first = marks.split_once("</g>").map_or("", |it| it.0);
        format!("{shapes}<g class=\"chart-mark\">{first}").replace("><", ">\n<")
    };
    format!("{}\n\n{}", plain(sizes[0]), plain(sizes[2]))
}

#[test]
fn nothing_in_the_period() {
    insta::assert_snapshot!(drawn("select '2026-09-01' as day, 3.0 as used", "period=2026-11"));
}

#[test]
fn one_point() {
    insta::assert_snapshot!(drawn("select '2026-11-21' as day, 33.0 as used", ""));
}

#[test]
fn a_gap() {
    let days = "select '2026-11-01' as day, 20.0 as used union all select '2026-11-02', 22 union all
                select '2026-11-10', 30 union all select '2026-11-11', 31 union all select '2026-11-13', 35.5";
    insta::assert_snapshot!(drawn(days, ""));
}

#[test]
fn over_what_was_bought() {
    let days = "select '2026-11-20' as day, 39.0 as used union all select '2026-11-21', 52";
    insta::assert_snapshot!(drawn(days, ""));
}

#[test]
fn months_of_every_level() {
    let days = "select '2026-07-05' as day, 10.0 as used union all select '2026-08-05', 32 union all
                select '2026-09-05', 36 union all select '2026-10-05', 40 union all select '2026-11-05', 44";
    insta::assert_snapshot!(drawn(days, "grain=monthly"));
}

#[test]
fn a_leap_year() {
    let days = "with recursive day (n) as (select 0 union all select n + 1 from day where n < 365)
                select date('2024-01-01', '+' || n || ' days') as day, 1.0 * (n % 40) as used from day";
    let drawn = drawn(days, "period=2024");
    assert!(drawn.len() < 25_000, "{}", drawn.len());
    insta::assert_snapshot!(drawn);
}

#[test]
fn huge_numbers() {
    let days = "select '2026-11-20' as day, 1e15 as used union all select '2026-11-21', 999999999999999";
    insta::assert_snapshot!(drawn(days, ""));
}

#[test]
fn nothing_was_used() {
    insta::assert_snapshot!(drawn(
        "select '2026-11-20' as day, 0.0 as used union all select '2026-11-21', 0",
        ""
    ));
}

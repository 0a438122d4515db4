//! What each route costs, on paper: whoever makes one dearer changes a line of a table that somebody reads.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use portal::access::Guard;

use crate::fixtures::Portal;
use crate::samples::sample;

const PAPER: &str = "tests/fixtures/costs.csv";
const HEAD: &str = "method,path,status,round trips,statements,reads of KV,at most kB";

/// With the data of the cast; pages grow with what is in them, and their lists end after twenty rows.
#[test]
fn every_route_costs_what_the_table_says() {
    let mut rows = Vec::new();
    for url in portal::routes::all().index {
        let sample = sample(&url);
        let room = "delete from contact where id = 'c-sue';".to_owned() + sample.after;
        let portal = Portal::after(if sample.after.is_empty() { "" } else { &room });
        let (trips, since) = (portal.db.round_trips(), portal.db.history().len());
        let answer = sample.send(&portal, url.method.as_str());
        let statements = portal.db.history().len() - since;
        let trips = portal.db.round_trips() - trips;
        let reads = portal.sessions.reads() + portal.tokens.reads();
        let let_in = answer.status.is_success() || answer.status == StatusCode::SEE_OTHER;
        assert!(let_in || url.guard == Guard::Anyone, "{} {}: {}", url.method, url.path, answer.body);
        let weight = answer.body.len().div_ceil(1_000);
        let status = answer.status.as_u16();
        let row = format!("{},{},{status},{trips},{statements},{reads}", url.method, url.path);
        rows.push((row, weight));
    }
    rows.sort();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PAPER);
    if std::env::var_os("UPDATE").is_some() {
        let text: Vec<String> =
            rows.iter().map(|(row, weight)| format!("{row},{}", weight + weight / 10 + 1)).collect();
        std::fs::write(&file, format!("{HEAD}\n{}\n", text.join("\n"))).unwrap();
    }
    let paper = std::fs::read_to_string(&file).unwrap();
    let paper: BTreeMap<&str, usize> = paper
        .lines()
        .skip(1)
        .filter_map(|it| it.rsplit_once(','))
        .map(|it| (it.0, it.1.parse().unwrap()))
        .collect();
    let dearer: Vec<_> =
        rows.iter().filter(|it| paper.get(it.0.as_str()).is_none_or(|most| it.1 > *most)).collect();
    assert!(
        dearer.is_empty() && paper.len() == rows.len(),
        "{PAPER} says something else: UPDATE=1 cargo test --test portal costs, and look at what has changed\n{dearer:#?}"
    );
}

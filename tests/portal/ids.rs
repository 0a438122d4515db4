//! An id of a page names one thing: two fields of one id have one label between them.

use std::collections::BTreeSet;

use portal::access::Guard;

use crate::fixtures::Portal;
use crate::samples::sample;

#[test]
fn no_id_stands_twice_on_a_page() {
    let mut seen = 0;
    for url in portal::routes::all().index.iter().filter(|it| it.method == "GET" && it.guard != Guard::Anyone)
    {
        let sample = sample(url);
        let page = sample.send(&Portal::after(sample.after), "GET");
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        let mut ids = BTreeSet::new();
        for id in page.body.split(" id=\"").skip(1).map(|it| it.split('"').next().unwrap()) {
            assert!(ids.insert(id), "{} has {id} twice", url.path);
        }
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

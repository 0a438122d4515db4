//! Whoever is let in has brought, once, a cookie that was made for them.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderValue, Request};

use super::house::ask;
use crate::fixtures::cookie;

static ANN: LazyLock<String> = LazyLock::new(|| cookie("ann"));
static BOB: LazyLock<String> = LazyLock::new(|| cookie("bob"));
const NAME: &[u8] = b"__Host-session=";

/// The header; `{ann}` and `{bob}` stand for good cookies, so that the rest can grow round those.
pub fn holds(bytes: &[u8]) {
    let mut header = bytes.to_vec();
    for (word, cookie) in [(b"{ann}", &*ANN), (b"{bob}", &*BOB)] {
        while let Some(at) = header.windows(word.len()).position(|it| it == word) {
            header.splice(at..at + word.len(), cookie.bytes());
        }
    }
    let Ok(value) = HeaderValue::from_bytes(&header) else { return };
    let request = Request::get("/api/v1/me").header("host", "localhost:8787").header("cookie", value);
    let answer = ask("", request.body(Body::empty()).unwrap());
    let times = header.windows(NAME.len()).filter(|it| *it == NAME).count();
    match answer.status.as_u16() {
        200 => {
            let own =
                |cookie: &str| header.split(|it| *it == b';').any(|it| it.trim_ascii() == cookie.as_bytes());
            let whose = [("ann", &*ANN), ("bob", &*BOB)].into_iter().find(|it| own(it.1));
            let whose = whose.unwrap_or_else(|| panic!("let in by {}", String::from_utf8_lossy(&header)));
            assert_eq!(answer.json()["id"], whose.0, "{}", answer.body);
            assert!(!own(&ANN) || !own(&BOB), "two cookies were believed");
        }
        401 => assert!(header != ANN.as_bytes() && header != BOB.as_bytes() || times != 1),
        other => panic!("{other}: {}", answer.body),
    }
}

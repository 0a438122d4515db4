//! What says that it is the payment gateway is believed by its signature alone, and then taken for what it is.

use axum::body::Body;
use axum::http::Request;
use hmac::{Hmac, Mac};
use portal::apps::payments::rules::signature::verify;
use portal::apps::payments::rules::told::{Paid, read};
use portal::kernel::Money;
use sha2::Sha256;

use super::house::ask_one;
use super::parts;
use crate::fixtures::{NOW, Portal};
use crate::samples::ANN_PAYS;

const SECRET: &str = "whsec_new";

/// A header, and a message. `{v1}` in the header stands for the right signature of this moment.
pub fn holds(bytes: &[u8]) {
    let [header, body] = parts(bytes);
    let good = signature(body, NOW);
    let header = String::from_utf8_lossy(header).replace("{v1}", &good).replace("{t}", &NOW.to_string());
    let believed = verify(&header, body, &[SECRET.to_owned(), "another".to_owned()], NOW);
    if believed.is_ok() {
        let is_signed = |time: i64| header.to_ascii_lowercase().contains(&signature(body, time));
        assert!((NOW - 300..=NOW + 300).any(is_signed), "{header:?} is believed");
    }
    let right = format!("t={NOW},v1={good}");
    assert_eq!(verify(&right, body, &[SECRET.to_owned()], NOW), Ok(()));
    if let Ok(Some(told)) = read(body) {
        assert!(!told.id.is_empty() && told.id.len() <= 255 && told.gateway_id.len() <= 255, "{told:?}");
        if let Paid::Amount(money) = told.paid {
            assert!((0..=Money::MOST).contains(&money.minor()), "{told:?}");
        }
    }
    let make = || Portal::configured_after(ANN_PAYS, &[("PAYMENT_GATEWAY", "stripe")]);
    for header in [header, right] {
        let request = Request::post("/webhooks/stripe").header("stripe-signature", header);
        let Ok(request) = request.body(Body::from(body.to_vec())) else { continue };
        let answer = ask_one("a portal with a gateway", make, |_| request);
        assert!([200, 400, 413, 422].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.body);
        assert!(answer.header("content-type").ends_with("json"));
        assert!(answer.status != 200 || read(body).is_ok(), "{}", answer.body);
    }
}

fn signature(body: &[u8], at: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    format!("{:x}", mac.finalize().into_bytes())
}

//! Whether a message is of the gateway: `Stripe-Signature`, as Stripe publishes it. The header says when it was signed
//! and carries one `v1` for each secret that counts on its side; here, too, several may count while one is replaced.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Seconds that the two clocks, and the way between them, may differ by.
pub const TOLERANCE: i64 = 300;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    #[error("the header Stripe-Signature is missing or cannot be read")]
    Unreadable,
    #[error("it was signed more than {TOLERANCE} seconds ago, or will be")]
    OutOfTime,
    #[error("no signature of it is ours")]
    NotSigned,
}

/// Each comparison takes the same time.
pub fn verify(header: &str, body: &[u8], secrets: &[String], now: i64) -> Result<(), Forged> {
    let parts: Vec<(&str, &str)> = header.split(',').filter_map(|it| it.trim().split_once('=')).collect();
    let mut times = parts.iter().filter(|it| it.0 == "t").map(|it| it.1);
    let (time, None) = (times.next().ok_or(Forged::Unreadable)?, times.next()) else {
        return Err(Forged::Unreadable);
    };
    if !time.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Forged::Unreadable);
    }
    let at: i64 = time.parse().map_err(|_| Forged::Unreadable)?;
    let signatures: Vec<[u8; 32]> =
        parts.iter().filter(|it| it.0 == "v1").filter_map(|it| bytes(it.1)).collect();
    let is_ours = |secret: &String| {
        signatures
            .iter()
            .any(|said| signed(secret, time, body).is_some_and(|it| it.verify_slice(said).is_ok()))
    };
    if !secrets.iter().any(is_ours) {
        return Err(Forged::NotSigned);
    }
    if now.abs_diff(at) > TOLERANCE.unsigned_abs() { Err(Forged::OutOfTime) } else { Ok(()) }
}

fn signed(secret: &str, time: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// 64 digits of base 16.
fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 2 * bytes.len() || !hex.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by `openssl dgst -sha256 -hmac`, so that not only we agree with ourselves.
    const SECRET: &str = "whsec_test_secret";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const AT: i64 = 1_795_327_680;
    const V1: &str = "004198cc44f7c72e11dff25295c072d456f95101f72f4a938177cc740cf270ad";

    fn check(header: &str, body: &[u8], secrets: &[&str], now: i64) -> Result<(), Forged> {
        let secrets: Vec<String> = secrets.iter().map(|it| (*it).to_owned()).collect();
        verify(header, body, &secrets, now)
    }

    #[test]
    fn what_the_gateway_has_signed_is_believed() {
        let other = "0".repeat(64);
        for header in [
            format!("t={AT},v1={V1}"),
            format!("t={AT},v1={other},v1={V1}"),
            format!("t={AT}, v1={V1}, v0={other}"),
            format!("v1={V1},t={AT}"),
        ] {
            assert_eq!(check(&header, BODY, &[SECRET], AT), Ok(()), "{header}");
            assert_eq!(check(&header, BODY, &["whsec_newer", SECRET], AT), Ok(()), "{header}");
        }
        let header = format!("t={AT},v1={V1}");
        for now in [AT - TOLERANCE, AT + TOLERANCE] {
            assert_eq!(check(&header, BODY, &[SECRET], now), Ok(()));
        }
    }

    #[test]
    fn what_somebody_else_has_made_is_not() {
        let header = format!("t={AT},v1={V1}");
        assert_eq!(check(&header, br#"{"id":"evt_2"}"#, &[SECRET], AT), Err(Forged::NotSigned));
        assert_eq!(check(&header, BODY, &["whsec_other"], AT), Err(Forged::NotSigned));
        assert_eq!(check(&header, BODY, &[], AT), Err(Forged::NotSigned));
        assert_eq!(check(&header, BODY, &[SECRET], AT + TOLERANCE + 1), Err(Forged::OutOfTime));
        assert_eq!(check(&header, BODY, &[SECRET], AT - TOLERANCE - 1), Err(Forged::OutOfTime));
        let moved = format!("t={},v1={V1}", AT + 1);
        assert_eq!(check(&moved, BODY, &[SECRET], AT), Err(Forged::NotSigned));
        let no_more = format!("t={AT},v0={V1}");
        assert_eq!(check(&no_more, BODY, &[SECRET], AT), Err(Forged::NotSigned));
        for header in [
            String::new(),
            format!("v1={V1}"),
            format!("t=,v1={V1}"),
            format!("t=+{AT},v1={V1}"),
            format!("t=99999999999999999999,v1={V1}"),
            format!("t={AT},t={AT},v1={V1}"),
        ] {
            let forged = check(&header, BODY, &[SECRET], AT);
            assert!(matches!(forged, Err(Forged::Unreadable)), "{header}: {forged:?}");
        }
        for cut in ["", "zz", &V1[..63], &format!("{V1}0"), &V1.replace('a', "é")] {
            let header = format!("t={AT},v1={cut}");
            assert_eq!(check(&header, BODY, &[SECRET], AT), Err(Forged::NotSigned), "{cut}");
        }
    }
}

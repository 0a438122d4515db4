//! Cloudflare's `send_email`. It takes no idempotency key, and as sender of the envelope only the address in `From`.

use futures::future::{BoxFuture, FutureExt};

use super::{Bounce, Outgoing, Post, in_time, mime};
use crate::access::{Declined, Deed, System};
use crate::outbox::Reason;

pub struct Binding;

const PATIENCE: u32 = 30;

impl Post for Binding {
    fn send<'a>(
        &'a self,
        system: &'a System,
        mail: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        async move {
            let app = system.app();
            let unmade = || Bounce::Permanent(Reason::Unmade, "the mail cannot be written down".to_owned());
            let mut parcel = mime::parcel(app.config(), mail, app.now()).ok_or_else(unmade)?;
            app.config().mail.from.as_str().clone_into(&mut parcel.from);
            in_time(app, PATIENCE, app.outside().hand_over(parcel)).await?.map_err(|it| judged(&it))?;
            Ok(Vec::new())
        }
        .boxed()
    }
}

/// By the codes that Cloudflare documents. What is not on the list may be mended, so it is tried for a day.
fn judged(declined: &Declined) -> Bounce {
    let Declined { code, said } = declined;
    let code = code.as_deref().unwrap_or_default();
    let why = mime::clean(&format!("send_email: {code} {said}")).chars().take(300).collect();
    match code {
        "E_RECIPIENT_SUPPRESSED" => Bounce::Permanent(Reason::Suppressed, why),
        "E_CONTENT_TOO_LARGE" | "E_TOO_MANY_ATTACHMENTS" => Bounce::Permanent(Reason::TooLarge, why),
        "E_RECIPIENT_NOT_ALLOWED"
        | "RCPT_NOT_ALLOWED"
        | "E_VALIDATION_ERROR"
        | "E_FIELD_MISSING"
        | "E_TOO_MANY_RECIPIENTS" => Bounce::Permanent(Reason::Refused, why),
        header if header.starts_with("E_HEADER") => Bounce::Permanent(Reason::Refused, why),
        _ => Bounce::Temporary(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_codes_are_sorted() {
        let of = |code: Option<&str>| {
            judged(&Declined { code: code.map(str::to_owned), said: "so\r\nit is".to_owned() })
        };
        for code in [
            "E_RECIPIENT_SUPPRESSED",
            "E_CONTENT_TOO_LARGE",
            "E_RECIPIENT_NOT_ALLOWED",
            "RCPT_NOT_ALLOWED",
            "E_VALIDATION_ERROR",
            "E_HEADER_NOT_ALLOWED",
            "E_HEADERS_TOO_LARGE",
        ] {
            assert!(matches!(of(Some(code)), Bounce::Permanent(..)), "{code}");
        }
        for code in [
            "E_RATE_LIMIT_EXCEEDED",
            "E_DAILY_LIMIT_EXCEEDED",
            "E_INTERNAL_SERVER_ERROR",
            "E_DELIVERY_FAILED",
            "E_SENDER_NOT_VERIFIED",
            "E_SENDER_DOMAIN_NOT_AVAILABLE",
            "E_NEVER_HEARD_OF",
        ] {
            assert!(matches!(of(Some(code)), Bounce::Temporary(_)), "{code}");
        }
        assert_eq!(of(None), Bounce::Temporary("send_email: so it is".to_owned()));
    }
}

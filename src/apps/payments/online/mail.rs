//! To the vendor's billing team, where the gateway took money that no record could be made of.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access::{App, Deed, Scope};
use crate::outbox::{Letter, Mailing};
use crate::page::MailText;

pub const STRAY: &str = "payments.stray";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stray {
    pub amount: String,
    pub invoice: String,
    /// As the gateway knows the payment.
    pub reference: String,
    /// Where it is known here.
    pub organisation: Option<String>,
    pub why: String,
}

impl Stray {
    #[must_use]
    pub fn deed(&self, scope: &impl Scope, app: &App) -> Deed {
        let to = Some(app.config().billing_email.clone());
        Letter { kind: STRAY, to, contact: None, payload: json!(self) }.deed(scope, app)
    }
}

#[must_use]
pub fn text(payload: &Value, mailing: &Mailing) -> Option<MailText> {
    let it = Stray::deserialize(payload).ok()?;
    let by = it.organisation.unwrap_or_else(|| "Somebody".to_owned());
    Some(MailText {
        subject: format!("Look into this: {} for invoice {} was paid online", it.amount, it.invoice),
        greeting: "Hello billing team,".to_owned(),
        lines: vec![
            format!("{by} paid {} for invoice {} through the payment gateway.", it.amount, it.invoice),
            format!(
                "No payment record was made, because {}. Nothing else will come of it by itself.",
                it.why
            ),
            format!("Look for {} at the gateway, and settle it with the customer.", it.reference),
        ],
        reason: format!(
            "You get this because this address is the billing address of the portal of {}.",
            mailing.config.brand.vendor_name
        ),
        ..MailText::default()
    })
}

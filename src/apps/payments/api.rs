//! What programs read of payments.

use serde::Serialize;

use super::records::{Effect, Record, RecordCursor};
use super::rules::Status;
use crate::kernel::{Day, LicenceId, PaymentId};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentRecordList))]
pub struct RecordPage<'a> {
    /// Newest first.
    pub items: &'a [Record],
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// What came of recording a payment, and of what happens to it later.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = RecordedPayment))]
pub struct Recorded<'a> {
    pub id: PaymentId,
    pub status: Status,
    /// The licences that it has moved.
    pub extended: Vec<Extended>,
    /// What it did to each licence, and why it did nothing.
    pub licences: &'a [Effect],
    /// Other records of the same invoice: a part payment, perhaps, or a slip.
    pub same_invoice: Vec<PaymentId>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ExtendedLicence))]
pub struct Extended {
    pub licence_id: LicenceId,
    pub product: String,
    pub old_valid_till: Day,
    pub new_valid_till: Day,
}

/// How a record stands now.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentStanding))]
pub struct Standing {
    pub id: PaymentId,
    pub status: Status,
}

impl<'a> RecordPage<'a> {
    #[must_use]
    pub fn of(items: &'a [Record], next: Option<&RecordCursor>) -> Self {
        Self { items, next: next.map(RecordCursor::text) }
    }
}

impl<'a> Recorded<'a> {
    #[must_use]
    pub fn of(id: &PaymentId, status: Status, licences: &'a [Effect], same_invoice: Vec<PaymentId>) -> Self {
        let extended = licences.iter().filter(|it| it.has_moved()).map(|it| Extended {
            licence_id: it.licence_id.clone(),
            product: it.product.clone(),
            old_valid_till: it.old_valid_till,
            new_valid_till: it.new_valid_till,
        });
        Self { id: id.clone(), status, extended: extended.collect(), licences, same_invoice }
    }
}

/// What `POST payment-records` takes.
#[cfg(not(target_arch = "wasm32"))]
#[derive(utoipa::ToSchema)]
#[schema(as = NewPaymentRecord)]
pub struct NewRecord {
    pub invoice_number: String,
    pub currency: crate::kernel::Currency,
    /// As people write it: `1,98,240.00` or `198240`.
    pub amount: String,
    /// Withheld as tax at source, in INR only.
    pub tax_deducted: Option<String>,
    pub paid_on: Day,
    pub method: super::rules::Method,
    pub reference: String,
    pub note: Option<String>,
    /// 1 to 5 files: PDF, PNG or JPEG by their content, at most 5 MB each.
    #[schema(value_type = Vec<String>, content_media_type = "application/octet-stream")]
    pub proof: Vec<Vec<u8>>,
}

/// What `POST payment-records/{payment}/replies` takes: words, files, or both.
#[cfg(not(target_arch = "wasm32"))]
#[derive(utoipa::ToSchema)]
#[schema(as = NewPaymentReply)]
pub struct NewReply {
    pub note: Option<String>,
    /// Up to 5 files, as with the record itself.
    #[schema(value_type = Option<Vec<String>>, content_media_type = "application/octet-stream")]
    pub proof: Option<Vec<Vec<u8>>>,
}

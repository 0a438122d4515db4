//! What programs read of the report.

use serde::Serialize;

use crate::kernel::{Email, ReportId};

/// A report that is being made.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Report))]
pub struct AskedFor {
    pub id: ReportId,
    /// It goes there as an HTML file.
    pub mailed_to: Email,
    pub asked_at: String,
}

//! What products send of their usage.

use serde::Serialize;

use crate::kernel::{Day, FieldError, OrgId, ProductId};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = UsageImport))]
pub struct ImportBody {
    /// 1 to 1000.
    pub items: Vec<SampleBody>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = UsageSample))]
pub struct SampleBody {
    pub organisation_id: OrgId,
    pub product_id: ProductId,
    pub sub_product: String,
    pub date: Day,
    /// What was in use at the end of that day, in the unit of the sub-product.
    pub used: f64,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = UsageImportResult))]
pub struct ImportFacts {
    pub stored: usize,
    pub refused: usize,
    /// Only the rows that were refused.
    pub items: Vec<RefusedFacts>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = RefusedSample))]
pub struct RefusedFacts {
    /// Where it stood, counted from 0.
    pub index: usize,
    pub errors: Vec<FieldError>,
}

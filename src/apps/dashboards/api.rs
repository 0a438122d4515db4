//! What programs read of the dashboards.

use serde::Serialize;

use super::rules::{Grain, Meter, Point, Used};
use crate::kernel::{Day, ProductId, SubProductId, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Usage))]
pub struct UsageFacts {
    /// Null, and no point: nothing of this kind is reported.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub product_id: Option<ProductId>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub sub_product: Option<SubProductId>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub unit: Option<String>,
    pub grain: Grain,
    /// The first and the last day of the period.
    pub from: Day,
    pub till: Day,
    /// What was in force on the last point; null: nothing with a quantity.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub purchased: Option<i64>,
    /// Oldest first; none for days to come.
    pub points: Vec<PointFacts>,
    /// When the products last reported.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub updated_at: Option<String>,
    /// What else there is to ask for.
    pub series: Vec<SeriesFacts>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = UsagePoint))]
pub struct PointFacts {
    /// The day, or the first of the month.
    pub date: Day,
    /// At the end of the day, or on the month's highest day; null: nothing was reported.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true, value_type = Option<f64>))]
    pub used: Option<Used>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub purchased: Option<i64>,
    /// Of what was purchased, rounded down to a tenth.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub percent: Option<f64>,
}

/// A sub-product that is measured.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = UsageSeries))]
pub struct SeriesFacts {
    pub product_id: ProductId,
    pub product: String,
    pub sub_product: SubProductId,
    pub label: String,
    pub unit: String,
    pub first_on: Day,
    pub last_on: Day,
}

impl PointFacts {
    #[must_use]
    pub fn of(point: &Point) -> Self {
        Self { date: point.on, used: point.used, purchased: point.purchased, percent: point.percent() }
    }
}

impl SeriesFacts {
    #[must_use]
    pub fn of(meter: &Meter) -> Self {
        Self {
            product_id: meter.product_id.clone(),
            product: meter.product.clone(),
            sub_product: meter.sub_product.clone(),
            label: meter.label.clone(),
            unit: meter.unit.clone(),
            first_on: meter.first_on,
            last_on: meter.last_on,
        }
    }
}

/// As the database keeps it; nothing where nothing was reported.
#[must_use]
pub fn instant(meter: Option<&Meter>) -> Option<String> {
    meter.map(|it| rfc3339(it.updated_at))
}

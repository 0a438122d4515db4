//! What programs send and read of products.

use serde::Serialize;

use super::rules::Product;
use crate::kernel::ProductId;

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = NewProduct))]
pub struct NewProductBody {
    /// 1 to 36 letters, digits and hyphens; it stays.
    pub id: ProductId,
    /// 1 to 80 characters.
    pub name: String,
    pub access_grace_days: Option<i64>,
    pub suspension_days: Option<i64>,
    pub trial_delete_days: Option<i64>,
}

/// All of it: what is left out becomes unknown.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ProductTerms))]
pub struct TermsBody {
    pub name: String,
    pub access_grace_days: Option<i64>,
    pub suspension_days: Option<i64>,
    pub trial_delete_days: Option<i64>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ProductList))]
pub struct ProductPage {
    /// By name.
    pub items: Vec<ProductFacts>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Product))]
pub struct ProductFacts {
    pub id: ProductId,
    pub name: String,
    /// After expiry users still have access this long; null: not stated.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub access_grace_days: Option<i64>,
    /// And this long until something happens to the account.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub suspension_days: Option<i64>,
    /// Of a trial: until its data is deleted.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub trial_delete_days: Option<i64>,
}

impl ProductFacts {
    #[must_use]
    pub fn of(it: &Product) -> Self {
        Self {
            id: it.id.clone(),
            name: it.name.clone(),
            access_grace_days: it.access_grace_days,
            suspension_days: it.suspension_days,
            trial_delete_days: it.trial_delete_days,
        }
    }
}

impl ProductPage {
    #[must_use]
    pub fn of(items: &[Product]) -> Self {
        Self { items: items.iter().map(ProductFacts::of).collect() }
    }
}

use super::rules::{NewProduct, Product, Terms};
use crate::access::{Anyone, Deed, Query, Scope};
use crate::kernel::ProductId;
use crate::sql;

macro_rules! products {
    ($where:literal) => {
        concat!(
            "select product.id, product.name, product.access_grace_days, product.suspension_days,
                    product.trial_delete_days, product.version
               from product ",
            $where
        )
    };
}

pub fn products(scope: &Anyone) -> Query<Vec<Product>> {
    scope.query(sql!(products!("order by product.name limit 1000")))
}

pub fn product(scope: &Anyone, id: &ProductId) -> Query<Option<Product>> {
    scope.query(sql!(products!("where product.id = ?1"), id.as_str()))
}

pub fn add(scope: &Anyone, it: &NewProduct) -> Deed {
    scope.deed(sql!(
        "insert into product (id, name, access_grace_days, suspension_days, trial_delete_days)
         values (?1, ?2, ?3, ?4, ?5)",
        it.id.as_str(),
        it.terms.name.as_str(),
        it.terms.access_grace_days,
        it.terms.suspension_days,
        it.terms.trial_delete_days,
    ))
}

pub fn change(scope: &Anyone, it: &Product, terms: &Terms) -> Vec<Deed> {
    vec![
        scope.deed(sql!(
            "select case when exists (select 1 from product where id = ?1 and version = ?2)
               then 1 else json_extract('{}', 'stale') end",
            it.id.as_str(),
            it.version,
        )),
        scope.deed(sql!(
            "update product set name = ?2, access_grace_days = ?3, suspension_days = ?4, trial_delete_days = ?5,
                    version = version + 1
              where id = ?1",
            it.id.as_str(),
            terms.name.as_str(),
            terms.access_grace_days,
            terms.suspension_days,
            terms.trial_delete_days,
        )),
    ]
}

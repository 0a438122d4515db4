//! What the vendor sells, and what is said of it after a licence has ended (domain 6.4).

use serde::{Deserialize, Serialize};

use crate::kernel::{FieldError, Line, ProductId};

/// Ten years: more is a slip of the keyboard.
const MOST_DAYS: i64 = 3650;

#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Product {
    pub id: ProductId,
    pub name: String,
    pub access_grace_days: Option<i64>,
    pub suspension_days: Option<i64>,
    pub trial_delete_days: Option<i64>,
    pub version: i64,
}

/// Name and days as they shall be.
#[derive(Debug, Clone)]
pub struct Terms {
    pub name: Line<1, 80>,
    pub access_grace_days: Option<i64>,
    pub suspension_days: Option<i64>,
    pub trial_delete_days: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct NewProduct {
    pub id: ProductId,
    pub terms: Terms,
}

impl Terms {
    /// Each flaw at its field.
    #[must_use]
    pub fn flaws(&self) -> Vec<FieldError> {
        let days = [
            ("access_grace_days", self.access_grace_days),
            ("suspension_days", self.suspension_days),
            ("trial_delete_days", self.trial_delete_days),
        ];
        let mut flaws: Vec<FieldError> = days
            .into_iter()
            .filter(|it| it.1.is_some_and(|it| !(0..=MOST_DAYS).contains(&it)))
            .map(|it| {
                FieldError::new(it.0, "out-of-range", format!("Write 0 to {MOST_DAYS} days, or nothing."))
            })
            .collect();
        if self.access_grace_days.zip(self.suspension_days).is_some_and(|(access, end)| end < access) {
            let said = "Access ends before this, after the days of grace. Write at least as many.";
            flaws.push(FieldError::new("suspension_days", "before-the-grace", said));
        }
        flaws
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_days_and_in_order() {
        let codes = |access, end, trial| {
            let name = Line::try_from("SkyConnect".to_owned()).unwrap();
            let terms =
                Terms { name, access_grace_days: access, suspension_days: end, trial_delete_days: trial };
            terms.flaws().into_iter().map(|it| (it.field, it.code)).collect::<Vec<_>>()
        };
        assert_eq!(codes(Some(14), Some(30), None), []);
        assert_eq!(codes(None, Some(0), Some(7)), []);
        assert_eq!(codes(Some(14), Some(14), None), []);
        assert_eq!(codes(Some(30), Some(14), None), [("suspension_days".to_owned(), "before-the-grace")]);
        assert_eq!(codes(Some(-1), None, Some(3651)).len(), 2);
    }
}

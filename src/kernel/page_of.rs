use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Where a list goes on: behind the row with this sort key and id. Opaque to whoever carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor<K, I> {
    pub key: K,
    pub id: I,
}

/// How many rows, and where they begin.
#[derive(Debug, Clone, PartialEq)]
pub struct PageOf<K, I> {
    limit: usize,
    pub after: Option<Cursor<K, I>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit(usize);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("A page has 1 to 100 rows.")]
pub struct BadLimit;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("This is no cursor of ours. Take the one that the page before ended with, or none to begin.")]
pub struct BadCursor;

impl<K, I> PageOf<K, I> {
    #[must_use]
    pub fn new(limit: Option<Limit>, after: Option<Cursor<K, I>>) -> Self {
        Self { limit: limit.map_or(20, |it| it.0), after }
    }

    /// For a file, which has no pages.
    #[must_use]
    pub fn whole(most: usize) -> Self {
        Self { limit: most, after: None }
    }

    /// What to ask the database for: one row more than the page shows tells whether there is a next one.
    #[must_use]
    pub fn wanted(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(100) + 1
    }

    /// The rows of this page, and the cursor of the next one.
    #[must_use]
    pub fn cut<T>(
        &self,
        mut rows: Vec<T>,
        place: impl Fn(&T) -> Cursor<K, I>,
    ) -> (Vec<T>, Option<Cursor<K, I>>) {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(place);
        (rows, next)
    }
}

impl<K: Serialize, I: Serialize> Cursor<K, I> {
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::json!([self.key, self.id]).to_string())
    }
}

impl<K: DeserializeOwned, I: DeserializeOwned> TryFrom<String> for Cursor<K, I> {
    type Error = BadCursor;

    fn try_from(text: String) -> Result<Self, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
        let (key, id) = serde_json::from_slice(&bytes).map_err(|_| BadCursor)?;
        Ok(Self { key, id })
    }
}

impl TryFrom<String> for Limit {
    type Error = BadLimit;

    fn try_from(text: String) -> Result<Self, BadLimit> {
        text.parse().ok().filter(|it| (1..=100).contains(it)).map(Self).ok_or(BadLimit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Day, OrderId};

    type OfDays = Cursor<Day, OrderId>;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let place = OfDays {
            key: Day::try_from("2026-11-22".to_owned()).unwrap(),
            id: OrderId::try_from("o-1".to_owned()).unwrap(),
        };
        assert_eq!(OfDays::try_from(place.text()), Ok(place.clone()));
        for text in ["", "x", &place.text()[1..], &Cursor { key: 1_i64, id: place.id }.text()] {
            assert_eq!(OfDays::try_from(text.to_owned()), Err(BadCursor), "{text}");
        }
    }

    #[test]
    fn a_page_ends_where_there_is_more() {
        let page = PageOf::<i64, i64>::new(Limit::try_from("2".to_owned()).ok(), None);
        let place = |it: &i64| Cursor { key: *it, id: *it };
        assert_eq!(page.wanted(), 3);
        assert_eq!(page.cut(vec![9, 8, 7], place), (vec![9, 8], Some(Cursor { key: 8, id: 8 })));
        assert_eq!(page.cut(vec![9, 8], place), (vec![9, 8], None));
        for text in ["0", "101", "-1", "ten", "1.5", ""] {
            assert_eq!(Limit::try_from(text.to_owned()), Err(BadLimit), "{text}");
        }
    }
}

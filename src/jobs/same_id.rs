use sha2::{Digest, Sha256};

/// The same for the same matter, whoever makes it and whenever: what runs twice writes one row. `at` is the moment of
/// the matter, so that ids stay in the order of time.
pub fn same_id<T: From<uuid::Uuid>>(matter: &str, at: i64) -> T {
    let mut chance = [0; 10];
    chance.iter_mut().zip(Sha256::digest(matter)).for_each(|(to, from)| *to = from);
    let millis = u64::try_from(at).unwrap_or(0).saturating_mul(1000);
    uuid::Builder::from_unix_timestamp_millis(millis, &chance).into_uuid().into()
}

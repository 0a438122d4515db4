use serde::Deserialize;

use crate::kernel::{ContactId, DisplayName, Email, OrgId, OrgName, Reason};

/// Seconds that a view lasts at most.
pub const LASTS: i64 = 30 * 60;

/// The contact whose eyes are borrowed.
#[derive(Debug, Deserialize)]
pub struct Seen {
    pub org: OrgId,
    pub org_name: OrgName,
    pub contact: ContactId,
    pub name: DisplayName,
    pub email: Email,
}

#[derive(Debug, Deserialize)]
pub struct Running {
    pub org: OrgId,
    pub contact: ContactId,
}

#[derive(Debug)]
pub struct Wish {
    pub reason: Reason,
}

/// What the Primary reads about it: title and body.
pub fn notice(by: &str, seen: &Seen) -> (String, String) {
    let title = "The vendor's team looked at the portal as one of your contacts".to_owned();
    let body = format!(
        "{by} opened a view for reading as {}, for at most 30 minutes. Nothing can be changed in such a view. The reason \
         stands in the log of {}.",
        seen.name.as_str(),
        seen.org_name.as_str(),
    );
    (title, body)
}

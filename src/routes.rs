//! Every URL of the portal, one line for each application.

use crate::access::Routes;

#[must_use]
pub fn all() -> Routes {
    Routes::default()
}

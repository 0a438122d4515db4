use maud::{Markup, html};

use super::rules::Reached;
use crate::apps::home;
use crate::kernel::OrgId;
use crate::page::{Tone, notice};

/// What reached 80, 90 or 100 % of what was bought this month; nothing where nothing did.
#[must_use]
pub fn panel(org: &OrgId, reached: &[Reached]) -> Markup {
    let Some(first) = reached.first() else { return html! {} };
    let (tone, title) = if first.threshold >= 100 {
        (Tone::Danger, "More is in use than you purchased, or all of it")
    } else {
        (Tone::Attention, "Use comes near what you purchased")
    };
    let list = html! {
        ul.reached {
            @for it in reached {
                li {
                    a href={ (home(org)) "/usage?product=" (it.product_id.as_str()) "&sub_product=" (it.sub_product.as_str()) } {
                        (it.product) ", " (it.label)
                    }
                    " reached " (it.threshold) " % on " (it.crossed_on.words())
                }
            }
        }
    };
    notice(tone, title, list)
}

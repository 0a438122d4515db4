//! What the actions of the log mean: the one table of them (a test holds it against the sources).

use serde_json::Value;

use super::lines::Line;
use crate::kernel::Role;

pub struct Word {
    /// Thing and verb, as it stands in the log.
    pub action: &'static str,
    /// For the filter.
    pub label: &'static str,
    /// `{who}`, `{target}`, and whatever stands in what was there after or before.
    said: &'static str,
}

const fn word(action: &'static str, label: &'static str, said: &'static str) -> Word {
    Word { action, label, said }
}

pub const WORDS: &[Word] = &[
    word("access.refused", "Refused a page", "{who} was refused {target}"),
    word("calendar.created", "Calendar address created", "{who} created a private calendar address"),
    word("calendar.revoked", "Calendar address revoked", "{who} revoked a private calendar address"),
    word("contact.added", "Contact added", "{who} added {display_name} as a contact"),
    word("contact.deleted", "Contact deleted", "{who} deleted the contact {display_name}"),
    word("contact.verification_sent", "Verification sent", "{who} sent {display_name} a verification mail"),
    word("contact.verified", "Contact verified", "{who} confirmed the address"),
    word("extension.granted", "Licence extended", "{who} extended a licence till {valid_till}"),
    word("extension.rejected", "Extension refused", "{who} asked to extend a licence and was refused"),
    word("installation.set_up", "Portal set up", "{who} set up the portal"),
    word("key.made", "API key made", "{who} made the API key {name}"),
    word("key.revoked", "API key revoked", "{who} revoked the API key {name}"),
    word("key.rotated", "API key rotated", "{who} made a successor of the API key {name}"),
    word("licence.cancelled", "Licence cancelled", "{who} cancelled a licence on {cancelled_on}"),
    word("licence.changed", "Licence changed", "{who} changed a licence: valid till {valid_till}"),
    word("list.exported", "List exported", "{who} took {target} as a file"),
    word("mail.sent_again", "Mail sent again", "{who} sent a mail again that had not arrived"),
    word("member.added", "Colleague added", "{who} added {display_name} to the staff as {role}"),
    word("member.changed", "Staff role changed", "{who} gave a colleague the role {role}"),
    word("member.removed", "Colleague removed", "{who} removed {display_name} from the staff"),
    word("notice.changed", "Announcement changed", "{who} changed \u{201c}{title}\u{201d}"),
    word("notice.drafted", "Announcement drafted", "{who} drafted \u{201c}{title}\u{201d}"),
    word("notice.pinned", "Announcement pinned", "{who} changed how long \u{201c}{title}\u{201d} is pinned"),
    word("notice.published", "Announcement published", "{who} published \u{201c}{title}\u{201d}"),
    word("notice.withdrawn", "Announcement withdrawn", "{who} withdrew \u{201c}{title}\u{201d}"),
    word("notifications.preferred", "Mail preferences", "{who} changed what comes by mail"),
    word("notifications.unsubscribed", "Mail ended", "{who} ended a kind of mail by its link"),
    word("order.booked", "Order booked", "{who} booked order {number}"),
    word("order.cancelled", "Order cancelled", "{who} cancelled an order on {cancelled_on}"),
    word("organisation.changed", "Customer changed", "{who} changed what is on record of {name}"),
    word("organisation.created", "Customer set up", "{who} set up {name}"),
    word("organisation.renamed", "Organisation renamed", "{who} renamed the organisation to {name}"),
    word("partner.changed", "Partner changed", "{who} changed the partner {name}"),
    word("partner.created", "Partner set up", "{who} set up the partner {name}"),
    word("password.changed", "Password changed", "{who} changed the password"),
    word("password.reset", "Password reset", "{who} chose a new password by mail"),
    word("password.set", "Password set", "{who} chose the first password"),
    word("payment.answered", "Payment question answered", "{who} answered a question about a payment"),
    word("payment.begun", "Online payment begun", "{who} began to pay invoice {invoice} online"),
    word("payment.decided", "Payment decided", "{who} decided a payment: {status}"),
    word("payment.noted", "Payment noted", "{who} added a note to a payment"),
    word("payment.recorded", "Payment recorded", "{who} recorded a payment"),
    word("payment.stray", "Payment without a record", "{who} took {amount} that no record could be made of"),
    word("payment.told", "Online payment changed", "{who} said how an online payment stands: {status}"),
    word("payment.withdrawn", "Payment withdrawn", "{who} withdrew a payment record"),
    word("person.renamed", "Person renamed", "{who} is now called {display_name}"),
    word("primary.replaced", "Primary replaced", "{who} made {email} the Primary contact: {reason}"),
    word("product.added", "Product added", "{who} added the product {name}"),
    word("product.changed", "Product changed", "{who} changed the product {name}"),
    word("report.asked_for", "Report asked for", "{who} asked for the organisation report"),
    word("roles.assigned", "Roles assigned", ""),
    word("session.ended", "Session ended", "{who} ended a session"),
    word("session.started", "Signed in", "{who} signed in with {device}"),
    word("sso.client_added", "Sign-on client added", "{who} let {name} sign people on"),
    word("sso.client_switched", "Sign-on client switched", "{who} switched a sign-on client on or off"),
    word("sso.code_replayed", "Sign-on code replayed", "{who} sent a sign-on code a second time"),
    word("sso.secret_renewed", "Sign-on secret renewed", "{who} renewed the secret of a sign-on client"),
    word("sso.signed_on", "Went on to a help desk", "{who} went on to {target}"),
    word(
        "subscription.cancelled",
        "Subscription cancelled",
        "{who} cancelled a subscription on {cancelled_on}",
    ),
    word("usage.imported", "Usage imported", "{who} reported {stored} samples of usage"),
    word("view_as.ended", "View ended", "{who} ended the view"),
    word(
        "view_as.started",
        "Viewed as a contact",
        "{who} looked at the portal as {name}, for reading: {reason}",
    ),
];

/// "Ann assigned Billing to Tom".
#[must_use]
pub fn said(line: &Line) -> String {
    let word = WORDS.iter().find(|it| it.action == line.action);
    let (before, after) = (line.before(), line.after());
    if line.action == "roles.assigned" {
        return roles(&line.actor_name, &before, &after);
    }
    let look_up = |name: &str| match name {
        "who" => Some(line.actor_name.clone()),
        "target" => Some(line.target.clone()),
        _ => [&after, &before].into_iter().find_map(|it| it.get(name)).map(text),
    };
    let filled = word.and_then(|it| fill(it.said, look_up));
    filled.unwrap_or_else(|| match word {
        Some(word) => format!("{}: {}", line.actor_name, word.label.to_lowercase()),
        None => format!("{}: {}", line.actor_name, line.action.replace(['.', '_'], " ")),
    })
}

/// What differs, by name: before and after. What was not there is none.
#[must_use]
pub fn changes(line: &Line) -> Vec<(String, Option<String>, Option<String>)> {
    let (before, after) = (line.before(), line.after());
    let names = |it: &Value| -> Vec<String> {
        it.as_object().map(|it| it.keys().cloned().collect()).unwrap_or_default()
    };
    let mut all = names(&before);
    all.extend(names(&after).into_iter().filter(|it| before.get(it).is_none()));
    let known = after.get("names").cloned().unwrap_or(Value::Null);
    let shown = |it: Option<&Value>| {
        let text = it.map(text).filter(|it| !it.is_empty())?;
        Some(known.get(&text).and_then(Value::as_str).map_or(text, str::to_owned))
    };
    let differing = all.into_iter().filter(|it| it != "names" && before.get(it) != after.get(it));
    let all = differing.map(|it| (it.replace('_', " "), shown(before.get(&it)), shown(after.get(&it))));
    all.filter(|it| it.1.is_some() || it.2.is_some()).collect()
}

fn fill(pattern: &str, look_up: impl Fn(&str) -> Option<String>) -> Option<String> {
    let (mut filled, mut rest) = (String::new(), pattern);
    while let Some((text, more)) = rest.split_once('{') {
        let (name, more) = more.split_once('}')?;
        filled.extend([text, &look_up(name)?]);
        rest = more;
    }
    Some(filled + rest)
}

/// Holders by role before and after, and their names.
fn roles(who: &str, before: &Value, after: &Value) -> String {
    let holder = |of: &Value, role: Role| of.get(role.code()).and_then(Value::as_str).map(str::to_owned);
    let name = |id: String| {
        let known = after.get("names").and_then(|it| it.get(&id)).and_then(Value::as_str);
        known.map_or_else(|| "somebody".to_owned(), str::to_owned)
    };
    let deeds: Vec<String> = Role::ALL
        .into_iter()
        .filter_map(|role| match (holder(before, role), holder(after, role)) {
            (was, is) if was == is => None,
            (_, Some(is)) => Some(format!("assigned {} to {}", role.label(), name(is))),
            (Some(was), None) => Some(format!("took {} from {}", role.label(), name(was))),
            (None, None) => None,
        })
        .collect();
    if deeds.is_empty() { format!("{who} assigned roles") } else { format!("{who} {}", deeds.join(", ")) }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => {
            let said = parts.iter().map(|(name, it)| (name.replace('_', " "), text(it)));
            let said = said.filter(|it| !it.1.is_empty()).map(|(name, it)| format!("{name}: {it}"));
            said.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(action: &str, before: &Value, after: &Value) -> Line {
        let row = serde_json::json!({
            "id": "a", "at": 1, "actor_id": "ann", "actor_name": "Ann", "action": action, "target": "x",
            "before": before.is_object().then(|| before.to_string()),
            "after": after.is_object().then(|| after.to_string()),
            "address": "192.0.2.1", "request_id": "r", "org_id": null, "org_name": null, "place": 1,
        });
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn lines_are_sentences() {
        use serde_json::json;

        let roles = line(
            "roles.assigned",
            &json!({ "primary": "1", "billing": null, "support": "3", "technical": "2" }),
            &json!({ "primary": "1", "billing": "2", "support": null, "technical": "2",
                    "names": { "1": "Ann", "2": "Tom", "3": "Sue" } }),
        );
        assert_eq!(said(&roles), "Ann assigned Billing to Tom, took Support from Sue");
        let expected =
            [("billing".into(), None, Some("Tom".into())), ("support".into(), Some("Sue".into()), None)];
        assert_eq!(changes(&roles), expected);
        let deleted = line("contact.deleted", &json!({ "display_name": "Tom" }), &Value::Null);
        assert_eq!(said(&deleted), "Ann deleted the contact Tom");
        assert_eq!(said(&line("contact.deleted", &Value::Null, &Value::Null)), "Ann: contact deleted");
        assert_eq!(said(&line("thing.done_so", &Value::Null, &Value::Null)), "Ann: thing done so");
        let braces = line("person.renamed", &Value::Null, &json!({ "display_name": "{who} {x" }));
        assert_eq!(said(&braces), "Ann is now called {who} {x");
    }
}

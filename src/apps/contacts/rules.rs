//! Who may be a contact and who may hold a role (domain 4).

use serde::{Deserialize, Serialize};

use crate::kernel::{ContactId, DisplayName, Email, PersonId, Role};
use crate::outbox::Reason;

/// Primary included, verified or not (domain 4.2, Q15).
pub const MOST_CONTACTS: usize = 5;
/// Seconds between two verification mails to one contact (domain 4.3).
pub const RESEND_AFTER: i64 = 60;
/// The first mail and five more within 24 hours.
pub const MOST_SENT_A_DAY: i64 = 6;
pub const DAY: i64 = 24 * 3600;

#[derive(Debug, Clone, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    pub person_id: PersonId,
    /// What the Primary typed, until its owner has verified; then the owner's own name.
    pub display_name: DisplayName,
    pub email: Email,
    pub created_at: i64,
    pub verified_at: Option<i64>,
    pub signed_in_at: Option<i64>,
    /// Of the newest verification mail.
    pub mail_state: Option<MailState>,
    pub mail_at: Option<i64>,
    /// Why it did not arrive.
    pub mail_reason: Option<Reason>,
    pub last_link_at: Option<i64>,
    /// Of the six newest links the oldest: when it is a day old, another may follow.
    pub sixth_last_link_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    Queued,
    Sending,
    Sent,
    Failed,
    Dropped,
    /// It left and came back.
    Bounced,
}

/// Who holds a role; a vacant role has no row.
#[derive(Debug, Clone, Deserialize)]
pub struct Holding {
    pub role: Role,
    pub contact: ContactId,
}

/// What the domain rule of Primary and Billing looks at (domain 2.1).
#[derive(Debug, Deserialize)]
pub struct Terms {
    pub roles_version: i64,
    pub channel: Channel,
    /// JSON lists of host names.
    pub customer_domains: String,
    pub partner_domains: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Direct,
    Partner,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("A customer orders directly or through a partner: direct or partner.")]
pub struct BadChannel;

impl Channel {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Partner => "partner",
        }
    }
}

impl TryFrom<String> for Channel {
    type Error = BadChannel;

    fn try_from(text: String) -> Result<Self, BadChannel> {
        match text.as_str() {
            "direct" => Ok(Self::Direct),
            "partner" => Ok(Self::Partner),
            _ => Err(BadChannel),
        }
    }
}

#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct NewContact {
    /// Shows until the contact has verified; then the person's own name does.
    pub display_name: DisplayName,
    pub email: Email,
    /// Whether the verification mail goes out at once.
    #[cfg_attr(not(target_arch = "wasm32"), schema(default = true, required = false))]
    pub send_verification: bool,
}

/// Who holds which role, or shall hold it; `null` where the role is vacant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Roles))]
pub struct Assignment {
    /// Never vacant.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub primary: Option<ContactId>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub billing: Option<ContactId>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub support: Option<ContactId>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub technical: Option<ContactId>,
}

#[derive(Debug, PartialEq)]
pub struct Change {
    pub role: Role,
    pub from: Option<ContactId>,
    pub to: Option<ContactId>,
}

#[derive(Debug, PartialEq)]
pub enum Refusal {
    Full,
    AlreadyThere,
    Primary,
    AlreadyVerified,
    /// Seconds until another mail may go out.
    TooSoon(i64),
    PrimaryRequired,
    NeedsVerified(Role),
}

impl Assignment {
    #[must_use]
    pub fn of(holdings: &[Holding]) -> Self {
        let holder = |role| holdings.iter().find(|it| it.role == role).map(|it| it.contact.clone());
        Self {
            primary: holder(Role::Primary),
            billing: holder(Role::Billing),
            support: holder(Role::Support),
            technical: holder(Role::Technical),
        }
    }

    #[must_use]
    pub fn holder(&self, role: Role) -> Option<&ContactId> {
        match role {
            Role::Primary => self.primary.as_ref(),
            Role::Billing => self.billing.as_ref(),
            Role::Support => self.support.as_ref(),
            Role::Technical => self.technical.as_ref(),
        }
    }

    #[must_use]
    pub fn roles_of(&self, contact: &ContactId) -> Vec<Role> {
        Role::ALL.into_iter().filter(|it| self.holder(*it) == Some(contact)).collect()
    }
}

/// Rules 1 and 2 of domain 4.2.
pub fn may_add(contacts: &[Contact], new: &NewContact) -> Result<(), Refusal> {
    if contacts.iter().any(|it| it.email == new.email) {
        Err(Refusal::AlreadyThere)
    } else if contacts.len() >= MOST_CONTACTS {
        Err(Refusal::Full)
    } else {
        Ok(())
    }
}

/// Domain 4.4.
pub fn may_remove(contact: &Contact, holdings: &[Holding]) -> Result<(), Refusal> {
    if roles_of(contact, holdings).contains(&Role::Primary) { Err(Refusal::Primary) } else { Ok(()) }
}

/// Domain 4.3.
pub fn may_verify(contact: &Contact, now: i64) -> Result<(), Refusal> {
    if contact.verified_at.is_some() {
        return Err(Refusal::AlreadyVerified);
    }
    let soon = contact.last_link_at.map_or(0, |it| it + RESEND_AFTER - now);
    let often = contact.sixth_last_link_at.map_or(0, |it| it + DAY - now);
    let wait = soon.max(often);
    if wait > 0 { Err(Refusal::TooSoon(wait)) } else { Ok(()) }
}

/// What must change so that the roles are as wished (domain 4.5): Primary never vacant, holders verified.
pub fn changes(
    now: &Assignment,
    wished: &Assignment,
    contacts: &[Contact],
) -> Result<Vec<Change>, Vec<Refusal>> {
    let is_verified = |id: &ContactId| contacts.iter().any(|it| it.id == *id && it.verified_at.is_some());
    let mut refusals = Vec::new();
    if wished.primary.is_none() {
        refusals.push(Refusal::PrimaryRequired);
    }
    let unfit = Role::ALL.into_iter().filter(|role| wished.holder(*role).is_some_and(|it| !is_verified(it)));
    refusals.extend(unfit.map(Refusal::NeedsVerified));
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let change = |role: Role| {
        let (from, to) = (now.holder(role).cloned(), wished.holder(role).cloned());
        (from != to).then_some(Change { role, from, to })
    };
    Ok(Role::ALL.into_iter().filter_map(change).collect())
}

#[must_use]
pub fn roles_of(contact: &Contact, holdings: &[Holding]) -> Vec<Role> {
    Assignment::of(holdings).roles_of(&contact.id)
}

/// The roles of Primary and Billing whose holder's address is not on a domain where it is expected; a warning, no
/// refusal (domain Q14).
#[must_use]
pub fn off_domain(terms: &Terms, assignment: &Assignment, contacts: &[Contact]) -> Vec<(Role, Email)> {
    let domains = match terms.channel {
        Channel::Direct => &terms.customer_domains,
        Channel::Partner => &terms.partner_domains,
    };
    let domains: Vec<String> = serde_json::from_str(domains).unwrap_or_default();
    let holders = [Role::Primary, Role::Billing].into_iter().filter_map(|role| {
        let holder = assignment.holder(role)?;
        let email = &contacts.iter().find(|it| it.id == *holder)?.email;
        is_off_domain(email, &domains).then(|| (role, email.clone()))
    });
    holders.collect()
}

/// With no domain on record there is nothing to compare with.
#[must_use]
pub fn is_off_domain(email: &Email, expected: &[impl AsRef<str>]) -> bool {
    !expected.is_empty() && !expected.iter().any(|it| it.as_ref().eq_ignore_ascii_case(email.domain()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> ContactId {
        ContactId::try_from(format!("c{n}")).unwrap()
    }

    fn contact(n: usize) -> Contact {
        Contact {
            id: id(n),
            person_id: PersonId::try_from(format!("p{n}")).unwrap(),
            display_name: DisplayName::try_from(format!("C{n}")).unwrap(),
            email: Email::try_from(format!("c{n}@acme.example")).unwrap(),
            created_at: 1,
            verified_at: Some(1),
            signed_in_at: None,
            mail_state: None,
            mail_at: None,
            mail_reason: None,
            last_link_at: None,
            sixth_last_link_at: None,
        }
    }

    #[track_caller]
    fn check_add(existing: usize, new: usize, expected: &Result<(), Refusal>) {
        let contacts: Vec<Contact> = (0..existing).map(contact).collect();
        let Contact { display_name, email, .. } = contact(new);
        assert_eq!(
            &may_add(&contacts, &NewContact { display_name, email, send_verification: true }),
            expected
        );
    }

    #[test]
    fn who_may_be_added() {
        check_add(0, 9, &Ok(()));
        check_add(4, 9, &Ok(()));
        check_add(5, 9, &Err(Refusal::Full));
        check_add(5, 1, &Err(Refusal::AlreadyThere));
    }

    #[test]
    fn who_may_be_removed() {
        let held = |role| [Holding { role, contact: id(1) }];
        assert_eq!(may_remove(&contact(1), &held(Role::Primary)), Err(Refusal::Primary));
        assert_eq!(may_remove(&contact(1), &held(Role::Billing)), Ok(()));
        assert_eq!(may_remove(&contact(2), &held(Role::Primary)), Ok(()));
    }

    #[test]
    fn when_another_verification_mail_may_go_out() {
        let with = |verified_at, last_link_at, sixth_last_link_at| Contact {
            verified_at,
            last_link_at,
            sixth_last_link_at,
            ..contact(1)
        };
        let check = |contact: Contact, expected| assert_eq!(may_verify(&contact, 100_000), expected);
        check(with(None, None, None), Ok(()));
        check(with(Some(1), None, None), Err(Refusal::AlreadyVerified));
        check(with(None, Some(99_941), None), Err(Refusal::TooSoon(1)));
        check(with(None, Some(99_940), None), Ok(()));
        check(with(None, Some(99_940), Some(100_000 - DAY)), Ok(()));
        check(with(None, Some(99_940), Some(100_001 - DAY)), Err(Refusal::TooSoon(1)));
        check(with(None, Some(99_990), Some(99_000)), Err(Refusal::TooSoon(DAY - 1000)));
    }

    fn roles(primary: Option<usize>, billing: Option<usize>) -> Assignment {
        Assignment { primary: primary.map(id), billing: billing.map(id), support: None, technical: None }
    }

    #[test]
    fn what_changes_when_roles_are_assigned() {
        let contacts = [contact(1), contact(2), Contact { verified_at: None, ..contact(3) }];
        let check = |wished: Assignment, expected: Result<usize, Vec<Refusal>>| {
            let found = changes(&roles(Some(1), None), &wished, &contacts).map(|it| it.len());
            assert_eq!(found, expected, "{wished:?}");
        };
        check(roles(Some(1), None), Ok(0));
        check(roles(Some(1), Some(1)), Ok(1));
        check(roles(Some(2), Some(1)), Ok(2));
        check(roles(None, Some(1)), Err(vec![Refusal::PrimaryRequired]));
        check(roles(Some(1), Some(3)), Err(vec![Refusal::NeedsVerified(Role::Billing)]));
        check(
            roles(Some(4), Some(3)),
            Err(vec![Refusal::NeedsVerified(Role::Primary), Refusal::NeedsVerified(Role::Billing)]),
        );
    }

    #[test]
    fn primary_and_billing_are_expected_on_known_domains() {
        let terms = |channel, customer: &str, partner: &str| Terms {
            roles_version: 1,
            channel,
            customer_domains: customer.to_owned(),
            partner_domains: partner.to_owned(),
        };
        let count =
            |terms: &Terms| off_domain(terms, &roles(Some(1), Some(2)), &[contact(1), contact(2)]).len();
        assert_eq!(count(&terms(Channel::Direct, "[\"ACME.example\"]", "[]")), 0);
        assert_eq!(count(&terms(Channel::Direct, "[\"other.example\"]", "[]")), 2);
        assert_eq!(count(&terms(Channel::Partner, "[\"acme.example\"]", "[\"partner.example\"]")), 2);
        assert_eq!(count(&terms(Channel::Direct, "[]", "[]")), 0);
    }
}

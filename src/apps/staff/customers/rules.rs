//! What the staff know of a customer, and what they may change of it (domain 2.1, 11).

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::apps::contacts::{Channel, is_off_domain};
use crate::kernel::{
    ContactId, Cursor, Day, DisplayName, Domain, Email, FieldError, OrgId, OrgName, PartnerId, PersonId,
    Reason, Role, is_tricky,
};

/// What is looked for: the beginning of a name, of a word of it, of a domain, an address, an order number or an invoice
/// number. Beginnings, because those go by an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Needle(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error(
    "Search for 2 to 80 characters: the beginning of a name, a domain, an address, an order or an invoice number."
)]
pub struct BadNeedle;

/// Behind every letter there is.
const LAST: char = '\u{10ffff}';

/// Where a list of customers goes on: behind this name.
pub type Place = Cursor<String, OrgId>;

/// A line of the list.
#[derive(Debug, Deserialize)]
pub struct Listed {
    pub id: OrgId,
    pub name: OrgName,
    pub channel: Channel,
    pub partner_id: Option<PartnerId>,
    pub partner: Option<String>,
    #[serde(deserialize_with = "from_json")]
    pub domains: Vec<Domain>,
    pub created_at: i64,
    pub primary_name: Option<DisplayName>,
    pub primary_email: Option<Email>,
    /// Of the licence that ends first.
    pub ends_on: Option<Day>,
}

/// The customer itself, as its page and its forms need it.
#[derive(Debug, Deserialize)]
pub struct Customer {
    pub id: OrgId,
    pub name: OrgName,
    pub channel: Channel,
    pub partner_id: Option<PartnerId>,
    pub partner: Option<String>,
    #[serde(deserialize_with = "from_json")]
    pub domains: Vec<Domain>,
    #[serde(deserialize_with = "from_json")]
    pub partner_domains: Vec<Domain>,
    pub version: i64,
    pub created_at: i64,
}

#[derive(Debug, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    pub person: PersonId,
    pub name: DisplayName,
    pub email: Email,
    pub verified_at: Option<i64>,
    pub has_password: i64,
    pub signed_in_at: Option<i64>,
    #[serde(deserialize_with = "from_json")]
    pub roles: Vec<Role>,
}

/// Somebody whom the portal knows by address.
#[derive(Debug, Deserialize)]
pub struct Known {
    pub id: PersonId,
    pub name: DisplayName,
    pub has_password: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Partner {
    pub id: PartnerId,
    pub name: OrgName,
    /// As JSON.
    pub domains: String,
}

#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct NewCustomer {
    pub name: OrgName,
    pub channel: Channel,
    /// Where the channel is `partner`, and nowhere else.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false))]
    pub partner_id: Option<PartnerId>,
    /// Of the customer's addresses.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false))]
    pub domains: Vec<Domain>,
    /// Primary and Support contact from the start.
    pub first_contact: FirstContact,
}

#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct FirstContact {
    pub email: Email,
    pub display_name: DisplayName,
}

/// What is left out stays as it is.
#[derive(Debug, Default)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = CustomerChange))]
pub struct Change {
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false, value_type = OrgName))]
    pub name: Option<OrgName>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false, value_type = Channel))]
    pub channel: Option<Channel>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false, value_type = Option<PartnerId>))]
    pub partner_id: Option<Option<PartnerId>>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false, value_type = Vec<Domain>))]
    pub domains: Option<Vec<Domain>>,
}

/// How the customer shall be.
#[derive(Debug, PartialEq)]
pub struct Terms {
    pub name: OrgName,
    pub channel: Channel,
    pub partner_id: Option<PartnerId>,
    pub domains: Vec<Domain>,
}

/// Who shall be Primary in place of one who is lost, and how that was made sure of.
#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PrimaryReplacement))]
pub struct Replacement {
    /// On a domain of the customer or of its partner, as a rule. A contact already, or to become one.
    pub email: Email,
    /// Counts for somebody whom the portal does not know yet.
    pub display_name: DisplayName,
    /// What was checked outside the portal, and how; the customer reads it in its log.
    pub reason: Reason,
    /// Whether whoever was Primary stays a contact.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false, default = true))]
    pub keep_previous: bool,
}

#[derive(Debug, PartialEq)]
pub enum Refusal {
    PartnerNeeded,
    NoPartner,
    NoSuchPartner,
    IsPrimary,
    Full,
}

impl Needle {
    /// Of words, domains and addresses, which are kept in lower case.
    #[must_use]
    pub fn lower(&self) -> (String, String) {
        range(self.0.to_ascii_lowercase())
    }

    /// Of invoice numbers, which are compared in capitals.
    #[must_use]
    pub fn upper(&self) -> (String, String) {
        range(self.0.to_uppercase())
    }
}

fn range(from: String) -> (String, String) {
    let to = format!("{from}{LAST}");
    (from, to)
}

impl TryFrom<String> for Needle {
    type Error = BadNeedle;

    fn try_from(text: String) -> Result<Self, BadNeedle> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = (2..=80).contains(&text.chars().count()) && !text.contains(is_tricky);
        if fits { Ok(Self(text)) } else { Err(BadNeedle) }
    }
}

impl Listed {
    #[must_use]
    pub fn place(&self) -> Place {
        Cursor { key: self.name.as_str().to_owned(), id: self.id.clone() }
    }
}

impl Contact {
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

impl Customer {
    /// Where Primary and Billing are expected (domain 2.1).
    #[must_use]
    pub fn expected(&self) -> &[Domain] {
        match self.channel {
            Channel::Direct => &self.domains,
            Channel::Partner => &self.partner_domains,
        }
    }

    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            name: self.name.clone(),
            channel: self.channel,
            partner_id: self.partner_id.clone(),
            domains: self.domains.clone(),
        }
    }

    /// Roles that should be held by an address of another domain.
    #[must_use]
    pub fn off_domain<'a>(&self, contacts: &'a [Contact]) -> Vec<(Role, &'a Contact)> {
        let held = |role: Role| contacts.iter().find(|it| it.holds(role)).map(|it| (role, it));
        let held = [Role::Primary, Role::Billing].into_iter().filter_map(held);
        held.filter(|it| is_off_domain(&it.1.email, self.expected())).collect()
    }
}

impl Change {
    /// Whoever goes over to ordering directly leaves the partner behind.
    #[must_use]
    pub fn of(self, now: Terms) -> Terms {
        let channel = self.channel.unwrap_or(now.channel);
        let left = if channel == Channel::Direct { None } else { now.partner_id };
        Terms {
            name: self.name.unwrap_or(now.name),
            channel,
            partner_id: self.partner_id.unwrap_or(left),
            domains: self.domains.map_or(now.domains, sorted),
        }
    }
}

/// Once each.
#[must_use]
pub fn sorted(mut domains: Vec<Domain>) -> Vec<Domain> {
    domains.sort();
    domains.dedup();
    domains
}

/// `partner` is what the id of the terms was found to be.
pub fn may_stand(terms: &Terms, partner: Option<&Partner>) -> Result<(), Refusal> {
    match (terms.channel, &terms.partner_id) {
        (Channel::Direct, Some(_)) => Err(Refusal::NoPartner),
        (Channel::Partner, None) => Err(Refusal::PartnerNeeded),
        (Channel::Partner, Some(id)) if partner.is_none_or(|it| it.id != *id) => Err(Refusal::NoSuchPartner),
        (Channel::Direct, None) | (Channel::Partner, Some(_)) => Ok(()),
    }
}

impl Refusal {
    #[must_use]
    pub fn said(self) -> FieldError {
        match self {
            Self::PartnerNeeded => FieldError::new(
                "partner_id",
                "partner-required",
                "Who orders through a partner has one. Choose it, or let the customer order directly.",
            ),
            Self::NoPartner => FieldError::new(
                "partner_id",
                "partner-required",
                "Who orders directly has no partner. Leave it empty, or choose the channel partner.",
            ),
            Self::NoSuchPartner => FieldError::new(
                "partner_id",
                "partner-required",
                "There is no partner with this id. Look it up among the partners.",
            ),
            Self::IsPrimary => FieldError::new(
                "email",
                "already-primary",
                "This is the address of the Primary contact. Write that of whoever shall follow.",
            ),
            Self::Full => FieldError::new(
                "email",
                "contact-limit",
                "This customer has 5 contacts already. Write the address of one of them, or ask a contact to make room.",
            ),
        }
    }
}

pub fn from_json<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    serde_json::from_str(&String::deserialize(from)?).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(channel: Channel, partner: Option<&str>) -> Terms {
        let partner_id = partner.map(|it| PartnerId::try_from(it.to_owned()).unwrap());
        Terms {
            name: OrgName::try_from("Acme".to_owned()).unwrap(),
            channel,
            partner_id,
            domains: Vec::new(),
        }
    }

    #[test]
    fn a_partner_belongs_to_the_channel() {
        let known = Partner {
            id: PartnerId::try_from("p".to_owned()).unwrap(),
            name: OrgName::try_from("Banyan".to_owned()).unwrap(),
            domains: "[]".to_owned(),
        };
        let check =
            |terms: Terms, found: Option<&Partner>, expected| assert_eq!(may_stand(&terms, found), expected);
        check(terms(Channel::Direct, None), None, Ok(()));
        check(terms(Channel::Partner, Some("p")), Some(&known), Ok(()));
        check(terms(Channel::Direct, Some("p")), Some(&known), Err(Refusal::NoPartner));
        check(terms(Channel::Partner, None), None, Err(Refusal::PartnerNeeded));
        check(terms(Channel::Partner, Some("p")), None, Err(Refusal::NoSuchPartner));
    }

    #[test]
    fn what_is_left_out_stays_and_a_direct_customer_has_no_partner() {
        let now = || terms(Channel::Partner, Some("p"));
        assert_eq!(Change::default().of(now()), now());
        let direct = Change { channel: Some(Channel::Direct), ..Change::default() };
        assert_eq!(direct.of(now()).partner_id, None);
        let domain = |it: &str| Domain::try_from(it.to_owned()).unwrap();
        let domains = Some(vec![domain("b.example"), domain("a.example"), domain("b.example")]);
        let changed = Change { domains, ..Change::default() }.of(now());
        assert_eq!(changed.domains, [domain("a.example"), domain("b.example")]);
    }

    #[test]
    fn what_can_be_looked_for() {
        for text in ["", " ", "a", " a ", "a\u{0}b", &"a".repeat(81)] {
            assert_eq!(Needle::try_from(text.to_owned()), Err(BadNeedle), "{text:?}");
        }
        let needle = Needle::try_from("  Acme   Tex ".to_owned()).unwrap();
        assert_eq!(needle.lower(), ("acme tex".to_owned(), "acme tex\u{10ffff}".to_owned()));
        assert_eq!(needle.upper().0, "ACME TEX");
    }
}

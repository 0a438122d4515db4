use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("This is not an id.")]
pub struct BadId;

/// One type per kind of id, so that a contact id can never stand where an org id belongs. New ones are
/// `UUIDv7` text (see `App::new_id`), except sessions, which are 128 random bits in hex.
macro_rules! ids {
    ($($name:ident),* $(,)?) => {$(
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                let fits = (1..=36).contains(&text.len());
                let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                if fits && plain { Ok(Self(text)) } else { Err(BadId) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id.to_string())
            }
        }
    )*};
}

ids!(
    ApiKeyId,
    AuditId,
    ClientId,
    ContactId,
    EventId,
    ExtensionId,
    FeedId,
    LicenceId,
    LinkId,
    MailId,
    NoticeId,
    NotificationId,
    OrderId,
    OrgId,
    PartnerId,
    PaymentDocumentId,
    PaymentEventId,
    PaymentId,
    PaymentSessionId,
    PersonId,
    ProductId,
    ReportId,
    RequestId,
    SessionId,
    SubProductId,
    SubscriptionId,
    ViewAsId,
);

//! How the words of the kernel look in the document; what they refuse is in their own `TryFrom`.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::apps::licences::Description;
use crate::kernel::{
    ApiKeyId, AuditId, ContactId, Day, DisplayName, Domain, Email, EventId, ExtensionId, LicenceId, NoticeId,
    NotificationId, OrderId, OrgId, OrgName, PartnerId, PaymentDocumentId, PaymentEventId, PaymentId,
    PersonId, ProductId, Reason, SubProductId, SubscriptionId,
};

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn id(about: &str) -> ObjectBuilder {
    text().format(Some(SchemaFormat::Custom("uuid".to_owned()))).description(Some(about))
}

/// A word, its name in the document, and its schema.
macro_rules! words {
    ($($word:ty, $name:literal, $schema:expr;)*) => {$(
        impl PartialSchema for $word {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $word {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    )*};
}

words! {
    OrgId, "OrganisationId", id("Of an organisation, a UUIDv7.");
    ApiKeyId, "ApiKeyId", id("Of a key, a UUIDv7.");
    NoticeId, "AnnouncementId", id("Of an announcement, a UUIDv7.");
    AuditId, "AuditLineId", id("Of a line of the audit log, a UUIDv7.");
    PersonId, "PersonId", id("Of a person, a UUIDv7; the same in every organisation.");
    ContactId, "ContactId", id("Of a contact, a UUIDv7. The same person has another one in each organisation.");
    OrderId, "OrderId", id("Of an order, a UUIDv7.");
    LicenceId, "LicenceId", id("Of a licence, a UUIDv7.");
    NotificationId, "NotificationId", id("Of a notification, a UUIDv7.");
    EventId, "LicenceEventId", id("Of a change of a licence, a UUIDv7.");
    ExtensionId, "ExtensionRequestId", id("Of a request to extend a licence, a UUIDv7.");
    PaymentId, "PaymentRecordId", id("Of a payment that was recorded, a UUIDv7.");
    PaymentEventId, "PaymentEventId", id("Of a line of a payment's timeline, a UUIDv7.");
    PaymentDocumentId, "PaymentDocumentId", id("Of a proof of a payment, a UUIDv7.");
    Description, "Description", text().min_length(Some(10)).max_length(Some(500))
        .description(Some("Lines of text, trimmed."));
    SubscriptionId, "SubscriptionId", id("Of a subscription, a UUIDv7.");
    ProductId, "ProductId", text().description(Some("Of a product: a word of letters, digits and hyphens."));
    SubProductId, "SubProductId",
        text().description(Some("Of what is measured of a product: a word of letters, digits and hyphens."));
    Day, "Day", text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .description(Some("A civil date in the vendor's time zone."));
    Email, "Email", text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))).max_length(Some(254))
        .description(Some("An address of plain ASCII letters; compared and given back in lower case."));
    DisplayName, "DisplayName", text().min_length(Some(1)).max_length(Some(DisplayName::MOST))
        .description(Some("One line without control characters, trimmed."));
    PartnerId, "PartnerId", id("Of a partner, a UUIDv7.");
    Domain, "Domain", text().max_length(Some(253)).description(Some("A host name behind the @ of addresses, in lower case."));
    Reason, "Reason", text().min_length(Some(Reason::LEAST)).max_length(Some(Reason::MOST))
        .description(Some("Why it was done; line breaks become blanks."));
    OrgName, "OrganisationName", text().min_length(Some(2)).max_length(Some(OrgName::MOST))
        .description(Some("One line without control characters, trimmed; need not be unique."));
}

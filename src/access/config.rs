//! What an installation decides: read once per isolate, refused as a whole when a part makes no sense.

use std::sync::Arc;

use super::gateway_config::GatewayChoice;
use super::mail_config::MailConfig;
use crate::kernel::{Day, Email, LimitScope, Zone};
use crate::page::Brand;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    Development,
    Test,
    Production,
}

#[derive(Debug)]
pub struct Config {
    pub environment: Environment,
    /// Scheme and host without a slash at the end. The only source of links in mails, never the `Host` header.
    pub origin: String,
    pub brand: Arc<Brand>,
    pub support_email: Email,
    /// Where the vendor's billing team reads; the address of support where nothing is said.
    pub billing_email: Email,
    /// Days that are no working days besides Saturdays and Sundays.
    pub holidays: Vec<Day>,
    pub zone: Zone,
    pub links: Links,
    /// `licence` where nothing is said.
    pub extension_limit_scope: LimitScope,
    /// Pages may come from a copy of the database that is nearer than the primary.
    pub pages_from_the_nearest: bool,
    pub mail: MailConfig,
    pub gateway: GatewayChoice,
}

/// Where the launcher leads out of the portal; what is not configured is not shown.
#[derive(Debug, Default)]
pub struct Links {
    pub help_desk: Option<String>,
    pub bill_desk: Option<String>,
    pub documentation: Option<String>,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{name}: {why}")]
pub struct BadConfig {
    pub name: &'static str,
    pub why: String,
}

impl Config {
    /// `look_up` answers the text of a variable, or nothing where it is not set.
    pub fn read(look_up: impl Fn(&'static str) -> Option<String>) -> Result<Self, BadConfig> {
        let text = |name: &'static str| {
            let text = look_up(name).map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
            text.ok_or_else(|| bad(name, "is not set"))
        };
        let environment = match text("ENVIRONMENT")?.as_str() {
            "development" => Environment::Development,
            "test" => Environment::Test,
            "production" => Environment::Production,
            other => {
                return Err(bad("ENVIRONMENT", format!("is {other}; it is development, test or production")));
            }
        };
        let link = |name: &'static str| match text(name) {
            Ok(link) if link.starts_with("https://") => Ok(Some(link)),
            Ok(link) => Err(bad(name, format!("is {link}; a link starts with https://"))),
            Err(_) => Ok(None),
        };
        let links = Links {
            help_desk: link("HELPDESK_URL")?,
            bill_desk: link("BILLDESK_URL")?,
            documentation: link("DOCUMENTATION_URL")?,
        };
        let support_email =
            Email::try_from(text("SUPPORT_EMAIL")?).map_err(|it| bad("SUPPORT_EMAIL", it.to_string()))?;
        let billing_email = match text("BILLING_EMAIL") {
            Ok(said) => Email::try_from(said).map_err(|it| bad("BILLING_EMAIL", it.to_string()))?,
            Err(_) => support_email.clone(),
        };
        let holidays = text("HOLIDAYS").unwrap_or_default();
        let holidays = holidays.split([',', ' ']).filter(|it| !it.is_empty());
        let holidays = holidays.map(|it| Day::try_from(it.to_owned())).collect::<Result<_, _>>();
        let holidays = holidays.map_err(|it| bad("HOLIDAYS", it.to_string()))?;
        let brand = Arc::new(Brand {
            vendor_name: text("VENDOR_NAME")?,
            support_email: support_email.as_str().to_owned(),
            documentation_url: links.documentation.clone(),
        });
        let zone = Zone::try_from(text("VENDOR_TIME_ZONE")?)
            .map_err(|it| bad("VENDOR_TIME_ZONE", it.to_string()))?;
        let origin = origin(&text("PORTAL_ORIGIN")?, environment)?;
        let extension_limit_scope = match text("EXTENSION_LIMIT_SCOPE") {
            Ok(said) => {
                LimitScope::try_from(said).map_err(|it| bad("EXTENSION_LIMIT_SCOPE", it.to_string()))?
            }
            Err(_) => LimitScope::Licence,
        };
        let pages_from_the_nearest = match text("PAGES_FROM").as_deref() {
            Ok("nearest") => true,
            Ok("primary") | Err(_) => false,
            Ok(other) => return Err(bad("PAGES_FROM", format!("is {other}; it is primary or nearest"))),
        };
        let mail = MailConfig::read(environment, &support_email, text)?;
        let gateway = GatewayChoice::read(environment, text)?;
        Ok(Self {
            environment,
            origin,
            brand,
            support_email,
            billing_email,
            holidays,
            zone,
            links,
            extension_limit_scope,
            pages_from_the_nearest,
            mail,
            gateway,
        })
    }

    /// Whether `/dev/*` exists here.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.environment == Environment::Production
    }
}

/// `https://host` in production; `http://` and a port are for a machine of one's own.
fn origin(text: &str, environment: Environment) -> Result<String, BadConfig> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = host.filter(|it| !it.is_empty() && !it.contains(['/', '?', '#', '@', ' ']));
    let host = host.ok_or_else(|| bad("PORTAL_ORIGIN", format!("is {text}; it is https:// and a host")))?;
    let own_machine =
        host.split(':').next().is_some_and(|it| it == "localhost" || it.ends_with(".localhost"));
    let is_public = text.starts_with("https://") && !own_machine && host.contains('.');
    if environment == Environment::Production && !is_public {
        return Err(bad(
            "PORTAL_ORIGIN",
            format!("is {text}; mails of production lead to https:// and a public host"),
        ));
    }
    Ok(text.to_owned())
}

pub(super) fn bad(name: &'static str, why: impl Into<String>) -> BadConfig {
    BadConfig { name, why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&str, &str)]) -> Result<Config, BadConfig> {
        Config::read(|name| {
            let other = changes.iter().find(|it| it.0 == name).map(|it| it.1);
            let usual = match name {
                "ENVIRONMENT" => "production",
                "PORTAL_ORIGIN" => "https://portal.vendor.example/",
                "VENDOR_NAME" => "Meridian",
                "VENDOR_TIME_ZONE" => "Asia/Kolkata",
                "SUPPORT_EMAIL" => "support@vendor.example",
                _ => "",
            };
            Some(other.unwrap_or(usual).to_owned())
        })
    }

    #[test]
    fn a_good_configuration() {
        let config = read(&[]).unwrap();
        assert_eq!(config.origin, "https://portal.vendor.example");
        assert!(
            !config.pages_from_the_nearest
                && read(&[("PAGES_FROM", "nearest")]).unwrap().pages_from_the_nearest
        );
        assert!(config.is_production() && config.links.help_desk.is_none());
        assert_eq!(config.extension_limit_scope, LimitScope::Licence);
        assert_eq!((config.billing_email.as_str(), config.holidays.len()), ("support@vendor.example", 0));
        let more = [("BILLING_EMAIL", "billing@vendor.example"), ("HOLIDAYS", "2026-12-25, 2027-01-26")];
        let more = read(&more).unwrap();
        assert_eq!((more.billing_email.as_str(), more.holidays.len()), ("billing@vendor.example", 2));
        let wider = read(&[("EXTENSION_LIMIT_SCOPE", "organisation")]).unwrap();
        assert_eq!(wider.extension_limit_scope, LimitScope::Organisation);
        assert!(
            !read(&[("ENVIRONMENT", "test"), ("PORTAL_ORIGIN", "http://localhost:8787")])
                .unwrap()
                .is_production()
        );
    }

    #[test]
    fn nonsense_refuses_to_start() {
        for (name, text) in [
            ("ENVIRONMENT", "prod"),
            ("ENVIRONMENT", ""),
            ("PORTAL_ORIGIN", "http://localhost:8787"),
            ("PORTAL_ORIGIN", "https://localhost"),
            ("PORTAL_ORIGIN", "http://portal.vendor.example"),
            ("PORTAL_ORIGIN", "https://portal.vendor.example/path"),
            ("PORTAL_ORIGIN", "portal.vendor.example"),
            ("VENDOR_NAME", " "),
            ("VENDOR_TIME_ZONE", "IST5:30"),
            ("SUPPORT_EMAIL", "support"),
            ("HELPDESK_URL", "javascript:alert(1)"),
            ("GATEWAY_URL", "http://pay.example"),
            ("EXTENSION_LIMIT_SCOPE", "customer"),
            ("BILLING_EMAIL", "billing"),
            ("PAGES_FROM", "replica"),
            ("HOLIDAYS", "2026-12-25 Diwali"),
        ] {
            assert_eq!(read(&[(name, text)]).unwrap_err().name, name, "{text}");
        }
    }
}

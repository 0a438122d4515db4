use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, DisplayName, FieldError, Flag};

/// How a help desk is signed on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Oidc,
    Zendesk,
    Freshworks,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Choose how the help desk takes a sign-on.")]
pub struct BadKind;

impl Kind {
    pub const ALL: [Self; 3] = [Self::Oidc, Self::Zendesk, Self::Freshworks];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Zendesk => "zendesk",
            Self::Freshworks => "freshworks",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Oidc => "OpenID Connect",
            Self::Zendesk => "Zendesk (JWT)",
            Self::Freshworks => "Freshworks (implicit)",
        }
    }
}

impl TryFrom<String> for Kind {
    type Error = BadKind;

    fn try_from(text: String) -> Result<Self, BadKind> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadKind)
    }
}

#[derive(Debug, Deserialize)]
pub struct Client {
    pub id: ClientId,
    pub name: String,
    pub kind: Kind,
    /// JSON.
    pub redirect_uris: String,
    pub login_uri: Option<String>,
    pub has_secret: Flag,
    pub enabled: Flag,
    pub version: i64,
    pub created_at: i64,
}

/// As it was typed.
pub struct NewClient {
    pub name: DisplayName,
    pub kind: Kind,
    /// One a line.
    pub redirect_uris: String,
    pub login_uri: Option<String>,
    pub public: bool,
}

/// Of a client, on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    On,
    Off,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("This is on or off.")]
pub struct BadSwitch;

impl TryFrom<String> for Switch {
    type Error = BadSwitch;

    fn try_from(text: String) -> Result<Self, BadSwitch> {
        match text.as_str() {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(BadSwitch),
        }
    }
}

/// Bytes: an authorization request has to carry one.
const LONGEST: usize = 500;
const MOST: usize = 10;

/// The addresses of a client, each fit to lead somebody to, or what is wrong at which field.
pub fn addresses(new: &NewClient, own_machine: bool) -> Result<Vec<String>, Vec<FieldError>> {
    let lines = new.redirect_uris.lines().map(str::trim).filter(|it| !it.is_empty());
    let uris: Vec<String> = lines.map(str::to_owned).collect();
    let mut errors = Vec::new();
    let mut wrong = |field: &str, code, said: String| errors.push(FieldError::new(field, code, said));
    if uris.len() > MOST {
        wrong("redirect_uris", "too-many", format!("These are more than {MOST} addresses."));
    }
    for uri in &uris {
        if let Err(why) = address(uri, own_machine) {
            wrong("redirect_uris", "malformed", format!("{uri}: {why}"));
        }
    }
    if let Some(uri) = &new.login_uri
        && let Err(why) = address(uri, own_machine)
    {
        wrong("login_uri", "malformed", why.to_owned());
    }
    match new.kind {
        Kind::Zendesk if new.login_uri.is_none() => {
            let said =
                "Zendesk takes the sign-on at an address such as https://example.zendesk.com/access/jwt.";
            wrong("login_uri", "required", said.to_owned());
        }
        Kind::Zendesk if !uris.is_empty() => {
            wrong(
                "redirect_uris",
                "not-needed",
                "Zendesk asks for nothing, so it is led back nowhere.".to_owned(),
            );
        }
        Kind::Oidc | Kind::Freshworks if uris.is_empty() => {
            wrong("redirect_uris", "required", "Name at least one address to be led back to.".to_owned());
        }
        Kind::Zendesk | Kind::Oidc | Kind::Freshworks => {}
    }
    if new.public && new.kind != Kind::Oidc {
        wrong("public", "not-needed", "Only a client of OpenID Connect has a secret of ours.".to_owned());
    }
    if errors.is_empty() { Ok(uris) } else { Err(errors) }
}

/// `https://host[:port]/path`, and nothing by which a browser could read another address out of it.
fn address(uri: &str, own_machine: bool) -> Result<(), &'static str> {
    let local = ["http://localhost", "http://127.0.0.1"]
        .iter()
        .any(|it| uri.strip_prefix(it).is_some_and(|rest| rest.starts_with([':', '/'])));
    let rest = match uri.split_once("://") {
        Some(("https", rest)) => rest,
        Some((_, rest)) if local && own_machine => rest,
        _ => return Err("An address begins with https://."),
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').map_or((host, None), |it| (it.0, Some(it.1)));
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b".-".contains(&it);
    if name.is_empty() || !name.bytes().all(fits) || port.is_some_and(|it| it.parse::<u16>().is_err()) {
        return Err("The host is a name in small letters, with a port at most.");
    }
    if uri.len() > LONGEST {
        return Err("This is longer than 500 letters.");
    }
    if uri.contains('#') {
        return Err("There must be no #.");
    }
    if uri.contains('*') || uri.contains('\\') || !uri.bytes().all(|it| it.is_ascii_graphic()) {
        return Err("It is written out in full, in ASCII without spaces and wildcards.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_a_browser_reads_in_one_way() {
        for good in [
            "https://desk.example/callback",
            "https://desk.example",
            "https://desk.example:8443/a/b?c=d&e=f",
            "https://a-b.desk.example/%C3%A9",
        ] {
            assert_eq!(address(good, false), Ok(()), "{good}");
        }
        for bad in [
            "",
            "desk.example/callback",
            "//desk.example/callback",
            "http://desk.example/callback",
            "javascript:alert(1)",
            "https://",
            "https:///callback",
            "https://user@desk.example/",
            "https://desk.example:99999/",
            "https://DESK.example/",
            "https://*.desk.example/",
            "https://desk.example/*",
            "https://desk.example\\@evil.example/",
            "https://desk.example/#x",
            "https://désk.example/",
            "https://desk.example/a b",
            "https://desk.example;evil.example/",
            "http://localhost:3000/callback",
        ] {
            assert!(address(bad, false).is_err(), "{bad}");
        }
        assert_eq!(address("http://localhost:3000/callback", true), Ok(()));
        assert!(address("http://localhost.evil.example/callback", true).is_err());
        assert!(address(&format!("https://desk.example/{}", "x".repeat(500)), false).is_err());
    }

    fn fields(kind: Kind, redirect_uris: &str, login_uri: Option<&str>, public: bool) -> Vec<String> {
        let name = DisplayName::try_from("Help desk".to_owned()).unwrap();
        let (redirect_uris, login_uri) = (redirect_uris.to_owned(), login_uri.map(str::to_owned));
        let new = NewClient { name, kind, redirect_uris, login_uri, public };
        addresses(&new, false).err().unwrap_or_default().into_iter().map(|it| it.field).collect()
    }

    #[test]
    fn each_kind_needs_its_own() {
        let (back, none): (&str, [String; 0]) = ("https://d.example/cb\n\n https://d.example/2 ", []);
        assert_eq!(fields(Kind::Oidc, back, None, true), none);
        assert_eq!(fields(Kind::Oidc, back, Some("https://d.example/login"), false), none);
        assert_eq!(fields(Kind::Freshworks, back, None, false), none);
        assert_eq!(fields(Kind::Zendesk, "", Some("https://d.example/access/jwt"), false), none);
        assert_eq!(fields(Kind::Oidc, " \n", None, false), ["redirect_uris"]);
        assert_eq!(fields(Kind::Zendesk, back, None, true), ["login_uri", "public"]);
        assert_eq!(fields(Kind::Zendesk, back, Some("https://d.example/"), false), ["redirect_uris"]);
        assert_eq!(fields(Kind::Oidc, "http://d.example/", Some("x"), false), ["redirect_uris", "login_uri"]);
        assert_eq!(fields(Kind::Oidc, &"https://d.example/\n".repeat(11), None, false), ["redirect_uris"]);
    }
}

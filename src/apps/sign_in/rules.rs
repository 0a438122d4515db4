use super::common_passwords::is_common;
use crate::kernel::{Email, FieldError, Password};

/// What a password must not be made of: whoever attacks this account tries these first.
pub struct Context<'a> {
    pub email: &'a Email,
    pub name: &'a str,
    pub vendor: &'a str,
    pub organisations: &'a [String],
}

/// Besides the words of the context, a password needs so many characters of its own.
const LEAST_OF_ITS_OWN: usize = 8;
/// A shorter word stands in many passwords by accident.
const LEAST_WORD: usize = 4;
const EVERYWHERE: [&str; 5] = ["password", "portal", "customer", "account", "welcome"];

const MOST_TO: usize = 500;
/// Of a request that another program has made; the form repeats no more.
const MOST_SIGN_ON: usize = 2000;

/// The password to be, or what is wrong with it in the field of that name.
pub fn new_password(field: &str, typed: String, context: &Context) -> Result<Password, FieldError> {
    let password =
        Password::try_from(typed).map_err(|it| FieldError::new(field, "malformed", it.to_string()))?;
    let typed = password.reveal();
    if is_common(typed) {
        let said = "This is one of the passwords that attackers try first. Use a few words that only you would put together.";
        Err(FieldError::new(field, "too-common", said))
    } else if is_close(typed, context) {
        let said = "This is little more than your name, your address or your organisation. Add a few words of your own.";
        Err(FieldError::new(field, "too-close", said))
    } else {
        Ok(password)
    }
}

fn is_close(typed: &str, context: &Context) -> bool {
    let mut rest = letters(typed);
    let mut words = words(context);
    words.sort_by_key(|it| std::cmp::Reverse(it.chars().count()));
    let before = rest.len();
    for word in words {
        rest = rest.replace(&word, "");
    }
    rest.len() < before && rest.chars().count() < LEAST_OF_ITS_OWN
}

fn words(context: &Context) -> Vec<String> {
    let whole = [context.email.as_str(), context.email.local_part(), context.name, context.vendor];
    let whole: Vec<&str> =
        whole.into_iter().chain(context.organisations.iter().map(String::as_str)).collect();
    let parts = whole.iter().flat_map(|it| it.split(|c: char| !c.is_alphanumeric()));
    let words = whole.iter().copied().chain(parts).chain(EVERYWHERE).map(letters);
    words.filter(|it| it.chars().count() >= LEAST_WORD).collect()
}

/// What is left when case and punctuation are taken away, so that `Acme-Textiles` is found in `acme.textiles`.
fn letters(text: &str) -> String {
    text.to_lowercase().chars().filter(|it| it.is_alphanumeric() || !it.is_ascii()).collect()
}

/// Where signing in may lead: pages of the portal for people, and no other site however it is written.
pub fn inside(to: &str) -> bool {
    let path = to.split(['?', '#']).next().unwrap_or_default();
    let known = path.starts_with("/o/")
        || ["/me", "/organisations", "/staff"]
            .iter()
            .any(|it| path.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    // A sign-on to another program checks itself where it wants to be led back to.
    let signs_on = to.starts_with("/sso/authorize?");
    (known || signs_on)
        && to.len() <= if signs_on { MOST_SIGN_ON } else { MOST_TO }
        && to.is_ascii()
        && !to.contains("//")
        && !to.contains(|c: char| c == '\\' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(typed: &str) -> Option<&'static str> {
        let email = Email::try_from("asha.rao@acme.example".to_owned()).unwrap();
        let organisations = ["Acme Textiles".to_owned(), "Bo".to_owned()];
        let context = Context {
            email: &email,
            name: "Asha Rao",
            vendor: "Meridian Software",
            organisations: &organisations,
        };
        new_password("new_password", typed.to_owned(), &context).err().map(|it| it.code)
    }

    #[test]
    fn passwords() {
        for good in [
            "demo password, not for production",
            "a password of the cast",
            "fifteen letters",
            "kkkk llll mmmm nnnn",
            "acme textiles and my eight own",
            "bo bo bo bo bo bo bo",
            "пятнадцать букв",
            "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
            "asharao is no more than half",
            " leading and trailing ",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
        for short in ["", "fourteen chars", &"é".repeat(14), &"a".repeat(1025)] {
            assert_eq!(refused(short), Some("malformed"), "{short}");
        }
        assert_eq!(refused(&"xq".repeat(512)), None);
        for common in ["Mailcreated5240", "mailcreated5240", "VJHTRHSVDCTCEGTH"] {
            assert_eq!(refused(common), Some("too-common"), "{common}");
        }
        for close in [
            "asha.rao@acme.example",
            "ASHA.RAO@ACME.EXAMPLE!!",
            "Acme-Textiles-2026!",
            "acme textiles 123",
            "MeridianSoftware1",
            "asha.rao.asha.rao",
            "password password 1",
            "Meridian/Acme/Textiles 99",
            "customeraccount2026",
            "portal-portal-portal",
            "Welcome@Acme123!!!!",
            "acmetextiles.......................",
        ] {
            assert_eq!(refused(close), Some("too-close"), "{close}");
        }
    }

    #[test]
    fn where_signing_in_may_lead() {
        for good in [
            "/me",
            "/me?done=name-changed",
            "/organisations",
            "/o/acme",
            "/o/acme/contacts?q=a%20b#x",
            "/me/sessions",
            "/staff",
            "/staff/organisations?q=a",
        ] {
            assert!(inside(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "//evil.example",
            "/o//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/o/\\evil",
            "/me\r\nSet-Cookie: a=b",
            "/o/a\u{0}",
            "/sign-out",
            "/api/v1/me",
            "/meet",
            "/organisationsx",
            "me",
            " /me",
            "javascript:alert(1)",
            "/o/ä",
            "/me?to=//evil",
            &format!("/o/{}", "a".repeat(500)),
        ] {
            assert!(!inside(bad), "{bad:?}");
        }
    }
}

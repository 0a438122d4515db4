//! An address that is taken is one address, in one spelling, and cannot end a header.

use portal::kernel::{Domain, Email};

pub fn holds(bytes: &[u8]) {
    let typed = String::from_utf8_lossy(bytes).into_owned();
    if let Ok(email) = Email::try_from(typed.clone()) {
        let text = email.as_str();
        assert!(text.bytes().all(|it| it.is_ascii_graphic()), "{text:?}");
        assert!(!text.contains(['<', '>', ',', ';', ':', '"', '(', ')', '[', ']', '\\']), "{text:?}");
        assert!(text.len() <= 254 && email.local_part().len() <= 64, "{text:?}");
        assert_eq!(text, format!("{}@{}", email.local_part(), email.domain()));
        assert!(Domain::try_from(email.domain().to_owned()).is_ok(), "{text:?}");
        for again in [text.to_owned(), text.to_ascii_uppercase(), format!(" {text}\n")] {
            assert_eq!(Email::try_from(again), Ok(email.clone()));
        }
        let json = serde_json::to_string(&email).unwrap();
        assert_eq!(serde_json::from_str::<Email>(&json).unwrap(), email);
        assert_eq!(text, typed.trim().to_ascii_lowercase(), "nothing is left out");
    }
    if let Ok(domain) = Domain::try_from(typed) {
        let text = domain.as_str();
        let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-.".contains(&it);
        assert!(text.len() <= 253 && text.bytes().all(plain), "{text:?}");
        assert!(text.split('.').all(|it| (1..=63).contains(&it.len())), "{text:?}");
        assert!(text.parse::<std::net::IpAddr>().is_err(), "{text:?} is an address of a network");
        let with_name = Email::try_from(format!("ann@{text}"));
        assert!(with_name.is_ok() || text.len() > 250, "{text:?}");
        assert_eq!(Domain::try_from(text.to_ascii_uppercase()), Ok(domain));
    }
}

//! What is taken for a document is one, and its name can be saved anywhere.

use portal::apps::payments::rules::proof::{Kind, clean_name, refused};

use super::parts;

/// A name, and a file.
pub fn holds(bytes: &[u8]) {
    let [name, file] = parts(bytes);
    let name = String::from_utf8_lossy(name);
    let found = Kind::of(file);
    if let Ok(kind) = found {
        let begins: &[u8] = match kind {
            Kind::Pdf => b"%PDF-",
            Kind::Png => b"\x89PNG\r\n\x1a\n",
            Kind::Jpeg => b"\xff\xd8\xff",
        };
        assert!(file.starts_with(begins), "{kind:?}");
        let head = String::from_utf8_lossy(file.get(..1024).unwrap_or(file)).to_ascii_lowercase();
        assert!(!head.contains("<script") && !head.contains("<html") && !head.contains("<svg"), "{head}");
    }
    for (kind, ends) in
        [(Kind::Pdf, vec![".pdf"]), (Kind::Png, vec![".png"]), (Kind::Jpeg, vec![".jpg", ".jpeg"])]
    {
        let clean = clean_name(&name, kind);
        let lower = clean.to_ascii_lowercase();
        assert!(ends.iter().any(|it| lower.len() > it.len() && lower.ends_with(it)), "{name:?}: {clean:?}");
        assert!(clean.chars().count() <= 126, "{clean:?}");
        assert!(!clean.starts_with(['.', ' ']), "{clean:?} is hidden");
        assert!(
            !clean.contains(['/', '\\', '"', '\r', '\n', '\0', ';', '<', '>', ':', '\u{202e}']),
            "{clean:?}"
        );
        assert_eq!(clean_name(&clean, kind), clean, "cleaned twice");
    }
    let said = refused(&name, "It is empty.").message;
    assert!(said.chars().count() < 200 && !said.contains(char::is_control), "{said:?}");
}

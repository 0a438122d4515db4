//! What counts as proof: a PDF, PNG or JPEG, told by its content and never by its name (security 1.8).

use serde::{Deserialize, Serialize};

use crate::kernel::{FieldError, is_tricky};

/// Files of one record at submission, or of one answer.
pub const MOST_FILES: usize = 5;

/// Bytes of one file.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;

/// The field of the form.
pub const FIELD: &str = "proof";

/// What a browser may offer to choose.
pub const ACCEPT: &str = "application/pdf,image/png,image/jpeg,.pdf,.png,.jpg,.jpeg";

/// A reader looks for the header here; ours wants it at the very beginning, so that nothing else can stand before it.
const PDF_HEADER: &[u8] = b"%PDF-";
const PNG_HEADER: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The chunk that ends every PNG.
const PNG_END: &[u8] = b"IEND\xaeB`\x82";
const JPEG_HEADER: &[u8] = b"\xff\xd8\xff";
const JPEG_END: &[u8] = b"\xff\xd9";

/// How far from the end the last mark of a PDF may stand. A telephone may hang a whole film behind a picture.
const TAIL: usize = 1024;

/// Where a browser that guesses would look for markup.
const SNIFFED: usize = 1024;
const MARKUP: [&[u8]; 6] = [b"<html", b"<!doctype", b"<script", b"<svg", b"<iframe", b"<body"];

/// A name is offered for saving, so it has an end that an eye can take in.
const MOST_NAME: usize = 120;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ProofKind))]
pub enum Kind {
    #[serde(rename = "application/pdf")]
    Pdf,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/jpeg")]
    Jpeg,
}

impl Kind {
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
        }
    }

    /// What the bytes are, or why they are none of the three.
    pub fn of(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.is_empty() {
            return Err("It is empty.");
        }
        let kind = if bytes.starts_with(PDF_HEADER) {
            if find(last(bytes, TAIL), b"%%EOF").is_none() {
                return Err("It is a PDF without its end; it may not have been saved whole.");
            }
            Self::Pdf
        } else if bytes.starts_with(PNG_HEADER) {
            if find_last(bytes, PNG_END).is_none() {
                return Err("It is a PNG without its end; it may not have been saved whole.");
            }
            Self::Png
        } else if bytes.starts_with(JPEG_HEADER) {
            if find_last(bytes, JPEG_END).is_none() {
                return Err("It is a JPEG without its end; it may not have been saved whole.");
            }
            Self::Jpeg
        } else {
            return Err("Its content is no PDF, PNG or JPEG, whatever its name says.");
        };
        let head: Vec<u8> = bytes.iter().take(SNIFFED).map(u8::to_ascii_lowercase).collect();
        if MARKUP.iter().any(|it| find(&head, it).is_some()) {
            return Err("It begins like a picture or a document and goes on like a web page.");
        }
        if has_archive_behind(bytes) {
            return Err("An archive hangs behind it.");
        }
        Ok(kind)
    }
}

/// The name as it is offered for saving: its last part, without what cannot be seen or could break a header, and
/// with the extension of what is in it.
#[must_use]
pub fn clean_name(offered: &str, kind: Kind) -> String {
    // What browsers write for a quote and for the ends of a line.
    let offered = ["%22", "%0D", "%0A"].iter().fold(offered.to_owned(), |name, it| name.replace(it, ""));
    let last_part = offered.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last_part
        .chars()
        .filter(|it| {
            !is_tricky(*it) && !matches!(it, '"' | '\'' | '<' | '>' | ':' | '|' | '?' | '*' | ';' | '%')
        })
        .collect();
    let kept = kept.trim_matches(|it: char| it == '.' || it.is_whitespace());
    let (stem, extension) = kept.rsplit_once('.').unwrap_or((kept, ""));
    let fits = kind.extensions().contains(&extension.to_ascii_lowercase().as_str());
    let (stem, extension) =
        if fits { (stem, extension) } else { (kept, kind.extensions().first().copied().unwrap_or_default()) };
    let stem: String = stem.chars().take(MOST_NAME).collect();
    let stem = stem.trim_end_matches(|it: char| it == '.' || it.is_whitespace());
    format!("{}.{extension}", if stem.is_empty() { "proof" } else { stem })
}

/// `name` as it was sent: whoever chose five files must know which of them is meant.
#[must_use]
pub fn refused(name: &str, why: &str) -> FieldError {
    let shown: String = name.chars().filter(|it| !is_tricky(*it)).take(60).collect();
    let shown = if shown.trim().is_empty() { "A file without a name" } else { shown.as_str() };
    let said = format!("{shown} was not taken. {why} Send a PDF, a PNG or a JPEG.");
    FieldError::new(FIELD, "file-type", said)
}

#[must_use]
pub fn missing() -> FieldError {
    FieldError::new(FIELD, "required", "Add the proof of payment: 1 to 5 files, each a PDF, a PNG or a JPEG.")
}

fn last(bytes: &[u8], most: usize) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(most)..).unwrap_or_default()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

fn find_last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(bytes, what)
}

/// A ZIP is read from its end: whatever ends in such a record opens as an archive, a JAR among them.
fn has_archive_behind(bytes: &[u8]) -> bool {
    const RECORD: usize = 22;
    const LONGEST_COMMENT: usize = 65_535;
    let tail = last(bytes, RECORD + LONGEST_COMMENT);
    let mut from = 0;
    while let Some(at) = tail.get(from..).and_then(|it| find(it, b"PK\x05\x06")) {
        let record = tail.get(from + at..).unwrap_or_default();
        // Pictures are random bytes; what is meant also says how long its comment is, up to the last byte.
        if let [low, high] = record.get(20..22).unwrap_or_default()
            && usize::from(u16::from_le_bytes([*low, *high])) == record.len() - RECORD
        {
            return true;
        }
        from += at + 4;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip() -> Vec<u8> {
        [b"PK\x05\x06".as_slice(), &[0; 18]].concat()
    }

    #[test]
    fn the_content_decides() {
        let pdf = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n".to_vec();
        let png = [PNG_HEADER, b"IHDR", b"\0\0\0\0", PNG_END].concat();
        let jpeg = [JPEG_HEADER, b"\xe0\0\x10JFIF", JPEG_END].concat();
        for (bytes, kind) in [(&pdf, Kind::Pdf), (&png, Kind::Png), (&jpeg, Kind::Jpeg)] {
            assert_eq!(Kind::of(bytes), Ok(kind));
            for cut in [0, 1, 4, bytes.len() / 2] {
                assert!(Kind::of(&bytes[..cut]).is_err(), "{kind:?} {cut}");
            }
            assert!(Kind::of(&[bytes.as_slice(), &zip()].concat()).is_err(), "{kind:?} and an archive");
            assert!(Kind::of(&[b" ".as_slice(), bytes].concat()).is_err(), "{kind:?} behind something");
            assert!(Kind::of(&[b"GIF89a/*".as_slice(), bytes].concat()).is_err(), "{kind:?} behind a GIF");
        }
        for text in [
            "<!doctype html><script>alert(1)</script>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            "%PDF-1.4\n<ScRiPt>alert(1)</script>\n%%EOF",
            "%PDF-1.4\n<HTML><body>\n%%EOF",
            "%PDF-1.4\nnever ends",
            "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
            "\u{feff}%PDF-1.4\n%%EOF",
            "PK\x03\x04word/document.xml",
        ] {
            assert!(Kind::of(text.as_bytes()).is_err(), "{text}");
        }
        // A picture may hold anything by chance, the sign of an archive too.
        let by_chance = [JPEG_HEADER, b"\xe0PK\x05\x06", &[7; 100], JPEG_END].concat();
        assert_eq!(Kind::of(&by_chance), Ok(Kind::Jpeg));
    }

    #[test]
    fn a_name_is_harmless_and_still_known() {
        for (offered, kept) in [
            ("advice.pdf", "advice.pdf"),
            ("ADVICE.PDF", "ADVICE.PDF"),
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\fakepath\\advice.pdf", "advice.pdf"),
            ("in\"vo\r\nice.pdf", "invoice.pdf"),
            ("fdp.\u{202e}exe", "fdp.exe.pdf"),
            ("advice.html", "advice.html.pdf"),
            ("...", "proof.pdf"),
            ("", "proof.pdf"),
            (".pdf", "pdf.pdf"),
            ("सलाह पत्र.pdf", "सलाह पत्र.pdf"),
            ("a;b=%22c%41.pdf", "ab=c41.pdf"),
        ] {
            assert_eq!(clean_name(offered, Kind::Pdf), kept, "{offered:?}");
        }
        assert_eq!(clean_name("photo.jpeg", Kind::Jpeg), "photo.jpeg");
        let long = clean_name(&"ä".repeat(500), Kind::Png);
        assert_eq!(long.chars().count(), MOST_NAME + 4);
    }
}

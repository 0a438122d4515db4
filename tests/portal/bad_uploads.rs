//! Everything that is no payment with its proof: refused at its field, the typed values kept, nothing stored.

use axum::body::{Body, Bytes};
use futures::stream;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal};
use crate::multipart::{Form, JPEG, PDF, PNG, raw};
use crate::recording::{API, PAGE, after, objects};

const MB: usize = 1024 * 1024;

/// Field and code of each error.
fn flaws(answer: &Answer) -> Vec<(String, String)> {
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    errors.iter().map(|it| (text(it, "field"), text(it, "code"))).collect()
}

#[track_caller]
fn refused(portal: &Portal, form: &Form, status: u16, field: &str) -> Answer {
    let before = (portal.contents(), portal.files.keys());
    let answer = form.send(portal, API);
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    let fields: Vec<String> = flaws(&answer).into_iter().map(|it| it.0).collect();
    assert_eq!(fields, [field], "{}", answer.body);
    let message = answer.json()["errors"][0]["message"].clone();
    assert!(message.as_str().unwrap().len() > 10, "{message}");
    let page = form.send(portal, PAGE);
    assert_eq!(page.status.as_u16(), status);
    assert!(page.body.contains("error-summary") && page.body.len() < 60_000, "{}", page.body);
    if !field.is_empty() {
        assert!(page.body.contains(&format!("id=\"error-{field}\"")), "{field}: {}", page.body);
        let kept = if field == "reference" { "1,81,440.00" } else { "UTR 123" };
        assert!(page.body.contains(&format!("value=\"{kept}\"")), "{field}: what was typed is gone");
    }
    assert_eq!((portal.contents(), portal.files.keys()), before, "{field}");
    answer
}

fn pdf_of(length: usize) -> Vec<u8> {
    let mut bytes = PDF.to_vec();
    bytes.splice(9..9, vec![b'x'; length - PDF.len()]);
    bytes
}

#[test]
fn each_field_says_what_is_wrong_with_it() {
    let portal = after("");
    let long = "x".repeat(1001);
    for (field, values) in [
        ("invoice_number", vec!["", "ab", "a\u{202e}bc", "a\r\nb: c"]),
        ("currency", vec!["", "EUR", "inr"]),
        (
            "amount",
            vec![
                "",
                "0",
                "0.00",
                "-1",
                "1.234",
                "1e309",
                "NaN",
                "١٢٣",
                "1,50",
                "99999999999",
                "Infinity",
                "0x10",
            ],
        ),
        ("tax_deducted", vec!["-1", "1.234", "2,00,000", "x"]),
        ("paid_on", vec!["", "2026-11-23", "2025-11-21", "2026-02-30", "22/11/2026"]),
        ("method", vec!["", "cash", "NEFT"]),
        ("reference", vec!["", " ", "a\nb"]),
        ("note", vec![long.as_str(), "a\u{202e}b", "\0"]),
    ] {
        for value in values {
            refused(&portal, &Form::payment().with(field, value), 422, field);
        }
    }
    refused(&portal, &Form::payment().with("currency", "USD"), 422, "tax_deducted");
    let all =
        Form::payment().with("amount", "0").with("method", "").without("proof").file("a.html", b"<html>");
    let found = flaws(&all.send(&portal, API));
    let fields: Vec<&str> = found.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(fields, ["amount", "method", "proof"], "all at once, files too");
}

#[test]
fn what_is_no_proof_is_told_by_its_content() {
    let portal = after("");
    let zip = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    let polyglot = [PDF, &zip].concat();
    let gif = [b"GIF89a=1;//".as_slice(), PDF].concat();
    let picture = [JPEG, b"<script>alert(1)</script>", JPEG].concat();
    for (name, bytes) in [
        ("advice.pdf", b"<!doctype html><script>alert(1)</script>".as_slice()),
        ("advice.pdf", b"%PDF-1.7\n<html><script>alert(1)</script>\n%%EOF"),
        ("advice.pdf", b" %PDF-1.7\n%%EOF"),
        ("advice.pdf", b"%PDF-1.7\n"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("advice.docx", &zip),
        ("advice.pdf", &polyglot),
        ("advice.gif", &gif),
        ("photo.jpg", &picture),
        ("empty.pdf", b""),
        ("half.png", &PNG[..20]),
    ] {
        let answer = refused(&portal, &Form::payment().without("proof").file(name, bytes), 422, "proof");
        assert_eq!(flaws(&answer)[0].1, "file-type", "{name}");
        // One bad file among good ones stops all of them.
        refused(&portal, &Form::payment().file(name, bytes).file("good.png", PNG), 422, "proof");
    }
    let none = refused(&portal, &Form::payment().without("proof"), 422, "proof");
    assert_eq!(flaws(&none)[0].1, "required");
    let nothing_chosen = Form::payment().without("proof").file("", b"");
    assert_eq!(flaws(&refused(&portal, &nothing_chosen, 422, "proof"))[0].1, "required");
    let two_inputs = Form::payment().file("", b"");
    assert_eq!(two_inputs.send(&portal, API).status, 201, "the camera's input was left empty");
}

#[test]
fn there_are_five_files_of_five_megabytes() {
    let portal = after("");
    let full = pdf_of(5 * MB);
    let large = refused(&portal, &Form::payment().file("large.pdf", &pdf_of(5 * MB + 1)), 413, "proof");
    assert!(large.body.contains("large.pdf has more than 5 MB"), "{}", large.body);
    let six = (0..5).fold(Form::payment(), |form, it| form.file(&format!("{it}.pdf"), PDF));
    assert_eq!(flaws(&refused(&portal, &six, 422, "proof"))[0].1, "too-many");
    let five =
        (0..5).fold(Form::payment().without("proof"), |form, it| form.file(&format!("{it}.pdf"), &full));
    let both = (0..2).fold(six, |form, it| form.file(&format!("large {it}.pdf"), PDF));
    refused(&portal, &both, 422, "proof");
    let answer = five.send(&portal, API);
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(objects(&portal), 5);
}

/// 26 MB in all, whatever the length claims, in one piece or in many.
#[test]
fn the_whole_has_a_limit() {
    let portal = after("");
    let before = portal.contents();
    let form = (0..6)
        .fold(Form::payment().without("proof"), |it, at| it.file(&format!("{at}.pdf"), &pdf_of(5 * MB)));
    for pieces in [None, Some(64 * 1024)] {
        for headers in [&[][..], &[("content-length", "100")], &[("content-length", "31457280")]] {
            let answer = Form { pieces, ..form.clone() }.send_with(&portal, API, headers);
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["type"]),
                (413, &json!("/problems/too-large"))
            );
            assert!(answer.body.contains("26 MB"), "{}", answer.body);
        }
    }
    let claims = Form::payment().send_with(&portal, API, &[("content-length", "99999999999")]);
    assert_eq!(claims.status, 413);
    assert_eq!((portal.contents(), objects(&portal)), (before, 0));
}

#[test]
fn a_form_that_is_none_is_refused_whole() {
    let portal = after("");
    let before = portal.contents();
    let whole = Form::payment().bytes();
    let boundary = Form::payment().boundary;
    let headers = |more: usize| {
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"a\"\r\n{}", "x: y\r\n".repeat(more))
    };
    let endless = format!("--{boundary}\r\nx: {}", "y".repeat(3 * MB));
    let part = |it| format!("--{boundary}\r\ncontent-disposition: form-data; name=\"f{it}\"\r\n\r\n1\r\n");
    let many = (0..10_000).map(part).collect::<Vec<_>>().concat();
    let many = format!("{many}--{boundary}--\r\n");
    let mut cases: Vec<(Vec<u8>, String)> = vec![
        (Vec::new(), boundary.clone()),
        (whole.clone(), "another".to_owned()),
        (headers(10_000).into_bytes(), boundary.clone()),
        (headers(0).into_bytes(), boundary.clone()),
        (endless.into_bytes(), boundary.clone()),
        (vec![b'-'; 3 * MB], boundary.clone()),
        (many.into_bytes(), boundary.clone()),
        (
            format!("--{boundary}\r\nno header at all\r\n\r\nx\r\n--{boundary}--").into_bytes(),
            boundary.clone(),
        ),
        (format!("--{boundary}garbage").into_bytes(), boundary.clone()),
    ];
    for cut in [1, 10, whole.len() / 3, whole.len() / 2, whole.len() - 60, whole.len() - 5] {
        cases.push((whole[..cut].to_vec(), boundary.clone()));
    }
    for (bytes, boundary) in cases {
        for pieces in [usize::MAX, 7_919] {
            let shown: String = bytes.iter().take(60).map(|it| char::from(*it)).collect();
            let chunks: Vec<Result<Bytes, std::io::Error>> = bytes
                .chunks(pieces.min(bytes.len().max(1)))
                .map(|it| Ok(Bytes::copy_from_slice(it)))
                .collect();
            let answer = portal.ask(raw(API, "bob", &boundary, &[], Body::from_stream(stream::iter(chunks))));
            assert_eq!(answer.status, 422, "{shown}: {}", answer.body);
            assert_eq!(flaws(&answer), [(String::new(), "unreadable".to_owned())], "{shown}");
        }
    }
    // The line goes dead.
    let dead: Vec<Result<Bytes, std::io::Error>> =
        vec![Ok(Bytes::from(whole[..200].to_vec())), Err(std::io::Error::other("gone"))];
    let answer = portal.ask(raw(API, "bob", &boundary, &[], Body::from_stream(stream::iter(dead))));
    assert_eq!(answer.status, 422);
    for kind in [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=a",
        "multipart/form-data; boundary=",
        "text/plain; boundary=a",
    ] {
        let answer = portal.ask(raw(API, "bob", &boundary, &[("content-type", kind)], whole.clone()));
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["type"]),
            (415, &json!("/problems/unsupported-media-type")),
            "{kind}"
        );
    }
    let long = "b".repeat(71);
    let answer = portal.ask(raw(API, "bob", &long, &[], whole));
    assert_eq!(answer.status, 415);
    assert_eq!((portal.contents(), objects(&portal)), (before, 0));
}

#[test]
fn a_field_is_known_sent_once_and_short() {
    let portal = after("");
    let before = portal.contents();
    for (form, field, code) in [
        (Form::payment().text("amount", "1"), "amount", "twice"),
        (Form::payment().text("status", "reconciled"), "status", "unknown"),
        (Form::payment().text("tax_value", "1"), "tax_value", "unknown"),
        (Form::payment().text("idempotency_key", "k"), "idempotency_key", "unknown"),
        (Form::payment().text("", "1"), "", "unknown"),
        (Form::payment().text(&"n".repeat(5000), "1"), &"n".repeat(60), "unknown"),
        (Form::payment().with("note", &"x".repeat(9000)), "note", "too-long"),
    ] {
        let answer = form.send(&portal, API);
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(flaws(&answer)[0], (field.to_owned(), code.to_owned()));
        assert!(answer.body.len() < 4000, "{}", answer.body);
    }
    let mut form = Form::payment();
    form.parts[0].2 = b"\xff\xfe\xfd".to_vec();
    assert_eq!(flaws(&form.send(&portal, API))[0], ("invoice_number".to_owned(), "not-text".to_owned()));
    assert_eq!((portal.contents(), objects(&portal)), (before, 0));
    // Of a person, the fields of the helper and an empty choice mean nothing.
    let form = Form::payment().text("tax_value", "1").text("tax_section", "goods").file("", b"");
    assert_eq!(form.send(&portal, PAGE).status, 303);
}

/// Programs may send fields and files in any order, in pieces of any size.
#[test]
fn order_and_pieces_do_not_matter() {
    for pieces in [None, Some(1), Some(13), Some(4096)] {
        for turn in [0, 1, 5] {
            let portal = after("");
            let mut form = Form { pieces, ..Form::payment().file("photo.jpg", JPEG) };
            let length = form.parts.len();
            form.parts.rotate_right(turn % length);
            let answer = form.send(&portal, API);
            assert_eq!(answer.status, 201, "{pieces:?} {turn}: {}", answer.body);
            assert_eq!(objects(&portal), 2);
        }
        let portal = after("");
        let mut form = Form { pieces, ..Form::payment().with("amount", "0") };
        form.parts.reverse();
        refused(&portal, &form, 422, "amount");
    }
}

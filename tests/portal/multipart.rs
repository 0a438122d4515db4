//! Forms with files, as browsers send them.

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures::stream;

use crate::fixtures::{Answer, Portal, cookie};

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n";
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0IEND\xaeB`\x82";
pub const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\xff\xd9";

/// Field, file name, and what is in it.
#[derive(Clone)]
pub struct Form {
    pub parts: Vec<(String, Option<String>, Vec<u8>)>,
    pub boundary: String,
    /// Bytes of a piece; nothing: all at once.
    pub pieces: Option<usize>,
}

impl Form {
    /// A good payment with one proof.
    pub fn payment() -> Self {
        let texts = [
            ("invoice_number", "MER/2026/0041"),
            ("currency", "INR"),
            ("amount", "1,81,440.00"),
            ("tax_deducted", "16,800"),
            ("paid_on", "2026-11-20"),
            ("method", "neft"),
            ("reference", "UTR 123"),
            ("note", "First\r\nhalf"),
        ];
        let form =
            Self { parts: Vec::new(), boundary: "----WebKitFormBoundary7MA4YWxk".to_owned(), pieces: None };
        texts.iter().fold(form, |form, it| form.text(it.0, it.1)).file("advice.pdf", PDF)
    }

    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.parts.push((name.to_owned(), None, value.as_bytes().to_vec()));
        self
    }

    pub fn file(mut self, name: &str, bytes: &[u8]) -> Self {
        self.parts.push(("proof".to_owned(), Some(name.to_owned()), bytes.to_vec()));
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        let part = self.parts.iter_mut().find(|it| it.0 == name);
        part.unwrap_or_else(|| panic!("no field {name}")).2 = value.as_bytes().to_vec();
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.parts.retain(|it| it.0 != name);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, file, value) in &self.parts {
            let file = file.as_ref().map_or_else(String::new, |it| {
                format!("; filename=\"{}\"\r\nContent-Type: application/octet-stream", it.replace('"', "%22"))
            });
            let head = format!(
                "--{}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n",
                self.boundary
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        body
    }

    pub fn request(&self, path: &str, person: &str, headers: &[(&str, &str)]) -> Request<Body> {
        let bytes = Bytes::from(self.bytes());
        let body = match self.pieces {
            None => Body::from(bytes),
            Some(size) => {
                let pieces: Vec<Result<Bytes, std::io::Error>> =
                    bytes.chunks(size).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
                Body::from_stream(stream::iter(pieces))
            }
        };
        raw(path, person, &self.boundary, headers, body)
    }

    pub fn send(&self, portal: &Portal, path: &str) -> Answer {
        portal.ask(self.request(path, "bob", &[]))
    }

    pub fn send_with(&self, portal: &Portal, path: &str, headers: &[(&str, &str)]) -> Answer {
        portal.ask(self.request(path, "bob", headers))
    }
}

pub fn raw(
    path: &str,
    person: &str,
    boundary: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::post(path).header("host", "localhost:8787").header("cookie", cookie(person));
    if !headers.iter().any(|it| it.0 == "content-type") {
        request = request.header("content-type", format!("multipart/form-data; boundary={boundary}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

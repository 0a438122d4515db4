//! A form with files, part by part: of however many files, one at a time is in memory.

mod pace;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use futures::StreamExt;
use multer::{Error as Broken, Field, Multipart};
use sha2::{Digest, Sha256};

use self::pace::{MOST, MOST_DRAINED, Pace, Paced, Stopped};
use super::super::App;
use super::{Fault, Form, KEY, Posted, Received, VERSION, flaw_of, one};
use crate::error::Error;
use crate::kernel::FieldError;

/// Fields and files together; the largest form has half of it.
const MOST_PARTS: usize = 40;
/// Bytes of a field that is text.
const MOST_TEXT: usize = 8 * 1024;

const LARGE: &str = "This is more than 26 MB. Send at most 5 files of 5 MB each.";
const MEDIA: &str = "Send multipart/form-data with a boundary of at most 70 characters.";
const BROKEN: &str = "The form did not arrive whole, or is not parted by its boundary. Send it again.";
const MANY: &str = "This form has far more parts than fields. Send each field once.";

/// Fields, and files that are fetched one after the other.
pub struct Uploaded<T> {
    form: Posted<T>,
    /// What is left to read; none once it is read, or cannot be.
    parts: Option<Multipart<'static>>,
    /// A file that reading has come to.
    ahead: Option<Field<'static>>,
    dropped: Dropped,
    pace: Arc<Pace>,
    limits: Limits,
    seen: usize,
    files: usize,
    flaws: Vec<FieldError>,
    /// Of method and path first, then of each file in its order; the fields come last, in theirs.
    hash: Sha256,
}

/// The files of a form.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub field: &'static str,
    pub files: usize,
    /// Of each.
    pub bytes: usize,
}

/// A form that takes files, too.
pub trait WithFiles: Form {
    const LIMITS: Limits;
}

/// A file, whole.
pub struct Sent {
    /// As the sender says; trust nothing in it.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What nobody wants to read and the sender still sends.
enum Dropped {
    Nothing,
    Parts(Multipart<'static>),
    /// Behind a lock that nobody waits for: a body alone could not be looked at from two threads.
    Body(Mutex<BodyDataStream>),
}

impl<T: WithFiles> FromRequest<App> for Uploaded<T> {
    type Rejection = Infallible;

    /// Reads nothing yet.
    async fn from_request(request: Request, _: &App) -> Result<Self, Infallible> {
        let (head, body) = request.into_parts();
        let mut hash = Sha256::new();
        for part in [head.method.as_str(), " ", head.uri.path(), "\n"] {
            hash.update(part);
        }
        let mut uploaded = Self {
            form: Received::blank(&head).into(),
            parts: None,
            ahead: None,
            dropped: Dropped::Nothing,
            pace: Arc::default(),
            limits: T::LIMITS,
            seen: 0,
            files: 0,
            flaws: Vec::new(),
            hash,
        };
        let kind = one(&head.headers, "content-type").unwrap_or_default();
        let boundary = multer::parse_boundary(kind).ok().filter(|it| (1..=70).contains(&it.len()));
        let claimed = one(&head.headers, "content-length").and_then(|it| it.parse::<usize>().ok());
        match boundary {
            _ if claimed.is_some_and(|it| it > MOST_DRAINED) => {
                uploaded.stop(Fault::Large(LARGE), Body::empty());
            }
            None => uploaded.stop(Fault::Media(MEDIA), body),
            Some(_) if claimed.is_some_and(|it| it > MOST) => uploaded.stop(Fault::Large(LARGE), body),
            Some(boundary) => {
                let paced = Paced::new(body.into_data_stream(), uploaded.pace.clone());
                uploaded.parts = Some(Multipart::new(paced, boundary));
            }
        }
        Ok(uploaded)
    }
}

impl<T: WithFiles> Uploaded<T> {
    /// Reads fields until a file comes. What browsers send has its files where the form has them: last.
    pub async fn texts(&mut self) {
        while self.ahead.is_none()
            && let Some(part) = self.next_part().await
        {
            if part.name() == Some(self.limits.field) {
                self.ahead = Some(part);
            } else {
                self.text(part).await;
            }
        }
    }

    /// The next file that may be one. What is too large, or one too many, is a flaw and no file.
    pub async fn file(&mut self) -> Option<Sent> {
        loop {
            self.texts().await;
            let part = self.ahead.take()?;
            if let Some(sent) = self.take_file(part).await {
                return Some(sent);
            }
        }
    }

    /// Reads what is left and keeps nothing of it: whoever is cut off while sending sees no answer.
    pub async fn finish(&mut self) {
        while self.file().await.is_some() {}
        match std::mem::replace(&mut self.dropped, Dropped::Nothing) {
            Dropped::Nothing => {}
            Dropped::Parts(mut parts) => {
                self.pace.give_up();
                drop(parts.next_field().await);
            }
            Dropped::Body(body) => {
                let mut body = body.into_inner().unwrap_or_else(PoisonError::into_inner);
                let mut left = MOST_DRAINED;
                while left > 0
                    && let Some(Ok(piece)) = body.next().await
                {
                    left = left.saturating_sub(piece.len());
                }
            }
        }
    }

    /// Whether the form has said something in this field so far.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.form.received.sent.contains_key(field)
    }

    /// The key that came so far; a page's form may have it anywhere.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.form.received.key.as_deref()
    }

    /// The fields; the request's hash is there once everything is read.
    #[must_use]
    pub fn form(&self) -> &Posted<T> {
        &self.form
    }

    /// What is wrong with the files by number and size; what is in them is for others to judge.
    #[must_use]
    pub fn flaws(&self) -> &[FieldError] {
        &self.flaws
    }

    fn stop(&mut self, fault: Fault, body: Body) {
        self.form.received.fault = Some(fault);
        self.dropped = Dropped::Body(Mutex::new(body.into_data_stream()));
    }

    async fn next_part(&mut self) -> Option<Field<'static>> {
        self.pace.came_to_something();
        let found = self.parts.as_mut()?.next_field().await;
        match found {
            Ok(Some(_)) if self.seen == MOST_PARTS => self.whole(MANY),
            Ok(Some(part)) => {
                self.seen += 1;
                return Some(part);
            }
            Ok(None) => {
                self.parts = None;
                self.seal();
            }
            Err(why) => self.break_off(&why),
        }
        None
    }

    async fn text(&mut self, mut part: Field<'static>) {
        let name = part.name().unwrap_or_default().to_owned();
        let (mut bytes, mut length) = (Vec::new(), 0);
        while let Some(piece) = self.piece(&mut part).await {
            length += piece.len();
            if length <= MOST_TEXT {
                bytes.extend_from_slice(&piece);
            }
        }
        if self.parts.is_none() {
            return;
        }
        let text = match String::from_utf8(bytes) {
            _ if length > MOST_TEXT => Err(("too-long", "This is far too long. Write less.")),
            Ok(text) => Ok(text),
            Err(_) => Err(("not-text", "This is not UTF-8.")),
        };
        match (text, self.form.received.is_json, name.as_str()) {
            (Ok(text), false, VERSION) => self.form.received.if_match = Some(text),
            (Ok(text), false, KEY) => self.form.received.key = Some(text),
            (Ok(text), _, _) => {
                if self.form.received.sent.insert(name.clone(), text.into()).is_some() {
                    self.form.received.flaws.push(flaw_of(&name, "twice", "This field was sent twice."));
                }
            }
            (Err((code, said)), _, _) => self.form.received.flaws.push(flaw_of(&name, code, said)),
        }
    }

    async fn take_file(&mut self, mut part: Field<'static>) -> Option<Sent> {
        let name = part.file_name().unwrap_or_default().to_owned();
        let Limits { field, files, bytes: most } = self.limits;
        let is_one_too_many = self.files >= files;
        let (mut bytes, mut length, mut digest) = (Vec::new(), 0, Sha256::new());
        while let Some(piece) = self.piece(&mut part).await {
            length += piece.len();
            digest.update(&piece);
            if length <= most && !is_one_too_many {
                bytes.extend_from_slice(&piece);
            }
        }
        self.parts.as_ref()?;
        if name.is_empty() && length == 0 {
            return None; // a browser's way of saying that no file was chosen
        }
        self.files += 1;
        self.hash.update(name.as_bytes());
        self.hash.update(b"\0");
        self.hash.update(digest.finalize());
        if is_one_too_many {
            self.flaw(FieldError::new(field, "too-many", format!("Send at most {files} files.")));
            return None;
        }
        if length > most {
            let shown: String = name.chars().take(60).collect();
            let said = format!("{shown} has more than {} MB. Send a smaller one.", most / 1024 / 1024);
            self.flaw(FieldError::new(field, "too-large", said));
            return None;
        }
        Some(Sent { name, bytes })
    }

    async fn piece(&mut self, part: &mut Field<'static>) -> Option<Bytes> {
        self.pace.came_to_something();
        match part.chunk().await {
            Ok(piece) => piece,
            Err(why) => {
                self.break_off(&why);
                None
            }
        }
    }

    fn flaw(&mut self, flaw: FieldError) {
        if !self.flaws.contains(&flaw) {
            self.flaws.push(flaw);
        }
    }

    fn whole(&mut self, said: &str) {
        self.give_up();
        self.form.received.flaws.push(FieldError::new("", "unreadable", said));
    }

    fn break_off(&mut self, why: &Broken) {
        let stopped = if let Broken::StreamReadFailed(why) = why { why.downcast_ref() } else { None };
        if let Some(Stopped::Large) = stopped {
            self.give_up();
            self.form.received.fault = Some(Fault::Large(LARGE));
        } else {
            self.whole(BROKEN);
        }
    }

    fn give_up(&mut self) {
        if let Some(parts) = self.parts.take() {
            self.dropped = Dropped::Parts(parts);
        }
    }

    /// Whatever the boundary and the order of the fields, the same form has the same hash.
    fn seal(&mut self) {
        for (name, text) in &self.form.received.sent {
            for part in [name.as_str(), "\0", text.as_str().unwrap_or_default(), "\0"] {
                self.hash.update(part);
            }
        }
        self.form.received.request = format!("{:x}", self.hash.clone().finalize());
    }
}

/// 413 where one of the files is too large.
#[must_use]
pub fn refused_files(errors: Vec<FieldError>) -> Error {
    let large = errors.iter().find(|it| it.code == "too-large").map(|it| it.message.clone());
    match large {
        Some(said) => Error::refused(StatusCode::PAYLOAD_TOO_LARGE, "too-large", said).with_errors(errors),
        None => Error::invalid(errors),
    }
}

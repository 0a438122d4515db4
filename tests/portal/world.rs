//! The twin of what lies outside: a provider that answers what it is told to, a relay that speaks SMTP, and the
//! platform's own mail service. Time passes only when a test says so.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures::future::{BoxFuture, FutureExt, pending, ready};
use portal::access::{
    Call, Declined, Keyring, Outside, Parcel, Reply, Secrets, Security, SigningKeys, Unreachable, Wire,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::sso_cast::{SIGNING_KEYS, ZENDESK_SECRET};
use crate::trouble::Trouble;

#[derive(Default)]
pub struct World {
    pub calls: Mutex<Vec<Call>>,
    /// In their order; without one there is no answer, ever.
    pub replies: Mutex<VecDeque<Result<Reply, String>>>,
    pub parcels: Mutex<Vec<Parcel>>,
    pub declines: Mutex<Option<Declined>>,
    pub relay: Arc<Mutex<Relay>>,
    /// Whoever waits has waited long enough.
    pub late: Mutex<bool>,
    pub trouble: Arc<Trouble>,
}

/// What the relay says instead of its usual answer, by the first word of a command, by `CONNECT` or by `END` of a mail.
#[derive(Default)]
pub struct Relay {
    pub says: BTreeMap<&'static str, &'static str>,
    pub heard: Vec<String>,
    pub safe: bool,
    in_mail: bool,
}

pub fn secrets(session: Keyring, pepper: Keyring) -> Secrets {
    let some = |it: &str| Some(it.to_owned());
    Secrets {
        session,
        pepper,
        setup: some("the one-time secret of this installation"),
        mail_api_key: some("re_of_the_host_tests"),
        smtp_user: some("portal"),
        smtp_password: some("of the relay"),
        stripe_key: some("sk_test_of_the_host_tests"),
        stripe_webhook: vec!["whsec_new".to_owned(), "whsec_old".to_owned()],
        signing: Some(SigningKeys::parse("SIGNING_KEYS", &SIGNING_KEYS).unwrap()),
        zendesk: some(ZENDESK_SECRET),
    }
}

impl World {
    pub fn replies(&self, status: u16, body: &str) {
        self.replies.lock().unwrap().push_back(Ok(Reply { status, body: body.to_owned() }));
    }

    /// The next relay says this instead.
    pub fn says(&self, word: &'static str, answer: &'static str) {
        self.relay.lock().unwrap().says.insert(word, answer);
    }

    pub fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.relay.lock().unwrap().heard)
    }
}

impl Outside for World {
    fn fetch(&self, call: Call) -> BoxFuture<'static, Result<Reply, Unreachable>> {
        self.calls.lock().unwrap().push(call);
        match self.replies.lock().unwrap().pop_front() {
            Some(reply) => self.trouble.meets(|| reply.map_err(Unreachable)),
            None => pending().boxed(),
        }
    }

    fn connect(
        &self,
        _: String,
        _: u16,
        security: Security,
    ) -> BoxFuture<'static, Result<Box<dyn Wire>, Unreachable>> {
        let mut relay = self.relay.lock().unwrap();
        relay.safe = security == Security::Implicit;
        let greeting = relay.answer("CONNECT");
        if greeting.is_empty() {
            return ready(Err(Unreachable("connection refused".into()))).boxed();
        }
        let line: Box<dyn Wire> =
            Box::new(Line { relay: self.relay.clone(), coming: greeting.into_bytes(), going: String::new() });
        ready(Ok(line)).boxed()
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'static, Result<(), Declined>> {
        self.parcels.lock().unwrap().push(parcel);
        ready(self.declines.lock().unwrap().clone().map_or(Ok(()), Err)).boxed()
    }

    fn pass(&self, _: u32) -> BoxFuture<'static, ()> {
        if *self.late.lock().unwrap() { ready(()).boxed() } else { pending().boxed() }
    }
}

impl Relay {
    fn answer(&mut self, line: &str) -> String {
        if self.in_mail {
            self.in_mail = line != ".";
            return if self.in_mail { String::new() } else { self.said("END", "250 2.0.0 queued") };
        }
        let word = line.split([' ', ':']).next().unwrap();
        let usual = match word {
            "CONNECT" => "220 relay.example ESMTP",
            "EHLO" if self.safe => "250-relay.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "EHLO" => "250-relay.example\r\n250 STARTTLS",
            "AUTH" => "235 2.7.0 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 2.1.0 fine",
        };
        let answer = self.said(word, usual);
        self.in_mail = word == "DATA" && answer.starts_with('3');
        answer
    }

    fn said(&self, word: &str, usual: &str) -> String {
        match *self.says.get(word).unwrap_or(&usual) {
            "" => String::new(),
            answer => format!("{answer}\r\n"),
        }
    }
}

/// A connection to it: what is written is answered at once, and without an answer it hangs.
struct Line {
    relay: Arc<Mutex<Relay>>,
    coming: Vec<u8>,
    /// The beginning of a line.
    going: String,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.coming.is_empty() {
            return Poll::Pending;
        }
        let fits = self.coming.len().min(into.remaining());
        into.put_slice(&self.coming.drain(..fits).collect::<Vec<_>>());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.going += std::str::from_utf8(bytes).unwrap();
        while let Some((line, rest)) = self.going.split_once("\r\n") {
            let (line, rest) = (line.to_owned(), rest.to_owned());
            self.going = rest;
            let mut relay = self.relay.lock().unwrap();
            let answer = relay.answer(&line);
            relay.heard.push(line);
            drop(relay);
            self.coming.extend(answer.into_bytes());
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Wire for Line {
    fn start_tls(self: Box<Self>) -> Result<Box<dyn Wire>, Unreachable> {
        self.relay.lock().unwrap().safe = true;
        Ok(Box::new(Self { relay: self.relay, coming: Vec::new(), going: String::new() }))
    }
}

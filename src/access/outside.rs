//! What lies outside of the portal, as far as mail and payments need it.

use futures::future::{BoxFuture, Either, select};
use tokio::io::{AsyncRead, AsyncWrite};

use super::app::{App, Unreachable};
use super::mail_config::Security;

pub trait Outside: Send + Sync {
    /// One request over HTTP. Redirects are not followed.
    fn fetch(&self, call: Call) -> BoxFuture<'static, Result<Reply, Unreachable>>;
    /// A connection over TCP; with `StartTls` it is not yet safe.
    fn connect(
        &self,
        host: String,
        port: u16,
        security: Security,
    ) -> BoxFuture<'static, Result<Box<dyn Wire>, Unreachable>>;
    /// To the platform's own mail service.
    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'static, Result<(), Declined>>;
    /// Ends after so many seconds.
    fn pass(&self, seconds: u32) -> BoxFuture<'static, ()>;
}

pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Sync {
    /// The same connection, safe from here on.
    fn start_tls(self: Box<Self>) -> Result<Box<dyn Wire>, Unreachable>;
}

#[derive(Debug, Clone)]
pub struct Call {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub body: String,
}

/// A mail as it travels: its envelope, and the message in ASCII.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub from: String,
    pub to: String,
    pub message: String,
}

/// What the platform's mail service said instead of taking the mail.
#[derive(Debug, Clone)]
pub struct Declined {
    pub code: Option<String>,
    pub said: String,
}

/// What is not done after so many seconds is given up.
pub async fn in_time<T>(app: &App, seconds: u32, work: impl Future<Output = T> + Send) -> Option<T> {
    match select(Box::pin(work), app.outside().pass(seconds)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

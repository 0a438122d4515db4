use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use worker::js_sys::Reflect;
use worker::send::SendFuture;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys;
use worker::{
    Delay, EmailMessage, Env, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, SendEmail,
    Socket,
};

use super::bound::bound;
use super::config::NotConfigured;
use crate::access::{Call, Config, Declined, Outside, Parcel, Reply, Security, Transport, Unreachable, Wire};
use crate::db::said;

/// The name of Cloudflare's mail service in `wrangler.toml`.
const EMAIL: &str = "EMAIL";
/// Of an answer that only says how it went.
const LONGEST_REPLY: usize = 64 * 1024;

pub struct Net {
    email: Option<SendEmail>,
}

impl Net {
    /// The mail service has to be there only where mail leaves by it.
    pub fn open(env: &Env, config: &Config) -> Result<Self, NotConfigured> {
        if config.mail.transport != Transport::Binding {
            return Ok(Self { email: None });
        }
        bound(env, EMAIL)?;
        let email = env.send_email(EMAIL).map_err(|_| NotConfigured::missing(EMAIL))?;
        Ok(Self { email: Some(email) })
    }
}

impl Outside for Net {
    fn fetch(&self, call: Call) -> BoxFuture<'static, Result<Reply, Unreachable>> {
        Box::pin(SendFuture::new(async move { fetch(call).await.map_err(|it| Unreachable(it.to_string())) }))
    }

    fn connect(
        &self,
        host: String,
        port: u16,
        security: Security,
    ) -> BoxFuture<'static, Result<Box<dyn Wire>, Unreachable>> {
        Box::pin(SendFuture::new(async move {
            let raw = dial(&host, port, security).map_err(|it| failed(&it))?;
            let socket = Socket::from(raw.clone());
            socket.opened().await.map_err(|it| Unreachable(it.to_string()))?;
            let line: Box<dyn Wire> = Box::new(Line { raw: Some(raw), socket });
            Ok(line)
        }))
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'static, Result<(), Declined>> {
        let email = self.email.clone();
        Box::pin(SendFuture::new(async move {
            let Some(email) = email else {
                return Err(Declined { code: None, said: format!("the binding {EMAIL} is missing") });
            };
            let message =
                EmailMessage::new(&parcel.from, &parcel.to, &parcel.message).map_err(|it| declined(&it))?;
            email.send(&message).await.map(drop).map_err(|it| declined(&it))
        }))
    }

    fn pass(&self, seconds: u32) -> BoxFuture<'static, ()> {
        SendFuture::new(Delay::from(Duration::from_secs(seconds.into()))).boxed()
    }
}

async fn fetch(call: Call) -> worker::Result<Reply> {
    let headers = Headers::new();
    for (name, value) in &call.headers {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::from(call.method.to_owned()))
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual)
        .with_body(Some(JsValue::from(call.body)));
    let mut reply = Fetch::Request(Request::new_with_init(&call.url, &init)?).send().await?;
    let mut body = reply.text().await.unwrap_or_default();
    body.truncate(body.floor_char_boundary(LONGEST_REPLY));
    Ok(Reply { status: reply.status_code(), body })
}

/// `worker`'s own builder keeps its socket to itself, and its `start_tls` panics where the other side has gone.
fn dial(host: &str, port: u16, security: Security) -> Result<worker_sys::Socket, JsValue> {
    let address = worker::js_sys::Object::new();
    Reflect::set(&address, &"hostname".into(), &host.into())?;
    Reflect::set(&address, &"port".into(), &port.into())?;
    let options = worker::js_sys::Object::new();
    let transport = match security {
        Security::Implicit => "on",
        Security::StartTls => "starttls",
    };
    Reflect::set(&options, &"secureTransport".into(), &transport.into())?;
    Reflect::set(&options, &"allowHalfOpen".into(), &false.into())?;
    worker_sys::connect(address.into(), options.into())
}

struct Line {
    /// Until it is upgraded.
    raw: Option<worker_sys::Socket>,
    socket: Socket,
}

impl Wire for Line {
    fn start_tls(mut self: Box<Self>) -> Result<Box<dyn Wire>, Unreachable> {
        let Some(raw) = self.raw.take() else {
            return Err(Unreachable("the connection has gone".to_owned()));
        };
        let raw = raw.start_tls().map_err(|it| failed(&it))?;
        let socket = Socket::from(raw.clone());
        Ok(Box::new(Self { raw: Some(raw), socket }))
    }
}

impl Drop for Line {
    /// A connection that nobody holds would stay open, and six of them are all that a call may have.
    fn drop(&mut self) {
        if let Some(raw) = self.raw.take() {
            let _ = raw.close();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

fn failed(error: &JsValue) -> Unreachable {
    Unreachable(said(error))
}

fn declined(error: &JsValue) -> Declined {
    Declined { code: text(error, "code"), said: failed(error).0 }
}

fn text(of: &JsValue, name: &str) -> Option<String> {
    Reflect::get(of.dyn_ref::<worker::js_sys::Object>()?, &name.into()).ok()?.as_string()
}

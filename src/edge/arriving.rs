//! The body of a request, read as somebody asks for it. `wasm-streams` opens it at once and, where it is not read to its
//! end, leaves a closure behind for good: whoever sent what nobody reads could fill the isolate.

use futures::stream::{Stream, try_unfold};
use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::futures::{JsFuture, spawn_local};
use worker::js_sys::{Promise, Uint8Array};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::{JsCast, JsValue};

use crate::access::Unreachable;

#[wasm_bindgen]
extern "C" {
    pub type Sent;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn reader(this: &Sent) -> Result<Reader, JsValue>;

    type Reader;
    #[wasm_bindgen(method)]
    fn read(this: &Reader) -> Promise;
    #[wasm_bindgen(method)]
    fn cancel(this: &Reader) -> Promise;

    type Piece;
    #[wasm_bindgen(method, getter)]
    fn done(this: &Piece) -> bool;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Piece) -> Uint8Array;
}

struct Arriving {
    sent: Sent,
    /// While it is being read.
    reader: Option<Reader>,
}

/// Untouched until it is polled.
pub fn arriving(sent: Sent) -> impl Stream<Item = Result<Vec<u8>, Unreachable>> + Send {
    try_unfold(SendWrapper::new(Arriving { sent, reader: None }), |mut body| {
        SendFuture::new(async move {
            let piece = body.next().await.map_err(|it| Unreachable(format!("{it:?}")))?;
            Ok(piece.map(|it| (it, body)))
        })
    })
}

impl Arriving {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, JsValue> {
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.sent.reader()?,
        };
        let reading = reader.read();
        self.reader = Some(reader);
        let piece: Piece = JsFuture::from(reading).await?.unchecked_into();
        if piece.done() {
            self.reader = None;
            return Ok(None);
        }
        Ok(Some(piece.value().to_vec()))
    }
}

impl Drop for Arriving {
    /// Whoever still sends may stop. That it has stopped already is no news.
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            let cancelled = reader.cancel();
            spawn_local(async move { drop(JsFuture::from(cancelled).await) });
        }
    }
}

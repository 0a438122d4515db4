use futures::StreamExt;
use worker::ForwardableEmailMessage;

/// The beginning of a mail. Whatever it weighs, no more of it is held.
pub async fn beginning(message: &ForwardableEmailMessage, most: usize) -> Vec<u8> {
    let (mut stream, mut bytes) = (message.raw_byte_stream(), Vec::new());
    while let Some(Ok(chunk)) = stream.next().await {
        bytes.extend(chunk.into_iter().take(most - bytes.len()));
        if bytes.len() == most {
            break;
        }
    }
    bytes
}

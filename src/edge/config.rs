use std::fmt;
use std::sync::{Arc, OnceLock};

use worker::Env;

use crate::access::{Config, Secrets};

/// Of this isolate. Only what was read well is kept, so a mended variable counts from the next request on.
static READ: OnceLock<(Arc<Config>, Arc<Secrets>)> = OnceLock::new();

/// Something that the installation lacks. `why` may quote a variable, so it is for the log alone.
pub struct NotConfigured {
    pub name: &'static str,
    why: String,
}

impl NotConfigured {
    pub fn missing(name: &'static str) -> Self {
        Self { name, why: "is not there".to_owned() }
    }
}

impl fmt::Display for NotConfigured {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "not configured: {}: {}", self.name, self.why)
    }
}

pub fn read(env: &Env) -> Result<(Arc<Config>, Arc<Secrets>), NotConfigured> {
    if let Some((config, secrets)) = READ.get() {
        return Ok((config.clone(), secrets.clone()));
    }
    let config = Config::read(|name| env.var(name).ok().map(|it| it.to_string()));
    let config = config.map_err(|it| NotConfigured { name: it.name, why: it.why })?;
    let look_up = |name| env.secret(name).ok().map(|it| it.to_string());
    let secrets = Secrets::read(config.environment, look_up, random);
    let secrets = secrets.map_err(|it| NotConfigured { name: it.name, why: it.why.to_owned() })?;
    if let Some(name) = config.mail.lacks(&secrets) {
        return Err(NotConfigured::missing(name));
    }
    let (config, secrets) = READ.get_or_init(|| (Arc::new(config), Arc::new(secrets)));
    Ok((config.clone(), secrets.clone()))
}

/// Bytes that are not random must never become a key or a session, so nothing goes on without them.
pub fn fill(bytes: &mut [u8]) {
    if getrandom::getrandom(bytes).is_err() {
        std::process::abort();
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    bytes
}

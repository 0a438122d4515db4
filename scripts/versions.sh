# Sourced. Every version that the toolchain pins and no manifest does:
# npm packages stand in package.json, crates and the wasm-bindgen command line tool in Cargo.lock.

RUST_MINIMUM=1.95            # edition 2024, `if let` in match guards, and what the dependencies ask for
NODE_MINIMUM=22.12           # wrangler refuses anything older
NODE_VERSION=24.21.0         # put into the cache where the machine's own is too old
WORKER_BUILD_VERSION=0.8.7   # the same release as the `worker` crate
AIOSMTPD_VERSION=1.4.6       # PyPI: the relay that the edge suite sends mail to
AUTHLIB_VERSION=1.9.9        # PyPI: somebody else's OpenID Connect client, and what it asks the network with
REQUESTS_VERSION=2.34.2
SCHEMATHESIS_VERSION=4.32.5 # PyPI: asks the API what its document allows and forbids
CARGO_DENY_VERSION=0.20.2    # crates.io: licences, sources and advisories of the dependencies
CARGO_FUZZ_VERSION=0.13.2     # crates.io: builds the targets of fuzz/ with libFuzzer and a sanitizer
ICALENDAR_VERSION=7.3.0      # PyPI: somebody else's parser, to read our calendar with

WASM_TARGET=wasm32-unknown-unknown
WASM_GZIP_LIMIT=2500000      # bytes; the platform takes 3 MB on its smallest plan, and start-up time grows with every one

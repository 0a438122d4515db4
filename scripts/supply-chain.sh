#!/usr/bin/env bash
# Licences, sources and forbidden crates of everything the bundle is built of (deny.toml), and known advisories where
# their database can be had. The locks must stand still for it: nothing may be newer than what was tested.
set -euo pipefail

# shellcheck source=env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$PORTAL_ROOT"

command -v cargo-deny >/dev/null || {
  echo "cargo-deny is missing: cargo install cargo-deny --locked --version $CARGO_DENY_VERSION (5 min)" >&2
  exit 1
}
cargo metadata --locked --format-version 1 >/dev/null
cargo deny --locked check licenses bans sources
if ! cargo deny --locked check advisories; then
  echo 'supply chain: the advisories could not be read, or one of them speaks of us; see above' >&2
  exit 1
fi

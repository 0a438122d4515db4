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
# The bundle; the host suite with SQLite; the fuzzers.
host=$(rustc -vV | awk '$1 == "host:" { print $2 }')
graphs=("Cargo.toml $WASM_TARGET" "Cargo.toml $host" "fuzz/Cargo.toml $host")

deny() {
  local manifest=$1 target=$2
  shift 2
  cargo deny --locked --manifest-path "$manifest" --config deny.toml --target "$target" check --hide-inclusion-graph "$@"
}

for graph in "${graphs[@]}"; do
  read -r manifest target <<<"$graph"
  echo "── $manifest for $target"
  cargo metadata --locked --manifest-path "$manifest" --format-version 1 >/dev/null
  deny "$manifest" "$target" licenses bans sources
done

# What is known against any of them is asked of github.com (RustSec) and of the npm registry: not every network has both.
heard=yes
for graph in "${graphs[@]}"; do
  read -r manifest target <<<"$graph"
  deny "$manifest" "$target" advisories || heard=
done
npm audit --package-lock-only || heard=
[ -n "$heard" ] || {
  echo 'supply chain: advisories could not be read, or one of them speaks of us; see above' >&2
  exit 1
}

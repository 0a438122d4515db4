#!/usr/bin/env bash
# What a machine can say about the source without running it: layout, and clippy on both sides of the split.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
"$here/provision.sh" check
# shellcheck source=env.sh
. "$here/env.sh"
cd "$PORTAL_ROOT"

failed=
step() { "$@" || failed=yes; } # all of them, so that one run tells everything

echo '── layout'
step cargo fmt --check

echo '── host'
step cargo clippy --locked --quiet --all-targets -- --deny warnings

# The fuzzers borrow the suite's cast, so a file that is moved there is missed here.
echo '── fuzz'
step cargo check --locked --quiet --lib --manifest-path fuzz/Cargo.toml --target-dir target

# The edge exists only in the wasm build, so nothing above has read a line of it.
if for_wasm cargo clippy --version >/dev/null 2>&1; then
  echo '── edge'
  step for_wasm cargo clippy --locked --quiet --lib --target "$WASM_TARGET" -- --deny warnings
else
  echo '── edge (its compiler has no clippy here: types only)'
  step for_wasm cargo check --locked --quiet --lib --target "$WASM_TARGET"
fi

[ -z "$failed" ] || {
  echo 'The source did not pass: see above.' >&2
  exit 1
}

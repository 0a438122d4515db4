#!/usr/bin/env bash
# Builds build/index.js and build/index_bg.wasm, which wrangler serves and deploys. Does nothing when nothing changed
# since the last build, so that wrangler can call it as often as it likes.
#
#   build-wasm.sh            the release: the bundle that is tested is the bundle that is deployed
#   NAMES=1 build-wasm.sh    the same with the names of its functions, for bench/profile.mjs
#   build-wasm.sh --quick    without link-time optimisation and wasm-opt: to look at a change sooner
set -euo pipefail

# shellcheck source=env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$PORTAL_ROOT"

quick=
case ${1:-} in
  --quick) quick=yes ;;
  '') ;;
  *)
    echo "usage: ${0##*/} [--quick]" >&2
    exit 2
    ;;
esac
if [ "${PORTAL_BUILD:-}" = quick ]; then quick=yes; fi # `make dev QUICK=1`, through wrangler

stamp=build/.inputs
dep_info=${CARGO_TARGET_DIR:-target}/$WASM_TARGET/release/portal.d

# What rustc read besides src/, such as a stylesheet or a migration that the source includes.
included_files() {
  tr ' ' '\n' <"$dep_info" | sed -n "s|^$PORTAL_ROOT/||p" | grep -v -e '^src/' -e '^target/' -e ':$' | sort -u || true
}

own_sources() { find src Cargo.toml Cargo.lock -type f | sort | git hash-object --no-filters --stdin-paths; }

# inputs INCLUDED: one line that changes with the name or the content of any input.
inputs() {
  local files
  files=$({
    find src -type f
    ls Cargo.toml Cargo.lock build.rs scripts/versions.sh scripts/env.sh scripts/build-wasm.sh scripts/strip-names.mjs 2>/dev/null || true
    echo "$1"
  } | sed '/^$/d' | sort -u)
  {
    echo "${quick:-release}${NAMES:+ with names} $files"
    git hash-object --no-filters --stdin-paths <<<"$files" 2>&1 || true # a file may just have gone
  } | git hash-object --stdin
}

if [ -f build/index_bg.wasm ] && [ -f build/index.js ] && [ -f "$stamp" ]; then
  { read -r built_from && read -r size && included=$(cat); } <"$stamp"
  if [ "$built_from" = "$(inputs "$included")" ]; then
    echo "wasm: nothing changed since the last build ($size)"
    exit
  fi
fi

worker_build=$(tool worker-build "$WORKER_BUILD_VERSION") && wasm_toolchain >/dev/null || {
  echo 'The tools of the build are missing; scripts/provision.sh gets them.' >&2
  exit 1
}

started=$SECONDS
own_before=$(own_sources)
# worker-build would move the lock file; what ships is what was tested.
cargo fetch --locked --quiet --target "$WASM_TARGET"
if [ -n "$quick" ]; then
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_INCREMENTAL=true \
    for_wasm "$worker_build" --release --no-opt </dev/null
else
  for_wasm "$worker_build" --release </dev/null
  if [ -z "${NAMES:-}" ]; then node scripts/strip-names.mjs build/index_bg.wasm; fi
fi

raw=$(wc -c <build/index_bg.wasm)
zipped=$(gzip -9 -c build/index_bg.wasm | wc -c)
size="$((raw / 1000)) kB, $((zipped / 1000)) kB gzipped"
echo "wasm: $size (at most $((WASM_GZIP_LIMIT / 1000)) kB gzipped), built in $((SECONDS - started)) s"
if [ -z "$quick" ] && [ "$zipped" -gt "$WASM_GZIP_LIMIT" ]; then
  echo 'wasm: too large. `cargo bloat` or twiggy tell what grew; the limit stands in scripts/versions.sh.' >&2
  rm -f "$stamp"
  exit 1
fi

# Only now is it known what else the source includes, so the inputs are listed again. Had somebody saved a file
# meanwhile, the bundle would be older than its stamp says.
if [ "$own_before" = "$(own_sources)" ]; then
  included=$(included_files)
  printf '%s\n' "$(inputs "$included")" "$size" "$included" >"$stamp"
else
  rm -f "$stamp"
  echo 'wasm: the source changed while it was built; the next call builds again'
fi

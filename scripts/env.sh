# Sourced by the other scripts: where the tools are. It finds, it never installs (that is provision.sh).

PORTAL_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Outlives a checkout, so that a second clone is ready in seconds.
PORTAL_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/customer-portal

# shellcheck source=versions.sh
. "$PORTAL_ROOT/scripts/versions.sh"

# rustup's cargo comes before the distribution's, which the wasm build may have brought along.
cargo_bin=${CARGO_HOME:-$HOME/.cargo}/bin
case ":$PATH:" in
  *":$cargo_bin:"*) ;;
  *) PATH=$cargo_bin:$PATH ;;
esac

# This directory exists only where the machine's own Node was too old.
NODE_HOME=$PORTAL_CACHE/node-$NODE_VERSION
if [ -x "$NODE_HOME/bin/node" ]; then PATH=$NODE_HOME/bin:$PATH; fi
export PATH

# at_least FOUND MINIMUM: compares dotted versions.
at_least() {
  awk -v found="$1" -v minimum="$2" 'BEGIN {
    n = split(minimum, m, "."); split(found, f, ".")
    for (i = 1; i <= n; i++) if (f[i] + 0 != m[i] + 0) exit !(f[i] + 0 > m[i] + 0)
  }'
}

# locked CRATE: the version that Cargo.lock names.
locked() {
  awk -v name="\"$1\"" '$1 == "name" { hit = $3 == name } hit && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' \
    "$PORTAL_ROOT/Cargo.lock"
}

# tool NAME VERSION: the path of a tool of exactly this version, the machine's own or the one in the cache.
tool() {
  local at
  for at in "$PORTAL_CACHE/$1-$2/bin/$1" "$(command -v "$1")"; do
    if [ -x "$at" ] && [ "$("$at" --version 2>/dev/null | awk '{ print $NF }')" = "$2" ]; then
      echo "$at"
      return
    fi
  done
  return 1
}

# has_wasm_std [TOOLCHAIN]: whether rustc of that toolchain (none: the default) can compile for the edge.
has_wasm_std() {
  local sysroot
  sysroot=$(${1:+env RUSTUP_TOOLCHAIN="$1"} rustc --print sysroot 2>/dev/null) &&
    compgen -G "$sysroot/lib/rustlib/$WASM_TARGET/lib/libstd-*.rlib" >/dev/null
}

# The toolchain that provision.sh links where rustup cannot download the target. It is for the wasm build only:
# everything on the host keeps the machine's default.
SYSTEM_TOOLCHAIN=system
wasm_toolchain() {
  if has_wasm_std; then
    echo default
  elif [ -e "${RUSTUP_HOME:-$HOME/.rustup}/toolchains/$SYSTEM_TOOLCHAIN" ] && has_wasm_std $SYSTEM_TOOLCHAIN; then
    echo $SYSTEM_TOOLCHAIN
  else
    return 1
  fi
}

# for_wasm COMMAND...: runs it with everything that a build for the edge needs.
for_wasm() {
  local toolchain bindgen
  toolchain=$(wasm_toolchain) || return 1
  if [ "$toolchain" = default ]; then toolchain=${RUSTUP_TOOLCHAIN:-}; fi
  # Where there is none, worker-build downloads it.
  bindgen=$(tool wasm-bindgen "$(locked wasm-bindgen)") || bindgen=
  env ${toolchain:+RUSTUP_TOOLCHAIN="$toolchain"} ${bindgen:+WASM_BINDGEN_BIN="$bindgen"} \
    WASM_OPT_BIN="$PORTAL_ROOT/node_modules/.bin/wasm-opt" ESBUILD_BIN="$PORTAL_ROOT/node_modules/.bin/esbuild" "$@"
}

# find_chromium: the browser of the tests.
find_chromium() {
  local at
  for at in "${CHROMIUM_BIN:-}" chromium chromium-browser google-chrome google-chrome-stable \
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' "$(cat "$PORTAL_CACHE/chromium" 2>/dev/null)"; do
    if [ -n "$at" ] && at=$(command -v "$at") && [ -x "$at" ]; then
      echo "$at"
      return
    fi
  done
  return 1
}
if CHROMIUM_BIN=$(find_chromium); then export CHROMIUM_BIN; else unset CHROMIUM_BIN; fi

# Local runs need nothing from the network: no usage statistics, no look-up of where this machine stands.
export WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false

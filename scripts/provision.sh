#!/usr/bin/env bash
# Gets what a bare machine lacks, and nothing that is there already. Safe to run any number of times.
#
#   provision.sh [build] [check] [host] [edge] [browser] [api] [fuzz]     for which jobs; without any: for all but the last two
#
# Every piece has an ordinary way. Many companies' machines reach package registries only, so every piece also has
# a way through those: crates, npm, and the packages of Debian.
set -euo pipefail

# shellcheck source=env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$PORTAL_ROOT"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() {
  printf '\n\033[1mCannot go on:\033[0m %s\n' "$*" >&2
  exit 1
}

# retry COMMAND...: for what goes over a network.
retry() {
  local attempt
  for attempt in 1 2 3; do
    if "$@" </dev/null; then return 0; fi
    if [ "$attempt" != 3 ]; then
      echo "    that failed; trying again in $((attempt * 5)) s" >&2
      sleep $((attempt * 5))
    fi
  done
  return 1
}

# brief COMMAND...: its output only when it fails, and then the lines that say why.
brief() {
  local log=$PORTAL_CACHE/last-step.log
  if "$@" >"$log" 2>&1; then return 0; fi
  head -n 20 "$log" >&2
  return 1
}

# limited SECONDS COMMAND...: for what may hang where a network swallows packets. macOS has no `timeout`.
limited() {
  local seconds=$1
  shift
  if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

# --- Debian's packages -------------------------------------------------------------------------------------------

interactive=
if [ -t 0 ]; then interactive=yes; fi

as_root() {
  if [ "$(id -u)" = 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif ! command -v sudo >/dev/null; then
    return 1
  elif [ -n "$interactive" ]; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive "$@" # nobody is there to type a password
  fi
}

apt() { brief as_root apt-get -q -o DPkg::Lock::Timeout=900 -o Dpkg::Use-Pty=0 "$@" </dev/null; }

lists_are_fresh=
debian_install() {
  command -v apt-get >/dev/null || return 1
  if [ -z "$lists_are_fresh" ]; then
    retry apt update || return 1
    lists_are_fresh=yes
  fi
  if apt install -y --no-install-recommends "$@"; then return 0; fi
  # Somebody else's installation may have been cut off half-way: finish that one first.
  echo '    that failed; repairing what an earlier installation left behind' >&2
  as_root dpkg --configure -a --force-confold </dev/null || true
  apt install -y --fix-broken || true
  apt install -y --no-install-recommends "$@"
}

# --- The pieces --------------------------------------------------------------------------------------------------

need_rust() {
  command -v cargo >/dev/null && command -v rustc >/dev/null ||
    fail 'there is no Rust here. Install it from https://rustup.rs (any default profile), then run this again.'
  local found
  found=$(rustc --version | awk '{ print $2 }')
  at_least "${found%%-*}" "$RUST_MINIMUM" ||
    fail "Rust is $found; $RUST_MINIMUM or newer is needed. \`rustup update\` brings it."
}

# rusqlite compiles the SQLite that it bundles, and cargo links with it.
need_c_compiler() {
  command -v cc >/dev/null && return
  say 'C compiler: installing gcc (about 20 s)'
  debian_install gcc libc6-dev ||
    fail 'there is no C compiler. Install one (Debian, Ubuntu: gcc libc6-dev; macOS: xcode-select --install), then run this again.'
}

need_wasm_target() {
  wasm_toolchain >/dev/null && debian_std_is_fresh && return
  say "Rust for WebAssembly: asking rustup for $WASM_TARGET (30 s)"
  if command -v rustup >/dev/null && limited 300 rustup target add "$WASM_TARGET" </dev/null && has_wasm_std; then return; fi
  say "Rust for WebAssembly: rustup cannot download it here; taking Debian's compiler and building its standard library (about 2 minutes)"
  debian_rust ||
    fail "the standard library for $WASM_TARGET is missing. Run \`rustup target add $WASM_TARGET\` where its downloads can be reached, or use Debian 12 or newer, whose packages rustc-web and rust-web-src this script can build it from."
}

DEBIAN_WASM_LIB=/usr/lib/rustlib/$WASM_TARGET/lib

# What was built for one compiler is useless to the next one, which an upgrade of the system may bring.
debian_std_is_fresh() {
  [ "$(wasm_toolchain)" = default ] || [ "$(/usr/bin/rustc -vV)" = "$(cat "$DEBIAN_WASM_LIB/.built-by" 2>/dev/null)" ]
}

debian_rust() {
  debian_install rustc-web cargo-web rust-web-src rust-web-llvm || return 1
  # The linker of the same LLVM, whichever that is by now.
  local llvm
  llvm=$(dpkg-query -W -f '${Depends}' rust-web-llvm | grep -o 'llvm-[0-9]*' | head -n 1)
  debian_install "lld-${llvm#llvm-}" || return 1

  local crate
  crate=$(mktemp -d)
  mkdir "$crate/src"
  printf '[package]\nname = "only_for_its_std"\nversion = "0.0.0"\nedition = "2021"\n' >"$crate/Cargo.toml"
  echo '#![no_std]' >"$crate/src/lib.rs"
  # -Z build-std is unstable; the standard library itself is the stable one that the package ships as source.
  (
    cd "$crate"
    unset RUSTUP_TOOLCHAIN RUSTFLAGS CARGO_BUILD_TARGET
    RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$crate/target \
      retry /usr/bin/cargo build --release --target "$WASM_TARGET" -Z build-std=std,panic_abort
  ) || return 1
  /usr/bin/rustc -vV >"$crate/.built-by"
  rm "$crate/target/$WASM_TARGET/release/deps/libonly_for_its_std"-*.rlib
  as_root rm -rf "$DEBIAN_WASM_LIB"
  as_root mkdir -p "$DEBIAN_WASM_LIB"
  as_root cp "$crate/target/$WASM_TARGET/release/deps/"*.rlib "$crate/.built-by" "$DEBIAN_WASM_LIB/"
  rm -rf "$crate"
  if command -v rustup >/dev/null; then rustup toolchain link "$SYSTEM_TOOLCHAIN" /usr; fi
  wasm_toolchain >/dev/null
}

need_node() {
  local found
  found=$(node --version 2>/dev/null) || found=none
  at_least "${found#v}" "$NODE_MINIMUM" && return
  local os arch
  os=$(uname -s | tr '[:upper:]' '[:lower:]')
  arch=$(uname -m)
  case $arch in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; esac
  say "Node: found $found, wrangler needs $NODE_MINIMUM; putting $NODE_VERSION into $NODE_HOME (190 MB, 10 s)"
  command -v npm >/dev/null ||
    fail "there is no Node $NODE_MINIMUM and no npm to get one with. Install Node with npm from https://nodejs.org or your system's packages, then run this again."
  mkdir -p "$PORTAL_CACHE"
  local into=$NODE_HOME.new
  rm -rf "$into"
  # The package with the binary in it, so that no install script has to run.
  retry brief npm install --prefix "$into" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
    "node-$os-$arch@$NODE_VERSION" ||
    fail "npm could not get node-$os-$arch@$NODE_VERSION. Install Node $NODE_MINIMUM or newer from https://nodejs.org, then run this again."
  mkdir "$into/bin"
  ln -s "../node_modules/node-$os-$arch/bin/node" "$into/bin/node"
  rm -rf "$NODE_HOME"
  mv "$into" "$NODE_HOME"
  PATH=$NODE_HOME/bin:$PATH
  node --version >/dev/null || fail "the Node from npm does not run here. Install Node $NODE_MINIMUM or newer from https://nodejs.org."
}

need_npm_packages() {
  local wanted
  wanted=$(cat package.json package-lock.json | git hash-object --stdin)
  [ "$(cat node_modules/.installed-from 2>/dev/null)" = "$wanted" ] && return
  say 'npm packages: wrangler, playwright, binaryen (350 MB, 15 s)'
  command -v npm >/dev/null ||
    fail "there is no npm. Install it (Debian, Ubuntu: npm), then run this again."
  # No package of ours needs its install script: the binaries come as packages of their own.
  retry brief npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || fail 'npm ci did not succeed; its message is above.'
  echo "$wanted" >node_modules/.installed-from
}

# cargo_tool CRATE VERSION MINUTES [OPTION...]: into a directory of its own, so that no other project's is replaced.
cargo_tool() {
  local crate=$1 version=$2 minutes=$3
  shift 3
  say "$crate $version: compiling it (about $minutes minutes on two idle cores)"
  mkdir -p "$PORTAL_CACHE"
  # One target directory for all tools: they share half of their dependencies. cargo repeats what the network loses.
  CARGO_TARGET_DIR=$PORTAL_CACHE/compiling CARGO_NET_RETRY=5 \
    cargo install "$crate" --version "$version" --root "$PORTAL_CACHE/$TOOL-$version" --force --quiet "$@" </dev/null ||
    fail "$crate $version could not be compiled; cargo's message is above."
}

need_worker_build() {
  tool worker-build "$WORKER_BUILD_VERSION" >/dev/null && return
  # Its downloads go through the system's OpenSSL; macOS has a library of its own for that.
  if [ "$(uname -s)" = Linux ] && ! pkg-config --exists openssl 2>/dev/null; then
    say 'OpenSSL, to compile worker-build: installing its headers (10 s)'
    debian_install pkg-config libssl-dev ||
      fail 'worker-build cannot be compiled without the headers of OpenSSL. Install them (Fedora: openssl-devel; Alpine: openssl-dev) and pkg-config, then run this again.'
  fi
  TOOL=worker-build cargo_tool worker-build "$WORKER_BUILD_VERSION" 4 --locked
}

# Its own runtime, libFuzzer, is C++ and is compiled with each build of the targets.
need_cargo_fuzz() {
  if ! command -v c++ >/dev/null; then
    say 'C++ compiler: installing g++ (20 s)'
    debian_install g++ ||
      fail 'there is no C++ compiler, and libFuzzer is written in it. Install one (Debian, Ubuntu: g++; macOS: xcode-select --install), then run this again.'
  fi
  tool cargo-fuzz "$CARGO_FUZZ_VERSION" >/dev/null && return
  TOOL=cargo-fuzz cargo_tool cargo-fuzz "$CARGO_FUZZ_VERSION" 1 --locked
}

need_wasm_bindgen() {
  local version
  version=$(locked wasm-bindgen)
  [ -n "$version" ] || fail 'Cargo.lock names no wasm-bindgen; `cargo generate-lockfile` writes it.'
  tool wasm-bindgen "$version" >/dev/null && return
  # worker-build fetches its own where it can; the release page answers within seconds or not at all.
  local release=https://github.com/wasm-bindgen/wasm-bindgen/releases/download/$version
  if command -v curl >/dev/null &&
    curl --silent --fail --location --head --max-time 15 --output /dev/null \
      "$release/wasm-bindgen-$version-x86_64-unknown-linux-musl.tar.gz"; then
    return
  fi
  # Without --locked: the crate ships no lock file.
  TOOL=wasm-bindgen cargo_tool wasm-bindgen-cli "$version" 3
}

need_chromium() {
  if [ -n "${CHROMIUM_BIN:-}" ] && "$CHROMIUM_BIN" --version >/dev/null 2>&1; then return; fi
  say 'Chromium for the browser tests: asking Playwright for one (170 MB, 30 s)'
  local playwright=node_modules/playwright-core/cli.js at
  if brief limited 300 node "$playwright" install chromium </dev/null 2>/dev/null; then
    at=$(node -p 'require("playwright-core").chromium.executablePath()')
    "$at" --version >/dev/null 2>&1 || brief as_root "$(command -v node)" "$playwright" install-deps chromium || true
    if "$at" --version >/dev/null 2>&1; then
      echo "$at" >"$PORTAL_CACHE/chromium"
      return
    fi
  fi
  say "Chromium for the browser tests: Playwright's does not come or does not run here; taking Debian's package (100 MB, 30 s)"
  debian_install chromium && CHROMIUM_BIN=$(find_chromium) && "$CHROMIUM_BIN" --version >/dev/null 2>&1 ||
    fail 'there is no Chromium. Install Chromium or Chrome, or set CHROMIUM_BIN to the path of one, then run this again.'
}

# pypi PACKAGE VERSION WHAT-FOR WITHOUT [MORE...]: into an environment of its own; without Python or pip it says so and
# goes on.
pypi() {
  local package=$1 version=$2 what=$3 without=$4
  local venv=$PORTAL_CACHE/$package-$version
  "$venv/bin/python" -c "import $package" 2>/dev/null && return
  say "$package $version, $what (15 s)"
  rm -rf "$venv"
  if ! brief python3 -m venv "$venv"; then
    rm -rf "$venv"
    debian_install python3 python3-venv && brief python3 -m venv "$venv" || {
      echo "    there is no Python with venv: $without" >&2
      rm -rf "$venv"
      return 0
    }
  fi
  retry brief "$venv/bin/pip" install --disable-pip-version-check --quiet "$package==$version" "${@:5}" || {
    echo "    pip could not get it: $without" >&2
    rm -rf "$venv"
  }
}

# Where the edge's compiler has no clippy, scripts/check.sh says that it leaves that step out.
need_linters() {
  if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    say 'rustfmt and clippy: asking rustup for them (10 s)'
    command -v rustup >/dev/null && limited 300 rustup component add rustfmt clippy </dev/null ||
      fail 'rustfmt and clippy are missing: `rustup component add rustfmt clippy` brings them.'
  fi
  if [ "$(wasm_toolchain)" = $SYSTEM_TOOLCHAIN ] && ! RUSTUP_TOOLCHAIN=$SYSTEM_TOOLCHAIN cargo clippy --version >/dev/null 2>&1; then
    say "clippy of Debian's compiler (10 s)"
    debian_install rust-web-clippy || echo '    not to be had: the edge will be checked without clippy' >&2
  fi
}

# --- Which job needs what ----------------------------------------------------------------------------------------

[ $# -gt 0 ] || set -- build check host edge browser
wanted=" $* "
wants() {
  local job
  for job; do case $wanted in *" $job "*) return 0 ;; esac; done
  return 1
}

# Two clones that are set up at the same time would step on each other's toes in the cache.
mkdir -p "$PORTAL_CACHE"
if command -v flock >/dev/null; then
  exec 9>"$PORTAL_CACHE/lock"
  flock -n 9 || {
    say 'another checkout is being set up; waiting for it'
    flock 9
  }
fi

need_rust
need_c_compiler
if wants build check edge browser api; then need_wasm_target; fi
if wants check; then need_linters; fi
if wants host; then
  pypi icalendar "$ICALENDAR_VERSION" 'a calendar parser in Python for the host suite' 'no parser but our own will look at the calendar'
fi
need_node # it runs the suites, the host's too
if wants build edge browser; then
  need_npm_packages
  need_worker_build
  need_wasm_bindgen
  rm -rf "$PORTAL_CACHE/compiling" # a gigabyte that nobody needs once the tools are there
fi
if wants edge; then
  pypi aiosmtpd "$AIOSMTPD_VERSION" 'a mail server in Python for the edge suite' 'no mail will be sent over SMTP'
  pypi authlib "$AUTHLIB_VERSION" 'an OpenID Connect client in Python for the edge suite' 'two clients instead of three will sign on' \
    "requests==$REQUESTS_VERSION"
fi
if wants api; then
  pypi schemathesis "$SCHEMATHESIS_VERSION" 'it asks the API in every way its document allows' 'the API cannot be checked'
fi
if wants browser; then need_chromium; fi
if wants fuzz; then need_cargo_fuzz; fi

#!/usr/bin/env bash
# Asks the properties of tests/portal/properties what libFuzzer can think of, one after the other: fuzz.sh [TARGET...],
# without any all of them. SECONDS_EACH=600 for longer than a minute each. Fails when one of them fell, and says with
# which input. What it learned lies in fuzz/target/learned and is where the next run begins; the corpus in fuzz/corpus is
# the little of it that `make test` asks again. KEEP=1 chooses that anew, and runs nothing.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
"$here/provision.sh" fuzz
# shellcheck source=env.sh
. "$here/env.sh"
cd "$PORTAL_ROOT"

cargo_fuzz=$(tool cargo-fuzz "$CARGO_FUZZ_VERSION")
# The sanitizer wants a compiler that takes unstable options; the stable one takes them when it is told that it may.
export RUSTC_BOOTSTRAP=1
# Not beside the builds of the crate itself: its flags are others, and each would undo the other.
export CARGO_TARGET_DIR=$PORTAL_ROOT/fuzz/target
logs=$CARGO_TARGET_DIR/logs
mkdir -p "$logs"

targets=("$@")
if [ $# = 0 ]; then
  for at in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$at" .rs)"); done
fi

CARGO_NET_RETRY=5 cargo fetch --locked --manifest-path fuzz/Cargo.toml --quiet
"$cargo_fuzz" build --fuzz-dir fuzz --release --codegen-units 16

# run TARGET OPTION...: of what was built, so that nothing is built again while another target runs.
host=$(rustc -vV | awk '$1 == "host:" { print $2 }')
run() {
  local target=$1
  shift
  ASAN_OPTIONS=detect_odr_violation=0:detect_leaks=0 "$CARGO_TARGET_DIR/$host/release/$target" \
    -artifact_prefix="fuzz/artifacts/$target/" "$@"
}

# What somebody gave a name stays: seeds, and what once fell. The rest is chosen anew of the fewest inputs that reach all
# that was reached, small ones and large ones alike, within the limits of tests/portal/fuzz_corpus.rs.
keep() {
  local target=$1 chosen=$CARGO_TARGET_DIR/chosen/$1 corpus=fuzz/corpus/$1 file size files bytes found places
  rm -rf "$chosen"
  mkdir -p "$chosen" "$CARGO_TARGET_DIR/learned/$target"
  run "$target" -set_cover_merge=1 "$chosen" "$corpus" "$CARGO_TARGET_DIR/learned/$target" >"$logs/$target.keep" 2>&1
  find "$corpus" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
  files=$(find "$corpus" -type f | wc -l)
  bytes=$(find "$corpus" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }')
  found=$(find "$chosen" -type f -size -4097c -printf '%s %f\n' | sort -n)
  places=$((30 - files))
  for file in $(awk -v places="$places" '
    { name[NR] = $2 }
    END { for (at = 0; at < places && at < NR; at++) print name[NR <= places ? at + 1 : int(at * NR / places) + 1] }' <<<"$found"); do
    size=$(wc -c <"$chosen/$file")
    if [ $((bytes + size)) -gt 20000 ]; then break; fi
    cp "$chosen/$file" "$corpus/$file"
    files=$((files + 1)) bytes=$((bytes + size))
  done
  echo "$target: $files files, $bytes bytes"
}

failed=()
for target in "${targets[@]}"; do
  if [ -n "${KEEP:-}" ]; then
    keep "$target"
    continue
  fi
  mkdir -p "$CARGO_TARGET_DIR/learned/$target" "fuzz/artifacts/$target"
  if run "$target" -max_total_time="${SECONDS_EACH:-60}" -timeout=20 -rss_limit_mb=2048 -max_len=8192 -len_control=20 -print_final_stats=1 -detect_leaks=0 \
    "$CARGO_TARGET_DIR/learned/$target" "fuzz/corpus/$target" >"$logs/$target" 2>&1; then
    awk -v target="$target" '
      /^#[0-9]+/ { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1) } }
      /number_of_executed_units/ { runs = $2 }
      END { printf "%-11s holds: %s runs, %s places reached in %s ways\n", target, runs, cov, ft }' "$logs/$target"
  else
    failed+=("$target")
    echo "$target FELL:" >&2
    grep -aE 'panicked at|ERROR|Test unit written|artifact_prefix' -A 3 "$logs/$target" | head -n 30 >&2 || tail -n 20 "$logs/$target" >&2
  fi
done

[ ${#failed[@]} = 0 ] || {
  echo "These do not hold: ${failed[*]}. The inputs lie in fuzz/artifacts; put each into fuzz/corpus with what mends it." >&2
  exit 1
}

#!/usr/bin/env bash
# Holds the API in workerd against public/api/v1/openapi.json: see tests/api/check.mjs.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
"$here/provision.sh" build api
# shellcheck source=env.sh
. "$here/env.sh"
"$here/build-wasm.sh"
SCHEMATHESIS=$PORTAL_CACHE/schemathesis-$SCHEMATHESIS_VERSION/bin/schemathesis exec node "$PORTAL_ROOT/tests/api/check.mjs"

#!/usr/bin/env bash
# Gets what the suites need and runs them: test.sh [host] [edge] [browser], without any all of them.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
[ $# -gt 0 ] || set -- host edge browser
"$here/provision.sh" "$@"
# shellcheck source=env.sh
. "$here/env.sh"
exec node "$PORTAL_ROOT/tests/run.mjs" "$@"

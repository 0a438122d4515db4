#!/usr/bin/env bash
# Loads the demo data from scratch into the portal that `make dev` runs.
set -euo pipefail

origin=http://localhost:${PORT:-8787}
if ! curl --silent --show-error --fail --max-time 60 --output /dev/null --request POST "$origin/dev/seed"; then
  echo "No demo data was loaded: is \`make dev\` running on $origin?" >&2
  exit 1
fi
cat <<END

The demo data is loaded. Sign in at $origin
  as   primary@acme.example (a customer) or admin@vendor.example (staff)
  with demo password, not for production

END

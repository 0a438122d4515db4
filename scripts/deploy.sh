#!/usr/bin/env bash
# Brings this checkout to production: builds it, migrates the database, deploys the Worker. Asks first.
#
#   YES=1           does not ask
#   SECRETS=FILE    for the first time, when no Worker is there that could hold secrets (see new-secrets.sh)
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
"$here/provision.sh" build
# shellcheck source=env.sh
. "$here/env.sh"
cd "$PORTAL_ROOT"
unset PORTAL_BUILD # what is deployed is the release

if sed -n '/^\[env\.production\]/,$p' wrangler.toml | grep -n '"REPLACE'; then
  echo 'wrangler.toml still says REPLACE in its production section: see "Deploy" in the README.' >&2
  exit 1
fi
scripts/build-wasm.sh

echo
echo "This changes production: migrations of the remote database, then $(git describe --always --dirty) as its Worker."
if [ -z "${YES:-}" ]; then
  answer=
  read -r -p 'Go on? [y/N] ' answer || true
  case $answer in
    y | Y | yes) ;;
    *)
      echo 'Nothing was changed. (Without a keyboard: make deploy YES=1)'
      exit 1
      ;;
  esac
fi

# Database first: the Worker that runs meanwhile must get along with the new schema, never the new one with the old.
CI=1 node_modules/.bin/wrangler d1 migrations apply DB --remote --env production
node_modules/.bin/wrangler deploy --env production ${SECRETS:+--secrets-file "$SECRETS"}

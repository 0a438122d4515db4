#!/usr/bin/env bash
# Serves the portal on this machine, on the runtime that production uses: workerd, with a local D1, KV, queue and R2.
#
#   PORT=8787    where
#   QUICK=1      a larger bundle that is built sooner after a change
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
"$here/provision.sh" build
# shellcheck source=env.sh
. "$here/env.sh"
cd "$PORTAL_ROOT"

port=${PORT:-8787}
if (exec 3<>"/dev/tcp/localhost/$port") 2>/dev/null; then
  echo "Something is listening on port $port already. Stop it, or choose another: make dev PORT=8788" >&2
  exit 1
fi

if [ -n "${QUICK:-}" ]; then export PORTAL_BUILD=quick; fi
scripts/build-wasm.sh

# Random values of this checkout's own, so that nothing in the repository could ever sign a cookie.
if [ ! -f .dev.vars ]; then
  (umask 077 && scripts/new-secrets.sh >.dev.vars)
elif ! grep -q '^SIGNING_KEYS=' .dev.vars; then
  scripts/new-secrets.sh | grep '^SIGNING_KEYS=' >>.dev.vars # of a checkout from before there was a single sign-on
fi

# The demo data goes into a new database only: what somebody typed in since is not thrown away.
due=.wrangler/demo-data-is-due
if [ ! -d .wrangler/state/v3/d1 ]; then
  mkdir -p .wrangler
  touch "$due"
fi
# CI=1: there is nothing to ask about a local database.
CI=1 node_modules/.bin/wrangler d1 migrations apply DB --local </dev/null >.wrangler/migrations.log 2>&1 || {
  cat .wrangler/migrations.log >&2
  exit 1
}

# wrangler fires no crons by itself. The daily one runs at the start, the other one every five minutes.
fire() { curl --silent --max-time 60 --output /dev/null --get --data-urlencode "cron=$1" "http://localhost:$port/__scheduled" || true; }

beside_the_server() {
  # `exec` below keeps the process id, so this ends with the server.
  until curl --silent --max-time 5 --output /dev/null "http://localhost:$port/healthz"; do
    kill -0 $$ 2>/dev/null || return
    sleep 0.5
  done
  if [ -f "$due" ]; then PORT=$port scripts/seed.sh && rm -f "$due"; fi
  fire '17 2 * * *'
  local waited=300
  while kill -0 $$ 2>/dev/null; do
    if [ "$waited" -ge 300 ]; then fire '*/5 * * * *'; waited=0; fi
    sleep 5
    waited=$((waited + 5))
  done
}
beside_the_server &

# Mails carry the portal's own address, which is configuration and never the Host header.
exec node_modules/.bin/wrangler dev --test-scheduled --port "$port" --var "PORTAL_ORIGIN:http://localhost:$port"

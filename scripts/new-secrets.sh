#!/usr/bin/env bash
# Prints fresh values for every secret of an installation, in the form that .dev.vars and
# `wrangler deploy --secrets-file` take. To replace a key later without signing everybody out, put the new one in
# front of the old one: SESSION_KEYS="b:new,a:old". SIGNING_KEYS is a JSON array in the same order, whose older keys may
# be reduced to their public half (see new-signing-key.mjs).
set -euo pipefail

# shellcheck source=env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

random() { od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'; }

echo "SESSION_KEYS=\"a:$(random)\""
echo "PASSWORD_PEPPER=\"a:$(random)\""
echo "SETUP_SECRET=\"$(random)\""
echo "SIGNING_KEYS='[$(node "$(dirname "${BASH_SOURCE[0]}")/new-signing-key.mjs")]'"

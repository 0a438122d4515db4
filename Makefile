# Two commands are enough to try the portal: `make dev` and `make test`. Each gets what the machine lacks first.

# scripts/env.sh finds itself by a variable that only bash has; /bin/sh is another shell on Debian.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help dev test test-host test-edge test-browser guards check check-api supply-chain fuzz bench scale load build seed audit-verify deploy clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## Serve the portal on http://localhost:8787, with demo data (PORT=8788: elsewhere, QUICK=1: sooner after a change)
	@scripts/dev.sh

test: ## Run all three suites
	@scripts/test.sh

test-host: ## Run the suite that needs no runtime: the router and the rules on a twin of D1
	@scripts/test.sh host

test-edge: ## Run the suite in workerd: D1, KV, the queue, crons, headers, assets
	@scripts/test.sh edge

test-browser: ## Run the suite in Chromium: the main job as a person does it
	@scripts/test.sh browser

guards: ## Take away one guard of the data after the other; some test must fail each time (ONLY=contact, QUICK=1)
	@scripts/provision.sh host && . scripts/env.sh && node tests/guards.mjs

check: ## Check the layout and run clippy, on the host and for the edge
	@scripts/check.sh

check-api: ## Ask each operation of the API 200 times what its document allows and forbids (EXAMPLES, SEED, ONLY=/staff/orders)
	@scripts/check-api.sh

supply-chain: ## Check licences, sources and advisories of all crates in the bundle with cargo-deny
	@scripts/supply-chain.sh

fuzz: ## Ask every parser what libFuzzer can think of, a minute each (SECONDS_EACH=600, TARGETS='markdown mails', KEEP=1)
	@scripts/fuzz.sh $(TARGETS)

bench: ## Measure the CPU time of each main page beside the least possible and beside Hono
	@scripts/provision.sh build && scripts/build-wasm.sh && . scripts/env.sh && OUT=$(OUT) node bench/run.mjs

scale: ## Measure pages and jobs among 100,000 customers beside five (ORGS=1000: sooner; needs 6 GB in TMPDIR and half an hour)
	@scripts/provision.sh build && scripts/build-wasm.sh && . scripts/env.sh && node --no-warnings bench/scale.mjs

load: ## Many people for a quarter of an hour, while one call in a hundred fails; nothing may be lost (MINUTES, PEOPLE)
	@scripts/provision.sh build edge && scripts/build-wasm.sh && . scripts/env.sh && node bench/load.mjs

build: ## Build the bundle that is deployed, if anything changed, and say how large it is
	@scripts/provision.sh build
	@scripts/build-wasm.sh

seed: ## Load the demo data from scratch into the portal that `make dev` runs
	@scripts/seed.sh

audit-verify: ## Find what was changed in the audit log of a copy of the database (COPY=copy.sql|copy.sqlite, ANCHORS='anchor.json ...')
	@. scripts/env.sh && node --no-warnings scripts/audit-verify.mjs $(COPY) $(ANCHORS)

deploy: ## Migrate and deploy production; asks first (YES=1: does not ask, SECRETS=file: for the first time)
	@scripts/deploy.sh

clean: ## Remove what was built or installed here, the local database and its secrets too
	rm -rf build target node_modules test-results .wrangler .dev.vars

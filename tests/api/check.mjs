// The API in workerd, held against its own document by schemathesis: what the document allows and what it forbids, some
// hundred requests for each operation, by somebody to whom everything is open.
//
//   make check-api                          EXAMPLES=200 SEED=20261122 by default
//   make check-api ONLY='/staff/orders'     operations whose path holds this

import { spawn } from "node:child_process";
import { join } from "node:path";

import { ROLES, seconds, root, start } from "../edge/portal.mjs";

const { EXAMPLES = "200", SEED = "20261122", ONLY = "", SCHEMATHESIS = "schemathesis" } = process.env;

/** Documented in general and true of each operation, so that they are worth looking at by a machine. */
const CHECKS = [
  "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
  "response_headers_conformance", "unsupported_method",
];

const portal = await start();
const customer = await portal.customer(["primary"]);
for (const role of ROLES) {
  await portal.sql("insert or ignore into role (org_id, role, contact_id) values (?1, ?2, ?3)", customer.id, role, customer.primary.id);
}
await portal.sql("insert into staff (person_id, role, created_at) values (?1, 'admin', ?2)", customer.primary.person, seconds());
const visitor = await portal.signedIn(customer.primary.email);
const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");

const args = [
  "run", join(root, "public/api/v1/openapi.json"), "--url", new URL("/", portal.url).href,
  "--checks", CHECKS.join(","), "--max-examples", EXAMPLES, "--seed", SEED, "--generation-database", "none",
  "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--suppress-health-check", "all",
  "--max-redirects", "0", "--warnings", "off", "--request-timeout", "20",
  ...(ONLY ? ["--include-path-regex", ONLY] : []),
];
const child = spawn(SCHEMATHESIS, args, {
  stdio: "inherit",
  env: { ...process.env, SCHEMATHESIS_HOOKS: "hooks", PYTHONPATH: join(root, "tests/api"), API_ORG: customer.id, API_COOKIE: cookie },
});
const code = await new Promise((done) => { child.on("close", done).on("error", () => done(127)); });
await portal.stop();
process.exit(code);

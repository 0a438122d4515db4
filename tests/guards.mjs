// Takes away one guard after the other and runs the host suite, which must fail each time: `make guards` (ONLY=stale).
// The list is tests/fixtures/guards.txt; behind a guard stands where to look first, and only if nothing fails there the whole
// suite is run, which takes a minute (QUICK=1: it is not).

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const built = execFileSync("cargo", ["test", "--test", "portal", "--no-run", "--message-format=json"], { encoding: "utf8", maxBuffer: 1 << 28 });
const binary = built.split("\n").filter(Boolean).map((it) => JSON.parse(it)).findLast((it) => it.executable)?.executable;
const lines = readFileSync(new URL("fixtures/guards.txt", import.meta.url), "utf8").split("\n");
const guards = lines.filter((it) => it && !it.startsWith("#")).map((line) => {
  const [, guard, first, why] = line.match(/^(.*?)(?: @ (.*?))?(?: -- (.*))?$/);
  return { guard: guard.trim(), first: first?.split(" ") ?? [], why };
});
/** Long ones, and those that look at the code and not at what it does. */
const SKIPPED = ["crash_points", "versions", "noise", "tidy", "health::", "invariants::each", "guards::the_list", "schema::schema_sql"];

let through = 0;
for (const { guard, first, why } of guards.filter((it) => it.guard.includes(process.env.ONLY ?? ""))) {
  const failed = (first.length > 0 && failures(guard, first)) || (!process.env.QUICK && failures(guard, [])) || [];
  const told = failed.length > 0 ? `${failed[0]}${failed.length > 1 ? ` and ${failed.length - 1} more` : ""}` : why ?? "NOTHING FAILED";
  if (failed.length === 0 && why === undefined) through += 1;
  console.log(`| \`${guard}\` | ${told} |`);
}
console.log(`${through} of ${guards.length} guards could be taken away unnoticed`);
process.exitCode = through > 0 ? 1 : 0;

/** Names of the tests that fail without it; none is `undefined`. */
function failures(guard, only) {
  const args = [...only, ...(only.length > 0 ? ["guards::without_"] : []), ...SKIPPED.flatMap((it) => ["--skip", it]), "--test-threads=2"];
  const { stdout } = spawnSync(binary, args, { encoding: "utf8", env: { ...process.env, WITHOUT: guard, RUST_BACKTRACE: "0", CARGO_MANIFEST_DIR: process.cwd() }, maxBuffer: 1 << 28 });
  const failed = [...stdout.matchAll(/^test (\S+) \.\.\. FAILED$/gm)].map((it) => it[1]);
  return failed.length > 0 ? failed : undefined;
}

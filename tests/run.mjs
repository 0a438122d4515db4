// Runs the suites one after the other, shows what they print, and closes with the one line `N passed, N failed`.
//
//   node tests/run.mjs [host] [edge] [browser]     without any: all of them
//
// A suite that cannot start counts as a failure, and so does a run in which nothing was tested: silence is not success.

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const SUITES = {
  host: { command: "cargo", args: ["test", "--locked", "--quiet"], count: countCargo },
  edge: { folder: "tests/edge", needsBundle: true, count: countNode, flags: ["--test-concurrency=2"] },
  browser: { folder: "tests/browser", needsBundle: true, count: countNode },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(", ")}; there are ${Object.keys(SUITES).join(", ")}.`);
  process.exit(2);
}

const results = [];
let bundle; // built once, before the first suite that needs it
for (const name of asked.length > 0 ? asked : Object.keys(SUITES)) {
  results.push({ name, ...(await runSuite(name, SUITES[name])) });
}
report(results);

async function runSuite(name, suite) {
  console.log(`\n── ${name} ${"─".repeat(70 - name.length)}`);
  const started = Date.now();
  let { command, args } = suite;
  if (suite.folder) {
    const files = testFiles(suite.folder);
    if (files.length === 0) return { passed: 0, failed: 0, note: `nothing in ${suite.folder} yet` };
    command = process.execPath;
    args = ["--test", "--test-force-exit", "--test-timeout=300000", "--test-reporter=spec", ...(suite.flags ?? []), ...files];
  }
  if (suite.needsBundle) {
    bundle ??= await run(join(root, "scripts/build-wasm.sh"), []);
    if (bundle.code !== 0) return { passed: 0, failed: 1, note: "could not start: the bundle was not built" };
  }
  const { code, output } = await run(command, args);
  const { passed, failed } = suite.count(output);
  const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  // A runner that failed without a failed test did not get as far as its tests, or died among them.
  if (code !== 0 && failed === 0) return { passed, failed: 1, note: `${seconds}, ended with ${code}` };
  return { passed, failed, note: seconds };
}

function testFiles(folder) {
  const at = join(root, folder);
  if (!existsSync(at)) return [];
  return readdirSync(at).filter((file) => file.endsWith(".test.mjs")).sort().map((file) => join(folder, file));
}

/** What it prints is shown at once and kept for counting. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: environment() });
    const chunks = [];
    child.stdout.on("data", (chunk) => { chunks.push(chunk); process.stdout.write(chunk); });
    child.stderr.on("data", (chunk) => { chunks.push(chunk); process.stderr.write(chunk); });
    child.on("error", (error) => { console.error(`${command}: ${error.message}`); resolve({ code: 127, output: "" }); });
    child.on("close", (code, signal) => {
      resolve({ code: code ?? signal, output: stripVTControlCharacters(Buffer.concat(chunks).toString()) });
    });
  });
}

function environment() {
  const colour = process.stdout.isTTY ? { CARGO_TERM_COLOR: "always", FORCE_COLOR: "1" } : {};
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env; // a runner inside a runner would report elsewhere
  return { ...inherited, ...colour };
}

/** One line for each test binary: `test result: ok. 14 passed; 0 failed; ...` */
function countCargo(output) {
  return total([...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)].map(([, passed, failed]) => [passed, failed]));
}

/** Its summary: `ℹ pass 14`, `ℹ fail 0`, `ℹ cancelled 0`. What was cancelled did not pass. */
function countNode(output) {
  const number = (word) => Number(output.match(new RegExp(`^ℹ ${word} (\\d+)$`, "m"))?.[1] ?? 0);
  return total([[number("pass"), number("fail") + number("cancelled")]]);
}

function total(pairs) {
  return pairs.reduce((sum, [passed, failed]) => ({ passed: sum.passed + Number(passed), failed: sum.failed + Number(failed) }), { passed: 0, failed: 0 });
}

function report(results) {
  console.log(`\n── all ${"─".repeat(67)}`);
  for (const { name, passed, failed, note } of results) {
    console.log(`${name.padEnd(10)}${`${passed} passed, ${failed} failed`.padEnd(26)}${note}`);
  }
  const passed = results.reduce((sum, it) => sum + it.passed, 0);
  let failed = results.reduce((sum, it) => sum + it.failed, 0);
  if (passed + failed === 0) {
    console.log("No test was run, which is a failure too.");
    failed = 1;
  }
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`\n${passed} passed, ${failed} failed`);
}

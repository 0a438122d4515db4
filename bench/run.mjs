// What a request costs, beside two others that do the same: `make bench`.
//
// Three Workers in one workerd, on one D1 database: the portal, the floor and Hono. They are asked in turn, a round of
// requests each, and the CPU time of the workerd process is read before and after each round. What the simulated D1 and
// KV cost is in all three. The ratio of a round is against the floor's round next to it; quoted are least, median, most.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare, convertV4MiniflareOptions as options } from "miniflare";

import { cpu, workerd } from "./process.mjs";
import { migrate } from "./statements.mjs";
import { templates } from "./templates.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = Number(process.env.ROUNDS ?? 9);
const REQUESTS = Number(process.env.REQUESTS ?? 300);
const WARM_UP = Number(process.env.WARM_UP ?? 150);
const SECRET = "0123456789abcdef0123456789abcdef";
const PASSWORD = "demo password, not for production";
const ACME = "01938a00-0000-7000-8000-000000000201";
const HEADERS = ["content-type", "cache-control", "content-security-policy", "strict-transport-security", "x-content-type-options",
  "referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy"];

const BILLING = ["licences", "licences/history", "payments", "pay"];
const PRIMARY = ["", "contacts", "roles", "orders", "orders/history"];
const PAGES = [
  ...PRIMARY.map((it) => ["primary@acme.example", `/o/${ACME}${it && "/"}${it}`]),
  ...BILLING.map((it) => ["billing@acme.example", `/o/${ACME}/${it}`]),
  ["primary@acme.example", "/me"],
  ["primary@acme.example", `/api/v1/organisations/${ACME}`],
  ["primary@acme.example", `/api/v1/organisations/${ACME}/contacts`],
  ["primary@acme.example", `/api/v1/organisations/${ACME}/orders`],
  ["billing@acme.example", `/api/v1/organisations/${ACME}/licences`],
  ["billing@acme.example", `/api/v1/organisations/${ACME}/licence-events`],
  ["billing@acme.example", `/api/v1/organisations/${ACME}/payment-records`],
];

const isMain = process.argv[1] === fileURLToPath(import.meta.url);
const scratch = mkdtempSync(join(tmpdir(), "bench-"));
// Other builds of the portal, `BESIDE=folder,folder`: what a change of the code is worth is seen in one run only.
const BESIDE = (process.env.BESIDE ?? "").split(",").filter((it) => it !== "");
const workers = ["portal", "floor", "hono", ...BESIDE.keys().map((at) => `beside${at}`)];
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
if (isMain) await main();

/** For whoever wants to look at the portal alone, such as with a profiler; each time at a fresh process. */
export async function measured(look, times = 1) {
  const pages = await record();
  for (let time = 0; time < times; time += 1) {
    const mf = new Miniflare(options({ workers: [portal("portal")], resourcePersistencePath: scratch, inspectorPort: 0 }));
    await mf.ready;
    await look({ mf, url: await mf.unsafeGetDirectURL("portal"), pages, ask });
    await mf.dispose();
  }
}

async function main() {
  const pages = await record();
  const { source, values } = templates(pages);
  writeFileSync(join(scratch, "recorded.json"), JSON.stringify(pages));
  writeFileSync(join(scratch, "values.json"), JSON.stringify(values));
  writeFileSync(join(scratch, "templates.js"), source);
  const others = await Promise.all(["floor", "hono"].map(async (name) => ({ name, contents: await bundled(name) })));
  const mf = new Miniflare(options({
    workers: [portal("portal"), ...BESIDE.map((folder, at) => portal(`beside${at}`, undefined, folder)), ...others.map(({ name, contents }) => ({ ...bindings(name), modules: [{ type: "ESModule", path: `${name}.js`, contents }] }))],
    resourcePersistencePath: scratch,
  }));
  await mf.ready;
  const urls = Object.fromEntries(await Promise.all(workers.map(async (it) => [it, await mf.unsafeGetDirectURL(it)])));
  const pid = workerd();
  const rows = [];
  const chosen = Object.entries(pages).filter(([path]) => path.match(process.env.ONLY ?? ""));
  // All of them before the first is measured: V8 compiles what is called often anew, and a page owes that to those before it.
  for (const [path, page] of chosen) for (const name of workers) await ask(urls[name], path, page, WARM_UP);
  for (const [path, page] of chosen) {
    const rounds = [];
    for (let at = 0; at < ROUNDS; at += 1) {
      const round = {};
      // A different one goes first each time, so that nobody always follows the same neighbour.
      for (const name of workers.map((_, i) => workers[(i + at) % workers.length])) {
        const [before, began] = [cpu(pid), performance.now()];
        await ask(urls[name], path, page, REQUESTS);
        round[name] = { cpu: (cpu(pid) - before) / REQUESTS, wall: (performance.now() - began) / REQUESTS };
      }
      rounds.push(round);
    }
    const row = { path: path.replace(ACME, "{org}"), bytes: page.body.length, rounds };
    rows.push(row);
    console.log(line(row));
  }
  const text = table(rows);
  console.log(`\n${text}`);
  if (BESIDE.length > 0) console.log(beside(rows));
  if (process.env.OUT) writeFileSync(process.env.OUT, text);
  await mf.dispose();
}

/** Signs in, asks for each page and notes what it took. */
async function record() {
  const mf = new Miniflare(options({ workers: [portal("portal", await bundled("recorder"))], resourcePersistencePath: scratch }));
  const db = await mf.getD1Database("DB", "portal");
  await migrate(db);
  const url = await mf.unsafeGetDirectURL("portal");
  const seeded = await fetch(new URL("/dev/seed", url), { method: "POST" });
  if (seeded.status !== 200) throw new Error(`the demo data: ${seeded.status} ${await seeded.text()}`);
  const cookies = {};
  for (const email of new Set(PAGES.map((it) => it[0]))) {
    const answer = await fetch(new URL("/api/v1/session", url), {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ email, password: PASSWORD }),
    });
    if (answer.status !== 200) throw new Error(`${email} cannot sign in: ${await answer.text()}`);
    cookies[email] = answer.headers.getSetCookie().map((it) => it.split(";")[0]).join("; ");
  }
  const pages = {};
  for (const [email, path] of PAGES) {
    const headers = { cookie: cookies[email] };
    await (await fetch(new URL(path, url), { headers })).text(); // KV knows the session and the organisation from here on
    await fetch(new URL("/api/v1/recorded", url));
    const answer = await fetch(new URL(path, url), { headers });
    const body = await answer.text();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    const { batches, keys } = await (await fetch(new URL("/api/v1/recorded", url))).json();
    if (batches.length !== 1) throw new Error(`${path} takes ${batches.length} round trips`);
    const kept = Object.fromEntries(HEADERS.map((name) => [name, answer.headers.get(name)]).filter((it) => it[1] !== null));
    pages[path] = { cookie: cookies[email], batch: batches[0], keys, headers: kept, body };
  }
  await mf.dispose();
  return pages;
}

function bindings(name) {
  return {
    name, compatibilityDate: "2026-11-01", modulesRoot: root, unsafeDirectSockets: [{}],
    d1Databases: { DB: "bench" }, kvNamespaces: { SESSIONS: "sessions", TOKENS: "tokens" }, r2Buckets: { DOCUMENTS: "documents" },
    queueProducers: { MAIL: "mail" },
    bindings: {
      ENVIRONMENT: "test", PORTAL_ORIGIN: "http://localhost:8787", VENDOR_NAME: "Meridian Software", VENDOR_TIME_ZONE: "Asia/Kolkata",
      SUPPORT_EMAIL: "support@vendor.example", HELPDESK_URL: "https://helpdesk.vendor.example/", BILLDESK_URL: "https://billdesk.vendor.example/",
      DOCUMENTATION_URL: "https://documentation.vendor.example/", GATEWAY_URL: "https://gateway.vendor.example/",
      EXTENSION_LIMIT_SCOPE: "licence", SESSION_KEYS: `k1:${SECRET}`, PASSWORD_PEPPER: `p1:${SECRET}`, SESSION_KEY: SECRET,
    },
  };
}

function portal(name, entry, folder = join(root, "build")) {
  const wasm = { type: "CompiledWasm", path: join(folder, "index_bg.wasm") };
  const main = entry ? { type: "ESModule", path: join(folder, "recorder.js"), contents: entry }
    : { type: "ESModule", path: join(folder, "index.js") };
  return { ...bindings(name), modulesRoot: join(folder, ".."), modules: [main, wasm] };
}

async function bundled(name) {
  const result = await build({
    entryPoints: [join(root, "bench", `${name}.mjs`)], bundle: true, write: false, format: "esm", minify: true, target: "es2024",
    external: ["cloudflare:*", "*.wasm"], nodePaths: [join(root, "node_modules")],
    plugins: [{
      name: "scratch",
      setup: (it) => it.onResolve({ filter: /^bench:/ }, ({ path }) => ({ path: join(scratch, path.slice("bench:".length)) })),
    }],
  });
  return result.outputFiles[0].text;
}

/** One after the other: what is measured is work, not waiting. */
async function ask(url, path, page, times) {
  for (let at = 0; at < times; at += 1) {
    const answer = await fetch(new URL(path, url), { headers: { cookie: page.cookie }, redirect: "manual" });
    const length = (await answer.arrayBuffer()).byteLength;
    if (answer.status !== 200 || length < page.body.length / 2) throw new Error(`${url}${path}: ${answer.status}, ${length} bytes`);
  }
}

function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted.at(-1) };
}

function facts(row) {
  const of = (name) => spread(row.rounds.map((it) => it[name].cpu)).median;
  const ratio = (other) => spread(row.rounds.map((it) => it.portal.cpu / it[other].cpu));
  return { portal: of("portal"), floor: of("floor"), hono: of("hono"), toFloor: ratio("floor"), toHono: ratio("hono") };
}

function line(row) {
  const { portal, floor, hono, toFloor, toHono } = facts(row);
  const three = (it) => `${it.min.toFixed(2)} ${it.median.toFixed(2)} ${it.max.toFixed(2)}`;
  return `| ${row.path} | ${(row.bytes / 1000).toFixed(1)} | ${portal.toFixed(2)} | ${floor.toFixed(2)} | ${hono.toFixed(2)} | ${three(toFloor)} | ${three(toHono)} |`;
}

/** By how much of its own time a build is above the floor, against how much the portal of this tree is. */
function beside(rows) {
  return rows.flatMap((row) => BESIDE.map((folder, at) => {
    const own = (name) => spread(row.rounds.map((it) => it[name].cpu - it.floor.cpu)).median;
    const ratio = spread(row.rounds.map((it) => it[`beside${at}`].cpu / it.portal.cpu));
    return `${row.path}  ${folder}: ${ratio.min.toFixed(2)} ${ratio.median.toFixed(2)} ${ratio.max.toFixed(2)} of the portal; `
      + `above the floor ${own(`beside${at}`).toFixed(2)} ms, the portal ${own("portal").toFixed(2)} ms`;
  })).join("\n");
}

function table(rows) {
  const machine = `${cpus().length} × ${cpus()[0].model}, ${process.platform}, Node ${process.versions.node}`;
  return [
    `Measured on ${machine}: ${ROUNDS} rounds of ${REQUESTS} requests a Worker and page, one at a time.`, "",
    "| page | kB | portal ms | floor ms | Hono ms | portal : floor (min median max) | portal : Hono (min median max) |",
    "|---|---:|---:|---:|---:|---|---|", ...rows.map(line), "",
  ].join("\n");
}

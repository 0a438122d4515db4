// What a fresh isolate costs: `node bench/cold.mjs [times]`, after `scripts/build-wasm.sh`.
//
// Compiling is what Cloudflare does once and keeps; instantiating and the first request are what somebody may wait for.
// V8 compiles a function when it is first called, so the first page is slower than the fiftieth.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { measured } from "./run.mjs";

const TIMES = Number(process.argv[2] ?? 7);
const bytes = readFileSync(new URL("../build/index_bg.wasm", import.meta.url));
const ms = (since) => performance.now() - since;
const found = { compile: [], instantiate: [], "first answer (/healthz)": [], "first page": [], "fiftieth page": [] };

for (let time = 0; time < TIMES; time += 1) {
  let began = performance.now();
  const module = new WebAssembly.Module(bytes);
  found.compile.push(ms(began));
  began = performance.now();
  new WebAssembly.Instance(module, nothing(module));
  found.instantiate.push(ms(began));
}

await measured(async ({ url, pages }) => {
  const [path, page] = Object.entries(pages)[0];
  const get = async (at, headers = {}) => (await fetch(new URL(at, url), { headers, redirect: "manual" })).arrayBuffer();
  let began = performance.now();
  await get("/healthz");
  found["first answer (/healthz)"].push(ms(began));
  for (let at = 1; at <= 50; at += 1) {
    began = performance.now();
    await get(path, { cookie: page.cookie });
    if (at === 1) found["first page"].push(ms(began));
    if (at === 50) found["fiftieth page"].push(ms(began));
  }
}, TIMES);

console.log(`| bundle | ${(bytes.length / 1000).toFixed(0)} kB, ${(gzipSync(bytes, { level: 9 }).length / 1000).toFixed(0)} kB gzipped |\n|---|---|`);
for (const [what, times] of Object.entries(found)) {
  const sorted = times.toSorted((a, b) => a - b);
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((it) => it.toFixed(1));
  console.log(`| ${what} | ${median} ms (${least} to ${most}) |`);
}

/** Imports that do nothing: enough to be instantiated, not to run. */
function nothing(module) {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    if (kind === "function") imports[from][name] = () => 0;
    else if (kind === "tag") imports[from][name] = new WebAssembly.Tag({ parameters: ["externref"] });
  }
  return imports;
}

// What a payment with five proofs of 5 MB costs: memory of the isolate and CPU time, both asked of V8 itself through the
// inspector of workerd. `node bench/upload.mjs`, on the bundle in build/.
//
// Memory is the JavaScript heap, what hangs on it outside, and the WebAssembly memory; what the simulated R2 and D1 take
// is in isolates of their own. It is sampled while the upload runs. Time is what the profiler saw running in the isolate,
// which on a busy machine counts the others, too; beside it stands the CPU time of the whole process with its simulated
// stores, which does not.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Miniflare, convertV4MiniflareOptions as options } from "miniflare";
import WebSocket from "ws";

import { cpu, workerd } from "./process.mjs";
import { migrate } from "./statements.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const SECRET = "0123456789abcdef0123456789abcdef";
const ACME = "01938a00-0000-7000-8000-000000000201";
const MB = 1024 * 1024;
const TIMES = Number(process.env.TIMES ?? 5);

const scratch = mkdtempSync(join(tmpdir(), "upload-"));
const mf = new Miniflare(options({
  inspectorPort: 0,
  resourcePersistencePath: scratch,
  workers: [{
    name: "portal", compatibilityDate: "2026-11-01", modulesRoot: root, unsafeDirectSockets: [{}],
    modules: [{ type: "ESModule", path: join(root, "build/index.js") }, { type: "CompiledWasm", path: join(root, "build/index_bg.wasm") }],
    d1Databases: { DB: "bench" }, kvNamespaces: { SESSIONS: "sessions", TOKENS: "tokens" }, r2Buckets: { DOCUMENTS: "documents" },
    queueProducers: { MAIL: "mail" },
    bindings: {
      ENVIRONMENT: "test", PORTAL_ORIGIN: "http://localhost:8787", VENDOR_NAME: "Meridian Software", VENDOR_TIME_ZONE: "Asia/Kolkata",
      SUPPORT_EMAIL: "support@vendor.example", SESSION_KEYS: `k1:${SECRET}`, PASSWORD_PEPPER: `p1:${SECRET}`,
    },
  }],
}));

async function main() {
  await migrate(await mf.getD1Database("DB", "portal"));
  const url = await mf.unsafeGetDirectURL("portal");
  const cookie = await signIn(url);
  const inspector = await Inspector.open();
  const pid = workerd();
  for (let at = 0; at < TIMES; at += 1) {
    const before = await inspector.memory();
    await inspector.call("Profiler.start");
    let peak = before;
    let running = true;
    const sampling = (async () => {
      while (running) {
        const now = await inspector.memory();
        if (now.all > peak.all) peak = now;
      }
    })();
    const [used, began] = [cpu(pid), performance.now()];
    const answer = await fetch(new URL(`/api/v1/organisations/${ACME}/payment-records`, url), {
      method: "POST", headers: { cookie }, body: payment(at),
    });
    const body = await answer.json();
    const [spent, wall] = [cpu(pid) - used, performance.now() - began];
    running = false;
    await sampling;
    const { profile } = await inspector.call("Profiler.stop");
    if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(body)}`);
    const mb = (bytes) => (bytes / MB).toFixed(1);
    console.log(`${at + 1}: ${busy(profile).toFixed(0)} ms in the isolate, ${spent.toFixed(0)} ms of CPU in the process, ${wall.toFixed(0)} ms in all; memory ${mb(before.all)} MB, at most ${mb(peak.all)} MB `
      + `(${mb(peak.all - before.all)} more; heap ${mb(peak.heap)}, outside ${mb(peak.outside)})`);
  }
  inspector.close();
}

function payment(at) {
  const form = new FormData();
  const fields = {
    invoice_number: `MER/UP/${at}`, currency: "INR", amount: "1,98,240.00", tax_deducted: "", paid_on: new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10),
    method: "neft", reference: `UTR ${at}`, note: "",
  };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (let file = 0; file < 5; file += 1) {
    const bytes = Buffer.alloc(5 * MB, 97 + file);
    for (let place = 0; place < bytes.length; place += 61) bytes[place] = (place * 31 + file) & 255;
    bytes.write("%PDF-1.7\n");
    bytes.write("\n%%EOF\n", bytes.length - 7);
    form.append("proof", new Blob([bytes]), `${file}.pdf`);
  }
  return form;
}

/** Milliseconds in which the isolate did something. */
function busy({ nodes, samples, timeDeltas }) {
  const idle = new Set(nodes.filter((it) => ["(idle)", "(program)"].includes(it.callFrame.functionName)).map((it) => it.id));
  return samples.reduce((sum, id, at) => idle.has(id) ? sum : sum + timeDeltas[at], 0) / 1000;
}

class Inspector {
  #next = 0;
  #waiting = new Map();

  static async open() {
    const inspector = new Inspector();
    const at = new URL((await mf.getInspectorURL()).href.replace(/^ws/, "http"));
    const targets = await (await fetch(new URL("/json", at))).json();
    const target = targets.find((it) => /portal/.test(`${it.id} ${it.title}`)) ?? targets[0];
    inspector.socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((open, failed) => inspector.socket.on("open", open).on("error", failed));
    inspector.socket.on("message", (text) => {
      const { id, result, error } = JSON.parse(text);
      const waiting = inspector.#waiting.get(id);
      inspector.#waiting.delete(id);
      if (error) waiting?.failed(new Error(error.message)); else waiting?.done(result);
    });
    for (const domain of ["Runtime", "Profiler"]) await inspector.call(`${domain}.enable`);
    return inspector;
  }

  call(method, params = {}) {
    const id = this.#next += 1;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((done, failed) => this.#waiting.set(id, { done, failed }));
  }

  async memory() {
    const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await this.call("Runtime.getHeapUsage");
    return { heap: usedSize, outside: embedderHeapUsedSize + backingStorageSize, all: usedSize + embedderHeapUsedSize + backingStorageSize };
  }

  close() {
    this.socket.close();
  }
}

async function signIn(url) {
  const seeded = await fetch(new URL("/dev/seed", url), { method: "POST" });
  if (seeded.status !== 200) throw new Error(`the demo data: ${seeded.status} ${await seeded.text()}`);
  const answer = await fetch(new URL("/api/v1/session", url), {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "billing@acme.example", password: "demo password, not for production" }),
  });
  return answer.headers.getSetCookie().map((it) => it.split(";")[0]).join("; ");
}

try {
  await main();
} finally {
  await mf.dispose();
  rmSync(scratch, { recursive: true, force: true });
}

// Whoever asks the portal something: a browser with its cookies or a program, from an address of its own.

import assert from "node:assert/strict";
import net from "node:net";

let addresses = 0;

/** No two visitors share an address, so nobody's attempts slow another one down. */
function newAddress() {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

/** What came back, read to its end. */
export class Answer {
  constructor(response, text) {
    this.status = response.status;
    this.headers = response.headers;
    this.text = text;
  }

  get json() {
    return JSON.parse(this.text);
  }

  /** `409 contact-limit` for a refusal of the API, else the status alone. */
  get says() {
    const problem = /^application\/problem\+json/.test(this.headers.get("content-type") ?? "");
    return problem ? `${this.status} ${this.json.type.replace("/problems/", "")}` : String(this.status);
  }

  /** Each cookie by its name: `{ value, flags }`. */
  get cookies() {
    return new Map(this.headers.getSetCookie().map((line) => {
      const [pair, ...flags] = line.split("; ");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      return [name, { value, flags }];
    }));
  }
}

export class Visitor {
  cookies = new Map();
  address = newAddress();

  constructor(harness) {
    this.harness = harness;
  }

  /** The same cookies on another connection. */
  twin() {
    const twin = new Visitor(this.harness);
    twin.cookies = new Map(this.cookies);
    return twin;
  }

  async ask(method, path, { headers = {}, body } = {}) {
    if (body instanceof FormData) { // the harness knows another FormData than Node's
      const form = new Response(body);
      headers = { "content-type": form.headers.get("content-type"), ...headers };
      body = new Uint8Array(await form.arrayBuffer());
    }
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await this.harness.fetch(path, {
      method,
      body,
      redirect: "manual",
      headers: { "cf-connecting-ip": this.address, ...(cookie && { cookie }), ...headers },
    });
    const answer = new Answer(response, await response.text());
    for (const [name, { value }] of answer.cookies) {
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  get(path, headers) {
    return this.ask("GET", path, { headers });
  }

  /** A program: `path` is below `/api/v1`, and nothing is sent where there is no `json`. */
  call(method, path, json, headers = {}) {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const type = json === undefined ? {} : { "content-type": "application/json" };
    return this.ask(method, `/api/v1${path}`, { headers: { ...type, ...headers }, body });
  }

  /** A browser that sends a form. */
  submit(path, fields, headers = {}) {
    const body = new URLSearchParams(fields).toString();
    const type = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
    return this.ask("POST", path, { headers: { ...type, ...headers }, body });
  }

  signIn(email, password) {
    return this.call("POST", "/session", { email, password });
  }

  /** The answer to `GET /api/v1/me`, which is 401 for whoever is not signed in. */
  me() {
    return this.call("GET", "/me");
  }
}

/**
 * The bytes exactly as given, for what no client would send. `head` is the request line and the headers, a line each,
 * and `\xff` in it is the byte 255.
 */
export function rawRequest(url, head, body = "") {
  const lines = [...head, `host: ${url.host}`, "connection: close", "", ""];
  const bytes = Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), Buffer.from(body, "latin1")]);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), url.hostname);
    const chunks = [];
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no answer to ${head[0].slice(0, 80)}`)));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      const text = Buffer.concat(chunks).toString("latin1");
      const [, status] = text.match(/^HTTP\/1\.1 (\d{3})/) ?? assert.fail(`not HTTP: ${text.slice(0, 200)}`);
      const end = text.indexOf("\r\n\r\n");
      resolve({ status: Number(status), head: text.slice(0, end).toLowerCase(), body: text.slice(end + 4) });
    });
    socket.write(bytes);
  });
}

/** `count` of them at once; `deed` gets a number from 0. */
export function together(count, deed) {
  return Promise.all(Array.from({ length: count }, (_, index) => deed(index)));
}

/** How often each answer was given: `{ "201": 5, "409 contact-limit": 35 }`. */
export function tally(answers) {
  const counts = {};
  for (const { says } of answers) counts[says] = (counts[says] ?? 0) + 1;
  return counts;
}

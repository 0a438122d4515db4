// What is served without running any code of ours: the files of public/.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { rawRequest, root, start } from "./portal.mjs";

const TYPES = {
  css: "text/css; charset=utf-8",
  ico: /^image\//,
  js: "text/javascript; charset=utf-8",
  json: /^application\/json/,
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
};

const files = readdirSync(join(root, "public"), { recursive: true, withFileTypes: true })
  .filter((it) => it.isFile() && !it.name.startsWith("_"))
  .map((it) => join(it.parentPath, it.name).slice(join(root, "public").length));

let portal;
before(async () => { portal = await start(); });
after(() => portal.stop());

test("each file is served as it is, with its type and the headers of a file that does nothing", async () => {
  for (const name of ["/app.css", "/app.js", "/favicon.svg", "/robots.txt"]) assert.ok(files.includes(name), name);
  for (const path of files) {
    const response = await portal.harness.fetch(path);
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.equal(response.status, 200, path);
    const type = response.headers.get("content-type");
    assert.ok(bytes.equals(readFileSync(join(root, "public", path))), `${path} is another file`);
    const expected = TYPES[path.split(".").at(-1)] ?? assert.fail(`${path} has a type that nobody expects`);
    assert.ok(expected.test?.(type) ?? type === expected, `${path}: ${type}`);
    isSafe(response.headers, path);
    assert.match(response.headers.get("cache-control"), /^public, max-age=\d+/, path);
    assert.equal(response.headers.get("set-cookie"), null);
  }
});

test("a browser that has a file already gets 304", async () => {
  const first = await portal.visitor().get("/app.css");
  const second = await portal.visitor().get("/app.css", { "if-none-match": first.headers.get("etag") });
  assert.deepEqual([second.status, second.text], [304, ""]);
});

test("HEAD says the same and sends nothing", async () => {
  for (const path of ["/app.css", "/app.js"]) {
    const [get, head] = [await portal.visitor().get(path), await portal.visitor().ask("HEAD", path)];
    assert.deepEqual([head.status, head.text], [200, ""]);
    for (const name of ["content-type", "etag", "cache-control"]) assert.equal(head.headers.get(name), get.headers.get(name));
  }
});

test("no file stands before a page, and no folder lists what it has", async () => {
  assert.deepEqual(files.filter((it) => /\.html?$/.test(it)), []);
  for (const path of ["/index.html", "/sign-in.html", "/sign-in/", "/_headers", "/_redirects", "/app.css/", "/.well-known/",
    "/app", "/App.css", "/%2e%2e/wrangler.toml", "/..%2fwrangler.toml", "/.dev.vars", "/build/index.js", "/schema.sql"]) {
    const answer = await portal.visitor().get(path);
    assert.equal(answer.status, 404, path);
    assert.match(answer.text, /There is nothing here/, path);
  }
  const { status, body } = await rawRequest(portal.url, ["GET /../wrangler.toml HTTP/1.1"]);
  assert.equal(status, 404);
  assert.doesNotMatch(body, /compatibility_date/);
  assert.match((await portal.visitor().get("/sign-in")).text, /<title>Sign in/);
});

test("the description of the API is served where the contract says", async () => {
  const { openapi, paths } = (await portal.visitor().get("/api/v1/openapi.json")).json;
  assert.match(openapi, /^3\.1\./);
  assert.ok(Object.keys(paths).length > 10); // that each call is among them, the host suite knows
});

test("a file is not written to", async () => {
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    assert.equal((await portal.visitor().ask(method, "/app.css")).status, 405, method);
  }
});

/** Of a file: it may do nothing at all, wherever it is opened. */
function isSafe(headers, path) {
  const policy = headers.get("content-security-policy");
  for (const part of ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) {
    assert.ok(policy?.includes(part), `${path}: ${policy}`);
  }
  assert.equal(headers.get("x-content-type-options"), "nosniff", path);
  assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin", path);
  const [, age] = headers.get("strict-transport-security")?.match(/^max-age=(\d+); includeSubDomains/) ?? [];
  assert.ok(Number(age) >= 31_536_000, path);
  assert.ok(headers.has("referrer-policy") && headers.has("permissions-policy"), path);
  assert.equal(headers.get("access-control-allow-origin"), null, path);
}

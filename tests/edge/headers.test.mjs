// What every answer of the portal carries, on every address it has (tests/fixtures/routes.csv), whoever asks.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { PASSWORD, ROLES, rawRequest, root, start } from "./portal.mjs";

const routes = readFileSync(join(root, "tests/fixtures/routes.csv"), "utf8").trim().split("\n").slice(1)
  .map((line) => line.split(",")).map(([method, path]) => ({ method, path }));
const paths = [...new Set(routes.map((it) => it.path))];

let portal, customer, primary;
before(async () => {
  portal = await start();
  customer = await portal.customer([...ROLES, "guest"]);
  primary = await portal.signedIn(customer.primary.email);
});
after(() => portal.stop());

/** The address of a record that is there where the test can know one, else of one that is not. */
function address(path, of = customer) {
  return path.replace("{org}", of.id).replace("{contact}", of.guest.id).replace(/\{\w+\}/g, "0");
}

test("every page and every call carries the headers, signed in or not, found or not; no page is large or brings a script", async () => {
  assert.ok(paths.length > 30);
  const everything = [...routes.filter((it) => it.method === "GET").map((it) => it.path), "/no-such-page", "/api/v1/no-such-call"];
  for (const visitor of [portal.visitor(), primary]) {
    for (const path of everything) {
      const answer = await visitor.get(address(path));
      assert.ok(answer.status < 500, `${path}: ${answer.status}`);
      isDressed(answer, path);
      if (!path.startsWith("/api/") && !path.startsWith("/dev/")) isLight(answer.text, path);
    }
  }
});

test("so does every refusal and every deed", async () => {
  const refused = [
    await primary.ask("POST", `/o/${customer.id}/contacts`, { headers: { "sec-fetch-site": "cross-site" } }),
    await primary.call("POST", `${customer.path}/contacts`, { display_name: "" }),
    await primary.ask("DELETE", "/sign-in"),
    await portal.visitor().get("/"),
    await portal.visitor().signIn("nobody@unknown.example", "wrong"),
    await portal.visitor().signIn(customer.primary.email, PASSWORD),
    await (await portal.signedIn(customer.primary.email)).submit("/sign-out", {}),
  ];
  assert.deepEqual(refused.map((it) => it.status), [403, 422, 405, 303, 401, 200, 303]);
  for (const answer of refused) isDressed(answer, `${answer.status}`);
});

test("pages that a token passes through tell nobody where they were", async () => {
  for (const path of ["/verify", "/password", "/setup"]) {
    const visitor = portal.visitor();
    for (const answer of [await visitor.get(path), await visitor.submit(path, { token: "x" })]) {
      assert.equal(answer.headers.get("referrer-policy"), "no-referrer", path);
      assert.equal(answer.headers.get("cache-control"), "no-store", path);
    }
  }
});

test("a mail that is looked at can do nothing", async () => {
  const { email } = customer.technical;
  await portal.visitor().call("POST", "/password-resets", { email });
  const { id } = await portal.mailWithLink(email, "password");
  const answer = await portal.visitor().get(`/dev/mail/${id}/html`);
  assert.equal(answer.status, 200);
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /^default-src 'none'; /);
  assert.match(policy, /sandbox$/);
  assert.doesNotMatch(policy, /script|allow-/);
  assert.doesNotMatch(answer.text, /<script|https?:\/\/(?!localhost:8787)[^"<]*\.(png|gif|jpe?g)/, "no script, no picture from elsewhere");
});

test("both cookies of a sign-in arrive, and only the portal can read them", async () => {
  const { cookies } = await portal.visitor().signIn(customer.primary.email, PASSWORD);
  assert.deepEqual([...cookies.keys()].sort(), ["__Host-device", "__Host-session"]);
  for (const [name, { value, flags }] of cookies) {
    assert.match(value, /^[\w-]+\.[\w-]+\.[\w-]+$/, name);
    const [, age] = flags.find((it) => it.startsWith("Max-Age=")).split("=");
    assert.ok(Number(age) > 0, name);
    assert.deepEqual(flags.filter((it) => !it.startsWith("Max-Age=")), ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"], name);
  }
  const { head } = await rawRequest(portal.url, [
    "POST /api/v1/session HTTP/1.1", "content-type: application/json", "cf-connecting-ip: 192.0.2.1",
    `content-length: ${Buffer.byteLength(JSON.stringify({ email: customer.primary.email, password: PASSWORD }))}`,
  ], JSON.stringify({ email: customer.primary.email, password: PASSWORD }));
  assert.equal(head.match(/^set-cookie: /gm).length, 2, "two lines, not one joined by a comma");
});

test("nothing but the right credentials sets a session", async () => {
  const other = await portal.customer(["primary", "guest"]);
  let visitor = portal.visitor();
  for (const { method, path } of routes.filter((it) => it.path !== "/dev/seed")) {
    if (!visitor.cookies.has("__Host-session")) visitor = await portal.signedIn(other.primary.email);
    const before = visitor.cookies.get("__Host-session");
    await visitor.ask(method, address(path, other), method === "GET" ? {} : { body: "{}" });
    assert.ok([before, undefined].includes(visitor.cookies.get("__Host-session")), `${method} ${path}`);
  }
});

test("each path says which methods it knows, and refuses the others", async () => {
  for (const path of paths) {
    const known = routes.filter((it) => it.path === path).map((it) => it.method);
    const allowed = [...known, ...(known.includes("GET") ? ["HEAD"] : [])].sort();
    const others = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((it) => !known.includes(it));
    await Promise.all(others.map(async (method) => {
      const answer = await primary.ask(method, address(path));
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.deepEqual(answer.headers.get("allow").split(/,\s*/).sort(), allowed, `${method} ${path}`);
      if (path.startsWith("/api/")) assert.equal(answer.says, "405 method-not-allowed");
    }));
  }
});

test("TRACE is not answered with what was asked", async () => {
  const { status, body } = await rawRequest(portal.url, ["TRACE /sign-in HTTP/1.1", "cookie: __Host-session=secret"]);
  assert.equal(status, 405);
  assert.doesNotMatch(body, /secret/);
});

test("HEAD says what GET says and sends no body", async () => {
  for (const { path } of routes.filter((it) => it.method === "GET")) {
    const [get, head] = [await primary.get(address(path)), await primary.ask("HEAD", address(path))];
    assert.equal(head.status, get.status, path);
    for (const name of ["content-type", "content-security-policy", "cache-control", "location", "etag"]) {
      assert.equal(head.headers.get(name), get.headers.get(name), `${name} of ${path}`);
    }
  }
  const { status, body } = await rawRequest(portal.url, ["HEAD /sign-in HTTP/1.1"]);
  assert.deepEqual([status, body], [200, ""]);
});

test("what is not there is a page for people and a problem for programs, and both are 404", async () => {
  const page = await primary.get("/no-such-page");
  assert.equal(page.status, 404);
  assert.match(page.headers.get("content-type"), /^text\/html; charset=utf-8$/i);
  assert.match(page.text, /<h1[^>]*>There is nothing here/);
  assert.match(page.text, /href="\/"/, "a way on");
  const problem = await primary.call("GET", "/no-such-call");
  assert.equal(problem.says, "404 not-found");
  assert.deepEqual(Object.keys(problem.json).sort(), ["detail", "errors", "request_id", "status", "title", "type"]);
  assert.equal(problem.json.request_id, problem.headers.get("x-request-id"));
});

/** Of a page: small, and all that it does stands in files of its own. */
function isLight(text, path) {
  assert.ok(Buffer.byteLength(text) <= 40_000, `${path}: ${Buffer.byteLength(text)}`);
  assert.doesNotMatch(text, /<script(?![^>]*\b(defer|async|type="module"))/, path);
  assert.doesNotMatch(text, /<script[^>]*>[^<]|\sstyle="|<style|\son\w+="|javascript:/, path);
}

function isDressed({ headers, status }, path) {
  const is = (name, expected) => assert.equal(headers.get(name), expected, `${name} of ${path} (${status})`);
  const policy = new Map((headers.get("content-security-policy") ?? "").split(/;\s*/).map((it) => [it.split(" ")[0], it]));
  const word = (name) => policy.get(name)?.slice(name.length + 1);
  assert.equal(word("default-src"), "'none'", path);
  if (!path.startsWith("/dev/mail/")) {
    for (const name of ["script-src", "style-src", "form-action"]) assert.equal(word(name), "'self'", `${name} of ${path}`);
    for (const name of ["object-src", "base-uri", "frame-ancestors"]) assert.equal(word(name), "'none'", `${name} of ${path}`);
    assert.doesNotMatch(headers.get("content-security-policy"), /unsafe|\*|data:|http/, path);
  }
  is("x-content-type-options", "nosniff");
  is("cross-origin-opener-policy", "same-origin");
  is("cross-origin-resource-policy", "same-origin");
  is("cache-control", "no-store");
  is("access-control-allow-origin", null);
  const [, age] = headers.get("strict-transport-security")?.match(/^max-age=(\d+); includeSubDomains/) ?? [];
  assert.ok(Number(age) >= 31_536_000, path);
  assert.ok(["same-origin", "no-referrer"].includes(headers.get("referrer-policy")), path);
  assert.ok(headers.has("permissions-policy"), path);
  assert.match(headers.get("x-request-id"), /^[\w-]{36}$/, path);
}

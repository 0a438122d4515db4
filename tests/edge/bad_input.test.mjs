// What no well-behaved client sends, at the real edge: a clear answer, nothing half done, and the next request works.
//
// A crash shows in three ways: a 500, a request that hangs ("the code had hung"), and complaints in the log, which
// `stop` looks for.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { ACME, PASSWORD, claims, rawRequest, start } from "./portal.mjs";

let portal, customer, primary, billing, admin, desk, deeds;
before(async () => {
  portal = await start();
  customer = await portal.customer(["primary", "billing"]);
  primary = await portal.signedIn(customer.primary.email);
  billing = await portal.signedIn("billing@acme.example");
  admin = await portal.signedIn("admin@vendor.example");
  desk = await onTheDesk();
  deeds = await deedsOfStaff();
});
afterEach(async () => {
  assert.equal(await deedsOfStaff(), deeds, "nothing was done at the vendor's side either");
  assert.equal((await primary.me()).status, 200, "the portal still answers, and the same isolate does");
  assert.equal(await portal.value("select count(*) from contact where org_id = ?1", customer.id), 2, "nothing was done");
});
after(() => portal.stop());

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

const ANY = { "if-match": "*" };

/** Something for each desk to decide about. */
async function onTheDesk() {
  const one = (table) => portal.value(`select id from ${table} where org_id = ?1 limit 1`, ACME);
  const [product] = await portal.sql("select id from product limit 1");
  const made = async (path, body) => {
    const answer = await admin.call("POST", `/staff${path}`, body);
    assert.equal(answer.status, 201, answer.text);
    return answer.json.id;
  };
  return {
    licence: await one("licence"), payment: await one("payment_record"), order: await one("sales_order"),
    subscription: await one("subscription"), product: product.id, contact: await one("contact"),
    partner: await portal.value("select id from partner limit 1"),
    member: await portal.value("select person_id from staff where role <> 'admin' limit 1"),
    notice: await made("/notifications", { title: "A draft of a test", body: "It stays one.", category: "general" }),
    key: await made("/api-keys", { name: "Of a test", scopes: ["sales"], expires_on: "2027-06-30" }),
  };
}

function deedsOfStaff() {
  return portal.value("select count(*) from audit where actor_id = (select id from person where email = 'admin@vendor.example')");
}

/** Those of the vendor's side: a page and its call for each deed that has both. */
const staffReaders = () => [
  [`/organisations`, `/organisations`], [`/organisations/${ACME}/edit`, `PATCH /organisations/${ACME}`],
  [`/organisations/${ACME}/primary`, `/organisations/${ACME}/primary`],
  [`/partners`, `/partners`], [`/partners/${desk.partner}/edit`, `PATCH /partners/${desk.partner}`],
  [`/organisations/${ACME}/orders`, `/organisations/${ACME}/orders`], [null, "/orders"], [null, "/usage"],
  [`/organisations/${ACME}/orders/${desk.order}/cancellation`, `/organisations/${ACME}/orders/${desk.order}/cancellation`],
  [`/organisations/${ACME}/subscriptions/${desk.subscription}/cancellation`, `/organisations/${ACME}/subscriptions/${desk.subscription}/cancellation`],
  [`/licences/${desk.licence}`, `PATCH /licences/${desk.licence}`],
  [`/payments/${desk.payment}/decisions`, `/payment-records/${desk.payment}/decisions`],
  [`/payments/${desk.payment}/notes`, `/payment-records/${desk.payment}/notes`],
  [`/products`, `/products`], [`/products/${desk.product}`, `PATCH /products/${desk.product}`],
  [`/notifications`, `/notifications`], [`/notifications/${desk.notice}/edit`, `PATCH /notifications/${desk.notice}`],
  [`/notifications/${desk.notice}/pin`, null],
  [`/members`, `/members`], [`/members/${desk.member}/role`, `PATCH /members/${desk.member}`],
  [`/keys`, `/api-keys`], [`/keys/${desk.key}/rotation`, `/api-keys/${desk.key}/rotation`],
  [`/sign-on`, null], [`/organisations/${ACME}/contacts/${desk.contact}/view-as`, null],
].flatMap(([page, call]) => [
  ...(page ? [["POST", `/staff${page}`, FORM_TYPE, admin]] : []),
  ...(call ? [staffCall(call)] : []),
]);

function staffCall(call) {
  const [method, path] = call.startsWith("PATCH ") ? call.split(" ") : ["POST", call];
  return [method, `/api/v1/staff${path}`, { ...JSON_TYPE, ...(method === "PATCH" && ANY) }, admin];
}

/** Every place that reads a body, with its face. */
const readers = () => [
  ...staffReaders(),
  ["POST", `/api/v1/organisations/${ACME}/extension-requests`, JSON_TYPE, billing], ["POST", `/o/${ACME}/licences/extension-requests`, FORM_TYPE, billing],
  ["POST", "/api/v1/session", JSON_TYPE], ["POST", "/sign-in", FORM_TYPE],
  ["POST", "/api/v1/password-resets", JSON_TYPE], ["POST", "/forgot-password", FORM_TYPE],
  ["POST", "/api/v1/password-resets/confirm", JSON_TYPE], ["POST", "/password", FORM_TYPE],
  ["POST", "/api/v1/verifications/confirm", JSON_TYPE], ["POST", "/verify", FORM_TYPE],
  ["PATCH", "/api/v1/me", { ...JSON_TYPE, "if-match": "*" }], ["POST", "/me/name", FORM_TYPE],
  ["PUT", "/api/v1/me/password", JSON_TYPE], ["POST", "/me/password", FORM_TYPE],
  ["POST", `/o/${customer.id}/notifications/preferences`, FORM_TYPE], ["POST", `/o/${customer.id}/pay`, FORM_TYPE],
  ["PATCH", `/api/v1${customer.path}`, { ...JSON_TYPE, "if-match": "*" }], ["POST", `/o/${customer.id}/name`, FORM_TYPE],
  ["POST", `/api/v1${customer.path}/contacts`, JSON_TYPE], ["POST", `/o/${customer.id}/contacts`, FORM_TYPE],
  ["PUT", `/api/v1${customer.path}/roles`, { ...JSON_TYPE, "if-match": "*" }], ["POST", `/o/${customer.id}/roles`, FORM_TYPE],
];

const isJson = ([, path]) => path.startsWith("/api/");
const isForm = (it) => !isJson(it);

async function refused(places, body, expected, headers = {}) {
  await Promise.all(places.map(async ([method, path, type, who]) => {
    const answer = await (who ?? primary).ask(method, path, { headers: { ...type, ...headers }, body });
    assert.equal(answer.status, expected, `${method} ${path}: ${answer.text.slice(0, 300)}`);
    if (path.startsWith("/api/")) assert.match(answer.headers.get("content-type"), /^application\/problem\+json/, path);
  }));
}

const everywhere = (body, expected, headers) => refused(readers(), body, expected, headers);
/** One that anybody may ask and one behind a door read bodies as all the others do. */
const asProgram = (body, expected, headers) => refused(
  [["POST", "/api/v1/verifications/confirm", JSON_TYPE], ["POST", `/api/v1${customer.path}/contacts`, JSON_TYPE]], body, expected, headers);

test("a body of more than 1 MB is 413, everywhere, whether it says its length or not", async () => {
  await everywhere("x".repeat(1_050_000), 413);
  for (const [method, path, type] of readers().slice(-6)) {
    const stream = new ReadableStream({
      pull(controller) {
        this.sent = (this.sent ?? 0) + 1;
        if (this.sent > 16) controller.close();
        else controller.enqueue(new Uint8Array(64 * 1024).fill(120));
      },
    });
    const response = await portal.harness.fetch(path, { method, headers: { ...type, cookie: cookieOf(primary) }, body: stream, duplex: "half" });
    assert.equal(response.status, 413, `${method} ${path}`);
    await response.text();
  }
});

test("a body of the limit is read, and one byte more is not", async () => {
  const ask = (length) => {
    const empty = JSON.stringify({ email: "a@b.example", password: "" });
    const body = JSON.stringify({ email: "a@b.example", password: "p".repeat(length - empty.length) });
    return portal.visitor().ask("POST", "/api/v1/session", { headers: JSON_TYPE, body });
  };
  assert.equal((await ask(64 * 1024)).says, "401 bad-credentials");
  assert.equal((await ask(64 * 1024 + 1)).says, "413 too-large");
});

test("a body that is not UTF-8, not JSON, not an object is 422", async () => {
  await refused(readers().filter(isJson), Uint8Array.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 422);
  await refused(readers().filter(isForm), "a=%ff%fe&b=%c3%28", 422);
  await refused(readers().filter(isForm), Uint8Array.from([0x61, 0x3d, 0xff]), 422);
  for (const bytes of [[0xff, 0xfe, 0x7b], [0xed, 0xa0, 0x80], [0]]) await asProgram(Uint8Array.from(bytes), 422);
  for (const body of ["", "{", "[]", "null", "7", '"text"', "{}{}", "{'a':1}", "NaN", '{"a":1e999}', "\ufeff{}"]) {
    await asProgram(body, 422);
  }
});

test("JSON of a depth to drown in is 422", async () => {
  const depth = 30_000;
  for (const body of ["[".repeat(depth), `{"email":${"[".repeat(depth)}${"]".repeat(depth)}}`,
    `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, `{"email":${"[".repeat(127)}${"]".repeat(127)}}`]) {
    await asProgram(body, 422);
  }
});

test("thousands of fields, or one of them twice, are 422 and no flood", async () => {
  const many = `{${Array.from({ length: 4000 }, (_, index) => `"f${index}":1`).join()}}`;
  await asProgram(many, 422);
  const answer = await primary.ask("POST", "/api/v1/session", { headers: JSON_TYPE, body: many });
  assert.ok(answer.text.length < 20_000, `${answer.text.length}`);
  const twice = await primary.ask("POST", "/api/v1/session", { headers: JSON_TYPE, body: '{"email":"a@b.example","email":"c@d.example","password":"p"}' });
  assert.equal(twice.says, "422 invalid");
});

test("a media type that is not asked for is 415", async () => {
  const types = ["multipart/form-data; boundary=x", "application/xml", "", "application/json, text/html", "/", "\u00e9"];
  await everywhere("{}", 415, { "content-type": "text/plain" });
  for (const type of types) await asProgram("{}", 415, { "content-type": type });
  await refused(readers().filter(isJson), "a=b", 415, FORM_TYPE);
  await refused(readers().filter(isForm), "{}", 415, JSON_TYPE);
});

test("a path that is not UTF-8 or names nothing is not found", async () => {
  const parts = ["%ff%fe", "%00", "%zz", "%", "%2e%2e%2f", "%c3%28", "%F0%9F%A6%80", "a".repeat(37), "'%20or%201=1", "%0d%0aset-cookie:a=b", "%E2%80%AE"];
  for (const part of parts) {
    for (const path of [`/o/${part}`, `/o/${part}/contacts`, `/o/${customer.id}/contacts/${part}/removal`, `/${part}`, `/dev/mail/${part}/html`]) {
      const answer = await primary.get(path);
      assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
      assert.equal(answer.headers.get("set-cookie"), null);
    }
    const call = await primary.call("GET", `/organisations/${part}/contacts`);
    assert.ok(["404 not-found", "400"].includes(call.says), `${part}: ${call.says}`);
    const person = await primary.call("DELETE", `/me/sessions/${part}`);
    assert.ok(["404 not-found", "400"].includes(person.says), `${part}: ${person.says}`);
  }
  for (const line of ["GET /o/\xff\xfe HTTP/1.1", "GET /\x80 HTTP/1.1", "GET /sign-in?to=\xff\xfe HTTP/1.1", "GET //evil.example/ HTTP/1.1"]) {
    const { status } = await rawRequest(portal.url, [line]);
    assert.ok(status < 500, `${JSON.stringify(line)}: ${status}`);
  }
});

test("an address of 15 kB and a header of 30 kB are read", async () => {
  for (const path of [`/${"a".repeat(15_000)}`, `/o/${"a".repeat(15_000)}`, `/o/${customer.id}/${"a/".repeat(7500)}`]) {
    assert.equal((await primary.get(path)).status, 404);
  }
  assert.equal((await primary.get(`/sign-in?to=/o/${"a".repeat(15_000)}`)).status, 200);
  assert.equal((await portal.visitor().get(`/o/${"%C3%A9".repeat(2500)}`)).status, 303);
  for (const name of ["user-agent", "x-anything", "if-match", "idempotency-key", "origin", "accept"]) {
    const answer = await primary.get("/", { [name]: "a".repeat(30_000) });
    assert.ok([303, 422].includes(answer.status), `${name}: ${answer.status}`);
  }
});

test("bytes that are no ASCII in a header are no reason to fall over", async () => {
  for (const name of ["user-agent", "cookie", "accept", "origin", "sec-fetch-site", "if-match", "idempotency-key",
    "content-type", "cf-connecting-ip", "authorization", "x-anything", "referer", "accept-language"]) {
    for (const value of ["caf\xe9", "\xff\xfe\x80", "\xf0\x9f\xa6\x80", "a\tb"]) {
      for (const line of ["GET /sign-in HTTP/1.1", `GET /api/v1${customer.path} HTTP/1.1`]) {
        const { status } = await rawRequest(portal.url, [line, `${name}: ${value}`]);
        assert.ok([200, 401].includes(status), `${name} ${JSON.stringify(value)} ${line}: ${status}`);
      }
    }
  }
  const body = JSON.stringify({ display_name: "A", email: "a@b.example" });
  const key = ["idempotency-key: caf\xe9", `cookie: ${cookieOf(primary)}`, "content-type: application/json", `content-length: ${body.length}`];
  const { status } = await rawRequest(portal.url, [`POST /api/v1${customer.path}/contacts HTTP/1.1`, ...key], body);
  assert.equal(status, 422, "a key that cannot be read is not no key");
});

test("a header that comes twice is no way in", async () => {
  const status = async (...lines) => (await rawRequest(portal.url, ["GET /api/v1/me HTTP/1.1", ...lines])).status;
  const [real, planted] = [`__Host-session=${primary.cookies.get("__Host-session")}`, "__Host-session=planted"];
  assert.equal(await status(`cookie: ${real}`), 200);
  assert.equal(await status(`cookie: ${real}; ${planted}`), 401, "whoever plants cookies takes nobody's place");
  assert.equal(await status(`cookie: ${planted}; ${real}`), 401);
  assert.equal(await status(`cookie: ${planted}`, `cookie: ${real}`), 401);
  for (const name of ["user-agent", "accept", "content-type", "cf-connecting-ip", "authorization"]) {
    assert.equal(await status(`${name}: a`, `${name}: b`), 401, name);
  }
  const body = "{}";
  const post = [`cookie: ${real}`, "content-type: application/json", `content-length: ${body.length}`];
  const ask = async (...lines) => (await rawRequest(portal.url, [`POST /api/v1${customer.path}/contacts HTTP/1.1`, ...post, ...lines], body)).status;
  assert.equal(await ask("sec-fetch-site: same-origin", "sec-fetch-site: cross-site"), 403);
  assert.equal(await ask("origin: http://localhost:8787", "origin: https://evil.example"), 403);
  assert.equal(await ask("idempotency-key: a", "idempotency-key: b"), 422);
});

test("a forged device cookie does not get round the throttle", async () => {
  const { email } = (await portal.customer()).primary;
  const owner = await portal.signedIn(email);
  const real = owner.cookies.get("__Host-device");
  for (let guess = 0; guess < 6; guess += 1) await portal.visitor().signIn(email, "wrong");
  const known = (value) => {
    const visitor = portal.visitor();
    visitor.cookies.set("__Host-device", value);
    return visitor.signIn(email, PASSWORD);
  };
  for (const value of ["x", real.slice(0, -1), `${real}A`, primary.cookies.get("__Host-device"), owner.cookies.get("__Host-session")]) {
    assert.equal((await known(value)).says, "429 slow-down");
  }
  assert.equal((await known(real)).status, 200);
});

test("a cookie that is forged, cut off, planted or of somebody else opens nothing", async () => {
  const real = primary.cookies.get("__Host-session");
  const [head, payload, signature] = real.split(".");
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const other = claims((await portal.signedIn("primary@acme.example")).cookies.get("__Host-session"));
  const forged = [
    "", ".", "..", "...", "a.b.c", real.slice(0, -1), real.slice(0, -10), real.slice(1), `${real}A`, `${real}.`, `${head}.${payload}`,
    `${head}.${payload}.`, `${head}.${payload}.${signature.slice(0, 10)}`, `${payload}.${head}.${signature}`,
    `${head}.${encode({ ...claims(real), sub: other.sub, sid: other.sid })}.${signature}`,
    `${head}.${encode({ ...claims(real), exp: 4102444800 })}.${signature}`,
    `${encode({ alg: "none" })}.${payload}.`, `${encode({ alg: "none", kid: "dev" })}.${payload}.${signature}`,
    `${encode({ alg: "HS256" })}.${payload}.${signature}`, `${encode({ alg: "HS256", kid: "../../dev" })}.${payload}.${signature}`,
    `${encode({ alg: "RS256", kid: "dev" })}.${payload}.${signature}`, `${encode([])}.${encode(null)}.${signature}`,
    "%00", "é", '"quoted"', "a".repeat(8000), `${"a.".repeat(2000)}b`, `${head}.${payload}.${"_".repeat(43)}`,
    primary.cookies.get("__Host-device"),
  ];
  for (const value of forged) {
    const cookies = `a=b; __Host-session=${value}; __Host-device=${value}; c=d`;
    const answer = await portal.visitor().call("GET", "/me", undefined, { cookie: Buffer.from(cookies).toString("latin1") });
    assert.equal(answer.says, "401 sign-in-required", value.slice(0, 100));
  }
  for (const name of ["__host-session", "session", "__Secure-session", " __Host-session"]) {
    const answer = await portal.visitor().call("GET", "/me", undefined, { cookie: `${name}=${real}` });
    assert.equal(answer.says, name.startsWith(" ") ? "200" : "401 sign-in-required", name);
  }
});

test("records of another organisation are not there, by whatever address and body", async () => {
  const other = await portal.customer(["primary", "billing"]);
  const foreign = [
    await primary.call("GET", other.path), await primary.call("GET", `${other.path}/contacts`),
    await primary.call("GET", `/organisations/${ACME}`), await primary.call("GET", "/organisations/no-such-organisation"),
    await primary.call("DELETE", `${customer.path}/contacts/${other.billing.id}`),
    await primary.call("POST", `${customer.path}/contacts/${other.billing.id}/verification`),
    await primary.call("DELETE", `${other.path}/contacts/${customer.billing.id}`),
    await primary.call("PATCH", other.path, { name: "Mine Now" }, { "if-match": "*" }),
  ];
  const bodies = new Set(foreign.map((it) => JSON.stringify({ ...it.json, request_id: "" })));
  assert.deepEqual([...new Set(foreign.map((it) => it.says))], ["404 not-found"]);
  assert.equal(bodies.size, 1, "the same body for all of them");
  const roles = { primary: customer.primary.id, billing: other.billing.id, support: null, technical: null };
  const assigned = await primary.call("PUT", `${customer.path}/roles`, roles, { "if-match": "*" });
  assert.equal(assigned.says, "422 role-needs-verified-contact");
  assert.equal(await portal.value("select name from organisation where id = ?1", other.id), other.name);
  assert.equal(await portal.value("select count(*) from contact where org_id = ?1", other.id), 2);
});

function cookieOf(visitor) {
  return [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}

// As an operator runs it: ENVIRONMENT=production, with secrets and without, from an empty database to the first
// administrator at work.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import { PASSWORD, Portal, eventually, rawRequest, seconds, tally } from "./portal.mjs";

const ORIGIN = "https://portal.vendor.example";
const KEY = "session-key-of-the-production-tests-only";
const SETUP = "setup-secret-of-the-production-tests-only";
const SECRETS = { SESSION_KEYS: `a:${KEY}`, PASSWORD_PEPPER: "p:pepper-of-the-production-tests-alone", SETUP_SECRET: SETUP };
const OWN = "a few words that nobody else has";
const PRODUCTION = { vars: { ENVIRONMENT: "production", PORTAL_ORIGIN: ORIGIN }, secrets: SECRETS };

let portal;
before(async () => {
  portal = await Portal.open({ ...PRODUCTION, faulty: true });
  await portal.worker.applyD1Migrations("DB");
});
after(() => portal.stop(/no mail transport is configured/));

test("nothing of development is there", async () => {
  const visitor = portal.visitor();
  const unknown = await visitor.get(`${ORIGIN}/no-such-page`);
  assert.equal(unknown.status, 404);
  for (const path of ["/dev/mail", "/dev/mail?format=json", "/dev/mail/x/html", "/dev", "/dev/seed"]) {
    const answer = await visitor.get(ORIGIN + path);
    assert.ok([404, 405].includes(answer.status), `${path} ${answer.status}`);
    assert.doesNotMatch(answer.text, /mailbox|demo/i, path);
  }
  assert.equal((await visitor.get(`${ORIGIN}/dev/mail`)).status, 404);
  const seeded = await visitor.ask("POST", `${ORIGIN}/dev/seed`);
  assert.equal(seeded.status, 404);
  assert.equal(await portal.value("select count(*) from person where email like '%@acme.example'"), 0);
});

test("no address of the demo data signs in, nor anything that installations are shipped with", async () => {
  const emails = ["primary@acme.example", "billing@acme.example", "guest@acme.example", "admin@vendor.example",
    "meera@banyanrow.example", "admin@example.com", "root@localhost.localdomain", "support@vendor.example"];
  const tries = [...emails.map((email) => [email, PASSWORD]), ...["admin", "", SETUP].map((it) => ["admin@vendor.example", it])];
  for (const [email, password] of tries) {
    const answer = await signIn(portal.visitor(), email, password);
    assert.equal(answer.says, "401 bad-credentials", `${email} ${password}`);
  }
});

test("it answers to its own name only; whoever watches may ask for its health by any", async () => {
  const visitor = portal.visitor();
  assert.equal((await visitor.get(`${ORIGIN}/sign-in`)).status, 200);
  for (const host of ["evil.example", "portal.vendor.example.evil.example", "xportal.vendor.example", "127.0.0.1",
    "localhost:8787", "PORTAL.vendor.example.", "vendor.example"]) {
    const answer = await visitor.get(`https://${host}/sign-in`);
    assert.equal(answer.status, 421, host);
    const reset = await visitor.call("POST", "/password-resets", { email: "a@b.example" });
    assert.equal(reset.says, "421 misdirected", "the address of the test itself is none of its own");
    const health = await visitor.get(`https://${host}/healthz`);
    assert.deepEqual([health.status, health.text], [200, '{"status":"ok"}'], host);
  }
  assert.equal(await portal.value("select count(*) from throttle where bucket = 'reset:a@b.example'"), 0, "and nothing was done");
});

test("what comes from another site is refused; the origin of development is another site", async () => {
  const send = (headers) => portal.visitor().ask("POST", `${ORIGIN}/api/v1/password-resets`, {
    headers: { "content-type": "application/json", ...headers }, body: '{"email":"nobody@unknown.example"}',
  });
  for (const origin of ["http://localhost:8787", "https://evil.example", "null",
    "https://portal.vendor.example.evil.example", "https://portal.vendor.example:444"]) {
    assert.equal((await send({ origin })).says, "403 cross-site", origin);
  }
  for (const site of ["cross-site", "same-site", "nonsense"]) {
    assert.equal((await send({ "sec-fetch-site": site, origin: ORIGIN })).says, "403 cross-site", site);
  }
  // That the own origin is let in, the host suite knows: on its way through the harness https becomes http.
  assert.equal((await send({ "sec-fetch-site": "same-origin" })).status, 202);
});

test("the first administrator: the secret works once, in one of 20 hands, and the page was never there", async () => {
  const at = `${ORIGIN}/setup`;
  const first = { email: "first@vendor.example", display_name: "First Admin" };
  assert.equal((await portal.visitor().get(at)).status, 200);
  for (const secret of ["", "wrong", SETUP.slice(0, -1), `${SETUP} `, SETUP.toUpperCase()]) {
    const refused = await portal.visitor().submit(at, { ...first, secret });
    assert.ok([401, 422].includes(refused.status), `${secret}: ${refused.status}`);
  }
  const guesser = portal.visitor();
  const guesses = [];
  for (let guess = 0; guess < 7; guess += 1) guesses.push(await guesser.submit(at, { ...first, secret: `guess ${guess}` }));
  assert.deepEqual(tally(guesses), { 401: 5, 429: 2 });
  assert.equal(await portal.value("select count(*) from staff"), 0);

  const answers = await portal.race(20, () => portal.visitor().submit(at, { ...first, secret: SETUP }));
  assert.deepEqual(tally(answers), { 200: 1, 404: 19 });
  assert.equal(await portal.value("select count(*) from staff where role = 'admin'"), 1);
  assert.equal(await portal.value("select count(*) from installation"), 1);
  const nowhere = await portal.visitor().get(`${ORIGIN}/no-such-page`);
  const gone = await portal.visitor().get(at);
  assert.equal(gone.status, 404);
  assert.equal(gone.text.replaceAll("/setup", "/no-such-page"), nowhere.text, "as if it had never been there");
  assert.equal((await portal.visitor().submit(at, { ...first, secret: SETUP })).status, 404);

  // There is no transport in the tests of production, so the token is made as the portal makes it.
  const [{ id, recipient, state, payload }] = await portal.sql("select * from outbox where kind = 'sign_in.first_password'");
  assert.deepEqual([recipient, ["queued", "sending"].includes(state)], ["first@vendor.example", true]);
  assert.ok(id && !payload.includes(SETUP));
  const token = createHmac("sha256", KEY).update(`one-time link ${JSON.parse(payload).link.id}`).digest("base64url");
  const admin = portal.visitor();
  const body = { token, new_password: OWN, new_password_again: OWN };
  assert.equal((await admin.submit(`${ORIGIN}/password`, body)).status, 303);
  const entered = await signIn(admin, "first@vendor.example", OWN);
  assert.equal(entered.status, 200, entered.text);
  for (const [name, { flags }] of entered.cookies) {
    assert.match(name, /^__Host-/);
    assert.deepEqual(flags.filter((it) => !it.startsWith("Max-Age=")), ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"]);
  }
  assert.equal((await admin.get(`${ORIGIN}/api/v1/me`)).json.email, "first@vendor.example");
  const hash = await portal.value("select password from person where email = 'first@vendor.example'");
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1,keyid=/);
});

test("a mail without a transport waits, and the cron neither loses nor repeats it", async () => {
  await portal.sql(
    `insert into outbox (id, kind, recipient, payload, created_at, state_at)
     values ('waits', 'contacts.deleted', 'a@b.example', '{"name":"A","organisation":"B","by":"C"}', ?1, ?1)`, seconds() - 300,
  );
  assert.equal((await portal.worker.scheduled({ cron: "*/5 * * * *" })).outcome, "ok");
  const waiting = await eventually("the attempt", async () => {
    const [row] = await portal.sql("select state, attempts, error from outbox where id = 'waits'");
    return row.attempts > 0 && row.state !== "sending" && row;
  });
  assert.deepEqual(waiting, { state: "queued", attempts: 1, error: "no mail transport is configured" });
  assert.equal(await portal.value("select count(*) from mailbox"), 0);
});

test("an answer tells neither the runtime nor the library", async () => {
  for (const path of ["/sign-in", "/no-such-page", "/api/v1/me"]) {
    const { headers } = await portal.visitor().get(ORIGIN + path);
    for (const name of ["server", "x-powered-by", "via"]) assert.equal(headers.get(name), null, name);
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
  const preflight = await portal.visitor().ask("OPTIONS", `${ORIGIN}/api/v1/session`, {
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  });
  assert.equal(preflight.status, 405);
  assert.ok([...preflight.headers.keys()].every((it) => !it.startsWith("access-control-")));
});

/** Each with a variable that makes no sense, and who is to blame. */
const BROKEN = [
  ["SESSION_KEYS", { secrets: { ...SECRETS, SESSION_KEYS: "" } }],
  ["PASSWORD_PEPPER", { secrets: { ...SECRETS, PASSWORD_PEPPER: "p:too-short-to-tell" } }],
  ["PORTAL_ORIGIN", { vars: { ...PRODUCTION.vars, PORTAL_ORIGIN: "http://localhost:8787" } }],
  ["ENVIRONMENT", { vars: { ...PRODUCTION.vars, ENVIRONMENT: "staging-of-somebody" } }],
];

test("what is not configured refuses to start, names the variable and keeps what it holds to itself", async () => {
  const broken = await Portal.open({ ...PRODUCTION, ...BROKEN[0][1] });
  for (const [name, options] of BROKEN) {
    await broken.configure({ ...PRODUCTION, ...options });
    for (const path of ["/", "/sign-in", "/healthz", "/api/v1/me", "/dev/mail"]) {
      const answer = await broken.visitor().get(ORIGIN + path);
      assert.equal(answer.status, 503, `${name} ${path}`);
      assert.match(answer.text, new RegExp(`look at ${name}`));
      assert.doesNotMatch(answer.text, /too-short-to-tell|localhost|staging/);
      assert.ok(Number(answer.headers.get("retry-after")) > 0);
    }
    const { status } = await rawRequest(broken.url, ["POST /api/v1/session HTTP/1.1", "content-length: 2"], "{}");
    assert.equal(status, 503);
    assert.equal((await broken.worker.scheduled({ cron: "*/5 * * * *" })).outcome, "ok");
    assert.equal((await broken.visitor().get(`${ORIGIN}/app.css`)).status, 200, "assets need no configuration");
  }
  await broken.stop(/^not configured: [A-Z_]+: /);
});

test("the template of production in wrangler.toml starts as it is, once it has its secrets", async () => {
  const template = await Portal.open({ env: "production", vars: {}, secrets: SECRETS });
  await template.worker.applyD1Migrations("DB");
  const origin = template.env.PORTAL_ORIGIN;
  const answer = await template.visitor().get(`${origin}/healthz`);
  assert.deepEqual([answer.status, answer.text], [200, '{"status":"ok"}']);
  assert.equal((await template.visitor().get(`${origin}/sign-in`)).status, 200);
  assert.equal((await template.visitor().get(`${origin}/dev/mail`)).status, 404);
  for (const name of Object.keys(portal.env)) assert.ok(name in template.env, `${name} is missing in [env.production]`);
  await template.stop();
});

function signIn(visitor, email, password) {
  return visitor.ask("POST", `${ORIGIN}/api/v1/session`, {
    headers: { "content-type": "application/json" }, body: JSON.stringify({ email, password }),
  });
}

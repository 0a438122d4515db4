// Mail that leaves: over SMTP to a relay with TLS and AUTH, over HTTP to a provider that fails as it is told to, by
// Cloudflare's binding as wrangler simulates it; and reports of mail that comes back.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { SMTP_SECRETS, authority, complaints, noRelay, provider, relay } from "./post_office.mjs";

const pki = noRelay ? "" : authority(); // before wrangler is loaded
const { Portal, eventually, root, seconds } = await import("./portal.mjs");

const FROM = "portal@mail.vendor.example";
const BOUNCES = "bounces.vendor.example";
const BASE = { ENVIRONMENT: "test", MAIL_FROM: FROM, BOUNCE_DOMAIN: BOUNCES };
const EXPECTED = /"error":"(the relay|the provider|HTTP|no answer|localhost:|send_email|no longer)/;

let api, portal;
before(async () => {
  api = await provider();
  portal = await Portal.open({ vars: byHttp(), secrets: { ...NO_SECRETS, MAIL_API_KEY: "re_of_the_edge_tests" } });
  await portal.worker.applyD1Migrations("DB");
  await portal.seed();
});
after(async () => {
  api.stop();
  await portal.stop(EXPECTED);
});

const NO_SECRETS = { SESSION_KEYS: "", PASSWORD_PEPPER: "", SETUP_SECRET: "" };
const byHttp = () => ({ ...BASE, MAIL_TRANSPORT: "http", MAIL_API_URL: api.url });

test("the provider gets each mail once, with its id as the key", async () => {
  const mail = await row(portal, "nina@customer.example");
  await send(portal, mail);
  await ends(portal, mail, "sent");
  await send(portal, mail);
  const [call] = api.calls.filter((it) => it.body.to[0] === mail.to);
  assert.deepEqual([call.method, call.url, call.headers["idempotency-key"]], ["POST", "/emails", mail.id]);
  assert.deepEqual(call.body.headers, { "Auto-Submitted": "auto-generated" });
  assert.equal(call.body.from, `Meridian Software <${FROM}>`);
  assert.match(call.body.html, /^<!DOCTYPE html>/);
  assert.match(call.body.text, /no longer a contact|removed you/);
});

test("what may be mended is tried again later, what never will fails at once and says why", async () => {
  for (const status of [401, 403, 408, 425, 429, 500, 502, 503, 504]) {
    const mail = await row(portal, `http-${status}.${randomUUID().slice(0, 8)}@customer.example`);
    await send(portal, mail);
    const waiting = await ends(portal, mail, "queued");
    assert.match(waiting.error, new RegExp(`^HTTP ${status} of_the_test: as it was asked to`));
    assert.equal(waiting.reason, null);
    await again(portal, mail);
    assert.equal((await ends(portal, mail, "sent")).attempts, 2);
    assert.equal(api.delivered(mail.to).length, 1);
  }
  for (const status of [400, 404, 409, 422]) {
    const mail = await row(portal, `http-${status}.${randomUUID().slice(0, 8)}@customer.example`);
    await send(portal, mail);
    const failed = await ends(portal, mail, "failed");
    assert.deepEqual([failed.attempts, failed.reason], [1, "refused"]);
    assert.equal(api.delivered(mail.to).length, 0);
  }
});

test("an answer that is lost costs an attempt and no second mail", async () => {
  const mail = await row(portal, `lost.${randomUUID().slice(0, 8)}@customer.example`);
  await send(portal, mail);
  // wrangler's proxy makes a 500 of a connection that breaks; in production the call itself fails.
  assert.match((await ends(portal, mail, "queued")).error, /^(the provider is out of reach|HTTP 500)/);
  assert.equal(api.delivered(mail.to).length, 1, "it was taken");
  await again(portal, mail);
  await ends(portal, mail, "sent");
  assert.equal(api.calls.filter((it) => it.body.to[0] === mail.to).length, 2);
  assert.equal(api.delivered(mail.to).length, 1, "and is not sent once more");
});

test("a provider that never answers is left after 15 seconds", async () => {
  const mail = await row(portal, `slow.${randomUUID().slice(0, 8)}@customer.example`);
  await send(portal, mail);
  assert.equal((await ends(portal, mail, "queued", 25)).error, "no answer within 15 s");
  await again(portal, mail);
  await ends(portal, mail, "sent");
});

test("the Primary reads why a mail failed and sends another, which arrives", async () => {
  const customer = await portal.customer(["primary"], ["http-422"]);
  const newcomer = customer["http-422"];
  const primary = await portal.signedIn(customer.primary.email);
  const at = `${customer.path}/contacts`;
  const seen = async () => (await primary.call("GET", at)).json.items.find((it) => it.id === newcomer.id).mail.state;
  await primary.call("POST", `${at}/${newcomer.id}/verification`);
  await eventually("it to fail", async () => (await seen()) === "failed");
  const page = (await primary.get(`/o/${customer.id}/contacts`)).text;
  assert.match(page, /Mail failed/);
  assert.match(page, /Their mail server refused it\./);
  assert.doesNotMatch(page, /HTTP 422|of_the_test/, "the words of the other side are for staff");
  await portal.sql("update link set created_at = created_at - 61 where contact_id = ?1", newcomer.id);
  assert.equal((await primary.call("POST", `${at}/${newcomer.id}/verification`)).status, 202);
  // Its id is another one, so the double refuses it once, too.
  await eventually("the second to fail", async () => (await portal.value("select count(*) from outbox where contact_id = ?1 and state = 'failed'", newcomer.id)) === 2);
  const [last] = await portal.sql("select id from outbox where contact_id = ?1 order by created_at desc, id desc limit 1", newcomer.id);
  await portal.sql("update outbox set state = 'queued', reason = null where id = ?1", last.id);
  await send(portal, last);
  await eventually("the second to arrive", async () => (await seen()) === "sent");
  assert.doesNotMatch((await primary.get(`/o/${customer.id}/contacts`)).text, /refused it/);
});

test("a report to the return path marks the mail as bounced, and the Primary reads why", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  await primary.call("POST", `${customer.path}/contacts/${customer.newcomer.id}/verification`);
  const id = await portal.value("select id from outbox where contact_id = ?1", customer.newcomer.id);
  await ends(portal, { id }, "sent");
  const report = readFileSync(join(root, "tests/fixtures/bounces/postfix.eml"), "utf8");
  const comes = (to, raw = report) => portal.worker.email({ from: "mailer-daemon@mx.customer.example", to, raw });
  const forged = await comes(`bounces+${randomUUID()}@${BOUNCES}`);
  assert.equal(forged.rejectReason ?? null, null, "who guesses an id learns nothing");
  assert.equal((await state(portal, id)).state, "sent");
  await comes(`bounces+${id}@${BOUNCES}`);
  const bounced = await state(portal, id);
  assert.deepEqual([bounced.state, bounced.reason], ["bounced", "unknown_address"]);
  const { items } = (await primary.call("GET", `${customer.path}/contacts`)).json;
  assert.equal(items.find((it) => it.id === customer.newcomer.id).mail.state, "failed");
  const page = (await primary.get(`/o/${customer.id}/contacts`)).text;
  assert.match(page, /Mail came back/);
  assert.match(page, /knows nobody of this address/);
});

test("mail that is none of ours is refused, and weight and nonsense do no harm", async () => {
  const mail = await row(portal, "nina@customer.example");
  await send(portal, mail);
  await ends(portal, mail, "sent");
  const at = (id) => `bounces+${id}@${BOUNCES}`;
  const refused = await portal.worker.email({ from: "a@b.example", to: `postmaster@${BOUNCES}`, raw: letter("Hello") });
  assert.match(JSON.stringify(refused), /No mail is read at this address/);
  for (const raw of [letter("x".repeat(10_000_000)), letter(""), letter("Action: failed\r\nStatus: 5.1.1")]) {
    await portal.worker.email({ from: "a@b.example", to: at(mail.id), raw });
  }
  assert.equal((await state(portal, mail.id)).state, "sent");
  assert.equal((await portal.visitor().get("/healthz")).status, 200);
});

test("over SMTP", { skip: noRelay }, async (t) => {
  const office = await relay(pki);
  const vars = { ...BASE, MAIL_TRANSPORT: "smtp", SMTP_HOST: "localhost", SMTP_TLS: "implicit" };
  const options = { vars: { ...vars, SMTP_PORT: String(office.ports.implicit) }, secrets: { ...NO_SECRETS, ...SMTP_SECRETS } };
  const smtp = await Portal.open(options);
  await smtp.worker.applyD1Migrations("DB");
  // workerd tells of a handshake that it broke off in its own words.
  const expected = new RegExp(`${EXPECTED.source}|TLS handshake failed: invalid peer certificate`);
  t.after(async () => { office.stop(); await smtp.stop(expected); });
  const taken = (mail) => office.mails.filter((it) => it.to[0] === mail.to);
  const arrives = async (mail) => {
    await ends(smtp, mail, "sent");
    const [found, ...more] = taken(mail);
    assert.deepEqual([found.complaints, more], [[], []]);
    return found;
  };

  await t.test("a mail over TLS from the first byte is one that Python has nothing to complain of", async () => {
    const mail = await row(smtp, "nina@customer.example", { name: "Zoë \u{1F600} d'Souza", organisation: "Ærø & Søn <GmbH>", by: "Ananya" });
    await send(smtp, mail);
    const found = await arrives(mail);
    assert.deepEqual([found.from, found.user, found.tls], [`bounces+${mail.id}@${BOUNCES}`, "portal", true]);
    const { headers } = found;
    assert.equal(headers.from, `Meridian Software <${FROM}>`);
    assert.equal(headers.subject, "You are no longer a contact of Ærø & Søn <GmbH>");
    assert.equal(headers["message-id"], `<${mail.id}@mail.vendor.example>`);
    assert.equal(headers["auto-submitted"], "auto-generated");
    assert.equal(headers["reply-to"], "support@vendor.example");
    assert.ok(Math.abs(Date.parse(headers.date) / 1000 - seconds()) < 60, headers.date);
    assert.equal(headers["list-unsubscribe"], undefined);
    assert.match(found.text, /^Hello Zoë \u{1F600} d'Souza,\n\n/u);
    assert.match(found.html, /Ærø &amp; Søn &lt;GmbH&gt;/);
  });

  await t.test("names that would be headers, commands or the end of the mail stay names", async () => {
    const evil = "Eve\r\nBcc: thief@evil.example\r\n\r\n.\r\nMAIL FROM:<x@y.example>";
    const mail = await row(smtp, "eve@customer.example", { name: evil, organisation: `${evil} =?utf-8?Q?=0D=0ABcc:_x?=`, by: evil });
    await send(smtp, mail);
    const found = await arrives(mail);
    assert.equal(found.headers.bcc, undefined);
    assert.deepEqual(found.to, [mail.to]);
    assert.equal(office.mails.filter((it) => it.to.some((to) => to.includes("thief") || to.includes("y.example"))).length, 0);
  });

  await t.test("what the relay says is sorted", async () => {
    for (const [name, ended, reason] of [["unknown", "failed", "unknown_address"], ["full", "failed", "mailbox_full"],
      ["spam", "failed", "refused"], ["greylisted", "queued", null], ["busy", "queued", null]]) {
      const mail = await row(smtp, `${name}@customer.example`);
      await send(smtp, mail);
      const now = await ends(smtp, mail, ended);
      assert.equal(now.reason, reason, name);
      assert.match(now.error, /^the relay: [45]/);
    }
  });

  await t.test("an answer that is lost sends a second mail, and it is the same one", async () => {
    const mail = await row(smtp, "rude@customer.example");
    await send(smtp, mail);
    await ends(smtp, mail, "queued");
    await again(smtp, mail);
    await eventually("the second", () => taken(mail).length === 2);
    const [first, second] = taken(mail).map((it) => Buffer.from(it.raw, "base64").toString().replace(/^Date: .*$/m, ""));
    assert.equal(first, second);
  });

  await t.test("STARTTLS, with LOGIN where the relay knows nothing else", async () => {
    const other = await relay(pki, { mechanisms: ["LOGIN"] });
    await smtp.configure({ ...options, vars: { ...vars, SMTP_TLS: "starttls", SMTP_PORT: String(other.ports.starttls) } });
    const mail = await row(smtp, "login@customer.example");
    await send(smtp, mail);
    await ends(smtp, mail, "sent");
    assert.deepEqual(other.mails.map((it) => [it.to, it.tls, it.user, it.complaints]), [[[mail.to], true, "portal", []]]);
    other.stop();
  });

  await t.test("a wrong password, a certificate by a stranger and a relay that is not there: every mail waits", async () => {
    const forged = await relay(pki, { certificate: "forged" });
    const at = (port, more = {}) => ({ vars: { ...vars, SMTP_PORT: String(port), ...more }, secrets: options.secrets });
    for (const [what, configuration, why] of [
      ["password", { ...options, secrets: { ...options.secrets, SMTP_PASSWORD: "wrong" } }, /535/],
      ["implicit", at(forged.ports.implicit), /localhost:\d+ is out of reach|the relay: io/],
      ["starttls", at(forged.ports.starttls, { SMTP_TLS: "starttls" }), /localhost:\d+ is out of reach|the relay: io/],
      ["nobody", at(1), /localhost:1 is out of reach/],
    ]) {
      await smtp.configure(configuration);
      const mail = await row(smtp, `${what}@customer.example`);
      await send(smtp, mail);
      assert.match((await ends(smtp, mail, "queued", 30)).error, why, what);
    }
    assert.deepEqual(forged.mails, [], "nothing was said to a stranger");
    forged.stop();
  });
});

test("by the binding, as wrangler simulates it", async (t) => {
  const vars = { ...BASE, MAIL_TRANSPORT: "binding" };
  const bindings = { send_email: [{ name: "EMAIL", allowed_sender_addresses: [FROM] }] };
  const bound = await Portal.open({ faulty: true, vars, bindings });
  await bound.worker.applyD1Migrations("DB");
  t.after(() => bound.stop(EXPECTED));
  const mail = await row(bound, `${randomUUID()}@customer.example`, { name: "Zoë", organisation: "Ærø", by: "Ananya" });
  await send(bound, mail);
  await ends(bound, mail, "sent");
  const raw = await eventually("the file", () => letters().find((it) => it.includes(`To: <${mail.to}>`)));
  if (!noRelay) assert.deepEqual(complaints(raw), []);
  assert.match(raw, /^From: "Meridian Software" <portal@mail\.vendor\.example>\r?$/m);
  assert.match(raw, /^Auto-Submitted: auto-generated\r?$/m);
});

test("what a transport needs and has not got refuses to start, by name", async () => {
  const broken = await Portal.open({ vars: byHttp() });
  for (const [name, vars, secrets] of [
    ["MAIL_API_KEY", byHttp(), {}],
    ["SMTP_USER", { ...BASE, MAIL_TRANSPORT: "smtp", SMTP_HOST: "smtp.example" }, {}],
    ["SMTP_PASSWORD", { ...BASE, MAIL_TRANSPORT: "smtp", SMTP_HOST: "smtp.example" }, { SMTP_USER: "x" }],
    ["EMAIL", { ...BASE, MAIL_TRANSPORT: "binding" }, {}],
    ["MAIL_FROM", { ...byHttp(), MAIL_FROM: "" }, { MAIL_API_KEY: "x" }],
    ["MAIL_TRANSPORT", { ...BASE, MAIL_TRANSPORT: "pigeon" }, {}],
  ]) {
    await broken.configure({ vars, secrets: { ...NO_SECRETS, MAIL_API_KEY: "", SMTP_USER: "", SMTP_PASSWORD: "", ...secrets } });
    const answer = await broken.visitor().get("/healthz");
    assert.equal(answer.status, 503, name);
    assert.match(answer.text, new RegExp(`look at ${name}\\.`));
  }
  await broken.stop(/^not configured: [A-Z_]+: /);
});

/** What the simulated binding has written down. */
function letters() {
  const folder = join(root, ".wrangler/tmp/email");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true }).filter((it) => it.endsWith(".eml"));
  return files.map((it) => readFileSync(join(folder, it), "utf8"));
}

function letter(body) {
  return `From: a@b.example\r\nTo: c@d.example\r\nMessage-ID: <${randomUUID()}@b.example>\r\nSubject: x\r\n\r\n${body}\r\n`;
}

/** A mail in the outbox that no message speaks of. */
async function row(at, to, facts = { name: "Nina New", organisation: "Acme", by: "Ananya" }) {
  const id = randomUUID();
  await at.sql(
    `insert into outbox (id, kind, recipient, payload, created_at, state_at)
     values (?1, 'contacts.deleted', ?2, ?3, ?4, ?4)`, id, to, JSON.stringify(facts), seconds(),
  );
  return { id, to };
}

const send = (at, { id }) => at.env.MAIL.send(id, { contentType: "json" });

/** As if the time until the next attempt had passed. */
async function again(at, { id }) {
  await at.sql("update outbox set lease_until = null where id = ?1 and state = 'queued'", id);
  await send(at, { id });
}

async function state(at, id) {
  const [found] = await at.sql("select state, attempts, reason, error from outbox where id = ?1", id);
  return found;
}

function ends(at, { id }, expected, within) {
  return eventually(`${id} to be ${expected}`, async () => {
    const now = await state(at, id);
    return now.attempts > 0 && now.state === expected && now;
  }, within);
}

// Extensions and expiry flags on the real D1, many at once and with calls that take their time (`faulty.mjs`).

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { DAY, eventually, seconds, start, tally } from "./portal.mjs";

let portal;
before(async () => { portal = await start({ faulty: true }); });
beforeEach(() => portal.visitor().call("PUT", "/faults", { d1: "slow" }));
after(() => portal.stop());

test("40 requests at once with one grant left: one is granted, 39 are stored with the next possible day", async () => {
  const customer = await portal.customer(["primary", "billing"]);
  const licence = await licenceOf(customer, -5);
  await granted(customer, licence, -40);
  const billing = await portal.signedIn(customer.billing.email);
  const body = { licence_id: licence, reason: "renewal_delayed", description: "The order is on its way." };
  const answers = await portal.race(40, () => billing.twin().call("POST", `${customer.path}/extension-requests`, body));
  assert.deepEqual(tally(answers), { 201: 40 });
  const [winner, ...others] = answers.map((it) => it.json).filter((it) => it.status === "granted");
  assert.deepEqual(others, []);
  assert.deepEqual(winner.licence, { id: licence, valid_till: day(1) });
  for (const { status, next_possible_on: next, message } of answers.map((it) => it.json)) {
    assert.ok(status === "granted" || (/^\d{4}-\d\d-\d\d$/.test(next) && message.includes("Next possible on")), message);
  }
  const count = (sql) => portal.value(sql, customer.id);
  assert.equal(await count("select count(*) from extension_request where org_id = ?1 and status = 'granted'"), 2);
  assert.equal(await count("select count(*) from extension_request where org_id = ?1 and status = 'rejected'"), 39);
  assert.equal(await count("select count(*) from licence_event where org_id = ?1"), 1);
  assert.equal(await count("select version from licence where org_id = ?1"), 2);
  assert.equal(await count("select count(*) from notification where org_id = ?1"), 40);
  assert.equal(await count("select count(*) from audit where org_id = ?1 and action like 'extension.%'"), 40);
  const subject = "licence extended till";
  await eventually("the mails", async () => (await portal.mails(customer.billing.email)).length === 40);
  assert.equal((await portal.mails(customer.billing.email)).filter((it) => it.subject.includes(subject)).length, 1);
  assert.equal((await portal.mails(customer.primary.email)).length, 1, "Primary hears of the grant alone");
});

test("40 times the same request with one Idempotency-Key: one decision and 40 equal answers", async () => {
  const customer = await portal.customer(["primary", "billing"]);
  const licence = await licenceOf(customer, -5);
  const billing = await portal.signedIn(customer.billing.email);
  const body = { licence_id: licence, reason: "payment_overdue", description: "The bank is closed today." };
  const key = { "idempotency-key": randomUUID() };
  const answers = await portal.race(40, () => billing.twin().call("POST", `${customer.path}/extension-requests`, body, key));
  assert.deepEqual(tally(answers), { 201: 40 });
  assert.equal(new Set(answers.map((it) => it.text)).size, 1);
  assert.equal(await portal.value("select count(*) from extension_request where org_id = ?1", customer.id), 1);
});

test("crons that come late, doubled and at the same moment tell of an end once", async () => {
  const customer = await portal.customer(["primary", "billing"]);
  const licence = await licenceOf(customer, 7);
  const run = (at) => portal.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date(at * 1000) });
  await portal.race(5, () => run(seconds()));
  await run(seconds() - DAY);
  await run(seconds());
  const flags = "select group_concat(threshold) from (select threshold from licence_flag where licence_id = ?1 order by 1)";
  assert.equal(await portal.value(flags, licence), "-30,-15,-7");
  assert.equal(await portal.value("select count(*) from notification where org_id = ?1", customer.id), 1);
  assert.equal(await portal.value("select count(*) from outbox where org_id = ?1", customer.id), 2);
  for (const { email } of [customer.primary, customer.billing]) {
    const [mail] = await eventually(`a mail to ${email}`, async () => {
      const mails = await portal.mails(email);
      return mails.length > 0 && mails;
    });
    assert.match(mail.subject, /^SkyConnect licence ends on /);
    assert.match(mail.text, /ends in 7 days/);
  }
});

/** A civil date of the vendor's, so many days from today. */
function day(days) {
  return new Date((seconds() + days * DAY) * 1000).toLocaleDateString("sv-SE", { timeZone: "Asia/Kolkata" });
}

async function licenceOf(customer, till) {
  const id = randomUUID();
  await portal.sql(
    `insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
     values (?1, ?2, 'skyconnect', 'subscription', ?3, ?4, 1)`,
    id, customer.id, day(-300), day(till),
  );
  return id;
}

async function granted(customer, licence, on) {
  await portal.sql(
    `insert into extension_request (id, org_id, licence_id, product_id, at, requested_on, reason, description,
                                    by_person, by_name, status, code, message, valid_till)
     values (?1, ?2, ?3, 'skyconnect', ?4, ?5, 'renewal_delayed', 'The order is on its way.', ?6, 'billing',
             'granted', 'GRANTED', 'Granted.', ?7)`,
    randomUUID(), customer.id, licence, seconds() + on * DAY, day(on), customer.billing.person, day(on + 1),
  );
}

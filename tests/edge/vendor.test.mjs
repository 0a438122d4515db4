// The vendor's side on the real D1: its week played through the API alone, and decisions that meet.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { DAY, seconds, start, tally } from "./portal.mjs";

const OWN = "a few words that nobody else has";
const REFUSED = ["403 role-required"];

let portal, admin;
before(async () => {
  portal = await start({ faulty: true });
  admin = await portal.signedIn("admin@vendor.example");
});
beforeEach(() => faults({ d1: "slow" }));
after(() => portal.stop());

test("a vendor's week through the API alone, and what each contact sees of it", async () => {
  const erp = await program("ERP of the week", ["sales", "billing", "publisher"]);
  const domain = `week-${randomUUID().slice(0, 8)}.example`;
  const email = (name) => `${name}@${domain}`;

  // Monday: the customer is set up, its Primary arrives and brings two colleagues.
  const made = await erp("POST", "/organisations", {
    name: "Initech", channel: "direct", domains: [domain], first_contact: { email: email("kim"), display_name: "Kim" },
  });
  const at = `/organisations/${made.id}`;
  const kim = await arrives(email("kim"));
  const [lee, max] = [await joins(kim, at, email("lee"), "Lee"), await joins(kim, at, email("max"), "Max")];
  const { json: now } = await kim.call("GET", `${at}/roles`);
  assert.equal(now.primary, now.support, "the first contact is Primary and Support");
  const roles = { ...now, billing: lee.contact, technical: null };
  assert.equal((await kim.call("PUT", `${at}/roles`, roles, { "if-match": "*" })).says, "200");
  const each = async (path, field) => Object.fromEntries(await Promise.all(
    Object.entries({ kim, lee, max }).map(async ([name, who]) => [name, await sees(who, `${at}${path}`, field)]),
  ));
  assert.deepEqual(await each("/orders", "number"), { kim: [], lee: [], max: REFUSED });

  // Tuesday: an order.
  const order = (number, kind, quantity, from, till) => ({
    number, ordered_on: day(-2), kind, agreement: "contract",
    lines: [{
      product_id: "skyconnect", sku: "SKY-MAIL", description: "Mailboxes", quantity, unit: "users", valid_from: from,
      valid_till: till,
    }],
  });
  const first = `SO-${domain.slice(5, 13)}-1`;
  await erp("POST", `${at}/orders`, order(first, "new", 50, day(-2), day(27)));
  assert.deepEqual(await each("/orders", "number"), { kim: [first], lee: [first], max: REFUSED });
  assert.deepEqual(await each("/licences", "valid_till"), { kim: REFUSED, lee: [day(27)], max: REFUSED });

  // Wednesday: usage comes in.
  const sample = { organisation_id: made.id, product_id: "skyconnect", sub_product: "mailboxes", date: day(-1), used: 41 };
  await erp("POST", "/usage", { items: [sample] });
  const usage = `${at}/usage?product=skyconnect&sub_product=mailboxes&grain=daily&period=${day(-1).slice(0, 7)}`;
  for (const who of [kim, lee]) {
    const { points } = (await who.call("GET", usage)).json;
    assert.equal(points.find((it) => it.date === day(-1)).used, 41);
  }
  assert.equal((await max.call("GET", usage)).says, REFUSED[0]);

  // Thursday: Lee declares a payment, the ERP finds it in the bank's statement.
  const recorded = await record(lee, at);
  assert.equal(recorded.says, "201", recorded.text);
  const { items: open } = await erp("GET", "/payment-records?status=submitted&limit=100");
  const { id: payment } = open.find((it) => it.organisation_id === made.id);
  assert.equal(payment, recorded.json.id);
  for (const [action, status] of [["take_up", "under_review"], ["reconcile", "reconciled"]]) {
    await erp("POST", `/payment-records/${payment}/decisions`, { action, message: "Received with thanks." });
    assert.deepEqual(await each("/payment-records", "status"), { kim: REFUSED, lee: [status], max: REFUSED });
  }

  // Friday: the renewal, and something to tell the Primaries.
  const second = `SO-${domain.slice(5, 13)}-2`;
  await erp("POST", `${at}/orders`, order(second, "renewal", 60, day(28), day(392)));
  const numbers = await each("/orders", "number");
  assert.deepEqual([numbers.kim.toSorted(), numbers.lee.toSorted(), numbers.max], [[first, second], [first, second], REFUSED]);
  assert.deepEqual(await each("/licences", "valid_till"), { kim: REFUSED, lee: [day(392)], max: REFUSED });
  const title = `Prices for ${domain}`;
  await erp("POST", "/notifications", { title, body: "They **stay**.", category: "account", roles: ["primary"], publish: true });
  const read = await each(`/notifications?q=${encodeURIComponent(title)}`, "title");
  assert.deepEqual(read, { kim: [title], lee: [], max: [] });

  // And all of it stands in the log that Kim reads, in the name of who did it.
  const log = await each("/audit?actor=Key+ERP+of+the+week", "action");
  const deeds = ["order.booked", "payment.decided", "payment.decided", "order.booked", "organisation.created"];
  assert.deepEqual(log, { kim: deeds, lee: REFUSED, max: REFUSED });
});

test("45 decisions of three kinds at once on one payment: one is made, and its effect is there once", async () => {
  for (let round = 0; round < 2; round += 1) {
    const { customer, licence, payment } = await waiting();
    const wishes = [
      { action: "take_up", message: "" },
      { action: "reconcile", message: "Received.", licences: [{ id: licence, valid_till: day(300) }] },
      { action: "reject", message: "No such transfer has arrived." },
    ];
    const decide = (index) => admin.twin().call("POST", `/staff/payment-records/${payment}/decisions`, wishes[index % 3]);
    const answers = await portal.race(45, decide);
    const made = answers.filter((it) => it.status === 200);
    // Whoever read it after it was taken up may still match or refuse it: two at most, and never two of one kind.
    assert.ok(made.length === 1 || made.length === 2, JSON.stringify(tally(answers)));
    if (made.length === 2) assert.equal(made.filter((it) => it.json.status === "under_review").length, 1);
    assert.deepEqual(tally(answers), { 200: made.length, "409 not-in-this-state": 45 - made.length });
    const last = made.map((it) => it.json.status).sort((a, b) => (a === "under_review") - (b === "under_review"))[0];
    await isDecidedOnce({ customer, licence, payment }, { last, decisions: made.length });
  }
});

test("40 colleagues match one payment at once: the licence moves once, and each mail goes out once", async () => {
  const { customer, licence, payment } = await waiting();
  const wish = { action: "reconcile", message: "Received.", licences: [{ id: licence, valid_till: day(300) }] };
  const answers = await portal.race(40, () => admin.twin().call("POST", `/staff/payment-records/${payment}/decisions`, wish));
  assert.deepEqual(tally(answers), { 200: 1, "409 not-in-this-state": 39 });
  await isDecidedOnce({ customer, licence, payment }, { last: "reconciled", decisions: 1 });
});

test("40 times the same decision with one Idempotency-Key: one decision and 40 equal answers", async () => {
  const { customer, licence, payment } = await waiting();
  const wish = { action: "reject", message: "No such transfer has arrived." };
  const key = { "idempotency-key": randomUUID() };
  const answers = await portal.race(40, () => admin.twin().call("POST", `/staff/payment-records/${payment}/decisions`, wish, key));
  assert.deepEqual(tally(answers), { 200: 40 });
  assert.equal(new Set(answers.map((it) => it.text)).size, 1);
  await isDecidedOnce({ customer, licence, payment }, { last: "rejected", decisions: 1 });
});

async function isDecidedOnce({ customer, licence, payment }, { last, decisions }) {
  const moves = last === "reconciled" ? 1 : 0;
  const count = (sql) => portal.value(sql, customer.id);
  assert.equal(await portal.value("select status from payment_record where id = ?1", payment), last);
  const steps = "select count(*) from payment_event where org_id = ?1 and by_kind = 'vendor' and event <> 'note'";
  assert.equal(await count(steps), decisions);
  assert.equal(await count("select count(*) from audit where org_id = ?1 and action = 'payment.decided'"), decisions);
  assert.equal(await count("select count(*) from licence_event where org_id = ?1 and by_kind = 'vendor'"), moves);
  assert.equal(await portal.value("select valid_till = ?2 from licence where id = ?1", licence, day(300)), moves);
  const told = "select count(*) from outbox where org_id = ?1 and kind = 'reconciling.decided' group by recipient order by 1 desc";
  assert.ok((await portal.sql(told, customer.id)).every((it) => Object.values(it)[0] <= decisions));
}

/** A customer whose payment waits for the vendor. */
async function waiting() {
  const customer = await portal.customer(["primary", "billing"]);
  const licence = randomUUID();
  await portal.sql(
    `insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
     values (?1, ?2, 'skyconnect', 'subscription', ?3, ?4, ?5)`,
    licence, customer.id, day(-100), day(20), seconds(),
  );
  const recorded = await record(await portal.signedIn(customer.billing.email), customer.path);
  assert.equal(recorded.says, "201", recorded.text);
  return { customer, licence, payment: recorded.json.id };
}

/** A key with these scopes, as a function; each deed is sent twice, as after an answer that got lost, and done once. */
async function program(name, scopes) {
  const made = await admin.call("POST", "/staff/api-keys", { name, scopes, expires_on: day(180) });
  assert.equal(made.says, "201", made.text);
  return async (method, path, json) => {
    const headers = { authorization: `Bearer ${made.json.key}`, "idempotency-key": randomUUID() };
    const first = await portal.visitor().call(method, `/staff${path}`, json, headers);
    assert.ok(first.status < 300, `${method} ${path}: ${first.text}`);
    if (method === "POST") {
      const again = await portal.visitor().call(method, `/staff${path}`, json, headers);
      assert.equal(again.text, first.text, `${path} is done once`);
    }
    return first.json;
  };
}

/** Chooses a password by the link in the mail and signs in. */
async function arrives(email) {
  const token = await portal.token(email, "password");
  const chosen = await portal.visitor().call("POST", "/password-resets/confirm", { token, new_password: OWN });
  assert.equal(chosen.says, "204", chosen.text);
  return portal.signedIn(email, OWN);
}

/** A contact whom the Primary adds, and who verifies and gets going. */
async function joins(primary, at, email, name) {
  const added = await primary.call("POST", `${at}/contacts`, { display_name: name, email });
  assert.equal(added.says, "201", added.text);
  const token = await portal.token(email, "verify");
  assert.equal((await portal.visitor().call("POST", "/verifications/confirm", { token })).says, "200");
  return Object.assign(await arrives(email), { contact: added.json.id });
}

/** The field of each entry of a list, or the refusal. */
async function sees(who, path, field) {
  const answer = await who.call("GET", path);
  return answer.status === 200 ? answer.json.items.map((it) => it[field]) : [answer.says];
}

function record(visitor, at) {
  const form = new FormData();
  const fields = {
    invoice_number: `W/${randomUUID().slice(0, 8)}`, currency: "INR", amount: "1,81,440.00", tax_deducted: "0",
    paid_on: day(-1), method: "neft", reference: `UTR ${randomUUID().slice(0, 8)}`, note: "",
  };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("proof", new Blob(["%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n"]), "advice.pdf");
  return visitor.ask("POST", `/api/v1${at}/payment-records`, { body: form });
}

function faults(how) {
  return portal.visitor().call("PUT", "/faults", how);
}

/** The vendor's civil day, so many days from today. */
function day(days) {
  return new Date((seconds() + days * DAY) * 1000).toLocaleDateString("sv-SE", { timeZone: "Asia/Kolkata" });
}

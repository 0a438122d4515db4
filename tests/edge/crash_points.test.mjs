// The main deeds, each cut off at every call of D1, KV, R2 and the queue: before it arrives, after it is done, and for
// good. Then the same request once more with the same key, the cron and the queue to rest: all is as if nothing had
// happened. The host suite does so with every deed there is (tests/portal/crash_points.rs), on twins.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { DAY, eventually, seconds, start } from "./portal.mjs";

const HOW = ["before", "after", "kill"];
const EXPECTED = /Network connection lost|trace with exception outcome|had hung|would never generate a response|hanging Promise/;

let portal, admin;
before(async () => {
  portal = await start({ faulty: true });
  admin = await portal.signedIn("admin@vendor.example");
});
after(() => portal.stop(EXPECTED));

/** Each readies a customer and answers with the deed, which takes the headers of its key. */
const DEEDS = {
  "a contact is added": async (customer) => {
    const primary = await portal.signedIn(customer.primary.email);
    const body = { display_name: "Nina New", email: `nina@${customer.domain}` };
    return (key) => primary.twin().call("POST", `${customer.path}/contacts`, body, key);
  },
  "roles are assigned": async (customer) => {
    const primary = await portal.signedIn(customer.primary.email);
    const roles = { primary: customer.billing.id, billing: customer.primary.id, support: null, technical: null };
    return (key) => primary.twin().call("PUT", `${customer.path}/roles`, roles, { ...key, "if-match": '"1"' });
  },
  "a one-time link is used": async (customer) => {
    assert.equal((await portal.visitor().call("POST", "/password-resets", { email: customer.billing.email })).status, 202);
    const token = await portal.token(customer.billing.email, "password");
    const body = { token, new_password: "a few words that nobody else has" };
    return (key) => portal.visitor().call("POST", "/password-resets/confirm", body, key);
  },
  "an extension is asked for": async (customer) => {
    const licence_id = await licenceOf(customer, -5);
    const billing = await portal.signedIn(customer.billing.email);
    const body = { licence_id, reason: "renewal_delayed", description: "The order is on its way." };
    return (key) => billing.twin().call("POST", `${customer.path}/extension-requests`, body, key);
  },
  "a payment is recorded": async (customer) => {
    await licenceOf(customer, 2);
    const billing = await portal.signedIn(customer.billing.email);
    return (key) => record(billing.twin(), customer, key);
  },
  "a payment is decided": async (customer) => {
    const licence = await licenceOf(customer, 20);
    const recorded = await record(await portal.signedIn(customer.billing.email), customer, {});
    const body = { action: "reconcile", message: "Received.", licences: [{ id: licence, valid_till: day(300) }] };
    return (key) => admin.twin().call("POST", `/staff/payment-records/${recorded.json.id}/decisions`, body, key);
  },
  "an order is booked": async (customer) => {
    const lines = [{
      product_id: "skyconnect", sku: "SKY-MAIL", description: "Mailboxes", quantity: 50, unit: "users",
      valid_from: day(-2), valid_till: day(27),
    }];
    const body = { number: `SO-${customer.id.slice(0, 8)}`, ordered_on: day(-2), kind: "new", agreement: "contract", lines };
    return (key) => admin.twin().call("POST", `/staff${customer.path}/orders`, body, key);
  },
};

for (const [name, readied] of Object.entries(DEEDS)) {
  test(`${name}, whatever fails on the way`, { timeout: 240_000 }, async () => {
    const undisturbed = await cut(readied, {});
    assert.ok(undisturbed.first < 300, `${undisturbed.first}`);
    assert.ok(undisturbed.calls >= 2 && undisturbed.calls < 20, `${undisturbed.calls} calls`);
    for (let at = 0; at < undisturbed.calls; at += 1) {
      for (const how of HOW) {
        const disturbed = await cut(readied, { cut: { at, how } });
        assert.deepEqual(disturbed.left, undisturbed.left, `call ${at}, ${how}: ${disturbed.first}, then ${disturbed.then}`);
        assert.ok(disturbed.then < 500, `call ${at}, ${how}: ${disturbed.first}, then ${disturbed.then}`);
      }
    }
  });
}

/** The deed, with this trouble; the same once more, without; everything run to rest, and what is left of it. */
async function cut(readied, trouble) {
  const customer = await portal.customer(["primary", "billing"]);
  customer.domain = customer.primary.email.split("@")[1];
  const deed = await readied(customer);
  await rests(customer);
  const key = { "idempotency-key": randomUUID() };
  await faults(trouble);
  const first = await deed(key);
  const { calls } = await faults({});
  const then = await deed(key);
  await rests(customer);
  return { first: first.status, then: then.status, calls, left: await left(customer) };
}

/** Cron and queue, until no mail of this customer is on its way. A consumer that is gone holds its lease for a while. */
async function rests(customer) {
  const waiting = "select count(*) from outbox where (org_id = ?1 or recipient like ?2) and state in ('queued', 'sending')";
  await eventually("the mails to leave", async () => {
    assert.equal((await portal.worker.scheduled({ cron: "*/5 * * * *" })).outcome, "ok");
    if (await portal.value(waiting, customer.id, `%@${customer.domain}`) === 0) return true;
    await portal.sql(
      `update outbox set state_at = state_at - 200, lease_until = lease_until - 200
        where (org_id = ?1 or recipient like ?2) and state in ('queued', 'sending')`,
      customer.id, `%@${customer.domain}`,
    );
    return false;
  });
}

/** All of one customer that a deed can change, without what chance has named. */
async function left({ id, domain }) {
  const rows = async (text) => (await portal.sql(text, id)).map((it) => Object.values(it).join(" "));
  const found = {
    contacts: await rows("select name, verified_at is not null from contact where org_id = ?1 order by 1"),
    roles: await rows("select role, name from role join contact on contact.id = contact_id where role.org_id = ?1 order by 1"),
    audit: await rows("select action from audit where org_id = ?1 and action <> 'access.refused' order by 1"),
    chain: await rows("select count(*) = max(seq) from audit where org_id = ?1"),
    mails: await rows("select kind, state from outbox where org_id = ?1 order by 1, 2"),
    licences: await rows("select valid_till, version from licence where org_id = ?1 order by 1"),
    events: await rows("select cause, new_valid_till from licence_event where org_id = ?1 order by 1, 2"),
    requests: await rows("select status from extension_request where org_id = ?1"),
    payments: await rows("select status from payment_record where org_id = ?1"),
    steps: await rows("select event from payment_event where org_id = ?1 order by 1"),
    orders: await rows("select state from sales_order where org_id = ?1"),
    subscriptions: await rows("select valid_till from subscription where org_id = ?1"),
    notifications: await rows("select title from notification where org_id = ?1 order by 1"),
  };
  const mailed = await portal.sql("select subject from mailbox where recipient like ?1 order by 1", `%@${domain}`);
  const documents = await portal.sql("select object from payment_document where org_id = ?1", id);
  const kept = await Promise.all(documents.map(async (it) => (await portal.env.DOCUMENTS.head(it.object)) !== null));
  const unnamed = (text) => text.replaceAll(id.slice(0, 8), "…");
  return JSON.parse(unnamed(JSON.stringify({ ...found, mailed: mailed.map((it) => it.subject), documents: kept })));
}

async function licenceOf(customer, days) {
  const id = randomUUID();
  await portal.sql(
    `insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
     values (?1, ?2, 'skyconnect', 'subscription', ?3, ?4, ?5)`,
    id, customer.id, day(-100), day(days), seconds(),
  );
  return id;
}

function record(visitor, customer, headers) {
  const form = new FormData();
  const fields = {
    invoice_number: `C/${customer.id.slice(0, 8)}`, currency: "INR", amount: "1,81,440.00", tax_deducted: "0",
    paid_on: day(-1), method: "neft", reference: `UTR ${customer.id.slice(0, 8)}`, note: "",
  };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("proof", new Blob(["%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n"]), "advice.pdf");
  customer.body ??= new Response(form); // the same bytes each time, as whoever repeats a request sends
  return customer.body.clone().arrayBuffer().then((body) => visitor.ask("POST", `/api/v1${customer.path}/payment-records`, {
    headers: { ...headers, "content-type": customer.body.headers.get("content-type") }, body: new Uint8Array(body),
  }));
}

async function faults(how) {
  return (await portal.visitor().call("PUT", "/faults", how)).json;
}

/** The vendor's civil day, so many days from today. */
function day(days) {
  return new Date((seconds() + days * DAY) * 1000).toLocaleDateString("sv-SE", { timeZone: "Asia/Kolkata" });
}

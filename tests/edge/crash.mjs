// What a deed is put through: cut off at a call of D1, KV, R2 or the queue, asked once more with the same key, and
// everything run to rest. Then all is as if nothing had happened, and the invariants hold.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { broken } from "./invariants.mjs";
import { DAY, eventually, seconds, start } from "./portal.mjs";

export const HOW = ["before", "after", "kill"];
const EXPECTED = /Network connection lost|trace with exception outcome|had hung|would never generate a response|hanging Promise/;

export let portal, admin;
let since;

export async function open() {
  portal = await start({ faulty: true });
  since = seconds();
  admin = await portal.signedIn("admin@vendor.example");
}

export const close = () => portal.stop(EXPECTED);

/** The deed, with this trouble; the same once more, without; everything run to rest, and what is left of it. */
export async function cut(readied, trouble) {
  const customer = await portal.customer(["primary", "billing"]);
  customer.domain = customer.primary.email.split("@")[1];
  const deed = await readied(customer);
  await rests();
  const key = { "idempotency-key": randomUUID() };
  await faults(trouble);
  const first = await deed(key);
  const { calls } = await faults({});
  const done = first.status < 400 ? durable(await left(customer)) : undefined;
  const then = await deed(key);
  await answers(deed, key, then);
  await rests();
  const found = await broken(portal, since);
  assert.deepEqual(found, [], `${JSON.stringify(trouble)}: ${first.status}, then ${then.status}`);
  return { first: first.status, then: then.status, calls, left: await left(customer), done };
}

/** Without mails, which leave afterwards. */
function durable({ mails: _, mailed: __, also: ___, ...rest }) {
  return rest;
}

/** INV-10: whoever was told that it is done, finds it done. */
export function kept(disturbed, undisturbed) {
  if (disturbed.done) assert.deepEqual(disturbed.done, undisturbed.done, "INV-10 what was told as done is done");
}

/** INV-9: while its key is kept, the same request gets the same answer. */
async function answers(deed, key, then) {
  const kept = await portal.value("select count(*) from idempotency where key = ?1", key["idempotency-key"]);
  if (kept === 0 || then.status >= 400) return;
  const third = await deed(key);
  assert.deepEqual([third.status, third.text], [then.status, then.text], "INV-9 the same key, the same answer");
}

/** Cron and queue, until no mail is on its way. A consumer that is gone holds its lease for a while. */
async function rests() {
  const open = "from outbox where created_at >= ?1 and state in ('queued', 'sending')";
  await eventually("the mails to leave", async () => {
    assert.equal((await portal.worker.scheduled({ cron: "*/5 * * * *" })).outcome, "ok");
    if (await portal.value(`select count(*) ${open}`, since) === 0) return true;
    await portal.sql(
      `update outbox set state_at = state_at - 200, lease_until = lease_until - 200 where id in (select id ${open})`, since,
    );
    return false;
  });
}

/** All of one customer that a deed can change, without what chance has named. */
async function left({ id, domain, also }) {
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
    also: also ? (await portal.sql(also[0], ...also.slice(1))).map((it) => Object.values(it).join(" ")) : [],
  };
  const mailed = await portal.sql("select subject from mailbox where recipient like ?1 order by 1", `%@${domain}`);
  const documents = await portal.sql("select object from payment_document where org_id = ?1", id);
  const kept = await Promise.all(documents.map(async (it) => (await portal.env.DOCUMENTS.head(it.object)) !== null));
  const unnamed = (text) => text.replaceAll(id.slice(0, 8), "…");
  return JSON.parse(unnamed(JSON.stringify({ ...found, mailed: mailed.map((it) => it.subject), documents: kept })));
}

export async function licenceOf(customer, days) {
  const id = randomUUID();
  await portal.sql(
    `insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
     values (?1, ?2, 'skyconnect', 'subscription', ?3, ?4, ?5)`,
    id, customer.id, day(-100), day(days), seconds(),
  );
  return id;
}

export function record(visitor, customer, headers) {
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
export function day(days) {
  return new Date((seconds() + days * DAY) * 1000).toLocaleDateString("sv-SE", { timeZone: "Asia/Kolkata" });
}

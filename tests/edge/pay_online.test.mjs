// Paying online at the real edge: the portal asks a double of Stripe over HTTP, and the double tells what was paid.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { DAY, Portal, eventually, seconds, tally } from "./portal.mjs";
import { KEY, SECRET, event, signature, stripe } from "./stripe.mjs";

let portal, gateway, customer, payer;
before(async () => {
  gateway = await stripe();
  portal = await Portal.open({
    faulty: true,
    vars: {
      ENVIRONMENT: "test", PAYMENT_GATEWAY: "stripe", STRIPE_API_URL: gateway.url,
      STRIPE_SECRET_KEY: KEY, STRIPE_WEBHOOK_SECRET: `whsec_of_last_year, ${SECRET}`,
    },
  });
  await portal.worker.applyD1Migrations("DB");
  await portal.seed();
});
after(async () => {
  await portal.stop(/Network connection lost|"gateway"|overloaded/);
  gateway.stop();
});
beforeEach(async () => {
  await faults({ d1: "slow" });
  customer = await portal.customer(["primary", "billing", "support"]);
  payer = await portal.signedIn(customer.support.email);
});

const faults = (how) => portal.visitor().call("PUT", "/faults", how);
const number = (sql) => portal.value(sql, customer.id);
const records = () => number("select count(*) from payment_record where org_id = ?1");

let invoices = 0;
/** Begins to pay, and answers where the portal leads and what the gateway has made. */
async function begin({ invoice = `MER/${invoices += 1}/${process.pid}`, amount = "1,98,240.00", currency = "INR" } = {}) {
  const answer = await payer.submit(`/o/${customer.id}/pay`, { invoice, amount, currency, name: "Zoë & Sons", email: customer.support.email });
  assert.equal(answer.status, 303, answer.text);
  const at = answer.headers.get("location");
  return { at, invoice, session: gateway.of(invoice)[0] };
}

const say = (message, how) => {
  const body = JSON.stringify(message);
  return portal.visitor().ask("POST", "/webhooks/stripe", { headers: { "stripe-signature": signature(body, how), "content-type": "application/json" }, body });
};

test("an invoice is paid: form, gateway, the gateway's word, the record, the licence, the mails", async () => {
  await portal.sql(
    `insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
     select ?1, ?2, id, 'subscription', '2026-01-01', ?3, ?4 from product limit 1`,
    `l-${customer.id}`.slice(0, 36), customer.id, new Date((seconds() + 2 * DAY) * 1000).toISOString().slice(0, 10), seconds(),
  );
  const form = await payer.get(`/o/${customer.id}/pay?invoice=MER%2F7&amount=1%2C200&currency=USD`);
  assert.match(form.text, /value="MER\/7"/);
  const { at, invoice, session } = await begin();
  assert.deepEqual([session.amount_total, session.currency, session.customer_email], [19_824_000, "inr", customer.support.email]);
  const page = await payer.get(at);
  assert.ok(page.text.includes(`href="${session.url}" target="_blank" rel="noopener noreferrer"`), page.text);
  assert.equal(new URL(session.cancel_url).pathname, at);
  assert.match((await payer.get(new URL(session.success_url).pathname + "?done=paid-online")).text, /The gateway has taken your payment/);

  const told = await say(event("completed", session));
  assert.deepEqual([told.status, told.json], [200, { outcome: "recorded", received: true }]);
  const billing = await portal.signedIn(customer.billing.email);
  const [record] = (await billing.call("GET", `${customer.path}/payment-records`)).json.items;
  assert.deepEqual(
    [record.invoice_number, record.amount, record.status, record.method, record.licences.map((it) => it.code)],
    [invoice, { amount_minor: 19_824_000, currency: "INR" }, "under_review", "card", ["extended"]],
  );
  assert.match((await payer.get(at)).text, /The gateway has confirmed the payment/);
  for (const role of ["primary", "billing"]) {
    const [mail] = await eventually(`the mail to ${role}`, async () => {
      const mails = await portal.mails(customer[role].email);
      return mails.length > 0 && mails;
    });
    assert.equal(mail.subject, `Invoice ${invoice} was paid online`);
  }
  const log = await portal.sql("select actor_name, action from audit where org_id = ?1 and action like 'payment.%' order by rowid", customer.id);
  assert.deepEqual(log.map((it) => it.action), ["payment.begun", "payment.recorded"]);
});

test("forty times the same word, and twenty others of the same payment, make one record", async () => {
  const { session } = await begin();
  const same = event("completed", session);
  const others = Array.from({ length: 20 }, () => event("async_payment_succeeded", session));
  const answers = await portal.race(60, (at) => say(at < 40 ? same : others[at - 40]));
  assert.ok(answers.every((it) => it.status === 200 || it.status === 503), JSON.stringify(tally(answers)));
  assert.equal(await records(), 1);
  assert.equal(await number("select count(*) from audit where org_id = ?1 and action = 'payment.recorded'"), 1);
  assert.equal((await say(same)).json.outcome, "heard before");
});

test("what Stripe did not say is refused, and what it said long ago", async () => {
  const { session } = await begin();
  const paid = event("completed", session);
  const body = JSON.stringify(paid);
  const send = (header, text = body) => portal.visitor().ask("POST", "/webhooks/stripe", { headers: { ...(header && { "stripe-signature": header }) }, body: text });
  const good = signature(body);
  for (const [answer, why] of [
    [await send(undefined), "no signature"],
    [await send(signature(body, { secrets: ["whsec_of_somebody"] })), "another secret"],
    [await send(good, body.replace("19824000", "19824001")), "another body"],
    [await send(good, `${body} `), "a byte more"],
    [await send(good.replace("v1=", "v0=")), "another scheme"],
    [await send(signature(body, { at: seconds() - 400 })), "an old one"],
    [await send(signature(body, { at: seconds() + 400 })), "one of the future"],
  ]) {
    assert.equal(answer.says, "400 not-signed", why);
  }
  assert.equal((await send(signature("{}"), "{}")).says, "422 invalid");
  assert.equal((await send(good, "x".repeat(300_000))).says, "413 too-large");
  assert.equal((await portal.visitor().get("/webhooks/stripe")).status, 405);
  assert.equal(await records(), 0);
  // While a secret is replaced, two sign and two are known.
  assert.equal((await send(signature(body, { secrets: ["whsec_of_next_year", SECRET] }))).status, 200);
  assert.equal((await say(event("completed", (await begin()).session), { secrets: ["whsec_of_last_year"] })).json.outcome, "recorded");
});

test("late, out of order, less than was typed, and after the payer has gone", async () => {
  const { at, session } = await begin();
  const tell = async (kind, change) => (await say(event(kind, session, change))).json.outcome;
  assert.equal(await tell("expired"), "marked");
  assert.match((await payer.get(at)).text, /It ran out/);
  assert.equal(await tell("completed", { payment_status: "unpaid", status: "complete" }), "marked");
  assert.equal(await tell("async_payment_failed"), "marked");
  assert.match((await payer.get(at)).text, /Not paid/);
  await portal.sql("update payment_session set started_at = started_at - 8640000 where org_id = ?1", customer.id);
  await portal.sql("delete from role where org_id = ?1 and role = 'support'", customer.id);
  await portal.sql("delete from contact where org_id = ?1 and id = ?2", customer.id, customer.support.id);
  assert.equal((await payer.get(at)).status, 404, "the payer has no access any more");
  assert.equal(await tell("async_payment_succeeded", { amount_total: 9_000_000 }), "recorded");
  assert.equal(await tell("expired"), "nothing new");
  const [record] = await portal.sql("select amount, note, status from payment_record where org_id = ?1", customer.id);
  assert.equal(record.amount, 9_000_000);
  assert.match(record.note, /begun with ₹1,98,240\.00; the gateway took ₹90,000\.00/);
});

test("money that belongs to nothing here is mailed to the billing team, once", async () => {
  const { session } = await begin();
  const stray = event("completed", session, { metadata: { ...session.metadata, portal_session: "nobody" } });
  assert.deepEqual([(await say(stray)).json.outcome, (await say(stray)).json.outcome], ["stray", "heard before"]);
  const mails = () => portal.value("select count(*) from outbox where kind = 'payments.stray' and payload like ?1", `%${session.id.slice(-24)}%`);
  assert.equal(await mails(), 1);
  assert.equal((await say(event("completed", session, { metadata: {} }))).json.outcome, "not ours");
  assert.equal(await records(), 0);
});

test("a database that does not answer asks for a retry, which records once", async () => {
  const { session } = await begin();
  const paid = event("completed", session);
  for (const d1 of ["down", "busy", "lost"]) {
    await faults({ d1 });
    assert.equal((await say(paid)).status, 503, d1);
  }
  await faults({});
  const again = await say(paid);
  assert.deepEqual([again.status, again.json.outcome], [200, "heard before"], "the last one was written, and its answer lost");
  assert.equal(await records(), 1);
});

test("a gateway that stumbles is asked again with the same key, and makes one place to pay", async () => {
  for (const how of ["LOST", "BUSY"]) {
    const { invoice } = await begin({ invoice: `${how}/${process.pid}` });
    assert.equal(gateway.of(invoice).length, 1);
    const keys = gateway.calls.filter((it) => it.text.includes(encodeURIComponent(invoice))).map((it) => it.headers["idempotency-key"]);
    assert.ok(keys.length === 2 && keys[0] === keys[1] && keys[0].length === 36, JSON.stringify(keys));
  }
  const small = await payer.submit(`/o/${customer.id}/pay`, { invoice: "MER/1", amount: "0.20", currency: "USD", name: "Zoë", email: "a@b.example" });
  assert.equal(small.status, 422);
  assert.match(small.text, /at least 50 cents/);
  assert.match(small.text, /value="0\.20"/);
});

test("without what it needs nobody is led astray, and the gateway is asked to say it again", async () => {
  const { session } = await begin();
  const bare = await Portal.open({ vars: { ENVIRONMENT: "test", PAYMENT_GATEWAY: "stripe", STRIPE_API_URL: gateway.url } });
  try {
    await bare.worker.applyD1Migrations("DB");
    await bare.seed();
    const body = JSON.stringify(event("completed", session));
    const said = await bare.visitor().ask("POST", "/webhooks/stripe", { headers: { "stripe-signature": signature(body) }, body });
    assert.equal(said.says, "503 try-again");
    const admin = await bare.signedIn("admin@vendor.example");
    assert.match((await admin.get("/staff/installation")).text, /STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are not set/);
  } finally {
    await bare.stop(/STRIPE_WEBHOOK_SECRET/);
  }
});

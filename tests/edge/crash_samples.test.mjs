// More deeds, each cut off twice, where and how is drawn, so that `make test` stays short and all of them are
// met over the runs: SEED=7 draws others. The main deeds are cut off at every call in crash_points.test.mjs.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import * as crash from "./crash.mjs";
import { PASSWORD, claims, seconds } from "./portal.mjs";

const SEED = Number(process.env.SEED ?? 20261122);
const ROUNDS = Number(process.env.ROUNDS ?? 1);
console.log(`SEED=${SEED} ROUNDS=${ROUNDS}`);

before(crash.open);
after(crash.close);

const as = (who) => crash.portal.signedIn(who.email);
const staff = (method, path, body, headers = {}) => (key) => crash.admin.twin().call(method, `/staff${path}`, body, { ...headers, ...key });

/**
 * Each readies a customer and answers with the deed, which takes the headers of its key. `also` of the customer is what
 * else it changes. What is ANEW each time it is asked for is held to the invariants alone.
 */
const DEEDS = {
  "signing in, ANEW": async (customer) => {
    const body = { email: customer.billing.email, password: PASSWORD };
    return (key) => crash.portal.visitor().call("POST", "/session", body, key);
  },
  "signing out": async (customer) => {
    const visitor = await as(customer.billing);
    customer.also = ["select ended_at is not null from session where person_id = ?1", customer.billing.person];
    return (key) => visitor.twin().call("DELETE", "/session", undefined, key);
  },
  "a link to choose a password is asked for, ANEW": async (customer) => (key) =>
    crash.portal.visitor().call("POST", "/password-resets", { email: customer.billing.email }, key),
  "a password is changed": async (customer) => {
    const visitor = await as(customer.billing);
    customer.also = ["select session_epoch from person where id = ?1", customer.billing.person];
    const body = { current_password: PASSWORD, new_password: "a few words that nobody else has" };
    return (key) => visitor.twin().call("PUT", "/me/password", body, key);
  },
  "a session is ended from elsewhere": async (customer) => {
    const [here, there] = [await as(customer.billing), await as(customer.billing)];
    const { sid } = claims(there.cookies.get("__Host-session"));
    customer.also = ["select count(*) from session where person_id = ?1 and ended_at is null", customer.billing.person];
    return (key) => here.twin().call("DELETE", `/me/sessions/${sid}`, undefined, key);
  },
  "an address is confirmed": async (customer) => {
    const primary = await as(customer.primary);
    const email = `nina@${customer.domain}`;
    const added = await primary.call("POST", `${customer.path}/contacts`, { display_name: "Nina New", email });
    assert.equal(added.status, 201, added.text);
    const token = await crash.portal.token(email, "verify");
    return (key) => crash.portal.visitor().call("POST", "/verifications/confirm", { token }, key);
  },
  "a contact is mailed again": async (customer) => {
    const id = await unverified(customer);
    const primary = await as(customer.primary);
    return (key) => primary.twin().call("POST", `${customer.path}/contacts/${id}/verification`, undefined, key);
  },
  "a contact is removed": async (customer) => {
    const primary = await as(customer.primary);
    return (key) => primary.twin().call("DELETE", `${customer.path}/contacts/${customer.billing.id}`, undefined, key);
  },
  "an organisation is renamed": async (customer) => {
    const primary = await as(customer.primary);
    customer.also = ["select version from organisation where id = ?1", customer.id];
    return (key) => primary.twin().call("PATCH", customer.path, { name: "Another Name" }, { ...key, "if-match": '"1"' });
  },
  "a question about a payment is answered, with a proof": async (customer) => {
    const billing = await as(customer.billing);
    const recorded = await crash.record(billing, customer, {});
    await crash.portal.sql("update payment_record set status = 'information_needed' where id = ?1", recorded.json.id);
    const form = new FormData();
    form.append("note", "From the account in Pune.");
    form.append("proof", new Blob(["%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n"]), "advice.pdf");
    const sent = new Response(form);
    const [type, body] = [sent.headers.get("content-type"), new Uint8Array(await sent.arrayBuffer())];
    const path = `/api/v1${customer.path}/payment-records/${recorded.json.id}/replies`;
    return (key) => billing.twin().ask("POST", path, { headers: { ...key, "content-type": type }, body });
  },
  "a payment is withdrawn": async (customer) => {
    const billing = await as(customer.billing);
    const recorded = await crash.record(billing, customer, {});
    return (key) => billing.twin().call("POST", `${customer.path}/payment-records/${recorded.json.id}/withdrawal`, undefined, key);
  },
  "paying online is begun": async (customer) => {
    const primary = await as(customer.primary);
    customer.also = ["select invoice_number, status from payment_session where org_id = ?1", customer.id];
    const fields = { invoice: "MER/7", currency: "INR", amount: "1,98,240.00", name: "Ann", email: customer.primary.email };
    return (key) => primary.twin().submit(`/o/${customer.id}/pay`, fields, key);
  },
  "a report is asked for": async (customer) => {
    const primary = await as(customer.primary);
    customer.also = ["select made_at is not null from report where org_id = ?1", customer.id];
    return (key) => primary.twin().call("POST", `${customer.path}/reports`, undefined, key);
  },
  "an address of the calendar is made, ANEW": async (customer) => {
    const primary = await as(customer.primary);
    return (key) => primary.twin().submit(`/o/${customer.id}/calendar`, {}, key);
  },
  "a customer is set up": async (customer) => {
    const name = `Initech ${customer.id.slice(0, 8)}`;
    customer.also = ["select count(*) from organisation where name = ?1", name];
    return staff("POST", "/organisations", {
      name, channel: "direct", domains: [], first_contact: { email: `kim@${customer.domain}`, display_name: "Kim" },
    });
  },
  "a Primary is replaced": async (customer) => staff("POST", `${customer.path}/primary`, {
    email: customer.billing.email, display_name: "Bill", reason: "We called them back.",
  }),
  "a colleague is added": async (customer) => {
    const email = `zoe@${customer.domain}`;
    customer.also = ["select role from staff join person on person.id = person_id where email = ?1", email];
    return staff("POST", "/members", { display_name: "Zoe", email, role: "sales" });
  },
  "a key is made": async (customer) => {
    const name = `ERP ${customer.id.slice(0, 8)}`;
    customer.also = ["select count(*) from api_key where name = ?1", name];
    return staff("POST", "/api-keys", { name, scopes: ["sales"], expires_on: crash.day(60) });
  },
  "a licence is moved": async (customer) => {
    const licence = await crash.licenceOf(customer, 20);
    return staff("PATCH", `/licences/${licence}`, { valid_till: crash.day(60), note: "As agreed" }, { "if-match": '"1"' });
  },
  "customers are told something": async (customer) => staff("POST", "/notifications", {
    title: "Downtime", body: "On Sunday", category: "downtime", organisations: [customer.id], publish: true,
  }),
  "usage is imported": async (customer) => {
    customer.also = ["select used from usage_sample where org_id = ?1", customer.id];
    const sample = { organisation_id: customer.id, product_id: "skyconnect", sub_product: "mailboxes", date: crash.day(-1), used: 41 };
    return staff("POST", "/usage", { items: [sample] });
  },
  "a partner is entered": async (customer) => {
    const name = `Row ${customer.id.slice(0, 8)}`;
    customer.also = ["select count(*) from partner where name = ?1", name];
    return staff("POST", "/partners", { name, domains: [] });
  },
  "somebody looks through a contact's eyes, ANEW": async (customer) => {
    const admin = await crash.portal.signedIn("admin@vendor.example");
    const path = `/staff/organisations/${customer.id}/contacts/${customer.billing.id}/view-as`;
    return (key) => admin.twin().submit(path, { reason: "Ticket 4711, a blank page" }, key);
  },
};

const draw = dice(SEED);
for (const [name, readied] of Object.entries(DEEDS)) {
  test(`${name}, whatever fails on the way`, { timeout: 120_000 }, async () => {
    const undisturbed = await crash.cut(readied, {});
    assert.ok(undisturbed.first < 400, `${undisturbed.first}`);
    for (let round = 0; round < 2 * ROUNDS; round += 1) {
      const how = crash.HOW[Math.floor(draw() * 3)];
      const at = Math.floor(draw() * undisturbed.calls);
      const what = `SEED=${SEED}, call ${at} of ${undisturbed.calls}, ${how}`;
      const disturbed = await crash.cut(readied, { cut: { at, how } });
      assert.ok(disturbed.then < 500, `${what}: ${disturbed.first}, then ${disturbed.then}`);
      if (name.endsWith("ANEW")) continue;
      assert.deepEqual(disturbed.left, undisturbed.left, `${what}: ${disturbed.first}, then ${disturbed.then}`);
      crash.kept(disturbed, undisturbed);
    }
  });
}

/** A contact who has never been mailed. */
async function unverified(customer) {
  const [person, id] = [randomUUID(), randomUUID()];
  await crash.portal.sql("insert into person (id, email, display_name, created_at) values (?1, ?2, 'Nina', ?3)", person, `nina@${customer.domain}`, seconds());
  await crash.portal.sql("insert into contact (id, org_id, person_id, name, created_at) values (?1, ?2, ?3, 'Nina New', ?4)", id, customer.id, person, seconds());
  return id;
}

/** Numbers from 0 to 1, the same at each run. */
function dice(seed) {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

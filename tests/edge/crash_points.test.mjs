// The main deeds, each cut off at every call of D1, KV, R2 and the queue: before it arrives, after it is done, and for
// good. The host suite does so with every deed there is (tests/portal/crash_points.rs), on twins; more deeds at calls that
// are drawn are in crash_samples.test.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as crash from "./crash.mjs";

before(crash.open);
after(crash.close);

/** Each readies a customer and answers with the deed, which takes the headers of its key. */
const DEEDS = {
  "a contact is added": async (customer) => {
    const primary = await crash.portal.signedIn(customer.primary.email);
    const body = { display_name: "Nina New", email: `nina@${customer.domain}` };
    return (key) => primary.twin().call("POST", `${customer.path}/contacts`, body, key);
  },
  "roles are assigned": async (customer) => {
    const primary = await crash.portal.signedIn(customer.primary.email);
    const roles = { primary: customer.billing.id, billing: customer.primary.id, support: null, technical: null };
    return (key) => primary.twin().call("PUT", `${customer.path}/roles`, roles, { ...key, "if-match": '"1"' });
  },
  "a one-time link is used": async (customer) => {
    assert.equal((await crash.portal.visitor().call("POST", "/password-resets", { email: customer.billing.email })).status, 202);
    const token = await crash.portal.token(customer.billing.email, "password");
    const body = { token, new_password: "a few words that nobody else has" };
    return (key) => crash.portal.visitor().call("POST", "/password-resets/confirm", body, key);
  },
  "an extension is asked for": async (customer) => {
    const licence_id = await crash.licenceOf(customer, -5);
    const billing = await crash.portal.signedIn(customer.billing.email);
    const body = { licence_id, reason: "renewal_delayed", description: "The order is on its way." };
    return (key) => billing.twin().call("POST", `${customer.path}/extension-requests`, body, key);
  },
  "a payment is recorded": async (customer) => {
    await crash.licenceOf(customer, 2);
    const billing = await crash.portal.signedIn(customer.billing.email);
    return (key) => crash.record(billing.twin(), customer, key);
  },
  "a payment is decided": async (customer) => {
    const licence = await crash.licenceOf(customer, 20);
    const recorded = await crash.record(await crash.portal.signedIn(customer.billing.email), customer, {});
    const body = { action: "reconcile", message: "Received.", licences: [{ id: licence, valid_till: crash.day(300) }] };
    return (key) => crash.admin.twin().call("POST", `/staff/payment-records/${recorded.json.id}/decisions`, body, key);
  },
  "an order is booked": async (customer) => {
    const lines = [{
      product_id: "skyconnect", sku: "SKY-MAIL", description: "Mailboxes", quantity: 50, unit: "users",
      valid_from: crash.day(-2), valid_till: crash.day(27),
    }];
    const body = { number: `SO-${customer.id.slice(0, 8)}`, ordered_on: crash.day(-2), kind: "new", agreement: "contract", lines };
    return (key) => crash.admin.twin().call("POST", `/staff${customer.path}/orders`, body, key);
  },
};

for (const [name, readied] of Object.entries(DEEDS)) {
  test(`${name}, whatever fails on the way`, { timeout: 240_000 }, async () => {
    const undisturbed = await crash.cut(readied, {});
    assert.ok(undisturbed.first < 300, `${undisturbed.first}`);
    assert.ok(undisturbed.calls >= 2 && undisturbed.calls < 20, `${undisturbed.calls} calls`);
    for (let at = 0; at < undisturbed.calls; at += 1) {
      for (const how of crash.HOW) {
        const disturbed = await crash.cut(readied, { cut: { at, how } });
        assert.deepEqual(disturbed.left, undisturbed.left, `call ${at}, ${how}: ${disturbed.first}, then ${disturbed.then}`);
        crash.kept(disturbed, undisturbed);
        assert.ok(disturbed.then < 500, `call ${at}, ${how}: ${disturbed.first}, then ${disturbed.then}`);
      }
    }
  });
}

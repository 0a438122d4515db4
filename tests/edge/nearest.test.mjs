// Pages from the nearest copy, with D1's own sessions and bookmarks: which copy is asked, how far it must have come, and
// what its reader sees when it lags. The host suite does so with every page and deed there is (tests/portal/nearest.rs).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { claims, start } from "./portal.mjs";

const BOOKMARK = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;

let portal, customer;
before(async () => {
  portal = await start({ faulty: true, vars: { ENVIRONMENT: "test", PAGES_FROM: "nearest" } });
  customer = await portal.customer(["primary", "billing"]);
});
after(() => portal.stop(/x^/));

const faults = async (how) => (await portal.visitor().call("PUT", "/faults", how)).json;
const contacts = (visitor) => visitor.get(`/o/${customer.id}/contacts`);
const added = (visitor, name) => visitor.call("POST", `${customer.path}/contacts`, {
  display_name: `${name} New`, email: `${name.toLowerCase()}@${customer.primary.email.split("@")[1]}`,
});

test("a deed leaves D1's bookmark, and the next page asks for no less", async () => {
  const primary = await portal.signedIn(customer.primary.email);
  assert.equal((await contacts(primary)).status, 200);
  await faults({});
  assert.equal((await added(primary, "Nina")).status, 201);
  const deed = (await faults({})).sessions;
  assert.deepEqual(deed, ["first-primary"]);
  const { seen } = claims(primary.cookies.get("__Host-mark"));
  assert.match(seen, BOOKMARK);
  const page = await contacts(primary);
  assert.match(page.text, /Nina New/);
  const { sessions, trips } = await faults({});
  assert.deepEqual([sessions, trips], [[seen], 2], "the gate goes to the primary, the questions to the copy");
  const other = portal.visitor();
  for (const name of ["__Host-session", "__Host-device"]) other.cookies.set(name, primary.cookies.get(name));
  await contacts(other);
  assert.deepEqual((await faults({})).sessions, ["first-unconstrained"]);
});

test("a copy that lags shows a deed to whoever did it, and the gate is not fooled", async () => {
  const primary = await portal.signedIn(customer.primary.email);
  const billing = await portal.signedIn(customer.billing.email);
  for (const it of [primary, billing]) it.cookies.delete("__Host-mark");
  await faults({ copy: "behind" });
  assert.doesNotMatch((await contacts(billing)).text, /Otto New/);
  assert.equal((await added(primary, "Otto")).status, 201);
  assert.doesNotMatch((await contacts(billing)).text, /Otto New/, "the copy does not lag");
  assert.match((await contacts(primary)).text, /Otto New/);
  await portal.sql("update person set session_epoch = session_epoch + 1 where id = ?1", customer.billing.person);
  assert.equal((await contacts(billing)).status, 303);
  await faults({});
});

test("the gate and the questions travel at the same time", async () => {
  const primary = await portal.signedIn(customer.primary.email);
  const quickest = async (distance) => {
    await faults({ distance });
    const times = [];
    for (let at = 0; at < 3; at += 1) {
      const began = performance.now();
      assert.equal((await contacts(primary)).status, 200);
      times.push(performance.now() - began);
    }
    return Math.min(...times);
  };
  const near = await quickest(0);
  const far = await quickest(240);
  await faults({});
  assert.ok(far - near > 200 && far - near < 400, `${near} ms and ${far} ms`);
});

// What a request leaves behind in the instance when it is over: nothing, whatever was read of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, start } from "./portal.mjs";

const TIMES = 40;

let portal, customer, primary;
before(async () => {
  portal = await start({ faulty: true });
  customer = await portal.customer(["primary"]);
  primary = await portal.signedIn(customer.primary.email);
});
after(() => portal.stop(/Network connection lost/));

const json = { "content-type": "application/json" };
const REQUESTS = {
  "a page": () => primary.get(`/o/${customer.id}/contacts`),
  "a body that nobody reads": () => primary.ask("DELETE", `/api/v1${customer.path}/contacts/${customer.id}`, { headers: json, body: "{}" }),
  "a body that is refused unread": () => portal.visitor().ask("POST", "/api/v1/session", { headers: { ...json, origin: "https://evil.example" }, body: "{}" }),
  "a body that is given up half-way": () => primary.ask("POST", `/api/v1${customer.path}/contacts`, { headers: json, body: "x".repeat(3_000_000) }),
  "a body that is read": () => primary.ask("PATCH", "/api/v1/me", { headers: { ...json, "if-match": "*" }, body: JSON.stringify({ display_name: "Nina" }) }),
  "a call of the database that fails": () => primary.get(`/o/${customer.id}/roles`),
};

for (const [what, ask] of Object.entries(REQUESTS)) {
  test(`${what} leaves nothing behind`, async () => {
    const how = what.includes("fails") ? { d1: "down" } : {};
    for (let at = 0; at < 3; at += 1) await ask();
    const before = await held();
    await portal.visitor().call("PUT", "/faults", how);
    for (let at = 0; at < TIMES; at += 1) await ask();
    // What goes on after the answer comes to its end, too.
    const grown = async () => (await held()) - before;
    await eventually(`nothing of ${what} is held`, async () => (await grown()) < TIMES / 4, 5);
  });
}

async function held() {
  return (await portal.visitor().call("PUT", "/faults", {})).json.references;
}

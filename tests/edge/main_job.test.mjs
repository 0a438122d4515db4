// The main job over HTTP, once as a program and once as a person without script does it: somebody adds a contact, the
// mails go through the queue, the contact verifies, chooses a password, gets a role and sees what it opens.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PASSWORD, start } from "./portal.mjs";

const OWN = "a few words that nobody else has";

let portal;
before(async () => { portal = await start(); });
after(() => portal.stop());

test("a program: from the first contact to a role and back", async () => {
  const customer = await portal.customer(["primary"]);
  const email = `newcomer@${customer.primary.email.split("@")[1]}`;
  const primary = await portal.signedIn(customer.primary.email);

  const added = await primary.call("POST", `${customer.path}/contacts`, { display_name: "Nina New", email });
  assert.equal(added.status, 201, added.text);
  assert.deepEqual({ ...added.json, id: "", mail: added.json.mail.state }, {
    id: "", email, display_name: "Nina New", roles: [], status: "unverified", verified_at: null, mail: "queued",
  });
  const contact = added.json.id;
  const early = await portal.visitor().signIn(email, OWN);
  assert.equal(early.says, "401 bad-credentials", "not before verification");
  const roles = { primary: customer.primary.id, billing: null, support: contact, technical: null };
  const tooEarly = await primary.call("PUT", `${customer.path}/roles`, roles, { "if-match": "*" });
  assert.equal(tooEarly.says, "422 role-needs-verified-contact");

  const nina = portal.visitor();
  const verification = await portal.mailWithLink(email, "verify");
  assert.deepEqual(verification.attachments, []);
  assert.match(verification.html, new RegExp(`verify#${verification.token}"`));
  const confirmed = await nina.call("POST", "/verifications/confirm", { token: verification.token });
  assert.deepEqual([confirmed.status, confirmed.json], [200, { organisation: { name: customer.name }, needs_password: true }]);
  assert.equal(nina.cookies.size, 0, "verifying signs nobody in");

  const token = await portal.token(email, "password");
  const chosen = await nina.call("POST", "/password-resets/confirm", { token, new_password: OWN });
  assert.equal(chosen.status, 204, chosen.text);
  assert.equal((await nina.me()).says, "401 sign-in-required", "neither does choosing a password");
  assert.deepEqual((await nina.signIn(email, OWN)).json.organisations, [{ id: customer.id, name: customer.name, roles: [] }]);

  const seen = async () => (await nina.call("GET", customer.path)).json;
  const everybody = ["notifications", "documentation", "payment_gateway"];
  assert.deepEqual(await seen(), { id: customer.id, name: customer.name, roles: [], applications: everybody });
  const refused = await nina.call("GET", `${customer.path}/contacts`);
  assert.equal(refused.says, "403 role-required");
  assert.match(refused.json.detail, /Primary.*primary can grant it/, "names the role and who can grant it");

  const assign = async (assignment) => {
    const etag = (await primary.call("GET", `${customer.path}/roles`)).headers.get("etag");
    const answer = await primary.call("PUT", `${customer.path}/roles`, assignment, { "if-match": etag });
    assert.deepEqual([answer.status, answer.json], [200, assignment], answer.text);
  };
  await assign(roles);
  assert.deepEqual(await seen(), {
    id: customer.id, name: customer.name, roles: ["support"],
    applications: ["notifications", "dashboards", "helpdesk", "documentation", "payment_gateway"],
  });
  await assign({ ...roles, support: null });
  assert.deepEqual((await seen()).applications, everybody, "a role that was taken away is gone at the next request");

  const { items } = (await primary.call("GET", `${customer.path}/contacts`)).json;
  const [listed] = items.filter((it) => it.id === contact);
  assert.deepEqual([listed.status, listed.mail.state, listed.roles], ["verified", "sent", []]);
});

test("a person: the same in pages and forms, without a line of script", async () => {
  const customer = await portal.customer(["primary"]);
  const email = `newcomer@${customer.primary.email.split("@")[1]}`;
  const at = `/o/${customer.id}`;
  const primary = portal.visitor();
  const credentials = { email: customer.primary.email, password: PASSWORD, to: `${at}/contacts` };
  const entered = await primary.submit("/sign-in", credentials);
  assert.deepEqual([entered.status, entered.headers.get("location")], [303, `${at}/contacts`]);

  const screen = await primary.get(`${at}/contacts`);
  const [, key] = screen.text.match(/name="idempotency_key" value="([^"]+)"/) ?? assert.fail("the form has a key");
  const fields = { display_name: "Nina New", email, send_verification: "on", idempotency_key: key };
  for (const click of ["first", "second"]) {
    const added = await primary.submit(`${at}/contacts`, fields);
    assert.deepEqual([added.status, added.headers.get("location")], [303, `${at}/contacts?done=contact-added`], click);
  }
  const list = await primary.get(`${at}/contacts?done=contact-added`);
  assert.match(list.text, /The contact was added/);
  const { items } = (await primary.call("GET", `/organisations/${customer.id}/contacts`)).json;
  assert.equal(items.length, 2, "a double click adds one contact");

  const nina = portal.visitor();
  const { token, text } = await portal.mailWithLink(email, "verify");
  for (const look of ["first", "second"]) {
    assert.equal((await nina.get("/verify")).status, 200, `${look} look: opening the page changes nothing`);
  }
  const code = text.split("\n").filter((line) => line === token);
  assert.equal(code.length, 1, "the mail has the code to paste");
  const verified = await nina.submit("/verify", { token: ` ${code[0]}\n` });
  assert.equal(verified.status, 200, verified.text);
  assert.match(verified.text, new RegExp(customer.name));

  const link = await portal.token(email, "password");
  const mistyped = await nina.submit("/password", { token: link, new_password: OWN, new_password_again: "something else" });
  assert.equal(mistyped.status, 422);
  assert.doesNotMatch(mistyped.text, new RegExp(OWN), "a page never shows a password");
  const chosen = await nina.submit("/password", { token: link, new_password: OWN, new_password_again: OWN });
  assert.deepEqual([chosen.status, chosen.headers.get("location")], [303, "/sign-in?done=password-set"]);
  const arrived = await nina.submit("/sign-in", { email: email.toUpperCase(), password: OWN });
  assert.deepEqual([arrived.status, arrived.headers.get("location")], [303, at], "one organisation: straight to its home");

  const ways = async () => (await nina.get(at)).text;
  const { BILLDESK_URL, DOCUMENTATION_URL } = portal.env;
  const helpdesk = `${at}/helpdesk`;
  assert.match(await ways(), /You are a contact without a role/);
  for (const closed of [helpdesk, BILLDESK_URL, `${at}/contacts`]) assert.ok(!(await ways()).includes(`href="${closed}"`), closed);
  assert.ok((await ways()).includes(`href="${DOCUMENTATION_URL}"`));
  assert.equal((await nina.get(`${at}/contacts`)).status, 403);

  const roles = await primary.get(`${at}/roles`);
  const [, version] = roles.text.match(/name="version" value="(\d+)"/) ?? assert.fail("the form has a version");
  const [, contact] = roles.text.match(/value="([\w-]{36})"[^>]*>Nina New/) ?? assert.fail("Nina can be chosen");
  const wish = { version, primary: customer.primary.id, billing: "", support: contact, technical: "" };
  const assigned = await primary.submit(`${at}/roles`, wish);
  assert.deepEqual([assigned.status, assigned.headers.get("location")], [303, `${at}/contacts?done=roles-assigned`]);
  assert.ok((await ways()).includes(`href="${helpdesk}"`));
  assert.ok(!(await ways()).includes(`href="${BILLDESK_URL}"`));
  const stale = await primary.submit(`${at}/roles`, { ...wish, support: "" });
  assert.equal(stale.status, 412, "the form was opened before the last assignment");
  const vacated = await primary.submit(`${at}/roles`, { ...wish, version: Number(version) + 1, support: "" });
  assert.equal(vacated.status, 303, vacated.text);
  assert.ok(!(await ways()).includes(`href="${helpdesk}"`));
});

test("somebody known verifies for a second organisation with the password that they have", async () => {
  const [first, second] = [await portal.customer(["primary", "billing"]), await portal.customer(["primary"])];
  const primary = await portal.signedIn(second.primary.email);
  const body = { display_name: "Somebody Known", email: first.billing.email };
  assert.equal((await primary.call("POST", `${second.path}/contacts`, body)).status, 201);
  const visitor = await portal.signedIn(first.billing.email);
  assert.equal((await visitor.call("GET", second.path)).says, "404 not-found", "not before they agreed");
  const token = await portal.token(first.billing.email, "verify");
  const { needs_password: needsPassword } = (await visitor.call("POST", "/verifications/confirm", { token })).json;
  assert.equal(needsPassword, false);
  assert.deepEqual((await visitor.me()).json.organisations.map((it) => it.id).sort(), [first.id, second.id].sort());
});

test("a contact that is deleted is outside at the next request", async () => {
  const customer = await portal.customer(["primary", "support"]);
  const [primary, support] = [await portal.signedIn(customer.primary.email), await portal.signedIn(customer.support.email)];
  assert.equal((await support.call("GET", customer.path)).status, 200);
  assert.equal((await primary.call("DELETE", `${customer.path}/contacts/${customer.support.id}`)).status, 204);
  assert.equal((await support.call("GET", customer.path)).says, "404 not-found");
  assert.equal((await primary.call("DELETE", `${customer.path}/contacts/${customer.primary.id}`)).says, "409 primary-cannot-be-deleted");
});

test("signing out ends the session at once, on every connection", async () => {
  const customer = await portal.customer(["primary"]);
  for (const leave of [(it) => it.call("DELETE", "/session"), (it) => it.submit("/sign-out", {})]) {
    const primary = await portal.signedIn(customer.primary.email);
    const twin = primary.twin();
    assert.equal((await twin.me()).status, 200);
    const left = await leave(primary);
    assert.ok([204, 303].includes(left.status), left.text);
    assert.equal(left.headers.get("clear-site-data"), '"cache", "storage"');
    assert.equal(primary.cookies.has("__Host-session"), false, "the browser forgets the cookie");
    assert.equal((await twin.me()).says, "401 sign-in-required", "and whoever kept it has nothing");
    assert.equal((await twin.get(`/o/${customer.id}`)).status, 303);
  }
});

test("a password that is changed ends every other session at once and renews the one that did it", async () => {
  const customer = await portal.customer(["primary"]);
  const here = await portal.signedIn(customer.primary.email);
  const [there, copied] = [await portal.signedIn(customer.primary.email), here.twin()];
  const body = { current_password: PASSWORD, new_password: OWN };
  assert.equal((await here.call("PUT", "/me/password", body)).status, 204);
  assert.equal((await here.me()).status, 200);
  assert.equal((await there.me()).says, "401 sign-in-required");
  assert.equal((await copied.me()).says, "401 sign-in-required", "the old cookie of the same browser");
  assert.equal((await portal.visitor().signIn(customer.primary.email, PASSWORD)).status, 401);
});

test("no store and no log holds a token or a password", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  const path = `${customer.path}/contacts/${customer.newcomer.id}/verification`;
  assert.equal((await primary.call("POST", path)).status, 202);
  const verify = await portal.token(customer.newcomer.email, "verify");
  await portal.visitor().call("POST", "/verifications/confirm", { token: verify });
  const password = await portal.token(customer.newcomer.email, "password");
  await portal.visitor().call("POST", "/password-resets/confirm", { token: password, new_password: OWN });

  const stores = { log: JSON.stringify(portal.harness.getLogs()) };
  for (const name of ["SESSIONS", "TOKENS"]) {
    const { keys } = await portal.env[name].list();
    assert.ok(keys.length > 0, name);
    stores[name] = JSON.stringify(await Promise.all(keys.map(async (it) => [it.name, await portal.env[name].get(it.name)])));
  }
  const tables = await portal.sql("select name from sqlite_schema where type = 'table' and name not glob '_*' and name not glob 'sqlite*'");
  for (const { name } of tables.filter((it) => it.name !== "mailbox")) { // the mailbox is the mail itself
    stores[name] = JSON.stringify(await portal.sql(`select * from ${name}`));
  }
  assert.ok(tables.length > 10);
  for (const [store, held] of Object.entries(stores)) {
    for (const secret of [verify, password, PASSWORD, OWN, primary.cookies.get("__Host-session")]) {
      assert.ok(!held.includes(secret), `${store} holds a secret`);
    }
  }
});

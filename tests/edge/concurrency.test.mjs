// Many at once on the real D1. Each call to the database is delayed a little before and after (`faulty.mjs`), since a
// check that is apart from its deed passes such a test most of the time when nothing is slow.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { PASSWORD, ROLES, hashOf, seconds, start, tally } from "./portal.mjs";

let portal;
before(async () => { portal = await start({ faulty: true }); });
beforeEach(() => portal.visitor().call("PUT", "/faults", { d1: "slow" }));
after(() => portal.stop());

/** Requests of one person that arrive on as many connections. */
const everywhere = (visitor, count, deed) => portal.race(count, (index) => deed(visitor.twin(), index));

test("40 contacts at once: five places, so four are added to the one who is there", async () => {
  const customer = await portal.customer(["primary"]);
  const primary = await portal.signedIn(customer.primary.email);
  const answers = await everywhere(primary, 40, (it, index) => it.call("POST", `${customer.path}/contacts`, {
    display_name: `Number ${index}`, email: `number-${index}@many.example`,
  }));
  assert.deepEqual(tally(answers), { 201: 4, "409 contact-limit": 36 });
  assert.equal(await portal.value("select count(*) from contact where org_id = ?1", customer.id), 5);
  const { items } = (await primary.call("GET", `${customer.path}/contacts`)).json;
  const added = answers.filter((it) => it.status === 201).map((it) => it.json.id);
  assert.deepEqual(items.map((it) => it.id).sort(), [customer.primary.id, ...added].sort(), "who was told 201 is there");
  const left = "select count(*) from person where email like 'number-%@many.example'";
  assert.equal(await portal.value(left), 4, "nothing is left of the others");
  const mails = "select count(*) from outbox where org_id = ?1 and kind = 'contacts.verify'";
  assert.equal(await portal.value(mails, customer.id), 4);
});

test("40 times the same contact at once: one is added", async () => {
  const customer = await portal.customer(["primary"]);
  const primary = await portal.signedIn(customer.primary.email);
  const body = { display_name: "The Same", email: `same@${customer.primary.email.split("@")[1]}` };
  const answers = await everywhere(primary, 40, (it) => it.call("POST", `${customer.path}/contacts`, body));
  assert.deepEqual(tally(answers), { 201: 1, "409 contact-exists": 39 });
  assert.equal(await portal.value("select count(*) from person where email = ?1", body.email), 1);
});

test("40 times the same request with one Idempotency-Key: one contact and 40 equal answers", async () => {
  const customer = await portal.customer(["primary"]);
  const primary = await portal.signedIn(customer.primary.email);
  const body = { display_name: "Once Only", email: `once@${customer.primary.email.split("@")[1]}` };
  const key = { "idempotency-key": `key-${customer.id}` };
  const answers = await everywhere(primary, 40, (it) => it.call("POST", `${customer.path}/contacts`, body, key));
  assert.deepEqual(tally(answers), { 201: 40 });
  assert.equal(new Set(answers.map((it) => it.text)).size, 1);
  assert.equal(await portal.value("select count(*) from contact where org_id = ?1", customer.id), 2);
  assert.equal(await portal.value("select count(*) from outbox where org_id = ?1", customer.id), 1);
  assert.equal(await portal.value("select count(*) from audit where org_id = ?1 and action = 'contact.added'", customer.id), 1);
  const other = await primary.call("POST", `${customer.path}/contacts`, { ...body, display_name: "Another" }, key);
  assert.equal(other.says, "422 idempotency-key-reused");
});

test("40 assignments at once from the same version: one is made", async () => {
  const customer = await portal.customer([...ROLES, "guest"]);
  const primary = await portal.signedIn(customer.primary.email);
  const { etag, now } = await assigned(primary, customer);
  const answers = await everywhere(primary, 40, (it, index) => it.call(
    "PUT", `${customer.path}/roles`, { ...now, billing: customer[["support", "guest"][index % 2]].id }, { "if-match": etag },
  ));
  assert.deepEqual(tally(answers), { 200: 1, "412 stale": 39 });
  const [winner] = answers.filter((it) => it.status === 200);
  const after = await assigned(primary, customer);
  assert.deepEqual(after.now, winner.json, "who was told 200 has it");
  assert.equal(after.etag, winner.headers.get("etag"));
  await isSound(customer);
});

test("40 assignments at once that look at no version: each role has one holder, and each change one version", async () => {
  const customer = await portal.customer([...ROLES, "guest"]);
  const primary = await portal.signedIn(customer.primary.email);
  const people = [...ROLES, "guest"].map((it) => customer[it].id);
  const answers = await everywhere(primary, 40, (it, index) => {
    const pick = (step) => people[(index + step) % people.length];
    const wish = { primary: customer.primary.id, billing: pick(0), support: pick(1), technical: index % 3 ? pick(2) : null };
    return it.call("PUT", `${customer.path}/roles`, wish, { "if-match": "*" });
  });
  const made = answers.filter((it) => it.status === 200);
  assert.ok(made.length > 0);
  assert.deepEqual(Object.keys(tally(answers)).filter((it) => !["200", "412 stale"].includes(it)), []);
  const version = await portal.value("select roles_version from organisation where id = ?1", customer.id);
  const told = made.map((it) => Number(it.headers.get("etag").replaceAll('"', "")));
  assert.equal(version, Math.max(...told), "the last who was told 200 has the newest version");
  const audited = "select count(*) from audit where org_id = ?1 and action = 'roles.assigned'";
  assert.equal(await portal.value(audited, customer.id), version - 1, "one line of the audit log for each version");
  const [last] = made.filter((it) => it.headers.get("etag") === `"${version}"`);
  assert.deepEqual((await assigned(primary, customer)).now, last.json);
  await isSound(customer);
});

test("the Primary role is handed over 40 times at once: there is one Primary, and the old one is out", async () => {
  const customer = await portal.customer([...ROLES, "guest"]);
  const primary = await portal.signedIn(customer.primary.email);
  const { etag, now } = await assigned(primary, customer);
  const heirs = ["billing", "support", "technical", "guest"];
  const answers = await everywhere(primary, 40, (it, index) => it.call(
    "PUT", `${customer.path}/roles`, { ...now, primary: customer[heirs[index % 4]].id }, { "if-match": etag },
  ));
  const counts = tally(answers);
  assert.equal(counts[200], 1, JSON.stringify(counts));
  assert.equal((counts["412 stale"] ?? 0) + (counts["403 role-required"] ?? 0), 39, JSON.stringify(counts));
  const [winner] = answers.filter((it) => it.status === 200);
  assert.equal(await isSound(customer), winner.json.primary);
  assert.equal((await primary.call("GET", `${customer.path}/contacts`)).says, "403 role-required");
});

test("a contact gets a role and is deleted at the same moment: no role is held by nobody", async () => {
  for (let round = 0; round < 3; round += 1) {
    const customer = await portal.customer(["primary", "guest"]);
    const primary = await portal.signedIn(customer.primary.email);
    const { etag, now } = await assigned(primary, customer);
    const wish = { ...now, billing: customer.guest.id };
    const [put, removal] = await portal.race(2, (index) => (index === 0
      ? primary.twin().call("PUT", `${customer.path}/roles`, wish, { "if-match": etag })
      : primary.twin().call("DELETE", `${customer.path}/contacts/${customer.guest.id}`)));
    assert.ok(["200", "412 stale", "422 role-needs-verified-contact"].includes(put.says), put.says);
    assert.equal(removal.says, "204");
    assert.equal(await portal.value("select count(*) from contact where org_id = ?1", customer.id), 1);
    assert.equal(await portal.value("select count(*) from role where org_id = ?1", customer.id), 1);
    await isSound(customer);
  }
});

test("50 presses of one verification link at once: one counts", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  await primary.call("POST", `${customer.path}/contacts/${customer.newcomer.id}/verification`);
  const token = await portal.token(customer.newcomer.email, "verify");
  const answers = await portal.race(50, () => portal.visitor().call("POST", "/verifications/confirm", { token }));
  assert.deepEqual(tally(answers), { 200: 1, "410 link-spent": 49 });
  const links = "select count(*) from link where person_id = ?1 and purpose = 'first_password'";
  assert.equal(await portal.value(links, customer.newcomer.person), 1, "and one mail follows");
  const audited = "select count(*) from audit where target = ?1 and action = 'contact.verified'";
  assert.equal(await portal.value(audited, customer.newcomer.id), 1);
});

test("50 passwords for one link at once: one is chosen", async () => {
  const customer = await portal.customer(["primary"]);
  const { email } = customer.primary;
  assert.equal((await portal.visitor().call("POST", "/password-resets", { email })).status, 202);
  const token = await portal.token(email, "password");
  const password = (index) => `chosen by press number ${index}`;
  const answers = await portal.race(50, (index) => portal.visitor()
    .call("POST", "/password-resets/confirm", { token, new_password: password(index) }));
  assert.deepEqual(tally(answers), { 204: 1, "410 link-spent": 49 });
  const winner = answers.findIndex((it) => it.status === 204);
  assert.equal((await portal.visitor().signIn(email, password(winner))).status, 200);
  assert.equal((await portal.visitor().signIn(email, PASSWORD)).status, 401);
  const epoch = await portal.value("select session_epoch from person where email = ?1", email);
  assert.equal(epoch, 1);
});

test("20 new links for one contact at once: one goes out", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  const path = `${customer.path}/contacts/${customer.newcomer.id}/verification`;
  const answers = await everywhere(primary, 20, (it) => it.call("POST", path));
  assert.deepEqual(tally(answers), { 202: 1, "429 slow-down": 19 });
  const token = await portal.token(customer.newcomer.email, "verify");
  const live = "select hash from link where contact_id = ?1 and used_at is null and voided_at is null";
  assert.equal(await portal.value(live, customer.newcomer.id), hashOf(token), "and its link is the one that works");
});

test("40 wrong passwords at once: five are looked at, and whoever is known here still gets in", async () => {
  const customer = await portal.customer(["primary"]);
  const { email } = customer.primary;
  const owner = await portal.signedIn(email);
  owner.cookies.delete("__Host-session");
  const answers = await portal.race(40, (index) => portal.visitor().signIn(email, `wrong password number ${index}`));
  assert.deepEqual(tally(answers), { "401 bad-credentials": 5, "429 slow-down": 35 });
  const refused = answers.find((it) => it.status === 429);
  const wait = Number(refused.headers.get("retry-after"));
  assert.ok(wait > 0 && wait <= 900, `Retry-After: ${wait}`);
  assert.equal((await portal.visitor().signIn(email, PASSWORD)).says, "429 slow-down", "nobody else, even if they know it");
  assert.equal((await owner.signIn(email, PASSWORD)).status, 200);
  const bucket = `account:${email}`;
  await portal.sql("update throttle set started_at = ?1 where bucket = ?2", seconds() - 901, bucket);
  assert.equal((await portal.visitor().signIn(email, PASSWORD)).status, 200, "a quarter of an hour later everybody");
});

test("the same mail sent by many messages at once is sent once", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  await primary.call("POST", `${customer.path}/contacts/${customer.newcomer.id}/verification`);
  const id = await portal.value("select id from outbox where org_id = ?1", customer.id);
  await portal.race(30, () => portal.env.MAIL.send(id, { contentType: "json" }));
  await portal.mailWithLink(customer.newcomer.email, "verify");
  assert.equal((await portal.mails(customer.newcomer.email)).length, 1);
  assert.equal(await portal.value("select attempts from outbox where id = ?1", id), 1);
});

async function assigned(primary, customer) {
  const answer = await primary.call("GET", `${customer.path}/roles`);
  assert.equal(answer.status, 200, answer.text);
  return { etag: answer.headers.get("etag"), now: answer.json };
}

/** One Primary; every holder is a verified contact of the organisation. Answers who is Primary. */
async function isSound(customer) {
  const holders = await portal.sql(
    `select role.role, role.contact_id, contact.verified_at from role
       left join contact on contact.org_id = role.org_id and contact.id = role.contact_id where role.org_id = ?1`,
    customer.id,
  );
  assert.equal(new Set(holders.map((it) => it.role)).size, holders.length);
  assert.ok(holders.every((it) => it.verified_at !== null), JSON.stringify(holders));
  const primaries = holders.filter((it) => it.role === "primary");
  assert.equal(primaries.length, 1);
  return primaries[0].contact_id;
}

// KV is a hint that may lag, forget or lie (architecture, idea 2). Locally it is always fresh, so each test puts it into
// the state that it is afraid of; what the portal does must not depend on it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { ACME, HOUR, PASSWORD, claims, eventually, hashOf, seconds, start } from "./portal.mjs";

const OWN = "a few words that nobody else has";

let portal, sessions, tokens;
before(async () => {
  portal = await start({ faulty: true }); // for its impatient queue
  ({ SESSIONS: sessions, TOKENS: tokens } = portal.env);
});
after(() => portal.stop());

/** The states of a pointer; each is given the key and what it ought to hold. */
const POINTERS = {
  "is there": () => {},
  "is lost": (key) => tokens.delete(key),
  "is rubbish": (key) => tokens.put(key, "{not json \u0000"),
  "speaks of another purpose": (key, held) => tokens.put(key, held === "verify" ? "reset" : "verify"),
};

for (const [state, falsify] of Object.entries(POINTERS)) {
  test(`one-time links work once when their pointer ${state}`, async () => {
    const { customer, token: verify } = await invited();
    await eventually("the pointer of the link", () => tokens.get(`link:${hashOf(verify)}`));
    await falsify(`link:${hashOf(verify)}`, "verify");
    assert.deepEqual(await twice("/verifications/confirm", { token: verify }), ["200", "410 link-spent"]);

    const password = await portal.token(customer.newcomer.email, "password");
    await eventually("the pointer of the link", () => tokens.get(`link:${hashOf(password)}`));
    await falsify(`link:${hashOf(password)}`, "first_password");
    const body = { token: password, new_password: OWN };
    assert.deepEqual(await twice("/password-resets/confirm", body), ["204", "410 link-spent"]);
    assert.equal((await portal.visitor().signIn(customer.newcomer.email, OWN)).status, 200);
  });
}

test("a pointer that outlives its link opens nothing: used, replaced, expired, deleted with its contact", async () => {
  const stories = {
    used: ({ token }) => portal.visitor().call("POST", "/verifications/confirm", { token }),
    replaced: async ({ primary, path, customer, token }) => {
      await portal.sql("update link set created_at = created_at - 61 where hash = ?1", hashOf(token));
      assert.equal((await primary.call("POST", path)).status, 202);
      await portal.token(customer.newcomer.email, "verify", token);
    },
    expired: ({ token }) => portal.sql("update link set expires_at = ?1 where hash = ?2", seconds(), hashOf(token)),
    deleted: ({ primary, customer }) => primary.call("DELETE", `${customer.path}/contacts/${customer.newcomer.id}`),
  };
  for (const [story, happens] of Object.entries(stories)) {
    const invitation = await invited();
    await happens(invitation);
    await tokens.put(`link:${hashOf(invitation.token)}`, "verify");
    const answer = await portal.visitor().call("POST", "/verifications/confirm", { token: invitation.token });
    assert.equal(answer.says, "410 link-spent", story);
  }
});

test("a pointer to a link that never was opens nothing", async () => {
  const token = randomBytes(32).toString("base64url");
  for (const purpose of ["verify", "first_password", "reset"]) {
    await tokens.put(`link:${hashOf(token)}`, purpose);
    assert.equal((await portal.visitor().call("POST", "/verifications/confirm", { token })).says, "410 link-spent");
    const body = { token, new_password: OWN };
    assert.equal((await portal.visitor().call("POST", "/password-resets/confirm", body)).says, "410 link-spent");
  }
});

test("a link opens what it was made for, whatever its pointer says", async () => {
  const { customer, token } = await invited();
  await tokens.put(`link:${hashOf(token)}`, "first_password");
  const misused = await portal.visitor().call("POST", "/password-resets/confirm", { token, new_password: OWN });
  assert.equal(misused.says, "410 link-spent");
  assert.equal(await portal.value("select password from person where id = ?1", customer.newcomer.person), null);
  assert.equal((await portal.visitor().call("POST", "/verifications/confirm", { token })).status, 200);
});

test("tokens that KV has never heard of are counted, and cost their network a wait", async () => {
  const visitor = portal.visitor();
  const guess = () => visitor.call("POST", "/verifications/confirm", { token: randomBytes(32).toString("base64url") });
  for (let count = 1; count <= 30; count += 1) assert.equal((await guess()).says, "410 link-spent", `guess ${count}`);
  assert.equal((await guess()).says, "429 slow-down");
  const { token } = await invited();
  assert.equal((await visitor.call("POST", "/verifications/confirm", { token })).status, 200, "a real one is no guess");
});

test("a session goes on when its record is lost, rubbish, or of another shape", async () => {
  const { visitor, key } = await session();
  await sessions.delete(key);
  assert.equal((await visitor.me()).status, 200, "lost");
  await eventually("the record to be written again", () => sessions.get(key));
  const rubbish = ["", "null", "[]", "{", '{"last_seen_at":"x"}', '{"last_seen_at":-1e300,"last_org":null}', "\u0000", "7"];
  for (const held of rubbish) {
    await sessions.put(key, held);
    assert.equal((await visitor.me()).status, 200, held);
    await sessions.put(key, held);
    assert.equal((await visitor.get("/")).status, 303, held);
  }
});

test("a session that is over stays so when its record comes back", async () => {
  const stories = {
    "signed out": ({ visitor }) => visitor.twin().call("DELETE", "/session"),
    "ended from the list": async ({ visitor, id, email }) => {
      const elsewhere = await portal.signedIn(email);
      assert.equal((await elsewhere.call("DELETE", `/me/sessions/${id}`)).status, 204);
      assert.equal((await visitor.me()).status, 401);
    },
    "its day is over": ({ id }) => portal.sql("update session set expires_at = ?1 where id = ?2", seconds(), id),
    "its person has a new password": ({ person }) => portal.sql(
      "update person set session_epoch = session_epoch + 1 where id = ?1", person),
    "its row is gone": ({ id }) => portal.sql("delete from session where id = ?1", id),
  };
  for (const [story, happens] of Object.entries(stories)) {
    const life = await session();
    const { visitor, customer, key } = life;
    const record = await sessions.get(key);
    await happens(life);
    for (const held of [record, JSON.stringify({ last_seen_at: seconds() + HOUR, last_org: customer.id })]) {
      await sessions.put(key, held);
      assert.equal((await visitor.me()).says, "401 sign-in-required", story);
      const contact = { display_name: "Too Late", email: "late@many.example" };
      assert.equal((await visitor.call("POST", `${customer.path}/contacts`, contact)).says, "401 sign-in-required", story);
      assert.equal((await visitor.get(`/o/${customer.id}`)).status, 303, story);
    }
  }
  assert.equal(await portal.value("select count(*) from person where email = 'late@many.example'"), 0);
});

test("an hour without a request ends a session, and the record only knows better by what D1 may lag behind", async () => {
  const { visitor, id, key } = await session();
  const age = (since) => portal.sql("update session set last_seen_at = ?1 where id = ?2", seconds() - since, id);
  const record = (since) => sessions.put(key, JSON.stringify({ last_seen_at: seconds() - since, last_org: null }));
  await age(HOUR + 10);
  await record(10);
  assert.equal((await visitor.me()).status, 200, "D1 lags");
  await age(HOUR + 10);
  await record(HOUR + 10);
  assert.equal((await visitor.me()).says, "401 sign-in-required", "both say so");
  await sessions.delete(key);
  assert.equal((await visitor.me()).says, "401 sign-in-required", "the record is lost");
  await age(10);
  await record(2 * HOUR);
  assert.equal((await visitor.me()).status, 200, "the record lags");
  await age(2 * HOUR);
  await record(10);
  assert.equal((await visitor.me()).says, "401 sign-in-required", "D1 never lags as far as that");
});

test("the organisation that the record remembers is a wish and no right", async () => {
  const { visitor, customer, key } = await session();
  for (const org of [ACME, "no-such-organisation", customer.id]) {
    await sessions.put(key, JSON.stringify({ last_seen_at: seconds(), last_org: org }));
    assert.equal((await visitor.get("/")).headers.get("location"), `/o/${customer.id}`);
    assert.equal((await visitor.call("GET", `/organisations/${ACME}`)).says, "404 not-found");
  }
});

test("everybody goes on when KV has forgotten everything", async () => {
  const [one, other] = [await session(), await session()];
  const { token } = await invited();
  for (const kv of [sessions, tokens]) {
    const { keys } = await kv.list();
    await Promise.all(keys.map((it) => kv.delete(it.name)));
  }
  assert.equal((await one.visitor.me()).status, 200);
  assert.equal((await other.visitor.get(`/o/${other.customer.id}/contacts`)).status, 200);
  assert.equal((await portal.visitor().call("POST", "/verifications/confirm", { token })).status, 200);
});

/** A contact who has been sent a verification link. */
async function invited() {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  const path = `${customer.path}/contacts/${customer.newcomer.id}/verification`;
  assert.equal((await primary.call("POST", path)).status, 202);
  return { customer, primary, path, token: await portal.token(customer.newcomer.email, "verify") };
}

/** Somebody signed in, with the id of the session and the key of its record. */
async function session() {
  const customer = await portal.customer();
  const { email } = customer.primary;
  const visitor = await portal.signedIn(email, PASSWORD);
  const { sid: id, sub: person } = claims(visitor.cookies.get("__Host-session"));
  const key = `session:${id}`;
  await eventually("the record of the session", () => sessions.get(key));
  return { visitor, customer, email, id, person, key };
}

async function twice(path, body) {
  const first = await portal.visitor().call("POST", path, body);
  return [first.says, (await portal.visitor().call("POST", path, body)).says];
}

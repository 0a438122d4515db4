// What the portal needs is slow, silent or gone. Whoever asks gets an answer that they can act on, nothing is half done,
// and what was promised is kept once the trouble is over.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { PASSWORD, eventually, seconds, start } from "./portal.mjs";

const OWN = "a few words that nobody else has";
const EXPECTED = /overloaded|Network connection lost|503 Service Unavailable|Too Many Requests|the queue gave up/;

let portal;
before(async () => { portal = await start({ faulty: true }); });
beforeEach(() => trouble({}));
after(() => portal.stop(EXPECTED));

const trouble = (faults) => portal.visitor().call("PUT", "/faults", faults);
const cron = () => portal.worker.scheduled({ cron: "*/5 * * * *" });

test("KV is down: the whole main job goes on", async () => {
  await trouble({ kv: "down" });
  const customer = await portal.customer(["primary"]);
  const email = `newcomer@${customer.primary.email.split("@")[1]}`;
  const primary = await portal.signedIn(customer.primary.email);
  const added = await primary.call("POST", `${customer.path}/contacts`, { display_name: "Nina New", email });
  assert.equal(added.status, 201, added.text);
  const nina = portal.visitor();
  const token = await portal.token(email, "verify");
  assert.equal((await nina.call("POST", "/verifications/confirm", { token })).status, 200);
  assert.equal((await nina.call("POST", "/verifications/confirm", { token })).says, "410 link-spent");
  const body = { token: await portal.token(email, "password"), new_password: OWN };
  assert.equal((await nina.call("POST", "/password-resets/confirm", body)).status, 204);
  assert.equal((await nina.signIn(email, OWN)).status, 200);
  assert.equal((await nina.get(`/o/${customer.id}`)).status, 200);
  assert.equal((await nina.get("/")).headers.get("location"), `/o/${customer.id}`);
  const twin = nina.twin();
  assert.equal((await nina.call("DELETE", "/session")).status, 204);
  assert.equal((await twin.me()).says, "401 sign-in-required");
});

test("the queue is deaf: the deed succeeds and the mail leaves after the next cron", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  await trouble({ queue: "deaf" });
  assert.equal((await primary.call("POST", `${customer.path}/contacts/${customer.newcomer.id}/verification`)).status, 202);
  await portal.sql("update outbox set state_at = ?1 where org_id = ?2", seconds() - 200, customer.id);
  assert.equal((await cron()).outcome, "ok", "still deaf");
  assert.match(await portal.value("select report from job_run where job = 'resend'"), /"error"/);
  assert.equal(await mailState(primary, customer), "queued");
  await trouble({});
  assert.equal((await cron()).outcome, "ok");
  const token = await portal.token(customer.newcomer.email, "verify");
  assert.equal((await portal.visitor().call("POST", "/verifications/confirm", { token })).status, 200);
});

test("the consumer is sick: after the last try the mail is marked as failed, the Primary sees it and sends another", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  const path = `${customer.path}/contacts/${customer.newcomer.id}/verification`;
  const sentBefore = await sentMail();
  await trouble({ queue: "sick" });
  assert.equal((await primary.call("POST", path)).status, 202);
  // The consumer had it in its hands before it fell sick; what it never had waits for it.
  await portal.sql("update outbox set attempts = 1 where org_id = ?1", customer.id);
  await portal.env.MAIL.send(sentBefore, { contentType: "json" });
  await eventually("the dead-letter queue to hear of it", async () => (await mailState(primary, customer)) === "failed", 40);
  assert.deepEqual(await portal.mails(customer.newcomer.email), []);
  const page = await primary.get(`/o/${customer.id}/contacts`);
  assert.match(page.text, /could not be (sent|delivered)|not delivered|failed/i, "the page says so too");
  assert.equal(await portal.value("select state from outbox where id = ?1", sentBefore), "sent", "what was sent stays so");

  await trouble({});
  await portal.sql("update link set created_at = created_at - 61 where contact_id = ?1", customer.newcomer.id);
  assert.equal((await primary.call("POST", path)).status, 202);
  const token = await portal.token(customer.newcomer.email, "verify");
  assert.equal(await mailState(primary, customer), "sent");
  assert.equal((await portal.visitor().call("POST", "/verifications/confirm", { token })).status, 200);
});

for (const state of ["down", "busy", "full"]) {
  test(`the database is ${state}: 503 with a time to come back, and nobody gets in`, async () => {
    const customer = await portal.customer(["primary"]);
    const primary = await portal.signedIn(customer.primary.email);
    await trouble({ d1: state });
    const contact = { display_name: "Nina New", email: "nina@many.example" };
    const asked = [
      await primary.me(),
      await primary.call("GET", `${customer.path}/contacts`),
      await primary.call("POST", `${customer.path}/contacts`, contact),
      await primary.call("PUT", "/me/password", { current_password: PASSWORD, new_password: OWN }),
      await portal.visitor().signIn(customer.primary.email, PASSWORD),
      await portal.visitor().call("POST", "/password-resets", { email: customer.primary.email }),
      await portal.visitor().call("POST", "/verifications/confirm", { token: "A".repeat(43) }),
    ];
    for (const answer of asked) {
      assert.equal(answer.says, "503 try-again");
      assert.ok(Number(answer.headers.get("retry-after")) > 0);
      assert.doesNotMatch(answer.text, /D1_|network|lost|overloaded/);
      assert.equal(answer.cookies.size, 0);
    }
    const page = await primary.get(`/o/${customer.id}`);
    assert.equal(page.status, 503);
    assert.match(page.text, /nothing was saved. Try again/);
    assert.equal((await portal.visitor().get("/healthz")).says, "503 not-healthy");
    assert.equal((await portal.visitor().get("/sign-in")).status, 200, "what needs no database still shows");
    assert.equal((await cron()).outcome, "ok", "a cron survives it");
    await trouble({});
    assert.equal((await primary.me()).status, 200, "and nobody was signed out by it");
  });
}

test("the answer of the database is lost after it was written: asking again with the same key does it once", async () => {
  const customer = await portal.customer(["primary"]);
  const primary = await portal.signedIn(customer.primary.email);
  const contact = { display_name: "Nina New", email: `nina@${customer.primary.email.split("@")[1]}` };
  const key = { "idempotency-key": customer.id };
  await trouble({ d1: "lost" });
  const first = await primary.call("POST", `${customer.path}/contacts`, contact, key);
  assert.equal(first.says, "503 try-again");
  await trouble({});
  const second = await primary.call("POST", `${customer.path}/contacts`, contact, key);
  assert.equal(second.status, 201, second.text);
  const { items } = (await primary.call("GET", `${customer.path}/contacts`)).json;
  assert.deepEqual(items.map((it) => it.id).sort(), [customer.primary.id, second.json.id].sort());
  await portal.sql("update outbox set state_at = ?1 where org_id = ?2", seconds() - 200, customer.id);
  await cron();
  await portal.mailWithLink(contact.email, "verify");
  assert.equal((await portal.mails(contact.email)).length, 1, "the message was never sent, the mail is");
});

test("the answer is lost while a link is used: it is used, and its effect is there", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  await primary.call("POST", `${customer.path}/contacts/${customer.newcomer.id}/verification`);
  const token = await portal.token(customer.newcomer.email, "verify");
  await trouble({ d1: "lost" });
  const pressed = await portal.visitor().call("POST", "/verifications/confirm", { token });
  assert.equal(pressed.says, "503 try-again");
  await trouble({});
  assert.equal((await portal.visitor().call("POST", "/verifications/confirm", { token })).says, "410 link-spent");
  const verified = await portal.value("select verified_at from contact where id = ?1", customer.newcomer.id);
  assert.ok(verified > 0);
  await portal.sql("update outbox set state_at = ?1 where recipient = ?2", seconds() - 200, customer.newcomer.email);
  await cron();
  await portal.mailWithLink(customer.newcomer.email, "password");
});

test("the answer is lost when somebody signs in or out: a session that was not handed over is nobody's", async () => {
  const customer = await portal.customer(["primary"]);
  const primary = await portal.signedIn(customer.primary.email);
  await trouble({ d1: "lost" });
  const entered = await portal.visitor().signIn(customer.primary.email, PASSWORD);
  assert.deepEqual([entered.says, entered.cookies.size], ["503 try-again", 0]);
  const left = await primary.twin().call("DELETE", "/session");
  assert.equal(left.says, "503 try-again");
  await trouble({});
  assert.equal((await primary.me()).says, "401 sign-in-required", "it did end");
  assert.equal((await portal.visitor().signIn(customer.primary.email, PASSWORD)).status, 200);
});

async function mailState(primary, customer) {
  const { items } = (await primary.call("GET", `${customer.path}/contacts`)).json;
  return items.find((it) => it.id === customer.newcomer.id).mail.state;
}

/** The id of a mail that has left. */
async function sentMail() {
  const customer = await portal.customer();
  await portal.visitor().call("POST", "/password-resets", { email: customer.primary.email });
  return (await portal.mailWithLink(customer.primary.email, "password")).id;
}

// The queue promises little: messages may come late, twice, in another order, never, or not be ours at all. What counts
// is the row in the outbox.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { DAY, eventually, seconds, start } from "./portal.mjs";

const EVERY_FIVE_MINUTES = "*/5 * * * *";

let portal;
before(async () => { portal = await start(); });
after(() => portal.stop(/a message that is no id was thrown away|nothing makes a mail of|the address is none/));

const send = (body, options = { contentType: "json" }) => portal.env.MAIL.send(body, options);

test("what is no id is thrown away and nothing behind it waits", async () => {
  const before = thrownAway();
  const strange = [
    "", " ", "not an id", "../../etc/passwd", "' or 1=1 --", "é", "x".repeat(37), "x".repeat(100_000), "\u0000",
    { id: randomUUID() }, {}, [randomUUID()], [], 17, -0.5, true, false, null,
  ];
  const other = [
    [new Uint8Array([0xff, 0xfe, 0x00]), { contentType: "bytes" }],
    [new Map([["id", "x"]]), { contentType: "v8" }],
    [new Date(), { contentType: "v8" }],
  ];
  const good = [await row(), await row(), await row()];
  await send(good[0].id);
  for (const body of strange) await send(body);
  await send(good[1].id);
  for (const [body, options] of other) await send(body, options);
  await portal.env.MAIL.sendBatch([...strange, good[2].id].map((body) => ({ body, contentType: "json" })));
  for (const mail of good) await arrives(mail);
  const expected = before + 2 * strange.length + other.length;
  await eventually("each of them in the log", () => thrownAway() === expected);
  assert.equal((await portal.visitor().get("/healthz")).status, 200);
});

test("a text message is an id as well as a JSON string is", async () => {
  const mail = await row();
  await send(mail.id, { contentType: "text" });
  await arrives(mail);
});

test("an id that nobody knows does nothing, and nothing behind it waits", async () => {
  const [mail, count] = [await row(), await portal.value("select count(*) from outbox")];
  for (const id of [randomUUID(), "0", "x", "a".repeat(36)]) await send(id);
  await send(mail.id);
  await arrives(mail);
  assert.equal(await portal.value("select count(*) from outbox"), count);
});

test("a message that comes twice, five times, or later again sends one mail", async () => {
  const mail = await row();
  await portal.env.MAIL.sendBatch([1, 2].map(() => ({ body: mail.id, contentType: "json" })));
  await arrives(mail);
  const sentAt = await portal.value("select state_at from outbox where id = ?1", mail.id);
  for (let again = 0; again < 5; again += 1) await send(mail.id);
  const last = await row();
  await send(last.id);
  await arrives(last);
  assert.equal((await portal.mails(mail.to)).length, 1);
  const now = await state(mail);
  assert.deepEqual([now.state, now.attempts, now.state_at], ["sent", 1, sentAt]);
});

test("messages in the opposite order send the same mails", async () => {
  const mails = [await row(), await row(), await row(), await row()];
  for (const mail of [...mails].reverse()) await send(mail.id);
  for (const mail of mails) await arrives(mail);
});

test("a mail whose message was lost is sent after the next cron", async () => {
  const lost = await row({ age: 200 });
  const young = await row({ age: 10 });
  await cron();
  await arrives(lost);
  assert.equal((await state(young)).state, "queued", "its message may still come");
});

test("a mail whose consumer died is sent once its lease is over, and not before", async () => {
  const held = await row({ state: "sending", age: 200, lease: 60, attempts: 1 });
  const abandoned = await row({ state: "sending", age: 200, lease: -1, attempts: 1 });
  await send(held.id);
  await send(abandoned.id);
  await arrives(abandoned, 2);
  assert.deepEqual(await portal.mails(held.to), []);
  await portal.sql("update outbox set lease_until = ?1 where id = ?2", seconds() - 1, held.id);
  await cron();
  await arrives(held, 2);
});

test("a mail that has to wait is not sent by a message, and goes out when its time has come", async () => {
  const [waits, other] = [await row({ age: 200, lease: 600, attempts: 3 }), await row()];
  await send(waits.id);
  await send(other.id);
  await arrives(other);
  await cron();
  assert.equal((await state(waits)).state, "queued");
  await portal.sql("update outbox set lease_until = ?1 where id = ?2", seconds() - 1, waits.id);
  await cron();
  await arrives(waits, 4);
});

test("a mail that can never be made fails and says so; its neighbours leave", async () => {
  const broken = [
    await row({ kind: "contacts.unknown" }), await row({ kind: "nonsense" }), await row({ payload: { name: 1 } }),
    await row({ kind: "contacts.verify", payload: { name: "A", organisation: "B", by: "C", link: { id: "x", hash: "y" } } }),
    await row({ to: "no address" }),
  ];
  const good = await row();
  await portal.env.MAIL.sendBatch([...broken, good].map((it) => ({ body: it.id, contentType: "json" })));
  await arrives(good);
  for (const mail of broken) {
    const ended = await eventually(`${mail.kind} to fail`, async () => {
      const found = await state(mail);
      return found.state === "failed" && found;
    });
    assert.match(ended.error, /nothing makes a mail|the address is none/);
  }
});

test("a mail to nobody is dropped without a trace outside", async () => {
  const count = await portal.value("select count(*) from mailbox");
  const nobody = await row({ to: null });
  await send(nobody.id);
  await eventually("it to be dropped", async () => (await state(nobody)).state === "dropped");
  assert.equal(await portal.value("select count(*) from mailbox"), count);
});

test("a reset link asked for an unknown address costs the same rows and mails nobody", async () => {
  const customer = await portal.customer();
  const made = async (email) => {
    const since = await portal.value("select coalesce(max(rowid), 0) from outbox");
    const answer = await portal.visitor().call("POST", "/password-resets", { email });
    const rows = await portal.sql("select id, kind, recipient from outbox where rowid > ?1", since);
    return { answer, rows };
  };
  const [known, unknown] = [await made(customer.primary.email), await made("nobody@unknown.example")];
  assert.deepEqual([known.answer.status, known.answer.text], [202, unknown.answer.text]);
  assert.equal(unknown.answer.status, 202);
  assert.deepEqual([known.rows.length, unknown.rows.length], [1, 1]);
  assert.deepEqual([known.rows[0].recipient, unknown.rows[0].recipient], [customer.primary.email, null]);
  await portal.token(customer.primary.email, "password");
  await eventually("the other to be dropped", async () => (await state(unknown.rows[0])).state === "dropped");
});

test("the list of contacts tells what became of the verification mail", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const primary = await portal.signedIn(customer.primary.email);
  const mailState = async () => {
    const { items } = (await primary.call("GET", `${customer.path}/contacts`)).json;
    return items.find((it) => it.id === customer.newcomer.id).mail.state;
  };
  assert.equal(await mailState(), "none");
  await primary.call("POST", `${customer.path}/contacts/${customer.newcomer.id}/verification`);
  await eventually("the mail to be sent", async () => (await mailState()) === "sent");
  for (const [stored, shown] of [["queued", "queued"], ["sending", "queued"], ["failed", "failed"], ["dropped", "failed"], ["bounced", "failed"]]) {
    await portal.sql("update outbox set state = ?1, lease_until = ?2 where contact_id = ?3", stored, seconds() + DAY, customer.newcomer.id);
    assert.equal(await mailState(), shown, stored);
  }
});

/** A mail in the outbox that no message speaks of; times are seconds before now. */
async function row({ kind = "contacts.deleted", payload, to = `${randomUUID().slice(0, 8)}@outbox.example`, age = 0,
  state: stateNow = "queued", lease = null, attempts = 0 } = {}) {
  const [id, now] = [randomUUID(), seconds()];
  const facts = payload ?? { name: "Nina New", organisation: "Acme", by: "Ananya" };
  await portal.sql(
    `insert into outbox (id, kind, recipient, payload, state, attempts, lease_until, created_at, state_at)
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)`,
    id, kind, to, JSON.stringify(facts), stateNow, attempts, lease === null ? null : now + lease, now - age,
  );
  return { id, kind, to };
}

async function arrives({ id, to }, attempts = 1) {
  await eventually(`the mail to ${to}`, () => portal.value("select 1 from mailbox where recipient = ?1", to));
  assert.deepEqual((await portal.mails(to)).map((it) => it.id), [id]);
  const now = await state({ id });
  assert.deepEqual([now.state, now.attempts, now.lease_until], ["sent", attempts, null]);
}

async function state({ id }) {
  const [found] = await portal.sql("select state, attempts, lease_until, state_at, error from outbox where id = ?1", id);
  return found;
}

async function cron() {
  assert.equal((await portal.worker.scheduled({ cron: EVERY_FIVE_MINUTES })).outcome, "ok");
}

function thrownAway() {
  return portal.harness.getLogs().filter((it) => it.message.includes("is no id was thrown away")).length;
}

// Many people for a quarter of an hour, while one call of a binding in a hundred fails: `make load` (MINUTES, PEOPLE).
//
// Nobody may see another 5xx than the 503 of such a call, whatever was accepted must be there in the end, every mail must
// have left, and the process must stop growing. What each person does is drawn from a fixed seed.

import { randomUUID } from "node:crypto";

import { broken } from "../tests/edge/invariants.mjs";
import { ROLES, seconds, start } from "../tests/edge/portal.mjs";
import { memory, workerd } from "./process.mjs";

const MINUTES = Number(process.env.MINUTES ?? 15);
const PEOPLE = Number(process.env.PEOPLE ?? 8);
const CHANCE = Number(process.env.CHANCE ?? 0.01);
const SEED = Number(process.env.SEED ?? 20261122);
/**
 * The process holds D1, KV, R2 and the queue, too, and V8 lets garbage lie while there is room. So it may grow at first;
 * its last third must not need more than so many times what the third before it did. The memory of the
 * portal's own instance must not grow at all after the first minute, and of JavaScript it may hold little more than then:
 * statements that were not asked before, and what those hold who are on their way just now.
 */
const GROWTH = 1.1;
const MORE_HELD = 600;

const portal = await start({ faulty: true });
const faults = (how) => portal.visitor().call("PUT", "/faults", how);
const pid = workerd();
const tally = new Map();
const accepted = { contacts: 0, extensions: 0, payments: 0 };
const wrong = [];
const megabytes = [];
const instance = [];
const began = seconds();
const customers = [];
for (let at = 0; at < PEOPLE; at += 1) customers.push(await ready());
await faults({ chance: CHANCE });

const until = Date.now() + MINUTES * 60_000;
const watch = setInterval(() => { minute().catch((why) => wrong.push(`${why}`)); }, 60_000);
const people = customers.map((customer, at) => live(customer, dice(SEED + at)));
await Promise.all(people);
clearInterval(watch);
await faults({});
await rest();
await look();

const requests = [...tally.values()].reduce((sum, it) => sum + it, 0);
console.log(`${requests} requests in ${MINUTES} min by ${PEOPLE} people, ${(requests / MINUTES / 60).toFixed(0)} a second; answers: ${[...tally].sort().map(([status, count]) => `${count} × ${status}`).join(", ")}`);
console.log(`accepted: ${JSON.stringify(accepted)}; memory of workerd, MB a minute: ${megabytes.join(" ")}`);
console.log(`the instance, MB and references a minute: ${instance.map((it) => `${it.memory / 2 ** 20} ${it.references}`).join(", ")}`);
for (const [what, more] of [["memory", 0], ["references", MORE_HELD]]) {
  if (instance.some((it) => it[what] > instance[0][what] + more)) wrong.push(`the instance's ${what} went on growing after the first minute`);
}
const third = Math.floor(megabytes.length / 3);
const [before, after] = [megabytes.slice(-2 * third, -third), megabytes.slice(-third)].map((it) => Math.max(...it));
if (third > 0 && after > before * GROWTH) wrong.push(`memory grew from ${before} to ${after} MB`);
if (wrong.length > 0) console.error(`${wrong.length} things are wrong:\n${wrong.slice(0, 20).join("\n")}`);
await portal.harness.close();
process.exit(wrong.length > 0 ? 1 : 0);

async function ready() {
  const customer = await portal.customer(["primary", "billing"]);
  for (const days of [-3, 2, 40]) {
    await portal.sql(
      `insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
       values (?1, ?2, (select id from product where id not in (select product_id from licence where org_id = ?2) limit 1),
               'subscription', '2025-01-01', ?3, ?4)`,
      randomUUID(), customer.id, day(days), seconds(),
    );
  }
  customer.lapsed = await portal.value("select id from licence where org_id = ?1 order by valid_till limit 1", customer.id);
  return Object.assign(customer, {
    primary: await portal.signedIn(customer.primary.email), billing: await portal.signedIn(customer.billing.email),
    domain: customer.primary.email.split("@")[1], extra: [],
  });
}

/** One person after the other of a customer, until time is up. */
async function live(customer, chance) {
  const o = `/o/${customer.id}`;
  const looks = [
    ["primary", o], ["primary", `${o}/contacts`], ["primary", `${o}/orders`], ["primary", `${o}/notifications`], ["primary", `${o}/audit`],
    ["billing", `${o}/licences`], ["billing", `${o}/licences/history`], ["billing", `${o}/payments`], ["billing", `${o}/usage`], ["billing", "/me"],
  ];
  while (Date.now() < until) {
    const what = chance();
    if (what < 0.8) {
      const [who, path] = looks[Math.floor(chance() * looks.length)];
      note(await customer[who].get(path), path, [200]);
    } else if (what < 0.87) {
      const email = `guest-${randomUUID().slice(0, 8)}@${customer.domain}`;
      const made = await insist(customer.primary, (key) => customer.primary.call("POST", `${customer.path}/contacts`, { display_name: "Guest", email }, key), [201]);
      if (made === undefined) continue;
      accepted.contacts += 1;
      await insist(customer.primary, () => customer.primary.call("DELETE", `${customer.path}/contacts/${made.json.id}`), [204, 404]);
    } else if (what < 0.92) {
      const found = await insist(customer.primary, () => customer.primary.call("GET", `${customer.path}/roles`), [200]);
      if (found === undefined) continue;
      const roles = found.json;
      const swapped = { ...Object.fromEntries(ROLES.map((it) => [it, roles[it]])), support: roles.support ? null : roles.primary };
      await insist(customer.primary, () => customer.primary.call("PUT", `${customer.path}/roles`, swapped, { "if-match": "*" }), [200]);
    } else if (what < 0.96) {
      const body = { licence_id: customer.lapsed, reason: "renewal_delayed", description: "The order is on its way." };
      const made = await insist(customer.billing, (key) => customer.billing.call("POST", `${customer.path}/extension-requests`, body, key), [201]);
      if (made) accepted.extensions += 1;
    } else {
      const form = new Response(payment());
      const [type, bytes] = [form.headers.get("content-type"), new Uint8Array(await form.arrayBuffer())];
      const made = await insist(customer.billing, (key) => customer.billing.ask("POST", `/api/v1${customer.path}/payment-records`, {
        headers: { ...key, "content-type": type }, body: bytes,
      }), [201]);
      if (made) accepted.payments += 1;
    }
  }
}

/** As whoever counts on it does: the same again with the same key, until it is answered. */
async function insist(who, ask, wanted) {
  const key = { "idempotency-key": randomUUID() };
  for (let time = 0; time < 12; time += 1) {
    const answer = await ask(key);
    note(answer, "a deed", wanted);
    if (wanted.includes(answer.status)) return answer;
    if (answer.status !== 503) return undefined;
  }
  wrong.push("twelve times 503 in a row");
  return undefined;
}

function note(answer, what, wanted) {
  tally.set(answer.says, (tally.get(answer.says) ?? 0) + 1);
  if (!wanted.includes(answer.status) && answer.status !== 503) wrong.push(`${what}: ${answer.says} ${answer.text.slice(0, 200)}`);
}

async function minute() {
  megabytes.push(memory(pid));
  instance.push((await faults({ chance: CHANCE })).json);
  await portal.worker.scheduled({ cron: "*/5 * * * *" });
}

/** The demo data has mails of its own, some of which never leave. */
function ours() {
  return `org_id in (${customers.map((it) => `'${it.id}'`).join(",")})`;
}

/** Cron and queue, until no mail is on its way. */
async function rest() {
  for (let time = 0; time < 60; time += 1) {
    await portal.worker.scheduled({ cron: "*/5 * * * *" });
    if (await portal.value(`select count(*) from outbox where state in ('queued', 'sending') and ${ours()}`) === 0) return;
    await portal.sql("update outbox set state_at = state_at - 300, lease_until = lease_until - 300 where state in ('queued', 'sending')");
    await new Promise((wake) => setTimeout(wake, 500));
  }
  const left = await portal.sql(`select kind, state, attempts, error from outbox where state in ('queued', 'sending') and ${ours()}`);
  wrong.push(`mails are still on their way: ${JSON.stringify(left)}`);
}

/** The invariants, that every mail has left, and that all that was accepted is there. */
async function look() {
  const ids = customers.map((it) => `'${it.id}'`).join(",");
  // The demo data's own mails may still be on their way; `rest` has looked at ours.
  wrong.push(...await broken(portal, began, (it) => !it.startsWith("INV-4 no mail")));
  const none = async (what, sql) => {
    const found = await portal.value(`select count(*) from (${sql})`);
    if (found !== 0) wrong.push(`${what}: ${found}`);
  };
  await none("mails that did not leave", `select id from outbox where state not in ('sent', 'dropped') and ${ours()}`);
  await none("licences that were extended too often", "select licence_id from extension_request where status = 'granted' group by licence_id having count(*) > 2");
  const count = (sql) => portal.value(sql);
  for (const [what, sql] of Object.entries({
    contacts: `select count(*) from audit where action = 'contact.added' and org_id in (${ids})`,
    extensions: `select count(*) from extension_request where org_id in (${ids})`,
    payments: `select count(*) from payment_record where org_id in (${ids})`,
  })) {
    const found = await count(sql);
    if (found !== accepted[what]) wrong.push(`${what}: ${accepted[what]} were accepted, ${found} are there`);
  }
}

function payment() {
  const form = new FormData();
  const fields = {
    invoice_number: `L/${randomUUID().slice(0, 8)}`, currency: "INR", amount: "1,81,440.00", tax_deducted: "0", paid_on: day(-1), method: "neft",
    reference: `UTR ${randomUUID().slice(0, 8)}`, note: "",
  };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("proof", new Blob(["%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n"]), "advice.pdf");
  return form;
}

/** Numbers from 0 to 1, the same at each run. */
function dice(seed) {
  let state = seed % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** The vendor's civil day, so many days from today. */
function day(days) {
  return new Date(Date.now() + days * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Asia/Kolkata" });
}

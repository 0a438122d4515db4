// Crons may come late, twice, at the same moment or with a name that nobody knows. Each leaves a line that tells when
// it last ran.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { unstable_readConfig } from "wrangler";

import { DAY, HOUR, root, seconds, start } from "./portal.mjs";

const NIGHTLY = "17 2 * * *";
const { crons } = unstable_readConfig({ config: join(root, "wrangler.toml") }).triggers;

let portal;
before(async () => { portal = await start({ faulty: true }); });
after(() => portal.stop(/nothing runs at/));

test("each cron of wrangler.toml runs, once and again, and leaves a line", async () => {
  assert.ok(crons.includes("*/5 * * * *") && crons.includes(NIGHTLY));
  const first = Math.floor(seconds() / 300) * 300 - 600;
  for (const at of [first, first + 300]) {
    await portal.sql("delete from job_run");
    for (const cron of crons) await run(cron, at);
    const runs = await portal.sql("select job, ran_at, report from job_run order by job");
    assert.ok(runs.length >= crons.length, JSON.stringify(runs));
    assert.ok(["resend", "retain"].every((job) => runs.some((it) => it.job === job)));
    assert.ok(runs.every((it) => it.ran_at === at), "the hour that was planned");
    assert.ok(runs.every((it) => JSON.parse(it.report).error === undefined), JSON.stringify(runs));
  }
});

test("all crons at the same moment, five times, leave one line each", async () => {
  await portal.race(5 * crons.length, (index) => run(crons[index % crons.length]));
  const jobs = await portal.sql("select job from job_run");
  assert.equal(new Set(jobs.map((it) => it.job)).size, jobs.length);
  assert.equal((await portal.visitor().get("/healthz")).status, 200);
});

test("a cron that nobody knows does nothing", async () => {
  const before = await portal.sql("select * from job_run");
  for (const cron of ["0 0 * * *", "*/5 * * * * *", "nonsense"]) await run(cron);
  assert.deepEqual(await portal.sql("select * from job_run"), before);
});

test("every night what has been kept long enough is deleted, and nothing else", async () => {
  const customer = await portal.customer(["primary"], ["newcomer"]);
  const [now, { person }, contact] = [seconds(), customer.primary, customer.newcomer];
  const id = () => randomUUID();
  /** Each makes a row whose deciding moment is `at`; the tables and times are those of src/jobs/sweep.rs. */
  const kept = {
    throttle: [DAY, (at) => ["insert into throttle (bucket, attempts, started_at) values (?1, 1, ?2)", id(), at]],
    link: [30 * DAY, (at) => [
      "insert into link (id, hash, purpose, person_id, contact_id, created_at, expires_at) values (?1, ?1, 'verify', ?2, ?3, 1, ?4)",
      id(), contact.person, contact.id, at,
    ]],
    session: [30 * DAY, (at) => [
      "insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at) values (?1, ?2, 'd', 'a', 1, 1, ?3)",
      id(), person, at,
    ]],
    idempotency: [DAY, (at) => [
      "insert into idempotency (owner, key, request, status, answer, created_at) values (?1, ?2, 'r', 201, '{}', ?3)", person, id(), at,
    ]],
    mailbox: [30 * DAY, (at) => [
      "insert into mailbox (id, recipient, subject, body_text, body_html, sent_at) values (?1, 'a@b.example', 's', 't', 'h', ?2)", id(), at,
    ]],
    oidc_code: [DAY, (at) => [
      `insert into oidc_code (hash, client_id, person_id, org_id, redirect_uri, scope, code_challenge, auth_at, created_at, expires_at)
       select ?1, id, ?2, ?3, 'u', 'openid', printf('%043d', 1), 1, ?4, ?4 from oidc_client limit 1`, id(), person, customer.id, at,
    ]],
    outbox: [180 * DAY, (at) => [
      "insert into outbox (id, kind, payload, state, created_at, state_at) values (?1, 'k', '{}', 'sent', ?2, ?2)", id(), at,
    ]],
  };
  const count = async () => {
    const counts = {};
    for (const table of [...Object.keys(kept), "audit", "person", "contact"]) {
      counts[table] = await portal.value(`select count(*) from ${table}`);
    }
    return counts;
  };
  await run(NIGHTLY);
  for (const [age, insert] of Object.values(kept)) await portal.sql(...insert(now - age + HOUR)); // not yet
  const unsent = "insert into outbox (id, kind, payload, state, created_at, state_at, lease_until) values (?1, 'k', '{}', ?2, 1, 1, ?3)";
  for (const state of ["queued", "sending"]) await portal.sql(unsent, id(), state, now + DAY);
  const before = await count();
  for (const [age, insert] of Object.values(kept)) {
    await portal.sql(...insert(now - age - HOUR));
    await portal.sql(...insert(now - 2 * age));
  }
  await run(NIGHTLY, now);
  assert.deepEqual(await count(), before);
  const report = JSON.parse(await portal.value("select report from job_run where job = 'retain'"));
  for (const table of Object.keys(kept)) assert.equal(report[table], 2, table);
  await run(NIGHTLY, now);
  assert.deepEqual(await count(), before, "a second run finds nothing");
});

test("more than one statement deletes is deleted in one night", async () => {
  const old = seconds() - 3 * DAY;
  await portal.sql(
    `insert into throttle (bucket, attempts, started_at)
     with recursive count (n) as (select 1 union all select n + 1 from count where n < 12000)
     select 'many:' || n, 1, ?1 from count`, old,
  );
  await run(NIGHTLY);
  assert.equal(await portal.value("select count(*) from throttle where bucket like 'many:%'"), 0);
});

async function run(cron, at = seconds()) {
  const { outcome } = await portal.worker.scheduled({ cron, scheduledTime: new Date(at * 1000) });
  assert.equal(outcome, "ok");
}

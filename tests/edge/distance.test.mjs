// Far from the database: a page waits for it once, a deed twice. And what D1 itself says it has read for each page, held
// against tests/fixtures/rows_read.csv: UPDATE=1 writes it anew.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { addresses } from "./addresses.mjs";
import { ACME, start } from "./portal.mjs";

const PAPER = new URL("../fixtures/rows_read.csv", import.meta.url);
const HEAD = "path,round trips,reads of KV,rows read at most";

let portal;
const people = {};
before(async () => {
  portal = await start({ faulty: true });
  // One person who may see everything of Acme.
  await portal.sql("update role set contact_id = (select contact_id from role where org_id = ?1 and role = 'primary') where org_id = ?1", ACME);
  people.person = await portal.signedIn("primary@acme.example");
  for (const role of ["sales", "billing", "support", "publisher", "admin"]) people[role] = await portal.signedIn(`${role}@vendor.example`);
});
after(() => portal.stop(/x^/));

test("no page reads more of D1 than the table says", async () => {
  const rows = [HEAD];
  for (const { route, path, who } of await addresses((...it) => portal.sql(...it), ACME)) {
    const visitor = people[who] ?? portal.visitor();
    await visitor.get(path); // KV knows the session from here on
    await settled();
    await faults({});
    const { status } = await visitor.get(path);
    await settled();
    if (status !== 200) continue;
    const { trips, kv_reads: keys, rows_read: read } = (await faults({})).json;
    // A file leaves a line in the log, once it has left itself; the self-check is there to ask everything.
    const most = route.includes(".csv") || route === "/staff/installation" ? 2 : 1;
    assert.ok(trips <= most, `${route} makes ${trips} round trips`);
    // A little room: how many rows it is depends on the day of the month.
    rows.push(`${route},${trips},${keys},${Math.ceil((read * 1.15 + 5) / 10) * 10}`);
  }
  assert.ok(rows.length > 100, `${rows.length} pages`);
  if (process.env.UPDATE) writeFileSync(PAPER, `${rows.join("\n")}\n`);
  const paper = new Map(readFileSync(PAPER, "utf8").trim().split("\n").slice(1).map((it) => [it.split(",")[0], it.split(",").slice(1).map(Number)]));
  const dearer = rows.slice(1).filter((it) => {
    const [route, trips, keys, read] = it.split(",");
    const old = paper.get(route);
    return !old || Number(trips) !== old[0] || Number(keys) !== old[1] || (Number(read) - 10) / 1.15 > old[2];
  });
  assert.deepEqual(dearer, [], "tests/fixtures/rows_read.csv says less: UPDATE=1 node --test tests/edge/distance.test.mjs");
});

for (const far of [20, 110, 240]) {
  test(`a signed-in page waits once and a deed twice at most, ${far} ms from the database`, async () => {
    for (const page of ["", "/contacts", "/licences", "/payments", "/orders", "/notifications", "/usage"]) {
      await waits(far, 1, `/o/{org}${page}`, () => people.person.get(`/o/${ACME}${page}`));
    }
    await waits(far, 1, "/staff/payments", () => people.billing.get("/staff/payments"));
    await waits(far, 0, "/sign-in", () => portal.visitor().get("/sign-in"));
    let time = 0;
    await waits(far, 2, "a new name", () => people.person.ask("PATCH", "/api/v1/me", {
      headers: { "content-type": "application/json", "if-match": `"${(time += 1)}"` },
      body: JSON.stringify({ display_name: `Ananya ${far} ${time}` }),
    }));
  });
}

/** The calls are counted; and the quickest of three answers is that much later than the quickest of three without any way. */
async function waits(far, most, what, ask) {
  const quickest = async (distance) => {
    await faults({ distance });
    let least = Infinity;
    for (let time = 0; time < 3; time += 1) {
      const from = performance.now();
      await ask();
      least = Math.min(least, performance.now() - from);
    }
    const { trips } = (await faults({})).json;
    assert.ok(trips <= 3 * most, `${what} asks ${trips} times in three`);
    return least;
  };
  const [there, here] = [await quickest(far), await quickest(0)];
  // What the machine does besides may cost more than a short way.
  assert.ok(there - here < far * (most + 0.5) + 100, `${what}: ${Math.round(here)} ms here, ${Math.round(there)} ms there`);
}

/** A line in the log leaves after the answer: two more calls go by. */
async function settled() {
  for (let time = 0; time < 2; time += 1) await portal.visitor().get("/sign-in");
}

function faults(how) {
  return portal.visitor().ask("PUT", "/api/v1/faults", { headers: { "content-type": "application/json" }, body: JSON.stringify(how) });
}

// The chain of the audit log in the real database, and the verifier on copies that somebody has changed.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { execFileSync } from "node:child_process";

import { digestOf, readCopy, verify } from "../../scripts/audit-verify.mjs";
import { root, start } from "./portal.mjs";

let portal;
let copy;
before(async () => {
  portal = await start({ faulty: true });
  const customers = [await portal.customer(["primary", "billing"]), await portal.customer()];
  const primaries = await Promise.all(customers.map((it) => portal.signedIn(it.primary.email)));
  const forbidden = await portal.signedIn(customers[0].billing.email);
  await portal.race(40, async (n) => {
    await (n % 2 === 0 ? forbidden.call("GET", `${customers[0].path}/contacts`)
      : primaries[0].call("POST", `${customers[0].path}/contacts`, {
        display_name: `Zoë "${n}" \u2028\u007f`, email: `z${n}@zoe.example`,
      }));
  });
  for (const name of ["One", "Two", "Three"]) {
    const tag = (await primaries[1].call("GET", customers[1].path)).headers.get("etag");
    const renamed = await primaries[1].call("PATCH", customers[1].path, { name }, { "if-match": tag });
    assert.equal(renamed.status, 200, renamed.text);
  }
  copy = {
    lines: await portal.sql("select * from audit"),
    heads: await portal.sql("select chain, seq, hash from audit_head"),
  };
});
after(() => portal.stop());

/** The chain that has the most lines, in order. */
function longest(of) {
  const chains = [...Map.groupBy(of.lines, (it) => it.org_id ?? "").values()];
  return chains.sort((a, b) => b.length - a.length)[0].sort((a, b) => a.seq - b.seq);
}

function changed(change) {
  const other = structuredClone(copy);
  change(longest(other), other);
  return verify(other).findings;
}

test("what the database chained while many wrote at once, the verifier confirms", () => {
  const { findings, lines, chains } = verify(copy);
  assert.deepEqual(findings, []);
  assert.ok(lines >= 25 && chains >= 3, `${lines} lines in ${chains} chains`);
});

test("an edited line is found", () => {
  for (const [column, value] of [["after", "{}"], ["at", 1], ["actor_name", "Somebody"], ["org_id", "another"]]) {
    const findings = changed((chain) => { chain[1][column] = value; });
    assert.ok(findings.length > 0, column);
  }
  const covered = changed((chain) => { chain[1].target = "x"; chain[1].digest = digestOf(chain[1]); });
  assert.ok(covered.some((it) => it.includes("moved or replaced")), covered.join());
});

test("a deleted line is found, in the middle and at the end", () => {
  const middle = changed((chain, all) => { all.lines.splice(all.lines.indexOf(chain[1]), 1); });
  assert.ok(middle.some((it) => it.endsWith("line 2 deleted")), middle.join());
  const tail = changed((chain, all) => { all.lines.splice(all.lines.indexOf(chain.at(-1)), 1); });
  assert.ok(tail.some((it) => it.includes("the last lines")), tail.join());
  const renumbered = changed((chain, all) => {
    all.lines.splice(all.lines.indexOf(chain[1]), 1);
    for (const line of chain.slice(2)) line.seq -= 1;
  });
  assert.ok(renumbered.length > 0);
  const gone = changed((chain, all) => { all.lines = all.lines.filter((it) => !chain.includes(it)); });
  assert.ok(gone.some((it) => it.includes("all ")), gone.join());
});

test("lines that changed places are found", () => {
  const findings = changed((chain) => { [chain[1].seq, chain[2].seq] = [chain[2].seq, chain[1].seq]; });
  assert.ok(findings.some((it) => it.includes("moved or replaced")), findings.join());
});

test("a log that was cut off together with its head contradicts the anchor", async () => {
  await portal.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });
  const anchors = await anchored();
  assert.ok(anchors.length >= 3, JSON.stringify(anchors));
  assert.deepEqual(verify({ ...copy, anchors }).findings, []);
  const other = structuredClone(copy);
  const chain = longest(other);
  other.lines.splice(other.lines.indexOf(chain.at(-1)), 1);
  const head = other.heads.find((it) => it.chain === (chain[0].org_id ?? ""));
  Object.assign(head, { seq: chain.at(-2).seq, hash: chain.at(-2).hash });
  assert.deepEqual(verify(other).findings, [], "the database alone does not know");
  assert.ok(verify({ ...other, anchors }).findings.some((it) => it.includes("anchored")));
});

async function anchored() {
  const { objects } = await portal.env.DOCUMENTS.list({ prefix: "audit/anchors/" });
  const files = await Promise.all(objects.map(async (it) => JSON.parse(await (await portal.env.DOCUMENTS.get(it.key)).text())));
  return files.flatMap((it) => it.heads);
}

test("the command reads a copy and says what it found", async () => {
  const path = join(tmpdir(), `audit-copy-${process.pid}.sqlite`);
  const file = new DatabaseSync(path);
  const columns = Object.keys(copy.lines[0]);
  file.exec(`create table audit (${columns.join(", ")}); create table audit_head (chain, seq, hash)`);
  const line = file.prepare(`insert into audit values (${columns.map(() => "?").join(", ")})`);
  for (const it of copy.lines) line.run(...columns.map((column) => it[column]));
  const head = file.prepare("insert into audit_head values (?, ?, ?)");
  for (const it of copy.heads) head.run(it.chain, it.seq, it.hash);
  file.close();
  const command = () => execFileSync(process.execPath,
    ["--no-warnings", join(root, "scripts/audit-verify.mjs"), path], { encoding: "utf8" });
  assert.match(command(), /nothing was changed/);
  const again = new DatabaseSync(path);
  again.exec("update audit set target = 'x' where rowid = 3");
  again.close();
  assert.throws(command, (error) => error.status === 1 && /was edited/.test(error.stdout));
  assert.equal(readCopy(path).lines.length, copy.lines.length);
  rmSync(path);
});

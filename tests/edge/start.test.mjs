// From nothing to a portal that works: no secret, no account, the migrations, the demo data.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ACME, PASSWORD, Portal } from "./portal.mjs";

let portal, beforeMigration;
before(async () => {
  portal = await Portal.open({ secrets: null });
  beforeMigration = {
    health: await portal.visitor().get("/healthz"),
    page: await portal.visitor().get("/sign-in"),
    deed: await portal.visitor().signIn("primary@acme.example", PASSWORD),
  };
  await portal.worker.applyD1Migrations("DB");
  await portal.seed();
});
after(() => portal.stop(/no such table|"health":"missing/));

test("without its schema the portal says that it is not healthy, and nothing else of itself", () => {
  const { health } = beforeMigration;
  assert.equal(health.says, "503 not-healthy");
  assert.doesNotMatch(health.text, /person|session|missing|D1|SQLITE|0\.\d/);
});

test("without its schema a page still shows and a deed fails with an answer", () => {
  assert.equal(beforeMigration.page.status, 200);
  assert.equal(beforeMigration.deed.says, "503 not-healthy", "the deployment was quicker than its migration");
  assert.doesNotMatch(beforeMigration.deed.text, /no such|SQLITE|D1_/);
});

test("with it the portal is healthy, and says no more than that", async () => {
  const answer = await portal.visitor().get("/healthz");
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, { status: "ok" });
});

test("a rule that the schema lost makes it unhealthy", async () => {
  const [{ sql }] = await portal.sql("select sql from sqlite_schema where name = 'contact_limit'");
  await portal.sql("drop trigger contact_limit");
  try {
    assert.equal((await portal.visitor().get("/healthz")).says, "503 not-healthy");
  } finally {
    await portal.sql(sql);
  }
  assert.equal((await portal.visitor().get("/healthz")).status, 200);
});

test("migrations may run again", async () => {
  await portal.worker.applyD1Migrations("DB");
  assert.equal((await portal.visitor().get("/healthz")).status, 200);
});

test("every address of the contract signs in with the demo password, with its roles", async () => {
  const expected = {
    "primary@acme.example": ["primary"],
    "billing@acme.example": ["billing"],
    "support@acme.example": ["support"],
    "technical@acme.example": ["technical"],
    "guest@acme.example": [],
  };
  for (const [email, roles] of Object.entries(expected)) {
    const { person, organisations } = (await portal.visitor().signIn(email, PASSWORD)).json;
    assert.equal(person.email, email);
    assert.deepEqual(organisations, [{ id: ACME, name: "Acme Textiles", roles }]);
  }
});

test("whoever of the demo data has a password signs in, and nobody else", async () => {
  const people = await portal.sql("select email, password is not null as may from person");
  assert.ok(people.length >= 14);
  for (const { email, may } of people) {
    const answer = await portal.visitor().signIn(email, PASSWORD);
    assert.equal(answer.says, may ? "200" : "401 bad-credentials", email);
  }
});

test("there is a person with different roles in three organisations, a partner, and staff", async () => {
  const { organisations } = (await portal.visitor().signIn("meera@banyanrow.example", PASSWORD)).json;
  assert.equal(organisations.length, 3);
  assert.equal(new Set(organisations.map((it) => it.roles.join())).size, 3);
  assert.equal(await portal.value("select count(*) from organisation where channel = 'partner'"), 1);
  assert.equal(await portal.value("select count(*) from organisation where channel = 'direct'"), 3);
  assert.equal(await portal.value(
    "select role from staff join person on person.id = staff.person_id where email = 'admin@vendor.example'"), "admin");
});

test("five contacts with every role and one without make Acme Textiles full", async () => {
  const primary = await portal.signedIn("primary@acme.example");
  const { items, limit } = (await primary.call("GET", `/organisations/${ACME}/contacts`)).json;
  assert.deepEqual([items.length, limit], [5, 5]);
  assert.ok(items.every((it) => it.status === "verified"));
  assert.deepEqual(items.map((it) => it.roles.join()).sort(), ["", "billing", "primary", "support", "technical"]);
});

test("seeding again starts from scratch", async () => {
  const primary = await portal.signedIn("primary@acme.example");
  const rename = { name: "Acme Renamed" };
  const renamed = await primary.call("PATCH", `/organisations/${ACME}`, rename, { "if-match": "*" });
  assert.equal(renamed.status, 200, renamed.text);
  await portal.customer();
  await portal.seed();
  assert.equal((await primary.me()).status, 401, "sessions are gone");
  assert.equal(await portal.value("select name from organisation where id = ?1", ACME), "Acme Textiles");
  assert.equal(await portal.value("select count(*) from organisation"), 4);
  assert.equal((await portal.visitor().signIn("primary@acme.example", PASSWORD)).status, 200);
});

test("a person who presses the button of the mailbox goes back to it", async () => {
  const answer = await portal.visitor().submit("/dev/seed", {}, { accept: "text/html,*/*;q=0.8" });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/dev/mail?done=seeded"]);
});

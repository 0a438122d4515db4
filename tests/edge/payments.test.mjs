// A payment with its proof at the real edge: R2, many at once, what arrives and is never answered, and what is cut off.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import net from "node:net";
import { after, before, beforeEach, test } from "node:test";

import { DAY, eventually, seconds, start, tally } from "./portal.mjs";

const MB = 1024 * 1024;

let portal, customer, billing, licence;
before(async () => { portal = await start({ faulty: true }); });
after(() => portal.stop(/Network connection lost|R2/));
beforeEach(async () => {
  await faults({ d1: "slow" });
  customer = await portal.customer(["primary", "billing"]);
  licence = await licenceOf(customer, 2);
  billing = await portal.signedIn(customer.billing.email);
});

test("forty submissions at once make one record, one extension and one object", async () => {
  for (const key of [{ "idempotency-key": randomUUID() }, {}]) {
    customer = await portal.customer(["primary", "billing"]);
    licence = await licenceOf(customer, 2);
    billing = await portal.signedIn(customer.billing.email);
    const answers = await portal.race(40, () => record(billing.twin(), {}, [pdf(2000)], key));
    assert.deepEqual(tally(answers), "idempotency-key" in key ? { 201: 40 } : { 201: 1, "409 duplicate-payment": 39 });
    const count = (sql) => portal.value(sql, customer.id);
    assert.equal(await count("select count(*) from payment_record where org_id = ?1"), 1);
    assert.equal(await count("select count(*) from licence_event where org_id = ?1 and cause = 'payment_record'"), 1);
    assert.equal(await count("select valid_till from licence where org_id = ?1"), day(7));
    assert.equal(await count("select count(*) from audit where org_id = ?1 and action = 'payment.recorded'"), 1);
    await eventually("what the others put is gone", async () => (await objects()).length === 1);
    await eventually("the mails", async () => (await portal.mails(customer.billing.email)).length === 1);
    assert.equal((await portal.mails(customer.primary.email)).length, 1, "Primary hears that a licence has moved");
  }
});

test("five files of 5 MB arrive as they were sent", async () => {
  const files = [1, 2, 3, 4, 5].map((it) => pdf(5 * MB, it));
  const answer = await record(billing, {}, files);
  assert.equal(answer.says, "201", answer.text);
  const path = `${customer.path}/payment-records/${answer.json.id}`;
  const { documents } = (await billing.call("GET", path)).json;
  assert.deepEqual(documents.map((it) => [it.name, it.kind, it.size]), files.map((it, at) => [`${at}.pdf`, "application/pdf", it.length]));
  const file = await portal.harness.fetch(`/api/v1${path}/documents/${documents[4].id}`, { headers: { cookie: cookies(billing) } });
  assert.ok(Buffer.from(await file.arrayBuffer()).equals(files[4]));
  assert.equal(file.headers.get("content-disposition"), "attachment; filename=\"4.pdf\"; filename*=UTF-8''4.pdf");
  assert.equal(file.headers.get("content-security-policy"), "sandbox; default-src 'none'");
  const other = await portal.signedIn(customer.primary.email);
  assert.equal((await other.call("GET", `${path}/documents/${documents[4].id}`)).says, "403 role-required");
});

test("a sixth file, a file of 5 MB and a byte, and 30 MB are refused with a sentence", async () => {
  const refused = async (files, says) => {
    const answer = await record(billing, {}, files);
    assert.equal(answer.says, says, answer.text);
    assert.ok(answer.json.detail.length > 20);
  };
  await refused([1, 2, 3, 4, 5, 6].map(() => pdf(1000)), "422 invalid");
  await refused([pdf(5 * MB + 1)], "413 too-large");
  await refused([1, 2, 3, 4, 5, 6].map(() => pdf(5 * MB)), "413 too-large");
  assert.equal(await portal.value("select count(*) from payment_record where org_id = ?1", customer.id), 0);
  await eventually("nothing stays", async () => (await objects()).length === 0);
});

test("what is no form is refused, and the same isolate goes on", async () => {
  const type = { "content-type": "multipart/form-data; boundary=b" };
  const many = Array.from({ length: 10_000 }, (_, at) => part("b", `name="f${at}"`, "1")).join("");
  const endless = `--b\r\nx: ${"y".repeat(4 * MB)}`;
  for (const body of ["", "x".repeat(MB), "--other\r\n", part("b", 'name="amount"', "1"), many, `${many}--b--\r\n`, endless, "-".repeat(3 * MB)]) {
    const answer = await billing.ask("POST", `/api/v1${customer.path}/payment-records`, { headers: type, body });
    assert.equal(answer.says, "422 invalid", `${body.slice(0, 40)}: ${answer.text.slice(0, 200)}`);
  }
  for (const kind of ["application/json", "multipart/form-data", "multipart/form-data; boundary="]) {
    const answer = await billing.ask("POST", `/api/v1${customer.path}/payment-records`, { headers: { "content-type": kind }, body: "{}" });
    assert.equal(answer.says, "415 unsupported-media-type");
  }
  assert.equal((await record(billing, { amount: "NaN" }, [pdf(100)])).json.errors[0].field, "amount");
  assert.equal((await record(billing, {}, [Buffer.from("<svg onload='alert(1)'/>")])).json.errors[0].code, "file-type");
  assert.equal(await portal.value("select count(*) from payment_record where org_id = ?1", customer.id), 0);
  assert.equal((await objects()).length, 0);
});

test("an answer that is lost loses nothing: the same key finds the record and its file", async () => {
  const key = { "idempotency-key": randomUUID() };
  await faults({ d1: "lost" });
  assert.equal((await record(billing, {}, [pdf(3000)], key)).says, "503 try-again");
  await faults({});
  const again = await record(billing, {}, [pdf(3000)], key);
  assert.equal(again.says, "201", again.text);
  assert.equal(await portal.value("select count(*) from payment_record where org_id = ?1", customer.id), 1);
  const [{ id }] = (await billing.call("GET", `${customer.path}/payment-records/${again.json.id}`)).json.documents;
  assert.equal((await billing.call("GET", `${customer.path}/payment-records/${again.json.id}/documents/${id}`)).status, 200);
});

test("while R2 is out of reach nothing is recorded", async () => {
  await faults({ r2: "down" });
  assert.equal((await record(billing, {}, [pdf(3000)])).says, "503 try-again");
  await faults({});
  assert.equal(await portal.value("select count(*) from payment_record where org_id = ?1", customer.id), 0);
  assert.equal((await record(billing, {}, [pdf(3000)])).says, "201");
});

test("an upload that breaks off leaves no record, and the sweep of the night takes its objects", async () => {
  const boundary = "cut";
  const head = Object.entries(fields()).map(([name, value]) => part(boundary, `name="${name}"`, value)).join("");
  const whole = part(boundary, 'name="proof"; filename="a.pdf"', pdf(200_000).toString("latin1"));
  const half = `--${boundary}\r\ncontent-disposition: form-data; name="proof"; filename="b.pdf"\r\n\r\n%PDF-1.7\n${"x".repeat(100_000)}`;
  const body = Buffer.from(head + whole + half, "latin1");
  await new Promise((resolve, reject) => {
    const socket = net.connect(Number(portal.url.port), portal.url.hostname, () => {
      socket.write(`POST /api/v1${customer.path}/payment-records HTTP/1.1\r\nhost: ${portal.url.host}\r\ncookie: ${cookies(billing)}\r\n`
        + `content-type: multipart/form-data; boundary=${boundary}\r\ncontent-length: ${body.length + 5_000_000}\r\n\r\n`);
      socket.write(body, () => setTimeout(() => { socket.destroy(); resolve(); }, 300));
    });
    socket.on("error", reject);
  });
  assert.equal((await billing.me()).status, 200);
  assert.equal(await portal.value("select count(*) from payment_record where org_id = ?1", customer.id), 0);
  // Whether something was left or not: what no record names goes, once it is a day old; the time of the cron is its clock.
  await portal.env.DOCUMENTS.put(`payments/${customer.id}/orphan`, "x");
  const kept = await record(billing, { reference: "kept" }, [pdf(1000)]);
  assert.equal(kept.says, "201", kept.text);
  const sweep = (at) => portal.worker.scheduled({ cron: "17 2 * * *", scheduledTime: new Date(at * 1000) });
  await sweep(seconds());
  assert.ok((await objects()).length >= 2, "what is fresh may still get its row");
  await sweep(seconds() + 2 * DAY);
  assert.equal((await objects()).length, 1);
  const report = JSON.parse(await portal.value("select report from job_run where job = 'sweep_proofs'"));
  assert.equal(report.error, undefined);
  assert.equal(report.next, null);
});

test("what waits for the vendor too long is noted once, however often the cron comes", async () => {
  const { json: { id } } = await record(billing, {}, [pdf(1000)]);
  const later = seconds() + 20 * DAY;
  await portal.race(3, () => portal.worker.scheduled({ cron: "17 2 * * *", scheduledTime: new Date(later * 1000) }));
  assert.equal(await portal.value("select count(*) from payment_event where record_id = ?1 and event = 'note'", id), 1);
  assert.match(await portal.value("select overdue_on from payment_record where id = ?1", id), /^\d{4}-\d\d-\d\d$/);
  assert.equal(await portal.value("select count(*) from outbox where kind = 'payments.overdue' and org_id = ?1", customer.id), 1);
});

test("a page of 10,000 records reads at most 100 rows", async () => {
  await portal.sql(
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < 10000)
     insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on, method,
                                 reference, reference_key, status_on, by_person, by_name)
     select printf('%s-%05d', substr(?1, 1, 8), i), ?1, 1700000000 + i, '2023-11-15', 'INV' || i, 'INV' || i, 'INR', i, '2023-11-15',
            'wire', 'R' || i, 'R' || i, '2023-11-15', ?2, 'Billing' from n`,
    customer.id, customer.billing.person,
  );
  for (const path of [`/o/${customer.id}/payments`, `/api/v1${customer.path}/payment-records?limit=20`]) {
    await faults({});
    assert.equal((await billing.get(path)).status, 200);
    const { json: { rows_read: rows } } = await faults({});
    assert.ok(rows > 20 && rows <= 100, `${path} read ${rows} rows`);
  }
  await faults({});
  assert.equal((await record(billing, {}, [pdf(100)])).says, "201");
  const { json: { rows_read: rows } } = await faults({});
  assert.ok(rows <= 500, `recording a payment read ${rows} rows`); // gate, facts, deed and the log's chain
});

function faults(how) {
  return portal.visitor().call("PUT", "/faults", how);
}

function fields(more) {
  return {
    invoice_number: "MER/2026/0041", currency: "INR", amount: "1,81,440.00", tax_deducted: "16,800", paid_on: day(-1),
    method: "neft", reference: "UTR 1", note: "", ...more,
  };
}

function record(visitor, more, files, headers = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields(more))) form.append(name, value);
  files.forEach((bytes, at) => form.append("proof", new Blob([bytes]), `${at}.pdf`));
  return visitor.ask("POST", `/api/v1${customer.path}/payment-records`, { headers, body: form });
}

function part(boundary, what, value) {
  return `--${boundary}\r\ncontent-disposition: form-data; ${what}\r\n\r\n${value}\r\n`;
}

function pdf(length, seed = 7) {
  const bytes = Buffer.alloc(length, 97);
  for (let at = 0; at < length; at += 61) bytes[at] = (at * seed) & 255;
  bytes.write("%PDF-1.7\n");
  bytes.write("\n%%EOF\n", length - 7);
  return bytes;
}

async function objects() {
  return (await portal.env.DOCUMENTS.list({ prefix: `payments/${customer.id}/` })).objects;
}

function cookies(visitor) {
  return [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}

/** A civil date of the vendor's, so many days from today. */
function day(days) {
  return new Date((seconds() + days * DAY) * 1000).toLocaleDateString("sv-SE", { timeZone: "Asia/Kolkata" });
}

async function licenceOf({ id: org }, till) {
  const id = randomUUID();
  await portal.sql(
    `insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
     values (?1, ?2, 'skyconnect', 'subscription', ?3, ?4, 1)`,
    id, org, day(-300), day(till),
  );
  return id;
}

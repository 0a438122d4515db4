// Dashboards, over-use alerts and the organisation report at the real edge: what D1 reads, what cron, queue and R2 do.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, start } from "./portal.mjs";

let portal, customer, primary;
before(async () => {
  portal = await start({ faulty: true });
  customer = await portal.customer(["primary", "billing"]);
  primary = await portal.signedIn(customer.primary.email);
  await portal.sql("insert into product (id, name) values ('skymeter', 'Sky Meter')");
  await portal.sql("insert into sub_product (product_id, id, label, unit) values ('skymeter', 'mailboxes', 'Mailboxes', 'users')");
  await portal.sql(
    `insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till, agreement, created_at)
     values ('s-usage', ?1, 'skymeter', 'SKY', 'Mailboxes', 1000, 'users', '2020-01-01', '2099-12-31', 'contract', 1)`, customer.id);
});
after(() => portal.stop());

test("a dashboard page reads at most 800 rows, among 400,000, with twenty meters and hundreds of unread notifications", async () => {
  await portal.sql(
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < 20)
     insert into sub_product (product_id, id, label, unit) select 'skymeter', 'm' || i, 'Meter ' || i, 'GB' from n`);
  await portal.sql(
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < 24)
     insert into organisation (id, name, created_at) select 'many-' || i, 'Many ' || i, 1 from n`);
  for (const orgs of ["id = ?1", "id like 'many-%' and ?1 is not null"]) {
    await portal.sql(
      `with recursive n (i) as (select 0 union all select i + 1 from n where i < 799)
       insert into usage_sample (org_id, product_id, sub_product, used_on, used, updated_at)
       select organisation.id, 'skymeter', sub_product.id, date('now', '-' || n.i || ' days'), 800 - n.i, 1
         from organisation, sub_product, n where sub_product.product_id = 'skymeter' and sub_product.id <> 'mailboxes' and organisation.${orgs}`, customer.id);
  }
  assert.equal(await portal.value("select count(*) from usage_sample where product_id = 'skymeter'"), 400_000);
  for (const org of [customer.id, null]) {
    await portal.sql(
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < 150)
       insert into notification (id, org_id, roles, category, title, body, source, published_at, created_at)
       select 'n-' || i || '-' || coalesce(?1, 'all'), ?1, iif(i % 2, '["primary"]', null), 'general', 'A title', 'A text', 'system', unixepoch() - i, 1
         from n`, org);
  }
  // All its days are there.
  const year = new Date().getFullYear() - 1;
  for (const query of ["", "?grain=monthly", `?period=${year}`, `?grain=monthly&period=fy${year}`, "?view=table", `?product=skymeter&sub_product=m7&period=${year}`,
    `?product=skymeter&sub_product=m7&grain=monthly&period=${year}`]) {
    for (const path of [`/o/${customer.id}/usage`, `/api/v1${customer.path}/usage`]) {
      await faults({});
      assert.equal((await primary.get(path + query)).status, 200);
      const { json: { rows_read: rows } } = await faults({});
      assert.ok(rows > 20 && rows <= 800, `${path}${query} read ${rows} rows`);
    }
  }
});

test("cron tells once that a share was reached", async () => {
  await portal.sql("update usage_meter set changed_from = null");
  await portal.sql(
    "insert into usage_sample (org_id, product_id, sub_product, used_on, used, updated_at) values (?1, 'skymeter', 'mailboxes', date('now'), 930.5, 1)",
    customer.id);
  const cron = () => portal.worker.scheduled({ cron: "*/5 * * * *" });
  await portal.race(3, cron);
  await cron();
  const count = (sql) => portal.value(sql, customer.id);
  assert.equal(await count("select count(*) from usage_alert where org_id = ?1"), 2, "80 and 90");
  assert.equal(await count("select count(*) from notification where org_id = ?1 and category = 'billing'"), 1);
  for (const { email } of [customer.primary, customer.billing]) {
    await eventually("the mail", async () => (await portal.mails(email)).some((it) => it.subject.includes("93 % of what you purchased")));
  }
  assert.equal(await count("select count(*) from outbox where org_id = ?1 and kind = 'dashboards.over_use'"), 2);
});

test("the report is made by the queue, mailed as a file, and downloaded", async () => {
  const asked = await primary.ask("POST", `/api/v1${customer.path}/reports`, {});
  assert.equal(asked.status, 202, asked.text);
  const { id } = asked.json;
  await eventually("the mail", async () => (await portal.mails(customer.primary.email)).some((it) => it.subject.startsWith("Your organisation report")));
  const mail = (await portal.mails(customer.primary.email)).find((it) => it.subject.startsWith("Your organisation report"));
  assert.equal(mail.attachments.length, 1);
  const document = Buffer.from(mail.attachments[0].base64, "base64").toString();
  assert.match(document, /^<!DOCTYPE html>/);
  assert.ok(document.includes("Mailboxes") && document.includes(customer.billing.email));
  const file = await primary.get(`/o/${customer.id}/report/${id}`);
  assert.equal(file.status, 200);
  assert.equal(file.text, document);
  assert.match(file.headers.get("content-disposition"), /^attachment; filename="organisation-report_/);
  assert.match(file.headers.get("content-security-policy"), /sandbox/);
  const again = await primary.ask("POST", `/api/v1${customer.path}/reports`, {});
  assert.equal(again.says, "429 slow-down");
  const billing = await portal.signedIn(customer.billing.email);
  assert.equal((await billing.get(`/o/${customer.id}/report/${id}`)).status, 403);
});

function faults(how) {
  return portal.visitor().call("PUT", "/faults", how);
}

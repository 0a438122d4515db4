// What was used: a product is chosen, a month, chart and table by the keyboard; and the report that the Primary asks for.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ACME, Portal } from "./portal.mjs";

let portal;
before(async () => { portal = await Portal.start(); });
after(() => portal.close());
beforeEach(() => portal.seed());

test("chart and table are switched by the keyboard, and show the same", async () => {
  const page = await portal.signedIn("technical@acme.example");
  await page.goto(`${ACME}/usage`);
  const drawn = page.getByRole("img", { name: /SkyConnect Extra storage/ });
  await drawn.waitFor();
  assert.equal(await drawn.count(), 1, "one size is shown, and the others are hidden from all");
  const newest = await page.locator("svg:visible .chart-label").textContent();

  const table = page.getByRole("link", { name: "Table", exact: true });
  await page.getByRole("link", { name: "Chart", exact: true }).focus();
  await page.keyboard.press("Tab");
  assert.ok(await table.evaluate((it) => it === document.activeElement), "the next stop");
  await page.keyboard.press("Enter");
  await page.getByRole("table").waitFor();
  assert.match(page.url(), /view=table/);
  const cells = await page.getByRole("row").nth(1).innerText();
  const second = await page.getByRole("row").nth(2).innerText();
  assert.ok(`${cells} ${second}`.includes(newest.split(" · ")[0]), `${newest} stands in the table: ${cells} ${second}`);
  assert.ok((await page.getByRole("table").innerText()).includes("Over"), "a word, and not only a colour");
  await page.goBack();
  await drawn.waitFor();
  portal.clean();
});

test("a product and a month are chosen", async () => {
  const page = await portal.signedIn("support@acme.example");
  await page.goto(`${ACME}/usage`);
  await page.getByRole("link", { name: /Mailboxes/ }).click();
  await page.getByRole("heading", { name: "SkyConnect: Mailboxes" }).waitFor();
  const months = page.getByLabel("Period");
  const label = (await months.locator("option").nth(2).innerText()).trim();
  await months.selectOption({ label });
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("heading", { name: label }).waitFor();
  await page.getByRole("img", { name: new RegExp(`Mailboxes in ${label}`) }).waitFor();
  await page.getByRole("link", { name: "Later" }).click();
  await page.waitForURL(/period=/);
  await page.getByRole("link", { name: "Monthly" }).click();
  await page.getByRole("heading", { name: / to / }).waitFor();
  await page.getByRole("link", { name: "CSV" }).waitFor();
  portal.clean();
});

test("it works without script, and on a phone", async () => {
  const page = await portal.signedIn("primary@acme.example", { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await page.goto(`${ACME}/usage?product=skyconnect&sub_product=mailboxes`);
  await page.getByRole("img", { name: /Mailboxes/ }).waitFor();
  await page.getByRole("link", { name: "Table", exact: true }).click();
  await page.getByRole("table").waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `the page is ${wide} px wide`);
  portal.clean();
});

test("the Primary asks for the report and takes it along", async () => {
  const page = await portal.signedIn("primary@acme.example");
  await page.goto(ACME);
  await page.locator(".profile summary").click();
  await page.getByRole("link", { name: "Get organisation report" }).click();
  await page.getByText("The report will be sent to primary@acme.example").waitFor();
  await page.getByRole("button", { name: "Get organisation report" }).click();
  await page.getByText("The report is being made and will be mailed to you.").first().waitFor();
  const mail = await portal.mail("primary@acme.example", "Your organisation report");
  assert.equal(mail.attachments.length, 1);
  await page.goto(`${ACME}/report`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download" }).click()]);
  assert.match(download.suggestedFilename(), /^organisation-report_\d{4}-\d\d-\d\d\.html$/);
  await page.getByRole("button", { name: "Get organisation report" }).click();
  await page.getByText("less than ten minutes ago").waitFor();
  portal.clean(/status of 429/);
});

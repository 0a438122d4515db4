// What there is to know: found, read and put aside by keyboard and by mouse; and what comes by mail, ended in one press.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { keyboard, mouse } from "./hands.mjs";
import { ACME, Portal, WIDE, eventually } from "./portal.mjs";

const NOTES = `${ACME}/notifications`;
const MAINTENANCE = "Maintenance of all mail servers on Sunday, 2:00 to 4:00";
const INVOICE = "Invoice MER/0431 is ready";

let portal;
before(async () => { portal = await Portal.start(); });
after(() => portal.close());
beforeEach(() => portal.seed());

const shows = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const says = (page, text) => page.locator(".toast").getByText(text, { exact: false }).waitFor();
const titles = (page) => page.locator(".feed-title a").allInnerTexts();
const badge = (page) => page.locator("header.side .count");
const unreadOf = async (page) => Number((await badge(page).innerText()).split(/\s/)[0]);

test("somebody reads, filters and marks all as read by keyboard alone", async () => {
  const page = await portal.signedIn("primary@acme.example");
  const link = page.locator("header.side").getByRole("link", { name: /^Notifications/ });
  await keyboard.press(link);
  await shows(page, "Notifications");
  const all = await titles(page);
  assert.equal(all[0], MAINTENANCE, "pinned");
  assert.ok(all.includes(INVOICE));
  const unread = await unreadOf(page);
  assert.ok(unread > 2, `${unread} unread`);

  // A filter stands in the address, and Back undoes it.
  await keyboard.choose(page.getByLabel("Category"), "Billing");
  await keyboard.press(page.getByRole("button", { name: "Show" }));
  await page.waitForURL(/category=billing/);
  assert.deepEqual(await titles(page), [INVOICE]);
  await page.goBack();
  await page.waitForURL((url) => url.search === "");
  assert.equal(await page.getByLabel("Category").inputValue(), "", "the form says what the address says");
  await page.keyboard.press("/");
  await page.keyboard.type("false mails");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=false/);
  assert.deepEqual(await titles(page), ["False mails in our name ask for passwords"]);
  await keyboard.press(page.getByRole("link", { name: "Clear filters" }));
  await page.waitForURL((url) => url.search === "");

  // One is put aside where it stands; the focus stays with it.
  await keyboard.press(page.getByRole("button", { name: `Mark as read ${INVOICE}` }));
  await eventually("the badge counts down", async () => (await unreadOf(page)) === unread - 1);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), INVOICE);
  assert.equal(await page.getByRole("button", { name: `Mark as read ${INVOICE}` }).count(), 0);

  await keyboard.press(page.getByRole("button", { name: "Mark all as read" }));
  await says(page, "Everything is marked as read.");
  assert.equal(await badge(page).count(), 0);
  assert.equal(await page.locator(".feed-mark").count(), 0);
  portal.clean();
});

test("what is opened is read, and its Markdown is text, lists and safe links", async () => {
  const page = await portal.signedIn("support@acme.example");
  await page.goto(ACME);
  assert.ok((await page.locator(".feed > li").count()) <= 5, "the top five");
  assert.equal(await page.getByText(INVOICE).count(), 0, "money is no matter of Support");
  const before = await unreadOf(page);
  await mouse.press(page.getByRole("link", { name: MAINTENANCE }));
  await shows(page, MAINTENANCE);
  assert.equal(await page.locator(".prose li").count(), 3);
  const status = page.getByRole("link", { name: "status page" });
  assert.equal(await status.getAttribute("rel"), "noopener nofollow");
  await eventually("opening it marks it", async () => (await unreadOf(page)) === before - 1);
  assert.equal(await page.getByRole("button", { name: /Mark as read/ }).count(), 0);
  await page.goto(`${NOTES}?unread=true`);
  assert.ok(!(await titles(page)).includes(MAINTENANCE));
  portal.clean();
});

test("without script the same deeds are forms", async () => {
  const page = await portal.signedIn("technical@acme.example", { ...WIDE, javaScriptEnabled: false });
  await page.goto(NOTES);
  const first = page.getByRole("button", { name: /^Mark as read/ }).first();
  const count = await page.getByRole("button", { name: /^Mark as read/ }).count();
  await first.click();
  await says(page, "Marked as read.");
  assert.equal(await page.getByRole("button", { name: /^Mark as read/ }).count(), count - 1);
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await says(page, "Everything is marked as read.");
  portal.clean();
});

test("what comes by mail is chosen, what is fixed says why, and a mail ends in one press", async () => {
  const page = await portal.signedIn("technical@acme.example");
  await page.goto(`${NOTES}/preferences`);
  await shows(page, "Mail preferences");
  await page.getByText("Always sent", { exact: false }).first().waitFor();
  assert.equal(await page.getByLabel("Security").count(), 0);
  await keyboard.choose(page.getByLabel("Releases"), "At once");
  await keyboard.press(page.getByRole("button", { name: "Save" }));
  await says(page, "Your choice is saved.");
  assert.equal(await page.getByLabel("Releases").inputValue(), "on");

  await portal.sql(`insert into notification (id, category, title, body, source, published_at, created_at)
    values ('01938a00-0000-7000-8000-00ef00000001', 'release', 'A release of today', 'It is **new**.', 'vendor', unixepoch() - 60, 1)`);
  const { outcome } = await portal.harness.getWorker().scheduled({ cron: "*/5 * * * *" });
  assert.equal(outcome, "ok");
  const mail = await portal.mail("technical@acme.example", "A release of today");
  const [address] = mail.text.match(/(?<=Unsubscribe: )\S+/);
  const reader = await portal.visitor();
  await reader.goto(address);
  await shows(reader, "Stop these mails?");
  await reader.getByRole("button", { name: "Stop these mails" }).click();
  await shows(reader, "These mails have stopped");
  await page.reload();
  assert.equal(await page.getByLabel("Releases").inputValue(), "off");
  portal.clean();
});

// On the evening a licence has lapsed: one more day, once; and then the day on which to come back.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Portal, SUNDARAM } from "./portal.mjs";

let portal;
before(async () => { portal = await Portal.start(); });
after(() => portal.close());
beforeEach(() => portal.seed());

/** `22 Nov 2026`, so many days from today in the vendor's time zone. */
function day(ahead) {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Kolkata", day: "numeric", month: "short", year: "numeric" })
    .formatToParts(new Date(Date.now() + ahead * 86_400_000));
  const part = (type) => parts.find((it) => it.type === type).value;
  return `${part("day")} ${part("month").slice(0, 3)} ${part("year")}`;
}

async function ask(page, product) {
  await page.goto(`${SUNDARAM}/licences`);
  await page.getByRole("link", { name: "Request Licence Extension" }).first().click();
  const label = await page.getByLabel("Product", { exact: true }).locator("option", { hasText: product }).innerText();
  await page.getByLabel("Product", { exact: true }).selectOption({ label: label.trim() });
  await page.getByLabel("Reason").selectOption({ index: 1 });
  await page.getByLabel("Description").fill("The purchase order is with our finance team and will be signed tomorrow.");
  await page.getByRole("button", { name: "Request extension" }).click();
}

test("a lapsed licence gets one day, and the second request is told when to come back", async () => {
  const page = await portal.signedIn("lakshmi@sundaram.example");
  await page.goto(`${SUNDARAM}/licences`);
  await page.getByText("Expired 6 days ago").first().waitFor();

  await ask(page, "SkyConnect");
  const granted = `Licence extended by 1 day, valid till ${day(1)}.`;
  await page.getByText(granted, { exact: false }).first().waitFor();
  await page.goto(`${SUNDARAM}/licences`);
  await page.getByText(day(1)).first().waitFor();

  await ask(page, "SkyConnect");
  const refused = `The licence is valid till ${day(1)} and has not expired. Next possible on ${day(2)}.`;
  await page.getByText(refused, { exact: false }).first().waitFor();
  await page.goto(`${SUNDARAM}/licences/extension-requests`);
  assert.ok((await page.getByText(refused, { exact: false }).count()) > 0, "the refusal stays in the list");

  await page.goto(`${SUNDARAM}/licences/history`);
  await page.getByText("Extension request").first().waitFor();
  portal.clean();
});

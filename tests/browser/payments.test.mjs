// Money has left for the vendor: say so with the proof, see what it changed, fetch the proof again, take it back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";
import { ACME, PHONE, Portal, SUNDARAM } from "./portal.mjs";

const PDF = Buffer.from("%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n");
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const advice = { name: "advice.pdf", mimeType: "application/pdf", buffer: PDF };
const photo = { name: "cheque.png", mimeType: "image/png", buffer: PNG };

let portal;
before(async () => { portal = await Portal.start(); });
after(() => portal.close());
beforeEach(() => portal.seed());

async function type(page) {
  await page.getByLabel("Invoice number").fill("MER/2026/0041");
  await page.getByLabel("Method of payment").selectOption("neft");
  await page.getByLabel("Transaction reference").fill("HDFCN52026112012345");
  await page.getByLabel("Additional information").fill("Renewal for the next year");
}

async function workOut(page) {
  if (!(await page.getByLabel("Value without GST").isVisible())) await page.getByText("Work out the tax").click();
  await page.getByLabel("Value without GST").fill("1,68,000");
  await page.getByLabel("Withheld from").selectOption("professional");
  await page.getByRole("button", { name: "Work it out" }).click();
  await page.getByText("₹1,81,440.00").first().waitFor();
}

test("a payment with its proof, from the form to its withdrawal", async () => {
  const page = await portal.signedIn("lakshmi@sundaram.example");
  await page.goto(`${SUNDARAM}/payments`);
  await page.getByRole("link", { name: "Record a payment" }).first().click();
  await type(page);
  await page.locator("input[name=proof]").first().setInputFiles([advice, photo]);
  await page.getByText("cheque.png").waitFor();
  await workOut(page);
  assert.equal(await page.getByLabel("Amount paid").inputValue(), "181440.00");
  assert.equal(await page.getByLabel("Tax deducted at source").inputValue(), "16800.00");
  assert.equal(await page.getByLabel("Transaction reference").inputValue(), "HDFCN52026112012345", "nothing else has changed");
  await page.getByRole("button", { name: "Record the payment" }).click();
  await page.waitForURL(/\/payments\/[0-9a-f-]{36}$/);
  await page.getByText("Waiting to be reconciled").waitFor();
  await page.getByText("Extended by 5 days").or(page.getByText("Not extended")).first().waitFor();

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "cheque.png" }).click()]);
  assert.equal(download.suggestedFilename(), "cheque.png");
  assert.ok((await readFile(await download.path())).equals(PNG));

  await page.goto(`${SUNDARAM}/payments`);
  await page.getByRole("row", { name: /MER\/2026\/0041/ }).getByText("Submitted").waitFor();
  await page.getByRole("link", { name: "MER/2026/0041" }).click();
  await page.getByRole("link", { name: "Withdraw" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw it" }).click();
  await page.getByText("The record was withdrawn before it was taken up").waitFor();
  await portal.mail("lakshmi@sundaram.example", "withdrawn");
  portal.clean();
});

test("on a phone without script: the tax, a slip, the record", async () => {
  const page = await portal.signedIn("billing@acme.example", { ...PHONE, javaScriptEnabled: false });
  await page.goto(`${ACME}/payments/new`);
  await type(page);
  await workOut(page);
  assert.equal(await page.getByLabel("Invoice number").inputValue(), "MER/2026/0041", "what was typed is still there");
  await page.locator("input[name=proof]").first().setInputFiles({ name: "advice.pdf", mimeType: "application/pdf", buffer: Buffer.from("<html>") });
  await page.getByRole("button", { name: "Record the payment" }).click();
  await page.getByText("advice.pdf was not taken").first().waitFor();
  assert.equal(await page.getByLabel("Amount paid").inputValue(), "181440.00");
  await page.locator("input[name=proof]").nth(1).setInputFiles(photo);
  await page.getByRole("button", { name: "Record the payment" }).click();
  await page.getByText("Waiting to be reconciled").waitFor();
  await page.getByRole("link", { name: "Withdraw" }).click();
  await page.getByRole("button", { name: "Withdraw it" }).click();
  await page.getByText("The record was withdrawn before it was taken up").waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth).catch(() => 390);
  assert.ok(width <= 390);
  portal.clean(/status of 422/);
});

test("a question is answered with a file", async () => {
  const page = await portal.signedIn("lakshmi@sundaram.example");
  await page.goto(`${SUNDARAM}/payments`);
  await page.getByRole("link", { name: "MER/0410" }).click();
  await page.getByText("The billing team asks").waitFor();
  await page.getByLabel("Answer").fill("From the account of our Pune office.");
  await page.locator("input[name=proof]").setInputFiles(advice);
  await page.getByRole("button", { name: "Send the answer" }).click();
  await page.getByText("From the account of our Pune office.").waitFor();
  await page.getByText("Sent advice.pdf").waitFor();
  await page.getByText("Under review").first().waitFor();
  portal.clean();
});

test("an invoice is paid online: a slip is said at its field, and the gateway opens beside it, filled in", async () => {
  for (const options of [{}, { ...PHONE, javaScriptEnabled: false }]) {
    const page = await portal.signedIn("guest@acme.example", options);
    const led = [];
    await page.context().route("https://gateway.vendor.example/**", (route) => {
      led.push(new URL(route.request().url()));
      return route.fulfill({ contentType: "text/html", body: "<title>The gateway</title>" });
    });
    await page.goto(`${ACME}/pay?invoice=MER%2F2026%2F0041&currency=INR`);
    assert.equal(await page.getByLabel("Invoice number").inputValue(), "MER/2026/0041");
    assert.equal(await page.getByLabel("E-mail").inputValue(), "guest@acme.example");
    await page.getByLabel("Amount").fill("1.234");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("at most two digits behind the point").first().waitFor();
    await page.getByLabel("Amount").fill("1,98,240.00");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Nothing is paid yet").waitFor();
    const [tab] = await Promise.all([
      page.context().waitForEvent("page"), page.getByRole("link", { name: "Proceed to the secure payment gateway" }).click(),
    ]);
    await tab.waitForLoadState();
    assert.equal(await tab.title(), "The gateway");
    const { invoice, amount, currency, email, organisation } = Object.fromEntries(led[0].searchParams);
    assert.deepEqual({ invoice, amount, currency, email, organisation }, {
      invoice: "MER/2026/0041", amount: "198240.00", currency: "INR", email: "guest@acme.example", organisation: "Acme Textiles",
    });
    await page.getByRole("link", { name: "Change something" }).click();
    assert.equal(await page.getByLabel("Amount").inputValue(), "198240.00");
    await page.context().close();
  }
  portal.clean(/status of 422/);
});

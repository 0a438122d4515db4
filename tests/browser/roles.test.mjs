// Who may do what, as the pages say it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ACME, BLUE_HARBOUR, KESTREL, Portal } from "./portal.mjs";

let portal;
before(async () => { portal = await Portal.start(); });
after(() => portal.close());
beforeEach(() => portal.seed());

const GRACE = "Grace Okafor (guest@acme.example)";
const shows = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const says = (page, text) => page.locator(".toast").getByText(text, { exact: false }).waitFor();
/** Without what is unread. */
const navigation = (page) => page.getByRole("navigation", { name: "Applications" }).locator("a > span").allInnerTexts();

test("handing over the Primary role asks first", async () => {
  const page = await portal.signedIn("primary@acme.example");
  const propose = async () => {
    await page.goto(`${ACME}/roles`);
    await page.getByLabel("Primary").selectOption({ label: GRACE });
    await page.getByRole("button", { name: "Assign" }).click();
    await shows(page, "Hand the Primary role to Grace Okafor?");
  };
  await propose();
  await page.getByText("You will lose access to Contacts and to Manage Roles at once.").waitFor();
  await page.getByRole("link", { name: "Keep the Primary role" }).click();
  await shows(page, "Manage Roles");
  assert.equal(await page.getByLabel("Primary").evaluate((it) => it.selectedOptions[0].label), "Ananya Iyer (primary@acme.example)");

  await propose();
  await page.getByRole("button", { name: "Hand over and assign" }).click();
  await says(page, "You handed over the Primary role.");
  assert.deepEqual(await navigation(page), ["Home", "Notifications", "Make Payment"]);
  const refusal = await page.goto(`${ACME}/contacts`);
  assert.equal(refusal.status(), 403);
  await page.getByText("This needs the role Primary. Grace Okafor can grant it.").waitFor();
  portal.clean(/status of 403/);
});

test("a vacant role is a hint to who can fill it, and to nobody else", async () => {
  const page = await portal.signedIn("primary@acme.example");
  const other = await portal.signedIn("support@acme.example");
  const hint = { name: "The Billing role is vacant" };
  assert.equal(await page.getByRole("heading", hint).count(), 0);
  await page.goto(`${ACME}/roles`);
  await page.getByLabel("Billing").selectOption({ label: "Nobody" });
  await page.getByRole("button", { name: "Assign" }).click();
  await says(page, "The roles were assigned.");
  await page.goto(ACME);
  await page.getByRole("heading", hint).waitFor();
  await other.reload();
  assert.equal(await other.getByRole("heading", hint).count(), 0);
  await page.getByRole("link", { name: "Assign it now" }).click();
  await shows(page, "Manage Roles");
  portal.clean();
});

test("what a role does not open says which role does, and who can grant it", async () => {
  const page = await portal.signedIn("billing@acme.example");
  for (const path of ["contacts", "roles", "name"]) {
    const answer = await page.goto(`${ACME}/${path}`);
    assert.equal(answer.status(), 403);
    await shows(page, "Your role does not open this");
    await page.getByText("This needs the role Primary. Ananya Iyer can grant it.").waitFor();
  }
  await page.getByRole("link", { name: "Go to your home page" }).click();
  await shows(page, "Acme Textiles");
  portal.clean(/status of 403/);
});

test("what is not there and what is somebody else's look the same", async () => {
  const page = await portal.signedIn("primary@acme.example");
  const seen = [];
  for (const path of ["/nowhere", BLUE_HARBOUR, `${KESTREL}/contacts`, `${ACME}/contacts/01938a00-0000-7000-8000-000000000306/removal`]) {
    const answer = await page.goto(path);
    assert.equal(answer.status(), 404);
    seen.push(await page.locator("main").innerText());
  }
  assert.match(seen[0], /There is nothing here/);
  assert.equal(new Set(seen).size, 1);
  await page.getByRole("link", { name: "Go to your home page" }).click();
  await shows(page, "Acme Textiles");
  portal.clean(/status of 404/);
});

test("a double click adds one contact", async () => {
  const page = await portal.signedIn("mateo@blueharbour.example");
  await page.goto(`${BLUE_HARBOUR}/contacts`);
  await page.getByLabel("Display name").fill("Isabel Moreno");
  await page.getByLabel("E-mail id").fill("isabel@blueharbour.example");
  const sent = [];
  page.on("request", (request) => { if (request.method() === "POST") sent.push(request.url()); });
  await page.getByRole("button", { name: "Add Contact" }).dblclick();
  await says(page, "The contact was added.");
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.equal(sent.length, 1);
  assert.equal(await page.getByRole("row").filter({ hasText: "isabel@blueharbour.example" }).count(), 1);
  portal.clean();
});

test("the same form sent several times at once adds one contact and one mail", async () => {
  const page = await portal.signedIn("mateo@blueharbour.example");
  await page.goto(`${BLUE_HARBOUR}/contacts`);
  await page.getByLabel("Display name").fill("Isabel Moreno");
  await page.getByLabel("E-mail id").fill("isabel@blueharbour.example");
  const answers = await page.locator("form#add").evaluate((form) => {
    const send = async () => {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      return [answer.status, answer.redirected, new URL(answer.url).search];
    };
    return Promise.all([send(), send(), send()]);
  });
  assert.deepEqual(answers, Array(3).fill([200, true, "?done=contact-added"]));
  await page.reload();
  assert.equal(await page.getByRole("row").filter({ hasText: "isabel@blueharbour.example" }).count(), 1);
  const { results } = await portal.sql("select 1 from outbox where recipient = ?1", "isabel@blueharbour.example");
  assert.equal(results.length, 1);
  portal.clean();
});

test("the sixth contact and a contact twice are refused where the form stands", async () => {
  const page = await portal.signedIn("mateo@blueharbour.example");
  const add = async (email) => {
    await page.goto(`${BLUE_HARBOUR}/contacts`);
    await page.getByLabel("Display name").fill("Isabel Moreno");
    await page.getByLabel("E-mail id").fill(email);
    await page.getByLabel("Send Verification Email").uncheck();
    await page.getByRole("button", { name: "Add Contact" }).click();
  };
  await add("yuting@blueharbour.example");
  await page.getByRole("alert").getByText("is a contact of this organisation already", { exact: false }).waitFor();
  assert.equal(await page.getByLabel("Display name").inputValue(), "Isabel Moreno");
  assert.equal(await page.getByLabel("Send Verification Email").isChecked(), false);
  await add("isabel@blueharbour.example");
  await says(page, "No mail was sent yet");
  const added = page.getByRole("row").filter({ hasText: "isabel@blueharbour.example" });
  await added.getByText("No mail sent yet").waitFor();
  await page.getByRole("heading", { name: "All 5 places are taken" }).waitFor();
  assert.equal(await page.getByLabel("Display name").count(), 0);
  await added.getByRole("button", { name: "Verify" }).click();
  await says(page, "A new verification mail is on its way.");
  await portal.mail("isabel@blueharbour.example", "Verify");
  portal.clean(/status of 409/);
});

test("of two who assign roles at once, the second is told to look again", async () => {
  const page = await portal.signedIn("primary@acme.example");
  const other = await page.context().newPage();
  for (const it of [page, other]) await it.goto(`${ACME}/roles`);
  await page.getByLabel("Technical").selectOption({ label: GRACE });
  await page.getByRole("button", { name: "Assign" }).click();
  await says(page, "The roles were assigned.");
  await other.getByLabel("Support").selectOption({ label: "Nobody" });
  await other.getByRole("button", { name: "Assign" }).click();
  await other.getByRole("alert").getByText("Somebody changed this after you opened it", { exact: false }).waitFor();
  await page.reload();
  assert.equal(await page.getByRole("row").filter({ hasText: "Fatima Sheikh" }).locator(".tag").innerText(), "Support");
  portal.clean(/status of 412/);
});

test("renaming shows everywhere", async () => {
  const page = await portal.signedIn("primary@acme.example");
  await page.goto(`${ACME}/name`);
  await page.getByLabel("Organisation name").fill("A");
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Organisation name").fill("Acme Textiles & <b>Sons</b>");
  await page.getByRole("button", { name: "Rename" }).click();
  await says(page, "The organisation has its new name.");
  await shows(page, "Acme Textiles & <b>Sons</b>");
  assert.equal(await page.locator(".side .org b").innerText(), "Acme Textiles & <b>Sons</b>");
  portal.clean(/status of 422/);
});

// Coming in, staying in, going out: the door as people meet it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ACME, KESTREL, PASSWORD, Portal, SUNDARAM } from "./portal.mjs";

let portal;
before(async () => { portal = await Portal.start(); });
after(() => portal.close());
beforeEach(() => portal.seed());

const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const shows = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const says = (page, text) => page.locator(".toast").getByText(text, { exact: false }).waitFor();
const path = (page) => { const { pathname, search } = new URL(page.url()); return pathname + search; };

async function attempt(page, email, password) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("what is missing or wrong is said once above the form and once at the field", async () => {
  const page = await portal.visitor();
  await page.goto("/sign-in");
  assert.ok(await page.getByLabel("E-mail address").evaluate((it) => it === document.activeElement), "one can type at once");
  await page.getByRole("button", { name: "Sign in" }).click();

  const summary = page.getByRole("alert");
  await summary.getByRole("heading", { name: "Please correct 2 things" }).waitFor();
  assert.ok(await summary.evaluate((it) => it === document.activeElement));
  await summary.getByRole("link", { name: "Type your password." }).click();
  assert.ok(await page.getByLabel("Password", { exact: true }).evaluate((it) => it === document.activeElement));
  assert.equal(await page.locator("[aria-invalid=true]").count(), 2);

  await attempt(page, "primary@acme.example", "not the password");
  await summary.getByText("is not correct", { exact: false }).waitFor();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "primary@acme.example", "what was typed stays");
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "", "a password does not");
  portal.clean(/status of (401|422)/);
});

test("a password can be looked at, and is hidden again when it leaves", async () => {
  const page = await portal.visitor();
  await page.goto("/sign-in");
  const field = page.getByLabel("Password", { exact: true });
  await page.getByRole("button", { name: "Show password" }).click();
  assert.equal(await field.getAttribute("type"), "text");
  await page.getByRole("button", { name: "Hide password" }).click();
  assert.equal(await field.getAttribute("type"), "password");
  portal.clean();
});

test("too many attempts are told to rest, and its owner comes in from the browser they know", async () => {
  const owner = await portal.signedIn("support@acme.example");
  await signOut(owner);
  const stranger = await portal.visitor();
  await stranger.goto("/sign-in");
  for (let times = 0; times < 5; times += 1) {
    await attempt(stranger, "support@acme.example", `guess number ${times}`);
    await stranger.getByRole("alert").getByText("is not correct", { exact: false }).waitFor();
  }
  await attempt(stranger, "support@acme.example", PASSWORD);
  await stranger.getByRole("alert").getByText("There were too many attempts", { exact: false }).waitFor();
  await portal.signIn(owner, "support@acme.example");
  await shows(owner, "Acme Textiles");
  portal.clean(/status of (401|429)/);
});

test("after signing out, Back shows nothing", async () => {
  const page = await portal.signedIn("primary@acme.example");
  await page.goto(`${ACME}/contacts`);
  await page.getByRole("row").filter({ hasText: "Rahul Deshmukh" }).waitFor();
  await signOut(page);
  await says(page, "You are signed out.");
  assert.equal(path(page), "/sign-in", "the message is gone from the address");
  await page.goBack();
  await shows(page, "Sign in");
  assert.doesNotMatch(await page.content(), /Rahul Deshmukh|Ananya Iyer/);
  portal.clean(/net::ERR_ABORTED/);
});

test("who is in several organisations chooses one, and can change to another", async () => {
  const page = await portal.signedIn("meera@banyanrow.example");
  assert.equal(path(page), "/organisations");
  assert.deepEqual(await tiles(page), [
    ["Blue Harbour Logistics", "Technical"], ["Kestrel Components", "Billing"], ["Sundaram Analytics", "Support"],
  ]);
  await page.getByRole("link", { name: "Kestrel Components" }).click();
  await shows(page, "Kestrel Components");
  await page.getByRole("link", { name: "Switch organisation" }).first().click();
  await shows(page, "Organisations");
  assert.deepEqual((await tiles(page))[1], ["Kestrel Components", "Billing · you were here last"]);
  await page.goto("/");
  await shows(page, "Kestrel Components");
  portal.clean();
});

test("two tabs hold two organisations", async () => {
  const one = await portal.signedIn("meera@banyanrow.example");
  const other = await one.context().newPage();
  await one.goto(KESTREL);
  await other.goto(SUNDARAM);
  for (let times = 0; times < 2; times += 1) {
    for (const [page, name, desk] of [[one, "Kestrel Components", "Bill desk"], [other, "Sundaram Analytics", "Help desk"]]) {
      await page.reload();
      assert.equal(await heading(page), name);
      assert.deepEqual((await tiles(page)).map(([label]) => label).filter((it) => it.endsWith("desk")), [desk]);
    }
  }
  portal.clean();
});

test("a session that has ended leads through signing in to the page that was asked for", async () => {
  const page = await portal.signedIn("primary@acme.example");
  await page.goto(`${ACME}/contacts`);
  await portal.sql("update session set expires_at = 1");
  await page.getByRole("link", { name: "Manage Roles" }).click();
  await shows(page, "Sign in");
  await portal.signIn(page, "primary@acme.example");
  await shows(page, "Manage Roles");
  assert.equal(path(page), `${ACME}/roles`);
  portal.clean();
});

test("the profile: a name, and what is wrong with it", async () => {
  const page = await portal.signedIn("primary@acme.example");
  await openMenu(page).getByRole("link", { name: "My profile" }).click();
  const name = page.getByLabel("Display name");
  await name.fill("  ");
  await page.getByRole("button", { name: "Save the name" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  await name.fill("Ananya Iyer-Krishnan");
  await page.getByRole("button", { name: "Save the name" }).click();
  await says(page, "Your name was changed.");
  assert.equal(await page.locator(".side .profile .who b").innerText(), "Ananya Iyer-Krishnan");
  assert.equal(path(page), "/me");
  await page.getByRole("button", { name: "Dismiss this message" }).click();
  assert.equal(await page.locator(".toast").count(), 0);
  portal.clean(/status of 422/);
});

test("a new password ends every other session, and is told by mail", async () => {
  const page = await portal.signedIn("technical@acme.example");
  const other = await portal.signedIn("technical@acme.example");
  const change = async (current, next, again = next) => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password").fill(next);
    await page.getByLabel("The same again").fill(again);
    await page.getByRole("button", { name: "Change the password" }).click();
  };
  await page.goto("/me");
  await change("not my password at all", "seven yellow rain coats");
  await page.getByRole("alert").getByText("This is not your current password", { exact: false }).waitFor();
  await change(PASSWORD, "Technical@Acme.Example!");
  await page.getByRole("alert").getByText("little more than your name", { exact: false }).waitFor();
  await change(PASSWORD, "seven yellow rain coats");
  await says(page, "Your password was changed. Every other session has ended.");
  await other.reload();
  await shows(other, "Sign in");
  await attempt(other, "technical@acme.example", PASSWORD);
  await other.getByRole("alert").waitFor();
  await portal.signIn(other, "technical@acme.example", "seven yellow rain coats");
  await shows(other, "Acme Textiles");
  await portal.mail("technical@acme.example", "Your password was changed");
  portal.clean(/status of (401|422)/);
});

test("a session can be ended from another", async () => {
  const page = await portal.signedIn("billing@acme.example");
  const other = await portal.signedIn("billing@acme.example");
  await page.goto("/me");
  assert.equal(await page.getByRole("row").filter({ hasText: "This one" }).getByRole("button").count(), 0);
  await page.getByRole("button", { name: "End", exact: true }).click();
  await says(page, "That session has ended.");
  assert.equal(await page.getByRole("button", { name: "End", exact: true }).count(), 0);
  await other.reload();
  await shows(other, "Sign in");
  portal.clean();
});

test("a forgotten password: the same answer for everybody, and a link for who has an account", async () => {
  const page = await portal.visitor();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgotten your password?" }).click();
  await page.getByLabel("E-mail address").fill("guest(at)acme.example");
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByRole("alert").getByText("Write the whole address", { exact: false }).waitFor();
  const answers = [];
  for (const email of ["nobody@acme.example", "guest@acme.example"]) {
    await page.goto("/forgot-password");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await shows(page, "Look into your mail");
    answers.push(await page.locator("main").innerText());
  }
  assert.equal(answers[0], answers[1]);
  await portal.mail("guest@acme.example", "Choose a new password");
  assert.deepEqual(await portal.mails("nobody@acme.example"), []);
  portal.clean(/status of 422/);
});

test("colours and single keys are as the person chose, also on the next page", async () => {
  const page = await portal.visitor();
  await page.goto("/accessibility");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.locator(".theme label", { hasText: "Dark" }).click();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.goto("/sign-in");
  assert.equal(await background(), dark);

  await page.locator("body").click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  await help.getByLabel("Single-key shortcuts are on").uncheck();
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  await page.reload();
  await page.locator("body").click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("?");
  assert.equal(await help.count(), 0);
  portal.clean();
});

/** The menu at the end of the side bar, opened. */
function openMenu(page) {
  const menu = page.locator(".side .profile");
  return { getByRole: (...wanted) => ({ click: async () => {
    await menu.locator("summary").click();
    await menu.getByRole(...wanted).click();
  } }) };
}

async function signOut(page) {
  await openMenu(page).getByRole("button", { name: "Sign out" }).click();
  await shows(page, "Sign in");
}

const tiles = (page) => page.locator(".tile").evaluateAll((all) => all.map((it) => {
  return [it.querySelector("b").firstChild.textContent, it.querySelector(".tile-text").textContent];
}));

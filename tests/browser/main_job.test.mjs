// The main job of the portal, from the first sign-in of the Primary to the end of a contact's access. One story, walked
// with the mouse, with the keyboard alone, on a phone in the dark, and without any script.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { keyboard, mouse, touch } from "./hands.mjs";
import { BLUE_HARBOUR, PHONE, Portal, WIDE } from "./portal.mjs";

const ASHA = "asha.rao@blueharbour.example";
const NEW_PASSWORD = "nine green bicycles at noon";

let portal;
before(async () => { portal = await Portal.start(); });
after(() => portal.close());
beforeEach(() => portal.seed());

test("the main job, with the mouse", () => mainJob(mouse, WIDE));
test("the main job, with the keyboard alone", () => mainJob(keyboard, WIDE));
test("the main job, on a phone in the dark", () => mainJob(touch, { ...PHONE, colorScheme: "dark" }));
test("the main job, without JavaScript", () => mainJob(mouse, { ...WIDE, javaScriptEnabled: false }));

async function mainJob(hands, device) {
  const scripted = device.javaScriptEnabled !== false;
  const primary = await portal.visitor(device);
  const asha = await portal.visitor(device);

  await primary.goto("/");
  await signIn(hands, primary, "mateo@blueharbour.example", "demo password, not for production");
  await shows(primary, "Blue Harbour Logistics");
  assert.equal(await darkness(primary), device.colorScheme === "dark");

  // A contact is added, and the Primary sees what becomes of the mail.
  await portal.holdMail();
  await hands.press(primary.getByRole("link", { name: "Contacts", exact: true }).first());
  await shows(primary, "Contacts");
  await hands.type(primary.getByLabel("Display name"), "Asha Rao");
  await hands.type(primary.getByLabel("E-mail id"), ASHA);
  await hands.press(primary.getByRole("button", { name: "Add Contact" }));
  await says(primary, "The contact was added. The verification mail is on its way.");
  await row(primary).getByText("Mail queued").waitFor();
  await portal.releaseMail();
  await portal.mail(ASHA, "Verify");
  if (!scripted) await primary.reload(); // script looks again by itself
  await row(primary).getByText("Mail sent").waitFor();

  // Opening the link does nothing, however often.
  await followMail(hands, asha, "Verify", "/verify", scripted);
  await shows(asha, "Confirm your address");
  await primary.reload();
  await row(primary).getByText("Mail sent").waitFor();
  assert.equal((await portal.mails(ASHA)).length, 1);

  // Pressing the button does.
  await hands.press(asha.getByRole("button", { name: "Confirm my address" }));
  await shows(asha, "Thank you");
  await asha.getByText("You are now a confirmed contact of Blue Harbour Logistics.").waitFor();
  await primary.reload();
  await row(primary).getByText("Verified Contact").waitFor();

  // The first password: three times refused, with a reason; what was typed as a password never comes back.
  await portal.mail(ASHA, "Set your password");
  await followMail(hands, asha, "Set your password", "/password", scripted);
  await shows(asha, "Choose your password");
  for (const [first, second, reason] of [
    ["too short", "too short", /at least 15 characters/],
    [NEW_PASSWORD, `${NEW_PASSWORD}!`, /not the same password/],
    ["Mailcreated5240", "Mailcreated5240", /attackers try first/],
  ]) {
    await choosePassword(hands, asha, first, second);
    const summary = asha.getByRole("alert");
    await summary.getByText(reason).waitFor();
    if (scripted) assert.ok(await summary.evaluate((it) => it === document.activeElement), "the summary has the focus");
    const invalid = asha.locator("input[aria-invalid=true]");
    assert.match(await describedBy(invalid.first()), reason);
    for (const field of ["New password", "The same again"]) assert.equal(await asha.getByLabel(field).inputValue(), "");
    // The code stays, out of sight where script looks after it.
    assert.equal(await asha.getByLabel("Code from the mail").isVisible(), !scripted);
  }
  await choosePassword(hands, asha, NEW_PASSWORD, NEW_PASSWORD);
  await says(asha, "Your password is set. Sign in with it.");

  // Somebody without a role sees what is everybody's.
  await signIn(hands, asha, ASHA, NEW_PASSWORD);
  await shows(asha, "Blue Harbour Logistics");
  await asha.getByText("Your Primary contact can give you one", { exact: false }).waitFor();
  assert.deepEqual(await launcher(asha), ["Notifications", "Make Payment", "Documentation"]);

  // A role, and the next click shows what it opens.
  await hands.press(primary.getByRole("link", { name: "Manage Roles" }));
  await shows(primary, "Manage Roles");
  await hands.choose(primary.getByLabel("Billing"), `Asha Rao (${ASHA})`);
  await hands.press(primary.getByRole("button", { name: "Assign" }));
  await says(primary, "The roles were assigned.");
  assert.deepEqual(await row(primary).locator(".tag").allInnerTexts(), ["Billing"]);
  await asha.reload();
  assert.deepEqual(await launcher(asha), ["Notifications", "Licences", "Order Book", "Usage", "Payments", "Make Payment", "Bill desk", "Documentation"]);
  await portal.mail(ASHA, "You are now the Billing contact");

  // Deleting asks first.
  const deletion = primary.getByRole("link", { name: "Delete Asha Rao" });
  await hands.press(deletion);
  if (scripted) {
    const dialog = primary.getByRole("dialog", { name: "Delete Asha Rao?" });
    await dialog.getByText("The Billing role falls vacant", { exact: false }).waitFor();
    assert.equal(new URL(primary.url()).pathname, `${BLUE_HARBOUR}/contacts`);
    await hands.press(dialog.getByRole("link", { name: "Keep" }));
    await dialog.waitFor({ state: "detached" });
    assert.ok(await deletion.evaluate((it) => it === document.activeElement), "the focus returns to the link");
    await hands.press(deletion);
    await dialog.waitFor();
    await primary.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.ok(await deletion.evaluate((it) => it === document.activeElement), "after Escape too");
  } else {
    await shows(primary, "Delete Asha Rao?");
    await hands.press(primary.getByRole("link", { name: "Keep" }));
    await shows(primary, "Contacts");
  }
  await hands.press(deletion);
  await hands.press(primary.getByRole("button", { name: "Delete Asha Rao" }));
  await says(primary, "The contact was deleted");
  assert.equal(await row(primary).count(), 0);

  // From then on nothing of the organisation is there any more, and the page says what to do.
  const refusal = await asha.reload();
  assert.equal(refusal.status(), 404);
  await shows(asha, "There is nothing here");
  assert.equal(await asha.getByText("Blue Harbour").count(), 0);
  await hands.press(asha.getByRole("link", { name: "Go to your home page" }));
  await shows(asha, "Organisations");
  await asha.getByText("ask its Primary contact to add you", { exact: false }).waitFor();
  await portal.mail(ASHA, "You are no longer a contact");

  portal.clean(/status of (404|422)/);
}

async function signIn(hands, page, email, password) {
  await shows(page, "Sign in");
  await hands.type(page.getByLabel("E-mail address"), email);
  await hands.type(page.getByLabel("Password", { exact: true }), password);
  await hands.press(page.getByRole("button", { name: "Sign in" }));
}

/** From the mailbox, through the link of the newest mail; without script the code has to be pasted. */
async function followMail(hands, page, subject, path, scripted) {
  const mail = await portal.mail(ASHA, subject);
  const [code] = mail.text.match(/(?<=asked for it:\n)\S+/);
  await page.goto("/dev/mail");
  const letter = page.locator("section.card", { hasText: subject }).first();
  await hands.press(letter.getByRole("link", { name: new RegExp(`${path}#`) }));
  await page.waitForURL((it) => it.pathname === path);
  const field = page.getByLabel("Code from the mail");
  if (scripted) {
    await field.waitFor({ state: "hidden" });
    assert.equal(await field.inputValue(), code);
    assert.equal(page.url(), `${portal.origin}${path}`, "the token leaves the address");
  } else {
    await hands.type(field, code);
  }
}

async function choosePassword(hands, page, first, second) {
  await hands.type(page.getByLabel("New password"), first);
  await hands.type(page.getByLabel("The same again"), second);
  await hands.press(page.getByRole("button", { name: "Set the password" }));
}

const shows = (page, heading) => page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
const says = (page, text) => page.locator(".toast").getByText(text, { exact: false }).waitFor();
const row = (page) => page.getByRole("row").filter({ hasText: ASHA });
const launcher = (page) => page.locator(".launcher b").evaluateAll((all) => all.map((it) => it.firstChild.textContent));
const describedBy = (field) => field.evaluate((it) => {
  return it.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent).join(" ");
});
const darkness = (page) => page.evaluate(() => {
  const [red] = getComputedStyle(document.body).backgroundColor.match(/\d+/g);
  return Number(red) < 100;
});

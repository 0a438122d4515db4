// A day at the vendor's side: an order is booked, a payment decided, an announcement published, a contact's view looked
// at; by keyboard alone, and without any script.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { keyboard, mouse } from "./hands.mjs";
import { ACME, BLUE_HARBOUR, PHONE, Portal, SUNDARAM, WIDE } from "./portal.mjs";

let portal;
before(async () => { portal = await Portal.start(); });
after(() => portal.close());
beforeEach(() => portal.seed());

const shows = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

for (const [how, hands, device] of [
  ["by keyboard alone", keyboard, WIDE],
  ["on a phone without script", mouse, { ...PHONE, javaScriptEnabled: false }],
]) {
  test(`an order is booked ${how}, and the customer sees it`, async () => {
    const page = await portal.signedIn("sales@vendor.example", device);
    await page.goto(`/staff${BLUE_HARBOUR.replace("/o/", "/organisations/")}/orders/new`);
    await shows(page, "Book an order");
    await hands.type(page.getByLabel("Order number"), "SO-2026-0099");
    await hands.choose(page.getByLabel("Product"), "Ideolve");
    await hands.type(page.getByLabel("SKU"), "Ideolve-Team");
    await hands.type(page.getByLabel("Description"), "Team workspace");
    await hands.type(page.getByLabel("Quantity"), "12");
    await hands.press(page.getByRole("button", { name: "Book the order" }));
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByLabel("SKU").inputValue(), "Ideolve-Team", "what was typed is still there");
    await hands.type(page.getByLabel("Unit"), "users");
    for (const [field, day] of [["Valid from", "2027-01-01"], ["Valid till", "2027-12-31"]]) {
      await page.getByLabel(field).fill(day); // the parts of a date are the browser's own
    }
    await hands.press(page.getByRole("button", { name: "Book the order" }));
    await shows(page, /SO-2026-0099/);

    const customer = await portal.signedIn("mateo@blueharbour.example");
    await customer.goto(`${BLUE_HARBOUR}/orders`);
    await customer.getByRole("row", { name: /Ideolve-Team/ }).waitFor();
    portal.clean(/status of 422/);
  });

  test(`a payment is decided ${how}, and the customer reads it`, async () => {
    const page = await portal.signedIn("billing@vendor.example", device);
    await page.goto("/staff/payments");
    await hands.press(page.getByRole("link", { name: "Blue Harbour Logistics" }));
    await shows(page, /MER\/0419/);
    await hands.press(page.getByRole("button", { name: "Take up" }));
    await page.getByText("Under review").first().waitFor();
    await page.getByLabel("SkyConnect valid till").fill("2027-12-04");
    await hands.press(page.getByRole("button", { name: "Reconcile" }));
    await page.getByText("Nothing is left to decide").waitFor();

    const customer = await portal.signedIn("mateo@blueharbour.example");
    await customer.goto(`${BLUE_HARBOUR}/licences`);
    await customer.getByText("4 Dec 2027").first().waitFor();
    await portal.mail("mateo@blueharbour.example", "MER/0419");
    portal.clean();
  });

  test(`an announcement is looked at before it is published, ${how}`, async () => {
    const page = await portal.signedIn("publisher@vendor.example", device);
    await page.goto("/staff/notifications/new");
    await hands.type(page.getByLabel("Title"), "The help desk moves");
    await hands.type(page.getByLabel("Text"), "On **Friday** it is closed.");
    await hands.press(page.getByRole("button", { name: "Save the draft" }));
    await shows(page, "The help desk moves");
    assert.equal(await page.locator(".prose strong").innerText(), "Friday");
    await hands.press(page.getByRole("button", { name: /^Publish to/ }));
    await page.getByText("Published", { exact: true }).first().waitFor();

    const customer = await portal.signedIn("guest@acme.example");
    await customer.goto(`${ACME}/notifications`);
    await customer.getByRole("link", { name: "The help desk moves" }).waitFor();
    portal.clean();
  });
}

test("a view of a contact is told on each page until it ends, and changes nothing", async () => {
  const page = await portal.signedIn("support@vendor.example", { ...WIDE, javaScriptEnabled: false });
  await page.goto(`/staff/organisations/${ACME.slice(3)}`);
  await page.getByRole("row", { name: /Rahul/ }).getByRole("link", { name: "View as" }).click();
  await page.getByLabel("Why you look").fill("They cannot find their invoice, ticket 4711.");
  await page.getByRole("button", { name: "See the portal as this contact" }).click();
  const banner = page.getByRole("complementary", { name: "View as" });
  await banner.getByText("You see Acme Textiles as Rahul Deshmukh (Billing) does.").waitFor();
  for (const path of ["/staff", "/me", "/staff/organisations"]) {
    await page.goto(path);
    await banner.getByText("In Acme Textiles you see what Rahul Deshmukh sees").waitFor();
  }
  await banner.getByRole("link", { name: "Back to it" }).click();
  await banner.getByText("Reading only").waitFor();
  await banner.getByRole("button", { name: "End the view" }).click();
  await shows(page, "Acme Textiles");
  assert.equal(await banner.count(), 0);
  await page.goto("/me");
  assert.equal(await banner.count(), 0);
  portal.clean();
});

for (const [how, hands, device] of [["with the mouse", mouse, WIDE], ["by keyboard alone", keyboard, WIDE]]) {
  test(`a customer is found by an invoice number, asked and answered, ${how}`, async () => {
    const page = await portal.signedIn("admin@vendor.example", device);
    await page.goto("/staff");
    await hands.type(page.getByRole("searchbox").first(), "MER/0415");
    await page.keyboard.press("Enter");
    await hands.press(page.getByRole("link", { name: /^Sundaram/ }).first());
    await shows(page, /^Sundaram/);
    await hands.press(page.getByRole("link", { name: "MER/0415" }));
    await shows(page, /MER\/0415/);
    await hands.type(page.getByLabel("Question"), "Which account did it leave?");
    await hands.press(page.getByRole("button", { name: "Send the question" }));
    await page.getByRole("row", { name: /Question.*Which account did it leave/ }).waitFor();

    const customer = await portal.signedIn("lakshmi@sundaram.example");
    await customer.goto(`${SUNDARAM}/payments`);
    await customer.getByRole("link", { name: "MER/0415" }).click();
    await customer.getByText("Which account did it leave?").first().waitFor();
    await customer.getByLabel("Answer").fill("The one of our Pune office.");
    await customer.getByRole("button", { name: "Send the answer" }).click();
    await customer.getByText("The one of our Pune office.").waitFor();

    await page.goto("/staff");
    await hands.press(page.getByRole("link", { name: /MER\/0415/ }));
    await page.getByText("The one of our Pune office.").waitFor();
    await hands.press(page.getByRole("button", { name: "Reconcile" }));
    await page.getByText("Nothing is left to decide").waitFor();
    await customer.reload();
    await customer.getByText("Reconciled").first().waitFor();
    portal.clean();
  });
}

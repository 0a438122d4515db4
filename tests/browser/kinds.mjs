// Every kind of page, and how it comes to be: name, address (or how to find it), what is done there first, and the
// heading that the page must then show.

import { ACME, BLUE_HARBOUR, KESTREL } from "./portal.mjs";

const RAHUL = "01938a00-0000-7000-8000-000000000302";
const HANNAH = "Hannah Lindqvist (hannah@kestrel.example)";

const press = (name) => async (page) => {
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("alert").waitFor();
};

/** The address of the first of them. */
const first = (rows, address) => async (portal) => {
  const { results: [{ id }] } = await portal.sql(`select id from ${rows} limit 1`);
  return address(id);
};

export const OUTSIDE = [
  ["sign-in", "/sign-in", null, "Sign in"],
  ["sign-in with errors", "/sign-in", press("Sign in"), "Sign in"],
  ["forgotten password", "/forgot-password", null, "Forgotten your password?"],
  ["forgotten password, sent", "/forgot-password?sent", null, "Look into your mail"],
  ["verification", "/verify#abc", null, "Confirm your address"],
  ["verification without its code", "/verify", press("Confirm my address"), "Confirm your address"],
  ["password", "/password#abc", null, "Choose your password"],
  ["password with errors", "/password#abc", press("Set the password"), "Choose your password"],
  ["spent link", `/password#${"A".repeat(43)}`, async (page) => {
    for (const field of ["New password", "The same again"]) await page.getByLabel(field).fill("nine green bicycles at noon");
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByLabel("E-mail address").waitFor();
  }, "This link no longer works"],
  ["accessibility", "/accessibility", null, "Accessibility"],
  ["keyboard help", "/accessibility", async (page) => {
    await page.getByRole("link", { name: "Keyboard help" }).click();
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  }, "Accessibility"],
  ["not found", "/nowhere", null, "There is nothing here"],
  ["mailbox", "/dev/mail", null, "Mailbox"],
  ["a link that ends mails, broken", "/unsubscribe/none", null, "There is nothing here"],
  ["a sign-on that nobody asked for", "/sso/authorize", null, "This sign-on cannot go on"],
  ["what a problem means", "/problems/contact-limit", null, "All places are taken"],
];

export const INSIDE = {
  "primary@acme.example": [
    ["home of the Primary", ACME, null, "Acme Textiles"],
    ["notifications", `${ACME}/notifications`, null, "Notifications"],
    ["notifications, none found", `${ACME}/notifications?q=zzzz`, null, "Notifications"],
    ["notifications, a filter that is none", `${ACME}/notifications?from=never`, null, "Notifications"],
    ["a notification", `${ACME}/notifications`, async (page) => {
      await page.getByRole("link", { name: /^Maintenance of all/ }).click();
      await page.locator(".prose").waitFor();
    }, /^Maintenance of all/],
    ["mail preferences", `${ACME}/notifications/preferences`, null, "Mail preferences"],
    ["full contacts", `${ACME}/contacts`, null, "Contacts"],
    ["removal", `${ACME}/contacts/${RAHUL}/removal`, null, "Delete Rahul Deshmukh?"],
    ["removal as a dialog", `${ACME}/contacts`, async (page) => {
      await page.getByRole("link", { name: "Delete Rahul Deshmukh" }).click();
      await page.getByRole("dialog").waitFor();
    }, "Contacts"],
    ["audit log", `${ACME}/audit`, null, "Audit log"],
    ["audit log, nothing found", `${ACME}/audit?action=password.reset`, null, "Audit log"],
    ["name of the organisation", `${ACME}/name`, null, "Rename organisation"],
    ["profile", "/me", null, "My profile"],
    ["profile with errors", "/me", press("Change the password"), "My profile"],
  ],
  "mateo@blueharbour.example": [
    ["contacts, one of them failed", `${BLUE_HARBOUR}/contacts`, null, "Contacts"],
    ["contacts with errors", `${BLUE_HARBOUR}/contacts`, press("Add Contact"), "Contacts"],
    ["contacts after a deed", `${BLUE_HARBOUR}/contacts`, async (page) => {
      await page.getByRole("button", { name: "Send again" }).click();
      await page.locator(".toast").waitFor();
    }, "Contacts"],
    ["roles", `${BLUE_HARBOUR}/roles`, null, "Manage Roles"],
    ["report", `${BLUE_HARBOUR}/report`, null, "Organisation report"],
    ["menu", BLUE_HARBOUR, async (page) => {
      for (const menu of await page.locator("details.menu").all()) await menu.evaluate((it) => { it.open = true; });
    }, "Blue Harbour Logistics"],
  ],
  "billing@acme.example": [
    ["home of Billing", ACME, null, "Acme Textiles"],
    ["licences", `${ACME}/licences`, null, "Licences"],
    ["history of licences", `${ACME}/licences/history`, null, "Licences"],
    ["history of licences, nothing found", `${ACME}/licences/history?q=zzzz`, null, "Licences"],
    ["extension requests", `${ACME}/licences/extension-requests`, null, "Licences"],
    ["new extension request", `${ACME}/licences/extension-requests/new`, null, "Request Licence Extension"],
    ["new extension request with errors", `${ACME}/licences/extension-requests/new`, press("Request extension"), "Request Licence Extension"],
    ["rules of extension", `${ACME}/licences/rules`, null, "Licences"],
    ["subscriptions", `${ACME}/orders`, null, "Order Book"],
    ["orders", `${ACME}/orders/history`, null, "Order Book"],
    ["an order", `${ACME}/orders/history`, async (page) => {
      await page.getByRole("row").getByRole("link").first().click();
      await page.getByRole("heading", { name: "Lines" }).waitFor();
    }, /^Order /],
    ["calendar", `${ACME}/calendar`, null, "Calendar"],
    ["usage", `${ACME}/usage`, null, "Usage"],
    ["usage of a year, by months", `${ACME}/usage?product=skyconnect&sub_product=mailboxes&grain=monthly`, null, "Usage"],
    ["usage as a table", `${ACME}/usage?product=vaultastic&view=table`, null, "Usage"],
    ["usage, nothing in the period", `${ACME}/usage?product=clrstream&period=2020-01`, null, "Usage"],
    ["orders, nothing found", `${ACME}/orders/history?q=zzzz`, null, "Order Book"],
    ["payments", `${ACME}/payments`, null, "Payments"],
    ["payments, nothing found", `${ACME}/payments?q=zzzz`, null, "Payments"],
    ["a new payment", `${ACME}/payments/new`, null, "Record a payment"],
    ["a new payment with errors", `${ACME}/payments/new`, press("Record the payment"), "Record a payment"],
    ["a payment", first(`payment_record where org_id = '${ACME.slice(3)}' order by at desc`, (id) => `${ACME}/payments/${id}`), null, /^Payment of/],
    ["make payment", `${ACME}/pay`, null, "Make Payment"],
    ["make payment with errors", `${ACME}/pay`, press("Continue"), "Make Payment"],
    ["a payment that was begun", first(`payment_session where org_id = '${ACME.slice(3)}' and status = 'pending'`, (id) => `${ACME}/pay/${id}`), null, /MER\/0431/],
    ["calendar with an address", `${ACME}/calendar`, async (page) => {
      await page.getByRole("button", { name: "Create my address" }).click();
      await page.locator(".code-line").first().waitFor();
    }, /Calendar|calendar/],
    ["forbidden", `${ACME}/contacts`, null, "Your role does not open this"],
  ],
  "oliver@banyanrow.example": [
    ["handing over", `${KESTREL}/roles`, async (page) => {
      await page.getByLabel("Primary").selectOption({ label: HANNAH });
      await page.getByRole("button", { name: "Assign" }).click();
      await page.getByRole("button", { name: "Hand over and assign" }).waitFor();
    }, "Hand the Primary role to Hannah Lindqvist?"],
    ["roles with a warning", `${KESTREL}/roles`, async (page) => {
      await page.getByLabel("Billing").selectOption({ label: HANNAH });
      await page.getByRole("button", { name: "Assign" }).click();
      await page.locator(".toast").waitFor();
      await page.goto(`${KESTREL}/roles`);
      await page.getByRole("heading", { name: "The Billing contact is on another domain" }).waitFor();
    }, "Manage Roles"],
    ["home with a vacant role", `${KESTREL}/roles`, async (page) => {
      await page.getByLabel("Billing").selectOption({ label: "Nobody" });
      await page.getByRole("button", { name: "Assign" }).click();
      await page.locator(".toast").waitFor();
      await page.goto(KESTREL);
      await page.getByRole("heading", { name: "The Billing role is vacant" }).waitFor();
    }, "Kestrel Components"],
  ],
  "guest@acme.example": [
    ["home without a role", ACME, null, "Acme Textiles"],
  ],
  "meera@banyanrow.example": [["organisations", "/organisations", null, "Organisations"]],
};

const DESK = `/staff/organisations/${ACME.slice(3)}`;
const order = `sales_order where org_id = '${ACME.slice(3)}' and state = 'booked' order by ordered_on desc`;

/** The same of the vendor's side. */
export const VENDOR = {
  "admin@vendor.example": [
    ["no organisation", "/organisations", null, "Organisations"],
    ["work queue", "/staff", null, "Work queue"],
    ["customers", "/staff/organisations", null, "Customers"],
    ["customers, none found", "/staff/organisations?q=zzzz", null, "Customers"],
    ["a customer", DESK, null, "Acme Textiles"],
    ["new customer", "/staff/organisations/new", null, "New customer"],
    ["new customer with errors", "/staff/organisations/new", press("Set up the customer"), "New customer"],
    ["a customer to change", `${DESK}/edit`, null, /Acme Textiles/],
    ["lost Primary", `${DESK}/primary`, null, /^Replace the Primary/],
    ["booked orders", "/staff/orders", null, "Orders"],
    ["booking", `${DESK}/orders/new`, null, "Book an order"],
    ["booking with errors", `${DESK}/orders/new`, press("Book the order"), "Book an order"],
    ["a booked order", first(order, (id) => `${DESK}/orders/${id}`), null, /^Order /],
    ["an order to cancel", first(order, (id) => `${DESK}/orders/${id}/cancellation`), null, /^Cancel order/],
    ["licences of all", "/staff/licences", null, "Licences"],
    ["a licence of one", first("licence where cancelled_on is null order by valid_till", (id) => `/staff/licences/${id}`), null, /licence of/],
    ["payments of all", "/staff/payments", null, "Payments"],
    ["a payment to decide", first("payment_record where status = 'submitted'", (id) => `/staff/payments/${id}`), null, /^Payment of/],
    ["announcements", "/staff/notifications", null, "Announcements"],
    ["new announcement", "/staff/notifications/new", null, "New announcement"],
    ["an announcement", first("announcement where state = 'draft'", (id) => `/staff/notifications/${id}`), null, /SkyConnect/],
    ["an announcement to withdraw", first("announcement where state = 'published'", (id) => `/staff/notifications/${id}/withdrawal`), null, /^Withdraw/],
    ["products", "/staff/products", null, "Products"],
    ["a product", "/staff/products/skyconnect", null, "SkyConnect"],
    ["partners", "/staff/partners", null, "Partners"],
    ["a partner", first("partner where name like 'Banyan%'", (id) => `/staff/partners/${id}`), null, "Banyan Row Resellers"],
    ["staff", "/staff/members", null, "Staff"],
    ["a colleague to remove", "/staff/members", async (page) => {
      await page.getByRole("link", { name: /^Remove/ }).first().click();
      await page.getByRole("dialog").waitFor();
    }, "Staff"],
    ["a key, shown once", "/staff/keys", async (page) => {
      await page.getByLabel("Name").fill("The ERP of Pune");
      await page.getByLabel("Billing").check();
      await page.getByRole("button", { name: "Make the key" }).click();
      await page.getByRole("heading", { name: "Your new key" }).waitFor();
    }, "Your new key"],
    ["keys", "/staff/keys", null, "API keys"],
    ["audit log of all", "/staff/audit", null, "Audit log"],
    ["mail room", "/staff/mails", null, "Mail room"],
    ["sign-on", "/staff/sign-on", null, "Sign-on"],
    ["a new help desk", "/staff/sign-on/new", null, "Add a help desk"],
    ["self-check", "/staff/installation", null, "Installation"],
    ["asking to view as", `${DESK}/contacts/${RAHUL}/view-as`, null, "View as Rahul Deshmukh"],
    ["viewing as", `${DESK}/contacts/${RAHUL}/view-as`, async (page) => {
      await page.getByLabel("Why you look").fill("They cannot find their invoice, ticket 4711.");
      await page.getByRole("button", { name: "See the portal as this contact" }).click();
      await page.locator(".viewing").waitFor();
    }, "Acme Textiles"],
    ["the queue with a view open", "/staff", (page) => page.locator(".viewing").waitFor(), "Work queue"],
    ["the profile with a view open", "/me", (page) => page.locator(".viewing").waitFor(), "My profile"],
  ],
  "publisher@vendor.example": [["forbidden to staff", "/staff/payments", null, "Your role does not open this"]],
};

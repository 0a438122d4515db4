// Every page worth a look, and who looks at it: `[who, address, what is done there first]`. An address that depends on
// the data is a question to it, `(portal) => address`.

import { ACME, BLUE_HARBOUR, KESTREL, SUNDARAM } from "./portal.mjs";

const RAHUL = "01938a00-0000-7000-8000-000000000302";
const ADMIN = "admin@vendor.example";
const DESK_OF_ACME = `/staff/organisations/${ACME.slice(3)}`;

/** The first column of the first row, within an address. */
const of = (sql, address) => async (portal) => {
  const { results: [row] } = await portal.sql(sql);
  return address(...Object.values(row));
};
const order = (address) => of(`select id from sales_order where org_id = '${ACME.slice(3)}' and state = 'booked' order by ordered_on desc limit 1`, address);
const licence = (org, address) => of(`select id from licence where org_id = '${org.slice(3)}' and cancelled_on is null order by valid_till limit 1`, address);
const payment = (status, address) => of(`select id, org_id from payment_record where status = '${status}' order by at desc limit 1`, address);
const notice = (state, address) => of(`select id from announcement where state = '${state}' limit 1`, address);

const asks = (link) => async (page) => {
  await page.getByRole("link", { name: link }).first().click();
  await page.getByRole("dialog").waitFor();
};
const sends = (button) => async (page) => {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("alert").waitFor();
};

const OUTSIDE = {
  "sign-in": [null, "/sign-in"],
  verify: [null, "/verify#a-token-that-is-none"],
  password: [null, "/password#a-token-that-is-none"],
  "forgot-password": [null, "/forgot-password"],
  "not-found": [null, "/nowhere"],
  accessibility: [null, "/accessibility"],
  unsubscribe: [null, "/unsubscribe/none"],
  authorize: [null, "/sso/authorize"],
  problem: [null, "/problems/contact-limit"],
  mailbox: [null, "/dev/mail"],
};

const CUSTOMER = {
  home: ["primary@acme.example", ACME],
  notifications: ["primary@acme.example", `${ACME}/notifications`],
  notification: ["primary@acme.example", `${ACME}/notifications/01938a00-0000-7000-8000-000e00000000`],
  preferences: ["primary@acme.example", `${ACME}/notifications/preferences`],
  "contacts-full": ["primary@acme.example", `${ACME}/contacts`],
  removal: ["primary@acme.example", `${ACME}/contacts`, asks("Delete Rahul Deshmukh")],
  "removal-page": ["primary@acme.example", `${ACME}/contacts/${RAHUL}/removal`],
  profile: ["primary@acme.example", "/me"],
  report: ["primary@acme.example", `${ACME}/report`],
  rename: ["primary@acme.example", `${ACME}/name`],
  audit: ["primary@acme.example", `${ACME}/audit`],
  "home-billing": ["billing@acme.example", ACME],
  licences: ["billing@acme.example", `${ACME}/licences`],
  "licence-history": ["billing@acme.example", `${ACME}/licences/history`],
  "extension-requests": ["billing@acme.example", `${ACME}/licences/extension-requests`],
  rules: ["billing@acme.example", `${ACME}/licences/rules`],
  orders: ["billing@acme.example", `${ACME}/orders`],
  "order-history": ["billing@acme.example", `${ACME}/orders/history`],
  order: ["billing@acme.example", order((id) => `${ACME}/orders/${id}`)],
  calendar: ["billing@acme.example", `${ACME}/calendar`],
  usage: ["billing@acme.example", `${ACME}/usage?product=skyconnect&sub_product=mailboxes`],
  "usage-monthly": ["billing@acme.example", `${ACME}/usage?product=skyconnect&sub_product=storage&grain=monthly`],
  "usage-table": ["billing@acme.example", `${ACME}/usage?product=skyconnect&sub_product=mailboxes&view=table`],
  payments: ["billing@acme.example", `${ACME}/payments`],
  "payment-new": ["billing@acme.example", `${ACME}/payments/new`],
  pay: ["billing@acme.example", `${ACME}/pay`],
  "pay-errors": ["billing@acme.example", `${ACME}/pay?invoice=MER%2F0431`, sends("Continue")],
  "pay-attempt": ["billing@acme.example", of(`select id from payment_session where org_id = '${ACME.slice(3)}' and status = 'pending'`, (id) => `${ACME}/pay/${id}`)],
  "pay-expired": ["billing@acme.example", of(`select id from payment_session where org_id = '${ACME.slice(3)}' and status = 'expired'`, (id) => `${ACME}/pay/${id}`)],
  forbidden: ["billing@acme.example", `${ACME}/contacts`],
  "home-expired": ["lakshmi@sundaram.example", SUNDARAM],
  "payments-expired": ["lakshmi@sundaram.example", `${SUNDARAM}/payments`],
  payment: ["lakshmi@sundaram.example", of(`select id from payment_record where org_id = '${SUNDARAM.slice(3)}' and status = 'information_needed'`, (id) => `${SUNDARAM}/payments/${id}`)],
  "extension-request": ["lakshmi@sundaram.example", licence(SUNDARAM, (id) => `${SUNDARAM}/licences/extension-requests/new?licence=${id}`)],
  "home-support": ["support@acme.example", ACME],
  "home-guest": ["guest@acme.example", ACME],
  contacts: ["mateo@blueharbour.example", `${BLUE_HARBOUR}/contacts`],
  "add-contact-errors": ["mateo@blueharbour.example", `${BLUE_HARBOUR}/contacts`, async (page) => {
    await page.getByLabel("Display name").fill("Isabel Moreno");
    await page.getByLabel("E-mail id").fill("isabel.moreno(at)blueharbour.example");
    await sends("Add Contact")(page);
  }],
  roles: ["mateo@blueharbour.example", `${BLUE_HARBOUR}/roles`],
  "home-partner": ["oliver@banyanrow.example", KESTREL],
  organisations: ["meera@banyanrow.example", "/organisations"],
};

const STAFF = {
  "staff-queue": [ADMIN, "/staff"],
  "staff-me": [ADMIN, "/me"],
  "staff-customers": [ADMIN, "/staff/organisations"],
  "staff-search": [ADMIN, "/staff/organisations?q=acme"],
  "staff-search-empty": [ADMIN, "/staff/organisations?q=zzzz"],
  "staff-customer": [ADMIN, DESK_OF_ACME],
  "staff-customer-partner": [ADMIN, `/staff/organisations/${KESTREL.slice(3)}`],
  "staff-customer-new": [ADMIN, "/staff/organisations/new"],
  "staff-customer-edit": [ADMIN, `${DESK_OF_ACME}/edit`],
  "staff-primary": [ADMIN, `${DESK_OF_ACME}/primary`],
  "staff-orders": [ADMIN, "/staff/orders"],
  "staff-booking": [ADMIN, `${DESK_OF_ACME}/orders/new`],
  "staff-order": [ADMIN, order((id) => `${DESK_OF_ACME}/orders/${id}`)],
  "staff-order-cancel": [ADMIN, order((id) => `${DESK_OF_ACME}/orders/${id}/cancellation`)],
  "staff-subscription-cancel": [ADMIN, of(`select id from subscription where org_id = '${ACME.slice(3)}' and cancelled_on is null and renewed_by is null order by valid_till desc limit 1`,
    (id) => `${DESK_OF_ACME}/subscriptions/${id}/cancellation`)],
  "staff-licences": [ADMIN, "/staff/licences"],
  "staff-licence": [ADMIN, licence(ACME, (id) => `/staff/licences/${id}`)],
  "staff-payments": [ADMIN, "/staff/payments"],
  "staff-payment": [ADMIN, payment("submitted", (id) => `/staff/payments/${id}`)],
  "staff-payment-asked": [ADMIN, payment("information_needed", (id) => `/staff/payments/${id}`)],
  "staff-announcement-new": [ADMIN, "/staff/notifications/new"],
  "staff-announcement-preview": [ADMIN, "/staff/notifications/new", async (page) => {
    await page.getByLabel("Title").fill("SkyConnect 5.2 is here");
    await page.locator("textarea").first().fill("**Calendars** open twice as fast.\n\n- Shared mailboxes keep their folders\n- Search finds attachments");
    await page.getByRole("button", { name: /draft/i }).first().click();
    await page.waitForURL((it) => !it.pathname.endsWith("/new"));
  }],
  "staff-announcements": [ADMIN, "/staff/notifications"],
  "staff-announcement-withdraw": [ADMIN, notice("published", (id) => `/staff/notifications/${id}/withdrawal`)],
  "staff-products": [ADMIN, "/staff/products"],
  "staff-product-new": [ADMIN, "/staff/products/new"],
  "staff-product": [ADMIN, "/staff/products/skyconnect"],
  "staff-partners": [ADMIN, "/staff/partners"],
  "staff-partner": [ADMIN, "/staff/partners/01938a00-0000-7000-8000-000000000501"],
  "staff-partner-new": [ADMIN, "/staff/partners/new"],
  "staff-members": [ADMIN, "/staff/members"],
  "staff-member-removal": [ADMIN, "/staff/members", asks(/^Remove/)],
  "staff-key": [ADMIN, "/staff/keys", async (page, portal) => {
    await portal.sql("delete from api_key"); // of the look before
    await page.getByLabel("Name").fill("The ERP of Pune");
    await page.getByLabel("Billing").check();
    await page.getByRole("button", { name: "Make the key" }).click();
    await page.getByRole("heading", { name: "Your new key" }).waitFor();
  }],
  "staff-keys": [ADMIN, "/staff/keys"],
  "staff-audit": [ADMIN, "/staff/audit"],
  "staff-mails": [ADMIN, "/staff/mails"],
  "staff-installation": [ADMIN, "/staff/installation"],
  "staff-sign-on": [ADMIN, "/staff/sign-on"],
  "staff-sign-on-new": [ADMIN, "/staff/sign-on/new"],
  "staff-view-as-ask": [ADMIN, `${DESK_OF_ACME}/contacts/${RAHUL}/view-as`],
  "staff-view-as": [ADMIN, `${DESK_OF_ACME}/contacts/${RAHUL}/view-as`, async (page) => {
    await page.getByLabel("Why you look").fill("They cannot find their invoice, ticket 4711.");
    await page.getByRole("button", { name: "See the portal as this contact" }).click();
    await page.locator(".viewing").waitFor();
  }],
  "staff-view-as-queue": [ADMIN, "/staff", () => {}, async (page) => {
    await page.goto(ACME);
    await page.getByRole("button", { name: "End the view" }).click();
    await page.waitForURL(/\/staff/);
  }],
  "staff-queue-sales": ["sales@vendor.example", "/staff"],
  "staff-queue-publisher": ["publisher@vendor.example", "/staff"],
  "staff-forbidden": ["publisher@vendor.example", "/staff/payments"],
};

export const SCENES = { ...OUTSIDE, ...CUSTOMER, ...STAFF };

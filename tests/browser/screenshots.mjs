// Pictures of every kind of page, wide and on a phone, light and dark, with the demo data:
//
//   . scripts/env.sh; node tests/browser/screenshots.mjs [folder]      docs/screenshots when none is named
//   WHOLE=1: the page down to its end, not only what a window shows
//
// Not a test: people look at them. The few that the README shows are kept in the repository, with fewer colours:
//   pngquant --force --ext .png --quality 70-95 docs/screenshots/*.png; git add --force docs/screenshots/home-1280-light.png

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ACME, BLUE_HARBOUR, PHONE, Portal, SUNDARAM, WIDE } from "./portal.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../docs/screenshots", import.meta.url));
const whole = process.env.WHOLE === "1";
const RAHUL = "01938a00-0000-7000-8000-000000000302";

/** Who looks, at what, and what they do there first. */
const SCENES = {
  "sign-in": [null, "/sign-in"],
  home: ["primary@acme.example", ACME],
  "home-billing": ["billing@acme.example", ACME],
  "home-expired": ["lakshmi@sundaram.example", SUNDARAM],
  notifications: ["primary@acme.example", `${ACME}/notifications`],
  notification: ["primary@acme.example", `${ACME}/notifications/01938a00-0000-7000-8000-000e00000000`],
  preferences: ["primary@acme.example", `${ACME}/notifications/preferences`],
  contacts: ["mateo@blueharbour.example", `${BLUE_HARBOUR}/contacts`],
  "contacts-full": ["primary@acme.example", `${ACME}/contacts`],
  "add-contact-errors": ["mateo@blueharbour.example", `${BLUE_HARBOUR}/contacts`, async (page) => {
    await page.getByLabel("Display name").fill("Isabel Moreno");
    await page.getByLabel("E-mail id").fill("isabel.moreno(at)blueharbour.example");
    await page.getByRole("button", { name: "Add Contact" }).click();
    await page.getByRole("alert").waitFor();
  }],
  roles: ["mateo@blueharbour.example", `${BLUE_HARBOUR}/roles`],
  removal: ["primary@acme.example", `${ACME}/contacts`, async (page) => {
    await page.getByRole("link", { name: "Delete Rahul Deshmukh" }).click();
    await page.getByRole("dialog").waitFor();
  }],
  "removal-page": ["primary@acme.example", `${ACME}/contacts/${RAHUL}/removal`],
  profile: ["primary@acme.example", "/me"],
  organisations: ["meera@banyanrow.example", "/organisations"],
  verify: [null, "/verify#a-token-that-is-none"],
  password: [null, "/password#a-token-that-is-none"],
  "forgot-password": [null, "/forgot-password"],
  licences: ["billing@acme.example", `${ACME}/licences`],
  orders: ["billing@acme.example", `${ACME}/orders`],
  usage: ["billing@acme.example", `${ACME}/usage?product=skyconnect&sub_product=mailboxes`],
  "usage-monthly": ["billing@acme.example", `${ACME}/usage?product=skyconnect&sub_product=storage&grain=monthly`],
  "usage-table": ["billing@acme.example", `${ACME}/usage?product=skyconnect&sub_product=mailboxes&view=table`],
  report: ["primary@acme.example", `${ACME}/report`],
  forbidden: ["billing@acme.example", `${ACME}/contacts`],
  "not-found": [null, "/nowhere"],
  rename: ["primary@acme.example", `${ACME}/name`],
  accessibility: [null, "/accessibility"],
  mailbox: [null, "/dev/mail"],
};
const LOOKS = [["1280", WIDE], ["390", PHONE]];

await mkdir(folder, { recursive: true });
const portal = await Portal.start();
try {
  await portal.seed();
  // Something for the mailbox.
  const page = await portal.signedIn("mateo@blueharbour.example");
  await page.goto(`${BLUE_HARBOUR}/contacts`);
  await page.getByRole("button", { name: "Send again" }).click();
  const verification = await portal.mail("arjun@blueharbour.example", "Verify");
  await page.context().close();

  for (const [width, device] of LOOKS) {
    for (const colorScheme of ["light", "dark"]) {
      const look = { ...device, colorScheme, deviceScaleFactor: width === "390" ? 2 : 1 };
      const shoot = async (page, name) => {
        const scrollHeight = await page.evaluate(() => document.documentElement.scrollHeight);
        // What is fixed to the window stands at its end, so the window grows with the page.
        const tall = whole && !name.startsWith("removal") ? Math.max(scrollHeight, device.viewport.height) : device.viewport.height;
        await page.setViewportSize({ ...device.viewport, height: tall });
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
        await page.setViewportSize(device.viewport);
      };
      let reader; // one sign-in for pages of one person that follow one another
      let page;
      for (const [name, [who, path, first]] of Object.entries(SCENES)) {
        if (!page || who !== reader) {
          await page?.context().close();
          page = who ? await portal.signedIn(who, look) : await portal.visitor(look);
          reader = who;
        }
        await page.goto("about:blank"); // a new fragment alone would be no new page
        await page.goto(path);
        await first?.(page);
        await shoot(page, name);
      }
      await page.goto(`/dev/mail/${verification.id}/html`);
      await shoot(page, "mail");
      await page.context().close();
    }
  }
  portal.clean(/status of 4\d\d/);
} finally {
  await portal.close();
}

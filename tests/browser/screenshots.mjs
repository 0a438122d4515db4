// Pictures of every kind of page, wide and on a phone, light and dark, with the demo data:
//
//   . scripts/env.sh; node tests/browser/screenshots.mjs [folder]      docs/screenshots when none is named
//   WHOLE=1: the page down to its end, not only what a window shows
//   ONLY="staff-queue payment": the scenes of tests/browser/scenes.mjs whose names hold one of these words
//
// Not a test: people look at them. The few that the README shows are kept in the repository, with fewer colours:
//   pngquant --force --ext .png --quality 70-95 docs/screenshots/*.png; git add --force docs/screenshots/home-1280-light.png

import { generateKeyPairSync } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BLUE_HARBOUR, PHONE, Portal, WIDE } from "./portal.mjs";
import { SCENES } from "./scenes.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../docs/screenshots", import.meta.url));
const whole = process.env.WHOLE === "1";
/** All of them, or those whose name holds a word of ONLY. */
const only = (process.env.ONLY ?? "").split(/[\s,]+/).filter(Boolean);
const wanted = (name) => only.length === 0 || only.some((it) => name.includes(it));
const LOOKS = [["1280", WIDE], ["390", PHONE]];

const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

await mkdir(folder, { recursive: true });
const portal = await Portal.start({ SETUP_SECRET: "of the pictures, and of nothing else", SIGNING_KEYS: JSON.stringify([key]) });
try {
  await shootSetup();
  await portal.seed();
  // Something for the mailbox.
  const page = await portal.signedIn("mateo@blueharbour.example");
  await page.goto(`${BLUE_HARBOUR}/contacts`);
  await page.getByRole("button", { name: "Send again" }).click();
  const verification = await portal.mail("arjun@blueharbour.example", "Verify");
  await page.context().close();

  for (const [width, device] of LOOKS) {
    for (const colorScheme of ["light", "dark"]) {
      const look = lookOf(width, device, colorScheme);
      let reader; // one sign-in for pages of one person that follow one another
      let page;
      for (const [name, [who, path, first, last]] of Object.entries(SCENES).filter(([name]) => wanted(name))) {
        if (!page || who !== reader) {
          await page?.context().close();
          page = who ? await portal.signedIn(who, look) : await portal.visitor(look);
          reader = who;
        }
        await page.goto("about:blank"); // a new fragment alone would be no new page
        try {
          await page.goto(typeof path === "string" ? path : await path(portal));
          await first?.(page, portal);
          await shoot(page, name, width, device, colorScheme);
          await last?.(page);
        } catch (error) { // the others are worth their pictures
          console.error(`${name}-${width}-${colorScheme}: ${error.message}`);
          process.exitCode = 1;
        }
      }
      await page?.context().close();
      if (wanted("mail")) {
        page = await portal.visitor(look);
        await page.goto(`/dev/mail/${verification.id}/html`);
        await shoot(page, "mail", width, device, colorScheme);
        await page.context().close();
      }
    }
  }
  portal.clean(/status of 4\d\d/);
} finally {
  await portal.close();
}

function lookOf(width, device, colorScheme) {
  return { ...device, colorScheme, deviceScaleFactor: width === "390" ? 2 : 1 };
}

async function shoot(page, name, width, device, colorScheme) {
  const scrollHeight = await page.evaluate(() => document.documentElement.scrollHeight);
  const asked = await page.locator("dialog[open]").count() > 0;
  // What is fixed to the window stands at its end, so the window grows with the page.
  const tall = whole && !asked ? Math.max(scrollHeight, device.viewport.height) : device.viewport.height;
  await page.setViewportSize({ ...device.viewport, height: tall });
  await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
  await page.setViewportSize(device.viewport);
}

/** It is there only as long as nobody is. */
async function shootSetup() {
  if (!wanted("setup")) return;
  for (const [width, device] of LOOKS) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await portal.visitor(lookOf(width, device, colorScheme));
      await page.goto("/setup");
      await shoot(page, "setup", width, device, colorScheme);
      await page.context().close();
    }
  }
}

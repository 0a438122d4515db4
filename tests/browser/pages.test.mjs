// Every kind of page, wide and narrow, light and dark: nothing that axe calls serious, nothing that scrolls sideways,
// nothing heavy, nothing that blocks.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { statSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { INSIDE, OUTSIDE, VENDOR } from "./kinds.mjs";
import { Portal, eventually } from "./portal.mjs";

const MOST_HTML = 40_000;

let portal;
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
before(async () => { portal = await Portal.start({ SIGNING_KEYS: JSON.stringify([key]) }); await portal.seed(); });
after(() => portal.close());

// Two at a time: one draws while the other waits.
test("every kind of page", { concurrency: 2 }, async (t) => {
  const walks = Object.entries({ nobody: OUTSIDE, ...INSIDE, ...VENDOR }).map(([who, kinds]) => t.test(`as ${who}`, async (t) => {
    const page = await (who === "nobody" ? portal.visitor() : portal.signedIn(who));
    for (const kind of kinds) await t.test(kind[0], () => visit(page, ...kind));
    await page.context().close();
  }));
  await Promise.all(walks);
});

test("the pages behind a mail, and the mail itself", async (t) => {
  const mail = await portal.mail("arjun@blueharbour.example", "Verify"); // sent again above
  const [code] = mail.text.match(/(?<=asked for it:\n)\S+/);
  const page = await portal.visitor();
  const confirm = (heading) => async () => {
    await page.getByRole("button", { name: "Confirm my address" }).click();
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  };
  await t.test("confirmed", () => visit(page, "confirmed", `/verify#${code}`, confirm("Thank you"), "Thank you"));
  const spent = "This link no longer works";
  await t.test("confirmed before", () => visit(page, "confirmed before", `/verify#${code}`, confirm(spent), spent));
  await t.test("mailbox with mails", () => visit(page, "mailbox", "/dev/mail", null, "Mailbox"));
  await t.test("the mail", async () => {
    await page.goto("about:blank");
    await page.setContent(mail.html); // the portal shows it in a sandbox, where axe cannot run either
    await looks(page, "mail");
    portal.clean();
  });
  await page.context().close();
});

test("what a page does wrong is seen", async () => {
  const page = await portal.visitor();
  await page.goto("/sign-in");
  await page.evaluate(async () => {
    document.body.append(Object.assign(document.createElement("script"), { textContent: "document.title = 'broken in'" }));
    document.body.setAttribute("style", "color: red");
    await fetch("https://elsewhere.example/").catch(() => {});
    setTimeout(() => { throw new Error("of the page"); });
  });
  const wrong = [/^CSP script-src-elem/, /^CSP style-src-attr/, /^CSP connect-src/, /^error: Error: of the page/, /^console: /];
  await eventually("all of it", () => wrong.every((it) => portal.complaints.some((found) => it.test(found))));
  assert.notEqual(await page.title(), "broken in");
  assert.throws(() => portal.clean(), /CSP/);
  await page.context().close();
});

test("what every page brings along is small", () => {
  const size = (name) => statSync(fileURLToPath(new URL(`../../public/${name}`, import.meta.url))).size;
  assert.ok(size("app.css") <= 60_000, `app.css: ${size("app.css")}`);
  assert.ok(size("app.js") <= 14_000, `app.js: ${size("app.js")}`);
});

async function visit(page, name, path, first, heading) {
  await page.goto("about:blank"); // a new fragment alone would be no new page
  const answer = await page.goto(typeof path === "string" ? path : await path(portal));
  const bytes = (await answer.body()).length;
  const most = name.startsWith("usage") ? 50_000 : MOST_HTML; // a chart is drawn for three widths
  assert.ok(bytes <= most, `${name}: ${bytes} bytes of HTML`);
  await first?.(page);
  const title = await page.locator("h1").first().innerText();
  if (heading instanceof RegExp) assert.match(title, heading); else assert.equal(title, heading);
  assert.deepEqual(await page.evaluate(madeOf), {
    headings: 1, blocking: [], inline: [], untitled: false, bubbling: [],
  }, name);
  await looks(page, name);
  portal.clean(/status of 4(00|03|04|10|01|22)/);
}

/** In the page: of what it is made. */
function madeOf() {
  const outer = (all) => [...all].map((it) => it.outerHTML.slice(0, 120));
  return {
    headings: document.querySelectorAll("main h1").length,
    blocking: outer(document.querySelectorAll("script:not([src][defer]), link[rel=stylesheet]:not([href='/app.css'])")),
    inline: outer(document.querySelectorAll("style, [style], [onclick], [onsubmit], [onload], a[href^='javascript:']")),
    untitled: document.title.trim() === "",
    bubbling: outer(document.querySelectorAll("form:not([novalidate]):has([required])")),
  };
}

async function looks(page, name) {
  for (const [width, height] of [[1280, 800], [390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      // Nothing but colours depends on the scheme.
      const axe = new AxeBuilder({ page }).setLegacyMode();
      if (colorScheme === "light") axe.withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]); else axe.withRules(["color-contrast"]);
      // The pattern behind a page without a shell is drawn by a pseudo element, where axe would give up.
      axe.options({ ...axe.option, checks: { "color-contrast": { options: { ignorePseudo: true } } } });
      const { violations, passes } = await axe.analyze();
      const found = violations.filter((it) => ["serious", "critical"].includes(it.impact))
        .map((it) => `${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`);
      assert.deepEqual(found, [], `${name} at ${width}, ${colorScheme}`);
      const looked = passes.map((it) => it.id);
      for (const rule of colorScheme === "light" ? ["color-contrast", "target-size"] : ["color-contrast"]) assert.ok(looked.includes(rule), `axe did not look at ${rule}`);
    }
  }
  for (const width of [320, 390, 768, 1024, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    assert.deepEqual(await page.evaluate(tooWide), [], `${name} at ${width}`);
  }
  await page.emulateMedia({ colorScheme: null });
}

/** In the page: what needs more room than there is. */
function tooWide() {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page: ${document.documentElement.scrollWidth}`);
  for (const it of document.querySelectorAll(".sheet, .card, .door, pre, .tile, .lane, .definition dd, .viewing")) {
    if (it.scrollWidth > it.clientWidth + 1) found.push(`${it.className}: ${it.scrollWidth} in ${it.clientWidth}`);
  }
  return found;
}

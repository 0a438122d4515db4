// The portal as the browser suite needs it: the real bundle in workerd, demo data, Chromium, and pages that remember
// everything a page of ours must never do.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { createTestHarness } from "wrangler";

export const PASSWORD = "demo password, not for production";
export const ACME = "/o/01938a00-0000-7000-8000-000000000201";
export const BLUE_HARBOUR = "/o/01938a00-0000-7000-8000-000000000202";
export const SUNDARAM = "/o/01938a00-0000-7000-8000-000000000203";
export const KESTREL = "/o/01938a00-0000-7000-8000-000000000204";

export const WIDE = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const root = process.env.PORTAL_ROOT ?? fileURLToPath(new URL("../..", import.meta.url));
const options = (vars, secrets) => ({
  root, workers: [{ configPath: "wrangler.toml", vars: { ENVIRONMENT: "test", ...vars }, ...(secrets && { secrets }) }],
});
/** Far beyond every test; what waits is answered in milliseconds on an idle machine. */
const PATIENCE = 20_000;
const HELD = 9_999_999_999;

/** Looks again until there is something to see. */
export async function eventually(what, look) {
  for (const until = Date.now() + PATIENCE; ; await new Promise((wake) => setTimeout(wake, 50))) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > until) assert.fail(`${what}: not within ${PATIENCE / 1000} s`);
  }
}

export class Portal {
  /** What pages did that no page may do; `clean` must find none. */
  complaints = [];
  #contexts = new Set();

  static async start(secrets) {
    const portal = new Portal();
    portal.harness = createTestHarness(options({}, secrets));
    try {
      const launching = chromium.launch({
        executablePath: process.env.CHROMIUM_BIN, // scripts/env.sh finds it
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"],
      });
      launching.catch(() => {}); // awaited below
      const { url } = await portal.harness.listen();
      // The port is random, so the portal learns its own origin only now.
      portal.origin = `http://localhost:${url.port}`;
      await portal.harness.update(options({ PORTAL_ORIGIN: portal.origin }, secrets));
      await portal.harness.getWorker().applyD1Migrations("DB");
      portal.env = await portal.harness.getWorker().getEnv();
      portal.browser = await launching;
    } catch (error) {
      await portal.close();
      throw error;
    }
    return portal;
  }

  async close() {
    await this.browser?.close();
    await this.harness.close();
  }

  /** The demo data from scratch; whoever was signed in is not any more. */
  async seed() {
    await Promise.all([...this.#contexts].map((it) => it.close()));
    this.complaints.length = 0; // of a test that has failed before it looked
    const answer = await fetch(`${this.origin}/dev/seed`, { method: "POST" });
    assert.equal(answer.status, 200, await answer.text());
  }

  /** A browser of its own with one page, and no script at all with `javaScriptEnabled: false`. */
  async visitor(device = WIDE) {
    const context = await this.browser.newContext({ baseURL: this.origin, reducedMotion: "reduce", ...device });
    context.setDefaultTimeout(PATIENCE);
    this.#contexts.add(context);
    context.on("close", () => this.#contexts.delete(context));
    if (device.javaScriptEnabled !== false) {
      // The console tells of what is blocked too, but only this event says what and by which rule.
      await context.exposeFunction("complain", (text) => { this.complaints.push(text); });
      await context.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (it) => {
          globalThis.complain(`CSP ${it.effectiveDirective}: ${it.blockedURI} ${it.sourceFile}:${it.lineNumber}`);
        });
      });
    }
    context.on("page", (page) => this.#watch(page));
    return context.newPage();
  }

  async signedIn(email, device) {
    const page = await this.visitor(device);
    await page.goto("/sign-in");
    await this.signIn(page, email);
    return page;
  }

  /** From the sign-in page, wherever it then leads. */
  async signIn(page, email, password = PASSWORD) {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((it) => it.pathname !== "/sign-in");
  }

  /** Mails to somebody, newest first. */
  async mails(email) {
    const { items } = await (await fetch(`${this.origin}/dev/mail?format=json`)).json();
    return items.filter((it) => it.to === email);
  }

  /** The newest mail to somebody whose subject has these words, as soon as it is there. */
  mail(email, words) {
    return eventually(`a mail "${words}" to ${email}`, async () => (await this.mails(email)).find((it) => it.subject.includes(words)));
  }

  /** From now on no mail leaves: the queue's consumer finds every row leased to somebody else. */
  async holdMail() {
    await this.sql(`create trigger held after insert on outbox begin update outbox set lease_until = ${HELD} where id = new.id; end`);
  }

  /** Now all of it does. */
  async releaseMail() {
    await this.sql("drop trigger held");
    const { results } = await this.sql(`update outbox set lease_until = null where lease_until = ${HELD} returning id`);
    for (const { id } of results) await this.env.MAIL.send(id, { contentType: "json" });
  }

  sql(text, ...values) {
    return this.env.DB.prepare(text).bind(...values).all();
  }

  /** Fails with what the pages did wrong since the last call. `expected`: the refusals that a test is about. */
  clean(...expected) {
    const found = this.complaints.splice(0).filter((it) => !expected.some((pattern) => pattern.test(it)));
    assert.deepEqual(found, []);
  }

  #watch(page) {
    const note = (what) => this.complaints.push(what);
    page.on("pageerror", (error) => note(`error: ${error}`));
    page.on("crash", () => note(`crash: ${page.url()}`));
    page.on("dialog", (dialog) => { note(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) note(`console: ${message.text()} ${message.location().url}`);
    });
    page.on("requestfailed", (request) => {
      // A page that is left takes its requests with it.
      if (request.failure()?.errorText !== "net::ERR_ABORTED") note(`failed: ${request.url()} ${request.failure()?.errorText}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(this.origin)) note(`foreign: ${request.url()}`);
    });
  }
}

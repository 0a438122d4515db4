// From the portal into the help desk, with a double of one that speaks OpenID Connect through a library of its own.

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import * as oidc from "openid-client";

import { ACME, PASSWORD, Portal, SUNDARAM } from "./portal.mjs";

const SECRET = Buffer.alloc(32, 7).toString("base64url");
const ZENDESK = "what this installation shares with Zendesk";
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

let portal, desk;
before(async () => {
  portal = await Portal.start({ SIGNING_KEYS: JSON.stringify([key]), ZENDESK_SHARED_SECRET: ZENDESK });
  desk = await HelpDesk.open();
});
after(async () => {
  desk.close();
  await portal.close();
});
beforeEach(() => portal.seed());

/** On an origin of its own: another port is another site as far as a policy is concerned. */
class HelpDesk {
  static async open() {
    const desk = new HelpDesk();
    desk.server = createServer((request, response) => desk.answer(request, response).catch((error) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(`the help desk failed: ${error}`);
    }));
    await new Promise((done) => { desk.server.listen(0, "localhost", done); });
    desk.origin = `http://localhost:${desk.server.address().port}`;
    return desk;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Enters itself, as an Admin would. */
  async enter({ kind = "oidc", launched = false } = {}) {
    const login = kind === "zendesk" ? `${this.origin}/access/jwt` : `${this.origin}/login`;
    await portal.sql(
      `insert into oidc_client (id, name, kind, redirect_uris, login_uri, secret_hash, created_at)
       values ('desk', 'Vendor Help Desk', ?1, ?2, ?3, ?4, 1795000000)`,
      kind, JSON.stringify(kind === "oidc" ? [`${this.origin}/callback`] : []), launched ? login : null,
      kind === "oidc" ? createHash("sha256").update(SECRET).digest("hex") : null,
    );
    this.begun = new Map();
  }

  async answer(request, response) {
    const url = new URL(request.url, this.origin);
    const page = (text) => response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>Desk</title><link rel=icon href="data:,"><h1>${text}</h1>`);
    if (url.pathname === "/login") {
      const config = await this.config();
      const verifier = oidc.randomPKCECodeVerifier();
      const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
      this.begun.set(checks.expectedState, checks);
      const hint = url.searchParams.get("login_hint");
      const to = oidc.buildAuthorizationUrl(config, {
        redirect_uri: `${this.origin}/callback`, scope: "openid profile email", ...(hint && { login_hint: hint }),
        state: checks.expectedState, nonce: checks.expectedNonce, code_challenge_method: "S256",
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      });
      response.writeHead(302, { location: to.href }).end();
    } else if (url.pathname === "/callback") {
      const checks = this.begun.get(url.searchParams.get("state"));
      const tokens = await oidc.authorizationCodeGrant(await this.config(), url, checks);
      const { name, org_name: organisation } = tokens.claims();
      page(`Hello ${name} of ${organisation}`);
    } else if (url.pathname === "/access/jwt" && request.method === "POST") {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { name, organization } = JSON.parse(Buffer.from(new URLSearchParams(body).get("jwt").split(".")[1], "base64url"));
      page(`Hello ${name} of ${organization}`);
    } else {
      response.writeHead(404).end();
    }
  }

  async config() {
    const config = await oidc.discovery(new URL(portal.origin), "desk", SECRET, undefined, { execute: [oidc.allowInsecureRequests] });
    oidc.enableNonRepudiationChecks(config);
    return config;
  }
}

const greeted = (page, who) => page.getByRole("heading", { name: `Hello ${who}`, exact: true }).waitFor();
const clean = (...more) => portal.clean(new RegExp(`^foreign: ${desk.origin}/`), ...more);

test("who is signed in is signed in to the help desk with one click", async () => {
  await desk.enter({ launched: true });
  const page = await portal.signedIn("support@acme.example");
  await page.getByRole("navigation", { name: "Applications" }).getByRole("link", { name: "Help desk" }).click();
  await greeted(page, "Fatima Sheikh of Acme Textiles");
  clean();
});

/** Chromium follows the form through both redirects, and `form-action` has to allow where they end. */
test("who is not signs in on the way, also after a wrong password", async () => {
  await desk.enter();
  const page = await portal.visitor();
  await page.goto(`${desk.origin}/login`);
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await page.getByLabel("E-mail address").fill("support@acme.example");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("is not correct", { exact: false }).waitFor();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await greeted(page, "Fatima Sheikh of Acme Textiles");
  clean(/status of 401/);
});

/** That the test above can fail: the same form on a page that leads nowhere else. */
test("a sign-in page that was not opened on the way cannot end at the help desk", async () => {
  await desk.enter();
  const page = await portal.visitor();
  const asked = page.waitForRequest((it) => it.url().includes("/sso/authorize"));
  await page.goto(`${desk.origin}/login`);
  const { pathname, search } = new URL((await asked).url());
  await page.goto("/sign-in");
  await page.locator("form").first().evaluate((form, to) => {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "to", value: to }));
  }, pathname + search);
  await page.getByLabel("E-mail address").fill("support@acme.example");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  const blocked = page.waitForEvent("console", (it) => /form-action/.test(it.text()));
  await page.getByRole("button", { name: "Sign in" }).click();
  await blocked;
  assert.equal(await page.getByRole("heading", { name: /^Hello/ }).count(), 0);
  clean(/form-action/);
});

test("who is Support of two organisations chooses, and is asked nothing on the way from one of them", async () => {
  await desk.enter({ launched: true });
  const page = await portal.signedIn("meera@banyanrow.example");
  await portal.sql(
    `update role set contact_id = (select contact.id from contact join person on person.id = contact.person_id
       where contact.org_id = role.org_id and person.email = 'meera@banyanrow.example')
      where role = 'support' and org_id = (select org_id from contact join person on person.id = contact.person_id
       where person.email = 'meera@banyanrow.example' and org_id <> ?1 order by org_id limit 1)`, SUNDARAM.slice(3));
  const mine = (await portal.sql(
    `select organisation.name from role join contact on contact.id = role.contact_id join person on person.id = contact.person_id
       join organisation on organisation.id = role.org_id
      where person.email = 'meera@banyanrow.example' and role.role = 'support' order by 1`)).results.map((it) => it.name);
  assert.equal(mine.length, 2, mine);
  await page.goto(`${desk.origin}/login`);
  await page.getByRole("heading", { level: 1, name: "For which organisation?" }).waitFor();
  await page.getByRole("link", { name: mine[0] }).click();
  await page.getByRole("heading", { name: `of ${mine[0]}` }).waitFor();
  await page.goto(SUNDARAM);
  await page.getByRole("navigation", { name: "Applications" }).getByRole("link", { name: "Help desk" }).click();
  await page.getByRole("heading", { name: "of Sundaram Analytics" }).waitFor();
  clean();
});

test("Zendesk is reached with one click, and without script with two", async () => {
  for (const javaScriptEnabled of [true, false]) {
    await portal.seed();
    await desk.enter({ kind: "zendesk", launched: true });
    const page = await portal.signedIn("support@acme.example", { javaScriptEnabled });
    await page.goto(`${ACME}/helpdesk`);
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Go on to Vendor Help Desk" }).click();
    await greeted(page, "Fatima Sheikh of Acme Textiles");
  }
  clean();
});

test("an Admin enters a help desk, and it can sign on", async () => {
  const page = await portal.signedIn("admin@vendor.example");
  await page.goto("/staff/sign-on");
  await page.getByRole("link", { name: "Add a help desk" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Desk of the test");
  await page.getByLabel("Addresses that it may be led back to").fill("http://desk.example/callback");
  await page.getByRole("button", { name: "Add the help desk" }).click();
  await page.getByRole("alert").getByText("begins with https://", { exact: false }).waitFor();
  await page.getByLabel("Addresses that it may be led back to").fill(`${desk.origin}/callback`);
  await page.getByRole("button", { name: "Add the help desk" }).click();
  await page.getByRole("heading", { level: 1, name: "Desk of the test" }).waitFor();
  const [issuer, , secret] = await page.locator(".code-line code").allInnerTexts();
  assert.equal(issuer, portal.origin);
  assert.equal(secret.length, 43);
  await page.getByRole("link", { name: "Done" }).click();
  const row = page.getByRole("row").filter({ hasText: "Desk of the test" });
  await row.getByRole("button", { name: "Switch off" }).click();
  await row.getByText("Off", { exact: true }).waitFor();
  clean(/status of 422/);
});

// Signing on to a help desk, by clients that nobody here wrote: openid-client, oauth4webapi, Authlib. What they check of
// us (issuer, nonce, audience, hashes, RS256 against the published keys) is theirs, and none of it is done here.

import assert from "node:assert/strict";
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as oauth from "oauth4webapi";
import * as oidc from "openid-client";

import { Portal, hashOf, seconds } from "./portal.mjs";

const BACK = "https://desk.example/callback";
const ZENDESK = "what this installation shares with Zendesk";
const INSECURE = { [oauth.allowInsecureRequests]: true };

/** As `scripts/new-signing-key.mjs` makes one. */
function newKey() {
  const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  return { ...jwk, use: "sig", alg: "RS256" };
}

const published = ({ kty, n, e, kid }) => ({ kty, n, e, ...(kid && { kid }) });
const first = newKey();

let portal, origin, customer, support;
before(async () => {
  portal = await Portal.open({ faulty: true });
  origin = `http://localhost:${portal.url.port}`; // the port is random, so the portal learns its own origin only now
  await withKeys([first]);
  await portal.worker.applyD1Migrations("DB");
  await portal.seed();
  customer = await portal.customer(["primary", "support"]);
  support = await portal.signedIn(customer.support.email);
});
after(() => portal.stop(/the signing key does not sign|the platform cannot sign/));

const withKeys = (keys) => portal.configure({
  vars: { ENVIRONMENT: "test", PORTAL_ORIGIN: origin },
  secrets: {
    SESSION_KEYS: "a:0123456789abcdef0123456789abcdef", PASSWORD_PEPPER: "p:0123456789abcdef0123456789abcdef",
    SETUP_SECRET: "", SIGNING_KEYS: JSON.stringify(keys), ZENDESK_SHARED_SECRET: ZENDESK,
  },
});

/** Enters a client; `secret: null` makes a public one. */
async function newClient({ kind = "oidc", login = null, secret = Buffer.alloc(32, 7).toString("base64url") } = {}) {
  const id = randomUUID();
  await portal.sql(
    `insert into oidc_client (id, name, kind, redirect_uris, login_uri, secret_hash, created_at)
     values (?1, 'Help desk', ?2, ?3, ?4, ?5, ?6)`,
    id, kind, JSON.stringify([BACK]), login, secret && kind === "oidc" ? hashOf(secret) : null, seconds(),
  );
  return { id, secret };
}

/** What the browser does with the address: it comes back with a `location`. */
async function follow(visitor, url) {
  const { pathname, search } = new URL(url);
  const answer = await visitor.get(pathname + search);
  assert.equal(answer.status, 303, answer.text);
  return new URL(answer.headers.get("location"));
}

async function discovered({ id, secret }) {
  const auth = secret ? oidc.ClientSecretBasic(secret) : oidc.None();
  const config = await oidc.discovery(new URL(origin), id, undefined, auth, { execute: [oidc.allowInsecureRequests] });
  oidc.enableNonRepudiationChecks(config); // the signature is looked at, too
  return config;
}

/** The first half, as openid-client does it. */
async function begun(config, visitor = support, more = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedNonce: oidc.randomNonce(), expectedState: oidc.randomState() };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: BACK, scope: "openid profile email", state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...more,
  });
  return { back: await follow(visitor, url), checks };
}

const refused = (error) => (it) => it.error === error || assert.fail(`${it.error} ${it.code} ${it}`);

test("openid-client signs on, with a secret and as a public client", async () => {
  for (const client of [await newClient(), await newClient({ secret: null })]) {
    const config = await discovered(client);
    const { back, checks } = await begun(config);
    const tokens = await oidc.authorizationCodeGrant(config, back, checks);
    const claims = tokens.claims();
    assert.equal(claims.iss, origin);
    assert.deepEqual(
      [claims.aud, claims.org_id, claims.org_name, claims.roles, claims.email, claims.email_verified, claims.name],
      [client.id, customer.id, customer.name, ["support"], customer.support.email, true, "support"],
    );
    assert.notEqual(claims.sub, customer.support.person);
    const about = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(about.org_id, customer.id);
  }
});

test("oauth4webapi signs on, and the signature is that of the published key", async () => {
  const { id, secret } = await newClient();
  const issuer = new URL(origin);
  for (const algorithm of ["oidc", "oauth2"]) {
    const found = await oauth.discoveryRequest(issuer, { algorithm, ...INSECURE });
    const as = await oauth.processDiscoveryResponse(issuer, found);
    const client = { client_id: id };
    const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()];
    const url = new URL(as.authorization_endpoint);
    url.search = new URLSearchParams({
      client_id: id, redirect_uri: BACK, response_type: "code", scope: "openid email", state, nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
    });
    const params = oauth.validateAuthResponse(as, client, await follow(support, url), state);
    const response = await oauth.authorizationCodeGrantRequest(as, client, oauth.ClientSecretPost(secret), params, BACK, verifier, INSECURE);
    const result = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
    await oauth.validateApplicationLevelSignature(as, response, INSECURE);
    const { sub } = oauth.getValidatedIdTokenClaims(result);
    const info = await oauth.userInfoRequest(as, client, result.access_token, INSECURE);
    assert.equal((await oauth.processUserInfoResponse(as, client, sub, info)).email, customer.support.email);
  }
});

test("Authlib signs on", async (t) => {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const python = join(cache, "customer-portal", "authlib-1.9.9", "bin/python");
  if (!existsSync(python)) return t.skip("Authlib is not there; scripts/provision.sh edge brings it");
  const { id, secret } = await newClient();
  const cookie = [...support.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const { stdout } = await promisify(execFile)(python, [fileURLToPath(new URL("../sign_on_check.py", import.meta.url))], {
    env: { AUTHLIB_INSECURE_TRANSPORT: "1", ISSUER: origin, CLIENT: id, SECRET: secret, BACK, COOKIE: cookie },
  });
  const said = JSON.parse(stdout);
  assert.deepEqual([said.claims.org_id, said.userinfo.sub], [customer.id, said.claims.sub]);
  assert.equal(said.again, "invalid_grant", "the code is good once");
});

test("what is wrong is refused in words that clients understand", async () => {
  const client = await newClient();
  const config = await discovered(client);
  const one = await begun(config);
  await assert.rejects(
    oidc.authorizationCodeGrant(config, one.back, { ...one.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
    refused("invalid_grant"),
  );
  const wrong = await discovered({ ...client, secret: Buffer.alloc(32, 8).toString("base64url") });
  await assert.rejects(oidc.authorizationCodeGrant(wrong, one.back, one.checks), (it) => {
    assert.deepEqual([it.status, it.cause[0].scheme, it.cause[0].parameters.error], [401, "basic", "invalid_client"]);
    return true;
  });
  const other = await discovered(await newClient());
  await assert.rejects(oidc.authorizationCodeGrant(other, one.back, one.checks), refused("invalid_grant"));
  // None of them has used the code up.
  const { access_token: access } = await oidc.authorizationCodeGrant(config, one.back, one.checks);
  assert.equal((await userinfo(access)).status, 200);
  await assert.rejects(oidc.authorizationCodeGrant(config, one.back, one.checks), refused("invalid_grant"));
  assert.equal((await userinfo(access)).status, 401, "a code in two hands takes back what it gave");

  for (const more of [{ code_challenge_method: "plain" }, { code_challenge: "", code_challenge_method: "" }]) {
    const { back, checks } = await begun(config, support, more);
    await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), refused("invalid_request"));
  }
  const expired = await begun(config);
  await portal.sql("update oidc_code set created_at = created_at - 60, expires_at = expires_at - 60 where used_at is null");
  await assert.rejects(oidc.authorizationCodeGrant(config, expired.back, expired.checks), refused("invalid_grant"));
  const primary = await portal.signedIn(customer.primary.email);
  const { back, checks } = await begun(config, primary);
  await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), refused("access_denied"));
});

/** Its answers follow their own standard (RFC 6749, 5.2). */
test("the token endpoint refuses what is no form in the words of OAuth", async () => {
  const FORM = { "content-type": "application/x-www-form-urlencoded" };
  const ask = async (body, headers = FORM) => {
    const answer = await portal.visitor().ask("POST", "/sso/token", { headers, body });
    assert.match(answer.headers.get("content-type"), /json/, answer.text.slice(0, 200));
    return `${answer.status} ${answer.json.error}`;
  };
  const said = [];
  for (const body of ["", "x".repeat(1_000_000), "a=%ff%fe", Uint8Array.from([0xff, 0x3d]), "grant_type=a&grant_type=b", "grant_type=%00", "[".repeat(30_000)]) {
    said.push(await ask(body));
  }
  said.push(await ask("{}", { "content-type": "application/json" }), await ask("a=b", { "content-type": "\u00e9" }));
  for (const it of said) assert.match(it, /^4\d\d [a-z_]+$/, it);
});

test("a role that is taken away between code and token, or after it, opens nothing", async () => {
  const gone = await portal.customer(["primary", "support"]);
  const visitor = await portal.signedIn(gone.support.email);
  const config = await discovered(await newClient());
  const [one, two] = [await begun(config, visitor), await begun(config, visitor)];
  const { access_token: access } = await oidc.authorizationCodeGrant(config, one.back, one.checks);
  await portal.sql("delete from role where org_id = ?1 and role = 'support'", gone.id);
  await assert.rejects(oidc.authorizationCodeGrant(config, two.back, two.checks), refused("invalid_grant"));
  assert.equal((await userinfo(access)).status, 401);
});

test("of many exchanges of one code at once, none keeps a token", async () => {
  const config = await discovered(await newClient());
  const { back, checks } = await begun(config);
  const outcomes = await portal.race(8, async () => {
    try {
      return (await oidc.authorizationCodeGrant(config, back, checks)).access_token;
    } catch (error) {
      assert.equal(error.error, "invalid_grant");
    }
  });
  const won = outcomes.filter((it) => it !== undefined);
  assert.equal(won.length, 1);
  assert.equal((await userinfo(won[0])).status, 401);
});

/** A statement whose header was changed on its way, as somebody would who has read our published key. */
test("clients take no statement without our signature, and we take none at all", async () => {
  const client = await newClient();
  const pem = createPublicKey({ key: published(first), format: "jwk" }).export({ type: "spki", format: "pem" });
  const part = (it) => Buffer.from(JSON.stringify(it)).toString("base64url");
  for (const [alg, sign] of [
    ["none", () => ""],
    ["HS256", (text) => createHmac("sha256", pem).update(text).digest("base64url")],
    ["RS256", () => Buffer.alloc(256, 1).toString("base64url")],
  ]) {
    const config = await discovered(client);
    const { back, checks } = await begun(config);
    let forged;
    config[oidc.customFetch] = async (url, options) => {
      const response = await fetch(url, options);
      if (!String(url).endsWith("/sso/token")) return response;
      const body = await response.json();
      const text = `${part({ alg, kid: JSON.parse(Buffer.from(body.id_token.split(".")[0], "base64url")).kid })}.${body.id_token.split(".")[1]}`;
      forged = `${text}.${sign(text)}`;
      return Response.json({ ...body, id_token: forged });
    };
    await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), alg);
    assert.equal((await userinfo(forged)).status, 401);
    const visitor = portal.visitor();
    visitor.cookies.set("__Host-session", forged);
    assert.equal((await visitor.me()).status, 401);
  }
});

test("a key is replaced while people sign on", async () => {
  const client = await newClient();
  const config = await discovered(client);
  const one = await begun(config);
  const old = await oidc.authorizationCodeGrant(config, one.back, one.checks);
  const two = await begun(config);
  const second = { ...newKey(), kid: "second" };
  await withKeys([second, published(first)]); // of a key that no longer signs, the public half is enough
  const now = await discovered(client);
  const fresh = await oidc.authorizationCodeGrant(now, two.back, two.checks);
  const kid = ({ id_token: token }) => JSON.parse(Buffer.from(token.split(".")[0], "base64url")).kid;
  assert.equal(kid(fresh), "second");
  const { keys } = (await portal.visitor().get("/sso/jwks")).json;
  assert.deepEqual(keys.map((it) => it.kid), ["second", kid(old)], "the old statement can still be checked");
  assert.doesNotMatch(JSON.stringify(keys), /"(d|p|q|dp|dq|qi)"/);
  assert.equal((await userinfo(old.access_token)).status, 200);
});

test("a key that cannot sign is our fault, says so, and tells nothing of itself", async () => {
  const config = await discovered(await newClient());
  const { back, checks } = await begun(config);
  const broken = newKey();
  await withKeys([{ ...broken, d: "!" }]);
  const form = new URLSearchParams({ grant_type: "authorization_code", code: back.searchParams.get("code"), redirect_uri: BACK, code_verifier: checks.pkceCodeVerifier });
  const basic = Buffer.from(`${config.clientMetadata().client_id}:${Buffer.alloc(32, 7).toString("base64url")}`).toString("base64");
  const answer = await portal.visitor().ask("POST", "/sso/token", {
    headers: { authorization: `Basic ${basic}`, "content-type": "application/x-www-form-urlencoded" }, body: form.toString(),
  });
  await withKeys([first]);
  assert.equal(answer.says, "500 our-fault");
  assert.ok(!portal.harness.getLogs().some(({ message }) => message.includes(broken.q.slice(0, 20))), "the log holds no key");
  const again = await begun(config);
  assert.ok((await oidc.authorizationCodeGrant(config, again.back, again.checks)).id_token);
});

test("without keys nobody signs on anywhere", async () => {
  await portal.configure({ vars: { ENVIRONMENT: "test", PORTAL_ORIGIN: origin }, secrets: {
    SESSION_KEYS: "a:0123456789abcdef0123456789abcdef", PASSWORD_PEPPER: "p:0123456789abcdef0123456789abcdef",
    SETUP_SECRET: "", SIGNING_KEYS: "", ZENDESK_SHARED_SECRET: "" } });
  const visitor = portal.visitor();
  for (const path of ["/.well-known/openid-configuration", "/sso/jwks", "/sso/authorize?client_id=x", "/sso/userinfo"]) {
    assert.equal((await visitor.get(path)).status, 404, path);
  }
  const plain = await support.get(`/o/${customer.id}/helpdesk`);
  assert.equal(plain.headers.get("location"), "https://helpdesk.vendor.example/");
  await withKeys([first]);
});

test("Zendesk gets a statement under the shared secret", async () => {
  const { id } = await newClient({ kind: "zendesk", login: "https://vendor.zendesk.example/access/jwt" });
  const page = await support.get(`/o/${customer.id}/helpdesk`);
  await portal.sql("update oidc_client set enabled = 0 where id = ?1", id);
  assert.match(page.headers.get("content-security-policy"), /form-action 'self' https:\/\/vendor\.zendesk\.example/);
  const [header, claims, signature] = page.text.match(/name="jwt" value="([^"]+)"/)[1].split(".");
  assert.equal(createHmac("sha256", ZENDESK).update(`${header}.${claims}`).digest("base64url"), signature);
  const said = JSON.parse(Buffer.from(claims, "base64url"));
  assert.deepEqual([said.email, said.organization], [customer.support.email, customer.name]);
  assert.ok(Math.abs(said.iat - seconds()) < 60 && said.jti.length > 20);
});

const userinfo = (access) => portal.visitor().get("/sso/userinfo", { authorization: `Bearer ${access}` });

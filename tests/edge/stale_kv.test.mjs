// KV that lags, forgets, or refuses to be read or written, at the real edge: nobody gets in who may not, nobody is locked
// out. miniflare's KV is always fresh, so without `faulty.mjs` nothing of it is tested. The host suite tells the same
// stories and more (tests/portal/stale_kv.rs).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PASSWORD, claims, start } from "./portal.mjs";

const OWN = "a few words that nobody else has";

let portal;
before(async () => { portal = await start({ faulty: true }); });
after(() => portal.stop(/503 Service Unavailable/));

for (const kv of ["stale", "blind", "mute", "full"]) {
  test(`KV is ${kv}: people come and go as D1 says`, async () => {
    await portal.visitor().call("PUT", "/faults", { kv });
    const customer = await portal.customer(["primary", "billing"]);
    const { email } = customer.billing;
    const isIn = async (visitor) => [(await visitor.twin().me()).status, (await visitor.twin().get(`/o/${customer.id}`)).status];
    const [IN, OUT] = [[200, 200], [401, 303]];

    const [one, two, three] = [await portal.signedIn(email), await portal.signedIn(email), await portal.signedIn(email)];
    for (const it of [one, two, three]) assert.deepEqual(await isIn(it), IN, "whoever signed in is in");

    const gone = one.twin();
    assert.equal((await one.call("DELETE", "/session")).status, 204);
    assert.deepEqual(await isIn(gone), OUT, "whoever signed out is out");

    const { sid } = claims(two.cookies.get("__Host-session"));
    assert.equal((await three.call("DELETE", `/me/sessions/${sid}`)).status, 204);
    assert.deepEqual(await isIn(two), OUT, "a session that was ended from elsewhere is out");

    const fourth = await portal.signedIn(email);
    const changed = await three.call("PUT", "/me/password", { current_password: PASSWORD, new_password: OWN });
    assert.equal(changed.status, 204, changed.text);
    assert.deepEqual([await isIn(three), await isIn(fourth)], [IN, OUT], "a new password ends the others");
    assert.equal((await portal.visitor().signIn(email, PASSWORD)).status, 401);

    const primary = await portal.signedIn(customer.primary.email);
    const newcomer = `nina@${email.split("@")[1]}`;
    const added = await primary.call("POST", `${customer.path}/contacts`, { display_name: "Nina New", email: newcomer });
    assert.equal(added.status, 201, added.text);
    const nina = portal.visitor();
    const token = await portal.token(newcomer, "verify");
    const confirm = () => nina.call("POST", "/verifications/confirm", { token });
    assert.deepEqual([(await confirm()).says, (await confirm()).says], ["200", "410 link-spent"], "a link works once");
    const body = { token: await portal.token(newcomer, "password"), new_password: OWN };
    const choose = () => nina.call("POST", "/password-resets/confirm", body);
    assert.deepEqual([(await choose()).says, (await choose()).says], ["204", "410 link-spent"]);
    assert.equal((await nina.signIn(newcomer, OWN)).status, 200);
    assert.deepEqual(await isIn(nina), IN);

    assert.equal((await primary.call("DELETE", `${customer.path}/contacts/${added.json.id}`)).status, 204);
    assert.equal((await nina.call("GET", customer.path)).says, "404 not-found", "and who is removed sees nothing more");
  });
}

// The portal as it is deployed, in workerd: the real bundle, D1, KV, queue, crons and assets, empty at each start.
//
// Each test makes the customer it needs, so tests neither need an order nor see each other. Time is never waited for:
// rows are made old.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestHarness, unstable_readConfig } from "wrangler";

import { Visitor, together } from "./visitor.mjs";

export { rawRequest, tally } from "./visitor.mjs";

export const root = process.env.PORTAL_UNDER_TEST ?? fileURLToPath(new URL("../..", import.meta.url));

/** Of everybody in the demo data, and of everybody whom `customer` makes. */
export const PASSWORD = "demo password, not for production";
export const ACME = "01938a00-0000-7000-8000-000000000201";
export const ROLES = ["primary", "billing", "support", "technical"];
export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** Empty is as good as not set. */
const NO_SECRETS = {
  SESSION_KEYS: "", PASSWORD_PEPPER: "", SETUP_SECRET: "", SIGNING_KEYS: "", ZENDESK_SHARED_SECRET: "",
  STRIPE_SECRET_KEY: "", STRIPE_WEBHOOK_SECRET: "",
};

/** As every test wants it: migrated, with the demo data. */
export async function start(options = {}) {
  const portal = await Portal.open(options);
  await portal.worker.applyD1Migrations("DB");
  await portal.seed();
  return portal;
}

export class Portal {
  /**
   * As it is in a checkout, without any secret, unless told otherwise. `env` is an environment of `wrangler.toml`;
   * `faulty` puts `faulty.mjs` in front of the bundle, with what is in `bindings` added. `secrets: null` leaves them to
   * what stands in `.dev.vars`, if that is there.
   */
  static async open({ vars = { ENVIRONMENT: "test" }, secrets = NO_SECRETS, env, faulty = false, bindings = {} } = {}) {
    const portal = new Portal();
    portal.faulty = faulty;
    // Secrets are told in any case: what stands in `.dev.vars` goes before a variable. Some tests tell theirs with `vars`.
    const told = Object.fromEntries(Object.entries(secrets ?? {}).filter(([name]) => !(name in vars)));
    const worker = faulty ? { config: { ...faultyConfig(vars), ...bindings }, secrets: told }
      : { configPath: "wrangler.toml", vars, secrets: secrets ?? undefined, env };
    portal.harness = createTestHarness({ root, workers: [worker] });
    await portal.reopen();
    return portal;
  }

  /** With other variables and secrets; the stores stay as they are. */
  async configure({ vars, secrets }) {
    const worker = { ...(this.faulty ? { config: faultyConfig(vars) } : { configPath: "wrangler.toml", vars }), secrets };
    await this.harness.update({ root, workers: [worker] });
    await this.reopen();
  }

  async reopen() {
    this.url = (await this.harness.listen()).url;
    this.worker = this.harness.getWorker();
    this.env = await this.worker.getEnv();
  }

  /** Ends it, and fails when the log tells of anything that no test expects. */
  async stop(expected = /^$/) {
    const complaints = this.complaints().filter((line) => !expected.test(line));
    await this.harness.close();
    assert.deepEqual(complaints, [], "the log of the portal has no complaints");
  }

  /** Lines of the log that speak of a fault of the portal: a crash, a cause, a background task that failed. */
  complaints() {
    return this.harness.getLogs().filter(({ level, message }) => {
      const line = parsed(message);
      return level === "error" || level === "warn" || line === undefined
        || (line.cause ?? line.error ?? line.kv ?? null) !== null || line.status === 500;
    }).map((it) => it.message);
  }

  async seed() {
    const answer = await this.visitor().ask("POST", "/dev/seed");
    assert.equal(answer.status, 200, answer.text);
  }

  async sql(text, ...args) {
    const statement = this.env.DB.prepare(text);
    return (await (args.length > 0 ? statement.bind(...args) : statement).all()).results;
  }

  /** The only column of the only row. */
  async value(text, ...args) {
    const [row] = await this.sql(text, ...args);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /**
   * `count` deeds at once, while each call of D1 is delayed before and after by what is drawn: a check that is apart from
   * its deed passes such a test most of the time when nothing is slow. SEED=7 draws other delays.
   */
  async race(count, deed) {
    assert.ok(this.faulty, "a race without jitter proves nothing: open the portal with `faulty`");
    const seed = Number(process.env.SEED ?? 20261122);
    await this.visitor().call("PUT", "/faults", { d1: "slow", seed });
    try {
      return await together(count, deed);
    } finally {
      await this.visitor().call("PUT", "/faults", {});
    }
  }

  visitor() {
    return new Visitor(this.harness);
  }

  async signedIn(email, password = PASSWORD) {
    const visitor = this.visitor();
    const answer = await visitor.signIn(email, password);
    assert.equal(answer.status, 200, answer.text);
    return visitor;
  }

  /**
   * A new organisation with these contacts, who sign in with `PASSWORD` and each hold the role they are named after.
   * What is in `unverified` has neither. Answers `{ id, name, primary: { id, person, email }, ... }`.
   */
  async customer(names = ["primary"], unverified = []) {
    const id = randomUUID();
    const customer = { id, name: `Customer ${id.slice(0, 8)}`, path: `/organisations/${id}` };
    const hash = await this.value("select password from person where email = 'primary@acme.example'");
    const now = seconds();
    const rows = [this.env.DB.prepare(
      "insert into organisation (id, name, customer_domains, created_at) values (?1, ?2, '[]', ?3)",
    ).bind(id, customer.name, now)];
    for (const name of [...names, ...unverified]) {
      const verified = names.includes(name);
      const who = { id: randomUUID(), person: randomUUID(), email: `${name}@${id.slice(0, 8)}.example` };
      customer[name] = who;
      rows.push(
        this.env.DB.prepare("insert into person (id, email, display_name, password, created_at) values (?1, ?2, ?3, ?4, ?5)")
          .bind(who.person, who.email, name, verified ? hash : null, now),
        this.env.DB.prepare("insert into contact (id, org_id, person_id, name, verified_at, created_at) values (?1, ?2, ?3, ?4, ?5, ?6)")
          .bind(who.id, id, who.person, name, verified ? now : null, now),
      );
      if (verified && ROLES.includes(name)) {
        rows.push(this.env.DB.prepare("insert into role (org_id, role, contact_id) values (?1, ?2, ?3)").bind(id, name, who.id));
      }
    }
    await this.env.DB.batch(rows);
    return customer;
  }

  async mails(to) {
    const { items } = (await this.visitor().get("/dev/mail?format=json")).json;
    return items.filter((it) => it.to === to);
  }

  /** The newest mail to this address that has a link to this page, as soon as it is there; not the one with `old`. */
  mailWithLink(to, page, old) {
    const link = `${this.env.PORTAL_ORIGIN}/${page}#`;
    return eventually(`a link to /${page} for ${to}`, async () => {
      // The whole mailbox is read only when there is something for them.
      const count = await this.value("select count(*) from mailbox where recipient = ?1", to);
      for (const mail of count > 0 ? await this.mails(to) : []) {
        const token = mail.text.split("\n").find((line) => line.startsWith(link))?.slice(link.length);
        if (token !== undefined && token !== old) return { ...mail, token };
      }
    });
  }

  async token(to, page, old) {
    return (await this.mailWithLink(to, page, old)).token;
  }
}

/** Looks until it sees something. There is no event to wait for behind a queue. */
export async function eventually(what, look, within = 20) {
  for (const until = Date.now() + within * 1000; ; await new Promise((wake) => setTimeout(wake, 50))) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > until) assert.fail(`not within ${within} s: ${what}`);
  }
}

export function seconds() {
  return Math.floor(Date.now() / 1000);
}

/** What KV and D1 know a token by. */
export function hashOf(token) {
  return createHash("sha256").update(token).digest("hex");
}

/** The claims of a signed cookie. */
export function claims(cookie) {
  return JSON.parse(Buffer.from(cookie.split(".")[1], "base64url").toString());
}

/** wrangler.toml with another entry and an impatient queue. */
function faultyConfig(vars) {
  const config = unstable_readConfig({ config: join(root, "wrangler.toml") });
  const consumers = config.queues.consumers.map((it) => ({ ...it, max_batch_timeout: 0 }));
  return {
    name: config.name,
    main: fileURLToPath(new URL("faulty.mjs", import.meta.url)),
    alias: { "the-bundle": config.main },
    compatibility_date: config.compatibility_date,
    assets: { ...config.assets, directory: join(root, "public") },
    d1_databases: config.d1_databases.map((it) => ({ ...it, migrations_dir: join(root, "migrations") })),
    kv_namespaces: config.kv_namespaces,
    r2_buckets: config.r2_buckets,
    queues: { producers: config.queues.producers, consumers },
    triggers: config.triggers,
    vars: { ...config.vars, ...vars },
  };
}

function parsed(message) {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

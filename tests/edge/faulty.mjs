// The entry of a harness that makes trouble: the bundle as it is, on bindings that are slow, fail or forget.
// `PUT /api/v1/faults` says how, as JSON; what is not named works again:
//
//   d1     "slow"  5 to 120 ms before and after each call
//          "down", "busy", "full"  no call arrives, told in the three shapes that errors of D1 have
//          "lost"  calls that write arrive and their answers do not
//   copy   "behind"  what is asked of a copy is answered as it was the first time, unless a bookmark demands more
//   distance  so many milliseconds to the database and back, for each call
//   r2     "down"  nothing can be put or fetched
//   kv     "down"  no call arrives
//          "stale"  reads answer what was there before the newest write of the last minute
//          "blind"  what was written within the last minute is not there
//          "mute"  nothing can be read
//          "full"  nothing can be written
//   queue  "deaf"  nothing can be sent
//          "sick"  the consumer of `mail` is out of order and sends every message back
//   cut    { at, how }: one call goes wrong, the one after `at` others; of whatever binding it is
//          "before"  it does not arrive
//          "after"   it is done, and its answer is lost
//          "kill"    it is done, and whoever called never goes on
//   chance of each call to go wrong, from 0 to 1: before or after, drawn
//   seed   of what is drawn, which is the same at each run without
//
// The answer tells how many calls there were since the last time, how many rows D1 has read, which sessions of D1 were
// opened, and what the bundle's instance holds.

import { memory } from "./instance.mjs";
import Portal from "the-bundle"; // build/index.js; portal.mjs says where that is

const REFUSALS = {
  down: () => new Error("Network connection lost."),
  busy: () => caused("D1 DB is overloaded. Requests queued for too long."),
  full: () => new Error("D1_ERROR: D1 DB is overloaded. Too many requests queued."),
};

let faults = {};
const nothing = () => ({ rows_read: 0, trips: 0, kv_reads: 0, sessions: [] });
let asked = nothing();
let calls = 0;
const treated = new WeakSet();
const reads = new WeakMap();
let tokens;

export default class extends Portal {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT" && pathname === "/api/v1/faults") {
      faults = await request.json();
      if (faults.seed) seed = faults.seed;
      const since = { ...asked, calls, ...memory() };
      [asked, calls] = [nothing(), 0];
      return Response.json({ ...faults, ...since });
    }
    treat(this.env);
    return super.fetch(request);
  }

  async scheduled(event) {
    treat(this.env);
    return super.scheduled(event);
  }

  async queue(batch) {
    treat(this.env);
    if (faults.queue === "sick" && batch.queue === "mail") return batch.retryAll();
    return super.queue(batch);
  }
}

/** Replaces methods of the bindings themselves: the bundle knows a binding by its constructor's name. */
function treat(env) {
  if (treated.has(env.DB)) return;
  treated.add(env.DB);
  troubled(env.DB);
  replace(env.DB, "withSession", (open) => (how) => {
    asked.sessions.push(how);
    const session = open(how);
    troubled(session);
    if (how !== "first-primary") replace(session, "batch", (batch) => (statements) => copied(session, how, statements, batch));
    return session;
  });
  tokens = env.TOKENS;
  for (const kv of [env.SESSIONS, env.TOKENS]) {
    reads.set(kv, kv.get.bind(kv));
    for (const method of ["get", "put"]) {
      replace(kv, method, (call) => async (...args) => {
        if (method === "get") asked.kv_reads += 1;
        if (faults.kv === "down" || faults.kv === (method === "get" ? "mute" : "full")) {
          throw new Error("KV request failed: 503 Service Unavailable");
        }
        return counted(() => lagging(kv, method, call, args));
      });
    }
  }
  for (const method of ["get", "put"]) {
    replace(env.DOCUMENTS, method, (call) => async (...args) => {
      if (faults.r2 === "down") throw new Error("R2: We encountered an internal error. Please try again.");
      return counted(() => call(...args));
    });
  }
  replace(env.MAIL, "sendBatch", (send) => async (...args) => {
    if (faults.queue === "deaf") throw new Error("Queue sendBatch failed: Too Many Requests");
    return counted(() => send(...args));
  });
}

/** D1 itself, or a session of it. */
function troubled(database) {
  const writes = /^\s*(insert|update|delete)/i;
  replace(database, "prepare", (prepare) => (sql) => {
    const statement = prepare(sql);
    const noted = (args) => ({ writes: writes.test(sql), said: JSON.stringify([sql, args]) });
    replace(statement, "bind", (bind) => (...args) => Object.assign(bind(...args), noted(args)));
    return statement;
  });
  replace(database, "batch", (batch) => async (statements) => {
    if (faults.d1 in REFUSALS) throw REFUSALS[faults.d1]();
    if (faults.d1 === "slow") await pause();
    if (faults.distance) await new Promise((wake) => setTimeout(wake, faults.distance));
    asked.trips += 1;
    const answer = await counted(() => batch(statements));
    asked.rows_read += answer.reduce((sum, it) => sum + (it.meta?.rows_read ?? 0), 0);
    if (faults.d1 === "slow") await pause();
    if (faults.d1 === "lost" && statements.some((it) => it.writes)) throw REFUSALS.down();
    return answer;
  });
}

/** What a copy has answered, and how far it had come by then. */
const shown = new Map();

async function copied(session, since, statements, batch) {
  if (faults.copy !== "behind") return batch(statements);
  const question = statements.map((it) => it.said).join();
  const kept = (shown.get(question) ?? []).find(({ at }) => since === "first-unconstrained" || at >= since);
  if (kept) return kept.answer;
  const answer = await batch(statements);
  shown.set(question, [...(shown.get(question) ?? []), { at: session.getBookmark(), answer }]);
  return answer;
}

/** What each key held before its newest write, and when that was. */
const before = new Map();

/** KV is eventually consistent, and remembers for a minute that something was not there. */
async function lagging(kv, method, call, [key, ...rest]) {
  const name = `${kv === tokens ? "tokens" : "sessions"} ${key}`;
  if (method === "put") {
    if (faults.kv === "stale" || faults.kv === "blind") before.set(name, { held: await reads.get(kv)(key), at: Date.now() });
    return call(key, ...rest);
  }
  const earlier = before.get(name);
  if (earlier && Date.now() - earlier.at < 60_000) {
    if (faults.kv === "blind") return null;
    if (faults.kv === "stale") return earlier.held;
  }
  return call(key, ...rest);
}

/** One call of a binding. Of `cut` only one goes wrong, so that what is asked again meets no trouble. */
async function counted(call) {
  const how = calls === faults.cut?.at ? faults.cut.how : drawn();
  calls += 1;
  if (how === "before") throw REFUSALS.down();
  const answer = await call();
  if (how === "after") throw REFUSALS.down();
  if (how === "kill") await new Promise(() => {});
  return answer;
}

function caused(message) {
  return new Error(`D1_ERROR: ${message}`, { cause: new Error(message) });
}

function replace(object, method, by) {
  const value = by(object[method].bind(object));
  Object.defineProperty(object, method, { value, configurable: true });
}

function drawn() {
  if (faults.chance === undefined || number() / 2147483647 >= faults.chance) return undefined;
  return number() % 2 === 0 ? "before" : "after";
}

function pause() {
  return new Promise((wake) => setTimeout(wake, 5 + (number() % 116)));
}

let seed = 20261122;

/** The same numbers at each run. */
function number() {
  seed = (seed * 48271) % 2147483647;
  return seed;
}

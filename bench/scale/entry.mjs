// The portal behind bindings that count what is asked of them. `GET /api/v1/counted` answers with the counts since the
// last time. What a cron asks is counted as well.

import Portal from "../../build/index.js";

let counts = none();
const treated = new WeakSet();

function none() {
  return { trips: 0, statements: 0, rows_read: 0, rows_written: 0, kv: 0, messages: 0, longest: 0, most: 0, sql: 0 };
}

export default class extends Portal {
  async fetch(request) {
    if (new URL(request.url).pathname === "/api/v1/counted") {
      const answer = Response.json(counts);
      counts = none();
      return answer;
    }
    count(this.env);
    return super.fetch(request);
  }

  async scheduled(event) {
    count(this.env);
    return super.scheduled(event);
  }
}

function count(env) {
  if (treated.has(env.DB)) return;
  treated.add(env.DB);
  replace(env.DB, "batch", (batch) => async (statements) => {
    const from = Date.now();
    const answer = await batch(statements);
    const rows = answer.reduce((sum, it) => sum + (it.meta?.rows_read ?? 0), 0);
    counts.trips += 1;
    counts.statements += statements.length;
    counts.rows_read += rows;
    counts.rows_written += answer.reduce((sum, it) => sum + (it.meta?.rows_written ?? 0), 0);
    counts.sql += answer.reduce((sum, it) => sum + (it.meta?.duration ?? 0), 0);
    counts.most = Math.max(counts.most, rows);
    counts.longest = Math.max(counts.longest, Date.now() - from);
    return answer;
  });
  for (const kv of [env.SESSIONS, env.TOKENS]) {
    replace(kv, "get", (get) => (...args) => {
      counts.kv += 1;
      return get(...args);
    });
  }
  replace(env.MAIL, "sendBatch", (send) => (...args) => {
    counts.messages += 1;
    return send(...args);
  });
}

function replace(object, method, by) {
  Object.defineProperty(object, method, { value: by(object[method].bind(object)), configurable: true });
}

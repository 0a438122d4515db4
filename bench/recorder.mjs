// The portal behind bindings that write down what is asked of them: which statements with which values in which
// batch, and which keys of KV. `GET /api/v1/recorded` answers with it and starts anew.

import Portal from "../build/index.js";

let recorded = { batches: [], keys: [] };
const treated = new WeakSet();

export default class extends Portal {
  async fetch(request) {
    if (new URL(request.url).pathname === "/api/v1/recorded") {
      const answer = Response.json(recorded);
      recorded = { batches: [], keys: [] };
      return answer;
    }
    listen(this.env);
    return super.fetch(request);
  }
}

function listen(env) {
  if (treated.has(env.DB)) return;
  treated.add(env.DB);
  replace(env.DB, "prepare", (prepare) => (sql) => {
    const statement = prepare(sql);
    Object.assign(statement, { said: { sql, args: [] } });
    replace(statement, "bind", (bind) => (...args) => Object.assign(bind(...args), { said: { sql, args } }));
    return statement;
  });
  replace(env.DB, "batch", (batch) => (statements) => {
    recorded.batches.push(statements.map((it) => it.said));
    return batch(statements);
  });
  replace(env.SESSIONS, "get", (get) => (key, ...more) => {
    recorded.keys.push(key);
    return get(key, ...more);
  });
}

function replace(object, method, by) {
  Object.defineProperty(object, method, { value: by(object[method].bind(object)), configurable: true });
}

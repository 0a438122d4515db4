// The same job in Hono: routes, the cookie's signature, the batch with the gate in it, KV beside it, a template that
// escapes every value, the headers. `templates.mjs` wrote the pages.

import { Hono } from "hono";
import { getCookie } from "hono/cookie";
import { verify } from "hono/jwt";

import pages from "bench:recorded.json";
import templates from "bench:templates.js";
import values from "bench:values.json";

const app = new Hono();

for (const [path, page] of Object.entries(pages)) {
  const render = templates[path];
  app.get(path.split("?")[0].replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, ":org"), async (c) => {
    let claim;
    try {
      claim = await verify(getCookie(c, "__Host-session"), c.env.SESSION_KEY, "HS256");
    } catch {
      return c.redirect("/sign-in");
    }
    const statements = page.batch.map(({ sql, args }) => c.env.DB.prepare(sql).bind(...args));
    const [rows, record] = await Promise.all([c.env.DB.batch(statements), c.env.SESSIONS.get(`session:${claim.sid}`, "json")]);
    const [standing] = rows[0].results;
    const seen = Math.max(standing?.last_seen_at ?? 0, record?.last_seen_at ?? 0);
    if (standing === undefined || Date.now() / 1000 - seen > 3600) return c.redirect("/sign-in");
    for (const [name, value] of Object.entries(page.headers)) c.header(name, value);
    return render === undefined ? c.json(values[path]) : c.html(render(values[path]));
  });
}

export default app;

// A double of Stripe for the edge suite, as far as its published API reference describes Checkout Sessions: it refuses
// what Stripe refuses, remembers idempotency keys as Stripe does, and signs what it tells.
//
// An invoice `LOST…` is made and its first answer lost; `SLOW…` is not answered the first time; `BUSY…` is answered
// with 500 the first time.

import { createHmac, randomBytes } from "node:crypto";
import { createServer } from "node:http";

export const KEY = "sk_test_of_the_edge_tests";
export const SECRET = "whsec_of_the_edge_tests";

const KNOWN = [
  /^mode$/, /^client_reference_id$/, /^customer_email$/, /^success_url$/, /^cancel_url$/, /^metadata\[\w{1,40}\]$/,
  /^line_items\[0\]\[quantity\]$/, /^line_items\[0\]\[price_data\]\[(currency|unit_amount)\]$/,
  /^line_items\[0\]\[price_data\]\[product_data\]\[name\]$/, /^payment_intent_data\[description\]$/,
  /^payment_intent_data\[metadata\]\[\w{1,40}\]$/,
];

export async function stripe() {
  const [calls, sessions, keys, seen] = [[], new Map(), new Map(), new Set()];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    calls.push({ method: request.method, url: request.url, headers: request.headers, text });
    const answer = (status, value) => {
      response.writeHead(status, { "content-type": "application/json", "request-id": `req_${calls.length}` });
      response.end(JSON.stringify(value));
    };
    const refuse = (status, error) => answer(status, { error: { type: "invalid_request_error", ...error } });
    if (request.method !== "POST" || request.url !== "/v1/checkout/sessions") return refuse(404, { message: "Unrecognized request URL" });
    if (request.headers.authorization !== `Bearer ${KEY}`) return refuse(401, { message: "Invalid API Key provided" });
    if (request.headers["content-type"] !== "application/x-www-form-urlencoded") return refuse(400, { message: "Invalid request" });
    if (!/^\d{4}-\d\d-\d\d(\.\w+)?$/.test(request.headers["stripe-version"] ?? "")) return refuse(400, { message: "Invalid Stripe API version" });

    const key = request.headers["idempotency-key"];
    const before = keys.get(key);
    if (before && before.text !== text) {
      return answer(400, { error: { type: "idempotency_error", message: "Keys for idempotent requests can only be used with the same parameters" } });
    }
    const fields = new URLSearchParams(text);
    const field = (name) => fields.get(name);
    const unknown = [...fields.keys()].find((name) => !KNOWN.some((it) => it.test(name)));
    if (unknown) return refuse(400, { code: "parameter_unknown", param: unknown, message: `Received unknown parameter: ${unknown}` });
    const missing = ["mode", "success_url", "line_items[0][price_data][currency]", "line_items[0][price_data][unit_amount]"].find((it) => !field(it));
    if (missing) return refuse(400, { code: "parameter_missing", param: missing, message: `Missing required param: ${missing}.` });
    const [amount, currency] = [Number(field("line_items[0][price_data][unit_amount]")), field("line_items[0][price_data][currency]")];
    if (!Number.isSafeInteger(amount) || amount < 0) return refuse(400, { code: "parameter_invalid_integer", param: "line_items[0][price_data][unit_amount]", message: "Invalid integer" });
    if (!["inr", "usd"].includes(currency)) return refuse(400, { param: "line_items[0][price_data][currency]", message: `Invalid currency: ${currency}` });
    if (amount < 50) return refuse(400, { code: "amount_too_small", message: "The Checkout Session's total amount must convert to at least 50 cents." });
    if (!/^https?:\/\//.test(field("success_url"))) return refuse(400, { code: "url_invalid", param: "success_url", message: "Not a valid URL" });

    const id = before?.id ?? `cs_test_${randomBytes(29).toString("hex")}`; // as long as theirs are
    if (!before) {
      keys.set(key, { id, text });
      const metadata = Object.fromEntries([...fields].flatMap(([name, value]) => {
        const found = name.match(/^metadata\[(\w+)\]$/);
        return found ? [[found[1], value]] : [];
      }));
      sessions.set(id, {
        id, object: "checkout.session", mode: field("mode"), status: "open", payment_status: "unpaid", amount_total: amount, currency,
        client_reference_id: field("client_reference_id"), customer_email: field("customer_email"), metadata, livemode: false,
        payment_intent: null, payment_method_types: ["card"], success_url: field("success_url"), cancel_url: field("cancel_url"),
        url: `https://checkout.stripe.com/c/pay/${id}`,
      });
    }
    const how = (sessions.get(id).metadata.portal_invoice ?? "").slice(0, 4);
    const first = !seen.has(key);
    seen.add(key);
    if (first && how === "LOST") return request.socket.destroy();
    if (first && how === "SLOW") return undefined;
    if (first && how === "BUSY") return answer(500, { error: { type: "api_error", message: "An unknown error occurred" } });
    return answer(200, sessions.get(id));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${server.address().port}`, calls, sessions,
    of: (invoice) => [...sessions.values()].filter((it) => it.metadata.portal_invoice === invoice),
    stop: () => { server.closeAllConnections(); server.close(); },
  };
}

/** What Stripe tells of a session once something has happened to it. */
export function event(kind, session, change = {}) {
  const paid = kind.endsWith("completed") || kind.endsWith("succeeded");
  const object = {
    ...session, url: null, status: paid ? "complete" : "expired", payment_status: paid ? "paid" : "unpaid",
    payment_intent: `pi_${session.id.slice(-24)}`, ...change,
  };
  return {
    id: `evt_${randomBytes(12).toString("hex")}`, object: "event", api_version: "2024-06-20", created: Math.floor(Date.now() / 1000),
    data: { object }, livemode: false, pending_webhooks: 1, request: { id: null, idempotency_key: null }, type: `checkout.session.${kind}`,
  };
}

/** The header of these very bytes. */
export function signature(body, { secrets = [SECRET], at = Math.floor(Date.now() / 1000) } = {}) {
  const v1 = secrets.map((secret) => `v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`);
  return [`t=${at}`, ...v1].join(",");
}

// A real address for every route that is read, and who may open it: what the table of routes has in braces is looked up.

import { readFileSync } from "node:fs";

const paper = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8").trim().split("\n").map((it) => it.split(","));

/** What nobody can look up beforehand: it is made by a deed, or belongs to somebody's mail. */
const MADE = ["{token}", "{report}", "{client}", "{key}", "{mail}"];
/** They answer with something else than a page: a way to another place, a list that is only there in development. */
const OTHERS = ["/", "/dev/mail", "/setup", "/o/{org}/helpdesk", "/sso/authorize", "/sso/userinfo", "/o/{org}/pay"];

/**
 * Of organisation `org`, whose `person` holds all roles. `rows(sql, ...)` asks its database. Answers
 * `{ route, path, who }`, where `who` is "person", a role of the staff or null.
 */
export async function addresses(rows, org, person) {
  const first = async (sql, ...args) => Object.values((await rows(sql, ...args))[0] ?? {})[0];
  const named = {
    contact: await first("select id from contact where org_id = ?1 and id not in (select contact_id from role where org_id = ?1) limit 1", org)
      ?? await first("select contact_id from role where org_id = ?1 and role = 'technical'", org),
    order: await first("select id from sales_order where org_id = ?1 order by ordered_on desc limit 1", org),
    licence: await first("select id from licence where org_id = ?1 and cancelled_on is null limit 1", org),
    subscription: await first("select id from subscription where org_id = ?1 and cancelled_on is null order by valid_till desc limit 1", org),
    payment: await first("select id from payment_record where org_id = ?1 and status = 'submitted' order by at desc limit 1", org),
    notification: await first("select id from notification where org_id = ?1 and product_id is null and roles is null order by published_at desc limit 1", org),
    notice: await first("select id from announcement order by created_at desc limit 1"),
    partner: await first("select id from partner limit 1"),
    product: await first("select id from product limit 1"),
    member: await first("select person_id from staff where role <> 'admin' limit 1"),
    code: "not-found",
    org,
  };
  named.document = await first("select id from payment_document where record_id = ?1", named.payment ?? "");
  const [head, ...desks] = paper("staff_matrix.csv");
  const opens = new Map(desks.map(([desk, ...cells]) => [desk, head[1 + cells.indexOf("1")]]));
  const found = [];
  for (const [method, route, guard] of paper("routes.csv").slice(1)) {
    if (method !== "GET" || OTHERS.includes(route) || MADE.some((it) => route.includes(it)) || route.includes("/documents/")) continue;
    const who = guard === "anyone" ? null : guard.startsWith("staff:") ? opens.get(guard.slice(6)) : "person";
    const path = route.replace(/\{(\w+)\}/g, (_, name) => named[name] ?? `{${name}}`);
    if (!path.includes("{")) found.push({ route, path, who });
  }
  return found;
}

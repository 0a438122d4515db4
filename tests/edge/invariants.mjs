// The invariants (docs/faults.md) after something was disturbed: the questions of tests/fixtures/invariants.sql, the
// chain of the audit log by the verifier that shares no code with the portal, and what R2 has to keep. INV-9 and INV-10
// are about answers: whoever disturbs compares them.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { verify } from "../../scripts/audit-verify.mjs";
import { root } from "./portal.mjs";

const QUESTIONS = readFileSync(join(root, "tests/fixtures/invariants.sql"), "utf8").split("\n-- INV").slice(1)
  .map((it) => ({ name: it.slice(0, it.indexOf("\n")), sql: it.slice(it.indexOf("\n")).trim().replace(/;$/, "") }));

/** What is broken, each with its name; the story began at `since`, in seconds. Of mails only those of `ours` count. */
export async function broken(portal, since, ours = () => true) {
  const asked = QUESTIONS.map(({ sql }) => {
    const statement = portal.env.DB.prepare(sql);
    return sql.includes("?1") ? statement.bind(since) : statement;
  });
  const answers = await portal.env.DB.batch(asked);
  const found = answers.flatMap(({ results }, at) => results.map((it) => `INV${QUESTIONS[at].name}: ${it.broken}`));
  const lines = await portal.sql("select * from audit");
  const heads = await portal.sql("select chain, seq, hash from audit_head");
  found.push(...verify({ lines, heads }).findings.map((it) => `INV-3 the chain holds: ${it}`));
  const kept = await portal.sql("select object from payment_document where uploaded_at >= ?1 union all select object from report where made_at >= ?1", since);
  for (const { object } of kept) {
    if ((await portal.env.DOCUMENTS.head(object)) === null) found.push(`INV-7 what is recorded is kept in R2: ${object}`);
  }
  return found.filter(ours);
}

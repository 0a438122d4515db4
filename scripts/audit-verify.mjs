// Reads a copy of the database and tells which lines of the audit log were edited, deleted or moved (decision 0003):
//   node scripts/audit-verify.mjs copy.sqlite|export.sql [anchor.json ...]
// It shares no code with the portal on purpose.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

const GENESIS = "0".repeat(64);
const CONTENT = ["id", "org_id", "at", "actor_id", "actor_name", "action", "target", "before", "after", "address",
  "request_id"];

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const named = (chain) => (chain === "" ? "the installation" : `organisation ${chain}`);

export function digestOf(line) {
  return sha256(JSON.stringify(CONTENT.map((it) => line[it])));
}

/**
 * `lines` and `heads` as the tables have them, `anchors` as the job wrote them down. Answers
 * `{ findings: [text], lines, chains, unchained }`.
 */
export function verify({ lines, heads, anchors = [] }) {
  const findings = [];
  let unchained = 0;
  const chains = Map.groupBy([...lines].sort((a, b) => a.seq - b.seq), (it) => it.org_id ?? "");
  for (const [chain, rows] of chains) {
    let seq = 0;
    let hash = GENESIS;
    for (const line of rows) {
      const what = `line ${line.seq} of ${named(chain)} (${line.id}, ${line.action})`;
      if (line.seq > seq + 1) {
        findings.push(`${named(chain)}: line${line.seq > seq + 2 ? "s" : ""} ${between(seq + 1, line.seq - 1)} deleted`);
      } else if (line.seq <= seq) {
        findings.push(`${what} has the number of another`);
      }
      const gap = line.seq !== seq + 1;
      seq = line.seq;
      if (line.hash === null && hash === GENESIS) {
        unchained += 1;
        continue;
      }
      if (digestOf(line) !== line.digest) findings.push(`${what} was edited`);
      const expected = sha256(Buffer.from(hash + line.digest, "hex"));
      if (!gap && expected !== line.hash) findings.push(`${what} does not follow the line before it: moved or replaced`);
      hash = line.hash ?? GENESIS;
    }
    const head = heads.find((it) => it.chain === chain);
    if (head === undefined) findings.push(`${named(chain)}: the end of the chain is not known`);
    else if (head.seq > seq) findings.push(`${named(chain)}: the last lines, ${between(seq + 1, head.seq)}, deleted`);
    else if (head.seq !== seq || head.hash !== hash) findings.push(`${named(chain)}: the chain does not end where it should`);
  }
  for (const head of heads.filter((it) => !chains.has(it.chain))) {
    findings.push(`${named(head.chain)}: all ${head.seq} lines deleted`);
  }
  for (const anchor of anchors) {
    const line = chains.get(anchor.chain)?.find((it) => it.seq === anchor.seq);
    if (line === undefined) findings.push(`${named(anchor.chain)}: line ${anchor.seq}, which was anchored, deleted`);
    else if (line.hash !== anchor.hash) findings.push(`${named(anchor.chain)}: line ${anchor.seq} is not what was anchored`);
  }
  return { findings, lines: lines.length, chains: chains.size, unchained };
}

const between = (from, to) => (from === to ? `${from}` : `${from} to ${to}`);

export function readCopy(path) {
  const dump = path.endsWith(".sql");
  const copy = new DatabaseSync(dump ? ":memory:" : path, { readOnly: !dump });
  if (dump) copy.exec(readFileSync(path, "utf8"));
  const lines = copy.prepare("select * from audit").all();
  const heads = copy.prepare("select chain, seq, hash from audit_head").all();
  copy.close();
  return { lines, heads };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [path, ...files] = process.argv.slice(2);
  if (path === undefined) {
    console.error("Say which copy: make audit-verify COPY=copy.sqlite [ANCHORS='anchor.json ...']\n"
      + "A copy: npx wrangler d1 export portal --remote --output copy.sql");
    process.exit(2);
  }
  const anchors = files.flatMap((it) => JSON.parse(readFileSync(it, "utf8")).heads);
  const { findings, lines, chains, unchained } = verify({ ...readCopy(path), anchors });
  for (const finding of findings) console.log(`  ${finding}`);
  const older = unchained > 0 ? `, ${unchained} of them older than the chain and not protected` : "";
  console.log(`${lines} lines in ${chains} chains${older}, ${anchors.length} anchors: `
    + (findings.length === 0 ? "nothing was changed" : `${findings.length} findings`));
  process.exit(findings.length === 0 ? 0 : 1);
}

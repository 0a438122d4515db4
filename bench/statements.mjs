// SQL files, a statement at a time, since D1 takes one at a time.

import { readFileSync, readdirSync } from "node:fs";

const migrations = new URL("../migrations/", import.meta.url);

/** As ours are written: a statement ends with its line, and a trigger with `end;`. */
export function statements(script) {
  const found = [""];
  for (const line of script.replace(/--.*$/gm, "").split("\n")) {
    found.push(`${found.pop()}${line}\n`);
    const ends = /^\s*create trigger/i.test(found.at(-1)) ? /^end;\s*$/i : /;\s*$/;
    if (ends.test(line)) found.push("");
  }
  return found.map((it) => it.trim().replace(/;$/, "")).filter((it) => it !== "");
}

export async function migrate(db) {
  for (const file of readdirSync(migrations).sort()) {
    for (const it of statements(readFileSync(new URL(file, migrations), "utf8"))) await db.prepare(it).run();
  }
}

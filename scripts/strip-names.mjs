// Takes the names of functions out of a wasm file: a tenth of what is deployed, and read by nobody there.
//
//   node scripts/strip-names.mjs build/index_bg.wasm
//
// `wasm-opt` could, but worker-build always tells it to keep them.

import { readFileSync, writeFileSync } from "node:fs";

const [file] = process.argv.slice(2);
const bytes = readFileSync(file);
const kept = [bytes.subarray(0, 8)];
for (let at = 8; at < bytes.length;) {
  const [size, content] = number(at + 1);
  const end = content + size;
  if (bytes[at] !== 0 || nameAt(content) !== "name") kept.push(bytes.subarray(at, end));
  at = end;
}
writeFileSync(file, Buffer.concat(kept));

function nameAt(at) {
  const [length, from] = number(at);
  return bytes.toString("utf8", from, from + length);
}

/** An unsigned LEB128, and where the next byte stands. */
function number(at) {
  for (let value = 0, shift = 0; ; shift += 7, at += 1) {
    value |= (bytes[at] & 0x7f) << shift;
    if (bytes[at] < 0x80) return [value >>> 0, at + 1];
  }
}

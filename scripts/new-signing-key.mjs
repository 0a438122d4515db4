// Prints a new key of the single sign-on: a private RSA key as JWK, which SIGNING_KEYS holds in a JSON array, newest
// first. `--public` prints the public half of the key that it reads from standard input: enough for a key that has
// gone out of use and whose statements are still about.

import { createHash, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";

if (process.argv[2] === "--public") {
  const { kty, n, e, kid } = JSON.parse(readFileSync(0, "utf8"));
  console.log(JSON.stringify({ kty, kid, n, e }));
} else {
  const { kty, n, e, ...secret } = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  // RFC 7638
  const kid = createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
  console.log(JSON.stringify({ kty, kid, n, e, ...secret }));
}

// What stands at the other end of mail in the edge suite: a relay with TLS and AUTH (relay.py), and a provider over
// HTTP that can fail. Both do what the recipient's name says.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url)); // portal.mjs would load wrangler too soon
const versions = readFileSync(join(root, "scripts/versions.sh"), "utf8");
const AIOSMTPD = versions.match(/^AIOSMTPD_VERSION=(\S+)/m)[1];
const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const python = join(cache, "customer-portal", `aiosmtpd-${AIOSMTPD}`, "bin/python");

export const SMTP_SECRETS = { SMTP_USER: "portal", SMTP_PASSWORD: "of the relay €" };

/** Why there is no relay on this machine, if there is none. */
export const noRelay = existsSync(python) ? false : `${python} is not there: scripts/provision.sh edge gets it`;

/**
 * A certificate for `localhost` by an authority that this process made up. workerd trusts what NODE_EXTRA_CA_CERTS
 * names, which miniflare reads when it is loaded; so this runs before wrangler is imported.
 */
export function authority() {
  const at = mkdtempSync(join(tmpdir(), "portal-mail-"));
  process.on("exit", () => rmSync(at, { recursive: true, force: true }));
  const openssl = (...args) => execFileSync("openssl", args, { cwd: at, stdio: ["ignore", "ignore", "ignore"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  for (const name of ["trusted", "stranger"]) {
    const own = ["-keyout", `${name}.key`, "-out", `${name}.pem`, "-days", "2", "-subj", `/CN=${name}`];
    openssl("req", "-x509", ...key, ...own, "-addext", "basicConstraints=critical,CA:TRUE");
  }
  writeFileSync(join(at, "for"), "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n");
  for (const [name, by] of [["server", "trusted"], ["forged", "stranger"]]) {
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", "/CN=localhost");
    const signed = ["-CA", `${by}.pem`, "-CAkey", `${by}.key`, "-CAcreateserial", "-days", "2", "-extfile", "for"];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-out", `${name}.pem`);
  }
  process.env.NODE_EXTRA_CA_CERTS = join(at, "trusted.pem");
  return at;
}

/** Mails that arrive are in `mails`, oldest first. */
export async function relay(at, { certificate = "server", mechanisms = ["PLAIN", "LOGIN"] } = {}) {
  const args = [join(root, "tests/edge/relay.py"), join(at, `${certificate}.pem`), join(at, `${certificate}.key`), ...mechanisms];
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "ignore"] });
  const mails = [];
  const ports = await new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`the relay ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const value = JSON.parse(line);
      if ("implicit" in value) resolve(value);
      else mails.push(value);
    });
  });
  return { mails, ports, stop: () => child.stdin.end() };
}

/** What Python and a strict look at the bytes have to complain of in a message. */
export function complaints(message) {
  return JSON.parse(execFileSync(python, [join(root, "tests/edge/relay.py"), "--lint"], { input: message }).toString());
}

/**
 * Speaks like Resend and remembers idempotency keys as it does. A recipient `http-422.x@…` is answered with 422 the
 * first time and with 200 from then on; `lost.x@…` is taken, and the answer lost, the first time; `slow.x@…` never
 * answers the first time.
 */
export async function provider() {
  const [calls, sent, seen] = [[], new Map(), new Set()];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const [key, body] = [request.headers["idempotency-key"], JSON.parse(text)];
    calls.push({ url: request.url, method: request.method, headers: request.headers, body });
    const answer = (status, value) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (request.headers.authorization !== "Bearer re_of_the_edge_tests") return answer(403, { name: "invalid_api_key", message: "API key is invalid" });
    const how = body.to[0].split(/[.@]/)[0];
    const first = !seen.has(key);
    seen.add(key);
    if (how === "slow" && first) return undefined;
    if (how.startsWith("http-") && first) return answer(Number(how.slice(5)), { name: "of_the_test", message: "as it was asked to" });
    const before = sent.get(key);
    if (before && before.text !== text) return answer(409, { name: "invalid_idempotent_request", message: "another body" });
    if (!before) sent.set(key, { id: key, text, body });
    if (how === "lost" && first) return request.socket.destroy();
    return answer(200, { id: key });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const delivered = (to) => [...sent.values()].filter((it) => it.body.to[0] === to);
  return { url: `http://localhost:${server.address().port}`, calls, delivered, stop: () => { server.closeAllConnections(); server.close(); } };
}

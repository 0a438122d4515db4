// Where the time of a page goes: `node bench/profile.mjs [path] [requests]` samples the portal in workerd and lists the
// functions by their own time. `NAMES=1 scripts/build-wasm.sh` builds a bundle that knows what they are called.

import { measured } from "./run.mjs";

const [want = "/orders", times = "3000"] = process.argv.slice(2);

await measured(async ({ mf, url, pages, ask }) => {
  const path = Object.keys(pages).find((it) => it.endsWith(want)) ?? Object.keys(pages)[0];
  const inspector = await mf.getInspectorURL();
  const [target] = await (await fetch(new URL("/json", `http://${inspector.host}`))).json();
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((open) => { socket.onopen = open; });
  let id = 0;
  const call = (method, params = {}) => new Promise((resolve) => {
    const mine = (id += 1);
    const hear = ({ data }) => {
      const answer = JSON.parse(data);
      if (answer.id !== mine) return;
      socket.removeEventListener("message", hear);
      resolve(answer.result);
    };
    socket.addEventListener("message", hear);
    socket.send(JSON.stringify({ id: mine, method, params }));
  });
  await call("Profiler.enable");
  await call("Profiler.setSamplingInterval", { interval: 100 });
  await ask(url, path, pages[path], 300);
  await call("Profiler.start");
  await ask(url, path, pages[path], Number(times));
  const { profile } = await call("Profiler.stop");
  socket.close();
  report(path, profile, Number(times));
});

function report(path, profile, times) {
  const nodes = new Map(profile.nodes.map((it) => [it.id, it]));
  const own = new Map();
  profile.samples.forEach((sample, at) => {
    const { functionName, url } = nodes.get(sample).callFrame;
    const name = `${functionName || "(nameless)"} ${url.split("/").at(-1)}`;
    own.set(name, (own.get(name) ?? 0) + profile.timeDeltas[at]);
  });
  const all = [...own].sort((a, b) => b[1] - a[1]);
  const busy = all.filter(([name]) => !/^\((idle|program)\)/.test(name)).reduce((sum, it) => sum + it[1], 0);
  console.log(`${path}: ${(busy / times).toFixed(0)} µs a request in this isolate's JavaScript and wasm`);
  for (const [name, time] of all.slice(0, 60)) console.log(`${(time / times).toFixed(1).padStart(8)} µs  ${name}`);
}

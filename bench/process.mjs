// The workerd that a benchmark has started: which process it is, and what it has used.

import { readFileSync, readdirSync } from "node:fs";

const numbers = (folder) => readdirSync(folder).filter((it) => /^\d+$/.test(it)).map(Number);

/** The youngest process of that name below this one. */
export function workerd() {
  const found = numbers("/proc").filter((pid) => {
    try {
      const [parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(1);
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("workerd");
    } catch {
      return false; // it has just ended
    }
  });
  if (found.length === 0) throw new Error("there is no workerd below this process");
  return Math.max(...found);
}

/** User and system time in milliseconds, of all threads, in the resolution of the scheduler. */
export function cpu(pid) {
  return numbers(`/proc/${pid}/task`).reduce((total, thread) => {
    return total + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  }, 0);
}

/** Megabytes that it holds. */
export function memory(pid) {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024);
}

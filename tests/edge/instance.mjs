// What the bundle's instance of wasm holds. Imported before the bundle, which makes its instance while it is loaded.

let exports;

const Instance = WebAssembly.Instance;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    exports = this.exports;
  }
};

/** Bytes of linear memory, which never shrinks, and how many objects of JavaScript are held by it, by their kind. */
export function memory() {
  const table = exports.__wbindgen_externrefs;
  const held = {};
  for (let at = 0; at < table.length; at += 1) {
    const it = table.get(at);
    if (it === undefined || it === null) continue;
    const kind = typeof it === "object" ? (it.constructor?.name ?? "object") : typeof it;
    held[kind] = (held[kind] ?? 0) + 1;
  }
  return { memory: exports.memory.buffer.byteLength, references: Object.values(held).reduce((sum, it) => sum + it, 0), held };
}

// What the bundle's instance of wasm holds. Imported before the bundle, which makes its instance while it is loaded.
// Both only ever grow: whatever is kept from one request to the next shows here, and nothing else does.

let exports;

const Instance = WebAssembly.Instance;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    exports = this.exports;
  }
};

/** Bytes of linear memory, and how many objects of JavaScript its table of references has room for. */
export function memory() {
  return { memory: exports.memory.buffer.byteLength, references: exports.__wbindgen_externrefs.length };
}

// Writes the page that a good hand would write with Hono: its router, its JWT check, its `html` templates. What the
// portal answered is the model: every text and every attribute's value becomes a value that the template escapes, so
// both render the same document from data. Loops are unrolled, which favours Hono.

/** The source of a module `{ path: (values) => html`...` }` and the values by path. */
export function templates(pages) {
  const values = {};
  const functions = Object.entries(pages).map(([path, page]) => {
    if (!page.headers["content-type"].startsWith("text/html")) {
      values[path] = JSON.parse(page.body);
      return `${JSON.stringify(path)}: undefined`;
    }
    const found = [];
    const hole = (text) => { found.push(plain(text)); return `\${v[${found.length - 1}]}`; };
    const parts = page.body.split(/(<[^>]*>)/).map((part) => {
      if (!part.startsWith("<")) return part.trim() === "" ? quoted(part) : hole(part);
      if (/^<(path|svg|!|\/)/.test(part)) return quoted(part); // drawings are constants of any program
      return part.split(/("[^"]*")/).map((it) => it.startsWith('"') ? `"${hole(it.slice(1, -1))}"` : quoted(it)).join("");
    });
    values[path] = found;
    return `${JSON.stringify(path)}: (v) => html\`${parts.join("")}\``;
  });
  return { source: `import { html } from "hono/html";\nexport default {\n${functions.join(",\n")}\n};\n`, values };
}

function quoted(text) {
  return text.replace(/[\\`]|\$\{/g, "\\$&");
}

function plain(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

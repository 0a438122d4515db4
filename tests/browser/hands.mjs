// The ways a person works a page. A story is told once and walked with each of them.

import assert from "node:assert/strict";

/** Whoever waits for what a press leads to says so at the call; Playwright itself waits for the element. */
export const mouse = {
  press: (target) => target.click(),
  type: (target, text) => target.fill(text),
  choose: (target, label) => target.selectOption({ label }),
};

export const touch = { ...mouse, press: (target) => target.tap() };

/** Never points at anything: what Tab does not reach, this does not use. */
export const keyboard = {
  async press(target) {
    await reach(target);
    await target.page().keyboard.press("Enter");
  },
  async type(target, text) {
    await reach(target);
    await target.page().keyboard.press("ControlOrMeta+A");
    await target.page().keyboard.type(text);
  },
  async choose(target, label) {
    await reach(target);
    // As a list does everywhere: the first letters lead to the entry.
    await target.page().keyboard.type(label);
    assert.equal(await target.evaluate((it) => it.selectedOptions[0].label), label);
  },
};

const MOST_TABS = 60;

/** Tabs on until the target has the focus; every stop on the way must show itself. */
export async function reach(target) {
  await target.waitFor();
  const page = target.page();
  const stops = [];
  for (let tabs = 0; tabs <= MOST_TABS; tabs += 1) {
    if (await target.evaluate((it) => it === document.activeElement)) return;
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(focused);
    stops.push(stop.name);
    assert.equal(stop.flaw, null, `${stop.name} on ${page.url()}`);
  }
  assert.fail(`${target} is not reached by Tab; the stops were ${stops.join(", ")}`);
}

/** In the page: who has the focus, and what keeps a person from seeing so (WCAG 2.4.7, 2.4.11). */
function focused() {
  const it = document.activeElement;
  if (!it || it === document.body) return { name: "the browser itself", flaw: null };
  const name = `${it.tagName.toLowerCase()} "${(it.getAttribute("aria-label") ?? it.textContent ?? it.id).trim().slice(0, 40)}"`;
  const shown = it.matches('input[type="radio"]') ? it.closest("label") : it;
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) return { name, flaw: `no ring: ${outlineStyle} ${outlineWidth}` };
  const box = shown.getClientRects()[0];
  if (!box || box.width < 1 || box.height < 1) return { name, flaw: "has no size" };
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const top = document.elementFromPoint(x, y);
  if (!top) return { name, flaw: `out of sight at ${x}, ${y}` };
  return { name, flaw: shown.contains(top) || top.contains(shown) ? null : `hidden by ${top.tagName} ${top.className}` };
}

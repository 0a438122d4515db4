// Comfort on top of pages that work alone. Nothing here is needed to do anything.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const make = (tag, attributes, text = "") => Object.assign(document.createElement(tag), attributes, { textContent: text });

  // Private windows may refuse storage; then a choice lasts for the page.
  const kept = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* lasts for the page */ } };

  const paint = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme; else delete root.dataset.theme;
  };
  root.dataset.js = "";
  paint(kept("theme"));
  const chosenTheme = one(`input[name="theme"][value="${root.dataset.theme ?? "system"}"]`);
  if (chosenTheme) chosenTheme.checked = true;

  const help = one("#help");
  const switchOfKeys = one("[data-shortcuts]");
  if (switchOfKeys) switchOfKeys.checked = kept("shortcuts") !== "off";

  const live = make("div", { className: "vh", role: "status" });
  document.body.append(live);
  const say = (text) => { live.textContent = text; };

  document.addEventListener("change", (event) => {
    const { target } = event;
    if (target.name === "theme") { paint(target.value); keep("theme", target.value); }
    if (target === switchOfKeys) keep("shortcuts", target.checked ? "on" : "off");
  });

  // Keyboard
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = all("details.menu[open]");
      open.forEach((menu) => { menu.open = false; });
      open.at(-1)?.querySelector("summary")?.focus();
      return;
    }
    const search = one("[data-search], input[type=search]");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && search) {
      event.preventDefault();
      search.focus();
      return;
    }
    const typing = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !(switchOfKeys?.checked ?? true)) return;
    if (event.key === "/" && search && !one("dialog[open]")) { event.preventDefault(); search.focus(); }
    if (event.key === "?" && help && !one("dialog[open]")) { event.preventDefault(); help.showModal(); }
  });

  // Arrow keys walk through an open menu.
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!menu || !step) return;
    event.preventDefault();
    const entries = all(".menu-panel a, .menu-panel button", menu);
    const at = entries.indexOf(document.activeElement);
    entries.at(at < 0 && step < 0 ? -1 : (at + step) % entries.length)?.focus();
  });

  document.addEventListener("click", (event) => {
    const { target } = event;
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });

    const opener = target.closest("[data-help]");
    if (opener && help) { event.preventDefault(); help.showModal(); }

    if (target.closest("[data-print]")) print();

    target.closest("[data-close]")?.closest(".toast")?.remove();

    const copy = target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard?.writeText(copy.dataset.copy).then(
        () => { say("Copied"); copy.classList.add("copied"); setTimeout(() => copy.classList.remove("copied"), 1600); },
        () => say("Copying is not allowed here; please select the code"),
      );
    }

    const asks = target.closest("a[data-confirm]");
    const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (asks && plain) { event.preventDefault(); ask(asks); }

    if (target.matches("dialog")) target.close();
  });

  // The question's own page, shown over the page it was asked from. Any surprise leads to that page instead.
  async function ask(link) {
    const leave = () => { location.href = link.href; };
    try {
      const answer = await fetch(link.href, { credentials: "same-origin", headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const question = one("main [data-question]", page);
      if (!answer.ok || answer.redirected || !question) return leave();
      const dialog = make("dialog", { className: "asking" });
      const title = one("h1", question);
      if (title) { title.id = "asking-title"; dialog.setAttribute("aria-labelledby", title.id); }
      dialog.append(document.adoptNode(question));
      dialog.addEventListener("click", (event) => {
        const stay = event.target.closest(".form-actions a");
        if (stay) { event.preventDefault(); dialog.close(); }
      });
      dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
      document.body.append(dialog);
      dialog.showModal();
      one(".form-actions a", dialog)?.focus();
    } catch { leave(); }
  }

  // What is read is marked where it stands: by its button, and a page that shows one marks it once it is really looked
  // at. Any surprise leads to the form's own way.
  const markRead = async (form) => {
    const answer = await fetch(form.action, { method: "POST", credentials: "same-origin", redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error("not marked");
    const entry = form.closest("li");
    const moves = form.contains(document.activeElement);
    form.remove();
    entry?.classList.remove("unread");
    if (entry) one(".feed-mark", entry)?.remove();
    if (moves) (entry ? one("a", entry) : one("#main"))?.focus();
    all(".nav-link .count").forEach((badge) => {
      const number = badge.firstChild;
      const left = Number(number.nodeValue) - 1;
      if (left === 0) badge.remove(); else if (left > 0) number.nodeValue = left;
    });
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-read]")) return;
    event.preventDefault();
    markRead(form).then(() => say("Marked as read"), () => form.submit());
  });
  const onSight = one("[data-read-on-sight] form");
  const see = () => {
    if (document.hidden || !onSight.isConnected) return;
    document.removeEventListener("visibilitychange", see);
    markRead(onSight).catch(() => { /* its button is still there */ });
  };
  if (onSight) { document.addEventListener("visibilitychange", see); see(); }

  // One press, one deed.
  const pressed = new Map();
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    if (!button) return;
    // After the browser has collected the form, so that the button's own name and value still travel.
    setTimeout(() => {
      pressed.set(button, [...button.childNodes]);
      button.replaceChildren("Working…");
      button.disabled = true;
      say("Working…");
    });
  });
  addEventListener("pageshow", () => {
    pressed.forEach((words, button) => { button.replaceChildren(...words); button.disabled = false; });
    pressed.clear();
    all("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  // What the last deed said: spoken once, and gone from the address so that a reload does not say it again.
  const here = new URL(location.href);
  if (here.searchParams.has("done")) {
    here.searchParams.delete("done");
    history.replaceState(history.state, "", here);
  }
  const toast = one(".toast p");
  if (toast) setTimeout(() => say(toast.textContent), 400);
  one("[data-focus]")?.focus();

  // What was under way is looked at again, a few times and ever more seldom; nothing else on the page changes.
  const lookAgain = async (wait) => {
    if (!one("[data-pending]") || wait > 30_000) return;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { credentials: "same-origin", headers: { accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        all("[data-pending]").forEach((place) => {
          const now = page.getElementById(place.id);
          if (!now || now.hasAttribute("data-pending")) return;
          place.replaceWith(document.adoptNode(now));
          say(now.textContent);
        });
      } catch { /* what the page says stays true enough */ }
    }
    setTimeout(lookAgain, wait, wait * 1.5);
  };
  if (one("[data-pending]")) setTimeout(lookAgain, 1500, 2000);

  // The last step to another site, pressed for the person; who comes back with Back stays here.
  const [arrived] = performance.getEntriesByType("navigation");
  if (arrived?.type === "navigate") one("form[data-goes-on]")?.requestSubmit();

  // Fields
  all(".secret input").forEach((input) => {
    const button = make("button", { type: "button" }, "Show");
    button.setAttribute("aria-controls", input.id);
    button.setAttribute("aria-label", "Show password");
    button.addEventListener("click", () => {
      const hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      button.textContent = hidden ? "Hide" : "Show";
      button.setAttribute("aria-label", hidden ? "Hide password" : "Show password");
    });
    // A password must not stay readable, or be remembered as ordinary text.
    input.form?.addEventListener("submit", () => { input.type = "password"; });
    input.after(button);
  });

  all("[data-count][maxlength]").forEach((field) => {
    const left = make("span", { className: "left" });
    const count = () => { left.textContent = `${field.maxLength - field.value.length} characters left`; };
    field.after(left);
    field.addEventListener("input", count);
    count();
  });

  // The files that were chosen, by name: a phone shows no more than how many there are.
  all("[data-files]").forEach((place) => {
    const list = make("ul", { className: "chosen" });
    list.setAttribute("aria-live", "polite");
    place.append(list);
    const size = (bytes) => bytes < 1_048_576 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
    place.addEventListener("change", () => {
      const files = all("input[type=file]", place).flatMap((input) => [...input.files]);
      list.replaceChildren(...files.map((file, at) => {
        const many = at >= Number(place.dataset.files);
        const large = file.size > 5_242_880;
        const line = make("li", { className: many || large ? "too-much" : "" });
        line.append(make("span", {}, file.name), make("span", {}, many ? "one too many" : large ? `${size(file.size)}, too large` : size(file.size)));
        return line;
      }));
    });
  });

  // What the tax is, the page itself knows: it is asked again, and only what has changed is taken over. The files that
  // were chosen stay chosen, which they would not on a new page.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-work-out]");
    if (!button) return;
    event.preventDefault();
    const { form, formAction, dataset: { workOut } } = button;
    const typed = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "idempotency_key");
    const address = `${formAction}?${new URLSearchParams(typed)}`;
    try {
      const answer = await fetch(address, { credentials: "same-origin", headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = one(workOut, page);
      if (!answer.ok || answer.redirected || !now) throw new Error("another page");
      ["currency", "amount", "tax_deducted"].forEach((name) => {
        const theirs = one(`[name="${name}"]`, page);
        if (theirs) form.elements.namedItem(name).value = theirs.value;
      });
      one(workOut).replaceWith(document.adoptNode(now));
      one("[data-work-out]", now).focus();
      say(one(".worked-out, .error", now)?.textContent ?? "");
    } catch { location.href = address; }
  });

  // The form behind a link from a mail: the token leaves the address bar and waits, out of sight, for the press. It is
  // in the field already where the form comes back with an error of something else.
  const takeToken = () => {
    const form = one("form[data-link-token]");
    const field = form?.elements.namedItem("token");
    if (!field) return;
    const token = location.hash.slice(1);
    if (token && !one(`#${CSS.escape(token)}`)) {
      field.value = token;
      history.replaceState(history.state, "", location.pathname + location.search);
    }
    one("[data-code-field]", form).hidden = field.value !== "" && !field.matches("[aria-invalid=true]");
  };
  takeToken();
  addEventListener("hashchange", takeToken);
})();

// Comfort on top of pages that work without it: theme without reload, search dialog, filtering switcher, copy buttons, bulk choice.
(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (css, from = document) => from.querySelector(css);
  const $$ = (css, from = document) => [...from.querySelectorAll(css)];
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
  root.classList.add("js");

  // Theme: the server keeps the choice in a cookie; here only the page changes at once.
  const theme = $("[data-theme-form]");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const offer = () => {
    const b = theme && $("button", theme);
    if (!b) return;
    b.value = dark() ? "light" : "dark";
    b.setAttribute("aria-label", `Use the ${b.value} theme`);
  };
  offer();
  theme?.addEventListener("submit", (e) => {
    e.preventDefault();
    const body = new URLSearchParams(new FormData(theme, e.submitter));
    root.dataset.theme = body.get("theme");
    offer();
    fetch(theme.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
  });

  // Only one menu is open; Esc and a click elsewhere close it and give the focus back.
  const shut = (d) => {
    const inside = d.contains(document.activeElement);
    d.open = false;
    if (inside) $("summary", d).focus();
  };
  document.addEventListener("click", (e) => $$("details.pop[open]").forEach((d) => d.contains(e.target) || (d.open = false)));
  document.addEventListener("toggle", (e) => {
    if (e.target.matches?.(".switcher[open]")) $("input", e.target).focus();
  }, true);

  // A list that is walked with the arrow keys while the input keeps the focus. Screen readers say what is chosen: to them it has the focus.
  const choose = (input, box, to) => {
    $$(".active", box).forEach((a) => (a.classList.remove("active"), a.removeAttribute("id")));
    input.removeAttribute("aria-activedescendant");
    if (!to) return;
    to.classList.add("active");
    box.id ||= box.className;
    to.id = `${box.id}-chosen`;
    input.setAttribute("aria-controls", box.id);
    input.setAttribute("aria-activedescendant", to.id);
  };
  const walk = (input, box, items) => (e) => {
    const list = items();
    const at = list.findIndex((a) => a.classList.contains("active"));
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      const to = list[(at + (e.key === "ArrowDown" ? 1 : list.length - 1 + (at < 0))) % list.length];
      choose(input, box, to);
      to?.scrollIntoView({ block: "nearest" });
    } else if (e.key === "Enter" && at >= 0) {
      e.preventDefault();
      list[at].click();
    }
  };
  const later = (f) => {
    let t;
    return (...a) => (clearTimeout(t), (t = setTimeout(() => f(...a), 150)));
  };

  // Switcher: filters what is there at once, then asks the list of customers for the rest.
  const sw = $("[data-switcher]");
  if (sw) {
    const input = $("input", sw);
    const list = $("[data-list]", sw);
    const shown = () => $$("a.switch-item", list).filter((a) => !a.hidden);
    const more = later(async (q) => {
      const got = await fetch(`/tenants?q=${encodeURIComponent(q)}`, { headers: { Accept: "application/json" } }).then((r) => (r.ok ? r.json() : null)).catch(() => null);
      if (!got?.rows || input.value.trim() !== q) return;
      const known = new Set($$("a.switch-item", list).map((a) => a.dataset.id).filter(Boolean));
      for (const row of got.rows.slice(0, 30)) {
        const id = row.id;
        if (!id || known.has(id) || $$("a", list).some((a) => a.getAttribute("href")?.includes(id))) continue;
        const a = document.createElement("a");
        a.className = "switch-item found";
        a.dataset.id = id;
        a.href = `/t/${encodeURIComponent(id)}${sw.dataset.rest || ""}`;
        const m = document.createElement("span");
        if (row.mark != null) m.className = `mark m${Number(row.mark) || 0}`; // no colour rather than another tenant's
        const n = document.createElement("span");
        n.textContent = row.name || id;
        const d = document.createElement("span");
        d.className = "note cut";
        d.textContent = row.domain || "";
        a.append(m, n, d);
        list.append(a);
      }
    });
    input.addEventListener("input", () => {
      const q = input.value.trim().toLowerCase();
      $$(".found", list).forEach((a) => a.remove());
      $$("[data-find]", list).forEach((a) => (a.hidden = !a.dataset.find.toLowerCase().includes(q)));
      $$("[data-group]", list).forEach((p) => (p.hidden = q !== ""));
      choose(input, list);
      if (q) more(input.value.trim());
    });
    input.addEventListener("keydown", walk(input, list, shown));
  }

  // Palette: the same hits as /search, in a dialog.
  const palette = $("#palette");
  if (palette) {
    const input = $("input", palette);
    const box = $("[data-hits]", palette);
    const said = $("[role=status]", palette);
    const ask = later(async (q) => {
      const html = await fetch(`/search?q=${encodeURIComponent(q)}`, { headers: { Accept: "text/html" } }).then((r) => r.text()).catch(() => "");
      if (input.value.trim() !== q) return;
      const found = $("#hits", new DOMParser().parseFromString(html, "text/html"));
      found?.removeAttribute("id");
      box.replaceChildren(...(found ? [found] : []));
      const hits = $$("a.hit", box);
      choose(input, box, hits[0]);
      said.textContent = hits.length ? `${hits.length} shown` : found?.textContent ?? "";
      current = true;
    });
    let current = false; // the hits are of what is typed: else Enter must not open one of them, but search
    input.addEventListener("input", () => {
      choose(input, box);
      current = false;
      input.value.trim() ? ask(input.value.trim()) : box.replaceChildren();
    });
    input.addEventListener("keydown", walk(input, box, () => (current ? $$("a.hit", box) : [])));
    palette.addEventListener("click", (e) => e.target === palette && palette.close());
    document.addEventListener("keydown", (e) => {
      const slash = e.key === "/" && !typing(e.target) && !e.ctrlKey && !e.metaKey && !e.altKey;
      if (!slash && !((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k")) return;
      e.preventDefault();
      if (!palette.open) palette.showModal();
      input.select();
    });
  }
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    if (palette?.open) palette.close(); // a search field would only empty itself
    else $$("details.pop[open]").forEach(shut);
  });

  // Copy.
  document.addEventListener("click", async (e) => {
    const b = e.target.closest?.("[data-copy],[data-copy-from]");
    if (!b) return;
    const text = b.dataset.copy ?? document.getElementById(b.dataset.copyFrom)?.value;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    const label = $("span", b);
    const was = label?.textContent ?? b.getAttribute("aria-label");
    const say = (t) => (label ? (label.textContent = t) : b.setAttribute("aria-label", t));
    b.classList.add("copied");
    say("Copied");
    setTimeout(() => (b.classList.remove("copied"), say(was)), 2000);
  });

  // Bulk choice: count, all, clear, shift-click.
  let last;
  const count = (form) => {
    const boxes = $$("tbody .tick input", form);
    const on = boxes.filter((b) => b.checked).length;
    const n = on + Number(form.dataset.chosen || 0);
    $("[data-count]", form).textContent = `${n.toLocaleString("en-GB")} ${n === 1 ? form.dataset.one : form.dataset.many}`;
    const all = $("[data-all]", form);
    if (all) (all.checked = on > 0 && on === boxes.length), (all.indeterminate = on > 0 && on < boxes.length);
  };
  document.addEventListener("click", (e) => {
    const form = e.target.closest?.("[data-bulk]");
    if (!form) return;
    const boxes = $$("tbody .tick input", form);
    if (e.target.matches("[data-clear]") && form.dataset.chosen === "0") {
      e.preventDefault();
      boxes.forEach((b) => (b.checked = false));
    } else if (e.target.matches("[data-all]")) {
      boxes.forEach((b) => (b.checked = e.target.checked));
    } else if (boxes.includes(e.target)) {
      if (e.shiftKey && boxes.includes(last)) {
        const [a, z] = [boxes.indexOf(last), boxes.indexOf(e.target)].sort((x, y) => x - y);
        boxes.slice(a, z + 1).forEach((b) => (b.checked = e.target.checked));
      }
      last = e.target;
    }
    count(form);
  });
  $$("[data-bulk]").forEach(count);

  // A filter form sends only what is filled in, so that addresses stay short.
  document.addEventListener("submit", (e) => {
    if (e.target.matches("[data-tidy]")) $$("input,select", e.target).forEach((i) => (i.disabled = i.disabled || (i.type !== "submit" && i.value === "")));
  });
  addEventListener("pageshow", () => $$("[data-tidy] :disabled").forEach((i) => (i.disabled = false)));

  // Progress: the page reloads itself while nobody types or has a menu open. Without JavaScript a meta element does it.
  const every = Number(document.body.dataset.refresh);
  if (every) setInterval(() => document.hidden || typing(document.activeElement) || $("details.pop[open],dialog[open]") || location.reload(), every * 1000);

  // Undo counts down and goes.
  $$("[data-toast]").forEach((t) => {
    let left = Number(t.dataset.toast);
    const tick = left && setInterval(() => {
      const s = $("[data-left]", t);
      if (--left <= 0) return clearInterval(tick), t.remove();
      if (s) s.textContent = `, ${left} s`;
    }, 1000);
  });
})();

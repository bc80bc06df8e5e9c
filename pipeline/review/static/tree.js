// The FHIR resources as a folding tree; branches are made when they are opened.
"use strict";
(() => {
  const { data } = page;
  const { make, number } = elements;
  const LONG = 400;
  const tree = document.getElementById("tree");
  const own = new Map(data.resources.map((one) => [`${one.resourceType}/${one.id}`, one]));
  const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;
  const code = (c) => c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  const visible = (text) => text.replace(UNSEEN, (c) => (c === "\n" || c === "\t" ? c : `[U+${code(c)}]`));
  // Still the same JSON: what cannot be seen is written as JSON escapes.
  const json = (value) => JSON.stringify(value, null, 2).replace(/[\u2028\u2029\ufeff\u007f-\u009f\p{Cf}]/gu, (c) =>
    [...Array(c.length).keys()].map((at) => `\\u${c.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""));

  function link(reference) {
    const elsewhere = data.elsewhere[reference];
    if (!own.has(reference) && !elsewhere) return null;
    const a = make("a", "", visible(reference));
    a.href = own.has(reference) ? `#${reference}` : `${encodeURIComponent(elsewhere)}.html#${reference}`;
    return a;
  }
  function leaf(key, value) {
    const line = make("div", "leaf");
    line.append(make("span", "key", `${key}: `));
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const to = key === "reference" && typeof value === "string" ? link(value) : null;
    line.append(to || make("bdi", "", visible(text.length > LONG ? `${text.slice(0, LONG)} … (${number(text.length)} characters; all of it is in the JSON)` : text)));
    return line;
  }
  function hint(value) {
    if (Array.isArray(value)) return ` [${value.length}]`;
    const said = value.text || value.display || value.url || value.code || value.reference || value.valueString;
    return typeof said === "string" ? ` ${visible(said.length > 80 ? `${said.slice(0, 80)}…` : said)}` : "";
  }
  function branch(key, value) {
    const box = make("details");
    const head = make("summary");
    head.append(make("span", "key", key), make("bdi", "", hint(value)));
    box.append(head);
    box.addEventListener("toggle", () => { if (box.children.length === 1) box.append(inner(value)); }, { once: false });
    return box;
  }
  function inner(value) {
    const box = make("div", "inner");
    for (const [key, each] of Object.entries(value)) box.append(each && typeof each === "object" ? branch(key, each) : leaf(key, each));
    return box;
  }
  function fill(box, resource) {
    if (box.children.length > 1) return;
    const tools = make("div", "tools");
    const copy = make("button", "", "Copy JSON");
    const raw = make("button", "", "Show JSON");
    raw.setAttribute("aria-pressed", "false");
    const text = make("pre");
    text.tabIndex = 0;
    text.hidden = true;
    raw.addEventListener("click", () => {
      text.hidden = !text.hidden;
      raw.setAttribute("aria-pressed", String(!text.hidden));
      if (!text.textContent) text.textContent = json(resource);
    });
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(json(resource));
        copy.textContent = "Copied";
      } catch {
        if (text.hidden) raw.click();
        getSelection().selectAllChildren(text);
        copy.textContent = "Selected: press Ctrl+C";
      }
      setTimeout(() => { copy.textContent = "Copy JSON"; }, 3000);
    });
    tools.append(copy, raw);
    box.append(tools);
    for (const [of, id, severity, expression, cause] of data.findings) if (of === `${resource.resourceType}/${resource.id}`) {
      const found = make("div", `finding ${severity}`);
      found.append(make("p", "", visible(`${severity} ${id} ${expression}: ${cause}`)));
      box.append(found);
    }
    box.append(text, inner(resource));
  }
  tree.replaceChildren();
  for (const [name, resource] of own) {
    const box = make("details", "resource");
    box.id = name;
    const summary = make("summary");
    summary.append(make("bdi", "", visible(name)));
    if (data.findings.some(([of]) => of === name)) summary.append(" ", make("span", "chip warning", "finding"));
    box.append(summary);
    box.addEventListener("toggle", () => { if (box.open) fill(box, resource); });
    tree.append(box);
  }
  function follow() {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!own.has(name)) return;
    page.select("resources");
    const box = document.getElementById(name);
    box.open = true;
    fill(box, own.get(name));
    box.scrollIntoView();
    box.firstElementChild.focus({ preventScroll: true });
  }
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const a = event.target.closest('a[href^="#"]');
    if (a && decodeURIComponent(a.hash) === decodeURIComponent(location.hash)) follow();
  });
  follow();
})();

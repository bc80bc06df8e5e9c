// The overview: search, filters, order; rows are made as they come into view.
"use strict";
(() => {
  const STEP = 40; // about a screen and a half: what is not seen is made after the search has answered
  const APPROVAL_STATUS = [[1, "approved", "approval-approved"], [2, "accelerated", "approval-accelerated_approval"], [4, "used", "approval-used"]];
  const FLAGS = [[32, "stale"], [64, "in words"], [2, "unread"], [4, "uncoded"], [16, "findings"], [8, "changed"], [1, "brand-scoped"]];
  const find = (id) => document.getElementById(id);
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const make = (name, classes, text) => {
    const element = document.createElement(name);
    if (classes) element.className = classes;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const drugs = window.onlabelDrugs.map((row) => {
    const [file, name, kind, brands, conditions, codes, approvalStatuses, uses, flags, sha, reviewed, date, waiting] = row;
    const named = fold(`${name} ${brands.join(" ")}`);
    return { file, name, kind, brands, conditions, codes, approvalStatuses, uses, flags, sha, reviewed, date, waiting, named, all: `${named} ${file} ${fold(conditions.join(" | "))} ${codes.toLowerCase()}` };
  });
  const ORDER = {
    name: (a, b) => (a.named < b.named ? -1 : a.named > b.named ? 1 : 0),
    uses: (a, b) => b.uses - a.uses || ORDER.name(a, b),
    attention: (a, b) => weight(b) - weight(a) || ORDER.name(a, b),
    date: (a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : ORDER.name(a, b)),
  };
  function weight(drug) {
    return (drug.flags & 32 ? 16 : 0) + (drug.flags & 2 ? 8 : 0) + (drug.flags & 16 ? 4 : 0) + (drug.flags & 4 ? 2 : 0) + (drug.flags & 8 ? 1 : 0);
  }
  drugs.sort(ORDER.name);

  function progress() {
    const places = new Map();
    const mine = (sha) => places.get(sha) || new Map();
    for (const one of Object.values(decisions.all())) {
      if (!places.has(one.sha256)) places.set(one.sha256, new Map());
      places.get(one.sha256).set(one.use.offset, one.sampled);
    }
    let waiting = 0;
    for (const drug of drugs) {
      drug.done = new Set([...drug.reviewed, ...mine(drug.sha).keys()]).size;
      drug.drawn = drug.waiting.filter((place) => !mine(drug.sha).get(place)).length;
      waiting += drug.drawn;
    }
    if (find("waiting")) find("waiting").textContent = waiting.toLocaleString("en");
  }

  const body = document.querySelector("#drugs tbody");
  const toggles = [...document.querySelectorAll("[data-flag]")];
  const controls = { q: find("query"), kind: find("kind"), approvalStatus: find("approval-status"), reviewed: find("reviewed"), sort: find("sort") };
  let found = [];
  let shown = 0;
  let terms = [];
  const watcher = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting) && shown < found.length) more();
  }, { rootMargin: "600px" });

  function matches() {
    terms = fold(controls.q.value).split(/\s+/).filter(Boolean);
    const kind = controls.kind.value;
    const approvalStatus = Number(controls.approvalStatus.value);
    const reviewed = controls.reviewed.value;
    const flags = toggles.reduce((bits, one) => bits | (one.getAttribute("aria-pressed") === "true" ? Number(one.dataset.flag) : 0), 0);
    return drugs.filter((drug) =>
      terms.every((term) => drug.all.includes(term)) &&
      (kind === "" || drug.kind === Number(kind)) &&
      (!approvalStatus || drug.approvalStatuses & approvalStatus) &&
      (drug.flags & flags) === flags &&
      (!reviewed || (reviewed === "none" ? !drug.done : reviewed === "drawn" ? drug.drawn : reviewed === "all" ? drug.uses && drug.done >= drug.uses : drug.done)));
  }

  function update() {
    found = matches();
    const order = controls.sort.value;
    if (order !== "name") found.sort(ORDER[order]);
    if (terms.length && order === "name") {
      const rank = (drug) => (drug.named.startsWith(terms[0]) ? 0 : terms.every((term) => drug.named.includes(term)) ? 1 : 2);
      const ranks = new Map(found.map((drug) => [drug, rank(drug)]));
      found.sort((a, b) => ranks.get(a) - ranks.get(b));
    }
    body.replaceChildren();
    shown = 0;
    more();
    find("nothing").hidden = found.length > 0;
    const number = found.length.toLocaleString("en");
    find("count").textContent = `${number} of ${drugs.length.toLocaleString("en")} drugs and regimens`;
    remember();
  }

  function more() {
    const rows = document.createDocumentFragment();
    for (const drug of found.slice(shown, shown + STEP)) rows.append(rowOf(drug));
    shown = Math.min(found.length, shown + STEP);
    body.append(rows);
    find("more").hidden = shown >= found.length;
    // Watched anew, it is told again where its place on the screen stayed the same.
    watcher.unobserve(find("more"));
    watcher.observe(find("more"));
  }

  function lit(parent, text) {
    const folded = text.toLowerCase();
    const term = folded.length === text.length ? terms.find((one) => folded.includes(one)) : undefined;
    const at = term ? folded.indexOf(term) : -1;
    const box = make("bdi");
    if (at < 0) box.textContent = text;
    else box.append(text.slice(0, at), make("mark", "", text.slice(at, at + term.length)), text.slice(at + term.length));
    parent.append(box);
  }

  function cell(row, classes) {
    const made = make("td", classes);
    made.setAttribute("role", "cell");
    row.append(made);
    return made;
  }

  function rowOf(drug) {
    const row = make("tr");
    row.setAttribute("role", "row");
    const first = cell(row);
    const link = make("a", "name");
    link.href = `drugs/${encodeURIComponent(drug.file)}.html`;
    lit(link, drug.name);
    first.append(link);
    if (drug.kind) first.append(" ", make("span", "chip", "regimen"));
    if (drug.brands.length) {
      const brands = make("div", "brands");
      lit(brands, drug.brands.join(", "));
      first.append(brands);
    }
    const second = cell(row);
    const hits = terms.length ? drug.conditions.filter((one) => terms.some((term) => fold(one).includes(term))) : [];
    const named = [...hits, ...drug.conditions.filter((one) => !hits.includes(one))];
    named.slice(0, 4).forEach((one, place) => {
      if (place) second.append("; ");
      lit(second, one);
    });
    if (named.length > 4) second.append(make("span", "light", ` and ${named.length - 4} more`));
    const codes = terms.length ? drug.codes.split(" ").filter((code) => terms.includes(code.toLowerCase())) : [];
    if (codes.length) {
      const line = make("div", "codes");
      line.append(make("code", "", codes.join(" ")));
      second.append(line);
    }
    cell(row, "number").append(String(drug.uses), make("span", "unit", drug.uses === 1 ? " use" : " uses"));
    const approvalStatus = make("div", "chips");
    for (const [bit, text, classes] of APPROVAL_STATUS) if (drug.approvalStatuses & bit) approvalStatus.append(make("span", `chip ${classes}`, text));
    cell(row).append(approvalStatus);
    const flags = make("div", "chips");
    for (const [bit, text] of FLAGS) if (drug.flags & bit) flags.append(make("span", bit & 54 ? "chip warning" : "chip", text));
    if (drug.drawn) flags.append(make("span", "chip drawn", `${drug.drawn} drawn`));
    if (drug.done) flags.append(make("span", "chip verdict-right", `${drug.done} of ${drug.uses} reviewed`));
    cell(row).append(flags);
    return row;
  }

  // The search is kept in the address, so that Back from a drug finds it again and it can be sent to someone.
  function remember() {
    const kept = new URLSearchParams();
    for (const [name, control] of Object.entries(controls)) if (control.value && !(name === "sort" && control.value === "name")) kept.set(name, control.value);
    const flags = toggles.filter((one) => one.getAttribute("aria-pressed") === "true").map((one) => one.dataset.flag);
    if (flags.length) kept.set("only", flags.join("."));
    try {
      history.replaceState(null, "", kept.size ? `#${kept}` : "#");
    } catch { /* too many in too short a time: the address is a convenience */ }
  }
  function recall() {
    const kept = new URLSearchParams(location.hash.slice(1));
    for (const [name, control] of Object.entries(controls)) if (kept.has(name)) control.value = kept.get(name);
    const flags = (kept.get("only") || "").split(".");
    for (const one of toggles) one.setAttribute("aria-pressed", String(!one.disabled && flags.includes(one.dataset.flag)));
    if (!controls.sort.value) controls.sort.value = "name";
  }

  find("search").addEventListener("submit", (event) => event.preventDefault());
  find("search").addEventListener("reset", () => {
    for (const one of toggles) one.setAttribute("aria-pressed", "false");
    setTimeout(update);
  });
  for (const control of Object.values(controls)) control.addEventListener("input", update);
  for (const one of toggles) one.addEventListener("click", () => {
    one.setAttribute("aria-pressed", String(one.getAttribute("aria-pressed") !== "true"));
    update();
  });
  if (find("drawn")) find("drawn").addEventListener("click", () => {
    find("search").reset();
    controls.reviewed.value = "drawn";
  });
  find("more").addEventListener("click", () => {
    const next = shown;
    more();
    const row = body.rows[next];
    if (row) row.querySelector("a").focus();
  });
  addEventListener("beforeprint", () => { while (shown < found.length) more(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      controls.q.focus();
    }
  });
  addEventListener("pageshow", () => { progress(); recall(); update(); });
})();

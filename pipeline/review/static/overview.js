// The overview: search (search.js), filters, order; rows are made as they come into view.
"use strict";
(() => {
  const { make, number } = elements;
  const OFFERED = 4;
  const USES = 4; // listed of a drug
  const STEP = 40; // about a screen and a half: what is not seen is made after the search has answered
  const FLAGS = [[32, "stale"], [64, "restricted in words"], [2, "unread"], [4, "uncoded"], [16, "findings"], [8, "changed"], [1, "brand-scoped"]];
  const find = (id) => document.getElementById(id);

  const USE_FLAGS = 69; // brand-scoped, uncoded, in words: what a use has, and its drug by it

  const drugs = [...search.drugs];
  for (const drug of drugs) {
    const conditions = drug.uses.flatMap((use) => use.entry.words.filter((one) => one.group === "condition" && one.label !== "Intent").map((one) => one.text));
    drug.conditions = [...new Map(conditions.map((one) => [one.toLowerCase(), one])).values()];
    drug.named = search.fold(`${drug.name} ${drug.brands.join(" ")}`);
    drug.approvalStatuses = drug.uses.reduce((bits, use) => bits | use.approvalStatus, 0);
  }
  const ORDER = {
    name: (a, b) => (a.named < b.named ? -1 : a.named > b.named ? 1 : 0),
    uses: (a, b) => b.uses.length - a.uses.length || ORDER.name(a, b),
    attention: (a, b) => weight(b) - weight(a) || ORDER.name(a, b),
    date: (a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : ORDER.name(a, b)),
  };
  function weight(drug) {
    return (drug.flags & 32 ? 32 : 0) + (drug.flags & 64 ? 16 : 0) + (drug.flags & 2 ? 8 : 0) + (drug.flags & 16 ? 4 : 0) + (drug.flags & 4 ? 2 : 0) + (drug.flags & 8 ? 1 : 0);
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
    if (find("waiting")) find("waiting").textContent = number(waiting);
  }

  const body = document.querySelector("#drugs tbody");
  const toggles = [...document.querySelectorAll("[data-flag]")];
  const controls = { q: find("query"), kind: find("kind"), approvalStatus: find("approval-status"), reviewed: find("reviewed"), sort: find("sort") };
  let found = [];
  let shown = 0;
  let terms = [];
  const allUses = drugs.reduce((sum, drug) => sum + drug.uses.length, 0);
  const watcher = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting) && shown < found.length) more();
  }, { rootMargin: "600px" });

  // The drugs that are as asked, each with those of its uses that are; with no question of uses, all of them.
  function matches() {
    terms = search.parse(controls.q.value);
    const kind = controls.kind.value;
    const approvalStatus = Number(controls.approvalStatus.value);
    const reviewed = controls.reviewed.value;
    const flags = toggles.reduce((bits, one) => bits | (one.getAttribute("aria-pressed") === "true" ? Number(one.dataset.flag) : 0), 0);
    const ofUses = flags & USE_FLAGS;
    const passes = (use) => (!approvalStatus || use.approvalStatus & approvalStatus) && (use.flags & ofUses) === ofUses;
    return drugs.filter((drug) => {
      drug.found = null;
      if (!((kind === "" || drug.kind === Number(kind)) && (drug.flags & flags) === flags &&
        (!reviewed || (reviewed === "none" ? !drug.done : reviewed === "drawn" ? drug.drawn : reviewed === "all" ? drug.uses.length && drug.done >= drug.uses.length : drug.done)))) return false;
      drug.found = search.find(terms, drug, passes);
      return drug.found && (drug.found.size || !(approvalStatus || ofUses));
    });
  }

  function update() {
    found = matches();
    const order = controls.sort.value;
    if (order !== "name") found.sort(ORDER[order]);
    if (terms.length && order === "name") {
      const rank = new Map(found.map((drug) => [drug, terms.every((term) => search.hit(term, [drug.names, drug.byBrand])) ? 0 : 1]));
      found.sort((a, b) => rank.get(a) - rank.get(b));
    }
    body.replaceChildren();
    shown = 0;
    more();
    find("nothing").hidden = found.length > 0;
    const uses = found.reduce((sum, drug) => sum + drug.found.size, 0);
    find("count").textContent = `${number(found.length)} of ${number(drugs.length)} drugs and regimens, ${number(uses)} of ${number(allUses)} uses${terms.length ? ` with ${terms.map(search.told).join(" and ")}` : ""}`;
    offer();
    const set = ["kind", "approvalStatus", "reviewed"].filter((name) => controls[name].value).length + toggles.filter((one) => one.getAttribute("aria-pressed") === "true").length;
    find("filtered").hidden = !set;
    find("filters").textContent = set ? `Filters (${set})` : "Filters";
    remember();
  }

  // Where nothing is found: which word finds nothing by itself, and words that look like it.
  function offer() {
    const place = find("near");
    place.replaceChildren();
    if (found.length || !terms.length) return;
    const unknown = terms.filter((term) => !drugs.some((drug) => search.find([term], drug, () => true)));
    const texts = () => drugs.flatMap((drug) => [drug.name, ...drug.brands, ...drug.conditions]);
    const offered = unknown.flatMap((term) => search.near(terms, texts, term)).slice(0, OFFERED);
    offered.forEach((query, at) => {
      const button = make("button", "quiet", query);
      button.addEventListener("click", () => { controls.q.value = query; update(); controls.q.focus(); });
      place.append(at ? " or " : "Did you mean ", button);
    });
    if (offered.length) place.append("?");
    else if (unknown.length) place.append(`Nothing here has ${unknown.map((term) => `“${term.said}”`).join(" or ")}.`);
    else place.append("Each of these words is found, but no use has all of them.");
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
    const box = make("bdi");
    const at = search.within(terms, text);
    if (!at) box.textContent = text;
    else box.append(text.slice(0, at[0]), make("mark", "", text.slice(...at)), text.slice(at[1]));
    parent.append(box);
  }
  // A use that was found: its title, the words that were found where they stand in another field, and whatever else restricts
  // it: a list of titles alone would read as broader uses than the pages state.
  function useOf(drug, number, hits) {
    const line = make("li");
    const use = drug.uses[number - 1];
    const link = make("a");
    link.href = `drugs/${encodeURIComponent(drug.file)}.html#use-${number}`;
    lit(link, use.title);
    line.append(link);
    const beside = hits.filter((one) => !drug.names.words.includes(one) && !use.title.toLowerCase().includes(one.text.toLowerCase()));
    for (const one of new Set(beside)) {
      line.append(make("span", "light", ` · ${one.label}: `));
      lit(line, one.text);
    }
    const rest = search.rest(use, [use.title, ...beside.map((one) => one.text)].join(" | "), beside);
    if (rest.length) line.append(make("span", "light", ` · ${rest.join(" · ")}`));
    // Which use is not approved in full, where the drug's row has several statuses.
    if (use.approvalStatus !== 1 && use.approvalStatus !== drug.approvalStatuses) line.append(" ", ...elements.approval(use.approvalStatus));
    return line;
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
    if (terms.length && drug.found.size) {
      const list = make("ul", "found");
      const listed = [...drug.found];
      for (const [number, hits] of listed.slice(0, USES)) list.append(useOf(drug, number, hits));
      if (listed.length > USES) list.append(make("li", "light", `and ${listed.length - USES} more use${listed.length - USES === 1 ? "" : "s"}`));
      second.append(list);
    } else {
      drug.conditions.slice(0, USES).forEach((one, place) => {
        if (place) second.append("; ");
        lit(second, one);
      });
      if (drug.conditions.length > USES) second.append(make("span", "light", ` and ${drug.conditions.length - USES} more`));
    }
    const some = drug.found.size < drug.uses.length && drug.found.size ? `${drug.found.size} of ` : "";
    cell(row, "number").append(`${some}${drug.uses.length}`, make("span", "unit", drug.uses.length === 1 ? " use" : " uses"));
    const approvalStatus = make("div", "chips");
    approvalStatus.append(...elements.approval(drug.approvalStatuses));
    cell(row).append(approvalStatus);
    const flags = make("div", "chips");
    for (const [bit, text] of FLAGS) if (drug.flags & bit) flags.append(make("span", bit & 118 ? "chip warning" : "chip", text));
    if (drug.drawn) flags.append(make("span", "chip drawn", `${drug.drawn} drawn at random`));
    if (drug.done) flags.append(make("span", "chip verdict-right", `${drug.done} of ${drug.uses.length} reviewed`));
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

  find("filters").addEventListener("click", () => {
    const open = find("search").classList.toggle("open");
    find("filters").setAttribute("aria-expanded", String(open));
  });
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
  // A count that was clicked shows its drugs, whatever was asked before.
  addEventListener("hashchange", () => { find("search").reset(); recall(); });
  addEventListener("pageshow", () => { progress(); recall(); update(); });
})();

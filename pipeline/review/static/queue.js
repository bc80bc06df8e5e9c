// The queue: uses that wait for a decision, those that need it most first; by keys from one to the next (desk.js), or many at once.
"use strict";
(() => {
  const { make, number } = elements;
  const STEP = 50;
  const NEEDS = window.onlabelSearch.needs; // bits of a use's flags and what they mean, the greatest need first; the last is 0
  const find = (id) => document.getElementById(id);
  const needOf = (use) => NEEDS.findIndex(([bit]) => use.flags & bit || !bit);
  const all = search.drugs.flatMap((drug, at) => drug.uses.map((use, place) => ({ drug, use, of: [at, place], need: needOf(use) })));
  all.sort((a, b) => a.need - b.need);
  let found = [];
  let shown = STEP;

  function update() {
    const mine = decisions.all();
    const terms = search.parse(find("query").value);
    const need = find("need").value;
    const hits = new Map(search.drugs.map((drug) => [drug, search.find(terms, drug, () => true)]));
    const waits = ({ drug, use }) => !mine[use.key] && !drug.reviewed.includes(use.offset);
    const waiting = all.filter(waits);
    const drawn = ({ drug, use }) => drug.waiting.includes(use.offset) && !(mine[use.key] || {}).sampled;
    found = (need === "drawn" ? all.filter(drawn) : waiting.filter((one) => need === "" || one.need === Number(need)))
      .filter(({ drug, use }) => hits.get(drug) && hits.get(drug).has(use.number));
    const counts = NEEDS.map(([, label], at) => [label, waiting.filter((one) => one.need === at).length]).filter(([, count]) => count);
    find("left").textContent = `${number(waiting.length)} of ${number(all.length)} uses wait for a decision: ${counts.map(([label, count]) => `${number(count)} ${label}`).join(", ") || "none"}.`;
    find("count").textContent = `${number(found.length)} in this queue${terms.length ? ` with ${terms.map(search.told).join(" and ")}` : ""}`;
    find("start").disabled = !found.length;
    find("many").textContent = `Decide on all ${number(found.length)}`;
    shown = STEP;
    list();
  }
  function list() {
    find("queue").replaceChildren(...found.slice(0, shown).map(({ drug, use }) => {
      const line = make("li");
      const link = make("a", "", `${drug.name}: ${use.title}`);
      link.href = `drugs/${encodeURIComponent(drug.file)}.html#use-${use.number}`;
      line.append(link);
      const rest = search.rest(use, use.title);
      if (rest.length) line.append(make("span", "light", ` · ${rest.join(" · ")}`));
      for (const [bit, label] of NEEDS) if (bit && use.flags & bit) line.append(" ", make("span", "chip warning", label));
      if (use.approvalStatus !== 1) line.append(" ", ...elements.approval(use.approvalStatus));
      return line;
    }));
    find("more").hidden = shown >= found.length;
  }
  const keep = () => decisions.store("onlabel.queue", found.map(({ drug, use }) => [drug.file, use.number, use.key]));

  find("start").addEventListener("click", () => {
    keep();
    location.assign(`drugs/${encodeURIComponent(found[0].drug.file)}.html#use-${found[0].use.number}`);
  });
  find("queue").addEventListener("click", keep);
  find("more").addEventListener("click", () => { shown += STEP; list(); });
  find("filter").addEventListener("submit", (event) => event.preventDefault());
  for (const one of [find("query"), find("need")]) one.addEventListener("input", update);

  find("bulk").addEventListener("submit", (event) => {
    event.preventDefault();
    const [verdict, reviewer, reason] = ["verdict", "reviewer", "reason"].map((name) => find(name).value.trim());
    const missing = !verdict ? "The decision is missing." : !reviewer ? "Your name is missing." : !reason ? "The reason is missing: say why you need not look at them one by one." : "";
    find("said").textContent = missing;
    if (missing) return;
    const values = {};
    for (const { drug, use, of: [at, place] } of found) {
      const [slug, file, uses] = window.onlabelJudged[at];
      const [length, quote, indication, reading] = uses[place];
      const of = { drug: slug, page: file, sha256: drug.sha, use: { offset: use.offset, length, quote, indication: indication || undefined, reading } };
      // Whoever decides on many did not look at each, so it tells nothing of the precision.
      values[use.key] = decisions.entry(of, verdict, reviewer, reason, { withhold: verdict === "wrong", many: true });
    }
    if (!decisions.set(values)) return void (find("said").textContent = "This browser keeps nothing for this page. Try another browser, or serve the folder.");
    localStorage.setItem("onlabel.reviewer", reviewer);
    update();
    find("said").textContent = `${number(Object.keys(values).length)} decided: ${verdict}. Undo takes all of them back.`;
  });
  function undo() {
    const keys = decisions.undo();
    update();
    find("said").textContent = keys ? `${number(keys.length)} taken back.` : "Nothing to undo.";
  }
  find("undo").addEventListener("click", undo);
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "u") undo();
    if (event.key === "/") {
      event.preventDefault();
      find("query").focus();
    }
  });
  addEventListener("pageshow", () => {
    find("reviewer").value = localStorage.getItem("onlabel.reviewer") || "";
    update();
    if (location.hash === "#done") find("said").textContent = "The queue is through.";
    find("start").focus();
  });
})();

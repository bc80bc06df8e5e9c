// A drug's page: choosing a mark in the source lights up its card, choosing words on a card lights up the source.
"use strict";
var page = (() => {
  const { make } = elements;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse(document.getElementById("data").textContent);
  const marks = all("mark[data-m]");
  const facts = all(".fact[data-mark]");
  const cards = all(".card[data-use]");
  const bar = document.getElementById("chosen");
  const tabs = all('[role="tab"]');
  const narrow = matchMedia("(max-width: 61.99rem)");
  const numbers = (element) => element.dataset.m.split(" ").map(Number);

  // Tabs. On a wide screen the source stays; on a narrow one it is a tab like the others.
  let selected = "uses";
  function select(name, focus) {
    selected = name;
    for (const tab of tabs) {
      const on = tab.id === `tab-${name}`;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      if (on && focus) tab.focus();
      const pane = document.getElementById(tab.getAttribute("aria-controls"));
      if (pane.id !== "source") pane.toggleAttribute("data-away", !on);
      else pane.toggleAttribute("data-narrow-away", !on);
    }
  }
  for (const tab of tabs) {
    const pane = document.getElementById(tab.getAttribute("aria-controls"));
    if (pane.id !== "source") pane.setAttribute("role", "tabpanel");
    tab.addEventListener("click", () => {
      select(tab.id.slice(4));
      if (narrow.matches) scrollTo(0, Math.min(scrollY, document.querySelector(".panes").offsetTop - tab.offsetHeight));
    });
    tab.addEventListener("keydown", (event) => {
      const there = tabs.filter((one) => one.offsetParent !== null);
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const to = event.key === "Home" ? 0 : event.key === "End" ? there.length - 1 : step && (there.indexOf(tab) + step + there.length) % there.length;
      if (to === undefined) return;
      event.preventDefault();
      select(there[to].id.slice(4), true);
    });
  }
  function show(name) {
    if (name === "source" && !narrow.matches) return;
    if (selected !== name) select(name);
  }
  narrow.addEventListener("change", () => { if (!narrow.matches && selected === "source") select("uses"); });
  select("uses");

  // Marks in the source: one stop of the tab key, arrows go from one to the next.
  marks.forEach((mark, place) => {
    const [kind, label] = data.marks[numbers(mark)[0]];
    mark.setAttribute("role", "button");
    mark.setAttribute("aria-pressed", "false");
    mark.title = label;
    mark.dataset.kind = kind;
    mark.tabIndex = place ? -1 : 0;
  });
  function rove(to) {
    for (const mark of marks) if (mark.tabIndex === 0) mark.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  let chosen = null; // {mark} or {use}
  function light({ mark, use }) {
    chosen = mark === undefined && use === undefined ? null : { mark, use };
    const of = (number) => (use === undefined ? number === mark : data.marks[number][3].includes(use));
    const uses = use === undefined ? (mark === undefined ? [] : data.marks[mark][3]) : [use];
    for (const one of marks) {
      const on = chosen !== null && numbers(one).some(of);
      one.classList.toggle("lit", on);
      one.setAttribute("aria-pressed", String(on));
    }
    // A link target comes out where it is the proof itself, not where words around it are.
    const beside = marks.some((one) => one.classList.contains("lit") && !one.classList.contains("target"));
    for (const one of marks) if (one.classList.contains("target")) one.classList.toggle("shown", !beside && one.classList.contains("lit"));
    for (const one of facts) {
      const on = chosen !== null && use === undefined && Number(one.dataset.mark) === mark;
      one.setAttribute("aria-pressed", String(on));
    }
    for (const one of cards) one.classList.toggle("lit", uses.includes(Number(one.dataset.use)));
    for (const one of all("[data-show]")) one.setAttribute("aria-pressed", String(Number(one.dataset.show) === use));
    say(uses);
  }
  const firstMark = () => marks.find((one) => one.classList.contains("lit"));
  const firstFact = () => {
    const lit = facts.filter((one) => one.getAttribute("aria-pressed") === "true");
    if (lit.length) return lit.find((one) => one.closest(".card[data-use]")) || lit[0];
    const card = cards.find((one) => one.classList.contains("lit"));
    return card && card.querySelector(".fact");
  };
  function bring(element) {
    if (element) element.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  function say(uses) {
    bar.hidden = chosen === null;
    document.body.classList.toggle("has-chosen", chosen !== null);
    const [line] = bar.getElementsByTagName("p");
    const go = bar.querySelector(".go");
    line.replaceChildren();
    go.replaceChildren();
    if (chosen === null) return;
    if (chosen.mark !== undefined) {
      const [, label, , , rule] = data.marks[chosen.mark];
      const words = facts.find((one) => Number(one.dataset.mark) === chosen.mark) || firstMark();
      const name = make("b", "", label);
      const said = make("bdi", "", words ? words.textContent.trim() : "");
      line.append(name, ": ", said, make("span", "", rule ? ` (rule ${rule})` : ""));
    } else line.append(make("b", "", `use ${chosen.use}`), ` in the source: ${marks.filter((one) => one.classList.contains("lit")).length} marks`);
    for (const use of uses) {
      const button = make("button", "", `Use ${use}`);
      button.addEventListener("click", () => { show("uses"); toCard(use); });
      go.append(button);
    }
    if (!uses.length && chosen.mark !== undefined && firstFact()) {
      const button = make("button", "", "Go to the fact");
      button.addEventListener("click", other);
      go.append(button);
    }
    const source = make("button", "", "Go to the source");
    source.addEventListener("click", toSource);
    const none = make("button", "quiet", "Clear");
    none.addEventListener("click", clear);
    go.append(source, none);
  }
  // On a phone a card is its head until it is opened.
  function unfold(card, on = true) {
    card.classList.toggle("open", on);
    card.querySelector("[data-fold]").setAttribute("aria-expanded", String(on));
  }
  // A use into view, and on a wide screen its words in the source.
  function bringUse(use) {
    const card = document.getElementById(`use-${use}`);
    unfold(card);
    // On a phone the tabs, and what its group shares, stay above it.
    const opening = card.parentElement.querySelector(".opening");
    if (narrow.matches) card.style.scrollMarginTop = `${tabs[0].parentElement.offsetHeight + (opening ? opening.offsetHeight : 0) + 4}px`;
    card.scrollIntoView({ block: "start", behavior: "auto" });
    const says = marks.find((one) => one.classList.contains("lit") && numbers(one).some((mark) => data.marks[mark][0] === "use" && data.marks[mark][3].includes(use)));
    if (!narrow.matches) bring(says || firstMark());
  }
  function toCard(use) {
    const card = document.getElementById(`use-${use}`);
    unfold(card);
    const pressed = card.querySelector('.fact[aria-pressed="true"]') || card.querySelector(".fact");
    pressed.focus({ preventScroll: true });
    bring(pressed);
  }
  function toSource() {
    show("source");
    const mark = firstMark();
    if (!mark) return;
    const front = mark.closest("details");
    if (front) front.open = true;
    rove(mark);
    bring(mark);
  }
  // From where one is to the other side of what is chosen.
  function other() {
    if (chosen === null) return;
    if (document.activeElement && document.activeElement.closest("#source")) {
      const fact = firstFact();
      if (!fact) return;
      if (fact.closest(".card[data-use]")) unfold(fact.closest(".card"));
      show(fact.closest(".pane").id);
      fact.focus({ preventScroll: true });
      bring(fact);
    } else toSource();
  }
  function clear() {
    const inside = bar.contains(document.activeElement);
    light({});
    if (inside) document.getElementById("main").focus();
  }

  function chooseMark(element) {
    const [mark] = numbers(element);
    if (chosen && chosen.mark === mark) return clear();
    light({ mark });
    if (!narrow.matches) {
      const fact = firstFact();
      if (fact) {
        show(fact.closest(".pane").id);
        bring(fact);
      }
    }
  }
  function chooseFact(element) {
    const mark = Number(element.dataset.mark);
    if (chosen && chosen.mark === mark) return clear();
    light({ mark });
    const first = firstMark();
    if (first && first.closest("details")) first.closest("details").open = true;
    if (!narrow.matches) bring(first);
  }
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-m]");
    // Words that are being selected for a correction are not a choice.
    if (mark && getSelection().isCollapsed) {
      rove(mark);
      return chooseMark(mark);
    }
    const fact = event.target.closest(".fact[data-mark]");
    if (fact) return chooseFact(fact);
    const fold = event.target.closest("[data-fold]");
    if (fold) return unfold(fold.closest(".card"), fold.getAttribute("aria-expanded") !== "true");
    const use = event.target.closest("[data-show]");
    if (use) {
      const number = Number(use.dataset.show);
      if (chosen && chosen.use === number) return clear();
      light({ use: number });
      if (narrow.matches) toSource();
      else bring(firstMark());
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && chosen) return clear();
    if (event.key.toLowerCase() === "o" && chosen) {
      event.preventDefault();
      return other();
    }
    const mark = event.target.closest("mark[data-m]");
    if (!mark) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") chooseMark(mark);
    else {
      const there = marks.filter((one) => one.offsetParent !== null);
      const to = event.key === "Home" ? there[0] : event.key === "End" ? there[there.length - 1] : step && there[there.indexOf(mark) + step];
      if (!to) return;
      rove(to);
    }
    event.preventDefault();
  });
  document.getElementById("targets").addEventListener("change", (event) => document.getElementById("paper").classList.toggle("targets", event.target.checked));
  addEventListener("beforeprint", () => { for (const one of all("details.front")) one.open = false; });
  return { data, light, show, select, bring: bringUse, all };
})();

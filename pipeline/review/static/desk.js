// Deciding by keys: one use after the other, through the queue (queue.js) or down the page.
"use strict";
(() => {
  const cards = page.all(".card[data-use]");
  const line = document.querySelector("[data-place]");
  const file = decodeURIComponent(location.pathname.split("/").pop().replace(/\.html$/, ""));
  const queue = decisions.stored("onlabel.queue", []);
  const decided = (key) => decisions.get(key) !== undefined;
  let number = 0;   // of the use that keys speak of
  let keyed = false; // whether the last decision was made by a key

  const placeOf = (use) => queue.findIndex(([of, at]) => of === file && at === use);
  function go(use) {
    const card = cards[use - 1];
    if (!card) return;
    number = use;
    for (const one of cards) one.classList.toggle("current", one === card);
    page.show("uses");
    page.light({ use });
    page.bring(use);
    card.tabIndex = -1;
    card.focus({ preventScroll: true });
    const at = placeOf(use);
    line.textContent = at < 0 ? `Use ${use} of ${cards.length}` : `${at + 1} of ${queue.length} in the queue`;
  }
  // On to the next use that is not decided: of the queue, or else of this page.
  function next(from) {
    const at = placeOf(from);
    const to = at < 0 ? null : queue.slice(at + 1).find(([, , key]) => !decided(key));
    if (to) return open(to);
    if (at >= 0) return location.assign("../queue.html#done");
    const below = editing.findIndex((one, place) => place >= from && !decided(one.key));
    if (below >= 0) go(below + 1);
    else line.textContent = "No use below that waits for a decision";
  }
  function open([of, use]) {
    if (of !== file) location.assign(`${encodeURIComponent(of)}.html#use-${use}`);
    else {
      history.replaceState(null, "", `#use-${use}`);
      go(use);
    }
  }
  function undo() {
    const keys = decisions.undo();
    if (!keys) return void (line.textContent = "Nothing to undo");
    for (const one of editing) one.restore();
    const here = editing.findIndex((one) => keys.includes(one.key));
    const there = queue.find(([, , key]) => keys.includes(key));
    if (here >= 0) open([file, here + 1]);
    else if (there) open(there);
  }
  function step(by) {
    const at = placeOf(number);
    if (at >= 0 && queue[at + by]) open(queue[at + by]);
    else if (at < 0) go(Math.min(Math.max(number + by, 1), cards.length));
  }

  document.addEventListener("decided", (event) => {
    const use = Number(event.target.dataset.use);
    if (keyed || placeOf(use) >= 0) next(use);
    keyed = false;
  });
  const KEYS = {
    r: () => { keyed = true; editing[number - 1].decide("right", true); },
    w: () => { keyed = true; editing[number - 1].decide("wrong", true); },
    i: () => { keyed = true; editing[number - 1].decide("incomplete", true); },
    s: () => next(number), u: undo, j: () => step(1), k: () => step(-1),
    q: () => location.assign("../queue.html"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key.toLowerCase()];
    if (!act || !cards.length || event.repeat) return; // a key held down decides on nothing unseen
    event.preventDefault();
    if (!number && "rwis".includes(event.key.toLowerCase())) go(1);
    else act();
  });
  const follow = () => { const to = /^#use-(\d+)$/.exec(location.hash); if (to) go(Number(to[1])); };
  addEventListener("hashchange", follow);
  follow();
})();

// What this reviewer decided, kept in the browser until it is exported as corrections.yaml.
"use strict";
var decisions = (() => {
  const KEY = "onlabel.decisions.1";
  const DONE = "onlabel.done"; // what was there before each of the last decisions, the newest last
  const STEPS = 100;

  function stored(name, otherwise) {
    try {
      const found = JSON.parse(localStorage.getItem(name) || "null");
      return found && typeof found === "object" ? found : otherwise;
    } catch {
      return otherwise;
    }
  }
  function store(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
  const read = () => stored(KEY, {});

  // A JSON string is a YAML string once the characters that YAML does not take are escaped.
  function scalar(value) {
    if (typeof value !== "string") return String(value);
    return JSON.stringify(value).replace(/[\u007f-\u00a0\u2028\u2029\ufeff\p{Cf}\ud800-\udfff]/gu, (found) =>
      [...found].map((c) => {
        const code = c.codePointAt(0);
        return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
      }).join(""));
  }

  function lines(value, indent) {
    const room = "  ".repeat(indent);
    if (Array.isArray(value)) {
      if (!value.length) return " []\n";
      return "\n" + value.map((each) => {
        const inner = lines(each, indent + 1);
        return inner.startsWith("\n") ? `${room}- ${inner.slice(1).trimStart()}` : `${room}-${inner}`;
      }).join("");
    }
    if (value && typeof value === "object") {
      const keys = Object.keys(value).filter((key) => value[key] !== undefined);
      if (!keys.length) return " {}\n";
      return "\n" + keys.map((key) => `${room}${key}:${lines(value[key], indent + 1)}`).join("");
    }
    return ` ${scalar(value)}\n`;
  }

  function yaml() {
    const all = read();
    const entries = Object.keys(all).sort().map((key) => ({ ...all[key], many: undefined })); // `many` is of this browser alone
    return `format: 1\ncorrections:${lines(entries, 1)}`;
  }

  function show() {
    const number = Object.keys(read()).length;
    for (const place of document.querySelectorAll("[data-decided]")) place.textContent = String(number);
    for (const place of document.querySelectorAll("[data-plural]")) place.hidden = number === 1;
    for (const place of document.querySelectorAll(".decided")) place.hidden = number === 0;
  }

  function download() {
    const link = elements.make("a");
    link.href = URL.createObjectURL(new Blob([yaml()], { type: "application/yaml" }));
    link.download = "corrections.yaml";
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-export]")) download();
  });
  addEventListener("storage", show);
  show();
  // Decisions by their keys, null to take one back; one step to undo, however many, unless nobody took it.
  function set(values, undoable = true) {
    const all = read();
    const before = {};
    for (const [key, value] of Object.entries(values)) {
      before[key] = all[key] || null;
      if (value) all[key] = value;
      else delete all[key];
    }
    const kept = store(KEY, all);
    if (kept && undoable) store(DONE, [...stored(DONE, []), before].slice(-STEPS));
    show();
    return kept;
  }
  // Takes the last step back; gives the keys that it was about, null where there is none.
  function undo() {
    const steps = stored(DONE, []);
    const before = steps.pop();
    if (!before) return null;
    set(before, false);
    store(DONE, steps);
    return Object.keys(before);
  }
  function entry(of, verdict, reviewer, reason, { edits = {}, withhold = false, sampled = false, many = false } = {}) {
    const now = new Date();
    const date = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
    return {
      ...of, verdict, edits: Object.keys(edits).length ? edits : undefined, withhold: withhold || undefined,
      reviewer, date, reason: reason || undefined, sampled: sampled || undefined, many: many || undefined,
    };
  }
  return { all: read, get: (key) => read()[key], set, undo, entry, stored, store, yaml };
})();

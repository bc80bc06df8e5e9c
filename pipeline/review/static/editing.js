// Deciding on a use: right, incomplete or wrong; a corrected value is words of the page, typed or selected there.
"use strict";
var editing = (() => {
  const { data, all } = page;
  const { make } = elements;
  const FIELDS = data.fields; // of plain words
  const CHOICES = ["intent", "approval_status"];
  const plain = (choice) => choice.replace(/_/g, " ");
  const SINGLE = new Set(data.single);
  const paper = document.getElementById("paper");
  const pieces = all("[data-s]", paper).filter((one) => !one.closest(".target, .front"));
  const fold = (text) => text.replace(/\s+/g, " ").trim();
  const points = (text) => [...text].length;
  let words = null;   // of the page, as they are there, folded; found when first needed
  let picked = null;  // what was last selected in the source
  let waiting = null; // the input that takes it

  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount || !paper.contains(selection.anchorNode) || !paper.contains(selection.focusNode)) return;
    const found = selected(selection.getRangeAt(0));
    if (!found) return;
    picked = found;
    if (waiting && waiting.isConnected) waiting.value = found.quote;
  });

  // A range of the document as words of the page and their place, in code points.
  function selected(range) {
    let text = "";
    let start = null;
    let end = null;
    for (const piece of pieces) {
      if (!range.intersectsNode(piece)) continue;
      const node = piece.firstChild;
      const from = range.startContainer === node ? range.startOffset : 0;
      const to = range.endContainer === node ? range.endOffset : node.data.length;
      const part = node.data.slice(from, to);
      if (!part.trim() || from >= to) { if (text) text += " "; continue; }
      const at = Number(piece.dataset.s);
      const whole = piece.dataset.e !== undefined;
      const lead = part.length - part.trimStart().length;
      const tail = part.length - part.trimEnd().length;
      if (start === null) start = whole ? at : at + points(node.data.slice(0, from + lead));
      end = whole ? Number(piece.dataset.e) : at + points(node.data.slice(0, to - tail));
      text += part;
    }
    return start === null ? null : { quote: fold(text), offset: start, length: end - start };
  }
  function standsOnPage(quote) {
    words = words || fold(pieces.map((one) => one.textContent).join("").replace(/\s+/g, " "));
    return words.includes(quote);
  }
  let ids = 0;
  function labelled(label, control) {
    const box = make("div");
    control.id = control.id || `edit-${++ids}`;
    const text = make("label", "", label);
    text.htmlFor = control.id;
    box.append(text, control);
    return box;
  }
  function options(control, values) {
    for (const [value, text] of values) {
      const one = make("option", "", text);
      one.value = value;
      control.append(one);
    }
    return control;
  }

  function begin(card) {
    const [offset, length, quote, reading, indication, drawn, parts] = data.uses[Number(card.dataset.use) - 1];
    const key = `${data.sha256}:${offset}`;
    const buttons = all("[data-verdict]", card);
    let form = null;

    function mark(verdict) {
      for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.verdict === verdict));
    }
    function note(text) {
      const place = card.querySelector(".decisions");
      all(".mine", place).forEach((one) => one.remove());
      if (text) place.append(make("p", "decision mine", text));
    }
    function restore() {
      const before = decisions.get(key);
      mark(before && before.verdict);
      note(before && `Yours, not exported to the mappings yet: ${before.verdict}, ${before.date}${before.edits ? `, ${Object.keys(before.edits).join(", ").replace(/_/g, " ")} edited` : ""}${before.withhold ? ", withheld" : ""}`);
    }
    function close() {
      if (form) form.remove();
      form = waiting = null;
    }
    function save(entry) {
      if (!decisions.set({ [key]: entry })) return note("This browser keeps nothing for this page, so the decision is lost when you leave. Try another browser, or serve the folder.");
      if (entry) localStorage.setItem("onlabel.reviewer", entry.reviewer);
      if (entry && entry.verdict !== "right") localStorage.setItem("onlabel.reason", entry.reason);
      close();
      restore();
      if (entry) card.dispatchEvent(new CustomEvent("decided", { bubbles: true }));
    }
    const entryOf = (verdict, reviewer, reason, edits, withhold) => decisions.entry({
      drug: data.drug, page: data.page, sha256: data.sha256,
      use: { offset, length, quote, indication: indication || undefined, reading },
    }, verdict, reviewer, reason, { edits, withhold, sampled: drawn });
    const current = (field) => all(`.row[data-field="${field}"] .value > .fact`, card).map((one) => ({ quote: one.textContent.trim() }));

    // `quick`: by a key. The last reason is there, and a wrong use is withheld unless a field is corrected.
    function open(verdict, quick) {
      close();
      mark(verdict);
      const before = decisions.get(key);
      const edits = before && before.edits ? JSON.parse(JSON.stringify(before.edits)) : {};
      form = make("div", "edit");
      form.setAttribute("role", "group");
      form.setAttribute("aria-label", `Decision: ${verdict}`);
      const said = make("p", "said");
      said.setAttribute("role", "status");
      const reviewer = make("input");
      reviewer.type = "text";
      reviewer.value = localStorage.getItem("onlabel.reviewer") || "";
      const reason = make("textarea");
      reason.rows = 2;
      reason.value = (before && before.reason) || (quick && verdict !== "right" && localStorage.getItem("onlabel.reason")) || "";
      form.append(labelled("Your name", reviewer), labelled(verdict === "right" ? "Remark (may be empty)" : "Reason", reason));
      let withhold = null;
      if (verdict !== "right") {
        withhold = make("input");
        withhold.type = "checkbox";
        withhold.checked = before ? Boolean(before.withhold) : Boolean(quick && verdict === "wrong");
        const box = labelled("Withhold this use: do not publish it", withhold);
        box.className = "check";
        box.prepend(withhold);
        form.append(editor(edits, said), box);
      }
      const keep = make("button", "", "Save decision");
      keep.dataset.keep = "";
      const drop = make("button", "quiet", before ? "Remove decision" : "Cancel");
      keep.addEventListener("click", () => {
        const missing = !reviewer.value.trim() ? "Your name is missing." : verdict !== "right" && !reason.value.trim() ? "The reason is missing." :
          verdict === "wrong" && !withhold.checked && !Object.keys(edits).length ? "Correct a field, or withhold the use." :
          withhold && withhold.checked && Object.keys(edits).length ? "Either correct fields or withhold the use, not both." :
          all("[data-edit=words]", form).some((one) => one.value.trim()) ? "A field has words that were not added: add them, or clear the field." : "";
        said.textContent = missing;
        if (!missing) save(entryOf(verdict, reviewer.value.trim(), fold(reason.value), edits, withhold && withhold.checked));
      });
      drop.addEventListener("click", () => { if (before) save(null); close(); restore(); buttons[0].focus(); });
      const line = make("div", "line");
      line.append(keep, drop);
      form.append(said, line);
      card.querySelector(".judge").after(form);
      for (const one of [reviewer, reason]) one.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        if (one === reviewer && verdict !== "right") reason.focus();
        else keep.click();
      });
      form.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
        restore();
        card.focus();
      });
      (reviewer.value ? reason : reviewer).focus();
      if (quick) document.activeElement.select();
    }

    // Words of the page: an input that takes what is selected in the source, and gives a quotation or says what is wrong.
    function wordsInput(label, said) {
      const input = make("input");
      input.type = "text";
      input.dataset.edit = "words";
      const first = waiting === null || !waiting.isConnected;
      if (first && picked) input.value = picked.quote;
      if (first) waiting = input;
      input.addEventListener("focus", () => { waiting = input; });
      return {
        box(button) {
          const line = make("div", "line");
          line.append(labelled(label, input), ...(button ? [button] : []));
          return line;
        },
        clear() { input.value = ""; picked = null; input.focus(); },
        say(text) { said.textContent = text; },
        quote() {
          const text = fold(input.value);
          const here = picked && picked.quote === text;
          said.textContent = !text ? "Select words in the source first, or type them." :
            !here && !standsOnPage(text) ? "These words are not on the page, and a correction must quote it." : "";
          if (said.textContent) return null;
          return here ? { quote: text, offset: picked.offset, length: picked.length } : { quote: text };
        },
      };
    }

    function editor(edits, said) {
      const box = make("fieldset");
      box.append(make("legend", "", "Correct a field"));
      const field = options(make("select"), [["", "Choose a field"], ...Object.entries(FIELDS), ...Object.entries(groups.FIELDS), ["intent", "Intent"], ["approval_status", "Approval status"]]);
      field.dataset.edit = "field";
      const area = make("div", "edit-area");
      box.append(labelled("Field", field), area);
      const words = (label) => wordsInput(label, said);
      field.addEventListener("change", () => {
        area.replaceChildren();
        waiting = null;
        const name = field.value;
        if (!name) return;
        const choices = CHOICES.includes(name) ? data.choices[name] : null;
        const list = make("ul", "quotes");
        area.append(list);
        const values = () => edits[name] || (groups.FIELDS[name] ? parts[name] : current(name));
        function show() {
          list.replaceChildren();
          if (choices) {
            if (edits[name]) list.append(row(`${plain(edits[name].choice)}: ${edits[name].quote}`, () => { delete edits[name]; }));
          } else values().forEach((one, place) => list.append(row(groups.FIELDS[name] ? groups.told(one) : one.quote, () => { edits[name] = values().filter((_, at) => at !== place); })));
          if (!list.children.length) list.append(make("li", "none", choices ? "Left as it was read." : "None."));
        }
        function row(text, drop) {
          const made = make("li");
          const button = make("button", "quiet", "Remove");
          button.setAttribute("aria-label", `Remove ${text}`);
          button.addEventListener("click", () => { drop(); show(); field.focus(); });
          made.append(make("span", "", text), button);
          return made;
        }
        if (groups.FIELDS[name]) {
          area.append(...groups.form(name, { labelled, options, words }, (change) => { edits[name] = change(values()); show(); }));
          return show();
        }
        const choice = choices && options(make("select"), choices.map((one) => [one, plain(one)]));
        if (choice) area.append(labelled("Value", choice));
        const input = words("Words of the page (select them in the source, or type them)");
        const add = make("button", "", choices ? "Set" : "Add");
        add.dataset.edit = "add";
        area.append(input.box(add));
        add.addEventListener("click", () => {
          const value = input.quote();
          if (!value) return;
          if (choice) edits[name] = { choice: choice.value, ...value };
          else edits[name] = SINGLE.has(name) ? [value] : [...values(), value];
          input.clear();
          show();
        });
        show();
      });
      return box;
    }

    function decide(verdict, quick) {
      const reviewer = localStorage.getItem("onlabel.reviewer");
      if (verdict === "right" && reviewer && (quick || !decisions.get(key))) save(entryOf("right", reviewer, "", {}, false));
      else open(verdict, quick);
    }
    for (const one of buttons) one.addEventListener("click", () => decide(one.dataset.verdict));
    // What was decided before the use was drawn counts as well: the draw did not look at it. Not so one of many at once.
    const earlier = decisions.get(key);
    if (drawn && earlier && !earlier.sampled && !earlier.many) decisions.set({ [key]: { ...earlier, sampled: true } }, false);
    restore();
    return { key, decide, restore };
  }
  return all(".card[data-use]").map(begin);
})();

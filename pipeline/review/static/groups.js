// Editing values that have parts: patients (alternatives of what must all apply) and treatments (a phrase, and names in it).
"use strict";
var groups = (() => {
  const { data } = page;
  const { make } = elements;
  const FIELDS = { populations: "Patients", therapies: "Given with", prior: "Prior therapy", qualifiers: "Restriction in words" };
  const plain = (choice) => choice.replace(/[_-]/g, " ");
  const age = (one) => `${one.value} ${one.unit}${one.value === 1 ? "" : "s"}`;

  // A value as words, with what was read from them.
  function told(value) {
    if (Array.isArray(value)) return value.map((one) => `${one.quote} (${meaning(one)})`).join(" and ");
    if (!value.phrase) return `${value.quote} (${plain(value.kind)}, of the ${value.of})`;
    const names = value.names && value.names.length ? `: ${value.names.map((one) => one.quote).join(", ")}` : "";
    return `${value.phrase.quote} (${plain(value.mode)}${names})`;
  }
  function meaning(one) {
    const bounds = [one.low && `${one.low_exclusive ? "above" : "from"} ${age(one.low)}`, one.high && `${one.high_exclusive ? "below" : "to"} ${age(one.high)}`].filter(Boolean).join(" ");
    return one.age_group || one.sex || bounds || plain(one.kind);
  }

  // The parts of a new value. `tools` makes controls and takes words of the page; `give` is handed what adds the value.
  function form(name, tools, give) {
    return name === "populations" ? patient(tools, give) : name === "qualifiers" ? qualifier(tools, give) : treatment(name, tools, give);
  }

  function qualifier({ labelled, options, words }, give) {
    const [kind, of] = [["kind", data.choices.qualifier], ["of", data.choices.of]].map(([name, choices]) => {
      const select = options(make("select"), choices.map((one) => [one, plain(one)]));
      select.dataset.edit = name;
      return select;
    });
    of.value = "use";
    const input = words("Words of the page that restrict the use");
    const add = make("button", "", "Add");
    add.dataset.edit = "add";
    add.addEventListener("click", () => {
      const quote = input.quote();
      if (!quote) return;
      input.clear();
      give((values) => [...values, { of: of.value, kind: kind.value, ...quote }]);
    });
    const line = make("div", "line");
    line.append(labelled("What is understood of them", kind), labelled("What they restrict", of));
    return [line, input.box(add)];
  }

  function patient({ labelled, options, words }, give) {
    const kinds = data.choices.kind.flatMap((kind) => ({
      "age-group": data.choices.age_group.map((one) => [`age_group ${one}`, `age group: ${one}`]),
      sex: data.choices.sex.map((one) => [`sex ${one}`, `sex: ${one}`]),
    }[kind] || [[kind, plain(kind)]]));
    const kind = options(make("select"), kinds);
    kind.dataset.edit = "kind";
    const join = options(make("select"), [["or", "or: other patients as well"], ["and", "and: of the patients above, only these"]]);
    join.dataset.edit = "join";
    const ages = make("div", "line");
    const bounds = ["low", "high"].map((bound) => {
      const value = make("input");
      value.type = "number";
      value.min = "0";
      value.dataset.edit = bound;
      const unit = options(make("select"), data.choices.unit.map((one) => [one, `${one}s`]));
      unit.value = "year";
      unit.setAttribute("aria-label", bound === "low" ? "Unit of the lower age" : "Unit of the upper age");
      const out = make("input");
      out.type = "checkbox";
      out.dataset.edit = `${bound}_exclusive`;
      const check = labelled(bound === "low" ? "not that age itself (older than)" : "not that age itself (younger than)", out);
      check.className = "check";
      check.prepend(out);
      ages.append(labelled(bound === "low" ? "From (may be empty)" : "To (may be empty)", value), unit, check);
      return [bound, value, unit, out];
    });
    const show = () => { ages.hidden = kind.value !== "age-range"; };
    kind.addEventListener("change", show);
    show();
    const input = words("Words of the page that say it");
    const add = make("button", "", "Add");
    add.dataset.edit = "add";
    add.addEventListener("click", () => {
      const quote = input.quote();
      if (!quote) return;
      const [first, second] = kind.value.split(" ");
      const value = second ? { kind: first.replace("_", "-"), ...quote, [first]: second } : { kind: first, ...quote };
      if (first === "age-range") {
        for (const [bound, number, unit, out] of bounds) if (/^\d+$/.test(number.value)) {
          value[bound] = { value: Number(number.value), unit: unit.value };
          if (out.checked) value[`${bound}_exclusive`] = true;
        }
        if (!value.low && !value.high) return input.say("Give the age from which, or to which.");
      }
      input.clear();
      give((values) => (join.value === "and" && values.length ? [...values.slice(0, -1), [...values.at(-1), value]] : [...values, [value]]));
    });
    const line = make("div", "line");
    line.append(labelled("What the words say", kind), labelled("Together with the others", join));
    return [line, ages, input.box(add)];
  }

  function treatment(name, { labelled, options, words }, give) {
    const mode = options(make("select"), data.choices[name].map((one) => [one, plain(one)]));
    mode.dataset.edit = "mode";
    const phrase = words("Words of the page, the whole of it (with A or B)");
    const each = words("Each treatment named in it (A)");
    const more = make("button", "", "Add name");
    more.dataset.edit = "name";
    const list = make("p", "note");
    let names = [];
    const show = () => { list.textContent = names.length ? `Named: ${names.map((one) => one.quote).join(", ")}` : ""; };
    more.addEventListener("click", () => {
      const quote = each.quote();
      if (!quote) return;
      names.push(quote);
      each.clear();
      show();
    });
    const add = make("button", "", "Add treatment");
    add.dataset.edit = "add";
    add.addEventListener("click", () => {
      const quote = phrase.quote();
      if (!quote) return;
      const value = { mode: mode.value, phrase: quote, names };
      names = [];
      phrase.clear();
      show();
      give((values) => [...values, value]);
    });
    return [labelled("How", mode), phrase.box(), each.box(more), list, add];
  }

  return { FIELDS, form, told };
})();

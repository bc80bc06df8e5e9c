// The search over uses, as pipeline/tables/search.py defines it, with its tables: what finds what is the same in both.
"use strict";
var search = (() => {
  const { labels, abbreviations, groups, codes, fromStart, stop } = window.onlabelSearch;
  const TERM = /(?:([A-Za-z0-9]+):)?(?:"([^"]*)"?|((?:non\s+)?\S+(?:\s+(?:positive|negative)(?!\S))?))/giu;
  const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

  function fold(text) {
    const plain = text.normalize("NFKD").replace(/\p{M}/gu, "")
      .replace(/(?<=[\p{L}\p{N}_])\+(?![\p{L}\p{N}_])/gu, " positive")
      .replace(/(?<=[A-Z0-9])[-\u2010-\u2015\u2212](?![\p{L}\p{N}_])/gu, " negative").toLowerCase();
    return (plain.match(/[\p{L}\p{N}]+/gu) || []).join(" ").replace(/(^| )non (?=[a-z])/g, "$1non").replace(/ (positive|negative)(?![\p{L}\p{N}])/gu, "$1");
  }
  const folded = ([label, text, more]) => ({ group: labels[label][0], label: labels[label][1], text, folded: ` ${fold(text)} | ${fold(more || "")} ` });
  const coded = ([system, code, broader]) => ({ system, code: code.toLowerCase(), text: code, label: `${codes[system]}${broader ? ", broader" : ""}` });
  // What can be found of a drug or a use, from a row of data/overview.js.
  function entry(words, found) {
    const made = words.map(folded);
    return { words: made, codes: found.map(coded), all: made.map((one) => one.folded).join("") + found.map((one) => ` ${one[1].toLowerCase()}`).join("") };
  }

  // A drug: its names, its brands, and its uses, each with an `entry`.
  function drug(names, byBrand, uses) {
    const made = { names: entry(...names), byBrand: entry(...byBrand), uses };
    return { ...made, all: [made.names, made.byBrand, ...uses.map((use) => use.entry)].map((one) => one.all).join("") };
  }

  function parse(query) {
    const terms = [];
    for (const [, name = "", quoted = "", word = ""] of query.matchAll(TERM)) {
      const lower = name.toLowerCase();
      const known = own(groups, lower) || own(codes, lower) ? lower : null;
      const bare = quoted || word;
      const said = known || !name ? bare : `${name}:${bare}`;
      const plain = fold(said);
      if (!plain || (stop.includes(plain) && !known)) continue;
      const long = own(abbreviations, plain);
      terms.push({
        said, group: own(groups, lower) ? lower : null, system: own(codes, lower) ? lower : null, long,
        words: (long || [plain]).map((one) => matcher(fold(one))),
        code: (known === "mondo" ? `mondo:${bare}` : bare).toLowerCase(),
      });
    }
    return terms;
  }
  function matcher(term) {
    const needle = term.length <= 2 ? ` ${term} ` : ` ${term.length >= 5 ? term.replace(/s$/, "") : term}`;
    const whole = /\p{N}$/u.test(needle) && new RegExp(`${needle}(?!\\p{N})`, "u");
    return { needle, found: (text) => text.includes(needle) && (!whole || whole.test(text)) };
  }
  // What a term finds first in some entries: words of a page, or a code.
  function hit(term, entries) {
    for (const one of entries) {
      if (!term.system && term.words.some((word) => one.all.includes(word.needle))) {
        const words = one.words.find((each) => (!term.group || term.group === each.group) && term.words.some((word) => word.found(each.folded)));
        if (words) return words;
      }
      if (term.group || !term.code) continue;
      const start = fromStart.includes(term.system);
      const code = one.codes.find((each) => (!term.system || term.system === each.system) && (each.code === term.code || (start && each.code.startsWith(term.code))));
      if (code) return code;
    }
    return null;
  }
  // Uses (by number) that have all terms, each with what was hit; null where the drug has them not even in its names.
  function find(terms, drug, passes) {
    const found = new Map();
    if (!terms.length) return new Map(drug.uses.filter(passes).map((use) => [use.number, []]));
    const maybe = (term) => drug.all.includes(` ${term.code}`) || (!term.system && term.words.some((word) => drug.all.includes(word.needle)));
    if (!terms.every(maybe)) return null;
    drug.uses.forEach((use, place) => {
      if (!passes(use)) return;
      const hits = terms.map((term) => hit(term, [drug.names, use.entry]));
      if (hits.every(Boolean)) found.set(place + 1, hits);
    });
    return found.size || (terms.every((term) => hit(term, [drug.names, drug.byBrand]))) ? found : null;
  }
  function told(term) {
    if (term.system) return `${codes[term.system]} ${fromStart.includes(term.system) ? "codes that begin with" : "code"} ${term.code.toUpperCase()}`;
    return `“${term.said}”${term.long ? ` as ${term.long.join(" or ")}` : ""}${term.group ? ` in ${groups[term.group]}` : ""}`;
  }

  // Letters that are other, missing, too many or swapped with their neighbor; null beyond `most`.
  function distance(one, other, most) {
    if (Math.abs(one.length - other.length) > most) return null;
    let before = [];
    let last = Array.from({ length: other.length + 1 }, (_, at) => at);
    for (let row = 1; row <= one.length; row++) {
      const line = [row];
      for (let column = 1; column <= other.length; column++) {
        let least = Math.min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (one[row - 1] !== other[column - 1]));
        if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) least = Math.min(least, before[column - 2] + 1);
        line.push(least);
      }
      if (Math.min(...line) > most) return null;
      [before, last] = [last, line];
    }
    return last[other.length] <= most ? last[other.length] : null;
  }
  // The query with a word that nothing has replaced by one that looks like it: offered, never taken.
  let known = null; // words by their folded form
  function near(terms, texts, term) {
    known = known || new Map([...new Set([...new Set(texts())].flatMap((text) => text.split(/\s+/)))].map((word) => [fold(word), word]).reverse());
    const plain = fold(term.said);
    if (plain.length <= 2) return [];
    const offered = [];
    for (const [word, written] of known) {
      const far = distance(plain, word, plain.length <= 4 ? 1 : 2);
      if (far !== null) offered.push([far, word, written]);
    }
    offered.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
    const named = (one) => (one.group || one.system ? `${one.group || one.system}:` : "");
    return offered.slice(0, 3).map(([, , written]) => terms.map((one) => `${named(one)}${one === term ? written : one.said}`).join(" "));
  }
  // Where the words of a query stand in a text, for marking: [from, to] or null.
  function within(terms, text) {
    for (const term of terms) {
      term.marks = term.marks || term.words.map(({ needle }) => {
        const parts = needle.trim().replace(/(?<=[^ ])(positive|negative)$/, " $1").replace(/(^| )non(?=[a-z])/g, "$1non ").split(" ");
        const pattern = parts.map((one) => (one === "positive" ? "(?:positive|\\+)" : one === "negative" ? "(?:negative|-)" : one)).join("[^\\p{L}\\p{N}+]*");
        return new RegExp(`(?<![\\p{L}\\p{N}])${pattern}`, "iu");
      });
      for (const mark of term.marks) {
        const match = mark.exec(text);
        if (match) return [match.index, match.index + match[0].length];
      }
    }
    return null;
  }
  // What restricts a use and what was said of it leaves out: a title alone would read as a broader use than the page states.
  // Whole words are compared ("men" is not said by "treatment"), and prior therapy as such, not as something to be given.
  function rest(use, said, shown = []) {
    const has = (text, part) => ` ${fold(text)} `.includes(` ${fold(part)} `);
    const left = use.entry.words.filter((one) => one.label !== "Intent" && (one.group !== "brand" || use.flags & 1) && !shown.includes(one))
      .map((one) => (one.group === "prior" ? `after ${one.text}` : one.text));
    const unsaid = [...new Set(left)].filter((one) => !has(said, one));
    return unsaid.filter((one) => !one.startsWith("after ") || !unsaid.some((each) => each !== one && has(each, one)));
  }
  const drugs = window.onlabelDrugs.map(([file, name, kind, brands, flags, sha, reviewed, date, waiting, names, byBrand, uses]) => {
    const made = uses.map(([title, approvalStatus, own, offset, words, found], at) => ({ number: at + 1, title, approvalStatus, flags: own, offset, key: `${sha}:${offset}`, entry: entry(words, found) }));
    return { file, name, kind, brands, flags, sha, reviewed, date, waiting, ...drug(names, byBrand, made) };
  });
  return { drugs, parse, find, hit, told, near, within, groups, fold, rest };
})();

"""The bad inputs, each as a writer of files into a seeds folder, with what must become of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.invented_pages import drug_page

MIB = 1024 * 1024


@dataclass(frozen=True)
class Bad:
    """`write` makes it at a path below the seeds. `outcome` and `codes`: what its accounting and its problems must be."""

    write: Callable[[Path], object]
    outcome: str = "quarantined"
    codes: frozenset[str] = frozenset()
    name: str = "bad.md"


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _text(text: str) -> Callable[[Path], object]:
    return _bytes(text.encode())


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.write(drug_page("Largenib").encode())
        for _ in range(100):
            file.write(b"x" * MIB)


def _with(old: str, new: str) -> str:
    page = drug_page("Badnib")
    assert old in page
    return page.replace(old, new)


_BOMB = "\n".join(
    [
        "a: &a [x, x, x, x, x, x, x, x, x]",
        *(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    ]
)

QUARANTINED = {
    "an empty file": Bad(_bytes(b""), codes=frozenset({"R101"})),
    "only white space": Bad(_bytes(b"\xef\xbb\xbf \r\n\n"), codes=frozenset({"R101"})),
    "a folder called like a page": Bad(Path.mkdir, codes=frozenset({"R191"})),
    "a named pipe": Bad(os.mkfifo, codes=frozenset({"R191"})),
    "binary": Bad(_bytes(bytes(range(256)) * 64), codes=frozenset({"R104"})),
    "UTF-16": Bad(_bytes(drug_page("Badnib").encode("utf-16")), codes=frozenset({"R103"})),
    "invalid UTF-8": Bad(_bytes(drug_page("Badnib").encode() + b"\xff\xc3"), codes=frozenset({"R105"})),
    "half a surrogate pair": Bad(_bytes(drug_page("Badnib").encode() + b"\xed\xa0\x80"), codes=frozenset({"R105"})),
    "unclosed front matter": Bad(_text(_with("version: v1\n---\n", "version: v1\n")), codes=frozenset({"R106"})),
    "broken YAML": Bad(_text(_with("language: en", "language: [en")), codes=frozenset({"R107"})),
    "front matter that is a list": Bad(_text("---\n- a\n- b\n---\n\n# Badnib\n"), codes=frozenset({"R108"})),
    "a key twice": Bad(_text(_with("language: en", "language: en\nlanguage: fr")), codes=frozenset({"R109"})),
    "a YAML alias bomb": Bad(_text(_with("language: en", _BOMB)), codes=frozenset({"R110"})),
    "a YAML tag": Bad(
        _text(_with("language: en", "language: !!python/object/apply:os.system ['id']")), codes=frozenset({"R110"})
    ),
    "YAML nested too deep": Bad(_text(_with("language: en", f"language: {'[' * 20_000}")), codes=frozenset({"R111"})),
    "100 MiB": Bad(_large, codes=frozenset({"R102"})),
    "a link to nothing": Bad(lambda path: path.symlink_to("nowhere.md"), codes=frozenset({"R190"})),
    "a link to itself": Bad(lambda path: path.symlink_to(path), codes=frozenset({"R190"})),
    "lists nested too deep": Bad(
        _text(_with("## Use in Cancer", "\n".join("  " * n + "- x" for n in range(300)) + "\n\n## Use in Cancer")),
        codes=frozenset({"R111"}),
    ),
    "quotations nested too deep": Bad(
        _text(_with("## Use in Cancer", "> " * 20_000 + "x\n\n## Use in Cancer")), codes=frozenset({"R111"})
    ),
}

NOT_A_DRUG = {
    "no use section and no drug": Bad(
        _text("---\ntitle: Bone Cancer - NCI\n---\n\n# Bone Cancer\n\nA kind of cancer.\n"), "not-a-drug"
    ),
    "a page of another kind": Bad(
        _text(
            "---\ntitle: Drugs Approved for Bone Cancer - NCI\nurl: https://www.cancer.gov/about-cancer/treatment/drugs/bone\n---\n\n"
            "# Drugs Approved for Bone Cancer\n\nThis page lists cancer drugs approved by the FDA for bone cancer.\n\n"
            "## Drugs Approved for Bone Cancer\n\n[Denosumab](/about-cancer/treatment/drugs/denosumab)\n\n"
            "[Doxorubicin Hydrochloride](/about-cancer/treatment/drugs/doxorubicinhydrochloride)\n"
        ),
        "not-a-drug",
    ),
    "a text without front matter": Bad(_text("# Notes\n\nBuy milk.\n"), "not-a-drug"),
    "only front matter": Bad(_text("---\ntitle: Nothing\n---\n"), "not-a-drug"),
}

#: Strange, but pages: whatever becomes of them, it is accounted for, and nothing dangerous comes out.
STRANGE = {
    "no front matter": _text(drug_page("Badnib").split("---\n", 2)[2]),
    "20,000 nested brackets": _text(_with("## Use in Cancer", "[" * 20_000 + "\n\n## Use in Cancer")),
    "20,000 nested brackets that close": _text(_with("breast cancer", "[" * 20_000 + "breast cancer" + "]" * 20_000)),
    "20,000 stars": _text(_with("breast cancer", "*" * 20_000)),
    "a drug page with an empty use section": _text(
        drug_page("Badnib").partition("## Use in Cancer")[0] + "## Use in Cancer\n\n## More About Badnib\n"
    ),
    "javascript links": _text(
        _with("**melanoma**", '**[melanoma](javascript:alert(1))** or [this](JaVaScRiPt:alert(2) "x") or <javascript:alert(3)>')
    ),
    "a script in a name": _text(drug_page("<script>alert(1)</script>", slug="scripted", brand="<img src=x onerror=alert(1)>")),
    "a script in the title": _text(_with("title: 'Badnib - NCI'", "title: '</q></div><script>alert(1)</script> - NCI'")),
    "a slug with ../": _text(drug_page("Badnib", slug="../../../../../../tmp/escaped")),
    "a slug with %2e%2e%2f": _text(drug_page("Badnib", slug="..%2f..%2fescaped")),
    "a slug of nothing": _text(drug_page("Badnib", slug="")),
    "a slug of other letters": _text(drug_page("Badnib", slug="лекарство")),
    "a very long slug": _text(drug_page("Badnib", slug="a" * 5_000)),
    "a very long name": _text(drug_page("B" + "adnib" * 10_000, slug="longname")),
    "NUL as an entity": _text(_with("breast cancer", "breast &#0; &#xD800; &#x1F4A9; cancer")),
    "half a character in YAML": _text(_with("language: en", 'language: "\\ud800"')),
    "a date that is none": _text(drug_page("Badnib", reviewed="2025-02-31")),
    "right-to-left marks": _text(_with("melanoma", "mela\u202enoma\u2066")),
    "control characters": _text(_with("melanoma", "mela\x1b[31mnoma\x07")),
    "old Macintosh line ends": _text(drug_page("Badnib").replace("\n", "\r")),
    "every line twice": _text("".join(line * 2 for line in drug_page("Badnib").splitlines(keepends=True))),
}

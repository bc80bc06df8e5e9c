"""The verifier's own reading of front matter: what nobody touched is proven, however its YAML is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.convert import convert
from pipeline.publishers import profiles
from pipeline.read import read_page
from pipeline.verify import prove
from pipeline.verify.document import Document
from tests.invented_pages import drug_page

EXAMPLES = json.loads((Path(__file__).parents[1] / "read" / "front_matter.json").read_text())

#: What a reviewer or a crawler may add to front matter, or put around it.
NOTES = {
    "a literal text": ("version: v1", "version: v1\nnote: |\n  Read by a reviewer.\n    It looks right.\n\n  Twice."),
    "a folded text": ("version: v1", "version: v1\nnote: >-\n  Read by\n  a reviewer.\n\n  It looks right."),
    "a text with its indentation": ("version: v1", "version: v1\nnote: |2-\n  Read by a reviewer."),
    "an escaped line end": ("version: v1", 'version: v1\nnote: "Read \\"here\\" by \\\n  a reviewer,\n\n  twice"'),
    "quotes over several lines": ("version: v1", "version: v1\nnote: 'It''s read\n\n\n  by a reviewer'"),
    "a text without quotes over several lines": ("version: v1", "version: v1\nnote: read by\n  a reviewer\n\n  twice"),
    "a second block": ("version: v1\n---\n", "version: v1\n---\n---\nnote: read by a reviewer\nby:\n- r1\n---\n"),
    "a comment before it": ("---\naudience", "<!-- exported -->\n---\naudience"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("note", NOTES)
def test_an_untouched_output_is_proven_whatever_notes_front_matter_has(note: str, line_end: str, tmp_path: Path) -> None:
    old, new = NOTES[note]
    text = drug_page("Notinib")
    assert old in text
    page = tmp_path / "notinib.md"
    page.write_bytes(text.replace(old, new, 1).replace("\n", line_end).encode())
    report = convert([page], tmp_path / "output")
    assert (report.accounting["published"], report.counts["brands"], report.counts["uses"]) == (1, 1, 2)
    proved = prove(tmp_path / "output")
    assert [str(problem) for problem in proved.problems] == []
    assert proved.quotes


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["shows"])
def test_it_reads_every_value_as_the_reader_does(example: dict[str, Any], line_end: str) -> None:
    page = read_page(f"---\n{example['yaml']}\n---\n# Body\n".replace("\n", line_end).encode(), "page.md")
    document = Document("DocumentReference/a", {}, page.text, profiles()[-1])
    for key, values in page.front_matter.items():
        for value in values:
            # An empty text and one of spaces are no words that anything could show.
            if value.text.strip():
                assert document.show(value.span.start, value.span.end) == (value.text, "")
                assert (
                    document.key_at(value.span.start) == key
                    or "explicit" in example["shows"]
                    or "quoted keys" in example["shows"]
                )

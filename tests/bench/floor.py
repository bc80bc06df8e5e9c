"""What the given libraries alone need for pages and the resources that are published of them: the floor of every ratio.

    python tests/bench/floor.py PAGES RESOURCES

PAGES is a folder of pages, RESOURCES one of NDJSON files. In one process: `frontmatter.loads`, `MarkdownIt("commonmark").parse`
of the body, and for each resource `model_validate` and `model_dump_json` of fhir.resources. Prints the seconds as JSON;
importing the libraries does not count.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import frontmatter
from fhir.resources import get_fhir_model_class
from markdown_it import MarkdownIt


def main(pages: Path, resources: Path) -> None:
    """Do the work once, and say how long it took."""
    found = [json.loads(line) for path in sorted(resources.glob("*.ndjson")) for line in path.open("rb")]
    texts = [path.read_text(encoding="utf-8") for path in sorted(pages.rglob("*.md"))]
    for resource in {each["resourceType"]: each for each in found}.values():  # the first of a type builds its model
        get_fhir_model_class(resource["resourceType"]).model_validate(resource).model_dump_json()
    markdown = MarkdownIt("commonmark")
    start, wall = time.process_time(), time.perf_counter()
    for text in texts:
        markdown.parse(frontmatter.loads(text).content)
    parsed = time.process_time()
    for resource in found:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource).model_dump_json()
    done = time.process_time()
    said = {"parse": parsed - start, "resources": done - parsed, "wall": time.perf_counter() - wall}
    print(json.dumps(said | {"pages": len(texts), "count": len(found)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

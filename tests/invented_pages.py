"""Pages on drugs that do not exist, in the shape of the real ones, for tests of everything around the reading of uses."""

from __future__ import annotations

from pathlib import Path


def drug_page(name: str, *, slug: str | None = None, brand: str | None = None, reviewed: str | None = "2025-12-30") -> str:
    """A page on one drug with a brand and two uses. `slug` is what stands at the end of its URL."""
    slug = slug if slug is not None else name.lower()
    brand = brand if brand is not None else f"{name[:4]}ria"
    front_matter = [
        "audienceLevel: patient",
        "language: en",
        *([f"lastReviewed: '{reviewed}'"] if reviewed is not None else []),
        "source: NCI",
        f"title: '{name} - NCI'",
        f"url: https://www.cancer.gov/about-cancer/treatment/drugs/{slug}",
        "version: v1",
    ]
    return "\n".join(
        [
            "---",
            *front_matter,
            "---",
            "",
            f"# {name} - NCI",
            "",
            f"# {name}",
            "",
            f"This page contains brief information about {name.lower()} and a collection of links to more information.",
            "",
            "US Brand Name(s)",
            "",
            brand,
            "",
            "FDA Approved",
            "",
            "Yes",
            "",
            "## Use in Cancer",
            "",
            f"{name} is approved to treat:",
            "",
            "- **breast cancer** that has metastasized",
            f"- **melanoma** in adults. This use is approved for the {brand} brand of {name.lower()}",
            "",
            f"{name} is also being studied in the treatment of other types of cancer.",
            "",
            f"## More About {name}",
            "",
            "[Definition from the NCI Drug Dictionary](https://www.cancer.gov/publications/dictionaries/cancer-drug/def/999001)",
            "",
        ]
    )


def regimen_page(name: str, drugs: list[str]) -> str:
    """A page on a combination of drugs, each linked to its own page (the drug's name in lower case)."""
    rows = [f"| **{drug[0]}** | = [{drug}](/about-cancer/treatment/drugs/{drug.lower()}) |" for drug in drugs]
    return "\n".join(
        [
            "---",
            "language: en",
            "lastReviewed: '2025-12-30'",
            "source: NCI",
            f"title: {name} - NCI",
            f"url: https://www.cancer.gov/about-cancer/treatment/drugs/{name.lower()}",
            "version: v1",
            "---",
            "",
            f"# {name} - NCI",
            "",
            f"# {name}",
            "",
            f"This chemotherapy combination contains the drugs {' and '.join(drug.lower() for drug in drugs)}.",
            "",
            f"Drugs in the {name} combination:",
            "",
            "|  |  |",
            "| --- | --- |",
            *rows,
            "",
            "## Use in Cancer",
            "",
            f"{name} is used to treat:",
            "",
            "- **Breast cancer.**",
            "",
            "This combination may also be used with other drugs or treatments or to treat other types of cancer.",
            "",
        ]
    )


def write_pages(folder: Path, pages: dict[str, str]) -> Path:
    """Write pages by file name; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


#: A small corpus with something of everything: an id that is the start of another, a regimen with a drug that has no page.
CORPUS = {
    "zelanib.md": drug_page("Zelanib"),
    "abrotinib.md": drug_page("Abrotinib"),
    "abrotinib-mesylate.md": drug_page("Abrotinib-mesylate", brand="Morvia"),
    "za.md": regimen_page("ZA", ["Zelanib", "Abrotinib", "Unheardof"]),
    "list.md": "---\ntitle: Drugs Approved for Bone Cancer - NCI\n---\n\n# Drugs Approved for Bone Cancer\n\nA list.\n",
}

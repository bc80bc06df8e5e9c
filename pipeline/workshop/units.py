"""Rebuilds `ucum.json`, the prefixes and unit symbols of UCUM, from the table that the UCUM organization publishes.

    mvn dependency:get -Dartifact=org.fhir:ucum:1.0.9 -Dtransitive=false
    python -m pipeline.workshop units ~/.m2/…/ucum-1.0.9.jar

UCUM is © Regenstrief Institute and the UCUM Organization; its terms of use allow copies of its codes with that notice.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET


def rebuild(jar: Path) -> dict[str, list[str]]:
    """Case-sensitive symbols: `prefixes`, units that take a prefix (`metric`), and all others."""
    with zipfile.ZipFile(jar) as archive:
        root = ET.fromstring(archive.read("ucum-essence.xml"))  # noqa: S314 - UCUM's own file, from a registry's archive
    units = [(str(u.get("Code")), u.tag == "base-unit" or u.get("isMetric") == "yes") for u in root if u.tag != "prefix"]
    return {
        "prefixes": sorted(str(prefix.get("Code")) for prefix in root.iterfind("prefix")),
        "metric": sorted(code for code, metric in units if metric),
        "other": sorted(code for code, metric in units if not metric),
    }

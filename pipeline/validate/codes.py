"""What can be said of a code and its system without a list of codes: format, check digit, address.

Sources: LOINC Users' Guide (mod 10 check digit, Luhn's); SNOMED CT Release File Specifications, SCTID (Verhoeff's check
digit, partition identifier); the documentation of RxNorm, NCI EVS and ICD-10-CM (formats). That the last character of a UNII
is the sum of the others modulo 36 was found in the FDA's codes: all 362 of `mappings/` have it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from pipeline.validate.tables import EDITIONS, did_you_mean, terminology

_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Verhoeff's table of multiplication in the dihedral group of ten, and its permutation.
_TIMES: Final = tuple(
    tuple((a + b) % 5 + (b >= 5) * 5 if a < 5 else (a - b) % 5 + (b < 5) * 5 for b in range(10))  # noqa: PLR2004 - the group's halves
    for a in range(10)
)
_TURNED: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_SYSTEM_OF_HL7 = re.compile(
    r"https?://(?:hl7\.org/fhir/(?:(?:v2|v3|sid|CodeSystem)/)?|terminology\.hl7\.org/(?:CodeSystem/)?)[^/]+/?"
)
_VALUE_SET = re.compile(r"http://(?:hl7\.org/fhir|terminology\.hl7\.org)/ValueSet/.+")
_EXPRESSION = re.compile(r"[|:,+={}()<]")


def _loinc(code: str) -> str:
    if code.startswith("L"):  # parts, answers, lists and groups have check digits of another kind
        return ""
    digits = re.sub(r"\D", "", code)
    total = sum(sum(divmod(int(digit) * (1 + index % 2), 10)) for index, digit in enumerate(reversed(digits)))
    return "" if total % 10 == 0 else "the digit after the hyphen is not its check digit"


def _unii(code: str) -> str:
    *rest, last = (_CHARACTERS.index(each) for each in code)
    return "" if sum(rest) % len(_CHARACTERS) == last else "the last character is not its check character"


def _snomed(code: str) -> str:
    check = 0
    for index, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(index % 8):
            turned = _TURNED[turned]
        check = _TIMES[check][turned]
    if check:
        return "the last digit is not its check digit (Verhoeff)"
    return "" if code[-3:-1] in {"00", "10"} else "this is the id of a description or relationship, not of a concept"


def _format_alone(_: str) -> str:
    return ""


#: Of each system: what its codes look like, in words and as a pattern, and what else can be wrong with one of that form.
_FORMS: Final[Mapping[str, tuple[str, str, Callable[[str], str]]]] = MappingProxyType(
    {
        "http://www.nlm.nih.gov/research/umls/rxnorm": ("an RXCUI, 1 to 8 digits", r"[1-9]\d{0,7}", _format_alone),
        "http://loinc.org": ("digits, a hyphen, a check digit", r"(?:L[AGLP])?\d{1,7}-\d", _loinc),
        "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl": ("C and 3 to 7 digits", r"C[1-9]\d{2,6}", _format_alone),
        "http://fdasis.nlm.nih.gov": ("10 capital letters and digits", r"[A-Z\d]{10}", _unii),
        "http://hl7.org/fhir/sid/icd-10-cm": (
            "a letter, two characters, and after a dot up to four more",
            r"[A-Z]\d[A-Z\d](?:\.[A-Z\d]{1,4}|-[A-Z]\d[A-Z\d])?",
            _format_alone,
        ),
        "http://snomed.info/sct": ("an SCTID of 6 to 18 digits", r"[1-9]\d{5,17}", _snomed),
    }
)


@lru_cache(4096)
def malformed(system: str, code: str) -> str:
    """What is wrong with the form of a code of RxNorm, LOINC, NCIt, UNII, ICD-10-CM or SNOMED CT; empty where nothing is."""
    if system not in _FORMS or (system == "http://snomed.info/sct" and _EXPRESSION.search(code)):
        return ""
    looks, pattern, check = _FORMS[system]
    return check(code) if re.fullmatch(pattern, code, re.ASCII) else f"a code of this system is {looks}"


@lru_cache(1024)
def wrong_address(system: str) -> tuple[str, str, str] | None:
    """What is wrong with the address of a code system (code of the finding, cause, remedy), or None."""
    known = terminology().known
    if system in known:
        return None
    if _VALUE_SET.fullmatch(system):
        return "V425", "this is the address of a value set, not of a code system", "Name the system that the code is of."
    if system.endswith("/"):
        bare = system.rstrip("/")
        remedy = f"Write {bare}." if bare in known else "Write it as its owner does, nearly always without the slash."
        return "V426", "the system ends in a slash: systems are compared letter for letter", remedy
    if _SYSTEM_OF_HL7.fullmatch(system):
        remedy = did_you_mean(system, known) or "Correct it; if HL7 has defined it since, leave it."
        return "V425", f"HL7 has no code system of this URL in {EDITIONS}", remedy
    return None

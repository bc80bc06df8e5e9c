"""Codes that were derived from words: do they say what the words beside them say?

A table of its own, from codes to the words that can carry them. It proves that a code fits its words, not that the reading is
the only one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, fields
from types import MappingProxyType

from pipeline.errors import Problem
from pipeline.model import Use
from pipeline.publishers import Publisher
from pipeline.verify.elements import ending, name_of, named, objects, quotes_of, reference_to, value_of
from pipeline.verify.finding import Json, finding
from pipeline.verify.kept import name_as_concept
from pipeline.verify.mapped import Conformance, is_bare, is_mapped, mapped_codes
from pipeline.verify.page_facts import PageFacts
from pipeline.verify.reviews import CORRECTED, FIELDS, corrected_in
from pipeline.verify.spans import rules_of

NCI_THESAURUS = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
CANCER_TERMS = "https://www.cancer.gov/publications/dictionaries/cancer-terms"
_UCUM = "http://unitsofmeasure.org"
#: Code systems of ours whose codes are words of front matter, which `copies.py` compares; nobody lists them.
_OPEN = frozenset({"page-cancer-type", "page-topic", "page-audience"})
_LONGEST_ID = 64

_SAID: Mapping[str, Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        system: {code: re.compile(words, re.IGNORECASE) for code, words in codes.items()}
        for system, codes in {
            "intent": {
                "treat": r"\btreat|\btherapy\b|\bmanagement\b|\bkeep\b",
                "prevent": r"\bprevent|\bkeep\b|prophyla",
                "prevent-and-treat": r"(?:\bprevent|prophyla).*\btreat|\btreat.*(?:\bprevent|prophyla)",
                "palliate": r"\bpalliat|\breliev|\bease|\bsymptom",
                "reduce-risk": r"\b(?:reduc|lower|decreas)\w*\b.*\b(?:risk|chance)",
                # Another purpose is another verb: not a bare "treat", "prevent" or "palliate".
                "other": r"\A(?!\W*(?:to )?(?:treat|prevent|palliate)\W*\Z).*\w",
            },
            "approval-status": {
                "approved": r"\bapprov",
                "accelerated-approval": r"\baccelerated\b",
                # "It's also taken to prevent", "Prophylaxis of X" below "Therapeutic indications"
                "used": r"\bused?\b|\btreat|\b(?:given|taken|prescribed|indicated|recommended|licen[sc]ed)\b"
                r"|\bprevent|\bprophyla|\bmanage|\breli(?:ef|ev)|\bcontrol|\bhave\b",
            },
            "fda-status": {
                "approved": r"\A\s*yes\b",
                "not-approved": r"\A\s*(?:no\W*(?!\W*longer)|not\b.*\bapproved\b)",
                "discontinued": r"\bno longer\b|\bdiscontinued\b|\bwithdrawn\b",
            },
            "age-group": {
                "adult": r"\badults?\b|\b(?:wo)?men\b|\b(?:older|aged?|elderly)\b|\bpatients\b",
                "adolescent": r"\badolescen|\bteen",
                "child": r"\bchild|\bpa?ediatric|\binfant|\bnewborn|\btoddler|\bbab(?:y|ies)\b|\byoung|\bgirls?\b|\bboys?\b",
            },
            "administrative-gender": {
                "female": r"\b(?:wom[ae]n|girls?|females?|(?:pre|post)menopausal)\b",
                "male": r"\b(?:m[ae]n|boys?|males?)\b",
            },
        }.items()
    }
)
_INTENDED = {"treat": "Treatment", "prevent": "Prevention", "palliate": "Alleviation"}
#: Codes of others that stand in every snapshot, with the display that each may have.
_FIXED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "http://hl7.org/fhir/product-intended-use": {code: code for code in _INTENDED.values()},
        "http://hl7.org/fhir/therapy-relationship-type": {
            "indicated-only-with": "Indicated only when the other therapy is given (co-occurrent)",
            "indicated-only-before": "Indicated only if the other therapy was given before (follow-up)",
        },
        "http://hl7.org/fhir/publication-status": {"active": "Active", "retired": "Retired"},
        "http://hl7.org/fhir/administrative-gender": {"female": "Female", "male": "Male"},
        "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle": {
            "transform": "Transform/Translate Record Lifecycle Event"
        },
        "http://terminology.hl7.org/CodeSystem/provenance-participant-type": {
            "assembler": "Assembler",
            "author": "Author",
            "verifier": "Verifier",
        },
        "http://loinc.org": {"30525-0": "Age"},
        "http://hl7.org/fhir/ingredient-role": {"100000072072": "Active"},
        "urn:iso:std:iso:3166": {"US": "United States of America"},
    }
)
#: What stands the same in every resource, by the end of its place without indices: another value would change the meaning.
_ALWAYS: Mapping[str, object] = MappingProxyType(
    {
        "ClinicalUseDefinition.type": "indication",
        "ClinicalUseDefinition.contained.type": "person",
        "ClinicalUseDefinition.contained.membership": "definitional",
        "ClinicalUseDefinition.contained.characteristic.exclude": False,
        "DocumentReference.docStatus": "final",
        "DocumentReference.content.attachment.contentType": "text/markdown; charset=UTF-8",
        "Medication.ingredient.isActive": True,
        "Provenance.entity.role": "source",
        **{
            f"{kind}.text.status": "generated"
            for kind in (
                *("ClinicalUseDefinition", "DocumentReference", "Medication", "MedicationKnowledge", "Provenance"),
                *("MedicinalProductDefinition", "Ingredient", "RegulatedAuthorization"),
            )
        },
    }
)
#: What of a use nobody gives another value: whole sentences, the words beside a choice, steps, and the reviews themselves.
_NOT_EDITED = frozenset({"text", "parent", "lead", "evidence", "intent_text", "approval_status_fact", "phases", "reviews"})
#: What the codes inside our extensions may be, by the extension's or part's name.
_PARTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "comorbidity-role": frozenset({"setting", "cause"}),
        "qualifier-of": frozenset({"disease", "treatment", "use"}),
        "stated-for": frozenset({"brand", "drug"}),
        "verdict": frozenset({"right", "wrong", "incomplete"}),
        "changed": frozenset(each.name.replace("_", "-") for each in fields(Use) if each.name not in _NOT_EDITED),
        "mode": frozenset({"required", "optional", "alternative", "combination", "concurrent", "one-of", "conditional"}),
        "role": frozenset({
            "text", "parent", "lead", "evidence", "use", "detail", "brands", "approval-status", "denied", "studied",
            "other-form", "programme", "footnote", "explanation", "availability", "unread", "withheld",
        }),
    }
)  # fmt: skip
_UNITS = {"d": "day", "wk": "week", "mo": "month", "a": "year"}
_NUMBERS = (  # noqa: SIM905 - nineteen words read better as a sentence than as a column
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
).split()
#: What says that a bound is left out, and what stands before a number that is.
_COMPARED = {"<": r"\b(?:younger|less|fewer|under|below|before)\b|<", ">": r"\b(?:older|more|greater|over|above|after)\b|>"}
_LEFT_OUT = r"(?<!\bno )(?<!\bnot )\b(?:younger|less|fewer|older|more|greater)\s+than\s+(?:age\s+)?"
_BEFORE, _WITH = {"required", "one-of", "conditional"}, {"required", "alternative", "combination", "concurrent"}


def derived(
    resource: Json,
    conformance: Conformance,
    changed: Collection[str] = (),
    publisher: Publisher | None = None,
    page_facts: PageFacts | None = None,
) -> Iterator[Problem]:
    """Codes of a resource that disagree with their words, or are no codes of their system.

    Args:
        resource: a resource of the snapshot.
        conformance: the snapshot's own code systems and ConceptMaps.
        changed: the fields of the use that a reviewer gave another value: there a code is a person's reading of the words.
        publisher: by whose profile the page was read, whose codes it may hold.
        page_facts: the facts of the page, where they hold proof that the resource leaves out: what is corrected, too.
    """
    name = reference_to(resource)
    quotes = " ".join(quotes_of(resource, "quote"))
    for place, value in objects(resource, resource["resourceType"]):
        if "system" in value and "code" in value:
            yield from _coding(value, conformance, publisher, place, name)
        if isinstance(value.get("coding"), list):
            yield from _concept(value, quotes, changed, publisher, place, name)
        # A broader concept has no words of its own: it stands in the concept that has, or beside the name of a product.
        if "text" in value or not place.endswith((".valueCodeableConcept", "._productName")):
            concept = name_as_concept(value) if place == "MedicinalProductDefinition" else value
            yield from mapped_codes(concept, conformance, page_facts.printed if page_facts else (), place, name)
        if isinstance(value.get("valueRange"), dict):
            yield from _range(value, place, name)
        if isinstance(value.get("valueQuantity"), dict):
            yield from _compared(value, place, name)
        if "relationshipType" in value:
            yield from _therapy(value, place, name)
        yield from _fixed(value, place, name)
    marked = list(corrected_in(resource))
    unmarked = (page_facts.corrected(resource) if page_facts else set()) - {field for _, field in marked}
    for place, field in [*marked, *((resource["resourceType"], each) for each in sorted(unmarked))]:
        if field not in changed:
            yield finding("C643", f"no review says {field or 'this'} is changed", place, name)


def _fixed(value: Json, place: str, name: str) -> Iterator[Problem]:
    path = re.sub(r"\[\d+\]", "", place)
    for key, item in value.items():
        always = _ALWAYS.get(f"{path}.{key}")
        if always is not None and item != always:
            yield finding("C641", f"always {always!r}", f"{place}.{key}", name, item)
    allowed = _PARTS.get(name_of(value))
    if allowed and "valueCode" in value and value["valueCode"] not in allowed:
        yield finding("C641", f"one of {', '.join(sorted(allowed))}", place, name, value["valueCode"])


def drug_id(slug: str, publisher: str) -> str:
    """The id that follows from a drug's identifier and its publisher's; cut where too long (`pipeline/fhir/README.md`)."""
    whole = f"{publisher}.{slug.removeprefix(f'{publisher}.')}"
    cut = f"{whole[:51].rstrip('.-')}.{hashlib.sha256(whole.encode()).hexdigest()[:12]}"
    return whole if len(whole) <= _LONGEST_ID else cut


def _codes_of(publisher: Publisher) -> list[Json]:
    """The Codings that say of the publisher's pages what they are, which section is read, and whose approval it speaks of."""
    return [asdict(each) for each in (publisher.document_code, publisher.section_code, publisher.jurisdiction) if each]


def _coding(value: Json, conformance: Conformance, publisher: Publisher | None, place: str, name: str) -> Iterator[Problem]:
    local = conformance.local
    system, code, display = str(value["system"]), str(value["code"]), value.get("display")
    if publisher is not None and value in _codes_of(publisher):
        return
    codes = _FIXED.get(system) or local.get(system)
    if codes is None:
        # Codes that the page prints are proven in `proof.py`; codes of our mapping files are marked as such.
        base, _, kind = system.rpartition("/")
        is_open = kind in _OPEN and any(each.startswith(f"{base}/") for each in local)
        # A bare one is a copy, which `mapped` compares.
        is_known = is_mapped(value) or (is_bare(value) and system in conformance.systems)
        if system not in {NCI_THESAURUS, CANCER_TERMS, _UCUM} and not is_known and not is_open:
            yield finding("C641", "no such code system is known or in the snapshot", place, name, system)
        return
    if codes and (code not in codes or (display is not None and display != codes[code])):
        yield finding("C641", f"{code!r} {display!r}", place, name, system)


def _concept(  # noqa: PLR0913, PLR0917 - a concept is judged by all of these
    value: Json, quotes: str, changed: Collection[str], publisher: Publisher | None, place: str, name: str
) -> Iterator[Problem]:
    codes = {ending(c.get("system", "")): str(c.get("code")) for c in value["coding"]}
    indicated = publisher is not None and publisher.indicated_is_approval
    rules = rules_of(value)
    for system, code in codes.items():
        if (CORRECTED in rules or not rules) and FIELDS.get(system) in changed:
            continue
        said = _SAID.get(system, {}).get(code)
        words = value.get("text", quotes)
        if system == "approval-status" and code == "approved" and indicated:
            continue  # the section that it stands in says so
        if said and words and not said.search(words):
            yield finding("C640", f"{code} of {system}", place, name, words)
    if "intent" in codes and codes.get("product-intended-use") != _INTENDED.get(codes["intent"]):
        yield finding("C640", "the intended effect is coded in two ways", place, name, str(codes))


def _range(value: Json, place: str, name: str) -> Iterator[Problem]:
    words = " ".join(quotes_of(value, "words"))
    for bound, quantity in value["valueRange"].items():
        yield from _age(quantity, words, f"{place}.{bound}", name)
        if "comparator" in quantity or re.search(rf"{_LEFT_OUT}{_number(quantity)}", words, re.IGNORECASE):
            yield finding("C640", "the words leave this bound out", f"{place}.{bound}", name, words)


def _compared(value: Json, place: str, name: str) -> Iterator[Problem]:
    """A bound that the words leave out."""
    words, quantity = " ".join(quotes_of(value, "words")), value["valueQuantity"]
    yield from _age(quantity, words, place, name)
    comparator = str(quantity.get("comparator"))
    if not re.search(_COMPARED.get(comparator, r"\Z\A."), words, re.IGNORECASE):
        yield finding("C640", f"{comparator} is not among the words", place, name, words)


def _number(quantity: Json) -> str:
    number = quantity.get("value")
    spelled = _NUMBERS[number] if isinstance(number, int) and 0 <= number < len(_NUMBERS) else str(number)
    return rf"(?:{number}|{spelled})\b"


def _age(quantity: Json, words: str, place: str, name: str) -> Iterator[Problem]:
    number, unit, code = quantity.get("value"), quantity.get("unit"), str(quantity.get("code"))
    if not re.search(rf"(?<![\d.,]){_number(quantity)}", words, re.IGNORECASE):
        yield finding("C640", f"{number} is not among the words", place, name, words)
    if quantity.get("system") != _UCUM or unit not in {_UNITS.get(code), f"{_UNITS.get(code)}s"}:
        yield finding("C641", f"unit {unit!r}, code {code!r}", place, name)
    elif not _is_counted(_number(quantity), _UNITS[code], words):
        yield finding("C640", f"{number} {_UNITS[code]} is not among the words", place, name, words)


def _is_counted(number: str, unit: str, words: str) -> bool:
    """Whether a number stands before this unit, or behind it where no unit follows: "6 months to 12 years" has no 12 months."""
    units, whole = "|".join(_UNITS.values()), rf"(?<!\d[.,])(?<!\d){number}\b(?![.,]\d)"
    before = rf"{whole}(?:(?!\b(?:{units})).)*\b{unit}"
    # "up to the age of 65"
    bare = rf"\bages? of {whole}(?!.*\b(?:{units}))" if unit == "year" else r"\Z\A."
    behind = rf"\b{unit}(?:(?!\b(?:{units})).)*{whole}(?!.*\b(?:{units}))"
    return re.search(f"{before}|{behind}|{bare}", words, re.IGNORECASE | re.DOTALL) is not None


def _therapy(value: Json, place: str, name: str) -> Iterator[Problem]:
    code = next((str(c.get("code")) for c in value["relationshipType"].get("coding", ())), "")
    modes = {str(value_of(each, "mode", "valueCode")) for each in named(value, "therapy-detail")}
    if not modes or not modes <= (_BEFORE if code == "indicated-only-before" else _WITH):
        yield finding("C640", f"{code} with mode {', '.join(sorted(modes))}", place, name)

"""Layer *narrative*: is `text.div` the safe XHTML that FHIR allows?

Source: https://hl7.org/fhir/R5/narrative.html (txt-1, txt-2 and the list of elements and attributes there).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from pipeline.errors import Problem
from pipeline.validate.walk import Node, problem

_XHTML = "{http://www.w3.org/1999/xhtml}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ELEMENTS = frozenset(
    (  # noqa: SIM905 - a sentence reads better than a column of names
        "p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo "
        "kbd sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area"
    ).split()
)
_ANYWHERE = frozenset(
    f"title style class id lang {_XML}lang dir accesskey tabindex span width align valign char charoff abbr axis headers "
    "scope rowspan colspan".split()
)
_THERE = {
    "a": "href name charset type hreflang rel rev shape coords",
    "img": "src alt longdesc height usemap ismap border",
    "area": "shape coords href nohref alt",
    "map": "name",
    "blockquote": "cite",
    "q": "cite",
    "table": "summary border frame rules cellspacing cellpadding",
    "pre": f"{_XML}space",
}
_ATTRIBUTES = {name: _ANYWHERE | set(_THERE.get(name, "").split()) for name in _ELEMENTS}
_LINKS = frozenset({"href", "src", "cite", "longdesc", "usemap"})
_SAFE_LINK = re.compile(r"(?:https?|ftp|mailto|tel):|#|[^:]*$", re.IGNORECASE)
_SAFE_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);", re.IGNORECASE)
#: Pictures beside the page or inside it are what HL7's own narratives have in `url(…)`; anything with another scheme is not.
_UNSAFE_STYLE = re.compile(
    r"expression\s*\(|url\s*\(\s*+(?:['\"]\s*+)?(?!data:\s*image/(?:png|jpe?g|gif))[^)]{0,1000}:|javascript|@import|behaviou?r\s*:|-moz-binding|\\",
    re.IGNORECASE,
)
#: What expat calls "junk after document element".
_MORE_BEHIND = 9
#: XML 1.0, 2.5: "--" must not occur within comments.
_DASHES = re.compile(r"<!--(?:(?!--).)*+--(?!>)", re.DOTALL)
#: A declaration could define entities (a bomb, or a file's content); FHIR has none, nor processing instructions.
_DECLARATION = re.compile(r"<[!?](?!--)")


def narrative(found: Iterable[Node]) -> Iterator[Problem]:
    """What is wrong with the narratives among the nodes."""
    for node in found:
        if node.type == "xhtml" and isinstance(node.value, str):
            yield from _div(node, node.value)


def _div(node: Node, text: str) -> Iterator[Problem]:
    if declared := _DECLARATION.search(text):
        cause = "a narrative has no declarations or processing instructions"
        yield problem("V452", cause, "Remove them.", node, shown=text, is_stricter=declared[0] == "<?")
        return
    try:
        root = ET.fromstring(text)  # noqa: S314 - no declaration gets here, so there are no entities to expand
    except (ET.ParseError, ValueError) as refused:
        # HL7's own reader of XHTML takes "--" in a comment, and stops at the end of the first div.
        is_stricter = _DASHES.search(text) is not None or getattr(refused, "code", None) == _MORE_BEHIND
        cause = f"the narrative is not well-formed XML: {refused}"
        yield problem("V450", cause, "Escape < and &; close every tag.", node, is_stricter=is_stricter)
        return
    if root.tag != f"{_XHTML}div":
        cause = 'a narrative is one <div xmlns="http://www.w3.org/1999/xhtml">'
        yield problem("V450", cause, "Put the namespace on the div.", node, shown=text)
        return
    for element in root.iter():
        if isinstance(element.tag, str):  # a comment's tag is a function
            yield from _element(node, element)
    words = "".join(root.itertext())
    if not words.strip() and root.find(f".//{_XHTML}img") is None:
        is_stricter = words.strip(" \t\r\n") != ""  # a no-break space is enough there
        cause = "the narrative says nothing (txt-2)"
        yield problem("V453", cause, "Describe the resource, or leave text out.", node, is_stricter=is_stricter)


def _element(node: Node, element: ET.Element) -> Iterator[Problem]:
    name = element.tag.removeprefix(_XHTML)
    if name not in _ELEMENTS:
        code = "V452" if name in {"script", "iframe", "object", "embed", "form", "input", "button"} else "V451"
        yield problem(code, f"<{name}> is not allowed in a narrative (txt-1)", "Remove it.", node)
        return
    for attribute, value in element.attrib.items():
        bare = "".join(value.split())
        if attribute.lower().startswith("on"):
            yield problem("V452", f"{attribute} runs a script", "Remove it.", node, shown=value)
        elif attribute not in _ATTRIBUTES[name]:
            yield problem("V451", f"{attribute} is not allowed on <{name}> (txt-1)", "Remove it.", node, shown=value)
        elif attribute in _LINKS and not (_SAFE_LINK.match(bare) or (name == "img" and _SAFE_IMAGE.match(bare))):
            yield problem("V452", f"the link of <{name}> has an unsafe scheme", "Link by http or https.", node, shown=value)
        elif attribute == "style" and _UNSAFE_STYLE.search(value):
            yield problem("V452", "the style fetches or runs something", "Remove it.", node, shown=value, is_stricter=True)

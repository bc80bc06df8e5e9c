"""The closed words of the pages' language: patterns that every rule shares, and no name of a drug or a disease.

Rules read a *plain* copy of a block's text: the same length, so that an offset means the same in both, with the
typographer's variants of quotes, dashes and spaces folded.
"""

from __future__ import annotations

import re

_QUOTES = dict.fromkeys((0x2018, 0x2019), "'") | dict.fromkeys((0x201C, 0x201D), '"')
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014), "-")
_SPACES = dict.fromkeys((0x00A0, 0x2009, 0x202F, 0x0A, 0x0D, 0x09), " ")
_PLAIN = _QUOTES | _DASHES | _SPACES

#: Superscript digits: the pages' footnote marks.
MARKS = "¹²³⁴⁵⁶⁷⁸⁹"


#: Markdown takes no closing asterisks between a full stop and what is no space: "**Glioma.**¹", "**Glioma.**It is used".
LITERAL_BOLD = re.compile(rf"\*\*(?P<words>[^*\s](?:[^*]{{0,200}}[^*\s])?)\*\*(?P<marks>[{MARKS}]*)")


def plain(text: str) -> str:
    """`text` with quotes, dashes and spaces folded one to one."""
    return text.translate(_PLAIN)


def rx(pattern: str) -> re.Pattern[str]:
    """A case-insensitive pattern in which every single space stands for any run of white space, and " ?" for none too."""
    return re.compile(pattern.replace(" ?", r"\s*").replace(" ", r"\s+"), re.IGNORECASE)


# Adverbs that may stand between an auxiliary and its verb.
ADVERB = r"(?:(?:already|also|previously|only|often|sometimes|either|ever|just|currently|first|recently) ){0,3}"

# Nouns that name no disease by themselves.
GENERIC_DISEASE = r"(?:cancers?|disease|tumou?rs?|conditions?|malignanc(?:y|ies))"

# Words that tell a disease's name from another noun by its form.
DISEASE_FORM = (
    r"(?:cancers?|tumou?rs?|neoplasms?|carcinoma in situ|disease|disorder|syndromes?|\w+omas?|\w*[ae]mias?|\w+osis"
    r"|\w+penia|\w+itis"
    r"|\w+uria|\w+plasia|lesions?|warts?|effusions?|metastas[ei]s|myelofibrosis|in situ)"
)

#: "CML", "ITP": what a page calls a disease after it has said its name.
ABBREVIATION = r"(?-i:[A-Z][A-Za-z0-9-]*[A-Z]s?)"

# Words of the course of a disease: who has it now, not which disease it is.
COURSE = (
    r"(?:newly[- ]diagnosed|untreated|previously treated|relapsed|relapsing|recurrent|recurring|refractory|progressive"
    r"|persistent)"
)

# Words of its extent, grade or phase.
EXTENT = (
    r"(?:(?:locally or regionally|locally|regionally) (?:advanced|recurrent)|locally|regionally|advanced"
    r"|metastatic|localized|localised|early[- ]stage|extensive[- ]stage|limited[- ]stage|late[- ]stage"
    r"|early|low-intermediate|high[- ]risk|low[- ]risk|intermediate[- ]risk|high[- ]grade|low[- ]grade"
    r"|unresectable|invasive|inflammatory|resectable"
    r"|chronic[- ]phase|accelerated[- ]phase|blastic[- ]phase|blast[- ]phase|disseminated|systemic|primary|secondary)"
)

STAGE = r"(?:stages? (?:[0IV]+[ABCD]?\d?|\d[ABCD]?)\b)"

#: "or children with …", "and in adults who …": other patients begin, each with words of their own.
OTHER_PATIENTS = (
    r",? (?:and|or) (?:also )?(?:(?:in|for) (?:adults|children|infants|adolescents|patients|people|those|women|men)\b"
    r"|(?:adults?|children|infants|adolescents|patients|people|those|women|men) "
    r"(?=who|with|whose|aged|at least|older|younger|over|under|\d))"
)

#: Where a noun phrase (a name, a list of names) must end: before a verb, a preposition, a relative word, a full stop.
BOUNDARY = rx(
    r"\s*(?:$|(?<!\b[A-Z])[.;:](?=\s|$|(?-i:[A-Z]))|[" + MARKS + r"]"
    r"|(?:\s*,)?(?: (?:and|or|but))?(?:\s*,)? (?:in(?! situ)|as|to|for|whose|who|that|which|when|if|before|after"
    r"|during|within|while|because|until|unless"
    r"|given|used|by|is|are|was|were|has|have|had|does|do|did|didn't|doesn't|cannot|can|can't|could|may|must"
    r"|should|will|got|came|come|spread"
    r"|need|needs|requires?|then|not|it|they|also|alone|on|at(?! least)|from|keep|around|followed|instead"
    r"|including|such|with|without|responds?|responded|stopped"
    r"|relapsed|metastasi[sz]ed|where|under|once|following|despite|due|caused|depending|through|into|so|every|only"
    r"|he|she|worsened|progressed|returned|associated(?= with)|linked(?= to)|related(?= to))\b"
    rf"|{OTHER_PATIENTS}"
    r"|(?:\s*,)? but\b|(?:\s*,)? (?:and|or) (?:(?:to )?(?:suppress|reduce|increase|decrease|improve|relieve|help|lower"
    r"|treat|prevent|palliate|ease|manage))\b)"
)

#: A full stop that ends something ("E. coli" has none).
STOP = r"(?:(?<!\b[A-Z])[.;:](?= |$))"

#: A use that was said before.
THIS_USE = rx(r"\b(?:this use|these uses)\b")

TREATMENT_NOUN = r"(?:treatments?|therap(?:y|ies)|drugs?|medicines?|medications?|regimens?|agents?|options?)"

NUMBER = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)"
COUNT = rf"(?:(?:at least|up to|more than|no more than) )?{NUMBER}(?: (?:or|to) (?:{NUMBER}|more))?"

#: Brackets that narrow what stands before them, where others only say it again.
LIMITS = rx(r"\((?:excluding|except|not including|certain types|only|other than)[^()]*\)")

_ABBREVIATED = r"(?-i:[\w+/.-]*[A-Z][\w+/.-]*[A-Z0-9+][\w+/.-]*)"

#: Brackets that say the words before them again: an abbreviation, "a type of liver cancer", "come back", "neoadjuvant
#: therapy (to shrink the tumor before surgery)", "suppress (lower)".
SAYS_AGAIN = rx(
    rf"{_ABBREVIATED}(?:(?:,|,? and|,? or|/)? {_ABBREVIATED})*|(?:also|sometimes|formerly) (?:called|known as) .+"
    r"|an? (?!.* (?:that|which) (?:has|have|had|cannot|did|does|got|came)\b).*\b(?:types?|kinds?|forms?|condition"
    r"|disease|disorder|tumou?r|cancer|problem)\b.*|types of .+"
    r"|(?:spread|spreading)(?: to other parts of the body)?|(?:come|came|coming) back"
    r"|(?:does|do|did|has|have) not respond(?:ed)? to .+"
    r"|to shrink the (?:tumou?r|cancer) before surgery|lower"
)

#: Brackets that give a disease its other name: a noun phrase in a disease's or a finding's form.
OTHER_NAME = rx(
    rf"(?!(?:{COURSE}|{EXTENT}|{STAGE}|in|with|without"
    r"|for|not|no|only|if|after|before|of|to|from|who|that|when|certain|other)\b)"
    rf"[\w' -]*?(?:{DISEASE_FORM}|\b(?:levels?|counts?|build-?up|reactions?|swelling|bleeding|inflammation"
    r"|loss|damage|pain|clots?)(?: (?:of|in) [\w ]+)?)"
)

"""What a sentence of the use section is: its subject, its verb group, and a table of frames that says what that makes it.

The frame must be understood; what hangs on it need not be. A sentence that no row takes is unread, and qualifies the uses that it
may speak of. Order matters: the first row that fits names the role.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from pipeline.language import closed, rx
from pipeline.model import ApprovalStatus, SentenceRole
from pipeline.phrases.nouns import noun_end
from pipeline.phrases.verbs import VerbGroup, verb_group
from pipeline.phrases.words import Word, words_of
from pipeline.sentences.denying import OFF_LABEL, is_lesser
from pipeline.sentences.fragments import fragment_at
from pipeline.sentences.predicate import FOR_TREATING, given_by, is_indicated, is_over, late_verb, with_participle
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import Names, Subject, main_verb, split_at, split_names, subject_of


@dataclass(frozen=True, slots=True)
class Row:
    """One frame: `verbs` are classes of the verb group's head ("" for none), `polarity` + or -, `says` words to be found."""

    name: str
    role: SentenceRole
    subjects: tuple[Subject, ...] = ()
    verbs: tuple[str, ...] = ()
    polarity: str = "+-"
    says: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a sentence. `role` is None where it states or leads to uses, or says more of them (`leads`, `subject`).

    `at` is the index of the first word after the frame; `approval_status` what its verb says; `limits`: words in it may restrict a use.
    """

    name: str
    role: SentenceRole | None
    subject: Subject = ""
    subject_words: tuple[int, int] = (0, 0)
    at: int = 0
    group: VerbGroup | None = None
    approval_status: ApprovalStatus = "used"
    leading: tuple[int, int] = field(default=(0, 0))
    effective: bool = False

    @property
    def of_label(self) -> bool:
        """Whether it is the frame of a label's section: "X tablets are indicated …", "X is effective …", "For the management of …"."""
        return self.name == "of-use" and (self.group is None or self.effective or is_indicated(self.group))

    @property
    def of_use(self) -> bool:
        """Whether it says that the drug is approved, used or given."""
        return self.name == "of-use"


_OF_DRUG: tuple[Subject, ...] = ("drug", "it", "brand")


_LIMITS = "only|must|should|not|no|never|unless|until|except|cannot|limited|restricted|instead"
_LIMIT = rx(rf"\b(?:{_LIMITS})\b")


#: No mere explanation of what the drug is: "It is a treatment option for adults who have received X".
_LIMIT_OR_WHO = rx(
    rf"\b(?:{_LIMITS}|who|whose|after|maintenance"
    r"|(?:first|second|third|last)-line|diagnostic [\w-]+ for|(?:used|prescribed|given|treatments?) for|to (?:treat|prevent|relieve)"
    r"|(?:for|in) (?:[\w-]+ ){0,2}(?:adults|children|patients|people|women|men))\b"
)


_LIMIT_OR_GIVEN = rx(
    rf"\b(?:{_LIMITS})\b"
    r"|\bwhen (?:it|this drug|they) (?:is|are) (?:used|given)\b|\b(?:may|can|will) (?:give|prescribe|use|choose)\b|\b(?:required|needed|necessary|tested|checked|is (?:[a-z]+ )?stopped)\b"
    r"|\b(?:approvals?|authori[sz]ations?|clearance|licen[cs]e)\b"  # "X carries marketing authorization to treat Y" may state a use
)


_PROGRAM = rx(r"\b(?:program|programme|REMS|pharmac(?:y|ies)|prescribed only)\b")


_ACCELERATED = rx(r"\baccelerated approval\b")


_BRAND_LIST = rx(
    r"\b(?:approved|limited|restricted|reserved|used|given|recommended)\b.{0,30}?\b(?:for|under|as|to|only for)\b.{1,200}\bbrands?\b"
)


_OTHER_CONDITIONS = rx(
    r"\b(?:to treat|for|treatment of|prevent) (?:(?:many |some |certain )?other|many) (?:types? of cancer|cancers|conditions|diseases|disorders|uses|kinds of cancer)"
    r"(?:,? (?:and|or) (?:other )?(?:conditions|diseases|types of cancer|cancers))?(?: of (?:the )?[\w-]+)?\W*$"
    r"|\bmay also be used\b.{0,60}\bto (?:treat|prevent) other (?:types|kinds|forms) of [^,.;:]+\W*$"
)


_NO_USE_VERB = rx(r"\b(?:approv\w+|indicated|used|given|use)\b")
#: Among a label's indications: "Zolafen is effective for the treatment of X", "has been found useful in X".
_EFFECTIVE = rx(
    r"\b(?:is|are|may be|ha(?:s|ve)(?: also)? been (?:found|shown)(?: to be)?|ha(?:s|ve) proved(?: to be)?)(?: also)?(?: an?)?(?: \w+ly)?"
    r" (?:effective|useful|helpful|beneficial|valuable|of value)(?: adjuncts?)?(?: alone or)? (?:in|for|as|to)\b"
    r"|\bha(?:s|ve)(?: also)? (?:demonstrated|shown) (?:effectiveness|efficacy) (?:in|for|as)\b"
    r"|\b(?:is|are) an? (?:[\w-]+ ){1,4}for the (?:treatment|management|relief|prevention) of\b"
    r"|\b(?:is|are) (?:for )?the (?:treatment|management|relief|prevention) of (?!choice)"
)
#: No indication but what a study found, or where: "has been shown to be effective in regions where other drugs failed".
_FOUND = rx(
    r"\b(?:stud(?:y|ies)|trials?|suggests?|evidence|data|in vitro|effective in (?:[\w-]+ ){0,2}(?:regions|areas|countries|places|settings))\b"
)
_RECOMMENDED = rx(r"\b(?:is|are|has been|have been)(?: also)? recommended (?:for|in|as)\b(?!.* by )")


#: No use of its own but a limit of all: "X should be used only to treat infections that are proven to be caused by …".
_ONLY_TO = rx(r"\bshould (?:only be used|be used only|be reserved) (?:to|for|in|when|if)\b")


#: The frames of "X is available only through a restricted program" (how it is given), of "This category includes cretinism." behind
#: a use (kinds of its disease), and of "Continued approval may depend on a confirmatory trial" (whether its approval will last).
PROGRAM = "special-program"
KINDS = "kinds"
CONFIRMATORY = "confirmatory-trials"


#: Who gives advice.
_ADVISER = r"(?:doctor|pharmacist|nurse|specialist|healthcare provider|health care provider|team)"


FRAMES: tuple[Row, ...] = (
    Row(KINDS, "detail", says=rx(r"^this (?:category |group )?includes? (?!only\b|no\b)")),
    Row(CONFIRMATORY, "approval-status", says=rx(r"\bconfirmatory\b|\bremains? approved only if\b.*\b(?:trials?|stud(?:y|ies))\b|\b(?:may|might|could|can) withdraw (?:its |the |this )?approval\b|^as a condition of (?:this |the )?approval\b.*\b(?:trials?|stud(?:y|ies))\b")),
    # "For the following indications zolafen has been approved with conditions.": of what stands below it
    Row("of-following", "unread", says=rx(r"^(?:for|in) (?:all )?(?:of )?the following (?:uses|indications|conditions|diseases|cancers)\b"), unless=rx(r":$|[:.] \w")),
    Row("more-information", "other-form", says=rx(r"^[(\[\s]*see\b|^for (?:more )?information\b|\bsee the drug information summar(?:y|ies)\b")),
    Row("being-studied", "studied", verbs=("study",), unless=rx(
        r"^\W*it is not known\b|\b(?:must|should) (?:also )?be tested\b|\btested (?:for|before|after|every|to)\b"
        r"|\b(?:but|and) (?:it )?(?:is|are|may be) (?:also )?(?:only )?(?:used|approved|given)\b"), polarity="+"),
    Row("being-studied", "studied", says=rx(r"^(?:researchers|doctors|scientists|trials|studies) (?:are|have been) (?:also )?(?:looking (?:at|into)|studying|testing|investigating)\b")),
    Row("being-studied", "studied", ("it", "drug"), ("use",), "+", rx(r"\bused to treat other (?:types of )?cancers? as part of an? (?:clinical |research )?(?:trial|study)\W*$")),
    Row("being-studied", "studied", says=rx(r"\bcontinues? to be (?:studied|tested)\b|\bunder study\b|\b(?:is|are) (?:also )?in (?:clinical )?(?:trials|studies)\b")),
    Row(PROGRAM, "programme", verbs=("available", "use", "approve", ""), says=rx(r"\b(?:available|prescribed|given|obtained)\b.{0,60}\b(?:program|programme|REMS)\b")),
    Row("accelerated-approval", "approval-status", says=rx(r"^accelerated approval (?:was|has been|is) (?:given|granted)\b.*\bthis use\b")),
    Row("accelerated-approval", "approval-status", ("use",), ("approve",), "+", rx(r"^the use of [^,.;:]+? to treat [^,.;:]+? (?:is|are|was|were) [^,;:]*\baccelerated approval\b")),
    Row("accelerated-approval", "approval-status", ("use", "drug", "it", "brand", "other"), ("approve",), "+", _ACCELERATED,
        rx(r"\b(?:full|regular|converted|no longer)\b|\bapproved (?:to|for) (?!use under|the)|\bonly (?:in|for)\b|\bto (?:treat|prevent|reduce|lower|help|be)\b|\bfor the \w+ of\b|:$")),
    Row("accelerated-approval", "approval-status", (), (), "+",  # "The use in melanoma has accelerated approval only; the others …"
        rx(r"^the (?:use|approval|indication) (?:in|for) [\w -]+? (?:is|was|has|received|got|holds)\b[^;]*?\baccelerated approval\b"),
        rx(r"^[^;]*\b(?:full|regular|traditional|converted|changed|until|first|originally|later|no longer|not|brands?"
           r"|(?:in|for|only) (?:adults|children|infants|patients|people|women|men))\b")),
    Row("accelerated-approval", "approval-status", (), (), "+",
        rx(r"\b(?:this|the) use\b.*\baccelerated approval\b|\baccelerated approval\b.*\b(?:this|the) use\b"),
        rx(r"\b(?:full|regular|traditional|converted|changed|until|first|originally|later|brands?|for (?:adults|children|patients)|to treat|only)\b")),
    Row("brand-scope", "brands", ("use",), (), "+", _BRAND_LIST),
    Row("brand-of-uses", "brands", ("brand",), ("approve", ""), "+", rx(
        r"\bapproved for (?:(?:all|both) of )?(?:this|this use|these uses|both uses)\W*$")),
    Row("brand-of-uses", "brands", ("brand",), ("use",), "+", rx(r"\b(?:used|given) for (?:this|these uses|this use)\W*$|\bmay be (?:used|given)\W*$")),
    Row("of-use", "use", _OF_DRUG, (), "+", rx(r"\b(?:has|have|holds?|received|gained|won|got)(?: (?:\w+ly|also|now|been|granted|the|an?|its|full|regular|traditional|accelerated|first|FDA))* approval (?:to|for)\b")),
    Row("of-use", "use", ("it",), ("",), "+", rx(r"^\W*(?:it|this (?:drug|medicine)) (?:is|may be) (?:also |only )?for\b")),
    Row("of-use", "use", ("use",), ("",), "+", rx(r"^\W*this use is (?:only )?for (?:[\w-]+ )?(?:adults|children|patients|people|women|men)\b")),
    Row("what-it-is", "explanation", ("drug",), ("available",), "+", rx(r"\bis made (?:for each|from|by|using|with|in a)\b"), _LIMIT_OR_WHO),
    Row("withdrawn", "denied", ("use", "other", "agency", "drug", "it"), ("withdraw",), "+", rx(r"\b(?:approval|use|indication|authorization)s?\b")),
    Row("withdrawn", "denied", ("use", "other", "agency", "it", "drug", "brand"), (), "+-", rx(
        r"\bapprovals?\b.{0,120}\b(?:withdrawn|withdrew|revoked|rescinded|removed|pulled|ended|cancell?ed|terminated|lapsed|expired)\b"
        r"|\b(?:withdrawn|withdrew|withdraws|revoked|rescinded|took back|taken back|removed|pulled|lost)\b.{0,80}\b(?:approvals?|indications?|label)\b"
        r"|\b(?:no longer|not) have (?:FDA )?approval\b|\bno longer has (?:FDA )?approval\b|\b(?:lost|has lost) (?:its |the )?(?:FDA )?approval\b")),
    Row("lapsed", "denied", says=rx(r"\b(?:but|and|although|though)\b.{0,40}\b(?:this use|it|that use|the approval) (?:is|was|has been) (?:no longer|not|later|since|then|now)\b.{0,30}"
        r"\b(?:approved|withdrawn|revoked|taken back)\W*$|\bapproved in the past\b|\b(?:was|were) (?:once|formerly|previously|originally|at one time|earlier) (?:FDA-)?approved\b")),
    Row("for-some", "unread", (), ("indicate",), "-", rx(r"\b(?:not|may not be) indicated (?:for|in) all\b|\bmay not be\b")),
    Row("denied", "denied", says=rx(r"\bapproved (?:for|to \w+) neither\b|\bneither approved\b|^(?:neither|none) (?:of \w+ )?brands? (?:is|are) approved\b")),
    Row("denied", "denied", (), ("approve", "recommend"), "-"),
    Row("denied", "denied", says=rx(r"^not (?:recommended|indicated|approved|intended|licen[sc]ed|for (?:the )?(?:use|treatment))\b")),
    Row("denied", "denied", (*_OF_DRUG, "use", "other"), ("use",), "-", unless=rx(r"\bnot (?:only|known)\b|\bfor (?:longer|more) than\b|\bnot (?:be )?used on the\b")),
    Row("denied", "denied", ("use", *_OF_DRUG), ("",), "-", rx(r"\bnot (?:for use|for|an approved|a treatment)\b")),
    Row("denied-use", "denied", (), ("",), "-", rx(r"\b(?:not|no longer|never) (?:an? )?(?:FDA[- ])?approved (?:use|treatment|indication)\b")),
    Row("no-longer-available", "availability", (), ("available", "withdraw"), "-", None, rx(r"\b(?:surgery|surgically|operation)\b")),
    Row("no-longer-available", "availability", says=rx(r"\bno longer (?:being )?(?:available|sold|made|marketed)\b|\bin other countries\b|\bdiscontinued\b|\b(?:taken|pulled|withdrawn) (?:off|from) the market\b"),
        unless=rx(r"\bapproved to\b")),
    Row("unspecified-other-uses", "explanation", (), ("use", "approve"), "+", _OTHER_CONDITIONS),
    # What stands on every page of MedlinePlus: "This medication is sometimes prescribed for other uses; ask your doctor …"
    Row("unspecified-other-uses", "explanation", says=rx(r"\b(?:prescribed|used|given|taken)\b.{0,40}\bfor (?:other (?:uses|conditions|purposes|reasons)|another (?:reason|use|purpose|condition))\b"), unless=_LIMIT),
    Row("unspecified-other-uses", "explanation", says=rx(r"\bfor (?:other )?(?:uses|purposes|conditions|reasons) (?:not|other than those) listed\b[^.;]*\W*$"),
        unless=rx(r"\bto (?:treat|prevent)\b|\b(?:treatment|prevention) of\b|\bonly\b|\bmust\b|\badults|\bchildren|\bpatients")),
    Row("advice", "explanation", says=rx(rf"^(?:please )?(?:talk|speak) (?:to|with) your {_ADVISER}\b"), unless=rx(rf"\b(?:{_LIMITS}|if|before|when)\b")),
    Row("advice", "explanation", says=rx(rf"^(?:ask|tell|talk to|speak to) your {_ADVISER}(?: or {_ADVISER})? if you have (?:any )?(?:other |more )?questions\b"
        rf"|^your (?:cancer )?{_ADVISER} (?:can|will) (?:tell you|talk to you|explain|advise) (?:you )?(?:if|whether) [\w -]{{1,40}} is (?:suitable|right|best) for you\W*$"
        r"|^it is best to read this\b")),
    Row("its-class", "explanation", says=rx(r"^(?:\S+ ){1,4}(?:is in|are in|belongs? to) (?:a|the) (?:class|group|family) of (?:medications|medicines|drugs)\b"), unless=_LIMIT_OR_WHO),
    Row("another-form", "other-form", (), ("available",), "+", None, rx(
        r"\bno other\b|\bonly (?:for|to|in)\b|^(?!.*\bforms?\b).*\b(?:for|to) (?:adults|children|patients|people|those|women|men)\b")),
    Row("also-called", "explanation", (), ("naming",), "+"),
    # "It can also be taken by children over 6 who weigh more than 31 kg.": whom else it leaves out, it does not say
    Row("who-can-take", "unread", _OF_DRUG, ("take", "use"), "+", rx(r"\bcan (?:also )?be (?:taken|used) by (?:most )?(?:adults|children|people|teenagers)\b")),
    Row("given-with", "detail", ("other",), ("use",), "+", rx(r"\b(?:with|along with|together with|alongside) (?:it|them|this (?:drug|medicine))\b")),
    Row("of-patients", "detail", ("people", "disease")),
    Row("of-treatment", "detail", (*_OF_DRUG, "other"), says=rx(r"^(?:(?:for|in) [^,]+, )?(?:the )?(?:drug )?treatment (?:(?:may|can|should|must|will) )?(?:starts?|begins?|continues?|ends?|stops?|lasts?|(?:is|may be|should be) (?:[a-z]+ )?(?:stopped|ended|repeated))\b")),
    Row("of-some", "detail", ("it", "other"), says=rx(r"^if\b.*\b(?:must|should|needs? to)\b")),
    Row("about-the-form", "other-form", (), (), "+-", rx(r"\bless time\b|\bworks? better\b|\beffects last\b")),
    Row("of-use", "use", (*_OF_DRUG, "form", "use", "other", "agency"), ("approve", "use"), "+"),
    Row("of-use", "use", ("drug", "brand"), ("",), "+", FOR_TREATING),
    # What a body says that decides on funding: "X is recommended (with managed access) as an option for treating Y"
    Row("of-use", "use", ("drug", "brand"), ("recommend",), "+", rx(r"\b(?:is|are) recommended (?:[\w' ]{1,40} )?as an option for\b")),
    Row("how-it-works", "explanation", (*_OF_DRUG, "form", "other"), ("works", "course", "aim"), "+-", None, _LIMIT_OR_GIVEN),
    Row("what-it-is", "explanation", (*_OF_DRUG, "form", "other"), ("",), "+", rx(
        r"\b(?:is|are) (?:an?|the|two|three)?(?: \S+){0,4} ?(?:type|types|kind|kinds|form|forms|group|condition|drug|drugs|protein|proteins|combination|version|biosimilar"
        r"|mixture|medicine|disorder|disease|vaccine|agent|inhibitor|antibody|treatment)\b|\b(?:is|are) made (?:from|of)\b|\bhave certain\b|\bhas? (?:fewer|side)\b"), _LIMIT_OR_WHO),
    Row("what-it-is", "explanation", ("other",), ("",), "+-", None, rx(r"\b(?:only|must|should|unless|until|except|approv\w+|patients?|adults|children|indicated|withdr\w+|surgery|options?|question|ha(?:s|ve) failed)\b|^these (?:cancers?|tumou?rs?|diseases?|lymphomas?|leukemias?)\b")),
    Row("about-the-form", "other-form", (*_OF_DRUG, "form", "other"), (), "+-", rx(r"^(?:\w+ )?(?:this|the|each|also|it)\b.*\b(?:form|wafer|liposome|co-pack|combination pack|less time|works? better|effects last)\b"), _LIMIT),
)  # fmt: skip


#: "This is an off-label use.", "It is available for this use under an emergency use authorization.", "FDA approval is pending."
_OF_THIS_USE = rx(
    r"\b(?:this|that) (?:use|indication)\b|\bfor this\W*$|\bthese (?:uses|indications)\b|^this is (?:not )?an? (?:[\w-]+ ){1,3}use\b|\b(?:no|lacks?) (?:FDA )?approval\b|^(?:the |its )?(?:FDA )?approval (?:is|was)\b"
)


@lru_cache(maxsize=512)
def frame_of(statement: Statement, names: Names) -> Frame:
    """The frame of a sentence on a page about the drug of `names`."""
    words = words_of(statement.plain, statement.start, statement.end)
    if _OF_THIS_USE.search(statement.text) is not None and (is_lesser(statement.text) or OFF_LABEL.search(statement.text)):
        return Frame("lesser-standing", "denied", "use")
    if names.approved and (start := fragment_at(words)) is not None:
        return Frame("of-use", None, "drug", at=start, approval_status="approved")
    if (given := given_by(words, names.words)) is not None:
        it = words[given[0]].low == "it" and [word.low for word in words[given[1] :][:1]] != ["to"]
        return Frame("of-use", None, "it" if it else "drug", given, given[1])
    at, first = main_verb(words)
    if first is None:
        group = verb_group(words, 0, len(words)) if names.open else None
        if group is not None and is_indicated(group) and not group.negative:
            # "is indicated for …": its subject was lost, or stands in the heading
            return replace(
                _of_use(words, 0, 0, group, "drug"), approval_status="approved" if names.indicated or names.approved else "used"
            )
        late = late_verb(statement, words) if names.approved else None
        if late is not None and (group := verb_group(words, late, len(words))) is not None and is_indicated(group):
            return replace(_of_use(words, late - 1, late, group, "drug"), approval_status="approved")
        row = next(
            (
                row
                for row in FRAMES
                if row.says is not None and not row.verbs and not row.subjects and row.says.search(statement.text)
            ),
            None,
        )
        return Frame(row.name, row.role) if row is not None else _without_verb(words, names)
    group = verb_group(words, first, len(words))
    if group is None:
        return Frame("", "unread")
    group = with_participle(words, group)
    said = names.approved and (_EFFECTIVE.search(statement.text) or _RECOMMENDED.search(statement.text))
    effective = bool(said) and _FOUND.search(statement.text) is None
    subject = subject_of(statement.plain, words, at, first, names)
    head = group.head
    whole = Frame("", "unread", subject, (at, first), group.end, group, leading=(0, at))
    if names.approved and head is not None and head.low == "used" and words[first].of("have"):
        # "has also been used successfully in a limited number of cases of X": what was done, and no indication
        return replace(whole, name="has-been-used")
    if names.approved and group.past and _FOUND.search(statement.text) is not None:
        # "In the adjunctive study, X was administered to patients who …": no more of the use
        return replace(whole, name="of-a-study")
    if names.approved and not group.negative and group.modal == "should" and _ONLY_TO.search(statement.text):
        return replace(whole, name="only-for")
    if effective and not group.negative and subject in _OF_DRUG:
        return replace(_of_use(words, at, first, group, subject), approval_status="approved", effective=True)
    for row in FRAMES:
        if row.subjects and subject not in row.subjects:
            continue
        if row.verbs and not (("" in row.verbs and head is None) or (head is not None and head.of(*row.verbs))):
            continue
        if ("-" if group.negative else "+") not in row.polarity:
            continue
        if (row.says is not None and not row.says.search(statement.text)) or (
            row.unless is not None and row.unless.search(statement.text)
        ):
            continue
        if row.name == "of-use" and subject == "use" and lists_brands(statement, names):
            return replace(whole, name="brand-scope", role="brands")
        if row.name == "of-use" and any(word.low in _IN_A_CASE for word in words[at:first]):
            return replace(whole, name="")  # "Therefore, when X is used to treat Y and Z, coverage should be added"
        if row.name == "of-use" and is_over(statement, words, first, group):
            return replace(whole, name="has-been-used")
        if row.name == "of-use":
            frame = _of_use(words, at, first, group, subject)
            if names.approved:  # whatever the verb: the section is that of approved uses
                return replace(frame, approval_status="approved")
            indicated = not names.indicated and head is not None and head.low == "indicated"
            return replace(frame, approval_status="used") if indicated else frame
        return replace(whole, name=row.name, role=row.role)
    return whole


_IN_A_CASE = ("when", "if", "while", "because")


def _without_verb(words: Sequence[Word], names: Names) -> Frame:
    """Reads "For the management of glioma", "As adjunctive therapy in the treatment of …": a use without subject and verb."""
    aims = any(one.low in _AIMS and after.low == "of" for one, after in pairwise(words))
    first = words[words[0].low == "also" and len(words) > 1] if words else None
    if aims and first is not None and first.low in ("for", "in", "as"):
        return Frame("of-use", None, "drug", approval_status="approved" if names.approved else "used")
    return Frame("", "unread")


_AIMS = closed("noun-aims")


def _of_use(words: Sequence[Word], at: int, first: int, group: VerbGroup, subject: Subject) -> Frame:
    """The frame of "X is approved …": in the active voice ("the FDA has approved X …") the drug's name is passed too."""
    start = group.end
    ahead = range(group.end, min(len(words), group.end + 4))
    noun = next(
        (k for k in ahead if words[k].low == "approval" and [one.low for one in words[k + 1 : k + 2]] != ["program"]), None
    )
    if noun is not None:  # "holds FDA approval to treat"
        return Frame("of-use", None, subject, (at, first), noun + 1, group, "approved", (0, at))
    if subject == "agency" and not group.passive:
        start = noun_end(words, start, len(words))
    head = group.head
    approval_status: ApprovalStatus = "approved" if head is not None and head.of("approve") and not group.past else "used"
    if head is not None and head.of("approve") and words[first].of("have") and words[first].low != "had":
        approval_status = "approved"
    return Frame("of-use", None, subject, (at, first), start, group, approval_status, (0, at))


def brand_names(statement: Statement, frame: Frame, names: Names) -> tuple[tuple[int, int], ...]:
    """The brands that a subject names: "The Xyz brand of zolafen is …" and, where Xyz is a brand of the page, "Xyz is …"."""
    words = words_of(statement.plain, statement.start, statement.end)
    start, end = frame.subject_words
    said = words[start:end]
    brand = next((number for number, word in enumerate(said) if word.low in ("brand", "brands")), None)
    if brand is not None:
        stop = start + brand
        first = start + next((number for number, word in enumerate(said) if word.low != "the" and not word.of("adverb")), 0)
        return split_at(words, first, stop) if stop > first else ()
    if frame.subject not in ("brand", "drug"):
        return ()
    stop = next((number for number, word in enumerate(said) if word.of("negation")), len(said))  # "Xyz, but not Abc, is …"
    return _brands_in(statement, said[:stop], names)


#: In words: no brand is longer.
_LONGEST_BRAND = 5


def _brands_in(statement: Statement, said: Sequence[Word], names: Names) -> tuple[tuple[int, int], ...]:
    """Brands of the page among some words: "Xyz and Abc", "Zolafen (Xyz)", "Zolafen, as Xyz,"."""
    found: list[tuple[int, int]] = []
    number = 0
    while number < len(said):
        lengths = range(min(_LONGEST_BRAND, len(said) - number), 0, -1)
        places = ((said[number].start, said[number + length - 1].end) for length in lengths)
        place = next((one for one in places if statement.plain[slice(*one)].casefold() in names.brands), None)
        found += [place] if place is not None else []
        number = next((k for k in range(number + 1, len(said)) if place is None or said[k].start >= place[1]), len(said))
    return tuple(found)


def limits(statement: Statement) -> bool:
    """Whether a sentence of another kind has words in it that may restrict a use ("… is used only after …")."""
    return (
        _LIMIT.search(statement.text) is not None
        and _NO_USE_VERB.search(statement.text) is not None
        and _PROGRAM.search(statement.text) is None
    )


_LISTED = rx(r"\bapproved (?:only )?for (?:use (?:with|under) )?(?:both )?(?P<names>[^.;:]+)")


def lists_brands(statement: Statement, names: Names) -> tuple[tuple[int, int], ...]:
    """Reads "This use is approved for both Xyz and Xyz XR.": brands of the page, without the word, as places."""
    found = _LISTED.search(statement.plain, statement.start, statement.end)
    if found is None:
        return ()
    places = split_names(statement, *found.span("names"))
    return places if all(statement.plain[a:b].strip(" .").casefold() in names.brands for a, b in places) else ()

"""The closed words of English as drug pages use them: classes of words, as data, and no name of a drug, a brand or a disease.

A word may be in several classes; a word in none is *open*: nothing is known of it but its ending. To teach the reader a word,
add it to its class here; no other module names words of the language that could stand in a class.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

_CLASSES: Final[Mapping[str, str]] = {
    # What leads a noun phrase
    "article": "a an the",
    "quantifier": "certain some any all most many other several these those each every another few fewer more various such both "
    "either no enough this that which one",
    "possessive": "their its his her the patient's",
    "number": "one two three four five six seven eight nine ten eleven twelve half",
    "ordinal": "first second third fourth fifth last next initial later early",
    "unit": "day days week weeks month months year years hour hours minute minutes",
    "period": "cycle cycles dose doses course courses round rounds unit units session sessions",
    # What begins a new phrase
    "preposition": "in on of for with without to from by at as into onto after before during following within until till since "
    "through throughout under over above below between among amid against around about near inside outside beyond across despite "
    "upon per via toward towards than like unlike because except excluding including besides instead regardless alongside along "
    "plus due once versus while concerning regarding using out off away",
    "time": "after before during following within until till since once upon through throughout around",
    "relative": "who whom whose which that where",
    "subordinator": "when whenever if unless because while until till once although though since where whether so",
    "coordinator": "and or but nor and/or plus &",
    "negation": "not no never nor neither n't none cannot can't don't doesn't didn't isn't aren't wasn't weren't hasn't haven't "
    "hadn't won't wouldn't shouldn't couldn't",
    "exception": "except excluding unless besides instead rather other only solely but limited restricted",
    "pronoun": "it they them he she there",
    # Verbs that carry a sentence
    "be": "is are was were be been being isn't aren't wasn't weren't am",
    "have": "has have had having hasn't haven't hadn't",
    "do": "do does did doesn't don't didn't",
    "modal": "may can could should must might will would shall cannot can't won't wouldn't shouldn't couldn't",
    "adverb": "also only often sometimes usually currently still now already previously recently just ever first newly always "
    "generally mainly mostly sometimes then again together later soon today too solely primarily commonly typically longer "
    "both either specifically fully conditionally so far yet however additionally completely partially surgically "
    "safely well instead directly actively barely rarely particularly especially",
    # Verbs of approval and use, as participles
    "approve": "approved fda-approved indicated licensed licenced authorized authorised cleared approves approve",
    # The approval of a label, in the label's own words
    "indicate": "indicated",
    "recommend": "recommended advised",
    "use": "used given taken administered prescribed paired combined added injected applied started offered put placed chosen "
    "reserved swallowed inhaled sprayed rubbed dripped worn intended meant continued received infused delivered",
    "take": "receive receives received get gets got suits suit take takes took have has start starts started use uses switch switches begin begins",
    "study": "studied tested investigated evaluated researched explored examined",
    "withdraw": "withdrawn revoked rescinded withdrew revokes removed ended discontinued cancelled canceled stopped pulled "
    "terminated lifted dropped suspended lapsed expired",
    "available": "available sold marketed made supplied manufactured stocked obtainable",
    "naming": "called known named abbreviated",
    # Verbs of the disease's course; they end a noun phrase
    "course": "spread spreads come comes came returned returns returning relapsed relapses recurred recurs recur got gets get gotten "
    "became become becomes "
    "progressed progresses worsened worsens improved improves grew grows grown responded responds respond stopped "
    "ends lasts metastasized metastasised went goes gone stayed stays remains remained keeps kept began begins started stops shrank shrinks "
    "failed fails developed develops needed needs need requires require required expresses express expressed carries carry "
    "lacks lack causes makes make produces produce forms form shows show contains contain involves affects blocks invades "
    "tests tested lost loses tolerated tolerate finished took takes received receives weigh weighs underwent undergo undergone had "
    "did does experienced wants want live lived withdrew withdraws fell falls rose rises holds hold let lets left held reached reach reaches builds yields yield",
    "irregular": "brought held kept cut told found seen shown built caught sent led left lost put set gone done begun grown",
    "works": "helps help works work blocks binds attaches stops kills contains prevents means acts targets slows lowers raises "
    "affects shows comes",
    # Verbs of an aim, in the infinitive
    "treat": "treat treats",
    "prevent": "prevent avoid",
    "reduce": "reduce lower decrease lessen cut",
    "palliate": "palliate",
    "aim": "treat prevent avoid reduce lower decrease lessen cut palliate help keep relieve ease control manage cure prepare "
    "increase improve suppress move find detect diagnose remove shrink stop slow delay destroy kill protect replace stimulate "
    "mobilize mobilise raise restore boost support lengthen prolong maintain locate image see show make get collect correct "
    "calm soothe heal rescue clear lessen counter reverse limit extend allow bring give guide visualize identify",
    # Nouns
    "person": "adult adults child children infant infants baby babies newborn newborns toddler toddlers teen teens teenager "
    "teenagers adolescent adolescents youth patient patients people person persons individual individuals those anyone women "
    "woman men man female females male males girl girls boy boys survivors",
    "treatment": "treatment treatments therapy therapies chemotherapy chemotherapies immunotherapy radiotherapy chemoradiation "
    "chemoradiotherapy chemoimmunotherapy "
    "surgery surgeries transplant transplants transplantation radiation drug drugs medicine medicines medication medications "
    "regimen regimens agent agents inhibitor inhibitors antibody antibodies analog analogs agonist agonists antagonist antagonists blocker blockers modulator modulators steroids steroid corticosteroids infusion infusions "
    "procedure procedures operation radiosurgery monotherapy antibiotics transfusion transfusions options option vaccine",
    "disease": "cancer cancers disease diseases condition conditions tumor tumors tumour tumours malignancy malignancies disorder "
    "disorders illness problem problems",
    "kind": "type types kind kinds form forms sort sorts subtype subtypes stage stages",
    "marker": "mutation mutations gene genes protein proteins fusion fusions deletion deletions chromosome chromosomes antigen "
    "antigens amplification rearrangement rearrangements receptor receptors instability expression biomarker biomarkers marker "
    "markers alteration alterations abnormality abnormalities translocation translocations variant variants insertion insertions "
    "pathway change changes wild-type",
    "line": "first second third fourth first-line second-line third-line later-line front-line frontline initial adjuvant "
    "neoadjuvant maintenance induction consolidation extended continued continuing bridging salvage conditioning upfront "
    "primary main subsequent later next additional",
    "manner": "injection infusion tablet tablets capsule capsules pill pills mouth vein skin muscle cream gel ointment lotion "
    "patch solution suspension powder spray implant implants wafer wafers liquid bladder ureter kidney tumor abdomen chest "
    "bloodstream spinal brain liver artery topically orally subcutaneously intravenously",
    "use-noun": "use uses indication indications approval approvals",
}  # fmt: skip

#: What an open word's ending tells of it: a disease (its name's form) or a treatment.
_ENDINGS: Final = (
    ("disease", ("oma", "omas", "emia", "aemia", "emias", "osis", "oses", "penia", "itis", "uria", "plasia", "pathy", "algia",
                 "rrhea", "thalassemia", "philia", "megaly", "syndrome", "syndromes", "neoplasm", "neoplasms", "lesion",
                 "lesions", "wart", "warts", "effusion", "effusions", "metastases", "metastasis", "fibrosis", "keratoses", "infection", "infections", "monia", "iasis", "phrenia", "plegia",
                 "phobia", "tension", "spasm", "spasms", "failure", "deficiency", "episodes", "seizures", "ulcer", "ulcers", "pain",
                 "bleeding", "hemorrhage", "attacks", "cardia", "trophy", "dependence", "infarction", "psychosis", "arrhythmia",
                 "arrhythmias", "reflux", "edema", "lepsy", "palsy", "pnea", "pepsia", "kinesia", "kinesias", "tonia", "asthenia",
                 "phagia", "phasia", "thymia", "rexia", "ataxia", "embolism", "roidism", "gonadism", "pituitarism", "ache", "aches",
                 "abscess", "abscesses", "mellitus", "ectasis", "stenoses", "sclerosis", "fever", "vomiting", "injury", "injuries",
                 "burns", "insufficiency", "dysfunction", "disturbance", "disturbances", "obstruction", "exacerbation",
                 "exacerbations", "inflammation", "hypertrophy", "withdrawal", "insomnia", "dementia", "stroke", "shock", "fibrillation", "flutter", "seizure",
                 "mania", "depression", "agitation", "spasticity", "colic", "cramps", "constipation", "emesis", "paresis", "mnesia",
                 "illnesses", "claudication", "complications", "nodules")),
    ("treatment", ("therapy", "therapies", "ectomy", "ectomies", "plasty", "radiation", "surgery")),
)  # fmt: skip

#: Sets of words that single openers, frames and readers ask for, by name.
_SETS: Final[Mapping[str, str]] = {
    "history": "received had treated taken tried undergone completed",
    "beside-approval": "the its their this that a an fda us accelerated full regular first original early earlier conditional s company",
    "beside-name": "the this these brand brands of and or drug drugs combination regimen vaccine co pack it they medicine treatment "
    "product version biosimilar tablet tablets capsule capsules injection infusion cream gel ointment lotion patch "
    "patches solution suspension powder spray implant implants wafer wafers topical oral subcutaneous intravenous "
    "mg ml mcg microgram micrograms gram grams hard soft film coated prefilled pre filled pen usp release prolonged "
    "sterile liquid form forms each both therapy recombinant s",
    # "What is X?", "About X", "X and Y tablets": what no drug is called by
    "no-drug-page": "test tests scan scans dialysis replacement pacemaker acupuncture massage vaccination screening biopsy transplant "
    "transfusion exercise diet cookies pain fever",
    "of-headings": "what is are about the a an and or of for in tablets capsules injection treatment medicine cancer",
    "givers": "you we doctor doctors specialist specialists surgeons clinicians",
    "giving": "have use give take prescribe get",
    "forms": "form forms tablet tablets capsule capsules injection subcutaneous intravenous oral topical",
    "use-start": "this these all both each the use uses approval approvals its his accelerated full regular some most one two "
    "three fda an a",
    "no-head": "preposition subordinator be have do modal pronoun relative negation coordinator",
    "received": "received resisted exhausted had tried undergone completed taken used given finished tolerated tolerate receive "
    "take underwent",
    "treated": "treated removed operated managed cured controlled helped stopped",
    "held": "held brought controlled helped kept contained",
    "before": "after following during despite spite",
    "went": "respond yield yielded recovered responded responds responding response refractory resistant intolerant sensitive "
    "improve improved improves better worse worsened progressed progress progresses progression grew grown grow "
    "failed fail relapsed recurred returned back away remission helped controlled spread metastasized tolerate benefit "
    "benefited working effects stable shrink shrank exposed residual left",
    "to-treatment": "to with on from of by against",
    "failed": "stop stops keep clear hold fell left held fails let lets done doing removed remove work worked working help "
    "helped cure cured stopped failed fail control controlled",
    "caused": "caused induced associated related due resulting linked triggered brought secondary association basis connection",
    "ways": "directly slowly once twice topically orally subcutaneously intravenously daily weekly together continuously",
    "openers": "with in combination together combined along alongside paired added to addition given used plus as part of a an "
    "and or without joined by side hand tandem accompanied on top add-on",
    "state": "receiving taking undergoing getting being treated with already currently also on",
    "links": "then next first finally also only either both neither followed otherwise especially particularly always",
    "opening-words": "( secondary temporarily alone unaccompanied together side hand plus alongside accompanied such due brought ahead prior provided",
    "not-an-aim": "able unable likely unlikely need needs needed enough too reasonable going ready safe continue continued begun "
    "began want wants willing eligible required allowed failed have has had",
    # Prepositions that something must follow; "right away" ends a sentence
    "leads-on": "with without after before following in for by from of as than at on to",
    # Words of the head that stand in bold print with it: "**Nausea caused by chemotherapy**"
    "head-goes-on": "caused after following due",
    # Patients that are not all: "Most people take it after surgery"
    "some": "some most many few certain half",
    "how-often": "every each once twice daily unless until",
    # What something comes after without being treated by it: "within 6 hours after the leak"
    "events": "factor factors diagnosis birth menopause leak leaks contact exposure overdose accident injury relapse recurrence progression end start "
    "beginning onset completion delivery",
    "of-surgery": "remove shrink destroy suppress lower reduce collect cut kill help",
    "noun-aims": "treatment management relief prevention reduction control care therapy diagnosis detection palliation prophylaxis alleviation "
    "chemoprophylaxis initiation amelioration suppression eradication correction improvement maintenance induction resolution "
    "prolongation slowing healing evaluation assessment production reversal conversion termination elimination localization mitigation",
    # What an age is said with in a bracket behind patients
    "age-words": "to of age ages aged and or older over above up less than under younger years year months month weeks week days day old from between -",
    # Stems of international nonproprietary names (WHO, "The use of stems in the selection of INN")
    "inn-stems": "nib mab fen platin rubicin taxel zole pril sartan statin lidomide cept ciclib parib lisib glutide gliptin gliflozin "
    "trexate zomib clax formin relin relix lutamide terone",
    # "as an adjunct to diet and exercise"
    "no-drug": "diet diets dietary exercise exercises measures therapy psychotherapy counseling counselling support management care rest "
    "physiotherapy restriction hygiene program programme regimen regimens interventions modification",
    # What a therapy is beside another: "as adjunctive therapy in edema"
    "added": "adjunctive replacement supplemental supplementary substitution",
    # Verbs that an item may begin with, and no adjectives ("Clear cell sarcoma", "Lower back pain")
    "item-aims": "reduce prevent improve maintain relieve increase decrease manage treat delay prolong",
    # What is indicated in a label beside its product: "Caution is indicated in …", "Biopsy is indicated …"
    "not-given": "consideration attention caution care monitoring test tests testing evaluation rest physiotherapy dialysis hospitalization adjustment "
    "dosage dose reduction discontinuation vigilance supervision diet exercise isolation culture cultures alternative",
    # What is treated of a disease, said before its name: "relief of the signs and symptoms of X"
    "signs": "presence extent relapse relapses sign signs symptom symptoms manifestation manifestations occurrence incidence frequency severity progression recurrence risk",
    # "e.g., X", "such as X": what is named is of the kind before it
    "for-example": "including e.g e.g. eg",
    # What a drug changes for the sake of a disease: "to improve glycemic control in adults with diabetes"
    "measures": "control level levels cholesterol triglycerides triglyceride c b tg apob apolipoprotein mortality rate rates glucose "
    "pressure wakefulness motility emptying secretion secretions volume time period function count counts density mass weight "
    "survival resolution hospitalization hospitalizations death ability remission healing depth reduction "
    "administration replacement",
    # Where a disease is: "skin and soft tissue infections" are two names with one noun
    "sites": "skin bone bones joint joints ear nose throat eye eyes sinus lung lungs tract tissue tissues pelvis abdomen brain",
    # What a label says of its drug with no subject: "Temporarily relieves X"
    "finite-aims": "relieves treats prevents reduces controls helps manages",
    "gerunds": "treating preventing reducing lowering relieving controlling managing finding detecting helping keeping alleviating "
    "eliminating suppressing improving slowing delaying inhibiting maintaining correcting producing inducing decreasing",
    # What a label says of its drug beside "indicated": "is useful in X"
    "of-value": "adjunctively effective useful helpful beneficial valuable recommended effectiveness efficacy",
    "clause-verbs": "keep prepare move stop slow make get allow bring limit extend give collect",
    # What patients may have, and perhaps do not: "men suspected of having cancer that has spread"
    "doubt": "may might could thought believed suspected possible possibly likely risk chance without free",
    "known": "known clear sure determine certain know see unknown",
    "ending-adverbs": "then also only again instead together alone later often just already previously either both beforehand afterward "
    "afterwards anyway anymore",
    "features": "associated related changes features differentiation histology",
    "agent": "agent drug medicine medication treatment therapy",
    "operations": "surgery transplant transplantation procedure operation resection removal biopsy",
    "places": "in on at from into through by under over between against via to onto outside inside within near per upon",
    "generic": "treatment treatments therapy therapies drug drugs medicine medicines medication medications regimen regimens "
    "agent agents option options type types line lines dose doses either both others one procedure procedures them it",
    "plain": "leading regular other more several multiple many fda-approved anticancer available cancer previous prior earlier additional "
    "different approved certain some these those same such specific standard initial new",
    "leads": "previous prior earlier additional standard combined same different following alternative separate further "
    "initial full high set total",
    "units": "types lines kinds courses rounds classes cycles doses forms type line kind course round class cycle dose form",
    "content": "included includes include contained contains contain",
    "acts": "blocks block targets target inhibits inhibit lowers lower reduces reduce",
    "of-both": "postoperative delayed anticipatory breakthrough severe moderate mild persistent recurrent advanced metastatic",
    "of-genes": "involved help helps control controls make makes repair repairs cause causes tell tells",
    "found-by": "found shown seen detected determined confirmed identified measured diagnosed",
    "verbs-of-use": "it they this is are may can be used given approved",
    "carriers": "you we doctor doctors might licensed licenced authorized authorised "
    "a an the of in on to for with by from at as into and or but nor and/or also if it its it's this that these those they "
    "them their he his she her who whom whose which is are was were be been being has have had having do does did may can could should "
    "will would must used use uses using given give approved approval indicated treat treats treated treating treatment treatments "
    "prevent prevents help helps drug drugs medicine brand brands name names called certain some following type types kind kinds form "
    "forms other each both either such there when then how patient patients people person persons individuals those cancer cancers "
    "disease diseases condition conditions tumor tumors tumour tumours fda fda's only including received often sometimes usually currently now "
    "combination combined together so because accelerated take takes taken receive receives get gets start starts reason case part "
    "where vaccine stages applied brought linked meant addition offered need needs come comes switch switches paired continued turned just completed finished "
    "undergone one alone after already without under before during related associated caused due along",
    "negative": "no not neither nor none never except excluding without instead rather few fewer most less",
}  # fmt: skip

_BY_WORD: dict[str, frozenset[str]] = {}
for _name, _said in _CLASSES.items():
    for _word in _said.split():
        _BY_WORD[_word] = _BY_WORD.get(_word, frozenset()) | {_name}

#: The classes of every closed word, in lower case.
WORD_CLASSES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(_BY_WORD)

_NONE: Final[frozenset[str]] = frozenset()


@lru_cache(maxsize=4096)
def classes_of(word: str) -> frozenset[str]:
    """The classes of a word in lower case; of an open word, what its ending tells ("disease", "treatment") or nothing."""
    found = WORD_CLASSES.get(word)
    if found is not None:
        return found
    for name, endings in _ENDINGS:
        if len(word) > len("oma") and (word.endswith(endings) or word.removesuffix("s").endswith(endings)):
            return frozenset({name})
    return frozenset({"number"}) if word[:1].isdigit() and word.replace(",", "").replace(".", "").isdigit() else _NONE


@cache
def closed(name: str) -> frozenset[str]:
    """A set of words by its name.

    Raises:
        KeyError: There is no set of that name.
    """
    return frozenset(_SETS[name].split())

"""What is asked of a sentence that no person has written or reviewed, beyond what `bot.verify` asks of every sentence.

A model mixes what stands apart: the sum of one case with another case, a duty with somebody else, a supported half
sentence with an invented one. A sentence that leaves room for doubt is dropped; the extracted answer loses nothing by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.compose.basis import Evidence
from bot.lexicon import Lexicon
from bot.text import clauses
from bot.values import Value, sums
from corpus.model import Status, short_title
from corpus.numerals import ARTICLE

LONGEST = 240  # characters; the longest sentence of the library has 160
CLAUSE = 0.15  # weighted share of a clause's terms that must stand in the passages
TELLING = 2.0  # weight from which a term of the glossary names a matter
RARE = 6.0  # weight of a word that the library hardly knows, so that it cannot be another way to say the same
_SHORT = 3  # terms; a clause of fewer is a turn of phrase
_MARKUP = re.compile(r"[<>{}|\\`~^]|!\[|\]\(|\*\*")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
_TITLE = re.compile(r"《([^》]{2,60})》")
_STATUS = re.compile(
    r"现行有效|仍然?有效|继续有效|依然有效|仍(?:然|在)?适用|已经?失效|(?:已经?|被|予以)废止|尚未(?:生效|施行)"
)
_CLAUSE = re.compile(r"[^，,；;：:。！？!?]+")
_PART = re.compile(r"([^，,；;。！？!?\n]+)([，,；;。！？!?\n]?)")
_GRAVITY = {
    "very grave": re.compile(r"特别严重"),
    "grave": re.compile(r"(?<!特别)(?:情节|后果)严重|(?<!污染)(?<!特别)严重(?:的|后果)"),
    "slight": re.compile(r"轻微|较轻"),
    "persisting": re.compile(r"拒不|逾期|仍不改|不改的|到期不|没按期"),
}
_PERSONS = {
    "individual": re.compile(
        r"(?<!单位和)(?<!单位或)(?<!单位、)(?<!责任)个人|居民(?!委员会|楼|区)|公民|自然人|村民(?!委员会)|市民|农户"
    ),
    "head": re.compile(r"法定代表人|主要负责人|直接负责|主管人员|责任人"),
    "body": re.compile(r"单位|企业|公司|工厂|经营者|生产者|个体工商户|商户|组织"),
}
# Too common for the glossary's weights, and yet a rule about one of them says nothing about another.
_MEDIA = tuple(
    map(
        re.compile,
        ("废水|污水|水污染物", "废气|大气污染", "噪声|噪音", "固体废物|固废", "危险废物|危废", "生活垃圾", "医疗废物|医废",
         "建筑垃圾|渣土", "扬尘|粉尘|防尘", "油烟", "恶臭|异味|臭", "土壤|污染土", "地下水", "辐射|放射", "秸秆", "海洋|海域|入海", "污泥"),
    )
)  # fmt: skip
_SANCTION = re.compile(r"停业|关闭|吊销|拘留|没收|停产|限产")
_FORBIDS = re.compile(r"不得|禁止|严禁|不准|不许|不允许|不能|不可以|违法(?!所得|行为)|不行")
_EXEMPTS = re.compile(
    r"无需|不需要|不用(?!水)|不必|无须|免于|免予|免除|免罚|不予(?:行政)?处罚|不罚|不会(?:被)?罚|不纳入|不属于|不适用|不受|除外|可以不"
)
_ALLOWS = re.compile(r"(?<![不未])(?:可以|准许|允许|能够|合法)|(?<!不)能(?=[建开排用做办在])|没问题|不违法|放心")
# What other checks than that of the words see to.
_ELSEWHERE = re.compile("|".join(pattern.pattern for pattern in (_FORBIDS, _EXEMPTS, _ALLOWS, _TITLE, _STATUS)))
_THREATENS = re.compile(r"罚|责令|没收|吊销|拘留")
_CONDUCT = re.compile(r"的[，,]?[^。；]{0,24}(?:罚|责令|没收|吊销)")
_DEMANDS = re.compile(r"罚|责令|没收|吊销|应当|必须|要|不得|禁止|严禁|不准|不许|不能|许可|批准|同意")
_DUTY = re.compile(r"应当|必须|务必|要(?!求)|需|得(?![到出以])")
_BARRED = re.compile(r"(?:不得|禁止|严禁|不准|不许)([一-鿿]{2})")
_DENIED = re.compile(r"(?:没有|没能|没|未能|未|不)(?:依法|按照?规定|按照?要求|按时|按期|经|及时|如实)?([一-鿿]{2})")
_OMITS = re.compile(r"没|未(?!来)|不(?!得|少|同|动产)|无(?!害|组织|线)|拒|逾期|违反|违规|乱|擅自|超")


@dataclass(frozen=True, slots=True)
class Case:
    """A threat (sums, or one sanction) with how grave the conduct is and who is meant."""

    threat: frozenset[Value | str]
    gravity: frozenset[str]
    persons: frozenset[str]


def objection(sentence: str, evidence: Sequence[Evidence], lexicon: Lexicon) -> str:
    """:param sentence: of a model, without its [n]; `bot.verify.fault` has found nothing against it
    :returns: why it must not be shown, '' where it may
    """
    proof = "\n".join(part.words() for part in evidence)
    return (
        _form(sentence, proof)
        or _law(sentence, evidence)
        or _riding(sentence, proof, lexicon)
        or _matter(sentence, proof, lexicon)
        or _mixed(sentence, proof)
        or _negation(sentence, proof, lexicon)
    )


def _form(sentence: str, proof: str) -> str:
    if len(sentence) > LONGEST:
        return f"{len(sentence)} characters, at most {LONGEST}"
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} for char in sentence):
        return "invisible characters"
    plain = unicodedata.normalize("NFKC", sentence)
    if _MARKUP.search(plain):
        return "markup"
    known = unicodedata.normalize("NFKC", proof).lower()
    word = next((found[0] for found in _LATIN.finditer(plain) if found[0].lower() not in known), "")
    return f"word not in the passage: {word}" if word else ""


def _law(sentence: str, evidence: Sequence[Evidence]) -> str:
    """Titles and claims about validity are taken from the catalogue and not from a model."""
    for title in _TITLE.findall(sentence):
        plain = short_title(title)
        if not any(plain in f"{part.document.short_title}\n{part.words()}" for part in evidence):
            return f"instrument not cited: {title}"
    if (claim := _STATUS.search(sentence)) and all(part.status is Status.IN_FORCE for part in evidence):
        return f"claims of validity: {claim[0]}"
    return ""


def _riding(sentence: str, proof: str, lexicon: Lexicon) -> str:
    """A clause that no passage supports, beside one that does."""
    for clause in _CLAUSE.findall(ARTICLE.sub("", _TITLE.sub("", sentence))):
        if (
            not _STATUS.search(clause)
            and len(set(lexicon.terms(clause))) >= _SHORT
            and lexicon.coverage(clause, proof) < CLAUSE
        ):
            return f"clause without support: {clause.strip()[:20]}"
    return ""


def _matter(sentence: str, proof: str, lexicon: Lexicon) -> str:
    """Waste water for waste gas, a factory's noise for a building site's: terms of the glossary must stand in the passages."""
    for medium in _MEDIA:
        if (found := medium.search(sentence)) and not medium.search(proof):
            return f"another subject: {found[0]}"
    shown = lexicon.canonical(proof)
    known = lexicon.matters(proof)
    for term in sorted(lexicon.matters(sentence) - known):
        parts = lexicon.terms(term)
        telling = parts and max(lexicon.weights.get(part, TELLING) for part in parts) >= TELLING
        here = sum(part in shown for part in parts) / len(parts) if parts else 1.0
        if telling and (here < 0.3 or parts[0] not in shown):
            return f"another subject: {term}"
    strange = (
        term
        for term in lexicon.terms(_ELSEWHERE.sub("，", sentence))
        if len(term) == 2
        and not term.isascii()
        and not set(term) & set(shown + proof)
        and lexicon.weights.get(term, RARE) >= RARE
    )
    word = next(strange, "")
    return f"another subject: {word}" if word else ""


def cases(text: str) -> list[Case]:
    """:returns: each threat of a text, with what stands before it since the last one; where that says nothing of gravity or
    person, with what was said of the last one in the same sentence
    """
    found: list[Case] = []
    held, gravity, persons = "", frozenset[str](), frozenset[str]()
    for part, mark in _PART.findall(text):
        held += part
        threats: list[frozenset[Value | str]] = [frozenset({name}) for name in _SANCTION.findall(part)]
        if amounts := sums(part):
            threats.append(frozenset(amounts))
        if threats:
            gravity, persons = _names(_GRAVITY, held) or gravity, _names(_PERSONS, held) or persons
            found += [Case(threat, gravity, persons) for threat in threats]
            held = ""
        if mark not in ("，", ","):
            held, gravity, persons = "", frozenset(), frozenset()
    return found


def _names(patterns: Mapping[str, re.Pattern[str]], text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in patterns.items() if pattern.search(text))


def _mixed(sentence: str, proof: str) -> str:
    """The sums of one case with the gravity or the person of another; somebody of whom the passages say nothing."""
    for person in ("individual", "head"):
        if _PERSONS[person].search(sentence) and not _PERSONS[person].search(proof) and "个人" not in proof:
            return f"another subject: {person}"
    shown = cases(proof)
    for case in cases(sentence):
        fitting = [other for other in shown if case.threat <= other.threat]
        if not fitting:
            return "sums of different cases"
        if not any(case.gravity == other.gravity for other in fitting):
            return "a sum of another gravity"
        if not any(_same_person(case.persons, other.persons) for other in fitting):
            return "a sum for another person"
    return ""


def _same_person(said: frozenset[str], shown: frozenset[str]) -> bool:
    """Where a text names nobody, the bodies that run something are meant."""
    return bool((said or {"body"}) & (shown or {"body"}))


def _negation(sentence: str, proof: str, lexicon: Lexicon) -> str:
    if _EXEMPTS.search(sentence) and not _EXEMPTS.search(proof):
        return "negation turned: exempts where no passage does"
    if _ALLOWS.search(sentence) and not _ALLOWS.search(proof) and _FORBIDS.search(proof):
        return "negation turned: allows where the passages forbid"
    if _FORBIDS.search(sentence) and not _DEMANDS.search(proof):
        return "negation turned: forbids where no passage does"
    near = max(clauses(proof), key=lambda part: lexicon.likeness(sentence, part), default="")
    if _FORBIDS.search(sentence) and not any(pattern.search(near) for pattern in (_FORBIDS, _THREATENS, _OMITS)):
        return "negation turned: forbids what the passage does not"
    if any(_demanded(word, near) for word in _BARRED.findall(sentence)) and not _FORBIDS.search(near):
        return "negation turned: forbids what the passage demands"
    if _DUTY.search(sentence) and "可以" in near and not (_DUTY.search(near) or "可以" in sentence):
        return "negation turned: demands what the passage allows"
    if _THREATENS.search(sentence):
        return _conduct(sentence, proof, near)
    return ""


def _demanded(word: str, text: str) -> bool:
    return bool(re.search(rf"(?:应当|必须|需要?|(?<!不)要(?!求))[^，。；不未禁]{{0,12}}{word}", text))


def _conduct(sentence: str, proof: str, near: str) -> str:
    """Who is punished for leaving something out is not punished for doing it."""
    if not _OMITS.search(sentence) and _OMITS.search(near) and _CONDUCT.search(sentence):
        return "negation turned: punishes what the passage demands"
    if _OMITS.search(sentence) and not _OMITS.search(proof):
        return "negation turned: punishes the contrary of what the passage does"
    bare, affirmed = _DENIED.sub("　", sentence), _DENIED.sub("　", proof)
    for word in _DENIED.findall(near):
        if word in bare and word not in affirmed and not _DUTY.search(sentence[: sentence.index(word)]):
            return f"negation turned: {word}"
    return ""

"""Classes of questions that are decided before retrieval, as a value that names its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answer import Outcome, Turn
from bot.classifier import PASS as CLASS_PASS
from bot.classifier import shipped
from bot.rules import Rule, rules
from bot.state import Verdict
from bot.text import is_chinese, letters, normalise, sentences, squeezed

MAX_CHARACTERS = 2000
# Of an outcome: from SURE the classifier decides, from SUSPECT it doubts. Concrete cases look much like questions of the
# same firm that the library answers, so there it must be surer.
SURE = {Outcome.EMERGENCY: 0.5, Outcome.REFUSE: 0.5, Outcome.REDIRECT: 0.5, Outcome.ESCALATE: 0.65}
SUSPECT = 0.3
_VICTIM = re.compile(r"晕|昏|倒在|倒下|呕|吐|中毒|喘|抽搐|没上来|喊不应|烧伤|灼伤|不省人事")
PASS = Verdict("pass")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LANGUAGES = (
    ("ja", re.compile(r"[぀-ヿ]")),
    ("ko", re.compile(r"[가-힣]")),
    ("ru", re.compile(r"[Ѐ-ӿ]{3}")),
    ("en", re.compile(r"[A-Za-zÀ-ɏ]{2}")),
)


def triage(question: str, history: Sequence[Turn] = ()) -> Verdict:
    """:returns: the verdict on a question as typed; PASS where retrieval should answer it.

    Order is by harm: an emergency, then attempts on the service, then everything that a person must handle.
    """
    plain = normalise(question)
    text = squeezed(question)
    if not plain:
        return Verdict("empty", Outcome.CLARIFY, "empty")
    language = language_of(plain)
    if urgent := _first("triage", text, "emergency:"):
        return _verdict(urgent, language)
    if hit := _first("foreign", text):
        return _verdict(hit, language)
    if hit := _first("triage", text):
        return _verdict(hit, language)
    if len(letters(plain)) < 2 or _is_noise(plain):
        return Verdict("nonsense", Outcome.CLARIFY, "nonsense", language=language)
    if language != "zh":
        return Verdict(f"language:{language}", Outcome.ESCALATE, "foreign", language=language)
    for name in ("smalltalk", "escalate", "redirect"):
        if hit := _first(name, text):
            return _verdict(hit, language)
    return learned(text)


def learned(text: str) -> Verdict:
    """What no rule decides: the classifier's outcome where it is sure of one, named by its likeliest class.

    Where it only suspects one, the verdict passes and `doubt` holds the suspicion, for the case that retrieval is not
    sure of its answer either.
    """
    seen = shipped().probabilities(_ends(text))
    outcomes: dict[str, float] = {}
    for name, chance in seen.items():
        outcome = name.partition(":")[0]
        outcomes[outcome] = outcomes.get(outcome, 0.0) + chance
    outcome = max((name for name in outcomes if name != CLASS_PASS), key=lambda name: outcomes[name])
    if outcomes[outcome] < SUSPECT:
        return PASS
    likeliest = max((name for name in seen if name.partition(":")[0] == outcome), key=lambda name: seen[name])
    reply = {"emergency": "emergency-spill", "refuse:evade": "refuse-evasion"}.get(likeliest, likeliest.replace(":", "-"))
    if outcome == "emergency" and _VICTIM.search(text):
        reply = "emergency-people"
    verdict = Verdict(f"{likeliest}:learned", Outcome(outcome), reply)
    return verdict if outcomes[outcome] >= SURE[verdict.outcome or Outcome.ESCALATE] else Verdict("pass", doubt=verdict)


def language_of(text: str) -> str:
    """:returns: zh as soon as two Chinese characters stand in it (unless it is Japanese), else what its script says."""
    if re.search(r"[぀-ヿ]{2}", text):
        return "ja"
    if is_chinese(text) or re.search(r"[㐀-鿿]", text):
        return "zh"
    return next((name for name, script in _LANGUAGES if script.search(text)), "zh")


def is_injection(text: str) -> bool:
    """Whether a text (of a person or inside a passage) tries to give the service orders."""
    seen = squeezed(text)
    return any(rule.holds(seen) for rule in rules("triage") if rule.id.startswith("refuse:injection"))


def condensed(text: str) -> str:
    """:returns: of an overlong text the sentences that ask, else its beginning and end, within 300 characters."""
    asking = [part for part in sentences(text) if re.search(r"[?？]|怎么|如何|多少|几多|能不能|是否|哪个|吗$", part)]
    chosen = "".join(asking[:3]) or text[:150] + text[-150:]
    return chosen[:300]


def _first(name: str, text: str, prefix: str = "") -> Rule | None:
    seen = _ends(text)
    return next((rule for rule in rules(name) if rule.id.startswith(prefix) and rule.holds(seen)), None)


def _ends(text: str) -> str:
    """In an overlong text the beginning and the end hold the question."""
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS // 2] + text[-MAX_CHARACTERS // 2 :]


def _verdict(rule: Rule, language: str) -> Verdict:
    return Verdict(rule.id, Outcome(rule.outcome), rule.reply or rule.outcome, rule.contact, language)


def _is_noise(text: str) -> bool:
    """Repetition of one or two characters, keyboard rows, digits alone."""
    kept = letters(text)
    if len(set(kept)) <= 2 and len(kept) >= 4:
        return True
    if kept.isdigit():
        return True
    words = re.findall(r"[a-z]{3,}", kept.lower()) if kept.isascii() else []
    typed = [
        word for word in words if any(word in row or word in row[::-1] for row in _KEYS) or not re.search("[aeiouy]", word)
    ]
    return bool(words) and len(typed) == len(words)

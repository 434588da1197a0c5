"""Classes of questions that are decided before retrieval, as a value that names its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.answer import Outcome
from bot.classifier import concepts, contact, likelihoods
from bot.conversation import Whole, asks
from bot.rules import Rule, first
from bot.state import Verdict
from bot.text import ends, is_chinese, letters, normalise, sentences, squeezed

MAX_CHARACTERS = 2000
# Of an outcome: from SURE the classifier decides; from LIKELY or SUSPECT it doubts, and against a doubt a sure answer stands
# (see CERTAIN in `bot.doctor`). Set on sentences in three parts, each judged by what was learned from the other two, and on
# development questions; to miss an emergency does the greatest harm.
SURE = {
    Outcome.EMERGENCY: 0.2,
    Outcome.REFUSE: 0.72,
    Outcome.REDIRECT: 0.72,
    Outcome.ESCALATE: 0.72,
    Outcome.ANSWERED: 0.4,
    Outcome.CLARIFY: 0.55,
}
LIKELY = {Outcome.REFUSE: 0.45, Outcome.REDIRECT: 0.45, Outcome.ESCALATE: 0.45}
SUSPECT = {
    Outcome.EMERGENCY: 0.07,
    Outcome.REFUSE: 0.2,
    Outcome.REDIRECT: 0.15,
    Outcome.ESCALATE: 0.12,
    Outcome.CLARIFY: 0.3,
}
TALK = ("greeting", "thanks")  # no question, whatever was asked before
_CLAUSE = re.compile(r"[,，。;；!！?？\s]")
_ASKED_AFTER = re.compile(r"呢[?？。!！]*$")  # of a turn that leans on another, no thanks (那已经建好的呢)
_SHORTEST, _BRIEF = 5, 12  # characters
_NOT_NOW = frozenset({"plan", "suppose", "past"})  # drills, what if, last year
_ALONE = 0.85  # of a follow-up's own words, to be refused or redirected whatever was asked before
_MIXED, _CLEAR = 0.008, 0.7  # of the whole text and of one of its clauses, where together they make an emergency
_FAR = 2.0  # times as likely an ordinary question, that a suspicion is none
_PLAIN = 0.8  # of two of its clauses, which make one whatever law is asked about behind them
_GOES_ON = 0.9  # of words that tell plainly of one
_STILL = 0.95  # of one clause after another emergency, that it is not over (被漏气熏病了的人 is told of what was)
_AFTERWARDS = re.compile(
    r"罚|赔|责任|坐牢|判刑|起诉|官司|违法|保险|补偿|医药费|误工费|法律上|一般来说|哪一?[条部]|告(?:谁|他|它|对方|厂)|找谁赔|公开"
)
# That an emergency was none, or is over.
_SETTLED = re.compile(
    r"演习|演练|(?:已经?|都)[^，,。]{0,4}(?:处置完|处理完|处理好|解决|控制住|堵住|扑灭|灭掉|关上|修好|收队)|没事了|虚惊|出院了"
)
_UNEASY_THOUGH_KNOWN = 0.3
_UNEASY = 0.03  # of some three in two hundred questions of another kind
_OWED, _BARE = 0.45, 0.9  # of a follow-up made whole and of its own words, to ask back though a question stands before
_REPLIES = {"refuse:evade": "refuse-evasion"}
_EMERGENCIES = (
    ("emergency-radiation", re.compile(r"放射|辐射|探伤|铅[罐盒桶]|源盒|辐照")),
    ("emergency-people", re.compile(r"晕|昏|倒在|倒下|呕|吐|中毒|喘|抽搐|没上来|喊不应|烧伤|灼伤|不省人事|没反应|叫不醒")),
    ("emergency-fire", re.compile(r"着火|起火|失火|烧起来|在烧|爆炸|炸了|火光|燃起来")),
    ("emergency-gas", re.compile(r"煤气|天然气|燃气|液化气|瓦斯|沼气|氯气|氨气|液氨|硫化氢|毒气")),
)
PASS = Verdict("pass")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LANGUAGES = (
    ("ja", re.compile(r"[぀-ヿ]")),
    ("ko", re.compile(r"[가-힣]")),
    ("ru", re.compile(r"[Ѐ-ӿ]{3}")),
    ("en", re.compile(r"[A-Za-zÀ-ɏ]{2}")),
)


def triage(question: str, made: Whole | None = None) -> Verdict:
    """An emergency goes before an attempt on the service, and that before everything else.

    :param made: of a later turn the question made whole from the conversation, which tells what a fragment is about
    :returns: the verdict on a question as typed; PASS where retrieval should answer it
    """
    plain = normalise(question)
    text = squeezed(question)
    if not plain:
        return Verdict("empty", Outcome.CLARIFY, "empty")
    language = language_of(plain)
    if hit := first("care", text):
        return _verdict(hit, language)
    guessed = _learned(question)
    leaning = made if made and made.followup else None
    made_whole = _learned(leaning.text) if leaning else guessed
    if guessed.outcome is Outcome.EMERGENCY and (made_whole.outcome is Outcome.EMERGENCY or _certain(text)):
        over = made and _over(question) and _learned(made.previous).outcome is Outcome.EMERGENCY
        return PASS if over else replace(guessed, language=language)
    for name in ("foreign", "injection"):
        if hit := first(name, text):
            return _verdict(hit, language)
    kept = letters(plain)
    alone = not leaning and (len(kept) < 2 or kept.isdigit())  # 有, 20 answer a question of ours
    if not kept or alone or _is_noise(plain):
        return Verdict("nonsense", Outcome.CLARIFY, "nonsense")  # keys at random are no English
    if language != "zh":
        if guessed.outcome is Outcome.REFUSE:
            return replace(guessed, language=language)
        return Verdict(f"language:{language}", Outcome.ESCALATE, "foreign", language=language)
    if hit := first("smalltalk", text):
        return _verdict(hit, language)
    talk = guessed.reply in TALK and not _ASKED_AFTER.search(plain)
    return _followed(question, leaning, made_whole) if leaning and not talk else guessed


def _followed(question: str, made: Whole, verdict: Verdict) -> Verdict:
    """:param verdict: on the question made whole
    :returns: the verdict on a follow-up. What was asked before is no reason to refuse what is asked now, nor to answer what
        must be refused, nor to say again what to do first where this turn asks what the law makes of it.
    """
    text = _ends(squeezed(question))
    seen = likelihoods(text)
    if max(seen[Outcome.REFUSE], seen[Outcome.REDIRECT]) >= _ALONE:
        return learned(text)
    if verdict.outcome is Outcome.REFUSE and seen[Outcome.REFUSE] < SUSPECT[Outcome.REFUSE]:
        alone = likelihoods(_ends(squeezed(made.previous)))[Outcome.REFUSE] >= SUSPECT[Outcome.REFUSE]
        return Verdict("pass", doubt=replace(verdict, likely=True)) if alone else PASS
    if Outcome.EMERGENCY in (verdict.outcome, verdict.doubt and verdict.doubt.outcome):
        urgent = seen[Outcome.EMERGENCY] >= SUSPECT[Outcome.EMERGENCY]
        before = _learned(made.previous).outcome is Outcome.EMERGENCY
        rule = asks(question) and len(letters(text)) <= _BRIEF  # it is told already what to do first (没报会怎样)
        return verdict if (urgent or (before and not rule)) and not _over(question) else PASS
    return verdict


def _over(question: str) -> bool:
    """Whether a turn tells that an emergency is over or asks what the law makes of it, and does not tell plainly of one that
    goes on (又漏了).
    """
    text = squeezed(question)
    settled = _SETTLED.search(text)
    if not settled and (not _AFTERWARDS.search(text) or _certain(text)):
        return False
    told = [part for part in _clauses(question) if not _SETTLED.search(part)]
    return all(likelihoods(part)[Outcome.EMERGENCY] < _STILL for part in told)


def uneasy(question: str, *, known: bool = False) -> bool:
    """Whether a turn that is not taken for an emergency may be one, and does not tell that it is over: then what to do first
    stands above whatever is said.

    :param known: the library has the question word for word (学校边上有个化工厂), and its answer was written for it
    """
    text = squeezed(question)
    return (
        language_of(normalise(question)) == "zh"
        and likelihoods(_ends(text))[Outcome.EMERGENCY] >= (_UNEASY_THOUGH_KNOWN if known else _UNEASY)
        and not _SETTLED.search(text)
    )


def owes(whole: str, fragment: str) -> bool:
    """Whether a question made whole lacks a fact, and the words of this turn bring none (那我那个项目属于哪一种)."""
    lacks = [likelihoods(_ends(squeezed(text)))[Outcome.CLARIFY] for text in (whole, fragment)]
    return lacks[0] >= _OWED and lacks[1] >= _BARE


def plain_emergency(question: str) -> bool:
    """Whether the words of a turn tell plainly of an emergency."""
    return likelihoods(_ends(squeezed(question)))[Outcome.EMERGENCY] >= _GOES_ON


def _certain(fragment: str) -> bool:
    """Whether words that lean on an earlier question are an emergency by themselves."""
    return likelihoods(_ends(fragment))[Outcome.EMERGENCY] >= _CLEAR


def learned(text: str, clauses: Sequence[str] = ()) -> Verdict:
    """The classifier's outcome where it is sure of one, named by its likeliest class.

    Where it only suspects one or finds it likely, the verdict passes and `doubt` holds it, for the case that retrieval is
    not sure of its answer either.

    :param clauses: of the text, as `_clauses` cuts it
    """
    seen = likelihoods(text)
    if _urgent(text, seen, clauses):
        return _guess(Outcome.EMERGENCY, text, seen)
    for levels in (SURE, LIKELY, SUSPECT):
        outcome = max(levels, key=lambda name: seen[name] / levels[name])
        likelier = seen["pass"] >= _FAR * seen[outcome] and _may_be_dropped(outcome, clauses)
        if levels is SUSPECT and likelier:
            return PASS  # what may be an emergency stands under whom to call
        if seen[outcome] >= levels[outcome]:
            guess = _guess(outcome, text, seen)
            return guess if levels is SURE else Verdict("pass", doubt=replace(guess, likely=levels is LIKELY))
    return PASS


def _may_be_dropped(outcome: Outcome, clauses: Sequence[str]) -> bool:
    """Whether a suspicion of this counts for nothing where an ordinary question is far likelier: it would be rude or of no use, or cry
    wolf over a bare statement (门口修车摊油污满地). Emergencies that are told softly have several clauses; a case may need a person.
    """
    return outcome in (Outcome.REFUSE, Outcome.REDIRECT) or (outcome is Outcome.EMERGENCY and len(clauses) < 2)


def ordinary(question: str) -> float:
    """:returns: how likely a question (made whole) is one that rules answer (0..1)"""
    return likelihoods(_ends(squeezed(question)))["pass"]


def without_object(verdict: Verdict) -> Verdict:
    """:returns: the verdict on a first question that points at something which nobody has named: asked back, unless the
    library is nearly certain; a suspicion that does more harm if it is missed stays
    """
    doubt = verdict.doubt
    if doubt and doubt.outcome is Outcome.CLARIFY:
        return replace(verdict, doubt=replace(doubt, likely=True))
    if doubt and (doubt.likely or doubt.outcome is Outcome.EMERGENCY):
        return verdict
    return replace(verdict, doubt=Verdict("clarify:vague", Outcome.CLARIFY, "vague", likely=True))


def _learned(question: str) -> Verdict:
    return learned(_ends(squeezed(question)), _clauses(question))


def _clauses(question: str) -> list[str]:
    """The clauses of a question as typed, which may be parted by nothing but white space."""
    return [part for clause in _CLAUSE.split(question) if len(part := squeezed(clause)) >= _SHORTEST]


def _urgent(text: str, seen: Mapping[str, float], clauses: Sequence[str]) -> bool:
    """Whether it is an emergency, also where a question of law stands behind it (柴油流进河里了，要不要罚款)."""
    whole = seen[Outcome.EMERGENCY]
    if whole >= SURE[Outcome.EMERGENCY] and whole >= max(seen[other] for other in SURE):
        return True
    if len(clauses) < 2 or concepts().found(text) & _NOT_NOW:
        return False
    parts = sorted(likelihoods(part)[Outcome.EMERGENCY] for part in clauses)
    return parts[-2] >= _PLAIN or (whole >= _MIXED and parts[-1] >= _CLEAR)


def _guess(outcome: Outcome, text: str, seen: Mapping[str, float]) -> Verdict:
    likeliest = max((name for name in seen if name.startswith(f"{outcome}:")), key=lambda name: seen[name], default=outcome)
    reply = _REPLIES.get(likeliest, likeliest.replace(":", "-"))
    if outcome is Outcome.EMERGENCY:
        reply = next((reply for reply, words in _EMERGENCIES if words.search(text)), "emergency-spill")
    elif outcome in (Outcome.ANSWERED, Outcome.CLARIFY):
        if outcome is Outcome.CLARIFY and 2 * seen[likeliest] < seen[outcome]:
            likeliest = "clarify:vague"  # a fact is missing, and which one is not clear either
        reply = likeliest.partition(":")[2]
    office = contact(text) if outcome is Outcome.REDIRECT else ""
    return Verdict(f"{likeliest}:learned", outcome, reply, office)


def language_of(text: str) -> str:
    """:returns: zh as soon as two Chinese characters stand in it (unless it is Japanese), else what its script says."""
    if re.search(r"[぀-ヿ]{2}", text):
        return "ja"
    if is_chinese(text) or re.search(r"[㐀-鿿]", text):
        return "zh"
    return next((name for name, script in _LANGUAGES if script.search(text)), "zh")


def is_injection(text: str) -> bool:
    """Whether a text (of a person or inside a passage) tries to give the service orders."""
    return first("injection", squeezed(text)) is not None


def condensed(text: str) -> str:
    """:returns: of an overlong text the sentences that ask, else its beginning and end, within 300 characters."""
    asking = [part for part in sentences(text) if re.search(r"[?？]|怎么|如何|多少|几多|能不能|是否|哪个|吗$", part)]
    chosen = "".join(asking[:3]) or text[:150] + text[-150:]
    return chosen[:300]


def _ends(text: str) -> str:
    return ends(text, MAX_CHARACTERS)


def _verdict(rule: Rule, language: str) -> Verdict:
    return Verdict(rule.id, Outcome(rule.outcome), rule.reply or rule.outcome, language=language)


def _is_noise(text: str) -> bool:
    """Repetition of one or two characters, keyboard rows."""
    kept = letters(text)
    if len(set(kept)) <= 2 and len(kept) >= 4:
        return True
    words = re.findall(r"[a-z]{3,}", kept.lower()) if kept.isascii() else []
    typed = [
        word for word in words if any(word in row or word in row[::-1] for row in _KEYS) or not re.search("[aeiouy]", word)
    ]
    return bool(words) and len(typed) == len(words)

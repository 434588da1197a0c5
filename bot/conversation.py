"""What the turns before this one change: a follow-up made whole, a correction, a choice tapped, two misses in a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answer import Turn
from bot.classifier import LEANING, likelihoods
from bot.rules import first, read
from bot.text import letters, normalise, squeezed, terms

MAX_TURNS = 12  # older turns say nothing about this question
# Of the likelihood; set on turns in two parts, each judged by what was learned from the other.
_LEANS, _SURELY, _HANGS = 0.3, 0.6, 0.8
_BARE = 8  # letters of what was asked before, to which the question that a choice stands for adds all that there is
_TOLD, _NAMED = 6, 2  # letters of what was told before it was asked; of what the asking clause names
_MAY_LEAN, _SHORT = 0.04, 30  # characters
_TALK = 0.6  # of the likelihood
_LAST_WORDS = 60  # characters of our reply, in which a question back stands
_QUESTION = re.compile(r"[?？]")
_ADDS = re.compile(r"法|条|个人|单位")  # the law, the article, who: what is asked for of what was asked about
_ENDS = re.compile(r"[?？。!！]*$")
_NUMBER = re.compile(r"(?:选|第|就是)?([1-9一二三四])(?:个|项|种|号)?[。.]?")
_OFFERED = re.compile(r"(?:(?<=[\s:：;；?？。,，(（])|^)([1-9])[.、)）]?\s*([^\d?？]{2,40})")
# 不是工地，是搅拌站: what was said stands for what was meant
_NOT_BUT = re.compile(
    r"(?:啊|哦|噢|哎呀?)?[,， ]*不是(?P<wrong>[一-鿿]{1,8}?)[,，、 ]*(?:而)?是(?P<right>[一-鿿a-zA-Z\d]{1,12})[。.!！]?$"
)
_ANY = re.compile(
    r"(?:我(?:也)?)?(?:不知道|不清楚|不晓得|说不清|不好说|搞不清|都有|都是|都可以|都行|随便|不确定)(?:的|吧|咧|啊)?[。.!！]?"
)
_DIGITS = dict(zip("一二三四", "1234", strict=True))


@dataclass(frozen=True, slots=True)
class Whole:
    """A question with what it takes over from the conversation."""

    text: str
    followup: bool = False
    previous: str = ""
    said: str = ""  # what we answered to it


@lru_cache(maxsize=16)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(read("conversation")[name])


def whole(question: str, history: Sequence[Turn], *, leaning: bool | None = None) -> Whole:
    """:param leaning: read it as leaning on the turn before, or as standing alone, whatever it looks like
    :returns: `question` (normalised) made whole from `history`; unchanged where it stands on its own.
    """
    earlier = [
        text
        for turn in history[-MAX_TURNS:]
        if turn.role == "user" and (text := normalise(turn.content)[:300]) and not _smalltalk(text)
    ]
    previous = _subject(earlier)
    if not previous or leaning is False:
        return Whole(_after_correction(question))
    if switched := _pattern("switch").search(question):
        rest = question[switched.end() :].strip(" ,，。:：")
        return Whole(rest if len(letters(rest)) >= 4 else question)
    if asked_back(history) and (leans(question) or not _ASKS.search(question)):
        if _ANY.fullmatch(question):
            return Whole(previous, True, previous)  # whichever it is: what can be said without it
        picked = _picked(question, history[-1].content)
        if picked != question and asks(picked) and len(letters(previous)) <= _BARE:
            return Whole(picked, False, previous)
        return Whole(_joined(previous, picked), True, previous)
    if (other := _NOT_BUT.match(question)) and other["wrong"] in previous:
        return Whole(previous.replace(other["wrong"], other["right"]), True, previous)
    corrected = _after_correction(question)
    if corrected != question:
        if _ASKS.search(corrected.rstrip("?？")):
            return Whole(corrected, True, previous)
        denied = question.startswith("不是")  # what was said before is wrong; else a fact is added to it
        return Whole(_joined(corrected, _asking(previous)) if denied else _joined(previous, corrected), True, previous)
    if leaning or leans(question):
        return Whole(_joined(previous, question), True, previous, _said(history))
    return Whole(question, False, previous)


def _picked(question: str, asked: str) -> str:
    """:returns: of a list that we numbered, or of the choices under our question back, the one whose number a person typed
    (2 of `1 餐馆油烟 2 修车铺`) or whose words they are part of (臭气 of 油烟或臭气), as the library hears it; else the question
    """
    number = _NUMBER.fullmatch(question)
    row = next((row for row in read("replies")["choices"] if row["ask"] in asked), {"choices": ()})
    heard = {text: str(row.get("as", "{}")).format(text) for text in row["choices"]}
    named = [text for text in heard if question.rstrip("。.!！的") in text]
    if len(named) == 1 and not number:
        return heard[named[0]]
    offered = {str(at): text for at, text in enumerate(heard.values(), 1)}
    offered |= {digit: text.strip(" ,，、;；。") for digit, text in _OFFERED.findall(normalise(asked))}
    return offered.get(_DIGITS.get(number[1], number[1]), question) if number else question


def _said(history: Sequence[Turn]) -> str:
    """:returns: how our last answer began, '' where we had none to give"""
    last = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    return "" if _pattern("missed").search(last) else normalise(_without_caution(last))[:300]


def _without_caution(said: str) -> str:
    """:returns: an answer without what may stand above it: whom to call, and how a slip was read"""
    return _read_as().sub("", said.removeprefix(read("replies")["zh"]["caution"]).lstrip("\n"))


@lru_cache(maxsize=1)
def _read_as() -> re.Pattern[str]:
    """How slips were read, as `bot.replies.meant` tells it."""
    told = re.escape(read("replies")["zh"]["read-as"]).replace(r"\{typed\}", "[^”]*").replace(r"\{meant\}", "[^”]*")
    return re.compile(f"^(?:，?{told})+。\n?")


def _smalltalk(text: str) -> bool:
    """Whether a turn is a greeting or thanks and nothing else: no question can lean on it."""
    if first("smalltalk", squeezed(text)):
        return True
    seen = likelihoods(squeezed(text))
    return seen["answered:greeting"] + seen["answered:thanks"] >= _TALK


def leans(question: str) -> bool:
    """Whether a turn cannot be understood without the one before it; learned from the turns of `classes/leaning`."""
    return _leaning(question) >= _LEANS


def leans_surely(question: str) -> bool:
    """Whether a turn says next to nothing without the one before it."""
    return _leaning(question) >= _SURELY


def may_lean(question: str) -> bool:
    """Whether a turn that was taken to stand may be meant to lean after all."""
    return _MAY_LEAN <= _leaning(question) < _LEANS and len(letters(question)) <= _SHORT


def only_told(history: Sequence[Turn]) -> bool:
    """Whether the turn before told something and asked nothing (我开了家火锅店), so that this one may be about it."""
    last = next((normalise(turn.content) for turn in reversed(history) if turn.role == "user"), "")
    return len(letters(last)) >= _NAMED and not asks(last) and not _smalltalk(last)


def hangs(question: str) -> bool:
    """Whether a first turn speaks as if something had been said before it (那个年报最晚哪天交)."""
    return _leaning(question) >= _HANGS


def _leaning(question: str) -> float:
    return likelihoods(squeezed(question), LEANING)["leans"]


def asked_back(history: Sequence[Turn]) -> bool:
    """Whether our last words were a question, so that this turn is its answer."""
    if not history or history[-1].role != "assistant":
        return False
    return clarified(history) or bool(_QUESTION.search(history[-1].content[-_LAST_WORDS:]))


def clarified(history: Sequence[Turn]) -> bool:
    """Whether the last thing that we said was a clarifying question."""
    last = next((turn for turn in reversed(history) if turn.role == "assistant"), None)
    return last is not None and bool(_pattern("clarified").search(last.content)) and history[-1].role == "assistant"


def with_expert(history: Sequence[Turn]) -> bool:
    """Whether an expert spoke last and has not closed the case, so that the answer is theirs to give."""
    last = next((turn for turn in reversed(history) if turn.role != "user"), None)
    return last is not None and last.role == "expert" and not _pattern("closed").search(last.content)


def repeats(text: str, asked: str, history: Sequence[Turn]) -> bool:
    """Whether our last answer began with `text` too, though the question is another one."""
    turns = {turn.role: turn for turn in history[-2:]}
    if not text or not {"user", "assistant"} <= set(turns):
        return False
    another = letters(normalise(asked)) != letters(normalise(turns["user"].content))
    return another and _without_caution(turns["assistant"].content).startswith(text)


def misses(history: Sequence[Turn]) -> int:
    """:returns: how many of our last replies in a row missed, by their own words or by the person's next ones."""
    count = 0
    complaint = False
    for turn in reversed(history[-MAX_TURNS:]):
        if turn.role == "user":
            complaint = bool(_pattern("displeased").search(turn.content)) and len(turn.content) <= 40
        elif turn.role == "assistant":
            if not complaint and not _pattern("missed").search(turn.content):
                break
            count += 1
            complaint = False
        else:
            break
    return count


def displeased(question: str) -> bool:
    return bool(_pattern("displeased").search(question)) and len(question) <= 40


def _subject(earlier: Sequence[str]) -> str:
    """The last question that surely stands on its own, with the last turn since that adds to it."""
    telling = [text for text in earlier if not displeased(text)]
    # the first turn can lean on nothing, however short it is (环评)
    stands = [at for at, text in enumerate(telling) if not at or (not leans(text) and len(letters(text)) >= 3)]
    surely = [at for at in stands if _leaning(telling[at]) < _MAY_LEAN]
    if not stands:
        return earlier[-1] if earlier else ""
    at = (surely or stands)[-1]
    added = [text for text in telling[at + 1 :] if not leans(text) or _ADDS.search(text)]
    return _joined(telling[at], added[-1]) if added else telling[at]


def _after_correction(question: str) -> str:
    rest = _pattern("correction").sub("", question, count=1).strip()
    return rest if len(letters(rest)) >= 2 else question


def _asking(previous: str) -> str:
    """The clause of the earlier question that asks, which a bare correction takes over."""
    parts = re.split(r"[,，、。]", previous)
    return parts[-1] if len(parts) > 1 else previous


def _joined(first: str, second: str) -> str:
    """Two turns as one question; where the second asks something of its own, the first gives its matter alone."""
    first = _ENDS.sub("", first)
    if _ASKS.search(second.rstrip("?？")):
        told, _, asking = first.rpartition("，" if "，" in first else ",")
        if len(letters(told)) >= _TOLD and (asks := _ASKS.search(asking)):
            named = asking[: asks.start()].strip()  # 排污许可证|多久之内去改
            first = f"{told}，{named}" if len(letters(named)) >= _NAMED else told
    if _ASKS.search(second.rstrip("?？")) and len(letters(matter := _ASKING.sub("", first).strip(" ,，"))) >= 3:
        first = matter
    return f"{first}，{second}"


_ASKING = re.compile(
    r"(?:会|要|该|得|应该|一般)?(?:被|怎么|如何)?(?:罚款?|处罚)(?:多少|几多|标准是多少)?钱?(?:多少)?$|(?:是|要|得)?(?:多久|几天|几年|多少天|多长时间)(?:内|以内)?.{0,4}$|"
    r"(?:该|应该)?(?:找|归|向|由)(?:谁|哪个(?:部门)?|哪里)(?:管|投诉|举报|负责)?$|(?:怎么|如何|怎样|么样)(?:办|处理|填|写|搞|弄)?$|(?:是)?(?:多少|几多|什么|么事)$|吗$|么$|不$"
)


_SPLIT = re.compile(
    r"(?<=[?？])|(?:[。；;,，]\s*|(?<=[一-鿿])\s+)(?=(?:还有|另外|顺便问|再问|第[二三]个?问题|同时(?:想)?问)[,，:：]?)|\n|(?:^|(?<=[。？?；; ]))\s*(?:\d|[①②③④⑤])\s*[.、)）]?\s*(?=[一-鿿])"
)
_ASKS = re.compile(
    r"[?？]|多少|几多|几成|怎么|如何|怎样|么样|谁|哪个|哪里|哪些|什么|么事|能不能|可不可以|要不要|需不需要|是否|吗|多久|[好几]久|几(?:天|年|个月)(?!了|前|来|的事)|几时|是不是|有没有|算不算|咋|([一-鿿])不\1"
)


_SPACES = re.compile(r"(?<=[一-鿿])[ \t\u3000]+(?=[一-鿿])")


def parted(question: str) -> str:
    """:returns: a text as typed, in which questions that only spaces part (危废能放多久 罚多少 谁来查) end with a mark; with a comma
    where they are two, of which one sentence may ask (`halves`)
    """
    pieces = _SPACES.split(question)
    asking = sum(map(asks, pieces))
    if asking < 2:
        return question
    mark = "？" if asking > 2 else "，"
    return "".join(f"{piece}{mark if asks(piece) else '，'}" for piece in pieces[:-1]) + pieces[-1]


def asks(text: str) -> bool:
    """Whether a text asks something in so many words."""
    return bool(_ASKS.search(text))


def split(question: str, limit: int = 3) -> list[str]:
    """:returns: the questions of a text, the matter that stands before the first kept with it; [question] where it is one."""
    pieces = [piece.strip(" ,，。；;") for piece in _SPLIT.split(question) if piece and len(letters(piece)) >= 2]
    out: list[str] = []
    matter = ""
    for piece in pieces:
        if _ASKS.search(piece):
            out.append(f"{matter}{piece}")
            matter = ""
        elif out:
            out[-1] = f"{out[-1]}{piece}"
        else:
            matter += piece + "，"
    if matter and out:
        out[-1] += matter
    distinct = [piece for piece in out if len(terms(piece)) >= 1]
    if len(distinct) < 2:
        return [question]
    return [_completed(distinct, at) for at in range(min(limit, len(distinct)))]


_CLAUSE = re.compile(r"[,，;；]\s*|(?<=[一-鿿])\s+(?=[一-鿿])")
_OWN = 3  # letters that are no asking; 企业罚多少 is no question without the conduct before it
_ONE_SENTENCE = 60  # letters; what is longer is a story, whose asides are no questions


def halves(question: str) -> tuple[str, ...]:
    """:returns: the two questions of one sentence, each with its matter (台账存几年；老板换了，排污证多少天内改); () where it is one"""
    out: list[str] = []
    told = ""
    for clause in _CLAUSE.split(question):
        told = f"{told}，{clause}" if told else clause
        if _ASKS.search(clause):
            out.append(told)
            told = ""
    if (
        len(out) != 2
        or len(letters(question)) > _ONE_SENTENCE
        or leans(out[1])
        or any(len(letters(_ASKING.sub("", part))) < _OWN for part in out)
    ):
        return ()
    return out[0], out[1]


def _completed(parts: Sequence[str], at: int) -> str:
    """罚多少？怎么补办？ : a part that leans takes over the matter of the first one."""
    return _joined(parts[0], parts[at]) if at and leans(parts[at]) else parts[at]

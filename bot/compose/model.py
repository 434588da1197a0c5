"""An answer written by a chat model from numbered passages, sentence by sentence, each held against what it cites."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from bot.answer import Block, Speaker
from bot.compose.basis import Basis, Draft, quote_for
from bot.compose.conflict import unfounded
from bot.compose.sentences import plain_of
from bot.judges import Judge
from bot.lexicon import Lexicon
from bot.model import ModelError, Writer
from bot.scrutiny import LONGEST, objection
from bot.state import Found
from bot.text import letters, marks, sentences, unmarked
from bot.triage import is_injection
from bot.verify import fault
from corpus.model import Status
from indexer.hit import Hit

log = logging.getLogger(__name__)
PROMPTS = Path(__file__).parent.parent / "prompts"
PASSAGES = 6
_LONGEST = 900
_ENOUGH = 8  # sentences
_LEAD = 2
_DOUBTED = 3  # sentences that do not hold before one does: the model talks nonsense
_LEANS = re.compile(
    r"^(?:其中|但|不过|然而|而且|并且|因此|所以|否则|同时|除此|此外|这[种个些类时样]|那|该|上述|前述|此|以上|对此)"
)
_BULLET = re.compile(r"^(?:[-*#•·]+|\d{1,2}(?:[、）)]|\.(?!\d)))\s*")
_THOUGHT = ("<think>", "</think>")
_END = re.compile(r"[。！？!?\n](?:\s*\[\d{1,2}\])*(?=[^\[\s\d\]]|\n)")
_UNABLE = "资料不足"


class ModelComposer:
    """:param writer: the model; anything it says is material to be checked.
    :param judges: asked about each sentence that the rules have let through
    """

    def __init__(self, writer: Writer, lexicon: Lexicon, judges: Sequence[Judge] = ()) -> None:
        self._writer = writer
        self._lexicon = lexicon
        self._judges = judges

    def passages(self, found: Found) -> list[Hit]:
        """:returns: what the model gets to read, numbered from 1; left out are passages that give orders, and beside others
        those of a text that nobody can look up: what a model repeats of it would read as law
        """
        hits = [
            *found.named,
            *found.replaced,
            *(hit for _, hit in found.order),
        ]
        seen: set[str] = set()
        out = []
        for hit in hits:
            if hit.passage.id not in seen and not is_injection(f"{hit.passage.text}{hit.passage.plain}"):
                seen.add(hit.passage.id)
                out.append(hit)
        known = [hit for hit in out if hit.document.level and not unfounded(hit)]
        return (known or out)[:PASSAGES]

    def blocks(self, found: Found, basis: Basis) -> Iterator[Block]:
        """Write and check; `basis` is filled with the passages, so that [n] is the n-th citation.

        :returns: each sentence that its citations support, as a block of its own, the first two as lead
        :raises ModelError: when the model gives nothing or breaks off
        """
        hits = self.passages(found)
        if not hits:
            raise ModelError("no passages")
        for hit in hits:
            basis.add(hit, quote_for(hit.passage, found.question.matter, self._lexicon))
        known = frozenset(hit.passage.article for hit in hits if hit.passage.article)
        shown = doubted = 0
        gap = False  # whether the sentence before was dropped
        with closing(self._writer.write(_prompt("system"), _question(found, hits))) as pieces:
            for sentence in _sentences(_aloud(pieces)):
                if _UNABLE in sentence:
                    raise ModelError("the model finds the passages insufficient")
                block = self._checked(sentence, basis, known, shown, gap)
                gap = block is None
                if block:
                    shown += 1
                    yield block
                else:
                    doubted += 1
                if shown == _ENOUGH:
                    return
                if not shown and doubted == _DOUBTED:
                    pieces.throw(ModelError(f"{_DOUBTED} sentences that no passage supports"))

    def _checked(self, sentence: str, basis: Basis, known: frozenset[str], shown: int, gap: bool) -> Block | None:
        text = _BULLET.sub("", unmarked(sentence)).replace("**", "")
        cites = marks(sentence)
        if not letters(text):
            return None
        try:
            reason = self._fault(text, cites, basis, known, gap)
        except Exception:  # whatever a model may write that a check cannot read is not shown
            log.exception("a sentence of the model could not be checked")
            reason = "could not be checked"
        if reason:
            log.info("dropped a sentence of the model (%s): %s", reason, text[:80])
            return None
        return Block(text, "lead" if shown < _LEAD else "detail", cites)

    def _fault(self, text: str, cites: Sequence[int], basis: Basis, known: frozenset[str], gap: bool) -> str:
        """:returns: why a sentence must not be shown, '' where it may"""
        if not all(1 <= cite <= len(basis.citations) for cite in cites):
            return "a mark without a passage"
        if is_injection(text):
            return "gives orders"
        if gap and _LEANS.match(text):
            return "leans on a sentence that was dropped"
        evidence = [basis.evidence[cite - 1] for cite in cites]
        return (
            fault(text, evidence, self._lexicon, known)
            or _unnamed(text, [basis.citations[cite - 1].status for cite in cites])
            or objection(text, evidence, self._lexicon)
            or next(filter(None, (judge.objection(text, evidence) for judge in self._judges)), "")
        )


def draft(found: Found, basis: Basis, blocks: Sequence[Block], reason: str = "model") -> Draft:
    """:returns: the draft of what has been written and checked."""
    return basis.draft(found, Speaker.MODEL, blocks, (reason,))


def _aloud(pieces: Iterable[str]) -> Iterator[str]:
    """What a reasoning model says after it has thought; thoughts are nobody's answer."""
    held, thinking = "", True
    for piece in pieces:
        if not thinking:
            yield piece
            continue
        held += piece
        begun = held.lstrip()
        if begun.startswith(_THOUGHT[0]):
            _, end, rest = begun.partition(_THOUGHT[1])
            thinking, held = not end, rest if end else held
        else:
            thinking = _THOUGHT[0].startswith(begun)
        if not thinking:
            yield held
            held = ""
    if held and not held.lstrip().startswith(_THOUGHT[0]):
        yield held


def _sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Sentences with the [n] behind them, as soon as the next one has begun; a broken last one is kept only if it is closed."""
    held = ""
    for piece in pieces:
        held += piece
        while match := _END.search(held):
            yield held[: match.end()].strip()
            held = held[match.end() :]
        if len(held) > 2 * LONGEST:  # no sentence any more, and who waits for its end may wait for ever
            yield held
            held = ""
    yield from (part for part in sentences(held) if part.rstrip().endswith(("。", "]", "！", "？")) or _UNABLE in part)


def _unnamed(text: str, statuses: Sequence[Status]) -> str:
    """A sentence that leans on a draft or on news alone must say so."""
    if statuses and all(status is Status.DRAFT for status in statuses) and "征求意见" not in text:
        return "a draft shown as a rule"
    if statuses and all(status is Status.NEWS for status in statuses) and "报道" not in text and "新闻" not in text:
        return "news shown as a rule"
    if (
        statuses
        and all(status in (Status.REPEALED, Status.AMENDED) for status in statuses)
        and not re.search("废止|旧|原", text)
    ):
        return "a repealed text shown as a rule"
    return ""


def _question(found: Found, hits: Sequence[Hit]) -> str:
    question = found.question
    parts = []
    for at, hit in enumerate(hits, 1):
        words = "\n".join(
            filter(None, [plain_of(hit.passage) if hit.passage.kind != "digest" else "", hit.passage.text[:_LONGEST]])
        )
        parts.append(f'<资料 编号="{at}" 出处="{hit.passage.label}" 效力="{hit.status}">\n{_defused(words)}\n</资料>')
    return _prompt("question").format(
        today=question.today,
        on=question.on,
        region=question.region or "全国",
        passages="\n".join(parts),
        question=_defused(question.text),
    )


def _defused(text: str) -> str:
    """Text of others cannot close the tags that it stands in."""
    return text.replace("<", "〈").replace(">", "〉")


@lru_cache(maxsize=4)
def _prompt(name: str) -> str:
    return (PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()

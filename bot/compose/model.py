"""An answer written by a chat model from numbered passages, sentence by sentence, each held against what it cites."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from bot.answer import Block, Speaker
from bot.compose.basis import Basis, Draft, quote_for
from bot.compose.extractive import ranked
from bot.compose.sentences import plain_of
from bot.lexicon import Lexicon
from bot.model import ModelError, Writer
from bot.state import Found
from bot.text import marks, sentences, unmarked
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
_END = re.compile(r"[。！？!?\n](?:\s*\[\d{1,2}\])*(?=[^\[\s\d\]]|\n)")
_UNABLE = "资料不足"


class ModelComposer:
    """:param writer: the model; anything it says is material to be checked."""

    def __init__(self, writer: Writer, lexicon: Lexicon) -> None:
        self._writer = writer
        self._lexicon = lexicon

    def passages(self, found: Found) -> list[Hit]:
        """:returns: what the model gets to read, numbered from 1; passages that give orders are left out."""
        hits = [
            *found.named,
            *found.replaced,
            *(hit for _, hit in ranked(found.question, found.candidates, self._lexicon, found.votes)),
        ]
        seen: set[str] = set()
        out = []
        for hit in hits:
            if hit.passage.id not in seen and not is_injection(f"{hit.passage.text}{hit.passage.plain}"):
                seen.add(hit.passage.id)
                out.append(hit)
        return out[:PASSAGES]

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
        shown = 0
        for sentence in _sentences(self._writer.write(_prompt("system"), _question(found, hits))):
            if _UNABLE in sentence:
                raise ModelError("the model finds the passages insufficient")
            if block := self._checked(sentence, basis, known, shown):
                shown += 1
                yield block
            if shown == _ENOUGH:
                return

    def _checked(self, sentence: str, basis: Basis, known: frozenset[str], shown: int) -> Block | None:
        cites = tuple(mark for mark in marks(sentence) if 1 <= mark <= len(basis.citations))
        text = unmarked(sentence).lstrip("-*#0123456789.、 ").replace("**", "")
        if not text:
            return None
        reason = "a mark without a passage" if len(cites) < len(marks(sentence)) else ""
        reason = reason or ("gives orders" if is_injection(text) else "")
        reason = reason or fault(text, [basis.evidence[cite - 1] for cite in cites], self._lexicon, known)
        reason = reason or _unnamed(text, [basis.citations[cite - 1].status for cite in cites])
        if reason:
            log.info("dropped a sentence of the model (%s): %s", reason, text[:80])
            return None
        return Block(text, "lead" if shown < _LEAD else "detail", cites)


def draft(found: Found, basis: Basis, blocks: Sequence[Block], reason: str = "model") -> Draft:
    """:returns: the draft of what has been written and checked."""
    return basis.draft(found, Speaker.MODEL, blocks, (reason,))


def _sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Sentences with the [n] behind them, as soon as the next one has begun; a broken last one is kept only if it is closed."""
    held = ""
    for piece in pieces:
        held += piece
        while match := _END.search(held):
            yield held[: match.end()].strip()
            held = held[match.end() :]
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

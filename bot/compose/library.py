"""The library's own answer: an instrument that stands or not, an article named, a row of a catalogue, a FAQ, or sentences of passages."""

from __future__ import annotations

from dataclasses import replace

from bot import replies
from bot.answer import Answer, Outcome, Speaker
from bot.compose import extractive, faq, named, regimes, rows, standing
from bot.compose.basis import Draft
from bot.judgement import Judgement
from bot.lexicon import Lexicon
from bot.state import Found
from corpus.starter import Starter
from indexer.hit import Hit, Index


class LibraryComposer:
    """Needs no chat model. Holds no state of a conversation."""

    def __init__(self, starter: Starter, lexicon: Lexicon, judgement: Judgement) -> None:
        self._starter, self._lexicon, self._judgement = starter, lexicon, judgement

    def answer(self, found: Found, index: Index) -> Answer:
        """:param index: gives the articles that a FAQ cites or a question names"""
        match = self.match(found)
        made = standing.compose(found, index, self._starter)
        if not made and (found.named or found.unknown):
            made = named.by_article(found, index, self._starter, self._lexicon)
        if found.unknown and not made and not named.asks_beside(found, self._lexicon):
            return self._judgement.unknown(found, 0.0, ("no-such-article",))
        absent = named.missing(found, self._starter) if not made else []
        row = rows.catalogue(found) if not made and (not match or match.score < faq.SURE) else None
        if row and (asked := self.asked_of_row(found, row)):
            return asked
        if row:
            made, match = row, None
        if not made and match:
            entry = self._starter.entries.get(match.hit.passage.id)
            made = faq.compose(found, match, entry, index, self._starter.instruments, self._lexicon)
        made = made or extractive.compose(found, self._lexicon, self._starter)
        if not made:
            return self._judgement.unknown(found, 0.0, ("no-passage",))
        lead = match.hit if match and made.answer.speaker is Speaker.FAQ else _lead(found, made.answer)
        made = Draft(replace(made.answer, blocks=(*absent, *made.answer.blocks)), made.evidence)
        if not found.question.standing:
            made = regimes.two_regimes(found, made, index, self._starter, self._lexicon)
        chosen = match if made.answer.speaker is Speaker.FAQ else None
        verbatim = bool(chosen and faq.verbatim(chosen, found.question, self._lexicon))
        curated = bool(chosen and faq.wants_the_same(chosen, found.question))
        return self._judgement.decided(found, made, lead, verbatim=verbatim, curated=curated)

    def asked_of_row(self, found: Found, row: Draft) -> Answer | None:
        """:returns: the row under a question back, where its classes part by what the question does not tell"""
        lead = _lead(found, row.answer)
        offered = rows.choices(found.question, lead.passage, self._lexicon) if lead else ()
        answer = self._judgement.decided(found, row, lead) if offered else None
        if not answer or answer.outcome is not Outcome.ANSWERED:
            return None
        return replies.asked_of_row(answer, offered)

    def match(self, found: Found) -> faq.Match | None:
        """:returns: the FAQ that is the question asked"""
        candidates = faq.matches(found.question.matter, found.hits, self._starter.entries, self._lexicon)
        articles = (known for hit in found.candidates for known in hit.passage.questions)
        asked = max((self._lexicon.likeness(found.question.matter, known) for known in articles), default=0.0)
        return faq.chosen(found.question, candidates, self._lexicon, asked) or faq.meant(found, candidates, self._lexicon)


def _lead(found: Found, answer: Answer) -> Hit | None:
    """The hit behind the first citation."""
    if not answer.citations:
        return None
    wanted = answer.citations[0].passage_id
    return next((hit for hit in found.brought if hit.passage.id == wanted), None)

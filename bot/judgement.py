"""Whether a draft is shown: it is verified, its confidence is reckoned, and below the threshold somebody who knows is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot import replies
from bot.answer import Answer, Contact, Outcome
from bot.compose import conflict, extractive, named, regimes
from bot.compose.basis import Draft
from bot.compose.quotes import with_quotes
from bot.compose.sentences import lacking
from bot.decide import Calibration, features, responsible
from bot.lexicon import Lexicon
from bot.state import Found, Kind, Understood, Verdict
from bot.suggest import suggestions
from bot.verify import check, leaning_on
from corpus.starter import Starter
from indexer.hit import Hit

_VERBATIM = 0.9
WORD_FOR_WORD = "word-for-word"  # a reason: the question stands so in the library
_NEARBY = 0.15  # the confidence from which the nearest rules are named beside a hand-over


class Judgement:
    """Turns drafts into answers. Holds no state of a conversation."""

    def __init__(
        self,
        starter: Starter,
        lexicon: Lexicon,
        region: str,
        weights: Calibration,
        answer_at: float,
        observe: Callable[[Mapping[str, float], Answer], None] | None = None,
    ) -> None:
        """:param region: the place of the service
        :param answer_at: the confidence from which an answer is given
        :param observe: told the features and the verified draft of each decision
        """
        self._starter = starter
        self._lexicon = lexicon
        self._region = region
        self._weights = weights
        self._answer_at = answer_at
        self._observe = observe

    def sure(self, found: Found, begun: Draft, lead: Hit) -> bool:
        """Whether the answer that begins so will be given: what is shown must not be taken back."""
        seen = features(found, lead, self._lexicon)
        return not lacking(found.question, begun.answer.text) and self._weights.confidence(seen) >= self._answer_at

    def decided(
        self,
        found: Found,
        made: Draft,
        lead: Hit | None,
        *,
        begun: bool = False,
        verbatim: bool = False,
        curated: bool = False,
    ) -> Answer:
        """An answer where enough of it holds and the confidence reaches the threshold, else somebody who knows.

        :param lead: the passage that answers under today's law
        :param begun: what is asked for stands in sentences that have been shown
        :param verbatim: the question stands, word for word, among those to which a person wrote this answer
        :param curated: a person wrote it to a question that wants the same
        """
        made = regimes.of_here(found, made, self._region)
        checked = check(made, self._lexicon, _labels(found))
        answer = conflict.noted(checked.answer, checked.evidence, found.question.today, self._starter)
        if not begun:  # a model's sentences have been shown, and nothing may be put between them
            answer = with_quotes(answer, checked.evidence, found.question, self._lexicon)
        seen = features(found, lead, self._lexicon)
        if self._observe:
            self._observe(seen, answer)
        confidence = max(self._weights.confidence(seen), _VERBATIM if verbatim else 0.0)
        asked = (WORD_FOR_WORD,) if verbatim else ()
        reasons = (*made.answer.reasons, *asked, *(f"dropped:{reason}" for _, reason in checked.dropped[:5]))
        if not checked.holds:
            return self.unknown(found, confidence, (*reasons, "nothing-verified"))
        if not (begun or verbatim) and (owed := lacking(found.question, answer.text, curated=curated)):
            return self.unknown(found, confidence, (*reasons, f"lacks:{owed}"))
        if confidence < self._answer_at:
            return self.unknown(found, confidence, (*reasons, f"confidence:{confidence:.2f}"))
        return replace(
            answer,
            confidence=round(confidence, 4),
            reasons=reasons,
            suggestions=suggestions(found.question.matter, found.hits, self._lexicon, lead),
            contacts=self._responsible(found.question),
        )

    def unknown(self, found: Found, confidence: float, reasons: tuple[str, ...]) -> Answer:
        """:returns: that we do not know, who does, and the nearest rules where they are near enough"""
        verdict = Verdict("escalate:unknown", Outcome.ESCALATE, "escalate-unknown")
        answer = replies.reply(verdict, found.question.text, self._starter.contacts, found.question.on)
        near = extractive.nearby(found) if confidence >= _NEARBY else None
        return replace(
            answer,
            blocks=(
                *regimes.not_here(found, self._region),
                *named.missing(found, self._starter),
                *answer.blocks,
                *(near.blocks if near else ()),
            ),
            citations=near.citations if near else (),
            confidence=round(confidence, 4),
            reasons=(*reasons, *answer.reasons),
            suggestions=suggestions(found.question.matter, found.hits, self._lexicon),
            hits=found.hits,
        )

    def said_before(self, found: Found, answer: Answer) -> Answer:
        """:returns: that the rule found is the one just told, and does not say what is asked now; with its first sentence, and who knows"""
        lead = leaning_on(answer, answer.blocks[:1])[0]
        verdict = Verdict("escalate:unknown", Outcome.ESCALATE, "escalate-said-before")
        handed = replies.reply(verdict, found.question.text, self._starter.contacts, found.question.on)
        told = replace(lead.blocks[0], kind="detail")
        return replace(
            handed,
            blocks=(handed.blocks[0], told, *handed.blocks[1:]),
            citations=lead.citations,
            confidence=answer.confidence,
            reasons=("said-before", *handed.reasons),
            contacts=(*self._responsible(found.question), *handed.contacts),
            suggestions=suggestions(found.question.matter, found.hits, self._lexicon),
            hits=found.hits,
        )

    def _responsible(self, question: Understood) -> tuple[Contact, ...]:
        if question.kind is not Kind.WHO:
            return ()
        contact = responsible(question.text, self._starter.contacts)
        return (contact,) if contact else ()


def _labels(found: Found) -> frozenset[str]:
    return frozenset(hit.passage.article for hit in found.brought if hit.passage.article)

"""The doctor: a question goes through triage, understanding, search, composing, verification and decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from langchain_core.runnables import Runnable, RunnableLambda

from bot import lexicon as lexicons
from bot import replies
from bot.answer import Answer, Block, Contact, Context, Decision, Delta, Event, Outcome, References, Speaker, Turn
from bot.compose import extractive, faq, named, regimes, rows, standing
from bot.compose.basis import Basis, Draft
from bot.compose.model import ModelComposer, draft
from bot.compose.sentences import lacking
from bot.conversation import hangs, may_lean, misses, whole, with_expert
from bot.decide import Calibration, calibration, clarifying, features, responsible
from bot.english import in_chinese
from bot.judges import Judge
from bot.merge import merged
from bot.model import ModelError, Writer
from bot.offtopic import floor
from bot.references import Laws
from bot.search import Without, find
from bot.state import Found, Kind, State, Understood, Verdict
from bot.suggest import suggestions
from bot.text import normalise
from bot.triage import MAX_CHARACTERS, TALK, triage, without_object
from bot.understanding import understand
from bot.verify import check
from corpus import starter as library
from corpus.starter import Starter
from indexer.hit import Hit, Index

REGION = "湖北省武汉市"
ANSWER_AT = 0.45
_NEARBY = 0.15  # the confidence from which the nearest rules are named beside a hand-over
_PLAIN = ("empty", "nonsense")  # asks back without choices
_MAY_MISS = (None, Outcome.ESCALATE, Outcome.ANSWERED, Outcome.CLARIFY)  # what may be the third miss in a row
# An answer as sure as this stands against a suspicion of the classifier; to miss an emergency does the greatest harm.
# A question back is a guess too, so any answer goes before a suspicion that a fact is missing.
CERTAIN = {
    Outcome.EMERGENCY: 0.9,
    Outcome.REFUSE: 0.8,
    Outcome.REDIRECT: 0.7,
    Outcome.ESCALATE: 0.6,
    Outcome.CLARIFY: 0.0,
}
_NEARLY = 0.85  # at least, where the classifier finds it likely


class Doctor:
    """Answers questions from an index, and hands over what it must not answer.

    Holds no state of a conversation, so one instance serves all threads.
    """

    def __init__(
        self,
        index: Callable[[], Index],
        starter: Starter | None = None,
        *,
        region: str = REGION,
        writer: Writer | None = None,
        judges: Sequence[Judge] = (),
        weights: Calibration | None = None,
        answer_at: float = ANSWER_AT,
        observe: Callable[[Mapping[str, float], Answer], None] | None = None,
    ) -> None:
        """:param index: gives the current index; asked once a question, so that a new index takes over between two
        :param region: the place of the service, for questions and contexts that name none
        :param writer: a chat model; without one answers are composed of sentences of the library
        :param judges: who beside the rules judges each sentence of the chat model
        :param answer_at: the confidence from which an answer is given
        :param observe: told the features and the verified draft of each decision, for fitting and for audits
        """
        self._index = index
        self._starter = starter or library.load()
        self._laws = Laws(self._starter.instruments)
        self._lexicon = lexicons.of(self._starter)
        self._region = region
        self._composer = ModelComposer(writer, self._lexicon, judges) if writer else None
        self._weights = weights or calibration()
        self._answer_at = answer_at
        self._observe = observe
        self._floors: dict[str, dict[str, float]] = {}
        before = self._step(self._triage) | self._step(self._understand) | self._step(self._search)
        self._before: Runnable[State, State] = before
        self.chain: Runnable[State, State] = before | self._step(self._answer)

    def ask(self, question: str, history: Sequence[Turn] = (), context: Context | None = None) -> Answer:
        """:returns: the answer; never raises for anything that a person may type."""
        return self._answered(self._again(self.chain.invoke(self._state(question, history, context))))

    def stream(self, question: str, history: Sequence[Turn] = (), context: Context | None = None) -> Iterator[Event]:
        """References, a Delta for each block as soon as it is verified, then the Decision.

        The Decision holds the whole answer: numbering and wording of it stand, whatever was shown before.
        """
        state = self._before.invoke(self._state(question, history, context))
        if self._composer and state.answer is None and len(state.found) == 1 and not _plain_only(state):
            yield from self._streamed(state)
            return
        answer = self._answered(self._again(state if state.answer else self._answer(state)))
        yield References(answer.citations, answer.speaker)
        yield from (Delta(block) for block in answer.blocks)
        yield Decision(answer)

    def emergency(self, question: str, on: date) -> Answer | None:
        """:returns: what to do first where the question tells of an emergency, else None; for a conversation that an expert
        has taken over, in which the doctor says nothing else
        """
        verdict = triage(question)
        text = normalise(question)[:MAX_CHARACTERS]
        urgent = verdict.outcome is Outcome.EMERGENCY
        return replies.reply(verdict, text, self._starter.contacts, on) if urgent else None

    def rehearse(self, question: str, context: Context, *, without: str = "") -> None:
        """Draft an answer without triage, for the observer alone.

        :param without: id of a passage that is left out, such as the FAQ whose question this is
        """
        state = self._understand(self._state(question, (), context))
        index = Without(self._index(), without)
        for part in state.parts:
            self._from_library(self._found(part, index))

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _step(self, step: Callable[[State], State]) -> Runnable[State, State]:
        """A step of the chain; once an answer stands, the rest is passed through."""

        def run(state: State) -> State:
            return state if state.answer else step(state)

        return RunnableLambda(run, name=step.__name__.strip("_"))

    def _state(self, question: str, history: Sequence[Turn], context: Context | None) -> State:
        context = context or Context(date.today(), self._region)
        return State(question, tuple(history), context)

    def _triage(self, state: State) -> State:
        made = whole(normalise(state.asked)[:MAX_CHARACTERS], state.history, leaning=state.leaning)
        verdict = triage(state.asked, made if made.followup else None)
        if with_expert(state.history) and verdict.outcome is not Outcome.EMERGENCY:
            verdict = Verdict("escalate:expert", Outcome.ESCALATE, "escalate-expert")
        elif (
            verdict.outcome in _MAY_MISS
            and verdict.reply not in TALK
            and misses((*state.history, Turn("user", state.asked))) >= 2
        ):
            verdict = Verdict("escalate:missed", Outcome.ESCALATE, "escalate-missed")
        elif self._library_knows(verdict, state):
            verdict = Verdict("pass", doubt=verdict)
        elif verdict.outcome is None and not state.history and hangs(state.asked):
            verdict = without_object(verdict)
        if verdict.outcome is Outcome.CLARIFY and verdict.reply not in _PLAIN:
            return self._asked_back(replace(state, verdict=verdict))
        if verdict.reply == "foreign" and (chinese := in_chinese(state.asked)):
            return replace(state, verdict=replace(verdict, outcome=None), asked=chinese)
        if verdict.outcome is None:
            return replace(state, verdict=verdict)
        text = normalise(state.asked)[:MAX_CHARACTERS]
        answer = replies.reply(verdict, text, self._starter.contacts, state.context.on)
        return replace(state, verdict=verdict, answer=answer)

    def _library_knows(self, verdict: Verdict, state: State) -> bool:
        """Whether a question that only the classifier would hand on is better asked back, or is a FAQ word for word.

        Not for emergencies and refusals: there a mistake in the other direction does the harm.
        """
        if verdict.outcome not in (Outcome.ESCALATE, Outcome.REDIRECT):
            return False
        understood = self._understand(state)
        if any(part.elsewhere for part in understood.parts):
            return True
        match = self._match(self._found(understood.parts[0], self._index()))
        return match is not None and match.score >= faq.SURE

    def _asked_back(self, state: State) -> State:
        """One question back where a fact is missing; not on a follow-up, nor where an article or another place is named, nor
        where a catalogue has one class for the whole trade.
        """
        parts = self._understand(state).parts
        asking = clarifying(state.verdict.reply if state.verdict else "", state.history)
        clear = len(parts) > 1 or any(part.followup or part.references or part.elsewhere for part in parts)
        if not asking or clear:
            return replace(state, verdict=Verdict("pass"))
        found = state.found[0] if state.found else self._found(parts[0], self._index())
        if rows.settles(found, self._lexicon):
            return replace(state, verdict=Verdict("pass"))
        row = rows.catalogue(found, self._lexicon)
        if row and (asked := self._asked_of_row(found, row)):
            return replace(state, parts=parts, answer=asked)
        return replace(state, parts=parts, answer=replies.clarify(asking, parts[0].text, state.context.on))

    def _understand(self, state: State) -> State:
        parts = understand(state.asked, state.history, state.context, self._laws, self._region, leaning=state.leaning)
        return replace(state, parts=parts)

    def _search(self, state: State) -> State:
        index = self._index()
        return replace(state, found=tuple(self._found(part, index) for part in state.parts))

    def _found(self, question: Understood, index: Index) -> Found:
        if index.id not in self._floors:
            self._floors = {index.id: floor(index, question.today, self._region)}  # an older index is no longer asked
        found = find(question, index, self._starter, self._lexicon)
        return replace(found, floors=self._floors[index.id])

    def _answer(self, state: State) -> State:
        answers = []
        for found in state.found:
            answer = self._from_model(found) if self._composer else None
            answers.append(answer or self._from_library(found))
        whole = merged(answers, state.parts[0].text if len(state.parts) == 1 else normalise(state.asked))
        if doubted := self._doubted(state, whole):
            return replace(state, answer=doubted)
        return replace(state, answer=replies.introduced(whole, state.verdict) if state.verdict else whole)

    def _doubted(self, state: State, answer: Answer) -> Answer | None:
        """:returns: the reply to what the classifier suspects, or the question back, where the answer is not sure enough to
        stand against it
        """
        doubt = state.verdict.doubt if state.verdict else None
        if not doubt or not doubt.outcome:
            return None
        certain = max(CERTAIN[doubt.outcome], _NEARLY if doubt.likely else 0.0)
        if answer.outcome is Outcome.ANSWERED and answer.confidence >= certain:
            return None
        faint = not doubt.likely and doubt.outcome in (Outcome.ESCALATE, Outcome.REDIRECT)
        if faint and any(part.followup for part in state.parts):
            return None
        if doubt.outcome is Outcome.CLARIFY:
            return self._asked_back(replace(state, verdict=doubt)).answer
        text = normalise(state.asked)[:MAX_CHARACTERS]
        return replace(replies.reply(doubt, text, self._starter.contacts, state.context.on), hits=answer.hits)

    def _again(self, state: State) -> State:
        """A later turn that led nowhere by itself is read once more, as leaning on the one before; that answer stands if there
        is one.
        """
        answer = self._answered(state)
        nowhere = "escalate:unknown" in answer.reasons or answer.outcome is Outcome.CLARIFY
        if not nowhere or not state.history or state.leaning or not may_lean(normalise(state.asked)):
            return state
        again: State = self.chain.invoke(replace(self._state(state.asked, state.history, state.context), leaning=True))
        return again if self._answered(again).outcome is Outcome.ANSWERED else state

    # -- composing -----------------------------------------------------------------------------------------------------

    def _from_library(self, found: Found) -> Answer:
        index = self._index()
        match = self._match(found)
        made = standing.compose(found, index, self._starter)
        if not made and (found.named or found.unknown):
            made = named.by_article(found, index, self._starter, self._lexicon)
        if found.unknown and not made and not named.asks_beside(found, self._lexicon):
            return self._unknown(found, 0.0, ("no-such-article",))
        absent = named.missing(found, self._starter) if not made else []
        row = rows.catalogue(found, self._lexicon) if not made and (not match or match.score < faq.SURE) else None
        if row and (asked := self._asked_of_row(found, row)):
            return asked
        if row:
            made, match = row, None
        if not made and match:
            entry = self._starter.entries.get(match.hit.passage.id)
            made = faq.compose(found, match, entry, index, self._starter.instruments, self._lexicon)
        made = made or extractive.compose(found, self._lexicon)
        if not made:
            return self._unknown(found, 0.0, ("no-passage",))
        lead = match.hit if match and made.answer.speaker is Speaker.FAQ else _lead(found, made.answer)
        made = Draft(replace(made.answer, blocks=(*absent, *made.answer.blocks)), made.evidence)
        if not found.question.standing:
            made = regimes.two_regimes(found, made, index, self._starter, self._lexicon)
        return self._decided(found, made, lead, match)

    def _asked_of_row(self, found: Found, row: Draft) -> Answer | None:
        """:returns: the row under a question back, where its classes part by what the question does not tell"""
        lead = _lead(found, row.answer)
        offered = rows.choices(found.question, lead.passage, self._lexicon) if lead else ()
        answer = self._decided(found, row, lead, None) if offered else None
        if not answer or answer.outcome is not Outcome.ANSWERED:
            return None
        return replies.asked_of_row(answer, offered)

    def _match(self, found: Found) -> faq.Match | None:
        candidates = faq.matches(found.question.matter, found.hits, self._starter.entries, self._lexicon)
        articles = (known for hit in found.candidates for known in hit.passage.questions)
        asked = max((self._lexicon.likeness(found.question.matter, known) for known in articles), default=0.0)
        return faq.chosen(found.question, candidates, self._lexicon, asked)

    def _from_model(self, found: Found) -> Answer | None:
        """:returns: the model's answer, None where the library's own must take its place."""
        return next((event.answer for event in self._spoken(found) if isinstance(event, Decision)), None)

    def _streamed(self, state: State) -> Iterator[Event]:
        """A model's sentences as they come; if none holds, the library's answer, as if nothing had been tried."""
        found = state.found[0]
        spoke = False
        for event in self._spoken(found):
            spoke = True
            yield event
        if spoke:
            return
        answer = self._from_library(found)
        yield References(answer.citations, answer.speaker)
        yield from (Delta(block) for block in answer.blocks)
        yield Decision(answer)

    def _spoken(self, found: Found) -> Iterator[Event]:
        """What the model says, each sentence once it holds; nothing where the library's own answer must take its place."""
        if not self._composer or found.named or found.unknown or found.question.period or self._match(found):
            return
        basis = Basis()
        blocks: list[Block] = []
        reason, begun = "model", False
        try:
            for block in self._composer.blocks(found, basis):
                blocks.append(block)
                if begun:
                    yield Delta(block)
                elif self._sure(found, draft(found, basis, blocks, reason), basis.hits[blocks[0].cites[0] - 1]):
                    begun = True
                    yield References(tuple(basis.citations), Speaker.MODEL)
                    yield from map(Delta, blocks)
        except ModelError as error:
            reason = f"model:broken-off:{error}"[:120]
        if begun:
            made = draft(found, basis, blocks, reason)
            yield Decision(self._decided(found, made, basis.hits[blocks[0].cites[0] - 1], None, begun=True))

    def _sure(self, found: Found, begun: Draft, lead: Hit) -> bool:
        """Whether the answer that begins so will be given: what is shown must not be taken back."""
        seen = features(found, begun.answer, lead, None, self._lexicon)
        return not lacking(found.question, begun.answer.text) and self._weights.confidence(seen) >= self._answer_at

    # -- deciding ------------------------------------------------------------------------------------------------------

    def _decided(
        self, found: Found, made: Draft, lead: Hit | None, match: faq.Match | None, *, begun: bool = False
    ) -> Answer:
        """An answer where enough of it holds and the confidence reaches the threshold, else somebody who knows.

        :param lead: the passage that answers under today's law
        :param begun: what is asked for stands in sentences that have been shown
        """
        checked = check(regimes.of_here(found, made, self._region), self._lexicon, _labels(found))
        seen = features(found, checked.answer, lead, match, self._lexicon)
        if self._observe:
            self._observe(seen, checked.answer)
        confidence = self._weights.confidence(seen)
        reasons = (*made.answer.reasons, *(f"dropped:{reason}" for _, reason in checked.dropped[:5]))
        if not checked.holds:
            return self._unknown(found, confidence, (*reasons, "nothing-verified"))
        if not begun and (owed := lacking(found.question, checked.answer.text)):
            return self._unknown(found, confidence, (*reasons, f"lacks:{owed}"))
        if confidence < self._answer_at:
            return self._unknown(found, confidence, (*reasons, f"confidence:{confidence:.2f}"))
        return replace(
            checked.answer,
            confidence=round(confidence, 4),
            reasons=reasons,
            suggestions=suggestions(found.question.matter, found.hits, self._lexicon, lead),
            contacts=self._contacts(found.question),
        )

    def _contacts(self, question: Understood) -> tuple[Contact, ...]:
        if question.kind is not Kind.WHO:
            return ()
        contact = responsible(question.text, self._starter.contacts)
        return (contact,) if contact else ()

    def _unknown(self, found: Found, confidence: float, reasons: tuple[str, ...]) -> Answer:
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

    @staticmethod
    def _answered(state: State) -> Answer:
        if state.answer is None:
            raise RuntimeError("the chain ended without an answer")
        return state.answer


def _plain_only(state: State) -> bool:
    """Whether the whole answer must be known before anything of it is shown."""
    return bool(state.verdict and (state.verdict.language != "zh" or state.verdict.doubt))


def _labels(found: Found) -> frozenset[str]:
    return frozenset(hit.passage.article for hit in found.brought if hit.passage.article)


def _lead(found: Found, answer: Answer) -> Hit | None:
    """The hit behind the first citation."""
    if not answer.citations:
        return None
    wanted = answer.citations[0].passage_id
    return next((hit for hit in found.brought if hit.passage.id == wanted), None)

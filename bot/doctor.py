"""The doctor: a question goes through triage, understanding, search, composing, verification and decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from langchain_core.runnables import Runnable, RunnableLambda

from bot import lexicon as lexicons
from bot import replies, slips
from bot.answer import Answer, Block, Context, Decision, Delta, Event, Outcome, References, Speaker, Turn
from bot.compose import extractive, faq, rows
from bot.compose.basis import Basis
from bot.compose.library import LibraryComposer
from bot.compose.model import ModelComposer, draft
from bot.conversation import Whole, displeased, halves, hangs, whole, with_expert
from bot.decide import ANSWER_AT, Calibration, calibration, clarifying
from bot.english import in_chinese
from bot.judgement import WORD_FOR_WORD, Judgement
from bot.judges import Judge
from bot.later import SURER, UNSURE, LaterTurns, begins, missed_twice
from bot.merge import merged
from bot.model import ModelError, Writer
from bot.offtopic import floor
from bot.references import Laws, rivals
from bot.search import Without, find
from bot.state import Found, State, Understood, Verdict
from bot.text import normalise
from bot.triage import MAX_CHARACTERS, TALK, owes, plain_emergency, triage, uneasy, without_object
from bot.understanding import understand
from corpus import starter as library
from corpus.starter import Starter
from indexer.hit import Index
from indexer.store import StoreError

REGION = "湖北省武汉市"
_PLAIN = ("empty", "nonsense")  # asks back without choices
_MAY_MISS = (None, Outcome.ESCALATE, Outcome.ANSWERED, Outcome.CLARIFY)  # what may be the third miss in a row
_MISSED = Verdict("escalate:missed", Outcome.ESCALATE, "escalate-missed")
# An answer as sure as this stands against a suspicion of the classifier; to miss an emergency does the greatest harm.
# A question back is a guess too, so any answer goes before a suspicion that a fact is missing.
CERTAIN = {
    Outcome.EMERGENCY: 0.75,
    Outcome.REFUSE: 0.8,
    Outcome.REDIRECT: 0.7,
    Outcome.ESCALATE: 0.6,
    Outcome.CLARIFY: 0.0,
    Outcome.ANSWERED: 0.0,  # talk of the service itself
}
# At least, where the classifier finds it likely. What hangs on nothing that was named is likelier to be a whole question in odd words.
_NEARLY = dict.fromkeys(CERTAIN, 0.9) | {Outcome.CLARIFY: 0.8}
# How like a question must be to one of a FAQ that the classifier is not believed.
_KNOWN_AT = {
    Outcome.ESCALATE: faq.SURE,
    Outcome.REDIRECT: faq.SURE,
    Outcome.REFUSE: faq.SAME,
    Outcome.EMERGENCY: faq.NEAR,  # and then it stands under whom to call
    Outcome.ANSWERED: faq.SAME,  # what it takes for talk of the service itself
}
# How sure an answer must be to stand against a class that the classifier is sure of: of 505 development questions that were rightly
# refused or handed on, two have such an answer. Statements of citizens (鸡场苍蝇多) are often taken for another office's matter.
_AGAINST = {Outcome.REDIRECT: 0.7, Outcome.REFUSE: 0.88, Outcome.ESCALATE: 0.88}


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
        self._slips = slips.of(self._starter)
        self._region = region
        self._composer = ModelComposer(writer, self._lexicon, judges) if writer else None
        self._judgement = Judgement(self._starter, self._lexicon, region, weights or calibration(), answer_at, observe)
        self._library = LibraryComposer(self._starter, self._lexicon, self._judgement)
        self._floors: dict[str, dict[str, float]] = {}
        before = self._step(self._triage) | self._step(self._understand) | self._step(self._search)
        self._before: Runnable[State, State] = before
        self.chain: Runnable[State, State] = before | self._step(self._answer)
        self._later = LaterTurns(self.chain.invoke, self._judgement, self._lexicon)

    def ask(self, question: str, history: Sequence[Turn] = (), context: Context | None = None) -> Answer:
        """:returns: the answer; never raises for anything that a person may type."""
        state = self._state(question, history, context)
        return self._later.retold(state) or self._shown(self._later.read_again(self.chain.invoke(state)))

    def stream(self, question: str, history: Sequence[Turn] = (), context: Context | None = None) -> Iterator[Event]:
        """References, a Delta for each block as soon as it is verified, then the Decision.

        The Decision holds the whole answer: numbering and wording of it stand, whatever was shown before.
        """
        state = self._state(question, history, context)
        told = self._later.retold(state)
        state = state if told else self._before.invoke(state)
        if not told and self._composer and state.answer is None and len(state.found) == 1 and not _plain_only(state):
            yield from self._streamed(state)
            return
        answer = told or self._shown(self._later.read_again(state if state.answer else self._answer(state)))
        yield References(answer.citations, answer.speaker)
        yield from (Delta(block) for block in answer.blocks)
        yield Decision(answer)

    def emergency(self, question: str, on: date) -> Answer | None:
        """:returns: what to do first where the question tells of an emergency, else None; for a conversation that an expert
        has taken over, in which the doctor says nothing else
        """
        meant = self._slips.mended(question).text
        verdict = triage(meant)
        text = normalise(meant)[:MAX_CHARACTERS]
        urgent = verdict.outcome is Outcome.EMERGENCY
        return replies.reply(verdict, text, self._starter.contacts, on) if urgent else None

    def rehearse(self, question: str, context: Context, *, without: str = "") -> None:
        """Draft an answer without triage, for the observer alone.

        :param without: id of a passage that is left out, such as the FAQ whose question this is
        """
        state = self._understand(self._state(question, (), context))
        index = Without(self._index(), without)
        for part in state.parts:
            self._library.answer(self._found(part, index), self._index())

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _step(self, step: Callable[[State], State]) -> Runnable[State, State]:
        """A step of the chain; once an answer stands, the rest is passed through."""

        def run(state: State) -> State:
            return state if state.answer else step(state)

        return RunnableLambda(run, name=step.__name__.strip("_"))

    def _state(self, question: str, history: Sequence[Turn], context: Context | None) -> State:
        """The turns as they were meant: what people mistype, they mistype by its sound."""
        context = context or Context(date.today(), self._region)
        said = (replace(t, content=self._slips.mended(t.content).text) if t.role == "user" else t for t in history)
        meant = self._slips.mended(question)
        return State(meant.text, tuple(said), context, slips=meant.words)

    def _triage(self, state: State) -> State:
        text = normalise(state.asked)[:MAX_CHARACTERS]
        made = whole(text, state.history, leaning=state.leaning)
        # a choice stands for a question of its own (2), and what only opens a turn says nothing (换个问题)
        verdict = triage(state.asked if made.followup or made.text == text else made.text, made)
        tried: Answer | None = None
        if with_expert(state.history) and verdict.outcome is not Outcome.EMERGENCY:
            verdict = Verdict("escalate:expert", Outcome.ESCALATE, "escalate-expert")
        elif self._has_missed(state, verdict, made):
            verdict = _MISSED
        elif verdict.outcome in (None, Outcome.ESCALATE) and self._rank_settles_nothing(state.asked):
            verdict = Verdict("escalate:conflict", Outcome.ESCALATE, "escalate-conflict")
        elif verdict.outcome is None and not state.history and hangs(state.asked):
            verdict = without_object(verdict)
        else:
            known, tried = self._library_knows(verdict, state)
            verdict = Verdict("pass", doubt=verdict) if known else verdict
        if verdict.outcome is Outcome.CLARIFY and verdict.reply not in _PLAIN:
            return self._asked_back(replace(state, verdict=verdict))
        if verdict.reply == "foreign" and (chinese := in_chinese(state.asked)):
            return replace(state, verdict=replace(verdict, outcome=None), asked=chinese)
        if verdict.outcome is None:
            return replace(state, verdict=verdict)
        return replace(state, verdict=verdict, answer=replies.beside(self._replied(verdict, state), tried))

    def _replied(self, verdict: Verdict, state: State) -> Answer:
        """:returns: the fixed reply to a turn"""
        text = normalise(state.asked)[:MAX_CHARACTERS]
        return replies.reply(verdict, text, self._starter.contacts, state.context.on)

    def _has_missed(self, state: State, verdict: Verdict, made: Whole) -> bool:
        """Whether this turn goes on with what we have missed twice; a new question is tried first."""
        if verdict.outcome not in _MAY_MISS or verdict.reply in TALK:
            return False
        goes_on = made.followup or displeased(state.asked) or verdict.outcome is Outcome.ESCALATE
        return goes_on and missed_twice(state)

    def _rank_settles_nothing(self, question: str) -> bool:
        """Whether it is asked which of two instruments of one rank holds; of two ranks the higher one does, which can be said."""
        found = [self._starter.instruments.get(title) for title in rivals(normalise(question), self._laws)]
        known = [document for document in found if document and not document.ended_on]
        return len(known) > 1 and len({document.rank for document in known}) == 1

    def _library_knows(self, verdict: Verdict, state: State) -> tuple[bool, Answer | None]:
        """Whether a question that only the classifier would hand on, refuse or take for an emergency is better asked back, or is one
        of a FAQ (nearly, or word for word where a mistake in the other direction does harm), or has an answer that is surer than
        the classifier can be. What tells plainly of an emergency is one; above the answer to what may be one stands what to do
        first anyway (of 213 emergencies that were known as such none was near a FAQ and not plainly told).

        :returns: also the library's answer, where it was needed to tell
        """
        if not verdict.reason.endswith(":learned") or verdict.outcome not in _KNOWN_AT:
            return False, None
        if verdict.outcome is Outcome.EMERGENCY and plain_emergency(state.asked):
            return False, None
        understood = self._understand(state)
        handed_on = verdict.outcome in (Outcome.ESCALATE, Outcome.REDIRECT)
        if handed_on and any(part.elsewhere for part in understood.parts):
            return True, None
        if not handed_on and len(understood.parts) > 1:
            return False, None
        try:
            index = self._index()
            found = self._found(understood.parts[0], index)
            if self._likeness(found) >= _KNOWN_AT[verdict.outcome]:
                return True, None
            answer = self._library.answer(found, index) if verdict.outcome in _AGAINST else None
        except StoreError:
            if handed_on:
                raise
            return False, None  # what to do first, and a refusal, need no index
        return bool(answer and begins(answer) and answer.confidence >= _AGAINST[verdict.outcome]), answer

    def _likeness(self, found: Found) -> float:
        """:returns: to a question of the FAQ that is the question asked, 0 where there is none"""
        match = self._library.match(found)
        return match.score if match else 0.0

    def _asked_back(self, state: State) -> State:
        """One question back where a fact is missing; not on a follow-up that tells something, nor where an article or another
        place is named, nor where a catalogue has one class for the whole trade, nor, before an answer has been tried, where the
        question stands as it is among those of a FAQ.
        """
        parts = self._understand(state).parts
        asking = clarifying(state.verdict.reply if state.verdict else "", parts[0].text, state.history)
        told = any(part.followup and not owes(part.text, part.focus) for part in parts)
        clear = told or len(parts) > 1 or any(part.references or part.elsewhere for part in parts)
        if not asking or clear:
            return replace(state, verdict=Verdict("pass"))
        found = state.found[0] if state.found else self._found(parts[0], self._index())
        if rows.settles(found):
            return replace(state, verdict=Verdict("pass"))
        if not state.found and self._likeness(found) >= faq.SAME:
            return replace(state, verdict=Verdict("pass", doubt=state.verdict))
        row = rows.catalogue(found)
        if row and (asked := self._library.asked_of_row(found, row)):
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
        return replace(
            found,
            order=tuple(extractive.ranked(question, found.candidates, self._lexicon, found.votes, found.before)),
            fitting=tuple(rows.ranked(question, found.rows or found.hits, self._lexicon)),
            floors=self._floors[index.id],
        )

    def _answer(self, state: State) -> State:
        whole = merged(
            list(map(self._composed, state.found)),
            state.parts[0].text if len(state.parts) == 1 else normalise(state.asked),
        )
        whole = self._in_two(state, whole) or whole
        if doubted := self._doubted(state, whole):
            return replace(state, answer=doubted)
        return replace(state, answer=replies.introduced(whole, state.verdict) if state.verdict else whole)

    def _composed(self, found: Found) -> Answer:
        answer = self._from_model(found) if self._composer else None
        return answer or self._library.answer(found, self._index())

    def _in_two(self, state: State, whole: Answer) -> Answer | None:
        """:returns: the library's answers to both questions of one sentence, where each has one of its own that `whole` does not
        give; a chat model has read the whole sentence
        """
        if len(state.parts) != 1 or state.parts[0].followup or whole.speaker is Speaker.MODEL:
            return None
        two = halves(state.parts[0].text)
        parts = [part for half in two for part in understand(half, (), state.context, self._laws, self._region)]
        if len(parts) != 2:
            return None
        index = self._index()
        both = [self._library.answer(self._found(part, index), index) for part in parts]
        given = [answer for answer in both if answer.outcome is Outcome.ANSWERED and answer.citations]
        if whole.outcome is not Outcome.ANSWERED:
            suspected = state.verdict and state.verdict.doubt
            return merged(both, normalise(state.asked)) if given and not suspected else None
        more = len(given) == 2 and not all(begins(answer) in whole.text for answer in given)
        more |= whole.confidence < UNSURE and any(answer.confidence >= whole.confidence + SURER for answer in given)
        return merged(both, normalise(state.asked)) if more else None

    def _doubted(self, state: State, answer: Answer) -> Answer | None:
        """:returns: the reply to what the classifier suspects, or the question back, where the answer is not sure enough to
        stand against it
        """
        doubt = state.verdict.doubt if state.verdict else None
        if not doubt or not doubt.outcome:
            return None
        certain = max(CERTAIN[doubt.outcome], _NEARLY[doubt.outcome] if doubt.likely else 0.0)
        if answer.outcome is Outcome.ANSWERED and answer.confidence >= certain:
            return None
        faint = not doubt.likely and doubt.outcome in (Outcome.ESCALATE, Outcome.REDIRECT)
        if faint and any(part.followup for part in state.parts):
            return None
        if doubt.outcome is Outcome.CLARIFY:
            return self._asked_back(replace(state, verdict=doubt)).answer
        return replace(replies.beside(self._replied(doubt, state), answer), hits=answer.hits)

    # -- composing -----------------------------------------------------------------------------------------------------

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
        answer = self._library.answer(found, self._index())
        yield References(answer.citations, answer.speaker)
        yield from (Delta(block) for block in answer.blocks)
        yield Decision(answer)

    def _spoken(self, found: Found) -> Iterator[Event]:
        """What the model says, each sentence once it holds; nothing where the library's own answer must take its place."""
        if not self._composer or found.named or found.unknown or found.question.period or self._library.match(found):
            return
        basis = Basis()
        blocks: list[Block] = []
        reason, begun = "model", False
        try:
            for block in self._composer.blocks(found, basis):
                blocks.append(block)
                if begun:
                    yield Delta(block)
                elif self._judgement.sure(found, draft(found, basis, blocks, reason), basis.hits[blocks[0].cites[0] - 1]):
                    begun = True
                    yield References(tuple(basis.citations), Speaker.MODEL)
                    yield from map(Delta, blocks)
        except ModelError as error:
            reason = f"model:broken-off:{error}"[:120]
        if begun:
            made = draft(found, basis, blocks, reason)
            yield Decision(self._judgement.decided(found, made, basis.hits[blocks[0].cites[0] - 1], begun=True))

    def _shown(self, state: State) -> Answer:
        answer = state.decided
        nothing = answer.outcome is Outcome.CLARIFY or "escalate:unknown" in answer.reasons
        if nothing and missed_twice(state):
            answer = replace(replies.beside(self._replied(_MISSED, state), answer), hits=answer.hits)
        if answer.outcome is Outcome.EMERGENCY:
            return answer
        # the words of a later turn (都不是) say little without what they lean on
        known = WORD_FOR_WORD in answer.reasons
        doubtful = uneasy(state.asked, known=known) and uneasy(answer.question, known=known)
        answer = replies.meant(answer, state.slips)
        return replies.cautioned(answer) if doubtful else answer


def _plain_only(state: State) -> bool:
    """Whether the whole answer must be known before anything of it is shown."""
    doubted = state.verdict and (state.verdict.language != "zh" or state.verdict.doubt)
    return bool(doubted or state.slips) or uneasy(state.asked)

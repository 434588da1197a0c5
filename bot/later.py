"""Later turns of a conversation: what is asked about our last answer, and another reading where the first leads nowhere (decision 11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.answer import Answer, Outcome, Turn
from bot.compose import retold
from bot.compose.recalled import PLAINLY, recalled
from bot.conversation import leans_surely, may_lean, misses, only_told, repeats
from bot.judgement import Judgement
from bot.lexicon import Lexicon
from bot.search import articles_of
from bot.state import State
from bot.text import normalise
from corpus.model import Cite

SURER = 0.05  # how much surer another reading must be
# Below, an answer to two questions in one may yield to an answer to one of them; from here on a turn that led nowhere with the
# one before may stand alone.
UNSURE = 0.75
_SURE = 0.95  # of an answer that another reading is not tried against


class LaterTurns:
    """Holds no state of a conversation."""

    def __init__(self, read: Callable[[State], State], judgement: Judgement, lexicon: Lexicon) -> None:
        """:param read: takes a turn through the whole chain, to its answer"""
        self._read = read
        self._judgement = judgement
        self._lexicon = lexicon

    def retold(self, state: State) -> Answer | None:
        """:returns: where a turn is about our last answer itself, that answer once more, for what is wanted of it; where the caller has
        kept nothing but its words, the question before is asked again
        """
        wanted = retold.wanted(normalise(state.asked))
        asked = [at for at, turn in enumerate(state.history) if turn.role == "user"]
        if not wanted or not asked or state.history[-1].role != "assistant":
            return None
        at = asked[-1]
        before = State(state.history[at].content, state.history[:at], state.context)
        shown = state.history[-1].answer or self.retold(before) or self.read_again(self._read(before)).decided
        return retold.retold(shown, wanted)

    def read_again(self, state: State) -> State:
        """A later turn read once more: as standing alone where its answer says again what was said last, or where it was taken to
        lean and led nowhere; as leaning where it may lean and led nowhere by itself or to no sure answer. The other reading
        stands if it brings an answer that is new, or surer.

        :param state: with its answer
        """
        answer = state.decided
        if not state.history or state.leaning is not None:
            return state
        if repeats(begins(answer), state.asked, state.history):
            question = state.found[0].question
            if told := recalled(answer, question, self._lexicon, PLAINLY):
                return replace(state, answer=told)
            alone = self._otherwise(state, leaning=False)
            other = alone.decided
            fresh = other.outcome is Outcome.ANSWERED and not repeats(begins(other), state.asked, state.history)
            if fresh and _of_the_matter(other, state):
                return alone
            told = recalled(answer, question, self._lexicon)
            return replace(state, answer=told or self._judgement.said_before(state.found[0], answer))
        unknown = "escalate:unknown" in answer.reasons
        nowhere = unknown or answer.outcome is Outcome.CLARIFY
        if unknown and any(part.followup for part in state.parts):
            alone = self._otherwise(state, leaning=False)
            other = alone.decided
            taken = other.outcome is Outcome.ANSWERED and other.confidence >= UNSURE and _of_the_matter(other, state)
            return alone if taken else state
        unsure = answer.outcome is Outcome.ANSWERED and answer.confidence < _SURE
        may = may_lean(normalise(state.asked)) or (nowhere and only_told(state.history))
        if not (nowhere or unsure) or not may:
            return state
        leaning = self._otherwise(state, leaning=True)
        other = leaning.decided
        better = nowhere or other.confidence >= answer.confidence + SURER
        return leaning if other.outcome is Outcome.ANSWERED and better else state

    def _otherwise(self, state: State, *, leaning: bool) -> State:
        return self._read(State(state.asked, state.history, state.context, leaning=leaning, slips=state.slips))


def missed_twice(state: State) -> bool:
    return misses((*state.history, Turn("user", state.asked))) >= 2


def begins(answer: Answer) -> str:
    """:returns: how an answer of the library begins, '' for a fixed reply"""
    given = answer.outcome is Outcome.ANSWERED and answer.citations and answer.blocks
    return answer.blocks[0].text if given else ""


def _of_the_matter(answer: Answer, state: State) -> bool:
    """Whether what a turn brings by itself may be what it asks: where it surely leans on another (物业不管呢), an article that is also
    found for both.
    """
    if not leans_surely(normalise(state.asked)):
        return True
    found = {cite for part in state.found for hit in part.hits for cite in articles_of(hit)}
    return any(Cite(cited.title, cited.article) in found for cited in answer.citations)

"""Fixed replies as answers: emergency cards, refusals, redirections, handing over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.answer import Answer, Block, Contact, Outcome, Speaker
from bot.compose.basis import NEARBY, perhaps
from bot.decide import Clarifying, contact_of, responsible
from bot.rules import read
from bot.state import Verdict
from corpus.model import Status
from corpus.starter import Responsible

_CALLS = (
    Contact("消防救援", "泄漏、着火、爆炸", "119", confirm=False),
    Contact("医疗急救", "有人受伤、中毒", "120", confirm=False),
    Contact("公安", "有人身危险、放射源丢失", "110", confirm=False),
    Contact("心理援助", "想不开、心里难受", "12356", confirm=False),
    Contact("政务服务便民热线", "报告污染", "12345", confirm=False),
    Contact("生态环境举报热线", "报告污染（多地已并入 12345）", "12369"),
)
# The confidence from which rules are named beside a hand-over. On development questions with a right article one of the two is right for
# 25 of 36 from here on, for 15 of 33 below.
_LIKELY = 0.5
_FALLBACK = Contact("政务服务便民热线", "问清由哪个部门答复", "12345")


def reply(verdict: Verdict, text: str, contacts: Sequence[Responsible], today: date) -> Answer:
    """:returns: the answer for a verdict that needs no search."""
    outcome = verdict.outcome or Outcome.ESCALATE
    if verdict.language != "zh":
        return _foreign(verdict, outcome, text, today)
    found: dict[str, Any] = read("replies")["zh"].get(verdict.reply) or read("replies")["zh"]["nonsense"]
    lead, notice = found["lead"], found.get("notice", "")
    if outcome is Outcome.REDIRECT:
        named = next((row for row in contacts if row.id == verdict.contact), None)
        contact = contact_of(named) if named else responsible(text, contacts) or _FALLBACK
        if contact is _FALLBACK:
            unknown = read("replies")["zh"]["redirect-unknown"]
            lead, notice = unknown["lead"], unknown["notice"]
        hotline = f"，电话 {contact.hotline}" if contact.hotline else ""
        lead = lead.format(department=contact.department, hotline=hotline)
        notice = notice.format(note=contact.note)
        if contact.confirm and contact.hotline:
            notice += read("replies")["zh"]["confirm-number"]
        shown: tuple[Contact, ...] = (contact,)
    else:
        shown = _contacts(outcome, lead)
    blocks = [Block(lead, "lead")]
    if steps := found.get("steps"):
        blocks.append(Block("现在做三件事", "steps", rows=tuple((step,) for step in steps)))
    if notice:
        blocks.append(Block(notice, "notice"))
    return Answer(
        outcome,
        Speaker.RULE,
        tuple(blocks),
        confidence=1.0,
        reasons=(verdict.reason,),
        contacts=shown,
        question=text,
        on=today,
    )


def beside(handed: Answer, answer: Answer | None) -> Answer:
    """:param answer: what the library would have said
    :returns: a hand-over that names the rules in force on which that leans, where it is likely enough that they are the right ones,
        so that nobody is left with nothing to read
    """
    if not answer or answer.confidence < _LIKELY or handed.outcome is not Outcome.ESCALATE:
        return handed
    rules = [replace(cite, quote="", paragraph="") for cite in answer.citations if cite.status is Status.IN_FORCE]
    rules = [rule for rule in rules if rule.article][:NEARBY]
    if not rules:
        return handed
    return replace(handed, blocks=(*handed.blocks, perhaps(rules)), citations=tuple(rules))


def clarify(asking: Clarifying, text: str, today: date) -> Answer:
    return Answer(
        Outcome.CLARIFY,
        Speaker.RULE,
        (Block(asking.ask, "lead"),),
        reasons=(asking.reason,),
        choices=asking.choices,
        question=text,
        on=today,
    )


def asked_of_row(answer: Answer, choices: tuple[str, ...]) -> Answer:
    """:returns: an answer that shows what it depends on, under the question which of it holds"""
    shown = tuple(replace(block, kind="detail") if block.kind == "lead" else block for block in answer.blocks)
    return replace(
        answer,
        outcome=Outcome.CLARIFY,
        blocks=(Block(read("replies")["row"], "lead"), *shown),
        choices=choices,
        suggestions=(),
        reasons=("clarify:row", *answer.reasons),
    )


def introduced(answer: Answer, verdict: Verdict) -> Answer:
    """:returns: an answer in Chinese to a question in another language, under a sentence in that language."""
    if verdict.language == "zh":
        return answer
    words = read("replies")
    spoken = words.get(verdict.language) or words["en"]
    if answer.outcome is Outcome.ANSWERED:
        text = spoken.get("in-chinese") or words["en"]["in-chinese"]
        return replace(answer, blocks=(Block(text, "notice"), *answer.blocks))
    return replace(answer, blocks=(Block(spoken["foreign"], "lead"),))


def meant(answer: Answer, slips: Sequence[tuple[str, str]]) -> Answer:
    """:returns: an answer under the words that were read otherwise than they were typed, so that a wrong reading is seen"""
    if not slips:
        return answer
    read_as = read("replies")["zh"]["read-as"]
    said = "，".join(read_as.format(typed=typed, meant=word) for typed, word in slips)
    return replace(answer, blocks=(Block(f"{said}。", "notice"), *answer.blocks))


def cautioned(answer: Answer) -> Answer:
    """:returns: an answer under what to do first, should this be an emergency that was not told plainly"""
    said = read("replies")["zh"]["caution"]
    calls = _contacts(Outcome.EMERGENCY, said)
    return replace(
        answer,
        blocks=(Block(said, "caution"), *answer.blocks),
        contacts=(*calls, *(contact for contact in answer.contacts if contact not in calls)),
        reasons=(*answer.reasons, "caution"),
    )


def _contacts(outcome: Outcome, said: str) -> tuple[Contact, ...]:
    """:returns: of an emergency whom the reply itself says to call, in its order"""
    if outcome is Outcome.EMERGENCY:
        return tuple(sorted((call for call in _CALLS if call.hotline in said), key=lambda call: said.index(call.hotline)))
    # whoever is asked to judge a case gets no department by keyword: 罚单 alone would bring the traffic police
    return (_FALLBACK,) if outcome is Outcome.ESCALATE else ()


def _foreign(verdict: Verdict, outcome: Outcome, text: str, today: date) -> Answer:
    words = read("replies")
    spoken = words.get(verdict.language) or words["en"]
    keys = (verdict.reply, "emergency") if outcome is Outcome.EMERGENCY else (verdict.reply,)
    said = next((text for key in keys for each in (spoken, words["en"]) if (text := each.get(key))), spoken["foreign"])
    return Answer(
        outcome,
        Speaker.RULE,
        (Block(said, "lead"),),
        confidence=1.0,
        reasons=(verdict.reason,),
        contacts=_contacts(outcome, said),
        question=text,
        on=today,
    )

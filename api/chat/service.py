"""What may happen in a conversation."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from api.chat import repository
from api.chat.schemas import (
    QUESTION_LIMIT,
    AnswerOut,
    BlockOut,
    ConsultationOut,
    ConversationOut,
    MessageOut,
    NoteOut,
    Started,
)
from api.chat.tables import Conversation, Feedback, Message
from api.chat.wording import answer_in
from api.clock import now
from api.consultations import service as consultations
from api.database import new_id
from api.errors import Invalid, NotFound
from api.people import audit
from bot.answer import Turn
from bot.conversation import displeased

PENDING = timedelta(seconds=120)
WAITING = (
    "您的话已经加到转给专家的对话里，专家会一起看到。什么时候答复要看专家的工作安排，答复会出现在这里。"
    "您可以先关掉页面；有了新答复，再来时“环保医生”按钮上会标出来。系统不发短信，急事请打 12345。"
)
HISTORY = 16  # messages that the doctor is told of; older ones hardly ever decide what a follow-up means


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is safely kept. `handed`: where an expert is at it, so that the doctor stays silent."""

    id: str
    conversation_id: str
    text: str
    on: date | None
    region: str
    handed: ConsultationOut | None


def secret_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def start(session: Session) -> Started:
    token = secrets.token_urlsafe(32)
    conversation = Conversation(token_hash=secret_hash(token))
    session.add(conversation)
    session.flush()
    return Started(id=conversation.id, token=token)


def opened(session: Session, id: str, token: str, *, lock: bool = False) -> Conversation:
    """The conversation that this secret opens; writers lock it.

    :raises NotFound: where the conversation does not exist or the secret is another's; the two look the same.
    """
    conversation = repository.locked(session, id) if lock else repository.conversation(session, id)
    known = conversation.token_hash if conversation else secret_hash("")
    if not hmac.compare_digest(known, secret_hash(token)) or conversation is None:
        raise NotFound("没有找到这次对话，它可能已经删除。您可以开始新的对话。")
    return conversation


def checked(question: str) -> str:
    """:raises Invalid: for an empty question or one over the limit, in words for the person who wrote it."""
    text = question.strip()
    if not text:
        raise Invalid("还没有写问题。请写下您想问的事，比如“没有排污许可证会罚多少”。")
    if len(text) > QUESTION_LIMIT:
        raise Invalid(f"问题有 {len(text)} 个字，最多 {QUESTION_LIMIT} 个字。您写的内容还在，请删减后再发送。")
    return text


def ask(session: Session, conversation: Conversation, text: str, on: date | None, region: str) -> Asked:
    """Keep the question. It is stored before anybody thinks about it, so that no failure can lose it."""
    current = consultations.current(session, conversation.id)
    handed = None
    message = add(session, conversation, role="user", text=text)
    message.asked_on, message.region = on, region
    if current is not None and current.with_expert:
        handed = consultations.asked(session, current.row, message.id).out
        repository.add_event(session, conversation.id, "message", {"id": message.id})
    else:
        message.state, message.pending_until = "pending", now() + PENDING
    return Asked(message.id, conversation.id, text, on, region, handed)


def add(session: Session, conversation: Conversation, *, role: str, text: str, id: str = "") -> Message:
    """Append a message. The caller holds the lock of the conversation, or two would get one number."""
    conversation.messages += 1
    conversation.updated_at = now()
    message = Message(
        id=id or new_id(), conversation_id=conversation.id, number=conversation.messages, role=role, text=text
    )
    session.add(message)
    session.flush()
    return message


def history(session: Session, question: Message) -> list[Turn]:
    """What was said before a question. Answers to earlier questions may have been kept after it was asked.

    Questions that reach the doctor are no expert's (`Asked.handed`), so an expert's words are replies of the past here:
    under the role of an expert the doctor would stay silent.
    """
    told = ordered(repository.messages(session, question.conversation_id))
    before = told[: next(i for i, message in enumerate(told) if message.id == question.id)]
    return [_turn(message) for message in before[-HISTORY:] if message.text]


def _turn(message: Message) -> Turn:
    if message.role == "user":
        return Turn("user", message.text)
    return Turn(
        "assistant", message.text, answer_in(AnswerOut.model_validate(message.payload)) if message.payload else None
    )


def ordered(messages: Sequence[Message]) -> list[Message]:
    """Messages as they are read: each answer after its question, though another question came in between."""
    numbers = {message.id: message.number for message in messages}

    def place(message: Message) -> tuple[int, int]:
        question = numbers.get(message.reply_to or "") if message.role == "assistant" else None
        return question or message.number, message.number

    return sorted(messages, key=place)


def answered(session: Session, asked: Asked, answer_id: str, answer: AnswerOut, text: str) -> MessageOut:
    """Keep the answer, and offer a consultation where the doctor hands the question over.

    :raises NotFound: where the conversation was deleted meanwhile.
    """
    conversation = repository.locked(session, asked.conversation_id)
    question = repository.message(session, asked.id)
    if conversation is None or question is None:
        raise NotFound("这次对话已经删除。")
    question.state, question.pending_until = "done", None
    current = None
    if answer.outcome == "escalate":
        subject = _subject(session, question, answer.reasons)
        current = consultations.offered(session, conversation.id, question.id, subject, answer.reasons)
        if current.waiting:
            answer, text = _noted(answer), WAITING
    payload = answer.model_dump(mode="json")
    if current:
        payload["consultation"] = current.out.model_dump()
    message = add(session, conversation, role="assistant", text=text, id=answer_id)
    message.reply_to, message.payload = question.id, payload
    repository.add_event(session, conversation.id, "message", {"id": message.id})
    return message_out(message)


def _subject(session: Session, question: Message, reasons: Sequence[str]) -> str:
    """What an expert reads in the list: a bare 我要找专家 or 没解决我的问题 is about the question before it."""
    bare = "escalate:person" in reasons or ("escalate:missed" in reasons and displeased(question.text))
    if not bare:
        return question.text
    told = [m for m in repository.messages(session, question.conversation_id) if m.role == "user"]
    earlier = [m.text for m in told if m.number < question.number and m.text != question.text]
    matters = [text for text in earlier if not displeased(text)]
    return (matters or earlier or [question.text])[-1]


def _noted(answer: AnswerOut) -> AnswerOut:
    """A person has asked for the expert already: to be offered one again would read as if that had been lost."""
    block = BlockOut(index=0, kind="lead", text=WAITING, cites=[], rows=[])
    return answer.model_copy(update={"speaker": "rule", "blocks": [block], "citations": [], "contacts": []})


def failed(session: Session, asked: Asked) -> None:
    question = repository.message(session, asked.id)
    if question is not None:
        question.state, question.pending_until = "failed", None


def judge(session: Session, message_id: str, token: str, helpful: bool, reason: str) -> None:
    message = repository.message(session, message_id)
    if message is None or message.role == "user":
        raise NotFound("没有找到这条回答，它可能已经删除。")
    opened(session, message.conversation_id, token)
    session.add(Feedback(message_id=message_id, helpful=helpful, reason=reason))


def shown(session: Session, conversation: Conversation) -> ConversationOut:
    judged = repository.opinions(session, conversation.id)
    current = consultations.current(session, conversation.id)
    return ConversationOut(
        id=conversation.id,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        consultation=current.out if current else None,
        messages=[message_out(m, judged.get(m.id)) for m in ordered(repository.messages(session, conversation.id))],
        notes=[
            NoteOut(at=at, note=said.get("note", ""), contact=said.get("contact", ""))
            for at, said in consultations.notes(session, conversation.id)
        ],
        last_event=repository.last_event(session, conversation.id),
    )


def message_out(message: Message, helpful: bool | None = None) -> MessageOut:
    state = message.state
    if state == "pending" and message.pending_until and message.pending_until < now():
        state = "failed"  # its process died; the question is kept and may be asked again
    return MessageOut(
        **message.payload,
        id=message.id,
        number=message.number,
        role=message.role,
        text=message.text,
        at=message.created_at,
        state=state,
        reply_to=message.reply_to,
        author=message.author,
        helpful=helpful,
    )


def purge(session: Session, days: int, moment: datetime) -> int:
    """Delete what nobody has touched for `days`. :returns: how many conversations."""
    return repository.remove_idle(session, moment - timedelta(days=days))


def remove(session: Session, conversation: Conversation) -> None:
    """Delete a conversation with all that hangs on it. The trail keeps that it happened, not what was said."""
    repository.remove(session, conversation.id)
    audit.record(session, None, "删除对话", conversation.id, by="用户")

"""What the widget and other programs send and receive."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

QUESTION_LIMIT = 2000


def storable(value: object) -> object:
    """What no database takes goes: NUL (PostgreSQL), and half an emoji where a program cut a text in its middle."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


Text = Annotated[str, BeforeValidator(storable)]


class Started(BaseModel):
    """The secret is told once: it opens this conversation and nothing else."""

    id: str
    token: str


class Question(BaseModel):
    conversation: Text = Field(max_length=64)
    question: Text = Field(description=f"at most {QUESTION_LIMIT} characters")
    on: date | None = Field(None, description="the day that the question is about; today where it is missing")
    region: Text = Field(
        "", max_length=80, description="such as 浙江省杭州市; the region of the service where it is missing"
    )


class Opinion(BaseModel):
    helpful: bool
    reason: Annotated[Text, StringConstraints(strip_whitespace=True, max_length=400)] | None = None


class Wish(BaseModel):
    """A wish to speak with an expert; an empty one confirms the offer of an escalated answer."""

    note: Annotated[Text, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    contact: Annotated[Text, StringConstraints(strip_whitespace=True, max_length=120)] | None = None


class CitationOut(BaseModel):
    n: int
    title: str
    article: str
    paragraph: str
    status: str
    since: date | None
    until: date | None
    quote: str
    href: str
    level: str
    note: str
    document_id: str = ""
    passage_id: str = ""


class BlockOut(BaseModel):
    index: int
    kind: str
    text: str
    cites: list[int]
    rows: list[list[str]]


class ContactOut(BaseModel):
    department: str
    matter: str
    hotline: str
    note: str
    confirm: bool


class ConsultationOut(BaseModel):
    id: str
    state: str


class AnswerOut(BaseModel):
    """An answer as it is kept and shown; the same fields travel in the events of the stream."""

    outcome: str
    speaker: str
    confidence: float = 0.0
    reasons: list[str] = []
    choices: list[str] = []
    suggestions: list[str] = []
    contacts: list[ContactOut] = []
    on: date | None = None
    understood: str = ""
    blocks: list[BlockOut] = []
    citations: list[CitationOut] = []


class MessageOut(BaseModel):
    id: str
    number: int
    role: str
    text: str
    at: datetime
    state: str
    reply_to: str | None = None
    author: str = ""
    helpful: bool | None = None
    outcome: str = ""
    speaker: str = ""
    confidence: float = 0.0
    reasons: list[str] = []
    choices: list[str] = []
    suggestions: list[str] = []
    contacts: list[ContactOut] = []
    on: date | None = None
    blocks: list[BlockOut] = []
    citations: list[CitationOut] = []
    consultation: ConsultationOut | None = None


class NoteOut(BaseModel):
    """What the user wrote for an expert beside the conversation."""

    at: datetime
    note: str
    contact: str


class ConversationOut(BaseModel):
    id: str
    created_at: datetime
    updated_at: datetime
    consultation: ConsultationOut | None
    messages: list[MessageOut]
    notes: list[NoteOut] = []
    last_event: int = Field(description="listen to the events after this one")


def sse_schema(description: str) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entry of a route that answers as a stream of events."""
    return {200: {"description": description, "content": {"text/event-stream": {"schema": {"type": "string"}}}}}

"""What the doctor says, as values: an answer, its citations, and the events of the stream that carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from corpus.model import Status
from indexer.hit import Hit

LEGAL = ("lead", "detail", "table")  # kinds of blocks that say in our words what a rule says


class Outcome(StrEnum):
    ANSWERED = "answered"
    CLARIFY = "clarify"
    ESCALATE = "escalate"
    REDIRECT = "redirect"
    REFUSE = "refuse"
    EMERGENCY = "emergency"


class Speaker(StrEnum):
    """Who speaks; the page marks each visibly and differently."""

    EXTRACT = "extract"  # 知识库摘录（条文和要点）
    FAQ = "faq"  # 常见问答（经审核）
    MODEL = "model"  # AI 生成
    RULE = "rule"  # 系统提示
    EXPERT = "expert"  # 专家


@dataclass(frozen=True, slots=True)
class Context:
    """The day and the place that the question is about."""

    on: date
    region: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A rule behind a sentence. `quote` is a run of characters of the cited passage, so that the reader can mark it."""

    passage_id: str
    document_id: str
    title: str
    article: str
    paragraph: str  # 第二款第（三）项, or ''
    status: Status
    since: date | None
    until: date | None
    quote: str
    level: str = ""
    note: str = ""  # 已被《生态环境法典》第…条取代

    @property
    def label(self) -> str:
        return f"《{self.title}》{self.article}{self.paragraph}"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the answer. kind: lead (the one or two sentences), detail, table, quote (official words), steps, notice,
    caution (what to do first, should it be an emergency).

    `cites` are 1-based positions in `Answer.citations`. A table holds rows of cells, the first row its heading;
    steps hold one row of one cell a step. Blocks of legal content always cite; notices (who to call, that a fact is
    missing) need not.
    """

    text: str = ""
    kind: str = "lead"
    cites: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def line(self) -> str:
        """The text where nothing but words can tell that they are official."""
        return f"原文：{self.text}" if self.kind == "quote" else self.text


@dataclass(frozen=True, slots=True)
class Contact:
    """Who is in charge. `confirm`: the number is public knowledge that the bureau still has to confirm."""

    department: str
    matter: str = ""
    hotline: str = ""
    note: str = ""
    confirm: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one question.

    `confidence` is the probability that the answer is right (0..1). `reasons` name each decision in order, for people
    who ask why. `choices` are what a clarifying question offers to tap; `suggestions` are next questions that the
    doctor can answer.
    """

    outcome: Outcome
    speaker: Speaker
    blocks: tuple[Block, ...]
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    hits: tuple[Hit, ...] = ()
    question: str = ""  # as understood, made whole from the conversation
    on: date | None = None

    @property
    def text(self) -> str:
        """The answer as plain text, tables row by row."""
        lines: list[str] = []
        for block in self.blocks:
            if block.text:
                lines.append(block.line)
            lines += ["｜".join(row) for row in block.rows]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation so far; role is user, assistant or expert. `answer`: what was shown, where the caller has kept it."""

    role: str
    content: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class References:
    """First event of a stream: what the answer will lean on."""

    citations: tuple[Citation, ...]
    speaker: Speaker


@dataclass(frozen=True, slots=True)
class Delta:
    """A sentence (or block) that has passed verification and may be shown."""

    block: Block


@dataclass(frozen=True, slots=True)
class Decision:
    """Last event: the whole answer."""

    answer: Answer


Event = References | Delta | Decision

"""Which articles past answers cite: what has to be looked at again when one of them ends."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.chat.tables import Message
from corpus.model import Cite


def mentions(session: Session) -> Iterator[tuple[str, list[Cite]]]:
    """:returns: `conversation/number` of every answer that cites, with its articles; never what was asked or said"""
    query = (
        select(Message.conversation_id, Message.number, Message.payload)
        .where(Message.role != "user", Message.state == "done")
        .order_by(Message.created_at)
    )
    for conversation, number, payload in session.execute(query.execution_options(yield_per=500)):
        cites = [Cite(row["title"], row["article"]) for row in payload.get("citations", ())]
        if cites:
            yield f"{conversation}/{number}", cites

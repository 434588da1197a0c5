"""Several penalties of one passage as a small table: 情形 | 处罚 | 依据."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answer import Block
from bot.compose.sentences import Piece

HEAD = ("情形", "处罚", "依据")
_SPLIT = re.compile(r"^(?P<case>.{2,120}?的)[，,](?P<penalty>.*(?:罚款|责令|吊销|没收|拘留|处分|关闭|停业|停产).*)$")
_COLON = re.compile(r"^(?P<case>[^：:]{2,60})[：:](?P<penalty>.*(?:罚款|责令|吊销|没收|拘留).*)$")
_PENALTY = re.compile(r"罚款|吊销|拘留|没收|责令")


def table(found: Sequence[Piece], cite: int, label: str) -> Block | None:
    """:returns: a table where at least two sentences name a case and its penalty, else None."""
    rows = []
    for piece in found:
        if not _PENALTY.search(piece.text):
            continue
        match = _SPLIT.match(piece.text) or _COLON.match(piece.text)
        if match:
            rows.append((match["case"], match["penalty"].rstrip("。"), f"{label}[{cite}]"))
    return Block(kind="table", cites=(cite,), rows=(HEAD, *rows)) if len(rows) >= 2 else None

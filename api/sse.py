"""Server-sent events on the wire (HTML standard, section 9.2)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse

HEARTBEAT = b": still here\n\n"
HEARTBEAT_SECONDS = 15.0


def encode(event: str, data: object, id: int | None = None) -> bytes:
    lines = [f"event: {event}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    if id is not None:
        lines.append(f"id: {id}")
    return ("\n".join(lines) + "\n\n").encode()


def response(stream: AsyncIterator[bytes]) -> StreamingResponse:
    """A proxy that gathers before it sends would hold back the first sentence: both headers forbid it."""
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )

"""Uploads on their way into the catalogue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base, new_id


class Draft(Base):
    """A file that staff uploaded. `state`: reading, ready, failed, published, discarded."""

    __tablename__ = "api_draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="reading", index=True)
    understood: Mapped[dict[str, Any]] = mapped_column(default=dict)  # fields with where each came from, preview, warnings
    corrected: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what staff wrote instead
    document_id: Mapped[str] = mapped_column(String(200), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)

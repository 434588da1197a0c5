"""Settings of this room, read from the environment at its door only."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`ENVDOCTOR_DATA_DIR` holds all runtime data; `ENVDOCTOR_DATABASE_URL` is the one database (default: SQLite in it).

    `ENVDOCTOR_REVIEW_BELOW`: a text of lower quality (0..1) becomes a draft and waits for review.
    """

    model_config = SettingsConfigDict(env_prefix="ENVDOCTOR_", env_ignore_empty=True)

    data_dir: Path = Path("data")
    database_url: str = ""
    review_below: float = Field(default=0.6, ge=0, le=1)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'env-doctor.db'}"

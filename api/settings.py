"""What an operator may set for the site; each also as an environment variable with the prefix ENVDOCTOR_."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Made once at the door (`__main__.py`, `app.py`); everything below takes plain arguments."""

    model_config = SettingsConfigDict(env_prefix="ENVDOCTOR_", env_ignore_empty=True)

    data_dir: Path = Field(Path("data"), description="where runtime data lives: database, index, uploads, runs")
    database_url: str = Field("", description="database URL; empty for SQLite in the data folder")
    bureau: str = Field("", description="name of the bureau, shown in the page header")
    hotline: str = Field("", description="the bureau's own number, shown in the page footer")
    timezone: str = Field("Asia/Shanghai", description="the clock by which a rule takes effect")
    origins: Annotated[list[str], NoDecode] = Field(
        [], description="other sites that embed the widget, separated by commas"
    )
    proxies: str = Field("127.0.0.1", description="addresses whose X-Forwarded-For is believed, separated by commas")
    https_only: bool = Field(False, description="mark the session cookie Secure; set it where the site is served by HTTPS")

    answer_threads: int = Field(4, ge=1, description="questions answered at the same time by one process")
    answers_waiting: int = Field(64, ge=1, description="questions that may wait in one process before it says it is busy")
    questions_per_minute: int = Field(12, ge=1, description="questions of one conversation in a minute")
    visits_per_minute: int = Field(
        120, ge=1, description="questions and new conversations of one network address in a minute"
    )
    retention_days: int = Field(365, ge=1, description="a conversation without a word for so long is deleted")

    session_idle_hours: float = Field(8, gt=0, description="a login ends after so long without a click")
    session_days: float = Field(7, gt=0, description="a login ends after so long in any case")
    invitation_hours: float = Field(72, gt=0, description="how long a setup or invitation link lasts")
    logins_per_quarter: int = Field(10, ge=1, description="failed logins of one name or address in 15 minutes")

    upload_mb: int = Field(200, ge=1, description="largest file that staff may upload")

    @field_validator("origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip().rstrip("/") for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        ZoneInfo(value)  # raises a ValueError that names the zone
        return value

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'env-doctor.db'}"

    @property
    def index_root(self) -> Path:
        return self.data_dir / "index"

    @property
    def uploads(self) -> Path:
        return self.data_dir / "uploads"

    @property
    def runs(self) -> Path:
        return self.data_dir / "runs"

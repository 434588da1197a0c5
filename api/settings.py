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

    data_dir: Annotated[Path, Field(description="where runtime data lives: database, index, uploads, runs")] = Path("data")
    database_url: Annotated[str, Field(description="database URL; empty for SQLite in the data folder")] = ""
    bureau: Annotated[str, Field(description="name of the bureau, shown in the page header")] = ""
    hotline: Annotated[str, Field(description="the bureau's own number, shown in the page footer")] = ""
    timezone: Annotated[str, Field(description="the clock by which a rule takes effect")] = "Asia/Shanghai"
    origins: Annotated[
        list[str], NoDecode, Field(description="other sites that embed the widget, separated by commas")
    ] = []
    proxies: Annotated[str, Field(description="addresses whose X-Forwarded-For is believed, separated by commas")] = (
        "127.0.0.1"
    )
    https_only: Annotated[
        bool, Field(description="mark the session cookie Secure; set it where the site is served by HTTPS")
    ] = False

    answer_threads: Annotated[int, Field(ge=1, description="questions answered at the same time by one process")] = 4
    answers_waiting: Annotated[
        int, Field(ge=1, description="questions that may wait in one process before it says it is busy")
    ] = 64
    questions_per_minute: Annotated[int, Field(ge=1, description="questions of one conversation in a minute")] = 12
    visits_per_minute: Annotated[
        int, Field(ge=1, description="questions and new conversations of one network address in a minute")
    ] = 120
    retention_days: Annotated[int, Field(ge=1, description="a conversation without a word for so long is deleted")] = 365

    session_idle_hours: Annotated[float, Field(gt=0, description="a login ends after so long without a click")] = 8
    session_days: Annotated[float, Field(gt=0, description="a login ends after so long in any case")] = 7
    invitation_hours: Annotated[
        float, Field(gt=0, description="how long a link lasts that sets up an account or a new password")
    ] = 72
    logins_per_quarter: Annotated[int, Field(ge=1, description="failed logins of one name or address in 15 minutes")] = 10

    upload_mb: Annotated[int, Field(ge=1, description="largest file that staff may upload")] = 200

    @field_validator("origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip().rstrip("/") for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"no time zone {value} on this machine; install the package tzdata") from error
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

    @property
    def sets(self) -> Path:
        return self.data_dir / "sets"

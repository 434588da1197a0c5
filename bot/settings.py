"""Settings of this room, read from the environment at its door only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.model import Breaker, Budget, ChatWriter, Writer, local, openai_compatible


class Settings(BaseSettings):
    """`ENVDOCTOR_REGION` is the place served; with `ENVDOCTOR_MODEL_NAME` a chat model writes the answers.

    `ENVDOCTOR_MODEL_KIND` is `openai` (any compatible endpoint at `ENVDOCTOR_MODEL_BASE_URL`) or `local` (a folder for
    transformers). The rest bounds what a model may cost: seconds, tries, tokens a reply, tokens a day (0: no limit).
    """

    model_config = SettingsConfigDict(env_prefix="ENVDOCTOR_", env_ignore_empty=True, protected_namespaces=())

    region: str = "湖北省武汉市"
    answer_at: Annotated[float, Field(ge=0, le=1)] = 0.5
    model_kind: Literal["openai", "local"] = "openai"
    model_base_url: str = "http://127.0.0.1:8080/v1"
    model_name: str = ""
    model_key: SecretStr = SecretStr("")
    model_timeout: Annotated[float, Field(gt=0)] = 20.0
    model_retries: Annotated[int, Field(ge=0, le=5)] = 2
    model_max_tokens: Annotated[int, Field(ge=50)] = 800
    model_tokens_a_day: Annotated[int, Field(ge=0)] = 0
    model_breaker_failures: Annotated[int, Field(ge=1)] = 3
    model_breaker_pause: Annotated[float, Field(gt=0)] = 60.0

    def writer(self) -> Writer | None:
        """:returns: the chat model of these settings, None where none is configured.

        :raises ModelError: if a local model is asked for and its packages are missing
        """
        if not self.model_name:
            return None
        if self.model_kind == "local":
            model = local(self.model_name, max_tokens=self.model_max_tokens)
        else:
            model = openai_compatible(
                self.model_base_url,
                self.model_name,
                self.model_key.get_secret_value(),
                timeout=self.model_timeout,
                max_tokens=self.model_max_tokens,
            )
        return ChatWriter(
            model,
            timeout=self.model_timeout,
            retries=self.model_retries,
            breaker=Breaker(self.model_breaker_failures, self.model_breaker_pause),
            budget=Budget(self.model_tokens_a_day),
        )

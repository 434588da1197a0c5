"""Settings of this room, read from the environment at its door only."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from langchain_core.language_models import BaseChatModel
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.budget import Budget, Limits
from bot.decide import ANSWER_AT
from bot.doctor import REGION
from bot.judges import ENTAILED, Entailment, Judge, Meaning
from bot.model import Breaker, ChatWriter, Writer, local, openai_compatible
from indexer.hit import Encoder


class Settings(BaseSettings):
    """`ENVDOCTOR_REGION` is the place served; with `ENVDOCTOR_MODEL_NAME` a chat model writes the answers.

    `ENVDOCTOR_MODEL_KIND` is `openai` (any compatible endpoint at `ENVDOCTOR_MODEL_BASE_URL`) or `local` (a folder for
    transformers). The rest bounds what a model may cost: seconds, tries, places, tokens a reply, tokens and money a day
    (0: no limit). `ENVDOCTOR_ENTAILMENT` is the folder of a model that judges each of its sentences.
    """

    model_config = SettingsConfigDict(env_prefix="ENVDOCTOR_", env_ignore_empty=True, protected_namespaces=())

    region: str = REGION
    answer_at: Annotated[float, Field(ge=0, le=1)] = ANSWER_AT
    model_kind: Literal["openai", "local"] = "openai"
    model_base_url: str = "http://127.0.0.1:8080/v1"
    model_name: str = ""
    model_key: SecretStr = SecretStr("")
    model_timeout: Annotated[float, Field(gt=0)] = 20.0
    model_retries: Annotated[int, Field(ge=0, le=5)] = 2
    model_max_tokens: Annotated[int, Field(ge=50)] = 800
    model_parallel: Annotated[int, Field(ge=1)] = 4
    model_tokens_a_day: Annotated[int, Field(ge=0)] = 0
    model_cost_a_day: Annotated[float, Field(ge=0)] = 0.0
    model_price_read: Annotated[float, Field(ge=0)] = 0.0
    model_price_written: Annotated[float, Field(ge=0)] = 0.0
    model_breaker_failures: Annotated[int, Field(ge=1)] = 3
    model_breaker_pause: Annotated[float, Field(gt=0)] = 60.0
    entailment: str = ""
    entailment_at: Annotated[float, Field(ge=0, le=1)] = ENTAILED

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.model_cost_a_day and not (self.model_price_read or self.model_price_written):
            raise ValueError(
                "ENVDOCTOR_MODEL_COST_A_DAY needs ENVDOCTOR_MODEL_PRICE_READ and ENVDOCTOR_MODEL_PRICE_WRITTEN"
            )
        return self

    def writer(self, database: str) -> Writer | None:
        """:param database: URL of the one database, where the budget is counted
        :returns: the chat model of these settings, None where none is configured

        :raises ModelError: if a local model is asked for and its packages or files are missing
        :raises StoreError: if there is a budget and it cannot be kept
        """
        if not self.model_name:
            return None
        model = self._local() if self.model_kind == "local" else self._served()
        limits = Limits(self.model_tokens_a_day, self.model_cost_a_day, self.model_price_read, self.model_price_written)
        return ChatWriter(
            model,
            timeout=self.model_timeout,
            retries=self.model_retries,
            parallel=1 if self.model_kind == "local" else self.model_parallel,
            longest=self.model_max_tokens,
            breaker=Breaker(self.model_breaker_failures, self.model_breaker_pause),
            budget=Budget.open(database, limits) if limits.tokens or limits.cost else None,
        )

    def judges(self, encoder: Encoder) -> tuple[Judge, ...]:
        """:returns: who judges the sentences of the chat model, nobody where there is none

        :raises ModelError: if the entailment model cannot be read
        """
        if not self.model_name:
            return ()
        meaning = Meaning(encoder)
        return (meaning, Entailment(self.entailment, self.entailment_at)) if self.entailment else (meaning,)

    def _local(self) -> BaseChatModel:
        return local(self.model_name, timeout=self.model_timeout, max_tokens=self.model_max_tokens)

    def _served(self) -> BaseChatModel:
        return openai_compatible(
            self.model_base_url,
            self.model_name,
            self.model_key.get_secret_value(),
            timeout=self.model_timeout,
            max_tokens=self.model_max_tokens,
        )

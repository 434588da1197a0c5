"""The chat model behind the answer: one small interface, and what keeps a slow or broken one from hurting anybody."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

log = logging.getLogger(__name__)
CHARACTERS_A_TOKEN = 1.5  # of Chinese text, for endpoints that do not count


class ModelError(RuntimeError):
    """The model gives no usable reply now; the extractive answer takes its place."""


class Writer(Protocol):
    """Writes a reply piece by piece. Raises ModelError when it cannot."""

    def write(self, system: str, question: str) -> Iterator[str]: ...


class Breaker:
    """After `limit` failures in a row nothing is tried for `pause` seconds, then one call is let through."""

    def __init__(self, limit: int = 3, pause: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._pause, self._clock = limit, pause, clock
        self._failures = 0
        self._until = 0.0
        self._lock = threading.Lock()

    def admits(self) -> bool:
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._pause  # the one trial; others wait for its result
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._limit:
                self._until = self._clock() + self._pause


class Budget:
    """Tokens a day of this process; 0 means no limit."""

    def __init__(self, a_day: int, today: Callable[[], date] = date.today) -> None:
        self._a_day, self._today = a_day, today
        self._day = today()
        self._spent = 0
        self._lock = threading.Lock()

    def left(self) -> bool:
        with self._lock:
            self._turn()
            return not self._a_day or self._spent < self._a_day

    def spend(self, tokens: int) -> None:
        with self._lock:
            self._turn()
            self._spent += tokens

    @property
    def spent(self) -> int:
        return self._spent

    def _turn(self) -> None:
        if self._today() != self._day:
            self._day, self._spent = self._today(), 0


@dataclass
class ChatWriter:
    """A LangChain chat model with a deadline, retries before the first word, a circuit breaker and a daily budget.

    :param timeout: seconds for the whole reply
    :param retries: further tries after a failure, as long as nothing has been shown and the deadline allows
    """

    model: BaseChatModel
    timeout: float = 20.0
    retries: int = 2
    back_off: float = 0.4
    breaker: Breaker = field(default_factory=Breaker)
    budget: Budget = field(default_factory=lambda: Budget(0))
    sleep: Callable[[float], None] = time.sleep

    def write(self, system: str, question: str) -> Iterator[str]:
        if not self.budget.left():
            raise ModelError("the budget of today is spent")
        if not self.breaker.admits():
            raise ModelError("the model failed repeatedly and is left alone for a while")
        deadline = time.monotonic() + self.timeout
        for attempt in range(self.retries + 1):
            begun = False
            try:
                for piece in self._once(system, question, deadline):
                    begun = True
                    yield piece
                self.breaker.succeeded()
                return
            except GeneratorExit:
                raise
            except Exception as error:  # any client may raise anything; whatever it is, the answer must come
                wait = self.back_off * 2**attempt * (1 + random.random() / 4)  # noqa: S311 - jitter
                last = attempt == self.retries or begun or time.monotonic() + wait >= deadline
                log.warning("chat model: %s: %s", type(error).__name__, str(error)[:200])
                if last:
                    self.breaker.failed()
                    raise ModelError(f"{type(error).__name__}: {error}") from error
                self.sleep(wait)

    def _once(self, system: str, question: str, deadline: float) -> Iterator[str]:
        said = 0
        counted = 0
        try:
            for chunk in self.model.stream([SystemMessage(system), HumanMessage(question)]):
                usage: Any = getattr(chunk, "usage_metadata", None)
                counted = max(counted, int(usage["total_tokens"])) if usage else counted
                text = chunk.text if isinstance(chunk.text, str) else str(chunk.content)
                if text:
                    said += len(text)
                    yield text
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no complete reply within {self.timeout} s")
        finally:
            self.budget.spend(counted or round((len(system) + len(question) + said) / CHARACTERS_A_TOKEN))
        if not said:
            raise ValueError("the reply is empty")


def openai_compatible(base_url: str, name: str, key: str, *, timeout: float, max_tokens: int) -> BaseChatModel:
    """:returns: a model behind any OpenAI-compatible endpoint; nothing is contacted before the first question."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        base_url=base_url,
        model=name,
        api_key=SecretStr(key or "none"),
        timeout=timeout,
        max_retries=0,
        temperature=0,
        extra_body={"max_tokens": max_tokens},  # older servers do not know max_completion_tokens
    )


def local(name: str, *, max_tokens: int) -> BaseChatModel:
    """:returns: a model of the local disk through transformers.

    :raises ModelError: if the extra `local-model` is not installed
    """
    try:
        from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
    except ImportError as error:
        raise ModelError("a local model needs: pip install 'env-doctor[local-model]'") from error
    pipeline = HuggingFacePipeline.from_model_id(
        model_id=name,
        task="text-generation",
        pipeline_kwargs={"max_new_tokens": max_tokens, "do_sample": False, "return_full_text": False},
    )
    return ChatHuggingFace(llm=pipeline)

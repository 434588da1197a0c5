"""The chat model behind the answer: one small interface, and what keeps a slow or broken one from hurting anybody."""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from bot.budget import Budget, Usage

log = logging.getLogger(__name__)
CHARACTERS_A_TOKEN = 1.5  # of Chinese text, for endpoints that do not count
_AGAIN = frozenset({408, 409, 425, 429})  # refusals that may be different a moment later


class ModelError(RuntimeError):
    """The model gives no usable reply now; the extractive answer takes its place."""


class Writer(Protocol):
    """Writes a reply piece by piece. Raises ModelError when it cannot.

    Who finds the reply to be nonsense throws a ModelError into it, so that the writer learns of it.
    """

    def write(self, system: str, question: str) -> Generator[str]: ...


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


@dataclass
class ChatWriter:
    """A LangChain chat model with a deadline, retries before the first word, a circuit breaker and a daily budget.

    :param timeout: seconds for the whole reply
    :param retries: further tries after a failure, as long as nothing has been said and the deadline allows
    :param parallel: calls at the same time; who comes when all places are taken is sent away at once
    :param longest: tokens of the longest reply, set aside in the budget before each call
    """

    model: BaseChatModel
    timeout: float = 20.0
    retries: int = 2
    back_off: float = 0.4
    parallel: int = 4
    longest: int = 800
    breaker: Breaker = field(default_factory=Breaker)
    budget: Budget | None = None
    sleep: Callable[[float], None] = time.sleep
    _places: threading.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._places = threading.Semaphore(self.parallel)

    def write(self, system: str, question: str) -> Generator[str]:
        if not self.breaker.admits():
            raise ModelError("the model failed repeatedly and is left alone for a while")
        deadline = time.monotonic() + self.timeout
        for attempt in range(self.retries + 1):
            begun = False
            try:
                with closing(self._once(system, question, deadline)) as pieces:
                    for piece in pieces:
                        begun = True
                        yield piece
                self.breaker.succeeded()
                return
            except GeneratorExit:  # the reader has enough
                if begun:
                    self.breaker.succeeded()
                raise
            except _NotNow:
                raise  # says nothing about the model
            except Exception as error:  # any client may raise anything; whatever it is, the answer must come
                wait = self.back_off * 2**attempt * (1 + random.random() / 4)  # noqa: S311 - jitter
                last = attempt == self.retries or begun or not _passing(error) or time.monotonic() + wait >= deadline
                log.warning("chat model: %s: %s", type(error).__name__, str(error)[:200])
                if last:
                    self.breaker.failed()
                    raise ModelError(f"{type(error).__name__}: {error}") from error
                self.sleep(wait)

    def _once(self, system: str, question: str, deadline: float) -> Generator[str]:
        most = Usage(_tokens(len(system) + len(question)), self.longest)
        if not self._places.acquire(blocking=False):
            raise _NotNow("the model is busy")
        try:
            day = self.budget.reserve(most) if self.budget else None
            if self.budget and day is None:
                raise _NotNow("the budget of today is spent")
            call = _Call(self.model, [SystemMessage(system), HumanMessage(question)], self._places.release)
        except BaseException:
            self._places.release()
            raise
        said = 0
        try:
            while (piece := call.next(deadline)) is not None:
                said += len(piece)
                if piece:
                    yield piece
        except queue.Empty:
            raise TimeoutError(f"no complete reply within {self.timeout} s") from None
        finally:
            call.leave()
            if self.budget and day:
                self.budget.settle(day, most, call.usage or Usage(most.read, _tokens(said)))
        if not said:
            raise ValueError("the reply is empty")


class _NotNow(ModelError):
    """The model has not been asked."""


class _Call:
    """One call of the model, in a thread of its own: whatever hangs, hangs there, and keeps its place until it is over."""

    def __init__(self, model: BaseChatModel, messages: list[BaseMessage], over: Callable[[], None]) -> None:
        self.usage: Usage | None = None
        self._model, self._messages, self._over = model, messages, over
        self._said: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        self._left = threading.Event()
        threading.Thread(target=self._run, name="chat-model", daemon=True).start()

    def next(self, deadline: float) -> str | None:
        """:returns: the next piece, None after the last
        :raises queue.Empty: at the deadline
        """
        piece = self._said.get(timeout=max(0.0, deadline - time.monotonic()))
        if isinstance(piece, Exception):
            raise piece
        return piece

    def leave(self) -> None:
        self._left.set()

    def _run(self) -> None:
        try:
            with closing(self._stream()) as pieces:
                for piece in pieces:
                    if self._left.is_set():
                        return
                    self._said.put(piece)
            self._said.put(None)
        except Exception as error:  # it is raised where somebody waits for it
            self._said.put(error)
        finally:
            self._over()

    def _stream(self) -> Generator[str]:
        for chunk in self._model.stream(self._messages):
            usage: Any = getattr(chunk, "usage_metadata", None)
            if usage:
                self.usage = Usage(int(usage["input_tokens"]), int(usage["output_tokens"]))
            yield chunk.text if isinstance(chunk.text, str) else str(chunk.content)


def _tokens(characters: int) -> int:
    return round(characters / CHARACTERS_A_TOKEN)


def _passing(error: Exception) -> bool:
    """Whether the same call may succeed a moment later: a wrong key or name stays wrong."""
    status = getattr(error, "status_code", None)
    return not isinstance(status, int) or status >= 500 or status in _AGAIN


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
        stream_usage=True,
        extra_body={"max_tokens": max_tokens},  # older servers do not know max_completion_tokens
    )


def local(name: str, *, timeout: float, max_tokens: int) -> BaseChatModel:
    """:param name: a folder as `save_pretrained` writes it; nothing is ever fetched
    :returns: a model of the local disk through transformers, loaded
    :raises ModelError: if the extra `local-model` is not installed, or the folder cannot be read
    """
    try:
        from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
    except ImportError as error:
        raise ModelError("本地模型需要先安装 / a local model needs: pip install 'env-doctor[local-model]'") from error
    try:
        pipeline = HuggingFacePipeline.from_model_id(
            model_id=name,
            task="text-generation",
            model_kwargs={"local_files_only": True},
            # max_time: an abandoned reply must not keep the processor busy for long
            pipeline_kwargs={"max_new_tokens": max_tokens, "max_time": timeout, "do_sample": False},
        )
        model = ChatHuggingFace(llm=pipeline, tokenizer=pipeline.pipeline.tokenizer)
    except (OSError, ValueError) as error:
        raise ModelError(f"读不了本地模型 / cannot read the local model {name}: {error}") from error
    if not pipeline.pipeline.tokenizer.chat_template:
        raise ModelError(f"这个模型没有对话模板 / the model in {name} has no chat template, so that it cannot be asked")
    return model

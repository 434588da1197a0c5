"""The newest intact index, reopened while questions run."""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path

from indexer import tokenizer
from indexer.fusion import Ranker
from indexer.hit import Encoder
from indexer.index import LocalIndex, open_parts
from indexer.legal import Library
from indexer.query import Words
from indexer.store import Store, StoreError

_log = logging.getLogger(__name__)


class IndexReader:
    """Hands out the index that CURRENT names. A caller keeps the one it was given until it has answered; the files of an
    index that was replaced are let go with its last caller.

    No question waits for a new index: it is checked, opened and warmed in a thread beside, and the one before answers
    until then. What the law allows is read from the catalogue for each question, whichever index answers.
    """

    def __init__(self, root: Path, library: Library, encoder: Encoder, words: Words, ranker: Ranker | None = None) -> None:
        self._store = Store(root)
        self._library = library
        self._encoder = encoder
        self._words = words
        self._ranker = ranker
        self._lock = threading.Lock()
        self._index: LocalIndex | None = None
        self._refused = ""
        self._following = threading.Lock()  # held while a thread opens the index that CURRENT names

    def current(self) -> LocalIndex:
        """:returns: the index that answers now, at once: the newest, or the one before while a newer one is being opened;
        the first call of a process opens it
        :raises StoreError: if there is none, with the reason
        """
        index = self._index
        if index is None:
            return self.newest()
        try:
            name = self._store.current()
        except StoreError as error:
            return self._instead(str(error), "CURRENT")
        if name not in (None, index.id, self._refused) and self._following.acquire(blocking=False):
            try:
                threading.Thread(target=self._follow, name="open index", daemon=True).start()
            except RuntimeError:  # no thread to be had: the next question tries again
                self._following.release()
        return index

    def newest(self) -> LocalIndex:
        """:returns: the newest index, waited for; where that one is damaged or of another encoder, the one that served
        before, or on a fresh start the newest intact older one
        :raises StoreError: if there is none, with the reason
        """
        try:
            name = self._store.current()
        except StoreError as error:
            return self._instead(str(error), "CURRENT")
        with self._lock:
            if self._index and name in (None, self._index.id, self._refused):
                return self._index
            if name is None:
                raise StoreError(
                    "还没有建立索引，请运行 python -m indexer build / no index yet: run python -m indexer build"
                )
            try:
                self._index = self._warmed(name)
            except StoreError as error:
                return self._instead(str(error), name)
            return self._index

    def _follow(self) -> None:
        try:
            self.newest()
        finally:
            self._following.release()

    def _instead(self, reason: str, refused: str) -> LocalIndex:
        """The last good index in place of one that was refused."""
        if self._refused != refused:
            _log.error("index refused: %s", reason)
        self._refused = refused
        if self._index:
            return self._index
        for older in reversed(self._store.ids()):
            if older == refused:
                continue
            try:
                self._index = self._warmed(older)
            except StoreError:
                continue
            _log.warning("serving the older index %s", older)
            return self._index
        raise StoreError(reason)

    def _warmed(self, index_id: str) -> LocalIndex:
        index = self._open(index_id)
        index.legal()  # seconds for a large library; the first question shall not pay
        return index

    def _open(self, index_id: str) -> LocalIndex:
        manifest = self._store.verify(index_id)
        encoder = self._encoder
        if (manifest.encoder, manifest.dimension) != (encoder.name, encoder.dimension):
            raise StoreError(
                f"索引用的编码器是 {manifest.encoder}（{manifest.dimension} 维），现在设置的是 {encoder.name}（{encoder.dimension} 维），"
                f"请重建 / the index was made with {manifest.encoder} ({manifest.dimension}), the encoder now is "
                f"{encoder.name} ({encoder.dimension}): rebuild"
            )
        if manifest.tokenizer != tokenizer.VERSION:
            raise StoreError(
                f"索引的分词器版本是 {manifest.tokenizer}，现在是 {tokenizer.VERSION}，请重建 / "
                f"the index was made with tokenizer {manifest.tokenizer}, this is {tokenizer.VERSION}: rebuild"
            )
        try:
            parts = open_parts(self._store.folder(index_id))
        except (OSError, ValueError, sqlite3.Error) as error:
            raise StoreError(f"打不开索引 {index_id} / cannot open index {index_id}: {error}") from error
        return LocalIndex(index_id, parts, self._library, encoder, self._words, self._ranker)

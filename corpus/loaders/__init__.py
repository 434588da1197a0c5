"""Readers of files, one module a family of formats; `read` picks the one for a file."""

from corpus.loaders.base import Block, Loaded, LoadError

__all__ = ["Block", "LoadError", "Loaded"]

"""What a run measured: two runs can be held against each other only where one knows what changed between them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import metadata
from pathlib import Path

ROOMS = ("corpus", "indexer", "bot")
_ROOT = Path(__file__).parent.parent
_LIBRARY = "library"
_CODE = frozenset({".py", ".yaml", ".json", ".md", ".txt", ".html"})


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """:returns: version of the code and of the starter library; each ends with a hash of the files that it names"""
    library = _ROOT / "corpus" / _LIBRARY
    code = [path for room in ROOMS for path in (_ROOT / room).rglob("*") if path.suffix in _CODE]
    return {
        "code": f"{metadata.version('env-doctor')}+{_hash([path for path in code if library not in path.parents])}",
        "library": _hash([path for path in library.rglob("*") if path.suffix in _CODE]),
    }


def _hash(paths: list[Path]) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(paths):
        digest.update(f"{path.relative_to(_ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()

"""The import direction of the house, read from the AST."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "corpus": set(),
    "indexer": {"corpus"},
    "bot": {"corpus", "indexer"},
    "api": {"corpus", "indexer", "bot"},
    "eval": {"corpus", "indexer", "bot"},
}
OWNED = {
    "fastapi": {"api"},
    "starlette": {"api"},
    "faiss": {"indexer"},
    "jieba": {"indexer"},
    "sentence_transformers": {"indexer"},
    "langchain_openai": {"bot"},
    "langchain_huggingface": {"bot"},
}
# The benchmark builds the stock pipeline beside ours, which needs the stock parts.
EXCEPTIONS = {("eval/bench", "faiss"), ("eval/bench", "jieba")}


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


FILES = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    name = path.relative_to(ROOT).as_posix()
    room = name.split("/")[0]
    for module in imports(path):
        if module in MAY_IMPORT and module != room:
            assert module in MAY_IMPORT[room], f"{name} imports {module}: {room} may import {MAY_IMPORT[room] or 'no room'}"
        if module in OWNED and room not in OWNED[module]:
            assert any(name.startswith(prefix) and module == part for prefix, part in EXCEPTIONS), (
                f"{name} imports {module}, which lives in {OWNED[module]} only"
            )


def test_every_room_has_its_door():
    missing = [room for room in MAY_IMPORT if not (ROOT / room / "__main__.py").exists()]
    assert not missing, f"rooms without a __main__.py: {missing}"

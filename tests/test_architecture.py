"""The import direction of the house, read from the AST."""

import ast
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def test_site_and_commands_open_the_doctor_at_one_place():
    """Else a new setting would act in one of them only. `eval` holds its doctor to one index."""
    making = set()
    for path in (path for path in FILES if path.is_relative_to(ROOT / "api") or path.is_relative_to(ROOT / "bot")):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        brought = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "bot.doctor"]
        names = {alias.asname or alias.name for node in brought for alias in node.names}
        called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        if names & called:
            making.add(path.relative_to(ROOT).as_posix())
    assert making == {"bot/door.py"}


# What only its extra brings: (part of the code, module).
OF_AN_EXTRA = {
    ("indexer/milvus", "pymilvus"),
    ("indexer/milvus", "langchain_milvus"),
    ("bot/model.py", "langchain_huggingface"),
    ("eval/bench", "bm25s"),
    ("eval/bench", "langchain_community"),
    ("eval/bench", "langchain_text_splitters"),
    ("eval/bench", "langchain_classic"),
}


def installed_by(requirements: list[str]) -> set[str]:
    """:returns: these distributions and all that they need, as `make serve` installs them"""
    found: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        waiting += map(Requirement, metadata.requires(name) or ())
    return found


def test_what_make_serve_installs_is_enough():
    """The site starts evaluations: what they need must not wait in an extra that only tests install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    there = installed_by(project["dependencies"])
    homes = metadata.packages_distributions()
    missing = {
        (path.relative_to(ROOT).as_posix(), module)
        for path in FILES
        for module in imports(path) - sys.stdlib_module_names - MAY_IMPORT.keys()
        if not there & {canonicalize_name(home) for home in homes.get(module, ())}
    }
    assert {
        found for found in missing if not any(found[0].startswith(p) and found[1] == m for p, m in OF_AN_EXTRA)
    } == set()

"""The OpenAPI description as rows of a page: the stock page would load its scripts from another host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    words: str
    parameters: tuple[str, ...]
    body: tuple[str, ...]
    answers: tuple[str, ...]


def operations(openapi: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """:returns: the operations by tag, in the order in which they are declared."""
    schemas = openapi.get("components", {}).get("schemas", {})
    grouped: dict[str, list[Operation]] = defaultdict(list)
    for path, methods in openapi["paths"].items():
        for method, said in methods.items():
            operation = Operation(
                method=method.upper(),
                path=path,
                words=said.get("description", ""),
                parameters=tuple(f"{p['name']}（{p['in']}）" for p in said.get("parameters", ())),
                body=_fields(said.get("requestBody", {}), schemas),
                answers=tuple(said.get("responses", {})),
            )
            grouped[(said.get("tags") or ["其他"])[0]].append(operation)
    return grouped


def _fields(body: Mapping[str, Any], schemas: Mapping[str, Any]) -> tuple[str, ...]:
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    choices = [schema, *schema.get("anyOf", ())]
    name = next((choice["$ref"].rsplit("/", 1)[-1] for choice in choices if "$ref" in choice), "")
    found = schemas.get(name, {})
    required = found.get("required", ())
    return tuple(field if field in required else f"{field}?" for field in found.get("properties", ()))

"""The configuration as JSON Schema, for editors: `config/repartie.schema.json` is this, and a test keeps it so."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from config.base import Section, written_duration
from config.schema import Config

COMMITTED: Final = Path(__file__).parent / "repartie.schema.json"


class _Written(GenerateJsonSchema):
    """Defaults stand as the file writes them: 10m, not PT10M."""

    def encode_default(self, dft: object) -> object:
        if isinstance(dft, timedelta):
            return written_duration(dft)
        return dft.model_dump(mode="json") if isinstance(dft, Section) else super().encode_default(dft)


@cache
def generate() -> dict[str, Any]:
    """The schema of the whole file (draft 2020-12). Do not change what it returns."""
    schema = Config.model_json_schema(schema_generator=_Written)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **schema,
        "title": "repartie.yaml",
        "description": "What Repartie watches, where it listens, and who may answer.",
    }


def section(loc: tuple[str | int, ...]) -> dict[str, Any]:
    """The schema of what stands at `loc`, as pydantic names places; {} where it says nothing."""
    found = generate()
    for part in loc:
        found = _resolved(found)
        if "discriminator" in found:
            found = {"$ref": found["discriminator"]["mapping"].get(part)}
        elif found.get("type") == "array":
            found = found["items"]
        else:
            found = found.get("properties", {}).get(part) or found.get("additionalProperties") or {}
    return _resolved(found)


def homes(key: str) -> tuple[str, ...]:
    """The sections that know `key`, as paths: `brands.slack`."""
    found: dict[str, None] = {}
    stack: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), generate())]
    while stack:
        path, node = stack.pop()
        node = _resolved(node)
        if path and key in node.get("properties", {}):
            found[".".join(path)] = None
        for name, child in reversed(node.get("properties", {}).items()):
            stack.append(((*path, name), child))
        stack += [(path, child) for child in node.get("oneOf", [])]
        stack += [
            (path, node[inner]) for inner in ("items", "additionalProperties") if isinstance(node.get(inner), dict)
        ]
    return tuple(found)


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    """`node` behind its reference; of "this or nothing", this."""
    if "anyOf" in node:
        node = next(each for each in node["anyOf"] if each.get("type") != "null")
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        node = generate()["$defs"][name]
    return node

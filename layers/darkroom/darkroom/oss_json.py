"""Layout of OSS's JSON replies, which clients compare byte by byte (spec 01 §6.2)."""

import json
from collections.abc import Mapping


def dumps(members: Mapping[str, object]) -> str:
    """Write each member on its own line, with the closing brace directly after the last one."""
    lines = (f"    {_dump(name)}: {_dump(value)}" for name, value in members.items())
    return "{\n" + ",\n".join(lines) + "}"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

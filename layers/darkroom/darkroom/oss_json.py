"""Layout of OSS's JSON replies, which clients compare byte by byte (spec 01 §6.2)."""

import json
from collections.abc import Mapping

_encode = json.JSONEncoder(ensure_ascii=False).encode


def dumps(members: Mapping[str, object]) -> str:
    """Write each member on its own line, with the closing brace directly after the last one."""
    lines = (f"    {_encode(name)}: {_encode(value)}" for name, value in members.items())
    return "{\n" + ",\n".join(lines) + "}"

"""Results that are given again: their names, and when they are worth keeping (decision 011).

docs/decisions/091-kept-results.md has the why.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from darkroom import ENGINE
from darkroom.operations import canonical
from darkroom.ports import ObjectInfo, ObjectReader, ResultStore
from darkroom.steps import Operation, Report


class FromStore(StrEnum):
    """Whether an answer was found among the kept results."""

    OFF = "off"
    """Nobody looked."""
    HIT = "hit"
    MISS = "miss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The adapters that find and keep results; none of them waits long for an answer."""

    results: ResultStore
    sources: ObjectReader
    """Tells the versions of a source and of its marks."""
    least: float = 0
    """Seconds of work from which on a result is worth being kept."""


def worth_looking(operations: Sequence[Operation]) -> bool:
    """Tell whether results of the process are kept: pictures are, reports are made anew."""
    return not any(isinstance(operation, Report) for operation in operations)


def result_name(
    source: ObjectInfo,
    operations: Sequence[Operation],
    marks: Mapping[str, str],
    *,
    upright: bool,
) -> str:
    """Name the result by all that it follows from (decision 011); `marks` are ETags by key."""
    process, drawn = canonical(operations), sorted(marks.items())
    parts = (source.bucket, source.key, source.etag, process, drawn, upright, ENGINE)
    # JSON, because keys may contain whatever could part them.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

"""`format`: the format of the result (spec 02 §12, spec 03 §2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from msgspec.structs import replace

from darkroom.errors import Code, OssError
from darkroom.imaging.formats import FORMATS, writable_or_fallback
from darkroom.imaging.operation import Operation, OutputOption, OutputPlan
from darkroom.limits import Limits
from darkroom.process.parameters import POSITIONAL, Choice, parameter

SOURCE_FORMAT = "src"
"""The word that keeps the source's format, of styles from the legacy syntax."""

NEGOTIATED = "auto"
"""The word for the best format that the client accepts."""

_ALIASES = {alias: format_.name for format_ in FORMATS.values() for alias in format_.aliases}


@dataclass(frozen=True, slots=True, kw_only=True)
class Format(OutputOption):
    """Save the result in another format; `gif` has an effect only on GIF sources."""

    name: ClassVar[str] = "format"

    word: str = parameter(
        POSITIONAL,
        Choice((*FORMATS, SOURCE_FORMAT, NEGOTIATED), aliases=_ALIASES),
        "Format of the result; `src` keeps the source's format, as `gif` does for another source; "
        "`auto` is the best format that the client accepts.",
        ec="0040-00000206",
        missing_ec="0040-00000207",
        ignores_further=True,
    )

    def keeps_animation(self) -> bool:
        """Return True: an animation stays animated, if the format allows it."""
        return True

    def apply_to(self, plan: OutputPlan, _limits: Limits) -> OutputPlan:
        """Set the format; raise `NotImplemented` for one without an encoder here (C-111)."""
        source = FORMATS[plan.header.format]
        target = FORMATS.get(self.word)
        if target is None or (target.from_same_format_only and source is not target):
            target = writable_or_fallback(source)
        elif not target.is_writable:
            raise OssError(Code.NOT_IMPLEMENTED, f"{self.word} cannot be written here.")
        return replace(plan, format=target.name, negotiated=self.word == NEGOTIATED)


def is_negotiated(operations: Iterable[Operation]) -> bool:
    """Return whether the result's format depends on the formats that the client accepts."""
    words = [operation.word for operation in operations if isinstance(operation, Format)]
    return words[-1:] == [NEGOTIATED]

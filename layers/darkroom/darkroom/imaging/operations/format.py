"""`format`: the format of the result (spec 02 §12, spec 03 §2)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from darkroom.errors import Code, OssError
from darkroom.imaging.formats.formats import FORMATS
from darkroom.imaging.formats.plugins import kept, writable
from darkroom.imaging.steps import Plan
from darkroom.limits import Limits
from darkroom.process.parameters import BARE, Choice, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """Save in another format; gif only where the source is one."""

    name: ClassVar[str] = "format"
    keeps_animation: ClassVar[bool] = True

    word: str = parameter(
        BARE,
        Choice(tuple(FORMATS), aliases={"jpeg": "jpg"}),
        "The format; gif keeps the source's format unless that is gif.",
        ec="0040-00000206",
        missing_ec="0040-00000207",
    )

    def revise(self, plan: Plan, _limits: Limits) -> Plan:
        """Settle the format; raise `NotImplemented` for one without an encoder here (C-111)."""
        source = plan.header.format
        if self.word == "gif" and source != "gif":
            return replace(plan, format=kept(FORMATS[source]).word)
        if not writable(FORMATS[self.word]):
            raise OssError(Code.NOT_IMPLEMENTED, f"{self.word} cannot be written here.")
        return replace(plan, format=self.word)

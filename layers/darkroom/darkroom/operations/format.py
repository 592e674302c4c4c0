"""`format`: the format of the result (spec 02 §12, spec 03 §2)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from darkroom.codecs.formats import FORMATS
from darkroom.limits import Limits
from darkroom.parameters import BARE, Choice, parameter
from darkroom.steps import Plan


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
        """Settle the format."""
        if self.word == "gif" and plan.header.format != "gif":
            return replace(plan, format=plan.header.format)
        return replace(plan, format=self.word)

"""`interlace`: baseline or progressive JPEG (spec 02 §14)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from darkroom.imaging.steps import Plan
from darkroom.limits import Limits
from darkroom.process.parameters import BARE, Flag, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlace:
    """Write a JPG so that it appears step by step; other formats ignore it."""

    name: ClassVar[str] = "interlace"
    keeps_animation: ClassVar[bool] = True

    progressive: bool = parameter(BARE, Flag(), "1 for progressive, 0 for baseline.")

    def revise(self, plan: Plan, _limits: Limits) -> Plan:
        """Settle it."""
        return replace(plan, progressive=self.progressive)

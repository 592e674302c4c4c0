"""`auto-orient`: whether the EXIF orientation is applied (spec 02 §7)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from darkroom.imaging.steps import Plan
from darkroom.limits import Limits
from darkroom.process.parameters import BARE, Flag, parameter

_UNROTATED = frozenset({1, 2, 4})
"""Orientations that rotate nothing: upright, or mirrored only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoOrient:
    """Turn the picture upright by its EXIF orientation, before everything else."""

    name: ClassVar[str] = "auto-orient"
    keeps_animation: ClassVar[bool] = True

    upright: bool = parameter(
        BARE, Flag(), "1 applies the orientation, 0 ignores it.", ec="0040-00000215"
    )

    def revise(self, plan: Plan, limits: Limits) -> Plan:
        """Settle it; asked for in words, a large picture is refused as by rotate (C-64)."""
        if self.upright and plan.header.orientation not in _UNROTATED:
            limits.check_rotation(plan.header.size)
        return replace(plan, upright=self.upright)

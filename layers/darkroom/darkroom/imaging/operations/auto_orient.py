"""`auto-orient`: whether the EXIF orientation is applied (spec 02 §7)."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec.structs import replace

from darkroom.imaging.operation import OutputOption, OutputPlan
from darkroom.limits import Limits
from darkroom.process.parameters import POSITIONAL, Flag, parameter

_UNROTATED = frozenset({1, 2, 4})
"""Orientations without a rotation: normal, or mirrored along one axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoOrient(OutputOption):
    """Rotate and mirror the picture upright by its EXIF orientation, before all other actions."""

    name: ClassVar[str] = "auto-orient"

    upright: bool = parameter(
        POSITIONAL,
        Flag(),
        "1 applies the orientation, 0 ignores it.",
        default=True,
        ec="0040-00000215",
    )

    def keeps_animation(self) -> bool:
        """Return True: an animation stays animated."""
        return True

    def apply_to(self, plan: OutputPlan, limits: Limits) -> OutputPlan:
        """Set whether orientation is applied.

        Raises `BadRequest` for a side over the limit of `rotate` where it rotates (C-64).
        """
        if self.upright and plan.header.orientation not in _UNROTATED:
            limits.check_rotation(plan.header.size)
        return replace(plan, upright=self.upright)

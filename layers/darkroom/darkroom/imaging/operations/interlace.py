"""`interlace`: baseline or progressive JPEG (spec 02 §14)."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec.structs import replace

from darkroom.imaging.operation import OutputOption, OutputPlan
from darkroom.limits import Limits
from darkroom.process.parameters import POSITIONAL, Flag, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlace(OutputOption):
    """Write a JPG result as progressive or baseline; other formats ignore it."""

    name: ClassVar[str] = "interlace"

    progressive: bool = parameter(
        POSITIONAL, Flag(), "1 for progressive, 0 for baseline.", default=True
    )

    def keeps_animation(self) -> bool:
        """Return True: an animation stays animated."""
        return True

    def apply_to(self, plan: OutputPlan, _limits: Limits) -> OutputPlan:
        """Set whether a JPEG is progressive."""
        return replace(plan, progressive=self.progressive)

"""`strip`: remove the metadata (spec 02 §18c)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.operation import OutputOption, OutputPlan
from darkroom.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip(OutputOption):
    """Remove the metadata, which no result has anyway; an extension that OSS does not document."""

    name: ClassVar[str] = "strip"

    def keeps_animation(self) -> bool:
        """Return True: an animation stays animated."""
        return True

    def apply_to(self, plan: OutputPlan, _limits: Limits) -> OutputPlan:
        """Return the plan unchanged."""
        return plan

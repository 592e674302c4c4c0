"""`ignore-error`: the stored object in place of an error (spec 02 §18b)."""

import re
from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.operation import OutputOption, OutputPlan
from darkroom.limits import Limits
from darkroom.process.parameters import POSITIONAL, Flag, parameter

_SEPARATOR = re.compile("[/|]")


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreError(OutputOption):
    """Answer the stored object where the picture or the process has an error; not in POST."""

    name: ClassVar[str] = "ignore-error"

    enabled: bool = parameter(
        POSITIONAL, Flag(), "1 answers the stored object, 0 the error, as without the action."
    )

    def keeps_animation(self) -> bool:
        """Return True: an animation stays animated."""
        return True

    def apply_to(self, plan: OutputPlan, _limits: Limits) -> OutputPlan:
        """Return the plan unchanged: the action has no effect on a result."""
        return plan


def ignores_errors(process: str) -> bool:
    """Return whether the last `ignore-error` of a value as written is 1.

    The value may be outside the grammar, which is one of the errors.
    """
    if not process.startswith("image/"):
        return False
    actions = (segment.split(",") for segment in _SEPARATOR.split(process))
    values = [list(filter(None, given)) for name, *given in actions if name == IgnoreError.name]
    return values[-1:] == [["1"]]

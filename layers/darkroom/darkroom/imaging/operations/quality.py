"""`quality`: relative or absolute encoder quality (spec 02 §13)."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec.structs import replace

from darkroom.errors import missing
from darkroom.geometry import scale_length
from darkroom.imaging.operation import OutputOption, OutputPlan
from darkroom.limits import Limits
from darkroom.process.parameters import POSITIONAL, Integer, parameter

_PERCENT = Integer(1, 100, "%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(OutputOption):
    """Set the encoder quality of a JPG, WebP, HEIC or AVIF result; other formats ignore it."""

    name: ClassVar[str] = "quality"

    q: int | None = parameter(
        "q",
        _PERCENT,
        "Relative quality: percentage of the source's quality.",
        default=None,
        ec="0040-00000309",
    )
    Q: int | None = parameter(
        "Q",
        _PERCENT,
        "Absolute quality, limited to the source's; takes precedence over q.",
        default=None,
        ec="0040-00000308",
    )
    bare: int | None = parameter(
        POSITIONAL, _PERCENT, "The same as Q.", default=None, ec="0040-00000310"
    )

    def __post_init__(self) -> None:
        """Raise `MissingArgument` without a value."""
        if self.q is None and self._absolute is None:
            raise missing(self.name, ec="0040-00000307")

    def keeps_animation(self) -> bool:
        """Return False for an absolute quality, which makes an animation static."""
        return self._absolute is None

    @property
    def _absolute(self) -> int | None:
        return self.bare if self.Q is None else self.Q

    def apply_to(self, plan: OutputPlan, _limits: Limits) -> OutputPlan:
        """Set the rule for the quality, which is applied once the result's format is known."""
        return replace(plan, quality=self.result)

    def result(self, source: int | None) -> int:
        """Return the result's quality from the source's; an unknown one counts as 100."""
        if self._absolute is not None:
            return min(self._absolute, source or 100)
        return scale_length(source or 100, self.q or 100, 100)

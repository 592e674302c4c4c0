"""`x-image-process`: Huawei OBS, with other gravities and some actions of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from darkroom.errors import invalid, missing
from darkroom.process.dialects.dialect import Dialect, other_words
from darkroom.process.grammar import Action
from darkroom.process.parameters import (
    POSITIONAL,
    Length,
    PixelsOrPercent,
    bind,
    parameter,
)

GRAVITIES: Mapping[str, str] = {
    "tl": "nw",
    "top": "north",
    "tr": "ne",
    "left": "west",
    "center": "center",
    "right": "east",
    "bl": "sw",
    "bottom": "south",
    "br": "se",
}

FLIPS: Mapping[str, str] = {"horizontal": "1", "vertical": "0"}

JPG_OR_SOURCE = ("jpg", "jpeg", "src")
"""Values of `format` that leave a JPG a JPG."""

_RADIUS = PixelsOrPercent(max_pixels=4096, max_percent=50)
_EC = "0040-00000237"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundedCorners:
    """The keys of `rounded-corners`: one radius, or a horizontal and a vertical one."""

    name: ClassVar[str] = "rounded-corners"

    r: Length | None = parameter("r", _RADIUS, "Both radii.", default=None, ec=_EC)
    rx: Length | None = parameter("rx", _RADIUS, "Horizontal radius.", default=None, ec=_EC)
    ry: Length | None = parameter("ry", _RADIUS, "Vertical radius.", default=None, ec=_EC)

    def radii(self) -> tuple[Length, Length]:
        """Return the horizontal and the vertical radius.

        Raises `MissingArgument` where one is absent, `InvalidArgument` for `r` next to `rx` or
        `ry`.
        """
        if self.r is not None:
            if self.rx is not None or self.ry is not None:
                reason = "Value must not be given together with rx and ry"
                raise invalid("r", _RADIUS.text(self.r), reason)
            return self.r, self.r
        if self.rx is None:
            raise missing("r" if self.ry is None else "rx")
        if self.ry is None:
            raise missing("ry")
        return self.rx, self.ry


def _rounded_corners(action: Action, _actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return `rounded-corners` for one radius in pixels, `elliptical-corners` for all others."""
    across, down = bind(RoundedCorners, action.arguments).radii()
    if across == down and not across.percent:
        return (Action("rounded-corners", (f"r_{across.number}",)),)
    return (Action("elliptical-corners", (f"x_{_RADIUS.text(across)}", f"y_{_RADIUS.text(down)}")),)


def _imageslim(_action: Action, actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return `quality,q_75`, nothing where a format is named that is not JPG."""
    formats = [
        action.arguments[0] for action in actions if action.name == "format" and action.arguments
    ]
    slimmer = not formats or formats[-1] in JPG_OR_SOURCE
    return (Action("quality", ("q_75",)),) if slimmer else ()


HUAWEI_OBS = Dialect(
    service="Huawei OBS",
    parameters=("x-image-process",),
    marks_with_bucket=True,
    actions={
        "crop": other_words("g", GRAVITIES),
        "watermark": other_words("g", GRAVITIES, default="nw"),
        "flip": other_words(POSITIONAL, FLIPS),
        "rounded-corners": _rounded_corners,
        "imageslim": _imageslim,
    },
)

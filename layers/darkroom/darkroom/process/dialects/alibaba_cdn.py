"""`image_process`: Alibaba Cloud CDN and DCDN, which need no `image/` and never enlarge."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from darkroom.process.dialects.dialect import Dialect
from darkroom.process.grammar import Action
from darkroom.process.parameters import Integer, bind, parameter

_SIDE = Integer(1, 16384)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedSize:
    """The keys of a resize to exactly a width and a height."""

    name: ClassVar[str] = "resize"

    fw: int | None = parameter("fw", _SIDE, "Width of the result.", default=None)
    fh: int | None = parameter("fh", _SIDE, "Height of the result.", default=None)


def _resize(action: Action, _actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return `m_fixed` with `w` and `h` for `fw` and `fh`, and other keys without `limit`."""
    fixed = bind(FixedSize, action.arguments)
    if fixed == FixedSize():
        kept = (text for text in action.arguments if text.partition("_")[0] != "limit")
        return (Action(action.name, tuple(kept)),)
    sides = (("w", fixed.fw), ("h", fixed.fh))
    written = (f"{key}_{side}" for key, side in sides if side is not None)
    return (Action(action.name, ("m_fixed", *written)),)


ALIBABA_CDN = Dialect(
    service="Alibaba Cloud CDN",
    parameters=("image_process",),
    prefix="image/",
    actions={"resize": _resize},
)

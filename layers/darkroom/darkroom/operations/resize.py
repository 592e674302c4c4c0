"""`resize`: scale, and then cut or pad to a box (spec 02 §1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from PIL import Image

from darkroom.codecs.flatten import coloured, flattened
from darkroom.errors import invalid, missing
from darkroom.limits import Size
from darkroom.operations.geometry import (
    centred,
    contained,
    covering,
    percent,
    reduced_by,
    to_height,
    to_width,
)
from darkroom.operations.resampling import rimless, shrunk
from darkroom.parameters import Choice, Colour, Flag, HexColour, Integer, parameter
from darkroom.picture import Picture
from darkroom.steps import Context

_SIDE = Integer(1, 16_384)

EC_BOTH_ZERO = "0040-00000321"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """What a resize comes to for one size: scale to `inner`, then cut or pad to `size`.

    `padded` means laid on a canvas, which is opaque even where none of it shows (C-47).
    """

    inner: Size
    size: Size
    padded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """Scale to a size, a longer or shorter side, or a percentage."""

    name: ClassVar[str] = "resize"

    m: str = parameter(
        "m",
        Choice(("lfit", "mfit", "fill", "pad", "fixed")),
        "How the picture meets the box: inside it, around it, around it and cut, inside it "
        "and padded, or stretched.",
        default="lfit",
        ec="0040-00000311",
    )
    w: int | None = parameter("w", _SIDE, "Target width.", default=None, ec="0040-00000312")
    h: int | None = parameter("h", _SIDE, "Target height.", default=None, ec="0040-00000313")
    l: int | None = parameter(  # noqa: E741 - the documented name
        "l", _SIDE, "Target of the longer side.", default=None, ec="0040-00000314"
    )
    s: int | None = parameter(
        "s", _SIDE, "Target of the shorter side.", default=None, ec="0040-00000315"
    )
    p: int | None = parameter(
        "p", Integer(1, 1000), "Percentage of both sides.", default=None, ec="0040-00000317"
    )
    limit: bool = parameter(
        "limit",
        Flag(),
        "1 keeps a picture at its own size where scaling would enlarge it.",
        default=True,
        ec="0040-00000319",
    )
    color: Colour = parameter(
        "color", HexColour(), "Colour of the padding.", default=(255, 255, 255)
    )

    @classmethod
    def before_parsing(cls, written: Mapping[str, str]) -> None:
        """Refuse `w_0,h_0`, which has an error number of its own."""
        if written.get("w") == written.get("h") == "0":
            raise invalid("w", "0", "Value of w or h must be greater than 0", ec=EC_BOTH_ZERO)

    def __post_init__(self) -> None:
        """Ask for one target at least (C-43)."""
        if not any((self.w, self.h, self.l, self.s, self.p)):
            raise missing("w, h, l, s or p")

    @property
    def keeps_animation(self) -> bool:
        """Whether it scales to a size: a percentage makes an animation static (spec 03 §5)."""
        return not self._by_percent

    def needed_size(self, size: Size, *, animated: bool) -> Size | None:
        """Give the size that the whole picture is scaled to."""
        inner = self.scaling(size, animated=animated).inner
        return None if inner == size else inner

    def apply(self, picture: Picture, context: Context) -> Picture:
        """Scale by area averaging when shrinking, bicubic when enlarging (C-51)."""
        scaling = self.scaling(picture.size, animated=picture.header.frames > 1)
        context.limits.check_resized(scaling.size)
        if scaling.padded:
            scaled = _scaled(picture, scaling.inner, scaling.inner)
            return picture.showing(_padded(scaled, scaling.size, self.color))
        if scaling.size == scaling.inner == picture.image.size:
            return picture
        return picture.showing(_scaled(picture, scaling.inner, scaling.size))

    def scaling(self, size: Size, *, animated: bool) -> Scaling:
        """Choose the target for a picture of `size` (spec 02 §1.1–1.3).

        An animation is never enlarged, whatever `limit` says.
        """
        inner, final = self._target(size)
        if (self.limit or animated) and self._enlarges(size, inner, final):
            return Scaling(inner=size, size=size)
        padded = self.m == "pad" and not self._by_percent
        return Scaling(inner=inner, size=final, padded=padded)

    @property
    def _by_percent(self) -> bool:
        return not any((self.w, self.h, self.l, self.s))

    def _target(self, size: Size) -> tuple[Size, Size]:
        if self._by_percent:
            scaled = percent(size, self.p or 100)
            return scaled, scaled
        width, height = self._sides(size)
        if self.m in ("lfit", "mfit"):
            fitted = self._fitted(size, width, height)
            return fitted, fitted
        # One side alone asks for a square (documented for fixed, C-45).
        box = (width or height or 1, height or width or 1)
        match self.m:
            case "fill":
                return covering(size, box), box
            case "pad":
                return contained(size, box), box
            case _:
                return box, box

    def _sides(self, size: Size) -> tuple[int | None, int | None]:
        """Give width and height; `l` and `s` stand for one or the other, by the source."""
        if self.w or self.h:
            return self.w, self.h
        return (self.l, self.s) if size[0] >= size[1] else (self.s, self.l)

    def _fitted(self, size: Size, width: int | None, height: int | None) -> Size:
        if width and height:
            fit = contained if self.m == "lfit" else covering
            return fit(size, (width, height))
        return to_width(size, width) if width else to_height(size, height or 1)

    def _enlarges(self, size: Size, inner: Size, final: Size) -> bool:
        """Tell whether the result would have more resolution than the source (spec 02 §1.3)."""
        if self.m == "fixed" and not self._by_percent:
            return final[0] > size[0] or final[1] > size[1]  # one side is enough (C-50)
        # The sides scale alike: one may be rounded up to 1 pixel, never the other too.
        return inner[0] > size[0] or inner[1] > size[1]


def _scaled(picture: Picture, inner: Size, final: Size) -> Image.Image:
    """Scale to `inner` and keep the middle `final` of it, in one pass over the pixels.

    The pixels at hand may be a reduced decode: the box says how much of them is picture,
    as the last column of a reduced JPEG covers more than the picture has.
    """
    image, size = picture.image, picture.size
    reduction = reduced_by(size, image.size)
    left, top = centred(final, inner)
    across = size[0] / inner[0] / reduction
    down = size[1] / inner[1] / reduction
    box = (
        left * across,
        top * down,
        min((left + final[0]) * across, image.width),
        min((top + final[1]) * down, image.height),
    )
    if inner[0] <= size[0] and inner[1] <= size[1]:
        return shrunk(image, final, box, whole=reduction == 1)
    bicubic = Image.Resampling.BICUBIC
    return rimless(image, lambda pixels: pixels.resize(final, bicubic, box=box))


def _padded(image: Image.Image, size: Size, colour: Colour) -> Image.Image:
    """Centre on an opaque canvas, transparent pixels composited over it (C-47)."""
    ground = coloured(size, colour, grey=image.mode in ("L", "LA"))
    ground.paste(flattened(image, colour), centred(image.size, size))
    return ground

"""`resize`: scale, and then cut or pad to a box (spec 02 §1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace
from PIL import Image

from darkroom.errors import invalid, missing
from darkroom.geometry import (
    Size,
    centre_offset,
    cover,
    enlarges,
    fit_inside,
    reduced_by,
    scale_percent,
    scale_to_height,
    scale_to_width,
)
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine
from darkroom.imaging.engine import Scaling as EngineScaling
from darkroom.imaging.flatten import background, flatten
from darkroom.imaging.operation import PixelOperation, SupportsReducedDecode
from darkroom.imaging.picture import Picture
from darkroom.imaging.resampling import resample_without_halo, shrink
from darkroom.imaging.work import STEP, Shape, Weight, WorkSum
from darkroom.limits import Limits
from darkroom.process.parameters import (
    Choice,
    Colour,
    Flag,
    HexColour,
    Integer,
    ReadsRaw,
    parameter,
)

_SIDE = Integer(1, 16_384, "px", soft=(1, 2000))

_READ = Weight(opaque=2, alpha=8)
"""The weight of the source's pixels; `weight` is that of the result's."""

EC_BOTH_ZERO = "0040-00000321"


class Scaling(Struct, frozen=True, kw_only=True):
    """The sizes of a resize for one source: scale to `scaled`, then crop or pad it to `size`.

    `padded` is whether the result is composited on an opaque canvas, also where no canvas remains
    visible (C-47).
    """

    scaled: Size
    size: Size
    padded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize(PixelOperation, SupportsReducedDecode, ReadsRaw):
    """Scale to a width and height, to a longer or shorter side, or by a percentage."""

    name: ClassVar[str] = "resize"
    takes_exact_size: ClassVar[bool] = True
    weight: ClassVar[Weight] = Weight(opaque=20, alpha=80)

    m: str = parameter(
        "m",
        Choice(("lfit", "mfit", "fill", "pad", "fixed")),
        "Mode: fit inside the box, cover it, cover it and crop to it, fit inside it and pad "
        "to it, or stretch to it.",
        default="lfit",
        ec="0040-00000311",
    )
    w: int | None = parameter("w", _SIDE, "Target width.", default=None, ec="0040-00000312")
    h: int | None = parameter("h", _SIDE, "Target height.", default=None, ec="0040-00000313")
    l: int | None = parameter(  # noqa: E741 - the documented name
        "l", _SIDE, "Target length of the longer side.", default=None, ec="0040-00000314"
    )
    s: int | None = parameter(
        "s", _SIDE, "Target length of the shorter side.", default=None, ec="0040-00000315"
    )
    p: int | None = parameter(
        "p",
        Integer(1, 1000, "%", soft=(1, 200)),
        "Percentage by which both sides are scaled.",
        default=None,
        ec="0040-00000317",
    )
    limit: bool = parameter(
        "limit",
        Flag(),
        "1 keeps the source's size where scaling would enlarge the picture.",
        default=True,
        ec="0040-00000319",
    )
    color: Colour = parameter(
        "color", HexColour(), "Colour of the padding.", default=(255, 255, 255)
    )

    @classmethod
    def read_raw(cls, written: Mapping[str, str]) -> Mapping[str, str]:
        """Drop a width or height of 0 next to the other one (C-176).

        Raises `InvalidArgument` for `w_0,h_0`, which has an EC of its own.
        """
        zeros = {side for side in ("w", "h") if written.get(side) == "0"}
        if len(zeros) == 2:
            raise invalid("w", "0", "Value of w or h must be greater than 0", ec=EC_BOTH_ZERO)
        if zeros and {"w", "h"} <= written.keys():
            return {key: value for key, value in written.items() if key not in zeros}
        return written

    def __post_init__(self) -> None:
        """Raise `MissingArgument` without a target (C-43)."""
        if not any((self.w, self.h, self.l, self.s, self.p)):
            raise missing("w, h, l, s or p")

    def keeps_animation(self) -> bool:
        """Return False for a percentage, which makes an animation static (spec 03 §5)."""
        return not self._by_percent

    def needed_size(self, size: Size, *, animated: bool) -> Size | None:
        """Return the size to which the whole picture is scaled, None if that is its own."""
        scaled = self.scaling(size, animated=animated).scaled
        return None if scaled == size else scaled

    def size_after(self, size: Size, *, animated: bool) -> Size:
        """Return the target size."""
        return self.scaling(size, animated=animated).size

    def shape_after(self, before: Shape) -> Shape:
        """Return the result's shape; padding makes it opaque."""
        scaling = self.scaling(before.size, animated=before.animated)
        return replace(before.resized(scaling.size), alpha=before.alpha and not scaling.padded)

    def add_work(
        self, total: WorkSum, before: Shape, after: Shape, context: ProcessingContext
    ) -> None:
        """Add the work of reading all pixels and of writing the result.

        Rows are scaled before columns: the picture between the two may be larger than both.
        """
        scaling = self.scaling(before.size, animated=before.animated)
        context.limits.check_resized(scaling.size)
        if scaling.size == scaling.scaled == before.size and not scaling.padded:
            return
        width, height = scaling.scaled if scaling.padded else scaling.size
        between = width * -(-before.size[1] // before.reduction)
        written = max(width * height, between, after.pixels)
        read = _READ.of(before.pixels, alpha=before.alpha)
        total.add(STEP + read + self.weight.of(written, alpha=before.alpha))

    def apply(self, picture: Picture, context: ProcessingContext) -> Picture:
        """Scale by area averaging when shrinking, bicubic when enlarging (C-51).

        Raises `OssError` for a result over `Limits.check_resized`.
        """
        scaling = self.scaling(picture.size, animated=picture.header.frames > 1)
        context.limits.check_resized(scaling.size)
        final = scaling.scaled if scaling.padded else scaling.size
        image = _scaled(picture, scaling.scaled, final, context.engine)
        if scaling.padded:
            image = _padded(image, scaling.size, self.color)
        return picture.with_image(image)

    def result_size(self, size: Size, limits: Limits, *, animated: bool) -> Size:
        """Return the target size; raise `ImageTooLarge` for one over `Limits.check_resized`."""
        result = self.size_after(size, animated=animated)
        limits.check_resized(result)
        return result

    def scaling(self, size: Size, *, animated: bool) -> Scaling:
        """Return the target sizes for a picture of `size` (spec 02 §1.1–1.3).

        An animation is never enlarged, regardless of `limit`.
        """
        scaled, final = self._target(size)
        if (self.limit or animated) and self._enlarges(size, scaled, final):
            return Scaling(scaled=size, size=size)
        padded = self.m == "pad" and not self._by_percent
        return Scaling(scaled=scaled, size=final, padded=padded)

    @property
    def _by_percent(self) -> bool:
        return not any((self.w, self.h, self.l, self.s))

    def _target(self, size: Size) -> tuple[Size, Size]:
        if self._by_percent:
            scaled = scale_percent(size, self.p or 100)
            return scaled, scaled
        width, height = self.w, self.h
        if not (width or height):
            # Which side `l` and `s` apply to depends on the source.
            width, height = (self.l, self.s) if size[0] >= size[1] else (self.s, self.l)
        if self.m in ("lfit", "mfit"):
            fitted = self._fitted(size, width, height)
            return fitted, fitted
        # One side alone means a square (documented for fixed, C-45).
        box = (width or height or 1, height or width or 1)
        match self.m:
            case "fill":
                return cover(size, box), box
            case "pad":
                return fit_inside(size, box), box
            case _:
                return box, box

    def _fitted(self, size: Size, width: int | None, height: int | None) -> Size:
        if width and height:
            fit = fit_inside if self.m == "lfit" else cover
            return fit(size, (width, height))
        return scale_to_width(size, width) if width else scale_to_height(size, height or 1)

    def _enlarges(self, size: Size, scaled: Size, final: Size) -> bool:
        """Return whether the result would exceed the source's resolution (spec 02 §1.3)."""
        if self.m == "fixed" and not self._by_percent:
            return final[0] > size[0] or final[1] > size[1]  # one side is enough (C-50)
        # Both sides scale by the same factor; at most one of them is rounded up to 1 pixel.
        return enlarges(size, scaled)


def _scaled(picture: Picture, scaled: Size, final: Size, engine: Engine | None) -> Image.Image:
    """Return the central `final` of the picture scaled to `scaled`."""
    image, size = picture.image, picture.size
    left, top = centre_offset(final, scaled)
    if image.size == scaled:  # it was decoded at that size, or need not be scaled
        whole = final == scaled
        return image if whole else image.crop((left, top, left + final[0], top + final[1]))
    box = _source_box(picture, scaled, final)
    if enlarges(size, scaled):
        bicubic = Image.Resampling.BICUBIC
        return resample_without_halo(image, lambda pixels: pixels.resize(final, bicubic, box=box))
    if image.size != size:
        return shrink(image, final, box, whole=False)
    if engine is None:
        return shrink(image, final, box, whole=True)
    kept = EngineScaling(source=size, scaled=scaled, left=left, top=top, size=final)
    return engine.area_average(image, kept)


def _source_box(picture: Picture, scaled: Size, final: Size) -> tuple[float, float, float, float]:
    """Return the box of decoded pixels that becomes the central `final` of `scaled`.

    After a reduced decode of a JPEG, the last column and row may extend past the picture.
    """
    image, size = picture.image, picture.size
    reduction = reduced_by(size, image.size)
    left, top = centre_offset(final, scaled)
    across = size[0] / scaled[0] / reduction
    down = size[1] / scaled[1] / reduction
    return (
        left * across,
        top * down,
        min((left + final[0]) * across, image.width),
        min((top + final[1]) * down, image.height),
    )


def _padded(image: Image.Image, size: Size, colour: Colour) -> Image.Image:
    """Return the picture composited over the centre of an opaque canvas (C-47)."""
    ground = background(size, colour, grey=image.mode in ("L", "LA"))
    ground.paste(flatten(image, colour), centre_offset(image.size, size))
    return ground

"""`blur`: a Gaussian blur (spec 02 §8)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from PIL import Image, ImageFilter

from darkroom.errors import Code, OssError
from darkroom.geometry import Box, Size, reduced_by
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine, Planes, half_resolution
from darkroom.imaging.filters.borders import filter_in_bands, replicate_border
from darkroom.imaging.filters.box_blur import BlurPlan, BoxFilters, gaussian, plan_blur
from darkroom.imaging.operation import PixelOperation, SupportsPlanes, SupportsReducedDecode
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import STEP, Shape, Weight, WorkSum
from darkroom.process.parameters import Choice, Integer, parameter

_EXACT = 2
"""The largest radius for which Pillow has a convolution with any kernel, 5 × 5."""

_PLANES = 5
"""The least radius that differs by at most 2 levels where colour has half the resolution."""

_REDUCIBLE = 4
"""The block side for which a JPEG may be decoded at half scale."""

_INTERPOLATION = 2
"""Distance in pixels that bicubic interpolation reads."""

_AVERAGED = Weight(opaque=60, alpha=90)
"""The weight where blocks of pixels are averaged."""

_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blur(PixelOperation, SupportsReducedDecode, SupportsPlanes):
    """Blur with a Gaussian that is truncated at a radius."""

    name: ClassVar[str] = "blur"
    weight: ClassVar[Weight] = Weight(opaque=95, alpha=140)

    r: int = parameter("r", Integer(1, 50, "px"), "Radius in pixels.", ec="0040-00000241")
    s: int = parameter(
        "s", Integer(1, 50, "px"), "Standard deviation in pixels.", ec="0040-00000242"
    )
    g: str | None = parameter(
        "g", Choice(("face", "faces")), "Blur faces; not implemented.", default=None
    )
    p: int | None = parameter(
        "p",
        Integer(1, 200, "%"),
        "Size of a face's blur in percent; not implemented.",
        default=None,
        ec="0004-00000244",
    )

    def __post_init__(self) -> None:
        """Raise `NotImplemented` for blurring faces, which needs a detection service (C-97)."""
        if self.g is not None or self.p is not None:
            raise OssError(Code.NOT_IMPLEMENTED, "blur of faces is not implemented.")

    def needed_size(self, size: Size, *, animated: bool) -> Size | None:  # noqa: ARG002 - the port's
        """Return a quarter of the size where blocks of four are averaged, else None."""
        if self.r <= _EXACT or plan_blur(self.r, self.s).block != _REDUCIBLE:
            return None
        width, height = size
        return -(-width // _REDUCIBLE), -(-height // _REDUCIBLE)

    def add_work(
        self, total: WorkSum, before: Shape, after: Shape, context: ProcessingContext
    ) -> None:
        """Add the work; less where blocks of pixels are averaged before the filter."""
        del context
        averaged = self.r > _EXACT and plan_blur(self.r, self.s).block > 1
        weight = _AVERAGED if averaged else self.weight
        total.add(STEP + weight.of(after.pixels, alpha=before.alpha))

    def changes_planes(self) -> bool:
        """Return whether the kernel is wide enough for colour at half resolution."""
        return self.r >= _PLANES

    def apply_to_planes(self, planes: Planes, engine: Engine) -> None:
        """Blur each plane; colour at half resolution with the kernel that comes to the same."""
        kernel = gaussian(self.r, self.s)
        colour = kernel if planes.chroma_step == 1 else half_resolution(kernel)
        engine.convolve_planes(planes, [kernel, colour, colour][: len(planes.samples)])

    def apply(self, picture: Picture, context: ProcessingContext) -> Picture:
        """Blur with premultiplied alpha, so that transparent pixels do not bleed their colour."""
        if context.engine is not None:
            convolve = partial(context.engine.convolve, kernel=gaussian(self.r, self.s))
            return picture.with_image(_by_opacity(picture.image, convolve))
        if self.r <= _EXACT:
            return picture.with_image(_by_bands(picture.image, self.r, self._convolved))
        plan = plan_blur(self.r, self.s)
        if plan.block > 1:
            return picture.with_image(
                _by_opacity(picture.image, lambda i: _coarse(i, picture.size, plan))
            )
        reach = plan.boxes.reach
        return picture.with_image(_by_bands(picture.image, reach, lambda i: _boxed(i, plan.boxes)))

    def _convolved(self, image: Image.Image) -> Image.Image:
        line = gaussian(self.r, self.s)
        kernel = [across * down for across in line for down in line]
        return image.filter(ImageFilter.Kernel((len(line), len(line)), kernel, scale=1))


def _by_bands(
    image: Image.Image, reach: int, change: Callable[[Image.Image], Image.Image]
) -> Image.Image:
    return filter_in_bands(image, reach, lambda band: _by_opacity(band, change))


def _by_opacity(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Apply a filter to premultiplied colours."""
    mode = _PREMULTIPLIED.get(image.mode)
    return change(image.convert(mode)).convert(image.mode) if mode else change(image)


def _boxed(image: Image.Image, boxes: BoxFilters) -> Image.Image:
    bell = image
    for radius in boxes.bell:
        bell = bell.filter(ImageFilter.BoxBlur(radius))
    if not boxes.share:
        return bell
    return Image.blend(bell, image.filter(ImageFilter.BoxBlur(boxes.plateau)), boxes.share)


def _coarse(image: Image.Image, size: Size, plan: BlurPlan) -> Image.Image:
    """Average in blocks, filter, and enlarge to the picture's size.

    `image` may be a reduced decode, whose last row and column may extend past the picture.
    """
    reduction = reduced_by(size, image.size)
    block = plan.block // reduction
    margin = (plan.boxes.reach + _INTERPOLATION) * block
    width, height = (-(-side // block) * block for side in image.size)
    around = Box(-margin, -margin, width + margin, height + margin)
    small = _boxed(replicate_border(image, around).reduce(block), plan.boxes)
    right, bottom = (side / reduction + margin for side in size)
    inner = (margin / block, margin / block, right / block, bottom / block)
    return small.resize(size, Image.Resampling.BICUBIC, box=inner)

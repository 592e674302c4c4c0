"""The picture of a watermark: an object in the same bucket, prepared by a process of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from darkroom.errors import Code, OssError, invalid, truncate
from darkroom.geometry import Size, area, is_wider, scale_length
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS, probe
from darkroom.imaging.operation import PixelOperation, SupportsReducedDecode, UsesWatermarks
from darkroom.imaging.operations.crop import Crop
from darkroom.imaging.operations.elliptical_corners import EllipticalCorners
from darkroom.imaging.operations.indexcrop import IndexCrop
from darkroom.imaging.operations.resize import Resize
from darkroom.imaging.operations.rotate import Rotate
from darkroom.imaging.operations.rounded_corners import RoundedCorners
from darkroom.imaging.operations.watermark.marks import BitmapMark, pixels
from darkroom.imaging.picture import (
    Header,
    Output,
    Picture,
    apply_orientation,
    may_reduce,
    swap_sides,
)
from darkroom.imaging.work import Shape, WorkSum
from darkroom.limits import MAX_KEY_BYTES
from darkroom.process.grammar import parse
from darkroom.process.parameters import (
    Integer,
    InvalidValue,
    bind,
    canonical_text,
    decode_base64,
    describe_parameters,
    encode_base64,
    parameter,
)

MAX_WATERMARKS = 3
"""Number of different objects that the watermarks of one process may use."""

EC_NESTED = "0040-00000373"

_PROCESS = "?x-oss-process="


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkResize(Resize):
    """A resize that also takes a percentage of the picture under the mark."""

    name: ClassVar[str] = "resize"

    P: int | None = parameter(
        "P", Integer(1, 100, "%"), "Percentage of the picture under the mark.", default=None
    )

    def __post_init__(self) -> None:
        """Raise `MissingArgument` without a target; `P` is one."""
        if self.P is None:
            Resize.__post_init__(self)

    def for_picture(self, size: Size, mark: Size) -> Resize:
        """Return the resize for a picture of `size`: `P` fits inside that share of it (C-87)."""
        if self.P is None:
            return self
        if is_wider(mark, size):
            fitted = (
                scale_length(size[0], self.P, 100),
                scale_length(mark[1], size[0] * self.P, 100 * mark[0]),
            )
        else:
            fitted = (
                scale_length(mark[0], size[1] * self.P, 100 * mark[1]),
                scale_length(size[1], self.P, 100),
            )
        return Resize(m="fixed", w=fitted[0], h=fitted[1], limit=False)


_PREPARATIONS: Mapping[str, type[PixelOperation]] = {
    operation.name: operation
    for operation in (MarkResize, Crop, IndexCrop, RoundedCorners, EllipticalCorners, Rotate)
}
"""The actions that may prepare a mark (spec 02 §15.2, 07 §2)."""


class WatermarkObject(Struct, frozen=True, kw_only=True):
    """The key of an object, and the steps that prepare it."""

    key: str
    steps: tuple[PixelOperation, ...] = ()

    @property
    def watermark_keys(self) -> frozenset[str]:
        """The object's key, and the keys of objects that its steps load."""
        nested = (step for step in self.steps if isinstance(step, UsesWatermarks))
        return frozenset({self.key}).union(*(step.watermark_keys for step in nested))


class WatermarkObjectType(Struct, frozen=True):
    """Base64url of `key` or `key?x-oss-process=image/…`."""

    def parse(self, text: str) -> WatermarkObject:
        """Decode the reference and parse its process; raises `InvalidValue` or `OssError`."""
        key, separator, process = decode_base64(text).partition(_PROCESS)
        if not 0 < len(key.encode()) <= MAX_KEY_BYTES:
            raise InvalidValue("Value must name an object")
        return WatermarkObject(key=key, steps=_steps(process) if separator else ())

    def text(self, value: WatermarkObject) -> str:
        """Return the encoded reference with its process in canonical form."""
        steps = "/".join(canonical_text(step) for step in value.steps)
        return encode_base64(value.key + (f"{_PROCESS}image/{steps}" if steps else ""))

    def expected(self) -> str:
        """Return the expected form for the documentation."""
        return "base64url text: `key` or `key?x-oss-process=image/…`"

    def describe(self) -> Mapping[str, object]:
        """Return the limit of the key, and the actions that may prepare the mark."""
        return {
            "type": "watermark-object",
            "max_key_bytes": MAX_KEY_BYTES,
            "operations": [
                {"name": name, "parameters": describe_parameters(operation)}
                for name, operation in _PREPARATIONS.items()
            ],
        }


def _steps(process: str) -> tuple[PixelOperation, ...]:
    parsed = parse(process)
    if parsed.style is not None or parsed.save is not None:
        # Neither a style (C-86) nor `sys/saveas` is allowed here.
        raise invalid("image", process, "Value must be prepared by image/ actions")
    return tuple(bind(_preparation(action.name), action.arguments) for action in parsed.actions)


def _preparation(name: str) -> type[PixelOperation]:
    if name == "watermark":
        raise invalid("image", name, "Value must not be marked itself", ec=EC_NESTED)
    if name not in _PREPARATIONS:  # no other action prepares a mark (C-85)
        raise invalid("image", name, "Value must be one of " + ", ".join(_PREPARATIONS))
    return _PREPARATIONS[name]


def prepare_mark(mark: WatermarkObject, size: Size, context: ProcessingContext) -> BitmapMark:
    """Load the mark for a picture of `size` and apply its steps; cached for the request.

    Raises `WatermarkError` for an object that is missing or cannot be decoded.
    """
    make = partial(_prepare, mark, size, context)
    return context.cache.get_or_create((mark, size), make, pixels=pixels)


def _prepare(mark: WatermarkObject, size: Size, context: ProcessingContext) -> BitmapMark:
    data = context.load_watermark(mark.key)
    with _named(mark):
        picture = _decode(data, mark, size, context)
    for step in mark.steps:
        context.check_deadline()
        picture = _for_picture(step, size, picture.size).apply(picture, context)
    return BitmapMark(image=picture.image, size=picture.size)


def add_mark_work(
    total: WorkSum, mark: WatermarkObject, size: Size, context: ProcessingContext
) -> int:
    """Add the work of `prepare_mark`, and return the number of the mark's pixels.

    Raises `WatermarkError` for an object that is missing or has no valid header.
    """
    data = context.load_watermark(mark.key)
    with _named(mark):
        header = _probed(data, context)
    source_format = FORMATS[header.format]
    reduction = source_format.reduction(header, _needed_size(mark, size, header))
    before = Shape(
        size=header.upright_size, alpha=not header.opaque, keeps_alpha=True, reduction=reduction
    )
    work = WorkSum(nanoseconds=source_format.decoding_work(header, reduction, len(data)))
    for step in mark.steps:
        fitted = _for_picture(step, size, before.size)
        after = fitted.shape_after(before)
        if after is None:
            break
        fitted.add_work(work, before, after, context)
        before = after
    total.add_cached(work.nanoseconds, area(before.size))
    return area(before.size)


@contextmanager
def _named(mark: WatermarkObject) -> Iterator[None]:
    """Raise `WatermarkError` with the key for any other error."""
    try:
        yield
    except OssError as error:
        reason = f"The watermark object {truncate(mark.key)} cannot be used: {error.message}"
        raise OssError(Code.WATERMARK_ERROR, reason) from error


def _probed(data: bytes, context: ProcessingContext) -> Header:
    """Read the header as that of a still; raise `OssError` for a picture over the limits."""
    header = replace(probe(data), frames=1)
    FORMATS[header.format].check_source(header, context.limits)
    return header


def _for_picture(step: PixelOperation, size: Size, mark: Size) -> PixelOperation:
    return step.for_picture(size, mark) if isinstance(step, MarkResize) else step


def _decode(data: bytes, mark: WatermarkObject, size: Size, context: ProcessingContext) -> Picture:
    """Decode the first frame (C-84), at reduced scale where the first step allows it."""
    header = _probed(data, context)
    source_format = FORMATS[header.format]
    needed = _needed_size(mark, size, header)
    limits = context.limits.holding(size)
    source_format.check_memory(header, limits, needed=needed, every=False)
    frame = next(
        source_format.frames(data, header, needed=needed, every=False, engine=context.engine)
    )
    return Picture(
        image=apply_orientation(frame.image, header.orientation),
        size=header.upright_size,
        output=Output(format=header.format, alpha=True),
        header=header,
    )


def _needed_size(mark: WatermarkObject, size: Size, header: Header) -> Size | None:
    """Return the size that the first step needs, in the orientation of the stored mark."""
    if not mark.steps or not may_reduce(header.size, header.orientation):
        return None
    first = _for_picture(mark.steps[0], size, header.upright_size)
    if not isinstance(first, SupportsReducedDecode):
        return None
    needed = first.needed_size(header.upright_size, animated=False)
    return needed and swap_sides(needed, header.orientation)

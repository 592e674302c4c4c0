"""The picture of a watermark: an object of the same bucket, prepared by its own process."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from darkroom.codecs import decode
from darkroom.codecs.probe import probe
from darkroom.errors import Code, OssError, invalid, shown
from darkroom.limits import LONGEST_KEY, Size
from darkroom.operations.crop import Crop
from darkroom.operations.geometry import ratio_of, wider
from darkroom.operations.indexcrop import IndexCrop
from darkroom.operations.resize import Resize
from darkroom.operations.rotate import Rotate
from darkroom.operations.rounded_corners import RoundedCorners
from darkroom.operations.watermark.marks import Drawn, pixels
from darkroom.parameters import (
    Integer,
    Rejected,
    bind,
    canonical_text,
    decode_base64,
    encode_base64,
    parameter,
)
from darkroom.picture import Header, Output, Picture
from darkroom.query import parse
from darkroom.steps import Context, NeedsFewer, PixelOperation, mark_keys

MOST_MARKS = 3
"""Different pictures that the watermarks of one process may use."""

EC_NESTED = "0040-00000373"

_PROCESS = "?x-oss-process="


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkResize(Resize):
    """A resize that may also be a percentage of the picture that is marked."""

    name: ClassVar[str] = "resize"

    P: int | None = parameter(
        "P", Integer(1, 100), "Percentage of the picture that is marked.", default=None
    )

    def __post_init__(self) -> None:
        """Ask for a target, of which `P` is one."""
        if self.P is None:
            Resize.__post_init__(self)

    def for_picture(self, size: Size, mark: Size) -> Resize:
        """Settle the percentage: fit inside that share of the picture's sides (C-87)."""
        if self.P is None:
            return self
        if wider(mark, size):
            fitted = (
                ratio_of(size[0], self.P, 100),
                ratio_of(mark[1], size[0] * self.P, 100 * mark[0]),
            )
        else:
            fitted = (
                ratio_of(mark[0], size[1] * self.P, 100 * mark[1]),
                ratio_of(size[1], self.P, 100),
            )
        return Resize(m="fixed", w=fitted[0], h=fitted[1], limit=False)


_PREPARATIONS: Mapping[str, type[PixelOperation]] = {
    operation.name: operation for operation in (MarkResize, Crop, IndexCrop, RoundedCorners, Rotate)
}
"""What may prepare a mark (spec 02 §15.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkObject:
    """An object by key, and the steps that prepare it."""

    key: str
    steps: tuple[PixelOperation, ...] = ()

    @property
    def mark_keys(self) -> frozenset[str]:
        """The object itself, and whatever a step of its preparation might load."""
        return mark_keys(self.steps) | {self.key}


@dataclass(frozen=True, slots=True)
class MarkKind:
    """Base64 of `key` or `key?x-oss-process=image/…`."""

    def parse(self, text: str) -> MarkObject:
        """Decode the reference and check its process."""
        key, separator, process = decode_base64(text).partition(_PROCESS)
        if not 0 < len(key.encode()) <= LONGEST_KEY:
            raise Rejected("Value must name an object")
        return MarkObject(key=key, steps=_steps(process) if separator else ())

    def text(self, value: MarkObject) -> str:
        """Encode the reference, its process in canonical form."""
        steps = "/".join(canonical_text(step) for step in value.steps)
        return encode_base64(value.key + (f"{_PROCESS}image/{steps}" if steps else ""))

    def expected(self) -> str:
        """Name the form."""
        return "base64url text: `key` or `key?x-oss-process=image/…`"


def _steps(process: str) -> tuple[PixelOperation, ...]:
    parsed = parse(process)
    if parsed.style is not None or parsed.save is not None:
        # A style must not prepare a mark (C-86), nor may the mark be stored.
        raise invalid("image", process, "Value must be prepared by image/ actions")
    return tuple(bind(_preparation(action.name), action.arguments) for action in parsed.actions)


def _preparation(name: str) -> type[PixelOperation]:
    if name == "watermark":
        raise invalid("image", name, "Value must not be marked itself", ec=EC_NESTED)
    if name not in _PREPARATIONS:  # no other action prepares a mark (C-85)
        raise invalid("image", name, "Value must be one of " + ", ".join(_PREPARATIONS))
    return _PREPARATIONS[name]


def prepared(mark: MarkObject, size: Size, context: Context) -> Drawn:
    """Load the mark for a picture of `size` and put it through its steps.

    Raises `WatermarkError` where the object is missing or no picture.
    """
    made = partial(_prepared, mark, size, context)
    return context.shelf.once((mark, size), made, pixels=pixels)


def _prepared(mark: MarkObject, size: Size, context: Context) -> Drawn:
    data = context.load_mark(mark.key)
    try:
        picture = _decoded(data, mark, size, context)
    except OssError as error:
        reason = f"The watermark object {shown(mark.key)} cannot be used: {error.message}"
        raise OssError(Code.WATERMARK_ERROR, reason) from error
    for step in mark.steps:
        picture = _fitting(step, size, picture.size).apply(picture, context)
    return Drawn(image=picture.image, size=picture.size)


def _fitting(step: PixelOperation, size: Size, mark: Size) -> PixelOperation:
    return step.for_picture(size, mark) if isinstance(step, MarkResize) else step


def _decoded(data: bytes, mark: MarkObject, size: Size, context: Context) -> Picture:
    """Decode the first frame (C-84), at reduced scale where the first step allows it."""
    header = replace(probe(data), frames=1)
    context.limits.check_source(header.format, header.size, header.frames)
    needed = _needed(mark, size, header)
    frame = next(decode.frames(data, header, needed=needed, every=False))
    return Picture(
        image=decode.upright(frame.image, header.orientation),
        size=header.upright_size,
        output=Output(format="png", alpha=True),
        header=header,
    )


def _needed(mark: MarkObject, size: Size, header: Header) -> Size | None:
    """Ask the first step how few pixels will do, in the orientation of the stored mark."""
    if not mark.steps or not decode.may_reduce(header.size, header.orientation):
        return None
    first = _fitting(mark.steps[0], size, header.upright_size)
    if not isinstance(first, NeedsFewer):
        return None
    needed = first.needed_size(header.upright_size, animated=False)
    return needed and decode.stored_size(needed, header.orientation)

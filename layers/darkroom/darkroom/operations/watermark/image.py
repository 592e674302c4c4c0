"""The picture of a watermark: an object of the same bucket, prepared by its own process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from PIL import Image

from darkroom.codecs import decode
from darkroom.codecs.probe import probe
from darkroom.errors import Code, OssError, invalid
from darkroom.limits import LONGEST_KEY, Size
from darkroom.operations.crop import Crop
from darkroom.operations.geometry import ratio_of, wider
from darkroom.operations.indexcrop import IndexCrop
from darkroom.operations.resize import Resize
from darkroom.operations.rotate import Rotate
from darkroom.parameters import (
    Integer,
    Rejected,
    bind,
    canonical_text,
    decode_base64,
    encode_base64,
    parameter,
)
from darkroom.picture import Output, Picture
from darkroom.query import parse
from darkroom.steps import Context, PixelOperation

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
    operation.name: operation for operation in (MarkResize, Crop, IndexCrop, Rotate)
}
"""What may prepare a mark (spec 02 §15.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An object by key, and the steps that prepare it."""

    key: str
    steps: tuple[PixelOperation, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkKind:
    """Base64 of `key` or `key?x-oss-process=image/…`."""

    def parse(self, text: str) -> Mark:
        """Decode the reference and check its process."""
        key, separator, process = decode_base64(text).partition(_PROCESS)
        if not 0 < len(key.encode()) <= LONGEST_KEY:
            raise Rejected("Value must name an object")
        return Mark(key=key, steps=_steps(process) if separator else ())

    def text(self, value: Mark) -> str:
        """Encode the reference, its process in canonical form."""
        steps = "/".join(canonical_text(step) for step in value.steps)
        return encode_base64(value.key + (f"{_PROCESS}image/{steps}" if steps else ""))

    def expected(self) -> str:
        """Name the form."""
        return "base64url text: `key` or `key?x-oss-process=image/…`"


def _steps(process: str) -> tuple[PixelOperation, ...]:
    parsed = parse(process)
    if parsed.style is not None or parsed.save is not None:
        raise invalid("image", process, "Value must be prepared by image/ actions")  # C-86
    return tuple(bind(_preparation(action.name), action.arguments) for action in parsed.actions)


def _preparation(name: str) -> type[PixelOperation]:
    if name == "watermark":
        raise invalid("image", name, "Value must not be marked itself", ec=EC_NESTED)
    if name not in _PREPARATIONS:  # C-85
        raise invalid("image", name, "Value must be one of " + ", ".join(_PREPARATIONS))
    return _PREPARATIONS[name]


def prepared(mark: Mark, size: Size, context: Context) -> Image.Image:
    """Load the mark for a picture of `size` and put it through its steps; RGBA.

    Raises `WatermarkError` where the object is missing or no picture.
    """
    data = context.load_mark(mark.key)
    try:
        picture = _decoded(data, mark, size, context)
    except OssError as error:
        raise OssError(
            Code.WATERMARK_ERROR, f"The watermark object {mark.key}: {error.message}"
        ) from error
    for step in mark.steps:
        fitting = step.for_picture(size, picture.size) if isinstance(step, MarkResize) else step
        picture = fitting.apply(picture, context)
    return picture.image.convert("RGBA")


def _decoded(data: bytes, mark: Mark, size: Size, context: Context) -> Picture:
    """Decode the first frame, at reduced scale where the first step allows it."""
    context.limits.check_source_bytes(len(data))
    header = probe(data)
    context.limits.check_source(header.format, header.size, header.frames)
    first = mark.steps[0] if mark.steps else None
    upright = header.upright_size
    if isinstance(first, MarkResize):
        first = first.for_picture(size, upright)
        wanted = first.needed_size(upright, animated=False)
        needed = wanted and decode.stored_size(wanted, header.orientation)
    else:
        needed = None
    frame = next(decode.frames(data, header, needed=needed, every=False))
    image = decode.upright(frame.image, header.orientation)
    return Picture(
        image=image, size=upright, output=Output(format="png", alpha=True), header=header
    )

"""Comparison of the pipeline's results with what an independent reader returns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from darkroom.geometry import Size, crop_box
from darkroom.imaging.flatten import flatten
from tools.picture_readers import Reader

COMPARED_SIDE = 64
"""Longest side to which pictures are scaled down before they are compared."""

CELLS = {"resize,w_100/format,png": 2, "format,jpg": 16}
"""Side of the squares of pixels of which at least the mean is compared, where it is not 1.

Resampling filters differ in the contrast of neighbours; JPG's losses cancel out in a block.
"""

TOLERANCE = 4.0
"""Levels of 255 by which the scaled pictures may differ on average."""

MAX_SHOWN = 160
"""Characters of an error message that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an independent reader returns for a file, next to the results of the pipeline."""

    reader: str
    size: Size | None = None
    """None if this reader cannot read the file either."""
    warning: str | None = None
    differences: Mapping[str, str] = field(default_factory=dict)
    """By process."""

    def __str__(self) -> str:
        """Return name, size and warning of the reader."""
        size = f"{self.size[0]}x{self.size[1]}" if self.size else "cannot read it"
        return f"{self.reader} {size}" + (f" ({self.warning})" if self.warning else "")


def compare(
    path: Path, bodies: Mapping[str, bytes], name: str, reader: Reader, tolerance: float
) -> Iterator[Comparison]:
    """Yield the comparison of the results with what the reader returns."""
    try:
        reading = reader(path)
    except Exception:  # noqa: BLE001 - a reader raises what it likes
        yield Comparison(reader=name)
        return
    found = {
        process: difference
        for process, body in bodies.items()
        if process != "info"
        and (difference := _difference(body, reading.image, process, tolerance))
    }
    warning = None if reading.warning is None else shortened(reading.warning)
    yield Comparison(reader=name, size=reading.image.size, warning=warning, differences=found)


def _difference(body: bytes, reference: Image.Image, process: str, tolerance: float) -> str | None:
    try:
        with Image.open(BytesIO(body)) as result:
            result.load()
            return describe_difference(
                result, expected(reference, process), tolerance, CELLS.get(process, 1)
            )
    except Exception as error:  # noqa: BLE001 - a result that cannot be read is a fault
        return shortened(f"no comparison, {type(error).__name__}: {error}")


def expected(image: Image.Image, process: str) -> Image.Image:
    """Apply the first operation of one of `PROCESSES` to an upright picture, with Pillow alone."""
    match process.partition(",")[0]:
        case "resize" if image.width > 100:
            height = max(1, (200 * image.height + image.width) // (2 * image.width))
            return _scaled(image, (100, height), Image.Resampling.LANCZOS)
        case "rotate":
            return image.transpose(Image.Transpose.ROTATE_270)
        case "crop":
            return image.crop(crop_box(image.size, (64, 64), "center", (0, 0)))
        case _:
            return image


def describe_difference(
    result: Image.Image, reference: Image.Image, tolerance: float, cell: int = 1
) -> str | None:
    """Return how two pictures differ, None within the tolerance.

    `cell` is the side of the squares whose mean is compared at least.
    """
    if result.size != reference.size:
        return "size {}x{}, not {}x{}".format(*result.size, *reference.size)
    difference = ImageChops.difference(_reduced(result, cell), _reduced(reference, cell))
    levels = sum(ImageStat.Stat(difference).mean) / 3
    return f"{levels:.1f} levels" if levels > tolerance else None


def _reduced(image: Image.Image, cell: int) -> Image.Image:
    """Scale a picture on white down to at most `COMPARED_SIDE`, by the mean of its pixels."""
    factor = max(cell, max(image.size) / COMPARED_SIDE)
    width, height = (max(1, round(side / factor)) for side in image.size)
    return _scaled(image, (width, height), Image.Resampling.BOX)


def _scaled(image: Image.Image, size: Size, resampling: Image.Resampling) -> Image.Image:
    """Scale a picture, then composite it on white: Pillow weighs the colours by alpha."""
    scalable = image if image.mode in ("L", "LA", "RGB", "RGBA") else image.convert("RGBA")
    return flatten(scalable.resize(size, resampling)).convert("RGB")


def shortened(text: str) -> str:
    """Return the start of a message, on one line."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def printable(text: str) -> str:
    """Return a text that any terminal shows, with escapes if it needs them."""
    return text if text.isprintable() else ascii(text)

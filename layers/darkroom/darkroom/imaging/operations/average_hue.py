"""`average-hue`: the mean colour near the mean hue (spec 02 §17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from PIL import Image

from darkroom.imaging.flatten import flatten
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operation import Report
from darkroom.imaging.picture import Header
from darkroom.oss_json import dumps
from darkroom.process.parameters import Colour

_NEAR = 46
"""Largest difference to the mean hue in degrees; gives the documented result of OSS's example."""

_FEW = 4096
"""Number of colours up to which the hue of each is computed exactly."""

_STEPS = 255
"""Steps of the hue circle in Pillow's HSV mode."""

type Counted = Sequence[tuple[int, Colour]]
"""Pairs of a number of pixels and their colour."""


def average(image: Image.Image) -> Colour:
    """Return the mean colour of the pixels near the mean hue of an RGB picture, rounded down."""
    counted = image.getcolors(_FEW)
    return _of_colours(cast("Counted", counted)) if counted else _of_steps(image)


def hue(red: int, green: int, blue: int) -> float:
    """Return the hue in degrees, from 0 to below 360; 0 for grey."""
    high, low = max(red, green, blue), min(red, green, blue)
    if high == low:
        return 0.0
    if high == red:
        sixths = (green - blue) / (high - low) % 6
    elif high == green:
        sixths = (blue - red) / (high - low) + 2
    else:
        sixths = (red - green) / (high - low) + 4
    return sixths * 60


def _of_colours(counted: Counted) -> Colour:
    hues = [hue(*colour) for _, colour in counted]
    pixels = sum(count for count, _ in counted)
    mean = sum(count * degrees for (count, _), degrees in zip(counted, hues, strict=True)) / pixels
    near = [
        entry for entry, degrees in zip(counted, hues, strict=True) if abs(degrees - mean) <= _NEAR
    ]
    return _mean_colour(near or counted)


def _mean_colour(counted: Counted) -> Colour:
    pixels = sum(count for count, _ in counted)
    red, green, blue = (
        sum(count * colour[band] for count, colour in counted) // pixels for band in range(3)
    )
    return red, green, blue


def _of_steps(image: Image.Image) -> Colour:
    """Compute from histograms: each step of hue counts as its middle, grey as 0."""
    circle = image.convert("HSV")
    counts = circle.histogram()
    pixels = sum(counts[:256])
    coloured = pixels - counts[256]  # saturation 0 is grey
    middles = [(step + 0.5) * 360 / _STEPS for step in range(256)]
    total = sum(n * step for step, n in enumerate(counts[:256])) + coloured / 2
    mean = total / pixels * 360 / _STEPS
    near = [255 if abs(middle - mean) <= _NEAR else 0 for middle in middles]
    mask = circle.getchannel("H").point(near)
    return _histogram_mean(image.histogram(mask if mask.getbbox() else None))


def _histogram_mean(histogram: Sequence[int]) -> Colour:
    bands = (histogram[start : start + 256] for start in (0, 256, 512))
    red, green, blue = (
        sum(value * count for value, count in enumerate(band)) // sum(band) for band in bands
    )
    return red, green, blue


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageHue(Report):
    """Return the mean colour of the pixels whose hue is near the mean hue, as JSON."""

    name: ClassVar[str] = "average-hue"
    decodes: ClassVar[bool] = True

    def report(self, data: bytes, header: Header) -> str:
        """Return the colour of the first frame, composited over white (C-95, C-96)."""
        frames = FORMATS[header.format].frames(data, header, needed=None, every=False)
        frame = next(frames)
        image = flatten(frame.image)
        colour = average(image if image.mode == "RGB" else image.convert("RGB"))
        return dumps({"RGB": f"0x{bytes(colour).hex()}"})

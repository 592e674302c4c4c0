"""Planes to JPEG."""

import io

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.engine import Engine, JpegFile, Planes, Scaling
from darkroom.imaging.engine_library import Misused
from tests.unit.engine.jpegs import jpeg, luma, opened
from tests.unit.engine.models import drawn, samples

SIZES = [(1, 1), (8, 8), (16, 16), (17, 31), (15, 64), (333, 250)]
QUALITIES = [1, 50, 82, 100]


def planes_of(image: Image.Image) -> Planes:
    """Take the channels of a YCbCr or L image as planes."""
    channels = image.split()
    planes = Planes.empty(image.size, channels=len(channels), chroma_step=1)
    for memory, channel in zip(planes.samples, channels, strict=True):
        memory[:] = channel.tobytes()
    return planes


def saved(image: Image.Image, **options: object) -> bytes:
    """Encode by Pillow, with optimised tables."""
    file = io.BytesIO()
    image.save(file, "JPEG", optimize=True, **options)
    return file.getvalue()


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
@pytest.mark.parametrize("quality", QUALITIES, ids="Q_{}".format)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", ["YCbCr", "L"])
def test_the_file_is_pillows(
    engine: Engine, mode: str, size: tuple[int, int], quality: int, progressive: bool
) -> None:
    """Of planes at full resolution, to the last byte."""
    image = drawn(size, "RGB").convert(mode)
    expected = saved(image, quality=quality, progressive=progressive, subsampling="4:4:4")
    planes = planes_of(image)
    assert engine.encode_jpeg(planes, quality=quality, progressive=progressive) == expected


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_half_resolution(engine: Engine, size: tuple[int, int], progressive: bool) -> None:
    """Planes that were decoded come back nearly as they were, of an odd size as well."""
    data = jpeg(size, quality=100)
    scaling = Scaling.whole(size, size)
    planes = engine.decode_jpeg(JpegFile(header=data), scaling, channels=3, chroma_step=2)
    file = engine.encode_jpeg(planes, quality=100, progressive=progressive)
    image = opened(file)
    assert (image.mode, image.size) == ("RGB", size)
    assert bool(image.info.get("progressive")) == progressive
    assert [layer[1:3] for layer in image.layer] == [(2, 2), (1, 1), (1, 1)]  # type: ignore[attr-defined]
    assert np.abs(luma(file) - luma(data)).max() <= 2
    again = engine.decode_jpeg(JpegFile(header=file), scaling, channels=3, chroma_step=2)
    for one, other in zip(planes.samples[1:], again.samples[1:], strict=True):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 2


def test_nothing_but_the_picture(engine: Engine) -> None:
    """Density 1:1 without a unit, and no other metadata."""
    planes = planes_of(drawn((20, 20), "L"))
    image = opened(engine.encode_jpeg(planes, quality=82))
    assert image.info == {
        "jfif": 257,
        "jfif_version": (1, 1),
        "jfif_unit": 0,
        "jfif_density": (1, 1),
    }


def test_grey_in_colour(engine: Engine) -> None:
    """Colour differences of 128 are no colour."""
    planes = Planes.empty((30, 21), channels=3, chroma_step=2)
    for memory, level in zip(planes.samples, (90, 128, 128), strict=True):
        memory[:] = bytes([level]) * len(memory)
    image = opened(engine.encode_jpeg(planes, quality=90))
    assert image.getcolors() == [(630, (90, 90, 90))]
    assert not (samples(engine.image(planes)) - 90).any()


@pytest.mark.parametrize("quality", [0, 101, -1])
def test_quality_has_bounds(engine: Engine, quality: int) -> None:
    """1 to 100."""
    with pytest.raises(Misused):
        engine.encode_jpeg(planes_of(drawn((9, 9), "L")), quality=quality)


@pytest.mark.parametrize("size", [(65_501, 1), (1, 65_501)], ids=str)
def test_a_side_has_bounds(engine: Engine, size: tuple[int, int]) -> None:
    """No more than 65500 pixels, as libjpeg has it."""
    with pytest.raises(Misused):
        engine.encode_jpeg(Planes.empty(size, channels=1, chroma_step=1), quality=90)

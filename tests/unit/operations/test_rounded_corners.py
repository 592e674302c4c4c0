"""`rounded-corners`: corners cut round (spec 02 §5)."""

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.filters.masks import quarter_disc
from tests.unit.operations.applied import applied, noise, samples


def expected(
    size: tuple[int, int], radius: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.int_]]":
    """Draw the whole mask: a quarter in each corner, covered elsewhere."""
    side, coverage = quarter_disc(radius)
    part = np.frombuffer(coverage, np.uint8).reshape(side, side)
    mask = np.full(size[::-1], 255)
    mask[:side, :side] = part
    mask[:side, size[0] - side :] = part[:, ::-1]
    mask[size[1] - side :, :side] = part[::-1]
    mask[size[1] - side :, size[0] - side :] = part[::-1, ::-1]
    return mask


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize(
    ("size", "radius", "effective"),
    [((40, 27), 10, 10), ((100, 50), 4096, 25), ((9, 9), 5, 4), ((2, 3), 1, 1), ((40, 40), 20, 20)],
    ids=str,
)
def test_only_the_corners_change(
    mode: str, size: tuple[int, int], radius: int, effective: int
) -> None:
    """The radius is at most half the shorter side; colours and the size stay."""
    image = noise(mode, size)
    if mode.endswith("A"):
        image.putalpha(255)
    result = applied(image, f"rounded-corners,r_{radius}")
    colours = len(mode.rstrip("A"))
    assert result.mode == mode.rstrip("A") + "A"
    assert np.array_equal(samples(result)[..., :colours], samples(image)[..., :colours])
    assert np.array_equal(samples(result)[..., -1], expected(size, effective))


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_format_without_transparency_gets_white(mode: str) -> None:
    """Corners of a JPG are white, and the arc is a mixture with white (C-59)."""
    result = applied(Image.new(mode, (40, 30)), "rounded-corners,r_12", "jpg")
    assert result.mode == mode
    white = 255 - expected((40, 30), 12)
    assert np.abs(samples(result) - white[..., None]).max() <= 1


def test_transparency_of_the_source_is_kept() -> None:
    """Both take away, also on the way into a format that will be laid on white."""
    image = Image.new("RGBA", (40, 30), (10, 20, 30, 128))
    for word in ("png", "jpg"):
        alpha = samples(applied(image, "rounded-corners,r_12", word))[..., -1]
        assert np.abs(alpha - expected((40, 30), 12) * 128 / 255).max() <= 1


def test_the_documented_example() -> None:
    """A corner of a PNG is see-through at (0, 0)."""
    result = applied(noise("RGB", (400, 267)), "crop,w_100,h_100/rounded-corners,r_10")
    assert (result.mode, result.size) == ("RGBA", (100, 100))
    assert samples(result)[0, 0, 3] == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1)], ids=str)
def test_a_line_has_no_corners_to_cut(size: tuple[int, int]) -> None:
    """Half of one pixel is no radius."""
    image = noise("RGB", size)
    assert applied(image, "rounded-corners,r_5").tobytes() == image.tobytes()


def test_the_source_stays_as_it_was() -> None:
    """An operation is pure."""
    image = noise("RGBA", (21, 21))
    before = image.tobytes()
    applied(image, "rounded-corners,r_10")
    assert image.tobytes() == before

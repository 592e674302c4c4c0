"""`elliptical-corners`: corners rounded by two radii (spec 07 §2)."""

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.filters.masks import quarter_ellipse
from tests.unit.operations.applied import applied, noise, samples


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize(
    ("radii", "effective"),
    [
        ("x_10,y_5", (10, 5)),
        ("x_5,y_10", (5, 10)),
        ("x_20p,y_5", (6, 5)),
        ("x_50p,y_10p", (15, 3)),
        ("x_4096,y_1", (15, 1)),
        ("x_1p,y_2", (1, 2)),
    ],
    ids=str,
)
def test_the_corners_are_quarters_of_ellipses(
    mode: str, radii: str, effective: tuple[int, int]
) -> None:
    """Percentages are of the shorter side, 30; half of it is the most."""
    across, down = effective
    image = noise(mode, (50, 30))
    if mode.endswith("A"):
        image.putalpha(255)
    result = applied(image, f"elliptical-corners,{radii}")
    corner = np.frombuffer(quarter_ellipse(across, down), np.uint8).reshape(down, across)
    mask = np.full((30, 50), 255)
    mask[:down, :across], mask[:down, 50 - across :] = corner, corner[:, ::-1]
    mask[30 - down :, :across], mask[30 - down :, 50 - across :] = corner[::-1], corner[::-1, ::-1]
    colours = len(mode.rstrip("A"))
    assert result.mode == mode.rstrip("A") + "A"
    assert np.array_equal(samples(result)[..., :colours], samples(image)[..., :colours])
    assert np.array_equal(samples(result)[..., -1], mask)


@pytest.mark.parametrize(
    ("radii", "radius"), [("x_12,y_12", 12), ("x_20p,y_20p", 6), ("x_50p,y_4096", 15)], ids=str
)
def test_equal_radii_are_rounded_corners(radii: str, radius: int) -> None:
    """The picture is that of `rounded-corners`, in JPG as well."""
    image = noise("RGB", (50, 30))
    for word in ("png", "jpg"):
        result = applied(image, f"elliptical-corners,{radii}", word)
        assert result.tobytes() == applied(image, f"rounded-corners,r_{radius}", word).tobytes()


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1)], ids=str)
def test_a_line_has_no_corners_to_cut(size: tuple[int, int]) -> None:
    """Half of one pixel is no radius."""
    image = Image.new("RGB", size)
    assert applied(image, "elliptical-corners,x_5,y_3").tobytes() == image.tobytes()

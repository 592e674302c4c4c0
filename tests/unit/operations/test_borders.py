"""Repeated edges, with and without filters over them."""

import numpy as np
import pytest
from PIL import ImageFilter

from darkroom.geometry import Box
from darkroom.imaging.filters.borders import filter_in_bands, replicate_border
from tests.unit.operations.applied import noise, samples

BOXES = [
    Box(-3, -2, 9, 8),
    Box(2, 1, 5, 4),
    Box(-4, 2, 3, 5),
    Box(4, 3, 20, 5),
    Box(0, 0, 7, 6),
    Box(3, -5, 4, 11),
]


@pytest.mark.parametrize("box", BOXES, ids=str)
@pytest.mark.parametrize("mode", ["L", "LA", "La", "RGB", "RGBA", "RGBa"])
def test_a_box_over_the_border_repeats_the_edge_pixels(mode: str, box: Box) -> None:
    """Every pixel outside is the nearest one inside."""
    image = noise(mode, (7, 6))
    rows = np.clip(np.arange(box.top, box.bottom), 0, 5)
    columns = np.clip(np.arange(box.left, box.right), 0, 6)
    expected = samples(image)[rows][:, columns]
    assert np.array_equal(samples(replicate_border(image, box)), expected)


@pytest.mark.parametrize(
    "size", [(40, 30), (5, 30), (3, 2), (1, 1), (9, 256), (9, 257), (9, 700)], ids=str
)
def test_a_filter_sees_repeated_edges(size: tuple[int, int]) -> None:
    """Bands of rows give what framing the whole picture would."""
    image = noise("RGB", size)
    blur = ImageFilter.BoxBlur(2)
    width, height = size
    whole = replicate_border(image, Box(-4, -4, width + 4, height + 4))
    expected = whole.filter(blur).filter(blur).crop((4, 4, 4 + width, 4 + height))
    result = filter_in_bands(image, 4, lambda part: part.filter(blur).filter(blur))
    assert result.tobytes() == expected.tobytes()

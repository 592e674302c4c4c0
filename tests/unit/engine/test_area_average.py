"""Scaling down by exact area averaging."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darkroom.imaging.engine import Engine, Scaling
from darkroom.imaging.engine_library import Enlarges, Misused
from tests.conftest import Data
from tests.unit.engine.models import averaged, drawn, samples, to_even

NEAR_A_HALF = 1 / 1000
"""Means as near as that to half a level may be rounded to either side."""


def assert_rounded(result: Image.Image, exact: np.ndarray) -> None:
    """Every sample is the exact mean, rounded; near a half, to either side."""
    assert np.abs(samples(result) - exact).max() <= 0.5 + NEAR_A_HALF


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(
    ("size", "scaled"),
    [
        *(((1, 1), (1, 1)), ((7, 1), (1, 1)), ((1, 9), (1, 4)), ((100, 3), (99, 3))),
        *(((64, 48), (32, 24)), ((61, 47), (13, 46)), ((1000, 7), (1, 1)), ((33, 200), (33, 9))),
    ],
    ids=str,
)
def test_a_pixel_is_the_mean_of_its_area(
    engine: Engine, mode: str, size: tuple[int, int], scaled: tuple[int, int]
) -> None:
    """Whatever the ratio, and where it is 1 in one direction or both."""
    image = drawn(size, mode)
    result = engine.area_average(image, Scaling.whole(size, scaled))
    sums, divisor = averaged(samples(image), scaled)
    assert (result.mode, result.size) == (mode, scaled)
    assert_rounded(result, sums / divisor)


@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    shares=st.tuples(*[st.floats(0, 1)] * 6),
    mode=st.sampled_from(["L", "RGB"]),
)
def test_a_part_may_be_kept(
    engine: Engine, size: tuple[int, int], shares: tuple[float, ...], mode: str
) -> None:
    """What is kept is the same as if the rest had been made and cut off."""

    def within(most: int, share: float) -> int:
        return 1 + round((most - 1) * share)

    scaled = within(size[0], shares[0]), within(size[1], shares[1])
    kept = within(scaled[0], shares[2]), within(scaled[1], shares[3])
    left, top = round((scaled[0] - kept[0]) * shares[4]), round((scaled[1] - kept[1]) * shares[5])
    image = drawn(size, mode)
    scaling = Scaling(source=size, scaled=scaled, left=left, top=top, size=kept)
    sums, divisor = averaged(samples(image), scaled, (left, top, left + kept[0], top + kept[1]))
    assert_rounded(engine.area_average(image, scaling), sums / divisor)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("scaled", [(30, 21), (29, 5), (1, 1), (90, 62)], ids=str)
def test_colours_count_as_far_as_they_are_opaque(
    engine: Engine, mode: str, scaled: tuple[int, int]
) -> None:
    """A colour is the mean weighted by opacity; where there is none, it is 0."""
    image = drawn((90, 63), mode)
    result = samples(engine.area_average(image, Scaling.whole(image.size, scaled)))
    before = samples(image)
    opacity, divisor = averaged(before[:, :, -1:], scaled)
    colours, _ = averaged(before[:, :, :-1] * before[:, :, -1:], scaled)
    assert np.abs(result[:, :, -1:] - opacity / divisor).max() <= 0.5 + NEAR_A_HALF
    visible = result[:, :, -1] > 0
    exact = colours[visible] / opacity[visible]
    assert np.abs(result[visible][:, :-1] - exact).max() <= 0.5 + NEAR_A_HALF
    assert not result[~visible].any()


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_picture_that_keeps_its_size_is_copied(engine: Engine, mode: str) -> None:
    """Colours that do not show included; parts of it, too."""
    image = drawn((90, 63), mode)
    scaling = Scaling(source=(90, 63), scaled=(90, 63), left=11, top=7, size=(40, 50))
    assert engine.area_average(image, scaling).tobytes() == image.crop((11, 7, 51, 57)).tobytes()


def test_halves_are_rounded_to_even(engine: Engine) -> None:
    """As the service does; rounding up would make every picture a little lighter."""
    image = Image.frombytes("L", (8, 1), bytes([0, 1, 1, 2, 2, 3, 254, 255]))
    result = engine.area_average(image, Scaling.whole((8, 1), (4, 1)))
    assert result.tobytes() == bytes([0, 2, 2, 254])


def test_a_picture_of_one_colour_keeps_it(engine: Engine) -> None:
    """No weight is lost, however many there are."""
    image = Image.new("RGBA", (3001, 999), (255, 1, 128, 255))
    result = engine.area_average(image, Scaling.whole(image.size, (701, 3)))
    assert result.getcolors() == [(701 * 3, (255, 1, 128, 255))]


@pytest.mark.parametrize("scaled", [(11, 10), (10, 11)], ids=str)
def test_enlarging_is_refused(engine: Engine, scaled: tuple[int, int]) -> None:
    """In either direction: that is Pillow's part."""
    with pytest.raises(Enlarges):
        engine.area_average(drawn((10, 10), "L"), Scaling.whole((10, 10), scaled))


@pytest.mark.parametrize(
    "scaling",
    [
        Scaling.whole((10, 10), (0, 5)),
        Scaling.whole((10, 10), (5, -1)),
        Scaling(source=(10, 10), scaled=(5, 5), left=1, size=(5, 5)),
        Scaling(source=(10, 10), scaled=(5, 5), top=-1, size=(5, 5)),
        Scaling.whole((10, 9), (5, 5)),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(engine: Engine, scaling: Scaling) -> None:
    """Sides out of range, a part outside the picture, another picture's size."""
    with pytest.raises((Misused, ValueError)):
        engine.area_average(drawn((10, 10), "L"), scaling)


def test_the_service_averages_so(engine: Engine, data: Data) -> None:
    """`resize,m_fixed,w_100,h_100` of example.jpg has 3267 bytes there, and here.

    To the byte it takes all of RGB decoded whole, exact means and halves rounded to even.
    """
    image = Image.open(io.BytesIO(data("example.jpg"))).convert("RGB")
    result = engine.area_average(image, Scaling.whole(image.size, (100, 100)))
    sums, divisor = averaged(samples(image), (100, 100))
    assert np.count_nonzero(samples(result) != to_even(sums, divisor)) <= 10
    file = io.BytesIO()
    result.save(file, "JPEG", quality=82, subsampling="4:2:0", optimize=True)
    assert len(file.getvalue()) == 3267

"""Convolution with a symmetric kernel along both axes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darkroom.imaging.engine import KERNEL_SUM, Engine, Planes, fixed_point, half_resolution
from darkroom.imaging.engine_library import Misused
from darkroom.imaging.filters.box_blur import gaussian
from tests.unit.engine.models import Samples, convolved, drawn, samples

NOISE = np.random.default_rng(8).integers(0, 2, (160, 210, 3)).astype(np.uint8) * 255


def error(result: Image.Image, exact: np.ndarray) -> float:
    """Largest difference in levels."""
    return float(np.abs(samples(result) - exact).max())


@pytest.mark.parametrize("s", [1, 2, 3, 5, 8, 13, 21, 34, 50], ids="s_{}".format)
@pytest.mark.parametrize("r", [1, 2, 3, 5, 8, 10, 13, 21, 34, 50], ids="r_{}".format)
def test_blur_is_within_a_level_of_the_exact_kernel(engine: Engine, r: int, s: int) -> None:
    """On hard black and white noise, which is the worst there is."""
    kernel = gaussian(r, s)
    result = engine.convolve(Image.fromarray(NOISE, "RGB"), kernel)
    assert error(result, convolved(NOISE.astype(np.int64), kernel)) < 1


@given(
    size=st.tuples(st.integers(1, 150), st.integers(1, 70)),
    mode=st.sampled_from(["L", "LA", "RGB", "RGBa"]),
    r=st.integers(1, 50),
    s=st.integers(1, 50),
)
def test_any_size(engine: Engine, size: tuple[int, int], mode: str, r: int, s: int) -> None:
    """Pictures smaller than the kernel, and of one row or column."""
    image = drawn(size, mode.upper())
    image = image.convert(mode) if image.mode != mode else image
    result = engine.convolve(image, gaussian(r, s))
    assert (result.mode, result.size) == (mode, size)
    assert error(result, convolved(samples(image), gaussian(r, s))) < 1


def test_a_picture_of_more_bands_than_one(engine: Engine) -> None:
    """Rows are taken in bands; a band's border is not an edge."""
    image = drawn((1000, 700), "RGB")
    kernel = gaussian(10, 5)
    exact = convolved(samples(image), kernel)
    assert error(engine.convolve(image, kernel), exact) < 1


@pytest.mark.parametrize("level", [0, 1, 127, 254, 255])
def test_a_picture_of_one_colour_keeps_it(engine: Engine, level: int) -> None:
    """With the widest kernel, too."""
    image = Image.new("L", (70, 60), level)
    assert engine.convolve(image, gaussian(50, 50)).getextrema() == (level, level)


def test_planes_are_convolved_in_place(engine: Engine) -> None:
    """Each with its own kernel."""
    planes = Planes.empty((31, 17), channels=3, chroma_step=2)
    before: list[Samples] = []
    for number, (memory, size) in enumerate(zip(planes.samples, planes.sizes, strict=True)):
        image = drawn(size, "L", seed=number)
        memory[:] = image.tobytes()
        before.append(samples(image))
    kernels = [gaussian(8, 4), gaussian(4, 2), gaussian(3, 1)]
    engine.convolve_planes(planes, kernels)
    for memory, size, kernel, plane in zip(
        planes.samples, planes.sizes, kernels, before, strict=True
    ):
        result = Image.frombytes("L", size, bytes(memory))
        assert error(result, convolved(plane, kernel)) < 1


@pytest.mark.parametrize("r", [1, 7, 50])
@pytest.mark.parametrize("s", [1, 20, 50])
def test_weights_come_to_one(r: int, s: int) -> None:
    """Both sides counted, and none of them is off by more than one unit."""
    weights = fixed_point(gaussian(r, s))
    assert weights[0] + 2 * sum(weights[1:]) == KERNEL_SUM
    exact = np.array(gaussian(r, s)[r:]) * KERNEL_SUM
    assert np.abs(np.array(weights[1:]) - exact[1:]).max() <= 1


@pytest.mark.parametrize("r", [1, 2, 3, 8, 49, 50])
@pytest.mark.parametrize("s", [1, 5, 50])
def test_a_kernel_at_half_resolution(engine: Engine, r: int, s: int) -> None:
    """It does to halved samples what the whole one does to repeated ones."""
    kernel, image = gaussian(r, s), drawn((40, 30), "L")
    fine = convolved(samples(image).repeat(2, 0).repeat(2, 1), kernel)
    halved = (fine[::2, ::2] + fine[1::2, ::2] + fine[::2, 1::2] + fine[1::2, 1::2]) / 4
    assert sum(half_resolution(kernel)) == pytest.approx(1)
    assert error(engine.convolve(image, half_resolution(kernel)), halved) < 1


@pytest.mark.parametrize("kernel", [[1.0], [0.0, 1.0, 0.0], [1 / 103] * 103], ids=len)
def test_a_kernel_that_is_none_is_refused(engine: Engine, kernel: list[float]) -> None:
    """One that changes nothing, and one that is too wide."""
    with pytest.raises(Misused):
        engine.convolve(drawn((9, 9), "L"), kernel)

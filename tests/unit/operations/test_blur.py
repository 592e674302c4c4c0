"""`blur`: a truncated Gaussian (spec 02 §8)."""

import io

import numpy as np
import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.box_blur import plan_blur
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.process.grammar import parse
from tests.conftest import Data
from tests.unit.operations.applied import Samples, applied, noise, samples

KERNELS = [
    *((1, 1), (1, 50), (2, 1), (2, 2), (2, 50), (3, 1), (3, 2), (3, 3), (3, 50), (4, 2), (5, 5)),
    *((6, 3), (8, 4), (10, 3), (10, 5), (10, 10), (10, 50), (14, 10), (15, 5), (20, 10), (20, 20)),
    *((30, 10), (50, 1), (50, 5), (50, 20), (50, 30), (50, 50)),
]


def convolved(before: Samples, radius: int, deviation: int) -> Samples:
    """Convolve by brute force: rows, then columns, edges repeated."""
    taps = np.arange(-radius, radius + 1)
    kernel = np.exp(-(taps**2) / (2 * deviation**2))
    kernel /= kernel.sum()
    result = before
    for axis in (0, 1):
        margins = [(radius, radius) if axis == other else (0, 0) for other in range(3)]
        padded = np.pad(result, margins, mode="edge")
        length = result.shape[axis]
        shifted = (np.take(padded, range(i, i + length), axis) for i in range(len(kernel)))
        result = sum((w * part for w, part in zip(kernel, shifted, strict=True)), result * 0)
    return result


def likeness(one: Samples, other: Samples) -> tuple[float, float]:
    """Give PSNR in decibels and the largest difference in levels."""
    gap = one - np.floor(other + 0.5)
    return float(10 * np.log10(255**2 / max(np.mean(gap**2), 1e-9))), float(np.abs(gap).max())


@pytest.mark.parametrize(("r", "s"), KERNELS, ids=str)
@pytest.mark.parametrize(
    ("name", "box"),
    [
        ("photo-2725x2225.jpg", (700, 700, 1051, 953)),
        ("adobe-rgb.jpg", (0, 100, 351, 353)),
        ("example.jpg", (0, 0, 400, 267)),
    ],
    ids=["photo", "adobe", "example"],
)
def test_a_photograph_is_blurred_as_by_brute_force(
    sample: Data, name: str, box: tuple[int, int, int, int], r: int, s: int
) -> None:
    """PSNR of 40 dB at least, and no sample more than 6 levels away (C-67)."""
    image = Image.open(io.BytesIO(sample(name))).convert("RGB").crop(box)
    psnr, worst = likeness(
        samples(applied(image, f"blur,r_{r},s_{s}")), convolved(samples(image), r, s)
    )
    assert psnr >= 40
    assert worst <= 6


@pytest.mark.parametrize("r", [1, 2])
@pytest.mark.parametrize("s", [1, 2, 50])
@pytest.mark.parametrize("size", [(31, 17), (1, 1), (2, 9), (4, 1)], ids=str)
def test_a_small_radius_is_exact(r: int, s: int, size: tuple[int, int]) -> None:
    """Up to two pixels the convolution itself is made, up to the border."""
    image = noise("RGB", size)
    gap = samples(applied(image, f"blur,r_{r},s_{s}")) - convolved(samples(image), r, s)
    assert np.abs(gap).max() <= 0.501


def test_the_worked_example() -> None:
    """One white pixel on black, r_3,s_2: 12 in the middle, 11 beside it, within 1."""
    image = Image.new("L", (15, 15))
    image.putpixel((7, 7), 255)
    result = applied(image, "blur,r_3,s_2")
    assert result.getpixel((7, 7)) == pytest.approx(12, abs=1)
    for neighbour in ((6, 7), (8, 7), (7, 6), (7, 8)):
        assert result.getpixel(neighbour) == pytest.approx(11, abs=1)
    assert result.getpixel((7, 12)) == 0


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (1, 70), (3, 2), (33, 65)], ids=str)
@pytest.mark.parametrize("kernel", ["r_1,s_1", "r_3,s_3", "r_10,s_5", "r_50,s_50"])
def test_an_even_picture_stays_even(mode: str, size: tuple[int, int], kernel: str) -> None:
    """The weights are 1 together, also where the picture is smaller than the kernel."""
    image = Image.new("RGBA", size, "#c80932").convert(mode)
    result = applied(image, f"blur,{kernel}")
    assert (result.mode, result.size) == (mode, size)
    assert np.abs(samples(result) - samples(image)[0, 0]).max() <= 1
    assert np.ptp(samples(result), axis=(0, 1)).max() == 0


@pytest.mark.parametrize("kernel", [(2, 2), (3, 2), (10, 5)], ids=str)
def test_a_transparent_colour_does_not_show(kernel: tuple[int, int]) -> None:
    """Colours count by their opacity: beside clear black, white stays white."""
    r, s = kernel
    image = Image.new("RGBA", (80, 60))
    image.paste((255, 255, 255, 255), (40, 0, 80, 60))
    result = samples(applied(image, f"blur,r_{r},s_{s}"))
    expected = convolved(samples(image)[..., 3:], r, s)
    assert likeness(result[..., 3:], expected)[1] <= 4
    assert result[result[..., 3] > 16, :3].min() >= 250


@pytest.mark.parametrize(
    ("part", "inner"),
    [
        ((0, 0, 400, 400), (0, 0, 390, 390)),
        ((2325, 1825, 2725, 2225), (10, 10, 400, 400)),
        ((1100, 900, 1500, 1300), (10, 10, 390, 390)),
    ],
    ids=["upper left", "lower right", "middle"],
)
def test_a_jpeg_may_come_at_half_scale(
    sample: Data, part: tuple[int, int, int, int], inner: tuple[int, int, int, int]
) -> None:
    """A wide kernel averages pixels anyway: the limits hold for a reduced decode too."""
    source = sample("photo-2725x2225.jpg")
    assert plan_blur(10, 5).block == 4
    result = run(
        source,
        compile_operations(parse("image/blur,r_10,s_5/format,png").actions),
        ProcessingContext(),
    )
    blurred = samples(Image.open(io.BytesIO(result.body)).crop(part))
    exact = convolved(samples(Image.open(io.BytesIO(source)).crop(part)), 10, 5)
    left, top, right, bottom = inner
    psnr, worst = likeness(blurred[top:bottom, left:right], exact[top:bottom, left:right])
    assert psnr >= 40
    assert worst <= 6


@pytest.mark.parametrize("action", ["blur,r_3,s_2,g_face", "blur,r_3,s_2,g_faces,p_50"])
def test_faces_are_another_product(action: str) -> None:
    """`g_face` and `g_faces` are answered 501 NotImplemented (C-97)."""
    with pytest.raises(OssError) as caught:
        compile_operations(parse(f"image/{action}").actions)
    assert caught.value.code is Code.NOT_IMPLEMENTED


@pytest.mark.parametrize("action", ["blur", "blur,r_3", "blur,s_2", "blur,g_face"])
def test_radius_and_deviation_belong_together(action: str) -> None:
    """`blur` without `r` or without `s` is a MissingArgument (C-66)."""
    with pytest.raises(OssError) as caught:
        compile_operations(parse(f"image/{action}").actions)
    assert caught.value.code is Code.MISSING_ARGUMENT


def test_the_source_stays_as_it_was() -> None:
    """`apply` does not write into its source."""
    image = noise("RGBA", (21, 21))
    before = image.tobytes()
    applied(image, "blur,r_3,s_2")
    assert image.tobytes() == before

"""`sharpen`: each pixel moved away from its four neighbours (spec 02 §11)."""

import time

import numpy as np
import pytest
from PIL import Image

from tests.unit.operations.applied import Samples, applied, noise, samples

SIZES = [(23, 14), (1, 1), (1, 7), (2, 2), (2, 5), (3, 1)]


def around(values: Samples) -> Samples:
    """Add the four neighbours of each pixel, edges repeated."""
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)), mode="edge")
    return padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]


@pytest.mark.parametrize("amount", [50, 100, 399])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_pixel_moves_by_what_its_neighbours_differ(
    mode: str, size: tuple[int, int], amount: int
) -> None:
    """It is p + v/500 · (4p − N − S − E − W), edges repeated, alpha untouched (C-70)."""
    image = noise(mode, size)
    if mode.endswith("A"):
        image.putalpha(128)
    before = samples(image)
    exact = np.clip(before + amount / 500 * (4 * before - around(before)), 0, 255)
    if mode.endswith("A"):
        exact[..., -1] = before[..., -1]
    result = applied(image, f"sharpen,{amount}")
    assert result.mode == mode
    # Half a level is rounding; the rest are the filter's 32-bit weights.
    assert np.abs(samples(result) - exact).max() <= 0.5001


@pytest.mark.parametrize("amount", [50, 100, 399])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_neighbours_are_weighted_by_alpha(mode: str, size: tuple[int, int], amount: int) -> None:
    """It is p + 4v/500 · (p − m), where m is the mean of the neighbours by their alpha."""
    image = noise(mode, size)
    image.putalpha(image.getchannel("A").point([128 + level // 2 for level in range(256)]))
    before = samples(image)
    colours, alpha = before[..., :-1], before[..., -1:]
    mean = around(colours * alpha) / around(alpha)
    exact = np.clip(colours + 4 * amount / 500 * (colours - mean), 0, 255)
    result = samples(applied(image, f"sharpen,{amount}"))
    assert (result[..., -1:] == alpha).all()
    # Colours times alpha are rounded to eight bits: by up to two levels at half alpha.
    assert np.abs(result[..., :-1] - exact).max() <= 0.5001 + 4 * amount / 500 * 3.5


@pytest.mark.parametrize("amount", [50, 300, 399])
def test_invisible_colours_do_not_bleed_into_edges(amount: int) -> None:
    """Green or black under alpha 0: the visible pixels are the same."""
    shape = Image.new("L", (40, 40))
    shape.paste(255, (10, 10, 30, 30))
    shape.paste(128, (10, 10, 30, 14))
    results = []
    for hidden in ((0, 255, 0), (0, 0, 0), (255, 255, 255)):
        image = Image.new("RGB", (40, 40), hidden)
        image.paste((255, 48, 48), mask=shape.point([0] + [255] * 255))
        image.paste((40, 48, 200), (15, 15, 25, 25))
        image.putalpha(shape)
        result = applied(image, f"sharpen,{amount}")
        assert result.getchannel("A").tobytes() == shape.tobytes()
        black = Image.new("RGBA", image.size)
        black.paste(result, mask=shape.point([0] + [255] * 255))
        results.append(black.tobytes())
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_uniform_transparency_sharpens_like_an_opaque_picture(mode: str) -> None:
    """Only differences of alpha weight the neighbours."""
    image = noise(mode, (23, 14))
    opaque = samples(applied(image, "sharpen,200"))
    image.putalpha(128)
    result = samples(applied(image, "sharpen,200"))
    assert (result[..., :-1] == opaque).all()
    assert (result[..., -1] == 128).all()


def test_parts_of_a_picture_are_sharpened_as_the_whole() -> None:
    """Pixels next to changes of alpha are processed apart, in bands and in columns."""
    image = noise("RGBA", (600, 300))
    alpha = Image.new("L", image.size, 200)
    for box in ((250, 250, 262, 262), (0, 0, 3, 3), (597, 297, 600, 300), (511, 0, 512, 300)):
        alpha.paste(40, box)
    image.putalpha(alpha)
    whole = applied(image, "sharpen,300")
    for left, top in ((240, 245), (500, 100), (0, 0), (570, 270)):
        box = (left, top, left + 30, top + 30)
        inner = (1, 1, 29, 29)
        part = applied(image.crop(box), "sharpen,300").crop(inner)
        assert part.tobytes() == whole.crop(box).crop(inner).tobytes()


def test_transparency_is_sharpened_in_bounded_time() -> None:
    """Two megapixels of noise in colour and alpha; a band at a time."""
    image = noise("RGBA", (2000, 1000))
    began = time.process_time()
    applied(image, "sharpen,100")
    assert time.process_time() - began < 0.4

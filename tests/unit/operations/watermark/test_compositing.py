"""Marks over pictures: source-over, non-premultiplied, 8 bits a channel (spec 03 §4)."""

import numpy as np
import pytest
from PIL import Image

from tests.pictures import difference, stored
from tests.unit.operations.applied import Samples, noise, samples
from tests.unit.operations.watermark.marking import lettered, marked

MODES = ["L", "LA", "RGB", "RGBA"]


def with_alpha(array: Samples) -> Samples:
    """Give four bands as shares of one, for any mode."""
    height, width, bands = array.shape
    colour = array[..., :1].repeat(3, axis=2) if bands < 3 else array[..., :3]
    alpha = array[..., -1:] if bands in (2, 4) else np.full((height, width, 1), 255.0)
    return np.concatenate([colour, alpha], axis=2) / 255


def over(base: Samples, mark: Samples, opacity: int) -> Samples:
    """Composite as the textbook says, in floating point; colour, then alpha."""
    below, above = with_alpha(base), with_alpha(mark)
    # The mark's own alpha has 8 bits after its opacity, as every channel has.
    alpha = np.floor(above[..., 3:] * 255 * opacity / 100 + 0.5) / 255
    covered = alpha + below[..., 3:] * (1 - alpha)
    mixed = above[..., :3] * alpha + below[..., :3] * below[..., 3:] * (1 - alpha)
    colour = np.divide(mixed, covered, out=np.zeros_like(mixed), where=covered > 0)
    return np.concatenate([colour, covered], axis=2) * 255


@pytest.mark.parametrize("opacity", [100, 61, 50, 1, 0])
@pytest.mark.parametrize("mark_mode", MODES)
@pytest.mark.parametrize("mode", MODES)
def test_a_mark_lies_over_the_picture_as_its_alpha_says(
    mode: str, mark_mode: str, opacity: int
) -> None:
    """Within one level of the exact result wherever any of it can be seen."""
    base, mark = (
        noise(mode, (64, 48)),
        noise(mark_mode, (64, 48)).transpose(Image.Transpose.ROTATE_180),
    )
    result = marked(base, mark, f"t_{opacity},g_nw,x_0,y_0")
    wanted = over(samples(base), samples(mark), opacity)
    found = with_alpha(samples(result)) * 255
    assert result.mode == (mode if mark_mode in ("L", "LA") else mode.replace("L", "RGB"))
    seen = wanted[..., 3] > 0.5
    assert np.abs(found - wanted)[seen].max() <= 1


def test_a_mark_of_no_opacity_changes_nothing() -> None:
    """Whatever the mode."""
    for mode in MODES:
        base = noise(mode, (20, 10))
        assert difference(marked(base, noise("L", (20, 10)), "t_0,x_0,y_0"), base) == 0


def test_only_pixels_under_the_mark_change() -> None:
    """Also those with alpha, which take the way through RGBA."""
    for mode in MODES:
        base = noise(mode, (60, 40))
        result = marked(base, noise("L", (10, 8)), "g_nw,x_7,y_5")
        result.paste(base.crop((7, 5, 17, 13)), (7, 5))
        assert difference(result, base) == 0


def test_the_picture_itself_stays_as_it_is() -> None:
    """An operation is pure."""
    for mode in MODES:
        base = noise(mode, (60, 40))
        before = base.copy()
        marked(base, noise("RGBA", (30, 30)))
        assert base == before


GREYS = [
    (noise("L", (9, 9)), True),
    (noise("LA", (9, 9)), True),
    (noise("LA", (9, 9)).convert("RGBA"), True),
    (noise("L", (9, 9)).convert("RGB"), True),
    (noise("RGB", (9, 9)), False),
    (Image.new("RGBA", (9, 9), (200, 200, 201, 255)), False),
    (Image.new("RGBA", (9, 9), (255, 0, 0, 0)), True),
]


@pytest.mark.parametrize(
    ("mark", "grey"), GREYS, ids=["L", "LA", "grey-RGBA", "grey-RGB", "RGB", "tinted", "unseen"]
)
@pytest.mark.parametrize(("mode", "coloured"), [("L", "RGB"), ("LA", "RGBA")])
def test_a_grey_picture_stays_grey_unless_the_mark_brings_colour(
    mode: str, coloured: str, mark: Image.Image, grey: bool
) -> None:
    """C-117; colour under full transparency is none."""
    assert marked(noise(mode, (20, 20)), mark).mode == (mode if grey else coloured)


@pytest.mark.parametrize(
    ("colour", "mode"), [("000000", "L"), ("808080", "L"), ("ff6a00", "RGB"), ("808081", "RGB")]
)
def test_grey_letters_leave_a_picture_grey(colour: str, mode: str) -> None:
    """The shadow is black, so the colour of the letters decides."""
    result = lettered(Image.new("L", (200, 80), 99), "Hi", f"color_{colour},shadow_50")
    assert result.mode == mode


@pytest.mark.parametrize("word", ["png", "jpg", "webp", "bmp", "tiff", "gif"])
def test_a_mark_may_be_stored_in_any_format(word: str) -> None:
    """A still of each: an even square comes out even (spec 02 §15.2)."""
    square = stored(Image.new("RGB", (16, 16), (40, 90, 200)), "JPEG" if word == "jpg" else word)
    result = marked(Image.new("RGB", (16, 16)), square, "x_0,y_0")
    assert difference(result, Image.new("RGB", (16, 16), (40, 90, 200))) <= 4


def test_marks_follow_each_other() -> None:
    """Several actions draw on each other's results; the same place is no error (C-88)."""
    base = Image.new("RGB", (10, 10), "black")
    half = Image.new("RGBA", (4, 4), (255, 255, 255, 128))
    once = marked(base, half, "x_3,y_3")
    assert once.getextrema() == ((0, 128),) * 3
    twice = marked(once, half, "x_3,y_3")
    assert twice.getextrema() == ((0, 192),) * 3

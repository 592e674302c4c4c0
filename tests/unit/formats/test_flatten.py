"""Transparency laid on a ground colour."""

import pytest
from PIL import Image

from darkroom.imaging.flatten import background, flatten
from tests.pictures import coded, difference


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_an_opaque_picture_is_given_back_as_it_is(mode: str) -> None:
    """`flatten` returns an opaque picture itself, not a copy."""
    image = coded((5, 4)).convert(mode)
    assert flatten(image) is image


def test_a_pixel_is_mixed_with_the_ground_by_its_alpha() -> None:
    """Source over ground, non-premultiplied, within half a level of rounding."""
    for alpha in range(256):
        image = Image.new("RGBA", (1, 1), (200, 100, 0, alpha))
        mixed = flatten(image, (0, 50, 255)).getpixel((0, 0))
        assert isinstance(mixed, tuple)
        for got, over, ground in zip(mixed, (200, 100, 0), (0, 50, 255), strict=True):
            exact = (over * alpha + ground * (255 - alpha)) / 255
            assert abs(got - exact) <= 0.5, f"alpha {alpha}"


def test_grey_on_a_grey_ground_stays_grey() -> None:
    """The result is of mode L if picture and ground are grey, else RGB."""
    image = Image.new("LA", (2, 2), (10, 128))
    assert flatten(image).mode == "L"
    assert flatten(image, (9, 9, 9)).mode == "L"
    assert flatten(image, (9, 9, 8)).mode == "RGB"


def test_the_picture_itself_is_not_changed() -> None:
    """`flatten` does not write into its argument."""
    image = coded((5, 4), "RGBA")
    flatten(image)
    assert difference(image, coded((5, 4), "RGBA")) == 0


@pytest.mark.parametrize(
    ("colour", "grey", "mode"),
    [((7, 7, 7), True, "L"), ((7, 7, 7), False, "RGB"), ((7, 7, 8), True, "RGB")],
)
def test_an_even_ground(colour: tuple[int, int, int], grey: bool, mode: str) -> None:
    """The ground is of mode L if the colour is grey and a grey picture was asked for."""
    ground = background((2, 1), colour, grey=grey)
    assert (ground.mode, ground.size) == (mode, (2, 1))
    assert ground.convert("RGB").getpixel((1, 0)) == colour

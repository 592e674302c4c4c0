"""`Header` and `Picture`: orientation, copies and transparency."""

import pytest
from PIL import Image

from darkroom.imaging.picture import Header, Output, Picture

HEADER = Header(format="jpg", size=(424, 333))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations_from_five_on_swap_the_sides(orientation: int) -> None:
    """Orientations 5 to 8 include a rotation by 90° (spec 02 §7)."""
    header = Header(format="jpg", size=(424, 333), orientation=orientation)
    assert header.upright_size == ((333, 424) if orientation >= 5 else (424, 333))


def test_with_image_has_the_size_of_its_image() -> None:
    """The original picture is not changed."""
    output = Output(format="png", alpha=True)
    before = Picture(image=Image.new("L", (4, 3)), size=(32, 24), output=output, header=HEADER)
    after = before.with_image(Image.new("RGBA", (2, 1)))
    assert (after.size, after.output, after.header) == ((2, 1), output, HEADER)
    assert before.size == (32, 24)


@pytest.mark.parametrize(
    ("mode", "has_alpha"), [("L", False), ("RGB", False), ("LA", True), ("RGBA", True)]
)
def test_has_alpha_follows_from_the_mode(mode: str, has_alpha: bool) -> None:
    """The pixels are not read."""
    output = Output(format="png", alpha=True)
    picture = Picture(image=Image.new(mode, (1, 1)), size=(1, 1), output=output, header=HEADER)
    assert picture.has_alpha is has_alpha

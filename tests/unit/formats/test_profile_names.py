"""A profile is sRGB by its colours, not by its description (C-181)."""

import pytest
from PIL import Image, ImageCms

from tests.colours import ADOBE_RGB, embedded, png, rgb_profile
from tests.pictures import difference, photographic
from tests.unit.formats.drawing import processed, shown, stored

NAMES = (
    b"GIMP built-in Linear sRGB",
    b"sRGB IEC61966-2.1",
    b"Display P3 with sRGB curve",
    b"Large RGB, sRGB TRC",
    b"sRGB",
)

COLOUR = (200, 40, 40)


@pytest.mark.parametrize("description", NAMES)
@pytest.mark.parametrize("word", ["png", "jpg", "webp", "tiff", "heic", "avif"])
def test_a_name_with_srgb_is_not_enough(word: str, description: bytes) -> None:
    """Linear light of half the scale is 188, whatever the profile is called."""
    profile = rgb_profile(gamma=1.0, description=description)
    options = {} if word in ("png", "tiff") else {"quality": 95}
    source = stored(
        Image.new("RGB", (16, 16), (128, 128, 128)), word, icc_profile=profile, **options
    )
    pixel = shown(processed(source, "format,png")).convert("RGB").getpixel((8, 8))
    assert isinstance(pixel, tuple)
    assert all(abs(level - 188) <= 2 for level in pixel)


@pytest.mark.parametrize("description", NAMES)
def test_wide_primaries_are_converted(description: bytes) -> None:
    """Adobe RGB's red is outside of sRGB."""
    profile = rgb_profile(primaries=ADOBE_RGB, description=description)
    row = bytes(COLOUR) * 4
    data = png((4, 1), depth=8, colour_type=2, rows=[row], chunks={b"iCCP": embedded(profile)})
    other = rgb_profile(primaries=ADOBE_RGB, description=b"Adobe RGB")
    same = png((4, 1), depth=8, colour_type=2, rows=[row], chunks={b"iCCP": embedded(other)})
    image = shown(processed(data, "format,png"))
    assert difference(image, shown(processed(same, "format,png"))) == 0
    pixel = image.getpixel((1, 0))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 225


def test_srgb_by_another_name_changes_nothing() -> None:
    """Not by a level: such a profile is not applied at all."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    renamed = profile.replace("sRGB".encode("utf-16-be"), "drgb".encode("utf-16-be"))
    assert renamed != profile
    image = photographic((48, 32))
    for each in (profile, renamed):
        source = stored(image, "png", icc_profile=each)
        assert shown(processed(source, "format,png")).tobytes() == image.tobytes()

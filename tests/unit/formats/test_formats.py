"""The table of formats, and what each can hold (spec 03 §1–3, §6)."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.formats import FORMATS

TYPES = {
    "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "bmp": "image/bmp",
    "gif": "image/gif", "tiff": "image/tiff", "heic": "image/heic", "avif": "image/avif",
}  # fmt: skip


def test_every_documented_format_has_its_content_type() -> None:
    """Spec 01 §6.1; a format of our own has another one."""
    assert {word: FORMATS[word].content_type for word in TYPES} == TYPES
    assert len({entry.content_type for entry in FORMATS.values()}) == len(FORMATS)


def test_only_jpg_has_no_transparency_and_only_two_move() -> None:
    """JPG alone is filled white (C-59), GIF and WebP alone are animated (spec 03 §3, §5)."""
    assert {word for word in TYPES if not FORMATS[word].alpha} == {"jpg"}
    assert {word for word in TYPES if FORMATS[word].animated} == {"gif", "webp"}


LARGEST = [
    ("webp", (16_383, 16_383), [(16_384, 1), (1, 16_384)]),
    ("heic", (4096, 4096), [(4097, 1), (1, 4097)]),
    ("avif", (4096, 2304), [(4097, 1), (4096, 2305)]),
]


@pytest.mark.parametrize(
    ("word", "fits", "over"), LARGEST, ids=[f"{word}-{size}" for word, size, _ in LARGEST]
)
def test_a_format_refuses_what_it_cannot_hold(word: str, fits: Size, over: list[Size]) -> None:
    """The boundary passes; beyond it ImageTooLarge names the measured size (spec 03 §3)."""
    FORMATS[word].check_result(fits)
    for size in over:
        with pytest.raises(OssError) as caught:
            FORMATS[word].check_result(size)
        assert caught.value.code is Code.IMAGE_TOO_LARGE
        assert f"{size[0]}x{size[1]}" in caught.value.message


@pytest.mark.parametrize("word", ["jpg", "png", "bmp", "gif", "tiff"])
def test_the_others_hold_what_the_service_can_make(word: str) -> None:
    """Results are limited by the operations themselves."""
    FORMATS[word].check_result((16_384, 1024))

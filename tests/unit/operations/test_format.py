"""`format` (spec 02 §12, spec 03 §2): the format of the result, by content."""

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.operations import OPERATIONS
from darkroom.process.parameters import bind
from tests.pictures import animation, photographic, processed, shown, stored

SOURCES = {
    "jpg": stored(photographic((16, 12)), "JPEG"),
    "png": stored(photographic((16, 12)), "PNG"),
    "webp": stored(photographic((16, 12)), "WEBP"),
    "bmp": stored(photographic((16, 12)), "BMP"),
    "tiff": stored(photographic((16, 12)), "TIFF"),
    "gif": stored(photographic((16, 12)), "GIF"),
}

PILLOW = {
    "jpg": "JPEG", "png": "PNG", "webp": "WEBP", "bmp": "BMP", "tiff": "TIFF", "gif": "GIF",
}  # fmt: skip

TYPES = {
    "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp",
    "bmp": "image/bmp", "tiff": "image/tiff", "gif": "image/gif",
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("word", [*PILLOW, "jpeg"])
def test_each_format_becomes_each_other(source: str, word: str) -> None:
    """But gif comes from gif only, and otherwise the source's format stays; jpeg is jpg (C-71)."""
    result = processed(SOURCES[source], f"image/format,{word}")
    wanted = "jpg" if word == "jpeg" else source if word == "gif" else word
    assert (result.format, result.content_type) == (wanted, TYPES[wanted])
    image = shown(result)
    assert (image.format, image.size) == (PILLOW[wanted], (16, 12))


@pytest.mark.parametrize("source", SOURCES)
def test_without_a_format_the_sources_own_stays(source: str) -> None:
    """The result is always encoded again, never the stored bytes (C-113)."""
    result = processed(SOURCES[source], "image/resize,w_8")
    assert (result.format, shown(result).format) == (source, PILLOW[source])


def test_the_last_format_wins_wherever_it_stands() -> None:
    """C-03: encoder options do not care for their place."""
    for text in ("image/format,png/resize,w_8/format,webp", "image/format,webp/resize,w_8"):
        result = processed(SOURCES["jpg"], text)
        assert (result.format, shown(result).size) == ("webp", (8, 6))


@pytest.mark.parametrize(
    ("arguments", "code", "ec"),
    [
        ([], Code.MISSING_ARGUMENT, "0040-00000207"),
        (["dng"], Code.INVALID_ARGUMENT, "0040-00000206"),
        (["f_webp"], Code.INVALID_ARGUMENT, "0040-00000206"),
        (["JPG"], Code.INVALID_ARGUMENT, "0040-00000206"),
    ],
    ids=str,
)
def test_a_format_that_is_unknown_or_missing_has_its_number(
    arguments: list[str], code: Code, ec: str
) -> None:
    """Lower case only (C-72), and no keyed form (measured)."""
    with pytest.raises(OssError) as caught:
        bind(OPERATIONS["format"], arguments)
    assert (caught.value.code, caught.value.ec) == (code, ec)


def test_an_animation_becomes_its_first_frame_where_the_format_has_one_only() -> None:
    """Only GIF and WebP are written with all frames (spec 03 §5)."""
    source = animation([Image.new("RGB", (8, 8), ink) for ink in ("red", "lime", "blue")])
    first = shown(processed(source, "image/format,png")).convert("RGB")
    assert first.getpixel((4, 4)) == (255, 0, 0)

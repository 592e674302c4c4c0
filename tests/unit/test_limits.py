"""Size, side, pixel and frame limits (spec 03 §6): every limit is inclusive."""

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.picture import Output
from darkroom.limits import Limits

LIMITS = Limits()


def refusal(check: object, *arguments: object) -> OssError:
    """Return the error that a check raises."""
    assert callable(check)
    with pytest.raises(OssError) as caught:
        check(*arguments)
    return caught.value


def test_a_file_of_20_mb_passes_and_one_byte_more_does_not() -> None:
    """20 971 520 bytes, with the documented message."""
    LIMITS.check_source_bytes(20_971_520)
    error = refusal(LIMITS.check_source_bytes, 20_971_521)
    assert (error.code, error.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000001")
    assert error.message == "Maximal size of image supported is 20971520"


@pytest.mark.parametrize(
    ("word", "side", "ec"),
    [
        ("jpg", 30_000, "0040-00000019"),
        ("bmp", 30_000, "0040-00000017"),
        ("tiff", 16_384, "0040-00000018"),
        ("png", 30_000, "0040-00000009"),
        ("gif", 30_000, "0040-00000009"),
        ("webp", 30_000, "0040-00000009"),
    ],
)
def test_the_side_limit_of_each_source_format(word: str, side: int, ec: str) -> None:
    """The limit holds for both sides; each format has its own limit and EC."""
    for within, over in (((side, 1), (side + 1, 1)), ((1, side), (1, side + 1))):
        FORMATS[word].check_source(within, 1, LIMITS)
        error = refusal(FORMATS[word].check_source, over, 1, LIMITS)
        assert (error.code, error.ec) == (Code.IMAGE_TOO_LARGE, ec)
        assert f"{over[0]}x{over[1]}" in error.message
        assert str(side) in error.message


@pytest.mark.parametrize(
    ("size", "frames", "passes"),
    [
        ((25_000, 10_000), 1, True),
        ((16_000, 16_000), 1, False),
        ((25_000, 10_001), 1, False),
        ((1000, 1000), 250, True),
        ((1000, 1000), 251, False),
        ((158, 158), 10_000, True),
        ((159, 158), 10_000, False),
    ],
)
def test_a_source_may_have_250_million_pixels_over_all_frames(
    size: Size, frames: int, passes: bool
) -> None:
    """An animation counts width × height × frames."""
    if passes:
        FORMATS["gif"].check_source(size, frames, LIMITS)
    else:
        error = refusal(FORMATS["gif"].check_source, size, frames, LIMITS)
        assert (error.code, error.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000012")
        assert "250000000" in error.message


def test_a_side_of_4096_may_be_rotated() -> None:
    """A longer side is a BadRequest with the documented message."""
    LIMITS.check_rotation((4096, 4096))
    for size in ((4097, 1), (1, 4097)):
        error = refusal(LIMITS.check_rotation, size)
        assert (error.code, error.ec) == (Code.BAD_REQUEST, "0040-00000006")
        assert error.message == "Picture exceed the maximum allowable rotation range."


@pytest.mark.parametrize("size", [(4096, 4096), (16_384, 1024), (1, 16_384)])
def test_a_resize_may_result_in_16_777_216_pixels(size: Size) -> None:
    """Sides up to 16384, area up to 4096²."""
    LIMITS.check_resized(size)


@pytest.mark.parametrize("size", [(4097, 4096), (16_385, 1), (1, 16_385), (5000, 5000)])
def test_a_resize_over_side_or_area_is_refused(size: Size) -> None:
    """ImageTooLarge with an EC of its own (C-130)."""
    error = refusal(LIMITS.check_resized, size)
    assert (error.code, error.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000007")
    assert f"{size[0]}x{size[1]}" in error.message


def test_a_deployment_may_raise_a_limit() -> None:
    """A raised limit is used by the check and in the message."""
    raised = Limits(source_bytes=200_000_000)
    raised.check_source_bytes(200_000_000)
    assert "200000000" in refusal(raised.check_source_bytes, 200_000_001).message


@pytest.mark.parametrize(
    ("megabytes", "pixels"),
    [(None, 250_000_000), (1769, 101_187_500), (4150, 250_000_000), (10_240, 250_000_000)],
)
def test_the_pixel_limit_follows_from_the_functions_memory(
    megabytes: int | None, pixels: int
) -> None:
    """A picture that would exceed the memory is refused, so that the function is not killed."""
    limits = Limits.for_memory(megabytes)
    png = FORMATS["png"]
    png.check_source((pixels // 10_000, 10_000), 1, limits)
    too_large = refusal(png.check_source, (pixels // 10_000 + 1, 10_000), 1, limits)
    bounded = pixels < limits.source_pixels
    assert f"{pixels} pixels {'can be processed here' if bounded else 'are'}" in too_large.message


def test_animations_and_transparent_webp_have_lower_pixel_limits() -> None:
    """The canvases of an animation and the copies of an encoder need memory, too."""
    limits = Limits.for_memory(1769)
    for word, frames, max_pixels in (("gif", 1, 80_950_000), ("gif", 2, 33_729_166)):
        check = FORMATS[word].check_source
        check((max_pixels // 10_000, 10_000), frames, limits)
        error = refusal(check, (max_pixels // 10_000 + 1, 10_000), frames, limits)
        assert f"at most {max_pixels} pixels can be processed" in error.message
    webp, output = FORMATS["webp"], Output(format="webp", alpha=True)
    limits = Limits(memory=26 * 100)
    webp.check_encoder_memory(Image.new("RGBA", (10, 10)), output, limits)
    webp.check_encoder_memory(Image.new("RGB", (11, 10)), output, limits)
    error = refusal(webp.check_encoder_memory, Image.new("LA", (11, 10)), output, limits)
    assert "at most 100 pixels can be written as WebP with transparency" in error.message

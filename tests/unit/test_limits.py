"""Size, side, pixel and frame limits (spec 03 §6): every limit is inclusive."""

from typing import Any

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.formats.gif import GIF
from darkroom.imaging.picture import Header, Output
from darkroom.limits import Limits

LIMITS = Limits()


def check_source(word: str, size: Size, frames: int) -> None:
    """Check the sides, pixels and frames of a source."""
    FORMATS[word].check_source(Header(format=word, size=size, frames=frames), LIMITS)


def check_memory(
    word: str, pixels: int, limits: Limits, *, needed: Size | None = None, **header: Any
) -> None:
    """Check the memory for a source of this many pixels, in rows of 10 000."""
    size = (10_000, -(-pixels // 10_000))
    every = header.get("frames", 1) > 1
    FORMATS[word].check_memory(
        Header(format=word, size=size, **header), limits, needed=needed, every=every
    )


def refusal(check: object, *arguments: object, **options: object) -> OssError:
    """Return the error that a check raises."""
    assert callable(check)
    with pytest.raises(OssError) as caught:
        check(*arguments, **options)
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
        check_source(word, within, 1)
        error = refusal(check_source, word, over, 1)
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
        check_source("gif", size, frames)
    else:
        error = refusal(check_source, "gif", size, frames)
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
    ("megabytes", "pixels"), [(1769, 88_670_000), (4096, 218_300_000), (1024, 47_180_000)]
)
def test_the_pixel_limit_follows_from_the_functions_memory(megabytes: int, pixels: int) -> None:
    """A picture that would exceed the memory is refused, so that the function is not killed."""
    limits = Limits.for_memory(megabytes)
    check_memory("jpg", pixels, limits)
    error = refusal(check_memory, "jpg", pixels + 10_000, limits)
    assert error.code is Code.IMAGE_TOO_LARGE
    assert f"{pixels}"[:4] in error.message
    assert "pixels can be processed here" in error.message


def test_without_a_functions_memory_only_the_pixels_count() -> None:
    """A server that does not say its memory takes what the service takes."""
    check_memory("webp", 250_000_000, Limits.for_memory(None))


def test_a_jpeg_that_is_reduced_while_decoding_may_be_larger() -> None:
    """A photograph of 200 megapixels becomes a thumbnail in a function of 1769 MB."""
    limits = Limits.for_memory(1769)
    check_memory("jpg", 200_000_000, limits, needed=(100, 200))
    error = refusal(check_memory, "jpg", 200_000_000, limits)
    assert "at most 88" in error.message


def test_the_coefficients_of_a_progressive_jpeg_count_at_every_reduction() -> None:
    """The decoder keeps them until the last scan: 6 bytes a pixel of three bands."""
    limits = Limits.for_memory(1769)
    check_memory("jpg", 220_000_000, limits, needed=(100, 200), coefficient_bytes=6)
    error = refusal(
        check_memory, "jpg", 240_000_000, limits, needed=(100, 200), coefficient_bytes=6
    )
    assert "at most 22" in error.message


def test_a_second_picture_has_the_memory_that_the_first_one_leaves() -> None:
    """Of 1353 MiB, 16 million pixels of four bytes leave 1292."""
    limits = Limits.for_memory(1769)
    check_memory("jpg", 88_000_000, limits)
    assert limits.memory == 1353 * 2**20
    held = limits.holding((4000, 4000))
    assert held.memory == 1353 * 2**20 - 64_000_000
    refusal(check_memory, "jpg", 88_000_000, held)
    assert Limits().holding((4000, 4000)).memory is None
    assert Limits(memory=10).holding((4000, 4000)).memory == 0


def test_animations_and_transparent_webp_have_lower_pixel_limits() -> None:
    """The canvases of an animation and the copies of an encoder need memory, too."""
    limits = Limits.for_memory(1769)
    for frames, bytes_per_pixel in ((1, GIF.bytes_per_pixel), (2, GIF.animation_bytes_per_pixel)):
        most = 1353 * 2**20 // bytes_per_pixel
        check_memory("gif", most // 10_000 * 10_000, limits, frames=frames)
        error = refusal(check_memory, "gif", most + 10_000, limits, frames=frames)
        assert f"at most {most} pixels can be processed" in error.message
    webp, output = FORMATS["webp"], Output(format="webp", alpha=True)
    limits = Limits(memory=30 * 100)
    webp.check_encoder_memory(Image.new("RGBA", (10, 10)), output, limits)
    webp.check_encoder_memory(Image.new("RGB", (11, 10)), output, limits)
    error = refusal(webp.check_encoder_memory, Image.new("LA", (11, 10)), output, limits)
    assert "at most 100 pixels can be written as WebP with transparency" in error.message

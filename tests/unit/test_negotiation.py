"""`format,auto`: the result's format by the formats that the client accepts (spec 07 §1)."""

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS, probe
from darkroom.imaging.negotiation import MAX_AVIF_PIXELS, AcceptedFormat, negotiated_format
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.operations.format import is_negotiated
from darkroom.imaging.picture import Header
from darkroom.imaging.pipeline import Result, run, run_each
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from tests.pictures import animation, photographic, shown
from tests.unit.formats.drawing import stored

NONE, WEBP, AVIF = AcceptedFormat

ELSE = {
    "jpg": "jpg", "png": "png", "webp": "webp", "gif": "gif",
    "bmp": "jpg", "tiff": "jpg", "heic": "jpg", "avif": "jpg",
}  # fmt: skip
"""The result's format where nothing is accepted, by the source's."""


def negotiated(data: bytes, text: str, accepted: AcceptedFormat) -> Result:
    """Process a picture for a client."""
    operations = compile_operations(parse(f"image/{text}").actions)
    return run(data, operations, ProcessingContext(), accepted=accepted)


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("accepted", AcceptedFormat)
def test_each_source_has_the_format_of_the_table(source: str, accepted: AcceptedFormat) -> None:
    """AVIF, WebP, or a format that every browser shows."""
    data = stored(photographic((32, 24)), source)
    result = negotiated(data, "resize,w_16/format,auto", accepted)
    expected = ELSE[source] if accepted is NONE else accepted.value
    assert (result.format, result.content_type) == (expected, FORMATS[expected].content_type)
    assert shown(result).size == (16, 12)


@pytest.mark.parametrize("source", ["heic", "avif", "tiff", "bmp"])
def test_transparency_is_kept(source: str) -> None:
    """Sources that browsers do not show become PNG, and stay transparent in WebP and AVIF."""
    clear = photographic((32, 24)).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize((32, 24)))
    data = stored(clear, source)
    assert probe(data).alpha
    for accepted, expected in ((NONE, "png"), (WEBP, "webp"), (AVIF, "avif")):
        result = negotiated(data, "format,auto", accepted)
        assert result.format == expected
        lowest, _ = shown(result).convert("RGBA").getchannel("A").getextrema()
        assert isinstance(lowest, int)
        assert lowest < 40


@pytest.mark.parametrize("source", ["tiff", "bmp"])
def test_a_header_without_an_alpha_channel_says_so(source: str) -> None:
    """RGB, grey and palette pictures."""
    for mode in ("RGB", "L"):
        assert not probe(stored(photographic((8, 8)).convert(mode), source)).alpha


@pytest.mark.parametrize("accepted", [WEBP, AVIF])
def test_an_animation_becomes_webp(accepted: AcceptedFormat) -> None:
    """It stays animated, since AVIF results are stills; without WebP it stays a GIF."""
    drawn = [Image.new("RGB", (16, 12), colour) for colour in ("red", "lime", "blue")]
    data = animation(drawn)
    result = negotiated(data, "resize,w_8/format,auto", accepted)
    assert (result.format, getattr(shown(result), "n_frames", 1)) == ("webp", 3)
    plain = negotiated(data, "resize,w_8/format,auto", NONE)
    assert (plain.format, getattr(shown(plain), "n_frames", 1)) == ("gif", 3)
    still = negotiated(data, "rotate,90/format,auto", accepted)
    assert (still.format, getattr(shown(still), "n_frames", 1)) == (accepted.value, 1)


def test_the_size_of_the_result_decides() -> None:
    """1 megapixel at most as AVIF (C-184): by the size after all actions, upright."""
    data = stored(Image.new("RGB", (1250, 801), "teal"), "jpg")
    for text, expected in (
        ("format,auto", "webp"),
        ("format,auto/crop,w_1250,h_800", "avif"),
        ("resize,w_800/format,auto/resize,w_1250,limit_0", "webp"),
        ("rotate,90/format,auto/crop,h_1248", "avif"),
    ):
        assert negotiated(data, text, AVIF).format == expected, text


@pytest.mark.parametrize(
    ("size", "accepted", "expected"),
    [
        ((1000, 1000), AVIF, "avif"),
        ((1000, 1001), AVIF, "webp"),
        ((4097, 100), AVIF, "webp"),
        ((16_384, 40), AVIF, "png"),
        ((16_384, 40), WEBP, "png"),
        ((16_383, 40), WEBP, "webp"),
    ],
)
def test_a_format_must_hold_the_result(
    size: tuple[int, int], accepted: AcceptedFormat, expected: str
) -> None:
    """AVIF is limited to 4096 pixels of width, WebP to 16 383 a side."""
    header = Header(format="png", size=size)
    assert negotiated_format(header, size, accepted, Limits(), animated=False).name == expected
    assert (size[0] * size[1] <= MAX_AVIF_PIXELS) or expected != "avif"


def test_a_format_that_lacks_memory_is_left_out() -> None:
    """The encoder of WebP needs more than that of PNG."""
    header, limits = Header(format="png", size=(2000, 2000)), Limits(memory=1_000_000)
    for accepted in AcceptedFormat:
        chosen = negotiated_format(header, (2000, 2000), accepted, limits, animated=False)
        assert chosen.name == "png"


def test_quality_is_the_formats_own_unless_it_is_given() -> None:
    """A source's JPEG quality is not one of WebP or AVIF."""
    data = stored(photographic((200, 150)), "jpg", quality=95)
    for accepted, word in ((WEBP, "webp"), (AVIF, "avif")):
        for options in ("", "/quality,Q_30"):
            chosen = negotiated(data, f"format,auto{options}", accepted)
            assert chosen == negotiated(data, f"format,{word}{options}", NONE)


@pytest.mark.parametrize(
    ("text", "is_auto"),
    [
        ("format,auto", True),
        ("format,auto,webp", True),
        ("format,png/resize,w_8/format,auto", True),
        ("format,auto/format,png", False),
        ("format,auto/format,src", False),
        ("resize,w_8", False),
    ],
)
def test_the_last_format_counts(text: str, is_auto: bool) -> None:
    """As with every output option (C-03)."""
    operations = compile_operations(parse(f"image/{text}").actions)
    assert is_negotiated(operations) is is_auto
    data = stored(photographic((32, 24)), "jpg")
    assert (negotiated(data, text, WEBP) != negotiated(data, text, NONE)) is is_auto


def test_an_error_of_the_geometry_is_the_same() -> None:
    """It is found when the format is chosen, before a pixel is decoded."""
    data = stored(photographic((32, 24)), "jpg")
    for accepted in AcceptedFormat:
        with pytest.raises(OssError) as caught:
            negotiated(data, "crop,x_40/format,auto", accepted)
        assert caught.value.code is Code.BAD_REQUEST


def test_jobs_have_no_client() -> None:
    """The format that every browser shows."""
    data = stored(photographic((32, 24)), "tiff")
    operations = compile_operations(parse("image/format,auto").actions)
    ((_, result),) = run_each(data, [operations], ProcessingContext())
    assert isinstance(result, Result)
    assert result.format == "jpg"

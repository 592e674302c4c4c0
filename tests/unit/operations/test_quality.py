"""`quality` (spec 02 §13): relative, absolute, bare."""

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.formats import probe
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.operations.quality import Quality
from darkroom.process.grammar import parse
from tests.pictures import photographic, processed, stored


def quality(text: str) -> Quality:
    """Read the arguments of a quality."""
    (operation,) = compile_operations(parse(f"image/quality,{text}").actions)
    assert isinstance(operation, Quality)
    return operation


@pytest.mark.parametrize(
    ("source", "text", "wanted"),
    [
        (100, "q_90", 90),
        (80, "q_90", 72),
        (100, "Q_90", 90),
        (95, "Q_90", 90),
        (80, "Q_90", 80),
        (82, "q_90", 74),
        (None, "q_90", 90),
        (None, "Q_90", 90),
        (80, "88", 80),
        (95, "88", 88),
        (95, "q_10,Q_90", 90),
        (95, "Q_90,q_10", 90),
        (100, "70,Q_90", 90),
        (1, "q_1", 1),
        (100, "q_1", 1),
        (50, "q_1", 1),
        (100, "q_100", 100),
    ],
)
def test_a_worked_example(source: int | None, text: str, wanted: int) -> None:
    """The table of spec 02 §13: q is a share, Q and a bare value (C-73) a limit, Q wins."""
    assert quality(text).result(source) == wanted


@pytest.mark.parametrize(
    ("text", "code", "ec"),
    [
        ("", Code.MISSING_ARGUMENT, "307"),
        ("x_1", Code.MISSING_ARGUMENT, "307"),
        ("_90", Code.MISSING_ARGUMENT, "307"),
        ("Q_200", Code.INVALID_ARGUMENT, "308"),
        ("q_200", Code.INVALID_ARGUMENT, "309"),
        ("200", Code.INVALID_ARGUMENT, "310"),
        ("88,image", Code.INVALID_ARGUMENT, "310"),
    ],
)
def test_each_form_has_its_own_number(text: str, code: Code, ec: str) -> None:
    """`quality,88,image` was measured: its `image` must be a digit."""
    with pytest.raises(OssError) as caught:
        quality(text)
    assert (caught.value.code, caught.value.ec) == (code, f"0040-00000{ec}")


def test_the_last_bare_value_is_the_one_that_is_judged() -> None:
    """And its message names the action."""
    with pytest.raises(OssError) as caught:
        quality("88,image")
    assert "The value: image of parameter: quality is invalid" in caught.value.message


@pytest.mark.parametrize("source", [30, 60, 82, 95, 100])
@pytest.mark.parametrize("text", ["q_50", "Q_70", "q_100", "70"])
def test_a_jpeg_is_saved_at_what_the_rule_says(source: int, text: str) -> None:
    """Source quality in, result quality out, both read from the files' tables."""
    data = stored(photographic((32, 24)), "JPEG", quality=source)
    result = processed(data, f"image/quality,{text}")
    assert probe(result.body).quality == quality(text).result(source)


@pytest.mark.parametrize("text", ["q_90", "Q_90"])
def test_a_png_counts_as_perfect_on_its_way_to_jpg(text: str) -> None:
    """A source without a quality counts as 100, so `q_90` and `Q_90` are both 90 (C-75)."""
    result = processed(stored(photographic((32, 24))), f"image/format,jpg/quality,{text}")
    assert probe(result.body).quality == 90


def test_q_and_Q_are_the_same_for_webp() -> None:  # noqa: N802 - the documented keys
    """A WebP does not tell its own quality (C-76)."""
    data = stored(photographic((64, 48)), "WEBP")
    results = [processed(data, f"image/quality,{key}_40").body for key in "qQ"]
    assert results[0] == results[1]
    assert len(results[0]) < len(processed(data, "image/quality,q_100").body)


@pytest.mark.parametrize("word", ["png", "bmp", "tiff"])
def test_formats_without_a_quality_ignore_it(word: str) -> None:
    """Silently, as documented."""
    data = stored(photographic((32, 24)))
    one, other = (
        processed(data, f"image/format,{word}/quality,{text}").body for text in ("q_1", "Q_100")
    )
    assert one == other


def test_the_last_quality_wins() -> None:
    """Options of the encoder are applied once, at the end; the last one counts (C-03)."""
    data = stored(photographic((32, 24)), "JPEG", quality=100)
    result = processed(data, "image/quality,q_20/resize,w_16/quality,Q_60")
    assert probe(result.body).quality == 60


def test_an_absolute_quality_makes_an_animation_static() -> None:
    """Spec 03 §5 names `quality,Q` only: a relative one keeps it."""
    frames = [Image.new("RGB", (8, 8), ink) for ink in ("red", "lime")]
    data = stored(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert probe(processed(data, "image/quality,Q_50").body).frames == 1
    assert probe(processed(data, "image/quality,q_50").body).frames == 2

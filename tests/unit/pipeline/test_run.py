"""The pipeline: order of checks, deadline, stages and animations."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from tests.bombs import jpeg
from tests.pictures import (
    animation,
    coded,
    difference,
    photographic,
    place,
    processed,
    shown,
    stored,
)


def refusal(data: bytes, text: str, context: ProcessingContext | None = None) -> OssError:
    """Return the error that processing raises."""
    with pytest.raises(OssError) as caught:
        processed(data, text, context)
    return caught.value


def test_steps_run_from_left_to_right() -> None:
    """A crop after a rotation differs from a crop before it."""
    source = stored(coded((20, 10)))
    turned_then_cut = shown(processed(source, "image/rotate,90/crop,w_3,h_4"))
    cut_then_turned = shown(processed(source, "image/crop,w_3,h_4/rotate,90"))
    assert turned_then_cut.size == (3, 4)
    assert cut_then_turned.size == (4, 3)
    assert place(turned_then_cut, 0, 0) == (0, 9)
    assert place(cut_then_turned, 0, 0) == (0, 3)


def test_only_the_first_step_determines_the_decode_scale() -> None:
    """A small resize after a crop must not reduce the decode scale before the crop."""
    drawn = photographic((400, 300))
    source = stored(drawn, "JPEG", quality=98, subsampling="4:4:4")
    cut = shown(processed(source, "image/crop,w_40,h_30,g_center/resize,w_20/format,png"))
    from_png = processed(stored(drawn), "image/crop,w_40,h_30,g_center/resize,w_20")
    assert difference(cut, shown(from_png)) <= 4


def test_the_file_size_is_checked_before_the_format() -> None:
    """Precedence 9 before 10 (C-138): the size is checked before the bytes are parsed."""
    context = ProcessingContext(limits=Limits(source_bytes=10))
    assert refusal(b"no picture", "image/info", context).code is Code.BAD_REQUEST
    assert refusal(b"no picture!", "image/info", context).code is Code.IMAGE_TOO_LARGE


@pytest.mark.parametrize("text", ["image/info", "image/resize,w_10"])
def test_a_file_of_20_mb_is_processed_and_a_larger_one_is_not(text: str) -> None:
    """The limit is inclusive (spec 03 §7), for reports, too (C-126)."""
    whole = stored(photographic((40, 30)), "JPEG").ljust(20_971_520, b"\0")
    processed(whole, text)
    error = refusal(whole + b"\0", text)
    assert (error.code, error.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000001")


@pytest.mark.parametrize("text", ["image/info", "image/resize,w_10", "image/format,png"])
def test_sides_and_pixels_are_checked_from_the_header(text: str) -> None:
    """The check comes before decoding, for reports, too (C-126)."""
    error = refusal(jpeg((30_001, 1)), text)
    assert (error.code, error.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000019")


def test_a_failing_step_precedes_the_encoders_limit() -> None:
    """Precedence 11 before 12."""
    source = stored(Image.new("L", (16_384, 1)))
    error = refusal(source, "image/format,webp/crop,x_16384")
    assert error.message == "Advance cut's position is out of image."
    assert refusal(source, "image/format,webp").code is Code.IMAGE_TOO_LARGE


def test_the_first_failing_step_is_reported() -> None:
    """Precedence 11: steps fail in order."""
    source = stored(Image.new("L", (5100, 100)))
    assert refusal(source, "image/crop,x_5100/rotate,90").code is Code.BAD_REQUEST
    assert refusal(source, "image/rotate,90/crop,x_5100").ec == "0040-00000006"


ALWAYS = ["auto-orient,0", "quality,q_100", "resize,w_9999", "rotate,0", "interlace,0"]


@pytest.mark.parametrize("text", ALWAYS)
def test_a_result_is_always_encoded_again(text: str) -> None:
    """Also where no pixel changes (C-113), so metadata are always removed."""
    source = stored(photographic((40, 30)), "JPEG", quality=60, comment=b"stored")
    body = processed(source, f"image/{text}").body
    assert b"stored" not in body
    assert body != source


class CountdownClock:
    """A clock on which each call takes one second."""

    def __init__(self, seconds: int) -> None:
        """Set the seconds that remain before the first call."""
        self.left = seconds

    def remaining(self) -> float:
        """Return the remaining seconds after one more."""
        self.left -= 1
        return self.left


@pytest.mark.parametrize("ticks", [1, 2, 3])
def test_a_deadline_is_checked_after_each_step(ticks: int) -> None:
    """A deadline that passes after any step raises a 503."""
    text = "image/resize,w_30/rotate,90"
    context = ProcessingContext(remaining=CountdownClock(ticks).remaining)
    error = refusal(stored(photographic((40, 30))), text, context)
    assert (error.code, error.status) == (Code.SERVICE_UNAVAILABLE, 503)


def test_a_deadline_that_has_not_passed_has_no_effect() -> None:
    """Two steps check the deadline three times; the clock has a second more."""
    context = ProcessingContext(remaining=CountdownClock(4).remaining)
    result = processed(stored(photographic((40, 30))), "image/resize,w_30/rotate,90", context)
    assert shown(result).size == (23, 30)


def test_a_deadline_is_checked_without_any_step() -> None:
    """Decoding alone may exceed the deadline."""
    context = ProcessingContext(remaining=lambda: 0)
    error = refusal(stored(photographic((40, 30))), "image/format,webp", context)
    assert error.status == 503


def test_a_deadline_is_checked_between_frames() -> None:
    """Ten frames check the deadline twenty times."""
    data = animation([Image.new("L", (8, 8), 20 * n) for n in range(10)])
    context = ProcessingContext(remaining=CountdownClock(15).remaining)
    assert refusal(data, "image/resize,w_4", context).status == 503


def test_a_report_reads_no_pixels() -> None:
    """`info` succeeds for a truncated picture whose resize is ImageDamage."""
    source = stored(photographic((40, 30)), "JPEG")
    assert processed(source[:-200], "image/info").content_type == "application/json"
    assert refusal(source[:-200], "image/resize,w_10").code is Code.IMAGE_DAMAGE


@dataclass
class Stages:
    """Records the stages that are entered."""

    names: list[str]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Record the name."""
        self.names.append(name)
        yield


def test_the_pipeline_enters_its_stages() -> None:
    """Decoding, pixels and encoding are separate stages."""
    stages = Stages([])
    operations = compile_operations(parse("image/resize,w_10").actions)
    run(stored(photographic((40, 30))), operations, ProcessingContext(stage=stages.stage))
    assert {"decode", "pixels", "encode"} <= set(stages.names)


ANIMATED = animation([Image.new("RGB", (8, 6), ink) for ink in ("red", "lime", "blue")])

STATIC = ["resize,p_50", "rotate,90", "quality,Q_90", "format,png", "indexcrop,x_4"]
MOVING = ["resize,w_4", "crop,w_4", "resize,w_4/crop,h_2", "format,webp", "resize,w_99,limit_0"]


@pytest.mark.parametrize(
    ("text", "frames"), [(text, 1) for text in STATIC] + [(text, 3) for text in MOVING]
)
def test_which_actions_keep_an_animation(text: str, frames: int) -> None:
    """Spec 03 §5: resizes and crops keep all frames, other actions the first one."""
    image = shown(processed(ANIMATED, f"image/{text}"))
    assert getattr(image, "n_frames", 1) == frames


def test_an_animation_is_never_enlarged() -> None:
    """`limit_0` does not enlarge an animation (documented)."""
    assert shown(processed(ANIMATED, "image/resize,w_99,limit_0")).size == (8, 6)


def test_webp_with_transparency_has_to_fit_the_encoders_memory() -> None:
    """Checked for the final size and only with transparency (docs/decisions/101)."""
    tight = ProcessingContext(limits=Limits(memory=199 * 30))
    clear, opaque = stored(coded((20, 10), "RGBA")), stored(coded((20, 10)))
    assert refusal(clear, "image/format,webp", tight).code is Code.IMAGE_TOO_LARGE
    for source, text in (
        (clear, "image/crop,w_19/format,webp"),
        (clear, "image/format,png"),
        (opaque, "image/format,webp"),
    ):
        assert processed(source, text, tight).body

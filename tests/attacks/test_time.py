"""The slowest allowed requests: the largest picture, at the bounds of each operation."""

import time

import pytest

from benchmarks.work import cases, noise
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from tests.bombs import deflated
from tests.pictures import stored
from tests.unit.operations.watermark.marking import FONTS

LIMITS = Limits.for_memory(1769)
"""The limits of the process function at its default size."""

MAX_SECONDS = 10.0
"""Processor time of a request, decoding and encoding included."""

DEADLINE = 27.0
"""Seconds after which a request ends with 503."""


def outcome(data: bytes, actions: str, mark: bytes) -> tuple[float, Code | None]:
    """Return the processor time of a process, and the code of its error if it is refused."""
    end = time.monotonic() + DEADLINE
    context = ProcessingContext(
        limits=LIMITS,
        remaining=lambda: end - time.monotonic(),
        load_watermark=lambda _key: mark,
        fonts=FONTS,
    )
    began = time.process_time()
    try:
        run(data, compile_operations(parse(f"image/{actions}").actions), context)
    except OssError as error:
        return time.process_time() - began, error.code
    return time.process_time() - began, None


def largest(step: int = 512) -> tuple[int, bytes]:
    """Return the side and the file of the largest square picture that may be processed."""
    for side in range(16_384, step, -step):
        data = deflated((side, side))
        _, code = outcome(data, "resize,w_1", b"")
        if code is None:
            return side, data
    raise AssertionError("no picture is allowed")


@pytest.mark.slow
def test_a_request_on_the_largest_picture_ends_in_time() -> None:
    """Under ten seconds of a core, or with a refusal that is as quick, or by the deadline."""
    side, data = largest()
    assert side * side > 40_000_000
    mark = stored(noise("RGBA", 500), "WEBP")
    answered = 0
    for name, actions in cases(side):
        for ending in ("", "/format,webp"):
            seconds, code = outcome(data, actions + ending, mark)
            answered += code is None
            late = code is Code.SERVICE_UNAVAILABLE
            assert seconds < MAX_SECONDS or late, (name, actions, ending, seconds, code)
            assert code in (None, Code.BAD_REQUEST, Code.IMAGE_TOO_LARGE, Code.SERVICE_UNAVAILABLE)
    assert answered >= 8


@pytest.mark.slow
@pytest.mark.parametrize("word", ["heic", "avif", "webp", "png", "jpg", "gif", "tiff", "bmp"])
def test_every_encoder_ends_in_time(word: str) -> None:
    """The largest result of a resize, in each format at the highest quality."""
    data = deflated((4096, 4096))
    seconds, code = outcome(data, f"bright,9/format,{word}/quality,Q_100", b"")
    allowed = (None, Code.SERVICE_UNAVAILABLE)
    # An AVIF has a limit of its own.
    assert code in (*allowed, Code.IMAGE_TOO_LARGE) if word == "avif" else code in allowed
    assert seconds < DEADLINE

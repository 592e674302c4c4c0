"""Stages of a request add up to no more than its time."""

from collections.abc import Iterator
from contextlib import suppress
from time import sleep, time

import pytest

from darkroom.errors import Code, Failure, OssError
from darkroom.telemetry.stopwatch import Span, Stopwatch


def descendants(span: Span) -> Iterator[Span]:
    """Give the stages inside, each before those in it."""
    for child in span.children.values():
        yield child
        yield from descendants(child)


def test_a_stage_inside_another_counts_once() -> None:
    """Decoding happens while the encoder waits: that wait is not encoding."""
    watch = Stopwatch()
    with watch.stage("encode"):
        sleep(0.01)
        for _ in range(2):
            with watch.stage("decode"):
                sleep(0.02)
    assert watch.seconds["decode"] >= 0.04
    assert 0.01 <= watch.seconds["encode"] < watch.seconds["decode"]
    assert sum(watch.seconds.values()) <= 2 * watch.total


def test_a_stage_that_fails_is_measured_too() -> None:
    """What a failing request spent is as interesting."""
    watch = Stopwatch()
    with suppress(ZeroDivisionError), watch.stage("decode"):
        sleep(0.01)
        1 / 0  # noqa: B018
    assert watch.seconds["decode"] >= 0.01
    with watch.stage("store"):
        pass
    assert set(watch.seconds) == {"decode", "store", "total"}


def test_the_header_names_every_stage_and_the_whole() -> None:
    """Milliseconds, as browsers show them."""
    watch = Stopwatch()
    with watch.stage("store"):
        pass
    names = [entry.split(";dur=")[0] for entry in watch.server_timing().split(", ")]
    assert names == ["store", "total"]


def test_a_stage_is_one_span_at_each_place_however_often_it_is_entered() -> None:
    """The frames of an animation: many decodes are one span inside that of the encoder."""
    watch = Stopwatch()
    with watch.stage("store"):
        pass
    with watch.stage("encode"):
        for _ in range(200):
            with watch.stage("decode"):
                pass
            with watch.stage("pixels"), watch.stage("store"):
                pass
    spans = [(span.name, span.count) for span in descendants(watch.root)]
    assert spans == [
        ("store", 1),
        ("encode", 1),
        ("decode", 200),
        ("pixels", 200),
        ("store", 200),
    ]
    assert list(watch.seconds) == ["store", "encode", "decode", "pixels", "total"]


def test_a_span_lasts_from_its_first_moment_to_its_last() -> None:
    """In the same clock as all others, and by the wall's clock when it is told of."""
    before = time()
    watch = Stopwatch()
    with watch.stage("encode"):
        with watch.stage("decode"):
            sleep(0.01)
        sleep(0.01)
        with watch.stage("decode"):
            sleep(0.01)
    encode, decode = descendants(watch.root)
    assert encode.start <= decode.start <= decode.end <= encode.end
    assert decode.end - decode.start >= 0.03
    assert 0.02 <= decode.self_seconds < decode.end - decode.start
    assert before <= watch.epoch(encode.start) <= watch.epoch(encode.end) <= time()


@pytest.mark.parametrize(
    ("error", "name", "ours"),
    [
        (OssError(Code.IMAGE_DAMAGE, "what the caller wrote"), "ImageDamage", False),
        (OssError(Code.SERVICE_UNAVAILABLE), "ServiceUnavailable", True),
        (ZeroDivisionError("what nobody thought of"), "ZeroDivisionError", True),
    ],
    ids=["ImageDamage", "ServiceUnavailable", "ZeroDivisionError"],
)
def test_a_stage_that_fails_says_by_what_in_one_word(
    error: Exception, name: str, ours: bool
) -> None:
    """And so does the one around it; one that had passed does not."""
    watch = Stopwatch()
    with watch.stage("store"):
        pass
    with suppress(type(error)), watch.stage("encode"), watch.stage("decode"):
        raise error
    failures = {span.name: span.failure for span in descendants(watch.root)}
    failed = Failure(name=name, is_server_error=ours)
    assert failures == {"store": None, "encode": failed, "decode": failed}

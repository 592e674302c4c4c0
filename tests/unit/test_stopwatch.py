"""Stages of a request: nested spans, their times and failures."""

from collections.abc import Iterator
from contextlib import suppress
from time import sleep, time

import pytest

from darkroom.errors import Code, Failure, OssError
from darkroom.telemetry.stopwatch import Span, Stopwatch


def descendants(span: Span) -> Iterator[Span]:
    """Yield the spans inside a span, each before those inside it."""
    for child in span.children.values():
        yield child
        yield from descendants(child)


def test_a_stage_inside_another_counts_once() -> None:
    """The encoder waits for decoding: that time counts as decoding only."""
    watch = Stopwatch()
    with watch.stage("encode"):
        sleep(0.01)
        for _ in range(2):
            with watch.stage("decode"):
                sleep(0.02)
    assert watch.seconds["decode"] >= 0.04
    assert 0.01 <= watch.seconds["encode"] < watch.seconds["decode"]
    assert sum(watch.seconds.values()) <= 2 * watch.total


def test_a_failing_stage_is_measured() -> None:
    """The time of a stage is recorded if it raises."""
    watch = Stopwatch()
    with suppress(ZeroDivisionError), watch.stage("decode"):
        sleep(0.01)
        1 / 0  # noqa: B018
    assert watch.seconds["decode"] >= 0.01
    with watch.stage("store"):
        pass
    assert set(watch.seconds) == {"decode", "store", "total"}


def test_server_timing_contains_every_stage_and_the_total() -> None:
    """The durations are milliseconds."""
    watch = Stopwatch()
    with watch.stage("store"):
        pass
    names = [entry.split(";dur=")[0] for entry in watch.server_timing().split(", ")]
    assert names == ["store", "total"]


def test_a_stage_is_one_span_for_each_parent() -> None:
    """The 200 decodes of an animation are one span inside the encoder's."""
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


def test_a_span_lasts_from_its_first_start_to_its_last_end() -> None:
    """`epoch` converts its times to those of the system clock."""
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
    ("error", "name", "is_server_error"),
    [
        (OssError(Code.IMAGE_DAMAGE, "what the caller wrote"), "ImageDamage", False),
        (OssError(Code.SERVICE_UNAVAILABLE), "ServiceUnavailable", True),
        (ZeroDivisionError("what nobody thought of"), "ZeroDivisionError", True),
    ],
    ids=["ImageDamage", "ServiceUnavailable", "ZeroDivisionError"],
)
def test_a_failing_stage_has_the_name_of_its_error(
    error: Exception, name: str, is_server_error: bool
) -> None:
    """So has its parent; a stage that had ended has none."""
    watch = Stopwatch()
    with watch.stage("store"):
        pass
    with suppress(type(error)), watch.stage("encode"), watch.stage("decode"):
        raise error
    failures = {span.name: span.failure for span in descendants(watch.root)}
    failed = Failure(name=name, is_server_error=is_server_error)
    assert failures == {"store": None, "encode": failed, "decode": failed}

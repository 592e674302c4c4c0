"""Stages of a request add up to no more than its time."""

from contextlib import suppress
from time import sleep

from darkroom.timing import Stopwatch


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
    assert sum(watch.seconds.values()) <= watch.total


def test_a_stage_that_fails_is_measured_too() -> None:
    """What a failing request spent is as interesting."""
    watch = Stopwatch()
    with suppress(ZeroDivisionError), watch.stage("decode"):
        sleep(0.01)
        1 / 0  # noqa: B018
    assert watch.seconds["decode"] >= 0.01
    with watch.stage("store"):
        pass
    assert set(watch.seconds) == {"decode", "store"}


def test_the_header_names_every_stage_and_the_whole() -> None:
    """Milliseconds, as browsers show them."""
    watch = Stopwatch()
    with watch.stage("store"):
        pass
    names = [entry.split(";dur=")[0] for entry in watch.server_timing().split(", ")]
    assert names == ["store", "total"]

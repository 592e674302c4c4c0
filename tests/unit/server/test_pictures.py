"""The bounds of the pictures at work."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic, sleep

import pytest

from darkroom.errors import Code, OssError
from darkroom.server.pictures import PictureGate


def seconds(number: float) -> Callable[[], float]:
    """Return a function that returns the time that is left."""
    return lambda: number


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    end = monotonic() + 5
    while not condition():
        assert monotonic() < end
        sleep(0.002)


def test_a_picture_waits_until_another_one_is_done() -> None:
    """The second one starts when the first ends, and not before."""
    gate = PictureGate(pictures=1, waiting=1)
    started = threading.Event()

    def second() -> None:
        with gate.slot(seconds(5)):
            started.set()

    thread = threading.Thread(target=second)
    with gate.slot(seconds(5)):
        thread.start()
        until(lambda: gate.in_queue == 1)
        assert not started.is_set()
    thread.join(5)
    assert started.is_set()
    assert (gate.at_work, gate.in_queue) == (0, 0)


def test_a_picture_beyond_the_queue_is_refused_at_once() -> None:
    """With the seconds after which the client may try again."""
    gate = PictureGate(pictures=2, waiting=0)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(gate.slot(seconds(5)))
        with pytest.raises(OssError) as refused, gate.slot(seconds(5)):
            pass
    assert refused.value.code is Code.SERVICE_UNAVAILABLE
    assert refused.value.retry_after == 1
    with gate.slot(seconds(0)):
        assert gate.at_work == 1


def test_waiting_ends_with_the_time_for_the_answer() -> None:
    """The request is refused, and leaves the queue."""
    gate = PictureGate(pictures=1, waiting=5)
    with (
        gate.slot(seconds(5)),
        pytest.raises(OssError),
        gate.slot(seconds(0.01)),
    ):
        pass
    assert (gate.at_work, gate.in_queue) == (0, 0)


def test_a_failure_frees_the_place() -> None:
    """An exception leaves nothing reserved."""
    gate = PictureGate(pictures=1, waiting=0, memory=10)
    with pytest.raises(ZeroDivisionError), gate.slot(seconds(1)), gate.pixels(10, seconds(1)):
        raise ZeroDivisionError
    assert (gate.at_work, gate.reserved) == (0, 0)


def test_pixels_of_all_pictures_fit_the_memory() -> None:
    """A picture waits for the memory of others; alone it may have any size."""
    gate = PictureGate(pictures=4, waiting=4, memory=100)
    with gate.pixels(60, seconds(1)):
        with gate.pixels(40, seconds(1)):
            assert gate.reserved == 100
        with pytest.raises(OssError), gate.pixels(41, seconds(0.01)):
            pass
    with gate.pixels(1000, seconds(0)):
        assert gate.reserved == 1000
    unlimited = PictureGate(pictures=4, waiting=4)
    with unlimited.pixels(10**12, seconds(0)), unlimited.pixels(10**12, seconds(0)):
        pass

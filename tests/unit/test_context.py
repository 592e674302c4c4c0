"""The processing context that operations receive: deadline and request cache."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext, RequestCache


def test_no_deadline_is_no_hurry() -> None:
    """Without a clock to race, there is always time."""
    ProcessingContext().check_deadline()


@pytest.mark.parametrize("remaining", [0.0, -1.0])
def test_a_passed_deadline_is_said_while_there_is_time_to_say_it(remaining: float) -> None:
    """503 with the advice what to do, instead of being cut off."""
    with pytest.raises(OssError) as caught:
        ProcessingContext(remaining=lambda: remaining).check_deadline()
    assert (caught.value.code, caught.value.status) == (Code.SERVICE_UNAVAILABLE, 503)
    assert "time allowed" in caught.value.message


def test_a_moment_left_is_enough_to_go_on() -> None:
    """The deadline is the point, not a margin around it."""
    ProcessingContext(remaining=lambda: 0.001).check_deadline()


def test_without_a_loader_a_mark_is_a_watermark_error() -> None:
    """A picture without a bucket around it has no marks to offer."""
    with pytest.raises(OssError) as caught:
        ProcessingContext().load_watermark("panda.png")
    assert caught.value.code is Code.WATERMARK_ERROR


def test_a_shelf_keeps_what_there_is_room_for() -> None:
    """A thing is made once; one that does not fit is made each time."""
    shelf = RequestCache(remaining_pixels=10)
    numbers = iter(range(10))

    def once(key: str) -> int:
        return shelf.get_or_create(key, lambda: next(numbers), pixels=lambda _: 6)

    assert [once(key) for key in "abab"] == [0, 1, 0, 2]
    assert shelf.remaining_pixels == 4


def test_what_weighs_nothing_is_always_kept() -> None:
    """A result without pixels is kept even in a full cache."""
    shelf = RequestCache(remaining_pixels=0)
    made = [shelf.get_or_create("a", object, pixels=lambda _: 0) for _ in range(2)]
    assert made[0] is made[1]

"""The processing context that operations receive: deadline and request cache."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext, RequestCache


def test_without_a_deadline_the_check_passes() -> None:
    """`check_deadline` raises nothing."""
    ProcessingContext().check_deadline()


@pytest.mark.parametrize("remaining", [0.0, -1.0])
def test_a_passed_deadline_raises_a_503(remaining: float) -> None:
    """The message says that the time allowed has passed."""
    with pytest.raises(OssError) as caught:
        ProcessingContext(remaining=lambda: remaining).check_deadline()
    assert (caught.value.code, caught.value.status) == (Code.SERVICE_UNAVAILABLE, 503)
    assert "time allowed" in caught.value.message


def test_any_remaining_time_passes() -> None:
    """The check passes until the deadline, without a margin."""
    ProcessingContext(remaining=lambda: 0.001).check_deadline()


def test_without_a_loader_a_watermark_object_is_an_error() -> None:
    """The default loader raises WatermarkError."""
    with pytest.raises(OssError) as caught:
        ProcessingContext().load_watermark("panda.png")
    assert caught.value.code is Code.WATERMARK_ERROR


def test_the_cache_keeps_values_that_fit() -> None:
    """A value that fits is created once; a larger one is created each time."""
    cache = RequestCache(remaining_pixels=10)
    numbers = iter(range(10))

    def once(key: str) -> int:
        return cache.get_or_create(key, lambda: next(numbers), pixels=lambda _: 6)

    assert [once(key) for key in "abab"] == [0, 1, 0, 2]
    assert cache.remaining_pixels == 4


def test_a_value_without_pixels_is_always_kept() -> None:
    """A value without pixels is kept even in a full cache."""
    cache = RequestCache(remaining_pixels=0)
    made = [cache.get_or_create("a", object, pixels=lambda _: 0) for _ in range(2)]
    assert made[0] is made[1]

"""A share of all requests is logged at DEBUG; each request is sampled on its own."""

import logging
import random
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from darkroom.telemetry.logs import LOGGER_NAME, LogSampling, silence_libraries


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Restore the levels of the loggers."""
    loggers = [logging.getLogger(), logging.getLogger(LOGGER_NAME)]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


def detailed(sampling: LogSampling) -> bool:
    """Start a request and return whether a module of the package logs at DEBUG."""
    sampling.choose_level()
    return logging.getLogger("darkroom.imaging.plan").isEnabledFor(logging.DEBUG)


def test_about_the_rate_is_logged_in_detail() -> None:
    """A rate of 0.25 samples about a quarter of the requests, with seeded random numbers."""
    sampling = LogSampling(level="INFO", rate=0.25, random=random.Random(7).random)
    found = sum(detailed(sampling) for _ in range(2000))
    assert 400 < found < 600


def test_the_random_numbers_have_no_state() -> None:
    """A snapshot would copy the state, and all copies would sample the same sequence."""
    random_method: Any = LogSampling(level="INFO").random
    with pytest.raises(NotImplementedError):
        random_method.__self__.getstate()


@pytest.mark.parametrize(("rate", "expected"), [(0.0, False), (1.0, True)], ids=["0", "1"])
@pytest.mark.parametrize("number", [0.0, 0.999999])
def test_the_rates_0_and_1_are_exact(rate: float, expected: bool, number: float) -> None:
    """No random number changes the outcome of rates 0 and 1."""
    assert detailed(LogSampling(level="INFO", rate=rate, random=lambda: number)) is expected


@pytest.mark.parametrize("level", ["INFO", "WARN", "ERROR"])
def test_the_next_request_is_logged_at_the_usual_level(level: str) -> None:
    """The level is set again for each request."""
    numbers = iter([0.1, 0.9])
    sampling = LogSampling(level=level, rate=0.5, random=lambda: next(numbers))
    assert detailed(sampling)
    assert not detailed(sampling)
    assert logging.getLogger(LOGGER_NAME).level == logging.getLevelNamesMapping()[level]


@pytest.mark.parametrize(
    ("level", "expected"), [(logging.DEBUG, logging.WARNING), (logging.ERROR, logging.ERROR)]
)
def test_libraries_only_warn(level: int, expected: int) -> None:
    """Libraries log at WARNING, or at a higher level of the root logger."""
    logging.getLogger().setLevel(level)
    silence_libraries()
    assert logging.getLogger("botocore.parsers").getEffectiveLevel() == expected


def test_warnings_about_a_picture_are_not_logged() -> None:
    """Each warning contains another tag, so Python's own filter would show all of them."""
    with warnings.catch_warnings(record=True) as caught:
        silence_libraries()
        for tag in range(3):
            warnings.warn(f"Possibly corrupt EXIF data. Skipping tag {tag}", stacklevel=1)
    assert caught == []

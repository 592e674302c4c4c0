"""A share of all requests is logged in detail; each request is sampled on its own."""

import logging
import random
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from darkroom.telemetry.logs import LOGGER_NAME, LogSampling, silence_libraries


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Leave the levels as they were."""
    loggers = [logging.getLogger(), logging.getLogger(LOGGER_NAME)]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


def detailed(verbosity: LogSampling) -> bool:
    """Begin a request, and ask a module of the package whether it would tell."""
    verbosity.choose_level()
    return logging.getLogger("darkroom.imaging.plan").isEnabledFor(logging.DEBUG)


def test_about_the_share_is_detailed() -> None:
    """A rate of 0.25 samples about a quarter of the requests, with seeded random numbers."""
    verbosity = LogSampling(level="INFO", rate=0.25, random=random.Random(7).random)
    found = sum(detailed(verbosity) for _ in range(2000))
    assert 400 < found < 600


def test_the_dice_have_no_state() -> None:
    """A snapshot would copy the state, and all copies would sample the same sequence."""
    dice: Any = LogSampling(level="INFO").random
    with pytest.raises(NotImplementedError):
        dice.__self__.getstate()


@pytest.mark.parametrize(("share", "expected"), [(0.0, False), (1.0, True)], ids=["0", "1"])
@pytest.mark.parametrize("throw", [0.0, 0.999999])
def test_none_and_all_are_exact(share: float, expected: bool, throw: float) -> None:
    """No random number changes the outcome of rates 0 and 1."""
    assert detailed(LogSampling(level="INFO", rate=share, random=lambda: throw)) is expected


@pytest.mark.parametrize("level", ["INFO", "WARN", "ERROR"])
def test_the_next_request_is_logged_as_usual(level: str) -> None:
    """What one was logged at does not stay."""
    throws = iter([0.1, 0.9])
    verbosity = LogSampling(level=level, rate=0.5, random=lambda: next(throws))
    assert detailed(verbosity)
    assert not detailed(verbosity)
    assert logging.getLogger(LOGGER_NAME).level == logging.getLevelNamesMapping()[level]


@pytest.mark.parametrize(
    ("given", "left"), [(logging.DEBUG, logging.WARNING), (logging.ERROR, logging.ERROR)]
)
def test_libraries_only_warn(given: int, left: int) -> None:
    """However far the root is opened; one that says less goes on to."""
    logging.getLogger().setLevel(given)
    silence_libraries()
    assert logging.getLogger("botocore.parsers").getEffectiveLevel() == left


def test_no_picture_fills_the_log_with_warnings() -> None:
    """Each of its tags could hold one of another text, so that none is the same as the last."""
    with warnings.catch_warnings(record=True) as heard:
        silence_libraries()
        for tag in range(3):
            warnings.warn(f"Possibly corrupt EXIF data. Skipping tag {tag}", stacklevel=1)
    assert heard == []

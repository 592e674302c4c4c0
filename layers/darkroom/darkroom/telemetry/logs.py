"""Log fields and log level of a request."""

import logging
import warnings
from collections.abc import Callable, Sequence
from secrets import SystemRandom

from msgspec import Struct, field

LOGGER_NAME = "darkroom"
"""Name of the parent of all loggers in this package."""

type LogValue = str | int | Sequence[str]


class LogContext(Struct, frozen=True, kw_only=True):
    """Log fields of one request or message: names and numbers, no caller-supplied text."""

    fields: dict[str, LogValue] = field(default_factory=dict)
    targets: list[dict[str, LogValue]] = field(default_factory=list)
    """One entry for each target of the jobs in a message."""

    def bind(self, **fields: LogValue) -> None:
        """Add fields; a later value of the same name replaces an earlier one."""
        self.fields.update(fields)

    @property
    def scalars(self) -> dict[str, str | int]:
        """Fields with a single value, for trace annotations: X-Ray does not support lists."""
        return {name: value for name, value in self.fields.items() if isinstance(value, str | int)}

    def add_target(self, **fields: LogValue) -> None:
        """Add the fields of one target."""
        self.targets.append(fields)


class LogSampling(Struct, frozen=True, kw_only=True):
    """Logs a random share of the requests at DEBUG, the others at the usual level.

    Uses `SystemRandom`: copies of a snapshot share the state of `random`.
    """

    level: str
    """Name of the usual level."""
    rate: float = 0.0
    """Share of the requests that are logged at DEBUG, 0 to 1."""
    random: Callable[[], float] = SystemRandom().random

    def choose_level(self) -> None:
        """Set the level of this package's loggers for the next request."""
        in_detail = self.rate > 0 and self.random() < self.rate
        logger, level = logging.getLogger(LOGGER_NAME), "DEBUG" if in_detail else self.level
        if logging.getLevelName(logger.level) != level:  # to set it empties every logger's cache
            logger.setLevel(level)


def silence_libraries() -> None:
    """Limit other libraries to warnings and errors in the log, and disable Python's `warnings`.

    Lambda sets the root logger to the level of the service's logger, and botocore's debug logs
    contain secrets and signatures. Pillow warns of each invalid tag of a picture, of which there
    may be tens of thousands.
    """
    warnings.simplefilter("ignore")
    root = logging.getLogger()
    root.setLevel(max(root.level, logging.WARNING))

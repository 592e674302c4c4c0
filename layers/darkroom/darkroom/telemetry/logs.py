"""What a request logs: its fields, and how much of its details."""

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from secrets import SystemRandom

LOGGER_NAME = "darkroom"
"""The parent of the loggers of all modules of this package."""

type LogValue = str | int | Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContext:
    """Fields of the log line of one request or message: names and numbers, no caller's text."""

    fields: dict[str, LogValue] = field(default_factory=dict)
    targets: list[dict[str, LogValue]] = field(default_factory=list)
    """One entry for each target of the jobs in a message."""

    def bind(self, **fields: LogValue) -> None:
        """Add fields; a later value of the same name replaces an earlier one."""
        self.fields.update(fields)

    @property
    def scalars(self) -> dict[str, str | int]:
        """Fields of one value each, for trace annotations: X-Ray knows no lists."""
        return {name: value for name, value in self.fields.items() if isinstance(value, str | int)}

    def add_target(self, **fields: LogValue) -> None:
        """Add an entry for a target."""
        self.targets.append(fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSampling:
    """Logs a random share of the requests in detail, the others at the usual level.

    Uses `SystemRandom`: copies of a snapshot share the state of `random`.
    """

    level: str
    """The usual level, by name."""
    rate: float = 0.0
    """Share of the requests that are logged in detail, 0 to 1."""
    random: Callable[[], float] = SystemRandom().random

    def choose_level(self) -> None:
        """Set the level of this package's loggers for the next request."""
        in_detail = self.rate > 0 and self.random() < self.rate
        logging.getLogger(LOGGER_NAME).setLevel(logging.DEBUG if in_detail else self.level)


def silence_libraries() -> None:
    """Log warnings and errors of other libraries only, and no warnings of Python's own kind.

    Lambda sets the root logger to the level of our own, and botocore's details hold secrets and
    signatures. Pillow warns of each tag of a picture that is not in order, which may be tens of
    thousands.
    """
    warnings.simplefilter("ignore")
    root = logging.getLogger()
    root.setLevel(max(root.level, logging.WARNING))

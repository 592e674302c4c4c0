"""How much is logged: a share of all requests in every detail, the others as usual."""

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from secrets import SystemRandom

LOG = "darkroom"
"""The logger above those of all modules of this package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbosity:
    """Decides for each request anew; by the system's dice, which no snapshot repeats."""

    level: str
    """Least severity otherwise, by its name."""
    share: float = 0.0
    """Of the requests that are logged in detail, 0 to 1."""
    dice: Callable[[], float] = SystemRandom().random

    def settle(self) -> None:
        """Set the level of this package's loggers for the request that comes now."""
        closely = self.share > 0 and self.dice() < self.share
        logging.getLogger(LOG).setLevel(logging.DEBUG if closely else self.level)


def hush_libraries() -> None:
    """Keep what libraries have to say out of the log, but for their loggers' warnings.

    Lambda opens the root logger for it where it lets our own details pass, and those of botocore
    hold secrets and signatures. Pillow warns of each tag of a picture that is not in order,
    which may be tens of thousands: what matters about a picture is in its answer.
    """
    warnings.simplefilter("ignore")
    root = logging.getLogger()
    root.setLevel(max(root.level, logging.WARNING))

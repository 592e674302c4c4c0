"""Bounds of the pictures at work: their number, their memory, and how many wait."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

from darkroom.errors import Code, OssError

RETRY_SECONDS = 1
"""Seconds after which a refused client may try again."""


def busy() -> OssError:
    """Return the error of a server that has no room for another request."""
    return OssError(Code.SERVICE_UNAVAILABLE, retry_after=RETRY_SECONDS)


@dataclass(slots=True, kw_only=True)
class PictureGate:
    """Lets few pictures be processed at once, and few others wait for them."""

    pictures: int
    """Pictures at work."""
    waiting: int
    """Pictures that wait; a further one is refused."""
    memory: int | None = None
    """Bytes of pixels of all pictures at work; None without a limit."""
    at_work: int = 0
    in_queue: int = 0
    reserved: int = 0
    _changed: Condition = field(default_factory=Condition, repr=False)

    @contextmanager
    def slot(self, remaining: Callable[[], float]) -> Iterator[None]:
        """Hold one of the places; raises `ServiceUnavailable` where none becomes free in time."""
        with self._changed:
            if self.at_work >= self.pictures or self.in_queue:
                self._wait_for_slot(remaining)
            self.at_work += 1
        try:
            yield
        finally:
            with self._changed:
                self.at_work -= 1
                self._changed.notify_all()

    def _wait_for_slot(self, remaining: Callable[[], float]) -> None:
        if self.in_queue >= self.waiting:
            raise busy()
        self.in_queue += 1
        try:
            free = self._changed.wait_for(
                lambda: self.at_work < self.pictures, timeout=max(0.0, remaining())
            )
        finally:
            self.in_queue -= 1
        if not free:
            raise busy()

    @contextmanager
    def pixels(self, size: int, remaining: Callable[[], float]) -> Iterator[None]:
        """Reserve bytes of pixels; a picture that is at work alone may have any size."""
        with self._changed:
            free = self._changed.wait_for(lambda: self._fits(size), timeout=max(0.0, remaining()))
            if not free:
                raise busy()
            self.reserved += size
        try:
            yield
        finally:
            with self._changed:
                self.reserved -= size
                self._changed.notify_all()

    def _fits(self, size: int) -> bool:
        return self.memory is None or not self.reserved or self.reserved + size <= self.memory

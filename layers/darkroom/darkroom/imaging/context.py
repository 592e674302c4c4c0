"""The context of operations: limits, deadline, watermark loader, fonts, measurement and cache."""

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from darkroom.errors import Code, OssError
from darkroom.imaging.engine import Engine
from darkroom.limits import Limits
from darkroom.settings import FONTS
from darkroom.telemetry.logs import LogContext


def _no_watermarks(key: str) -> bytes:
    raise OssError(Code.WATERMARK_ERROR, f"There is nowhere to load {key} from.")


def _stage(_name: str) -> AbstractContextManager[object]:
    return nullcontext()


class RequestCache(Struct, kw_only=True):
    """Values that are computed once for a request and used for each frame."""

    remaining_pixels: int = 4_194_304
    """Pixels that may still be cached."""
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def get_or_create[T](
        self, key: Hashable, make: Callable[[], T], *, pixels: Callable[[T], int]
    ) -> T:
        """Return the cached value of the key, or make it and cache it if its pixels fit."""
        if key in self._made:
            cached: T = self._made[key]
            return cached
        made = make()
        if pixels(made) <= self.remaining_pixels:
            self.remaining_pixels -= pixels(made)
            self._made[key] = made
        return made


class ProcessingContext(Struct, frozen=True, kw_only=True):
    """The limits, callbacks and folders that operations read."""

    limits: Limits = field(default_factory=Limits)
    remaining: Callable[[], float] = lambda: float("inf")
    """Returns the seconds until the deadline of the response."""
    load_watermark: Callable[[str], bytes] = _no_watermarks
    """Returns the bytes of a watermark object by key; raises `WatermarkError`."""
    engine: Engine | None = None
    """The native engine; None where Pillow does all work."""
    fonts: Path = FONTS
    """Folder of the font files."""
    stage: Callable[[str], AbstractContextManager[object]] = _stage
    """Returns a context manager that measures its block under a name."""
    picture_slot: Callable[[], AbstractContextManager[object]] = nullcontext
    """Returns a context manager that bounds how many pictures are at work in its blocks."""
    pixel_memory: Callable[[int], AbstractContextManager[object]] = nullcontext
    """Returns a context manager that bounds the bytes of pixels of all its blocks."""
    log_context: LogContext = field(default_factory=LogContext)
    """Fields of the request's log line."""
    cache: RequestCache = field(default_factory=RequestCache)

    def check_deadline(self, needed: float = 0) -> None:
        """Raise `ServiceUnavailable` if no more than the needed seconds remain."""
        if self.remaining() <= needed:
            raise OssError(
                Code.SERVICE_UNAVAILABLE,
                "The picture could not be processed in the time allowed. "
                "Ask for a smaller result, or process it asynchronously.",
            )

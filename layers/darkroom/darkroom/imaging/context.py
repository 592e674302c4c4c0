"""What a process may use besides its picture: limits, deadline, watermark objects, fonts."""

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from darkroom.errors import Code, OssError
from darkroom.limits import Limits
from darkroom.settings import FONTS
from darkroom.telemetry.logs import LogContext


def _no_marks(key: str) -> bytes:
    raise OssError(Code.WATERMARK_ERROR, f"There is nowhere to load {key} from.")


def _stage(_name: str) -> AbstractContextManager[object]:
    return nullcontext()


@dataclass(slots=True, kw_only=True)
class RequestCache:
    """Things that a request needs again and again, as long as there is room for their pixels."""

    room: int = 4_194_304
    """Pixels that may still be kept."""
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def get_or_create[T](
        self, key: Hashable, make: Callable[[], T], *, pixels: Callable[[T], int]
    ) -> T:
        """Give the thing of this key, made now unless it is there."""
        if key in self._made:
            kept: T = self._made[key]
            return kept
        made = make()
        if pixels(made) <= self.room:
            self.room -= pixels(made)
            self._made[key] = made
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingContext:
    """What operations may know of the world."""

    limits: Limits = field(default_factory=Limits)
    remaining: Callable[[], float] = lambda: float("inf")
    """Seconds until the answer has to be there."""
    load_watermark: Callable[[str], bytes] = _no_marks
    """Bytes of a watermark object by key; `WatermarkError` when it cannot be had."""
    fonts: Path = FONTS
    """Folder of the font files."""
    stage: Callable[[str], AbstractContextManager[object]] = _stage
    """Measures what runs inside it, under a name."""
    log_context: LogContext = field(default_factory=LogContext, repr=False)
    """Is told what the request turns out to be."""
    cache: RequestCache = field(default_factory=RequestCache, repr=False)
    """What is made once for the request."""

    def check_deadline(self) -> None:
        """Give up while there is still time to say so."""
        if self.remaining() <= 0:
            raise OssError(
                Code.SERVICE_UNAVAILABLE,
                "The picture could not be processed in the time allowed. "
                "Ask for a smaller result, or process it asynchronously.",
            )

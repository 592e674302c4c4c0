"""What a step of the pipeline is: the kinds of operation, and the context they act in."""

from collections.abc import Callable, Hashable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from darkroom.errors import Code, OssError
from darkroom.imaging.picture import Header, Picture
from darkroom.limits import Limits, Size
from darkroom.process.parameters import Declared
from darkroom.settings import FONTS
from darkroom.telemetry.log_context import Journal

type QualityRule = Callable[[int | None], int]
"""From the source's quality on the same scale, if it is known, to the result's."""


def _no_marks(key: str) -> bytes:
    raise OssError(Code.WATERMARK_ERROR, f"There is nowhere to load {key} from.")


def _stage(_name: str) -> AbstractContextManager[object]:
    return nullcontext()


@dataclass(slots=True, kw_only=True)
class Shelf:
    """Things that a request needs again and again, as long as there is room for their pixels."""

    room: int = 4_194_304
    """Pixels that may still be kept."""
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def once[T](self, key: Hashable, make: Callable[[], T], *, pixels: Callable[[T], int]) -> T:
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
class Context:
    """What operations may know of the world."""

    limits: Limits = field(default_factory=Limits)
    remaining: Callable[[], float] = lambda: float("inf")
    """Seconds until the answer has to be there."""
    load_mark: Callable[[str], bytes] = _no_marks
    """Bytes of a watermark object by key; `WatermarkError` when it cannot be had."""
    fonts: Path = FONTS
    """Folder of the font files."""
    stage: Callable[[str], AbstractContextManager[object]] = _stage
    """Measures what runs inside it, under a name."""
    journal: Journal = field(default_factory=Journal, repr=False)
    """Is told what the request turns out to be."""
    shelf: Shelf = field(default_factory=Shelf, repr=False)
    """What is made once for the request."""

    def check_deadline(self) -> None:
        """Give up while there is still time to say so."""
        if self.remaining() <= 0:
            raise OssError(
                Code.SERVICE_UNAVAILABLE,
                "The picture could not be processed in the time allowed. "
                "Ask for a smaller result, or process it asynchronously.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is settled before any pixel is decoded: the output options together."""

    header: Header
    format: str
    """The result's format by its documented word."""
    upright: bool
    """Whether EXIF orientation is applied."""
    quality: QualityRule | None = None
    progressive: bool = False
    full_chroma: bool = False
    """Whether colour keeps its full resolution in a JPEG."""


@runtime_checkable
class PixelOperation(Declared, Protocol):
    """Changes pixels: pure, from picture to new picture."""

    def apply(self, picture: Picture, context: Context) -> Picture:
        """Make the new picture; the old one stays as it is."""

    @property
    def keeps_animation(self) -> bool:
        """Whether an animation may go through it frame by frame (spec 03 §5)."""


@runtime_checkable
class NeedsFewer(Protocol):
    """A pixel operation that can say how few pixels it has use for."""

    def needed_size(self, size: Size, *, animated: bool) -> Size | None:
        """Size to which a picture of `size` will be scaled, or none when it stays as it is."""


@runtime_checkable
class DrawsMarks(Protocol):
    """An operation that loads watermark objects, and can say which before it sees a picture."""

    @property
    def mark_keys(self) -> frozenset[str]:
        """Keys of all that `apply` loads, whatever the picture; those of nested steps, too."""


@runtime_checkable
class OutputOption(Declared, Protocol):
    """Settles something of the plan; where it stands among the actions does not matter."""

    def revise(self, plan: Plan, limits: Limits) -> Plan:
        """Give the plan with this option in it."""

    @property
    def keeps_animation(self) -> bool:
        """Whether an animation stays one (spec 03 §5)."""


@runtime_checkable
class Report(Declared, Protocol):
    """Answers JSON about a picture instead of a picture; stands alone."""

    def report(self, data: bytes, header: Header) -> str:
        """Write the answer about the stored bytes."""


type Operation = PixelOperation | OutputOption | Report


def mark_keys(steps: Iterable[object]) -> frozenset[str]:
    """Name the watermark objects that the steps will load between them."""
    drawing = (step for step in steps if isinstance(step, DrawsMarks))
    return frozenset().union(*(step.mark_keys for step in drawing))

"""The kinds of operation, each a base class, and what they decide before a pixel is decoded."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from darkroom.geometry import Size
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.picture import Header, Picture
from darkroom.limits import Limits

type QualityRule = Callable[[int | None], int]
"""From the source's quality on the same scale, if it is known, to the result's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPlan:
    """What the output options of a process decide together."""

    header: Header
    format: str
    """The result's format by name."""
    upright: bool
    """Whether EXIF orientation is applied."""
    quality: QualityRule | None = None
    progressive: bool = False
    full_chroma: bool = False
    """Whether colour keeps its full resolution in a JPEG."""


class Operation(ABC):
    """An action of a process: a frozen dataclass whose fields are made by `parameter`."""

    name: ClassVar[str]
    """Its documented name."""
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def keeps_animation(self) -> bool:
        """Tell whether an animation stays one (spec 03 §5)."""
        return False


class PixelOperation(Operation):
    """Changes pixels: pure, from picture to new picture."""

    @abstractmethod
    def apply(self, picture: Picture, context: ProcessingContext) -> Picture:
        """Return the new picture; the old one stays as it is."""


class SupportsReducedDecode(ABC):
    """A pixel operation that can say how few pixels it has use for."""

    @abstractmethod
    def needed_size(self, size: Size, *, animated: bool) -> Size | None:
        """Return the size that a picture of `size` is scaled to, none for all of its pixels."""


class UsesWatermarks(ABC):
    """An operation that loads watermark objects, and can say which before it sees a picture."""

    @property
    @abstractmethod
    def watermark_keys(self) -> frozenset[str]:
        """Keys of all objects that `apply` loads, nested steps included."""


class OutputOption(Operation):
    """Decides something of the output; its place among the actions does not matter."""

    @abstractmethod
    def apply_to(self, plan: OutputPlan, limits: Limits) -> OutputPlan:
        """Return the plan with this option."""


class Report(Operation):
    """Answers JSON about a picture instead of a picture; stands alone."""

    @abstractmethod
    def report(self, data: bytes, header: Header) -> str:
        """Write the answer about the stored bytes."""

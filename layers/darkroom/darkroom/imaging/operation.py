"""The kinds of operation, each a base class, and the plan that output options change."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from msgspec import Struct

from darkroom.errors import OssError
from darkroom.geometry import Size
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine, Planes
from darkroom.imaging.picture import Header, Picture
from darkroom.imaging.work import STEP, Shape, Weight, WorkSum
from darkroom.limits import Limits

type QualityRule = Callable[[int | None], int]
"""Returns the result's quality from the source's on the same scale, None if that is unknown."""


class OutputPlan(Struct, frozen=True, kw_only=True):
    """The output's options, which the output options of a process change in turn."""

    header: Header
    format: str
    """The result's format by name."""
    upright: bool
    """Whether EXIF orientation is applied."""
    quality: QualityRule | None = None
    progressive: bool = False
    full_chroma: bool = False
    """Whether a JPEG is written without chroma subsampling."""
    negotiated: bool = False
    """Whether the format follows from the formats that the client accepts."""


class Operation(ABC):
    """An action of a process: a frozen dataclass whose fields are declared with `parameter`."""

    name: ClassVar[str]
    """The documented name of the action."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names of the action, which are read but never written."""
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def keeps_animation(self) -> bool:
        """Return whether an animated source gives an animated result (spec 03 §5)."""
        return False


class PixelOperation(Operation):
    """An operation that changes pixels: a pure function from picture to new picture."""

    weight: ClassVar[Weight]
    """Bounds the processor time of `apply`, for the larger of the pictures before and after."""

    def size_after(self, size: Size, *, animated: bool) -> Size:  # noqa: ARG002 - the default
        """Return the size of the result for a picture of `size`; by default the same.

        `animated` is whether the source has several frames. Raises the `OssError` that `apply`
        raises for the size, limits apart.
        """
        return size

    def result_size(self, size: Size, limits: Limits, *, animated: bool) -> Size:  # noqa: ARG002
        """Return `size_after`; raises the errors of limits as well."""
        return self.size_after(size, animated=animated)

    def shape_after(self, before: Shape) -> Shape | None:
        """Return the result's shape; None where `apply` refuses the picture."""
        try:
            return before.resized(self.size_after(before.size, animated=before.animated))
        except OssError:
            return None

    def add_work(
        self, total: WorkSum, before: Shape, after: Shape, context: ProcessingContext
    ) -> None:
        """Add the work of `apply`; may raise the errors of `apply` that depend on sizes alone."""
        del context
        pixels = max(before.pixels, after.pixels)
        total.add(STEP + self.weight.of(pixels, alpha=before.alpha or after.alpha))

    @abstractmethod
    def apply(self, picture: Picture, context: ProcessingContext) -> Picture:
        """Return the new picture; the given one is not changed."""


class SupportsReducedDecode(ABC):
    """A pixel operation that can work on a reduced decode, also called shrink-on-load."""

    takes_exact_size: ClassVar[bool] = False
    """Whether the picture may have been scaled to exactly the needed size while decoding."""

    @abstractmethod
    def needed_size(self, size: Size, *, animated: bool) -> Size | None:
        """Return the least size that is needed of a picture of `size`, None for all its pixels."""


class SupportsPlanes(ABC):
    """A pixel operation that can work on the planes of a JPEG, without converting them to RGB."""

    @abstractmethod
    def changes_planes(self) -> bool:
        """Return whether these arguments allow it."""

    @abstractmethod
    def apply_to_planes(self, planes: Planes, engine: Engine) -> None:
        """Change the planes in place."""


class UsesWatermarks(ABC):
    """An operation that loads watermark objects, whose keys are known before it runs."""

    @property
    @abstractmethod
    def watermark_keys(self) -> frozenset[str]:
        """Keys of all objects that `apply` loads, including those of nested steps."""


class OutputOption(Operation):
    """An operation that sets an option of the output; its position among the actions is free."""

    @abstractmethod
    def apply_to(self, plan: OutputPlan, limits: Limits) -> OutputPlan:
        """Return the plan with this option set."""


class Report(Operation):
    """An operation that returns JSON about the picture; it must be the only action."""

    decodes: ClassVar[bool] = False
    """Whether the report depends on pixels."""

    @abstractmethod
    def report(self, data: bytes, header: Header) -> str:
        """Return the JSON text about the stored bytes."""

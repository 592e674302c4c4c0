"""The work of a process: pixels times weights, summed before any pixel is decoded (decision 140).

A weight is the processor time of one core for a pixel, in nanoseconds. It is measured for the
slowest arguments of an operation; `python -m benchmarks.work` compares it with the machine's.
"""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from darkroom.geometry import Size, area

STEP = 300_000
"""Nanoseconds of an operation on a frame of any size."""

MAX_CACHED_PIXELS = 2_097_152
"""Pixels of marks that certainly stay in the cache of a request, for all frames."""


class Weight(Struct, frozen=True, kw_only=True):
    """Nanoseconds for a pixel, without and with transparency."""

    opaque: int
    alpha: int

    def of(self, pixels: int, *, alpha: bool) -> int:
        """Return the nanoseconds for a number of pixels."""
        return pixels * (self.alpha if alpha else self.opaque)


class Shape(Struct, frozen=True, kw_only=True):
    """The properties of a picture between two operations that its work depends on."""

    size: Size
    alpha: bool
    """Whether it may have transparent pixels."""
    keeps_alpha: bool
    """Whether the result can hold transparency."""
    animated: bool = False
    """Whether the source has several frames."""
    reduction: int = 1
    """Pixels along each side that became one while decoding."""

    @property
    def pixels(self) -> int:
        """The number of decoded pixels."""
        return area(self.size) // self.reduction**2

    def resized(self, size: Size) -> Self:
        """Return the shape of a result of this size."""
        return replace(self, size=size, reduction=1)

    def masked(self) -> Self:
        """Return the shape with transparency, where the result can hold it."""
        return replace(self, alpha=self.alpha or self.keeps_alpha, reduction=1)


class WorkSum(Struct, kw_only=True):
    """The sum over all frames of a result, in nanoseconds."""

    frames: int = 1
    nanoseconds: int = 0
    _cached_pixels: int = 0

    @property
    def millions(self) -> int:
        """The sum in millions of pixels times weight, rounded up."""
        return -(-self.nanoseconds // 1_000_000)

    def add(self, nanoseconds: int) -> None:
        """Add the work of a step on each frame."""
        self.nanoseconds += nanoseconds * self.frames

    def add_cached(self, nanoseconds: int, pixels: int) -> None:
        """Add work whose result of so many pixels is used for all frames, if the cache holds it."""
        self._cached_pixels += pixels
        cached = self._cached_pixels <= MAX_CACHED_PIXELS
        self.nanoseconds += nanoseconds * (1 if cached else self.frames)

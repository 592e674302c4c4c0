"""Size, side, pixel and frame limits, and their checks (spec 03 §6). Values at a limit pass."""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from darkroom.errors import Code, OssError, too_many
from darkroom.geometry import Size, area

MAX_KEY_BYTES = 1023
"""Bytes of an object key in UTF-8."""

EC_PIXELS = "0040-00000012"

BASELINE_MB = 150
"""Megabytes (2^20 bytes) that a function uses before it decodes a picture, its file included."""

USABLE_MEMORY = 0.85
"""Share of a function's memory that pictures may fill: the rest is for what was not measured."""

HELD_BYTES_PER_PIXEL = 4
"""Memory per pixel of a decoded picture that is held while another one is processed."""


class Limits(Struct, frozen=True, kw_only=True):
    """Limits of pictures; the defaults are the vendor's."""

    source_bytes: int = 20_971_520
    source_side: int = 30_000
    source_pixels: int = 250_000_000
    """Of all frames together."""
    source_frames: int = 10_000
    """Each frame takes time to decode, however small it is."""
    memory: int | None = None
    """Bytes that decoded pixels may take; None without a limit (decision 101)."""
    work: int | None = 4000
    """Millions of pixels times weights of a process; None without a limit (decision 140)."""
    rotated_side: int = 4096
    result_side: int = 16_384
    result_pixels: int = 16_777_216

    @classmethod
    def for_memory(cls, megabytes: int | None) -> Self:
        """Return limits that bound a frame to the memory of a function, in megabytes.

        A function that exceeds its memory is killed before it can answer an error.
        """
        if megabytes is None:
            return cls()
        usable = max(1, int(megabytes * USABLE_MEMORY) - BASELINE_MB)
        return cls(memory=usable * 2**20)

    def holding(self, size: Size) -> Self:
        """Return the limits for another picture while one of this size is in memory."""
        if self.memory is None:
            return self
        held = area(size) * HELD_BYTES_PER_PIXEL
        return replace(self, memory=max(0, self.memory - held))

    def fits(self, size: Size, bytes_per_pixel: float) -> bool:
        """Return whether the memory suffices for a picture of this size."""
        return self.memory is None or area(size) * bytes_per_pixel <= self.memory

    def check_source_bytes(self, size: int) -> None:
        """Refuse a stored object of more than `source_bytes` bytes."""
        if size > self.source_bytes:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"Maximal size of image supported is {self.source_bytes}",
                ec="0040-00000001",
            )

    def check_source(
        self, size: Size, frames: int, format_name: str, *, max_side: int | None, ec_side: str
    ) -> None:
        """Refuse a picture by its header: its sides, its frames and the pixels of all frames.

        `max_side` is the format's own limit; None means `source_side`.
        """
        maximum = self.source_side if max_side is None else max_side
        if max(size) > maximum:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"The picture measures {size[0]}x{size[1]}: "
                f"a side of a {format_name} picture may be at most {maximum} pixels.",
                ec=ec_side,
            )
        if area(size) * frames > self.source_pixels:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"The picture measures {size[0]}x{size[1]} in {frames} frames: "
                f"at most {self.source_pixels} pixels are supported.",
                ec=EC_PIXELS,
            )
        if frames > self.source_frames:
            raise too_many("frames", frames, self.source_frames, ec=EC_PIXELS)

    def check_memory(self, size: Size, bytes_per_pixel: float, done: str) -> None:
        """Refuse a picture whose pixels take more than `memory`; `done` ends the message."""
        if self.memory is None or self.fits(size, bytes_per_pixel):
            return
        message = (
            f"The picture measures {size[0]}x{size[1]}: "
            f"at most {int(self.memory / bytes_per_pixel)} pixels can be {done} here."
        )
        raise OssError(Code.IMAGE_TOO_LARGE, message, ec=EC_PIXELS)

    def check_work(self, millions: int) -> None:
        """Refuse a process over the limit of work on its picture."""
        if self.work is not None and millions > self.work:
            raise OssError(
                Code.BAD_REQUEST,
                f"The work of the process on this picture is {millions} million pixels times the "
                f"weights of its operations: at most {self.work} million are allowed.",
            )

    def check_rotation(self, size: Size) -> None:
        """Refuse to rotate a picture with a side over `rotated_side` pixels."""
        if max(size) > self.rotated_side:
            raise OssError(
                Code.BAD_REQUEST,
                "Picture exceed the maximum allowable rotation range.",
                ec="0040-00000006",
            )

    def check_resized(self, size: Size) -> None:
        """Refuse the result of a resize over the side or pixel limit."""
        if max(size) > self.result_side or area(size) > self.result_pixels:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"The result would measure {size[0]}x{size[1]}: a side may be at most "
                f"{self.result_side} and the area {self.result_pixels} pixels.",
                ec="0040-00000007",
            )

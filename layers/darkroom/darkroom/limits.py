"""Size, side, pixel and frame limits, and their checks (spec 03 §6). Boundary values pass."""

from dataclasses import dataclass, replace
from typing import Self

from darkroom.errors import Code, OssError, too_many

type Size = tuple[int, int]
"""Width and height in pixels."""

LONGEST_KEY = 1023
"""Bytes of an object's key in UTF-8."""

EC_PIXELS = "0040-00000012"
EC_SIDE = {"bmp": "0040-00000017", "tiff": "0040-00000018", "jpg": "0040-00000019"}


RESIDENT = 150
"""Megabytes that a function takes without any picture."""

BYTES_A_PIXEL = {
    "frame_pixels": 16,  # libwebp's decoder, of a lossless picture
    "gif_pixels": 20,  # the frame, and the canvas that it is drawn on
    "animated_pixels": 48,  # the canvas before and after, the encoder's own, what it compares
    "clear_webp_pixels": 26,  # the picture, and libwebp's copies of colours and transparency
}
"""What is held of a picture at the most (docs/decisions/101-memory-of-animations.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The vendor's figures; a deployment with more memory may raise them."""

    source_bytes: int = 20_971_520
    source_side: int = 30_000
    tiff_side: int = 16_384
    source_pixels: int = 250_000_000
    """Of all frames together."""
    source_frames: int = 10_000
    """However small they are, each takes its time."""
    frame_pixels: int = 250_000_000
    """Of one: that many are decoded at a time."""
    gif_pixels: int = 250_000_000
    """Of the frame of a GIF."""
    animated_pixels: int = 250_000_000
    """Of each frame of an animation."""
    clear_webp_pixels: int = 250_000_000
    """Of a WebP result with transparency."""
    rotated_side: int = 4096
    result_side: int = 16_384
    result_pixels: int = 16_777_216

    @classmethod
    def within(cls, megabytes: int | None) -> Self:
        """Bound a frame to what the memory of a function can hold.

        A function that outgrows its memory is killed, and its caller learns nothing.
        """
        most = cls()
        if megabytes is None:
            return most
        room = max(1, megabytes - RESIDENT) * 1_000_000
        return replace(
            most,
            **{
                name: min(getattr(most, name), room // bytes_)
                for name, bytes_ in BYTES_A_PIXEL.items()
            },
        )

    def check_source_bytes(self, size: int) -> None:
        """Refuse a stored object of more than `source_bytes` bytes."""
        if size > self.source_bytes:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"Maximal size of image supported is {self.source_bytes}",
                ec="0040-00000001",
            )

    def check_source(self, word: str, size: Size, frames: int) -> None:
        """Refuse a picture by its header, before any pixel is decoded.

        `word` is the format's documented name; an animation counts every frame.
        """
        side = self.tiff_side if word == "tiff" else self.source_side
        if max(size) > side:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"The picture measures {size[0]}x{size[1]}: "
                f"a side of a {word} picture may be at most {side} pixels.",
                ec=EC_SIDE.get(word, "0040-00000009"),
            )
        if size[0] * size[1] * frames > self.source_pixels:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"The picture measures {size[0]}x{size[1]} in {frames} frames: "
                f"at most {self.source_pixels} pixels are supported.",
                ec=EC_PIXELS,
            )
        if frames > self.source_frames:
            raise too_many("frames", frames, self.source_frames, ec=EC_PIXELS)
        _check_room(size, self._room(word, frames), "processed")

    def _room(self, word: str, frames: int) -> int:
        if frames > 1:
            return min(self.frame_pixels, self.animated_pixels)
        return min(self.frame_pixels, self.gif_pixels) if word == "gif" else self.frame_pixels

    def check_clear_webp(self, size: Size) -> None:
        """Refuse a result with transparency that the encoder of WebP has no memory for."""
        _check_room(size, self.clear_webp_pixels, "written as WebP with transparency")

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
        if max(size) > self.result_side or size[0] * size[1] > self.result_pixels:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"The result would measure {size[0]}x{size[1]}: a side may be at most "
                f"{self.result_side} and the area {self.result_pixels} pixels.",
                ec="0040-00000007",
            )


def _check_room(size: Size, most: int, done: str) -> None:
    if size[0] * size[1] > most:
        raise OssError(
            Code.IMAGE_TOO_LARGE,
            f"The picture measures {size[0]}x{size[1]}: at most {most} pixels can be {done} here.",
            ec=EC_PIXELS,
        )

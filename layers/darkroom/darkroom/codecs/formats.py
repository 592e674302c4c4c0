"""The one table of formats and what each can do (spec 03 §1–3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.errors import Code, OssError


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format's capabilities; `word` is its documented name."""

    word: str
    pillow: str
    """The name of Pillow's plugin."""
    content_type: str
    alpha: bool
    """Whether a result keeps transparency; without it, empty areas are white (C-59)."""
    animated: bool = False
    quality: int | None = None
    """Default quality where the encoder takes one and the source has none of its own."""
    longest_side: int | None = None
    """Side that the encoder refuses to exceed, in pixels."""
    most_pixels: int | None = None
    ec_too_long: str | None = None

    def check_result(self, size: tuple[int, int]) -> None:
        """Refuse a picture that the format cannot hold, before it is encoded."""
        width, height = size
        too_long = self.longest_side is not None and max(size) > self.longest_side
        too_many = self.most_pixels is not None and width * height > self.most_pixels
        if too_long or too_many:
            raise OssError(
                Code.IMAGE_TOO_LARGE,
                f"The result measures {width}x{height}: {self.word} allows "
                f"sides up to {self.longest_side} pixels"
                + (f" and {self.most_pixels} in all." if self.most_pixels else "."),
                ec=self.ec_too_long,
            )


_TABLE = (
    Format(word="jpg", pillow="JPEG", content_type="image/jpeg", alpha=False, quality=75),
    Format(word="png", pillow="PNG", content_type="image/png", alpha=True),
    Format(
        word="webp",
        pillow="WEBP",
        content_type="image/webp",
        alpha=True,
        animated=True,
        quality=75,
        longest_side=16_383,
        ec_too_long="0040-00000011",
    ),
    Format(word="bmp", pillow="BMP", content_type="image/bmp", alpha=True),
    Format(word="gif", pillow="GIF", content_type="image/gif", alpha=True, animated=True),
    Format(word="tiff", pillow="TIFF", content_type="image/tiff", alpha=True),
)

FORMATS: Mapping[str, Format] = {entry.word: entry for entry in _TABLE}
"""Every format that is read and written, by word."""

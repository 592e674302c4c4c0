"""The one table of formats and what each can do (spec 03 §1–3, §6)."""

from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.errors import Code, OssError
from darkroom.limits import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format's capabilities; `word` is its documented name."""

    word: str
    pillow: str
    """The name that Pillow knows the format by."""
    plugin: str
    """The module that teaches it to Pillow, imported when the format is first met."""
    content_type: str
    alpha: bool = True
    """Whether a result keeps transparency; without it, empty areas are white (C-59)."""
    animated: bool = False
    quality: int | None = None
    """Default quality where the encoder takes one and the source has none of its own."""
    longest_side: int | None = None
    """Width and height that a result may have, in pixels."""
    widest: int | None = None
    """Width alone."""
    most_pixels: int | None = None
    ec_too_long: str | None = None

    def check_result(self, size: Size) -> None:
        """Refuse a picture that the format cannot hold, before it is encoded."""
        width, height = size
        found = ((max(size), self.longest_side), (width, self.widest))
        if any(most is not None and side > most for side, most in found):
            self._refuse(size, f"a side may be at most {self.longest_side or self.widest} pixels")
        if self.most_pixels is not None and width * height > self.most_pixels:
            self._refuse(size, f"the area may be at most {self.most_pixels} pixels")

    def _refuse(self, size: Size, reason: str) -> None:
        raise OssError(
            Code.IMAGE_TOO_LARGE,
            f"The result measures {size[0]}x{size[1]}: as {self.word}, {reason}.",
            ec=self.ec_too_long,
        )


_TABLE = (
    Format(
        word="jpg",
        pillow="JPEG",
        plugin="PIL.JpegImagePlugin",
        content_type="image/jpeg",
        alpha=False,
        quality=75,
    ),
    Format(word="png", pillow="PNG", plugin="PIL.PngImagePlugin", content_type="image/png"),
    Format(
        word="webp",
        pillow="WEBP",
        plugin="PIL.WebPImagePlugin",
        content_type="image/webp",
        animated=True,
        quality=75,
        longest_side=16_383,
        ec_too_long="0040-00000011",
    ),
    Format(word="bmp", pillow="BMP", plugin="PIL.BmpImagePlugin", content_type="image/bmp"),
    Format(
        word="gif",
        pillow="GIF",
        plugin="PIL.GifImagePlugin",
        content_type="image/gif",
        animated=True,
    ),
    Format(word="tiff", pillow="TIFF", plugin="PIL.TiffImagePlugin", content_type="image/tiff"),
    Format(
        word="heic",
        pillow="HEIF",
        plugin="pillow_heif.HeifImagePlugin",
        content_type="image/heic",
        quality=42,
        longest_side=4096,
    ),
    Format(
        word="avif",
        pillow="AVIF",
        plugin="PIL.AvifImagePlugin",
        content_type="image/avif",
        quality=60,
        widest=4096,
        most_pixels=9_437_184,
    ),
)

FORMATS: Mapping[str, Format] = {entry.word: entry for entry in _TABLE}
"""Every format that is read and written, by word."""

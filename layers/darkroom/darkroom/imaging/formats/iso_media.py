"""ISO media files, the containers of HEIC and AVIF: how a picture in one is coded."""

from dataclasses import dataclass

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.formats.format import Format
from darkroom.imaging.metadata.exif_header import exif_resolution, read_exif
from darkroom.imaging.picture import Header

_STRUCTURAL = frozenset({b"mif1", b"msf1"})
"""Brands that say only that there is a picture: the compatible ones tell how it is coded."""

_CODED = frozenset((b"avif", b"avis", b"heic", b"heix", b"heim", b"heis"))
_CODED |= frozenset((b"hevc", b"hevx", b"hevm", b"hevs"))
"""Brands that say how the picture is coded."""


@dataclass(frozen=True, kw_only=True)
class IsoMedia(Format):
    """A format whose files are ISO media files of one of its brands."""

    brands: frozenset[bytes] = frozenset()

    def matches(self, data: bytes) -> bool:
        """Tell by the brand of the box that the file starts with."""
        return _brand(data) in self.brands

    def upright_header(self, image: Image.Image, size: Size, exif: bytes | None) -> Header:
        """Describe a picture by what it is once it is upright."""
        return Header(
            format=self.name,
            size=size,
            alpha=image.mode in ("RGBA", "RGBa", "LA", "La"),
            resolution=exif_resolution(read_exif(exif)),
            exif=exif,
        )


def _brand(data: bytes) -> bytes | None:
    """Read major brand, version and compatible brands; the first that tells the coding counts."""
    if data[4:8] != b"ftyp":
        return None
    major, end = data[8:12], int.from_bytes(data[:4])
    if major not in _STRUCTURAL:
        return major
    compatible = (data[at : at + 4] for at in range(16, min(end, len(data)), 4))
    return next((brand for brand in compatible if brand in _CODED), None)

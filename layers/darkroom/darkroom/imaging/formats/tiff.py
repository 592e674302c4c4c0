"""TIFF: the first picture of a file."""

from dataclasses import dataclass, replace

from darkroom.imaging.formats.format import Format
from darkroom.imaging.picture import Header


@dataclass(frozen=True, kw_only=True)
class Tiff(Format):
    """TIFF by libtiff, written with LZW (C-110).

    Pillow turns a TIFF upright by itself, and the size that it gives is the upright one.
    """

    def read_header(self, data: bytes) -> Header:
        """Read the first picture (C-122); its directory has EXIF's form."""
        return replace(super().read_header(data), exif=data)


TIFF = Tiff(
    name="tiff",
    pillow="TIFF",
    plugin="PIL.TiffImagePlugin",
    content_type="image/tiff",
    suffixes=("tif",),
    signatures=(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    encoder_options={"compression": "tiff_lzw"},
    max_source_side=16_384,
    ec_source_side="0040-00000018",
)

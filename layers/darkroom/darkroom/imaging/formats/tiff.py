"""TIFF, of which the first picture is read."""

from dataclasses import dataclass, replace

from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.picture import Header


@dataclass(frozen=True, kw_only=True)
class Tiff(PictureFormat):
    """TIFF through libtiff, written with LZW (C-110).

    Pillow applies the orientation of a TIFF and returns the upright size.
    """

    def read_header(self, data: bytes) -> Header:
        """Read the first picture (C-122); `exif` is the whole file, whose IFDs are EXIF's."""
        return replace(super().read_header(data), exif=data)


TIFF = Tiff(
    name="tiff",
    pillow_name="TIFF",
    plugin="PIL.TiffImagePlugin",
    content_type="image/tiff",
    suffixes=("tif",),
    signatures=(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    encoder_options={"compression": "tiff_lzw"},
    max_source_side=16_384,
    ec_source_side="0040-00000018",
)

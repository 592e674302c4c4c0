"""`info`: what is known of a picture without showing it (spec 02 §16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.metadata.exif import exif_texts
from darkroom.imaging.operation import Report
from darkroom.imaging.picture import Header
from darkroom.oss_json import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Info(Report):
    """Answer format, size, frames, density and EXIF of the stored picture as JSON."""

    name: ClassVar[str] = "info"

    def report(self, data: bytes, header: Header) -> str:
        """List the members in ASCII order, every value as text.

        What EXIF says of the picture wins over the file's density (C-94), which wins over
        what EXIF says of its thumbnail; nothing wins over what the file is found to be.
        """
        exif = exif_texts(header.exif or b"")
        values = {
            **exif.thumbnail,
            **_density(header),
            **exif.picture,
            "FileSize": str(len(data)),
            "Format": header.format,
            "FrameCount": str(header.frames),
            "ImageHeight": str(header.size[1]),
            "ImageWidth": str(header.size[0]),
        }
        return dumps({name: {"value": values[name]} for name in sorted(values)})


def _density(header: Header) -> Mapping[str, str]:
    density = header.resolution
    if density is None:
        return {}
    return {
        "ResolutionUnit": str(density.unit),
        "XResolution": "/".join(map(str, density.x)),
        "YResolution": "/".join(map(str, density.y)),
    }

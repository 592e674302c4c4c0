"""`info`: the properties of the stored picture (spec 02 §16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.metadata.exif import exif_texts
from darkroom.imaging.operation import Report
from darkroom.imaging.picture import Header
from darkroom.oss_json import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Info(Report):
    """Return format, size, frame count, resolution and EXIF of the stored picture as JSON."""

    name: ClassVar[str] = "info"

    def report(self, data: bytes, header: Header) -> str:
        """Return the members in ASCII order, every value as text.

        Of values with the same name, those of the file itself take precedence over EXIF's, those
        over the file's resolution (C-94), and those over the EXIF of the thumbnail.
        """
        exif = exif_texts(header.exif or b"")
        values = {
            **exif.thumbnail,
            **_resolution(header),
            **exif.picture,
            "FileSize": str(len(data)),
            "Format": header.format,
            "FrameCount": str(header.frames),
            "ImageHeight": str(header.size[1]),
            "ImageWidth": str(header.size[0]),
        }
        return dumps({name: {"value": values[name]} for name in sorted(values)})


def _resolution(header: Header) -> Mapping[str, str]:
    resolution = header.resolution
    if resolution is None:
        return {}
    return {
        "ResolutionUnit": str(resolution.unit),
        "XResolution": "/".join(map(str, resolution.x)),
        "YResolution": "/".join(map(str, resolution.y)),
    }

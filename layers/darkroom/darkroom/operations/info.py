"""`info`: what is known of a picture without showing it (spec 02 §16)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.jsontext import laid_out
from darkroom.picture import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """Answer format, size, frames and density of the stored picture as JSON."""

    name: ClassVar[str] = "info"

    def report(self, data: bytes, header: Header) -> str:
        """List the members in ASCII order, every value as text."""
        values = {
            "FileSize": str(len(data)),
            "Format": header.format,
            "FrameCount": str(header.frames),
            "ImageHeight": str(header.size[1]),
            "ImageWidth": str(header.size[0]),
        }
        if density := header.density:
            values["ResolutionUnit"] = str(density.unit)
            values["XResolution"] = "/".join(map(str, density.x))
            values["YResolution"] = "/".join(map(str, density.y))
        return laid_out({name: {"value": values[name]} for name in sorted(values)})

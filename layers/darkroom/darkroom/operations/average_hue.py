"""`average-hue`: the colour that a picture is mostly of (spec 02 §17)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.codecs.decode import frames
from darkroom.codecs.flatten import flattened
from darkroom.jsontext import laid_out
from darkroom.operations.hues import average
from darkroom.picture import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageHue:
    """Answer the mean colour of the pixels whose hue is near the mean hue, as JSON."""

    name: ClassVar[str] = "average-hue"

    def report(self, data: bytes, header: Header) -> str:
        """Look at the first frame, on white where it is transparent (C-95, C-96)."""
        frame = next(frames(data, header, needed=None, every=False))
        image = flattened(frame.image)
        colour = average(image if image.mode == "RGB" else image.convert("RGB"))
        return laid_out({"RGB": f"0x{bytes(colour).hex()}"})

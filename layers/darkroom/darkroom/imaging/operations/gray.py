"""`gray`: remove the colours (spec 02 §18c)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Weight
from darkroom.process.parameters import POSITIONAL, Flag, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Gray(PixelOperation):
    """Replace every colour by its luminance; an extension that OSS does not document."""

    name: ClassVar[str] = "gray"
    weight: ClassVar[Weight] = Weight(opaque=5, alpha=6)
    aliases: ClassVar[tuple[str, ...]] = ("grey",)

    enabled: bool = parameter(POSITIONAL, Flag(), "1 removes the colours, 0 changes nothing.")

    def keeps_animation(self) -> bool:
        """Return whether nothing changes; otherwise an animation becomes its first frame."""
        return not self.enabled

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Return a grey picture, by the luma weights of ITU-R BT.601; alpha is not changed."""
        if not self.enabled or picture.image.mode in ("L", "LA"):
            return picture
        return picture.with_image(picture.image.convert("LA" if picture.has_alpha else "L"))

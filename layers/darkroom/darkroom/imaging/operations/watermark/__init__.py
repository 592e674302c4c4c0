"""`watermark`: draw a text, a picture or both onto the picture (spec 02 §15)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from darkroom.errors import missing
from darkroom.geometry import GRAVITIES, Size
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import OutputOption, OutputPlan, PixelOperation, UsesWatermarks
from darkroom.imaging.operations.watermark.compositing import Overlay, tile
from darkroom.imaging.operations.watermark.image_mark import (
    MAX_WATERMARKS,
    WatermarkObject,
    WatermarkObjectType,
    prepare_mark,
)
from darkroom.imaging.operations.watermark.layout import Anchor, layout_row
from darkroom.imaging.operations.watermark.marks import Mark, MarkGroup, pixels
from darkroom.imaging.operations.watermark.parameter_types import FontName, SingleLineText
from darkroom.imaging.operations.watermark.text_mark import TextMark
from darkroom.imaging.operations.watermark.typesetting import typeset
from darkroom.imaging.picture import Picture
from darkroom.limits import Limits
from darkroom.process.parameters import Choice, Colour, Flag, HexColour, Integer, parameter

_DISTANCE = Integer(0, 4096)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark(PixelOperation, OutputOption, UsesWatermarks):
    """Draw a text, a picture of the same bucket, or both side by side."""

    name: ClassVar[str] = "watermark"

    text: str | None = parameter(
        "text",
        SingleLineText(64),
        "The text to draw; 64 bytes of UTF-8 at most.",
        default=None,
        sensitive=True,
    )
    image: WatermarkObject | None = parameter(
        "image",
        WatermarkObjectType(),
        "The picture to draw: key of an object of the same bucket, with the process that "
        "prepares it, if any.",
        default=None,
        base64_ec="0040-00000265",
        sensitive=True,
    )
    t: int = parameter("t", Integer(0, 100), "Opacity in percent.", default=100)
    g: str = parameter("g", Choice(GRAVITIES), "Where the mark stands.", default="se")
    x: int = parameter("x", _DISTANCE, "Pixels to the edge at the side.", default=10)
    y: int = parameter("y", _DISTANCE, "Pixels to the edge above or below.", default=10)
    voffset: int = parameter(
        "voffset", Integer(-1000, 1000), "Pixels below the middle line.", default=0
    )
    fill: bool = parameter(
        "fill", Flag(), "1 covers the picture with marks.", default=False, ec="0040-00000274"
    )
    padx: int = parameter(
        "padx", _DISTANCE, "Pixels between marks in a row.", default=0, ec="0040-00000276"
    )
    pady: int = parameter("pady", _DISTANCE, "Pixels between rows of marks.", default=0)
    type: str = parameter(
        "type",
        FontName(),
        "Font of the text.",
        default="wqy-zenhei",
        base64_ec="0040-00000250",
    )
    color: Colour = parameter(
        "color", HexColour(), "Colour of the text.", default=(0, 0, 0), ec="0040-00000254"
    )
    size: int = parameter("size", Integer(1, 1000), "Em size of the text in pixels.", default=40)
    shadow: int = parameter(
        "shadow",
        Integer(0, 100),
        "Opacity of the text's shadow in percent; 0 for none.",
        default=0,
        ec="0040-00000255",
    )
    rotate: int = parameter(
        "rotate", Integer(0, 360), "Degrees that the text is turned clockwise.", default=0
    )
    order: bool = parameter(
        "order", Flag(), "0 puts the picture before the text, 1 behind.", default=False
    )
    align: int = parameter(
        "align",
        Integer(0, 2),
        "Picture and text share their 0 top, 1 middle or 2 bottom.",
        default=2,
    )
    interval: int = parameter(
        "interval", Integer(0, 1000), "Pixels between picture and text.", default=0
    )

    def keeps_animation(self) -> bool:
        """An animation stays one."""
        return True

    def __post_init__(self) -> None:
        """Ask for one mark at least (C-77)."""
        if self.text is None and self.image is None:
            raise missing("text or image", ec="0040-00000278")

    @property
    def watermark_keys(self) -> frozenset[str]:
        """The object that is drawn, if one is."""
        return frozenset() if self.image is None else self.image.watermark_keys

    def apply_to(self, plan: OutputPlan, _limits: Limits) -> OutputPlan:
        """Keep the edges of a text sharp in colour too (docs/decisions/004)."""
        return plan if self.text is None else replace(plan, full_chroma=True)

    def apply(self, picture: Picture, context: ProcessingContext) -> Picture:
        """Draw the mark; what reaches over an edge is cut off (C-80)."""
        made = partial(self._laying, picture, context)
        laying = context.cache.get_or_create(
            (self, picture.size), made, pixels=lambda it: pixels(it.mark)
        )
        return picture.with_image(laying.draw_on(picture.image))

    def _laying(self, picture: Picture, context: ProcessingContext) -> Overlay:
        mark = self._mark(picture.size, context)
        if self.fill:
            return tile(mark, (self.padx, self.pady), picture.size, self.t)
        place = Anchor(gravity=self.g, x=self.x, y=self.y, voffset=self.voffset)
        corner = place.corner(picture.size, mark.size)
        laying = Overlay(mark=mark, corners=(corner,), opacity=self.t)
        # Every frame of an animation gets the same mark: it is drawn once.
        return laying.rasterized(picture.size) if picture.output.animated else laying

    def _mark(self, size: Size, context: ProcessingContext) -> Mark:
        """Make the mark for a picture of `size`."""
        marks: list[Mark] = []
        if self.image is not None:
            marks.append(prepare_mark(self.image, size, context))
        if self.text is not None:
            marks.append(self._lettering(self.text, context.fonts))
        if self.order:
            marks.reverse()
        return marks[0] if len(marks) == 1 else self._side_by_side(marks)

    def _lettering(self, text: str, fonts: Path) -> TextMark:
        return TextMark(
            line=typeset(text, self.type, self.size, fonts),
            colour=self.color,
            em=self.size,
            shadow=self.shadow,
            rotation=self.rotate,
        )

    def _side_by_side(self, marks: Sequence[Mark]) -> MarkGroup:
        size, corners = layout_row([mark.size for mark in marks], self.interval, self.align)
        return MarkGroup(placed=tuple(zip(marks, corners, strict=True)), size=size)


__all__ = ["MAX_WATERMARKS", "Watermark"]

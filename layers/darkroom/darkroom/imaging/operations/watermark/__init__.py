"""`watermark`: draw a text mark, an image mark or both over the picture (spec 02 §15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace

from darkroom.errors import missing
from darkroom.geometry import GRAVITIES, Size, area
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import OutputOption, OutputPlan, PixelOperation, UsesWatermarks
from darkroom.imaging.operations.rotate import rotated_size
from darkroom.imaging.operations.watermark.compositing import Overlay, tile
from darkroom.imaging.operations.watermark.image_mark import (
    MAX_WATERMARKS,
    WatermarkObject,
    WatermarkObjectType,
    add_mark_work,
    prepare_mark,
)
from darkroom.imaging.operations.watermark.layout import Anchor, layout_row
from darkroom.imaging.operations.watermark.marks import Mark, MarkGroup, pixels
from darkroom.imaging.operations.watermark.text_mark import FontName, SingleLineText, TextMark
from darkroom.imaging.operations.watermark.typesetting import typeset
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import STEP, Shape, Weight, WorkSum
from darkroom.limits import Limits
from darkroom.process.parameters import Choice, Colour, Flag, HexColour, Integer, parameter

_DISTANCE = Integer(0, 4096, "px", soft=(0, 400))

_COPY = Weight(opaque=5, alpha=5)
"""The weight of the picture's own pixels; `weight` is that of the pixels under the mark."""

_TYPESETTING = 5_000_000
"""Nanoseconds for setting the longest text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark(PixelOperation, OutputOption, UsesWatermarks):
    """Draw a text, a picture of the same bucket, or both side by side over the picture."""

    name: ClassVar[str] = "watermark"
    weight: ClassVar[Weight] = Weight(opaque=95, alpha=95)

    text: str | None = parameter(
        "text",
        SingleLineText(64),
        "Text to draw, at most 64 bytes of UTF-8.",
        default=None,
        sensitive=True,
    )
    image: WatermarkObject | None = parameter(
        "image",
        WatermarkObjectType(),
        "Picture to draw: key of an object in the same bucket, optionally with a process that "
        "prepares it.",
        default=None,
        base64_ec="0040-00000265",
        sensitive=True,
    )
    t: int = parameter("t", Integer(0, 100, "%"), "Opacity in percent.", default=100)
    g: str = parameter("g", Choice(GRAVITIES), "Gravity: position of the mark.", default="se")
    x: int = parameter("x", _DISTANCE, "Horizontal distance to the edge in pixels.", default=10)
    y: int = parameter("y", _DISTANCE, "Vertical distance to the edge in pixels.", default=10)
    voffset: int = parameter(
        "voffset",
        Integer(-1000, 1000, "px", soft=(-300, 300)),
        "Vertical offset from the centre in pixels, downwards.",
        default=0,
    )
    fill: bool = parameter(
        "fill", Flag(), "1 tiles the picture with the mark.", default=False, ec="0040-00000274"
    )
    padx: int = parameter(
        "padx", _DISTANCE, "Horizontal gap between tiles in pixels.", default=0, ec="0040-00000276"
    )
    pady: int = parameter("pady", _DISTANCE, "Vertical gap between tiles in pixels.", default=0)
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
    size: int = parameter(
        "size", Integer(1, 1000, "px", soft=(8, 200)), "Em size of the text in pixels.", default=40
    )
    shadow: int = parameter(
        "shadow",
        Integer(0, 100, "%"),
        "Opacity of the text's shadow in percent; 0 draws none.",
        default=0,
        ec="0040-00000255",
    )
    rotate: int = parameter(
        "rotate", Integer(0, 360, "°"), "Angle of the text in degrees, clockwise.", default=0
    )
    order: bool = parameter("order", Flag(), "0 puts the picture first, 1 the text.", default=False)
    align: int = parameter(
        "align",
        Integer(0, 2),
        "Alignment of picture and text: 0 top, 1 middle, 2 bottom.",
        default=2,
    )
    interval: int = parameter(
        "interval",
        Integer(0, 1000, "px", soft=(0, 100)),
        "Gap between picture and text in pixels.",
        default=0,
    )

    def keeps_animation(self) -> bool:
        """Return True: an animation stays animated."""
        return True

    def __post_init__(self) -> None:
        """Raise `MissingArgument` without a text and an image (C-77)."""
        if self.text is None and self.image is None:
            raise missing("text or image", ec="0040-00000278")

    @property
    def watermark_keys(self) -> frozenset[str]:
        """Keys of the image mark's objects; empty for a text mark."""
        return frozenset() if self.image is None else self.image.watermark_keys

    def apply_to(self, plan: OutputPlan, _limits: Limits) -> OutputPlan:
        """Set full chroma for a text, so that its edges stay sharp (docs/decisions/004)."""
        return plan if self.text is None else replace(plan, full_chroma=True)

    def add_work(
        self, total: WorkSum, before: Shape, after: Shape, context: ProcessingContext
    ) -> None:
        """Add the work of preparing the mark and of drawing the pixels that it covers.

        Raises `WatermarkError`.
        """
        parts: list[int] = []
        if self.image is not None:
            parts.append(add_mark_work(total, self.image, before.size, context))
        if self.text is not None:
            total.add_cached(_TYPESETTING, 0)
            parts.append(area(self._text_bounds(self.text)))
        covered = sum(after.pixels if self.fill else min(part, after.pixels) for part in parts)
        drawn = self.weight.of(covered, alpha=after.alpha)
        total.add(STEP + _COPY.of(after.pixels, alpha=after.alpha) + drawn)

    def _text_bounds(self, text: str) -> Size:
        """Return a size that no line of the text exceeds, in any font."""
        line = (len(text) + 1) * self.size, 2 * self.size
        return line if self.rotate % 180 == 0 else rotated_size(line, self.rotate)

    def apply(self, picture: Picture, context: ProcessingContext) -> Picture:
        """Draw the mark, clipped at the picture's edges (C-80)."""
        make = partial(self._overlay, picture, context)
        overlay = context.cache.get_or_create(
            (self, picture.size), make, pixels=lambda overlay: pixels(overlay.mark)
        )
        return picture.with_image(overlay.draw_on(picture.image))

    def _overlay(self, picture: Picture, context: ProcessingContext) -> Overlay:
        mark = self._mark(picture.size, context)
        if self.fill:
            return tile(mark, (self.padx, self.pady), picture.size, self.t)
        anchor = Anchor(gravity=self.g, x=self.x, y=self.y, voffset=self.voffset)
        corner = anchor.corner(picture.size, mark.size)
        overlay = Overlay(mark=mark, corners=(corner,), opacity=self.t)
        # All frames of an animation get the same mark, which is drawn once.
        return overlay.rasterized(picture.size) if picture.output.animated else overlay

    def _mark(self, size: Size, context: ProcessingContext) -> Mark:
        """Return the mark for a picture of `size`; raises `WatermarkError`."""
        marks: list[Mark] = []
        if self.image is not None:
            marks.append(prepare_mark(self.image, size, context))
        if self.text is not None:
            marks.append(self._text_mark(self.text, context.fonts))
        if self.order:
            marks.reverse()
        return marks[0] if len(marks) == 1 else self._side_by_side(marks)

    def _text_mark(self, text: str, fonts: Path) -> TextMark:
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

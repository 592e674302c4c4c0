"""Stored bytes → result: probe, limits, decode, operations, encode.

One loop runs the operations and checks the deadline before each of them and before encoding.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from msgspec import Struct

from darkroom.errors import OssError
from darkroom.geometry import Size, area, reduced
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine
from darkroom.imaging.formats import FORMATS, probe
from darkroom.imaging.formats.jpeg import JPEG
from darkroom.imaging.negotiation import AcceptedFormat
from darkroom.imaging.operation import Operation, Report
from darkroom.imaging.picture import Frame, Header, Picture, apply_orientation, swap_sides
from darkroom.imaging.plan import ProcessPlan, check_work, plan_process
from darkroom.imaging.transcoding import transcode
from darkroom.limits import Limits

JSON = "application/json"


class Result(Struct, frozen=True, kw_only=True):
    """An encoded picture, or a report, which has no format."""

    content_type: str
    body: bytes
    format: str | None = None


def run(
    data: bytes,
    operations: Sequence[Operation],
    context: ProcessingContext,
    *,
    upright: bool = True,
    accepted: AcceptedFormat = AcceptedFormat.NONE,
) -> Result:
    """Process a stored picture and return the result.

    `upright` is whether EXIF orientation is applied when no operation decides it (C-63), `accepted`
    is what `format,auto` chooses by.
    Raises `OssError` for a picture that is damaged or exceeds a limit, before any pixel is
    decoded where the header shows it.
    """
    header = _probe(data, context)
    plan = _checked_plan(header, operations, context, upright=upright, accepted=accepted)
    frames = partial(FORMATS[header.format].frames, data, header, engine=context.engine)
    return _run_planned(data, header, plan, context, frames)


def run_each(
    data: bytes,
    processes: Sequence[Sequence[Operation]],
    context: ProcessingContext,
    *,
    upright: bool = True,
) -> Iterator[tuple[int, Result | OssError]]:
    """Run several processes on one picture; yield each one's number and its result or error.

    Processes that decode at the same scale share the decoded still if it fits into memory beside
    their own pixels. The failure of one does not fail the others, and no result is kept. Raises
    `OssError` for a picture that is damaged or exceeds a limit.
    """
    header = _probe(data, context)
    decoder = _SharedDecoder(data=data, header=header, limits=context.limits, engine=context.engine)
    plans: dict[int, ProcessPlan] = {}
    for number, operations in enumerate(processes):
        try:
            plans[number] = _checked_plan(header, operations, context, upright=upright)
        except OssError as error:
            yield number, error
    # Ordered by scale, so that one decoded picture is in memory at a time.
    for number in sorted(plans, key=lambda number: decoder.reduction(plans[number].needed)):
        yield number, _run_shared(decoder, plans[number], context)


def _run_shared(
    decoder: "_SharedDecoder", plan: ProcessPlan, context: ProcessingContext
) -> Result | OssError:
    """Run one process; return its result or error."""
    try:
        return _run_planned(decoder.data, decoder.header, plan, context, decoder.frames)
    except OssError as error:
        return error


def _run_planned(
    data: bytes, header: Header, plan: ProcessPlan, context: ProcessingContext, frames: "_Frames"
) -> Result:
    """Report, or decode and process while the memory of the pixels is reserved."""
    if plan.report is not None:
        return _report(plan.report, data, header)
    needed, every = plan.needed, plan.output.animated
    per_pixel = FORMATS[header.format].memory_per_pixel(header, needed=needed, every=every)
    with context.pixel_memory(int(area(header.decoded_size) * per_pixel)):
        transcoded = _transcode(data, header, plan, context)
        if transcoded is not None:
            return transcoded
        return _encode(frames(needed=needed, every=every), header, plan, context)


class _Frames(Protocol):
    """Decodes the picture of a process."""

    def __call__(self, *, needed: Size | None, every: bool) -> Iterator[Frame]:
        """Return the frames, as `PictureFormat.frames` does."""


class _SharedDecoder(Struct, kw_only=True):
    """Decodes a picture for several processes and caches the last decoded still."""

    data: bytes
    header: Header
    limits: Limits
    engine: Engine | None = None
    _still: tuple[int, Frame] | None = None

    def reduction(self, needed: Size | None) -> int:
        """Return the scale at which the picture is decoded."""
        return FORMATS[self.header.format].reduction(self.header, needed)

    def frames(self, *, needed: Size | None, every: bool) -> Iterator[Frame]:
        """Decode, or yield the cached still of this scale, which no operation changes."""
        source_format = FORMATS[self.header.format]
        scale = self.reduction(needed)
        scaled_exactly = self.engine is not None and needed is not None
        if every or scaled_exactly or not self._may_share(scale):
            yield from source_format.frames(
                self.data, self.header, needed=needed, every=every, engine=self.engine
            )
            return
        if self._still is None or self._still[0] != scale:
            self._still = None
            frames = source_format.frames(self.data, self.header, needed=needed, every=False)
            self._still = scale, next(frames)
        yield self._still[1]

    def _may_share(self, scale: int) -> bool:
        """Return whether a process has the memory that it needs while the still is kept."""
        still = reduced(self.header.decoded_size, scale)
        bytes_per_pixel = FORMATS[self.header.format].bytes_per_pixel
        return self.limits.holding(still).fits(still, bytes_per_pixel)


def _probe(data: bytes, context: ProcessingContext) -> Header:
    """Read the header; raise `OssError` for a source over the limits."""
    context.limits.check_source_bytes(len(data))
    with context.stage("decode"):
        header = probe(data)
    FORMATS[header.format].check_source(header, context.limits)
    return header


def _checked_plan(
    header: Header,
    operations: Sequence[Operation],
    context: ProcessingContext,
    *,
    upright: bool,
    accepted: AcceptedFormat = AcceptedFormat.NONE,
) -> ProcessPlan:
    """Plan a process; refuse one that takes more memory or work than the limits."""
    plan = plan_process(
        header,
        operations,
        context.limits,
        upright=upright,
        exact_only=context.engine is not None,
        accepted=accepted,
    )
    if plan.report is None or plan.report.decodes:
        FORMATS[header.format].check_memory(
            header, context.limits, needed=plan.needed, every=plan.output.animated
        )
    check_work(plan, header, context)
    return plan


def _transcode(
    data: bytes, header: Header, plan: ProcessPlan, context: ProcessingContext
) -> Result | None:
    """Process a JPEG in its planes; return None where pixels are needed."""
    body = transcode(data, header, plan, context)
    if body is None:
        return None
    return Result(content_type=JPEG.content_type, body=body, format=JPEG.name)


def _report(report: Report, data: bytes, header: Header) -> Result:
    return Result(content_type=JSON, body=report.report(data, header).encode())


def _encode(
    frames: Iterator[Frame], header: Header, plan: ProcessPlan, context: ProcessingContext
) -> Result:
    target = FORMATS[plan.output.format]
    with context.stage("encode"):
        body = target.encode(
            _process_frames(frames, header, plan, context), plan.output, context.engine
        )
    return Result(content_type=target.content_type, body=body, format=target.name)


def _process_frames(
    frames: Iterator[Frame], header: Header, plan: ProcessPlan, context: ProcessingContext
) -> Iterator[Frame]:
    """Decode and process frame by frame, so that one decoded frame is in memory at a time."""
    size = swap_sides(header.size, plan.orientation)
    target = FORMATS[plan.output.format]
    while True:
        with context.stage("decode"):
            frame = next(frames, None)
        if frame is None:
            return
        with context.stage("pixels"):
            image = apply_orientation(frame.image, plan.orientation)
            picture = Picture(image=image, size=size, output=plan.output, header=header)
            duration = frame.duration
            # Each picture is freed as soon as the next one is there.
            del image, frame
            for step in plan.steps:
                context.check_deadline()
                picture = step.apply(picture, context)
            # An encoder cannot be interrupted: it starts only if it certainly ends in time.
            context.check_deadline(target.encoding_seconds(picture.image))
            target.check_encoder_memory(picture.image, plan.output, context.limits)
        yield Frame(picture.image, duration)

"""Stored bytes → result: probe, limits, decode, operations, encode.

The order is data: every step is followed by a look at the deadline, and none can forget it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from darkroom.codecs import decode
from darkroom.codecs.encode import encode
from darkroom.codecs.formats import FORMATS
from darkroom.codecs.probe import probe
from darkroom.errors import OssError
from darkroom.picture import Frame, Header, Picture
from darkroom.pipeline.planning import Work, planned
from darkroom.pipeline.sources import SharedSource, Source
from darkroom.steps import Context, Operation

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a process made of a picture; `format` is none for a report."""

    content_type: str
    body: bytes
    format: str | None = None


def run(
    data: bytes, operations: Sequence[Operation], context: Context, *, upright: bool = True
) -> Result:
    """Put a stored picture through the operations.

    `upright` says whether EXIF orientation is applied when no operation settles it (C-63).
    Raises `OssError` for whatever is wrong with the picture, before any pixel is decoded
    where its header tells.
    """
    source = Source(data=data, header=_judged(data, context))
    work = planned(source.header, operations, context.limits, upright=upright)
    return _done(source, work, context)


def run_each(
    data: bytes,
    processes: Sequence[Sequence[Operation]],
    context: Context,
    *,
    upright: bool = True,
) -> list[Result | OssError]:
    """Put one picture through several processes, each as if it were alone.

    What is decoded for one serves the next where it would be decoded to the same scale; a
    failure of one is no other's. Raises `OssError` for what is wrong with the picture.
    """
    source = SharedSource(data=data, header=_judged(data, context))
    outcomes: dict[int, Result | OssError] = {}
    works: dict[int, Work] = {}
    for number, operations in enumerate(processes):
        try:
            works[number] = planned(source.header, operations, context.limits, upright=upright)
        except OssError as error:
            outcomes[number] = error
    # In the order of their scales, so that one decoded picture is in memory at a time.
    for number in sorted(
        works, key=lambda number: decode.reduction(source.header, works[number].needed)
    ):
        try:
            outcomes[number] = _done(source, works[number], context)
        except OssError as error:
            outcomes[number] = error
    return [outcomes[number] for number in range(len(processes))]


def _judged(data: bytes, context: Context) -> Header:
    """Read the header and hold it against the limits."""
    context.limits.check_source_bytes(len(data))
    header = probe(data)
    context.limits.check_source(header.format, header.size, header.frames)
    return header


def _done(source: Source | SharedSource, work: Work, context: Context) -> Result:
    if work.report is not None:
        answer = work.report.report(source.data, source.header)
        return Result(content_type=JSON, body=answer.encode())
    with context.stage("encode"):
        body = encode(_processed(source, work, context), work.output)
    word = work.output.format
    return Result(content_type=FORMATS[word].content_type, body=body, format=word)


def _processed(source: Source | SharedSource, work: Work, context: Context) -> Iterator[Frame]:
    """Decode frame by frame, so that one frame at full size is in memory at a time."""
    size = decode.stored_size(source.header.size, work.orientation)
    frames = source.frames(needed=work.needed, every=work.output.animated)
    while frame := _next(frames, context):
        with context.stage("pixels"):
            image = decode.upright(frame.image, work.orientation)
            picture = Picture(image=image, size=size, output=work.output, header=source.header)
            for step in work.steps:
                context.check_deadline()
                picture = step.apply(picture, context)
            context.check_deadline()
            _check_memory(picture, work, context)
        yield Frame(picture.image, frame.duration)


def _check_memory(picture: Picture, work: Work, context: Context) -> None:
    """Refuse what would have the function killed: of an animation that is known before."""
    still = work.output.format == "webp" and not work.output.animated
    if still and picture.image.mode in ("LA", "RGBA"):
        context.limits.check_clear_webp(picture.image.size)


def _next(source: Iterator[Frame], context: Context) -> Frame | None:
    with context.stage("decode"):
        return next(source, None)

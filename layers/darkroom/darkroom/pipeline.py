"""Stored bytes → result: probe, limits, decode, operations, encode (design: one picture).

The order is data: every step is followed by a look at the deadline, and none can forget it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from darkroom.codecs import decode
from darkroom.codecs.encode import encode
from darkroom.codecs.formats import FORMATS
from darkroom.codecs.plugins import kept
from darkroom.codecs.probe import probe
from darkroom.errors import Code, OssError
from darkroom.limits import Size
from darkroom.picture import Frame, Header, Output, Picture
from darkroom.steps import (
    Context,
    NeedsFewer,
    Operation,
    OutputOption,
    PixelOperation,
    Plan,
    Report,
)

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
    context.limits.check_source_bytes(len(data))
    header = probe(data)
    context.limits.check_source(header.format, header.size, header.frames)
    match operations:
        case [Report() as report]:
            return Result(content_type=JSON, body=report.report(data, header).encode())
    steps = [step for step in operations if isinstance(step, PixelOperation)]
    own = kept(FORMATS[header.format]).word
    plan = _settled(Plan(header=header, format=own, upright=upright), operations, context)
    output = _output(plan, operations)
    frames = _processed(data, plan, output, steps, context)
    with context.stage("encode"):
        body = encode(frames, output)
    return Result(content_type=FORMATS[output.format].content_type, body=body, format=output.format)


def _settled(plan: Plan, operations: Sequence[Operation], context: Context) -> Plan:
    """Let every output option have its say; raise for what the result's format cannot show."""
    for option in operations:
        if isinstance(option, OutputOption):
            plan = option.revise(plan, context.limits)
    if plan.header.format == "heic" and plan.header.alpha and not FORMATS[plan.format].alpha:
        raise OssError(  # C-112
            Code.BAD_REQUEST, f"A HEIC with transparency cannot be saved as {plan.format}."
        )
    return plan


def _stays_animated(plan: Plan, operations: Sequence[Operation]) -> bool:
    return (
        plan.header.frames > 1
        and FORMATS[plan.format].animated
        and all(not isinstance(step, Report) and step.keeps_animation for step in operations)
    )


def _output(plan: Plan, operations: Sequence[Operation]) -> Output:
    """Settle the encoder's options; a source's quality counts on its own scale only."""
    header, target = plan.header, FORMATS[plan.format]
    own = header.quality if plan.format == header.format else None
    quality = plan.quality(own) if plan.quality else own or target.quality
    animated = _stays_animated(plan, operations)
    return Output(
        format=plan.format,
        alpha=target.alpha,
        frames=header.frames if animated else 1,
        plays=header.plays if animated else 1,
        quality=quality if target.quality else None,
        progressive=plan.progressive,
        full_chroma=plan.full_chroma,
    )


def _processed(
    data: bytes, plan: Plan, output: Output, steps: Sequence[PixelOperation], context: Context
) -> Iterator[Frame]:
    """Decode frame by frame, so that one frame at full size is in memory at a time."""
    header = plan.header
    orientation = header.orientation if plan.upright else 1
    size = decode.stored_size(header.size, orientation)
    needed = _needed(steps, size, header, orientation)
    source = decode.frames(data, header, needed=needed, every=output.animated)
    while frame := _next(source, context):
        with context.stage("pixels"):
            image = decode.upright(frame.image, orientation)
            picture = Picture(image=image, size=size, output=output, header=header)
            for step in steps:
                context.check_deadline()
                picture = step.apply(picture, context)
            context.check_deadline()
        yield Frame(picture.image, frame.duration)


def _next(source: Iterator[Frame], context: Context) -> Frame | None:
    with context.stage("decode"):
        return next(source, None)


def _needed(
    steps: Sequence[PixelOperation], size: Size, header: Header, orientation: int
) -> Size | None:
    """Ask the first step how few pixels will do, in the orientation of the stored picture."""
    if not steps or not isinstance(steps[0], NeedsFewer):
        return None
    if not decode.may_reduce(header.size, orientation):
        return None
    needed = steps[0].needed_size(size, animated=header.frames > 1)
    return needed and decode.stored_size(needed, orientation)

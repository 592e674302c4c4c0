"""JPEG to JPEG in the planes of the file: luminance and two colour differences, never RGB.

Only for processes whose steps all work on planes: `resize`, and `blur` of a larger radius. It saves
two conversions of every pixel, and enlarging and reducing the colour differences.
"""

from collections.abc import Sequence

from darkroom.geometry import Size, centre_offset, enlarges
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Scaling
from darkroom.imaging.formats.jpeg import JPEG, is_scaled_in_planes
from darkroom.imaging.operation import PixelOperation, SupportsPlanes
from darkroom.imaging.operations.resize import Resize
from darkroom.imaging.picture import NORMAL_ORIENTATION, Header
from darkroom.imaging.plan import ProcessPlan


def transcode(
    data: bytes, header: Header, plan: ProcessPlan, context: ProcessingContext
) -> bytes | None:
    """Return the result, or None for a picture or a process that needs RGB.

    Raises `OssError` for a result over a limit, and once the deadline has passed.
    """
    engine = context.engine
    if engine is None or not _is_from_jpeg_to_jpeg(header, plan):
        return None
    scaling, steps = _scaling(header.size, plan.steps)
    planar = [step for step in steps if isinstance(step, SupportsPlanes) and step.changes_planes()]
    if len(planar) < len(steps) or scaling is None or enlarges(header.size, scaling.scaled):
        return None
    context.limits.check_resized(scaling.size)
    with context.stage("decode"):
        chroma_step = 1 if plan.output.full_chroma else 2
        planes = JPEG.decode_planes(data, header, scaling, engine, chroma_step=chroma_step)
    if planes is None:
        return None
    with context.stage("pixels"):
        for step in planar:
            context.check_deadline()
            step.apply_to_planes(planes, engine)
    context.check_deadline()
    with context.stage("encode"):
        return JPEG.encode_planes(planes, plan.output, engine)


def _is_from_jpeg_to_jpeg(header: Header, plan: ProcessPlan) -> bool:
    return (
        header.format == plan.output.format == JPEG.name
        and plan.orientation == NORMAL_ORIENTATION
        and bool(plan.steps)
        and is_scaled_in_planes(header)
    )


def _scaling(
    size: Size, steps: Sequence[PixelOperation]
) -> tuple[Scaling | None, Sequence[PixelOperation]]:
    """Return how the picture is scaled by the first step, if that does it, and the other steps.

    The scaling is None where the first step does more than to scale and to crop.
    """
    first, *others = steps
    if not isinstance(first, Resize):
        return Scaling.whole(size, size), steps
    found = first.scaling(size, animated=False)
    if found.padded:
        return None, others
    left, top = centre_offset(found.size, found.scaled)
    kept = Scaling(source=size, scaled=found.scaled, left=left, top=top, size=found.size)
    return kept, others

"""The `image/` operations, one a file, and their table by action name (spec 02)."""

import logging
from collections.abc import Iterable, Mapping, Sequence

from darkroom.errors import Code, OssError, invalid, truncate
from darkroom.imaging.operation import Operation, Report, UsesWatermarks
from darkroom.imaging.operations.auto_orient import AutoOrient
from darkroom.imaging.operations.average_hue import AverageHue
from darkroom.imaging.operations.blur import Blur
from darkroom.imaging.operations.bright import Bright
from darkroom.imaging.operations.circle import Circle
from darkroom.imaging.operations.contrast import Contrast
from darkroom.imaging.operations.crop import Crop
from darkroom.imaging.operations.elliptical_corners import EllipticalCorners
from darkroom.imaging.operations.flip import Flip
from darkroom.imaging.operations.format import Format
from darkroom.imaging.operations.gray import Gray
from darkroom.imaging.operations.ignore_error import IgnoreError
from darkroom.imaging.operations.indexcrop import IndexCrop
from darkroom.imaging.operations.info import Info
from darkroom.imaging.operations.interlace import Interlace
from darkroom.imaging.operations.quality import Quality
from darkroom.imaging.operations.resize import Resize
from darkroom.imaging.operations.rotate import Rotate
from darkroom.imaging.operations.rounded_corners import RoundedCorners
from darkroom.imaging.operations.sharpen import Sharpen
from darkroom.imaging.operations.strip import Strip
from darkroom.imaging.operations.watermark import MAX_WATERMARKS, Watermark
from darkroom.process.grammar import Action
from darkroom.process.parameters import bind, canonical_text

log = logging.getLogger(__name__)

EC_UNKNOWN_ACTION = "0040-00000213"

OTHER_PRODUCTS = frozenset(
    {"blindwatermark", "faces", "bodies", "cars", "codes", "labels", "score"}
)
"""Documented actions of intelligent media management, another product (C-09, C-97)."""

OPERATIONS: Mapping[str, type[Operation]] = {
    operation.name: operation
    for operation in (
        Resize,
        Crop,
        IndexCrop,
        Circle,
        RoundedCorners,
        EllipticalCorners,
        Rotate,
        Flip,
        AutoOrient,
        Blur,
        Bright,
        Contrast,
        Sharpen,
        Gray,
        Format,
        Quality,
        Interlace,
        Strip,
        IgnoreError,
        Watermark,
        Info,
        AverageHue,
    )
}
"""By action name, in the order of the documentation."""

_BY_NAME_OR_ALIAS = {
    name: operation
    for operation in OPERATIONS.values()
    for name in (operation.name, *operation.aliases)
}


def compile_operations(actions: Sequence[Action]) -> tuple[Operation, ...]:
    """Build the operation of each action; raises `OssError` for the first invalid one.

    A report must be the only action (C-08); the watermarks of a process may use `MAX_WATERMARKS`
    objects between them (C-88).
    """
    operations = tuple(bind(operation_class(action.name), action.arguments) for action in actions)
    if len(watermark_keys(operations)) > MAX_WATERMARKS:
        raise OssError(
            Code.WATERMARK_ERROR,
            f"At most {MAX_WATERMARKS} different watermark objects can be used.",
        )
    for operation in operations:
        if isinstance(operation, Report) and len(operations) > 1:
            raise invalid(operation.name, actions_text(actions), "Value must be the only action")
    if log.isEnabledFor(logging.DEBUG):
        log.debug(
            "process parsed", extra={"actions": canonical_process(operations, sensitive=False)}
        )
    return operations


def watermark_keys(operations: Iterable[Operation]) -> frozenset[str]:
    """Return the keys of all watermark objects that the operations load."""
    users = (operation for operation in operations if isinstance(operation, UsesWatermarks))
    return frozenset().union(*(user.watermark_keys for user in users))


def canonical_process(operations: Sequence[Operation], *, sensitive: bool = True) -> str:
    """Return the operations as text, the same for equal operations; result keys depend on it.

    Without `sensitive`, values that must not be logged are redacted.
    """
    texts = (canonical_text(operation, sensitive=sensitive) for operation in operations)
    return "/".join(["image", *texts])


def action_names(operations: Sequence[Operation]) -> list[str]:
    """Return the action names of the operations, without values."""
    return [operation.name for operation in operations]


def actions_text(actions: Sequence[Action]) -> str:
    """Return the actions as they were written in the request."""
    return "/".join(action.text() for action in actions)


def operation_class(name: str) -> type[Operation]:
    """Return the operation of an action's name; raises `InvalidArgument` or `NotImplemented`."""
    if name in OTHER_PRODUCTS:
        raise OssError(
            Code.NOT_IMPLEMENTED,
            f"The action: {name} is not implemented: "
            "it is part of another product, intelligent media management.",
        )
    operation = _BY_NAME_OR_ALIAS.get(name)
    if operation is None:
        raise OssError(
            Code.INVALID_ARGUMENT,
            f"The action: {truncate(name)} is not supported.",
            ec=EC_UNKNOWN_ACTION,
        )
    return operation

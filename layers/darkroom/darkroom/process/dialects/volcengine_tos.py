"""`x-tos-process`: Volcengine TOS and BytePlus, where a quality may follow the format."""

from collections.abc import Sequence

from darkroom.process.dialects.dialect import Dialect
from darkroom.process.grammar import Action

_QUALITIES = ("q_", "Q_")


def _format(action: Action, _actions: Sequence[Action]) -> tuple[Action, ...]:
    """Return `format,webp` and `quality,q_85` for `format,webp,q_85`."""
    qualities = tuple(text for text in action.arguments if text.startswith(_QUALITIES))
    words = tuple(text for text in action.arguments if not text.startswith(_QUALITIES))
    named = Action(action.name, words)
    return (named, Action("quality", qualities)) if qualities else (named,)


VOLCENGINE_TOS = Dialect(
    service="Volcengine TOS", parameters=("x-tos-process",), actions={"format": _format}
)

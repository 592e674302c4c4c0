"""`response-*` parameters: reply headers that the caller chooses (spec 01 §4, §6.1)."""

from collections.abc import Mapping

from darkroom.errors import Code, OssError, invalid
from darkroom.web.attributes import STORED
from darkroom.web.call import Call

PREFIX = "response-"
NAMES = frozenset(f"{PREFIX}{header}" for header in ("content-type", *STORED))


def overrides_of(call: Call) -> Mapping[str, str]:
    """Give the reply headers chosen, by lower-case name.

    Only who signs may choose (C-20): otherwise a link to a stranger's bucket could serve
    a picture as a script.
    """
    chosen = {name: value for name, value in call.request.query.items() if name in NAMES}
    if chosen and call.caller.anonymous:
        message = "Anonymous requests may not set response headers."
        raise OssError(Code.INVALID_REQUEST, message)
    for name, value in chosen.items():
        if not value.isascii() or not value.isprintable():
            raise invalid(name, value, "Value must be printable ASCII")
    return {name.removeprefix(PREFIX): value for name, value in chosen.items()}

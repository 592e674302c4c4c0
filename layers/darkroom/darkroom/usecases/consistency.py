"""Answers are about one version of an object, never a mixture of two."""

from collections.abc import Callable

from darkroom.errors import Code, OssError
from darkroom.ports import Replaced

ATTEMPTS = 2


def of_one_version[T](attempt: Callable[[], T]) -> T:
    """Try again when the object is replaced while it is read: the newer one is as good.

    Raises `ServiceUnavailable` when it is replaced again and again.
    """
    for _ in range(ATTEMPTS):
        try:
            return attempt()
        except Replaced:
            continue
    raise OssError(Code.SERVICE_UNAVAILABLE, "The object is being replaced. Please try again.")

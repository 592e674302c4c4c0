"""Comparison with results that the service returned, which `make conformance` records."""

from collections.abc import Callable

import pytest

PROPERTY = "recorded-by-the-service"

type Record = Callable[[str, object], None]
"""Pytest's fixture `record_property`."""


def compare(
    record: Record, row: str, request: str, *, service: float | str, here: float | str, share: float
) -> None:
    """Require a result that the service returned, a number within a share of it; record both.

    `row` is the place of the result in the reference, such as `06 T2`.
    """
    result = {"row": row, "request": request, "service": service, "here": here, "share": share}
    record(PROPERTY, result)
    if isinstance(service, str):
        assert here == service, row
    else:
        assert here == pytest.approx(service, rel=share, abs=0), row

"""How much a request may bring."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.web.http import Request
from darkroom.web.request_checks import (
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_PARAMETERS,
    MAX_QUERY_BYTES,
    check_request_limits,
)


def request(query: str = "", **headers: str) -> Request:
    """Send a query and headers."""
    return Request(method="GET", raw_path="/b/k", raw_query=query, headers=headers)


FULL = {
    "headers": request(**{f"x-{n}": "" for n in range(MAX_HEADERS)}),
    "bytes of headers": request(x="y" * (MAX_HEADER_BYTES - 1)),
    "bytes of query": request("x" * MAX_QUERY_BYTES),
    "parameters": request("&".join("x" * MAX_PARAMETERS)),
}
OVER = {
    "headers": request(**{f"x-{n}": "" for n in range(MAX_HEADERS + 1)}),
    "bytes of headers": request(x="ü" * (MAX_HEADER_BYTES // 2)),
    "bytes of query": request("x" * (MAX_QUERY_BYTES + 1)),
    "parameters": request("&" * MAX_PARAMETERS),
}


@pytest.mark.parametrize("what", FULL)
def test_what_reaches_a_bound_passes(what: str) -> None:
    """Each bound on its own."""
    check_request_limits(FULL[what])


@pytest.mark.parametrize("what", OVER)
def test_what_exceeds_a_bound_is_refused_by_name(what: str) -> None:
    """The message says which, how much, and what is allowed."""
    with pytest.raises(OssError, match=f"{what}: at most") as error:
        check_request_limits(OVER[what])
    assert error.value.code is Code.INVALID_REQUEST


def test_half_a_surrogate_pair_counts_like_any_text() -> None:
    """JSON can carry one where HTTP cannot."""
    check_request_limits(request("\ud800", x="\udfff"))

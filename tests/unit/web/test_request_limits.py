"""Limits on headers and query of a request."""

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
    """Return a request with this query and these headers."""
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


@pytest.mark.parametrize("limit", FULL)
def test_a_request_at_a_limit_is_accepted(limit: str) -> None:
    """Each limit is tested alone."""
    check_request_limits(FULL[limit])


@pytest.mark.parametrize("limit", OVER)
def test_a_request_over_a_limit_is_refused_by_name(limit: str) -> None:
    """The message contains the name of the limit, the value and the maximum."""
    with pytest.raises(OssError, match=f"{limit}: at most") as error:
        check_request_limits(OVER[limit])
    assert error.value.code is Code.INVALID_REQUEST


def test_a_lone_surrogate_is_counted() -> None:
    """JSON can contain a lone surrogate, HTTP cannot."""
    check_request_limits(request("\ud800", x="\udfff"))

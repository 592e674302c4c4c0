"""How much a request may bring."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.web.http import Request
from darkroom.web.request_checks import (
    LONGEST_HEADERS,
    LONGEST_QUERY,
    MOST_HEADERS,
    MOST_PARAMETERS,
    check_bounds,
)


def request(query: str = "", **headers: str) -> Request:
    """Send a query and headers."""
    return Request(method="GET", raw_path="/b/k", raw_query=query, headers=headers)


FULL = {
    "headers": request(**{f"x-{n}": "" for n in range(MOST_HEADERS)}),
    "bytes of headers": request(x="y" * (LONGEST_HEADERS - 1)),
    "bytes of query": request("x" * LONGEST_QUERY),
    "parameters": request("&".join("x" * MOST_PARAMETERS)),
}
OVER = {
    "headers": request(**{f"x-{n}": "" for n in range(MOST_HEADERS + 1)}),
    "bytes of headers": request(x="ü" * (LONGEST_HEADERS // 2)),
    "bytes of query": request("x" * (LONGEST_QUERY + 1)),
    "parameters": request("&" * MOST_PARAMETERS),
}


@pytest.mark.parametrize("what", FULL)
def test_what_reaches_a_bound_passes(what: str) -> None:
    """Each bound on its own."""
    check_bounds(FULL[what])


@pytest.mark.parametrize("what", OVER)
def test_what_exceeds_a_bound_is_refused_by_name(what: str) -> None:
    """The message says which, how much, and what is allowed."""
    with pytest.raises(OssError, match=f"{what}: at most") as error:
        check_bounds(OVER[what])
    assert error.value.code is Code.INVALID_REQUEST


def test_half_a_surrogate_pair_counts_like_any_text() -> None:
    """JSON can carry one where HTTP cannot."""
    check_bounds(request("\ud800", x="\udfff"))

"""How much a request may bring before anything else is looked at (docs/decisions/066-bounds.md)."""

from darkroom.errors import Code, OssError
from darkroom.web.messages import Request

MOST_HEADERS = 100
LONGEST_HEADERS = 16_384
"""Bytes of all names and values: metadata at its limit, a token and a signature fit."""

MOST_PARAMETERS = 100
LONGEST_QUERY = 20_480
"""Bytes as sent: a process at its limit, percent-encoded throughout, and a signature fit."""


def check_bounds(request: Request) -> None:
    """Refuse what no client of this interface sends, while that is still cheap."""
    _check("headers", len(request.headers), MOST_HEADERS)
    size = sum(_size(name) + _size(value) for name, value in request.headers.items())
    _check("bytes of headers", size, LONGEST_HEADERS)
    _check("bytes of query", _size(request.raw_query), LONGEST_QUERY)
    _check("parameters", request.raw_query.count("&") + 1, MOST_PARAMETERS)


def _check(what: str, number: int, most: int) -> None:
    if number > most:
        message = f"The request has {number} {what}: at most {most} are allowed."
        raise OssError(Code.INVALID_REQUEST, message)


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))

"""The latency of a GET on an open connection, as the client measures it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedResponse:
    """The measurements of one response."""

    milliseconds: float
    bytes: int
    stages: Mapping[str, float]
    """Milliseconds by stage in `Server-Timing`, empty without that header."""


def timed_get(connection: HTTPConnection, target: str) -> TimedResponse:
    """Send a GET and measure the response; raise `RuntimeError` for any status but 200."""
    began = perf_counter()
    connection.request("GET", target)
    response = connection.getresponse()
    body = response.read()
    milliseconds = 1000 * (perf_counter() - began)
    if response.status != 200:
        raise RuntimeError(f"{response.status} to {target}: {body[:300]!r}")
    stages = stages_of(response.headers.get("server-timing", ""))
    return TimedResponse(milliseconds=milliseconds, bytes=len(body), stages=stages)


def stages_of(timing: str) -> dict[str, float]:
    """Return the milliseconds by stage of a `Server-Timing` header."""
    entries = (entry.partition(";dur=") for entry in timing.split(", ") if entry)
    return {name: float(spent) for name, _, spent in entries}
